"""The files a report can be saved as: one table; what writes a kind of file is loaded when one is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from inventory.errors import ValidationRefused
from inventory.reports._base import Report
from inventory.reports._words import About

Writer = Callable[[Report, About], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: ``key`` is its extension; ``writer`` module and function of this package that write it."""

    key: str
    label: str
    media: str
    writer: tuple[str, str]
    binary: bool = True

    def write(self, report: Report, about: About) -> bytes:
        """The file."""
        module, function = self.writer
        written: bytes = getattr(import_module(f"inventory.reports.{module}"), function)(report, about)
        return written


FORMATS: Final = {
    each.key: each
    for each in (
        Format("csv", "CSV", "text/csv", ("_render", "csv_file"), binary=False),
        Format(
            "xlsx",
            "Excel (XLSX)",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ("_workbook", "to_xlsx"),
        ),
        Format("pdf", "PDF", "application/pdf", ("_paper", "to_pdf")),
    )
}


def format_of(key: str) -> Format:
    """The format *key*, or a refusal that names those there are."""
    if key not in FORMATS:
        raise ValidationRefused(f"There is no format {key[:20]!r}; choose one of {', '.join(FORMATS)}.", field="format")
    return FORMATS[key]
