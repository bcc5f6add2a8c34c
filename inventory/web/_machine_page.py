"""What the page of one machine shows, put together from its history."""

from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Final

from flask import request, url_for

from inventory.accounts.permissions import permissions_of
from inventory.advice.service import advice_for
from inventory.errors import ValidationRefused
from inventory.footprint.factors import FactorBook
from inventory.footprint.queries import factor_book
from inventory.intake.queries import Told, told_of
from inventory.labels.machines import base_of
from inventory.lifecycle.details import Facts
from inventory.lifecycle.effects import drive_uid
from inventory.lifecycle.event_types import CORRECTION, EventType
from inventory.lifecycle.fields import names_a_request, schema_of
from inventory.lifecycle.queries import possible_events
from inventory.lifecycle.state import FittedDrive
from inventory.register.identifiers import IDENTIFIER_TYPES
from inventory.register.kinds import KINDS
from inventory.register.naming import names_of
from inventory.register.photos import photos_of
from inventory.register.statuses import ON_SITE, STATUSES
from inventory.sanitisation.judging import ACCEPTABLE, VERDICTS
from inventory.sanitisation.models import ErasureRecord
from inventory.sanitisation.queries import evidence_of
from inventory.sanitisation.rules import drive_name, reasons_unclean, unclean_drive
from inventory.sanitisation.standings import STANDINGS
from inventory.web import _words as words
from inventory.web._evidence import ICONS
from inventory.web._finding import Found
from inventory.web._footprint import footprint_of
from inventory.web._inside import inside
from inventory.web._inspection import KEY as INSPECTED
from inventory.web._inspection import told
from inventory.web._machine_lines import lines_shown
from inventory.web._recording import drive_label
from inventory.web._shell import account, is_demo, recorder, session, settings

_STEPS: Final = (
    "received", "deployed", "released", "found", "inspected", "passed_for_reuse", "reserved", "redeployed",
    "donated", "collected", "returned", "prepared_for_reuse", "unmerged",
)  # fmt: skip
"""Of the steps that are possible, the first of these is offered largest."""
_PURCHASE: Final = ("order_reference", "purchase_date", "purchase_cost", "warranty_end")
_RECORDS_SHOWN: Final = 3
_SHUT: Final = "clean_drives"
"""The guard that no detail opens."""


_ADVISED: Final = frozenset({"returned", "on_hold", "ready_for_reuse", "reserved"})
"""Statuses in which the machine waits for somebody to say where it goes."""


def build(found: Found, came_by: str | None, just: dict[str, Any] | None, has_photo: bool) -> SimpleNamespace:
    """Everything that machines/machine.html names."""
    state, zone = found.state, settings().zone
    facts = state.facts
    permissions = permissions_of(account().role)
    wanted = words.references_of(each.line for each in found.machine.lines)
    wanted |= {
        (kind, facts[name])
        for name, kind in (("department", "department"), ("location", "location"), ("custodian", "party"))
        if name in facts
    }
    names = names_of(session(), wanted)
    unclean = reasons_unclean(state, zone) if state.status in ON_SITE else []
    possible = possible_events(state, permissions)
    barred = [row for row in possible if unclean and _SHUT in row.guards]
    steps = _steps(found, [row for row in possible if row not in barred], bool(unclean))
    drives = _drive_names(found)
    hardware = told_of(session(), [found.machine.asset.id]).get(found.machine.asset.id)
    evidence = evidence_of(session(), found.machine.asset.id) if state.drives else {}
    book = factor_book(session())
    if unclean and "validate" in permissions:
        _offer_acceptance(steps, evidence)
    return SimpleNamespace(
        tag=found.tag,
        words=found.words,
        status=STATUSES[found.status],
        since=words.when(state.status_since, zone, "day") if state.status_since else "",
        place=names.get(("location", facts.get("location", ""))),
        custodian=names.get(("party", facts.get("custodian", ""))),
        department=names.get(("department", facts.get("department", ""))),
        came_by=came_by,
        promised=_promised(found),
        merged_into=state.merged_into,
        just=just,
        unclean=[reason[:1].upper() + reason[1:] for reason in unclean],
        barred=[row.label.lower() for row in barred],
        lines=lines_shown(found, names, drives, "correct" in permissions),
        drives=[_drive(found, drive, evidence.get(drive.uid, [])) for drive in state.drives.values()],
        certificates=url_for("web_certificates.machine", tag=found.tag) if state.drives else None,
        no_drives=_no_drives(found),
        identifiers=_identifiers(found),
        purchase=[(words.label_of(name), _fact(facts, name)) for name in _PURCHASE],
        notes=found.notes,
        inside=inside(hardware),
        advice=_advice(found, hardware, book),
        inspection_photos=_inspection_photos(found),
        photo=url_for("web_machines.photo", tag=found.tag) if has_photo else None,
        photo_action=url_for("web_machines.save_photo", tag=found.tag) if "record" in permissions else None,
        footprint=footprint_of(found, book),
        **_label(found.tag),
        **steps,
    )


def _advice(found: Found, hardware: Told | None, book: FactorBook) -> dict[str, Any] | None:
    if found.status not in _ADVISED:
        return None
    number = found.machine.asset.id
    known = {number: hardware.machine} if hardware else {}
    return told(advice_for(session(), {number: found.state}, settings(), found=known, book=book).get(number))


def _promised(found: Found) -> str | None:
    """The request that it is reserved for now, if its reservation names one of ours."""
    if found.status != "reserved":
        return None
    lines = (each.line for each in reversed(found.machine.lines) if each.line.kind == "reserved" and not each.voided_by)
    request = next((line.details.get("request") for line in lines), None)
    return request if names_a_request(request) else None


def _inspection_photos(found: Found) -> list[dict[str, str]]:
    """Photos of inspections, each with the line that it belongs to."""
    inspected = {each.line.key: each for each in found.machine.lines if each.line.kind == INSPECTED}
    if not inspected:
        return []
    zone = settings().zone
    return [
        {
            "src": url_for("web_inspection.photo", tag=found.tag, number=number),
            "words": f"Inspection of {words.happened(inspected[key].line, zone)}",
        }
        for number, key in photos_of(session(), found.machine.asset.id)
        if key in inspected and not inspected[key].voided_by
    ]


def _step(found: Found, row: EventType) -> dict[str, str]:
    href = url_for("web_events.record", tag=found.tag, kind=row.key)
    return {"verb": row.verb, "href": href, "icon": row.icon, "key": row.key}


def _steps(found: Found, possible: list[EventType], unclean: bool) -> dict[str, Any]:
    possible = [row for row in possible if row.key != CORRECTION]
    by_key = {row.key: row for row in possible}
    order: list[str] = [key for key in _STEPS if key != "inspected" or found.state.inspection is None]
    if unclean and found.status != "in_use":
        order.insert(0, "sanitised" if found.drives else "part_fitted")
    following = next((by_key[key] for key in order if key in by_key), None)
    rest = [row for row in possible if row is not following]
    return {
        "next": _step(found, following) if following else None,
        "moves": [_step(found, row) for row in rest if _moves(found, row)],
        "stays": [_step(found, row) for row in rest if not _moves(found, row)],
    }


def _offer_acceptance(steps: dict[str, Any], evidence: Mapping[str, Sequence[ErasureRecord]]) -> None:
    """Where a wipe waits for acceptance, that is what comes next; what was offered largest stays at hand."""
    told = (each for records in evidence.values() for each in records)
    waiting = next((each for each in told if each.standing == "waiting" and each.verdict == ACCEPTABLE), None)
    if waiting is None:
        return
    if steps["next"]:
        steps["stays"] = [steps["next"], *steps["stays"]]
    href = url_for("web_sanitisation.record", number=waiting.id)
    steps["next"] = {"verb": "Look at the wipe and accept it", "href": href, "icon": "shield-check", "key": "accept"}


def _moves(found: Found, row: EventType) -> bool:
    """Whether it changes where the machine stands; merging mends the record, not the machine."""
    try:
        return row.target(found.state, {}) not in (found.status, "withdrawn")
    except KeyError:
        return True


def _drive_names(found: Found) -> dict[str, str]:
    """Serials of every drive that ever was on record here, by uid: old lines speak of removed ones."""
    named = {}
    for each in found.machine.lines:
        details = each.line.details
        listed: Iterable[Any] = details.get("drives", ())
        fitted = [details] if "came" in details else listed
        for number, drive in enumerate(fitted):
            if isinstance(drive, dict) and drive.get("serial"):
                named[drive.get("uid") or drive_uid(each.line.key, number)] = str(drive["serial"])
    return named | {uid: drive_name(drive) for uid, drive in found.drives.items()}


def _drive(found: Found, drive: FittedDrive, records: list[ErasureRecord]) -> dict[str, Any]:
    zone = settings().zone
    name, _, more = drive_label(drive).partition(" (")
    problem = unclean_drive(found.state, drive, zone) if found.status in ON_SITE else None
    if drive.wiped_at is not None:
        wiped = words.when(drive.wiped_at, zone, "day")
        told = f"Wiped ({drive.wiped_method}) on {wiped}"
    else:
        told = "Never used here; needs no wipe" if not found.state.used_before else "No wipe on record"
    return {
        "name": name,
        "more": more.rstrip(")"),
        "problem": problem,
        "words": told,
        "evidence": [_evidence(each) for each in records[:_RECORDS_SHOWN]],
        "more_evidence": max(len(records) - _RECORDS_SHOWN, 0),
    }


def _evidence(record: ErasureRecord) -> dict[str, str]:
    """A record of a wipe, in one line that leads to it."""
    zone = settings().zone
    day = words.when(record.ended_at, zone, "day") if record.ended_at else words.when(record.received_at, zone, "day")
    stands = "" if record.standing == "failed" else f": {STANDINGS[record.standing].lower()}"
    return {
        "words": f"{VERDICTS[record.verdict]}, {day}{stands}",
        "icon": ICONS[record.verdict],
        "href": url_for("web_sanitisation.record", number=record.id),
    }


def _no_drives(found: Found) -> str:
    if found.state.no_drive_fitted:
        return "No drive is fitted, as an inspection found."
    if not KINDS[found.state.kind].holds_storage:
        return "None on record; this kind holds none."
    return "None on record. It can hold one, so it is not clean until somebody looks."


def _identifiers(found: Found) -> list[tuple[str, str]]:
    known = found.facts.get("identifiers", ())
    told = [(IDENTIFIER_TYPES.get(each["type"], each["type"]), each["value"]) for each in known]
    return told + [(IDENTIFIER_TYPES["former_tag"], tag) for tag in found.state.former_tags]


def _fact(facts: dict[str, Any], name: str) -> str | None:
    value = facts.get(name)
    if value is None:
        return None
    if name == "purchase_cost":
        currency = facts.get("currency") or "currency unknown"
        return f"{float(value):,.2f} {currency}"
    if name.endswith(("_date", "_end")):
        return words.value_in_words(_day_field(), name, value, {})
    return str(value)


def _day_field() -> Any:
    return schema_of(Facts).fields["purchase_date"]


def _label(tag: str) -> dict[str, Any]:
    """The picture of the label, where one can be printed, and the way to print it for those who may."""
    try:
        base_of(settings().public_url, request.host_url, demo=is_demo())
        qr = url_for("web_labels.qr", tag=tag, ext="svg")
    except ValidationRefused:
        qr = None
    allowed = "label" in recorder().permissions
    return {"qr": qr, "label": url_for("web_labels.index", tag=tag) if allowed else None}
