"""A machine as a scan wants to see it: put together once, written quickly, its shape held by a schema."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from inventory.api._shapes import asset_dict, event_dict
from inventory.lifecycle.event_types import CORRECTION, EventType
from inventory.lifecycle.lookup import LookedUp
from inventory.lifecycle.queries import TimelineLine, possible_events
from inventory.lifecycle.state import FittedDrive, State
from inventory.register.rows import AssetRow
from inventory.register.statuses import ON_SITE
from inventory.sanitisation.rules import reasons_unclean, unclean_drive

LAST_LINES: Final = 10
_SHUT: Final = "clean_drives"
"""The guard that no detail opens."""


@dataclass(slots=True)
class DriveView:
    """A drive, with what is known of its data."""

    uid: str
    serial: str | None
    manufacturer: str | None
    model: str | None
    medium: str | None
    capacity_bytes: int | None
    wiped_on: date | None
    wiped_method: str | None
    not_clean: str | None


@dataclass(slots=True)
class PossibleView:
    """An event that may be recorded now."""

    event: str
    label: str
    verb: str
    leads_to: str
    blocked: bool


@dataclass(slots=True)
class LookUpView:
    """Everything that the answer holds, as `LookUpSchema` dumps it."""

    asset: AssetRow
    came_by: str | None
    not_clean: list[str]
    drives: list[DriveView]
    possible_events: list[PossibleView]
    events: list[TimelineLine]
    events_total: int


def view_of(found: LookedUp, came_by: str | None, permissions: frozenset[str], zone: ZoneInfo) -> LookUpView:
    """*found* for a person with *permissions*."""
    state = found.state
    unclean = reasons_unclean(state, zone) if state.status in ON_SITE else []
    return LookUpView(
        found.asset,
        came_by,
        unclean,
        [_drive(state, each, zone) for each in state.drives.values()],
        [_possible(row, bool(unclean)) for row in possible_events(state, permissions) if row.key != CORRECTION],
        found.lines[: -LAST_LINES - 1 : -1],
        len(found.lines),
    )


def _drive(state: State, drive: FittedDrive, zone: ZoneInfo) -> DriveView:
    known = drive.details
    return DriveView(
        drive.uid,
        known.get("serial"),
        known.get("manufacturer"),
        known.get("model"),
        known.get("medium"),
        known.get("capacity_bytes"),
        drive.wiped_at.astimezone(zone).date() if drive.wiped_at else None,
        drive.wiped_method,
        unclean_drive(state, drive, zone) if state.status in ON_SITE else None,
    )


def _possible(row: EventType, unclean: bool) -> PossibleView:
    return PossibleView(row.key, row.label, row.verb, row.target_text(), unclean and _SHUT in row.guards)


def look_up_dict(found: LookUpView, zone: ZoneInfo) -> dict[str, Any]:
    """What `LookUpSchema` dumps, several times faster."""
    return {
        "asset": asset_dict(found.asset),
        "came_by": found.came_by,
        "not_clean": found.not_clean,
        "drives": [
            {name: getattr(each, name) for name in _DRIVE}
            | {"wiped_on": each.wiped_on.isoformat() if each.wiped_on else None}
            for each in found.drives
        ],
        "possible_events": [{name: getattr(each, name) for name in _POSSIBLE} for each in found.possible_events],
        "events": [event_dict(each, zone) for each in found.events],
        "events_total": found.events_total,
    }


_DRIVE: Final = tuple(DriveView.__dataclass_fields__)
_POSSIBLE: Final = tuple(PossibleView.__dataclass_fields__)
