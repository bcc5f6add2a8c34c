"""The trend: outcomes by tier for each of ten academic years."""

from collections import Counter
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.lifecycle.models import OutcomeFact, Tally
from inventory.lifecycle.upkeep import basis_holds
from inventory.lifecycle.waste_hierarchy import IN_HIERARCHY, TIERS
from inventory.reports import hierarchy
from inventory.reports._base import Column, Figure, Report, ReportType
from inventory.reports._charts import Chart, Series
from inventory.reports._outcomes import filters, known_at, tally_department
from inventory.reports._query import GROUPS, Query, year_label
from inventory.reports._years import in_year, year_of_cell, years_shown

DEFINITION = (
    "For each academic year and each machine, its last standing outcome reached in that year, by tier of the waste "
    "hierarchy (Directive 2008/98/EC Art. 4), expected and confirmed together. A machine that reached an outcome in "
    "two years stands in both, so the years do not add up to the headline."
)
_DRAWN = {"all": "All outcomes", "prevention": "Prevention", "recycling": "Recycling"}
"""Lines of the chart: the others are too few to be told from nothing."""


def by_year(session: Session, query: Query, settings: Settings) -> Counter[tuple[int, str]]:
    """Machines by (year, tier) for the ten years."""
    years = years_shown(query, settings)
    first, last = years[0], years[-1]
    if not basis_holds(session, settings):
        return _live(session, query, settings, years)
    if query.plain:
        statement: Any = (
            select(Tally.year, Tally.tier, func.sum(Tally.machines))
            .where(
                Tally.figure == "outcome",
                Tally.year.between(first, last),
                Tally.kind.in_(sorted(GROUPS[query.group])),
                Tally.measure.in_(sorted(IN_HIERARCHY)),
                *tally_department(query),
            )
            .group_by(Tally.year, Tally.tier)
        )
    else:
        statement = (
            select(OutcomeFact.year, OutcomeFact.tier, func.count())
            .where(
                known_at(query),
                OutcomeFact.year.between(first, last),
                OutcomeFact.latest_in_year,
                OutcomeFact.measure.in_(sorted(IN_HIERARCHY)),
                *filters(query),
            )
            .group_by(OutcomeFact.year, OutcomeFact.tier)
        )
    return Counter({(year, tier): int(number) for year, tier, number in session.execute(statement)})


def _live(session: Session, query: Query, settings: Settings, years: range) -> Counter[tuple[int, str]]:
    found: Counter[tuple[int, str]] = Counter()
    for year in years:
        for each in hierarchy.cells(session, in_year(query, year, settings), settings, stored=False):
            if each.measure in IN_HIERARCHY:
                found[year, each.tier] += each.group.machines
    return found


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    found = by_year(session, query, settings)
    rows = []
    for year in years_shown(query, settings):
        label = year_label(year)
        row: dict[str, Any] = {"year": label, "key": str(year)}
        row |= {key: Figure(found[year, key], f"{year}.{key}") for key in TIERS}
        row["all"] = Figure(sum(found[year, key] for key in TIERS), f"{year}.all")
        rows.append(row)
    return rows, ["Each year runs from the first day of its first month to the last day before the next."]


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    name, _, part = cell.partition(".")
    asked = year_of_cell(name, query, settings)
    if asked is None or (part != "all" and part not in TIERS):
        return None
    return hierarchy.REPORT.select(session, asked, settings, part)


def _chart(report: Report) -> Chart:
    def series(key: str) -> Series:
        cells = [row[key] for row in report.rows]
        return Series(_DRAWN[key], tuple(each.value for each in cells), key, tuple(each.cell for each in cells))

    years = tuple(row["year"] for row in report.rows)
    return Chart("trend", "Machines that reached an outcome, by academic year", years, tuple(map(series, _DRAWN)))


REPORT = ReportType(
    "trend",
    "Ten academic years",
    DEFINITION,
    (
        Column("year", "Academic year"),
        *(Column(tier.key, tier.label, "machines") for tier in TIERS.values()),
        Column("all", "Tiers 1 to 5", "machines"),
    ),
    _run,
    _select,
    needs_period=False,
    chart=_chart,
    topic="Re-use",
    place=30,
)
