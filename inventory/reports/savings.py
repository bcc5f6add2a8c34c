"""Savings in pounds: purchases and disposals that re-use avoided, each with its method and the source of its price."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.mass import Group, mass_of_groups
from inventory.footprint.queries import factor_book
from inventory.lifecycle.models import OutcomeFact
from inventory.register.kinds import KINDS
from inventory.reports import _reuse
from inventory.reports._base import Column, Figure, Panel, Report, ReportType, day_words
from inventory.reports._purchases import CURRENCY, Price, prices
from inventory.reports._query import Query
from inventory.reports._standing import reference_day

DEFINITION = (
    "What re-use saved, estimated in pounds. Avoided purchase: machines re-used internally, each priced as a new one "
    "of its kind; no displacement rate is taken off. Avoided disposal: the mass of what was re-used or donated. The "
    "value of what was donated is no saving of the university and stands apart. Kinds without a price on record are "
    "in no amount."
)
YEARS: Final = 3
"""A price is that of purchases in so many years up to the end of the period."""


class Method(NamedTuple):
    """A way to price a replacement: its id, what it is, and the price it takes."""

    key: str
    words: str
    price: Callable[[Price], Decimal]


MEDIAN: Final = Method("replacement-median", "median cost of a machine of the kind", lambda price: price.median)
CHEAPEST: Final = Method("replacement-cheapest", "lowest cost of a machine of the kind", lambda price: price.lowest)
"""As the University of Leeds counts its re-use savings (reuse.leeds.ac.uk, cost savings)."""
ROWS: Final = (
    ("Purchase avoided by internal re-use", "redeployed", MEDIAN),
    ("Purchase avoided by internal re-use, cheapest", "redeployed", CHEAPEST),
    ("Value of what was donated, no saving", "donated", MEDIAN),
)
DISPOSAL: Final = "disposal-per-kg"
_USED_AGAIN: Final = OutcomeFact.measure.in_(["redeployed", "donated"])


def _priced(session: Session, query: Query, settings: Settings) -> tuple[dict[str, Price], date, date]:
    last = reference_day(query, settings)
    day = last + timedelta(days=1)
    # 29 February is not in every year; 1 March is.
    first = day.replace(year=day.year - YEARS) if (day.month, day.day) != (2, 29) else date(day.year - YEARS, 3, 1)
    return prices(session, query, settings, first, last), first, last


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    found, first, last = _priced(session, query, settings)
    source = f"purchases on record in {CURRENCY} from {day_words(first)} to {day_words(last)}"
    events = _reuse.events(session, query, settings, models=False)
    rows: list[dict[str, Any]] = []
    for label, outcome, method in ROWS:
        groups = [each.group for each in events if each.outcome == outcome]
        rows.append(_purchase_row(label, outcome, method, groups, found, source))
    book = factor_book(session, query.as_at, query.factors)
    again = _reuse.last_outcomes(session, query, settings, OutcomeFact.measure, _USED_AGAIN, models=book.knows_models)
    mass = mass_of_groups((each.group for each in again), book)
    price = settings.disposal_price_per_kg
    saved = price * mass.grams / 1000 if price is not None and mass.known else None
    rows.insert(
        2,
        {
            "what": "Disposal avoided by re-use and donation",
            "key": "disposal",
            "machines": Figure(sum(each.group.machines for each in again), "used_again"),
            "kg": Figure(mass.kg, "used_again"),
            "value": Figure(_pounds(saved), "used_again"),
            "method": DISPOSAL,
            "basis": "The setting DISPOSAL_PRICE_PER_KG is not given, so it is not known"
            if price is None
            else f"{price} {CURRENCY} per kg (setting DISPOSAL_PRICE_PER_KG)",
        },
    )
    return rows, _notes(found, source, mass.unknown)


def _pounds(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount.quantize(Decimal("0.01"), "ROUND_HALF_UP"))


def _purchase_row(
    label: str, outcome: str, method: Method, groups: list[Group], found: dict[str, Price], source: str
) -> dict[str, Any]:
    known = [group for group in groups if group.kind in found]
    amount = sum((group.machines * method.price(found[group.kind]) for group in known), Decimal())
    number = sum(group.machines for group in known)
    cell = f"{outcome}.priced"
    return {
        "what": label,
        "key": f"{outcome}.{method.key}",
        "events": Figure(sum(group.machines for group in groups), outcome),
        "priced": Figure(number, cell),
        "value": Figure(_pounds(amount) if number or not groups else None, cell),
        "method": method.key,
        "basis": f"{method.words[0].upper()}{method.words[1:]}: {source}",
    }


def _notes(found: dict[str, Price], source: str, unknown: int) -> list[str]:
    told = "; ".join(
        f"{KINDS[kind].label} {price.median} (lowest {price.lowest}, {price.purchases:,} bought)"
        for kind, price in found.items()
    )
    notes = [f"Prices in {CURRENCY}, {source}: {told}." if told else f"There are no {source}, so nothing is priced."]
    if unknown:
        notes.append(f"Of {unknown:,} machines no weight is known, and kilograms are without them.")
    return [*notes, "The rows are estimates by different methods and are not added."]


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    name, _, part = cell.partition(".")
    if cell == "used_again":
        return _reuse.last_members(query, settings, _USED_AGAIN)
    if name not in _reuse.INSIDE or part not in ("", "priced"):
        return None
    known = []
    if part:
        found, _, _ = _priced(session, query, settings)
        known = [OutcomeFact.kind.in_(sorted(found))]
    return _reuse.members(query, settings, _reuse.of(name), *known)


def _panel(report: Report) -> list[Panel]:
    row = next(row for row in report.rows if row["key"] == f"redeployed.{MEDIAN.key}")
    if row["value"].value is None:
        return []
    words = f"{row['priced'].value:,} re-used internally at the {MEDIAN.words}; an estimate"
    return [Panel("Purchases avoided", row["value"], CURRENCY, words)]


REPORT = ReportType(
    "savings",
    "Savings",
    DEFINITION,
    (
        Column("what", "What"),
        Column("events", "Re-use", "events"),
        Column("priced", "Of these priced", "events"),
        Column("machines", "Machines", "machines"),
        Column("kg", "Mass", "kg"),
        Column("value", "Estimate", CURRENCY),
        Column("method", "Method"),
        Column("basis", "Source of the price"),
    ),
    _run,
    _select,
    subjects=("class_footprint", "model_footprint"),
    panel=_panel,
    topic="Carbon and money",
    place=20,
)
