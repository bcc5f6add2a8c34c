"""Statements: publishing a report, the list, one statement with its check and files, what is decided about it."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from inventory.accounts.models import Account
from inventory.db import write
from inventory.errors import InventoryError, ValidationRefused
from inventory.publishing import service
from inventory.publishing.checking import check
from inventory.publishing.files import to_csv, to_json
from inventory.publishing.frozen import figures_of, first_figure
from inventory.publishing.lasting import lasting
from inventory.publishing.queries import acts_of, beside, statements
from inventory.publishing.service import ACTS, Ask, find_statement
from inventory.publishing.switches import public_page, switch_public_page
from inventory.reports._base import report_type
from inventory.reports._render import to_dict
from inventory.web._figures import answer, as_at_words, asked, heading_rows, page_address, rows_shown
from inventory.web._recording import key_of
from inventory.web._shell import NavigationEntry, client_key, recorder, requires, session, settings
from inventory.web._statements import columns_of, headline_of, rows_of_report, summary

blueprint = Blueprint("web_publishing", __name__)
NAVIGATION = [
    NavigationEntry(
        "Statements", "web_publishing.index", "patch-check", 55, also=("web_restating", "web_screens", "web_published")
    )
]
_MOST_ROWS = 2**31 - 1


@blueprint.get("/statements")
@requires("view")
def index() -> str:
    """Every statement, newest first, and how the public page is switched."""
    before = request.args.get("before", "")
    if before and not (before.isascii() and before.isdigit() and int(before) <= _MOST_ROWS):
        raise ValidationRefused("This page of the list cannot be found; start again from the first.", field="before")
    found = statements(session(), settings().page_size, before=int(before) if before else None)
    return render_template(
        "publishing/index.html",
        rows=[summary(row.statement, row.restated_by) | {"by": row.by} for row in found.rows],
        older_href=url_for(".index", before=found.next) if found.next else None,
        newer_href=url_for(".index") if before else None,
        switch=public_page(session()),
    )


@blueprint.route("/reports/<key>/publish", methods=["GET", "POST"])
@requires("publish")
def publish(key: str) -> AnyResponse:
    """Ask what is to be frozen, and freeze it."""
    query, refusal = asked(), None
    report_type(key)
    values = request.form.to_dict()
    if request.method == "POST":
        try:
            ask = Ask(
                key_of(values),
                key,
                query,
                values.get("title", ""),
                values.get("note", ""),
                values.get("headline", ""),
                bool(values.get("public")),
            )
            return redirect(url_for(".show", uid=_publish(ask)), 303)
        except InventoryError as error:
            session().rollback()
            refusal = error
    report = lasting(answer(key, query))
    told = to_dict(report)
    page = render_template(
        "publishing/publish.html",
        report=report,
        as_at=as_at_words(report.as_at, query),
        columns=columns_of(told),
        rows=rows_shown(report, query),
        headings=heading_rows(key),
        figures=[(each.name, each.label) for each in figures_of(told).values()],
        values={"key": client_key(), "title": report.title, "headline": first_figure(told)} | values,
        refusal=refusal,
        action=url_for(".publish", key=key, **query.to_args()),
        back=page_address("web_reports.show", query, key=key),
        pinned=query.as_at is not None,
        switch=public_page(session()),
    )
    return Response(page, refusal.status if refusal else 200)


def _publish(ask: Ask) -> str:
    """Publish in two steps: the figures are worked out while others record, then frozen."""
    who = recorder()
    draft = service.prepare(session(), ask, who)
    statement = write(session(), lambda db: service.publish(db, draft, who))
    flash("Published. The figures below are frozen.", "success")
    return statement.uid


@blueprint.get("/statements/<uid>")
@requires("view")
def show(uid: str) -> str:
    """One statement; with `check` in the address it is worked out again."""
    statement = find_statement(session(), uid)
    told = statement.content["report"]
    found = beside(session(), statement)
    return render_template(
        "publishing/statement.html",
        statement=statement,
        content=statement.content,
        report=told,
        headline=headline_of(statement),
        columns=columns_of(told),
        headings=heading_rows(told["report"]),
        rows=rows_of_report(told, linked=True),
        beside=found,
        by=session().scalar(select(Account.display_name).where(Account.id == statement.account_id)),
        acts=[(ACTS[act], who, at) for act, who, at in acts_of(session(), statement)],
        check=check(session(), statement, settings()) if "check" in request.args else None,
        switch=public_page(session()),
    )


@blueprint.get("/statements/<uid>.json")
@requires("view")
def as_json(uid: str) -> AnyResponse:
    """The file that the hash is of."""
    return file_of(to_json(find_statement(session(), uid)), "application/json", f"statement-{uid}.json")


@blueprint.get("/statements/<uid>.csv")
@requires("view")
def as_csv(uid: str) -> AnyResponse:
    """The table as published."""
    return file_of(to_csv(find_statement(session(), uid)).encode(), "text/csv", f"statement-{uid}.csv")


def file_of(content: bytes, mimetype: str, name: str) -> Response:
    """A file to save."""
    answered = Response(content, mimetype=mimetype)
    answered.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answered


@blueprint.post("/statements/<uid>/public")
@requires("publish")
def set_public(uid: str) -> AnyResponse:
    """Put a statement on the public page, or take it off."""
    shown, who = bool(request.form.get("shown")), recorder()
    write(session(), lambda db: service.show(db, uid, shown, who))
    return redirect(url_for(".show", uid=uid), 303)


@blueprint.post("/statements/<uid>/withdraw")
@requires("publish")
def withdraw(uid: str) -> AnyResponse:
    """Declare that a statement should not be relied on."""
    reason, who = request.form.get("reason", ""), recorder()
    write(session(), lambda db: service.withdraw(db, uid, reason, who))
    return redirect(url_for(".show", uid=uid), 303)


@blueprint.post("/statements/public-page")
@requires("publish")
def switch() -> AnyResponse:
    """Switch the public page on or off."""
    shown, who = bool(request.form.get("shown")), recorder()
    write(session(), lambda db: switch_public_page(db, shown, who))
    flash(f"The public page is {'on' if shown else 'off'}.", "success")
    return redirect(url_for(".index"), 303)
