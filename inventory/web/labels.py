"""Labels: the code of one machine, machines to print, blank labels. Runs and printers have files of their own."""

from io import BytesIO
from typing import Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, ValidationRefused
from inventory.labels import service
from inventory.labels.calibration import calibration_file
from inventory.labels.label import LabelText
from inventory.labels.machines import label_of, printable
from inventory.labels.runs import list_runs
from inventory.labels.sheets import MIME, Placing
from inventory.labels.single import asset_label_png, asset_label_svg
from inventory.labels.templates import ROLL, template_named
from inventory.register.queries import AssetFilter, matching_tags
from inventory.web._batching import listed, settle
from inventory.web._label_form import (
    LEFT_OUT,
    Choice,
    all_printers,
    base_here,
    choice,
    controls,
    example,
    job,
    last_choice,
    matched,
    whole,
)
from inventory.web._label_sheet import draw, enlarged, facts, left_out
from inventory.web._shell import is_demo, requires, session, settings

blueprint = Blueprint("web_labels", __name__)

_SHOWN: Final = 50
"""Labels left out that are named one by one."""
_RECENT: Final = 4
"""Runs shown below the form."""
_CODES: Final = {"svg": "image/svg+xml", "png": "image/png"}


@blueprint.get("/labels/code.<any(svg,png):ext>")
@requires("view")
def qr(ext: str) -> Response:
    """The label of one machine as an image; ``shape`` of a template or the roll, PNG by ``dpi`` of the printer."""
    label = label_of(session(), request.args.get("tag", "")[:300], base_here(), settings())
    key = request.args.get("shape", "")
    shape = template_named(key).shape if key.strip() else ROLL
    if ext == "svg":
        content: str | bytes = asset_label_svg(label, shape)
    else:
        content = asset_label_png(label, shape, dpi=whole("dpi", "300", "The resolution", 1, 10_000))
    answer = Response(content, mimetype=_CODES[ext])
    answer.headers["Content-Disposition"] = f'inline; filename="label.{ext}"'
    return answer


@blueprint.get("/labels/calibration")
@requires("label")
def calibration() -> AnyResponse:
    """The test page of a template, moved as its printer is: edges, crosses and rulers, nothing to stick on."""
    asked = matched(choice(Choice()), all_printers())
    shift = service.printer_shift(session(), asked.printer)
    output = asked.template.family.output
    content = calibration_file(asked.template, Placing(shift_mm=shift))
    return send_file(
        BytesIO(content), mimetype=MIME[output], as_attachment=output == "zpl",
        download_name=f"calibration-{asked.template.key}.{output}", max_age=0,
    )  # fmt: skip


# -- machines -------------------------------------------------------------------------------------------


@blueprint.route("/labels", methods=["GET", "POST"])
@requires("label")
def index() -> Response:
    """Which machines, on which label, from which place on: a preview at true scale; records nothing."""
    usual = last_choice()
    try:
        return _preview(_asked_for(), usual)
    except InventoryError as error:
        session().rollback()
        return _page([], _choice_or(usual), refusal=error)


def _choice_or(usual: Choice) -> Choice:
    try:
        return choice(usual)
    except InventoryError:
        return usual


def _asked_for() -> list[str]:
    """The tags that were ticked, typed or filtered for, as the present tags of their machines."""
    if request.form.get("select_all") == "1":
        query = ImmutableMultiDict(parse_qsl(request.form.get("filters", "")[:4_000]))
        return matching_tags(session(), AssetFilter.from_args(query), service.MOST_LABELS + 1, settings())
    return settle(listed("\n".join([*request.values.getlist("tag"), request.values.get("tags", "")])))


def _preview(tags: list[str], usual: Choice, refusal: InventoryError | None = None) -> Response:
    if len(tags) > service.MOST_LABELS:
        raise ValidationRefused(
            f"These are more than {service.MOST_LABELS:,} labels, the most that are printed at once. "
            "Narrow the filters.",
            field="tags",
        )
    asked = usual
    try:
        asked = choice(usual)
    except InventoryError as error:
        refusal = refusal or error
    asked = matched(asked, all_printers())
    if not tags:
        return _page([], asked, refusal=refusal)
    wanted = service.wanted_by(session(), asked.shows, asked.wording)
    good, bad = printable(session(), tags, asked.template, base_here(), settings(), wanted)
    return _page(good, asked, missing=bad, refusal=refusal)


def _page(
    labels: list[LabelText],
    asked: Choice,
    *,
    missing: list[tuple[str, InventoryError]] | None = None,
    refusal: InventoryError | None = None,
) -> Response:
    missing = missing or []
    if refusal is None:
        try:
            base_here()
        except InventoryError as error:
            refusal = error
    printers = all_printers()
    asked = matched(asked, printers)
    template, shown = asked.template, labels[: asked.template.per_page]
    one = labels[0] if labels else example(asked)
    try:
        told = facts(one, template) if one else None
    except InventoryError as error:
        one, told, refusal = None, None, refusal or error
    page = render_template(
        "labels/index.html",
        tags="\n".join(label.tag for label in labels) or request.values.get("tags", "")[:4_000],
        count=len(labels),
        sheet=draw(shown or ([one] if one else []), len(labels) or int(one is not None), template, asked.skip),
        label=enlarged(one, template) if one else None,
        facts=told,
        no_room=[LEFT_OUT[key] for key in LEFT_OUT if key in left_out(shown or ([one] if one else []), template)],
        left_out=[error.message for _, error in missing[:_SHOWN]],
        left_out_count=len(missing),
        refusal=refusal,
        recent=list_runs(session(), _RECENT).rows if not labels else [],
        **controls(asked, printers),
    )
    asked_in_vain = refusal is not None and (request.method == "POST" or refusal.field != "public_url")
    return Response(page, refusal.status if refusal is not None and asked_in_vain else 200)


@blueprint.post("/labels/print")
@requires("label")
def print_machines() -> AnyResponse:
    """Record the run that was previewed; its page has the file."""
    tags: list[str] = []
    usual = last_choice()
    try:
        tags = settle(listed(request.form.get("tags", "")))
        made = job(choice(usual))
        run = write(session(), lambda db: service.print_machines(db, made, tags, settings()))
    except InventoryError as error:
        session().rollback()
        try:
            return _preview(tags, usual, error)
        except InventoryError:
            return _page([], usual, refusal=error)
    return redirect(url_for("web_label_runs.run", number=run.id), 303)


# -- blank labels ---------------------------------------------------------------------------------------


@blueprint.route("/labels/blank", methods=["GET", "POST"])
@requires("label")
def blank() -> AnyResponse:
    """Labels with new tags, to be stuck on first and told of later: the first scan claims each."""
    asked, refusal, status = last_choice(), None, 200
    printers = all_printers()
    local = is_demo()
    count = 0
    try:
        asked = matched(choice(asked), printers)
        usual = asked.template.per_page - asked.skip if asked.template.is_sheet else 10
        count = whole("count", str(usual), "The number of labels", 1, service.MOST_BLANKS)
        local = base_here().local
        if request.method == "POST" and request.form.get("show") != "1":
            made = job(asked)
            run = write(session(), lambda db: service.print_blanks(db, made, count, settings()))
            return redirect(url_for("web_label_runs.run", number=run.id), 303)
    except InventoryError as error:
        session().rollback()
        refusal = error
        status = error.status if request.method == "POST" or error.field != "public_url" else 200
    asked = matched(asked, printers)
    page = render_template(
        "labels/blank.html",
        count=count or asked.template.per_page,
        most=service.MOST_BLANKS,
        sheet=draw([], count or asked.template.per_page, asked.template, asked.skip),
        refusal=refusal,
        **controls(asked, printers) | {"local": local},
    )
    return Response(page, status)
