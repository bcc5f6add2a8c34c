"""A sheet of labels as a drawing in millimetres: cells, their labels, and the ruler along two edges."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from inventory.labels.layout import LabelText, lay_out
from inventory.labels.templates import SheetTemplate
from inventory.printing import fonts
from inventory.printing.qr import encode, svg_path

RULER_MM: Final = 9.0
"""Room beside the sheet for the ruler."""
_MM: Final = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet of a print. Lengths in mm; the origin is the sheet's upper left corner."""

    width: float
    height: float
    cells: list[dict[str, Any]]
    ticks: str
    """Path of the ruler's marks, one per millimetre."""
    numbers: list[tuple[float, float, int]]
    """(x, y, centimetres)."""
    sheets: int
    """How many sheets the whole print takes."""
    title: str

    @property
    def box(self) -> str:
        """The viewBox, ruler included."""
        return f"{-RULER_MM} {-RULER_MM} {self.width + RULER_MM + 1} {self.height + RULER_MM + 1}"

    @property
    def shown_width(self) -> float:
        """Width with the ruler."""
        return self.width + RULER_MM + 1

    @property
    def shown_height(self) -> float:
        """Height with the ruler."""
        return self.height + RULER_MM + 1


def draw(labels: Sequence[LabelText | None], count: int, template: SheetTemplate, skip: int) -> Sheet:
    """The first sheet of *count* labels, of which *labels* are the first; None is a tag not issued yet."""
    width, height = template.page_mm
    cells = []
    for place in range(template.per_page):
        x, y = template.cell(place)
        at = place - skip
        label = labels[at] if 0 <= at < len(labels) else None
        state = "used" if at < 0 else "filled" if at < count else "free"
        cells.append(
            {
                "place": place, "x": x, "y": y, "width": template.shape.width_mm, "height": template.shape.height_mm,
                "state": state, "label": _label(label, template, x, y) if label else None,
            }
        )  # fmt: skip
    marks, numbers = [], []
    for mm in range(int(width) + 1):
        marks.append(f"M{mm} {-_tick(mm)}V0")
        if mm % 10 == 0 and 0 < mm < width - 3:
            numbers.append((float(mm), -5.2, mm // 10))
    for mm in range(int(height) + 1):
        marks.append(f"M{-_tick(mm)} {mm}H0")
        if mm % 10 == 0 and 0 < mm < height - 3:
            numbers.append((-6.4, mm + 0.9, mm // 10))
    sheets = -(-(skip + count) // template.per_page) or 1
    title = f"Sheet 1 of {sheets}: {template.name}, {skip} places left empty, then {count:,} labels"
    return Sheet(width, height, cells, "".join(marks), numbers, sheets, title)


def _tick(mm: int) -> float:
    return 4.0 if mm % 10 == 0 else 2.5 if mm % 5 == 0 else 1.5


def _label(label: LabelText, template: SheetTemplate, x: float, y: float) -> dict[str, Any]:
    box, lines = lay_out(label, template.shape)
    return {
        "tag": label.tag,
        "x": x + box.x_mm + box.quiet_mm,
        "y": y + box.y_mm + box.quiet_mm,
        "module": box.module_mm,
        "path": svg_path(encode(label.address)),
        "lines": [
            {
                "x": x + line.x_mm, "y": y + line.baseline_mm, "text": line.text, "mono": line.font == fonts.MONO,
                "size": line.points * _MM, "length": fonts.width(line.text, line.font, line.points) * _MM,
            }
            for line in lines
        ],
    }  # fmt: skip
