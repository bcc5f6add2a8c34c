"""A page of labels as a drawing in millimetres: cells, their labels, and the ruler along two edges."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from inventory.labels.label import LabelText
from inventory.labels.layout import lay_out
from inventory.labels.shapes import LabelTemplate
from inventory.labels.single import drawing

RULER_MM: Final = 9.0
"""Room beside the sheet for the ruler."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first page of a print. Lengths in mm; the origin is the page's upper left corner."""

    width: float
    height: float
    cells: list[dict[str, Any]]
    ticks: str
    """Path of the ruler's marks, one per millimetre."""
    numbers: list[tuple[float, float, int]]
    """(x, y, centimetres)."""
    sheets: int
    """How many pages the whole print takes."""
    title: str
    scale: int = 1
    """2: drawn at twice the size, without the ruler."""

    @property
    def box(self) -> str:
        """The viewBox, ruler included."""
        if self.scale > 1:
            return f"-1 -1 {self.width + 2} {self.height + 2}"
        return f"{-RULER_MM} {-RULER_MM} {self.width + RULER_MM + 1} {self.height + RULER_MM + 1}"

    @property
    def shown_width(self) -> float:
        """Width with the ruler."""
        return self.width + RULER_MM + 1 if self.scale == 1 else (self.width + 2) * self.scale

    @property
    def shown_height(self) -> float:
        """Height with the ruler."""
        return self.height + RULER_MM + 1 if self.scale == 1 else (self.height + 2) * self.scale


def draw(labels: Sequence[LabelText | None], count: int, template: LabelTemplate, skip: int) -> Sheet:
    """The first page of *count* labels, of which *labels* are the first; None is a tag not issued yet."""
    cells = []
    for place in range(template.per_page):
        at = place - skip
        label = labels[at] if 0 <= at < len(labels) else None
        state = "used" if at < 0 else "filled" if at < count else "free"
        cells.append(_cell(template, place, state, label))
    pages = -(-(skip + count) // template.per_page) or 1
    empty = f", {skip} places left empty" if skip else ""
    title = f"Page 1 of {pages}: {template.name}{empty}, then {count:,} label{'' if count == 1 else 's'}"
    return _sheet(*template.page_mm, cells, pages, title)


def enlarged(label: LabelText, template: LabelTemplate) -> Sheet:
    """One label at twice its size."""
    shape = template.shape
    cell = {
        "place": None, "x": 0, "y": 0, "width": shape.width_mm, "height": shape.height_mm, "state": "filled",
        "label": _drawn(label, template),
    }  # fmt: skip
    title = f"{label.tag} at twice its size, {shape.size}"
    return _sheet(shape.width_mm, shape.height_mm, [cell], 1, title, scale=2)


def facts(label: LabelText, template: LabelTemplate) -> dict[str, Any]:
    """What the code of this label is like, in words and numbers for the page."""
    code = lay_out(label, template.shape, template.dpi).code
    return {
        "side": f"{code.side_mm:.1f}", "module": f"{code.module_mm:.2f}", "dots": code.dots,
        "dpi": f"{template.dpi:.0f}", "level": code.level, "version": code.version,
        "carries": template.shape.carries,
        "reach": "20 cm" if code.module_mm >= 0.5 else "15 cm" if code.module_mm >= 0.42 else "10 cm",
    }  # fmt: skip


def left_out(labels: Sequence[LabelText], template: LabelTemplate) -> set[str]:
    """Keys of what was asked for and finds no room on at least one of *labels*."""
    return {key for label in labels for key in lay_out(label, template.shape, template.dpi).left_out}


def _cell(template: LabelTemplate, place: int, state: str, label: LabelText | None) -> dict[str, Any]:
    x, y = template.cell(place)
    shape = template.shape
    return {
        "place": place, "x": x, "y": y, "width": shape.width_mm, "height": shape.height_mm, "state": state,
        "label": _drawn(label, template) if label else None,
    }  # fmt: skip


def _drawn(label: LabelText, template: LabelTemplate) -> Markup:
    # Made of numbers and escaped words only.
    return Markup(drawing(label, template.shape, template.dpi))  # noqa: S704


def _sheet(
    width: float, height: float, cells: list[dict[str, Any]], pages: int, title: str, *, scale: int = 1
) -> Sheet:
    marks, numbers = [], []
    for mm in range(int(width) + 1):
        marks.append(f"M{mm} {-_tick(mm)}V0")
        if mm % 10 == 0 and 0 < mm < width - 1:
            numbers.append((float(mm), -5.2, mm // 10))
    for mm in range(int(height) + 1):
        marks.append(f"M{-_tick(mm)} {mm}H0")
        if mm % 10 == 0 and 0 < mm < height - 1:
            numbers.append((-6.4, mm + 0.9, mm // 10))
    return Sheet(width, height, cells, "".join(marks), numbers, pages, title, scale)


def _tick(mm: int) -> float:
    return 4.0 if mm % 10 == 0 else 2.5 if mm % 5 == 0 else 1.5
