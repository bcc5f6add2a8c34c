"""The text of one label and its logo: set from the top and the foot of a column, by what matters most. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.labels.label import LabelText
from inventory.labels.shapes import LabelShape
from inventory.printing import fonts

UNCLAIMED: Final = mark("Unclaimed until first scan")
LOCAL: Final = mark("LOCAL DEMO")
MM: Final = 25.4 / 72
"""Millimetres in a point."""
LOGO_MM: Final = 8.0
_LEAST_TAG_POINTS: Final = 7.0
_MOST_TAG_LINES: Final = 4
_LEADING: Final = 1.2
_MOST_LOGO: Final = 0.5
"""Largest part of the text's width that the logo takes."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line: left end and base line in mm from the label's upper left corner, size in points."""

    x_mm: float
    baseline_mm: float
    text: str
    font: str
    points: float

    @property
    def width_mm(self) -> float:
        """Width as set."""
        return fonts.width(self.text, self.font, self.points) * MM


@dataclass(frozen=True, slots=True)
class PictureBox:
    """Where the logo sits, in mm from the label's upper left corner."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class Column:
    """The rectangle for text: left, top and bottom in mm, the width in points."""

    x: float
    top: float
    bottom: float
    room: float

    @property
    def height(self) -> float:
        """Height in points."""
        return (self.bottom - self.top) / MM


@dataclass(frozen=True, slots=True)
class TextSet:
    lines: list[TextLine]
    logo: PictureBox | None
    missing: tuple[str, ...]


def _tag_lines(tag: str, room: float, largest: float) -> tuple[list[str], float]:
    """The whole tag (never cut: it is what people type) on as few lines as stay legible."""
    sign = fonts.width("0", fonts.MONO, 1)
    for count in range(1, _MOST_TAG_LINES + 1):
        each = -(-len(tag) // count)
        size = min(largest, room / (each * sign))
        if size >= min(_LEAST_TAG_POINTS, largest * 0.75):
            break
    return [tag[start : start + each] for start in range(0, len(tag), each)], size


def set_text(label: LabelText, shape: LabelShape, column: Column) -> TextSet:
    """The text of a label in *column*, in the sizes of *shape*."""
    # What hangs below the last base line stays off the edge too.
    lowest = shape.height_mm - shape.edge_y_mm - fonts.DESCENT * shape.small_points * MM
    column = replace(column, bottom=min(column.bottom, lowest))
    small = shape.small_points * _LEADING
    copy = f"R{label.copy}" if label.copy > 1 else ""
    parts, tag_size = _tag_lines(label.tag, column.room, shape.tag_points)
    tag_end = (fonts.CAP_HEIGHT + (len(parts) - 1) * _LEADING) * tag_size
    marks = small * (label.local_only or bool(copy))
    least = tag_end + fonts.DESCENT * tag_size + marks
    crowded = ("tag",) if column.height < least else ()
    if crowded:
        # The marks stay; the tag is set as small as it must.
        tag_size *= max(0.5, (column.height - marks) / (least - marks))
        tag_end = (fonts.CAP_HEIGHT + (len(parts) - 1) * _LEADING) * tag_size
    placed = [
        ((fonts.CAP_HEIGHT + number * _LEADING) * tag_size, part, fonts.MONO, tag_size)
        for number, part in enumerate(parts)
    ]
    start = tag_end + fonts.DESCENT * tag_size
    body, foot, logo, missing = _fill(label, shape, column, start, copy)
    placed += [(start + down, line, fonts.TEXT, size) for down, line, size in body]
    lines = [TextLine(column.x, column.top + down * MM, text, font, size) for down, text, font, size in placed]
    lines += [replace(line, x_mm=column.x + line.x_mm, baseline_mm=column.bottom - line.baseline_mm) for line in foot]
    if logo is not None:
        logo = replace(logo, x_mm=column.x, y_mm=column.bottom - logo.height_mm)
    return TextSet(lines, logo, missing + crowded)


def _wanted(label: LabelText, shape: LabelShape) -> list[tuple[str, str, float, int]]:
    """(key, words, points, most lines) between tag and foot."""
    if label.unclaimed:
        return [("model", UNCLAIMED, shape.small_points, 2)]
    if label.statement:
        return [("statement", sentence, shape.small_points, 4) for sentence in label.statement]
    wanted = [("model", label.model, shape.text_points, 3)] if label.model else []
    return [*wanted, *(("facts", words, shape.small_points, 1) for words in label.facts)]


def _fill(
    label: LabelText, shape: LabelShape, column: Column, start: float, copy: str
) -> tuple[list[tuple[float, str, float]], list[TextLine], PictureBox | None, tuple[str, ...]]:
    """What goes between tag and foot (down from *start*, in points), the foot, the logo, and what has no room."""
    wanted = _wanted(label, shape)
    tries = [(lines, logo) for logo in ((True, False) if label.logo else (False,)) for lines in (2, 1, 0)]
    if label.logo and label.institution:
        # A logo needs no name beside it, a name without the logo says more than neither.
        tries = [(2, True), (1, True), (0, True), (2, False), (1, False), (0, False)]
    for number, (lines, with_logo) in enumerate(tries):
        foot, logo, height = _foot(label, shape, column, lines if label.institution else 0, copy, with_logo)
        free = column.height - start - height
        body, whole = _body(wanted, column.room, free)
        if (whole and free >= 0) or number == len(tries) - 1:
            break
    missing = ["logo"] if label.logo and logo is None else []
    shown = {line.text for line in foot}
    if label.institution and not (shown - {LOCAL, copy}):
        missing.append("institution")
    told = len(body)
    if wanted and not whole and label.statement:
        raise ValidationRefused(
            mark("A second-life label has too many words for labels of {size}. Choose a larger label."),
            field="template",
            size=shape.size,
        )
    if wanted and not whole and told < len(wanted):
        missing.append("facts" if body or len(wanted) > 1 else "model")
    return body, foot, logo, tuple(missing)


def _body(
    wanted: list[tuple[str, str, float, int]], room: float, free: float
) -> tuple[list[tuple[float, str, float]], bool]:
    """The lines that find room, from the top; whether all did, uncut lines of the model apart."""
    placed: list[tuple[float, str, float]] = []
    down, whole = 0.0, True
    after = [sum(size * _LEADING for _, _, size, _ in wanted[number + 1 :]) for number in range(len(wanted))]
    for (key, words, size, most), rest in zip(wanted, after, strict=True):
        step = size * _LEADING
        # Each further fact has its one line before the model gets a second.
        held = rest if key != "statement" else 0.0
        fit = int((free - down - held) / step + 1e-6)
        if fit < 1:
            fit = int((free - down) / step + 1e-6)
        natural = fonts.wrap(words, fonts.TEXT, size, room, most)
        count = max(0, min(most, fit))
        whole = whole and count >= min(len(natural), 2 if key == "model" else most)
        for line in natural if count >= len(natural) else fonts.wrap(words, fonts.TEXT, size, room, count):
            down += step
            placed.append((down - fonts.DESCENT * size, line, size))
    return placed, whole


def _foot(
    label: LabelText, shape: LabelShape, column: Column, lines: int, copy: str, with_logo: bool
) -> tuple[list[TextLine], PictureBox | None, float]:
    """The foot's lines (mm from the column's left and up from its lower end), the logo, the height in points."""
    size = shape.small_points
    small = size * _LEADING
    copy_room = fonts.width(copy, fonts.MONO, size) + size * 0.8 if copy else 0.0
    logo, indent = None, 0.0
    if with_logo and label.logo is not None:
        high = min(LOGO_MM, column.height * MM * 0.3)
        wide = min(high * label.logo.ratio, column.room * MM * _MOST_LOGO)
        high = wide / label.logo.ratio
        if high >= 2.0:
            logo, indent = PictureBox(0.0, 0.0, wide, high), wide / MM + size * 0.8
    room = column.room - copy_room - indent
    names = list(fonts.wrap(label.institution, fonts.TEXT, size, room, lines)) if room > 8 * size else []
    rows = [(name, fonts.TEXT) for name in reversed(names)]
    found = [TextLine(indent * MM, number * small * MM, text, font, size) for number, (text, font) in enumerate(rows)]
    height = max(len(rows), 1 if copy and not label.local_only else 0) * small
    if logo is not None:
        height = max(height, logo.height_mm / MM + 1)
    if copy:
        # Beside the mark of a local label, or in the lower right corner.
        up = height * MM if label.local_only else 0.0
        found.append(TextLine((column.room - copy_room + size * 0.8) * MM, up, copy, fonts.MONO, size))
    if label.local_only:
        found.append(TextLine(0.0, height * MM, LOCAL, fonts.MONO, size))
        height += small
    return found, logo, height
