"""Writes the demonstration through the ledger's one writer, week by week, with the clock of the story."""

import gc
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.accounts.permissions import permissions_of
from inventory.config import Settings
from inventory.db import begin_write
from inventory.demo import plan
from inventory.demo.life import RANKS, Life, Step
from inventory.demo.population import population
from inventory.demo.requests import end_requests, open_requests
from inventory.demo.university import found_university
from inventory.demo.wipes import receive_reports
from inventory.errors import RuleRefused
from inventory.lifecycle.loading import Histories
from inventory.lifecycle.models import LifecycleEvent, ProjectionBasis
from inventory.lifecycle.requests import Recorder
from inventory.lifecycle.service import record_events
from inventory.lifecycle.upkeep import remember_basis
from inventory.register.issuing import issue_tags
from inventory.register.models import Asset

MARK = "demo"
"""Name of the row of `projection_basis` that tells that the data are synthetic."""
_ROLE_OF = {rank: role for role, rank in RANKS.items()}
_LEARN_AFTER = (1_000, 60_000, 120_000)
"""Lines after which the database is asked to look at its tables anew, to choose its plans by."""


@dataclass(frozen=True)
class Loaded:
    """What the load did."""

    machines: int
    lines: int
    fresh: bool
    """False: the demonstration was there already and nothing was changed."""


def is_demo(session: Session) -> bool:
    """Whether this database holds the demonstration."""
    return session.scalar(select(ProjectionBasis.value).where(ProjectionBasis.name == MARK)) is not None


def shift_of(settings: Settings, today: date) -> timedelta:
    """How far the story is moved so that it ends on the day of the setting; refuses what cannot be told."""
    shift = settings.demo_last_day - plan.LAST_DAY
    if settings.programme_start - plan.FIRST_DAY != shift:
        raise RuleRefused(
            "The demonstration tells a programme of ten years and two months, so its last day and the start of the "
            f"programme go together: with PROGRAMME_START={settings.programme_start} set "
            f"DEMO_LAST_DAY={settings.programme_start + (plan.LAST_DAY - plan.FIRST_DAY)}.",
            field="demo_last_day",
        )
    if settings.demo_last_day > today:
        raise RuleRefused(
            f"The demonstration would end on {settings.demo_last_day}, which lies in the future; choose an earlier "
            "DEMO_LAST_DAY.",
            field="demo_last_day",
        )
    return shift


def load_demo(
    session: Session, settings: Settings, today: date, tell: Callable[[date], None] = lambda day: None
) -> Loaded:
    """Fill an empty database; one that holds the demonstration is left as it is, any other is refused.

    All of it is one transaction, which the caller commits. *tell* hears the day that the story has reached,
    once a month.
    """
    begin_write(session)
    if is_demo(session):
        return Loaded(_count(session, Asset), _count(session, LifecycleEvent), fresh=False)
    shift = shift_of(settings, today)
    if _count(session, Account) or _count(session, Asset):
        raise RuleRefused(
            "This database is in use: it has accounts or machines of its own. The demonstration is loaded into an "
            "empty one only. Name another by DATABASE_URL, or another folder by INSTANCE_PATH."
        )
    with _undisturbed():
        lines = _load(session, settings, shift, tell)
    return Loaded(_count(session, Asset), lines, fresh=True)


def _count(session: Session, model: type) -> int:
    return int(session.scalar(select(func.count()).select_from(model)) or 0)


@contextmanager
def _undisturbed() -> Iterator[None]:
    # Millions of live objects without a cycle among them: looking for cycles would take a third of the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load(session: Session, settings: Settings, shift: timedelta, tell: Callable[[date], None]) -> int:
    begun = datetime.combine(plan.FIRST_DAY, time(7), UTC) + shift
    accounts = found_university(session, settings, begun)
    remember_basis(session, settings)
    session.add(ProjectionBasis(name=MARK, value="synthetic"))
    session.flush()
    tags = issue_tags(session, settings.tag_prefix, 2 * plan.ASSETS)
    # Older records end before a register goes live; the story's own go-live is its first stock-take.
    told = replace(settings, go_live=None, reassign_needs_clean_drives=True)
    salts = random.Random(plan.SEED)  # noqa: S311 - the demonstration's texts are public
    histories = Histories(told, plan.ASSETS)
    officer = accounts["sustainability_officer"]
    asking = Recorder(officer.id, officer.uid, permissions_of(officer.role), begun, told, source="demo")
    open_requests(session, asking, shift)
    lines, clock, month = 0, begun, 0
    learn = list(_LEARN_AFTER)
    for slot, steps in _batches(population(tags, shift)):
        heard = datetime.combine(max(step.heard for step in steps), time(17, slot[1]), UTC) + shift
        clock = max(clock, heard)
        role = _ROLE_OF[slot[1] % 4]
        account = accounts[role]
        recorder = Recorder(
            account.id, account.uid, permissions_of(role), clock, told, lambda: salts.randbytes(16), source="demo"
        )
        record_events(session, [step.request for step in steps], recorder, histories=histories)
        lines += len(steps)
        if learn and lines > learn[0]:
            learn.pop(0)
            session.execute(text("ANALYZE"))
        if clock.month != month:
            month = clock.month
            tell(clock.date())
    end_requests(session, asking, shift)
    bench = accounts["technician"]
    receive_reports(
        session, Recorder(bench.id, bench.uid, permissions_of(bench.role), clock, told, source="demo"), shift
    )
    session.execute(text("ANALYZE"))
    return lines


def _batches(lives: Iterable[Life]) -> Iterator[tuple[tuple[int, int], list[Step]]]:
    """The steps of each week and turn, in the order in which they happened; what was given out is let go."""
    slots: dict[tuple[int, int], list[tuple[datetime, int, int, Step]]] = {}
    for life in lives:
        for number, step in enumerate(life.steps):
            slots.setdefault(step.slot, []).append((step.moment, life.number, number, step))
    del lives
    for slot in sorted(slots):
        yield slot, [each[3] for each in sorted(slots.pop(slot))]
