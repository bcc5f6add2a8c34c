"""One event on many machines: which ones, what would happen, and the recording in chunks that may be repeated."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from inventory.db import transaction, write
from inventory.errors import BatchRefused
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES, EventType
from inventory.lifecycle.fields import Lines, schema_of
from inventory.lifecycle.requests import EventRequest, Recorder, Result
from inventory.lifecycle.service import record_events
from inventory.register.issuing import tags_on_record
from inventory.register.queries import resolve
from inventory.register.tags import normalise, readings
from inventory.web._shell import recorder, session, settings

MOST: Final = 5_000
"""Machines in one batch; more is an import."""
_CHUNK: Final = 500
_LOOKED_UP: Final = 300
"""Names that are no tags are looked up one by one, at most so many of them."""


def batchable() -> list[EventType]:
    """Events whose details can be the same for many machines, for this person."""
    held = recorder().permissions
    return [row for row in EVENT_TYPES.values() if row.permission in held and _same_for_many(row)]


def _same_for_many(row: EventType) -> bool:
    shapes = schema_of(row.schema).fields
    if row.key == CORRECTION or not row.allowed_from - {"(new)"}:
        return False
    if "uid" in shapes or "into" in shapes or ("tag" in shapes and shapes["tag"].required):
        return False
    return not any(isinstance(each, Lines) and each.required for each in shapes.values())


def left_out(row: EventType) -> tuple[str, ...]:
    """Details that belong to one machine."""
    shapes = schema_of(row.schema).fields
    return ("tag", "forget", *(name for name, shape in shapes.items() if isinstance(shape, Lines)))


def listed(text: str) -> list[str]:
    """The entries of a pasted or scanned list, one per line or cell, each once."""
    entries = (" ".join(part.split())[:300] for line in text.splitlines() for part in line.split("\t"))
    return list(dict.fromkeys(entry for entry in entries if entry))


def settle(names: Sequence[str]) -> list[str]:
    """Each name as the present tag of its machine, once; a name that is no machine's stays as it is."""
    prefix = settings().tag_prefix
    forms = {name: readings(name, prefix) for name in names}
    keys = sorted({form for found in forms.values() for form in found})
    known: dict[str, str] = {}
    for start in range(0, len(keys), 1_000):
        known |= tags_on_record(session(), keys[start : start + 1_000])
    settled, looked_up = {}, 0
    for name, found in forms.items():
        tag = next((known[form] for form in found if form in known), None)
        if tag is None and looked_up < _LOOKED_UP:
            looked_up += 1
            tag = resolve(session(), name, settings()).tag
        settled[normalise(tag or name)] = tag or name
    return list(settled.values())


def requests_for(
    row: EventType, batch: str, tags: Sequence[str], details: dict[str, Any], at: datetime | date | None
) -> list[EventRequest]:
    """One request per machine; its key follows from the batch's key and its tag, so a repeat is harmless."""

    def key(tag: str) -> str:
        return f"{batch[:60]}-{hashlib.sha256(normalise(tag).encode()).hexdigest()[:16]}"

    return [EventRequest(row.key, key(tag), tag, at, details) for tag in tags]


class _Undone(Exception):
    """Ends a trial: what was written is rolled back."""


def trial(requests: Sequence[EventRequest]) -> list[Result]:
    """What would become of *requests*; nothing stays."""
    who = recorder()
    results: list[Result] = []
    try:
        with transaction(session()) as db:
            results = record_events(db, requests, who, all_or_none=False)
            raise _Undone
    except _Undone:
        return results


def record_all(requests: Sequence[EventRequest], *, all_or_none: bool) -> list[Result]:
    """Record all in one transaction or none; or each on its own, in chunks that are committed one by one."""
    who = recorder()
    if all_or_none:
        try:
            return write(session(), _work(requests, who, True))
        except BatchRefused as error:
            refused = dict(error.refusals)
            return [
                Result("refused", each.key, str(each.tag), refusal=refused.get(number))
                for number, each in enumerate(requests, 1)
            ]
    results: list[Result] = []
    for start in range(0, len(requests), _CHUNK):
        results += write(session(), _work(requests[start : start + _CHUNK], who, False))
    return results


def _work(requests: Sequence[EventRequest], who: Recorder, all_or_none: bool) -> Callable[[Session], list[Result]]:
    def work(db: Session) -> list[Result]:
        if len(requests) == 1:
            # A single refusal is raised by the writer; here it is one row like any other.
            return record_events(db, requests, who, all_or_none=False)
        return record_events(db, requests, who, all_or_none=all_or_none)

    return work
