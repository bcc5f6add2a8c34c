"""What a label template is made of: shapes in millimetres, families of printers, pages of labels. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

Carries = Literal["address", "tag"]
Output = Literal["pdf", "zpl"]


@dataclass(frozen=True, slots=True)
class LabelShape:
    """One label: its size, and what of it must stay free.

    ``edge_x_mm`` and ``edge_y_mm`` bear no ink: sheets shift in the printer by up to a millimetre, and
    heads of label printers are narrower than their tape. ``quiet_on_edge``: the empty margin of a code
    may lie there too, since the print does not shift. ``carries``: what the code holds; ``tag`` on labels
    too small for an address. The three sizes of type are in points, the largest that is used for each.
    """

    width_mm: float
    height_mm: float
    edge_x_mm: float
    edge_y_mm: float
    tag_points: float
    text_points: float
    small_points: float
    quiet_on_edge: bool = False
    carries: Carries = "address"

    @property
    def below(self) -> bool:
        """Whether the text stands below the code (labels about as high as wide), not beside it."""
        return self.width_mm < 1.3 * self.height_mm

    @property
    def size(self) -> str:
        """``63.5 × 38.1 mm``."""
        return f"{self.width_mm:g} × {self.height_mm:g} mm"


# Height in mm up to which a row holds, then points of tag, text and small print.
_TYPE: Final = ((13, 8, 5, 5), (19, 9, 5.5, 5), (23, 10, 6, 5), (28, 12, 7, 5.5), (45, 16, 8, 6.5), (999, 24, 10, 8))


def shape(
    width_mm: float,
    height_mm: float,
    edge_x_mm: float,
    edge_y_mm: float | None = None,
    *,
    quiet_on_edge: bool = False,
    carries: Carries = "address",
) -> LabelShape:
    """A shape with type sizes that suit its size; one edge measure serves both directions."""
    tag, text, small = next(row[1:] for row in _TYPE if height_mm <= row[0])
    if width_mm >= 80 and height_mm >= 28:
        tag, text, small = 24, 10, 8
    edge_y = edge_x_mm if edge_y_mm is None else edge_y_mm
    return LabelShape(width_mm, height_mm, edge_x_mm, edge_y, tag, text, small, quiet_on_edge, carries)


@dataclass(frozen=True, slots=True)
class Family:
    """Printers that take the same labels: their resolution, what is sent to them, and how to print it."""

    key: str
    label: str
    dpi: float
    output: Output
    how: str


@dataclass(frozen=True, slots=True)
class LabelTemplate:
    """A page of equal labels, filled row by row from the upper left; on a roll, one label is the page.

    ``turned``: the label lies across its roll, so the page is a quarter turn from it. ``sure``: where the
    measures come from.
    """

    key: str
    name: str
    family: Family
    shape: LabelShape
    sure: str
    columns: int = 1
    rows: int = 1
    left_mm: float = 0.0
    top_mm: float = 0.0
    pitch_x_mm: float = 0.0
    pitch_y_mm: float = 0.0
    sheet_mm: tuple[float, float] | None = None
    turned: bool = False

    @property
    def is_sheet(self) -> bool:
        """Whether it is a sheet of labels, which can be used up in part."""
        return self.sheet_mm is not None

    @property
    def page_mm(self) -> tuple[float, float]:
        """The page as it is drawn upright: the sheet, or the single label."""
        return self.sheet_mm or (self.shape.width_mm, self.shape.height_mm)

    @property
    def dpi(self) -> float:
        """Dots per inch; a module is a whole number of them."""
        return self.family.dpi

    @property
    def per_page(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    def cell(self, place: int) -> tuple[float, float]:
        """Upper left corner of the label at *place* (from 0) of its page, in mm from the page's corner."""
        row, column = divmod(place, self.columns)
        return self.left_mm + column * self.pitch_x_mm, self.top_mm + row * self.pitch_y_mm
