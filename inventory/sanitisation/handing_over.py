"""What the history of a machine says of each time that it came into other hands: clean, or by which exception. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from inventory.lifecycle.conditions import a_lower_route_needs_a_reason, better_route_was_open
from inventory.lifecycle.rules import steps
from inventory.lifecycle.state import Line, State
from inventory.register.kinds import KINDS
from inventory.register.statuses import ON_SITE
from inventory.sanitisation.rules import reasons_unclean

EXCEPTIONS: Final = {
    "older_without_evidence": (
        "Older records, no evidence held",
        "Taken on from older records as having left or changed hands; nobody saw a proof of what became of its data.",
    ),
    "older_with_evidence": (
        "Older records, some evidence seen",
        "As above, and the record names the kind of proof that was seen then.",
    ),
    "contract_open": (
        "Unwiped under contract, certificate outstanding",
        "Left under a contract with certified destruction; the certificate of a drive at least is not in.",
    ),
    "contract_closed": (
        "Unwiped under contract, certificates in",
        "Left under a contract with certified destruction; the certificate of every drive is in.",
    ),
    "reassigned": (
        "Reassigned without a wipe",
        "Went from one custodian to the next; the line says in words why its drives were not wiped.",
    ),
    "incident": (
        "Incident: the evidence fell later",
        "Was clean as far as was known when it left; a line or a correction that was recorded later says otherwise.",
    ),
}
"""Ways in which a machine may have come into other hands without clean drives: label, meaning."""
HANDS_OVER: Final = frozenset(
    {"deployed", "redeployed", "reassigned", "donated", "sold", "returned_to_lessor", "collected",
     "given_for_preparation"}
)  # fmt: skip
"""Kinds of event that bring a machine into other hands."""
BELOW: Final = frozenset({"declared_waste", "dismantled", "given_for_preparation"})
"""Kinds of event that end a machine's way to re-use."""
_LEFT: Final = frozenset(
    {
        "redeployed",
        "donated",
        "sold",
        "prepared_for_reuse",
        "recycled",
        "energy_recovered",
        "incinerated",
        "landfilled",
        "disposed",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line that a data protection officer should know of. ``department``: just before it."""

    row: str
    key: str
    occurred_at: datetime
    department: str | None
    clauses: tuple[str, ...] = ()


def findings(
    lines: Sequence[Line], zone: ZoneInfo, until: datetime | None = None, *, reassigning_is_free: bool = False
) -> list[Finding]:
    """Everything that *lines* of one machine tell; of what happened before *until*.

    *reassigning_is_free*: by a setting, a reassigned machine needs neither clean drives nor a reason.
    """
    found: list[Finding] = []
    drives_seen = False
    state: State | None = None
    for state, line in steps(lines):
        if until is not None and line.occurred_at >= until:
            continue
        department = line.details.get("department") if line.kind == "taken_on" else state.facts.get("department")
        for row, clauses in _told(state, line, zone, drives_seen, reassigning_is_free):
            found.append(Finding(row, line.key, line.occurred_at, department, tuple(clauses)))
        drives_seen = drives_seen or bool(state.drives) or bool(line.details.get("drives"))
    if state is None:
        return []
    return [_closed(each, lines, until) if each.row == "contract_open" else each for each in found]


def _told(state: State, line: Line, zone: ZoneInfo, drives_seen: bool, free: bool) -> Iterator[tuple[str, list[str]]]:
    if line.kind in HANDS_OVER and (reasons := reasons_unclean(state, zone)):
        excused = next((row for row, holds in _EXCUSES if holds(line)), "incident")
        yield ("reassigned" if free and line.kind == "reassigned" else excused), reasons
    if line.kind == "taken_on" and _left_before(line):
        proof = line.details.get("evidence", "none")
        yield ("older_without_evidence" if proof == "none" else "older_with_evidence"), []
    if line.kind == "inspected" and line.details.get("no_drive_fitted") and (drives_seen or state.drives):
        yield "no_drive", []
    if line.kind == "inspected" and a_lower_route_needs_a_reason(state, line.details, {}):
        yield "below", []
    if line.kind in BELOW and better_route_was_open(state):
        yield "below", []


_EXCUSES: Final[tuple[tuple[str, Callable[[Line], bool]], ...]] = (
    ("reassigned", lambda line: line.kind == "reassigned" and bool(line.details.get("drives_not_wiped"))),
    ("contract_open", lambda line: bool(line.details.get("unsanitised_under_contract"))),
)


def _left_before(line: Line) -> bool:
    details = line.details
    gone = details["status"] not in ON_SITE | {"on_order", "withdrawn"} or details.get("outcome") in _LEFT
    return gone and KINDS[details.get("kind", "unknown")].holds_storage


def _closed(each: Finding, lines: Sequence[Line], until: datetime | None) -> Finding:
    """The departure as closed, once a certificate for every drive that was in the machine is in."""
    waiting: set[str] | None = None
    for state, line in steps(lines):
        if until is not None and line.occurred_at >= until:
            continue
        if line.key == each.key:
            waiting = set(state.drives)
            if not waiting:
                return each
        elif waiting is not None and line.kind == "sanitised":
            waiting -= {drive["uid"] for drive in line.details["drives"]}
    if waiting:
        return each
    return Finding("contract_closed", each.key, each.occurred_at, each.department, each.clauses)
