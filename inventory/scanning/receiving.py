"""The service: takes scans in once, whatever was sent before, and leaves a receipt for each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.db import among
from inventory.errors import InventoryError
from inventory.lifecycle.bulk import insert_rows
from inventory.lifecycle.requests import Recorder
from inventory.register.models import Asset
from inventory.scanning.incoming import ScanIn
from inventory.scanning.models import TO_SETTLE, Scan
from inventory.scanning.recording import Answer, OnLedger, on_ledger, record_scans, to_settle

__all__ = ["Answer", "Handler", "Handlers", "Received", "ScanIn", "Undoer", "receipts_of", "receive", "settled_key"]

Handler = Callable[[Session, list[ScanIn], Recorder], list[dict[str, Any]]]
"""Takes scans of one action; for each, in order: outcome, tag, headline, words, and status, asset_id if known."""
Undoer = Callable[[Session, list[Scan], Recorder], None]
"""Takes back what scans of one action did, given their receipts; refuses before it changes anything."""
_WORDS: Final = 400
_NOTHING_ADDED: Final = frozenset({"duplicate", "set_aside", "unknown"})
"""Outcomes of a scan to record after which there is nothing in the ledger to take back."""


@dataclass(frozen=True)
class Handlers:
    """Who takes scans of actions other than record and undo, by action, and who takes them back."""

    take: Mapping[str, Handler] = field(default_factory=dict)
    undo: Mapping[str, Undoer] = field(default_factory=dict)


@dataclass(slots=True)
class Received:
    """The answer to a scan. ``receipt_key``: under which its receipt is kept; ``repeated``: it was there before."""

    key: str
    answer: Answer
    receipt_key: str
    repeated: bool = False


def settled_key(key: str) -> str:
    """Key of the line that a receipt's settling adds."""
    return f"{key[:72]}-settled"


def receive(session: Session, scans: Sequence[ScanIn], recorder: Recorder, handlers: Handlers) -> list[Received]:
    """Take *scans* in, in their order; one answer for each. Nothing is committed here.

    A key that came before is answered by its receipt. What cannot be recorded now is kept to be settled.
    """
    taken = _Taking(session, recorder, handlers)
    return taken.all(scans)


class _Taking:
    """One call of `receive`: what is known at its beginning, and what became of each scan."""

    def __init__(self, session: Session, recorder: Recorder, handlers: Handlers) -> None:
        self.session, self.recorder, self.handlers = session, recorder, handlers
        self.receipts: dict[str, Scan] = {}
        self.answers: dict[str, Answer] = {}
        self.fresh: dict[str, ScanIn] = {}
        """By the key under which it is kept."""
        self.marks: list[str] = []
        """Keys of scans that were taken back before they came."""

    def all(self, scans: Sequence[ScanIn]) -> list[Received]:
        own = {scan.key for scan in scans} | {scan.other_key for scan in scans}
        undone = {scan.undoes for scan in scans if scan.undoes}
        self.receipts = _receipts(self.session, own | undone)
        places = [self._place(scan) for scan in scans]
        before = [key in self.receipts and key not in self.fresh for key in places]
        self._cancel_out()
        self._ledger()
        self._others()
        self._keep()
        machines = _machines(self.session, [self.receipts[key] for key in places if key in self.receipts])
        return [
            Received(
                scan.key,
                self.answers.get(key) or answer_of(self.receipts[key], machines),
                key,
                repeated,
            )
            for scan, key, repeated in zip(scans, places, before, strict=True)
        ]

    def _place(self, scan: ScanIn) -> str:
        """The key under which *scan* is or will be kept."""
        key = scan.key if self._takes(scan.key, scan) else scan.other_key
        receipt = self.receipts.get(key)
        if receipt is None:
            self.fresh.setdefault(key, replace(scan, key=key))
        elif _is_mark(receipt):
            _fill_in(receipt, scan)
        return key

    def _takes(self, key: str, scan: ScanIn) -> bool:
        """Whether *key* is free, or was given to this very scan."""
        receipt, twin = self.receipts.get(key), self.fresh.get(key)
        if receipt is not None:
            return self._ours(receipt, scan) if _is_mark(receipt) else _same(receipt, scan)
        return twin is None or _same(twin, scan)

    def _ours(self, receipt: Scan, scan: ScanIn) -> bool:
        return receipt.account_id == self.recorder.account_id or receipt.owner == scan.owner

    def _cancel_out(self) -> None:
        """A scan and its undo that come together leave nothing to record."""
        keys = [str(scan.undoes) for scan in self.fresh.values() if scan.action == "undo"]
        pairs = [key for key in keys if key in self.fresh and self.fresh[key].action != "undo"]
        lines = on_ledger(self.session, {*self.fresh, *keys}) if self.fresh else {}
        self.lines: dict[str, OnLedger] = lines
        for key, scan in self.fresh.items():
            if scan.action == "undo" and scan.undoes in pairs and scan.undoes not in lines:
                words = "Nothing was recorded."
                for each in (key, scan.undoes):
                    tag = self.fresh[str(scan.undoes)].text[:64]
                    self.answers[str(each)] = Answer("undone", tag, "Taken back", words)

    def _ledger(self) -> None:
        """What goes into the ledger, in its order: scans to record, and undos of what is on record."""
        voids: dict[str, str] = {}
        wanted: list[ScanIn] = []
        for key, scan in self.fresh.items():
            if key in self.answers:
                continue
            if scan.action == "record":
                wanted.append(scan)
            elif scan.action == "undo" and (line := self._line_to_void(scan)):
                voids[key] = line
                wanted.append(scan)
        late = {line for line in voids.values() if line not in self.lines}
        self.lines |= on_ledger(self.session, late) if late else {}
        if wanted:
            self.answers |= record_scans(self.session, wanted, voids, self.lines, self.recorder)
        for key in voids:
            target = self.receipts.get(str(self.fresh[key].undoes))
            if target is not None and self.answers[key].outcome == "undone":
                target.outcome = "undone"

    def _line_to_void(self, undo: ScanIn) -> str | None:
        """The line that *undo* takes back; else it is answered here."""
        key = str(undo.undoes)
        target = self.receipts.get(key)
        if target is None and key in self.lines:
            return key
        if target is None and key in self.fresh:
            # Anything but an undo was cancelled out before.
            self.answers[undo.key] = to_settle(undo.text[:64], "An undo is not taken back; scan the machine again.")
        elif target is None:
            self.marks.append(key)
            words = "That scan had not come in. Should it come, nothing is recorded."
            self.answers[undo.key] = Answer("undone", undo.text[:64], "Taken back", words)
        else:
            return self._known_target(undo, target)
        return None

    def _known_target(self, undo: ScanIn, target: Scan) -> str | None:
        if target.action == "undo":
            words = "An undo is not taken back; scan the machine again."
            self.answers[undo.key] = to_settle(target.tag, words, None, target.asset_id)
        elif target.outcome == "undone":
            self.answers[undo.key] = Answer(
                "undone", target.tag, "Taken back", "It was taken back before.", None, target.asset_id
            )
        elif not self._ours(target, undo) and "correct" not in self.recorder.permissions:
            words = "It is another person's scan. Ask somebody who may correct."
            self.answers[undo.key] = to_settle(target.tag, words, None, target.asset_id)
        elif target.outcome == "recorded":
            return target.key
        elif target.outcome == "settled":
            return settled_key(target.key)
        elif target.action == "record" or target.outcome in {TO_SETTLE, *_NOTHING_ADDED}:
            self._forget(undo, target)
        elif (undoer := self.handlers.undo.get(target.action)) is not None:
            try:
                undoer(self.session, [target], self.recorder)
            except InventoryError as error:
                self.answers[undo.key] = to_settle(target.tag, error.message, None, target.asset_id)
            else:
                self._forget(undo, target)
        else:
            words = "This kind of scan cannot be taken back here."
            self.answers[undo.key] = to_settle(target.tag, words, None, target.asset_id)
        return None

    def _forget(self, undo: ScanIn, target: Scan) -> None:
        target.outcome, target.details = "undone", None
        words = "Nothing of it stands in the ledger."
        self.answers[undo.key] = Answer("undone", target.tag, "Taken back", words, None, target.asset_id)

    def _others(self) -> None:
        """Actions that other parts of the product handle."""
        groups: dict[str, list[ScanIn]] = {}
        for key, scan in self.fresh.items():
            if key not in self.answers:
                groups.setdefault(scan.action, []).append(scan)
        for action, group in groups.items():
            handler = self.handlers.take.get(action)
            if handler is None:
                found = [to_settle(scan.text[:64], "This server does not know this way of scanning.") for scan in group]
            else:
                found = [Answer(**each) for each in handler(self.session, group, self.recorder)]
            for scan, answer in zip(group, found, strict=True):
                self.answers[scan.key] = answer

    def _keep(self) -> None:
        """The receipts, in the same transaction as what they tell."""
        self.session.flush()
        rows = [_row(scan, self.answers[key], self.recorder) for key, scan in self.fresh.items()]
        owners = {str(scan.undoes): scan for scan in self.fresh.values() if scan.undoes}
        rows += [_mark(key, owners[key], self.recorder) for key in dict.fromkeys(self.marks)]
        insert_rows(self.session, Scan, rows)


def _receipts(session: Session, keys: Iterable[str | None]) -> dict[str, Scan]:
    """The receipts with these keys, locked in one order for every writer; one statement."""
    wanted = sorted(key for key in keys if key)
    statement = select(Scan).where(among(session, Scan.key, wanted)).order_by(Scan.id).with_for_update()
    found = session.scalars(statement, execution_options={"populate_existing": True})
    return {receipt.key: receipt for receipt in found}


def receipts_of(session: Session, keys: Sequence[str]) -> list[Scan]:
    """The receipts with these keys, in the order in which they came; one statement."""
    if not keys:
        return []
    return list(session.scalars(select(Scan).where(among(session, Scan.key, sorted(set(keys)))).order_by(Scan.id)))


def _is_mark(receipt: Scan) -> bool:
    return receipt.scanned_at is None


def _same(known: Scan | ScanIn, scan: ScanIn) -> bool:
    kept = (known.action, known.text, known.event, known.undoes, known.list)
    return kept == (scan.action, scan.text, scan.event, scan.undoes, scan.list)


def _fill_in(receipt: Scan, scan: ScanIn) -> None:
    """The scan that was taken back before it came has come."""
    receipt.action, receipt.text, receipt.event, receipt.list = scan.action, scan.text, scan.event, scan.list
    receipt.number, receipt.device, receipt.scanned_at = scan.number, scan.device, scan.scanned_at
    receipt.offset_ms, receipt.occurred_at, receipt.tag = scan.offset_ms, scan.occurred_at, scan.text[:64]


def _row(scan: ScanIn, answer: Answer, recorder: Recorder) -> dict[str, Any]:
    return {
        "key": scan.key,
        "number": scan.number,
        "device": scan.device,
        "account_id": recorder.account_id,
        "owner": scan.owner,
        "action": scan.action,
        "text": scan.text,
        "event": scan.event,
        "details": (scan.details or None) if answer.outcome == TO_SETTLE else None,
        "undoes": scan.undoes,
        "list": scan.list,
        "scanned_at": scan.scanned_at,
        "offset_ms": scan.offset_ms,
        "clock_off_ms": scan.clock_off_ms,
        "occurred_at": scan.occurred_at,
        "received_at": recorder.now,
        "outcome": answer.outcome,
        "asset_id": answer.asset_id,
        "tag": answer.tag[:64],
        "headline": answer.headline[:80],
        "words": answer.words[:_WORDS],
    }


def _mark(key: str, undo: ScanIn, recorder: Recorder) -> dict[str, Any]:
    answer = Answer("undone", "", "Taken back", "It was taken back before it came in.")
    row = _row(undo, answer, recorder)
    return row | {"key": key, "action": "record", "text": "", "undoes": None, "scanned_at": None, "number": None}


def _machines(session: Session, receipts: Iterable[Scan]) -> dict[int, tuple[str, str]]:
    """Tag and status now of the machines that *receipts* name."""
    numbers = sorted({each.asset_id for each in receipts if each.asset_id is not None})
    if not numbers:
        return {}
    rows = session.execute(select(Asset.id, Asset.tag, Asset.status).where(Asset.id.in_(numbers)))
    return {number: (tag, status) for number, tag, status in rows}


def answer_of(receipt: Scan, machines: Mapping[int, tuple[str, str]]) -> Answer:
    """What a receipt says when its scan comes again."""
    outcome = "already" if receipt.outcome in ("recorded", "settled") else receipt.outcome
    tag, status = machines.get(receipt.asset_id or 0, (receipt.tag, None))
    return Answer(outcome, tag, receipt.headline, receipt.words, status, receipt.asset_id)
