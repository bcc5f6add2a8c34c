"""The re-use rate: what was used again out of all that reached an outcome, with the bridge to the headline."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.factors import FactorBook
from inventory.footprint.queries import factor_book
from inventory.lifecycle.models import OutcomeFact
from inventory.lifecycle.waste_hierarchy import IN_HIERARCHY, TIERS
from inventory.reports._base import Column, Figure, Panel, Report, ReportType, day_words
from inventory.reports._charts import Chart, Series
from inventory.reports._masses import (
    Counted,
    Load,
    loads,
    machines_where,
    mass_words,
    outcomes,
    outcomes_by_year,
    percent,
    unknown_kind_words,
)
from inventory.reports._outcomes import filters, known_at, last_in_period, per_machine
from inventory.reports._query import Query, year_label
from inventory.reports._years import year_of_cell, years_shown

DEFINITION: Final = (
    "Machines whose last standing outcome in the period is re-use, over all whose last outcome is in tiers 1 to 5 of "
    "the waste hierarchy (Directive 2008/98/EC Art. 4), expected and confirmed together; and the same by mass. The "
    "re-use rate takes tier 1 (prevention: used again and never waste) and tier 2 (prepared for re-use after becoming "
    "waste); the strict rate takes tier 1 alone. Repair in place is no outcome; losses and fates with a lessor are in "
    "neither part. A machine with outcomes in two years stands in both."
)
_TIERS: Final = {"tier1": ("prevention",), "tier2": ("preparing_for_reuse",), "all": tuple(TIERS)}
"""Parts of a cell: the tiers that are in it."""
_BRIDGE: Final = {
    "sold": "Less: sold as working equipment, which is tier 1 and not in the headline",
    "before": "Less: re-used before the programme began",
    "followed": "Plus: re-used in the period and then reached a later outcome in it",
    "earlier": "Plus: re-used since the programme began and not again in the period",
    "headline": "Machines re-used internally or donated since the programme began",
}
"""From tier 1 of the period to the headline: cell and label."""


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    book = factor_book(session, query.as_at, query.factors)
    found = outcomes(session, query, settings)
    years = years_shown(query, settings)
    by_year = outcomes_by_year(session, query, settings, years)
    rows = [_row("period", "The period asked about", found, book)]
    rows += [_row(str(year), year_label(year), [each for each in by_year if each.year == year], book) for year in years]
    sold = sum(each.group.machines for each in found if each.measure == "sold")
    counts = {"sold": sold} | _headline(session, query, settings)
    rows += [{"what": label, "key": key, "tier1": Figure(counts[key], key)} for key, label in _BRIDGE.items()]
    return rows, _notes(session, query, settings, found, book)


def _row(key: str, label: str, found: Sequence[Counted], book: FactorBook) -> dict[str, Any]:
    by_tier = loads(found, book, lambda each: each.tier if each.measure in IN_HIERARCHY else None)
    tier1, tier2 = by_tier["prevention"], by_tier["preparing_for_reuse"]
    whole, reused = sum(by_tier.values(), Load()), tier1 + tier2
    return {
        "what": label,
        "key": key,
        "tier1": Figure(tier1.machines, f"{key}.tier1"),
        "tier2": Figure(tier2.machines, f"{key}.tier2"),
        "all": Figure(whole.machines, f"{key}.all"),
        "rate": Figure(percent(reused.machines, whole.machines), f"{key}.all"),
        "strict": Figure(percent(tier1.machines, whole.machines), f"{key}.all"),
        "kg_reused": Figure(reused.kg, f"{key}.reused"),
        "kg_all": Figure(whole.kg, f"{key}.all"),
        "kg_rate": Figure(percent(reused.mass.grams, whole.mass.grams), f"{key}.all"),
        "kg_strict": Figure(percent(tier1.mass.grams, whole.mass.grams), f"{key}.all"),
    }


def _notes(session: Session, query: Query, settings: Settings, found: list[Counted], book: FactorBook) -> list[str]:
    in_tiers = [each for each in found if each.measure in IN_HIERARCHY]
    whole = sum(loads(in_tiers, book, lambda each: each.tier).values(), Load())
    expected = sum(each.group.machines for each in in_tiers if each.certainty == "expected")
    notes = [
        "Which rate is shown stands in the head of each column: tiers 1 and 2 together, or tier 1 alone. "
        "By machines and by mass are different rates: a light laptop counts as much as a heavy workstation in the one.",
        f"The programme began on {day_words(settings.programme_start)}. Of tier 1 in the period, the lines below the "
        "years lead to the machines of the headline up to the last day of the period.",
        mass_words(whole.mass, whole.machines),
    ]
    if expected:
        notes.append(
            f"Of {whole.machines:,} machines in the period {expected:,} stand in a tier that is expected only."
        )
    if not query.kind and query.group == "computer":
        gap = outcomes(session, replace(query, group="unknown"), settings)
        notes += unknown_kind_words(sum(each.group.machines for each in gap))
    return notes


def _headline(session: Session, query: Query, settings: Settings) -> dict[str, int]:
    statement, parts = _of_headline(query, settings)
    tier1_before = machines_where(query, settings, *_before(settings))
    row = session.execute(
        statement.with_only_columns(
            func.count(), *(func.sum(case((condition, 1), else_=0)) for condition in parts.values())
        )
    ).one()
    before = session.scalar(select(func.count()).select_from(tier1_before.subquery()))
    names = ("headline", *parts)
    return {name: int(number or 0) for name, number in zip(names, row, strict=True)} | {"before": int(before or 0)}


def _before(settings: Settings) -> list[ColumnElement[bool]]:
    return [OutcomeFact.measure.in_(("redeployed", "donated")), OutcomeFact.day < settings.programme_start]


def _of_headline(query: Query, settings: Settings) -> tuple[Select[Any], dict[str, ColumnElement[bool]]]:
    """The machines of the headline up to the last day, each with its latest line, and what tells the two parts."""
    machines = per_machine(replace(query, year=None, span="academic", start=None), settings)
    first: date = query.start or settings.programme_start
    latest = and_(OutcomeFact.asset_id == machines.c.asset_id, OutcomeFact.rank == machines.c.last, known_at(query))
    found: Any = select(machines.c.asset_id.label("asset_id"), OutcomeFact.key.label("key"))
    parts = {
        "followed": and_(OutcomeFact.day >= first, not_(and_(*last_in_period(query, settings)))),
        "earlier": OutcomeFact.day < first,
    }
    return cast("Select[Any]", found.join(OutcomeFact, latest).where(*filters(query))), parts


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    if cell == "sold":
        return machines_where(query, settings, OutcomeFact.measure == "sold")
    if cell == "before":
        return machines_where(query, settings, *_before(settings))
    if cell in _BRIDGE:
        statement, parts = _of_headline(query, settings)
        return statement.where(parts[cell]) if cell in parts else statement
    name, _, part = cell.partition(".")
    asked = query if name == "period" else year_of_cell(name, query, settings)
    tiers = (_TIERS["tier1"] + _TIERS["tier2"]) if part == "reused" else _TIERS.get(part)
    if asked is None or tiers is None:
        return None
    conditions = [OutcomeFact.measure.in_(sorted(IN_HIERARCHY)), OutcomeFact.tier.in_(tiers)]
    return machines_where(asked, settings, *conditions)


def _chart(report: Report) -> Chart | None:
    years = [row for row in report.rows if row["key"].isdigit()]
    if not any(row["all"].value for row in years):
        return None
    lines = (("rate", "Re-use rate (tiers 1 and 2)"), ("strict", "Strict rate (tier 1)"))
    return Chart(
        "trend",
        "Share of machines used again, by academic year",
        tuple(row["what"] for row in years),
        tuple(
            Series(label, tuple(row[key].value for row in years), key, tuple(row[key].cell for row in years))
            for key, label in lines
        ),
        "%",
    )


def _panel(report: Report) -> list[Panel]:
    period = report.rows[0]
    return [
        Panel("Re-use rate", period["rate"], "%", "of the machines that reached an outcome: tiers 1 and 2"),
        Panel("Strict re-use rate", period["strict"], "%", "tier 1 alone: used again and never waste"),
    ]


REPORT = ReportType(
    "reuse_rate",
    "Re-use rate",
    DEFINITION,
    (
        Column("what", "Of"),
        Column("tier1", "Tier 1, prevention", "machines"),
        Column("tier2", "Tier 2, preparing for re-use", "machines"),
        Column("all", "Tiers 1 to 5", "machines"),
        Column("rate", "Re-use rate (tiers 1 and 2)", "%"),
        Column("strict", "Strict rate (tier 1)", "%"),
        Column("kg_reused", "Mass of tiers 1 and 2", "kg"),
        Column("kg_all", "Mass of tiers 1 to 5", "kg"),
        Column("kg_rate", "Re-use rate by mass (tiers 1 and 2)", "%"),
        Column("kg_strict", "Strict rate by mass (tier 1)", "%"),
    ),
    _run,
    _select,
    subjects=("class_footprint", "model_footprint"),
    chart=_chart,
    across=True,
    topic="Re-use",
    place=30,
    panel=_panel,
)
