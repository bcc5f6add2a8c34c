"""What the pages of counts share: the form that starts one, how a scan is told, and pages of lists."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from flask import request, url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict

from inventory.accounts.models import Account
from inventory.errors import ValidationRefused
from inventory.lifecycle.requests import Recorder
from inventory.register.models import Asset
from inventory.register.naming import find_named
from inventory.register.queries import AssetFilter
from inventory.scanning.incoming import ScanIn
from inventory.scanning.models import Scan
from inventory.stocktaking.answers import Answer
from inventory.stocktaking.models import StockTake, StockTakeScan
from inventory.stocktaking.rules import PURPOSES
from inventory.stocktaking.scanning import Scanned, take_back, take_scans
from inventory.stocktaking.scope import SCOPES, Scope
from inventory.stocktaking.service import Start
from inventory.web._batching import listed
from inventory.web._records import settled, typed
from inventory.web._shell import session

SHAPES: Final = {
    "found": "recorded",
    "batched": "recorded",
    "again": "duplicate",
    "unexpected": "refused",
    "unknown": "unknown",
    "ambiguous": "unknown",
    "closed": "refused",
    "conflict": "refused",
    "late": "refused",
    "taken_back": "shown",
}
"""How the scan page's answer looks for each outcome of a count."""
OUTCOMES: Final = {
    "found": "Found",
    "batched": "On the list",
    "again": "Counted already",
    "unexpected": "Not expected here",
    "unknown": "Unknown",
    "ambiguous": "More than one machine",
    "late": "Came too late",
}
_LATEST: Final = 8


def asked_start() -> Start:
    """The count that the form asks for; refusals name the control."""
    purpose = request.form.get("purpose", "")
    if purpose not in PURPOSES:
        raise ValidationRefused("Choose what the count is for.", field="purpose")
    kind = request.form.get("scope", "") if PURPOSES[purpose].expects else "none"
    if kind not in (*SCOPES, "none"):
        raise ValidationRefused("Choose what is counted.", field="scope")
    return Start(request.form.get("key", ""), purpose, _scope(kind), typed("name"))


def _scope(kind: str) -> Scope:
    if kind in ("room", "building", "site"):
        return Scope(kind, place=settled("place", "location") or "")
    if kind == "department":
        return Scope(kind, department=settled("department", "department") or "")
    if kind == "filter":
        return Scope(kind, filter=filter_of(typed("filters")))
    if kind == "tags":
        skip = request.form.get("skip_unknown") == "1"
        return Scope(kind, tags=tuple(listed(request.form.get("tags", "").replace("\x00", " "))), skip_unknown=skip)
    if kind == "list":
        return Scope(kind, stock_take=typed("stock_take").strip(), group=typed("group") or "missing")
    return Scope(kind)


def filter_of(query: str) -> dict[str, Any]:
    """The filters of a list's address; ValidationRefused where they cannot be read."""
    return AssetFilter.from_args(ImmutableMultiDict(parse_qsl(query[:4_000]))).to_args()


def place_in(text: str) -> str | None:
    """The code of the place that was typed as "I am in"; None when nothing was."""
    text = " ".join(text.replace("\x00", " ").split())[:300]
    if not text:
        return None
    found = find_named(session(), "location", None, text)
    if not found:
        raise ValidationRefused(f"There is no place called “{text[:60]}”.", field="place")
    if len(found) > 1:
        choices = ", ".join(each.choice for each in found[:5])
        raise ValidationRefused(f"More than one place answers: {choices}.", field="place")
    return found[0].code


def shown_answer(answer: Answer, code: str, *, may_take_back: bool) -> dict[str, Any]:
    """An answer as the scan page's macros take it."""
    told: dict[str, Any] = {
        "outcome": SHAPES.get(answer.outcome, "shown"),
        "tag": answer.tag,
        "headline": answer.headline,
        "words": answer.words,
    }
    if answer.is_machine:
        told["href"] = url_for("web_machines.machine", tag=answer.tag)
    if may_take_back and answer.outcome not in ("closed", "conflict", "taken_back"):
        told["undo_url"] = url_for("web_stock_takes.undo", code=code, key=answer.key)
    return told


def latest_scans(take: StockTake) -> list[dict[str, Any]]:
    """The newest scans of a count, whoever made them; one statement."""
    rows = session().execute(
        select(StockTakeScan, Account.display_name, Asset.tag)
        .join(Account, Account.id == StockTakeScan.account_id)
        .outerjoin(Asset, Asset.id == StockTakeScan.asset_id)
        .where(StockTakeScan.stock_take_id == take.id)
        .order_by(StockTakeScan.id.desc())
        .limit(_LATEST)
    )
    return [_latest(scan, name, tag) for scan, name, tag in rows]


def _latest(scan: StockTakeScan, name: str, tag: str | None) -> dict[str, Any]:
    back = scan.taken_back_at is not None
    return {
        "shape": "shown" if back else SHAPES.get(scan.outcome, "shown"),
        "tag": tag or scan.text[:64],
        "href": url_for("web_machines.machine", tag=tag) if tag else None,
        "words": "Taken back" if back else OUTCOMES.get(scan.outcome, scan.outcome),
        "who": name,
        "at": scan.occurred_at,
        "key": None if back or scan.outcome == "late" else scan.key,
    }


# -- scans that come by the page's script ------------------------------------------------------------------

_SYNC_OUTCOMES: Final = {"ambiguous": "unknown", "closed": "to_settle", "conflict": "to_settle"}


def take_list_scans(db: Session, scans: list[ScanIn], recorder: Recorder) -> list[dict[str, Any]]:
    """Scans into counts, as they come in with others: one answer each, in their order."""
    if "count" not in recorder.permissions:
        words = "Your role may not count. Ask an administrator for access, then scan it again."
        return [_to_settle(scan, "Not counted", words) for scan in scans]
    known = _lists(db, {_named(scan) for scan in scans})
    lists: dict[str, list[ScanIn]] = {}
    for scan in scans:
        lists.setdefault(known.get(_named(scan), ""), []).append(scan)
    owners = _owners(db, {scan.owner for scan in scans}, recorder)
    answers: dict[str, dict[str, Any]] = {}
    # In one order for all who send, so that nobody waits for another in a ring.
    for code in sorted(lists):
        group = lists[code]
        if not code:
            words = "The list that this was scanned for is not here. Choose another and scan the machine again."
            answers |= {scan.key: _to_settle(scan, "No such list", words) for scan in group}
            continue
        taken = take_scans(db, code, [_scanned(s, owners) for s in group], recorder.now, recorder.settings)
        answers |= {answer.key: _told(answer) for answer in taken}
    return [answers[scan.key] for scan in scans]


def _named(scan: ScanIn) -> str:
    return (scan.list or "").strip().casefold()[:64]


def _lists(db: Session, names: set[str]) -> dict[str, str]:
    """Codes of counts by what scans call them: their code, as the control barcode has it, or their uid."""
    wanted = sorted(names | {name.upper() for name in names})
    rows = db.execute(
        select(StockTake.code, StockTake.uid).where(or_(StockTake.code.in_(wanted), StockTake.uid.in_(wanted)))
    ).all()
    return {code.casefold(): code for code, _ in rows} | {uid: code for code, uid in rows}


def _owners(db: Session, uids: set[str], recorder: Recorder) -> Mapping[str, int]:
    """Numbers of those who scanned: a desk may send in what somebody else did."""
    if uids <= {recorder.actor}:
        return {recorder.actor: recorder.account_id}
    found: Sequence[Any] = db.execute(select(Account.uid, Account.id).where(Account.uid.in_(sorted(uids)))).all()
    return dict.fromkeys(uids, recorder.account_id) | dict(found)


def _scanned(scan: ScanIn, owners: Mapping[str, int]) -> Scanned:
    place = scan.details.get("location")
    at: datetime = scan.occurred_at
    return Scanned(scan.key, scan.text, owners[scan.owner], at, scan.device, place if isinstance(place, str) else None)


def _told(answer: Answer) -> dict[str, Any]:
    return {
        "outcome": _SYNC_OUTCOMES.get(answer.outcome, answer.outcome),
        "tag": answer.tag,
        "headline": answer.headline,
        "words": answer.words,
        "status": answer.status,
        "asset_id": answer.asset_id,
    }


def _to_settle(scan: ScanIn, headline: str, words: str) -> dict[str, Any]:
    return {
        "outcome": "to_settle",
        "tag": scan.text[:64],
        "headline": headline,
        "words": words,
        "status": None,
        "asset_id": None,
    }


def take_back_receipts(db: Session, receipts: list[Scan], recorder: Recorder) -> None:
    """Take back what scans into counts did; a scan whose count has ended stays as it is told."""
    for receipt in receipts:
        take_back(db, receipt.key, recorder.now)
