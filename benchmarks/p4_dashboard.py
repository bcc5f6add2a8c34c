"""P4: the dashboard's figures from stored counts, beside the same figures by a scan."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from benchmarks._fleet import settings_of
from benchmarks._result import Measured
from benchmarks._serve import interleaved, seconds
from inventory.db import make_engine
from inventory.reports._base import Figure
from inventory.reports._base import run as report
from inventory.reports._query import Query

GOAL = 500
FAR = datetime(2099, 1, 1, tzinfo=UTC)


def run(database: str, url: str, folder: Path, size: int, token: str, rounds: int) -> list[Measured]:
    """Headline, tiers of a year and stock; the scan answers the first two from every outcome."""
    settings = settings_of(url)
    engine = make_engine(url)
    with Session(engine) as session:

        def figures(far: bool) -> list[object]:
            as_at = FAR if far else None
            found: list[object] = []
            for key, query in (("headline", Query(as_at=as_at)), ("hierarchy", Query(as_at=as_at, year=2015))):
                rows = report(key, session, query, settings).rows
                # What lives were extended is counted from the ledger either way.
                found += [cell.value for row in rows if row.get("key") != "extended" for cell in row.values() if isinstance(cell, Figure)]
            return found

        def dashboard() -> None:
            for key, query in (("headline", Query()), ("hierarchy", Query(year=2015)), ("stock", Query()), ("trend", Query(year=2018))):
                report(key, session, query, settings)

        assert figures(far=False) == figures(far=True), "stored counts differ from a scan"
        rounds = rounds if size <= 100_000 else 3
        found = interleaved(
            {"stored": lambda: seconds(lambda: figures(far=False)), "scan": lambda: seconds(lambda: figures(far=True)),
             "dashboard": lambda: seconds(dashboard)}, rounds)  # fmt: skip
    engine.dispose()
    ratio = found["scan"] / found["stored"]
    return [
        Measured("P4 headline and tiers, equal to a scan", database, size, f"{found['stored'] * 1000:.1f} ms",
                 f"scan {found['scan'] * 1000:,.0f} ms", ratio, f">= {GOAL} times at 10M lines", ratio >= GOAL if size >= 1_000_000 else None),
        Measured("P4 all figures of the dashboard", database, size, f"{found['dashboard'] * 1000:.1f} ms", "", None,
                 "10M / 1M <= 1.5", None),
    ]  # fmt: skip
