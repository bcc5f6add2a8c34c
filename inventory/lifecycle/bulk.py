"""Inserts many rows at the speed of the driver: executemany on SQLite, COPY on PostgreSQL.

SQLAlchemy's own executemany builds a dictionary per row and costs more than the insert itself. Values
still pass through each column's type, so both ways store the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Date, Table, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from inventory.db import Base, UtcDateTime

LARGE: Final = 100
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
    insert_columns(session, model, names, [[row[name] for row in rows] for name in names])


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
"""Up to this many rows a statement for each is as quick."""


def update_together(
    session: Session, model: type[Base], match: Sequence[str], rows: Sequence[Mapping[str, Any]], also: str = "TRUE"
) -> bool:
    """Update *rows* (all with the same columns) in one statement; whether that was done.

    Only PostgreSQL gains by it: there each statement is a journey to the server and back. *match*: the
    columns that name the row; *also*: a further condition on the table ``t``.
    """
    connection = session.connection()
    if len(rows) <= FEW or connection.dialect.name != "postgresql":
        return False
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101
    names = list(rows[0])
    arrays = []
    for name in names:
        convert = _converter(connection, table, name)
        arrays.append([convert(row[name]) if convert and row[name] is not None else row[name] for row in rows])
    kinds = [table.columns[name].type.compile(connection.dialect) for name in names]
    given = ", ".join(f"%s::{kind}[]" for kind in kinds)
    listed = ", ".join(f'"{name}"' for name in names)
    changed = ", ".join(f'"{name}" = v."{name}"' for name in names if name not in match)
    matched = " AND ".join(f't."{name}" = v."{name}"' for name in match)
    statement = (
        f'UPDATE "{table.name}" AS t SET {changed} FROM unnest({given}) AS v({listed}) '  # noqa: S608 - our names
        f"WHERE {matched} AND {also}"
    )
    connection.exec_driver_sql(statement, tuple(arrays))
    return True
