"""Printers of labels: their names, what they take and how far their print is moved; the logo."""

from datetime import UTC, datetime

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError
from inventory.labels import printers
from inventory.labels.templates import DEFAULT, FAMILIES, TEMPLATES, templates_of
from inventory.web._label_form import whole
from inventory.web._records import typed
from inventory.web._shell import requires, session

blueprint = Blueprint("web_label_printers", __name__)


@blueprint.get("/labels/printers")
@requires("label")
def index() -> Response:
    """Every printer with its offset, the way to find it out, and the logo."""
    return _page()


def _page(refusal: InventoryError | None = None, form: str = "", status: int = 200) -> Response:
    rows = [
        {
            "id": each.id, "name": each.name, "family": each.family, "label": FAMILIES[each.family].label,
            "right": each.right_tenths, "down": each.down_tenths,
            "calibration": url_for("web_labels.calibration", printer=each.id, template=_first(each.family)),
        }
        for each in printers.list_printers(session())
        if each.family in FAMILIES
    ]  # fmt: skip
    logo = printers.logo_of(session())
    page = render_template(
        "labels/printers.html",
        rows=rows,
        families=[(each.key, each.label) for each in FAMILIES.values()],
        logo=logo.data_uri if logo else None,
        refusal=refusal,
        form=form,
        typed=request.form if refusal else {},
    )
    return Response(page, refusal.status if refusal else status)


def _first(family: str) -> str:
    return next((each.key for each in templates_of(family)), TEMPLATES[DEFAULT].key)


def _tenths(name: str) -> int:
    return whole(name, "0", "The offset in tenths of a millimetre", -50, 50)


@blueprint.post("/labels/printers")
@requires("label")
def add() -> AnyResponse:
    """A new printer."""
    return _keep(None, "add")


@blueprint.post("/labels/printers/<int:number>")
@requires("label")
def change(number: int) -> AnyResponse:
    """Another name, kind or offset."""
    return _keep(number, f"printer-{number}")


def _keep(number: int | None, form: str) -> AnyResponse:
    try:
        name, family = typed("name"), typed("family")
        right, down = _tenths("right"), _tenths("down")
        kept = write(session(), lambda db: printers.keep_printer(db, name, family, right, down, number=number))
    except InventoryError as error:
        session().rollback()
        return _page(error, form)
    moved = f"{kept.right_tenths / 10:+.1f} mm to the right, {kept.down_tenths / 10:+.1f} mm down"
    flash(f"{kept.name} is kept: its print is moved {moved}.", "success")
    return redirect(url_for("web_label_printers.index"), 303)


@blueprint.post("/labels/printers/<int:number>/remove")
@requires("label")
def remove(number: int) -> AnyResponse:
    """Forget a printer."""
    name = write(session(), lambda db: printers.remove_printer(db, number))
    flash(f"{name} is removed. Its runs stay.", "success")
    return redirect(url_for("web_label_printers.index"), 303)


@blueprint.post("/labels/logo")
@requires("administer")
def logo() -> AnyResponse:
    """The logo that labels may show, or none."""
    try:
        if request.form.get("remove") == "1":
            write(session(), printers.remove_logo)
            flash("The logo is removed.", "success")
        else:
            sent = request.files.get("logo")
            content = sent.read(printers.MOST_LOGO_BYTES + 1) if sent else b""
            now = datetime.now(UTC)
            write(session(), lambda db: printers.keep_logo(db, content, now))
            flash("The logo is kept. Tick it where labels are printed.", "success")
    except InventoryError as error:
        session().rollback()
        return _page(error, "logo")
    return redirect(url_for("web_label_printers.index"), 303)
