"""Outcomes by tier of the waste hierarchy in a period, expected and confirmed apart."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from inventory.config import Settings
from inventory.db import among
from inventory.lifecycle.counting import local_day
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.models import LifecycleEvent, OutcomeFact, Tally
from inventory.lifecycle.rules import replay
from inventory.lifecycle.waste_hierarchy import IN_HIERARCHY, MEASURES, TIERS
from inventory.register.models import Asset, Department
from inventory.register.queries import subtree
from inventory.reports._base import Column, Figure, ReportType
from inventory.reports._outcomes import filters, last_in_period, stored_counts_answer, tally_department
from inventory.reports._query import GROUPS, UNKNOWN_DEPARTMENT, Query

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
_PAGE = 1_000
"""Machines replayed at a time."""


def cells(
    session: Session, query: Query, settings: Settings, *, stored: bool
) -> list[tuple[str, str, str, bool, int, int, int]]:
    """(measure, tier, certainty, older, machines, weighed, grams) of the machines' last outcomes.

    *stored*: read the stored counts of the year, which must be believed (`stored_counts_answer`).
    """
    if stored:
        rows = session.execute(
            select(
                Tally.measure,
                Tally.tier,
                Tally.certainty,
                Tally.older,
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
            .group_by(Tally.measure, Tally.tier, Tally.certainty, Tally.older)
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
                func.count(),
                func.sum(case((fact.mass_g.is_not(None), 1), else_=0)),
                func.coalesce(func.sum(fact.mass_g), 0),
            )
            .where(*last_in_period(query, settings), *filters(query))
            .group_by(fact.measure, fact.tier, fact.certainty, fact.older)
        )
    return [(*row[:4], int(row[4]), int(row[5]), int(row[6])) for row in rows]


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    stored = query.year is not None and stored_counts_answer(session, query, settings)
    found = cells(session, query, settings, stored=stored)
    machines: Counter[tuple[str, str]] = Counter()
    older: Counter[str] = Counter()
    weighed: Counter[str] = Counter()
    grams: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for measure, tier, certainty, from_older, number, known, mass in found:
        if measure in IN_HIERARCHY:
            machines[tier, certainty] += number
            older[tier] += number if from_older else 0
            weighed[tier] += known
            grams[tier] += mass
        elif measure == "lessor":
            outside["lessor_reported" if tier else "lessor_unknown"] += number
        else:
            outside[measure] += number
    whole = sum(machines.values())
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
                "share": Figure(round(100 * total / whole, 1) if whole else None),
                "kg": Figure(round(grams[step.key] / 1000, 1) if weighed[step.key] else None),
                "weighed": Figure(weighed[step.key], f"{step.key}.weighed"),
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
            "share": Figure(100.0 if whole else None),
            "kg": Figure(round(sum(grams.values()) / 1000, 1) if sum(weighed.values()) else None),
            "weighed": Figure(sum(weighed.values()), "all.weighed"),
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
    notes = [f"Measured mass is known of {weighed.total():,} of {whole:,} machines; kilograms are theirs only."]
    if gap:
        which = "1 machine of unknown kind" if gap == 1 else f"{gap:,} machines of unknown kind"
        notes.append(f"{which} reached an outcome and stands in no figure until the kind is known.")
    return rows, notes


def _gap(session: Session, query: Query, settings: Settings, *, stored: bool) -> int:
    if query.kind or query.group != "computer":
        return 0
    return sum(row[4] for row in cells(session, replace(query, group="unknown"), settings, stored=stored))


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
        counted = select(func.count()).select_from(_extended(session, query, settings).subquery())
    return int(session.scalar(counted) or 0)


def _extended(session: Session, query: Query, settings: Settings) -> Select[Any]:
    """Machines with a standing repair or upgrade in the period, each with its last such line."""
    if query.as_at is not None:
        return _extended_then(session, query, query.as_at, settings)
    line, void = LifecycleEvent, aliased(LifecycleEvent)
    start = query.start or settings.programme_start
    zone = settings.zone
    conditions = [
        line.kind.in_(EXTENDING),
        line.occurred_at >= datetime.combine(start, time(), zone).astimezone(UTC),
        Asset.status != "withdrawn",
        Asset.kind.in_(sorted(query.kinds)),
    ]
    voided = exists().where(void.voids == line.key)
    if query.to is not None:
        end = datetime.combine(query.to + timedelta(days=1), time(), zone)
        conditions.append(line.occurred_at < end.astimezone(UTC))
    if query.department == UNKNOWN_DEPARTMENT:
        conditions.append(Asset.department_id.is_(None))
    elif query.department:
        conditions.append(Asset.department_id.in_(subtree(query.department)))
    found: Any = (
        select(line.asset_id.label("asset_id"), func.max(line.key).label("key"))
        .join(Asset, Asset.id == line.asset_id)
        .where(*conditions, ~voided)
        .group_by(line.asset_id)
    )
    return cast("Select[Any]", found)


def _extended_then(session: Session, query: Query, as_at: datetime, settings: Settings) -> Select[Any]:
    """The same as it was known at a past moment: kind, department and merging by a replay of each machine."""
    line = LifecycleEvent
    repaired = select(line.asset_id).where(line.kind.in_(EXTENDING), line.recorded_at <= as_at).distinct()
    numbers = sorted(session.scalars(repaired))
    start = query.start or settings.programme_start
    codes: set[str | None] | None = None
    if query.department == UNKNOWN_DEPARTMENT:
        codes = {None}
    elif query.department:
        codes = set(session.scalars(select(Department.code).where(Department.id.in_(subtree(query.department)))))
    keys = []
    for place in range(0, len(numbers), _PAGE):
        for history in load_lines(session, numbers[place : place + _PAGE]).values():
            known = [each for each, _ in history if each.recorded_at <= as_at]
            state = replay(known)
            if state.status in (None, "withdrawn") or state.kind not in query.kinds:
                continue
            if codes is not None and state.facts.get("department") not in codes:
                continue
            void = {each.voids for each in known}
            standing = [
                each.key
                for each in known
                if each.kind in EXTENDING
                and each.key not in void
                and start <= local_day(each.occurred_at, settings) <= (query.to or date.max)
            ]
            keys += [max(standing)] if standing else []
    found: Any = select(line.asset_id.label("asset_id"), line.key.label("key")).where(among(session, line.key, keys))
    return cast("Select[Any]", found)


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    if cell == "extended":
        return _extended(session, query, settings)
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
        Column("kg", "Measured mass", "kg"),
        Column("weighed", "Weighed", "machines"),
        Column("older", "From older records", "machines"),
    ),
    _run,
    _select,
)
