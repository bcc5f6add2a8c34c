"""Puts exported histories back, line for line: keys, times, actors and hashes as they were. Part of the one writer.

For an empty register only. Every line is hashed again and compared; the projections are made from the
lines as the writer would have made them then, the outcomes with the times at which they were known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.errors import ValidationRefused
from inventory.lifecycle.admission import state_references
from inventory.lifecycle.bulk import insert_rows
from inventory.lifecycle.canonical import GENESIS, line_hash, personal_digest
from inventory.lifecycle.counting import Fact, facts_of
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES
from inventory.lifecycle.models import EventPersonal, LifecycleEvent, OutcomeFact
from inventory.lifecycle.projections import EMPTY, Change, insert_assets, outcome_row, view, write_projections
from inventory.lifecycle.rules import apply, replay
from inventory.lifecycle.state import Line, State
from inventory.register.references import References


@dataclass(slots=True)
class ExportedLine:
    """A ledger line as an export tells it. ``row``: its row in the file."""

    row: int
    line: Line
    digest: str | None
    hash: bytes
    salt: bytes | None = None
    content: dict[str, Any] | None = None
    erased_at: datetime | None = None


@dataclass(slots=True)
class History:
    """A machine with all its lines, by number."""

    row: int
    tag: str
    notes: str | None
    lines: list[ExportedLine] = field(default_factory=list)


def restore_histories(
    session: Session, histories: Sequence[History], accounts: Mapping[str, int], settings: Settings
) -> None:
    """Write these machines with their lines and projections; *accounts*: id of an actor to the account's number.

    Raises ValidationRefused naming the row of the first line that does not fit its chain.
    """
    states: list[tuple[History, State, list[dict[str, Any]], list[_Known]]] = []
    for history in histories:
        rows = _checked_rows(history, accounts)
        state, known = _replayed(history, rows, settings)
        if state.tag != history.tag:
            raise ValidationRefused(
                f"The machine {history.tag} is called {state.tag} by its own lines.", row=history.row, field="tag"
            )
        states.append((history, state, rows, known))
    references = References(session)
    references.load({pair for _, state, _, _ in states for pair in state_references(state)})
    references.load(
        (kind, code)
        for *_, known in states
        for each in known
        for kind, code in (("department", each.fact.outcome.department), ("party", each.fact.outcome.counterpart))
        if code
    )
    changes = []
    for history, state, rows, _ in states:
        _require_references(references, history, state)
        after = view(state, history.notes, references, settings)
        extra = {"sequence": len(rows), "head": rows[-1]["hash"], "registered_at": rows[0]["recorded_at"]}
        changes.append(Change(None, EMPTY, after, rows[-1]["recorded_at"], extra))
    insert_assets(session, changes)
    events: list[dict[str, Any]] = []
    personal: list[dict[str, Any]] = []
    outcomes: list[dict[str, Any]] = []
    for change, (history, _, rows, known) in zip(changes, states, strict=True):
        events += [row | {"asset_id": change.asset_id} for row in rows]
        personal += [_personal(each) for each in history.lines if each.salt is not None or each.erased_at is not None]
        outcomes += [
            outcome_row(change, each.fact, references) | {"recorded_from": each.since, "recorded_until": each.until}
            for each in known
        ]
    insert_rows(session, LifecycleEvent, events)
    insert_rows(session, EventPersonal, personal)
    insert_rows(session, OutcomeFact, outcomes)
    write_projections(session, changes, references, settings, outcomes=False)


def _checked_rows(history: History, accounts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The rows of the ledger, each line's hash made anew and compared."""
    if not history.lines:
        raise ValidationRefused(f"The machine {history.tag} has no line at all.", row=history.row)
    rows: list[dict[str, Any]] = []
    head = GENESIS
    for number, each in enumerate(history.lines, 1):
        line = each.line
        if line.kind not in EVENT_TYPES:
            raise ValidationRefused(f"There is no event called {line.kind[:40]!r}.", row=each.row, field="event")
        if line.actor not in accounts:
            raise ValidationRefused(f"No account has the id {line.actor[:40]!r}.", row=each.row, field="actor")
        head = line_hash(line, each.digest, head)
        if line.sequence != number or head != each.hash:
            raise ValidationRefused(
                f"Line {line.sequence} of {history.tag} ({line.key}) does not fit its chain: it, or one before it, "
                "was changed or taken out. Nothing was restored.",
                row=each.row,
                field="hash",
            )
        text = each.content
        if text is not None and (each.salt is None or personal_digest(each.salt, text) != each.digest):
            raise ValidationRefused(
                f"The free text of line {number} of {history.tag} was changed. Nothing was restored.",
                row=each.row,
                field="personal",
            )
        rows.append(
            {
                "sequence": number,
                "key": line.key,
                "kind": line.kind,
                "occurred_at": line.occurred_at,
                "precision": line.precision,
                "recorded_at": line.recorded_at,
                "actor_id": accounts[line.actor],
                "details": line.details,
                "personal_digest": each.digest,
                "voids": line.voids,
                "replaces": line.replaces,
                "hash": head,
                "status_after": "",
            }
        )
    return rows


@dataclass(slots=True)
class _Known:
    """An outcome as it was known from ``since`` until ``until``."""

    fact: Fact
    since: datetime
    until: datetime | None = None


def _replayed(history: History, rows: list[dict[str, Any]], settings: Settings) -> tuple[State, list[_Known]]:
    """The state after all lines, and every outcome that was ever known; fills in the status after each line."""
    state = State()
    lines: list[Line] = []
    known: list[_Known] = []
    for place, (each, row) in enumerate(zip(history.lines, rows, strict=True)):
        line = each.line
        lines.append(line)
        try:
            state = _step(state, lines)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ValidationRefused(
                f"Line {line.sequence} of {history.tag} cannot be read. Nothing was restored.",
                row=each.row,
                field="details",
            ) from None
        row["status_after"] = state.status
        together = place + 1 < len(rows) and rows[place + 1]["recorded_at"] == line.recorded_at
        # Lines of one moment were recorded together; what lay between them was never known.
        if not together:
            _compare(known, facts_of(state, settings), line.recorded_at)
    return state, known


def _step(state: State, lines: list[Line]) -> State:
    """The state after the last of *lines*, as the writer came to it."""
    line = lines[-1]
    back_dated = state.last_at is not None and line.occurred_at < state.last_at
    if line.kind == CORRECTION or line.replaces is not None or back_dated:
        return replay(lines)
    apply(state, EVENT_TYPES[line.kind], line)
    return state


def _compare(known: list[_Known], facts: list[Fact], at: datetime) -> None:
    standing = [each for each in known if each.until is None]
    for each in standing:
        if each.fact not in facts:
            each.until = at
    before = [each.fact for each in standing]
    known += [_Known(fact, at) for fact in facts if fact not in before]


def _require_references(references: References, history: History, state: State) -> None:
    for kind, code in state_references(state):
        if references.find(kind, code) is None:
            raise ValidationRefused(
                f"{history.tag} names the {kind} {code!r}, which is not in the file.", row=history.row, field=kind
            )


def _personal(each: ExportedLine) -> dict[str, Any]:
    return {"event_key": each.line.key, "salt": each.salt, "content": each.content, "erased_at": each.erased_at}
