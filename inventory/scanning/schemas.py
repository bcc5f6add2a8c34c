"""Shapes of what devices send: a request with scans, and an exported queue."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from inventory.errors import ValidationRefused
from inventory.lifecycle.checking import WORDS
from inventory.scanning.clock import occurred_at, off_by_ms
from inventory.scanning.incoming import ScanIn

MOST_SCANS: Final = 200
"""Scans in one request."""
MOST_IN_A_FILE: Final = 20_000
FORMAT: Final = "inventory-scans"
_LONGEST_TEXT: Final = 300
_MOST_DETAILS: Final = 8_192
"""Bytes of what a scan says of its event."""
_MS: Final = 10**13
"""More milliseconds than any clock is off by, and few enough for every calculation."""
_KEY: Final = validate.Regexp(r"[A-Za-z0-9-]{8,64}\Z", error="is not a key of 8 to 64 letters, digits and hyphens")
_ID: Final = validate.Regexp(r"[A-Za-z0-9-]{1,64}\Z", error="is not an id of at most 64 letters, digits and hyphens")
_WORD: Final = validate.Regexp(r"[a-z_]{1,32}\Z", error="is not a name of small letters")
_PLAIN: Final = validate.Regexp(r"[^\x00-\x1f]{1,64}\Z", error="is not a text of at most 64 characters")


class _Moment(fields.Field[datetime]):
    """A moment in ISO 8601 with its time zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> datetime:
        try:
            found = datetime.fromisoformat(value)
            if found.tzinfo is None:
                raise ValueError
            return found.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            raise ValidationError("is not a time such as 2026-11-23T10:00:00.000Z") from None


class _Text(fields.Field[str]):
    """What was read: whatever it is, it is taken; what no database holds is left out."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("is not text")
        return value.replace("\x00", "")[:_LONGEST_TEXT]


class _Details(fields.Field[dict[str, Any]]):
    """Details of an event, judged by the event's own schema later."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("is not a set of named details")
        said = orjson.dumps(value)
        if len(said) > _MOST_DETAILS:
            raise ValidationError(f"has more than {_MOST_DETAILS:,} bytes")
        if b"\\u0000" in said:
            raise ValidationError("has a character that cannot be stored")
        return value


def _ms() -> Any:
    return fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(-_MS, _MS, error="is out of range")
    )


class ScanShape(Schema):
    """One scan; what a newer client adds is not known here and left out."""

    class Meta:
        unknown = EXCLUDE

    key = fields.String(required=True, validate=_KEY)
    number = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(0, 2**53, error="is out of range")
    )
    scanned_at = _Moment(required=True)
    offset_ms = _ms()
    age_ms = _ms()
    action = fields.String(load_default="record", validate=validate.And(_WORD, validate.Length(max=16)))
    text = _Text(load_default="", allow_none=True)
    event = fields.String(load_default=None, allow_none=True, validate=_WORD)
    details = _Details(load_default=None, allow_none=True)
    undoes = fields.String(load_default=None, allow_none=True, validate=_KEY)
    list = fields.String(load_default=None, allow_none=True, validate=_PLAIN)
    owner = fields.String(load_default=None, allow_none=True, validate=validate.And(_ID, validate.Length(max=32)))

    @validates_schema
    def _whole(self, data: dict[str, Any], **kw: Any) -> None:
        if data["action"] == "undo" and not data["undoes"]:
            raise ValidationError("names no scan to take back", "undoes")
        if data["action"] == "record" and not data["event"]:
            raise ValidationError("is needed", "event")


class SyncShape(Schema):
    """A request: the device, its clock at sending, and scans in the order in which they were made."""

    class Meta:
        unknown = EXCLUDE

    device = fields.String(required=True, validate=_ID)
    sent_at = _Moment(required=True)
    scans = fields.List(fields.Raw(), required=True)


class QueueShape(Schema):
    """A file with the scans that a device had not sent."""

    class Meta:
        unknown = EXCLUDE

    format = fields.String(required=True, validate=validate.Equal(FORMAT, error="is not a queue of scans"))
    version = fields.Integer(required=True, validate=validate.Equal(1, error="is a version that is not known here"))
    device = fields.String(required=True, validate=_ID)
    exported_at = _Moment(required=True)
    scans = fields.List(fields.Raw(), required=True)


_SCAN, _SYNC, _QUEUE = ScanShape(), SyncShape(), QueueShape()


class ScanRefused(ValidationRefused):
    """One scan of a request has a shape that cannot be read; ``scan`` is its key, or its place from 1."""

    def __init__(self, message: str, *, scan: str, **kw: Any) -> None:
        super().__init__(message, **kw)
        self.scan = scan

    def as_dict(self) -> dict[str, Any]:
        return super().as_dict() | {"scan": self.scan}


def read_sync(body: bytes, owner: str, now: datetime) -> tuple[list[ScanIn], int | None]:
    """The scans of a request, and by how many milliseconds the device's clock is off, if that is worth telling.

    ValidationRefused, or ScanRefused which names the scan.
    """
    data = _whole(_SYNC, body)
    sent_at: datetime = data["sent_at"]
    if len(data["scans"]) > MOST_SCANS:
        raise ValidationRefused(f"{len(data['scans']):,} scans came at once; send at most {MOST_SCANS}.", field="scans")
    off = off_by_ms(now, sent_at)
    scans = []
    for place, each in enumerate(data["scans"], 1):
        said = _scan(each, place)
        at = occurred_at(now, said["scanned_at"], age_ms=said["age_ms"], offset_ms=said["offset_ms"], sent_at=sent_at)
        scans.append(_made(said, data["device"], owner, at, off))
    return scans, off


def read_queue(body: bytes, owner: str, now: datetime) -> list[ScanIn]:
    """The scans of an exported queue; *owner* where the file does not say who scanned. Refuses as `read_sync`."""
    data = _whole(_QUEUE, body)
    if len(data["scans"]) > MOST_IN_A_FILE:
        raise ValidationRefused(
            f"The file has {len(data['scans']):,} scans; at most {MOST_IN_A_FILE:,} are taken at once.", field="scans"
        )
    scans = []
    for place, each in enumerate(data["scans"], 1):
        said = _scan(each, place)
        at = occurred_at(now, said["scanned_at"], offset_ms=said["offset_ms"])
        scans.append(_made(said, data["device"], said["owner"] or owner, at, None))
    return scans


def _whole(shape: Schema, body: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise ValidationRefused("What was sent is not JSON.") from None
    try:
        found: dict[str, Any] = shape.load(data)
    except ValidationError as error:
        field, problem = _first(error.messages)
        raise ValidationRefused(f"{field or 'What was sent'} {problem}.", field=field) from None
    return found


def _scan(given: Any, place: int) -> dict[str, Any]:
    try:
        found: dict[str, Any] = _SCAN.load(given)
    except ValidationError as error:
        key = given.get("key") if isinstance(given, Mapping) else None
        named = key[:64] if isinstance(key, str) and key else str(place)
        field, problem = _first(error.messages)
        raise ScanRefused(f"Scan {place}: {field or 'it'} {problem}.", scan=named, row=place, field=field) from None
    return found


def _first(messages: Any) -> tuple[str | None, str]:
    """The first field that is wrong, and what is wrong with it."""
    field = None
    while isinstance(messages, dict) and messages:
        key, messages = next(iter(messages.items()))
        field = field if key == "_schema" else str(key)
    problem = str(messages[0] if isinstance(messages, list) and messages else messages)
    return field, WORDS.get(problem, problem.rstrip("."))


def _made(said: Mapping[str, Any], device: str, owner: str, at: datetime, off: int | None) -> ScanIn:
    return ScanIn(
        key=said["key"],
        number=said["number"],
        text=said["text"] or "",
        device=device,
        owner=owner,
        action=said["action"],
        event=said["event"],
        details=said["details"] or {},
        undoes=said["undoes"],
        list=said["list"],
        scanned_at=said["scanned_at"],
        offset_ms=said["offset_ms"],
        occurred_at=at,
        clock_off_ms=off,
    )
