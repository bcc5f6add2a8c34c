"""Outcomes as SQL: what was known at a moment, the last of each machine in a period, filters after that choice."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from inventory.config import Settings
from inventory.lifecycle.models import OutcomeFact, Tally
from inventory.lifecycle.upkeep import basis_holds
from inventory.lifecycle.waste_hierarchy import HEADLINE_MEASURES
from inventory.register.models import Party
from inventory.register.queries import subtree
from inventory.reports._query import UNKNOWN_DEPARTMENT, Query


def known_at(query: Query, fact: Any = OutcomeFact) -> ColumnElement[bool]:
    """The outcome was known so at the query's `as_at`."""
    if query.as_at is None:
        return and_(fact.recorded_until.is_(None))
    return and_(
        fact.recorded_from <= query.as_at, (fact.recorded_until.is_(None)) | (fact.recorded_until > query.as_at)
    )


def in_period(query: Query, fact: Any = OutcomeFact, *, first: date) -> list[Any]:
    """The outcome's day lies in the period; without a first day it begins at *first*."""
    bounds = [fact.day >= (query.start or first)]
    if query.to is not None:
        bounds.append(fact.day <= query.to)
    return bounds


def filters(query: Query, fact: Any = OutcomeFact) -> list[Any]:
    """Kind, department and receiver; asked after the machine's outcome was chosen."""
    found: list[Any] = [fact.kind.in_(sorted(query.kinds)), *received_by(query, fact)]
    if query.department == UNKNOWN_DEPARTMENT:
        found.append(fact.department_id == 0)
    elif query.department:
        found.append(fact.department_id.in_(subtree(query.department, query.as_at)))
    return found


def received_by(query: Query, fact: Any = OutcomeFact) -> list[Any]:
    """Who received the machine, where that is asked."""
    found: list[Any] = []
    for role, uid in (("partner", query.partner), ("facility", query.contractor)):
        if uid:
            who = select(Party.id).where(Party.uid == uid, Party.role == role).scalar_subquery()
            found.append(fact.counterpart_id == who)
    return found


def last_in_period(query: Query, settings: Settings) -> list[Any]:
    """Conditions that leave each machine its last standing outcome in the period (counting rule 3)."""
    later = aliased(OutcomeFact)
    followed = exists().where(
        later.asset_id == OutcomeFact.asset_id,
        later.rank > OutcomeFact.rank,
        known_at(query, later),
        *in_period(query, later, first=settings.programme_start),
    )
    return [known_at(query), *in_period(query, first=settings.programme_start), ~followed]


def per_machine(query: Query, settings: Settings) -> Any:
    """One row per machine of the headline: inside, outside, events, recorded, and its latest headline line.

    A subquery with asset_id, inside, outside, recorded (0 or 1), events, last (rank of the latest).
    """
    start = max(filter(None, (query.start, settings.programme_start)))
    # Every computer counts; which kinds are shown is asked of the latest event, after the choice.
    wanted = [
        known_at(query),
        OutcomeFact.measure.in_(sorted(HEADLINE_MEASURES)),
        OutcomeFact.day >= start,
        *([OutcomeFact.day <= query.to] if query.to else []),
    ]
    flag = func.max
    return (
        select(
            OutcomeFact.asset_id.label("asset_id"),
            flag(case((OutcomeFact.measure == "redeployed", 1), else_=0)).label("inside"),
            flag(case((OutcomeFact.measure == "donated", 1), else_=0)).label("outside"),
            flag(case((OutcomeFact.older, 0), else_=1)).label("recorded"),
            func.count().label("events"),
            flag(OutcomeFact.rank).label("last"),
        )
        .where(*wanted)
        .group_by(OutcomeFact.asset_id)
        .subquery()
    )


def stored_counts_answer(session: Session, query: Query, settings: Settings) -> bool:
    """Whether the stored counts may be read for this query."""
    return query.plain and basis_holds(session, settings)


def tally_department(query: Query) -> list[Any]:
    """Department condition on stored counts."""
    if query.department == UNKNOWN_DEPARTMENT:
        return [Tally.department_id == 0]
    return [Tally.department_id.in_(subtree(query.department))] if query.department else []
