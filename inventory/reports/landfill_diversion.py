"""Diversion from landfill: what left as waste by the route it took, expected and confirmed apart."""

from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.reports._base import Column, Figure, Panel, Report, ReportType
from inventory.reports._charts import Chart
from inventory.reports._masses import percent
from inventory.reports._query import Query
from inventory.reports._waste import CERTAINTIES, ROUTES, WASTE_FILTERS, Waste, chart_of, waste, waste_machines

DEFINITION: Final = (
    "One less the mass that went to landfill over the mass of all that left as waste in the period (tiers 2 to 5 of "
    "Directive 2008/98/EC Art. 4), dated by its collection. What was used again without ever becoming waste is no "
    "waste and in neither. Of what was disposed of nobody knows how, all is taken to be landfilled, so that the "
    "share is one that was reached at least; what has no weight on record is in no kilogram."
)
_DIVERTED: Final = tuple(route for route in ROUTES if route not in ("landfilled", "disposed"))
_LINES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    **{route: (label, (route,)) for route, label in ROUTES.items()},
    "all": ("All that left as waste", tuple(ROUTES)),
    "diverted": ("Diverted from landfill, at least", _DIVERTED),
}
"""Cells: label and the routes that are in it."""


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    found = waste(session, query, settings)
    rows = [_row(key, label, routes, found) for key, (label, routes) in _LINES.items()]
    return rows, [*found.notes, *_not_told(found)]


def _row(key: str, label: str, routes: tuple[str, ...], found: Waste) -> dict[str, Any]:
    row: dict[str, Any] = {"line": label, "key": key}
    for certainty in (*CERTAINTIES, ""):
        load, whole = found.of(routes, certainty=certainty), found.of(certainty=certainty)
        cell = f"{key}.{certainty}" if certainty else key
        name = certainty or "together"
        row[name] = Figure(load.machines, cell)
        row[f"kg_{name}"] = Figure(load.kg, cell)
        row[f"share_{name}"] = Figure(percent(load.mass.grams, whole.mass.grams), cell)
    row["estimated"] = Figure(found.of(routes).mass.estimated_percent, key)
    return row


def _not_told(found: Waste) -> list[str]:
    doubtful = found.of(["disposed"])
    if not doubtful.machines:
        return []
    most = percent(found.of([*_DIVERTED, "disposed"]).mass.grams, found.of().mass.grams)
    kg = f"{doubtful.kg:,} kg" if doubtful.kg is not None else "a mass that is not known"
    return [
        f"Of {doubtful.machines:,} disposed of ({kg}) nobody told whether they were incinerated or landfilled; they "
        f"are taken to be landfilled. Were none of them, {most} % would be diverted."
    ]


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    name, _, certainty = cell.partition(".")
    if name not in _LINES or certainty not in ("", *CERTAINTIES):
        return None
    return waste_machines(query, settings, _LINES[name][1], certainty)


def _chart(report: Report) -> Chart | None:
    rows = [row for row in report.rows if row["key"] in ROUTES]
    return chart_of(rows, "Mass that left as waste, by route", "kg", "kg_")


def _panel(report: Report) -> list[Panel]:
    diverted = next(row for row in report.rows if row["key"] == "diverted")
    words = "of the mass of waste at least, expected and confirmed together"
    return [Panel("Kept out of landfill", diverted["share_together"], "%", words)]


REPORT = ReportType(
    "landfill_diversion",
    "Diversion from landfill",
    DEFINITION,
    (
        Column("line", "Route"),
        Column("confirmed", "Confirmed", "machines"),
        Column("kg_confirmed", "Confirmed", "kg"),
        Column("share_confirmed", "Share of what is confirmed", "%"),
        Column("expected", "Expected", "machines"),
        Column("kg_expected", "Expected", "kg"),
        Column("share_expected", "Share of what is expected", "%"),
        Column("together", "Together", "machines"),
        Column("kg_together", "Together", "kg"),
        Column("share_together", "Share", "%"),
        Column("estimated", "Of the mass estimated", "%"),
    ),
    _run,
    _select,
    filters=WASTE_FILTERS,
    subjects=("class_footprint", "model_footprint"),
    chart=_chart,
    topic="Waste",
    place=10,
    panel=_panel,
)
