"""The database: Base with constraint names, column types, the session and the transaction."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Engine,
    MetaData,
    String,
    any_,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from inventory.errors import KeyConflict

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


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
    """Whether *column* (text) is one of *values*, which go to the database as one parameter, however many."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(String)))  # type: ignore[no-any-return]
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
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


def make_engine(url: str, **options: Any) -> Engine:
    """An engine outside Flask (scripts, tests, benchmarks) that behaves as the application's."""
    return prepare_engine(create_engine(normalise_url(url), **options))


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
