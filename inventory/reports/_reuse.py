"""Re-use in a period, counted by event: each gives a machine a life more, and the years add up."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, null, or_, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.carbon import DISPLACEMENT
from inventory.footprint.mass import Group
from inventory.lifecycle.models import OutcomeFact
from inventory.reports._outcomes import filters, in_period, known_at, last_in_period
from inventory.reports._query import Query

PREPARED = "prepared_for_reuse"
INSIDE = tuple(key for key in DISPLACEMENT if key != PREPARED)


class Reused(NamedTuple):
    """Events of one outcome, of machines of one kind and model."""

    outcome: str
    group: Group


def of(*outcomes: str) -> ColumnElement[bool]:
    """The fact is one of *outcomes*; preparation counts once the contractor has confirmed it."""
    found: list[Any] = [OutcomeFact.measure.in_([each for each in outcomes if each != PREPARED])]
    if PREPARED in outcomes:
        confirmed = OutcomeFact.certainty == "confirmed"
        found.append(and_(OutcomeFact.measure == "waste", OutcomeFact.fate == PREPARED, confirmed))
    return or_(*found)


def events(session: Session, query: Query, settings: Settings, *, models: bool) -> list[Reused]:
    """Every standing re-use event of the period; *models*: told by model too, for the mass."""
    outcome = case((OutcomeFact.measure == "waste", PREPARED), else_=OutcomeFact.measure)
    wanted = [known_at(query), *in_period(query, first=settings.programme_start), *filters(query), of(*DISPLACEMENT)]
    return _counted(session, outcome, wanted, models=models)


def last_outcomes(
    session: Session, query: Query, settings: Settings, by: Any, *conditions: Any, models: bool
) -> list[Reused]:
    """Machines by their last outcome of the period, where it fulfils *conditions*; told apart by *by*."""
    wanted = [*last_in_period(query, settings), *filters(query), *conditions]
    return _counted(session, by, wanted, models=models)


def _counted(session: Session, by: Any, conditions: list[Any], *, models: bool) -> list[Reused]:
    fact = OutcomeFact
    told = (
        select(by.label("outcome"), fact.kind, (fact.model_key if models else null()).label("model_key"), fact.mass_g)
        .where(*conditions)
        .subquery()
        .c
    )
    rows = session.execute(
        select(
            told.outcome,
            told.kind,
            told.model_key,
            func.count(),
            func.sum(case((told.mass_g.is_not(None), 1), else_=0)),
            func.coalesce(func.sum(told.mass_g), 0),
        ).group_by(told.outcome, told.kind, told.model_key)
    )
    return [Reused(row[0], Group(row[1], row[2], *map(int, row[3:]))) for row in rows]


def members(query: Query, settings: Settings, *conditions: Any) -> Select[Any]:
    """The events that fulfil *conditions*, each with its line."""
    return _facts(known_at(query), *in_period(query, first=settings.programme_start), *filters(query), *conditions)


def last_members(query: Query, settings: Settings, *conditions: Any) -> Select[Any]:
    """Machines whose last outcome of the period fulfils *conditions*."""
    return _facts(*last_in_period(query, settings), *filters(query), *conditions)


def _facts(*conditions: Any) -> Select[Any]:
    found: Any = select(OutcomeFact.asset_id.label("asset_id"), OutcomeFact.key.label("key")).where(*conditions)
    return found  # type: ignore[no-any-return]
