"""What stands before a line is added: shape, permission, identity, time, and what a correction may do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from inventory.db import among
from inventory.errors import InventoryError, NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.lifecycle.checking import check
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES, EventType
from inventory.lifecycle.loading import CHUNK, Working
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.requests import EventRequest, Recorder
from inventory.lifecycle.rules import check_moment, event_type, personal_fields, replay
from inventory.lifecycle.state import Line, State
from inventory.register.issuing import tags_on_record
from inventory.register.models import BlankTag
from inventory.register.tags import normalise, problem_with, readings

TO_ISSUE: Final = "?"
"""Stands for a tag that the register is to issue."""


@dataclass(slots=True)
class Prepared:
    """A request whose shape and permission are right; the line's time and number are settled later."""

    row: EventType
    line: Line
    personal: Mapping[str, Any]

    @property
    def tag_to_issue(self) -> bool:
        """Whether the register is to choose the tag."""
        return self.line.details.get("tag") == TO_ISSUE


def prepare(request: EventRequest, recorder: Recorder) -> Prepared:
    """Check permission, key and details; free text is parted from the rest."""
    row = event_type(request.kind)
    if row.permission not in recorder.permissions or (request.replaces and "correct" not in recorder.permissions):
        raise NotAllowed(f"Your role may not record “{row.label.lower()}”.")
    key = request.key
    if not isinstance(key, str) or not 1 <= len(key) <= 80 or not key.isprintable() or not key.isascii():
        raise ValidationRefused("Each event needs a key of its own, of 1 to 80 plain characters.", field="key")
    given = request.details
    if row.opens and request.tag is None and not given.get("tag"):
        given = {**given, "tag": TO_ISSUE}
    details = check(row.schema, given, what=row.label)
    personal: dict[str, Any] = {}
    for name in personal_fields(row):
        if name in details:
            personal[name] = details.pop(name)
    when = request.occurred_at
    if isinstance(when, datetime) and when.tzinfo is None:
        raise ValidationRefused(
            f"{row.label}: the time has no time zone; add one, as in 2026-11-23T10:00:00+00:00.",
            field="occurred_at",
        )
    moment = when if isinstance(when, datetime) else recorder.now
    line = Line(
        key,
        row.key,
        moment,
        "instant",
        recorder.now,
        recorder.actor,
        details,
        0,
        request.voids,
        request.replaces,
    )
    if isinstance(request.occurred_at, date) and not isinstance(request.occurred_at, datetime):
        line.occurred_at, line.precision = day_bounds(request.occurred_at, recorder)[0], "day"
    return Prepared(row, line, personal)


def day_bounds(day: date, recorder: Recorder) -> tuple[datetime, datetime]:
    """First moment of *day* and of the next, in the institution's time zone; given in UTC."""
    try:
        return _bounds(day, recorder.settings.time_zone)
    except OverflowError:
        raise ValidationRefused("The date is out of range.", field="occurred_at") from None


@lru_cache(maxsize=16_384)
def _bounds(day: date, zone_name: str) -> tuple[datetime, datetime]:
    zone = ZoneInfo(zone_name)
    return (
        datetime.combine(day, time(), zone).astimezone(UTC),
        datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC),
    )


def tag_keys(request: EventRequest, recorder: Recorder) -> Iterator[str]:
    """Comparison forms under which the request's machine may be found."""
    if request.tag is not None:
        if not isinstance(request.tag, str) or len(request.tag) > 300:
            raise ValidationRefused("The tag is not a text of at most 300 characters.", field="tag")
        yield from readings(request.tag, recorder.settings.tag_prefix)


def tags_borne(session: Session, wanted: Iterable[str]) -> dict[str, str]:
    """Of the tags in *wanted*: comparison form -> the tag of the machine that bears or bore it."""
    keys = sorted({normalise(tag) for tag in wanted if tag and tag != TO_ISSUE})
    found: dict[str, str] = {}
    for start in range(0, len(keys), CHUNK):
        found |= tags_on_record(session, keys[start : start + CHUNK])
    return found


def claim_tag(tag: str, borne: Mapping[str, str], by_key: Mapping[str, Working]) -> str:
    """*tag*, if no machine bears or ever bore it; else a refusal."""
    if problem := problem_with(tag):
        raise ValidationRefused(f"The tag {tag[:64]!r} {problem}.", field="tag")
    key = normalise(tag)
    if bearer := borne.get(key):
        also = "" if normalise(bearer) == key else f" (now {bearer})"
        raise RuleRefused(
            f"The tag {tag} is or was borne by another machine{also}; a tag is never used twice.", field="tag"
        )
    if key in by_key:
        raise RuleRefused(f"The tag {tag} is given twice in this batch.", field="tag")
    return tag


def keys_recorded(session: Session, keys: Sequence[str]) -> dict[str, int]:
    """Of *keys*, those on record, each with the number of its asset."""
    found: dict[str, int] = {}
    for start in range(0, len(keys), CHUNK):
        rows = session.connection().execute(
            select(LifecycleEvent.key, LifecycleEvent.asset_id).where(
                among(session, LifecycleEvent.key, keys[start : start + CHUNK])
            )
        )
        found.update((key, number) for key, number in rows)
    return found


def settle(line: Line, working: Working, recorder: Recorder) -> Line:
    """The line with its number and moment.

    A line that knows only its day stands, within that day, after what is already known of the day.
    """
    moment = line.occurred_at
    if line.precision == "day" and working.lines:
        day = moment.astimezone(recorder.settings.zone).date()
        start, end = day_bounds(day, recorder)
        known = [each.occurred_at for each in working.lines if start <= each.occurred_at < end]
        if line.replaces is None and known:
            moment = max(known)
    check_moment(moment, recorder.now, EVENT_TYPES[line.kind].label)
    line.occurred_at, line.sequence = moment, working.sequence + 1
    return line


def same_moment(stored: Line, asked: Line, recorder: Recorder) -> bool:
    """Whether a repeated request names the time that was stored (a day matches its settled moment)."""
    if stored.precision != asked.precision:
        return False
    if asked.precision == "day":
        zone = recorder.settings.zone
        return stored.occurred_at.astimezone(zone).date() == asked.occurred_at.astimezone(zone).date()
    return stored.occurred_at == asked.occurred_at


def same_details(stored: Line, asked: Prepared) -> bool:
    """Whether a repeated request says what was stored; an issued tag is not compared."""
    ours, theirs = dict(stored.details), dict(asked.line.details)
    if asked.tag_to_issue:
        ours.pop("tag", None)
        theirs.pop("tag", None)
    return ours == theirs


def refused(before: State, row: EventType, clause: str) -> InventoryError:
    """The refusal that ends with *clause*."""
    return RuleRefused(
        f"{before.tag} cannot be recorded as {row.label.lower()}: {clause}.", present_status=before.status
    )


def check_correction(line: Line, working: Working) -> None:
    """A correction voids one standing line of this machine that is not itself a correction."""
    target = next((each for each in working.lines if each.key == line.voids), None)
    tag = working.state.tag
    if line.voids is None or target is None:
        raise NotFound(f"{tag} has no line {line.voids!r} to correct.", field="voids")
    if target.kind == CORRECTION:
        raise RuleRefused(f"{tag}: a correction is not corrected; correct the line that replaced it.", field="voids")
    if any(each.voids == line.voids for each in working.lines):
        raise RuleRefused(f"{tag}: this line was already corrected.", field="voids")


def check_replacement(line: Line, working: Working) -> None:
    """A replacement takes the place of a line that a correction has just voided, once."""
    tag = working.state.tag
    if not any(each.voids == line.replaces for each in working.lines):
        raise RuleRefused(f"{tag}: a replacement comes with the correction of the line it replaces.")
    if any(each.replaces == line.replaces for each in working.lines):
        raise RuleRefused(f"{tag}: this line was already replaced.")
    replaced = next(each for each in working.lines if each.key == line.replaces)
    if replaced.details.get("tag") != line.details.get("tag"):
        raise RuleRefused(f"{tag}: a replacement keeps the tag; relabel the machine instead.", field="tag")


def state_at(working: Working, line: Line) -> State:
    """The state of the machine at the moment of a back-dated *line*."""
    return replay(working.lines, before=line.occurred_at + timedelta(microseconds=1))


def state_references(state: State) -> Iterator[tuple[str, str]]:
    """(table, code) of everything a state points to."""
    for name, kind in (("department", "department"), ("location", "location"), ("custodian", "party")):
        if code := state.facts.get(name):
            yield kind, code
    for each in state.outcomes:
        if each.department:
            yield "department", each.department
        if each.counterpart:
            yield "party", each.counterpart


def mark_claimed(session: Session, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Blank labels whose tags these new lines bear are claimed."""
    keys = sorted({normalise(row["details"]["tag"]) for row in rows if row["details"].get("tag")})
    waiting = select(BlankTag.tag_key).where(BlankTag.claimed_at.is_(None)).limit(1)
    if len(keys) > 1 and session.connection().execute(waiting).first() is None:
        return
    for start in range(0, len(keys), CHUNK):
        session.execute(
            update(BlankTag)
            .where(among(session, BlankTag.tag_key, keys[start : start + CHUNK]), BlankTag.claimed_at.is_(None))
            .values(claimed_at=now)
            .execution_options(synchronize_session=False)
        )
