"""What stands where on one label: a pure drawing in millimetres, the same for PDF, SVG, PNG and ZPL."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from inventory.errors import ValidationRefused
from inventory.labels.geometry import DPI, GAP_MM, STRIP_MM, BarBox, CodeBox, bars_of, code_box
from inventory.labels.label import LabelText
from inventory.labels.setting import LOGO_MM, MM, Column, PictureBox, TextLine, TextSet, set_text
from inventory.labels.shapes import LabelShape

_LEAST_POINTS: Final = 5.0
_WIDE_MM: Final = 42.0
"""Width of the text from which the logo stands beside it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything on one label. ``left_out``: keys of what was asked for and found no room."""

    code: CodeBox
    lines: list[TextLine]
    bars: BarBox | None
    logo: PictureBox | None
    left_out: tuple[str, ...]


@lru_cache(maxsize=1024)
def _places(shape: LabelShape, length: int, tag: str | None, dpi: float) -> tuple[CodeBox, Column, BarBox | None]:
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


def _column(shape: LabelShape, box: CodeBox, strip_mm: float) -> Column:
    bottom = shape.height_mm - shape.edge_y_mm - strip_mm
    if shape.below:
        room = (shape.width_mm - 2 * shape.edge_x_mm) / MM
        return Column(shape.edge_x_mm, box.y_mm + box.side_mm, bottom, room)
    x = box.x_mm + box.side_mm
    # As high as the dark area, so that both align.
    top = max(shape.edge_y_mm, box.y_mm + box.quiet_mm)
    bottom = min(bottom, box.y_mm + box.side_mm - box.quiet_mm) if not strip_mm else bottom
    return Column(x, top, bottom, (shape.width_mm - shape.edge_x_mm - x) / MM)


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
    best: TextSet | None = None
    # Aligned with the code and large; if that has not room for all, as high as the label; then smaller.
    for where, type_ in ((column, shape), (tall, shape), (tall, _smaller(shape))):
        try:
            found = set_text(label, type_, where)
            if label.logo is not None and where.room * MM >= _WIDE_MM:
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


def _as_high_as_it_may(shape: LabelShape, column: Column, *, has_bars: bool) -> Column:
    if shape.below:
        return column
    bottom = column.bottom if has_bars else shape.height_mm - shape.edge_y_mm
    return replace(column, top=shape.edge_y_mm, bottom=bottom)


def _with_logo_beside(label: LabelText, shape: LabelShape, column: Column) -> TextSet:
    """The text to the left and the logo in the upper right corner, where the column is wide."""
    assert label.logo is not None  # noqa: S101 - for the type checker: only asked with one
    wide = min(column.room * MM * 0.35, LOGO_MM * 1.4 * label.logo.ratio)
    high = wide / label.logo.ratio
    if high > (most := min(LOGO_MM * 1.4, (column.bottom - column.top) * 0.5)):
        wide, high = wide * most / high, most
    narrow = replace(column, room=column.room - (wide + 2.0) / MM)
    found = set_text(replace(label, logo=None), shape, narrow)
    logo = PictureBox(column.x + column.room * MM - wide, column.top, wide, high)
    return replace(found, logo=logo)


@lru_cache(maxsize=64)
def _smaller(shape: LabelShape) -> LabelShape:
    text, small = (max(_LEAST_POINTS, size * 0.8) for size in (shape.text_points, shape.small_points))
    return replace(shape, tag_points=shape.tag_points * 0.7, text_points=text, small_points=small)
