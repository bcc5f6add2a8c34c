"""GRI 306: waste generated, diverted from disposal and directed to disposal, as a table to paste."""

from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.register.kinds import KINDS
from inventory.reports._base import Column, Figure, Panel, Report, ReportType
from inventory.reports._charts import Chart
from inventory.reports._masses import Load, in_tonnes
from inventory.reports._query import Query
from inventory.reports._waste import (
    CERTAINTIES,
    WASTE_FILTERS,
    Waste,
    chart_of,
    prevention_machines,
    waste,
    waste_machines,
)

DEFINITION: Final = (
    "Electrical and electronic equipment that left as waste in the period, in tonnes, by the lines of GRI 306: Waste "
    "2020 (disclosures 306-3, 306-4 and 306-5), dated by its collection. Energy recovery stands under 306-5, where "
    "GRI puts it, although Directive 2008/98/EC Art. 4 ranks it as recovery. Everything went to a contractor, so all "
    "of it is offsite and onsite is nil. Whether a machine is hazardous waste is not on record, so no line is split "
    "by it. What was used again without becoming waste is outside 306-3 to 306-5 and has a row of its own."
)
_HAZARD: Final = "not recorded"
_DIVERTED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "preparation": ("Preparation for re-use", ("prepared_for_reuse",)),
    "recycling": ("Recycling", ("recycled",)),
    "other_recovery": ("Other recovery operations", ()),
}
_DIRECTED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "energy": ("Incineration with energy recovery", ("energy_recovered",)),
    "incineration": ("Incineration without energy recovery", ("incinerated",)),
    "landfilling": ("Landfilling", ("landfilled",)),
    "other_disposal": ("Other disposal operations, or not told which", ("disposed",)),
}


def _together(lines: dict[str, tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(route for _, routes in lines.values() for route in routes)


_LINES: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    **{key: ("306-4", *line) for key, line in _DIVERTED.items()},
    "diverted": ("306-4", "Waste diverted from disposal, total", _together(_DIVERTED)),
    **{key: ("306-5", *line) for key, line in _DIRECTED.items()},
    "directed": ("306-5", "Waste directed to disposal, total", _together(_DIRECTED)),
}
"""Cells: disclosure, line, and the routes that are in it."""
_DISCLOSURES: Final = {
    "306-3": "306-3 Waste generated",
    "306-4": "306-4 Waste diverted from disposal",
    "306-5": "306-5 Waste directed to disposal",
    "Outside": "Outside of waste",
}
_TOTALS: Final = ("diverted", "directed")


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    found = waste(session, query, settings)
    whole = {certainty: found.of(certainty=certainty) for certainty in CERTAINTIES}
    rows = [_row("generated", "306-3", "Waste generated, total", whole)]
    for kind in KINDS:
        of_kind = {certainty: found.by_kind.get((kind, certainty), Load()) for certainty in CERTAINTIES}
        if any(each.machines for each in of_kind.values()):
            label = KINDS[kind].label
            rows.append(_row(f"kind-{kind}", "306-3", f"of it: {label[0].lower()}{label[1:]}", of_kind))
    for key, (disclosure, label, routes) in _LINES.items():
        parts = {certainty: found.of(routes, certainty) for certainty in CERTAINTIES}
        rows.append(_row(key, disclosure, label, parts))
    rows += [_check(found), _prevention(found)]
    return rows, [*found.notes, *_ADVICE]


_ADVICE: Final = (
    "Expected: it left in the period with a fate agreed with the contractor, and no report has confirmed it; it is the "
    "timing difference between 306-3 and what is confirmed of 306-4 and 306-5. What is declared waste and still here "
    "is in no line; the report `stock` tells it.",
    "Hazard class: before the table goes into a disclosure somebody has to split it into hazardous and other waste. "
    "Screens and laptops usually are hazardous (16 02 13* in the list of waste), for their backlight or battery; "
    "a base unit is not, where it was assessed free of hazardous components and persistent organic pollutants.",
    "Each line is rounded to a kilogram; the check is made in grams, so that lines may differ from a total by a "
    "kilogram or two.",
)


def _row(key: str, disclosure: str, label: str, parts: dict[str, Load]) -> dict[str, Any]:
    together = sum(parts.values(), Load())
    return {
        "disclosure": disclosure,
        "line": label,
        "hazard": _HAZARD,
        "place": "offsite",
        "key": key,
        **{certainty: Figure(load.tonnes, f"{key}.{certainty}") for certainty, load in parts.items()},
        "together": Figure(together.tonnes, key),
        "machines": Figure(together.machines, key),
        "estimated": Figure(together.mass.estimated_percent, key),
    }


def _check(found: Waste) -> dict[str, Any]:
    row: dict[str, Any] = {"disclosure": "Check", "line": "306-3 less 306-4 less 306-5", "key": "check"}
    for name in (*CERTAINTIES, "together"):
        certainty = "" if name == "together" else name
        parts = [found.of(_LINES[total][2], certainty).mass.grams for total in _TOTALS]
        grams = found.of(certainty=certainty).mass.grams - sum(parts)
        row[name] = Figure(in_tonnes(grams), f"check.{certainty}" if certainty else "check")
    return row


def _prevention(found: Waste) -> dict[str, Any]:
    row = _row("prevention", "Outside", "Prevention: used again and never waste", {"": found.prevention})
    return {key: value for key, value in row.items() if key not in ("", "hazard", "place")}


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    if cell == "prevention":
        return prevention_machines(query, settings)
    name, _, certainty = cell.partition(".")
    if certainty not in ("", *CERTAINTIES):
        return None
    if name == "generated":
        return waste_machines(query, settings, certainty=certainty)
    kind = name.removeprefix("kind-")
    if kind != name and kind in KINDS:
        return waste_machines(query, settings, certainty=certainty, kind=kind)
    if name not in (*_LINES, "check"):
        return None
    # What is left over by the check: no machine can be.
    routes = _LINES[name][2] if name in _LINES else ()
    return waste_machines(query, settings, routes, certainty)


def _chart(report: Report) -> Chart | None:
    rows = [row for row in report.rows if row["key"] in _LINES and row["key"] not in _TOTALS]
    return chart_of(rows, "Waste by operation, in tonnes", "t")


def _panel(report: Report) -> list[Panel]:
    return [
        Panel("Waste generated", report.rows[0]["together"], "t", "of electrical equipment, as GRI 306-3 counts it")
    ]


REPORT = ReportType(
    "gri_306",
    "GRI 306: waste",
    DEFINITION,
    (
        Column("disclosure", "Disclosure", heads=lambda each: _DISCLOSURES.get(each, each)),
        Column("line", "Line"),
        Column("hazard", "Hazard class"),
        Column("place", "Place"),
        Column("confirmed", "Confirmed", "t"),
        Column("expected", "Expected", "t"),
        Column("together", "Together", "t"),
        Column("machines", "Machines", "machines"),
        Column("estimated", "Of the mass estimated", "%"),
    ),
    _run,
    _select,
    filters=WASTE_FILTERS,
    subjects=("class_footprint", "model_footprint"),
    chart=_chart,
    topic="Waste",
    place=20,
    panel=_panel,
)
