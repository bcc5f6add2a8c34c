"""Events: the ledger of one machine, recording one or many, and correcting a line."""

from typing import Any, Final

from flask import Flask, Response
from marshmallow import Schema, fields, validate

from inventory.api._base import (
    KIBI,
    MOST_ROWS,
    KeyHeader,
    Strict,
    answer,
    endpoints,
    key_from,
    links,
    recorder,
    register,
    requires,
    session,
    settings,
)
from inventory.api._recording import (
    BatchInput,
    BatchResultsSchema,
    CorrectionInput,
    CorrectionResultsSchema,
    EventInput,
    ResultSchema,
    result_answer,
)
from inventory.api._shapes import LineSchema, event_dict
from inventory.db import write
from inventory.errors import NotFound
from inventory.lifecycle.lookup import lines_after
from inventory.lifecycle.requests import EventRequest, Result
from inventory.lifecycle.service import correct_event, record_event, record_events
from inventory.register.queries import resolve_one

group = endpoints("events", "The ledger: what happened to machines", body_limit=8 * KIBI * KIBI)
TAG: Final = {
    "name": "tag",
    "in": "path",
    "description": "Tag of the machine, in any form a scan gives.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 300},
}
KEY: Final = {
    "name": "key",
    "in": "path",
    "description": "Key of the line.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 80},
}


class LinesQuery(Strict):
    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 2**31 - 1),
        metadata={"description": "Number of the last line that is known."},
    )
    size = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ROWS))


class LinesSchema(Schema):
    """A page of a machine's ledger, oldest line first."""

    tag = fields.String(required=True)
    events = fields.List(fields.Nested(LineSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


@group.get("/assets/<path:tag>/events", parameters=[TAG])
@requires("view")
@group.arguments(LinesQuery, location="query")
@group.response(200, LinesSchema)
def lines(query: dict[str, Any], tag: str) -> Response:
    """Read the ledger of a machine

    Every line in the order in which it was recorded, corrections and voided lines included.
    """
    found = resolve_one(session(), tag, settings())
    size, zone = query["size"], settings().zone
    rows = lines_after(session(), found.asset_id or 0, query["after"], size + 1)
    following = rows[size - 1].line.sequence if len(rows) > size else None
    body = {"tag": found.tag, "events": [event_dict(each, zone) for each in rows[:size]], "next": following}
    return answer(body, headers=links(query, following))


@group.post("/assets/<path:tag>/events", parameters=[TAG])
@requires("view")
@group.arguments(EventInput)
@group.arguments(KeyHeader, location="headers")
@group.response(201, ResultSchema)
@group.alt_response(200, schema=ResultSchema, description="It was on record already", success=True)
def record(body: dict[str, Any], header: dict[str, Any], tag: str) -> Response:
    """Record one event

    The machine's look-up lists what is possible now; GET /event-types tells the details and the permission of each.
    """
    key = str(key_from(header, body.get("key")))
    asked = _request(body, key, _known(tag))
    who = recorder()
    return result_answer(write(session(), lambda db: record_event(db, asked, who)))


@group.post("/events")
@requires("view")
@group.arguments(BatchInput)
@group.response(200, BatchResultsSchema)
def batch(body: dict[str, Any]) -> Response:
    """Record many events

    At most 1,000, each with a key of its own. With all_or_none (the default) one refusal refuses all and the answer
    lists the refused rows; without, each event stands on its own and its result says what became of it.
    """
    asked = [_request(each, each["key"], each.get("tag")) for each in body["events"]]
    who = recorder()
    results = write(session(), lambda db: record_events(db, asked, who, all_or_none=body["all_or_none"]))
    counts = {name: sum(each.outcome == name for each in results) for name in ("recorded", "already", "refused")}
    return answer(counts | {"results": [_row(each, number) for number, each in enumerate(results, 1)]})


@group.post("/assets/<path:tag>/events/<path:key>/correction", parameters=[TAG, KEY])
@requires("correct")
@group.arguments(CorrectionInput)
@group.arguments(KeyHeader, location="headers")
@group.response(201, CorrectionResultsSchema)
@group.alt_response(200, schema=CorrectionResultsSchema, description="It was on record already", success=True)
def correct(body: dict[str, Any], header: dict[str, Any], tag: str, key: str) -> Response:
    """Correct a line

    The line stays and counts no more. A replacement takes its place in the history; without a key of its own it bears
    the correction's with “-r” behind it.
    """
    own = str(key_from(header, body.get("key")))
    told = body.get("replacement")
    replacement = _request(told, told.get("key") or f"{own}-r", None) if told else None
    who, machine, voided = recorder(), _known(tag), _known(key)
    results = write(
        session(),
        lambda db: correct_event(
            db, tag=machine, voids=voided, reason=body["reason"], key=own, recorder=who, replacement=replacement
        ),
    )
    fresh = any(each.outcome == "recorded" for each in results)
    return answer({"results": [each.as_dict() for each in results]}, 201 if fresh else 200)


def _request(body: dict[str, Any], key: str, tag: str | None) -> EventRequest:
    return EventRequest(body["event"], key, tag, body.get("occurred_at"), body["details"])


def _known(text: str) -> str:
    """Part of an address; what no machine and no line can bear is not asked for."""
    if "\x00" in text or len(text) > 300:
        raise NotFound("No machine bears this.", field="tag")
    return text


def _row(result: Result, number: int) -> dict[str, Any]:
    shown = result.as_dict() | {"row": number}
    if "refusal" in shown:
        shown["refusal"] = shown["refusal"] | {"row": number}
    return shown


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
