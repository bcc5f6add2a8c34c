"""The sheet of control barcodes: one below the other, so far apart that a hand scanner meets only one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from inventory.i18n import mark
from inventory.printing import code128, fonts
from inventory.printing.pdf import POINTS_PER_MM, Paper, points
from inventory.printing.qr import QUIET_MODULES, encode

PAGE_MM: Final = (210.0, 297.0)
PITCH_MM: Final = 30.0
"""From one control to the next."""
BARS_MM: Final = 13.0
_EDGE_MM: Final = 16.0
_TOP_MM: Final = 34.0
_FOOT_MM: Final = 282.0
_HEADING_MM: Final = 10.0
_QR_MM: Final = 20.0
_DOT_MM: Final = 25.4 / 300
"""Bars and modules are whole dots of an office printer."""
_BAR_DOTS: Final = (4, 3)
"""Dots of the narrowest bar: what fits, the wider first; 3 dots are 0.254 mm."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control: its *text* in the codes, and *words* for people."""

    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """Controls that belong together, under a heading."""

    heading: str
    controls: Sequence[Control]


@dataclass(frozen=True, slots=True)
class _Piece:
    y_mm: float
    drawn: str | Control


def control_sheet(groups: Sequence[Group], institution: str) -> bytes:
    """The PDF: A4, not to be scaled. ValueError for a text that is not letters, digits and hyphens."""
    out, sheets = BytesIO(), list(_laid_out(groups))
    paper = Paper(out, PAGE_MM, title=mark("Control sheet"), author=institution)
    for number, pieces in enumerate(sheets, start=1):
        if number > 1:
            paper.next_page()
        _frame(paper, institution, number, len(sheets))
        for piece in pieces:
            if isinstance(piece.drawn, str):
                paper.text(_EDGE_MM, piece.y_mm + 6.0, piece.drawn, fonts.TEXT, 12)
            else:
                _draw(paper, piece.y_mm, piece.drawn)
    paper.close()
    return out.getvalue()


def _laid_out(groups: Sequence[Group]) -> Iterator[list[_Piece]]:
    """The pieces of each page; a heading is never the last of one."""
    pieces: list[_Piece] = []
    y = _TOP_MM
    for group in groups:
        for number, control in enumerate(group.controls):
            heading = _HEADING_MM if number == 0 else 0.0
            if y + heading + PITCH_MM > _FOOT_MM:
                yield pieces
                pieces, y = [], _TOP_MM
            if heading:
                pieces.append(_Piece(y, group.heading))
                y += heading
            pieces.append(_Piece(y, control))
            y += PITCH_MM
    yield pieces


def _frame(paper: Paper, institution: str, number: int, of: int) -> None:
    room = points(PAGE_MM[0] - 2 * _EDGE_MM)
    paper.text(_EDGE_MM, 21, mark("Control sheet"), fonts.TEXT, 20)
    line = f"{institution}. {mark('Read by a hand scanner or the camera, these steer the scan page.')}"
    paper.text(_EDGE_MM, 28, fonts.cut(fonts.printable(line, fonts.TEXT), fonts.TEXT, 9, room), fonts.TEXT, 9)
    paper.text(_EDGE_MM, 289, mark("Print at 100 %. Aim at one code at a time."), fonts.TEXT, 8)
    count = f"{number} / {of}"
    left = PAGE_MM[0] - _EDGE_MM - fonts.width(count, fonts.TEXT, 8) / POINTS_PER_MM
    paper.text(left, 289, count, fonts.TEXT, 8)


def _draw(paper: Paper, y: float, control: Control) -> None:
    paper.line(_EDGE_MM, y, PAGE_MM[0] - _EDGE_MM, y)
    top = y + 4.0
    matrix = encode(control.text)
    # The quiet zone ends at the edge of the room, not the dark area.
    module = int(_QR_MM / _DOT_MM / matrix.side) * _DOT_MM
    qr_left = PAGE_MM[0] - _EDGE_MM - matrix.side * module
    paper.qr(qr_left, top, matrix, module)
    room = PAGE_MM[0] - 2 * _EDGE_MM - _QR_MM - 2 * QUIET_MODULES * module
    words = fonts.cut(fonts.printable(control.words, fonts.TEXT), fonts.TEXT, 13, points(room))
    text = fonts.cut(control.text, fonts.MONO, 7, points(room))
    modules, bars = code128.bars(control.text)
    fitting = [dots * _DOT_MM for dots in _BAR_DOTS if dots * _DOT_MM * modules <= room]
    if fitting:
        paper.bars(_EDGE_MM, top, BARS_MM, bars, fitting[0])
    else:
        paper.text(_EDGE_MM, top + 7.0, mark("Too long for bars: scan the square code."), fonts.TEXT, 8)
    paper.text(_EDGE_MM, top + BARS_MM + 5.6, words, fonts.TEXT, 13)
    paper.text(_EDGE_MM, top + BARS_MM + 9.4, text, fonts.MONO, 7)
