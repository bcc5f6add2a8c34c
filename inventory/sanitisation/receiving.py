"""Takes reports in: read, judge each drive, match it, keep the bytes; what failed shuts the gate at once."""

import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from inventory.db import storable
from inventory.errors import InventoryError, NotAllowed, ValidationRefused
from inventory.lifecycle.requests import Recorder
from inventory.reading.documents import LARGEST, Document
from inventory.register.identifiers import comparison_form
from inventory.sanitisation.findings import ErasureFound, ErasuresFound
from inventory.sanitisation.judging import Judged, judge
from inventory.sanitisation.lines import record_failures
from inventory.sanitisation.matching import Host, Match, match
from inventory.sanitisation.models import ErasureRecord, ErasureReport
from inventory.sanitisation.readers._base import reader_for, readers
from inventory.sanitisation.standings import SANITISE, standing_of
from inventory.sanitisation.techniques import RANK, level_of, technique_named

MOST_DRIVES: Final = 512
"""Records made of one report."""
_COUNTS: Final = (
    "bytes_erased",
    "bytes_total",
    "pass_errors",
    "verify_errors",
    "sync_errors",
    "retries",
    "rounds_done",
    "rounds_asked",
    "hidden_area",
    "steps",
    "status",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one drive of a report. ``reasons``: sentences, the quarantine's first."""

    record: str
    serial: str | None
    tag: str | None
    verdict: str
    standing: str
    method: str
    reasons: list[str]
    flags: list[str]


@dataclass(slots=True)
class Received:
    """What became of one document: ``recorded``, ``already`` (the same bytes came before) or ``refused``."""

    name: str
    sha256: str
    outcome: str
    format: str | None = None
    report: str | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refusal: InventoryError | None = None

    def as_dict(self) -> dict[str, Any]:
        """The result as data for every edge."""
        shown: dict[str, Any] = {"name": self.name, "sha256": self.sha256, "outcome": self.outcome}
        if self.refusal is not None:
            return shown | {"refusal": self.refusal.as_dict()}
        return shown | {
            "format": self.format,
            "report": self.report,
            "drives": [asdict(each) for each in self.verdicts],
            "notes": self.notes,
        }


def receive(
    session: Session, documents: Sequence[Document], recorder: Recorder, *, format_: str | None = None
) -> list[Received]:
    """Take *documents* in, each for itself: one that cannot be read does not hold up the others.

    *format_*: key of a reader; None finds it out. The permission ``sanitise`` is needed (NotAllowed).
    """
    if SANITISE not in recorder.permissions:
        raise NotAllowed("Your role may not bring reports of wipes.")
    digests = [each.sha256 for each in documents]
    known = {
        report.sha256: report
        for report in session.scalars(select(ErasureReport).where(ErasureReport.sha256.in_(digests)))
    }
    answers = []
    for document in documents:
        if document.sha256 in known:
            answers.append(_already(session, document, known[document.sha256]))
            continue
        try:
            answer, report = _take(session, document, recorder, format_)
            known[document.sha256] = report
        except InventoryError as error:
            answer = Received(document.name, document.sha256, "refused", refusal=error)
        answers.append(answer)
    return answers


def _already(session: Session, document: Document, report: ErasureReport) -> Received:
    records = session.scalars(
        select(ErasureRecord).where(ErasureRecord.report_id == report.id).order_by(ErasureRecord.number)
    )
    verdicts = [verdict_of(each) for each in records]
    return Received(document.name, report.sha256, "already", report.format, report.uid, verdicts, list(report.notes))


def _take(
    session: Session, document: Document, recorder: Recorder, format_: str | None
) -> tuple[Received, ErasureReport]:
    if not document.content:
        raise ValidationRefused(f"{document.name} is empty.", field="file")
    if len(document.content) > LARGEST:
        raise ValidationRefused(
            f"{document.name} is larger than {LARGEST // 2**20} MiB, and no report of a wipe is.", field="file"
        )
    reader = reader_for(document, format_)
    if reader is None:
        formats = ", ".join(each.label for each in readers().values())
        raise ValidationRefused(
            f"{document.name} is no report of a wipe that can be read. Known are: {formats}.", field="file"
        )
    found = reader.read(document)
    if not found.erasures:
        raise ValidationRefused(f"{document.name} speaks of no drive.", field="file")
    report = keep(session, document, found, recorder, reader.key, reader.version)
    records = add_records(session, report, found, recorder)
    told = Received(document.name, report.sha256, "recorded", report.format, report.uid, notes=list(report.notes))
    told.verdicts = [verdict_of(each) for each in records]
    return told, report


def keep(
    session: Session, document: Document, found: ErasuresFound, recorder: Recorder, format_: str, version: int = 1
) -> ErasureReport:
    """Keep the bytes of *document* and what it says of the machine it was made in."""
    host = {
        "serial": found.host_serial,
        "asset_tag": found.host_asset_tag,
        "uuid": found.host_uuid,
        "manufacturer": found.host_manufacturer,
        "model": found.host_model,
    }
    report = ErasureReport(
        uid=uuid4().hex,
        sha256=document.sha256,
        name=plain(document.name, 255) or "report",
        format=format_,
        reader_version=version,
        tool=plain(found.tool, 120) or format_,
        tool_version=plain(found.tool_version, 60),
        host={name: plain(value, 255) for name, value in host.items() if value},
        notes=[plain(each, 500) for each in found.notes[:20]],
        content=zlib.compress(document.content, 6),
        size=len(document.content),
        account_id=recorder.account_id,
        received_at=recorder.now,
    )
    session.add(report)
    session.flush()
    return report


def add_records(
    session: Session,
    report: ErasureReport,
    found: ErasuresFound,
    recorder: Recorder,
    *,
    first: int = 0,
    left: bool = False,
    more: dict[str, Any] | None = None,
) -> list[ErasureRecord]:
    """One record per drive of *found*, judged and matched; failures go into the ledger at once.

    *left*: machines that left as waste are matched too. *more*: further columns of every record.
    """
    zone = recorder.settings.zone
    erasures = [placed(each, zone) for each in found.erasures[:MOST_DRIVES]]
    host = Host(plain(found.host_serial, 128), plain(found.host_asset_tag, 64))
    matches = match(session, [plain(each.serial, 128) for each in erasures], host, left=left)
    rows = [
        {
            "uid": uuid4().hex,
            "report_id": report.id,
            "number": number,
            "performed_by": plain(found.technician, 255),
            "verified_by": recorder.account_id,
            "verified_at": recorder.now,
            "received_at": recorder.now,
        }
        | _values(erasure, matched, recorder)
        | (more or {})
        for number, (erasure, matched) in enumerate(zip(erasures, matches, strict=True), first)
    ]
    if not rows:
        return []
    # Written in one go and read back: rows that are asked for their numbers go one by one on SQLite.
    session.execute(insert(ErasureRecord), rows)
    made = select(ErasureRecord).where(ErasureRecord.report_id == report.id, ErasureRecord.number >= first)
    records = list(session.scalars(made.order_by(ErasureRecord.number)))
    record_failures(session, [each for each in records if each.standing == "failed"], report, recorder)
    return records


def placed(found: ErasureFound, zone: ZoneInfo) -> ErasureFound:
    """*found* with moments in a zone: a tool that tells wall-clock time is taken to keep that of the place.

    A stick that keeps UTC is an hour early in summer, which can only make the evidence count for less.
    """

    def at(moment: datetime | None) -> datetime | None:
        return moment.replace(tzinfo=zone) if moment is not None and moment.tzinfo is None else moment

    return replace(found, started_at=at(found.started_at), ended_at=at(found.ended_at))


def judged(found: ErasureFound, medium: str | None, now: datetime) -> Judged:
    """The verdict, where report and register may know the medium: if they differ, the lower level counts."""
    verdicts = [judge(replace(found, medium=each), now) for each in {found.medium, medium} if each] or [
        judge(found, now)
    ]
    lowest = min(verdicts, key=lambda each: (each.verdict == "pass", RANK[each.level]))
    flags = tuple(dict.fromkeys(flag for each in verdicts for flag in each.flags))
    return replace(lowest, level=min((each.level for each in verdicts), key=RANK.__getitem__), flags=flags)


def _values(found: ErasureFound, matched: Match, recorder: Recorder) -> dict[str, Any]:
    serial = plain(found.serial, 128)
    told = judged(found, matched.medium, recorder.now)
    standing = standing_of(told.verdict, matched.quarantine is None)
    return {
        "part_uid": matched.part_uid,
        "asset_id": matched.asset_id,
        "property_no": matched.tag,
        "serial": serial,
        "serial_key": comparison_form("serial", serial) if serial else None,
        "manufacturer": plain(found.manufacturer, 255),
        "model": plain(found.model, 255),
        "medium": found.medium or matched.medium,
        "capacity_bytes": found.capacity_bytes,
        "interface": plain(found.interface, 40),
        "method": told.level,
        "technique": found.technique,
        "pattern": plain(found.pattern, 255),
        "started_at": found.started_at,
        "ended_at": found.ended_at,
        "ended_precision": found.ended_precision,
        "verdict": told.verdict,
        "reasons": list(told.reasons),
        "flags": list(told.flags),
        "found": {name: getattr(found, name) for name in _COUNTS},
        "verification": found.verification,
        "standing": standing,
        "quarantine": matched.quarantine if standing == "quarantined" else None,
    }


def judge_again(record: ErasureRecord, report: ErasureReport, medium: str | None, recorder: Recorder) -> None:
    """Read the kept report again and judge the record anew, now that *medium* of its drive is known."""
    reader = readers().get(report.format)
    if reader is None:
        # A person's statement: what they stated stands, and only the level depends on the medium.
        row = technique_named(record.technique)
        record.medium = record.medium or medium
        record.method = level_of(row, record.medium) if row else record.method
        return
    found = reader.read(Document(report.name, zlib.decompress(report.content))).erasures[record.number]
    told = judged(placed(found, recorder.settings.zone), medium, recorder.now)
    record.medium = found.medium or medium
    record.verdict, record.method = told.verdict, told.level
    record.reasons, record.flags = list(told.reasons), list(told.flags)
    report.reader_version = reader.version


def verdict_of(record: ErasureRecord) -> Verdict:
    """A record as an answer."""
    reasons = [*([record.quarantine] if record.quarantine else []), *record.reasons]
    return Verdict(
        record.uid,
        record.serial,
        record.property_no,
        record.verdict,
        record.standing,
        record.method,
        reasons,
        list(record.flags),
    )


def plain(value: str | None, longest: int) -> str | None:
    """Text from outside as every database can hold it: one line, cut to *longest* characters; None for nothing."""
    if not value:
        return None
    kept = "".join(sign if sign.isprintable() and storable(sign) else " " for sign in value[: longest * 2])
    return " ".join(kept.split())[:longest] or None
