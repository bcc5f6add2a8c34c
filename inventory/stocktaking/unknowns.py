"""Texts that led to no one machine: looked at again, put to a machine, or set aside with a reason."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.errors import NotFound, RuleRefused, ValidationRefused
from inventory.lifecycle.requests import EventRequest, Recorder
from inventory.lifecycle.service import record_event
from inventory.register.queries import resolve_many, resolve_one
from inventory.stocktaking.models import StockTake, StockTakeScan, StockTakeUnknown
from inventory.stocktaking.scanning import LATE, recount
from inventory.stocktaking.service import LONGEST_REASON, find_take, must_be_open

_CHUNK = 400


def _open_one(session: Session, code: str, number: int) -> tuple[StockTake, StockTakeUnknown]:
    take = find_take(session, code, lock=True)
    must_be_open(take)
    row = session.get(StockTakeUnknown, number)
    if row is None or row.stock_take_id != take.id:
        raise NotFound("There is no such tag in this count.")
    return take, row


def ignore(session: Session, code: str, number: int, reason: str, recorder: Recorder) -> StockTakeUnknown:
    """Set a text aside with a reason. It counts as settled; its scans stay."""
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise ValidationRefused(f"Say why, in at most {LONGEST_REASON} characters.", field="reason")
    take, row = _open_one(session, code, number)
    if row.state == "machine":
        raise RuleRefused(f"{row.text[:64]} was put to a machine already.")
    row.state, row.reason = "ignored", reason
    row.settled_by, row.settled_at = recorder.account_id, recorder.now
    take.version += 1
    return row


def is_label_of(
    session: Session, code: str, number: int, machine: str, relabel: bool, recorder: Recorder
) -> tuple[StockTakeUnknown, str]:
    """The text is the label of *machine* (any text that names it): its scans count as that machine's.

    *relabel*: the machine bears it as its tag from now on, and the old tag goes on finding it. Gives the row and
    the machine's tag. NotFound, Ambiguous, and the ledger's refusals.
    """
    take, row = _open_one(session, code, number)
    found = resolve_one(session, machine, recorder.settings)
    assert found.asset_id is not None and found.tag is not None  # noqa: S101 - else it was refused
    tag = found.tag
    if relabel:
        request = EventRequest("relabelled", f"count-{take.code}-label-{row.id}", tag, None, {"tag": row.text})
        tag = record_event(session, request, recorder).tag
    _put_to(session, take, row, found.asset_id, recorder)
    return row, tag


def _put_to(session: Session, take: StockTake, row: StockTakeUnknown, asset_id: int, recorder: Recorder) -> None:
    row.state, row.asset_id, row.reason = "machine", asset_id, None
    row.settled_by, row.settled_at = recorder.account_id, recorder.now
    _claim(session, take, {row.text: asset_id})
    take.version += 1
    session.flush()


def look_again(session: Session, code: str, recorder: Recorder) -> int:
    """Put every open text that leads to one machine by now (registered meanwhile, say) to it. Returns how many."""
    take = find_take(session, code, lock=True)
    must_be_open(take)
    statement = select(StockTakeUnknown).where(
        StockTakeUnknown.stock_take_id == take.id, StockTakeUnknown.state == "open"
    )
    rows = {row.text: row for row in session.scalars(statement)}
    claimed = _lead_somewhere(session, list(rows), recorder.settings)
    for text, asset_id in claimed.items():
        row = rows[text]
        row.state, row.asset_id = "machine", asset_id
        row.settled_by, row.settled_at = recorder.account_id, recorder.now
    if claimed:
        _claim(session, take, claimed)
        take.version += 1
        session.flush()
    return len(claimed)


def _lead_somewhere(session: Session, texts: Sequence[str], settings: Settings) -> dict[str, int]:
    claimed: dict[str, int] = {}
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        found = dict(zip(chunk, resolve_many(session, chunk, settings), strict=True))
        claimed |= {text: each.asset_id for text, each in found.items() if each.asset_id is not None}
    return claimed


def _claim(session: Session, take: StockTake, claimed: dict[str, int]) -> None:
    """The scans of these texts are sights of these machines, at the time at which they were made."""
    session.flush()
    for text, asset_id in claimed.items():
        session.execute(
            update(StockTakeScan)
            .where(
                StockTakeScan.stock_take_id == take.id,
                StockTakeScan.text == text,
                StockTakeScan.asset_id.is_(None),
                StockTakeScan.outcome != LATE,
            )
            .values(asset_id=asset_id)
            .execution_options(synchronize_session=False)
        )
    session.expire_all()
    numbers = sorted(set(claimed.values()))
    for start in range(0, len(numbers), _CHUNK):
        recount(session, take, set(numbers[start : start + _CHUNK]))
