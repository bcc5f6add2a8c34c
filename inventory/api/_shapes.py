"""Shapes of machines and lines in answers, and the quick way to write them that a test holds equal."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields

from inventory.lifecycle.fields import Money
from inventory.lifecycle.queries import TimelineLine
from inventory.register.rows import AssetRow
from inventory.register.statuses import STATUSES


class When(fields.Field[Any]):
    """A day, as in 2026-11-23, or a moment with its time zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> date | datetime:
        if not isinstance(value, str) or len(value) > 40:
            raise ValidationError("is neither a day nor a moment")
        try:
            return date.fromisoformat(value) if len(value) == 10 else _moment(value)
        except (ValueError, OverflowError):
            raise ValidationError(
                "is neither a day, as in 2026-11-23, nor a moment with its time zone, as in 2026-11-23T10:00:00Z"
            ) from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kw: Any) -> str:
        return when(value.line.occurred_at, value.line.precision, self.context_zone())

    def context_zone(self) -> ZoneInfo:
        """Zone in which days are told; given to the schema by who dumps it."""
        found: ZoneInfo = getattr(self.root, "zone", None) or ZoneInfo("UTC")
        return found


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("without a time zone")
    return found


def when(occurred_at: datetime, precision: str, zone: ZoneInfo) -> str:
    """What was sent: the day (of *zone*) where only that is known, else the moment."""
    return occurred_at.astimezone(zone).date().isoformat() if precision == "day" else occurred_at.isoformat()


class IdentifierSchema(Schema):
    type = fields.String(required=True)
    value = fields.String(required=True)


class Identifiers(fields.List[Any]):
    """Identifiers by type, told as a list."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(fields.Nested(IdentifierSchema), **kw)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kw: Any) -> list[Any] | None:
        return super()._serialize(_listed(value), attr, obj, **kw)


def _listed(identifiers: Mapping[str, list[str]]) -> list[dict[str, str]]:
    return [{"type": kind, "value": value} for kind, values in identifiers.items() for value in values]


class AssetSchema(Schema):
    """A machine. What is not known is null; department, location and custodian are codes, as in events."""

    tag = fields.String(required=True)
    kind = fields.String(required=True)
    manufacturer = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    status_since = fields.DateTime(required=True)
    department = fields.String(required=True, allow_none=True, attribute="department_code")
    department_name = fields.String(required=True, allow_none=True, attribute="department")
    location = fields.String(required=True, allow_none=True, attribute="location_code")
    location_name = fields.String(required=True, allow_none=True, attribute="location")
    custodian = fields.String(required=True, allow_none=True, attribute="custodian_uid")
    custodian_name = fields.String(required=True, allow_none=True, attribute="custodian")
    order_reference = fields.String(required=True, allow_none=True)
    purchase_date = fields.Date(required=True, allow_none=True)
    purchase_cost = Money(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)
    warranty_end = fields.Date(required=True, allow_none=True)
    mass_g = fields.Integer(required=True, allow_none=True, metadata={"description": "Measured mass in grams."})
    grade = fields.String(required=True, allow_none=True)
    advised_route = fields.String(required=True, allow_none=True)
    last_seen_at = fields.DateTime(required=True, allow_none=True)
    registered_at = fields.DateTime(required=True)
    notes = fields.String(required=True, allow_none=True)
    identifiers = Identifiers(required=True)


class LineSchema(Schema):
    """A line of the ledger. ``details`` holds what was sent, free text included unless it was erased."""

    sequence = fields.Integer(required=True, attribute="line.sequence")
    key = fields.String(required=True, attribute="line.key")
    event = fields.String(required=True, attribute="line.kind")
    label = fields.String(required=True)
    occurred_at = When(required=True, attribute="__self__", metadata={"description": "A day, or a moment in UTC."})
    recorded_at = fields.DateTime(required=True, attribute="line.recorded_at")
    actor = fields.String(required=True, attribute="line.actor", metadata={"description": "Opaque id."})
    actor_name = fields.String(required=True)
    details = fields.Dict(required=True, attribute="__details__", metadata={"additionalProperties": True})
    erased = fields.Boolean(required=True, metadata={"description": "Whether its free text was erased."})
    status_after = fields.String(required=True)
    voids = fields.String(required=True, allow_none=True, attribute="line.voids")
    replaces = fields.String(required=True, allow_none=True, attribute="line.replaces")
    voided_by = fields.String(required=True, allow_none=True)
    replaced_by = fields.String(required=True, allow_none=True)
    hash = fields.String(required=True, attribute="__hash__", metadata={"pattern": "^[0-9a-f]{64}$"})

    def __init__(self, *, zone: ZoneInfo | None = None, **kw: Any) -> None:
        self.zone = zone
        super().__init__(**kw)

    def get_attribute(self, obj: TimelineLine, attr: str, default: Any) -> Any:
        """Parts that are put together from more than one attribute."""
        if attr == "__self__":
            return obj
        if attr == "__details__":
            return obj.line.details | (obj.personal or {})
        return obj.hash.hex() if attr == "__hash__" else super().get_attribute(obj, attr, default)


class DriveSchema(Schema):
    """A drive on record in the machine, and what is known of its data."""

    uid = fields.String(required=True)
    serial = fields.String(required=True, allow_none=True)
    manufacturer = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    medium = fields.String(required=True, allow_none=True)
    capacity_bytes = fields.Integer(required=True, allow_none=True)
    wiped_on = fields.Date(required=True, allow_none=True)
    wiped_method = fields.String(required=True, allow_none=True)
    not_clean = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it may not leave; null when it may."}
    )


class PossibleSchema(Schema):
    """An event that may be recorded now by the caller."""

    event = fields.String(required=True)
    label = fields.String(required=True)
    verb = fields.String(required=True)
    leads_to = fields.String(required=True, metadata={"description": "In words."})
    blocked = fields.Boolean(
        required=True, metadata={"description": "A drive that is not clean stands in the way; see not_clean."}
    )


class LookUpSchema(Schema):
    """A machine as a scan wants to see it."""

    asset = fields.Nested(AssetSchema, required=True)
    came_by = fields.String(
        required=True, allow_none=True, metadata={"description": "Type of the identifier that led here; null: its tag."}
    )
    not_clean = fields.List(
        fields.String(), required=True, metadata={"description": "Why the machine may not leave, one clause each."}
    )
    drives = fields.List(fields.Nested(DriveSchema), required=True)
    possible_events = fields.List(fields.Nested(PossibleSchema), required=True)
    events = fields.List(
        fields.Nested(LineSchema), required=True, metadata={"description": "The last ten lines, newest first."}
    )
    events_total = fields.Integer(required=True)


def _text(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def asset_dict(row: AssetRow) -> dict[str, Any]:
    """What `AssetSchema` dumps, several times faster."""
    return {
        "tag": row.tag,
        "kind": row.kind,
        "manufacturer": row.manufacturer,
        "model": row.model,
        "status": row.status,
        "status_since": row.status_since.isoformat(),
        "department": row.department_code,
        "department_name": row.department,
        "location": row.location_code,
        "location_name": row.location,
        "custodian": row.custodian_uid,
        "custodian_name": row.custodian,
        "order_reference": row.order_reference,
        "purchase_date": _text(row.purchase_date),
        "purchase_cost": None if row.purchase_cost is None else f"{row.purchase_cost:.2f}",
        "currency": row.currency,
        "warranty_end": _text(row.warranty_end),
        "mass_g": row.mass_g,
        "grade": row.grade,
        "advised_route": row.advised_route,
        "last_seen_at": _text(row.last_seen_at),
        "registered_at": row.registered_at.isoformat(),
        "notes": row.notes,
        "identifiers": _listed(row.identifiers),
    }


def event_dict(told: TimelineLine, zone: ZoneInfo) -> dict[str, Any]:
    """What `LineSchema` dumps, several times faster."""
    line = told.line
    return {
        "sequence": line.sequence,
        "key": line.key,
        "event": line.kind,
        "label": told.label,
        "occurred_at": when(line.occurred_at, line.precision, zone),
        "recorded_at": line.recorded_at.isoformat(),
        "actor": line.actor,
        "actor_name": told.actor_name,
        "details": line.details | (told.personal or {}),
        "erased": told.erased,
        "status_after": told.status_after,
        "voids": line.voids,
        "replaces": line.replaces,
        "voided_by": told.voided_by,
        "replaced_by": told.replaced_by,
        "hash": told.hash.hex(),
    }
