"""Gives every request of a batch its machine: locked and loaded, or new with a tag of its own."""

from typing import Final

from sqlalchemy.orm import Session

from inventory.errors import InventoryError, NotFound
from inventory.lifecycle import admission
from inventory.lifecycle.canonical import GENESIS
from inventory.lifecycle.item import Item, already, refuse
from inventory.lifecycle.loading import Histories, Working, load_lines, lock_assets, lock_with_lines
from inventory.lifecycle.projections import EMPTY, view
from inventory.lifecycle.requests import Recorder, Result
from inventory.lifecycle.rules import replay
from inventory.lifecycle.state import State
from inventory.register.issuing import issue_tags
from inventory.register.references import References, references_in
from inventory.register.tags import normalise

FEW: Final = 8
"""Up to this many tags the machines and their lines are read by one statement."""


def attach(
    session: Session, items: list[Item], recorder: Recorder, histories: Histories | None, references: References
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
            refuse(item, error)
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
            refuse(item, error)


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


def _issue(session: Session, items: list[Item], recorder: Recorder) -> None:
    """Give tags to new machines that came without."""
    bare = [item.prepared for item in items if item.prepared and item.prepared.tag_to_issue]
    if bare:
        tags = issue_tags(session, recorder.settings.tag_prefix, len(bare))
        for prepared, tag in zip(bare, tags, strict=True):
            prepared.line.details["tag"] = tag


def _attach_one(
    session: Session,
    item: Item,
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


def _answer_known(session: Session, item: Item, asset_id: int, recorder: Recorder) -> Result:
    """The answer to an opening line whose key is on record."""
    history = load_lines(session, [asset_id])[asset_id]
    state = replay([line for line, _ in history])
    working = Working(state, [line for line, _ in history], asset_id)
    working.digests = {line.key: digest for line, digest in history}
    return already(session, item, working, recorder)


def load_facts(references: References, items: list[Item]) -> None:
    """Facts of the locked assets were loaded before; the details must name what exists."""
    for item in items:
        if item.result is not None or item.prepared is None:
            continue
        try:
            for name, kind, code in references_in(item.prepared.line.details):
                references.require(name, kind, code)
        except InventoryError as error:
            refuse(item, error)
