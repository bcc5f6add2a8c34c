"""Reads that a scan waits for: a machine with its whole history in one statement, and pages of lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from inventory.accounts.models import Account
from inventory.errors import NotFound
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.lifecycle.loading import LINE
from inventory.lifecycle.models import EventPersonal, LifecycleEvent
from inventory.lifecycle.queries import TimelineLine
from inventory.lifecycle.rules import replay
from inventory.lifecycle.state import Line, State
from inventory.register.models import Asset
from inventory.register.rows import WIDTH, AssetRow, row_of, row_statement

_LINE_COLUMNS: Final = (
    *LINE,
    LifecycleEvent.status_after,
    LifecycleEvent.hash,
    Account.display_name,
    EventPersonal.content,
    EventPersonal.erased_at,
)
_OF_LINE: Final = len(LINE)
"""How many of them make a `Line`."""

# Made once: building a statement costs more than running it.
_LOOK_UP = (
    row_statement()
    .add_columns(*_LINE_COLUMNS)
    .join(LifecycleEvent, LifecycleEvent.asset_id == Asset.id)
    .join(Account, Account.id == LifecycleEvent.actor_id)
    .outerjoin(EventPersonal, EventPersonal.event_key == LifecycleEvent.key)
    .where(Asset.id == bindparam("number"))
    .order_by(LifecycleEvent.sequence)
)
_voiding, _replacing = aliased(LifecycleEvent), aliased(LifecycleEvent)
_PAGE = (
    select(*_LINE_COLUMNS, _voiding.key, _replacing.key)
    .select_from(LifecycleEvent)
    .join(Account, Account.id == LifecycleEvent.actor_id)
    .outerjoin(EventPersonal, EventPersonal.event_key == LifecycleEvent.key)
    .outerjoin(_voiding, (_voiding.asset_id == LifecycleEvent.asset_id) & (_voiding.voids == LifecycleEvent.key))
    .outerjoin(
        _replacing, (_replacing.asset_id == LifecycleEvent.asset_id) & (_replacing.replaces == LifecycleEvent.key)
    )
    .where(LifecycleEvent.asset_id == bindparam("number"), LifecycleEvent.sequence > bindparam("after"))
    .order_by(LifecycleEvent.sequence)
    .limit(bindparam("size"))
)


@dataclass(slots=True)
class LookedUp:
    """A machine as a scan wants to see it. ``lines``: all of them, oldest first."""

    asset: AssetRow
    state: State
    lines: list[TimelineLine]


def look_up(session: Session, asset_id: int) -> LookedUp:
    """The machine with this number and everything that happened to it; one statement."""
    rows = session.connection().execute(_LOOK_UP, {"number": asset_id}).all()
    if not rows:
        raise NotFound("There is no such machine.")
    asset = row_of(rows[0])
    lines = [_told(row[WIDTH:]) for row in rows]
    voids = {each.line.voids: each.line.key for each in lines if each.line.voids}
    replaces = {each.line.replaces: each.line.key for each in lines if each.line.replaces}
    for each in lines:
        each.voided_by = voids.get(each.line.key)
        each.replaced_by = replaces.get(each.line.key)
    state = replay([each.line for each in lines])
    for known in state.facts.get("identifiers", ()):
        asset.identifiers.setdefault(known["type"], []).append(known["value"])
    for tag in state.former_tags:
        asset.identifiers.setdefault("former_tag", []).append(tag)
    return LookedUp(asset, state, lines)


def lines_after(session: Session, asset_id: int, after: int, size: int) -> list[TimelineLine]:
    """At most *size* lines of the machine whose number in its ledger is above *after*; one statement."""
    found = []
    for *columns, voided_by, replaced_by in session.connection().execute(
        _PAGE, {"number": asset_id, "after": after, "size": size}
    ):
        each = _told(columns)
        each.voided_by, each.replaced_by = voided_by, replaced_by
        found.append(each)
    return found


def _told(columns: Sequence[Any]) -> TimelineLine:
    line = Line(*columns[:_OF_LINE])
    status_after, hash_, name, content, erased_at = columns[_OF_LINE:]
    return TimelineLine(
        line, EVENT_TYPES[line.kind].label, name, content, erased_at is not None, None, None, status_after, bytes(hash_)
    )
