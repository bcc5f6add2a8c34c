"""Importer for our own export: one CSV whose column ``record`` says what each row is (asset, event, ...)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from inventory.errors import ValidationRefused
from inventory.i18n import mark

from ._base import Importer
from .mapping import ColumnMapping
from .survey import Options, Survey
from .tables import Table
from .targets import TARGETS
from .validation import RowCheck
from .values import strip_formula_guard

RECORD = "record"
ASSET = "asset"


class Record(NamedTuple):
    """A row of our export as it was written: its number, what it is, and its cells that are not empty."""

    row_number: int
    record: str
    values: dict[str, str]


def read_records(table: Table) -> Iterator[Record]:
    """Every row in the order of the file, with the guards against formulas undone and nothing else changed.

    Raises ValidationRefused at a row that says not what it is, or has cells beyond the column names.
    """
    if table.headers[0] != RECORD:
        raise ValidationRefused(mark("This is not our own export: its first column must be “record”."))
    headers = table.headers
    for number, cells in table.rows():
        if len(cells) > len(headers):
            raise ValidationRefused(mark("This row has more cells than column names."), row=number)
        record = cells[0]
        if not record.isidentifier():
            raise ValidationRefused(
                mark("The column “record” says “{record}”, which is no kind of row."),
                row=number,
                record=record,
            )
        named = zip(headers, cells, strict=True)
        values = {header: strip_formula_guard(cell) for header, cell in named if cell and header != RECORD}
        yield Record(number, record, values)


class OwnCsv(Importer):
    """Our own export. As a plain import it brings the asset rows; a restore reads every record in order."""

    key = "own"
    label = "Our own export"
    fuzzy = False
    known = {key: key for key in TARGETS} | {RECORD: ""}

    def detect(self, table: Table) -> float:
        """By its first column."""
        return 1.0 if table.headers[0] == RECORD else 0.0

    def survey(self, table: Table, mapping: ColumnMapping, options: Options) -> Survey:
        """The asset rows only: an event's row bears its asset's tag again."""
        return super().survey(_AssetRows(table), mapping, options)

    def row_check(self, table: Table) -> RowCheck | None:
        """Refuses what is no asset."""

        def check(cells: Sequence[str]) -> str | None:
            return None if cells[0] == ASSET else mark("This row is no asset; restore the whole export to bring it in.")

        return check


class _AssetRows(Table):
    """The same table with its asset rows alone."""

    def __init__(self, table: Table) -> None:
        self.headers, self.facts, self._records, self._folder = (
            table.headers,
            table.facts,
            table._records,
            None,
        )

    def rows(self) -> "Iterator[tuple[int, list[str]]]":
        return (row for row in super().rows() if row[1][0] == ASSET)


IMPORTER = OwnCsv()
