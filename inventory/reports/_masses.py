"""Outcomes of a period with the machines and the mass behind them, and the words that say where a mass comes from."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.factors import FactorBook
from inventory.footprint.mass import Group, Mass, mass_of
from inventory.lifecycle.models import OutcomeFact
from inventory.lifecycle.upkeep import basis_holds
from inventory.reports._outcomes import filters, known_at, last_in_period
from inventory.reports._query import Query
from inventory.reports._years import in_year

Key = TypeVar("Key", bound=Hashable)


class Counted(NamedTuple):
    """Machines whose last outcome in a period is alike, of one kind and model.

    ``year``: the year in which the academic year begins; 0 where one period was asked about.
    """

    year: int
    measure: str
    tier: str
    fate: str | None
    certainty: str
    group: Group


@dataclass(frozen=True, slots=True)
class Load:
    """Machines and what they weigh together."""

    machines: int = 0
    mass: Mass = field(default_factory=Mass)

    def __add__(self, other: "Load") -> "Load":
        return Load(self.machines + other.machines, self.mass + other.mass)

    @property
    def kg(self) -> float | None:
        """Kilograms to a tenth; None where there are machines and no weight of any is known."""
        return self.mass.kg if self.machines else 0.0

    @property
    def tonnes(self) -> float | None:
        """Tonnes to three decimals, half a kilogram up; None as in `kg`."""
        return in_tonnes(self.mass.grams) if self.mass.known or not self.machines else None


def outcomes(session: Session, query: Query, settings: Settings) -> list[Counted]:
    """The last outcome of each machine in the period (counting rule 3), counted by kind and model."""
    return _counted(session, literal(0), [*last_in_period(query, settings), *filters(query)])


def outcomes_by_year(session: Session, query: Query, settings: Settings, years: range) -> list[Counted]:
    """The same for each of some academic years: a machine that reached an outcome in two of them stands in both."""
    if basis_holds(session, settings):
        wanted = [known_at(query), OutcomeFact.year.between(years[0], years[-1]), OutcomeFact.latest_in_year]
        return _counted(session, OutcomeFact.year, [*wanted, *filters(query)])
    # The years on record were cut by other settings.
    asked = {year: in_year(query, year, settings) for year in years}
    return [each._replace(year=year) for year, one in asked.items() for each in outcomes(session, one, settings)]


def _counted(session: Session, year: Any, conditions: list[Any]) -> list[Counted]:
    fact = OutcomeFact
    split = (fact.measure, fact.tier, fact.fate, fact.certainty, fact.kind, fact.model_key)
    rows = session.execute(
        select(
            year.label("year"),
            *split,
            func.count(),
            func.sum(case((fact.mass_g.is_not(None), 1), else_=0)),
            func.coalesce(func.sum(fact.mass_g), 0),
        )
        .where(*conditions)
        .group_by("year", *split)
    )
    return [
        Counted(year, measure, tier, fate, certainty, Group(kind, model, *map(int, sums)))
        for year, measure, tier, fate, certainty, kind, model, *sums in rows
    ]


def loads(rows: Iterable[Counted], book: FactorBook, key: Callable[[Counted], Key | None]) -> dict[Key, Load]:
    """Machines and mass by *key*, an empty load for any other; rows whose key is None are left out."""
    found: defaultdict[Key, Load] = defaultdict(Load)
    for row in rows:
        if (name := key(row)) is not None:
            found[name] += Load(row.group.machines, mass_of(row.group, book))
    return found


def machines_where(query: Query, settings: Settings, *conditions: Any) -> Select[Any]:
    """What `ReportType.select` gives: machines whose last outcome in the period fulfils *conditions*."""
    found: Any = select(OutcomeFact.asset_id.label("asset_id"), OutcomeFact.key.label("key"))
    narrowed = found.where(*last_in_period(query, settings), *filters(query), *conditions)
    return cast("Select[Any]", narrowed)


def in_tonnes(grams: int) -> float:
    """Tonnes to three decimals, half a kilogram up."""
    return (grams + 500) // 1000 / 1000


def percent(part: float, whole: float) -> float | None:
    """A share in percent, to a tenth; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def mass_words(mass: Mass, machines: int) -> str:
    """How a mass came about, for a note."""
    parts = [f"{mass.measured:,} of {machines:,} machines were weighed"]
    if mass.by_model:
        parts.append(f"{mass.by_model:,} have the weight that the maker states for the model")
    if mass.by_class:
        parts.append(f"{mass.by_class:,} have the median of their class")
    if mass.unknown:
        parts.append(f"of {mass.unknown:,} no weight is known, and kilograms are without them")
    return "Mass: " + "; ".join(parts) + "."


def unknown_kind_words(machines: int) -> list[str]:
    """The gap that machines of unknown kind leave, as notes."""
    if not machines:
        return []
    which = "1 machine of unknown kind" if machines == 1 else f"{machines:,} machines of unknown kind"
    return [f"{which} reached an outcome and stands in no figure until the kind is known."]
