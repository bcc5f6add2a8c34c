"""The database: Base with constraint names, column types, the session and the transaction."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

import orjson
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Engine,
    MetaData,
    Select,
    String,
    any_,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
    tuple_,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from inventory.errors import KeyConflict, ValidationRefused

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


CARRIED: Final[dict[str, Any]] = {"info": {"export": "carried"}}
"""Of a table's arguments: its rows go with a whole export as they are."""


class Base(DeclarativeBase):
    """Base of every table; names every constraint, so that migrations can drop what they made."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """A time-zone-aware moment, stored in UTC with microseconds; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        value = value.astimezone(UTC)
        # SQLite keeps no zone: one textual form, so that comparing text compares time.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Hundredths(TypeDecorator[Decimal]):
    """An amount of money with two decimals, stored as a whole number of hundredths: exact on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((value * 100).to_integral_exact())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


def among(session: Session, column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    """Whether *column* (text) is one of *values*, which go to the database as one parameter, however many.

    Values that no database can hold are in no row, so they are not asked for.
    """
    values = [value for value in values if storable(value)]
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(values, ARRAY(String)))  # type: ignore[no-any-return]
    listed = func.json_each(json.dumps(values)).table_valued("value")
    return column.in_(select(listed.c.value))  # type: ignore[no-any-return]


Answer = TypeVar("Answer")

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def _on_sqlite_connect(connection: Any, record: ConnectionPoolEntry) -> None:
    # The driver opens its transaction at the first write, which lets two readers both decide;
    # switched off here and opened by us (_on_sqlite_begin).
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "temp_store=MEMORY",
        "cache_size=-32000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: Any) -> None:
    immediate = connection.get_execution_options().get("write_transaction", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def prepare_engine(engine: Engine) -> Engine:
    """Give an SQLite engine its pragmas and its explicit BEGIN; leave PostgreSQL as it is."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    return engine


JSON_OPTIONS: Final[dict[str, Any]] = {
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": orjson.loads,
}
"""How every engine of ours writes and reads JSON columns."""


def make_engine(url: str, **options: Any) -> Engine:
    """An engine outside Flask (scripts, tests, benchmarks) that behaves as the application's."""
    return prepare_engine(create_engine(normalise_url(url), **JSON_OPTIONS | options))


def normalise_url(url: str) -> str:
    """``postgres://`` and ``postgresql://`` name the psycopg 3 driver that we depend on."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def begin_write(session: Session) -> None:
    """Open the write transaction now: on SQLite with the write lock, so that what is read stays true.

    A transaction that is already open is left alone; an edge calls this before its first read.
    """
    if not session.in_transaction():
        session.connection(execution_options={"write_transaction": True})


def begin_read(session: Session) -> None:
    """Before a request that only reads: on PostgreSQL each statement stands on its own.

    Statements see no less this way, since READ COMMITTED gives each its own view too; two journeys to the
    server, BEGIN and ROLLBACK, are saved. A write that follows begins its own transaction (see `transaction`).
    """
    if session.get_bind().dialect.name == "postgresql" and not session.in_transaction():
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """Commit once at the end, or roll everything back; only edges call this."""
    # A page that read something first (who is signed in, say) holds a read transaction, which SQLite
    # cannot raise to a write lock without the risk of a stale view.
    if session.in_transaction():
        session.commit()
    begin_write(session)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def write(session: Session, work: Callable[[Session], Answer]) -> Answer:
    """Run *work* in one write transaction and commit; what edges call for every change.

    Two writers who claim the same key or tag at once, or who wait for each other in a ring, meet here:
    the one that lost runs once more, sees what the other recorded, and answers or refuses accordingly.
    """
    try:
        with transaction(session):
            return work(session)
    except (IntegrityError, OperationalError):
        pass
    try:
        with transaction(session):
            return work(session)
    except IntegrityError:
        raise KeyConflict(
            "This key or tag was used by another record in the same moment. Nothing was changed."
        ) from None


@dataclass(frozen=True, slots=True)
class Page(Generic[Answer]):
    """A page of a list; ``next`` and ``previous`` are cursors to go on from, None at the ends."""

    rows: list[Answer]
    next: str | None
    previous: str | None


def keyset_page(
    session: Session,
    statement: Select[Answer],
    keys: Sequence[Any],
    size: int,
    *,
    after: str | None = None,
    before: str | None = None,
) -> Page[Answer]:
    """One page of *statement*, in the order of *keys*: columns that are never empty and together unique.

    Any depth costs the same. ValidationRefused when the cursor cannot be read.
    """
    backwards = before is not None
    cursor = _cursor_values(before if backwards else after, keys)
    if cursor is not None:
        place, values = tuple_(*keys), tuple_(*(literal(value) for value in cursor))
        statement = statement.where(place < values if backwards else place > values)
    ordered = statement.order_by(*((key.desc() if backwards else key.asc()) for key in keys))
    rows = list(session.scalars(ordered.limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    ends = [_cursor_of(row, keys) for row in ((rows[0], rows[-1]) if rows else ())]
    has_next = bool(rows) and (backwards or more)
    has_previous = bool(rows) and (more if backwards else cursor is not None)
    return Page(rows, ends[1] if has_next else None, ends[0] if has_previous else None)


def _cursor_of(row: Any, keys: Sequence[Any]) -> str:
    text = json.dumps([getattr(row, key.key) for key in keys])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _cursor_values(text: str | None, keys: Sequence[Any]) -> list[Any] | None:
    if not text:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        types = [key.type.python_type for key in keys]
        if not isinstance(values, list) or [type(value) for value in values] != types:
            raise ValueError
        if not all(storable(value) if isinstance(value, str) else abs(value) < 2**31 for value in values):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise ValidationRefused(
            "The place in the list cannot be read; start again from its first page.", field="after"
        ) from None
    return values


def storable(text: str) -> bool:
    """Whether every database can hold *text*: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text))


def holds(column: Any, text: str) -> ColumnElement[bool]:
    """Condition that *column* holds *text*, whatever its case."""
    pattern = re.sub(r"([\\%_])", r"\\\1", text.lower())
    return func.lower(column).like(f"%{pattern}%", escape="\\")
