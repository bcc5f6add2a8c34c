"""The ledger lines that records lead to: wiped when accepted, failed at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.lifecycle.requests import EventRequest, Recorder, Result
from inventory.lifecycle.service import record_events
from inventory.register.models import Asset
from inventory.sanitisation.models import ErasureRecord, ErasureReport


def on_behalf(recorder: Recorder, *permissions: str) -> Recorder:
    """The same person, for a line that follows from what they may do: a failure shuts the gate whoever reports it."""
    return replace(recorder, permissions=recorder.permissions | set(permissions))


def tags_of(session: Session, records: Sequence[ErasureRecord]) -> dict[int, str]:
    """Present tag of each machine that the records are about, by its number; one statement."""
    numbers = {each.asset_id for each in records if each.asset_id is not None}
    if not numbers:
        return {}
    return dict(session.execute(select(Asset.id, Asset.tag).where(Asset.id.in_(numbers))).all())


def ended(record: ErasureRecord, zone: ZoneInfo) -> datetime | date | None:
    """When the wipe ended, as an event wants it: a moment, or a day where no time is known."""
    if record.ended_at is None:
        return None
    return record.ended_at.astimezone(zone).date() if record.ended_precision == "day" else record.ended_at


def tool_of(report: ErasureReport) -> str:
    """nwipe 0.40"""
    return " ".join(filter(None, (report.tool, report.tool_version)))[:120]


def wiped(record: ErasureRecord, report: ErasureReport) -> dict[str, Any]:
    """The details of one drive in a `sanitised` line."""
    return {
        "uid": record.part_uid,
        "method": record.method,
        "technique": record.technique or record.pattern,
        "tool": tool_of(report),
        "verification": record.verification,
        "evidence": f"report {report.sha256}",
        "confirmed_after_use": bool(record.found.get("confirmed_after_use")) or None,
        "record": record.uid,
        "warnings": "; ".join(record.flags)[:500] or None,
    }


def request_wiped(record: ErasureRecord, report: ErasureReport, tag: str, zone: ZoneInfo) -> EventRequest:
    """The line that an acceptance records; its key is made of the record's, so that it is recorded once."""
    drive = {name: value for name, value in wiped(record, report).items() if value is not None}
    return EventRequest("sanitised", f"erasure-{record.uid}", tag, ended(record, zone), {"drives": [drive]})


def record_failures(
    session: Session, records: Sequence[ErasureRecord], report: ErasureReport, recorder: Recorder
) -> None:
    """Write `sanitisation_failed` for each of *records*, dated by the end of the run where the ledger allows it.

    Where it does not (the machine moved on since, the drive was fitted later) the line bears the present moment:
    a failure that was learned of late shuts the gate all the same. One that cannot be recorded at all goes to a person.
    """
    if not records:
        return
    who, tags = on_behalf(recorder, "sanitise"), tags_of(session, records)
    waiting = [each for each in records if each.asset_id in tags]
    for when_told in (True, False):
        requests = [_failed(each, report, tags[each.asset_id or 0], who, when_told) for each in waiting]
        results = record_events(session, requests, who, all_or_none=False) if requests else []
        left: list[tuple[ErasureRecord, Result]] = []
        for record, result in zip(waiting, results, strict=True):
            if result.outcome == "refused":
                left.append((record, result))
            else:
                record.event_key = result.key
        waiting = [each for each, _ in left]
    for record, result in left:
        record.standing = "quarantined"
        record.quarantine = result.refusal.message if result.refusal else "The failure could not be recorded."
    session.flush()


def _failed(
    record: ErasureRecord, report: ErasureReport, tag: str, recorder: Recorder, when_told: bool
) -> EventRequest:
    at = ended(record, recorder.settings.zone)
    if not when_told or at is None or (isinstance(at, datetime) and at > recorder.now):
        at = recorder.now
    drive = {
        "uid": record.part_uid,
        "technique": record.technique or record.pattern,
        "tool": tool_of(report),
        "evidence": f"report {report.sha256}",
        "record": record.uid,
    }
    told = {name: value for name, value in drive.items() if value}
    return EventRequest("sanitisation_failed", f"erasure-{record.uid}", tag, at, {"drives": [told]})
