"""Requests for machines that are used again: the list, one with its machines, and opening, changing, ending them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from flask import Flask, Response, url_for
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from inventory.api._base import (
    MOST_ROWS,
    KeyHeader,
    Strict,
    Text,
    answer,
    endpoints,
    key_from,
    links,
    permissions,
    recorder,
    register,
    requires,
    session,
)
from inventory.api._recording import KEY_PATTERN
from inventory.db import write
from inventory.lifecycle.fields import Choice
from inventory.reuse import queries, service
from inventory.reuse.models import ReuseRequest
from inventory.reuse.rules import STATES
from inventory.reuse.schemas import ERASABLE, WANTABLE, Wanted

group = endpoints("requests", "Requests for machines that are used again, and what serves them")
_LARGEST: Final = 2**31 - 1
_SEES_TEXTS: Final = frozenset({"request", "release"})
"""Contact and note are for those who take requests or hand machines over."""


class RequestsQuery(Strict):
    state = fields.String(validate=validate.OneOf(list(STATES)))
    kind = Choice(WANTABLE)
    q = Text(120, metadata={"description": "Part of the asker's name or of the request's."})
    after = Text(300, metadata={"description": "The “next” of the page before."})
    before = Text(300, metadata={"description": "The “previous” of the page after."})
    size = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ROWS))


class RequestMachinesQuery(Strict):
    after = fields.Integer(load_default=0, validate=validate.Range(0, _LARGEST))
    size = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ROWS))


def _key() -> Text:
    return Text(80, pattern=KEY_PATTERN, metadata={"description": "A key of the client's own."})


class RequestInput(Wanted):
    """What is asked for: by one department (code) or one partner (id), any of some kinds, so many, by a day."""

    key = _key()


class RequestEndInput(Strict):
    """Why it ends; a withdrawal needs a reason."""

    key = _key()
    reason = Text(500, load_default="")


class RequestEraseInput(Strict):
    key = _key()


class RequestSchema(Schema):
    """A request. ``waiting`` machines are neither promised nor handed over; 0 once it is closed or withdrawn."""

    request = fields.String(required=True, metadata={"description": "Its name, which reservations bear."})
    state = fields.String(required=True)
    asked_by = fields.String(required=True, metadata={"description": "Name of the department or partner."})
    department = fields.String(required=True, allow_none=True)
    partner = fields.String(required=True, allow_none=True)
    kinds = fields.List(fields.String(), required=True)
    number = fields.Integer(required=True)
    least = fields.String(required=True, allow_none=True)
    asked_on = fields.String(required=True)
    needed_by = fields.String(required=True, allow_none=True)
    contact = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    promised = fields.Integer(required=True)
    handed_over = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    opened_at = fields.String(required=True)
    ended_at = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class RequestListSchema(Schema):
    requests = fields.List(fields.Nested(RequestSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    previous = fields.String(required=True, allow_none=True)


class RequestMachineSchema(Schema):
    """A machine that serves a request: promised, or handed over by the event that ``how`` names."""

    tag = fields.String(required=True)
    kind = fields.String(required=True)
    manufacturer = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    status = fields.String(required=True)
    how = fields.String(required=True)
    at = fields.String(required=True)


class RequestMachinesSchema(Schema):
    machines = fields.List(fields.Nested(RequestMachineSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


def _told(row: queries.Row) -> dict[str, Any]:
    found, progress = row.request, row.progress
    sees = bool(permissions() & _SEES_TEXTS)
    return {
        "request": found.uid,
        "state": found.state,
        "asked_by": row.asker,
        "department": row.department,
        "partner": row.partner,
        "kinds": found.kinds,
        "number": found.number,
        "least": found.least,
        "asked_on": found.asked_on.isoformat(),
        "needed_by": found.needed_by.isoformat() if found.needed_by else None,
        **{name: getattr(found, name) if sees else None for name in ERASABLE},
        "promised": progress.promised,
        "handed_over": progress.handed_over,
        "waiting": progress.waiting if found.state == "open" else 0,
        "opened_at": found.opened_at.isoformat(),
        "ended_at": _moment(found.ended_at),
        "reason": found.reason,
    }


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


@group.get("/requests")
@requires("view")
@group.arguments(RequestsQuery, location="query")
@group.response(200, RequestListSchema)
def listing(query: dict[str, Any]) -> Response:
    """List requests, those asked first first"""
    page = queries.list_requests(session(), **query)
    body = {"requests": [_told(row) for row in page.rows], "next": page.next, "previous": page.previous}
    return answer(body, headers=links(query, page.next, page.previous))


@group.get("/requests/<uid>")
@requires("view")
@group.response(200, RequestSchema)
def one(uid: str) -> Response:
    """Read a request"""
    return answer(_told(queries.row_of(session(), service.find_request(session(), uid))))


@group.get("/requests/<uid>/machines")
@requires("view")
@group.arguments(RequestMachinesQuery, location="query")
@group.response(200, RequestMachinesSchema)
def machines(query: dict[str, Any], uid: str) -> Response:
    """List the machines that serve a request"""
    found = service.find_request(session(), uid)
    rows, following = queries.machines_of(session(), found, query["size"], query["after"])
    told = [
        {
            "tag": each.asset.tag,
            "kind": each.asset.kind,
            "manufacturer": each.asset.manufacturer,
            "model": each.asset.model,
            "status": each.asset.status,
            "how": each.how,
            "at": each.at.isoformat(),
        }
        for each in rows
    ]
    return answer({"machines": told, "next": following}, headers=links(query, following))


@group.post("/requests")
@requires("request")
@group.arguments(RequestInput)
@group.arguments(KeyHeader, location="headers")
@group.response(201, RequestSchema, headers={"Location": {"schema": {"type": "string"}}})
def opening(body: dict[str, Any], header: dict[str, Any]) -> Response:
    """Open a request"""
    key = str(key_from(header, body.pop("key", None)))
    who = recorder()
    found = write(session(), lambda db: service.open_request(db, key, body, who))
    return answer(
        _told(queries.row_of(session(), found)), 201, {"Location": url_for("api_requests.one", uid=found.uid)}
    )


def _changed(header: dict[str, Any], body: dict[str, Any], work: Callable[[Session, str], ReuseRequest]) -> Response:
    key = str(key_from(header, body.pop("key", None)))
    found = write(session(), lambda db: work(db, key))
    return answer(_told(queries.row_of(session(), found)))


@group.post("/requests/<uid>/change")
@requires("request")
@group.arguments(RequestInput)
@group.arguments(KeyHeader, location="headers")
@group.response(200, RequestSchema)
def change(body: dict[str, Any], header: dict[str, Any], uid: str) -> Response:
    """Change an open request

    The body is the whole of what it asks for from now on; what is left out is no longer said.
    """
    who = recorder()
    return _changed(header, body, lambda db, key: service.change_request(db, uid, key, body, who))


@group.post("/requests/<uid>/close")
@requires("request")
@group.arguments(RequestEndInput)
@group.arguments(KeyHeader, location="headers")
@group.response(200, RequestSchema)
def close(body: dict[str, Any], header: dict[str, Any], uid: str) -> Response:
    """Close a request"""
    who = recorder()
    return _changed(header, body, lambda db, key: service.close_request(db, uid, key, body["reason"], who))


@group.post("/requests/<uid>/withdraw")
@requires("request")
@group.arguments(RequestEndInput)
@group.arguments(KeyHeader, location="headers")
@group.response(200, RequestSchema)
def withdraw(body: dict[str, Any], header: dict[str, Any], uid: str) -> Response:
    """Withdraw a request"""
    who = recorder()
    return _changed(header, body, lambda db, key: service.withdraw_request(db, uid, key, body["reason"], who))


@group.post("/requests/<uid>/erase")
@requires("request")
@group.arguments(RequestEraseInput)
@group.arguments(KeyHeader, location="headers")
@group.response(200, RequestSchema)
def erase(body: dict[str, Any], header: dict[str, Any], uid: str) -> Response:
    """Erase contact and note for ever"""
    who = recorder()
    return _changed(header, body, lambda db, key: service.erase_texts(db, uid, key, who))


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
