"""Scans and undos on their way into the ledger: many at once, in their order, in a constant number of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.db import among
from inventory.errors import InventoryError
from inventory.lifecycle.checking import check
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES, EventType
from inventory.lifecycle.loading import load_lines, lock_assets
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.requests import EventRequest, Recorder, Result
from inventory.lifecycle.rules import personal_fields
from inventory.lifecycle.service import record_events
from inventory.lifecycle.state import Line
from inventory.register.models import Asset
from inventory.register.queries import resolve_many
from inventory.register.resolving import Resolution
from inventory.register.statuses import STATUSES
from inventory.register.tags import normalise
from inventory.scanning.incoming import ScanIn
from inventory.scanning.models import TO_SETTLE
from inventory.scanning.twice import moment_of, scanned_already

CLOCKS_AGREE_WITHIN: Final = timedelta(minutes=2)
"""A scan that seems to lie before the machine's last line by no more than this came after it."""
UNDO_REASON: Final = "Taken back on the scan page"


@dataclass(slots=True)
class Answer:
    """What became of one scan, in words. ``status``: where its machine stands now."""

    outcome: str
    tag: str
    headline: str
    words: str
    status: str | None = None
    asset_id: int | None = None


@dataclass(frozen=True, slots=True)
class OnLedger:
    """A line that bears the key of a scan."""

    kind: str
    asset_id: int
    tag: str


def on_ledger(session: Session, keys: Iterable[str]) -> dict[str, OnLedger]:
    """Of *keys*, those that name a line; one statement."""
    rows = session.connection().execute(
        select(LifecycleEvent.key, LifecycleEvent.kind, LifecycleEvent.asset_id, Asset.tag)
        .join(Asset, Asset.id == LifecycleEvent.asset_id)
        .where(among(session, LifecycleEvent.key, sorted(set(keys))))
    )
    return {key: OnLedger(kind, number, tag) for key, kind, number, tag in rows}


@dataclass(slots=True)
class _Machine:
    """A machine in the middle of a batch: its lines, and those that this batch would add."""

    lines: list[Line] = field(default_factory=list)

    @property
    def last_at(self) -> datetime | None:
        voided = {line.voids for line in self.lines if line.voids}
        standing = [line for line in self.lines if line.kind != CORRECTION and line.key not in voided]
        return max((line.occurred_at for line in standing), default=None)


@dataclass(slots=True)
class _Batch:
    """Requests in their order, and the answers that need none."""

    session: Session
    recorder: Recorder
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[EventRequest] = field(default_factory=list)
    twice: dict[str, tuple[str, datetime, str, int | None]] = field(default_factory=dict)
    """Key of a double scan -> the key it repeats, when that was, tag and number of the machine."""


def record_scans(
    session: Session,
    scans: Sequence[ScanIn],
    voids: Mapping[str, str],
    known: Mapping[str, OnLedger],
    recorder: Recorder,
) -> dict[str, Answer]:
    """Record *scans* (of the actions record and undo) in their order; the answers by the scans' keys.

    *voids*: for each undo the key of the line to take back. *known*: lines on the ledger by key. Nothing is
    refused: what cannot be recorded now is answered as to be settled.
    """
    batch = _Batch(session, recorder)
    found = _resolved(session, [scan for scan in scans if scan.action == "record"], recorder)
    tags = {scan.key: str(each.tag) for scan in scans if (each := found.get(scan.key)) and each.tag}
    tags |= {key: known[line].tag for key, line in voids.items()}
    machines = _machines(session, tags.values())
    for scan in scans:
        machine = machines.get(normalise(tags.get(scan.key, "")), _Machine())
        if scan.action == "undo":
            _take_back(batch, scan, voids[scan.key], tags[scan.key], machine)
        elif scan.key in known:
            batch.answers[scan.key] = _on_record(known[scan.key], scan)
        else:
            _propose(batch, scan, found[scan.key], machine)
    results = record_events(session, batch.requests, recorder, all_or_none=False)
    for request, result in zip(batch.requests, results, strict=True):
        batch.answers[request.key] = _answered(request, result)
    for key, answer in batch.answers.items():
        # What was refused names its machine too: both sides of it are shown.
        if answer.asset_id is None and (each := found.get(key)) is not None:
            answer.asset_id = each.asset_id
        elif answer.asset_id is None and key in voids:
            answer.asset_id = known[voids[key]].asset_id
    for key, (first, at, tag, number) in batch.twice.items():
        batch.answers[key] = _double(batch, first, at, tag, number)
    return batch.answers


def _resolved(session: Session, scans: Sequence[ScanIn], recorder: Recorder) -> dict[str, Resolution]:
    resolved = resolve_many(session, [scan.text for scan in scans], recorder.settings) if scans else []
    return {scan.key: each for scan, each in zip(scans, resolved, strict=True)}


def _machines(session: Session, tags: Iterable[str]) -> dict[str, _Machine]:
    """The machines by their tag's comparison form: locked, so that what is read stays true until the end."""
    keys = {normalise(tag) for tag in tags}
    if not keys:
        return {}
    rows = lock_assets(session, keys)
    histories = load_lines(session, sorted(row.id for row in rows.values()))
    return {key: _Machine([line for line, _ in histories[row.id]]) for key, row in rows.items()}


def _on_record(line: OnLedger, scan: ScanIn) -> Answer:
    """The ledger bears the scan's key already: it came by another way."""
    if line.kind != scan.event:
        words = "Its key was used for another event before. Nothing was recorded for this scan."
        return Answer(TO_SETTLE, line.tag, "To settle", words, None, line.asset_id)
    return Answer("recorded", line.tag, EVENT_TYPES[line.kind].label, "It was on record already.", None, line.asset_id)


def _propose(batch: _Batch, scan: ScanIn, found: Resolution, machine: _Machine) -> None:
    if found.tag is None:
        batch.answers[scan.key] = to_settle(scan.text[:64], nobody_in_words(found, scan.text))
        return
    row = EVENT_TYPES.get(scan.event or "")
    if row is None or not row.scan:
        words = f"“{row.label if row else scan.event}” is not recorded by scanning. Open the machine."
        batch.answers[scan.key] = to_settle(found.tag, words, found.status, found.asset_id)
        return
    at = scan.occurred_at
    details = _checked(row, scan.details)
    if details is not None:
        twice = scanned_already(machine.lines, row, details, batch.recorder.actor, at)
        if twice is not None:
            batch.twice[scan.key] = (twice.key, moment_of(twice), found.tag, found.asset_id)
            return
    last = machine.last_at
    if last is not None and at < last <= at + CLOCKS_AGREE_WITHIN:
        # Measured clocks agree to a second or so; the order in which scans came in is surer than that.
        at = last
    batch.requests.append(EventRequest(row.key, scan.key, found.tag, at, scan.details))
    if details is not None:
        stored = {name: value for name, value in details.items() if name not in personal_fields(row)}
        machine.lines.append(_pending(scan.key, row.key, at, batch.recorder, stored, machine))


def _checked(row: EventType, details: Mapping[str, Any]) -> dict[str, Any] | None:
    """The details as they would be stored; None when they are not right, which the ledger will say in words."""
    try:
        return check(row.schema, details, what=row.label)
    except InventoryError:
        return None


def _pending(
    key: str,
    kind: str,
    at: datetime,
    recorder: Recorder,
    details: dict[str, Any],
    machine: _Machine,
    voids: str | None = None,
) -> Line:
    number = len(machine.lines) + 1
    return Line(key, kind, at, "instant", recorder.now, recorder.actor, details, number, voids)


def _take_back(batch: _Batch, scan: ScanIn, line: str, tag: str, machine: _Machine) -> None:
    if any(each.voids == line for each in machine.lines):
        batch.answers[scan.key] = Answer("undone", tag, "Taken back", "It was taken back before.")
        return
    batch.requests.append(EventRequest(CORRECTION, scan.key, tag, None, {"reason": UNDO_REASON}, voids=line))
    machine.lines.append(_pending(scan.key, CORRECTION, batch.recorder.now, batch.recorder, {}, machine, line))


def _answered(request: EventRequest, result: Result) -> Answer:
    if result.outcome == "refused" and result.refusal is not None:
        present = getattr(result.refusal, "present_status", None)
        return to_settle(result.tag, result.refusal.message, present, result.asset_id)
    if request.kind == CORRECTION:
        words = "The scan stays readable in its history, struck through."
        return Answer("undone", result.tag, "Taken back", words, result.status, result.asset_id)
    status = STATUSES[str(result.status)].label.lower()
    label = EVENT_TYPES[request.kind].label
    return Answer("recorded", result.tag, label, f"Now {status}.", result.status, result.asset_id)


def _double(batch: _Batch, first: str, at: datetime, tag: str, number: int | None) -> Answer:
    before = batch.answers.get(first)
    clock = f"{at.astimezone(batch.recorder.settings.zone):%H:%M}"
    words = f"You recorded this at {clock}; nothing was added."
    if before is not None and before.outcome == TO_SETTLE:
        words = f"You scanned this at {clock} and it waits to be settled; nothing was added."
    return Answer("duplicate", tag, "Scanned already", words, before.status if before else None, number)


def to_settle(tag: str, words: str, status: str | None = None, asset_id: int | None = None) -> Answer:
    """A scan that a person must look at, and why."""
    return Answer(TO_SETTLE, tag, "To settle", words, status, asset_id)


def nobody_in_words(found: Resolution, text: str) -> str:
    """Why *text* names no one machine, and what is near."""
    if not found.text:
        return "The scan was empty."
    if found.candidates:
        tags = ", ".join(row.tag for row in found.candidates[:5])
        return f"{len(found.candidates)} machines answer to it: {tags}. Choose the one you held."
    if found.blank:
        return "This label is on no machine yet. Register a machine with it, then record the scan."
    words = f"No machine bears {text[:64]}."
    if found.suggestions:
        words += f" Did you mean {' or '.join(found.suggestions[:3])}?"
    return words
