"""Finds the named guards, asks them in batches, and provides the lifecycle's own."""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.discovery import find_across
from inventory.errors import GuardMissing
from inventory.lifecycle.counting import local_day
from inventory.lifecycle.effects import brought_by
from inventory.lifecycle.event_types import GUARD_NAMES
from inventory.lifecycle.requests import Proposed
from inventory.lifecycle.state import State
from inventory.register.identifiers import comparison_form
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


def _drives_named(state: State, each: Proposed) -> list[str]:
    """Ids of drives that the line takes from the record, but for those that it brought onto it itself."""
    details = each.line.details
    named = [details.get("uid"), *(drive.get("uid") for drive in details.get("drives", ()))]
    return [uid for uid in named if uid and not brought_by(uid, state.stands_for)]


def _drive_is_free(session: Session, assets: Sequence[State], events: Sequence[Proposed]) -> list[str | None]:
    named = [_drives_named(state, each) for state, each in zip(assets, events, strict=True)]
    called_new = [
        comparison_form("serial", str(each.line.details["serial"]))
        if each.line.details.get("came") == "new" and each.line.details.get("serial")
        else None
        for each in events
    ]
    wanted, serials = {uid for uids in named for uid in uids}, {each for each in called_new if each}
    if not wanted and not serials:
        return [None] * len(events)
    rows = session.execute(
        select(Part.uid, Part.serial_key, Asset.tag)
        .outerjoin(Asset, Asset.id == Part.asset_id)
        .where(or_(Part.uid.in_(wanted), Part.serial_key.in_(serials)))
    ).all()
    where: dict[str, str | None] = {uid: tag for uid, _, tag in rows}
    bearers: dict[str | None, list[str]] = {}
    for uid, serial, _ in rows:
        bearers.setdefault(serial, []).append(uid)
    answers: list[str | None] = []
    taken: set[str] = set()
    for state, each, uids, serial in zip(assets, events, named, called_new, strict=True):
        own = {state.tag} if each.line.replaces else set()
        answers.append(next((why for uid in uids if (why := _not_free(uid, where, taken, own))), None))
        taken.update(uids)
        others = [uid for uid in (bearers.get(serial, ()) if serial else ()) if not brought_by(uid, state.stands_for)]
        if answers[-1] is None and others:
            answers[-1] = (
                f"a drive with the serial {each.line.details['serial']} is on record already, so it is not new; "
                "say that it came from elsewhere"
            )
    return answers


def _not_free(uid: str, where: dict[str, str | None], taken: set[str], own: set[str]) -> str | None:
    if uid not in where:
        return f"there is no drive {uid} on record; leave the id out to record a new one"
    if uid in taken:
        return f"drive {uid} goes into another machine by the same batch"
    if where[uid] and where[uid] not in own:
        return f"drive {uid} is on record in {where[uid]}; remove it there first"
    return None


GUARDS: Final[dict[str, Guard]] = {
    "before_go_live": _before_go_live,
    "merge_target_exists": _merge_target_exists,
    "drive_is_free": _drive_is_free,
}
