"""Published statements: which there are, one with everything that was frozen, and publishing."""

from typing import Any

from flask import Flask, Response
from marshmallow import Schema, fields, validate

from inventory.api._base import (
    MOST_ROWS,
    KeyHeader,
    Strict,
    Text,
    answer,
    endpoints,
    key_from,
    recorder,
    register,
    requires,
    session,
    settings,
)
from inventory.api.reports import QuestionSchema
from inventory.db import write
from inventory.publishing import service
from inventory.publishing.checking import check
from inventory.publishing.frozen import figures_of
from inventory.publishing.models import Statement
from inventory.publishing.queries import beside, statements
from inventory.publishing.service import LONGEST, Ask, find_statement
from inventory.publishing.today import today
from inventory.reports._query import read_query

group = endpoints("statements", "Figures as they were published")
_LARGEST = 2**31 - 1


class StatementsQuery(Strict):
    before = fields.Integer(
        validate=validate.Range(1, _LARGEST), metadata={"description": "The “next” of the page before."}
    )
    size = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ROWS))


class PublishSchema(Strict):
    """A report and its question; or, with ``restates`` and ``reason``, today's answer to an old question."""

    key = Text(LONGEST["key"], metadata={"description": "The client's own; the same request twice is one statement."})
    report = Text(40, load_default="")
    query = fields.Nested(QuestionSchema, load_default=dict)
    title = Text(LONGEST["title"], load_default="")
    note = Text(LONGEST["note"], load_default="")
    headline = Text(200, load_default="", metadata={"description": "Name of the figure that stands large."})
    public = fields.Boolean(load_default=False)
    restates = Text(32, load_default="", metadata={"description": "Id of a statement."})
    reason = Text(LONGEST["reason"], load_default="")


class StatementSchema(Schema):
    """A statement. ``sha256`` is that of ``content`` in its canonical form: sorted UTF-8 JSON without spaces."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    report = fields.String(required=True)
    period = fields.String(required=True)
    as_at = fields.String(required=True)
    published_at = fields.String(required=True)
    headline = fields.Dict(required=True, allow_none=True)
    public = fields.Boolean(required=True)
    withdrawn_at = fields.String(required=True, allow_none=True)
    withdrawn_because = fields.String(required=True, allow_none=True)
    restates = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    restated_by = fields.String(required=True, allow_none=True)
    sha256 = fields.String(required=True)
    content = fields.Dict(metadata={"description": "Everything that was frozen; of one statement only."})


class StatementsSchema(Schema):
    statements = fields.List(fields.Nested(StatementSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class CheckSchema(Schema):
    """Whether a statement derives again, in words and part by part."""

    holds = fields.Boolean(required=True)
    intact = fields.Boolean(required=True)
    ledger_fits = fields.Boolean(required=True)
    sentences = fields.List(fields.String(), required=True)
    differs = fields.List(fields.Dict(), required=True)


class TodaySchema(Schema):
    """The figures that are another today: ``figure``, ``published``, ``today``."""

    as_at = fields.String(required=True)
    differences = fields.List(fields.Dict(), required=True)


def _told(statement: Statement, restated_by: Statement | None) -> dict[str, Any]:
    content = statement.content
    large = figures_of(content["report"]).get(content["headline"] or "")
    ended = statement.withdrawn_at
    return {
        "id": statement.uid,
        "title": content["title"],
        "report": content["report"]["report"],
        "period": content["report"]["period"],
        "as_at": statement.as_at.isoformat(),
        "published_at": statement.published_at.isoformat(),
        "headline": {"figure": large.name, "value": large.value, "unit": large.unit} if large else None,
        "public": statement.public,
        "withdrawn_at": ended.isoformat() if ended else None,
        "withdrawn_because": statement.withdrawn_because,
        "restates": content["restates"],
        "reason": content["reason"],
        "restated_by": restated_by.uid if restated_by else None,
        "sha256": statement.digest,
    }


def _differences(found: Any, then: str, now: str) -> list[dict[str, Any]]:
    return [
        {
            "figure": each.figure.name,
            then: each.then.value if each.then else None,
            now: each.now.value if each.now else None,
        }
        for each in found
    ]


@group.get("/statements")
@requires("view")
@group.arguments(StatementsQuery, location="query")
@group.response(200, StatementsSchema)
def listing(query: dict[str, Any]) -> Response:
    """List the statements, newest first"""
    found = statements(session(), query["size"], before=query.get("before"))
    told = [_told(row.statement, row.restated_by) for row in found.rows]
    address = f"/api/v1/statements?size={query['size']}&before={found.next}"
    following = {"Link": f'<{address}>; rel="next"'} if found.next else {}
    return answer({"statements": told, "next": found.next}, headers=following)


@group.get("/statements/<uid>")
@requires("view")
@group.response(200, StatementSchema)
def show(uid: str) -> Response:
    """Read a statement"""
    statement = find_statement(session(), uid)
    return answer(_told(statement, beside(session(), statement).restated_by) | {"content": statement.content})


@group.get("/statements/<uid>/check")
@requires("view")
@group.response(200, CheckSchema)
def checked(uid: str) -> Response:
    """Derive a statement again"""
    found = check(session(), find_statement(session(), uid), settings())
    return answer(
        {
            "holds": found.holds,
            "intact": found.intact,
            "ledger_fits": found.ledger_fits,
            "sentences": found.sentences,
            "differs": _differences(found.differs, "published", "derived"),
        }
    )


@group.get("/statements/<uid>/today")
@requires("view")
@group.response(200, TodaySchema)
def as_of_today(uid: str) -> Response:
    """Ask a statement's question again"""
    found = today(session(), find_statement(session(), uid), settings())
    told = _differences(found.differences, "published", "today")
    return answer({"as_at": found.report.as_at.isoformat(), "differences": told})


@group.post("/statements")
@requires("publish")
@group.arguments(PublishSchema)
@group.arguments(KeyHeader, location="headers")
@group.response(201, StatementSchema)
@group.alt_response(200, schema=StatementSchema, description="The same request came before.")
def publish(body: dict[str, Any], header: dict[str, Any]) -> Response:
    """Publish a report, or restate a statement"""
    asked = body.pop("query")
    query = read_query({"from": asked.get("start")} | asked, settings())
    ask, who = Ask(**body | {"key": key_from(header, body.get("key")) or "", "query": query}), recorder()
    draft = service.prepare(session(), ask, who)
    statement = write(session(), lambda db: service.publish(db, draft, who))
    told = _told(statement, None) | {"content": statement.content}
    return answer(told, 200 if draft.known else 201)


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
