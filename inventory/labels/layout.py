"""What stands where on one label: a pure drawing in millimetres, the same for PDF, SVG, PNG and ZPL."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.labels.geometry import DPI, GAP_MM, STRIP_MM, BarBox, CodeBox, bars_of, code_box
from inventory.labels.label import LabelText
from inventory.labels.shapes import LabelShape
from inventory.printing import fonts

UNCLAIMED: Final = mark("Unclaimed until first scan")
LOCAL: Final = mark("LOCAL DEMO")
_MM: Final = 25.4 / 72
_LEAST_TAG_POINTS: Final = 7.0
_LEAST_POINTS: Final = 5.0
_MOST_TAG_LINES: Final = 4
_LEADING: Final = 1.2
_LOGO_MM: Final = 8.0
_WIDE_MM: Final = 42.0
"""Width of the text from which the logo stands beside it."""
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
        return fonts.width(self.text, self.font, self.points) * _MM


@dataclass(frozen=True, slots=True)
class PictureBox:
    """Where the logo sits, in mm from the label's upper left corner."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything on one label. ``left_out``: keys of what was asked for and found no room."""

    code: CodeBox
    lines: list[TextLine]
    bars: BarBox | None
    logo: PictureBox | None
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """The rectangle for text: left, top and bottom in mm, the width in points."""

    x: float
    top: float
    bottom: float
    room: float

    @property
    def height(self) -> float:
        """Height in points."""
        return (self.bottom - self.top) / _MM


@dataclass(frozen=True, slots=True)
class _Set:
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


@lru_cache(maxsize=1024)
def _places(shape: LabelShape, length: int, tag: str | None, dpi: float) -> tuple[CodeBox, _Column, BarBox | None]:
    """The code, the text's column and, for a *tag* to be shown as bars, their place: beside the code or below it."""
    box = code_box(shape, length, dpi)
    column = _column(shape, box, 0.0)
    if tag is None:
        return box, column, None
    foot = shape.height_mm - shape.edge_y_mm - STRIP_MM
    ink = shape.edge_x_mm, shape.width_mm - shape.edge_x_mm
    free = (0.0, shape.width_mm) if shape.quiet_on_edge else ink
    beside = None
    if not shape.below:
        # The quiet zones of the two codes may be the same paper.
        clear = column.x - box.quiet_mm, free[1]
        beside = bars_of(tag, foot, (column.x, ink[1]), clear, dpi, centred=False)
    if beside is not None and foot - GAP_MM - shape.edge_y_mm >= 5 and shape.height_mm >= 17:
        top = min(column.top, foot - GAP_MM - 5)
        return box, replace(column, top=top, bottom=foot - GAP_MM), beside
    across = bars_of(tag, foot, ink, free, dpi, centred=True)
    if across is not None:
        try:
            smaller = code_box(shape, length, dpi, STRIP_MM + GAP_MM)
        except ValidationRefused:
            return box, column, None
        return smaller, _column(shape, smaller, STRIP_MM + GAP_MM), across
    return box, column, None


def _column(shape: LabelShape, box: CodeBox, strip_mm: float) -> _Column:
    bottom = shape.height_mm - shape.edge_y_mm - strip_mm
    if shape.below:
        room = (shape.width_mm - 2 * shape.edge_x_mm) / _MM
        return _Column(shape.edge_x_mm, box.y_mm + box.side_mm, bottom, room)
    x = box.x_mm + box.side_mm
    # As high as the dark area, so that both align.
    top = max(shape.edge_y_mm, box.y_mm + box.quiet_mm)
    bottom = min(bottom, box.y_mm + box.side_mm - box.quiet_mm) if not strip_mm else bottom
    return _Column(x, top, bottom, (shape.width_mm - shape.edge_x_mm - x) / _MM)


def lay_out(label: LabelText, shape: LabelShape, dpi: float = DPI) -> Layout:
    """All of a label, within the shape's edges; nothing lies on a quiet zone or on anything else.

    From the top: the tag, large; the model and the other facts, or the statement; at the foot logo and
    institution, the mark of a local label and of a reprint. A tag too long for the code's height takes the
    label's. Where room is short the logo gives way first, then the institution, the facts from the last to
    the first, the model; never tag or marks. ValidationRefused as `code_box`, and for a statement without room.
    """
    payload = label.payload(shape)
    box, column, bars = _places(shape, len(payload), label.tag if label.bars else None, dpi)
    tall = _as_high_as_it_may(shape, column, has_bars=bars is not None)
    refusal: ValidationRefused | None = None
    best: _Set | None = None
    # Aligned with the code and large; if that has not room for all, as high as the label; then smaller.
    for where, type_ in ((column, shape), (tall, shape), (tall, _smaller(shape))):
        try:
            found = _set(label, type_, where)
            if label.logo is not None and where.room * _MM >= _WIDE_MM:
                beside = _with_logo_beside(label, type_, where)
                found = beside if len(beside.missing) <= len(found.missing) else found
        except ValidationRefused as error:
            refusal = error
            continue
        if best is None or len(found.missing) < len(best.missing):
            best = found
        if not found.missing:
            break
    if best is None:
        assert refusal is not None  # noqa: S101 - for the type checker: the loop set one of the two
        raise refusal
    left_out = ("bars",) if label.bars and bars is None else ()
    return Layout(box, best.lines, bars, best.logo, left_out + best.missing)


def _as_high_as_it_may(shape: LabelShape, column: _Column, *, has_bars: bool) -> _Column:
    if shape.below:
        return column
    bottom = column.bottom if has_bars else shape.height_mm - shape.edge_y_mm
    return replace(column, top=shape.edge_y_mm, bottom=bottom)


def _with_logo_beside(label: LabelText, shape: LabelShape, column: _Column) -> _Set:
    """The text to the left and the logo in the upper right corner, where the column is wide."""
    assert label.logo is not None  # noqa: S101 - for the type checker: only asked with one
    wide = min(column.room * _MM * 0.35, _LOGO_MM * 1.4 * label.logo.ratio)
    high = wide / label.logo.ratio
    if high > (most := min(_LOGO_MM * 1.4, (column.bottom - column.top) * 0.5)):
        wide, high = wide * most / high, most
    narrow = replace(column, room=column.room - (wide + 2.0) / _MM)
    found = _set(replace(label, logo=None), shape, narrow)
    logo = PictureBox(column.x + column.room * _MM - wide, column.top, wide, high)
    return replace(found, logo=logo)


@lru_cache(maxsize=64)
def _smaller(shape: LabelShape) -> LabelShape:
    text, small = (max(_LEAST_POINTS, size * 0.8) for size in (shape.text_points, shape.small_points))
    return replace(shape, tag_points=shape.tag_points * 0.7, text_points=text, small_points=small)


def _set(label: LabelText, shape: LabelShape, column: _Column) -> _Set:
    """The text of a label in *column*, in the sizes of *shape*."""
    # What hangs below the last base line stays off the edge too.
    lowest = shape.height_mm - shape.edge_y_mm - fonts.DESCENT * shape.small_points * _MM
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
    lines = [TextLine(column.x, column.top + down * _MM, text, font, size) for down, text, font, size in placed]
    lines += [replace(line, x_mm=column.x + line.x_mm, baseline_mm=column.bottom - line.baseline_mm) for line in foot]
    if logo is not None:
        logo = replace(logo, x_mm=column.x, y_mm=column.bottom - logo.height_mm)
    return _Set(lines, logo, missing + crowded)


def _wanted(label: LabelText, shape: LabelShape) -> list[tuple[str, str, float, int]]:
    """(key, words, points, most lines) between tag and foot."""
    if label.unclaimed:
        return [("model", UNCLAIMED, shape.small_points, 2)]
    if label.statement:
        return [("statement", sentence, shape.small_points, 4) for sentence in label.statement]
    wanted = [("model", label.model, shape.text_points, 3)] if label.model else []
    return [*wanted, *(("facts", words, shape.small_points, 1) for words in label.facts)]


def _fill(
    label: LabelText, shape: LabelShape, column: _Column, start: float, copy: str
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
    label: LabelText, shape: LabelShape, column: _Column, lines: int, copy: str, with_logo: bool
) -> tuple[list[TextLine], PictureBox | None, float]:
    """The foot's lines (mm from the column's left and up from its lower end), the logo, the height in points."""
    size = shape.small_points
    small = size * _LEADING
    copy_room = fonts.width(copy, fonts.MONO, size) + size * 0.8 if copy else 0.0
    logo, indent = None, 0.0
    if with_logo and label.logo is not None:
        high = min(_LOGO_MM, column.height * _MM * 0.3)
        wide = min(high * label.logo.ratio, column.room * _MM * _MOST_LOGO)
        high = wide / label.logo.ratio
        if high >= 2.0:
            logo, indent = PictureBox(0.0, 0.0, wide, high), wide / _MM + size * 0.8
    room = column.room - copy_room - indent
    names = list(fonts.wrap(label.institution, fonts.TEXT, size, room, lines)) if room > 8 * size else []
    rows = [(name, fonts.TEXT) for name in reversed(names)]
    found = [TextLine(indent * _MM, number * small * _MM, text, font, size) for number, (text, font) in enumerate(rows)]
    height = max(len(rows), 1 if copy and not label.local_only else 0) * small
    if logo is not None:
        height = max(height, logo.height_mm / _MM + 1)
    if copy:
        # Beside the mark of a local label, or in the lower right corner.
        up = height * _MM if label.local_only else 0.0
        found.append(TextLine((column.room - copy_room + size * 0.8) * _MM, up, copy, fonts.MONO, size))
    if label.local_only:
        found.append(TextLine(0.0, height * _MM, LOCAL, fonts.MONO, size))
        height += small
    return found, logo, height
