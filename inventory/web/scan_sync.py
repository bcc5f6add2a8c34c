"""What the scan page's script asks: what it must know at its start, the copy of the register, and taking scans in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, request, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.db import write
from inventory.discovery import find
from inventory.errors import ValidationRefused
from inventory.lifecycle.conditions import must_have_been_used, must_not_have_been_used
from inventory.lifecycle.event_types import EventType
from inventory.lifecycle.fields import schema_of
from inventory.lifecycle.queries import count_on_record
from inventory.lifecycle.rules import personal_fields
from inventory.register.models import Department, Location
from inventory.register.statuses import STATUSES
from inventory.scanning.copy import PAGE, copy_page, epoch
from inventory.scanning.models import TO_SETTLE
from inventory.scanning.receiving import Handlers, Received, receipts_of, receive
from inventory.scanning.schemas import read_sync
from inventory.web._forms import Entry, entries
from inventory.web._packed import packed
from inventory.web._shell import account, recorder, requires, session, settings, speaks_json
from inventory.web._sides import Sides, sides_of
from inventory.web.scan import left_out, modes

blueprint = Blueprint("web_scan_sync", __name__)

VERSION: Final = 1
"""Of the answers here; a script that knows another one reloads the page."""
MOST_BYTES: Final = 2 * 1024 * 1024
"""A request with 200 scans whose details are all as long as they may be."""
_HIGHEST: Final = 2**31 - 1


@blueprint.get("/scan/boot")
@speaks_json
@requires("view")
def boot() -> Response:
    """Everything that the page must know to work without the network, but the machines."""
    db, who = session(), account()
    told: dict[str, Any] = {
        "version": VERSION,
        "server_time": _now(),
        "csrf": generate_csrf(),
        "account": {"uid": who.uid, "name": who.display_name, "may_correct": "correct" in recorder().permissions},
        "institution": settings().institution,
        "tag_prefix": settings().tag_prefix,
        "hosts": hosts(),
        "statuses": {status.key: {"label": status.label} for status in STATUSES.values()},
        "events": [_mode(row) for row in modes()],
        "places": [[place.code, place.label] for place in db.scalars(select(Location).order_by(Location.code))],
        "departments": [
            list(row) for row in db.execute(select(Department.code, Department.name).order_by(Department.name))
        ],
        "copy": {"epoch": epoch(db), "machines": count_on_record(db)},
    }
    for more in find("inventory.web", "scan_boot").values():
        told |= more(who)
    return packed(told)


def hosts() -> list[str]:
    """Hosts whose addresses are our labels': where the labels point, and where this page came from."""
    public = urlsplit(settings().public_url.strip()).netloc
    return sorted({host.upper() for host in (public, request.host) if host})


_USED: Final[Mapping[Any, bool]] = {must_have_been_used: True, must_not_have_been_used: False}
"""Conditions that the copy can judge: whether the machine was in use before."""


def _mode(row: EventType) -> dict[str, Any]:
    """What the script must know of an event that can be recorded scan by scan."""
    controls = entries(row.schema, leave_out=left_out(row))
    return {
        "key": row.key,
        "label": row.label,
        "icon": row.icon,
        "from": [status for status in STATUSES if status in row.allowed_from],
        "to": row.leads_to if isinstance(row.leads_to, str) and row.leads_to != "same" else None,
        # What the script says of a safeguard is about drives.
        "guards": [name for name in row.guards if name.startswith("clean_drives")],
        "used": _USED.get(next((each for each in row.conditions if each in _USED), None)),
        "fields": [_field(row, entry) for entry in controls],
    }


_TYPES: Final = {"select": "choice", "checkbox": "flag", "date": "date"}


def _field(row: EventType, entry: Entry) -> dict[str, Any]:
    kind = _TYPES.get(entry.type, "text")
    if entry.lookup is not None:
        kind = {"location": "place", "department": "department"}.get(entry.lookup[0], "party")
    elif entry.attrs.get("inputmode") == "decimal":
        kind = "number"
    found = {
        "name": entry.name,
        "label": entry.label,
        "type": kind,
        "required": bool(schema_of(row.schema).fields[entry.detail].required),
        "choices": [[value, label] for value, label in entry.options if value],
        "personal": entry.detail in personal_fields(row),
    }
    if kind == "text" and (longest := entry.attrs.get("maxlength")):
        found["longest"] = int(longest)
    if kind == "party" and entry.lookup is not None:
        found["role"] = entry.lookup[1]
    return found


@blueprint.get("/scan/copy")
@speaks_json
@requires("view")
def copy() -> Response:
    """One page of the register as a device keeps it."""
    after, limit = _number("after", 0), _number("limit", PAGE)
    page = copy_page(session(), after, request.args.get("since") or None, min(max(limit, 1), PAGE))
    return packed({"epoch": page.epoch, "cursor": page.cursor, "next": page.next, "machines": page.machines})


def _number(name: str, default: int) -> int:
    text = request.args.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > _HIGHEST:
        raise ValidationRefused(f"{name} is not a number.", field=name)
    return int(text)


@blueprint.post("/scan/sync")
@speaks_json
@requires("view")
def sync() -> Response:
    """Take scans in: all of the request in one transaction, each answered."""
    request.max_content_length = MOST_BYTES
    body, who = request.get_data(), account()

    def work(db: Session) -> tuple[list[Received], int | None]:
        # The clock is read once the transaction is open: another writer may have been waited for.
        scans, off = read_sync(body, who.uid, datetime.now(UTC))
        return receive(db, scans, recorder(), handlers()), off

    results, off = write(session(), work)
    told: dict[str, Any] = {"server_time": _now(), "results": in_words(results)}
    if off is not None:
        told["clock"] = {"off_by_ms": off}
    return packed(told)


@cache
def handlers() -> Handlers:
    """What web modules offer for scans of other actions: SCAN_ACTIONS, and SCAN_UNDO to take them back."""
    return Handlers(_merged("SCAN_ACTIONS"), _merged("SCAN_UNDO"))


def _merged(attribute: str) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for module, provided in find("inventory.web", attribute).items():
        if twice := found.keys() & provided.keys():
            raise RuntimeError(f"{sorted(twice)} provided twice, the second time by {module}")
        found |= provided
    return found


def in_words(results: list[Received]) -> list[dict[str, Any]]:
    """The answers as the script takes them, in their order; with both sides of what waits to be settled."""
    keys = [each.receipt_key for each in results if each.answer.outcome == TO_SETTLE]
    sides = sides_of(receipts_of(session(), keys))
    return [_told(each, sides) for each in results]


def _told(each: Received, sides: Mapping[str, Sides]) -> dict[str, Any]:
    answer = each.answer
    told: dict[str, Any] = {
        "key": each.key,
        "outcome": answer.outcome,
        "tag": answer.tag,
        "headline": answer.headline,
        "words": answer.words,
        "status": answer.status,
    }
    if answer.asset_id is not None:
        told["href"] = url_for("web_machines.machine", tag=answer.tag)
    if answer.outcome == TO_SETTLE:
        told["settle"] = sides[each.receipt_key].as_dict()
    return told


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
