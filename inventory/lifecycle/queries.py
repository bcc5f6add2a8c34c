"""Reads of the ledger: one machine with its whole history, what may happen next, recent activity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.lifecycle.conditions import must_have_been_merged, must_have_been_used, must_not_have_been_used
from inventory.lifecycle.event_types import EVENT_TYPES, EventType, possible_from
from inventory.lifecycle.models import LifecycleEvent, Tally
from inventory.lifecycle.state import Line, State
from inventory.register.models import Asset

_WITHOUT_DETAILS = frozenset({must_have_been_merged, must_have_been_used, must_not_have_been_used})
"""Conditions that look at the state only, so that a button can be left out before anything is typed."""


@dataclass(slots=True)
class TimelineLine:
    """A ledger line with what a person wants to read beside it."""

    line: Line
    label: str
    actor_name: str
    personal: dict[str, Any] | None
    """Free text, if there is any and it was not erased."""
    erased: bool
    voided_by: str | None
    replaced_by: str | None
    status_after: str
    hash: bytes


def possible_events(state: State, permissions: frozenset[str]) -> list[EventType]:
    """What may happen now, by this person: the table, and the conditions that need no details."""
    return [
        row
        for row in possible_from(state.status)
        if row.permission in permissions
        and not any(condition(state, {}) for condition in row.conditions if condition in _WITHOUT_DETAILS)
    ]


@dataclass(slots=True)
class Activity:
    """A recent line of any machine."""

    tag: str
    key: str
    label: str
    icon: str
    actor_name: str
    occurred_at: datetime
    precision: str
    recorded_at: datetime
    status_after: str


def recent_activity(session: Session, limit: int = 10) -> list[Activity]:
    """The lines recorded last, newest first; one statement."""
    rows = session.execute(
        select(LifecycleEvent, Asset.tag, Account.display_name)
        .join(Asset, Asset.id == LifecycleEvent.asset_id)
        .join(Account, Account.id == LifecycleEvent.actor_id)
        .order_by(LifecycleEvent.id.desc())
        .limit(limit)
    )
    return [
        Activity(
            tag,
            event.key,
            EVENT_TYPES[event.kind].label,
            EVENT_TYPES[event.kind].icon,
            name,
            event.occurred_at,
            event.precision,
            event.recorded_at,
            event.status_after,
        )
        for event, tag, name in rows
    ]


def count_on_record(session: Session) -> int:
    """Assets on record, withdrawn ones left out; from the stored counts."""
    return int(session.scalar(select(func.sum(Tally.machines)).where(Tally.figure == "stock")) or 0)


def lines_of(session: Session, keys: Sequence[str]) -> dict[str, Line]:
    """The lines with these keys (at most some thousands), by key, without details or actors; one statement."""
    if not keys:
        return {}
    wanted = ("key", "kind", "occurred_at", "precision", "recorded_at", "sequence", "voids", "replaces")
    rows = session.execute(
        select(*(getattr(LifecycleEvent, name) for name in wanted)).where(LifecycleEvent.key.in_(keys))
    ).mappings()
    return {row["key"]: Line(**row, actor="", details={}) for row in rows}
