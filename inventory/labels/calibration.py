"""A test page for one template: every label's edge, crosses to measure from, a ruler each way."""

from io import BytesIO
from typing import Final, Protocol

from inventory.i18n import mark
from inventory.labels.shapes import LabelTemplate
from inventory.labels.sheets import AS_IT_IS, MIME, Placing, check_shift
from inventory.printing import fonts, zpl
from inventory.printing.pdf import Paper
from inventory.printing.raster import Dots

_ARM_MM: Final = 3.0
_RULER_MM: Final = 100


class _Page(Protocol):
    def line(self, x1: float, y1: float, x2: float, y2: float) -> None: ...

    def text(self, x_mm: float, baseline_mm: float, text: str, font: str, points: float, /) -> None: ...


def calibration_file(template: LabelTemplate, placing: Placing = AS_IT_IS) -> bytes:
    """The page as the printer takes it: PDF, or ZPL II. ValidationRefused for too large a shift."""
    check_shift(placing.shift_mm)
    right, down = placing.shift_mm
    out = BytesIO()
    if template.family.output == "zpl":
        shape = template.shape
        dots = Dots(shape.width_mm, shape.height_mm, template.dpi, shift_mm=placing.shift_mm)
        _on_one_label(dots, template, 0.0, 0.0)
        out.write(zpl.label(dots.image).encode("ascii"))
        return out.getvalue()
    paper = Paper(out, template.page_mm, title=mark("Calibration"), turned=template.turned)
    for place in range(template.per_page):
        left, top = template.cell(place)
        paper.outline(left + right, top + down, template.shape.width_mm, template.shape.height_mm)
    if template.is_sheet:
        _on_a_sheet(paper, template, right, down)
    else:
        _on_one_label(paper, template, right, down)
    paper.close()
    return out.getvalue()


def mime(template: LabelTemplate) -> str:
    """Media type of the template's files."""
    return MIME[template.family.output]


def _cross(page: _Page, x: float, y: float) -> None:
    page.line(x - _ARM_MM, y, x + _ARM_MM, y)
    page.line(x, y - _ARM_MM, x, y + _ARM_MM)


def _ruler(page: _Page, x: float, y: float, length: int, *, down: bool) -> None:
    """*length* mm from (x, y), a mark each millimetre, longer at five and ten, numbers in centimetres."""
    for mm in range(length + 1):
        tick = 3.0 if mm % 10 == 0 else 2.0 if mm % 5 == 0 else 1.2
        if down:
            page.line(x, y + mm, x + tick, y + mm)
        else:
            page.line(x + mm, y, x + mm, y + tick)
        if mm % 10 == 0 and mm:
            at = (x + 3.6, y + mm + 0.9) if down else (x + mm - 0.8, y + 6.0)
            page.text(*at, str(mm // 10), fonts.TEXT, 7)
    page.line(x, y, x if down else x + length, y + length if down else y)


def _on_a_sheet(page: Paper, template: LabelTemplate, right: float, down: float) -> None:
    shape = template.shape
    first, last = template.cell(0), template.cell(template.per_page - 1)
    xs = (first[0] + right, last[0] + shape.width_mm + right)
    ys = (first[1] + down, last[1] + shape.height_mm + down)
    for x in xs:
        for y in ys:
            _cross(page, x, y)
    width, height = template.page_mm
    x, y = max(8.0, width / 2 - _RULER_MM / 2), height / 2
    # The words are read on paper white; the edges at the paper's corners stay.
    page.blank(x + 9, y - 98, min(width - x - 18, 128), 38)
    _ruler(page, x, y, _RULER_MM, down=False)
    _ruler(page, x, y - _RULER_MM - 8, _RULER_MM, down=True)
    for number, words in enumerate(
        (
            template.name,
            mark("Both rulers must measure 10 cm. If not, the dialog scaled the page: print at 100 %."),
            mark("Lay this page on a sheet of labels and hold both to the light."),
            mark("If the crosses miss the labels' corners, measure how far the print must go to the right"),
            mark("and down, and keep both with the printer, in tenths of a millimetre."),
            f"{mark('Printed with')} {right * 10:+.0f} / {down * 10:+.0f}",
        )
    ):
        page.text(x + 12, y - 92 + number * 5.5, words, fonts.TEXT, 9)


def _on_one_label(page: _Page, template: LabelTemplate, right: float, down: float) -> None:
    shape = template.shape
    left, top = shape.edge_x_mm + right, shape.edge_y_mm + down
    end, foot = shape.width_mm - shape.edge_x_mm + right, shape.height_mm - shape.edge_y_mm + down
    # The frame is where ink may be; all four sides must show.
    for y in (top, foot):
        page.line(left, y, end, y)
    for x in (left, end):
        page.line(x, top, x, foot)
    middle = shape.width_mm / 2 + right, shape.height_mm / 2 + down
    _cross(page, *middle)
    length = int((shape.width_mm - 2 * shape.edge_x_mm) // 10 * 10) or 10
    _ruler(page, left, middle[1], length, down=False)
    page.text(left + 1, top + 3, template.key, fonts.MONO, 6)
