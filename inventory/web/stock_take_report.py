"""The report of a count: on a page, as PDF and as CSV."""

from datetime import UTC, datetime
from io import BytesIO

from flask import Blueprint, Response, render_template, send_file, stream_with_context, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.stocktaking import queries, service
from inventory.stocktaking.files import about, csv_lines
from inventory.stocktaking.pdf import write_pdf
from inventory.stocktaking.rules import CONFIRMED, OPEN, PURPOSES
from inventory.web._shell import requires, session, settings

blueprint = Blueprint("web_stock_take_report", __name__, url_prefix="/stock-takes")
_REFUSED_SHOWN = 200


@blueprint.get("/<code>/report")
@requires("view")
def show(code: str) -> Response:
    """Scope, who, when and numbers; the groups are a step away, the refused stand here."""
    take = service.find_take(session(), code)
    refused = queries.refused(session(), take, _REFUSED_SHOWN + 1)
    text = render_template(
        "stock_takes/report.html",
        take=take,
        head=about(session(), take, datetime.now(UTC), settings()),
        open=take.state in OPEN,
        confirmed=take.state == CONFIRMED,
        expects=PURPOSES[take.purpose].expects,
        recorded=[(EVENT_TYPES[kind], count) for kind, count in (take.recorded or {}).items()],
        refused=[
            {"tag": {"text": tag, "href": url_for("web_machines.machine", tag=tag)}, "reason": words}
            for tag, words in refused[:_REFUSED_SHOWN]
        ],
        more_refused=len(refused) > _REFUSED_SHOWN,
    )
    return Response(text)


@blueprint.get("/<code>/report.pdf")
@requires("view")
def pdf(code: str) -> AnyResponse:
    """The report as A4 pages."""
    take = service.find_take(session(), code)
    out = BytesIO()
    write_pdf(session(), out, about(session(), take, datetime.now(UTC), settings()), settings().institution)
    out.seek(0)
    return send_file(out, mimetype="application/pdf", download_name=f"stock-take-{take.code}.pdf")


@blueprint.get("/<code>/report.csv")
@requires("view")
def csv(code: str) -> AnyResponse:
    """Every machine by group, and every unknown tag, line by line."""
    take = service.find_take(session(), code)
    lines = csv_lines(session(), about(session(), take, datetime.now(UTC), settings()))
    answered = Response(stream_with_context(lines), mimetype="text/csv")
    answered.headers["Content-Disposition"] = f'attachment; filename="stock-take-{take.code}.csv"'
    return answered
