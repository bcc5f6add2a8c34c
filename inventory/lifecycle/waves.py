"""Judges requests and adds their lines in memory: the table, the safeguards for a whole wave, then the line."""

from typing import Any

from sqlalchemy.orm import Session

from inventory.errors import GuardRefused, InventoryError
from inventory.lifecycle import admission
from inventory.lifecycle.canonical import line_hash, personal_digest
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES
from inventory.lifecycle.guards import ask
from inventory.lifecycle.item import Item, already, refuse
from inventory.lifecycle.loading import Working
from inventory.lifecycle.models import EventPersonal
from inventory.lifecycle.requests import Proposed, Recorder, Result
from inventory.lifecycle.rules import apply, refusal, replay
from inventory.lifecycle.state import Line, State


def waves(items: list[Item]) -> list[list[Item]]:
    """The first request of every asset, then the second of each, ...: guards are asked once per wave."""
    waves: list[list[Item]] = []
    depth: dict[int, int] = {}
    for item in items:
        if item.result is not None or item.working is None:
            continue
        place = depth.get(id(item.working), 0)
        depth[id(item.working)] = place + 1
        if place == len(waves):
            waves.append([])
        waves[place].append(item)
    return waves


def pairs(items: list[Item]) -> dict[int, Item]:
    """Number of a correction -> the replacement that comes right behind it, which stands or falls with it."""
    last: dict[int, Item] = {}
    found: dict[int, Item] = {}
    for item in items:
        before = last.get(id(item.working))
        if before is not None and item.request.replaces and before.request.voids == item.request.replaces:
            found[before.number] = item
        if item.working is not None:
            last[id(item.working)] = item
    return found


def record_wave(session: Session, wave: list[Item], recorder: Recorder, followed: dict[int, Item]) -> None:
    judged: list[tuple[Item, State]] = []
    for item in wave:
        if item.result is not None:
            continue
        try:
            before = _judge(session, item, recorder)
            if before is not None:
                judged.append((item, before))
        except InventoryError as error:
            refuse(item, error)
    by_guard: dict[str, list[tuple[Item, State]]] = {}
    for item, before in judged:
        assert item.prepared is not None  # noqa: S101
        for name in item.prepared.row.guards:
            by_guard.setdefault(name, []).append((item, before))
    for name, group in by_guard.items():
        proposals = [
            Proposed(item.prepared.line, item.prepared.personal, recorder.settings)
            for item, _ in group
            if item.prepared
        ]
        answers = ask(session, name, [before for _, before in group], proposals)
        for (item, before), answer in zip(group, answers, strict=True):
            if not answer or _as_open_before(session, item, before, recorder):
                continue
            if item.result is None and item.prepared:
                tag = before.tag or str(item.prepared.line.details.get("tag", ""))
                refuse(
                    item,
                    GuardRefused(
                        f"{tag} cannot be recorded as {item.prepared.row.label.lower()}: {answer.rstrip('.')}.",
                        present_status=before.status,
                    ),
                )
    for item, _ in judged:
        if item.result is None:
            try:
                _append(item, recorder, item.number in followed)
            except InventoryError as error:
                refuse(item, error)
    for item in wave:
        if item.number in followed:
            _stand_or_fall(session, item, followed[item.number], recorder)


def _stand_or_fall(session: Session, correction: Item, replacement: Item, recorder: Recorder) -> None:
    """Record the replacement right behind its correction; if it is refused, the correction falls with it."""
    working = correction.working
    if correction.result is None or working is None:
        return
    if correction.result.outcome == "refused":
        replacement.result = None
        refuse(replacement, correction.result.refusal)  # type: ignore[arg-type]
        return
    if replacement.result is None:
        record_wave(session, [replacement], recorder, {})
    told = replacement.result
    if told is not None and told.outcome == "refused" and correction.result.outcome == "recorded":
        _take_back(working)
        refuse(correction, told.refusal)  # type: ignore[arg-type]


def _take_back(working: Working) -> None:
    """Forget the last line, which was added in memory only."""
    line = working.lines.pop()
    working.new.pop()
    if working.digests.pop(line.key) is not None:
        working.personal.pop()
    working.head, working.sequence = working.heads.pop(), line.sequence - 1
    working.state = replay(working.lines)


def _as_open_before(session: Session, item: Item, before: State, recorder: Recorder) -> bool:
    """Whether the line that this one replaces would be refused in its place too.

    A correction is checked against the table, not the guards, so the paper of a machine that left can be
    mended after its evidence fell; but no replacement opens what the line in its place did not.
    """
    assert item.prepared is not None  # noqa: S101
    if item.prepared.line.replaces is None:
        return False
    old, said = _in_the_place_of(session, item)
    proposed = Proposed(old, said, recorder.settings)
    return any(ask(session, name, [before], [proposed])[0] for name in EVENT_TYPES[old.kind].guards)


def _in_the_place_of(session: Session, item: Item) -> tuple[Line, dict[str, Any]]:
    """The line that a replacement replaces, and its free text."""
    assert item.prepared is not None and item.working is not None  # noqa: S101
    old = next(line for line in item.working.lines if line.key == item.prepared.line.replaces)
    kept = session.get(EventPersonal, old.key)
    # Where the words were erased, the row still says that there were some.
    return old, dict(kept.content) if kept and kept.content else {"reason": "erased"} if kept else {}


def _judge(session: Session, item: Item, recorder: Recorder) -> State | None:
    """The state just before the event; None when the key is already on record. Raises the refusal."""
    working, prepared = item.working, item.prepared
    assert working is not None and prepared is not None  # noqa: S101
    if item.request.key in working.digests:
        item.result = already(session, item, working, recorder)
        return None
    line = prepared.line
    line = prepared.line = admission.settle(line, working, recorder)
    if line.kind == CORRECTION:
        admission.check_correction(line, working)
        return working.state
    if line.replaces is not None:
        admission.check_replacement(line, working)
        before = replay([*working.lines, line], until=line)
        old, said = _in_the_place_of(session, item)
        for need in prepared.row.needs:
            clause = need(before, line.details, dict(prepared.personal))
            if clause and not any(each(before, old.details, said) for each in EVENT_TYPES[old.kind].needs):
                raise admission.refused(before, prepared.row, clause)
        return before
    back_dated = working.state.last_at is not None and line.occurred_at < working.state.last_at
    before = admission.state_at(working, line) if back_dated else working.state
    if problem := refusal(before, prepared.row, line):
        raise problem
    for need in prepared.row.needs:
        if clause := need(before, line.details, dict(prepared.personal)):
            raise admission.refused(before, prepared.row, clause)
    return before


def _append(item: Item, recorder: Recorder, replacement_follows: bool) -> None:
    """Add the line in memory: hash, state, row."""
    working, prepared = item.working, item.prepared
    assert working is not None and prepared is not None  # noqa: S101
    line = prepared.line
    voids_or_back = (
        line.kind == CORRECTION
        or line.replaces is not None
        or (working.state.last_at is not None and line.occurred_at < working.state.last_at)
    )
    if voids_or_back:
        # A correction that brings a replacement is judged when that is there too.
        state = replay([*working.lines, line], strict=not replacement_follows)
    else:
        state = working.state
        apply(state, prepared.row, line)
    working.state = state
    working.lines.append(line)
    digest = None
    if prepared.personal:
        salt = recorder.salt()
        digest = personal_digest(salt, prepared.personal)
        working.personal.append(
            {"event_key": line.key, "salt": salt, "content": dict(prepared.personal), "erased_at": None}
        )
        if "notes" in prepared.personal:
            working.notes = str(prepared.personal["notes"])
    working.digests[line.key] = digest
    working.heads.append(working.head)
    working.head = line_hash(line, digest, working.head)
    working.sequence = line.sequence
    working.new.append(
        {
            "sequence": line.sequence,
            "key": line.key,
            "kind": line.kind,
            "occurred_at": line.occurred_at,
            "precision": line.precision,
            "recorded_at": line.recorded_at,
            "actor_id": recorder.account_id,
            "details": line.details,
            "personal_digest": digest,
            "voids": line.voids,
            "replaces": line.replaces,
            "hash": working.head,
            "status_after": state.status,
        }
    )
    item.result = Result("recorded", line.key, state.tag, sequence=line.sequence)
