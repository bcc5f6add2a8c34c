"""Which factors are in force: the shipped ones and those on record at a moment; and who brought them in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.footprint.factors import SUBJECTS, FactorBook, read_set, shipped
from inventory.footprint.factors import FactorSet as Set
from inventory.footprint.models import FactorSet


def factor_book(session: Session, as_at: datetime | None = None, pinned: Iterable[str] = ()) -> FactorBook:
    """The sets known at *as_at* (None: now); *pinned* keys are used whenever they were recorded."""
    wanted = tuple(pinned)
    statement = select(FactorSet.content, FactorSet.recorded_at)
    if as_at is not None:
        statement = statement.where(or_(FactorSet.recorded_at <= as_at, FactorSet.key.in_(wanted)))
    recorded = [read_set(content, moment) for content, moment in session.execute(statement)]
    return FactorBook([*shipped(), *recorded], wanted)


@dataclass(frozen=True, slots=True)
class Listed:
    """A set as the list of factors shows it; ``sha256`` and ``by`` are None for one that came with the product."""

    set: Set
    in_force: bool
    sha256: str | None = None
    by: str | None = None


def listed_sets(session: Session) -> list[Listed]:
    """Every set there is, by subject, the one in force first; of conversion factors each may hold for its year."""
    rows = session.execute(
        select(FactorSet.content, FactorSet.recorded_at, FactorSet.sha256, Account.display_name).join(
            Account, Account.id == FactorSet.account_id
        )
    ).all()
    brought = {row.content["key"]: row for row in rows}
    book = FactorBook([*shipped(), *(read_set(row.content, row.recorded_at) for row in rows)])
    found = []
    for subject in SUBJECTS:
        newest = {each.key for each in book.all_of(subject)[:1]}
        if subject == "conversion":
            # Of each year the first in order; which year counts depends on the period asked about.
            newest = {each.key for each in {one.year: one for one in reversed(book.all_of(subject))}.values()}
        for each in book.all_of(subject):
            row = brought.get(each.key)
            found.append(
                Listed(each, each.key in newest, row.sha256 if row else None, row.display_name if row else None)
            )
    return found
