"""What a request is: its states, its name, and what is said of what it waits for. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from inventory.register.kinds import KINDS

OPEN: Final = "open"
CLOSED: Final = "closed"
WITHDRAWN: Final = "withdrawn"
STATES: Final = {OPEN: "Open", CLOSED: "Closed", WITHDRAWN: "Withdrawn"}
"""Closed: the register is done with it. Withdrawn: whoever asked no longer does."""
ACTIONS: Final = {
    "opened": "Opened",
    "changed": "Changed",
    "closed": "Closed",
    "withdrawn": "Withdrawn",
    "contact_erased": "Contact erased",
}
"""What somebody may have done to a request, as its history tells it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request is served, in machines."""

    wanted: int
    promised: int = 0
    """Reserved for it now."""
    handed_over: int = 0
    """Redeployed, donated or sold out of a reservation for it."""

    @property
    def waiting(self) -> int:
        """Machines that are still waited for, while the request is open."""
        return max(0, self.wanted - self.promised - self.handed_over)

    @property
    def fulfilled(self) -> bool:
        """Whether as many as were wanted were handed over."""
        return self.handed_over >= self.wanted


@dataclass(frozen=True, slots=True)
class Demand:
    """Machines of one kind that open requests still wait for, and who asks, the earliest need first."""

    inside: int = 0
    """Machines that departments wait for."""
    outside: int = 0
    """Machines that partners wait for."""
    departments: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()

    def with_inside(self, machines: int, name: str) -> "Demand":
        """With the machines that the department *name* waits for too."""
        names = self.departments if name in self.departments else (*self.departments, name)
        return replace(self, inside=self.inside + machines, departments=names)

    def with_outside(self, machines: int, name: str) -> "Demand":
        """With the machines that the partner *name* waits for too."""
        names = self.partners if name in self.partners else (*self.partners, name)
        return replace(self, outside=self.outside + machines, partners=names)


def kinds_in_words(kinds: Sequence[str], number: int = 2) -> str:
    """``laptop``, ``laptops``, ``laptops or tablets``."""
    told = [_kind(each, number) for each in kinds]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"


def _kind(key: str, number: int) -> str:
    label = KINDS[key].label.lower()
    return label if number == 1 or label.endswith("equipment") else label + "s"


def listed(names: Iterable[str], most: int = 3) -> str:
    """``A``, ``A and B``, ``A, B and 4 others``."""
    told = list(names)
    if len(told) > most:
        rest = len(told) - most + 1
        told = [*told[: most - 1], f"{rest} others"]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
