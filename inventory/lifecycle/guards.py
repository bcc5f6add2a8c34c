"""Finds the named guards, asks them in batches, and provides the lifecycle's own."""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.discovery import find_across
from inventory.errors import GuardMissing
from inventory.lifecycle.counting import local_day
from inventory.lifecycle.event_types import GUARD_NAMES
from inventory.lifecycle.requests import Proposed
from inventory.lifecycle.state import State
from inventory.register.models import Asset, Part
from inventory.register.tags import normalise

Guard = Callable[[Session, Sequence[State], Sequence[Proposed]], Sequence[str | None]]
"""Session, the assets before the events, the events -> for each a refusing clause, or None."""


def provided_guards() -> dict[str, Guard]:
    """Every guard that a concept provides in its module ``guards`` under the name GUARDS."""
    return find_across("GUARDS")


def require_all_guards() -> None:
    """Stop the start when an event names a guard that nobody provides: the gate is shut by default."""
    if missing := GUARD_NAMES - provided_guards().keys():
        raise GuardMissing(f"No one provides the safeguards {', '.join(sorted(missing))}; nothing can start.")


def ask(session: Session, name: str, assets: Sequence[State], events: Sequence[Proposed]) -> Sequence[str | None]:
    """Ask the guard *name* about a batch; a guard that is not there refuses by an error."""
    guard = provided_guards().get(name)
    if guard is None:
        raise GuardMissing(f"The safeguard {name} is not installed, so nothing was recorded.")
    answers = guard(session, assets, events)
    if len(answers) != len(assets):
        raise GuardMissing(f"The safeguard {name} did not answer for every machine; nothing was recorded.")
    return answers


def _before_go_live(session: Session, assets: Sequence[State], events: Sequence[Proposed]) -> list[str | None]:
    answers: list[str | None] = []
    for each in events:
        go_live = each.settings.go_live
        late = go_live is not None and local_day(each.line.occurred_at, each.settings) >= go_live
        answers.append(
            f"older records end before this register went live on {go_live:%-d %b %Y}; "
            "record what happened since then as events"
            if late
            else None
        )
    return answers


def _merge_target_exists(session: Session, assets: Sequence[State], events: Sequence[Proposed]) -> list[str | None]:
    wanted = {normalise(each.line.details["into"]) for each in events}
    rows = session.execute(select(Asset.tag_key, Asset.status).where(Asset.tag_key.in_(wanted)))
    found = dict(rows.all())
    answers: list[str | None] = []
    for state, each in zip(assets, events, strict=True):
        into = each.line.details["into"]
        if normalise(into) == normalise(state.tag):
            answers.append("a record is not merged into itself")
        elif normalise(into) not in found:
            answers.append(f"no machine bears {into}")
        elif found[normalise(into)] == "withdrawn":
            answers.append(f"{into} is withdrawn itself")
        else:
            answers.append(None)
    return answers


def _drive_is_free(session: Session, assets: Sequence[State], events: Sequence[Proposed]) -> list[str | None]:
    wanted = {uid for each in events if (uid := each.line.details.get("uid"))}
    if not wanted:
        return [None] * len(events)
    rows = session.execute(
        select(Part.uid, Asset.tag).outerjoin(Asset, Asset.id == Part.asset_id).where(Part.uid.in_(wanted))
    )
    found = dict(rows.all())
    answers: list[str | None] = []
    for each in events:
        uid = each.line.details.get("uid")
        if uid and uid not in found:
            answers.append(f"there is no drive {uid} on record; leave the id out to record a new one")
        elif uid and found[uid]:
            answers.append(f"drive {uid} is on record in {found[uid]}; remove it there first")
        else:
            answers.append(None)
    return answers


GUARDS: Final[dict[str, Guard]] = {
    "before_go_live": _before_go_live,
    "merge_target_exists": _merge_target_exists,
    "drive_is_free": _drive_is_free,
}
