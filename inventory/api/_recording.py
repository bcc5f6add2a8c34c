"""What the endpoints that record share: the shapes that are read, and results as answers."""

from typing import Any, Final

from flask import Response
from marshmallow import Schema, fields, validate

from inventory.api._base import Strict, Text, answer
from inventory.api._openapi import RefusalSchema
from inventory.api._shapes import When
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES
from inventory.lifecycle.fields import Choice
from inventory.lifecycle.requests import Result

MOST_EVENTS: Final = 1_000
"""Events in one batch."""
_KEY: Final = "A key of the client's own, printable ASCII; sent again with the same content, it is harmless."
KEY_PATTERN: Final = r"^[ -~]+$"


def _key(**kw: Any) -> Text:
    return Text(80, pattern=KEY_PATTERN, metadata={"description": _KEY}, **kw)


def _occurred_at() -> When:
    words = "A day, or a moment with its time zone; left out: now."
    return When(allow_none=True, metadata={"description": words, "examples": ["2026-11-23"]})


class EventInput(Strict):
    """One event of one machine. ``details`` depend on the event: GET /event-types."""

    event = Choice(EVENT_TYPES.keys() - {CORRECTION}, required=True)
    key = _key()
    occurred_at = _occurred_at()
    details = fields.Dict(load_default=dict)


class OpeningInput(Strict):
    """The first event of a machine. Without a tag in the details, the register gives the next one."""

    event = Choice([row.key for row in EVENT_TYPES.values() if row.opens], required=True)
    key = _key()
    occurred_at = _occurred_at()
    details = fields.Dict(load_default=dict)


class BatchEventInput(EventInput):
    """One event of a batch. Without “tag” it opens a record."""

    key = _key(required=True)
    tag = Text(300)


class BatchInput(Strict):
    """Many events, recorded in their order."""

    events = fields.List(
        fields.Nested(BatchEventInput),
        required=True,
        validate=validate.Length(1, MOST_EVENTS, error=f"has too few or too many rows; send 1 to {MOST_EVENTS:,}"),
    )
    all_or_none = fields.Boolean(
        load_default=True,
        truthy={True},
        falsy={False},
        metadata={"description": "True: one refusal refuses all. False: each event on its own."},
    )


class CorrectionInput(Strict):
    """Why a line is voided, and the event that takes its place, if any."""

    reason = Text(500, required=True)
    key = _key()
    replacement = fields.Nested(EventInput, allow_none=True)


class ResultSchema(Schema):
    """What became of one event."""

    outcome = fields.String(required=True, metadata={"enum": ["recorded", "already"]})
    key = fields.String(required=True)
    tag = fields.String(required=True)
    status = fields.String(required=True, metadata={"description": "Status of the machine now."})
    sequence = fields.Integer(required=True, metadata={"description": "Number of the line in the machine's ledger."})


class BatchResultSchema(Schema):
    """What became of one event of a batch."""

    outcome = fields.String(required=True, metadata={"enum": ["recorded", "already", "refused"]})
    key = fields.String(required=True)
    tag = fields.String(required=True)
    status = fields.String()
    sequence = fields.Integer()
    row = fields.Integer(required=True, metadata={"description": "Counted from 1."})
    refusal = fields.Nested(RefusalSchema)


class BatchResultsSchema(Schema):
    """What became of a batch, in the order of its events."""

    recorded = fields.Integer(required=True)
    already = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    results = fields.List(fields.Nested(BatchResultSchema), required=True)


class CorrectionResultsSchema(Schema):
    """What became of the correction, and of the replacement if there is one."""

    results = fields.List(fields.Nested(ResultSchema), required=True)


def result_answer(result: Result, headers: dict[str, str] | None = None) -> Response:
    """201 when the event was recorded, 200 when it was on record already."""
    return answer(result.as_dict(), 201 if result.outcome == "recorded" else 200, headers)
