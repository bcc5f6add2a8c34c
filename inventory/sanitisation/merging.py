"""The guard of merging: a duplicate's unclean drives and its use are not forgotten with it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.requests import Proposed
from inventory.lifecycle.rules import replay
from inventory.lifecycle.state import IN_OTHER_HANDS, FittedDrive, State
from inventory.register.identifiers import comparison_form
from inventory.register.models import Asset
from inventory.register.tags import normalise
from inventory.sanitisation.rules import drive_name, unclean_drive


def merge_keeps_the_trail(session: Session, assets: Sequence[State], events: Sequence[Proposed]) -> list[str | None]:
    """A record that goes into another takes nothing along: what it knows of drives and use must stand there too."""
    wanted = {normalise(each.line.details["into"]) for each in events}
    numbers = dict(session.execute(select(Asset.tag_key, Asset.id).where(Asset.tag_key.in_(wanted))).all())
    histories = load_lines(session, sorted(numbers.values()))
    targets = {key: replay([line for line, _ in histories[number]]) for key, number in numbers.items()}
    zone = events[0].settings.zone if events else None
    found: list[str | None] = []
    for state, each in zip(assets, events, strict=True):
        target = targets.get(normalise(each.line.details["into"]))
        found.append(_lost(state, target, zone) if target and zone else None)
    return found


def _lost(state: State, target: State, zone: ZoneInfo) -> str | None:
    """What the record that stays would not know of drives and their use; None where it knows all."""
    into = target.tag
    if state.status in IN_OTHER_HANDS and target.status in IN_OTHER_HANDS:
        return None
    known = {_serial(each): each for each in target.drives.values() if _serial(each)}
    for drive in state.drives.values():
        name, same = drive_name(drive), known.get(_serial(drive))
        if same is None and unclean_drive(state, drive, zone):
            return (
                f"its drive {name} is not clean and not on record in {into}; record it there, or take it off this "
                "record, so that it is not forgotten"
            )
        if same is None:
            continue
        if drive.failed_at and not same.failed_at and (same.wiped_at is None or same.wiped_at < drive.failed_at):
            return f"the wipe of its drive {name} failed on {drive.failed_at:%-d %b %Y}; record that in {into} first"
    if not state.may_hold_data or target.status in IN_OTHER_HANDS:
        return None
    if not target.may_hold_data:
        return f"it was used and {into} never was; merge {into} into it instead"
    if state.status in IN_OTHER_HANDS:
        return f"it is in use by its own record and {into} is not; record its return first"
    # A record that opened as returned has a guess for the end of its use, which proves nothing of a later one.
    ended = state.use_ended_at if state.use_started_at else None
    if ended and (target.use_ended_at is None or target.use_ended_at < ended):
        return (
            f"it was last in use until {ended:%-d %b %Y}, later than {into}; "
            f"merge {into} into it instead, or mend the dates"
        )
    return None


def _serial(drive: FittedDrive) -> str:
    return comparison_form("serial", str(drive.details.get("serial") or ""))
