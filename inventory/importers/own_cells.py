"""Cells of our own export as the values that a restore needs; each refusal names the row and the column."""

import json
from datetime import datetime
from typing import Any

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.lifecycle.restore import ExportedLine
from inventory.lifecycle.state import Line

from .own_csv import Record


def needed(record: Record, name: str) -> str:
    """The cell *name*, which must say something."""
    value = record.values.get(name)
    if not value:
        raise ValidationRefused(mark("This row lacks {name}."), row=record.row_number, field=name, name=name)
    return value


def mapping(record: Record, name: str) -> dict[str, Any]:
    """The JSON object in the cell *name*."""
    try:
        found = json.loads(record.values.get(name, "{}"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValidationRefused(mark("The cell {name} cannot be read."), row=record.row_number, field=name, name=name)
    return found


def data(record: Record) -> dict[str, Any]:
    """The record's own content."""
    return mapping(record, "data")


def text(record: Record, name: str, value: Any) -> str | None:
    """*value* if it is text or nothing."""
    if value is not None and not isinstance(value, str):
        raise ValidationRefused(mark("is not text"), row=record.row_number, field=name)
    return value


def moment(record: Record, name: str, value: Any) -> datetime | None:
    """A moment with its time zone, from its ISO form."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(str(value))
        if found.tzinfo is None:
            raise ValueError
    except ValueError:
        raise ValidationRefused(
            mark("{name} is no moment of the form 2026-11-23T10:00:00Z."), row=record.row_number, field=name, name=name
        ) from None
    return found


def octets(record: Record, name: str, value: str, length: int) -> bytes:
    """*length* bytes from hexadecimal digits."""
    try:
        found = bytes.fromhex(value)
    except ValueError:
        found = b""
    if len(found) != length:
        raise ValidationRefused(mark("{name} cannot be read."), row=record.row_number, field=name, name=name)
    return found


def line(record: Record) -> ExportedLine:
    """A ledger line with its hash and free text."""
    occurred = moment(record, "occurred_at", needed(record, "occurred_at"))
    recorded = moment(record, "recorded_at", needed(record, "recorded_at"))
    number = needed(record, "sequence")
    precision = needed(record, "precision")
    if occurred is None or recorded is None or not number.isdecimal() or precision not in ("day", "instant"):
        raise ValidationRefused(mark("This line cannot be read."), row=record.row_number)
    line = Line(
        needed(record, "key"),
        needed(record, "event"),
        occurred,
        precision,
        recorded,
        needed(record, "actor"),
        mapping(record, "details"),
        int(number),
        record.values.get("voids"),
        record.values.get("replaces"),
    )
    made = ExportedLine(
        record.row_number,
        line,
        record.values.get("personal_digest"),
        octets(record, "hash", needed(record, "hash"), 32),
    )
    if "personal" in record.values:
        text = mapping(record, "personal")
        salt, content = text.get("salt"), text.get("content")
        made.salt = octets(record, "personal", str(salt), 16) if salt is not None else None
        if content is not None and not isinstance(content, dict):
            raise ValidationRefused(mark("The cell personal cannot be read."), row=record.row_number, field="personal")
        made.content = content
        made.erased_at = moment(record, "personal", text.get("erased_at"))
    return made
