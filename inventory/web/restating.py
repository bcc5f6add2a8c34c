"""What a published question answers today: figure by figure, line by line; and the restatement that says so."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.publishing import service
from inventory.publishing.frozen import Difference
from inventory.publishing.models import Statement
from inventory.publishing.queries import beside
from inventory.publishing.service import Ask, find_statement
from inventory.publishing.today import Today, lines_behind, today
from inventory.register.rows import rows_of
from inventory.web import _words as words
from inventory.web._figures import shown_number
from inventory.web._finding import what_it_is
from inventory.web._recording import key_of
from inventory.web._shell import client_key, recorder, requires, session, settings

blueprint = Blueprint("web_restating", __name__)


@blueprint.get("/statements/<uid>/today")
@requires("view")
def show(uid: str) -> AnyResponse:
    """Published and today, with the difference."""
    return _page(find_statement(session(), uid))


def _page(statement: Statement, refusal: InventoryError | None = None) -> AnyResponse:
    found = today(session(), statement, settings())
    page = render_template(
        "publishing/today.html",
        statement=statement,
        content=statement.content,
        now=found.report.as_at,
        rows=[_difference(statement, each) for each in found.differences],
        newer=found.newer,
        with_newer=[_difference(statement, each) for each in found.with_newer],
        beside=beside(session(), statement),
        values={"key": client_key()} | request.form.to_dict(),
        refusal=refusal,
    )
    return Response(page, refusal.status if refusal else 200)


def _difference(statement: Statement, each: Difference) -> dict[str, Any]:
    by = each.by
    return {
        "label": each.figure.label,
        "unit": each.figure.unit,
        "then": shown_number(each.then.value if each.then else None, each.figure.unit),
        "now": shown_number(each.now.value if each.now else None, each.figure.unit),
        "by": "–" if by is None else f"{by:+,}",
        "href": url_for(".lines", uid=statement.uid, figure=each.figure.name),
    }


@blueprint.get("/statements/<uid>/today/lines")
@requires("view")
def lines(uid: str) -> str:
    """The lines of the ledger that made one difference, or all of them."""
    statement = find_statement(session(), uid)
    name = request.args.get("figure", "")
    found: Today = today(session(), statement, settings())
    chosen = [found.find(name)] if name else list(found.differences)
    page = lines_behind(
        session(),
        statement,
        settings(),
        chosen,
        found.differences,
        settings().page_size,
        after=request.args.get("after"),
        before=request.args.get("before"),
    )
    machines = {row.id: row for row in rows_of(session(), sorted({line.asset_id for line in page.rows}))}
    zone = settings().zone
    place: dict[str, Any] = {"uid": uid} | ({"figure": name} if name else {})
    return render_template(
        "publishing/lines.html",
        statement=statement,
        content=statement.content,
        difference=_difference(statement, chosen[0]) if name else None,
        rows=[
            {
                "tag": machines[line.asset_id].tag,
                "href": url_for("web_machines.machine", tag=machines[line.asset_id].tag) + f"#line-{line.sequence}",
                "what": what_it_is(
                    machines[line.asset_id].kind, machines[line.asset_id].manufacturer, machines[line.asset_id].model
                ),
                "event": EVENT_TYPES[line.kind].label,
                "when": words.when(line.occurred_at, zone, line.precision),
                "recorded": line.recorded_at,
                "key": line.key,
            }
            for line in page.rows
        ],
        newer_href=url_for(".lines", before=page.previous, **place) if page.previous else None,
        older_href=url_for(".lines", after=page.next, **place) if page.next else None,
    )


@blueprint.post("/statements/<uid>/restate")
@requires("publish")
def restate(uid: str) -> AnyResponse:
    """Publish today's figures as the restatement of this statement."""
    statement, form, who = find_statement(session(), uid), request.form.to_dict(), recorder()
    ask = Ask(key_of(form), note=form.get("note", ""), restates=uid, reason=form.get("reason", ""))
    try:
        draft = service.prepare(session(), ask, who)
        found = write(session(), lambda db: service.publish(db, draft, who))
    except InventoryError as error:
        session().rollback()
        return _page(statement, error)
    flash("Restated. The statement before stays as it was published.", "success")
    return redirect(url_for("web_publishing.show", uid=found.uid), 303)
