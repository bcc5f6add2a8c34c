"""What was bought in a period, and what machines of a kind cost: by the register's rows, or by replay."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.factors import FactorBook
from inventory.footprint.mass import Group
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.state import State
from inventory.register.model_keys import model_key
from inventory.register.models import Asset
from inventory.reports._query import Query
from inventory.reports._standing import of_conditions, of_numbers, past, present

CURRENCY = "GBP"


def known_now(session: Session, query: Query) -> bool:
    """Whether the register's rows say what was known at the query's `as_at`: nothing was recorded since."""
    if query.as_at is None:
        return True
    last = session.scalar(select(func.max(LifecycleEvent.recorded_at)))
    return last is None or last <= query.as_at


def _bought_in(query: Query, settings: Settings) -> tuple[date, date]:
    return query.start or settings.programme_start, query.to or date.max


def _rows(query: Query, settings: Settings) -> list[Any]:
    return [*present(query), Asset.purchase_date.between(*_bought_in(query, settings))]


def _then(session: Session, query: Query, settings: Settings) -> Iterator[tuple[int, State, date]]:
    """(number, state, date of purchase) of what was bought in the period, as it was known at `as_at`."""
    first, last = _bought_in(query, settings)
    for number, state in past(session, replace(query, to=None), settings):
        told = state.facts.get("purchase_date")
        day = date.fromisoformat(told) if isinstance(told, str) else told
        if day is not None and first <= day <= last:
            yield number, state, day


def groups(session: Session, query: Query, settings: Settings) -> list[Group]:
    """Machines bought in the period, by kind and model."""
    sums: Counter[tuple[str, str | None, str]] = Counter()
    for kind, key, machines, weighed, grams in _counted(session, query, settings):
        for name, number in (("machines", machines), ("weighed", weighed), ("grams", grams)):
            sums[kind, key, name] += number
    found = sorted({(kind, key or "") for kind, key, _ in sums})
    return [
        Group(kind, key or None, *(sums[kind, key or None, name] for name in ("machines", "weighed", "grams")))
        for kind, key in found
    ]


def _counted(session: Session, query: Query, settings: Settings) -> Iterator[tuple[str, str | None, int, int, int]]:
    if not known_now(session, query):
        for _, state, _ in _then(session, query, settings):
            grams = state.facts.get("mass_g")
            key = model_key(state.facts.get("manufacturer"), state.facts.get("model"))
            yield state.kind, key, 1, int(grams is not None), grams or 0
        return
    statement = (
        select(
            Asset.kind,
            Asset.manufacturer,
            Asset.model,
            func.count(),
            func.sum(case((Asset.mass_g.is_not(None), 1), else_=0)),
            func.coalesce(func.sum(Asset.mass_g), 0),
        )
        .where(*_rows(query, settings))
        .group_by(Asset.kind, Asset.manufacturer, Asset.model)
    )
    for kind, manufacturer, model, *numbers in session.execute(statement):
        machines, weighed, grams = map(int, numbers)
        yield kind, model_key(manufacturer, model), machines, weighed, grams


def members(
    session: Session, query: Query, settings: Settings, book: FactorBook, footprint: bool | None
) -> Select[Any]:
    """The machines bought in the period; *footprint*: only those with one, or only those without."""
    classes = sorted(kind for kind in query.kinds if book.of_class(kind))
    models = set(book.models_with("embodied_kg"))
    if not known_now(session, query):
        return of_numbers(
            number
            for number, state, _ in _then(session, query, settings)
            if footprint is None
            or footprint
            == (state.kind in classes or model_key(state.facts.get("manufacturer"), state.facts.get("model")) in models)
        )
    conditions = _rows(query, settings)
    if footprint is None:
        return of_conditions(conditions)
    named = select(Asset.manufacturer, Asset.model).where(*conditions, Asset.kind.not_in(classes)).distinct()
    pairs = [(each.manufacturer or "", each.model) for each in session.execute(named) if model_key(*each) in models]
    known: Any = Asset.kind.in_(classes)
    if pairs:
        names: Any = tuple_(func.coalesce(Asset.manufacturer, ""), Asset.model)
        known = or_(known, and_(Asset.model.is_not(None), names.in_(pairs)))
    return of_conditions([*conditions, known if footprint else ~known])


# -- prices ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Price:
    """What machines of a kind cost: median and lowest of so many purchases, GBP."""

    median: Decimal
    lowest: Decimal
    purchases: int


def prices(session: Session, query: Query, settings: Settings, first: date, last: date) -> dict[str, Price]:
    """What each kind of the query cost from *first* to *last*, everywhere in the university, as far as on record."""
    everywhere = replace(query, start=first, to=last, department="", year=None)
    costs: dict[str, Counter[Decimal]] = {}
    for kind, cost, number in _costs(session, everywhere, settings):
        costs.setdefault(kind, Counter())[cost] += number
    return {kind: Price(_median(told), min(told), told.total()) for kind, told in sorted(costs.items()) if told.total()}


def _costs(session: Session, query: Query, settings: Settings) -> Iterator[tuple[str, Decimal, int]]:
    if not known_now(session, query):
        for _, state, _ in _then(session, query, settings):
            told = Decimal(state.facts.get("purchase_cost") or 0)
            if told > 0 and state.facts.get("currency") == CURRENCY:
                yield state.kind, told, 1
        return
    statement = (
        select(Asset.kind, Asset.purchase_cost, func.count())
        .where(*_rows(query, settings), Asset.currency == CURRENCY, Asset.purchase_cost > Decimal(0))
        .group_by(Asset.kind, Asset.purchase_cost)
    )
    for kind, cost, number in session.execute(statement):
        yield kind, Decimal(cost or 0), number


def _median(told: Counter[Decimal]) -> Decimal:
    """The middle of all amounts, or half-way between the two in the middle; exact to the penny, halves up."""
    whole = told.total()
    seen, found = 0, []
    for amount in sorted(told):
        begin, seen = seen, seen + told[amount]
        found += [amount for place in ((whole - 1) // 2, whole // 2) if begin <= place < seen]
    return (sum(found, Decimal()) / len(found)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
