"""The last outcomes of a period, counted by whatever a report splits them by, with what their mass rests on."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import case, func, null, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.mass import Group
from inventory.lifecycle.models import OutcomeFact, Tally
from inventory.lifecycle.waste_hierarchy import IN_HIERARCHY
from inventory.reports._outcomes import filters, last_in_period, tally_department
from inventory.reports._query import GROUPS, Query

COUNTED: Final = OutcomeFact.measure.in_(sorted(IN_HIERARCHY))
"""Outcomes that stand in the shares of the hierarchy."""


def grouped(
    session: Session,
    query: Query,
    settings: Settings,
    split: Sequence[Any],
    *conditions: Any,
    models: bool,
    beside: tuple[Any, Any] | None = None,
    more: Sequence[Any] = (),
) -> Iterator[tuple[tuple[Any, ...], Group]]:
    """(values of *split* and *more*, machines of one kind and model) over each machine's last outcome in the period.

    *split*: columns of `OutcomeFact`, or of what is joined to it: *beside* (a table, on what). *more*: aggregates.
    *models*: tell models apart, for their mass.
    """
    fact = OutcomeFact
    kinds = (fact.kind, fact.model_key if models else null())
    statement: Any = select(
        *split,
        *more,
        *kinds,
        func.count(),
        func.sum(case((fact.mass_g.is_not(None), 1), else_=0)),
        func.coalesce(func.sum(fact.mass_g), 0),
    ).select_from(fact)
    if beside is not None:
        statement = statement.outerjoin(*beside)
    statement = statement.where(*last_in_period(query, settings), *filters(query), *conditions)
    return _read(session, statement.group_by(*split, fact.kind, *kinds[1:] if models else ()), len(split) + len(more))


def grouped_as_stored(
    session: Session, query: Query, split: Sequence[Any], *conditions: Any, beside: tuple[Any, Any]
) -> Iterator[tuple[tuple[Any, ...], Group]]:
    """The same from the stored counts of an academic year, which know no models; *split* by columns of `Tally`."""
    statement: Any = (
        select(
            *split, Tally.kind, null(), func.sum(Tally.machines), func.sum(Tally.weighed), func.sum(Tally.mass_g)
        )
        .select_from(Tally)
        .outerjoin(*beside)
        .where(
            Tally.figure == "outcome",
            Tally.year == query.year,
            Tally.kind.in_(sorted(GROUPS[query.group])),
            *tally_department(query),
            *conditions,
        )
        .group_by(*split, Tally.kind)
        .having(func.sum(Tally.machines) != 0)
    )  # fmt: skip
    return _read(session, statement, len(split))


def _read(session: Session, statement: Any, split: int) -> Iterator[tuple[tuple[Any, ...], Group]]:
    for row in session.execute(statement):
        kind, model, *sums = row[split:]
        yield tuple(row[:split]), Group(kind, model, *map(int, sums))
