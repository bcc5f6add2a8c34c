"""Which factors are in force: the shipped ones and those on record at a moment."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.footprint.factors import FactorBook, read_set, shipped
from inventory.footprint.models import FactorSet


def factor_book(session: Session, as_at: datetime | None = None, pinned: Iterable[str] = ()) -> FactorBook:
    """The sets known at *as_at* (None: now); *pinned* keys are used whenever they were recorded."""
    wanted = tuple(pinned)
    statement = select(FactorSet.content, FactorSet.recorded_at)
    if as_at is not None:
        statement = statement.where(or_(FactorSet.recorded_at <= as_at, FactorSet.key.in_(wanted)))
    recorded = [read_set(content, moment) for content, moment in session.execute(statement)]
    return FactorBook([*shipped(), *recorded], wanted)
