"""The report of a count as A4 pages."""

from functools import lru_cache
from typing import IO, Final

from sqlalchemy.orm import Session

from inventory.printing import fonts
from inventory.printing.pdf import Paper
from inventory.register.kinds import KINDS
from inventory.stocktaking.files import LISTED, About, every_unknown, recorded_words, unknown_words
from inventory.stocktaking.queries import every_machine
from inventory.stocktaking.rules import FOUND, GROUPS, MISSING, PURPOSES, UNEXPECTED, UNKNOWN

_PAGE_MM: Final = (210.0, 297.0)
_LEFT, _RIGHT, _TOP, _BOTTOM = 18.0, 192.0, 20.0, 280.0
_SIZE: Final = 9.0
_STEP: Final = 5.2
_LEADING: Final = 4.0
_MOST_LINES: Final = 2
"""Of one cell: a place tells its room last."""
_MM: Final = 72 / 25.4
_COLUMNS_MM: Final = (
    (18.0, 30.0, fonts.MONO),
    (50.0, 56.0, fonts.TEXT),
    (108.0, 46.0, fonts.TEXT),
    (156.0, 36.0, fonts.TEXT),
)
_HEADS: Final = {
    MISSING: ("Tag", "What it is", "Place on record", "Recorded"),
    UNEXPECTED: ("Tag", "What it is", "Should be in", "Recorded"),
    FOUND: ("Tag", "What it is", "Seen by", "Recorded"),
    UNKNOWN: ("What was read", "What became of it", "First scanned by", "When"),
}


@lru_cache(maxsize=8_192)
def _fitted(text: str, font: str, size: float, room_mm: float) -> str:
    """*text* on one line of *room_mm*; models and places come again and again in one report."""
    return fonts.cut(fonts.printable(text, font), font, size, room_mm * _MM)


class _Writer:
    """Lines down the pages of a report, with a head and a number on each page."""

    def __init__(self, out: IO[bytes], head: About, institution: str) -> None:
        self.head, self.institution = head, institution
        self.paper = Paper(out, _PAGE_MM, title=f"Stock-take {head.take.code}", author=institution)
        self.page, self.y = 0, _BOTTOM
        self.open_page()

    def open_page(self) -> None:
        if self.page:
            self.paper.next_page()
        self.page += 1
        running = f"{self.institution}   Stock-take {self.head.take.code}   As at {self.head.moment(self.head.as_at)}"
        self.put(_LEFT, 12.0, running, fonts.TEXT, 8.0, _RIGHT - _LEFT - 20)
        self.put(_RIGHT - 16, 12.0, f"Page {self.page}", fonts.TEXT, 8.0, 16)
        self.paper.outline(_LEFT, 14.0, _RIGHT - _LEFT, 0.0)
        self.y = _TOP + 2

    def put(self, x: float, y: float, text: str, font: str, size: float, room_mm: float) -> None:
        if fitted := _fitted(text, font, size, room_mm):
            self.paper.text(x, y, fitted, font, size)

    def room_for(self, lines: int) -> bool:
        return self.y + lines * _STEP <= _BOTTOM

    def title(self, text: str, size: float, after: float) -> None:
        if not self.room_for(4):
            self.open_page()
        for line in fonts.wrap(text, fonts.TEXT, size, (_RIGHT - _LEFT) * _MM, 3):
            self.y += size * 0.45
            self.paper.text(_LEFT, self.y, line, fonts.TEXT, size)
        self.y += after

    def fact(self, label: str, text: str) -> None:
        self.put(_LEFT, self.y, label, fonts.TEXT, _SIZE, 30)
        for line in fonts.wrap(text, fonts.TEXT, _SIZE, 142 * _MM, 4):
            self.paper.text(50.0, self.y, line, fonts.TEXT, _SIZE)
            self.y += _STEP

    def row(self, cells: tuple[str, ...], group: str) -> None:
        columns = []
        for text, (x, room, font) in zip(cells, _COLUMNS_MM, strict=True):
            size = 8.0 if font == fonts.MONO else _SIZE
            columns.append((x, font, size, fonts.wrap(text, font, size, room * _MM, _MOST_LINES)))
        deepest = max(len(lines) for *_, lines in columns)
        if not self.room_for(deepest):
            self.open_page()
            self.heads(group)
        for x, font, size, lines in columns:
            for number, line in enumerate(lines):
                self.paper.text(x, self.y + number * _LEADING, line, font, size)
        self.y += _STEP + max(0, deepest - 1) * _LEADING

    def note(self, text: str) -> None:
        """A sentence beneath a row."""
        for line in fonts.wrap(text, fonts.TEXT, 8.0, 138 * _MM, 3):
            if not self.room_for(1):
                self.open_page()
            self.paper.text(54.0, self.y, line, fonts.TEXT, 8.0)
            self.y += 4.4

    def heads(self, group: str) -> None:
        for text, (x, room, _) in zip(_HEADS[group], _COLUMNS_MM, strict=True):
            self.put(x, self.y, text, fonts.TEXT, 8.0, room)
        self.paper.outline(_LEFT, self.y + 1.4, _RIGHT - _LEFT, 0.0)
        self.y += _STEP + 1


def write_pdf(session: Session, out: IO[bytes], head: About, institution: str) -> None:
    """The report as A4 pages: head, numbers, then every machine by group. Its machines are read in pages."""
    take = head.take
    writer = _Writer(out, head, institution)
    writer.title(take.name, 18.0, 7.0)
    for label, text in head.facts:
        writer.fact(label, text)
    writer.y += 3
    for label, number in head.figures:
        writer.fact(label, f"{number:,}")
    for group in LISTED:
        count = {FOUND: head.numbers.found, MISSING: head.numbers.missing, UNEXPECTED: head.numbers.unexpected}[group]
        if count:
            _machines(session, writer, group, count)
    _unknown(session, writer)
    writer.paper.close()


def _machines(session: Session, writer: _Writer, group: str, count: int) -> None:
    label = GROUPS[group] if PURPOSES[writer.head.take.purpose].expects else "On the list"
    writer.y += 4
    writer.title(f"{label}: {count:,}", 13.0, 6.0)
    writer.heads(group)
    for each in every_machine(session, writer.head.take, group):
        asset, machine = each.asset, each.machine
        what = " ".join(part for part in (asset.manufacturer, asset.model) if part) or KINDS[asset.kind].label
        third = each.seen_by or "" if group == FOUND else each.place or "no place known"
        if group == FOUND and machine.seen_at is not None:
            local = machine.seen_at.astimezone(writer.head.zone)
            third = f"{third}, {local.day} {local:%b %H:%M}"
        writer.row((asset.tag, what, third, recorded_words(each) or "–"), group)
        if machine.refusal:
            writer.note(machine.refusal)


def _unknown(session: Session, writer: _Writer) -> None:
    begun = False
    for row, who in every_unknown(session, writer.head.take):
        if not begun:
            begun = True
            writer.y += 4
            writer.title("Unknown tags", 13.0, 6.0)
            writer.heads(UNKNOWN)
        writer.row((row.text, unknown_words(row), who, writer.head.moment(row.first_at)), UNKNOWN)
