"""The only writer of the ledger: checks, guards, adds lines, and moves every projection with them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import BatchRefused, InventoryError, NotFound
from inventory.lifecycle import admission
from inventory.lifecycle.attaching import attach, load_facts
from inventory.lifecycle.bulk import insert_rows
from inventory.lifecycle.event_types import CORRECTION
from inventory.lifecycle.item import Item, refuse
from inventory.lifecycle.loading import Histories, Working
from inventory.lifecycle.models import EventPersonal, LifecycleEvent
from inventory.lifecycle.openings import OutOfTheOrdinary, are_openings, prepare_openings, write_openings
from inventory.lifecycle.projections import (
    Change,
    insert_assets,
    update_assets,
    view,
    write_projections,
)
from inventory.lifecycle.requests import EventRequest, Recorder, Result
from inventory.lifecycle.waves import pairs, record_wave, waves
from inventory.register.references import References


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
    items = [Item(number, request) for number, request in enumerate(requests)]
    for item in items:
        try:
            item.prepared = admission.prepare(item.request, recorder)
        except InventoryError as error:
            refuse(item, error)
    attach(session, items, recorder, histories, references)
    load_facts(references, items)
    followed = pairs(items)
    for wave in waves(items):
        record_wave(session, wave, recorder, followed)
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


def _final(item: Item) -> Result:
    """The answer, with where the whole batch left the machine."""
    working = item.working
    assert item.result is not None  # noqa: S101 - said by the wave
    if item.result.outcome != "recorded" or working is None:
        return item.result
    result, state = item.result, working.state
    result.tag, result.status, result.asset_id = state.tag, state.status, working.asset_id
    return result


def _write(session: Session, items: list[Item], recorder: Recorder, references: References) -> list[Working]:
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
