"""The kinds of event, read from their table: where from, where to, who may, and what the details say."""

from functools import cache
from typing import Any

from flask import Flask, Response
from marshmallow import Schema, fields

from inventory.api._base import answer, endpoints, register, requires
from inventory.api._openapi import details_schema
from inventory.lifecycle.event_types import EVENT_TYPES, NEW, EventType
from inventory.register.statuses import STATUSES

group = endpoints("event_types", "The kinds of event")


class EventTypeSchema(Schema):
    """A kind of event. ``from`` holds statuses, and (new) where it may open a record."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    verb = fields.String(required=True)
    comes_from = fields.List(fields.String(), required=True, data_key="from")
    leads_to = fields.String(
        required=True,
        allow_none=True,
        data_key="to",
        metadata={"description": "A status, or same; null where it depends on the history or the details."},
    )
    to_text = fields.String(required=True, metadata={"description": "The same in words."})
    permission = fields.String(required=True)
    counts_as = fields.String(required=True)
    guards = fields.List(fields.String(), required=True)
    details = fields.Dict(required=True, metadata={"description": "JSON Schema of its details."})


class EventTypesSchema(Schema):
    """Every kind of event, in the order of the table."""

    event_types = fields.List(fields.Nested(EventTypeSchema), required=True)


@cache
def _told(row: EventType) -> dict[str, Any]:
    return {
        "key": row.key,
        "label": row.label,
        "verb": row.verb,
        "from": [each for each in (NEW, *STATUSES) if each in row.allowed_from],
        "to": row.leads_to if isinstance(row.leads_to, str) else None,
        "to_text": row.target_text(),
        "permission": row.permission,
        "counts_as": row.counts_as,
        "guards": list(row.guards),
        "details": details_schema(row),
    }


@group.get("/event-types")
@requires("view")
@group.response(200, EventTypesSchema)
def listing() -> Response:
    """List the kinds of event"""
    return answer({"event_types": [_told(row) for row in EVENT_TYPES.values()]})


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
