"""The only writer of the ledger: checks, guards, adds lines, and moves every projection with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import BatchRefused, GuardRefused, InventoryError, KeyConflict, NotFound
from inventory.lifecycle import admission
from inventory.lifecycle.bulk import insert_rows
from inventory.lifecycle.canonical import GENESIS, line_hash, personal_digest
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES
from inventory.lifecycle.guards import ask
from inventory.lifecycle.loading import Histories, Working, load_lines, lock_assets, lock_with_lines
from inventory.lifecycle.models import EventPersonal, LifecycleEvent
from inventory.lifecycle.openings import OutOfTheOrdinary, are_openings, prepare_openings, write_openings
from inventory.lifecycle.projections import (
    EMPTY,
    Change,
    insert_assets,
    update_assets,
    view,
    write_projections,
)
from inventory.lifecycle.requests import EventRequest, Proposed, Recorder, Result
from inventory.lifecycle.rules import apply, refusal, replay
from inventory.lifecycle.state import Line, State
from inventory.register.issuing import issue_tags
from inventory.register.references import References, references_in
from inventory.register.tags import normalise


@dataclass(slots=True)
class _Item:
    """A request on its way through the batch."""

    number: int
    request: EventRequest
    prepared: admission.Prepared | None = None
    working: Working | None = None
    result: Result | None = None


def record_event(session: Session, request: EventRequest, recorder: Recorder) -> Result:
    """Record one event, or raise its refusal. The case of one of `record_events`."""
    return record_events(session, [request], recorder)[0]


def correct_event(
    session: Session,
    *,
    tag: str,
    voids: str,
    reason: str,
    key: str,
    recorder: Recorder,
    replacement: EventRequest | None = None,
) -> list[Result]:
    """Void the line *voids* of the machine *tag* and, if given, let *replacement* take its place."""
    requests = [EventRequest(CORRECTION, key, tag, None, {"reason": reason}, voids=voids)]
    if replacement is not None:
        requests.append(
            EventRequest(
                replacement.kind,
                replacement.key,
                replacement.tag or tag,
                replacement.occurred_at,
                replacement.details,
                replaces=voids,
            )
        )
    return record_events(session, requests, recorder)


def record_events(
    session: Session,
    requests: Sequence[EventRequest],
    recorder: Recorder,
    *,
    all_or_none: bool = True,
    histories: Histories | None = None,
) -> list[Result]:
    """Record *requests* in their order; the results come in the same order.

    With *all_or_none* one refusal refuses the batch (`BatchRefused`; a batch of one raises the refusal
    itself). Without, what is refused is reported and the rest is recorded. Nothing is committed here.
    *histories*: what the caller's earlier batches learned; not used under other settings than theirs.
    """
    references = References(session)
    if histories is not None and histories.settings != recorder.settings:
        histories = None
    if are_openings(requests):
        try:
            return _record_openings(session, requests, recorder, references, histories)
        except OutOfTheOrdinary:
            pass
    items = [_Item(number, request) for number, request in enumerate(requests)]
    for item in items:
        try:
            item.prepared = admission.prepare(item.request, recorder)
        except InventoryError as error:
            _refuse(item, error)
    _attach(session, items, recorder, histories, references)
    _load_facts(references, items)
    pairs = _pairs(items)
    for wave in _waves(items):
        _record_wave(session, wave, recorder, pairs)
    refused = [item for item in items if item.result and item.result.outcome == "refused"]
    if refused and all_or_none:
        if len(items) == 1 and items[0].result and items[0].result.refusal:
            raise items[0].result.refusal
        raise BatchRefused(
            f"{len(refused)} of {len(items)} events were refused, so none was recorded.",
            refusals=[
                (item.number + 1, item.result.refusal) for item in refused if item.result and item.result.refusal
            ],
        )
    touched = _write(session, items, recorder, references)
    if histories is not None:
        histories.keep(touched)
    return [_final(item) for item in items]


def _record_openings(
    session: Session,
    requests: Sequence[EventRequest],
    recorder: Recorder,
    references: References,
    histories: Histories | None,
) -> list[Result]:
    """New machines only, all of them right: the short way to the same lines."""
    opened = prepare_openings(session, requests, recorder, references)
    numbers = write_openings(session, opened, recorder, references)
    if histories is not None:
        histories.keep(each.working(number) for each, number in zip(opened, numbers, strict=True))
    return [
        Result("recorded", each.line.key, each.state.tag, each.state.status, 1, asset_id=number)
        for each, number in zip(opened, numbers, strict=True)
    ]


def _refuse(item: _Item, error: InventoryError) -> None:
    tag = item.request.tag or str(item.request.details.get("tag", "")) if isinstance(item.request.details, dict) else ""
    item.result = Result("refused", item.request.key, tag or item.request.tag or "", refusal=error)


def _final(item: _Item) -> Result:
    """The answer, with where the whole batch left the machine."""
    working = item.working
    assert item.result is not None  # noqa: S101 - said by the wave
    if item.result.outcome != "recorded" or working is None:
        return item.result
    result, state = item.result, working.state
    result.tag, result.status, result.asset_id = state.tag, state.status, working.asset_id
    return result


def _attach(
    session: Session, items: list[_Item], recorder: Recorder, histories: Histories | None, references: References
) -> None:
    """Give every request its asset: locked and loaded, or new."""
    live = [item for item in items if item.result is None]
    keys: dict[int, list[str]] = {}
    for item in live:
        if item.request.tag is None:
            keys[item.number] = []
            continue
        try:
            keys[item.number] = list(admission.tag_keys(item.request, recorder))
        except InventoryError as error:
            _refuse(item, error)
    named = {
        (kind, code)
        for item in live
        if item.prepared is not None and item.result is None
        for _, kind, code in references_in(item.prepared.line.details)
    }
    tag_keys = {key for found in keys.values() for key in found}
    by_key = _load(session, tag_keys, recorder, histories, references, named)
    live = [item for item in live if item.result is None]
    opening = [item for item in live if item.request.tag is None]
    recorded = admission.keys_recorded(session, [item.request.key for item in opening])
    _issue(session, [item for item in opening if item.request.key not in recorded], recorder)
    borne = admission.tags_borne(
        session, [str(item.prepared.line.details.get("tag", "")) for item in live if item.prepared]
    )
    for item in live:
        try:
            _attach_one(session, item, keys[item.number], by_key, borne, recorded, recorder)
        except InventoryError as error:
            _refuse(item, error)


FEW: Final = 8
"""Up to this many tags the machines and their lines are read by one statement."""


def _load(
    session: Session,
    tag_keys: set[str],
    recorder: Recorder,
    histories: Histories | None,
    references: References,
    named: set[tuple[str, str]],
) -> dict[str, Working]:
    """Lock and load the machines that bear *tag_keys*; learn what they and the requests (*named*) refer to."""
    if not tag_keys:
        references.load(named)
        return {}
    found: dict[int, Working] = {}
    if len(tag_keys) <= FEW and histories is None:
        rows, lines_of = lock_with_lines(session, tag_keys)
    else:
        rows = lock_assets(session, tag_keys)
        if histories is not None:
            found = {row.id: known for row in rows.values() if (known := histories.take(row)) is not None}
        lines_of = load_lines(session, sorted(row.id for row in rows.values() if row.id not in found))
    by_number = {row.id: row for row in rows.values()}
    for number, history in lines_of.items():
        row, lines = by_number[number], [line for line, _ in history]
        found[number] = Working(replay(lines), lines, number, row.sequence, bytes(row.head), row.notes)
        found[number].digests = {line.key: digest for line, digest in history}
    references.load(named | {pair for each in found.values() for pair in admission.state_references(each.state)})
    for working in found.values():
        if working.before is EMPTY:
            working.before = view(working.state, working.notes, references, recorder.settings)
    return {key: found[row.id] for key, row in rows.items()}


def _issue(session: Session, items: list[_Item], recorder: Recorder) -> None:
    """Give tags to new machines that came without."""
    bare = [item.prepared for item in items if item.prepared and item.prepared.tag_to_issue]
    if bare:
        tags = issue_tags(session, recorder.settings.tag_prefix, len(bare))
        for prepared, tag in zip(bare, tags, strict=True):
            prepared.line.details["tag"] = tag


def _attach_one(
    session: Session,
    item: _Item,
    keys: list[str],
    by_key: dict[str, Working],
    borne: dict[str, str],
    recorded: dict[str, int],
    recorder: Recorder,
) -> None:
    request, prepared = item.request, item.prepared
    assert prepared is not None  # noqa: S101 - refused items were left out
    named = prepared.line.details.get("tag")
    if request.tag is not None:
        found = next((by_key[key] for key in keys if key in by_key), None)
        if found is None:
            raise NotFound(f"No machine bears {request.tag[:64]}.", field="tag")
        if (
            named
            and request.key not in found.digests
            and normalise(str(named)) != normalise(found.state.tag)
            and not request.replaces
        ):
            admission.claim_tag(str(named), borne, by_key)
        item.working = found
        return
    if not prepared.row.opens:
        raise NotFound(f"{prepared.row.label}: name the machine by its tag.", field="tag")
    if request.key in recorded:
        item.result = _answer_known(session, item, recorded[request.key], recorder)
        return
    tag = admission.claim_tag(str(named or ""), borne, by_key)
    item.working = Working(State(), [], head=GENESIS)
    by_key[normalise(tag)] = item.working


def _answer_known(session: Session, item: _Item, asset_id: int, recorder: Recorder) -> Result:
    """The answer to an opening line whose key is on record."""
    history = load_lines(session, [asset_id])[asset_id]
    state = replay([line for line, _ in history])
    working = Working(state, [line for line, _ in history], asset_id)
    working.digests = {line.key: digest for line, digest in history}
    return _already(session, item, working, recorder)


def _already(session: Session, item: _Item, working: Working, recorder: Recorder) -> Result:
    """Same key: the line already there if the content is the same, else a conflict."""
    assert item.prepared is not None  # noqa: S101
    line = next(line for line in working.lines if line.key == item.request.key)
    asked = item.prepared
    personal = session.get(EventPersonal, line.key) if asked.personal else None
    digest = working.digests.get(line.key)
    same_text = (digest is None) == (not asked.personal)
    if personal is not None and personal.salt is not None:
        same_text = personal_digest(personal.salt, asked.personal) == digest
    same = (
        line.kind == asked.line.kind
        and admission.same_details(line, asked)
        and line.voids == asked.line.voids
        and line.replaces == asked.line.replaces
        and (item.request.occurred_at is None or admission.same_moment(line, asked.line, recorder))
        and same_text
    )
    if not same:
        raise KeyConflict(
            f"The key {line.key} was already used for another event ({line.kind.replace('_', ' ')}, "
            f"{working.state.tag}). Nothing was recorded.",
            field="key",
        )
    return Result(
        "already", line.key, working.state.tag, working.state.status, line.sequence, asset_id=working.asset_id
    )


def _load_facts(references: References, items: list[_Item]) -> None:
    """Facts of the locked assets were loaded before; the details must name what exists."""
    for item in items:
        if item.result is not None or item.prepared is None:
            continue
        try:
            for name, kind, code in references_in(item.prepared.line.details):
                references.require(name, kind, code)
        except InventoryError as error:
            _refuse(item, error)


def _waves(items: list[_Item]) -> list[list[_Item]]:
    """The first request of every asset, then the second of each, ...: guards are asked once per wave."""
    waves: list[list[_Item]] = []
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


def _pairs(items: list[_Item]) -> dict[int, _Item]:
    """Number of a correction -> the replacement that comes right behind it, which stands or falls with it."""
    last: dict[int, _Item] = {}
    found: dict[int, _Item] = {}
    for item in items:
        before = last.get(id(item.working))
        if before is not None and item.request.replaces and before.request.voids == item.request.replaces:
            found[before.number] = item
        if item.working is not None:
            last[id(item.working)] = item
    return found


def _record_wave(session: Session, wave: list[_Item], recorder: Recorder, pairs: dict[int, _Item]) -> None:
    judged: list[tuple[_Item, State]] = []
    for item in wave:
        if item.result is not None:
            continue
        try:
            before = _judge(session, item, recorder)
            if before is not None:
                judged.append((item, before))
        except InventoryError as error:
            _refuse(item, error)
    by_guard: dict[str, list[tuple[_Item, State]]] = {}
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
                _refuse(
                    item,
                    GuardRefused(
                        f"{tag} cannot be recorded as {item.prepared.row.label.lower()}: {answer.rstrip('.')}.",
                        present_status=before.status,
                    ),
                )
    for item, _ in judged:
        if item.result is None:
            try:
                _append(item, recorder, item.number in pairs)
            except InventoryError as error:
                _refuse(item, error)
    for item in wave:
        if item.number in pairs:
            _stand_or_fall(session, item, pairs[item.number], recorder)


def _stand_or_fall(session: Session, correction: _Item, replacement: _Item, recorder: Recorder) -> None:
    """Record the replacement right behind its correction; if it is refused, the correction falls with it."""
    working = correction.working
    if correction.result is None or working is None:
        return
    if correction.result.outcome == "refused":
        replacement.result = None
        _refuse(replacement, correction.result.refusal)  # type: ignore[arg-type]
        return
    if replacement.result is None:
        _record_wave(session, [replacement], recorder, {})
    told = replacement.result
    if told is not None and told.outcome == "refused" and correction.result.outcome == "recorded":
        _take_back(working)
        _refuse(correction, told.refusal)  # type: ignore[arg-type]


def _take_back(working: Working) -> None:
    """Forget the last line, which was added in memory only."""
    line = working.lines.pop()
    working.new.pop()
    if working.digests.pop(line.key) is not None:
        working.personal.pop()
    working.head, working.sequence = working.heads.pop(), line.sequence - 1
    working.state = replay(working.lines)


def _as_open_before(session: Session, item: _Item, before: State, recorder: Recorder) -> bool:
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


def _in_the_place_of(session: Session, item: _Item) -> tuple[Line, dict[str, Any]]:
    """The line that a replacement replaces, and its free text."""
    assert item.prepared is not None and item.working is not None  # noqa: S101
    old = next(line for line in item.working.lines if line.key == item.prepared.line.replaces)
    kept = session.get(EventPersonal, old.key)
    # Where the words were erased, the row still says that there were some.
    return old, dict(kept.content) if kept and kept.content else {"reason": "erased"} if kept else {}


def _judge(session: Session, item: _Item, recorder: Recorder) -> State | None:
    """The state just before the event; None when the key is already on record. Raises the refusal."""
    working, prepared = item.working, item.prepared
    assert working is not None and prepared is not None  # noqa: S101
    if item.request.key in working.digests:
        item.result = _already(session, item, working, recorder)
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


def _append(item: _Item, recorder: Recorder, replacement_follows: bool) -> None:
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


def _write(session: Session, items: list[_Item], recorder: Recorder, references: References) -> list[Working]:
    """Write what is new; the machines that it is about."""
    touched = list({id(item.working): item.working for item in items if item.working}.values())
    touched = [working for working in touched if working.new]
    if touched:
        write_working(session, touched, recorder, references)
    return touched


def write_working(session: Session, touched: list[Working], recorder: Recorder, references: References) -> None:
    """Insert the new lines of *touched* and move their projections."""
    # A correction may bring back a department or a party that neither the request nor the last state named.
    references.load({pair for working in touched for pair in admission.state_references(working.state)})
    changes = []
    for working in touched:
        after = view(working.state, working.notes, references, recorder.settings)
        extra = {"sequence": working.sequence, "head": working.head}
        changes.append(Change(working.asset_id, working.before, after, working.new[-1]["recorded_at"], extra))
    created = [change for change in changes if change.asset_id is None]
    if created:
        insert_assets(session, created)
    for working, change in zip(touched, changes, strict=True):
        working.asset_id = change.asset_id
    if kept := [change for change in changes if change.before.values]:
        update_assets(session, kept)
    rows = []
    for working in touched:
        for row in working.new:
            row["asset_id"] = working.asset_id
            rows.append(row)
    insert_rows(session, LifecycleEvent, rows)
    insert_rows(session, EventPersonal, [row for working in touched for row in working.personal])
    admission.mark_claimed(session, rows, recorder.now)
    write_projections(session, changes, references, recorder.settings)
    for working, change in zip(touched, changes, strict=True):
        working.written(change.after)


def erase_personal(session: Session, key: str, now: datetime | None = None) -> None:
    """Forget the free text of the line *key* for ever; the line and its digest stay and still verify."""
    row = session.scalar(select(EventPersonal).where(EventPersonal.event_key == key))
    if row is None:
        raise NotFound(f"The line {key} has no free text.")
    row.salt, row.content, row.erased_at = None, None, now or datetime.now(UTC)
