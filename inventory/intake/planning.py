"""What a report means for one machine: lines to record and questions to ask, from its state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

from inventory.intake.findings import DriveFound, MachineFound
from inventory.intake.matching import same_maker, same_model
from inventory.intake.questions import item
from inventory.lifecycle.details import MEDIA
from inventory.lifecycle.requests import EventRequest
from inventory.lifecycle.state import IN_OTHER_HANDS, FittedDrive, State
from inventory.register.identifiers import comparison_form
from inventory.register.kinds import KINDS
from inventory.register.statuses import ON_SITE, STATUSES
from inventory.register.tags import is_ours, normalise

MOST_IDENTIFIERS: Final = 40
MOST_DRIVES: Final = 64
_LARGEST: Final = 10**16


@dataclass(frozen=True, slots=True)
class Source:
    """The report that is being planned. ``stale``: a later one of the same machine came in before."""

    sha256: str
    version: int
    stale: bool = False
    drives_stale: bool = False
    """Whether a later one told every drive of the machine, so that this one has no say on drives."""
    zone: tzinfo = UTC
    """In which a day of the ledger is a day."""

    @property
    def words(self) -> str:
        """How the ledger names it."""
        return f"hardware report {self.sha256[:12]}"

    def key(self, what: str) -> str:
        """Key of the line *what* that comes of it: the same report gives the same keys."""
        return f"hw-{self.sha256[:24]}-{self.version}-{what}"[:80]


@dataclass(frozen=True, slots=True)
class KnownDrive:
    """A drive that is on record somewhere. ``tag`` None: in no machine. ``newer``: seen there after this report."""

    uid: str
    asset_id: int | None
    tag: str | None
    status: str | None
    newer: bool = False


@dataclass(slots=True)
class Plan:
    """Lines in three steps, each to be recorded before the next is asked of the guards; and questions."""

    removals: list[EventRequest] = field(default_factory=list)
    opening: EventRequest | None = None
    facts: EventRequest | None = None
    fittings: list[EventRequest] = field(default_factory=list)
    """Their tag is filled in when the opening has been given one."""
    questions: list[dict[str, Any]] = field(default_factory=list)
    donors: set[int] = field(default_factory=set)
    """Numbers of the machines that a drive is taken from."""

    @property
    def lines(self) -> int:
        return len(self.removals) + len(self.fittings) + (self.opening is not None) + (self.facts is not None)


def opening(machine: MachineFound, known: Mapping[str, Sequence[KnownDrive]], source: Source, prefix: str) -> Plan:
    """Register it as returned to the hub, with what the report tells of it."""
    plan = Plan()
    details: dict[str, Any] = {"status": "returned", "source": source.words} | _facts(machine)
    if named := identifiers_of(machine):
        details["identifiers"] = named
    if machine.asset_tag and is_ours(normalise(machine.asset_tag), prefix):
        details["tag"] = normalise(machine.asset_tag)
    fresh = []
    for number, drive in enumerate(_distinct(machine.drives)):
        if drive.serial and known.get(_key(drive.serial)):
            _move(plan, drive, f"{number}", known[_key(drive.serial)], "", source)
        else:
            fresh.append(described(drive))
    if fresh:
        details["drives"] = fresh
    plan.opening = EventRequest("registered", source.key("registered"), None, None, details)
    return plan


def amending(
    machine: MachineFound, asset_id: int, state: State, known: Mapping[str, Sequence[KnownDrive]], source: Source
) -> Plan:
    """Fill in what is not known of the machine; ask about what differs; bring its drives up to date."""
    plan = Plan()
    told = _facts(machine)
    missing = {name: value for name, value in told.items() if _unknown(state, name)}
    if not source.stale:
        plan.questions += [
            _differing(name, str(value), str(state.facts[name]))
            for name, value in told.items()
            if name not in missing and not _AGREE[name](str(value), str(state.facts[name]))
        ]
    details: dict[str, Any] = dict(missing)
    if more := _more_identifiers(machine, state):
        details["identifiers"] = more
    if details:
        # Once more from another state is another line: the number of lines so far tells them apart.
        key = source.key(f"facts-{state.standing}")
        plan.facts = EventRequest("amended", key, state.tag, None, details | {"source": source.words})
    if source.drives_stale:
        return plan
    _plan_drives(plan, machine, asset_id, state, known, source)
    return plan


def _plan_drives(
    plan: Plan,
    machine: MachineFound,
    asset_id: int,
    state: State,
    known: Mapping[str, Sequence[KnownDrive]],
    source: Source,
) -> None:
    left = dict(state.drives)
    fresh: list[tuple[int, DriveFound]] = []
    for number, drive in enumerate(_distinct(machine.drives)):
        if uid := _on_record(drive, left):
            del left[uid]
        elif drive.serial or not _described_alike(drive, left):
            fresh.append((number, drive))
    absent = list(left.values()) if machine.lists_drives else []
    if not fresh and not absent:
        return
    if state.status not in ON_SITE:
        label = STATUSES[str(state.status)].label.lower()
        said = ", ".join(drive_words(drive) for _, drive in fresh) or "fewer drives than on record"
        plan.questions.append(
            item("not_recorded", f"Inside it: {said}", f"{state.tag} is {label}",
                 "Drives are recorded of machines that are here. Record its return or find first, then try again.")
        )  # fmt: skip
        return
    for number, drive in fresh:
        places = (
            [each for each in known.get(_key(drive.serial), ()) if each.asset_id != asset_id] if drive.serial else []
        )
        if places:
            _move(plan, drive, f"{number}-{state.standing}", places, state.tag, source)
        else:
            key = source.key(f"fit-{number}-{state.standing}")
            plan.fittings.append(fitting(drive, state.tag, key, source, since=_found_since(state, source.zone)))
    plan.questions += [_absent(each) for each in absent]


def _move(plan: Plan, drive: DriveFound, number: str, places: Sequence[KnownDrive], tag: str, source: Source) -> None:
    """Take the drive out of where the record has it, and put it here; ask where that is not certain."""
    where = ", ".join(each.tag or "no machine" for each in places)
    why = None
    if len(places) > 1:
        why = "Several drives on record bear this serial number."
    elif places[0].newer:
        why = f"A later report than this one saw it in {places[0].tag}."
    elif places[0].tag and places[0].status not in ON_SITE:
        label = STATUSES[str(places[0].status)].label.lower()
        why = f"{places[0].tag} is {label}, so the drive cannot be taken out of it on record."
    if why:
        plan.questions.append(
            item("drive_elsewhere", f"Inside this machine: {drive_words(drive)}", f"On record in {where}", why,
                 drive=described(drive), number=drive.serial)
        )  # fmt: skip
        return
    [place] = places
    if place.tag is not None and place.asset_id is not None:
        details = {"uid": place.uid, "source": source.words}
        plan.removals.append(EventRequest("part_removed", source.key(f"out-{number}"), place.tag, None, details))
        plan.donors.add(place.asset_id)
    plan.fittings.append(fitting(drive, tag, source.key(f"fit-{number}"), source, uid=place.uid))


def _found_since(state: State, zone: tzinfo) -> datetime | date | None:
    """From when a drive that is found inside was there: since the machine came back; None where that is not known.

    A stick tells the drives and wipes them in one go, so a wipe may have ended before the report of it came in.
    """
    ended = state.use_ended_at
    if ended is None or state.status in IN_OTHER_HANDS or state.no_drive_fitted:
        return None
    day = state.use_ended_precision == "day"
    return ended.astimezone(zone).date() if day else ended + timedelta(microseconds=1)


def fitting(
    drive: DriveFound,
    tag: str,
    key: str,
    source: Source,
    *,
    uid: str | None = None,
    since: datetime | date | None = None,
) -> EventRequest:
    """The line that puts *drive* on record in the machine *tag*, *since* then or from now."""
    details = described(drive) | {"came": "from_elsewhere" if uid else "found_inside", "source": source.words}
    return EventRequest("part_fitted", key, tag or None, since, details | ({"uid": uid} if uid else {}))


def described(drive: DriveFound) -> dict[str, Any]:
    """What the ledger keeps of a drive."""
    capacity = drive.capacity_bytes
    told = {
        "serial": clipped(drive.serial, 128),
        "manufacturer": clipped(drive.manufacturer, 255),
        "model": clipped(drive.model, 255),
        "medium": (drive.medium if drive.medium in MEDIA else "other") if drive.medium else None,
        "capacity_bytes": capacity if capacity and 0 < capacity <= _LARGEST else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def drive_words(drive: DriveFound) -> str:
    """A drive in a few words."""
    size = f"{drive.capacity_bytes / 1e9:,.0f} GB" if drive.capacity_bytes else ""
    named = " ".join(filter(None, (drive.manufacturer, drive.model, size)))
    serial = f"serial {drive.serial}" if drive.serial else "no serial told"
    return f"{named or 'a drive'} ({serial})"


def clipped(text: str | None, longest: int) -> str | None:
    """*text* as the ledger can keep it: printable, one space, not too long; None when nothing is left."""
    if text is None:
        return None
    kept = " ".join("".join(each if each.isprintable() else " " for each in text).split())[:longest].strip()
    return kept or None


def identifiers_of(machine: MachineFound) -> list[dict[str, str]]:
    """Every identifier that the report tells, each once."""
    told = [("serial", machine.serial), ("board_serial", machine.board_serial), ("uuid", machine.uuid)]
    told += [("mac", mac) for mac in machine.macs]
    found: dict[tuple[str, str], dict[str, str]] = {}
    for kind, text in told:
        if value := clipped(text, 128):
            found.setdefault((kind, comparison_form(kind, value)), {"type": kind, "value": value})
    return list(found.values())[:MOST_IDENTIFIERS]


def _more_identifiers(machine: MachineFound, state: State) -> list[dict[str, str]]:
    """All identifiers of the machine, if the report adds any; they are kept as one list."""
    held = list(state.facts.get("identifiers", ()))
    have = {(_class(each["type"]), comparison_form(each["type"], each["value"])) for each in held}
    more = [
        each
        for each in identifiers_of(machine)
        if (_class(each["type"]), comparison_form(each["type"], each["value"])) not in have
    ]
    room = MOST_IDENTIFIERS - len(held)
    return [*held, *more[:room]] if more[:room] else []


def _class(kind: str) -> str:
    # A maker's service tag is the serial number that the firmware tells.
    return "serial" if kind == "service_tag" else kind


def _facts(machine: MachineFound) -> dict[str, Any]:
    told = {
        "kind": machine.kind if machine.kind in KINDS and machine.kind != "unknown" else None,
        "manufacturer": clipped(machine.manufacturer, 255),
        "model": clipped(machine.model, 255),
    }
    return {name: value for name, value in told.items() if value is not None}


def _unknown(state: State, name: str) -> bool:
    return state.facts.get(name) in (None, "", "unknown")


_AGREE: Final = {
    "kind": lambda one, other: one == other,
    "manufacturer": same_maker,
    "model": same_model,
}
LABELS: Final = {"kind": "Kind", "manufacturer": "Maker", "model": "Model"}


def _differing(name: str, report: str, record: str) -> dict[str, Any]:
    shown = {report: report, record: record}
    if name == "kind":
        shown = {each: KINDS[each].label for each in shown}
    return item("fact_differs", f"The report says {shown[report]}", f"The record says {shown[record]}",
                "A fact on record is not replaced unless somebody says so.",
                label=LABELS[name], field=name, value=report)  # fmt: skip


def _absent(drive: FittedDrive) -> dict[str, Any]:
    told = drive.details
    named = " ".join(str(told[name]) for name in ("manufacturer", "model", "serial") if told.get(name)) or drive.uid
    return item("drive_absent", "The report lists the drives, and this one is not among them", f"On record: {named}",
                "A drive is not taken off the record unless somebody knows that it was taken out.",
                uid=drive.uid, drive_name=named)  # fmt: skip


def _key(serial: str | None) -> str:
    return comparison_form("serial", serial) if serial else ""


def _distinct(drives: Sequence[DriveFound]) -> list[DriveFound]:
    """Each serial once (tools list a drive under several paths), at most as many as a machine holds."""
    seen: set[str] = set()
    found = []
    for drive in drives:
        key = _key(drive.serial)
        if key and key in seen:
            continue
        seen.add(key)
        found.append(drive)
    return found[:MOST_DRIVES]


def _on_record(drive: DriveFound, left: Mapping[str, FittedDrive]) -> str | None:
    """The drive on record in the machine that *drive* is, by its serial."""
    key = _key(drive.serial)
    return next((uid for uid, each in left.items() if key and _key(each.details.get("serial")) == key), None)


def _described_alike(drive: DriveFound, left: dict[str, FittedDrive]) -> bool:
    """Whether a drive without a serial may be one on record, which is then accounted for."""
    told = described(drive)
    for uid, each in left.items():
        shared = [name for name in ("model", "capacity_bytes", "medium") if name in told and name in each.details]
        if all(told[name] == each.details[name] for name in shared):
            del left[uid]
            return True
    return False
