"""What a published question answers today, and the very lines of the ledger that made each difference."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, exists, false, or_, select, union
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors

from inventory.config import Settings
from inventory.db import Page, keyset_page
from inventory.errors import NotFound
from inventory.footprint.factors import FactorSet
from inventory.lifecycle.models import LifecycleEvent, OutcomeFact
from inventory.publishing.frozen import (
    COUNTED,
    Difference,
    differences,
    with_pinned,
)
from inventory.publishing.lasting import lasting
from inventory.publishing.models import Statement
from inventory.publishing.service import pinned_query
from inventory.reports._base import Report, report_type, run
from inventory.reports._query import Query
from inventory.reports._render import to_dict


@dataclass(frozen=True)
class Today:
    """Today's answer to the question of a statement: same period, settings and factors, everything known now."""

    report: Report
    told: dict[str, Any]
    differences: tuple[Difference, ...]
    newer: tuple[FactorSet, ...] = ()
    """Sets of factors in force now that the statement was not made with."""
    with_newer: tuple[Difference, ...] = ()
    """What they change: from today's answer with the old factors to that with the new ones."""

    def find(self, name: str) -> Difference:
        """The difference of the figure *name*, or a refusal."""
        for each in self.differences:
            if each.figure.name == name:
                return each
        raise NotFound("This figure is the same today as when it was published.")


def today(session: Session, statement: Statement, settings: Settings) -> Today:
    """Ask the question of *statement* again, as at now."""
    frozen = with_pinned(settings, statement.content["settings"])
    told = statement.content["report"]
    query = _now(pinned_query(statement, frozen))
    report = lasting(run(told["report"], session, query, frozen))
    now = to_dict(report)
    found = Today(report, now, tuple(differences(told, now)))
    if not statement.content["factors"]:
        return found
    newest = lasting(run(told["report"], session, replace(query, factors=()), frozen))
    newer = tuple(each for each in newest.factors if each.key not in statement.content["factors"])
    return replace(found, newer=newer, with_newer=tuple(differences(now, to_dict(newest)))) if newer else found


def _now(query: Query) -> Query:
    return replace(query, as_at=None)


def lines_behind(
    session: Session,
    statement: Statement,
    settings: Settings,
    chosen: Sequence[Difference],
    every: Sequence[Difference],
    size: int,
    *,
    after: str | None = None,
    before: str | None = None,
) -> Page[LifecycleEvent]:
    """A page of the lines, recorded since, that made the differences *chosen*, in the order of their recording.

    A count differs by the machines that entered or left it; of these, where the report rests on outcomes, the
    lines that changed an outcome, else all. Every other figure (kg, a share) differs by those of the machines it
    is worked out from and by the counts of the same answer; *every* difference of it is given for that.
    """
    frozen = with_pinned(settings, statement.content["settings"])
    figures = [each.figure for each in chosen]
    if any(each.unit not in COUNTED for each in figures):
        # A share changes with the whole as well, which its own machines do not tell.
        figures += [each.figure for each in every if each.figure.unit in COUNTED]
    sought = dict.fromkeys((each.cell, each.unit) for each in figures if each.cell)
    each_cell = (_condition(session, statement, frozen, str(cell), unit) for cell, unit in sought)
    conditions = [condition for condition in each_cell if condition is not None]
    wanted: Any = select(LifecycleEvent).where(LifecycleEvent.recorded_at > statement.as_at, or_(false(), *conditions))
    return keyset_page(session, wanted, [LifecycleEvent.id], size, after=after, before=before)


def _condition(session: Session, statement: Statement, settings: Settings, cell: str, unit: str) -> Any:
    """Lines of the machines by which one cell differs; None where neither answer has the cell."""
    kind = report_type(statement.content["report"]["report"])
    query = pinned_query(statement, settings).within(settings)
    then, now = (kind.select(session, each, settings, cell) for each in (query, _now(query)))
    selects = [each for each in (then, now) if each is not None]
    if not selects:
        return None
    line = LifecycleEvent
    found: Any = line.asset_id.in_(_machines(selects, unit))
    if any(_reads_outcomes(each) for each in selects):
        fact = OutcomeFact
        moved = exists().where(
            fact.asset_id == line.asset_id,
            or_(fact.recorded_from == line.recorded_at, fact.recorded_until == line.recorded_at),
        )
        found = found & moved
    return found


def _machines(selects: list[Select[Any]], unit: str) -> Any:
    """Numbers of machines: in one answer and not in the other for a count, else in either."""
    sides = [each.subquery() for each in selects]
    if unit not in COUNTED or len(sides) == 1:
        return select(union(*(select(side.c.asset_id) for side in sides)).subquery().c.asset_id)
    # An event is a member by its line; a machine by itself, whichever of its lines counts.
    names = ("asset_id", "key") if unit == "events" else ("asset_id",)
    then, now = (select(*(side.c[name] for name in names)) for side in sides)
    left, entered = then.except_(now).subquery(), now.except_(then).subquery()
    return select(left.c.asset_id).union(select(entered.c.asset_id))


def _reads_outcomes(statement: Select[Any]) -> bool:
    return any(getattr(each, "name", None) == "outcome" for each in visitors.iterate(statement))
