"""The machine that a page is about: found by its tag, with its history, in few statements."""

from dataclasses import dataclass
from typing import Any

from inventory.lifecycle.lookup import LookedUp, look_up
from inventory.lifecycle.state import FittedDrive, State
from inventory.register.kinds import KINDS
from inventory.register.naming import names_of
from inventory.register.queries import resolve_one
from inventory.register.statuses import STATUSES
from inventory.web._shell import session, settings


@dataclass(frozen=True)
class Found:
    """A machine and its history, with the short forms that pages use."""

    machine: LookedUp

    @property
    def state(self) -> State:
        return self.machine.state

    @property
    def tag(self) -> str:
        return self.state.tag

    @property
    def status(self) -> str:
        return str(self.state.status)

    @property
    def drives(self) -> dict[str, FittedDrive]:
        return self.state.drives

    @property
    def facts(self) -> dict[str, Any]:
        """What is known of it, notes included."""
        return {**self.state.facts, **({"notes": self.notes} if self.notes else {})}

    @property
    def notes(self) -> str | None:
        """The notes of the last standing line that bears any."""
        told = [
            str(each.personal["notes"])
            for each in self.machine.lines
            if each.personal and "notes" in each.personal and not each.voided_by
        ]
        return told[-1] if told else None

    @property
    def words(self) -> str:
        """Kind, maker and model."""
        return what_it_is(self.state.kind, self.state.facts.get("manufacturer"), self.state.facts.get("model"))


def what_it_is(kind: str, manufacturer: str | None, model: str | None) -> str:
    """Laptop, Dell Latitude 5400; a model that names its maker names it once."""
    label = KINDS[kind].label if kind in KINDS else kind
    if manufacturer and model and model.casefold().startswith(manufacturer.casefold()):
        manufacturer = None
    named = " ".join(part for part in (manufacturer, model) if part)
    return f"{label}, {named}" if named else label


def machine_by_id(asset_id: int) -> Found:
    """The machine with this row number."""
    return Found(look_up(session(), asset_id))


def machine_of(tag: str) -> Found:
    """The machine that bears *tag* in any reading, or the refusal that says what is near."""
    found = resolve_one(session(), tag[:300], settings())
    assert found.asset_id is not None  # noqa: S101 - else it was refused
    return machine_by_id(found.asset_id)


def facts_in_a_line(asset_id: int) -> tuple[str, str]:
    """Status, and what it is and where, for the answer to one scan."""
    state = machine_by_id(asset_id).state
    facts = state.facts
    wanted = [(kind, facts[name]) for name, kind in (("location", "location"), ("custodian", "party")) if name in facts]
    names = names_of(session(), wanted)
    words = [what_it_is(state.kind, facts.get("manufacturer"), facts.get("model")), *names.values()]
    return STATUSES[str(state.status)].label, "; ".join(words)
