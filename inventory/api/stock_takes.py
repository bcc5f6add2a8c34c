"""Counts, for programs that read: which there are, how far they have come, and their machines by group."""

from typing import Any

from flask import Flask, Response
from marshmallow import Schema, fields, validate

from inventory.api._base import MOST_ROWS, Strict, Text, answer, endpoints, links, register, requires, session
from inventory.stocktaking import queries
from inventory.stocktaking.queries import Counted, Numbers
from inventory.stocktaking.rules import FOUND, MISSING, STATES, UNEXPECTED
from inventory.stocktaking.service import find_take

group = endpoints("stock-takes", "Counts of rooms and lists, and what they found")
_LARGEST = 2**31 - 1


class TakesQuery(Strict):
    state = fields.String(validate=validate.OneOf(list(STATES)))
    before = fields.Integer(
        validate=validate.Range(1, _LARGEST), metadata={"description": "The “next” of the page before."}
    )
    size = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ROWS))


class TakeMachinesQuery(Strict):
    group = fields.String(required=True, validate=validate.OneOf([FOUND, MISSING, UNEXPECTED]))
    after = Text(300, metadata={"description": "The “next” of the page before."})
    size = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ROWS))


class TakeSchema(Schema):
    """A count. Expected is found and missing together; ``unknown_tags`` led to no machine and wait."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    purpose = fields.String(required=True)
    scope = fields.String(required=True)
    state = fields.String(required=True)
    place = fields.String(required=True, allow_none=True)
    started_at = fields.String(required=True)
    started_by = fields.String(required=True)
    ended_at = fields.String(required=True, allow_none=True)
    expected = fields.Integer(required=True)
    found = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    unexpected = fields.Integer(required=True)
    unknown_tags = fields.Integer(required=True)


class TakesSchema(Schema):
    stock_takes = fields.List(fields.Nested(TakeSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class TakeMachineSchema(Schema):
    """A machine of a count. ``place`` is where the register had it, ``seen_place`` where it was counted (codes)."""

    tag = fields.String(required=True)
    kind = fields.String(required=True)
    manufacturer = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, metadata={"description": "Its present status."})
    status_then = fields.String(required=True)
    place = fields.String(required=True, allow_none=True)
    seen_at = fields.String(required=True, allow_none=True)
    seen_place = fields.String(required=True, allow_none=True)
    decision = fields.String(required=True, allow_none=True)
    event = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True, metadata={"description": "recorded or refused."})
    refusal = fields.String(required=True, allow_none=True)


class TakeMachinesSchema(Schema):
    machines = fields.List(fields.Nested(TakeMachineSchema), required=True)
    total = fields.Integer(required=True)
    next = fields.String(required=True, allow_none=True)


def _told(take: Any, by: str, numbers: Numbers) -> dict[str, Any]:
    return {
        "code": take.code,
        "name": take.name,
        "purpose": take.purpose,
        "scope": take.scope_words,
        "state": take.state,
        "place": take.place,
        "started_at": take.started_at.isoformat(),
        "started_by": by,
        "ended_at": take.ended_at.isoformat() if take.ended_at else None,
        "expected": numbers.expected,
        "found": numbers.found,
        "missing": numbers.missing,
        "unexpected": numbers.unexpected,
        "unknown_tags": numbers.unknown,
    }


@group.get("/stock-takes")
@requires("view")
@group.arguments(TakesQuery, location="query")
@group.response(200, TakesSchema)
def listing(query: dict[str, Any]) -> Response:
    """List counts, newest first"""
    page = queries.list_takes(session(), query["size"], state=query.get("state", ""), before=query.get("before"))
    told = [_told(row.take, row.by, row.numbers) for row in page.rows]
    link = {"Link": f'<{_next(query, page.next)}>; rel="next"'} if page.next else {}
    return answer({"stock_takes": told, "next": page.next}, headers=link)


def _next(query: dict[str, Any], before: str) -> str:
    state = f"&state={query['state']}" if query.get("state") else ""
    return f"/api/v1/stock-takes?before={before}&size={query['size']}{state}"


@group.get("/stock-takes/<code>")
@requires("view")
@group.response(200, TakeSchema)
def show(code: str) -> Response:
    """Read a count"""
    take = find_take(session(), code)
    by = queries.people(session(), {take.account_id})[take.account_id]
    return answer(_told(take, by, queries.numbers_of(session(), take)))


@group.get("/stock-takes/<code>/machines")
@requires("view")
@group.arguments(TakeMachinesQuery, location="query")
@group.response(200, TakeMachinesSchema)
def machines(query: dict[str, Any], code: str) -> Response:
    """List the found, missing or unexpected machines of a count"""
    take = find_take(session(), code)
    page = queries.machines_of(session(), take, query["group"], query["size"], after=query.get("after"))
    total = getattr(queries.numbers_of(session(), take), query["group"])
    body = {"machines": [_machine(each) for each in page.rows], "total": total, "next": page.next}
    return answer(body, headers=links(query, page.next))


def _machine(each: Counted) -> dict[str, Any]:
    kept, asset = each.machine, each.asset
    return {
        "tag": asset.tag,
        "kind": asset.kind,
        "manufacturer": asset.manufacturer,
        "model": asset.model,
        "status": asset.status,
        "status_then": kept.status,
        "place": kept.place,
        "seen_at": kept.seen_at.isoformat() if kept.seen_at else None,
        "seen_place": kept.seen_place,
        "decision": kept.decision,
        "event": kept.event,
        "outcome": kept.outcome,
        "refusal": kept.refusal,
    }


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
