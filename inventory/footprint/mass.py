"""The mass of counted machines: measured before the model's before the class's, and how much is estimated. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from inventory.footprint.factors import FactorBook


class Group(NamedTuple):
    """Machines of one kind and model: how many, how many were weighed, and what these weigh together in grams."""

    kind: str
    model_key: str | None
    machines: int
    weighed: int
    grams: int


@dataclass(frozen=True, slots=True)
class Mass:
    """Mass in grams by where it comes from, machines likewise; ``unknown``: machines without any mass."""

    measured_g: int = 0
    model_g: int = 0
    class_g: int = 0
    measured: int = 0
    by_model: int = 0
    by_class: int = 0
    unknown: int = 0

    def __add__(self, other: "Mass") -> "Mass":
        return Mass(
            self.measured_g + other.measured_g,
            self.model_g + other.model_g,
            self.class_g + other.class_g,
            self.measured + other.measured,
            self.by_model + other.by_model,
            self.by_class + other.by_class,
            self.unknown + other.unknown,
        )

    @property
    def grams(self) -> int:
        """All that is known or estimated."""
        return self.measured_g + self.model_g + self.class_g

    @property
    def kg(self) -> float | None:
        """Kilograms, to a tenth; None where no machine has a mass."""
        return round(self.grams / 1000, 1) if self.known else None

    @property
    def known(self) -> int:
        """Machines with a mass of any source."""
        return self.measured + self.by_model + self.by_class

    @property
    def estimated_percent(self) -> float | None:
        """Share of the mass that was not measured; None where there is none."""
        return round(100 * (self.model_g + self.class_g) / self.grams, 1) if self.grams else None


def mass_of(group: Group, book: FactorBook) -> Mass:
    """The mass of one group: measured where weighed, for the rest the model's, else the median of the class."""
    rest = group.machines - group.weighed
    found = Mass(measured_g=group.grams, measured=group.weighed)
    if not rest:
        return found
    model = book.of_model(group.model_key)
    if model and model.mass_g is not None:
        return found + Mass(model_g=rest * model.mass_g, by_model=rest)
    of_class = book.of_class(group.kind)
    if of_class:
        return found + Mass(class_g=rest * round(of_class.mass_kg.median * 1000), by_class=rest)
    return found + Mass(unknown=rest)


def mass_of_groups(groups: Iterable[Group], book: FactorBook) -> Mass:
    """The mass of all groups together. The sum of parts is the whole: no group's mass rests on another's."""
    found = Mass()
    for group in groups:
        found = found + mass_of(group, book)
    return found
