"""Evidence and decisions in a whole export: the rows of each table that says so, with their numbers, as they are.

A table is carried when its model says so (`inventory.db.CARRIED`). A row names accounts,
machines, departments, places and parties as people do; rows of other carried tables it names by number, which stay.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String, Table, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inventory.db import Base, UtcDateTime
from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.lifecycle.canonical import moment

from . import own_cells as cells
from .own_columns import pack
from .own_csv import Record

_NAMES: Final = {"account": "uid", "asset": "tag", "department": "code", "location": "code", "party": "uid"}
"""Tables whose rows bear a name of their own: the column that holds it."""
_CELL: Final = 90_000
"""Characters of a cell; what is longer goes on in further rows."""
_PART: Final = {"part", "of", "text"}
_AT_ONCE: Final = 500


def carried() -> dict[str, Table]:
    """The tables by name, each after those that it refers to."""
    return {each.name: each for each in Base.metadata.sorted_tables if each.info.get("export") == "carried"}


def carried_records(session: Session) -> Iterator[tuple[str, dict[str, Any]]]:
    """(table, content of one row of the export) in the order in which a restore needs them."""
    for name, table in carried().items():
        columns: list[Any] = []
        source: Any = table
        for column in table.columns:
            named = _named(column)
            if named is None:
                columns.append(column)
                continue
            # Joined by hand: several columns may refer to one table.
            other = Base.metadata.tables[named].alias()
            source = source.outerjoin(other, other.c.id == column)
            columns.append(other.c[_NAMES[named]].label(_label(column)))
        order = list(table.primary_key.columns)
        # A content may be large: a few rows at a time.
        statement = select(*columns).select_from(source).order_by(*order).execution_options(yield_per=50)
        for row in session.execute(statement):
            told = {key: _told(value) for key, value in row._mapping.items() if value is not None}
            yield from ((name, each) for each in _parts(told))


def _parts(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    whole = pack(told)
    if len(whole) <= _CELL:
        yield told
        return
    plain = json.dumps(told)
    parts = range(0, len(plain), _CELL // 2)
    for number, start in enumerate(parts, start=1):
        yield {"part": number, "of": len(parts), "text": plain[start : start + _CELL // 2]}


def _named(column: Column[Any]) -> str | None:
    """The table with names that *column* refers to."""
    found = next(iter(column.foreign_keys), None)
    return found.column.table.name if found is not None and found.column.table.name in _NAMES else None


def _label(column: Column[Any]) -> str:
    return column.name.removesuffix("_id") if _named(column) else column.name


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


class Carrying:
    """Puts carried rows back; rows wait until there are enough of them, or `flush` is called."""

    def __init__(self, session: Session) -> None:
        self.session, self.tables = session, carried()
        self._waiting: list[tuple[str, Record, dict[str, Any]]] = []
        self._part: tuple[str, int, list[str]] = ("", 0, [])
        self._numbers: dict[str, dict[str, int]] = {}

    def take(self, record: Record) -> None:
        """One row of the export, or a part of one."""
        data = cells.data(record)
        whole = self._assembled(record, data) if data.keys() == _PART else data
        if whole is not None:
            self._waiting.append((record.record, record, whole))
            if len(self._waiting) >= _AT_ONCE:
                self.flush()

    def _assembled(self, record: Record, data: dict[str, Any]) -> dict[str, Any] | None:
        name, count, texts = self._part if data["part"] != 1 else (record.record, 0, [])
        if name != record.record or data["part"] != count + 1:
            raise ValidationRefused(mark("A part of this row is missing."), row=record.row_number)
        texts.append(str(data["text"]))
        self._part = (name, count + 1, texts)
        if count + 1 < data["of"]:
            return None
        self._part = ("", 0, [])
        try:
            found = json.loads("".join(texts))
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ValidationRefused(mark("The parts of this row make no whole."), row=record.row_number)
        return found

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        self._learn(waiting)
        rows = [(name, record, self._values(self.tables[name], record, data)) for name, record, data in waiting]
        for (name, _), group in groupby(rows, key=lambda each: (each[0], tuple(each[2]))):
            alike = list(group)
            try:
                with self.session.begin_nested():
                    self.session.execute(insert(self.tables[name]), [values for _, _, values in alike])
            except IntegrityError:
                raise ValidationRefused(
                    mark("From this row on something of “{name}” stands twice, or refers to what the file has not."),
                    row=alike[0][1].row_number,
                    name=name,
                ) from None

    def finish(self) -> None:
        """Write the rest, and let new rows be numbered after those that came."""
        if self._part[0]:
            raise ValidationRefused(mark("The last part of a row of “{name}” is missing."), name=self._part[0])
        self.flush()
        if self.session.get_bind().dialect.name == "postgresql":
            for table in self.tables.values():
                number = table.columns.get("id")
                last = self.session.scalar(select(func.max(number))) if number is not None else None
                if last is not None:
                    sequence = func.pg_get_serial_sequence(table.name, "id")
                    self.session.execute(select(func.setval(sequence, last)))

    def _learn(self, waiting: list[tuple[str, Record, dict[str, Any]]]) -> None:
        """The numbers of all that the rows name; a few statements."""
        wanted: dict[str, set[str]] = {}
        for name, _, data in waiting:
            for column in self.tables[name].columns:
                named, said = _named(column), data.get(_label(column))
                if named and said is not None:
                    wanted.setdefault(named, set()).add(str(said))
        for named, names in wanted.items():
            table, known = Base.metadata.tables[named], self._numbers.setdefault(named, {})
            column = table.c[_NAMES[named]]
            missing = sorted(names - known.keys())
            for start in range(0, len(missing), _AT_ONCE):
                asked = select(column, table.c.id).where(column.in_(missing[start : start + _AT_ONCE]))
                known.update((said, number) for said, number in self.session.execute(asked))

    def _values(self, table: Table, record: Record, data: dict[str, Any]) -> dict[str, Any]:
        columns = {_label(each): each for each in table.columns}
        if wrong := data.keys() - columns.keys():
            raise ValidationRefused(
                mark("This row has {names}, which its record has not."),
                row=record.row_number,
                names=", ".join(sorted(wrong)),
            )
        values = {columns[name].name: self._value(record, columns[name], said) for name, said in data.items()}
        for column in table.columns:
            needed = not column.nullable and column.default is None and (not column.primary_key or column.foreign_keys)
            if needed and values.get(column.name) is None:
                raise ValidationRefused(
                    mark("This row lacks {name}."), row=record.row_number, field=_label(column), name=_label(column)
                )
        return values

    def _value(self, record: Record, column: Column[Any], said: Any) -> Any:
        kind, name = column.type, _label(column)
        if said is None:
            return None
        if named := _named(column):
            number = self._numbers[named].get(str(said))
            if number is None:
                words = mark("This row names {name} “{said}”, which is not in the file.")
                raise ValidationRefused(words, row=record.row_number, field=name, name=name, said=str(said)[:60])
            return number
        try:
            if isinstance(kind, UtcDateTime):
                return cells.moment(record, name, said)
            if isinstance(kind, Date):
                return date.fromisoformat(said)
            if isinstance(kind, LargeBinary):
                return base64.b64decode(said, validate=True)
            if not _fits(kind, said):
                raise ValueError
        except (ValueError, TypeError, binascii.Error):
            words = mark("{name} cannot be read.")
            raise ValidationRefused(words, row=record.row_number, field=name, name=name) from None
        return said


def _fits(kind: Any, said: Any) -> bool:
    if isinstance(kind, Boolean):
        return isinstance(said, bool)
    if isinstance(kind, Integer):
        return isinstance(said, int) and not isinstance(said, bool)
    if isinstance(kind, String):
        return isinstance(said, str) and (kind.length is None or len(said) <= kind.length)
    return True
