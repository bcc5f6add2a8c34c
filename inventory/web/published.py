"""The public page: the published numbers, for everybody, if the officer switched it on."""

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.errors import NotFound
from inventory.publishing.files import to_json
from inventory.publishing.models import Statement
from inventory.publishing.queries import beside, statements
from inventory.publishing.service import find_statement
from inventory.publishing.switches import public_page
from inventory.web._figures import heading_rows
from inventory.web._shell import session
from inventory.web._statements import columns_of, headline_of, public, rows_of_report, summary

blueprint = Blueprint("web_published", __name__)
PAGE = 20


@blueprint.get("/published")
def index() -> AnyResponse:
    """The public statements, newest first."""
    if not public_page(session()).shown:
        return _off()
    before = request.args.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    found = statements(session(), PAGE, before=number, public_only=True)
    return public(
        "publishing/public.html",
        rows=[summary(row.statement, row.restated_by) for row in found.rows],
        older_href=url_for(".index", before=found.next) if found.next else None,
        newer_href=url_for(".index") if number else None,
    )


@blueprint.get("/published/<uid>")
def show(uid: str) -> AnyResponse:
    """One public statement: figures, definition, hash, and how to check it."""
    statement = _public(uid)
    if statement is None:
        return _off()
    told = statement.content["report"]
    return public(
        "publishing/public_statement.html",
        statement=statement,
        content=statement.content,
        report=told,
        headline=headline_of(statement),
        columns=columns_of(told),
        headings=heading_rows(told["report"]),
        rows=rows_of_report(told, linked=False),
        beside=beside(session(), statement, public_only=True),
    )


@blueprint.get("/published/<uid>.json")
def as_json(uid: str) -> AnyResponse:
    """The file that the hash is of."""
    statement = _public(uid)
    if statement is None:
        return _off()
    answered = Response(to_json(statement), mimetype="application/json")
    answered.headers["Content-Disposition"] = f'attachment; filename="statement-{statement.uid}.json"'
    answered.headers["Cache-Control"] = "public, max-age=300"
    return answered


def _public(uid: str) -> Statement | None:
    """The statement, if everybody may see it."""
    if not public_page(session()).shown:
        return None
    try:
        found = find_statement(session(), uid)
    except NotFound:
        return None
    return found if found.public else None


def _off() -> AnyResponse:
    # The same words whether the page is off or the statement unknown: what is not public is not told of.
    return public("publishing/nothing.html", status=404, seconds=0)
