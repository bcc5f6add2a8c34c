"""Wall screens: secret addresses that an officer makes and withdraws, and the page that hangs in a corridor."""

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError
from inventory.labels.payload import origin_of
from inventory.publishing.switches import end_wall_key, make_wall_key, wall_keys, wall_opens
from inventory.reports._query import Query, year_label
from inventory.web._figures import answer, bars_of, figures_of, series_of, year_with_outcomes
from inventory.web._shell import recorder, requires, session, settings

blueprint = Blueprint("web_screens", __name__)
EVERY_SECONDS = 300
"""How often a screen draws itself anew."""


@blueprint.route("/statements/screens", methods=["GET", "POST"])
@requires("publish")
def index() -> AnyResponse:
    """The screens; a new address is shown this once."""
    secret, refusal = None, None
    if request.method == "POST":
        label, who = request.form.get("label", ""), recorder()
        try:
            secret = write(session(), lambda db: make_wall_key(db, label, who))
        except InventoryError as error:
            session().rollback()
            refusal = error
    origin = origin_of(settings().public_url.strip() or request.host_url).lower()
    page = render_template(
        "publishing/screens.html",
        rows=wall_keys(session()),
        address=f"{origin}{url_for('.wall', secret=secret)}" if secret else None,
        label="" if secret else request.form.get("label", ""),
        refusal=refusal,
    )
    return Response(page, refusal.status if refusal else 200)


@blueprint.post("/statements/screens/<int:number>/end")
@requires("publish")
def end(number: int) -> AnyResponse:
    """Withdraw the address of a screen."""
    who = recorder()
    write(session(), lambda db: end_wall_key(db, number, who))
    return redirect(url_for(".index"), 303)


@blueprint.get("/wall/<secret>")
def wall(secret: str) -> AnyResponse:
    """Figures only, drawn for a screen that nobody touches."""
    if not wall_opens(session(), secret):
        page, status = render_template("publishing/nothing.html", current_account=None, navigation=[]), 404
    else:
        query = Query()
        year = Query(year=year_with_outcomes(query))
        headline, hierarchy, trend = answer("headline", query), answer("hierarchy", year), answer("trend", year)
        page = render_template(
            "publishing/wall.html",
            figures=figures_of(headline),
            start=settings().programme_start,
            year=year_label(year.year or 0),
            # A figure leads nowhere from here, and how many were weighed is for those who read a report.
            bars=[bar | {"href": None, "weighed": None} for bar in bars_of(hierarchy, year)],
            series=series_of(trend),
            drawn=datetime.now(UTC),
            minutes=EVERY_SECONDS // 60,
        )
        status = 200
    answered = Response(page, status)
    # A screen that shows nothing asks again too, so that nobody has to go there once it is well.
    answered.headers["Refresh"] = str(EVERY_SECONDS)
    answered.headers["X-Robots-Tag"] = "noindex, nofollow"
    answered.headers["Referrer-Policy"] = "no-referrer"
    return answered
