"""Which event may follow which, and replay. Pure: no database, no clock, no guard."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from inventory.errors import InventoryError, RuleRefused, ValidationRefused
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES, NEW, EventType
from inventory.lifecycle.state import Line, State
from inventory.register.statuses import STATUSES

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far ahead of the server's clock an event may be dated."""


def event_type(kind: str) -> EventType:
    """The row of *kind*, or a refusal."""
    row = EVENT_TYPES.get(kind)
    if row is None:
        raise ValidationRefused(f"There is no event called {str(kind)[:40]!r}.", field="event")
    return row


def status_label(status: str | None) -> str:
    """A status in words; the one before the first line too."""
    return STATUSES[status].label.lower() if status else "not yet on record"


def named(state: State, tag: str = "") -> str:
    """How a refusal names the machine."""
    return state.tag or tag or "This machine"


def refusal(state: State, row: EventType, line: Line) -> InventoryError | None:
    """Why *line* may not be applied to *state*; None when it may."""
    tag = named(state, str(line.details.get("tag", "")))
    if (state.status or NEW) not in row.allowed_from:
        if state.status is None:
            return RuleRefused(f"{tag} is not on record yet; {row.label.lower()} cannot be its first line.")
        if row.leads_to == state.status and state.status_since is not None:
            return RuleRefused(
                f"{tag} is {status_label(state.status)} already, since {state.status_since:%-d %b %Y}; "
                "there is nothing to record.",
                present_status=state.status,
            )
        allowed = ", ".join(STATUSES[each].label.lower() for each in STATUSES if each in row.allowed_from)
        return RuleRefused(
            f"{tag} is {status_label(state.status)}, so it cannot be recorded as {row.label.lower()}"
            + (f"; that is possible from: {allowed}." if allowed else "; that opens a new record."),
            present_status=state.status,
        )
    for condition in row.conditions:
        if problem := condition(state, line.details):
            return RuleRefused(
                f"{tag} cannot be recorded as {row.label.lower()}: {problem}.", present_status=state.status
            )
    moves = row.target(state, line.details) != state.status
    if moves and state.status_since is not None and line.occurred_at < state.status_since:
        return RuleRefused(
            f"{tag} has been {status_label(state.status)} since {state.status_since:%-d %b %Y %H:%M} UTC; "
            f"a change of status cannot be dated before that.",
            present_status=state.status,
        )
    return None


def apply(state: State, row: EventType, line: Line) -> None:
    """Move *state* by a line that was found right."""
    target = row.target(state, line.details)
    # The effect sees the status and facts just before the line: a count is placed by them.
    if row.effect is not None:
        row.effect(state, line)
    state.change_status(target, line)
    if state.status_since is None:
        state.status_since, state.status_since_precision = line.occurred_at, line.precision
    state.last_at = max(state.last_at or line.occurred_at, line.occurred_at)
    state.standing += 1


def in_replay_order(lines: Iterable[Line]) -> list[Line]:
    """Standing lines in the order of replay: a replacement in the place of what it replaces."""
    lines = list(lines)
    if not any(line.voids for line in lines) and all(
        a.occurred_at <= b.occurred_at for a, b in itertools.pairwise(lines)
    ):
        return lines
    voided = {line.voids for line in lines if line.voids}
    by_key = {line.key: line for line in lines}

    def place(line: Line) -> tuple[datetime, int]:
        while line.replaces is not None:
            line = by_key[line.replaces]
        return line.occurred_at, line.sequence

    standing = [line for line in lines if line.kind != CORRECTION and line.key not in voided]
    return sorted(standing, key=place)


def _replaced_by(line: Line, lines: Sequence[Line]) -> Iterator[str]:
    """Keys of the lines in whose place *line* stands, the nearest first."""
    by_key = {each.key: each for each in lines}
    while line.replaces is not None:
        yield line.replaces
        line = by_key[line.replaces]


def replay(
    lines: Sequence[Line], *, strict: bool = False, before: datetime | None = None, until: Line | None = None
) -> State:
    """The state that *lines* (of one asset, by sequence) lead to.

    With *before*, by what happened until then; with *until*, just before that line, in its place.
    With *strict* an illegal history is refused in words; without, lines are applied as they stand, which
    is what a rebuild of projections from a verified ledger does.
    """
    ordered = in_replay_order(lines)
    state = State()
    if lines and lines[0].key not in {line.key for line in ordered} and not _opening_replaced(lines, ordered):
        return _withdrawn(lines)
    for line in ordered:
        if before is not None and line.occurred_at >= before:
            continue
        state.stands_for = frozenset(_replaced_by(line, lines)) if line.replaces is not None else _NONE
        if line is until:
            return state
        row = EVENT_TYPES[line.kind]
        if strict and (problem := refusal(state, row, line)):
            raise RuleRefused(
                f"The rest of the history would not hold: {problem.message}",
                present_status=state.status,
            )
        apply(state, row, line)
    state.stands_for = _NONE
    return state


_NONE: Final[frozenset[str]] = frozenset()


def steps(lines: Sequence[Line]) -> Iterator[tuple[State, Line]]:
    """Each standing line with the state just before it, in the order of replay; nothing of a record entered in error.

    It is one state that moves on: read it before the next step is asked for.
    """
    ordered = in_replay_order(lines)
    if not lines or (lines[0].key not in {line.key for line in ordered} and not _opening_replaced(lines, ordered)):
        return
    state = State()
    for line in ordered:
        state.stands_for = frozenset(_replaced_by(line, lines)) if line.replaces is not None else _NONE
        yield state, line
        apply(state, EVENT_TYPES[line.kind], line)


def _opening_replaced(lines: Sequence[Line], ordered: Sequence[Line]) -> bool:
    """Whether a standing line takes the place of the first one, be it by way of other replacements."""
    by_key = {line.key: line for line in lines}
    for line in ordered:
        while line.replaces is not None:
            line = by_key[line.replaces]
            if line.key == lines[0].key:
                return True
    return False


def _withdrawn(lines: Sequence[Line]) -> State:
    """A history whose first line is voided without replacement: entered in error."""
    state = State()
    first = lines[0]
    apply(state, EVENT_TYPES[first.kind], first)
    state.outcomes.clear()
    state.status = "withdrawn"
    state.status_since = max(line.recorded_at for line in lines if line.voids)
    return state


def check_moment(occurred_at: datetime, now: datetime, what: str) -> None:
    """Refuse an event of the future (beyond the tolerance) and one before computers."""
    if occurred_at > now + CLOCK_TOLERANCE:
        raise ValidationRefused(
            f"{what}: the time {occurred_at:%-d %b %Y %H:%M} UTC lies in the future.", field="occurred_at"
        )
    if occurred_at.year < 1970:
        raise ValidationRefused(f"{what}: the time lies before 1970.", field="occurred_at")


def personal_fields(row: EventType) -> frozenset[str]:
    """Names of the details of *row* that are free text about people."""
    if row.key not in _PERSONAL:
        shape: Any = row.schema()
        _PERSONAL[row.key] = frozenset(name for name, each in shape.fields.items() if each.metadata.get("personal"))
    return _PERSONAL[row.key]


_PERSONAL: dict[str, frozenset[str]] = {}
