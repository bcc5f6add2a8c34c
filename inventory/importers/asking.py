"""What a person asks of an import, as one value: format, columns, answers to questions, what to do with rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark

from ._base import Importer, detect, importer
from .dates import ORDERS
from .mapping import ColumnMapping
from .names import CREATABLE
from .survey import Options
from .tables import Table, open_table
from .writing import Choice

DECIMAL_MARKS: Final = (".", ",")
MASS_UNITS: Final = ("g", "kg", "lb")
_WORD_TARGETS: Final = ("kind", "status", "outcome")


@dataclass(frozen=True)
class Asked:
    """Everything that decides how a file is read and what is recorded; JSON values only, to be kept.

    ``columns``: header to target key, "" to leave out, "notes:keep" to keep it in the notes by its name.
    ``words``: target key to {word of the file: our key}. ``format`` "" finds it out.
    """

    format: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    date_orders: dict[str, str] = field(default_factory=dict)
    decimal_mark: str | None = None
    mass_unit: str | None = None
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    source: str = ""
    update_by: str | None = None
    skip_refused: bool = False
    create: list[str] = field(default_factory=lambda: list(CREATABLE))
    without_status: str | None = None

    def __post_init__(self) -> None:
        _one_of(self.decimal_mark, DECIMAL_MARKS, "decimal_mark", mark("decimal mark"))
        _one_of(self.mass_unit, MASS_UNITS, "mass_unit", mark("unit of mass"))
        for order in self.date_orders.values():
            _one_of(order, ORDERS, "date_order", mark("order of day and month"))
        for target in self.words:
            _one_of(target, _WORD_TARGETS, "words", mark("column of words"))
        if len(self.source) > 80 or not self.source.isprintable():
            raise ValidationRefused(mark("The name of the source has at most 80 characters."), field="source")

    def as_dict(self) -> dict[str, Any]:
        """To keep."""
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Asked":
        """What ``as_dict`` gave; a name that is not known is refused."""
        if wrong := sorted(kept.keys() - cls.__dataclass_fields__.keys()):
            raise ValidationRefused(mark("An import has no setting {names}."), names=", ".join(wrong))
        return cls(**kept)

    def open(self, path: Path) -> Table:
        """The table at *path* as asked."""
        return open_table(
            path, sheet=self.sheet, encoding=self.encoding, delimiter=self.delimiter, header_row=self.header_row
        )

    def reading(self, table: Table) -> "Reading":
        """How *table* is to be read. Raises ValidationRefused where what was asked does not fit it."""
        chosen = importer(self.format) if self.format else detect(table)
        given = {header: key for header, key in self.columns.items() if key != KEEP}
        mapping = chosen.mapping(table, given)
        headers = set(table.headers)
        kept = {header for header, key in self.columns.items() if key == KEEP and header in headers}
        kept |= chosen.kept(mapping) - self.columns.keys()
        options = Options(
            date_orders=self.date_orders,
            decimal_mark=self.decimal_mark,
            mass_unit=self.mass_unit,
            words=self.words,
            keep=frozenset(kept & set(mapping.unmapped)),
        )
        choice = Choice(
            source=self.source or chosen.key,
            update_by=self.update_by,
            skip_refused=self.skip_refused,
            create=frozenset(self.create),
            without_status=self.without_status,
        )
        return Reading(chosen, mapping, options, choice)


@dataclass(frozen=True)
class Reading:
    """A table's importer, columns, options and choice, ready to run."""

    importer: Importer
    mapping: ColumnMapping
    options: Options
    choice: Choice


KEEP: Final = "notes:keep"
"""Stands for a column that is kept in the notes under its own name."""


def _one_of(value: str | None, allowed: tuple[str, ...], name: str, words: str) -> None:
    if value is not None and value not in allowed:
        raise ValidationRefused(
            mark("There is no {words} “{value}”; use one of: {allowed}."),
            field=name,
            words=words,
            value=value[:40],
            allowed=", ".join(allowed),
        )
