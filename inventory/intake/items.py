"""A report on its way through matching, planning and recording."""

from dataclasses import dataclass, field

from inventory.intake.findings import HardwareFound, MachineFound
from inventory.intake.matching import Match
from inventory.intake.models import HardwareReport
from inventory.intake.planning import Plan
from inventory.lifecycle.requests import Result


@dataclass(slots=True)
class Item:
    """A report on its way: its row, what it found, and what becomes of it."""

    row: HardwareReport
    found: HardwareFound
    register: bool = False
    asset_id: int | None = None
    """Given by a person, or found by matching."""
    given: bool = False
    """Whether a person said which machine it is, or that it is a new one: then nothing is matched."""
    late: bool = False
    """Whether it came earlier than now: then other reports may have come meanwhile."""
    match: Match | None = None
    plan: Plan = field(default_factory=Plan)
    results: list[Result] = field(default_factory=list)

    @property
    def machine(self) -> MachineFound | None:
        """The machine it is about; drives told alone stand for one when a person said which it is."""
        if self.found.machine is None and self.given:
            return MachineFound(drives=self.found.drives)
        return self.found.machine
