"""Carbon of machines: one function per route, behind every page, report and file. Pure.

Two routes exist and are never mixed: by product carbon footprints (makers' figures for a model, or the class), and by
mass (kg x material-use factor). What is bought, what is thrown away and what re-use avoids are never added either:
each is a class of its own, and amounts of two classes do not add, in the type checker and at run time.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple, Self

from inventory.footprint.factors import Bounds, ClassFootprint, FactorBook
from inventory.footprint.mass import Group

USUAL_ERROR: Final = 0.2
"""Share of error taken where a maker tells none: the median of those that are told (Boavizta, 23 Feb 2023)."""
DISPLACEMENT: Final = {
    "redeployed": "displacement_redeployed",
    "donated": "displacement_donated",
    "prepared_for_reuse": "displacement_prepared_for_reuse",
}
"""Re-use that takes the place of a new machine, and the parameter that says how often it does."""
ESTIMATE: Final = "estimate, not in the inventory"
"""Stands with every figure of avoided emissions."""
CAUTION: Final = (
    "Product carbon footprints are opaque, with very large error margins: an order of magnitude only, not for "
    "accurate evaluations or for comparing makers."
)
"""The warning that the makers of the data give with it; stands wherever a figure of it is shown."""


@dataclass(frozen=True, slots=True)
class Amount:
    """kg CO2e, low, central and high, exact. Only amounts of the very same class add up."""

    low: Fraction = Fraction()
    central: Fraction = Fraction()
    high: Fraction = Fraction()

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(self.low + other.low, self.central + other.central, self.high + other.high)


@dataclass(frozen=True, slots=True)
class Embodied(Amount):
    """Making and shipping of what was bought (scope 3 category 1 or 2), by product carbon footprints."""


@dataclass(frozen=True, slots=True)
class EmbodiedByMass(Amount):
    """The same by mass."""


@dataclass(frozen=True, slots=True)
class WasteTreatment(Amount):
    """Waste generated in operations (scope 3 category 5), by mass and route."""


@dataclass(frozen=True, slots=True)
class Avoided(Amount):
    """Avoided by re-use, by product carbon footprints; outside the inventory."""


@dataclass(frozen=True, slots=True)
class AvoidedByMass(Amount):
    """The same by mass."""


def exact(number: float | Decimal) -> Fraction:
    """*number* as it is written, not as a computer holds it."""
    return Fraction(str(number))


# -- bought ------------------------------------------------------------------------------------------------


def each_embodied(kind: str, model_key: str | None, book: FactorBook) -> tuple[Embodied, str] | None:
    """kg CO2e embodied in one machine, and by what: ``model`` or ``class``; None where neither is known."""
    model = book.of_model(model_key)
    if model is not None and model.embodied_kg is not None:
        central = exact(model.embodied_kg)
        error = exact(USUAL_ERROR if model.error is None else model.error)
        return Embodied(central * (1 - error), central, central * (1 + error)), "model"
    of_class = book.of_class(kind)
    return (Embodied(*map(exact, of_class.embodied_kg)), "class") if of_class else None


def embodied(group: Group, book: FactorBook) -> Embodied | None:
    """Of all machines of a group together."""
    each = each_embodied(group.kind, group.model_key, book)
    return times(each[0], group.machines) if each else None


def times(amount: Embodied, machines: int) -> Embodied:
    """So many times *amount*."""
    return Embodied(amount.low * machines, amount.central * machines, amount.high * machines)


def by_mass(grams: int, factor: float) -> Fraction:
    """kg CO2e of a mass in grams with a factor in kg CO2e per tonne; the one place where grams become tonnes."""
    return Fraction(grams, 1_000_000) * exact(factor)


def embodied_by_mass(grams: int, factor: float) -> EmbodiedByMass:
    """Of making what weighs so many grams; *factor*: material use, kg CO2e/t."""
    found = by_mass(grams, factor)
    return EmbodiedByMass(found, found, found)


def waste_treatment(grams: int, *factors: float) -> WasteTreatment:
    """Of collecting and treating so many grams of waste; *factors*: kg CO2e/t, several where the route is not told.

    Where it is not told the central figure is the highest: nobody looks better for not knowing.
    """
    found = sorted(by_mass(grams, factor) for factor in factors)
    return WasteTreatment(found[0], found[-1], found[-1])


# -- avoided -----------------------------------------------------------------------------------------------


class Costs(NamedTuple):
    """What re-use itself emits, kg CO2e per machine; the electricity of the old and the new machine, kWh a year.

    The use-phase term counts only where both are known, and the factor of the grid in kg CO2e/kWh.
    """

    refurbishing_kg: Decimal = Decimal(0)
    transport_kg: Decimal = Decimal(0)
    old_kwh: float | None = None
    new_kwh: float | None = None
    grid: float | None = None

    @property
    def extra_kwh(self) -> Fraction:
        """kWh that the old machine takes more in a year; 0 where one of the two is not known."""
        if self.old_kwh is None or self.new_kwh is None or self.grid is None:
            return Fraction()
        return max(Fraction(), exact(self.old_kwh) - exact(self.new_kwh))


class Assumed(NamedTuple):
    """Parameters of one kind of re-use: displacement rate, years of life added, years a new machine lives."""

    displacement: Bounds
    years: Bounds
    years_new: Bounds

    @property
    def words(self) -> str:
        """All of it, low, central and high."""
        rates = " / ".join(f"{rate:g}" for rate in self.displacement)
        years = " / ".join(f"{more:g} of {new:g}" for more, new in zip(self.years, self.years_new, strict=True))
        return f"displacement {rates}; years added of a new machine's {years}"


def assumed(outcome: str, book: FactorBook) -> Assumed | None:
    """The parameters for an outcome of `DISPLACEMENT`; None where no set of factors has them."""
    found = [book.assumed(name) for name in (DISPLACEMENT[outcome], "life_extension_years", "life_new_years")]
    displacement, years, new = found
    return Assumed(displacement, years, new) if displacement and years and new else None


def avoided_kg(
    machines: int, new_kg: Fraction, displacement: float, years: float, years_new: float, costs: Costs
) -> Fraction:
    """N x (DR x E_new x L_ext/L_new) - refurbishing - transport - DR x N x L_ext x max(0, TEC_old - TEC_new) x grid.

    *machines* N; *new_kg* E_new, kg CO2e embodied in the N new machines that were not bought, all together;
    *displacement* DR; *years* L_ext; *years_new* L_new. After Makov and Font Vivanco 2018 and Andre et al. 2019.
    """
    rate, life = exact(displacement), exact(years)
    gained = rate * new_kg * life / exact(years_new)
    spent = machines * (exact(costs.refurbishing_kg) + exact(costs.transport_kg))
    used = rate * machines * life * costs.extra_kwh * exact(costs.grid or 0)
    return gained - spent - used


def avoided(group: Group, told: Assumed, book: FactorBook, costs: Costs) -> Avoided | None:
    """By re-use of the machines of a group, each once; a new one of their class is what was not bought."""
    of_class = book.of_class(group.kind)
    if of_class is None:
        return None
    new = [exact(each) * group.machines for each in of_class.embodied_kg]
    return Avoided(*_bounds(group.machines, new, told, costs))


def avoided_by_mass(machines: int, grams: int, factor: float, told: Assumed, costs: Costs) -> AvoidedByMass:
    """The same where what was not bought is taken to weigh as much; *factor*: material use, kg CO2e/t."""
    return AvoidedByMass(*_bounds(machines, [by_mass(grams, factor)] * 3, told, costs))


def _bounds(machines: int, new: list[Fraction], told: Assumed, costs: Costs) -> list[Fraction]:
    return [
        avoided_kg(machines, new_kg, rate, years, years_new, costs)
        for new_kg, rate, years, years_new in zip(new, told.displacement, told.years, told.years_new, strict=True)
    ]


# -- can that be? --------------------------------------------------------------------------------------------

HIGHEST: Final = 1.5
"""Times the class's upper quartile of embodied carbon over its median weight: above it a figure is flagged."""
FARTHEST: Final = 5
"""Times above the upper or below the lower quartile of the class at which a weight cannot be right."""


def limit_per_kg(of_class: ClassFootprint) -> float:
    """kg CO2e per kg above which a figure for the class is flagged."""
    return HIGHEST * of_class.embodied_kg.p75 / of_class.mass_kg.median


def doubts(kg: float | None, kg_co2e: float | None, of_class: ClassFootprint, machines: int = 1) -> list[str]:
    """What speaks against a mass (kg) and a footprint (kg CO2e) of so many machines of a class, in sentences."""
    found = []
    each = kg / machines if kg is not None and machines else None
    if each is not None:
        usual = f"the class weighs {of_class.mass_kg.p25:g} to {of_class.mass_kg.p75:g} kg"
        if each > FARTHEST * of_class.mass_kg.p75:
            found.append(f"{each:,.6g} kg each is far too much ({usual}); grams read as kilograms?")
        elif each * FARTHEST < of_class.mass_kg.p25:
            found.append(f"{each:,.6g} kg each is far too little ({usual}); kilograms or tonnes read as less?")
    if kg and kg_co2e is not None and kg_co2e / kg > limit_per_kg(of_class):
        found.append(
            f"{kg_co2e / kg:,.1f} kg CO2e per kg is above {limit_per_kg(of_class):,.1f}, which is 1.5 times the "
            "upper quartile of the class over its median weight."
        )
    return found
