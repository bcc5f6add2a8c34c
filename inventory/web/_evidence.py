"""How pages tell evidence of sanitisation: verdicts, techniques and times of a record in words."""

from types import SimpleNamespace
from typing import Any, Final

from flask import request, url_for

from inventory.errors import ValidationRefused
from inventory.lifecycle.details import MEDIA, METHODS, VERIFICATIONS
from inventory.sanitisation.judging import ACCEPTABLE, VERDICTS
from inventory.sanitisation.models import ErasureRecord
from inventory.sanitisation.queries import RecordRow
from inventory.sanitisation.standings import DECISIONS, DISMISSED, STANDINGS
from inventory.sanitisation.techniques import technique_named
from inventory.web._shell import settings
from inventory.web._words import capacity, when

ICONS: Final = {
    "pass": "shield-check",
    "pass_with_warnings": "shield-exclamation",
    "unknown": "question-circle",
    "aborted": "shield-x",
    "fail": "shield-x",
}
_LEVELS: Final = METHODS | {"none": "No level"}
_HIGHEST: Final = 2**31 - 1
_HIDDEN: Final = {
    "none": "none found",
    "hidden_not_erased": "found, not erased",
    "unknown": "not looked for",
    "n/a": "this kind of drive has none",
}


def technique_words(record: ErasureRecord) -> str:
    """The technique by its name, and the tool's own word where that says more."""
    row = technique_named(record.technique)
    own = record.pattern if record.pattern and (row is None or record.pattern != row.label) else None
    return " · ".join(filter(None, (row.label if row else record.technique, own))) or "not stated"


def told(row: RecordRow) -> SimpleNamespace:
    """A record as a list shows it."""
    record, report, zone = row.record, row.report, settings().zone
    reasons = [*([record.quarantine] if record.quarantine else []), *record.reasons]
    return SimpleNamespace(
        uid=record.uid,
        href=url_for("web_sanitisation.record", number=record.id),
        serial=record.serial or "No serial",
        what=" · ".join(filter(None, (record.model, MEDIA.get(record.medium or "")))),
        tag=row.tag,
        machine=url_for("web_machines.machine", tag=row.tag) if row.tag else None,
        technique=technique_words(record),
        level=_LEVELS.get(record.method, record.method),
        ended=when(record.ended_at, zone, record.ended_precision) if record.ended_at else "not stated",
        verdict=VERDICTS[record.verdict],
        icon=ICONS[record.verdict],
        good=record.verdict == ACCEPTABLE,
        reasons=reasons,
        flags=record.flags,
        standing=record.standing,
        standing_words=STANDINGS[record.standing],
        acceptable=record.standing == "waiting" and record.verdict == ACCEPTABLE,
        tool=" ".join(filter(None, (report.tool, report.tool_version))),
        brought_by=row.brought_by,
        received=when(record.received_at, zone),
    )


def facts(row: RecordRow) -> list[tuple[str, str]]:
    """Everything that is known of a record, as (label, text)."""
    record, report, zone = row.record, row.report, settings().zone
    said: dict[str, Any] = record.found
    counts = [
        f"{said[name]:,} {words}"
        for name, words in (
            ("pass_errors", "write"),
            ("verify_errors", "verification"),
            ("sync_errors", "sync"),
            ("retries", "retries"),
        )
        if said.get(name) is not None
    ]
    erased = said.get("bytes_erased")
    verified = f"{VERIFICATIONS.get(record.verification, record.verification)}, by {row.verified_by}"
    pairs = [
        ("Drive", " ".join(filter(None, (record.manufacturer, record.model, record.serial)))),
        ("Medium", MEDIA.get(record.medium or "", "")),
        ("Capacity", capacity(record.capacity_bytes) if record.capacity_bytes else ""),
        ("Machine", row.tag or ""),
        ("Technique", technique_words(record)),
        ("Level", _LEVELS.get(record.method, record.method)),
        ("Tool", " ".join(filter(None, (report.tool, report.tool_version)))),
        ("Began", when(record.started_at, zone) if record.started_at else ""),
        ("Ended", when(record.ended_at, zone, record.ended_precision) if record.ended_at else ""),
        ("Errors", ", ".join(counts)),
        ("Erased", f"{erased:,} of {said.get('bytes_total') or 0:,} bytes" if erased is not None else ""),
        ("Hidden area", _HIDDEN.get(str(said.get("hidden_area")), "")),
        ("Sanitised by", ", ".join(filter(None, (record.performed_by, record.performed_org)))),
        ("Contractor's certificate", record.certificate_no or ""),
        ("Destination", record.destination or ""),
        ("Verified", verified if row.verified_by else ""),
        ("Decided", _decided(row)),
        ("Brought", f"by {row.brought_by}, {when(report.received_at, zone)}"),
    ]
    return [(label, text) for label, text in pairs if text]


def _decided(row: RecordRow) -> str:
    record = row.record
    if not record.decision or record.validated_at is None:
        return ""
    words = (DECISIONS | {DISMISSED: "Set aside"})[record.decision]
    reason = f": {record.decision_reason}" if record.decision_reason else ""
    return f"{words}, by {row.validated_by}, {when(record.validated_at, settings().zone)}{reason}"


def number_asked(name: str) -> int | None:
    """A row's number from the address; ValidationRefused for anything else."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= _HIGHEST):
        raise ValidationRefused("This page of the list cannot be found; start again from the first.", field=name)
    return int(text)
