"""Independent checks: a share of accepted wipes is drawn; one that fails puts the machines of its report on hold."""

import hashlib
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.lifecycle.requests import EventRequest, Recorder
from inventory.lifecycle.service import record_events
from inventory.register.models import Asset
from inventory.register.statuses import ON_SITE
from inventory.sanitisation.lines import on_behalf, tags_of
from inventory.sanitisation.models import AuditSample, ErasureRecord, ErasureReport
from inventory.sanitisation.standings import VALIDATE

_SLOTS: Final = 10_000


def is_drawn(uid: str, percent: int) -> bool:
    """Whether the record *uid* is in the sample of *percent*. By the record alone, so that nobody can draw again.

    Record ids are random and made by the register, so whoever wipes cannot know beforehand.
    """
    place = int.from_bytes(hashlib.sha256(f"audit {uid}".encode()).digest()[:8], "big") % _SLOTS
    return place < percent * (_SLOTS // 100)


def draw(session: Session, records: Sequence[ErasureRecord], recorder: Recorder) -> list[AuditSample]:
    """Draw from *records*, which were accepted just now."""
    percent = recorder.settings.audit_sample_percent
    drawn = [each for each in records if is_drawn(each.uid, percent)]
    if not drawn:
        return []
    known = set(
        session.scalars(select(AuditSample.record_id).where(AuditSample.record_id.in_([each.id for each in drawn])))
    )
    samples = [
        AuditSample(record_id=each.id, drawn_at=recorder.now, result="open", held=[], not_held=[])
        for each in drawn
        if each.id not in known
    ]
    session.add_all(samples)
    session.flush()
    return samples


def record_result(session: Session, number: int, result: str, note: str, recorder: Recorder) -> AuditSample:
    """Record what the independent check of sample *number* found: passed or failed, and how it was checked.

    NotAllowed for whoever brought, verified or accepted the wipe. A failed check blocks the drive, and holds every
    machine on site whose drives are in the same report. The same result once more changes nothing.
    """
    if VALIDATE not in recorder.permissions:
        raise NotAllowed("Your role may not record independent checks.")
    if result not in ("passed", "failed"):
        raise ValidationRefused("A check is passed or failed.", field="result")
    told = " ".join(note.split())[:2_000]
    if not told:
        raise ValidationRefused("Say how the drive was checked, and what was seen.", field="note")
    row = session.execute(
        select(AuditSample, ErasureRecord, ErasureReport)
        .join(ErasureRecord, ErasureRecord.id == AuditSample.record_id)
        .join(ErasureReport, ErasureReport.id == ErasureRecord.report_id)
        .where(AuditSample.id == number)
        .with_for_update(of=AuditSample)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such sample.")
    sample, record, report = row
    if sample.result != "open":
        if (sample.result, sample.note) == (result, told):
            return sample
        raise RuleRefused("The result of this check is on record already; it is not changed.")
    if recorder.account_id in (report.account_id, record.verified_by, record.validated_by):
        raise NotAllowed("You brought, verified or accepted this wipe; another person checks it.")
    sample.result, sample.note = result, told
    sample.checked_by, sample.checked_at = recorder.account_id, recorder.now
    if result == "failed":
        _fail(session, sample, record, report, recorder)
    session.flush()
    return sample


def _fail(
    session: Session, sample: AuditSample, record: ErasureRecord, report: ErasureReport, recorder: Recorder
) -> None:
    """The drive is not clean after all, and neither can the others of its batch be believed."""
    who = on_behalf(recorder, "hold", "sanitise")
    batch = list(
        session.scalars(
            select(ErasureRecord).where(ErasureRecord.report_id == report.id, ErasureRecord.asset_id.is_not(None))
        )
    )
    tags = tags_of(session, batch)
    statuses = dict(session.execute(select(Asset.id, Asset.status).where(Asset.id.in_(tags))).all())
    if record.asset_id in tags and statuses[record.asset_id] in ON_SITE:
        drive = {"uid": record.part_uid, "evidence": f"independent check {sample.id}", "record": record.uid}
        request = EventRequest(
            "sanitisation_failed", f"audit-{record.uid}", tags[record.asset_id], recorder.now, {"drives": [drive]}
        )
        [answer] = record_events(session, [request], who, all_or_none=False)
        if answer.refusal:
            sample.not_held = [*sample.not_held, answer.refusal.message]
    reason = f"An independent check of the wipes in report {report.sha256[:12]} failed"
    # What is on hold already stays on hold; what has left cannot be held, and shows in the list of failed checks.
    held = [number for number, status in statuses.items() if status in ON_SITE - {"on_hold"}]
    requests = [
        EventRequest("held", f"audit-{sample.id}-{number}", tags[number], recorder.now, {"reason": reason})
        for number in sorted(held)
    ]
    results = record_events(session, requests, who, all_or_none=False) if requests else []
    sample.held = [each.tag for each in results if each.refusal is None]
    gone = [
        f"{tags[number]} is not on site ({status.replace('_', ' ')})"
        for number, status in sorted(statuses.items())
        if status not in ON_SITE
    ]
    sample.not_held = [*sample.not_held, *gone, *(each.refusal.message for each in results if each.refusal)]
