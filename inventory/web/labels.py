"""Labels: the code of one machine, sheets to print, blank ones, and the runs that were printed."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, ValidationRefused
from inventory.labels import service
from inventory.labels.layout import LabelText
from inventory.labels.machines import Base, base_of, label_of, printable
from inventory.labels.runs import ends_of, list_runs, run_numbered
from inventory.labels.single import asset_label_png, asset_label_svg
from inventory.labels.templates import DEFAULT, ROLL, TEMPLATES, LabelShape, SheetTemplate, template_named
from inventory.register.queries import AssetFilter, matching_tags
from inventory.web._batching import listed, settle
from inventory.web._label_sheet import draw
from inventory.web._shell import account, client_key, is_demo, requires, session, settings

blueprint = Blueprint("web_labels", __name__)

_SHOWN: Final = 50
"""Labels left out that are named one by one."""
_CODES: Final = {"svg": "image/svg+xml", "png": "image/png"}


def base_here() -> Base:
    """Where labels of this server point; the refusal that says what to set."""
    return base_of(settings().public_url, request.host_url, demo=is_demo())


@blueprint.get("/labels/code.<any(svg,png):ext>")
@requires("view")
def qr(ext: str) -> Response:
    """The label of one machine as an image; ``shape`` of a sheet or the roll, PNG by ``dpi`` of the printer."""
    label = label_of(session(), request.args.get("tag", "")[:300], base_here(), settings())
    shape = _shape(request.args.get("shape", ""))
    if ext == "svg":
        content: str | bytes = asset_label_svg(label, shape)
    else:
        content = asset_label_png(label, shape, dpi=_whole("dpi", "300", "The resolution", 1, 10_000))
    answer = Response(content, mimetype=_CODES[ext])
    answer.headers["Content-Disposition"] = f'inline; filename="label.{ext}"'
    return answer


def _shape(key: str) -> LabelShape:
    return template_named(key).shape if key.strip() else ROLL


def _whole(name: str, usual: str, words: str, least: int, most: int) -> int:
    text = request.values.get(name, "").strip() or usual
    try:
        number = int(text) if len(text) <= 6 else -1
    except ValueError:
        number = -1
    if not least <= number <= most:
        raise ValidationRefused(f"{words} is a whole number from {least} to {most}, not {text[:20]!r}.", field=name)
    return number


def _template() -> SheetTemplate:
    return template_named(request.values.get("template", "")[:40] or DEFAULT)


def _skip(template: SheetTemplate) -> int:
    return _whole("skip", "0", "The number of places that are used up", 0, template.per_page - 1)


def _job(template: SheetTemplate, skip: int) -> service.Job:
    key = request.form.get("key", "").strip()[:80]
    if not key or not key.isprintable():
        raise ValidationRefused("The form came without its key. Load the page again and print once more.", field="key")
    return service.Job(key, account().id, template.key, skip, datetime.now(UTC), request.host_url)


# -- machines -------------------------------------------------------------------------------------------


@blueprint.route("/labels", methods=["GET", "POST"])
@requires("label")
def index() -> Response:
    """Which machines, on which sheet, from which label on: a preview at true scale; records nothing."""
    try:
        return _preview(_asked_for())
    except InventoryError as error:
        session().rollback()
        return _page([], refusal=error)


def _asked_for() -> list[str]:
    """The tags that were ticked, typed or filtered for, as the present tags of their machines."""
    if request.form.get("select_all") == "1":
        query = ImmutableMultiDict(parse_qsl(request.form.get("filters", "")[:4_000]))
        return matching_tags(session(), AssetFilter.from_args(query), service.MOST_LABELS + 1, settings())
    return settle(listed("\n".join([*request.values.getlist("tag"), request.values.get("tags", "")])))


def _preview(tags: list[str], refusal: InventoryError | None = None) -> Response:
    if len(tags) > service.MOST_LABELS:
        raise ValidationRefused(
            f"These are more than {service.MOST_LABELS:,} labels, the most that are printed at once. "
            "Narrow the filters.",
            field="tags",
        )
    if not tags:
        return _page([], refusal=refusal)
    template, skip = TEMPLATES[DEFAULT], 0
    try:
        template = _template()
        skip = _skip(template)
    except InventoryError as error:
        refusal = refusal or error
    good, bad = printable(session(), tags, template, base_here(), settings())
    return _page(good, template=template, skip=skip, left_out=bad, refusal=refusal)


def _page(
    labels: list[LabelText],
    *,
    template: SheetTemplate = TEMPLATES[DEFAULT],
    skip: int = 0,
    left_out: list[tuple[str, InventoryError]] | None = None,
    refusal: InventoryError | None = None,
) -> Response:
    left_out = left_out or []
    if refusal is None:
        try:
            base_here()
        except InventoryError as error:
            refusal = error
    page = render_template(
        "labels/index.html",
        tags="\n".join(label.tag for label in labels) or request.values.get("tags", "")[:4_000],
        count=len(labels),
        sheet=draw(labels[: template.per_page], len(labels), template, skip) if labels else None,
        left_out=[error.message for _, error in left_out[:_SHOWN]],
        left_out_count=len(left_out),
        refusal=refusal,
        **_choices(template, skip),
    )
    asked_in_vain = refusal is not None and (request.method == "POST" or refusal.field != "public_url")
    return Response(page, refusal.status if refusal is not None and asked_in_vain else 200)


def _choices(template: SheetTemplate, skip: int) -> dict[str, Any]:
    return {
        "templates": [(each.key, each.name) for each in TEMPLATES.values()],
        "template": template,
        "skip": skip,
        "key": client_key(),
        "local": is_demo(),
    }


@blueprint.post("/labels/print")
@requires("label")
def print_machines() -> AnyResponse:
    """Record the run that was previewed; its page has the file."""
    tags: list[str] = []
    try:
        tags = settle(listed(request.form.get("tags", "")))
        template = _template()
        job = _job(template, _skip(template))
        run = write(session(), lambda db: service.print_machines(db, job, tags, settings()))
    except InventoryError as error:
        session().rollback()
        try:
            return _preview(tags, error)
        except InventoryError:
            return _page([], refusal=error)
    return redirect(url_for("web_labels.run", number=run.id), 303)


# -- blank labels ---------------------------------------------------------------------------------------


@blueprint.route("/labels/blank", methods=["GET", "POST"])
@requires("label")
def blank() -> AnyResponse:
    """Labels with new tags, to be stuck on first and told of later: the first scan claims each."""
    template, skip, refusal, status = TEMPLATES[DEFAULT], 0, None, 200
    count = TEMPLATES[DEFAULT].per_page
    try:
        template = _template()
        skip = _skip(template)
        count = _whole("count", str(template.per_page - skip), "The number of labels", 1, service.MOST_BLANKS)
        base = base_here()
        if request.method == "POST" and request.form.get("show") != "1":
            job = _job(template, skip)
            run = write(session(), lambda db: service.print_blanks(db, job, count, settings()))
            return redirect(url_for("web_labels.run", number=run.id), 303)
        local = base.local
    except InventoryError as error:
        session().rollback()
        refusal, local = error, is_demo()
        status = error.status if request.method == "POST" or error.field != "public_url" else 200
    page = render_template(
        "labels/blank.html",
        count=count,
        most=service.MOST_BLANKS,
        sheet=draw([], count, template, skip),
        refusal=refusal,
        **_choices(template, skip) | {"local": local},
    )
    return Response(page, status)


# -- runs -----------------------------------------------------------------------------------------------


@blueprint.get("/labels/runs")
@requires("label")
def runs() -> str:
    """Every print run, newest first."""
    before, after = (
        _whole(name, "0", "The place in the list", 0, 999_999) or None for name in ("before", "after")
    )
    page = list_runs(session(), settings().page_size, before=before, after=after)
    return render_template(
        "labels/runs.html",
        page=page,
        templates=TEMPLATES,
        older_href=url_for("web_labels.runs", before=page.older) if page.older else None,
        newer_href=url_for("web_labels.runs", after=page.newer) if page.newer else None,
    )


@blueprint.get("/labels/runs/<int:number>")
@requires("label")
def run(number: int) -> Response:
    """One run: its file, what it printed, and the way to print it again."""
    return _run_page(number)


def _run_page(number: int, refusal: InventoryError | None = None) -> Response:
    found, row = run_numbered(session(), number)
    template = template_named(found.template)
    page = render_template(
        "labels/run.html", run=row, ends=ends_of(session(), found), refusal=refusal, **_choices(template, 0)
    )
    return Response(page, refusal.status if refusal else 200)


@blueprint.get("/labels/runs/<int:number>/sheets.pdf")
@requires("label")
def sheets(number: int) -> AnyResponse:
    """The run as PDF; ``right`` and ``down`` shift it by tenths of a millimetre, ``outlines`` is for plain paper."""
    found, _ = run_numbered(session(), number)
    shift = tuple(_whole(name, "0", "The shift in tenths of a millimetre", -50, 50) / 10 for name in ("right", "down"))
    # The largest run (MOST_LABELS) is a file of some 4 MB.
    out = BytesIO()
    service.write_run(
        session(), found, out, settings(), shift_mm=(shift[0], shift[1]), outlines=request.args.get("outlines") == "1"
    )
    out.seek(0)
    return send_file(
        out, mimetype="application/pdf", as_attachment=request.args.get("save") == "1",
        download_name=f"labels-{number}.pdf", max_age=0,
    )  # fmt: skip


@blueprint.post("/labels/runs/<int:number>/again")
@requires("label")
def print_again(number: int) -> AnyResponse:
    """Record one more print of the run's labels."""
    try:
        template = _template()
        job = _job(template, _skip(template))
        again = write(session(), lambda db: service.print_again(db, job, number, settings()))
    except ValidationRefused as error:
        session().rollback()
        return _run_page(number, error)
    return redirect(url_for("web_labels.run", number=again.id), 303)
