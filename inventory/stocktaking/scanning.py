"""Takes the scans of a count: each stored once by its key, each answered in words, two people at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.db import among
from inventory.errors import NotFound
from inventory.lifecycle.bulk import insert_rows
from inventory.register.models import Location
from inventory.register.queries import Resolution, resolve_many
from inventory.register.tags import from_scan
from inventory.stocktaking import answers
from inventory.stocktaking.answers import Answer
from inventory.stocktaking.models import StockTake, StockTakeMachine, StockTakeScan, StockTakeUnknown
from inventory.stocktaking.queries import numbers_of
from inventory.stocktaking.rules import OPEN
from inventory.stocktaking.scope import facts_of
from inventory.stocktaking.service import find_take, must_be_open

LATE: Final = "late"
AMBIGUOUS: Final = "ambiguous"
_KNOWS_NO_MACHINE: Final = ("unknown", AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan. ``key``: its own, at most 80 characters; ``occurred_at``: in UTC, corrected; ``place``: a code."""

    key: str
    text: str
    account_id: int
    occurred_at: datetime
    device: str | None = None
    place: str | None = None


def take_scans(
    session: Session, code: str, scans: Sequence[Scanned], now: datetime, settings: Settings
) -> list[Answer]:
    """Take *scans* (at most some hundreds) into the count with this code; one answer each, in their order.

    Scans of other people wait until this transaction ends. A key that is on record is answered from it.
    The number of statements does not depend on how many scans there are. A key that was used for something
    else is answered as a conflict and changes nothing.
    """
    take = find_take(session, code, lock=True)
    known = _known(session, scans)
    texts = {scan.key: from_scan(scan.text.replace("\x00", " ")[:300])[:300] for scan in scans}
    clashes = {key for key, row in known.items() if row.stock_take_id != take.id or row.text != texts[key]}
    known = {key: row for key, row in known.items() if key not in clashes}
    clashing = [answers.conflict(scan.key, texts[scan.key]) for scan in scans if scan.key in clashes]
    if clashing:
        good = iter(
            _take(session, take, [scan for scan in scans if scan.key not in clashes], known, texts, now, settings)
        )
        bad = iter(clashing)
        return [next(bad) if scan.key in clashes else next(good) for scan in scans]
    return _take(session, take, scans, known, texts, now, settings)


def _take(
    session: Session,
    take: StockTake,
    scans: Sequence[Scanned],
    known: Mapping[str, StockTakeScan],
    texts: Mapping[str, str],
    now: datetime,
    settings: Settings,
) -> list[Answer]:
    fresh = {scan.key: scan for scan in scans if scan.key not in known}
    if take.state not in OPEN:
        _store(session, take, [_row(take, scan, texts, None, LATE, now) for scan in fresh.values()])
        return [answers.closed(take, scan.key, texts[scan.key]) for scan in scans]
    wanted = sorted({texts[key] for key in fresh} | {row.text for row in known.values()})
    found = dict(zip(wanted, resolve_many(session, wanted, settings), strict=True))
    desk = _Desk(session, take, [each.asset_id for each in found.values() if each.asset_id is not None])
    places = _places(session, {scan.place for scan in fresh.values() if scan.place})
    rows = []
    outcomes: dict[str, str] = {key: row.outcome for key, row in known.items()}
    unknown: dict[str, list[Scanned]] = {}
    for scan in fresh.values():
        text = texts[scan.key]
        number, place = found[text].asset_id, scan.place if scan.place in places else None
        if number is None:
            outcomes[scan.key] = AMBIGUOUS if found[text].candidates else "unknown"
            unknown.setdefault(text, []).append(scan)
        else:
            outcomes[scan.key] = desk.see(number, scan.occurred_at, scan.account_id, place or take.place)
        rows.append(_row(take, scan, texts, number, outcomes[scan.key], now, place))
    desk.write()
    _store(session, take, rows)
    _note_unknown(session, take, unknown, found)
    if rows:
        take.version += 1
        session.flush()
    words = answers.Words.of(session, take, desk.rows.values(), numbers_of(session, take), settings)
    return [words.answer(scan.key, outcomes[scan.key], found[texts[scan.key]], desk.rows) for scan in scans]


def _known(session: Session, scans: Sequence[Scanned]) -> dict[str, StockTakeScan]:
    keys = [scan.key for scan in scans]
    return {
        row.key: row for row in session.scalars(select(StockTakeScan).where(among(session, StockTakeScan.key, keys)))
    }


def _places(session: Session, codes: set[str]) -> set[str]:
    return set(session.scalars(select(Location.code).where(Location.code.in_(sorted(codes))))) if codes else set()


def _row(
    take: StockTake,
    scan: Scanned,
    texts: Mapping[str, str],
    asset_id: int | None,
    outcome: str,
    now: datetime,
    place: str | None = None,
) -> dict[str, Any]:
    return {
        "stock_take_id": take.id,
        "key": scan.key,
        "account_id": scan.account_id,
        "device": scan.device[:64] if scan.device else None,
        "text": texts[scan.key],
        "asset_id": asset_id,
        "place": place,
        "outcome": outcome,
        "occurred_at": scan.occurred_at,
        "received_at": now,
    }


def _store(session: Session, take: StockTake, rows: Sequence[Mapping[str, Any]]) -> None:
    insert_rows(session, StockTakeScan, rows)


class _Desk:
    """The machines of a count that some scans are about, and what the scans change about them."""

    def __init__(self, session: Session, take: StockTake, numbers: Iterable[int]) -> None:
        self.session, self.take = session, take
        wanted = sorted(set(numbers))
        found = select(StockTakeMachine).where(
            StockTakeMachine.stock_take_id == take.id, StockTakeMachine.asset_id.in_(wanted)
        )
        self.rows: dict[int, StockTakeMachine] = (
            {row.asset_id: row for row in session.scalars(found.execution_options(populate_existing=True))}
            if wanted
            else {}
        )
        missing = [number for number in wanted if number not in self.rows]
        self._facts = facts_of(session, missing) if missing else {}

    def see(self, number: int, at: datetime, account_id: int, place: str | None) -> str:
        """Note one sight and say what it is: found, batched, unexpected or again. The earliest sight stands."""
        row = self.rows.get(number)
        builds = self.take.purpose == "batch"
        if row is None:
            row = StockTakeMachine(stock_take_id=self.take.id, expected=builds, **self._facts[number])
            self.session.add(row)
            self.rows[number] = row
            outcome = "batched" if builds else "unexpected"
        elif row.seen_at is None:
            outcome = "found" if row.expected else "unexpected"
        else:
            outcome = "again"
        if row.seen_at is None or at < row.seen_at:
            row.seen_at, row.seen_by, row.seen_place = at, account_id, place
        return outcome

    def write(self) -> None:
        """Send what changed."""
        self.session.flush()


def _note_unknown(
    session: Session, take: StockTake, unknown: Mapping[str, Sequence[Scanned]], found: Mapping[str, Resolution]
) -> None:
    if not unknown:
        return
    statement = select(StockTakeUnknown).where(
        StockTakeUnknown.stock_take_id == take.id, among(session, StockTakeUnknown.text, sorted(unknown))
    )
    rows = {row.text: row for row in session.scalars(statement)}
    for text, scans in unknown.items():
        first = min(scans, key=lambda scan: scan.occurred_at)
        row = rows.get(text)
        if row is None:
            session.add(
                StockTakeUnknown(
                    stock_take_id=take.id,
                    text=text,
                    ambiguous=bool(found[text].candidates),
                    scans=len(scans),
                    first_at=first.occurred_at,
                    first_by=first.account_id,
                    state="open",
                )
            )
            continue
        row.scans += len(scans)
        if first.occurred_at < row.first_at:
            row.first_at, row.first_by = first.occurred_at, first.account_id
    session.flush()


def take_back(session: Session, key: str, now: datetime) -> Answer:
    """Take one scan back: the machine is as seen as its other scans say. NotFound for a key that never came."""
    code = session.scalar(
        select(StockTake.code)
        .join(StockTakeScan, StockTakeScan.stock_take_id == StockTake.id)
        .where(StockTakeScan.key == key)
    )
    if code is None:
        raise NotFound("There is no such scan to take back.", field="key")
    take = find_take(session, code, lock=True)
    must_be_open(take)
    scan = session.scalars(select(StockTakeScan).where(StockTakeScan.key == key)).one()
    if scan.taken_back_at is None:
        scan.taken_back_at = now
        session.flush()
        if scan.asset_id is not None:
            recount(session, take, {scan.asset_id})
        else:
            _one_unknown_less(session, take, scan.text)
        take.version += 1
        session.flush()
    return answers.taken_back(scan.key, scan.text)


def recount(session: Session, take: StockTake, numbers: set[int]) -> None:
    """Make what these machines are seen as anew from the scans that stand."""
    desk = _Desk(session, take, numbers)
    for row in desk.rows.values():
        row.seen_at = row.seen_by = row.seen_place = None
    statement = select(StockTakeScan).where(
        StockTakeScan.stock_take_id == take.id,
        StockTakeScan.asset_id.in_(sorted(numbers)),
        StockTakeScan.taken_back_at.is_(None),
        StockTakeScan.outcome != LATE,
    )
    for scan in session.scalars(statement.order_by(StockTakeScan.occurred_at, StockTakeScan.id)):
        assert scan.asset_id is not None  # noqa: S101 - it is one of *numbers*
        desk.see(scan.asset_id, scan.occurred_at, scan.account_id, scan.place or take.place)
    for row in desk.rows.values():
        if row.seen_at is None and (take.purpose == "batch" or not row.expected):
            session.delete(row)
    session.flush()


def _one_unknown_less(session: Session, take: StockTake, text: str) -> None:
    row = session.scalar(
        select(StockTakeUnknown).where(StockTakeUnknown.stock_take_id == take.id, StockTakeUnknown.text == text)
    )
    if row is not None and row.scans > 1:
        row.scans -= 1
    elif row is not None:
        session.delete(row)
