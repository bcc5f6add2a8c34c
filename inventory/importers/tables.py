"""Opens any table: CSV as it comes, XLSX, XLS, ODS; headers, rows with their number, facts to show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from inventory.errors import ValidationRefused
from inventory.i18n import mark

from ._delimited import (
    MAX_COLUMNS,
    Records,
    find_delimiter,
    find_encoding,
    find_line_end,
    sample_lines,
)
from ._spreadsheets import convert, spreadsheet_kind

Row = tuple[int, list[str]]
"""Number of the row in the file, from 1 and counting blank rows, as a spreadsheet shows it; its cells."""
_HEADER_SEARCH = 20


@dataclass(frozen=True)
class Facts:
    """How a table was read, for display. ``header_row`` counts from 1; ``repairs`` are sentences."""

    format: str
    header_row: int
    encoding: str | None = None
    delimiter: str | None = None
    line_end: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()


@dataclass
class Table:
    """A table on disk: unique, non-empty ``headers``, and rows read afresh by each call of ``rows``."""

    headers: tuple[str, ...]
    facts: Facts
    _records: Records
    _folder: TemporaryDirectory[str] | None = field(default=None, repr=False)

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, padded to the width of the headers.

        A row with more cells than headers keeps them (the row check refuses it: its cells have shifted).
        Raises ValidationRefused where the file cannot be read on.
        """
        width = len(self.headers)
        header_row = self.facts.header_row
        for number, cells in enumerate(self._records, 1):
            if number <= header_row:
                continue
            if len(cells) != width:
                if not cells:
                    continue
                cells = _fit(cells, width)
            # One non-blank cell is the rule, so the first look mostly suffices.
            if cells[0].strip() or any(cell and not cell.isspace() for cell in cells):
                yield number, cells

    def close(self) -> None:
        """Remove the working copy of a spreadsheet."""
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _fit(cells: list[str], width: int) -> list[str]:
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells + [""] * (width - len(cells))


def open_table(
    path: Path | str,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
) -> Table:
    """Open the table at *path*; what is not given is found out. Use it in a ``with``.

    Raises ValidationRefused, in a sentence, for whatever is no table that can be read.
    """
    path = Path(path)
    if not path.is_file():
        raise ValidationRefused(mark("There is no file {name}."), name=path.name)
    if path.stat().st_size == 0:
        raise ValidationRefused(mark("The file is empty."))
    kind = spreadsheet_kind(path)
    if kind is None:
        return _open_text(path, encoding, delimiter, header_row)
    folder = TemporaryDirectory(prefix="inventory-import-")
    try:
        target = Path(folder.name) / "sheet.csv"
        answer = convert(path, kind, target, sheet)
        records = Records(target, "utf-8", ",")
        headers, found, repairs = _headers(records, header_row)
        if answer["merged"]:
            repairs.append(f"{answer['merged']} merged ranges: each cell given the value of its range.")
        facts = Facts(
            kind,
            found,
            sheet=answer["sheet"],
            sheets=tuple(answer["sheets"]),
            repairs=tuple(repairs),
        )
        return Table(headers, facts, records, folder)
    except BaseException:
        folder.cleanup()
        raise


def _open_text(path: Path, encoding: str | None, delimiter: str | None, header_row: int | None) -> Table:
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\0'):
        raise ValidationRefused(mark("The delimiter must be one character, not a quotation mark."))
    encoding = encoding or find_encoding(path)
    try:
        lines = sample_lines(path, encoding)
    except LookupError:
        raise ValidationRefused(mark("There is no encoding {name}."), name=encoding) from None
    delimiter = delimiter or find_delimiter(lines)
    records = Records(path, encoding, delimiter)
    headers, found, repairs = _headers(records, header_row)
    facts = Facts("CSV", found, encoding, delimiter, find_line_end(lines), repairs=tuple(repairs))
    return Table(headers, facts, records)


def _headers(records: Records, wanted: int | None) -> tuple[tuple[str, ...], int, list[str]]:
    first = list(islice(records, max(_HEADER_SEARCH, wanted or 0)))
    number = wanted or _find_header(first)
    if not 1 <= number <= len(first) or not any(cell.strip() for cell in first[number - 1]):
        raise ValidationRefused(mark("The table has no row of column names."))
    cells = [" ".join(cell.split()) for cell in first[number - 1]]
    # A nameless column at the right edge counts only where something stands under it.
    used = max(len(record) - _blank_tail(record) for record in first[number - 1 :])
    while not cells[-1] and len(cells) > used:
        cells.pop()
    repairs = []
    if any(cell.strip() for record in first[: number - 1] for cell in record):
        repairs.append(f"Rows 1 to {number - 1} stand above the column names and are passed over.")
    names: list[str] = []
    for position, cell in enumerate(cells, 1):
        name = base = cell or f"Column {position}"
        again = 2
        while name in names:
            name = f"{base} ({again})"
            again += 1
        if name != cell:
            why = f"is a second “{cell}”" if cell else "has no name"
            repairs.append(f"Column {position} {why}; it is called “{name}”.")
        names.append(name)
    return tuple(names), number, repairs


def _blank_tail(record: Sequence[str]) -> int:
    return next((count for count, cell in enumerate(reversed(record)) if cell.strip()), len(record))


def _find_header(first: Sequence[list[str]]) -> int:
    """The first row with more than half as many filled cells as the fullest: a title line has fewer."""
    filled = [sum(bool(cell.strip()) for cell in record) for record in first]
    fullest = max(filled, default=0)
    return next((number for number, count in enumerate(filled, 1) if 2 * count > fullest), 0)


__all__ = ["MAX_COLUMNS", "Facts", "Row", "Table", "open_table"]
