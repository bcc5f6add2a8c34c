"""Factors: the sets that figures of mass and carbon rest on, what is in force, and new ones from a file."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.accounts.permissions import permissions_of
from inventory.db import write
from inventory.errors import InventoryError, NotFound, ValidationRefused
from inventory.footprint.importing import FORMATS, read_factors
from inventory.footprint.queries import Listed, listed_sets
from inventory.footprint.service import BRING, Recorded, record_sets
from inventory.reading.documents import Document
from inventory.register.kinds import KINDS
from inventory.web._records import asked
from inventory.web._shell import account, recorder, requires, session, settings
from inventory.web._words import when

blueprint = Blueprint("web_settings_factors", __name__)

SUBJECTS: Final = {
    "class_footprint": "Classes: footprint and weight of a kind of machine",
    "model_footprint": "Models: footprint and weight as their makers tell them",
    "conversion": "Conversion factors: from mass and electricity to CO2e",
    "avoided": "Avoided emissions: what is assumed",
}


@blueprint.get("/settings/factors")
@requires("view")
def index() -> Response:
    """Every set with its version, source, licence, date and notice."""
    return _page()


@blueprint.post("/settings/factors")
@requires(BRING)
def bring() -> AnyResponse:
    """The sets of a file; the same file once more changes nothing."""
    try:
        findings, sets, recorded = _brought()
    except InventoryError as error:
        session().rollback()
        return _page(refusal=error)
    return _page(findings=findings, sets=sets, recorded=recorded)


def _brought() -> tuple[tuple[str, ...], tuple[dict[str, Any], ...], list[Recorded]]:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise ValidationRefused("No file came with the form. Choose one and send again.", field="file")
    document, who = Document(file.filename[:255], file.read()), recorder()
    brought = read_factors(document)
    if "trial" in request.form:
        return brought.findings, brought.sets, []
    recorded = write(session(), lambda db: record_sets(db, brought.sets, document.sha256, who))
    return brought.findings, brought.sets, recorded


def _page(refusal: InventoryError | None = None, **told: Any) -> Response:
    groups: dict[str, list[dict[str, Any]]] = {label: [] for label in SUBJECTS.values()}
    for each in listed_sets(session()):
        groups[SUBJECTS[each.set.subject]].append(_shown(each))
    page = render_template(
        "settings/factors.html",
        groups=groups,
        formats=[each.label for each in FORMATS],
        may_bring=BRING in permissions_of(account().role),
        refusal=refusal,
        **told,
    )
    return Response(page, refusal.status if refusal else 200)


def _shown(each: Listed) -> dict[str, Any]:
    found = each.set
    return {
        "title": found.title,
        "version": found.version,
        "source": found.source,
        "href": found.source if found.source.startswith("https://") else None,
        "licence": found.licence,
        "published": found.published,
        "notice": found.notice,
        "key": found.key,
        "in_force": each.in_force,
        "year": found.year if found.subject == "conversion" else None,
        "by": f"{each.by}, {when(found.known_from, settings().zone, 'day')}" if found.known_from else None,
        "sha256": each.sha256,
        "values": len(found.values),
        "page": url_for("web_settings_factors.one", key=found.key),
    }


@blueprint.get("/settings/factors/<key>")
@requires("view")
def one(key: str) -> str:
    """The values of one set, some at a time."""
    listed = next((each for each in listed_sets(session()) if each.set.key == key), None)
    if listed is None:
        raise NotFound("There is no such set of factors.")
    q, after, size = asked("q").casefold(), request.args.get("after", ""), settings().page_size
    columns, shown = _TABLES[listed.set.subject]
    names = [name for name in sorted(listed.set.values) if name > after and q in name]
    return render_template(
        "settings/factor_set.html",
        set=_shown(listed),
        columns=columns,
        rows=[shown(name, listed.set.values[name]) for name in names[:size]],
        q=q,
        searched=len(listed.set.values) > size,
        here=url_for(".one", key=key),
        older_href=url_for(".one", key=key, q=q or None, after=names[size - 1]) if len(names) > size else None,
    )


def _column(key: str, label: str, *, numeric: bool = True) -> dict[str, Any]:
    return {"key": key, "label": label, "numeric": numeric}


def _range(told: Any) -> str:
    low, middle, high = told
    return f"{middle:,g} ({low:,g} to {high:,g})"


def _class_row(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": KINDS[name].label,
        "rows": told["rows"],
        "embodied": _range(told["embodied_kg"]),
        "mass": _range(told["mass_kg"]),
        "kwh": told.get("yearly_kwh"),
    }


def _model_row(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    error = told.get("error")
    return {
        "name": name.replace("|", " "),
        "mass": told.get("mass_kg"),
        "embodied": told.get("embodied_kg"),
        "error": f"{100 * error:.0f} %" if error is not None else "not told",
    }


def _conversion_row(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": {"text": told.get("label") or name, "note": name},
        "value": f"{told['value']} {told['unit']}",
        "seen": "in the official file" if told["seen"] == "official" else "in third-party work only",
        "source": told["source"],
    }


def _avoided_row(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name.replace("_", " "), **{end: told[end] for end in ("low", "central", "high")}}


_TABLES: Final = {
    "class_footprint": (
        (
            _column("name", "Kind", numeric=False),
            _column("rows", "Products"),
            _column("embodied", "Embodied, kg CO2e: median (quartiles)"),
            _column("mass", "Weight, kg: median (quartiles)"),
            _column("kwh", "kWh a year"),
        ),
        _class_row,
    ),
    "model_footprint": (
        (
            _column("name", "Maker and model", numeric=False),
            _column("mass", "Weight, kg"),
            _column("embodied", "Embodied, kg CO2e"),
            _column("error", "Error told"),
        ),
        _model_row,
    ),
    "conversion": (
        (
            _column("name", "Factor", numeric=False),
            _column("value", "Value"),
            _column("seen", "Seen", numeric=False),
            _column("source", "Source", numeric=False),
        ),
        _conversion_row,
    ),
    "avoided": (
        (
            _column("name", "Parameter", numeric=False),
            _column("low", "Low"),
            _column("central", "Central"),
            _column("high", "High"),
        ),
        _avoided_row,
    ),
}
