"""Label shapes and sheets as data, in millimetres. A new sheet is one row here."""

from dataclasses import dataclass
from typing import Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark


@dataclass(frozen=True, slots=True)
class LabelShape:
    """One label: its size, and how much of it is given to what.

    ``qr_mm`` is the side of the square for the code with its quiet zone; the text stands to its right.
    ``padding_mm`` stays empty at the edges, because sheets shift in the printer by up to a millimetre.
    """

    width_mm: float
    height_mm: float
    padding_mm: float
    qr_mm: float
    tag_points: float
    text_points: float
    small_points: float


@dataclass(frozen=True, slots=True)
class SheetTemplate:
    """A page of equal labels, filled row by row from the upper left."""

    key: str
    name: str
    shape: LabelShape
    columns: int
    rows: int
    left_mm: float
    top_mm: float
    pitch_x_mm: float
    pitch_y_mm: float
    page_mm: tuple[float, float] = (210.0, 297.0)

    @property
    def per_page(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    def cell(self, place: int) -> tuple[float, float]:
        """Upper left corner of the label at *place* (from 0) of its page, in mm from the page's corner."""
        row, column = divmod(place, self.columns)
        return self.left_mm + column * self.pitch_x_mm, self.top_mm + row * self.pitch_y_mm


_LARGE: Final = LabelShape(63.5, 38.1, 2.4, 28.4, tag_points=16, text_points=8, small_points=6.5)
_WIDE: Final = LabelShape(99.1, 38.1, 1.8, 34.5, tag_points=24, text_points=10, small_points=8)
_MEDIUM: Final = LabelShape(63.5, 33.9, 2.4, 28.4, tag_points=16, text_points=8, small_points=6.5)
_SMALL: Final = LabelShape(38.1, 21.2, 1.0, 18.9, tag_points=10, text_points=6, small_points=5)

ROLL: Final = LabelShape(50.0, 25.0, 1.5, 18.9, tag_points=12, text_points=7, small_points=5.5)
"""A single label of a label printer (203 or 300 dpi), the usual 50 x 25 mm."""

# Sizes and pitches are the maker's; the margins are what centring the grid on A4 leaves.
TEMPLATES: Final[dict[str, SheetTemplate]] = {
    each.key: each
    for each in (
        SheetTemplate(
            "L7160", "Avery L7160, 21 labels of 63.5 × 38.1 mm", _LARGE, 3, 7, 7.21, 15.15, 66.04, 38.1
        ),
        SheetTemplate(
            "L7159", "Avery L7159, 24 labels of 63.5 × 33.9 mm", _MEDIUM, 3, 8, 7.21, 12.9, 66.04, 33.9
        ),
        SheetTemplate(
            "L7163", "Avery L7163, 14 labels of 99.1 × 38.1 mm", _WIDE, 2, 7, 4.65, 15.15, 101.6, 38.1
        ),
        SheetTemplate(
            "L7651", "Avery L7651, 65 labels of 38.1 × 21.2 mm", _SMALL, 5, 13, 4.67, 10.7, 40.64, 21.2
        ),
    )
}
DEFAULT: Final = "L7160"


def template_named(key: str) -> SheetTemplate:
    """The sheet with this *key* in any case; ValidationRefused names those there are."""
    template = TEMPLATES.get(key.strip().upper())
    if template is None:
        raise ValidationRefused(
            mark("There is no label sheet {key}. Choose one of: {keys}."),
            field="template",
            key=key,
            keys=", ".join(TEMPLATES),
        )
    return template
