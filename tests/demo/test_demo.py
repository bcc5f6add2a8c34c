"""The demonstration university at its full size: its numbers, its variety, its honesty."""

import hashlib
import itertools
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.db import make_engine, transaction
from inventory.demo import plan
from inventory.demo.loading import load_demo
from inventory.lifecycle.counting import local_day
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.lifecycle.loading import load_ledger_page
from inventory.lifecycle.models import EventPersonal, LifecycleEvent, Tally
from inventory.lifecycle.rules import replay
from inventory.lifecycle.upkeep import basis_holds, check_projections, verify
from inventory.register.identifiers import IDENTIFIER_TYPES
from inventory.register.kinds import COMPUTER_KINDS, KINDS, PERIPHERAL_KINDS
from inventory.register.models import Asset, AssetIdentifier, Part
from inventory.register.references import References
from inventory.register.search import forget_words
from inventory.register.statuses import STATUSES
from inventory.reuse.models import ReuseRequest
from inventory.reuse.queries import progress_of
from inventory.sanitisation.models import ErasureRecord
from tests.conftest import _migrate

SETTINGS = Settings()
TODAY = date(2026, 11, 23)
PILOT_ENDS = date(2017, 7, 31)


@pytest.fixture(scope="module")
def sqlite_demo(demo_database: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{demo_database}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def postgres_demo(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The demonstration in a PostgreSQL database of its own, so that other tests may empty theirs."""
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    name = f"{admin.url.database}_demo"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = admin.url.set(database=name).render_as_string(hide_password=False)
    _migrate(url, tmp_path_factory.mktemp("demo"))
    engine = make_engine(url)
    References.forget()
    forget_words()
    with Session(engine, expire_on_commit=False) as session, transaction(session):
        load_demo(session, SETTINGS, TODAY)
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    admin.dispose()


def heads(engine: Engine) -> str:
    """One digest over the chain head of every machine."""
    whole = hashlib.sha256()
    with Session(engine) as session:
        for tag, head, sequence in session.execute(select(Asset.tag, Asset.head, Asset.sequence).order_by(Asset.id)):
            whole.update(f"{tag} {bytes(head).hex()} {sequence}\n".encode())
    return whole.hexdigest()


@dataclass
class Census:
    """What a recount from all the lines finds, without any stored count."""

    headline: dict[str, date] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)
    donated: set[str] = field(default_factory=set)
    peripherals: set[str] = field(default_factory=set)
    older: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    retired: Counter[int] = field(default_factory=Counter)
    fates: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    ages: dict[str, list[float]] = field(default_factory=dict)
    delays: list[int] = field(default_factory=list)
    loops: Counter[str] = field(default_factory=Counter)
    measured: int = 0
    foreign: int = 0
    late: int = 0
    outrun: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def census(sqlite_demo: Engine) -> Census:
    found = Census()
    with Session(sqlite_demo) as session:
        after = 0
        while page := load_ledger_page(session, after, 2_000):
            after = page[-1][0].id
            for asset, lines in page:
                count(found, asset, [line for line, _, _ in lines])
    return found


def count(found: Census, asset: Any, lines: list[Any]) -> None:
    state = replay(lines)
    found.statuses[state.status or ""] += 1
    found.kinds[state.kind] += 1
    found.measured += "mass_g" in state.facts
    found.foreign += not state.tag.startswith("ED-")
    by_key = {line.key: line for line in lines}
    for line in lines:
        found.late += line.recorded_at - line.occurred_at > timedelta(days=14)
        if line.occurred_at > line.recorded_at:
            found.outrun.append(line.key)
        if line.kind == "recycled":
            found.loops[line.details["loop"]] += 1
    for one, other in itertools.pairwise(lines):
        if one.recorded_at > other.recorded_at:
            found.outrun.append(other.key)
    left = [each for each in state.counted if each.measure != "redeployed"]
    if left:
        day = local_day(left[-1].occurred_at, SETTINGS)
        found.retired[day.year if day.month >= 8 else day.year - 1] += 1
    for each in state.counted:
        day = local_day(each.occurred_at, SETTINGS)
        found.fates[each.fate, each.certainty] += 1
        if bought := state.facts.get("purchase_date"):
            found.ages.setdefault(each.measure, []).append((day - date.fromisoformat(bought)).days / 365.25)
        if each.confirmed_by and each.measure == "waste":
            found.delays.append((by_key[each.confirmed_by].occurred_at - each.occurred_at).days)
        if each.measure in ("redeployed", "donated") and day >= SETTINGS.programme_start:
            if state.kind in PERIPHERAL_KINDS:
                found.peripherals.add(state.tag)
            if state.kind in COMPUTER_KINDS:
                found.headline[state.tag] = min(day, found.headline.get(state.tag, day))
                (found.inside if each.measure == "redeployed" else found.donated).add(state.tag)
                found.older += each.older


def test_the_published_totals_hold_by_a_recount_of_every_line(census: Census) -> None:
    assert len(census.headline) == plan.HEADLINE == 2946
    assert sum(day <= PILOT_ENDS for day in census.headline.values()) == plan.PILOT == 544
    assert len(census.donated) > 2100
    assert min(census.headline.values()) >= date(2015, 6, 1)
    assert max(census.headline.values()) <= plan.LAST_DAY
    assert 0 < census.older < 60
    assert len(census.inside & census.donated) == plan.BOTH
    assert len(census.peripherals) == plan.PERIPHERALS_REUSED


def test_the_plan_of_the_years_adds_up_to_the_published_totals() -> None:
    assert sum(plan.REUSED) == plan.HEADLINE
    assert sum(plan.REUSED[:2]) == plan.PILOT
    assert sum(plan.REUSED) - sum(plan.INSIDE) + plan.BOTH > 2100


def test_about_three_thousand_machines_retire_a_year(census: Census) -> None:
    assert sum(census.statuses.values()) == 45_000
    assert 29_000 < sum(census.retired.values()) < 31_500
    assert all(2_500 < census.retired[year] < 3_500 for year in range(2015, 2025))


def test_ages_follow_the_rule_five_to_eight_donate_and_over_eight_recycle(census: Census) -> None:
    def share(measure: str, least: float, most: float) -> float:
        ages = census.ages[measure]
        return sum(least <= age <= most for age in ages) / len(ages)

    assert share("donated", 5, 8) > 0.88
    assert share("waste", 8, 99) > 0.75
    assert share("redeployed", 0, 5) > 0.85
    assert share("donated", 8.5, 99) < 0.05


def test_every_status_kind_identifier_and_event_is_somewhere(sqlite_demo: Engine, census: Census) -> None:
    assert census.statuses.keys() == STATUSES.keys()
    assert census.kinds.keys() == KINDS.keys()
    with Session(sqlite_demo) as session:
        used = dict(session.execute(select(LifecycleEvent.kind, func.count()).group_by(LifecycleEvent.kind)).all())
        types = set(session.scalars(select(AssetIdentifier.type).distinct()))
        texts = session.scalar(select(func.count()).select_from(EventPersonal))
        replaced = session.scalar(select(func.count()).where(LifecycleEvent.replaces.is_not(None)))
        drives = session.scalar(select(func.count()).where(Part.serial.is_not(None)))
    assert used.keys() == EVENT_TYPES.keys()
    assert types == IDENTIFIER_TYPES.keys()
    assert used["corrected"] > (replaced or 0) > 10
    assert (texts or 0) > 1_000
    assert (drives or 0) > 20_000
    assert census.measured > 4_000
    assert census.foreign > 5_000
    assert census.late > 100


def test_waste_outcomes_are_expected_first_and_confirmed_weeks_later(census: Census) -> None:
    assert all(
        census.fates[fate, "confirmed"]
        for fate in ("prepared_for_reuse", "recycled", "energy_recovered", "incinerated", "landfilled")
    )
    assert census.fates["recycled", "expected"] > 100
    assert min(census.delays) > 14
    assert set(census.loops) == {"closed", "open", "unknown"}
    assert census.fates[None, "expected"] > 50, "lessors who have not reported"


def test_the_hub_is_busy_on_the_last_day(sqlite_demo: Engine, census: Census) -> None:
    assert 55 <= census.statuses["returned"] <= 75
    assert census.statuses["ready_for_reuse"] >= 20
    assert census.statuses["awaiting_collection"] >= 40
    with Session(sqlite_demo) as session:
        today = session.scalar(
            select(func.count()).where(
                LifecycleEvent.occurred_at >= text("'2025-07-31'"), LifecycleEvent.kind == "returned"
            )
        )
    assert (today or 0) >= 15


def test_reports_of_the_bench_wait_and_requests_stand_in_every_state(sqlite_demo: Engine) -> None:
    with Session(sqlite_demo) as session:
        standings = dict(
            session.execute(select(ErasureRecord.standing, func.count()).group_by(ErasureRecord.standing)).all()
        )
        requests = {each.uid: each for each in session.scalars(select(ReuseRequest))}
        progress = progress_of(session, requests.values())
    assert standings == {"waiting": 7, "quarantined": 1}
    assert {each.state for each in requests.values()} == {"open", "closed", "withdrawn"}
    fulfilled = {uid for uid, each in progress.items() if requests[uid].state == "open" and each.fulfilled}
    assert fulfilled == {"RQ-KV5D9P"}
    assert any(each.promised for each in progress.values())


def test_nothing_is_known_before_it_happens_and_the_last_line_lies_on_the_last_day(
    sqlite_demo: Engine, census: Census
) -> None:
    assert census.outrun == []
    with Session(sqlite_demo) as session:
        occurred = session.scalar(select(func.max(LifecycleEvent.occurred_at)))
        recorded = session.scalar(select(func.max(LifecycleEvent.recorded_at)))
    assert occurred and local_day(occurred, SETTINGS) == SETTINGS.demo_last_day
    assert recorded and local_day(recorded, SETTINGS) == SETTINGS.demo_last_day


def test_every_projection_equals_a_replay(sqlite_demo: Engine) -> None:
    with Session(sqlite_demo) as session:
        assert check_projections(session, SETTINGS) == []
        assert basis_holds(session, SETTINGS)


def test_both_databases_hold_the_same_ledger_to_the_byte_and_the_same_counts(
    sqlite_demo: Engine, postgres_demo: Engine
) -> None:
    assert heads(sqlite_demo) == heads(postgres_demo)
    stored = []
    for engine in (sqlite_demo, postgres_demo):
        with Session(engine) as session:
            stored.append(
                {tuple(row) for row in session.execute(select(*Tally.__table__.columns).where(Tally.machines != 0))}
            )
    assert stored[0] == stored[1]
    assert sum(row[9] for row in stored[0] if row[0] == "headline" and row[3] == "events") > 2946


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_chain_verifies_and_a_second_load_changes_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    engine = request.getfixturevalue({"sqlite": "sqlite_demo", "postgresql": "postgres_demo"}[kind])
    before = heads(engine)
    with Session(engine, expire_on_commit=False) as session:
        with transaction(session):
            again = load_demo(session, SETTINGS, TODAY)
        lines, findings = verify(session)
    assert not again.fresh
    assert (again.machines, again.lines) == (45_000, lines)
    assert 230_000 < lines < 350_000
    assert findings == []
    assert heads(engine) == before


def test_the_stored_counts_give_the_pilot_too(sqlite_demo: Engine) -> None:
    with Session(sqlite_demo) as session:
        rows = session.execute(
            select(Tally.measure, func.sum(Tally.machines))
            .where(Tally.figure == "headline", Tally.kind == "computer", Tally.day <= PILOT_ENDS)
            .group_by(Tally.measure)
        )
        parts = dict(rows.all())
    assert parts["internal"] + parts["external"] - parts.get("both", 0) == plan.PILOT


def test_the_story_is_the_same_in_another_process(sqlite_demo: Engine) -> None:
    """Another seed of Python's own hashing must not change a byte: the ledger tells what a new process makes."""
    script = (
        "import sys; from datetime import timedelta; from inventory.demo.population import population\n"
        "from inventory.register.tags import issue\n"
        "lives = population([issue('ED', n) for n in range(90_000)], timedelta(0))\n"
        "for life in lives[::7]: print(*[f'{s.request.key} {s.request.kind} {s.heard}' for s in life.steps], sep='\\n')"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120,
        env=os.environ | {"PYTHONHASHSEED": "1"},
    ).stdout.splitlines()  # fmt: skip
    assert len(told) > 30_000
    with Session(sqlite_demo) as session:
        stored = dict(session.execute(select(LifecycleEvent.key, LifecycleEvent.kind)).all())
    assert all(stored[line.split()[0]] == line.split()[1] for line in told)
