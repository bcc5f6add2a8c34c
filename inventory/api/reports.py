"""The reports: the same figures as on page and terminal, and the machines behind each."""

from typing import Any

from flask import Flask, Response, request
from marshmallow import Schema, fields, validate

from inventory.api._base import MOST_ROWS, Strict, answer, endpoints, links, register, requires, session, settings
from inventory.lifecycle.fields import Words
from inventory.lifecycle.queries import lines_of
from inventory.register.kinds import KINDS
from inventory.register.rows import rows_of
from inventory.reports._base import members_of, reports, run
from inventory.reports._files import FORMATS, format_of
from inventory.reports._query import GROUPS, read_query
from inventory.reports._render import to_dict
from inventory.reports._words import About, address_of

group = endpoints("reports", "Figures, and the machines behind them")


class QuestionSchema(Strict):
    """What is asked. Days are in the institution's time zone, both ends included."""

    start = Words(10, data_key="from", metadata={"description": "First day of the period, as 2016-08-01."})
    to = Words(10, metadata={"description": "Last day of the period."})
    as_at = Words(40, metadata={"description": "What was recorded by this day or moment; everything if left out."})
    year = Words(
        11, metadata={"description": "Instead of two days: 2016/17 academic, FY2016/17 financial, CY2016 calendar."}
    )
    department = Words(64, metadata={"description": "Code; all below it count with it. '-': not known."})
    kind = fields.List(fields.String(validate=validate.OneOf(list(KINDS))))
    partner = Words(255, metadata={"description": "Name or id of a partner: only what that partner received."})
    contractor = Words(255, metadata={"description": "Name or id of a waste contractor: only what went there."})
    factors = fields.List(
        Words(80), metadata={"description": "Keys of sets of factors to use whatever newer ones there are."}
    )
    group = fields.String(validate=validate.OneOf(list(GROUPS)), metadata={"description": "By default computer."})


class ReportQuestionSchema(QuestionSchema):
    """What is asked, and the kind of file to answer with."""

    format = fields.String(
        validate=validate.OneOf(["json", *FORMATS]),
        metadata={"description": "By default what the header Accept prefers, else json."},
    )


class MembersQuestionSchema(QuestionSchema):
    """What is asked, and which page of the machines."""

    after = Words(100, metadata={"description": "Where the page begins: `next` of the one before."})
    size = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ROWS))


class ColumnSchema(Schema):
    """A column: its key in the rows, its label, and its unit, empty for words."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    unit = fields.String(required=True)


class FactorSetSchema(Schema):
    """A set of factors that figures rest on."""

    key = fields.String(required=True)
    title = fields.String(required=True)
    version = fields.String(required=True)
    source = fields.String(required=True)
    licence = fields.String(required=True)
    published = fields.String(required=True)
    notice = fields.String(required=True)


class ReportSchema(Schema):
    """A report. A counted cell of a row is ``{"value": number, "cell": name}``; the name opens its machines."""

    report = fields.String(required=True)
    title = fields.String(required=True)
    definition = fields.String(required=True)
    rules_version = fields.Integer(required=True)
    period = fields.String(required=True)
    as_at = fields.String(required=True)
    scope = fields.String(required=True)
    query = fields.Dict(required=True)
    columns = fields.List(fields.Nested(ColumnSchema), required=True)
    rows = fields.List(fields.Dict(), required=True)
    notes = fields.List(fields.String(), required=True)
    factors = fields.List(fields.Nested(FactorSetSchema), required=True)


class ReportNameSchema(Schema):
    """A report there is."""

    key = fields.String(required=True)
    title = fields.String(required=True)
    definition = fields.String(required=True)


class ReportsSchema(Schema):
    """Every report."""

    reports = fields.List(fields.Nested(ReportNameSchema), required=True)


class MemberSchema(Schema):
    """A machine behind a figure, and the ledger line that made it count (none where its status did)."""

    tag = fields.String(required=True)
    kind = fields.String(required=True)
    manufacturer = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    status = fields.String(required=True)
    department = fields.String(required=True, allow_none=True)
    event = fields.String(required=True, allow_none=True)
    event_key = fields.String(required=True, allow_none=True)
    occurred_at = fields.String(required=True, allow_none=True)
    recorded_at = fields.String(required=True, allow_none=True)


class MembersSchema(Schema):
    """A page of the machines behind a figure; ``total`` is the figure."""

    machines = fields.List(fields.Nested(MemberSchema), required=True)
    total = fields.Integer(required=True)
    next = fields.String(required=True, allow_none=True)


_FILES = {each.media: {"schema": {"type": "string", "format": "binary"}} for each in FORMATS.values()}


def _asked(question: dict[str, Any]) -> Any:
    return read_query({"from": question.get("start")} | question, settings())


@group.get("/reports")
@requires("view")
@group.response(200, ReportsSchema)
def listing() -> Response:
    """List the reports"""
    told = [{"key": each.key, "title": each.title, "definition": each.definition} for each in reports().values()]
    return answer({"reports": told})


@group.get("/reports/<name>")
@requires("view")
@group.arguments(ReportQuestionSchema, location="query")
@group.response(200, ReportSchema)
@group.also(responses={200: {"content": _FILES}})
def show(question: dict[str, Any], name: str) -> Response:
    """Read a report, as JSON or as a file"""
    chosen = question.get("format") or _preferred()
    report = run(name, session(), _asked(question), settings())
    if chosen == "json":
        found = answer(to_dict(report))
    else:
        form = format_of(chosen)
        again = address_of(settings().public_url.strip() or request.url_root, report)
        content = form.write(report, About(settings().institution, settings().zone, again))
        named = {"Content-Disposition": f'attachment; filename="{report.key}.{form.key}"'}
        found = Response(content, headers=named, mimetype=form.media)
    found.headers["Vary"] = "Accept"
    return found


def _preferred() -> str:
    """The format that the header Accept likes best; json where it likes all alike."""
    kinds = {"application/json": "json"} | {each.media: each.key for each in FORMATS.values()}
    return kinds[request.accept_mimetypes.best_match(list(kinds), "application/json")]


@group.get("/reports/<name>/machines/<cell>")
@requires("view")
@group.arguments(MembersQuestionSchema, location="query")
@group.response(200, MembersSchema)
def machines(question: dict[str, Any], name: str, cell: str) -> Response:
    """List the machines behind a figure"""
    query = _asked(question)
    page = members_of(name, cell, session(), query, settings(), question.get("after", ""), question["size"])
    rows = {row.id: row for row in rows_of(session(), sorted({number for number, _ in page.rows}))}
    known = lines_of(session(), [key for _, key in page.rows if key])
    told = []
    for number, key in page.rows:
        row, line = rows[number], known.get(key or "")
        told.append(
            {
                "tag": row.tag,
                "kind": row.kind,
                "manufacturer": row.manufacturer,
                "model": row.model,
                "status": row.status,
                "department": row.department_code,
                "event": line.kind if line else None,
                "event_key": line.key if line else None,
                "occurred_at": line.occurred_at.isoformat() if line else None,
                "recorded_at": line.recorded_at.isoformat() if line else None,
            }
        )
    following = links(query.to_args() | {"size": question["size"]}, page.next)
    return answer({"machines": told, "total": page.total, "next": page.next}, headers=following)


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
