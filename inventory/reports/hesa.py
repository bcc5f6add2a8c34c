"""HESA estates return: what this register contributes to the waste mass, in tonnes."""

from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.reports._base import Column, Figure, Panel, Report, ReportType
from inventory.reports._charts import Chart
from inventory.reports._masses import Load
from inventory.reports._query import Query
from inventory.reports._waste import (
    CERTAINTIES,
    WASTE_FILTERS,
    chart_of,
    prevention_machines,
    waste,
    waste_machines,
)

DEFINITION: Final = (
    "What equipment in this register adds to the waste mass of the HESA estates management record (as defined in "
    "C13042, Waste mass), in tonnes by method: what left as waste in the period, dated by its collection. A "
    "contribution to each line, never the whole return; composting and anaerobic digestion get nothing from here. The "
    "record has no line for re-use: what was prepared for re-use after becoming waste, and what was used again and "
    "never waste, stand beside the total and are not in it."
)
_LINES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "recycled": ("Recycled", ("recycled",)),
    "incineration": ("Incineration", ("incinerated",)),
    "landfill": ("Landfill", ("landfilled",)),
    "energy": ("Energy", ("energy_recovered",)),
    "other": ("Other: disposed of, not told how", ("disposed",)),
    "total": ("Total", ("recycled", "incinerated", "landfilled", "energy_recovered", "disposed")),
    "prepared": ("Beside: prepared for re-use by a contractor", ("prepared_for_reuse",)),
}
"""Cells: label and the routes that are in the line."""


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    found = waste(session, query, settings)
    rows = [
        _row(key, label, {certainty: found.of(routes, certainty) for certainty in CERTAINTIES})
        for key, (label, routes) in _LINES.items()
    ]
    rows.append(_row("reused", "Beside: used again and never waste", {"confirmed": found.prevention}))
    notes = [
        "The record asks for non-residential, residential and other works; this register does not tell them apart.",
        "Prepared for re-use is waste by law and in 306-3 of the report `gri_306`; an institution that returns it puts "
        "it under the line that its own guidance names.",
        "A line is accurate where every machine was weighed and its fate is confirmed; otherwise it is an estimate.",
    ]
    if query.academic_year is None:
        notes.append("The record covers an academic year; ask for one to get figures for it.")
    return rows, [*found.notes, *notes]


def _row(key: str, label: str, parts: dict[str, Load]) -> dict[str, Any]:
    together = sum(parts.values(), Load())
    single = len(parts) == 1
    return {
        "line": label,
        "key": key,
        **{
            certainty: Figure(load.tonnes, key if single else f"{key}.{certainty}") for certainty, load in parts.items()
        },
        "together": Figure(together.tonnes, key),
        "flag": _flag(together, parts.get("expected", Load())),
        "estimated": Figure(together.mass.estimated_percent, key),
        "machines": Figure(together.machines, key),
    }


def _flag(load: Load, expected: Load) -> str:
    if not load.machines:
        return "nil"
    sure = load.mass.measured == load.machines and not expected.machines
    return "accurate" if sure else "estimate"


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    if cell == "reused":
        return prevention_machines(query, settings)
    name, _, certainty = cell.partition(".")
    if name not in _LINES or certainty not in ("", *CERTAINTIES):
        return None
    return waste_machines(query, settings, _LINES[name][1], certainty)


def _chart(report: Report) -> Chart | None:
    rows = [row for row in report.rows if row["key"] in _LINES and row["key"] not in ("total", "prepared")]
    return chart_of(rows, "Contribution to the waste mass, in tonnes", "t")


def _panel(report: Report) -> list[Panel]:
    total = next(row for row in report.rows if row["key"] == "total")
    return [Panel("Waste mass for HESA", total["together"], "t", f"this register's contribution; {total['flag']}")]


REPORT = ReportType(
    "hesa",
    "HESA waste mass",
    DEFINITION,
    (
        Column("line", "Line"),
        Column("confirmed", "Confirmed", "t"),
        Column("expected", "Expected", "t"),
        Column("together", "Together", "t"),
        Column("flag", "Accuracy"),
        Column("estimated", "Of the mass estimated", "%"),
        Column("machines", "Machines", "machines"),
    ),
    _run,
    _select,
    filters=WASTE_FILTERS,
    subjects=("class_footprint", "model_footprint"),
    chart=_chart,
    panel=_panel,
    topic="Waste",
    place=30,
)
