"""Reads of the evidence: pages of records and samples, evidence of one machine, and what is open under contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, defer

from inventory.accounts.models import Account
from inventory.db import Page
from inventory.errors import NotFound
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.rules import replay
from inventory.register.models import Asset
from inventory.register.statuses import ON_SITE
from inventory.sanitisation.models import AuditSample, ErasureRecord, ErasureReport
from inventory.sanitisation.rules import drive_name, reasons_unclean, unclean_drive

_CONTRACT_KINDS: Final = ("collected", "given_for_preparation")


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record in a list, with its report and who acted."""

    record: ErasureRecord
    report: ErasureReport
    tag: str | None
    """Present tag of its machine."""
    brought_by: str
    verified_by: str
    validated_by: str


_brought, _verified, _validated = aliased(Account), aliased(Account), aliased(Account)
_ROWS = (
    select(
        ErasureRecord, ErasureReport, Asset.tag, _brought.display_name, _verified.display_name, _validated.display_name
    )
    .join(ErasureReport, ErasureReport.id == ErasureRecord.report_id)
    .join(_brought, _brought.id == ErasureReport.account_id)
    .outerjoin(_verified, _verified.id == ErasureRecord.verified_by)
    .outerjoin(_validated, _validated.id == ErasureRecord.validated_by)
    .outerjoin(Asset, Asset.id == ErasureRecord.asset_id)
)


def _row(found: Sequence[object]) -> RecordRow:
    record, report, tag, brought, verified, validated = found
    return RecordRow(record, report, tag, str(brought), str(verified or ""), str(validated or ""))  # type: ignore[arg-type]


def list_records(
    session: Session,
    size: int,
    *,
    standing: str = "",
    report: str = "",
    before: int | None = None,
    after: int | None = None,
) -> Page[RecordRow]:
    """Records, newest first: those older than number *before*, or newer than *after*; one statement.

    *standing* and *report* (its uid) narrow them.
    """
    statement = _ROWS
    if standing:
        statement = statement.where(ErasureRecord.standing == standing)
    if report:
        statement = statement.where(ErasureReport.uid == report)
    if after is not None:
        statement = statement.where(ErasureRecord.id > after).order_by(ErasureRecord.id)
    else:
        statement = statement.order_by(ErasureRecord.id.desc())
        if before is not None:
            statement = statement.where(ErasureRecord.id < before)
    rows = [_row(each) for each in session.execute(_lean(statement).limit(size + 1))]
    more, rows = len(rows) > size, rows[:size]
    if after is not None:
        rows.reverse()
    has_older = more if after is None else bool(rows)
    has_newer = bool(rows) and (more if after is not None else before is not None)
    return Page(
        rows,
        str(rows[-1].record.id) if has_older else None,
        str(rows[0].record.id) if has_newer else None,
    )


def _lean(statement: Any) -> Any:
    """Without the bytes of the reports, which no list shows."""
    return statement.options(defer(ErasureReport.content))


def record_row(session: Session, number: int) -> RecordRow:
    """The record with this number."""
    found = session.execute(_lean(_ROWS.where(ErasureRecord.id == number))).one_or_none()
    if found is None:
        raise NotFound("There is no such record of a wipe.")
    return _row(found)


def count_by_standing(session: Session) -> dict[str, int]:
    """How many records stand where."""
    rows = session.execute(select(ErasureRecord.standing, func.count()).group_by(ErasureRecord.standing))
    return dict(rows.all())


def quarantined(session: Session, size: int, before: int | None = None) -> Page[RecordRow]:
    """Records about a drive that is not on record, or not where the report says; newest first."""
    return list_records(session, size, standing="quarantined", before=before)


def waiting(session: Session, size: int, before: int | None = None) -> Page[RecordRow]:
    """Records that wait for a person to accept them; newest first."""
    return list_records(session, size, standing="waiting", before=before)


def evidence_of(session: Session, asset_id: int) -> dict[str, list[ErasureRecord]]:
    """The records of one machine's drives, newest first, by the drive's uid; one statement."""
    found: dict[str, list[ErasureRecord]] = {}
    rows = session.scalars(
        select(ErasureRecord).where(ErasureRecord.asset_id == asset_id).order_by(ErasureRecord.id.desc()).limit(500)
    )
    for each in rows:
        if each.part_uid:
            found.setdefault(each.part_uid, []).append(each)
    return found


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A sample in a list."""

    sample: AuditSample
    record: ErasureRecord
    report: ErasureReport
    tag: str | None
    checked_by: str


def list_samples(
    session: Session, size: int, *, result: str = "", before: int | None = None, number: int | None = None
) -> Page[SampleRow]:
    """Samples, newest first: open, passed or failed ones, or all; *number*: that one only."""
    statement = (
        select(AuditSample, ErasureRecord, ErasureReport, Asset.tag, Account.display_name)
        .join(ErasureRecord, ErasureRecord.id == AuditSample.record_id)
        .join(ErasureReport, ErasureReport.id == ErasureRecord.report_id)
        .outerjoin(Asset, Asset.id == ErasureRecord.asset_id)
        .outerjoin(Account, Account.id == AuditSample.checked_by)
        .order_by(AuditSample.id.desc())
    )
    if result:
        statement = statement.where(AuditSample.result == result)
    if before is not None:
        statement = statement.where(AuditSample.id < before)
    if number is not None:
        statement = statement.where(AuditSample.id == number)
    rows = [
        SampleRow(sample, record, report, tag, str(name or ""))
        for sample, record, report, tag, name in session.execute(_lean(statement.limit(size + 1)))
    ]
    more, rows = len(rows) > size, rows[:size]
    return Page(rows, str(rows[-1].sample.id) if more else None, None)


def failed_samples(session: Session, size: int, before: int | None = None) -> Page[SampleRow]:
    """Independent checks that failed; newest first."""
    return list_samples(session, size, result="failed", before=before)


@dataclass(frozen=True, slots=True)
class OpenContract:
    """A machine that left with unwiped drives under contract, and whose certificates are not all in."""

    asset_id: int
    tag: str
    event_key: str
    kind: str
    occurred_at: datetime
    counterpart: str
    """Uid of the facility or partner."""
    contract: str
    drives: list[str]
    """Names of the drives without a certificate; empty where no drive is on record, so that none can be named."""


def open_under_contract(
    session: Session, zone: ZoneInfo, size: int, after: int = 0
) -> tuple[list[OpenContract], int | None]:
    """Machines that left unsanitised under contract, oldest first, until each drive's certificate is in.

    A page looks at *size* such lines from number *after* on; the second answer is where to go on, None at the end.
    Three statements however many.
    """
    flag = LifecycleEvent.details["unsanitised_under_contract"].as_boolean()
    rows = session.execute(
        select(LifecycleEvent.id, LifecycleEvent.key, LifecycleEvent.asset_id, Asset.tag, Asset.status)
        .join(Asset, Asset.id == LifecycleEvent.asset_id)
        .where(LifecycleEvent.kind.in_(_CONTRACT_KINDS), flag.is_(True), LifecycleEvent.id > after)
        .order_by(LifecycleEvent.id)
        .limit(size + 1)
    ).all()
    more, rows = len(rows) > size, rows[:size]
    left = [row for row in rows if row.status not in ON_SITE and row.status != "withdrawn"]
    histories = load_lines(session, sorted({row.asset_id for row in left})) if left else {}
    found = []
    for row in left:
        lines = [line for line, _ in histories[row.asset_id]]
        voided = {line.voids for line in lines if line.voids}
        leaving = [line for line in lines if line.kind in _CONTRACT_KINDS and line.key not in voided]
        # A machine that was rejected and left again is told once, by the line with which it left last.
        last = max(leaving, key=lambda line: (line.occurred_at, line.sequence), default=None)
        if last is None or last.key != row.key:
            continue
        state = replay(lines)
        drives = [drive_name(each) for each in state.drives.values() if unclean_drive(state, each, zone)]
        if drives or (not state.drives and reasons_unclean(state, zone)):
            details = last.details
            found.append(
                OpenContract(
                    row.asset_id,
                    row.tag,
                    row.key,
                    last.kind,
                    last.occurred_at,
                    str(details.get("facility") or details.get("partner") or ""),
                    str(details.get("certified_destruction_contract") or ""),
                    drives,
                )
            )
    return found, rows[-1].id if more else None
