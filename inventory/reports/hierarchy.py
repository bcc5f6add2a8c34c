"""Outcomes by tier of the waste hierarchy in a period, expected and confirmed apart."""

from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, case, func, null, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.mass import Group, Mass, mass_of
from inventory.footprint.queries import factor_book
from inventory.lifecycle.models import OutcomeFact, Tally
from inventory.lifecycle.waste_hierarchy import IN_HIERARCHY, MEASURES, TIERS
from inventory.reports._base import Column, Figure, Report, ReportType
from inventory.reports._charts import Chart, Series
from inventory.reports._masses import mass_words, unknown_kind_words
from inventory.reports._outcomes import filters, last_in_period, stored_counts_answer, tally_department
from inventory.reports._query import GROUPS, Query
from inventory.reports._returns import machines_with_lines

DEFINITION = (
    "For each machine its last standing outcome reached in the period, by tier of the waste hierarchy (Directive "
    "2008/98/EC Art. 4). What left as waste is dated by its collection: expected until the contractor's report "
    "confirms it. Shares are of tiers 1 to 5 together; losses, fates with a lessor and lives extended stand outside."
)
OUTSIDE = (
    ("lessor_unknown", "With lessor, fate not reported"),
    ("lessor_reported", "With lessor, fate reported"),
    ("loss", "Lost or stolen"),
)
EXTENDING = ("repaired", "upgraded")


class Counted(NamedTuple):
    """Machines with one last outcome, of one kind (and model, where that was asked)."""

    measure: str
    tier: str
    certainty: str
    older: bool
    group: Group


def cells(session: Session, query: Query, settings: Settings, *, stored: bool, models: bool = False) -> list[Counted]:
    """The machines' last outcomes, counted by kind; with *models* by model too, for their mass.

    *stored*: read the stored counts of the year, which must be believed (`stored_counts_answer`); they do
    not know models.
    """
    if stored and not models:
        rows = session.execute(
            select(
                Tally.measure,
                Tally.tier,
                Tally.certainty,
                Tally.older,
                Tally.kind,
                null(),
                func.sum(Tally.machines),
                func.sum(Tally.weighed),
                func.sum(Tally.mass_g),
            )
            .where(
                Tally.figure == "outcome",
                Tally.year == query.year,
                Tally.kind.in_(sorted(GROUPS[query.group])),
                *tally_department(query),
            )
            .group_by(Tally.measure, Tally.tier, Tally.certainty, Tally.older, Tally.kind)
            .having(func.sum(Tally.machines) != 0)
        )
    else:
        fact = OutcomeFact
        rows = session.execute(
            select(
                fact.measure,
                fact.tier,
                fact.certainty,
                fact.older,
                fact.kind,
                fact.model_key if models else null(),
                func.count(),
                func.sum(case((fact.mass_g.is_not(None), 1), else_=0)),
                func.coalesce(func.sum(fact.mass_g), 0),
            )
            .where(*last_in_period(query, settings), *filters(query))
            .group_by(
                fact.measure, fact.tier, fact.certainty, fact.older, fact.kind, *([fact.model_key] if models else [])
            )
        )
    return [Counted(*row[:4], Group(row[4], row[5], *map(int, row[6:]))) for row in rows]


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    stored = query.academic_year is not None and stored_counts_answer(session, query, settings)
    book = factor_book(session, query.as_at, query.factors)
    found = cells(session, query, settings, stored=stored, models=book.knows_models)
    machines: Counter[tuple[str, str]] = Counter()
    older: Counter[str] = Counter()
    masses = dict.fromkeys(TIERS, Mass())
    outside: Counter[str] = Counter()
    for measure, tier, certainty, from_older, group in found:
        number = group.machines
        if measure in IN_HIERARCHY:
            machines[tier, certainty] += number
            older[tier] += number if from_older else 0
            masses[tier] += mass_of(group, book)
        elif measure == "lessor":
            outside["lessor_reported" if tier else "lessor_unknown"] += number
        else:
            outside[measure] += number
    whole = sum(machines.values())
    together = sum(masses.values(), Mass())
    rows: list[dict[str, Any]] = []
    for step in TIERS.values():
        confirmed, expected = machines[step.key, "confirmed"], machines[step.key, "expected"]
        total = confirmed + expected
        rows.append(
            {
                "tier": step.label,
                "key": step.key,
                "confirmed": Figure(confirmed, f"{step.key}.confirmed"),
                "expected": Figure(expected, f"{step.key}.expected"),
                "machines": Figure(total, step.key),
                "share": Figure(round(100 * total / whole, 1) if whole else None, step.key),
                **_mass_cells(masses[step.key], together, step.key),
                "older": Figure(older[step.key], f"{step.key}.older"),
            }
        )
    rows.append(
        {
            "tier": "Tiers 1 to 5",
            "key": "all",
            "confirmed": Figure(sum(machines[key, "confirmed"] for key in TIERS), "all.confirmed"),
            "expected": Figure(sum(machines[key, "expected"] for key in TIERS), "all.expected"),
            "machines": Figure(whole, "all"),
            "share": Figure(100.0 if whole else None, "all"),
            **_mass_cells(together, together, "all"),
            "older": Figure(sum(older.values()), "all.older"),
        }
    )
    for key, label in OUTSIDE:
        rows.append({"tier": f"{label} (outside the shares)", "key": key, "machines": Figure(outside[key], key)})
    rows.append(
        {
            "tier": "Life extended by repair or upgrade (outside the shares)",
            "key": "extended",
            "machines": Figure(lives_extended(session, query, settings, stored=stored), "extended"),
        }
    )
    gap = _gap(session, query, settings, stored=stored)
    return rows, [mass_words(together, whole), *unknown_kind_words(gap)]


def _mass_cells(mass: Mass, together: Mass, key: str) -> dict[str, Figure]:
    share = round(100 * mass.grams / together.grams, 1) if together.grams else None
    return {
        "kg": Figure(mass.kg, key),
        "kg_share": Figure(share, key),
        "estimated": Figure(mass.estimated_percent, key),
        "weighed": Figure(mass.measured, f"{key}.weighed"),
    }


def _gap(session: Session, query: Query, settings: Settings, *, stored: bool) -> int:
    if query.kind or query.group != "computer":
        return 0
    return sum(row.group.machines for row in cells(session, replace(query, group="unknown"), settings, stored=stored))


def lives_extended(session: Session, query: Query, settings: Settings, *, stored: bool) -> int:
    """Machines with a standing repair or upgrade in the period; *stored* as in `cells`."""
    if stored:
        counted: Any = select(func.sum(Tally.machines)).where(
            Tally.figure == "extended",
            Tally.year == query.year,
            Tally.kind.in_(sorted(GROUPS[query.group])),
            *tally_department(query),
        )
    else:
        counted = select(func.count()).select_from(machines_with_lines(session, query, settings, EXTENDING).subquery())
    return int(session.scalar(counted) or 0)


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    if cell == "extended":
        return machines_with_lines(session, query, settings, EXTENDING)
    fact = OutcomeFact
    name, _, part = cell.partition(".")
    conditions: list[Any] = []
    if name in TIERS:
        conditions = [fact.tier == name, fact.measure.in_(sorted(IN_HIERARCHY))]
    elif name == "all":
        conditions = [fact.measure.in_(sorted(IN_HIERARCHY))]
    elif name.startswith("lessor_"):
        conditions = [fact.measure == "lessor", fact.tier != "" if name == "lessor_reported" else fact.tier == ""]
    elif name in MEASURES:
        conditions = [fact.measure == name]
    else:
        return None
    parts: dict[str, list[Any]] = {
        "": [],
        "confirmed": [fact.certainty == "confirmed"],
        "expected": [fact.certainty == "expected"],
        "older": [fact.older],
        "weighed": [fact.mass_g.is_not(None)],
    }
    if part not in parts:
        return None
    found: Any = select(fact.asset_id.label("asset_id"), fact.key.label("key"))
    narrowed = found.where(*last_in_period(query, settings), *filters(query), *conditions, *parts[part])
    return cast("Select[Any]", narrowed)


def _chart(report: Report) -> Chart:
    rows = [row for row in report.rows if row["key"] in TIERS]

    def series(name: str) -> Series:
        cells = [row[name] for row in rows]
        return Series(name, tuple(each.value for each in cells), cells=tuple(each.cell for each in cells))

    return Chart(
        "hierarchy",
        "Machines by the tier of their last outcome",
        tuple(row["tier"] for row in rows),
        (series("confirmed"), series("expected")),
        notes=tuple(_beside(row) for row in rows),
    )


def _beside(row: dict[str, Any]) -> str:
    """What is said beside a tier's bar."""
    parts = [
        (row["share"].value, "{:,} %"),
        (row["kg"].value, "{:,} kg"),
        (row["expected"].value or None, "{:,} expected"),
        (row["older"].value or None, "{:,} from older records"),
    ]
    said = [words.format(number) for number, words in parts if number is not None]
    return ", ".join(said) if row["machines"].value else ""


REPORT = ReportType(
    "hierarchy",
    "Waste hierarchy",
    DEFINITION,
    (
        Column("tier", "Tier"),
        Column("confirmed", "Confirmed", "machines"),
        Column("expected", "Expected", "machines"),
        Column("machines", "Together", "machines"),
        Column("share", "Share", "%"),
        Column("kg", "Mass", "kg"),
        Column("kg_share", "Share of mass", "%"),
        Column("estimated", "Of the mass estimated", "%"),
        Column("weighed", "Weighed", "machines"),
        Column("older", "From older records", "machines"),
    ),
    _run,
    _select,
    subjects=("class_footprint", "model_footprint"),
    chart=_chart,
    topic="Re-use",
    place=20,
)
