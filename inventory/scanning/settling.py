"""What waits to be settled: the list, and its ways out. Each way is harmless when it is taken twice."""

from dataclasses import replace
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from inventory.db import Page, keyset_page, storable
from inventory.errors import NotFound, RuleRefused, ValidationRefused
from inventory.lifecycle.requests import Recorder
from inventory.scanning.incoming import ScanIn
from inventory.scanning.models import TO_SETTLE, Scan
from inventory.scanning.receiving import Handlers, receive, settled_key

LONGEST_REASON: Final = 255


def _own(recorder: Recorder) -> ColumnElement[bool]:
    """What this person scanned, or brought in for somebody."""
    return or_(Scan.account_id == recorder.account_id, Scan.owner == recorder.actor)


def sees_all(recorder: Recorder) -> bool:
    """Whether this person may settle what others scanned."""
    return "correct" in recorder.permissions


def waiting(
    session: Session,
    recorder: Recorder,
    size: int,
    *,
    everybodys: bool = False,
    after: str | None = None,
    before: str | None = None,
) -> Page[Scan]:
    """A page of what waits, the earliest first; the own, or everybody's for those who may correct."""
    statement = select(Scan).where(Scan.outcome == TO_SETTLE)
    if not (everybodys and sees_all(recorder)):
        statement = statement.where(_own(recorder))
    return keyset_page(session, statement, [Scan.id], size, after=after, before=before)


def count_waiting(session: Session, recorder: Recorder, *, everybodys: bool = False) -> int:
    """How many wait; counted as `waiting` lists them."""
    statement = select(func.count()).select_from(Scan).where(Scan.outcome == TO_SETTLE)
    if not (everybodys and sees_all(recorder)):
        statement = statement.where(_own(recorder))
    return int(session.scalar(statement) or 0)


def _locked(session: Session, number: int, recorder: Recorder) -> Scan:
    statement = select(Scan).where(Scan.id == number).with_for_update()
    found = session.scalar(statement, execution_options={"populate_existing": True})
    mine = found is not None and (found.account_id == recorder.account_id or found.owner == recorder.actor)
    if found is None or not (mine or sees_all(recorder)):
        raise NotFound("There is no such scan to settle.")
    return found


def record_now(session: Session, number: int, recorder: Recorder, handlers: Handlers, text: str = "") -> Scan:
    """Record what waits as happening now, under a key of its own; *text* names the machine where the scan did not.

    RuleRefused with the reason when it still cannot be; then nothing is changed. What is settled stays so.
    """
    receipt = _locked(session, number, recorder)
    if receipt.outcome != TO_SETTLE:
        return receipt
    scan = replace(_scan_of(receipt), key=settled_key(receipt.key), occurred_at=recorder.now)
    if text.strip():
        scan = replace(scan, text=text.strip()[:300].replace("\x00", ""))
    [received] = receive(session, [scan], recorder, handlers)
    answer = received.answer
    if answer.outcome == TO_SETTLE:
        raise RuleRefused(answer.words, present_status=answer.status)
    receipt.asset_id, receipt.tag = answer.asset_id, answer.tag[:64]
    receipt.headline, receipt.words = answer.headline, answer.words
    _end(receipt, "settled" if answer.outcome in ("recorded", "already") else answer.outcome, recorder)
    return receipt


def set_aside(session: Session, number: int, recorder: Recorder, reason: str) -> Scan:
    """End what waits without recording anything, with the reason. What is settled stays so."""
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationRefused("Say why nothing is recorded: somebody will ask.", field="reason")
    if len(reason) > LONGEST_REASON or not storable(reason):
        raise ValidationRefused(f"The reason is kept with at most {LONGEST_REASON} plain characters.", field="reason")
    receipt = _locked(session, number, recorder)
    if receipt.outcome == TO_SETTLE:
        receipt.reason, receipt.headline, receipt.words = reason, "Set aside", f"Set aside: {reason}"
        _end(receipt, "set_aside", recorder)
    return receipt


def _end(receipt: Scan, outcome: str, recorder: Recorder) -> None:
    """The receipt forgets what was said, which stands in the ledger now or nowhere."""
    receipt.outcome, receipt.details = outcome, None
    receipt.settled_at, receipt.settled_by_id = recorder.now, recorder.account_id


def _scan_of(receipt: Scan) -> ScanIn:
    assert receipt.scanned_at is not None  # noqa: S101 - marks of scans that never came do not wait
    return ScanIn(
        key=receipt.key,
        number=receipt.number,
        text=receipt.text,
        device=receipt.device,
        owner=receipt.owner,
        action=receipt.action,
        event=receipt.event,
        details=receipt.details or {},
        undoes=receipt.undoes,
        list=receipt.list,
        scanned_at=receipt.scanned_at,
        offset_ms=receipt.offset_ms,
        occurred_at=receipt.occurred_at,
    )
