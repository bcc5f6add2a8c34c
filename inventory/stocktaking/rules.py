"""Purposes, states and groups of a count, and which ledger lines each machine of it asks for. Pure."""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Purpose:
    """Why machines are scanned. ``expects``: there is a list to compare with."""

    key: str
    label: str
    meaning: str
    expects: bool


PURPOSES: Final = {
    each.key: each
    for each in (
        Purpose("stock_take", "Stock-take", "Count what stands in a place, a department or a filtered list.", True),
        Purpose("check", "Check against a list", "Tick off a given list: a collection, a pallet, pasted tags.", True),
        Purpose("batch", "Build a list", "Scan a list together now, and record something on all of it later.", False),
    )
}
COUNTING: Final = "counting"
PAUSED: Final = "paused"
CONFIRMED: Final = "confirmed"
ABANDONED: Final = "abandoned"
STATES: Final = {
    COUNTING: "Counting",
    PAUSED: "Paused",
    CONFIRMED: "Confirmed",
    ABANDONED: "Abandoned",
}
OPEN: Final = frozenset({COUNTING, PAUSED})
"""States in which scans are taken: one that was made offline may arrive after the pause."""

FOUND: Final = "found"
MISSING: Final = "missing"
UNEXPECTED: Final = "unexpected"
UNKNOWN: Final = "unknown"
GROUPS: Final = {
    FOUND: "Found",
    MISSING: "Missing",
    UNEXPECTED: "Unexpected",
    UNKNOWN: "Unknown tags",
}
DECISIONS: Final = {MISSING: ("report", "leave"), UNEXPECTED: ("move", "back", "leave")}
"""What a person may choose for a machine of each group; nothing chosen: nothing is recorded."""
DECISION_WORDS: Final = {
    "report": "report missing",
    "move": "stays here: moved to where it was counted",
    "back": "goes back to where it should be",
    "leave": "record nothing",
}


def group_of(expected: bool, seen: bool) -> str | None:
    """The one group a machine of a count is in; None for one that is neither expected nor seen."""
    if expected:
        return FOUND if seen else MISSING
    return UNEXPECTED if seen else None


@dataclass(frozen=True, slots=True)
class Asked:
    """A ledger line that a count asks for. ``at_scan``: it happened when the machine was scanned, else now."""

    kind: str
    suffix: str
    details: dict[str, Any]
    at_scan: bool


def lines_for(
    group: str, decision: str | None, status: str, *, counted: str | None, home: str | None, sight: bool
) -> list[Asked]:
    """The lines that one machine asks for when the count is confirmed.

    *status* is its present one: what was missing and is seen has been found. *counted* and *home* are codes
    of the place where it was scanned and of the one where the register has it; *sight*: whether found
    machines are recorded as seen.
    """
    here = {"location": counted} if counted else {}
    seen = "found" if status in ("missing", "written_off") else "sighted"
    if group == FOUND:
        return [Asked(seen, "seen", here, True)] if sight else []
    if group == MISSING:
        return [Asked("reported_missing", "missing", {}, False)] if decision == "report" else []
    if decision == "move":
        kind = "moved" if here and seen == "sighted" else seen
        return [Asked(kind, "seen", here, True)]
    if decision == "back":
        # It was here when it was scanned, and has been carried home by the time somebody confirms that.
        lines = [Asked(seen, "seen", here if home else {}, True)]
        return [*lines, Asked("moved", "back", {"location": home}, False)] if home else lines
    return []
