"""What the forms that record share: the moment, the drives, what changed, and the one write."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

from flask import session as browser_session
from marshmallow import Schema

from inventory.db import write
from inventory.errors import BatchRefused, InventoryError, ValidationRefused
from inventory.lifecycle.details import FORGETTABLE, DriveDetails
from inventory.lifecycle.effects import drive_uid
from inventory.lifecycle.event_types import EventType
from inventory.lifecycle.fields import Lines, schema_of
from inventory.lifecycle.requests import EventRequest, Result
from inventory.lifecycle.service import record_events
from inventory.lifecycle.state import FittedDrive, Line
from inventory.register.naming import Named, find_named, search_named
from inventory.web._forms import Entry, Reading, entries, read
from inventory.web._shell import recorder, session, settings
from inventory.web._words import capacity

NEW_DRIVE: Final = "new-drive-"
FITTING: Final = "part_fitted"
_FIRST_CHOICES: Final = 60


def find(table: str, role: str | None, text: str) -> list[Named]:
    """What the typed *text* may name."""
    return find_named(session(), table, role, text)


def first_choices(controls: Sequence[Entry]) -> dict[tuple[str, str], list[Named]]:
    """The first choices of every list that *controls* look up; people are offered only once somebody types."""
    wanted = {entry.lookup for entry in controls if entry.lookup}
    return {
        (table, role): []
        if role == "custodian" or (table, role) == ("party", "")
        else search_named(session(), table, role or None, "", _FIRST_CHOICES)
        for table, role in sorted(wanted)
    }


def key_of(form: Mapping[str, str]) -> str:
    """The form's own key, or a new one."""
    return form.get("key", "").strip() or str(uuid4())


def moment_of(form: Mapping[str, str], same: Line | None = None) -> datetime | date | None:
    """When the form says that it happened (None: now); *same* is the line it may keep the time of."""
    chosen = form.get("when") or "now"
    zone = settings().zone
    try:
        if chosen == "same" and same is not None:
            return same.occurred_at.astimezone(zone).date() if same.precision == "day" else same.occurred_at
        if chosen == "day":
            return date.fromisoformat(form.get("day", "").strip())
        if chosen == "moment":
            found = datetime.fromisoformat(form.get("moment", "").strip())
            return found if found.tzinfo else found.replace(tzinfo=zone)
    except ValueError:
        word = "day" if chosen == "day" else "day and time"
        raise ValidationRefused(f"Give the {word} on which it happened.", field="occurred_at") from None
    if chosen != "now":
        raise ValidationRefused("Say when it happened: now, on a day, or at a time.", field="occurred_at")
    return None


def drive_label(drive: FittedDrive) -> str:
    """A drive by serial, medium and capacity, as far as known."""
    known = drive.details
    size = known.get("capacity_bytes")
    words = (known.get("model"), (known.get("medium") or "").upper(), capacity(size) if size else None)
    more = ", ".join(str(word) for word in words if word)
    name = str(known.get("serial") or "without serial")
    return f"{name} ({more})" if more else name


def names_drives(schema: type[Schema]) -> bool:
    """Whether the event speaks of drives that are on record, one by one."""
    shape = schema_of(schema).fields.get("drives")
    return isinstance(shape, Lines) and schema_of(shape.schema).fields.get("uid", shape).required


def states_facts(schema: type[Schema]) -> bool:
    """Whether the event changes facts, so that its form shows the present ones and sends what changed."""
    return "forget" in schema_of(schema).fields


def new_drive_entries(row: EventType) -> list[Entry]:
    """Controls for one drive that is not on record, described and spoken of in one go."""
    shape = schema_of(row.schema).fields["drives"]
    assert isinstance(shape, Lines)  # noqa: S101 - names_drives said so
    described = entries(DriveDetails, leave_out=("uid",))
    spoken = entries(shape.schema, leave_out=("uid",))
    return [
        Entry(**{**_fields(entry), "name": NEW_DRIVE + entry.name, "required": False})
        for entry in (*described, *spoken)
    ]


def _fields(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__dataclass_fields__}


def with_new_drive(row: EventType, form: Mapping[str, str], key: str, reading: Reading) -> EventRequest | None:
    """The fitting of a drive that the form describes; *reading* then speaks of it too."""
    shape = schema_of(row.schema).fields["drives"]
    assert isinstance(shape, Lines)  # noqa: S101
    typed = {name.removeprefix(NEW_DRIVE): text for name, text in form.items() if name.startswith(NEW_DRIVE)}
    if not any(typed.get(name, "").strip() for name in DriveDetails().fields):
        return None
    typed.pop("uid", None)
    fit_key = f"{key}-fit"
    described = read(DriveDetails, typed, find)
    uid = drive_uid(fit_key, 0)
    spoken = read(shape.schema, {**typed, "uid": uid}, find)
    for part in (described, spoken):
        reading.errors.update({NEW_DRIVE + name: text for name, text in part.errors.items()})
    if "serial" not in described.details:
        reading.errors[NEW_DRIVE + "serial"] = "Serial is needed: it is what tells this drive from any other"
    reading.details["drives"] = [*reading.details.get("drives", []), spoken.details]
    for control in [name for name in reading.errors if name.startswith("drives")]:
        if reading.errors[control].endswith(("is needed", "names no drive")):
            del reading.errors[control]
    return EventRequest(FITTING, fit_key, details={**described.details, "came": "found_inside"})


def only_changes(details: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """Of the facts in *details*, those that differ from *present*; what was emptied is told as not known."""
    changed = {name: value for name, value in details.items() if present.get(name) != value}
    emptied = sorted(name for name in present if name in FORGETTABLE and name not in details)
    if emptied:
        changed["forget"] = ",".join(emptied)
    return changed


def record(requests: Sequence[EventRequest], *, all_or_none: bool = True) -> list[Result]:
    """Record *requests* in one transaction."""
    who = recorder()
    return write(session(), lambda db: record_events(db, requests, who, all_or_none=all_or_none))


def first_refusal(error: InventoryError) -> InventoryError:
    """The refusal itself, also where a small batch carries it."""
    return error.refusals[0][1] if isinstance(error, BatchRefused) and error.refusals else error


def remember(result: Result, words: str, key: str | None = None) -> None:
    """Let the machine's page say once what was just recorded, and offer to take it back."""
    browser_session["just_recorded"] = {
        "tag": result.tag,
        "words": words if result.outcome == "recorded" else f"{words}: this was on record already",
        "key": key,
    }
