"""Public Bodies Climate Change Duties: lines for part 3 (waste) and part 5 (procurement), as a table to paste."""

from datetime import date
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.factors import Conversion, FactorBook, FactorSet
from inventory.reports._base import Column, Figure, Panel, Report, ReportType
from inventory.reports._charts import Chart, Series
from inventory.reports._masses import Load
from inventory.reports._query import Query
from inventory.reports._returns import machines_with_lines
from inventory.reports._standing import reference_day
from inventory.reports._waste import (
    ROUTES,
    WASTE_FILTERS,
    Waste,
    prevention_machines,
    waste,
    waste_machines,
    whole,
)

DEFINITION: Final = (
    "Lines for the annual report of a listed body under the Climate Change (Scotland) Act 2009 and the Climate Change "
    "(Duties of Public Bodies: Reporting Requirements) (Scotland) Order 2015. Part 3: tonnes of electrical equipment "
    "that left as waste in the period, by route, times the UK Government conversion factor. Those factors cover "
    "collection and transport only and cannot show that one route is better than another; re-use is no way of "
    "disposing of waste and has none. Part 5: what this register can state about purchase. Emissions that re-use may "
    "have avoided are no part of this return and in no line."
)
_FACTOR_OF: Final = {
    "recycled": "waste_recycling",
    "energy_recovered": "waste_combustion",
    "incinerated": "waste_combustion",
    "landfilled": "waste_landfill",
}
"""Name of the conversion factor of a route; others have none."""
_NO_FACTOR: Final = {
    "prepared_for_reuse": "no factor: re-use is no way of disposing of waste",
    "disposed": "no factor: nobody told how it was disposed of",
}
_PART_5: Final = {
    "redeployed": ("Used again inside the institution", "used again inside the institution"),
    "donated": ("Donated to external partners", "donated to external partners in working order"),
    "received": ("Received new", "received new from suppliers"),
}
"""Cells: label, and how the sentence goes on."""


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    found = waste(session, query, settings)
    first = query.start or settings.programme_start
    last = query.to or reference_day(query, settings)
    rows = [_waste_row(route, found, _factor(route, found.book, first, last)) for route in ROUTES]
    rows.append(_total(found, rows))
    for key, (label, words) in _PART_5.items():
        machines = _count(session, query, settings, key)
        were = "machine was" if machines == 1 else "machines were"
        rows.append(
            {
                "part": "5 Procurement",
                "line": label,
                "key": key,
                "machines": Figure(machines, key),
                "text": f"In the period {machines:,} {were} {words}.",
            }
        )
    return rows, [*found.notes, *_notes(query, found, found.book.fitting("conversion", first, last))]


def _waste_row(route: str, found: Waste, factor: Conversion | None) -> dict[str, Any]:
    load, expected = found.of([route]), found.of([route], "expected")
    co2e = _co2e(load, factor)
    if factor is None:
        words = _NO_FACTOR.get(route, "no factor in the set that is used")
        text = f"{_tonnes(load)}: {words}."
    else:
        words = f"{factor.value:g} {factor.unit}"
        text = f"{_tonnes(load)} x {words} = {'not known' if co2e is None else f'{co2e:.3f} t CO2e'}."
    return {
        "part": "3 Emissions: waste",
        "line": f"Electrical equipment: {ROUTES[route][0].lower()}{ROUTES[route][1:]}",
        "key": route,
        "tonnes": Figure(load.tonnes, route),
        "expected": Figure(expected.tonnes, f"{route}.expected"),
        "factor": words,
        "co2e": Figure(co2e, route),
        "machines": Figure(load.machines, route),
        "text": text,
    }


def _tonnes(load: Load) -> str:
    return "weight not known" if load.tonnes is None else f"{load.tonnes:.3f} t"


def _factor(route: str, book: FactorBook, first: date, last: date) -> Conversion | None:
    """The conversion factor of *route* in kg CO2e per tonne, of the set that fits the period."""
    name = _FACTOR_OF.get(route)
    return book.conversion(name, first, last) if name else None


def _co2e(load: Load, factor: Conversion | None) -> float | None:
    """Tonnes CO2e to three decimals; None without a factor or a mass."""
    if factor is None or load.tonnes is None:
        return None
    return float(round(load.mass.grams * factor.value / 1_000_000_000, 3))


def _total(found: Waste, rows: list[dict[str, Any]]) -> dict[str, Any]:
    load, expected = found.of(), found.of(certainty="expected")
    known = [row["co2e"].value for row in rows if row["co2e"].value is not None]
    co2e = round(sum(known), 3) if known else None
    return {
        "part": "3 Emissions: waste",
        "line": "Electrical equipment, all routes",
        "key": "all",
        "tonnes": Figure(load.tonnes, "all"),
        "expected": Figure(expected.tonnes, "all.expected"),
        "factor": "sum of the lines that have a factor",
        "co2e": Figure(co2e, "all"),
        "machines": Figure(load.machines, "all"),
        "text": f"{_tonnes(load)} in all; {'emissions not known' if co2e is None else f'{co2e:.3f} t CO2e'}.",
    }


def _notes(query: Query, found: Waste, factors: FactorSet | None) -> list[str]:
    notes = []
    if factors is not None:
        notes.append(f"Conversion factors: {factors.words}. {factors.notice}".strip())
        first, last = (day.year if day else None for day in (query.start, query.to))
        published = factors.published[:4]
        if published.isdigit() and ((first and int(published) < first) or (last and int(published) > last)):
            notes.append(
                f"No month of the period lies in {published}, the year of these factors. The set with most months of "
                "the period is the one to use; name it as `factors` where it is on record."
            )
    without = found.of(_NO_FACTOR)
    if without.machines:
        notes.append(f"{without.machines:,} machines took a route without a factor and add nothing to the total.")
    if query.year is None or query.span == "calendar":
        notes.append("The return is made for an academic or a financial year; ask for one to get figures for it.")
    notes.append(
        "Part 5: this register holds no criteria of a purchase, so it states nothing about labour rights in factories, "
        "conflict minerals or weightings in tenders."
    )
    return notes


def _count(session: Session, query: Query, settings: Settings, key: str) -> int:
    return int(session.scalar(select(func.count()).select_from(_part_5(session, query, settings, key).subquery())) or 0)


def _part_5(session: Session, query: Query, settings: Settings, key: str) -> Select[Any]:
    if key != "received":
        return prevention_machines(query, settings, key)
    return machines_with_lines(session, whole(query), settings, (key,))


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    if cell in _PART_5:
        return _part_5(session, query, settings, cell)
    name, _, certainty = cell.partition(".")
    if certainty not in ("", "expected") or name not in (*ROUTES, "all"):
        return None
    return waste_machines(query, settings, ROUTES if name == "all" else (name,), certainty)


def _chart(report: Report) -> Chart | None:
    rows = [row for row in report.rows if row["key"] in ROUTES]
    if not any(row["tonnes"].value for row in rows):
        return None
    values, cells = tuple(row["tonnes"].value for row in rows), tuple(row["tonnes"].cell for row in rows)
    series = Series("Tonnes", values, "tonnes", cells)
    return Chart("bars", "Waste by route, in tonnes", tuple(ROUTES[row["key"]] for row in rows), (series,), "t")


def _panel(report: Report) -> list[Panel]:
    whole = next(row for row in report.rows if row["key"] == "all")
    words = "of waste by route, in the report on climate change duties"
    return [Panel("Emissions of waste", whole["co2e"], "t CO2e", words)]


REPORT = ReportType(
    "climate_duties",
    "Climate change duties",
    DEFINITION,
    (
        Column("part", "Part", heads="Part {}".format),
        Column("line", "Line"),
        Column("tonnes", "Mass", "t"),
        Column("expected", "Of it expected", "t"),
        Column("factor", "Factor"),
        Column("co2e", "Emissions", "t CO2e"),
        Column("machines", "Machines", "machines"),
        Column("text", "To paste"),
    ),
    _run,
    _select,
    filters=WASTE_FILTERS,
    subjects=("class_footprint", "model_footprint", "conversion"),
    chart=_chart,
    panel=_panel,
    across=True,
    topic="Waste",
    place=40,
)
