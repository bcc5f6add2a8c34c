"""P4: the dashboard's four reports from the stored counts, beside a live count of the whole ledger.

BENCH_DASHBOARD names further sizes, for this benchmark alone (1000000 takes about ten minutes to make).
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks._base import Database, Result, interleaved, now, result, settings
from benchmarks._fleet import LINES, fleet
from inventory.db import make_engine
from inventory.lifecycle.models import LifecycleEvent
from inventory.reports._base import run as answer
from inventory.reports._query import Query
from inventory.reports._render import to_dict

YEAR = 2022
LEAST_AT_TEN_MILLION = 500
MOST_GROWTH = 1.5
REPORTS = (
    ("headline", Query()),
    ("hierarchy", Query(year=YEAR)),
    ("trend", Query(year=YEAR)),
    ("stock", Query()),
)


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """Seconds for all four reports, that they equal a live count, and how they grow with the register."""
    extra = [int(each) for each in os.environ.get("BENCH_DASHBOARD", "").split(",") if each]
    found = []
    for database in databases:
        took: dict[int, float] = {}
        for size in sorted({*sizes, *extra}):
            figures, took[size] = _measured(database, size)
            found += figures
        ordered = sorted(took)
        if len(ordered) > 1:
            low, high = ordered[-2:]
            job, here, there = f"dashboard, against {low:,} machines", took[high] * 1e3, took[low] * 1e3
            found.append(result("P4", job, database, high, here, there, "ms", here / there, most=MOST_GROWTH))
    return found


def _measured(database: Database, size: int) -> tuple[list[Result], float]:
    """What is found at one size, and the seconds of the four reports."""
    made, events = fleet(database, size), size * LINES
    goal: dict[str, Any] = {"least": LEAST_AT_TEN_MILLION} if events >= 10_000_000 else {}
    engine = make_engine(made.url)
    with Session(engine) as session:

        def stored() -> None:
            _dashboard(session, made.url)

        def live() -> None:
            _scan(session)

        us, them = interleaved(stored, live)
        wrong = _differences(session, made.url)
    engine.dispose()
    job = f"dashboard, {events:,} events, against a scan"
    return [
        result("P4", job, database, size, us * 1e3, them * 1e3, "ms", them / us, **goal),
        result("P4", "figures not equal to a live count", database, size, wrong, 0, "rows", float(wrong), most=0),
    ], us


def _dashboard(session: Session, url: str) -> list[Any]:
    return [answer(key, session, query, settings(url)) for key, query in REPORTS]


def _scan(session: Session) -> None:
    """Counts of every kind of event by academic year, from the ledger itself."""
    year = func.strftime("%Y", LifecycleEvent.occurred_at)
    if session.get_bind().dialect.name == "postgresql":
        year = func.date_part(text("'year'"), LifecycleEvent.occurred_at)
    session.execute(select(LifecycleEvent.kind, year, func.count()).group_by(LifecycleEvent.kind, year)).all()


def _differences(session: Session, url: str) -> int:
    """Figures that are not the same when counted from the outcomes and the lines, as known a moment ahead."""
    wrong = 0
    for key, query in REPORTS:
        if key == "stock" and _is_large(session):
            continue  # a replay of the whole ledger: proved at the smaller sizes
        stored = to_dict(answer(key, session, query, settings(url)))["rows"]
        live = to_dict(answer(key, session, replace(query, as_at=now() + timedelta(minutes=1)), settings(url)))["rows"]
        wrong += sum(one != other for one, other in zip(stored, live, strict=True))
    return wrong


def _is_large(session: Session) -> bool:
    return int(session.scalar(select(func.max(LifecycleEvent.id))) or 0) > 2_000_000
