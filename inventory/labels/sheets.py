"""Labels as the file a printer takes: PDF page by page, or ZPL II label by label, in no more room than the file."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.labels.label import LabelText
from inventory.labels.layout import lay_out
from inventory.labels.shapes import LabelShape, LabelTemplate
from inventory.printing import zpl
from inventory.printing.pdf import Paper
from inventory.printing.qr_batch import Encoder
from inventory.printing.raster import Dots

LARGEST_SHIFT_MM: Final = 5.0
"""Largest correction for a printer that feeds off centre."""
MIME: Final = {"pdf": "application/pdf", "zpl": "application/octet-stream"}


def check_skip(template: LabelTemplate, skip: int) -> None:
    """ValidationRefused unless *skip* places of the first page may be used up."""
    if not 0 <= skip < template.per_page:
        words = (
            mark("{skip} labels cannot be skipped: a sheet has {count}, so 0 to {most} may be used up.")
            if template.is_sheet
            else mark("On a roll no label is used up already: skip 0, not {skip}.")
        )
        raise ValidationRefused(words, field="skip", skip=skip, count=template.per_page, most=template.per_page - 1)


def check_shift(shift_mm: tuple[float, float]) -> None:
    """ValidationRefused for a shift beyond LARGEST_SHIFT_MM."""
    if not all(abs(each) <= LARGEST_SHIFT_MM for each in shift_mm):
        raise ValidationRefused(
            mark("The print cannot be shifted by more than {most} mm. Check the sheet and the printer's tray."),
            field="shift",
            most=LARGEST_SHIFT_MM,
        )


@dataclass(frozen=True, slots=True)
class Placing:
    """How a print lies on its paper: places used up, millimetres right and down, edges drawn for a test."""

    skip: int = 0
    shift_mm: tuple[float, float] = (0.0, 0.0)
    outlines: bool = False


AS_IT_IS: Final = Placing()
"""From the first place on, not moved, without edges."""


def draw_pdf(
    paper: Paper, label: LabelText, template: LabelTemplate, left: float, top: float, encoder: Encoder
) -> None:
    """One label with its upper left corner at (left, top) mm, codes on the printer's grid."""
    layout, dot = lay_out(label, template.shape, template.dpi), 25.4 / template.dpi
    box = layout.code

    def grid(mm: float) -> float:
        return round(mm / dot) * dot

    x, y = grid(left + box.x_mm + box.quiet_mm), grid(top + box.y_mm + box.quiet_mm)
    paper.qr(x, y, encoder.encode(label.payload(template.shape), box.level, box.version), box.module_mm)
    if layout.logo is not None and label.logo is not None:
        at = layout.logo
        paper.picture(left + at.x_mm, top + at.y_mm, at.width_mm, at.height_mm, label.logo.image)
    if layout.bars is not None:
        bars = layout.bars
        paper.bars(grid(left + bars.x_mm), top + bars.y_mm, bars.height_mm, bars.runs, bars.module_mm)
    for line in layout.lines:
        paper.text(left + line.x_mm, top + line.baseline_mm, line.text, line.font, line.points)


def draw_dots(
    label: LabelText,
    shape: LabelShape,
    dpi: float,
    shift_mm: tuple[float, float] = (0.0, 0.0),
    *,
    encoder: Encoder | None = None,
) -> Dots:
    """One label in the dots of a printer with *dpi*."""
    layout = lay_out(label, shape, dpi)
    box = layout.code
    matrix = (encoder or Encoder()).encode(label.payload(shape), box.level, box.version)
    page = Dots(shape.width_mm, shape.height_mm, dpi, shift_mm=shift_mm)
    if layout.logo is not None and label.logo is not None:
        at = layout.logo
        page.picture(at.x_mm, at.y_mm, at.width_mm, at.height_mm, label.logo.image)
    page.qr(box.x_mm + box.quiet_mm, box.y_mm + box.quiet_mm, matrix, box.dots)
    if layout.bars is not None:
        bars = layout.bars
        page.bars(bars.x_mm, bars.y_mm, bars.height_mm, bars.runs, bars.dots)
    for line in layout.lines:
        page.text(line.x_mm, line.baseline_mm, line.text, line.font, line.points)
    return page


def write_labels(
    out: IO[bytes], labels: Iterable[LabelText], template: LabelTemplate, placing: Placing = AS_IT_IS
) -> int:
    """Write *labels* to *out* as their printer takes them; returns how many.

    ValidationRefused when there are none, when the placing is out of range, or when an address does not
    fit the label; a PDF is not begun then, of ZPL nothing is written before the first label that fits.
    """
    check_skip(template, placing.skip)
    check_shift(placing.shift_mm)
    write = _write_pdf if template.family.output == "pdf" else _write_zpl
    written = write(out, labels, template, placing)
    if not written:
        raise ValidationRefused(mark("There is no label to print. Choose at least one machine."), field="labels")
    return written


def _write_pdf(out: IO[bytes], labels: Iterable[LabelText], template: LabelTemplate, placing: Placing) -> int:
    paper = Paper(out, template.page_mm, title=mark("Labels"), turned=template.turned)
    shape, encoder, written = template.shape, Encoder(), 0
    for label in labels:
        place = (placing.skip + written) % template.per_page
        if written and place == 0:
            paper.next_page()
        left, top = template.cell(place)
        left, top = left + placing.shift_mm[0], top + placing.shift_mm[1]
        if placing.outlines:
            paper.outline(left, top, shape.width_mm, shape.height_mm)
        draw_pdf(paper, label, template, left, top, encoder)
        written += 1
    if written:
        paper.close()
    return written


def _write_zpl(out: IO[bytes], labels: Iterable[LabelText], template: LabelTemplate, placing: Placing) -> int:
    shape, encoder, written = template.shape, Encoder(), 0
    for label in labels:
        page = draw_dots(label, shape, template.dpi, placing.shift_mm, encoder=encoder)
        if placing.outlines:
            page.frame()
        out.write(zpl.label(page.image).encode("ascii"))
        written += 1
    return written


def label_file(labels: Iterable[LabelText], template: LabelTemplate, placing: Placing = AS_IT_IS) -> bytes:
    """The file of `write_labels` as bytes."""
    out = BytesIO()
    write_labels(out, labels, template, placing)
    return out.getvalue()
