"""The rows of the carbon report: bought, waste, avoided; each part made by itself, so that none can be added."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, Final, NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.footprint.carbon import (
    ESTIMATE,
    Amount,
    Assumed,
    Avoided,
    Costs,
    Embodied,
    assumed,
    avoided,
    avoided_by_mass,
    by_mass,
    embodied,
    embodied_by_mass,
    waste_treatment,
)
from inventory.footprint.factors import Conversion, FactorBook
from inventory.footprint.mass import Group, Mass, mass_of_groups
from inventory.lifecycle.models import LifecycleEvent, OutcomeFact
from inventory.reports import _purchases, _reuse
from inventory.reports._base import Figure
from inventory.reports._query import Query

BOUGHT: Final = "(a)"
WASTE: Final = "(b) scope 3 category 5"
AVOIDED: Final = f"(c) {ESTIMATE}"
LABELS: Final = {
    "redeployed": "Re-used internally",
    "donated": "Donated",
    "prepared_for_reuse": "Prepared for re-use",
}
NO_MATERIAL: Final = "No factor for material use is known"


class Route(NamedTuple):
    """A way that waste goes, and the conversion factors for it; none: there is no factor for it."""

    label: str
    factors: tuple[str, ...]


ROUTES: Final = {
    "prepared_for_reuse": Route("Waste prepared for re-use", ()),
    "recycled": Route("Waste recycled", ("waste_recycling",)),
    "energy_recovered": Route("Waste burned, energy recovered", ("waste_combustion",)),
    "incinerated": Route("Waste burned without recovery", ("waste_combustion",)),
    "landfilled": Route("Waste landfilled", ("waste_landfill",)),
    "disposed": Route("Waste disposed of, burned or landfilled", ("waste_combustion", "waste_landfill")),
}
"""By fate; what was disposed of is told apart by the contractor's line. Where none tells, it has a row of its own."""


class Basis(NamedTuple):
    """What all rows are worked out with; *first* and *last* day choose the conversion factors."""

    book: FactorBook
    first: date
    last: date
    settings: Settings

    def factor(self, name: str) -> Conversion | None:
        """The conversion factor *name* for the period."""
        return self.book.conversion(name, self.first, self.last)


class Rows(NamedTuple):
    """Rows of one part, and what is to be said of them."""

    rows: list[dict[str, Any]]
    notes: list[str]
    unknown_kind: int = 0
    """Machines of unknown kind that are in no figure of the part."""


def tonnes(kg: Fraction) -> float:
    """t CO2e to a kilogram, from kg CO2e."""
    return round(float(kg) / 1000, 3)


def _row(what: str, key: str, part: str, basis: str, cell: str = "", **told: Any) -> dict[str, Any]:
    """A row; every figure of it opens the machines of *cell*. ``amount`` fills the low, central and high figure."""
    cell = cell or key
    row: dict[str, Any] = {"what": what, "key": key, "part": part, "basis": basis}
    if "amount" in told:
        amount: Amount | None = told.pop("amount")
        told |= {name: tonnes(getattr(amount, name)) if amount else None for name in ("low", "central", "high")}
    return row | {name: Figure(value, cell) for name, value in told.items()}


def _number(groups: Iterable[Group]) -> int:
    return sum(each.machines for each in groups)


def _mass_notes(what: str, mass: Mass) -> list[str]:
    if not mass.known and not mass.unknown:
        return []
    told = f"{what}: {mass.estimated_percent or 0:g} % of the mass is estimated, not measured"
    missing = f"; of {mass.unknown:,} machines no weight is known, and kilograms are without them"
    return [f"{told}{missing if mass.unknown else ''}."]


# -- (a) bought --------------------------------------------------------------------------------------------


def bought(session: Session, query: Query, basis: Basis) -> Rows:
    """Embodied emissions of what was bought in the period, as far as a footprint or a mass is known."""
    wanted = query if query.kind else replace(query, kind=tuple(sorted(query.kinds | {"unknown"})))
    groups = _purchases.groups(session, wanted, basis.settings)
    unknown = _number(each for each in groups if each.kind not in query.kinds)
    groups = [each for each in groups if each.kind in query.kinds]
    known = [(group, amount) for group in groups if (amount := embodied(group, basis.book)) is not None]
    category = 2 if basis.settings.capitalised else 1
    part = f"{BOUGHT} scope 3 category {category}"
    mass, material = mass_of_groups(groups, basis.book), basis.factor("material_it")
    machines, with_footprint = _number(groups), _number(group for group, _ in known)
    total = sum((amount for _, amount in known), Embodied())
    weight = embodied_by_mass(mass.grams, material.value) if material and (mass.known or not groups) else None
    makers = "Makers' figures for the model with their error, else quartiles and median of the class"
    no_class = "No footprint is known for kind or model; in no total"
    rows = [
        _row("Bought, by footprints", "bought.footprint", part, makers,
             machines=with_footprint, amount=total),
        _row("Bought, class not known", "bought.unknown", part, no_class, machines=machines - with_footprint),
        _row("Bought, by mass", "bought", part, material.words if material else NO_MATERIAL,
             machines=machines, kg=mass.kg, amount=weight),
    ]  # fmt: skip
    notes = [
        f"What is bought counts in scope 3 category {category} (setting CAPITALISED). What is leased and not bought as "
        "a service belongs in category 8; the register does not tell it apart."
    ]
    return Rows(rows, [*_mass_notes("Bought", mass), *notes], unknown)


# -- (b) waste ---------------------------------------------------------------------------------------------


def route_of_fact() -> Any:
    """The route that a waste outcome took, as an expression over OutcomeFact."""
    told = select(LifecycleEvent.kind).where(LifecycleEvent.key == OutcomeFact.confirmed_by).scalar_subquery()
    known = case((told.in_(["incinerated", "landfilled"]), told), else_="disposed")
    return case((OutcomeFact.fate == "disposed", known), else_=func.coalesce(OutcomeFact.fate, ""))


def waste(session: Session, query: Query, basis: Basis) -> Rows:
    """Collection and treatment of the waste that left in the period, by route."""
    is_waste = OutcomeFact.measure == "waste"
    models = basis.book.knows_models
    found = _reuse.last_outcomes(session, query, basis.settings, route_of_fact(), is_waste, models=models)
    together, whole, known = waste_treatment(0, 0), Mass(), False
    rows = []
    for key, route in ROUTES.items():
        groups = [each.group for each in found if each.outcome == key]
        if key == "disposed" and not groups:
            continue
        mass = mass_of_groups(groups, basis.book)
        factors = [factor for name in route.factors if (factor := basis.factor(name))]
        amount = None
        if factors and len(factors) == len(route.factors) and (mass.known or not groups):
            amount = waste_treatment(mass.grams, *(factor.value for factor in factors))
            together, known = together + amount, True
        whole += mass
        words = "; ".join(each.words for each in factors)
        words = words or ("No factor is known" if route.factors else "Re-use is no way of disposal: it has no factor")
        rows.append(
            _row(route.label, f"waste.{key}", WASTE, words, machines=_number(groups), kg=mass.kg, amount=amount)
        )
    rows.append(
        _row("Waste together", "waste", WASTE, "Sum of the routes that have a factor",
             machines=_number(each.group for each in found), kg=whole.kg, amount=together if known else None)
    )  # fmt: skip
    notes = "Waste factors cover collection and transport only: they cannot show that one route is better than another."
    return Rows(rows, [*_mass_notes("Waste", whole), notes])


# -- (c) avoided -------------------------------------------------------------------------------------------


def avoided_rows(session: Session, query: Query, basis: Basis) -> Rows:
    """What re-use in the period may have avoided, by each route in rows of its own."""
    book, material = basis.book, basis.factor("material_it")
    costs = Costs(basis.settings.refurbishing_kg_co2e, basis.settings.transport_kg_co2e)
    found = _reuse.events(session, query, basis.settings, models=book.knows_models)
    rows, weights, total, events, told_any = [], [], Avoided(), 0, False
    for outcome, label in LABELS.items():
        told = assumed(outcome, book)
        groups = [each.group for each in found if each.outcome == outcome]
        amount = None
        known = [group for group in groups if book.of_class(group.kind)]
        if told:
            amounts = [each for group in known if (each := avoided(group, told, book, costs)) is not None]
            amount = sum(amounts, Avoided())
            total, told_any = total + amount, True
        events += _number(known)
        words = told.words if told else "No parameters are known"
        what = f"{label}, by footprints"
        rows.append(_row(what, outcome, AVOIDED, words, events=_number(known), amount=amount))
        weights.append(_by_weight(outcome, label, groups, told, basis, costs))
    whole = mass_of_groups((each.group for each in found), book)
    every = _number(each.group for each in found)
    gross = tonnes(by_mass(whole.grams, material.value)) if material and whole.known else None
    new = "A new machine not bought: lower quartile, median and upper quartile of the class"
    plain = "As many publish it: nothing deducted; to compare with theirs, not to report"
    rows += [
        _row("Re-use together, by footprints", "avoided", AVOIDED, new,
             events=events, amount=total if told_any else None),
        _row("Re-use, class not known", "avoided.unknown", AVOIDED, "No footprint is known for the kind; in no total "
             "by footprints", events=every - events),
        *weights,
        _row("Re-use together, mass x factor alone", "reuse", AVOIDED, plain,
             events=every, kg=whole.kg, central=gross),
    ]  # fmt: skip
    gap = 0
    if not query.kind and query.group == "computer":
        unknown = _reuse.events(session, replace(query, group="unknown"), basis.settings, models=False)
        gap = _number(each.group for each in unknown)
    return Rows(rows, [*_mass_notes("Re-used", whole), *_said(costs)], gap)


def _by_weight(
    outcome: str, label: str, groups: list[Group], told: Assumed | None, basis: Basis, costs: Costs
) -> dict[str, Any]:
    mass, material = mass_of_groups(groups, basis.book), basis.factor("material_it")
    amount = None
    if material and told and (mass.known or not mass.unknown):
        amount = avoided_by_mass(mass.known, mass.grams, material.value, told, costs)
    words = "; ".join([material.words if material else NO_MATERIAL, *([told.words] if told else [])])
    number = _number(groups)
    return _row(f"{label}, by mass", f"reuse.{outcome}", AVOIDED, words, events=number, kg=mass.kg, amount=amount)


def _said(costs: Costs) -> list[str]:
    return [
        "Each re-use event gives a machine a life more, with years of its own; the carbon of its first owner is spent "
        "and is never credited. What was sold is not in (c): nothing is known of what it displaces.",
        f"Taken off for each machine: {costs.refurbishing_kg} kg CO2e for refurbishing, {costs.transport_kg} kg CO2e "
        "for transport (settings). The electricity of old and new machine is known for no pair, so that term is 0. No "
        "re-use is linked with a purchase that was called off, so the higher displacement of such is not used.",
    ]
