"""What people do with evidence: verify it, accept it or not, and settle what is in quarantine.

Verification (the technique did what it should) and validation (we accept that) are two acts by named people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import InventoryError, NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.lifecycle.details import VERIFICATIONS
from inventory.lifecycle.requests import EventRequest, Recorder
from inventory.lifecycle.service import record_events
from inventory.register.models import Asset, Part
from inventory.register.queries import resolve
from inventory.register.statuses import ON_SITE
from inventory.sanitisation.lines import ended, on_behalf, record_failures, request_wiped, tags_of
from inventory.sanitisation.models import ErasureRecord, ErasureReport
from inventory.sanitisation.receiving import Received, Verdict, judge_again, plain, receive, verdict_of
from inventory.sanitisation.sampling import draw
from inventory.sanitisation.standings import (
    DECISIONS,
    DISMISSED,
    SANITISE,
    VALIDATE,
    standing_of,
    why_not_acceptable,
)

MOST: Final = 500
"""Records decided at once."""
_NAMES: Final = UUID("6f0f9f0e-6a4e-4c0a-9d8e-0d5f6c1f3b52")
"""Name space of the keys of lines that settle a quarantine."""


@dataclass(slots=True)
class Decided:
    """What became of one record: ``done``, ``already`` (the same was decided before) or ``refused``."""

    record: str
    outcome: str
    standing: str | None = None
    refusal: InventoryError | None = None

    def as_dict(self) -> dict[str, Any]:
        """The result as data for every edge."""
        shown: dict[str, Any] = {"record": self.record, "outcome": self.outcome, "standing": self.standing}
        return shown | ({"refusal": self.refusal.as_dict()} if self.refusal else {})


def _lock(session: Session, uids: Sequence[str]) -> dict[str, tuple[ErasureRecord, ErasureReport]]:
    """Records with their reports, locked until the transaction ends; in one order, so that none waits in a ring."""
    if len(uids) > MOST:
        raise ValidationRefused(
            f"At most {MOST} records are settled at once; {len(uids):,} were sent.", field="records"
        )
    rows = session.execute(
        select(ErasureRecord, ErasureReport)
        .join(ErasureReport, ErasureReport.id == ErasureRecord.report_id)
        .where(ErasureRecord.uid.in_(list(uids)))
        .order_by(ErasureRecord.id)
        .with_for_update(of=ErasureRecord)
        .execution_options(populate_existing=True)
    )
    return {record.uid: (record, report) for record, report in rows}


def _locked(session: Session, uid: str) -> tuple[ErasureRecord, ErasureReport]:
    found = _lock(session, [uid]).get(uid)
    if found is None:
        raise NotFound("There is no such record of a wipe.")
    return found


def name_of(record: ErasureRecord) -> str:
    """How a sentence names what a record is about."""
    drive = f"drive {record.serial or record.part_uid or '(no serial)'}"
    return f"{drive} in {record.property_no}" if record.property_no else drive


def verify(session: Session, uids: Sequence[str], how: str, recorder: Recorder) -> list[Decided]:
    """Note that *recorder* made sure, in the way *how*, that each wipe did what it should. Before acceptance only."""
    if SANITISE not in recorder.permissions:
        raise NotAllowed("Your role may not verify wipes.")
    if how not in VERIFICATIONS or how == "none":
        raise ValidationRefused("Say how the wipe was verified: status, sample or full.", field="verification")
    found = _lock(session, uids)
    answers = []
    for uid in dict.fromkeys(uids):
        record = found[uid][0] if uid in found else None
        if record is None:
            answers.append(Decided(uid, "refused", None, NotFound("There is no such record of a wipe.")))
        elif record.standing not in ("waiting", "quarantined"):
            refusal = RuleRefused(f"The wipe of {name_of(record)} was settled already; it is verified before that.")
            answers.append(Decided(uid, "refused", record.standing, refusal))
        else:
            record.verification, record.verified_by, record.verified_at = how, recorder.account_id, recorder.now
            answers.append(Decided(uid, "done", record.standing))
    session.flush()
    return answers


def decide(
    session: Session, uids: Sequence[str], decision: str, recorder: Recorder, reason: str | None = None
) -> list[Decided]:
    """Validate: accept each of *uids* as proof, or say what is to be done instead. Each stands for itself.

    Acceptance records the drive as sanitised, dated by the end of the wipe; one that the ledger refuses stays as it
    was, with the ledger's sentence. Repeating a decision is harmless.
    """
    if VALIDATE not in recorder.permissions:
        raise NotAllowed("Your role may not accept wipes as proof.")
    if decision not in DECISIONS:
        raise ValidationRefused(f"A decision is one of {', '.join(DECISIONS)}.", field="decision")
    found = _lock(session, uids)
    answers = {uid: _decide(uid, found.get(uid), decision, recorder) for uid in dict.fromkeys(uids)}
    open_ = [found[uid] for uid, answer in answers.items() if answer.outcome == "done"]
    if decision == "accept":
        for record, refusal in _accept(session, open_, recorder):
            answers[record.uid] = Decided(record.uid, "refused", record.standing, refusal)
    settled = [record for record, _ in open_ if answers[record.uid].outcome == "done"]
    for record in settled:
        record.decision, record.decision_reason = decision, plain(reason, 500)
        record.validated_by, record.validated_at = recorder.account_id, recorder.now
        if record.standing != "failed":
            record.standing = "accepted" if decision == "accept" else "rejected"
        answers[record.uid].standing = record.standing
    session.flush()
    if decision == "accept":
        draw(session, settled, recorder)
    return list(answers.values())


def _decide(uid: str, found: tuple[ErasureRecord, ErasureReport] | None, decision: str, recorder: Recorder) -> Decided:
    if found is None:
        return Decided(uid, "refused", None, NotFound("There is no such record of a wipe.", field="records"))
    record, report = found
    if record.decision == decision and record.standing != "quarantined":
        return Decided(uid, "already", record.standing)
    refusal: InventoryError | None = None
    if decision == "accept":
        if why := why_not_acceptable(record.verdict, record.standing, name_of(record)):
            refusal = RuleRefused(why)
        elif recorder.settings.validation_by_another and recorder.account_id in (report.account_id, record.verified_by):
            refusal = NotAllowed(
                f"The wipe of {name_of(record)} was brought or verified by you; another person accepts it."
            )
    elif record.standing not in ("waiting", "failed"):
        refusal = RuleRefused(f"The wipe of {name_of(record)} is not open to this decision.")
    return Decided(uid, "refused" if refusal else "done", record.standing, refusal)


def _accept(
    session: Session, records: Sequence[tuple[ErasureRecord, ErasureReport]], recorder: Recorder
) -> list[tuple[ErasureRecord, InventoryError]]:
    """Write the lines; what the ledger refuses comes back with its sentence."""
    tags = tags_of(session, [record for record, _ in records])
    # A drive on record in no machine opens no gate, so its record stands without a line.
    written = [(record, report) for record, report in records if record.asset_id is not None]
    zone = recorder.settings.zone
    requests = [request_wiped(record, report, tags[record.asset_id or 0], zone) for record, report in written]
    if not requests:
        return []
    refused = []
    results = record_events(session, requests, on_behalf(recorder, SANITISE), all_or_none=False)
    for (record, _), result in zip(written, results, strict=True):
        if result.refusal is not None:
            refused.append((record, result.refusal))
        else:
            record.event_key = result.key
    return refused


def dismiss(session: Session, uid: str, reason: str, recorder: Recorder) -> Decided:
    """Settle a quarantined record as being about no drive of ours. A failure keeps its word: it is only set aside."""
    if VALIDATE not in recorder.permissions:
        raise NotAllowed("Your role may not settle what is in quarantine.")
    told = plain(reason, 500)
    if not told:
        raise ValidationRefused("Say why the report is about no drive of ours.", field="reason")
    record, _ = _locked(session, uid)
    if record.decision == DISMISSED:
        return Decided(uid, "already", record.standing)
    if record.standing != "quarantined":
        raise RuleRefused(f"The wipe of {name_of(record)} is not in quarantine.")
    record.standing, record.decision, record.decision_reason = "rejected", DISMISSED, told
    record.validated_by, record.validated_at = recorder.account_id, recorder.now
    session.flush()
    return Decided(uid, "done", record.standing)


def attach(session: Session, uid: str, tag: str, recorder: Recorder) -> Decided:
    """Say that a quarantined record is about a drive in the machine *tag*: it is put on record there, and judged anew.

    A drive that is on record in another machine is taken out there. Both lines bear the day of the run, since the
    drive was there when it was wiped; the ledger refuses in words what cannot have been.
    """
    if VALIDATE not in recorder.permissions:
        raise NotAllowed("Your role may not settle what is in quarantine.")
    record, report = _locked(session, uid)
    if record.standing != "quarantined":
        raise RuleRefused(f"The wipe of {name_of(record)} is not in quarantine.")
    found = resolve(session, tag, recorder.settings)
    if found.asset_id is None or found.tag is None:
        raise NotFound(f"No one machine answers to {tag[:64]}.", field="tag")
    if found.status not in ON_SITE:
        raise RuleRefused(f"{found.tag} is not on site, so nothing can be wiped in it.", present_status=found.status)
    part = _part(session, record, found.asset_id, found.tag)
    if part is None or part.asset_id != found.asset_id:
        part_uid = _fit(session, record, part, found.tag, recorder)
    else:
        part_uid = part.uid
    record.part_uid, record.asset_id, record.property_no = part_uid, found.asset_id, found.tag
    judge_again(record, report, part.medium if part else None, recorder)
    record.standing = standing_of(record.verdict, matched=True)
    session.flush()
    if record.standing == "failed":
        record_failures(session, [record], report, recorder)
    return Decided(uid, "done", record.standing)


def _part(session: Session, record: ErasureRecord, asset_id: int, tag: str) -> Part | None:
    """The drive on record that *record* is about; without a serial, the only one in the machine."""
    if record.serial_key is None:
        fitted = list(session.scalars(select(Part).where(Part.asset_id == asset_id).limit(2)))
        if len(fitted) != 1:
            raise RuleRefused(
                f"The report gives no serial, and {tag} has {'several drives' if fitted else 'no drive'} on "
                "record: nobody can say which it was. Set the report aside, and wipe the drive again."
            )
        return fitted[0]
    parts = list(session.scalars(select(Part).where(Part.serial_key == record.serial_key).order_by(Part.id).limit(20)))
    inside = next((each for each in parts if each.asset_id == asset_id), None)
    fitted = [each for each in parts if each.asset_id is not None]
    if inside is None and len(fitted) > 1:
        raise RuleRefused(f"More than one drive bears the serial {record.serial}. Take the wrong ones off the record.")
    return inside or next(iter(fitted), None) or next(iter(parts), None)


def _fit(session: Session, record: ErasureRecord, part: Part | None, tag: str, recorder: Recorder) -> str:
    who = on_behalf(recorder, "record")
    at = record.started_at or ended(record, recorder.settings.zone)
    moment = recorder.now if at is None else at
    key = uuid5(_NAMES, f"{record.uid} {tag}").hex
    if part is not None and part.asset_id is not None:
        other = session.scalar(select(Asset.tag).where(Asset.id == part.asset_id))
        record_events(session, [EventRequest("part_removed", f"{key}-out", other, moment, {"uid": part.uid})], who)
    described = {
        "uid": part.uid if part else None,
        "serial": record.serial,
        "manufacturer": record.manufacturer,
        "model": record.model,
        "medium": record.medium,
        "capacity_bytes": record.capacity_bytes,
    }
    details = {name: value for name, value in described.items() if value} | {"came": "found_inside"}
    record_events(session, [EventRequest("part_fitted", key, tag, moment, details)], who)
    return part.uid if part else f"{key}.0"


__all__ = [
    "Decided",
    "Received",
    "Verdict",
    "attach",
    "decide",
    "dismiss",
    "name_of",
    "receive",
    "verdict_of",
    "verify",
]
