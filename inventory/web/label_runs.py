"""Print runs: what was printed, its file, and the same labels once more."""

from dataclasses import replace
from io import BytesIO

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, NotFound
from inventory.labels import service
from inventory.labels.label import SHOWABLE
from inventory.labels.runs import ends_of, list_runs, run_numbered
from inventory.labels.sheets import MIME
from inventory.labels.templates import DEFAULT, TEMPLATES, template_named
from inventory.web._label_form import Choice, all_printers, choice, controls, job, matched, whole
from inventory.web._shell import requires, session, settings

blueprint = Blueprint("web_label_runs", __name__)

_FILES = {"sheets.pdf": "pdf", "labels.zpl": "zpl"}


@blueprint.get("/labels/runs")
@requires("label")
def runs() -> str:
    """Every print run, newest first."""
    before, after = (whole(name, "0", "The place in the list", 0, 999_999) or None for name in ("before", "after"))
    page = list_runs(session(), settings().page_size, before=before, after=after)
    return render_template(
        "labels/runs.html",
        page=page,
        templates=TEMPLATES,
        older_href=url_for("web_label_runs.runs", before=page.older) if page.older else None,
        newer_href=url_for("web_label_runs.runs", after=page.newer) if page.newer else None,
    )


@blueprint.get("/labels/runs/<int:number>")
@requires("label")
def run(number: int) -> Response:
    """One run: its file, what it printed, and the way to print it again."""
    return _run_page(number)


def _run_page(number: int, refusal: InventoryError | None = None) -> Response:
    found, row = run_numbered(session(), number)
    template = TEMPLATES.get(found.template, TEMPLATES[DEFAULT])
    printers = all_printers()
    page = render_template(
        "labels/run.html",
        run=row,
        file=url_for("web_label_runs.file", number=number, name=_name(found.template)),
        shown=", ".join(SHOWABLE[key] for key in row.shows if key in SHOWABLE) or "Nothing but code and tag",
        ends=ends_of(session(), found),
        refusal=refusal,
        again=template,
        **controls(matched(Choice(template, printer=found.printer_id), printers), printers),
    )
    return Response(page, refusal.status if refusal else 200)


def _name(template: str) -> str:
    output = TEMPLATES.get(template, TEMPLATES[DEFAULT]).family.output
    return next(name for name, kind in _FILES.items() if kind == output)


@blueprint.get("/labels/runs/<int:number>/<any('sheets.pdf','labels.zpl'):name>")
@requires("label")
def file(number: int, name: str) -> AnyResponse:
    """The run as its printer takes it; ``right`` and ``down`` move it by tenths of a millimetre, ``outlines`` is
    for plain paper."""
    found, _ = run_numbered(session(), number)
    template = template_named(found.template)
    output = template.family.output
    if _FILES[name] != output:
        raise NotFound(f"Run {number} is printed from {_name(found.template)}.", field="name")
    shift = tuple(whole(each, "0", "The shift in tenths of a millimetre", -50, 50) / 10 for each in ("right", "down"))
    # The largest run (MOST_LABELS) is a PDF of some 4 MB, or ZPL of some 30.
    out = BytesIO()
    service.write_run(
        session(), found, out, settings(), shift_mm=(shift[0], shift[1]), outlines=request.args.get("outlines") == "1"
    )
    out.seek(0)
    return send_file(
        out, mimetype=MIME[output], as_attachment=output == "zpl" or request.args.get("save") == "1",
        download_name=f"labels-{number}.{output}", max_age=0,
    )  # fmt: skip


@blueprint.post("/labels/runs/<int:number>/again")
@requires("label")
def print_again(number: int) -> AnyResponse:
    """Record one more print of the run's labels."""
    try:
        _, row = run_numbered(session(), number)
        asked = choice(Choice(TEMPLATES.get(row.template, TEMPLATES[DEFAULT])))
        printers = all_printers()
        if "printer" in request.values and matched(asked, printers).template != asked.template:
            # The label was chosen after the printer was: it decides.
            asked = replace(asked, printer=None)
        made = job(asked)
        again = write(session(), lambda db: service.print_again(db, made, number, settings()))
    except NotFound:
        raise
    except InventoryError as error:
        session().rollback()
        return _run_page(number, error)
    return redirect(url_for("web_label_runs.run", number=again.id), 303)
