"""Both sides of a scan that waits to be settled, in words: what was scanned, and what the register says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from inventory.accounts.models import Account
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.state import Line
from inventory.register.models import Asset
from inventory.register.naming import names_of
from inventory.register.references import references_in
from inventory.register.statuses import STATUSES
from inventory.scanning.models import Scan
from inventory.web._shell import account, session, settings
from inventory.web._words import details_in_words, happened, references_of, when

_LAST_LINES: Final = 3


@dataclass(slots=True)
class Sides:
    """What a person compares. ``status``: a row of STATUSES, None where no machine is known."""

    scanned: str
    said: list[tuple[str, str]]
    """What the scan says of the event: (label, text)."""
    register: str
    why: str
    status: Any = None
    tag: str = ""
    lines: list[str] = field(default_factory=list)
    """The machine's last lines, newest first."""

    def as_dict(self) -> dict[str, Any]:
        """For the page's script."""
        details = "; ".join(f"{label} {text}" for label, text in self.said)
        scanned = f"{self.scanned} ({details})" if details else self.scanned
        return {"scanned": scanned, "register": self.register, "why": self.why, "lines": self.lines}


def sides_of(receipts: Sequence[Scan]) -> dict[str, Sides]:
    """Both sides of each of *receipts*, by key; four statements however many."""
    if not receipts:
        return {}
    numbers = sorted({each.asset_id for each in receipts if each.asset_id is not None})
    assets: dict[int, Any] = {}
    histories: dict[int, list[Line]] = {}
    if numbers:
        columns = select(Asset.id, Asset.tag, Asset.status, Asset.status_since)
        assets = {row.id: row for row in session().execute(columns.where(Asset.id.in_(numbers)))}
        histories = {
            number: _last_standing([line for line, _ in lines])
            for number, lines in load_lines(session(), numbers).items()
        }
    people = _people(receipts, histories.values())
    wanted = {pair for lines in histories.values() for pair in references_of(lines)}
    wanted |= {(kind, code) for each in receipts for _, kind, code in references_in(_texts(each.details))}
    names = names_of(session(), wanted)
    return {
        each.key: _sides(each, assets.get(each.asset_id or 0), histories.get(each.asset_id or 0, []), people, names)
        for each in receipts
    }


def _texts(details: dict[str, Any] | None) -> dict[str, Any]:
    """Details as a device sent them; only texts can name a place or a person."""
    return {name: value for name, value in (details or {}).items() if isinstance(value, str) and len(value) <= 64}


def _last_standing(lines: list[Line]) -> list[Line]:
    voided = {line.voids for line in lines if line.voids}
    standing = [line for line in lines if line.kind != CORRECTION and line.key not in voided]
    return sorted(standing, key=lambda line: (line.occurred_at, line.sequence), reverse=True)[:_LAST_LINES]


def _people(receipts: Sequence[Scan], histories: Iterable[list[Line]]) -> dict[str, str]:
    uids = {each.owner for each in receipts} | {line.actor for lines in histories for line in lines}
    rows = session().execute(select(Account.uid, Account.display_name).where(Account.uid.in_(uids)))
    return dict(rows.all())


def _sides(
    receipt: Scan, asset: Any, lines: list[Line], people: dict[str, str], names: dict[tuple[str, str], str]
) -> Sides:
    zone = settings().zone
    who = "You" if receipt.owner == account().uid else people.get(receipt.owner, "Somebody")
    at = _moment(receipt.occurred_at)
    row = EVENT_TYPES.get(receipt.event or "")
    if receipt.action == "undo":
        scanned = f"{who} took a scan back at {at}"
    elif row is not None:
        scanned = f"{who} scanned {receipt.text[:64]} as {row.label.lower()} at {at}"
    else:
        scanned = f"{who} scanned {receipt.text[:64]} at {at}"
    said = _said(receipt, names)
    if asset is None:
        nobody = f"There is no single machine on record that answers to {receipt.text[:64]}."
        return Sides(scanned, said, nobody if receipt.text else "Nothing was read.", receipt.words)
    told = [_in_words(line, people, names) for line in lines]
    since = next((line for line in lines if line.occurred_at == asset.status_since), None)
    register = f"{asset.tag}: {STATUSES[asset.status].label.lower()} since {when(asset.status_since, zone)}"
    if since is not None:
        register = f"{asset.tag}: {STATUSES[asset.status].label.lower()} since {happened(since, zone)}"
        register += f", recorded by {people.get(since.actor, 'somebody')}"
        if details := "; ".join(text for _, text in details_in_words(since, names, {})):
            register += f" ({details})"
    return Sides(scanned, said, register + ".", receipt.words, STATUSES[asset.status], asset.tag, told)


def _said(receipt: Scan, names: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    details = _texts(receipt.details) | {
        name: value for name, value in (receipt.details or {}).items() if isinstance(value, str | bool | int | float)
    }
    if receipt.event not in EVENT_TYPES or not details:
        return []
    at = receipt.occurred_at
    return details_in_words(Line(receipt.key, receipt.event, at, "instant", at, receipt.owner, details), names, {})


def _in_words(line: Line, people: dict[str, str], names: dict[tuple[str, str], str]) -> str:
    row = EVENT_TYPES[line.kind]
    details = "; ".join(text for _, text in details_in_words(line, names, {}))
    told = f"{happened(line, settings().zone)}: {row.label.lower()}, by {people.get(line.actor, 'somebody')}"
    return f"{told} ({details})" if details else told


def _moment(at: datetime) -> str:
    """10:02 of today, else with its day."""
    zone = settings().zone
    here = at.astimezone(zone)
    return f"{here:%H:%M}" if here.date() == datetime.now(zone).date() else when(at, zone)
