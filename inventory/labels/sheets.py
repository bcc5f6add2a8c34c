"""Sheets of labels as PDF, page by page, so that ten thousand labels need no more room than their file."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import IO, Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.labels.layout import DPI, LabelText, lay_out
from inventory.labels.templates import SheetTemplate
from inventory.printing.pdf import Paper
from inventory.printing.qr import Matrix
from inventory.printing.qr_batch import encode_all

LARGEST_SHIFT_MM: Final = 5.0
"""Largest correction for a printer that feeds off centre."""
_DOT: Final = 25.4 / DPI


def _checked(template: SheetTemplate, skip: int, shift_mm: tuple[float, float]) -> None:
    if not 0 <= skip < template.per_page:
        raise ValidationRefused(
            mark("{skip} labels cannot be skipped: a sheet has {count}, so 0 to {most} may be used up."),
            field="skip",
            skip=skip,
            count=template.per_page,
            most=template.per_page - 1,
        )
    if not all(abs(each) <= LARGEST_SHIFT_MM for each in shift_mm):
        raise ValidationRefused(
            mark(
                "The print cannot be shifted by more than {most} mm. Check the sheet and the printer's tray."
            ),
            field="shift",
            most=LARGEST_SHIFT_MM,
        )


def _with_codes(labels: Iterable[LabelText]) -> Iterator[tuple[LabelText, Matrix]]:
    """Each label with its code, read once and in step, so that the labels may come from a query."""
    waiting: list[LabelText] = []

    def addresses() -> Iterator[str]:
        for label in labels:
            waiting.append(label)
            yield label.address

    for matrix in encode_all(addresses()):
        yield waiting.pop(), matrix


def write_sheets(
    out: IO[bytes],
    labels: Iterable[LabelText],
    template: SheetTemplate,
    *,
    skip: int = 0,
    shift_mm: tuple[float, float] = (0.0, 0.0),
    outlines: bool = False,
) -> int:
    """Write *labels* as PDF to *out*; the first *skip* places of the first sheet stay empty.

    *shift_mm* moves everything right and down, for a printer that feeds off centre; *outlines* draws
    each label's edge, for a test print on plain paper. Returns how many labels were written.
    ValidationRefused when there are none, when *skip* or *shift_mm* is out of range, or when an address
    does not fit the label; nothing is written to *out* then.
    """
    _checked(template, skip, shift_mm)
    paper = Paper(out, template.page_mm, title=mark("Labels"))
    shape = template.shape
    written = 0
    for label, matrix in _with_codes(labels):
        place = (skip + written) % template.per_page
        if written and place == 0:
            paper.next_page()
        left, top = template.cell(place)
        left, top = left + shift_mm[0], top + shift_mm[1]
        box, lines = lay_out(label, shape)
        if outlines:
            paper.outline(left, top, shape.width_mm, shape.height_mm)
        # On the printer's grid, so that every module is the same number of dots.
        x = round((left + box.x_mm + box.quiet_mm) / _DOT) * _DOT
        y = round((top + box.y_mm + box.quiet_mm) / _DOT) * _DOT
        paper.qr(x, y, matrix, box.module_mm)
        for line in lines:
            paper.text(left + line.x_mm, top + line.baseline_mm, line.text, line.font, line.points)
        written += 1
    if not written:
        raise ValidationRefused(
            mark("There is no label to print. Choose at least one machine."), field="labels"
        )
    paper.close()
    return written


def sheet_pdf(
    labels: Iterable[LabelText],
    template: SheetTemplate,
    *,
    skip: int = 0,
    shift_mm: tuple[float, float] = (0.0, 0.0),
    outlines: bool = False,
) -> bytes:
    """The PDF of `write_sheets` as bytes."""
    out = BytesIO()
    write_sheets(out, labels, template, skip=skip, shift_mm=shift_mm, outlines=outlines)
    return out.getvalue()
