"""Independent checks of accepted wipes: what was drawn, and what the checks found."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, NotFound
from inventory.sanitisation import queries
from inventory.sanitisation.sampling import record_result
from inventory.sanitisation.standings import RESULTS
from inventory.web._evidence import number_asked, technique_words
from inventory.web._shell import recorder, requires, session, settings
from inventory.web._words import when

blueprint = Blueprint("web_samples", __name__, url_prefix="/sanitisation/samples")


@blueprint.get("/")
@requires("view")
def index() -> str:
    """Samples, newest first; those still to be checked by default."""
    result = request.args.get("result", "open")
    result = result if result in RESULTS else "open"
    page = queries.list_samples(session(), settings().page_size, result=result, before=number_asked("before"))
    return render_template(
        "sanitisation/samples.html",
        rows=page.rows,
        result=result,
        results=list(RESULTS.items()),
        percent=settings().audit_sample_percent,
        technique=technique_words,
        when=lambda moment: when(moment, settings().zone),
        older_href=url_for(".index", result=result, before=page.next) if page.next else None,
    )


@blueprint.route("/<int:number>", methods=["GET", "POST"])
@requires("view")
def sample(number: int) -> AnyResponse:
    """One sample, and the form for what its check found."""
    refusal: InventoryError | None = None
    if request.method == "POST":
        result, note, who = request.form.get("result", ""), request.form.get("note", "")[:4_000], recorder()
        try:
            write(session(), lambda db: record_result(db, number, result, note, who))
            return redirect(url_for(".sample", number=number), 303)
        except InventoryError as error:
            session().rollback()
            refusal = error
    rows = queries.list_samples(session(), 1, number=number).rows
    if not rows:
        raise NotFound("There is no such sample.")
    page = render_template(
        "sanitisation/sample.html",
        row=rows[0],
        results=RESULTS,
        technique=technique_words(rows[0].record),
        when=lambda moment: when(moment, settings().zone),
        may_record="validate" in recorder().permissions and rows[0].sample.result == "open",
        note=request.form.get("note", ""),
        refusal=refusal,
    )
    return Response(page, refusal.status if refusal else 200)
