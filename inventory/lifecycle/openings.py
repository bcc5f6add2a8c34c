"""Many opening lines at once, the short way: nothing to lock, no history to replay. A part of the one writer.

Every rule is asked by the same functions as for a single line. Whatever is out of the ordinary (a refusal,
a key or tag that is on record) makes the batch go the long way, which words the answer; a test proves
that both ways leave the same bytes.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from inventory.errors import InventoryError
from inventory.lifecycle import admission
from inventory.lifecycle.canonical import GENESIS, line_hash, personal_digest
from inventory.lifecycle.checking import check
from inventory.lifecycle.event_types import EventType
from inventory.lifecycle.fields import quick_check
from inventory.lifecycle.guards import ask
from inventory.lifecycle.loading import Working
from inventory.lifecycle.requests import EventRequest, Proposed, Recorder
from inventory.lifecycle.rules import apply, check_moment, event_type, personal_fields, refusal
from inventory.lifecycle.state import Line, State
from inventory.register.issuing import issue_tags
from inventory.register.references import References, references_in
from inventory.register.tags import normalise, problem_with

LEAST: Final = 20
"""From this many openings on the short way is worth it."""


class OutOfTheOrdinary(Exception):
    """The batch must go the long way."""


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
) -> list[Working]:
    """A new machine for each request, its line applied and hashed; nothing is written but tags given out.

    Raises OutOfTheOrdinary before anything is given out.
    """
    try:
        return _prepare(session, requests, recorder, references)
    except InventoryError:
        raise OutOfTheOrdinary from None


def _prepare(
    session: Session, requests: Sequence[EventRequest], recorder: Recorder, references: References
) -> list[Working]:
    kinds: dict[str, _Kind] = {}
    lines: list[Line] = []
    texts: list[dict[str, Any]] = []
    named: set[tuple[str, str]] = set()
    found_references: list[list[tuple[str, str, str]]] = []
    now, actor = recorder.now, recorder.actor
    for request in requests:
        kind = kinds.get(request.kind) or kinds.setdefault(request.kind, _kind(request.kind, recorder))
        line, personal = _line(request, kind, recorder, now, actor)
        lines.append(line)
        texts.append(personal)
        points_to = references_in(line.details)
        found_references.append(points_to)
        named.update(each[1:] for each in points_to)
    _check_new(session, lines)
    references.load(named)
    for points_to in found_references:
        for name, table, code in points_to:
            references.require(name, table, code)
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


def _open(line: Line, personal: dict[str, Any], row: EventType, recorder: Recorder) -> Working:
    state = State()
    apply(state, row, line)
    working = Working(state, [line])
    digest = None
    if personal:
        salt = recorder.salt()
        digest = personal_digest(salt, personal)
        working.personal.append({"event_key": line.key, "salt": salt, "content": personal, "erased_at": None})
        if "notes" in personal:
            working.notes = str(personal["notes"])
    working.head = line_hash(line, digest, GENESIS)
    working.sequence = 1
    working.new.append(
        {
            "sequence": 1,
            "key": line.key,
            "kind": line.kind,
            "occurred_at": line.occurred_at,
            "precision": line.precision,
            "recorded_at": line.recorded_at,
            "actor_id": recorder.account_id,
            "details": line.details,
            "personal_digest": digest,
            "voids": None,
            "replaces": None,
            "hash": working.head,
            "status_after": state.status,
        }
    )
    return working
