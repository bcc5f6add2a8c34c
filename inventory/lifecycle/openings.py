"""Many opening lines at once, the short way: nothing to lock, no history to replay. A part of the one writer.

Every rule is asked by the same functions as for a single line. Whatever is out of the ordinary (a refusal,
a key or tag that is on record) makes the batch go the long way, which words the answer; a test proves
that both ways leave the same bytes.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from inventory.errors import InventoryError
from inventory.lifecycle import admission
from inventory.lifecycle.bulk import insert_columns, insert_rows, take_numbers
from inventory.lifecycle.canonical import GENESIS, line_hash, personal_digest
from inventory.lifecycle.checking import check
from inventory.lifecycle.counting import facts_of, tallies_of
from inventory.lifecycle.event_types import EventType
from inventory.lifecycle.fields import quick_check
from inventory.lifecycle.guards import ask
from inventory.lifecycle.loading import Working
from inventory.lifecycle.models import EventPersonal, LifecycleEvent
from inventory.lifecycle.projections import (
    ASSET_COLUMNS,
    EMPTY,
    Change,
    Counts,
    asset_values,
    identifiers_of,
    view,
    write_drives,
    write_outcomes,
    write_tallies,
)
from inventory.lifecycle.requests import EventRequest, Proposed, Recorder
from inventory.lifecycle.rules import apply, check_moment, event_type, personal_fields, refusal
from inventory.lifecycle.state import Line, State
from inventory.register.identifiers import comparison_form
from inventory.register.issuing import issue_tags
from inventory.register.models import Asset, AssetIdentifier
from inventory.register.references import References, references_in
from inventory.register.search import write_search
from inventory.register.tags import normalise, problem_with

LEAST: Final = 20
"""From this many openings on the short way is worth it."""


class OutOfTheOrdinary(Exception):
    """The batch must go the long way."""


@dataclass(slots=True)
class Opened:
    """A new machine after its first line."""

    line: Line
    state: State
    head: bytes
    notes: str | None = None
    digest: str | None = None
    salt: bytes | None = None
    personal: dict[str, Any] | None = None

    def working(self, number: int) -> Working:
        """The machine, whose row is *number*, as the next batch needs it."""
        line = self.line
        return Working(
            self.state, [line], number, line.sequence, self.head, self.notes, digests={line.key: self.digest}
        )

    def stored_text(self) -> dict[str, Any]:
        """The line's row of free text."""
        return {"event_key": self.line.key, "salt": self.salt, "content": self.personal, "erased_at": None}


class _Kind(NamedTuple):
    row: EventType
    quick: Callable[[Any], dict[str, Any]]
    personal: frozenset[str]


def are_openings(requests: Sequence[EventRequest]) -> bool:
    """Whether these requests may go the short way."""
    return len(requests) >= LEAST and all(
        request.tag is None and request.voids is None and request.replaces is None for request in requests
    )


def prepare_openings(
    session: Session, requests: Sequence[EventRequest], recorder: Recorder, references: References
) -> list[Opened]:
    """A new machine for each request, its line applied and hashed; nothing is written but tags given out.

    Raises OutOfTheOrdinary before anything is given out.
    """
    try:
        return _prepare(session, requests, recorder, references)
    except InventoryError:
        raise OutOfTheOrdinary from None


def _prepare(
    session: Session, requests: Sequence[EventRequest], recorder: Recorder, references: References
) -> list[Opened]:
    kinds: dict[str, _Kind] = {}
    lines: list[Line] = []
    texts: list[dict[str, Any]] = []
    named: set[tuple[str, str]] = set()
    now, actor = recorder.now, recorder.actor
    for request in requests:
        kind = kinds.get(request.kind) or kinds.setdefault(request.kind, _kind(request.kind, recorder))
        line, personal = _line(request, kind, recorder, now, actor)
        lines.append(line)
        texts.append(personal)
        for _, table, code in references_in(line.details):
            named.add((table, code))
    _check_new(session, lines)
    references.load(named)
    if any(references.find(table, code) is None for table, code in named):
        raise OutOfTheOrdinary
    _ask_guards(session, lines, texts, kinds, recorder)
    _issue(session, lines, recorder)
    return [_open(line, personal, kinds[line.kind].row, recorder) for line, personal in zip(lines, texts, strict=True)]


def _kind(name: str, recorder: Recorder) -> _Kind:
    row = event_type(name)
    if row.permission not in recorder.permissions or not row.opens or row.needs:
        raise OutOfTheOrdinary
    return _Kind(row, quick_check(row.schema), personal_fields(row))


def _line(
    request: EventRequest, kind: _Kind, recorder: Recorder, now: datetime, actor: str
) -> tuple[Line, dict[str, Any]]:
    key, given = request.key, request.details
    if not isinstance(key, str) or not 1 <= len(key) <= 80 or not key.isprintable() or not key.isascii():
        raise OutOfTheOrdinary
    if not given.get("tag"):
        given = {**given, "tag": admission.TO_ISSUE}
    details = check(kind.row.schema, given, what=kind.row.label)
    personal = {name: details.pop(name) for name in kind.personal & details.keys()} if kind.personal else {}
    moment, precision = now, "instant"
    when = request.occurred_at
    if isinstance(when, datetime):
        if when.tzinfo is None:
            raise OutOfTheOrdinary
        moment = when
    elif isinstance(when, date):
        moment, precision = admission.day_bounds(when, recorder)[0], "day"
    if moment is not now:
        check_moment(moment, now, kind.row.label)
    return Line(key, kind.row.key, moment, precision, now, actor, details, 1), personal


def _check_new(session: Session, lines: Sequence[Line]) -> None:
    """No key and no tag of the batch is on record or comes twice."""
    keys = [line.key for line in lines]
    tags = [str(tag) for line in lines if (tag := line.details["tag"]) != admission.TO_ISSUE]
    forms = {normalise(tag) for tag in tags}
    if (
        len(set(keys)) != len(keys)
        or len(forms) != len(tags)
        or any(problem_with(tag) for tag in tags)
        or admission.keys_recorded(session, keys)
        or admission.tags_borne(session, tags)
    ):
        raise OutOfTheOrdinary


def _ask_guards(
    session: Session,
    lines: Sequence[Line],
    texts: Sequence[dict[str, Any]],
    kinds: dict[str, _Kind],
    recorder: Recorder,
) -> None:
    by_guard: dict[str, list[Proposed]] = {}
    for line, personal in zip(lines, texts, strict=True):
        row = kinds[line.kind].row
        # The tag that is still to be given out stands for one, in conditions as in the line.
        if refusal(_NOTHING, row, line) is not None:
            raise OutOfTheOrdinary
        for name in row.guards:
            by_guard.setdefault(name, []).append(Proposed(line, personal, recorder.settings))
    for name, proposals in by_guard.items():
        if any(ask(session, name, [State() for _ in proposals], proposals)):
            raise OutOfTheOrdinary


_NOTHING: Final = State()


def _issue(session: Session, lines: Sequence[Line], recorder: Recorder) -> None:
    bare = [line for line in lines if line.details["tag"] == admission.TO_ISSUE]
    if bare:
        tags = issue_tags(session, recorder.settings.tag_prefix, len(bare))
        for line, tag in zip(bare, tags, strict=True):
            line.details["tag"] = tag


def _open(line: Line, personal: dict[str, Any], row: EventType, recorder: Recorder) -> Opened:
    state = State()
    apply(state, row, line)
    if not personal:
        return Opened(line, state, line_hash(line, None, GENESIS))
    salt = recorder.salt()
    digest = personal_digest(salt, personal)
    notes = str(personal["notes"]) if "notes" in personal else None
    return Opened(line, state, line_hash(line, digest, GENESIS), notes, digest, salt, personal)


_EVENT_COLUMNS: Final = (
    "asset_id",
    "sequence",
    "key",
    "kind",
    "occurred_at",
    "precision",
    "recorded_at",
    "actor_id",
    "details",
    "personal_digest",
    "voids",
    "replaces",
    "hash",
    "status_after",
)


def write_openings(session: Session, opened: Sequence[Opened], recorder: Recorder, references: References) -> list[int]:
    """Insert the new machines with their lines and everything that hangs on them; the machines' numbers."""
    numbers = take_numbers(session, Asset, len(opened))
    now, settings = recorder.now, recorder.settings
    assets: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    identifiers: list[tuple[int, str, str, str]] = []
    documents: list[tuple[int, tuple[Any, ...]]] = []
    changes: list[Change] = []
    counts: Counts = Counter()
    for number, each in zip(numbers, opened, strict=True):
        state, line = each.state, each.line
        values = asset_values(state, each.notes, references)
        assets.append((number, now, 1, each.head, *values))
        events.append(
            (number, 1, line.key, line.kind, line.occurred_at, line.precision, now, recorder.account_id, line.details,
             each.digest, None, None, each.head, state.status)
        )  # fmt: skip
        named = identifiers_of(state)
        identifiers += [(number, kind, value, comparison_form(kind, value)) for kind, value in named]
        documents.append((number, (values[0], values[3], values[4], each.notes, named)))
        facts = facts_of(state, settings) if state.outcomes else []
        for key, machines in tallies_of(state, facts, settings).items():
            counts[key] += machines
        if facts or state.drives:
            # The few that have more to write go the common way for it.
            after = view(state, each.notes, references, settings)
            changes.append(Change(number, EMPTY, after, now))
    insert_columns(
        session, Asset, ("id", "registered_at", "sequence", "head", *ASSET_COLUMNS), list(zip(*assets, strict=True))
    )
    insert_columns(session, LifecycleEvent, _EVENT_COLUMNS, list(zip(*events, strict=True)))
    insert_rows(session, EventPersonal, [each.stored_text() for each in opened if each.digest is not None])
    mark_claimed_tags(session, [each.line for each in opened], now)
    insert_columns(
        session, AssetIdentifier, ("asset_id", "type", "value", "value_key"), list(zip(*identifiers, strict=True))
    )
    write_drives(session, changes)
    write_outcomes(session, changes, references)
    write_tallies(session, counts, references)
    write_search(session, documents)
    return numbers


def mark_claimed_tags(session: Session, lines: Sequence[Line], now: datetime) -> None:
    """Blank labels whose tags these lines bear are claimed."""
    admission.mark_claimed(session, [{"details": line.details} for line in lines], now)
