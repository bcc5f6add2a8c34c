"""From department to outcome: the departments below the one that is asked for, by tier of the waste hierarchy."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.mass import Group, Mass, mass_of
from inventory.footprint.queries import factor_book
from inventory.lifecycle.models import OutcomeFact, Tally
from inventory.lifecycle.waste_hierarchy import IN_HIERARCHY, TIERS
from inventory.register.models import Department
from inventory.register.queries import subtree, tree
from inventory.reports._base import Column, Figure, Report, ReportType
from inventory.reports._charts import Chart, Series
from inventory.reports._grouped import COUNTED, grouped, grouped_as_stored
from inventory.reports._masses import machines_where, percent
from inventory.reports._outcomes import stored_counts_answer
from inventory.reports._query import UNKNOWN_DEPARTMENT, Query

DEFINITION: Final = (
    "For each machine its last standing outcome reached in the period, by the department in which it stood just "
    "before and by tier of the waste hierarchy, expected and confirmed together. One row for each department directly "
    "below the one that is asked for, with everything beneath it; the rows add up to the whole. The re-use rate is "
    "the share of tiers 1 and 2 among tiers 1 to 5; losses and fates with a lessor stand outside."
)
MOST_ROWS: Final = 60
"""Departments with a row of their own; those with the fewest machines are told together."""
MOST_BARS: Final = 12
"""Departments in the picture."""
ALL, OWN, OTHERS = "~all", "~own", "~others"
_REUSED: Final = ("prevention", "preparing_for_reuse")


@dataclass(slots=True)
class Flow:
    """What came out of one row's departments: machines by tier, and their mass."""

    machines: Counter[str] = field(default_factory=Counter)
    mass: Mass = field(default_factory=Mass)

    def add(self, other: "Flow") -> None:
        """Take in what came out of another row."""
        self.machines.update(other.machines)
        self.mass += other.mass


def _below(query: Query) -> tuple[Any, Any]:
    """(subquery of each department's id and the code of the row it stands in, the rows' departments)."""
    row, each = tree(query.as_at), tree(query.as_at)
    if query.department and query.department != UNKNOWN_DEPARTMENT:
        above = select(Department.id).where(Department.code == query.department).scalar_subquery()
        here = row.c.parent_id == above
    else:
        here = row.c.parent_id.is_(None)
    under = func.substr(each.c.path, 1, func.length(row.c.path)) == row.c.path
    rows = select(row.c.code, row.c.name).where(here)
    below = select(each.c.id.label("id"), row.c.code.label("code")).join(row, under).where(here)
    return below.subquery("below"), rows


def _counted(session: Session, query: Query, settings: Settings) -> tuple[dict[str, Flow], dict[str, str]]:
    """What came out of each row's departments, by code (OWN: of none of them); name by code in the rows' order."""
    book = factor_book(session, query.as_at, query.factors)
    below, rows = _below(query)
    groups: Iterator[tuple[tuple[Any, ...], Group]]
    if query.academic_year is not None and stored_counts_answer(session, query, settings) and not book.knows_models:
        groups = grouped_as_stored(
            session, query, (below.c.code, Tally.tier), Tally.measure.in_(sorted(IN_HIERARCHY)),
            beside=(below, Tally.department_id == below.c.id),
        )  # fmt: skip
    else:
        groups = grouped(
            session, query, settings, (below.c.code, OutcomeFact.tier), COUNTED,
            models=book.knows_models, beside=(below, OutcomeFact.department_id == below.c.id),
        )  # fmt: skip
    found: dict[str, Flow] = {OWN: Flow()}
    for (code, tier), group in groups:
        flow = found.setdefault(code or OWN, Flow())
        flow.machines[tier] += group.machines
        flow.mass += mass_of(group, book)
    names: dict[str, str] = {}
    if query.department != UNKNOWN_DEPARTMENT:
        names = {code: name for code, name in session.execute(rows) if code in found}
    codes = sorted(names, key=lambda code: (-found.get(code, Flow()).machines.total(), names[code], code))
    return found, {code: names[code] for code in codes}


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    found, names = _counted(session, query, settings)
    codes = list(names)
    shown, rest = codes[:MOST_ROWS], codes[MOST_ROWS:]
    others, whole = Flow(), Flow()
    for flow in found.values():
        whole.add(flow)
    for code in rest:
        others.add(found.get(code, Flow()))
    rows = [_row(names[code], code, found.get(code, Flow())) for code in shown]
    if rest:
        rows.append(_row(f"Other departments ({len(rest):,})", OTHERS, others))
    inside = query.department not in ("", UNKNOWN_DEPARTMENT)
    rows.append(_row("In the department itself" if inside else "No department known", OWN, found[OWN]))
    rows.append(_row("Together", ALL, whole))
    notes = []
    if rest:
        notes.append(f"The {MOST_ROWS} departments with the most machines have rows of their own; ask for one to see "
                     "what lies below it.")  # fmt: skip
    return rows, notes


def _row(label: str, key: str, flow: Flow) -> dict[str, Any]:
    machines = flow.machines.total()
    reused = sum(flow.machines[tier] for tier in _REUSED)
    whole = f"{key}.all"
    return {
        "department": label,
        "key": key,
        **{tier: Figure(flow.machines[tier], f"{key}.{tier}") for tier in TIERS},
        "all": Figure(machines, whole),
        "rate": Figure(percent(reused, machines), whole),
        "kg": Figure(flow.mass.kg if machines else 0.0, whole),
    }


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    key, _, tier = cell.rpartition(".")
    if tier != "all" and tier not in TIERS:
        return None
    conditions: list[Any] = [COUNTED] if tier == "all" else [COUNTED, OutcomeFact.tier == tier]
    below, rows = _below(query)
    if key == OWN:
        conditions.append(OutcomeFact.department_id.not_in(select(below.c.id)))
    elif key == OTHERS:
        _, names = _counted(session, query, settings)
        numbers = select(below.c.id).where(below.c.code.in_(list(names)[MOST_ROWS:]))
        conditions.append(OutcomeFact.department_id.in_(numbers))
    elif key != ALL:
        if key not in set(session.scalars(rows)):
            return None
        conditions.append(OutcomeFact.department_id.in_(subtree(key, query.as_at)))
    return machines_where(query, settings, *conditions)


def _chart(report: Report) -> Chart | None:
    rows = [row for row in report.rows if row["key"] != ALL and row["all"].value][:MOST_BARS]
    if not rows:
        return None
    figures = {key: [row[key] for row in rows] for key in TIERS}
    series = tuple(
        Series(step.label, tuple(each.value for each in found), step.key, tuple(each.cell for each in found))
        for step, found in zip(TIERS.values(), figures.values(), strict=True)
    )
    return Chart("stacked", "Machines by department and tier", tuple(row["department"] for row in rows), series)


REPORT = ReportType(
    "flow",
    "From department to outcome",
    DEFINITION,
    (
        Column("department", "Department"),
        *(Column(tier.key, tier.label, "machines") for tier in TIERS.values()),
        Column("all", "Tiers 1 to 5", "machines"),
        Column("rate", "Re-use rate", "%"),
        Column("kg", "Mass", "kg"),
    ),
    _run,
    _select,
    subjects=("class_footprint", "model_footprint"),
    chart=_chart,
    topic="Re-use",
    place=60,
)
