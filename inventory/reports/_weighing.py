"""The mass behind a figure: of each machine with its source, and of all of them together."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.errors import NotFound
from inventory.footprint.mass import Group, Mass, mass_of, mass_of_groups
from inventory.footprint.queries import factor_book
from inventory.lifecycle.models import OutcomeFact
from inventory.register.model_keys import model_key
from inventory.register.models import Asset
from inventory.reports._base import checked_query, report_type
from inventory.reports._outcomes import known_at
from inventory.reports._query import Query


class Weight(NamedTuple):
    """Mass of one machine in grams (None: unknown) and where it comes from: measured, model, class or unknown."""

    grams: int | None
    source: str


def weights_of(session: Session, query: Query, rows: Sequence[tuple[int, str | None]]) -> dict[int, Weight]:
    """The mass of each machine on a page of members, as it was known; by number, in at most three statements."""
    book = factor_book(session, query.as_at, query.factors)
    found: dict[int, Weight] = {}
    lines = [line for _, line in rows if line]
    known: Any = select(OutcomeFact.asset_id, OutcomeFact.kind, OutcomeFact.model_key, OutcomeFact.mass_g).where(
        OutcomeFact.key.in_(lines), known_at(query)
    )
    for number, kind, model, grams in session.execute(known) if lines else ():
        found[number] = _weight(Group(kind, model, 1, int(grams is not None), grams or 0), book)
    others = sorted({number for number, _ in rows} - found.keys())
    present: Any = select(Asset.id, Asset.kind, Asset.manufacturer, Asset.model, Asset.mass_g).where(
        Asset.id.in_(others)
    )
    for number, kind, manufacturer, model, grams in session.execute(present) if others else ():
        key = model_key(manufacturer, model)
        found[number] = _weight(Group(kind, key, 1, int(grams is not None), grams or 0), book)
    return found


def _weight(group: Group, book: Any) -> Weight:
    mass = mass_of(group, book)
    if not mass.known:
        return Weight(None, "unknown")
    return Weight(mass.grams, "measured" if mass.measured else "model" if mass.by_model else "class")


def mass_behind(key: str, cell: str, session: Session, query: Query, settings: Settings) -> Mass:
    """The mass of all machines behind a cell whose members are counted by an outcome."""
    kind = report_type(key)
    query = checked_query(kind, session, query, settings)
    statement = kind.select(session, query, settings, cell)
    if statement is None:
        raise NotFound(f"The report {key} has no figure {cell[:60]!r}.")
    members = statement.subquery()
    fact = OutcomeFact
    weighed = case((fact.mass_g.is_not(None), 1), else_=0)
    groups = session.execute(
        select(fact.kind, fact.model_key, func.count(), func.sum(weighed), func.coalesce(func.sum(fact.mass_g), 0))
        .join(members, and_(fact.asset_id == members.c.asset_id, fact.key == members.c.key))
        .where(known_at(query))
        .group_by(fact.kind, fact.model_key)
    )
    book = factor_book(session, query.as_at, query.factors)
    return mass_of_groups((Group(each[0], each[1], *map(int, each[2:])) for each in groups), book)
