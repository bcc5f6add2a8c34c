"""What left as waste in a period, by the route it took: what every return on waste is made from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.factors import FactorBook
from inventory.footprint.queries import factor_book
from inventory.lifecycle.models import OutcomeFact
from inventory.lifecycle.waste_hierarchy import IN_HIERARCHY
from inventory.register.kinds import COMPUTER_KINDS, PERIPHERAL_KINDS
from inventory.reports._base import ALL_FILTERS
from inventory.reports._charts import Chart, Series
from inventory.reports._masses import (
    Counted,
    Load,
    loads,
    machines_where,
    mass_words,
    outcomes,
    percent,
    unknown_kind_words,
)
from inventory.reports._query import Query

ROUTES: Final = {
    "prepared_for_reuse": "Prepared for re-use",
    "recycled": "Recycled",
    "energy_recovered": "Incinerated with energy recovery",
    "incinerated": "Incinerated without energy recovery",
    "landfilled": "Landfilled",
    "disposed": "Disposed of, not told how",
}
"""Fates of what left as waste, in the order of the hierarchy."""
WASTE_FILTERS: Final = ALL_FILTERS - {"group"}
"""Waste is waste whatever the machine was: computers and peripherals are always counted together."""
CERTAINTIES: Final = ("confirmed", "expected")


@dataclass(frozen=True)
class Waste:
    """What left as waste, and beside it what was used again without ever becoming waste."""

    by_route: dict[tuple[str, str], Load]
    """By (route, certainty)."""
    by_kind: dict[tuple[str, str], Load]
    """By (kind of asset, certainty)."""
    prevention: Load
    unknown_kind: int
    book: FactorBook

    def of(self, routes: Iterable[str] = tuple(ROUTES), certainty: str = "") -> Load:
        """Together, what took *routes*; of one *certainty*, if that is named."""
        wanted = (certainty,) if certainty else CERTAINTIES
        return sum((self.by_route[route, each] for route in routes for each in wanted), Load())

    @property
    def notes(self) -> list[str]:
        """Where the mass comes from, and what is not told or not confirmed."""
        together, expected = self.of(), self.of(certainty="expected")
        found = [mass_words(together.mass, together.machines)]
        if expected.machines:
            share = percent(expected.mass.grams, together.mass.grams)
            of_mass = f" ({share} % of the mass)" if share is not None else ""
            found.append(
                f"Of {expected.machines:,} of {together.machines:,} machines{of_mass} the fate is the one agreed with "
                "the contractor; no report has confirmed it yet."
            )
        return found + unknown_kind_words(self.unknown_kind)


def whole(query: Query) -> Query:
    """*query* asked of computers and peripherals together, unless it names kinds."""
    return query if query.kind else replace(query, kind=tuple(sorted(COMPUTER_KINDS | PERIPHERAL_KINDS)))


def waste(session: Session, query: Query, settings: Settings) -> Waste:
    """The waste of the period."""
    book = factor_book(session, query.as_at, query.factors)
    rows = outcomes(session, whole(query), settings)
    left = [row for row in rows if row.measure == "waste"]
    gap = [] if query.kind else outcomes(session, replace(query, kind=("unknown",)), settings)
    return Waste(
        loads(left, book, lambda row: (row.fate or "disposed", row.certainty)),
        loads(left, book, lambda row: (row.group.kind, row.certainty)),
        loads(rows, book, _prevention)["prevention"],
        sum(row.group.machines for row in gap if row.measure == "waste"),
        book,
    )


def _prevention(row: Counted) -> str | None:
    return "prevention" if row.measure in IN_HIERARCHY and row.measure != "waste" else None


def waste_machines(
    query: Query, settings: Settings, routes: Iterable[str] = tuple(ROUTES), certainty: str = "", kind: str = ""
) -> Select[Any]:
    """What `ReportType.select` gives: machines that left as waste and took *routes*."""
    conditions = [OutcomeFact.measure == "waste", OutcomeFact.fate.in_(tuple(routes))]
    conditions += [OutcomeFact.certainty == certainty] if certainty else []
    conditions += [OutcomeFact.kind == kind] if kind else []
    return machines_where(whole(query), settings, *conditions)


def prevention_machines(query: Query, settings: Settings, *measures: str) -> Select[Any]:
    """Machines that were used again without ever becoming waste; by *measures*, where any are named."""
    wanted = OutcomeFact.measure.in_(measures or sorted(IN_HIERARCHY - {"waste"}))
    return machines_where(whole(query), settings, wanted)


def chart_of(rows: Sequence[dict[str, Any]], title: str, unit: str, prefix: str = "") -> Chart | None:
    """Confirmed and expected of each row, under the keys *prefix*confirmed and *prefix*expected, on one bar."""
    series = []
    for certainty in CERTAINTIES:
        figures = [row[prefix + certainty] for row in rows]
        values, cells = tuple(each.value for each in figures), tuple(each.cell for each in figures)
        series.append(Series(certainty.capitalize(), values, certainty, cells))
    if not any(value for each in series for value in each.values):
        return None
    return Chart("stacked", title, tuple(row["line"] for row in rows), tuple(series), unit)
