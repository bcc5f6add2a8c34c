"""A report, and the machines behind a figure, as an Excel workbook: numbers as numbers, days as days, text as text."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import IO, Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from inventory.reports._base import Column, Report
from inventory.reports._words import About, basis, value_of

NUMBER_FORMATS: Final = {
    "machines": "#,##0",
    "events": "#,##0",
    "days": "#,##0",
    "%": "0.0%",
    "kg": "#,##0.0",
    "t": "#,##0.000",
    "kg CO2e": "#,##0.0",
    "t CO2e": "#,##0.000",
    "GBP": "[$£-809]#,##0.00",
}
"""How a sheet shows the numbers of a unit; the cell keeps every digit."""
DATE_FORMAT: Final = "d mmm yyyy"
MOMENT_FORMAT: Final = "d mmm yyyy hh:mm"
MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its header: more go on to a further sheet."""
MOST_WORDS: Final = 32_767
"""Characters of a cell."""
WIDEST: Final = 60
"""Characters to which a column grows; longer text wraps."""


class _Book:
    """A workbook with its formats; its file is the same for the same content."""

    def __init__(self, out: IO[bytes], title: str, about: About, **options: Any) -> None:
        # Text is text: neither formulas nor links are made of what somebody typed.
        safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.workbook = Workbook(out, {**safe, **options})
        self.workbook.set_properties({"title": title, "author": about.institution, "created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the format knows no zone
        self.zone = about.zone
        self._formats: dict[tuple[Any, ...], Any] = {}
        self.head = self.format(bold=True, bottom=1, text_wrap=True, valign="top")
        self.words = self.format(text_wrap=True, valign="top")
        self.plain = self.format(valign="top")

    def format(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(look)
        return self._formats[key]

    def put(self, sheet: Worksheet, row: int, place: int, cell: Any, unit: str = "", *, wrap: bool = True) -> None:
        """One typed cell; nothing where nothing is known."""
        value = value_of(cell)
        if value is None or value == "":
            return
        if isinstance(value, datetime):
            local = value.astimezone(self.zone).replace(tzinfo=None)
            sheet.write_datetime(row, place, local, self.format(num_format=MOMENT_FORMAT, valign="top"))
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, self.format(num_format=DATE_FORMAT, valign="top"))
        elif isinstance(value, (int, float)):
            shown = NUMBER_FORMATS.get(unit, "General")
            number = value / 100 if unit == "%" else value
            sheet.write_number(row, place, number, self.format(num_format=shown, valign="top"))
        else:
            sheet.write_string(row, place, str(value)[:MOST_WORDS], self.words if wrap else self.plain)

    def sheet(self, name: str, headings: Sequence[str], widths: Sequence[float]) -> Worksheet:
        """A sheet with a header that stays in sight."""
        sheet = self.workbook.add_worksheet(name)
        for place, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, heading, self.head)
        sheet.freeze_panes(1, 1 if name == "Figures" else 0)
        sheet.repeat_rows(0)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def definitions(self, rows: Sequence[tuple[str, str]]) -> None:
        """The sheet that says what the figures are."""
        sheet = self.sheet("Definitions", ("What", "Words"), (22, 100))
        for number, (label, words) in enumerate(rows, start=1):
            sheet.write_string(number, 0, label, self.plain)
            self.put(sheet, number, 1, words)


def heading(column: Column) -> str:
    """A column's label with its unit."""
    return f"{column.label} ({column.unit})" if column.unit else column.label


def _width(column: Column, rows: Sequence[dict[str, Any]]) -> float:
    longest = max((len(str(value)) for row in rows if (value := value_of(row.get(column.key))) is not None), default=0)
    # A heading may wrap, its longest word may not; a date and a thousands comma need room of their own.
    word = max(map(len, heading(column).split()))
    return float(min(max(longest, word) + 4, WIDEST))


def to_xlsx(report: Report, about: About) -> bytes:
    """The report: sheet Figures, and sheet Definitions with all that the figures rest on."""
    out = BytesIO()
    book = _Book(out, report.title, about, in_memory=True)
    columns = report.columns
    sheet = book.sheet("Figures", [heading(each) for each in columns], [_width(each, report.rows) for each in columns])
    sheet.autofilter(0, 0, max(len(report.rows), 1), len(columns) - 1)
    for number, row in enumerate(report.rows, start=1):
        for place, column in enumerate(columns):
            book.put(sheet, number, place, row.get(column.key), column.unit)
    book.definitions(basis(report, about))
    book.workbook.close()
    return out.getvalue()


def machines_to_xlsx(
    out: IO[bytes],
    columns: Sequence[tuple[str, float, str]],
    rows: Iterable[Sequence[Any]],
    about_it: Sequence[tuple[str, str]],
    about: About,
    *,
    most: int = MOST_ROWS,
) -> None:
    """The machines behind a figure, written row by row; *columns* are (heading, width in characters, unit).

    A moment is written in the institution's time. *most* rows go on one sheet.
    """
    book = _Book(out, dict(about_it)["Title"], about, constant_memory=True)
    book.definitions(about_it)
    headings, widths = [each[0] for each in columns], [each[1] for each in columns]
    sheet, full, used = book.sheet("Machines", headings, widths), 1, 0
    book.workbook.worksheets_objs[1].activate()
    for row in rows:
        if used == most:
            sheet.autofilter(0, 0, used, len(columns) - 1)
            full, used = full + 1, 0
            sheet = book.sheet(f"Machines {full}", headings, widths)
        used += 1
        for place, cell in enumerate(row):
            book.put(sheet, used, place, cell, columns[place][2], wrap=False)
    sheet.autofilter(0, 0, max(used, 1), len(columns) - 1)
    book.workbook.close()
