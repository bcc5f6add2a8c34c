"""Writes many rows at the speed of the driver: executemany on SQLite; on PostgreSQL COPY, or one statement for all.

SQLAlchemy's own executemany builds a dictionary per row and costs more than the write itself. Values
still pass through each column's type, so both ways store the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

import orjson
from sqlalchemy import Date, Table, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from inventory.db import Base, UtcDateTime

LARGE: Final = 20
"""From this many rows on the driver is spoken to directly."""


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert *rows* (all with the same columns) into the table of *model*."""
    if not rows:
        return
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - our models are plain tables
    connection = session.connection()
    if len(rows) < LARGE:
        connection.execute(insert(table), list(rows))
        return
    names = list(rows[0])
    insert_columns(session, model, names, list(zip(*map(itemgetter(*names), rows), strict=True)))


def insert_columns(session: Session, model: type[Base], names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
    """Insert rows that are given column by column, at the driver's speed however many there are."""
    if not columns or not columns[0]:
        return
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101
    connection = session.connection()
    values = _converted(connection, table, names, columns)
    listed = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as copy:
            for each in values:
                copy.write_row(each)
        return
    marks = ", ".join("?" * len(names))
    statement = f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})'  # noqa: S608 - names are the model's
    connection.exec_driver_sql(statement, list(values))


_REPEATING: Final = (UtcDateTime, Date)
"""Types of which a batch holds few different values: converted once each."""


def _converted(
    connection: Connection, table: Table, names: Sequence[str], given: Sequence[Sequence[Any]]
) -> Iterator[tuple[Any, ...]]:
    """The rows as the driver takes them, converted column by column."""
    columns: list[Iterable[Any]] = []
    for name, found in zip(names, given, strict=True):
        convert = _converter(connection, table, name)
        if convert is None:
            columns.append(found)
        elif isinstance(table.columns[name].type, _REPEATING):
            known = {value: convert(value) for value in set(found)}
            columns.append([known[value] for value in found])
        else:
            columns.append(map(convert, found))
    return zip(*columns, strict=True)


def _converter(connection: Connection, table: Table, name: str) -> Callable[[Any], Any] | None:
    kind = table.columns[name].type.dialect_impl(connection.dialect)
    processor: Callable[[Any], Any] | None = kind.bind_processor(connection.dialect)
    return processor


def take_numbers(session: Session, model: type[Base], count: int) -> list[int]:
    """*count* row numbers that no other row has or will get.

    On SQLite the write lock that every writer holds keeps them ours; on PostgreSQL they come from the
    table's sequence.
    """
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        series = func.generate_series(1, count).table_valued("n")
        return [int(number) for number in session.scalars(select(sequence).select_from(series))]
    last = session.scalar(select(func.max(table.c.id))) or 0
    return list(range(last + 1, last + 1 + count))


FEW: Final = 8
"""Up to this many rows an update for each is as quick on PostgreSQL, whose planner takes any JSON for a hundred."""


def update_rows(
    session: Session,
    model: type[Base],
    match: Sequence[str],
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    also: str = "TRUE",
) -> None:
    """Update rows, given as the values of the columns *names*: on PostgreSQL more than a few in one statement.

    *match*: the columns that name the row; *also*: a further condition on the table ``t``.
    """
    if not rows:
        return
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101
    connection = session.connection()
    columns = list(zip(*rows, strict=True))
    changed = [name for name in names if name not in match]
    postgresql = connection.dialect.name == "postgresql"
    if postgresql and len(rows) > FEW:
        assigned = ", ".join(f'"{name}" = v."{name}"' for name in changed)
        matched = " AND ".join(f't."{name}" = v."{name}"' for name in match)
        given, text = _given(connection, table, names, columns)
        statement = f'UPDATE "{table.name}" AS t SET {assigned} FROM {given} WHERE {matched} AND {also}'  # noqa: S608
        connection.exec_driver_sql(statement, (text,))
        return
    ordered = [*changed, *match]
    columns = [columns[names.index(name)] for name in ordered]
    mark = "%s" if postgresql else "?"
    assigned = ", ".join(f'"{name}" = {mark}' for name in changed)
    matched = " AND ".join(f't."{name}" = {mark}' for name in match)
    statement = f'UPDATE "{table.name}" AS t SET {assigned} WHERE {matched} AND {also}'  # noqa: S608 - our names
    values = list(_converted(connection, table, ordered, columns))
    connection.exec_driver_sql(statement, values if len(values) > 1 else values[0])


def upsert_rows(
    session: Session,
    model: type[Base],
    match: Sequence[str],
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    change: Mapping[str, str],
) -> None:
    """Insert rows, given as the values of the columns *names*, in the order in which their locks are taken.

    Where *match* is on record already, it is changed: column -> expression of ``t``, the stored row, and
    ``excluded``, the given one.
    """
    if not rows:
        return
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101
    connection = session.connection()
    listed, key = (", ".join(f'"{name}"' for name in some) for some in (names, match))
    assigned = ", ".join(f'"{name}" = {value}' for name, value in change.items())
    into, conflict = f'INSERT INTO "{table.name}" AS t ({listed})', f"ON CONFLICT ({key}) DO UPDATE SET {assigned}"
    columns = list(zip(*rows, strict=True))
    if connection.dialect.name == "postgresql":
        given, text = _given(connection, table, names, columns)
        connection.exec_driver_sql(f"{into} SELECT {listed} FROM {given} {conflict}", (text,))  # noqa: S608
        return
    marks = ", ".join("?" * len(names))
    values = list(_converted(connection, table, names, columns))
    connection.exec_driver_sql(f"{into} VALUES ({marks}) {conflict}", values)


def _given(
    connection: Connection, table: Table, names: Sequence[str], columns: Sequence[Sequence[Any]]
) -> tuple[str, str]:
    """Rows as PostgreSQL reads them from one parameter: what stands after FROM, named v, and the parameter.

    JSON is written and read by compiled code at both ends; an array per column was not.
    """
    kinds = ", ".join(f'"{name}" {table.columns[name].type.compile(connection.dialect)}' for name in names)
    shown = [dict(zip(names, row, strict=True)) for row in _converted(connection, table, names, columns)]
    return f"json_to_recordset(%s::json) AS v({kinds})", orjson.dumps(shown, default=_as_text).decode()


def _as_text(value: Any) -> str:
    """The form in which PostgreSQL reads what JSON has no form for: bytes, which the column's type has wrapped."""
    return "\\x" + bytes(value.obj).hex()
