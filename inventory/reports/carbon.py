"""Carbon: what was bought, what the waste took, what re-use may have avoided; three figures that are never added."""

from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.carbon import CAUTION, ESTIMATE
from inventory.footprint.queries import factor_book
from inventory.lifecycle.models import OutcomeFact
from inventory.reports import _purchases, _reuse
from inventory.reports._base import Column, Panel, Report, ReportType
from inventory.reports._carbon_rows import LABELS, ROUTES, Basis, avoided_rows, bought, route_of_fact, waste
from inventory.reports._charts import Chart, Series
from inventory.reports._query import Query
from inventory.reports._standing import reference_day

DEFINITION = (
    "Three answers that are never added. (a) Embodied emissions of the machines bought in the period, as the register "
    "knows them. (b) Treatment of the waste that left in the period, each machine by its last outcome. (c) What re-use "
    "in the period may have avoided: an estimate, not in the inventory, and never taken off (a) or (b). The route by "
    "product carbon footprints and the route by mass stand in rows of their own and are never mixed in one total."
)
FACTORS: Final = ("material_it", "waste_recycling", "waste_combustion", "waste_landfill")
_BOUGHT: Final[dict[str, bool | None]] = {"bought": None, "bought.footprint": True, "bought.unknown": False}
"""Cells of what was bought: those with a footprint, those without, or all."""


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    book = factor_book(session, query.as_at, query.factors)
    basis = Basis(book, query.start or settings.programme_start, reference_day(query, settings), settings)
    notes = []
    parts = [waste(session, query, basis), avoided_rows(session, query, basis)]
    if query.partner or query.contractor:
        notes.append("Nobody receives what is bought, so (a) is left out of the answer for one receiver.")
    else:
        parts.insert(0, bought(session, query, basis))
    notes += [note for part in parts for note in part.notes]
    if gap := sum(part.unknown_kind for part in parts):
        which = "1 machine of unknown kind was" if gap == 1 else f"{gap:,} machines of unknown kind were"
        notes.append(f"{which} bought or re-used and stands in no figure until the kind is known.")
    unseen = [name for name in FACTORS if (found := basis.factor(name)) and not found.official]
    if unseen:
        notes.append(
            f"Not compared with the official file yet: {', '.join(unseen)}. Bring in the official factors before a "
            "figure that rests on them is published."
        )
    return [row for part in parts for row in part.rows], [*notes, CAUTION]


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    name, _, part = cell.partition(".")
    if cell in _BOUGHT:
        if query.partner or query.contractor:
            return None
        book = factor_book(session, query.as_at, query.factors)
        return _purchases.members(session, query, settings, book, _BOUGHT[cell])
    if name == "waste" and (part in ROUTES or cell == name):
        route = [route_of_fact() == part] if part else []
        return _reuse.last_members(query, settings, OutcomeFact.measure == "waste", *route)
    if name == "reuse" and (part in LABELS or cell == name):
        return _reuse.members(query, settings, _reuse.of(*([part] if part else LABELS)))
    if cell in LABELS or cell in ("avoided", "avoided.unknown"):
        book = factor_book(session, query.as_at, query.factors)
        known = OutcomeFact.kind.in_(sorted(kind for kind in query.kinds if book.of_class(kind)))
        outcomes = [cell] if cell in LABELS else list(LABELS)
        return _reuse.members(query, settings, _reuse.of(*outcomes), ~known if cell == "avoided.unknown" else known)
    return None


def _chart(report: Report) -> Chart | None:
    rows = {row["key"]: row for row in report.rows if row["key"] in LABELS and row["events"].value}
    if not rows:
        return None
    return Chart(
        "ranges",
        f"Avoided by re-use, by product carbon footprints: {ESTIMATE}",
        tuple(LABELS[key] for key in rows),
        tuple(
            Series(name.capitalize(), tuple(row[name].value for row in rows.values()), cells=tuple(rows))
            for name in ("low", "central", "high")
        ),
        "t CO2e",
        tuple(row["basis"] for row in rows.values()),
    )


_PARTS: Final = {
    "(a)": "(a) Bought, embodied emissions: {}",
    "(b)": "(b) Waste, treatment: {}",
    "(c)": "(c) Avoided by re-use: {}",
}


def _heading(part: str) -> str:
    letter, _, words = part.partition(" ")
    return _PARTS[letter].format(words)


def _panel(report: Report) -> list[Panel]:
    row = next(row for row in report.rows if row["key"] == "avoided")
    if row["central"].value is None:
        return []
    words = f"low {row['low'].value:,}, high {row['high'].value:,}; {ESTIMATE}"
    return [Panel("Avoided by re-use, central", row["central"], "t CO2e", words)]


REPORT = ReportType(
    "carbon",
    "Carbon",
    DEFINITION,
    (
        Column("what", "What"),
        Column("part", "Part", heads=_heading),
        Column("machines", "Machines", "machines"),
        Column("events", "Re-use", "events"),
        Column("kg", "Mass", "kg"),
        Column("low", "Low", "t CO2e"),
        Column("central", "Central", "t CO2e"),
        Column("high", "High", "t CO2e"),
        Column("basis", "Method and factor"),
    ),
    _run,
    _select,
    subjects=("class_footprint", "model_footprint", "conversion", "avoided"),
    chart=_chart,
    panel=_panel,
    across=True,
    topic="Carbon and money",
    place=10,
)
