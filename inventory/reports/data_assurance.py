"""Data assurance: machines that came into other hands without clean drives, each by its exception."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Select, and_, exists, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from inventory.config import Settings
from inventory.db import among
from inventory.lifecycle.counting import local_day
from inventory.lifecycle.event_types import CORRECTION
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.models import EventPersonal, LifecycleEvent
from inventory.lifecycle.rules import replay
from inventory.reports._base import NO_RECEIVER, Column, Figure, Panel, Report, ReportType
from inventory.reports._query import Query
from inventory.reports._standing import codes_of, stood_in
from inventory.sanitisation.handing_over import BELOW, EXCEPTIONS, HANDS_OVER, findings

DEFINITION: Final = (
    "Machines of a kind that can hold data which left, or went to another person, without proof that every drive in "
    "them was clean, by the day on which they did and by the exception that allowed it. Beneath: inspections that "
    "found no drive where one had been on record, and machines that went below the route that was advised. A machine "
    "stands once in each row. Records that were merged into another are in it too: what they tell happened."
)
_ROWS: Final = {key: label for key, (label, _) in EXCEPTIONS.items()} | {
    "all": "Without clean drives together",
    "no_drive": "“No drive fitted” where one had been on record",
    "below": "Went below the advised route",
}
_MEANING: Final = {key: meaning for key, (_, meaning) in EXCEPTIONS.items()} | {
    "all": "Each machine once.",
    "no_drive": "Where is that drive now? Its removal should be on record.",
    "below": "Declared waste, dismantled or given for preparation although a better route was advised.",
}
MOST_REASONS: Final = 12
"""Reasons that stand in rows of their own; the rest are told together."""
_PAGE: Final = 1_000


class Told(NamedTuple):
    """One finding of one machine."""

    asset_id: int
    row: str
    key: str
    occurred_at: datetime


def _candidates(settings: Settings) -> Any:
    """Numbers of the machines whose history has to be read: all others are clean by the gate."""
    event, later = LifecycleEvent, aliased(LifecycleEvent)

    def flagged(name: str) -> Any:
        return event.details[name].as_boolean().is_(True)

    # What was admitted by the gate can only have fallen by a line that was recorded behind it.
    told_later = exists().where(
        later.asset_id == event.asset_id,
        later.sequence > event.sequence,
        or_(later.kind == CORRECTION, later.occurred_at < event.occurred_at),
    )
    parts = [
        and_(event.kind == "taken_on"),
        and_(event.kind.in_(("collected", "given_for_preparation")), flagged("unsanitised_under_contract")),
        and_(event.kind == "reassigned") if not settings.reassign_needs_clean_drives else and_(
            event.kind == "reassigned", flagged("drives_not_wiped")),
        and_(event.kind == "inspected", flagged("no_drive_fitted")),
        # A better route that was open asked for a reason; those of the other kinds are few.
        and_(event.kind == "declared_waste", or_(event.personal_digest.is_not(None), told_later)),
        and_(event.kind.in_(sorted(BELOW - {"declared_waste"}))),
        and_(event.kind == "inspected", event.personal_digest.is_not(None)),
        and_(event.kind.in_(sorted(HANDS_OVER)), told_later),
    ]  # fmt: skip
    return union_all(*(select(event.asset_id).where(part) for part in parts)).subquery()


def told(session: Session, query: Query, settings: Settings) -> Iterator[Told]:
    """Every finding that the query asks for."""
    wanted = _candidates(settings)
    yield from _of(session, query, settings, list(session.scalars(select(wanted.c.asset_id).distinct())))


def _of(session: Session, query: Query, settings: Settings, numbers: Sequence[int]) -> Iterator[Told]:
    """The findings of the machines *numbers*."""
    end = None
    if query.to is not None:
        end = datetime.combine(query.to + timedelta(days=1), time(), settings.zone).astimezone(UTC)
    codes = codes_of(session, query)
    numbers = sorted(numbers)
    first = query.start or settings.programme_start
    for start in range(0, len(numbers), _PAGE):
        for number, history in load_lines(session, numbers[start : start + _PAGE]).items():
            lines = [line for line, _ in history if query.as_at is None or line.recorded_at <= query.as_at]
            found = findings(lines, settings.zone, end, reassigning_is_free=not settings.reassign_needs_clean_drives)
            if not found or replay(lines).kind not in query.kinds:
                continue
            for each in found:
                if local_day(each.occurred_at, settings) < first:
                    continue
                if not stood_in(each.department, query, codes):
                    continue
                yield Told(number, each.row, each.key, each.occurred_at)


def _members(session: Session, query: Query, settings: Settings) -> dict[str, dict[int, str]]:
    """Row -> machine -> key of the last line that puts it there."""
    found: dict[str, dict[int, str]] = {key: {} for key in _ROWS}
    for each in sorted(told(session, query, settings), key=lambda each: (each.occurred_at, each.key)):
        found[each.row][each.asset_id] = each.key
        if each.row in EXCEPTIONS:
            found["all"][each.asset_id] = each.key
    reasons = _reasons(session, list(found["below"].values()))
    for number, key in found["below"].items():
        found.setdefault(f"below.{_digest(reasons.get(key, ''))}", {})[number] = key
    return found


def _reasons(session: Session, keys: list[str]) -> dict[str, str]:
    """The reasons that were given, by line; nothing for a line without words, or whose words were erased."""
    found: dict[str, str] = {}
    for start in range(0, len(keys), _PAGE):
        rows = session.execute(
            select(EventPersonal.event_key, EventPersonal.content).where(
                EventPersonal.event_key.in_(keys[start : start + _PAGE])
            )
        )
        found |= {key: " ".join(str((content or {}).get("reason", "")).split()) for key, content in rows}
    return found


def _digest(reason: str) -> str:
    return sha256(reason.casefold().encode()).hexdigest()[:12]


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    found = _members(session, query, settings)
    rows = [
        {"what": _ROWS[key], "machines": Figure(len(found[key]), key), "meaning": _MEANING[key]} for key in _ROWS
    ]  # fmt: skip
    reasons = _reasons(session, list(found["below"].values()))
    # Of several ways to write one reason always the same is shown.
    said = {_digest(reason): reason for reason in sorted(reasons.values(), reverse=True)}
    split = sorted(
        ((len(machines), key) for key, machines in found.items() if key.startswith("below.")),
        key=lambda each: (-each[0], each[1]),
    )
    for number, key in split[:MOST_REASONS]:
        reason = said.get(key.partition(".")[2], "")
        rows.append(
            {
                "what": f"… because: {reason[:80]}" if reason else "… without a reason that can still be read",
                "machines": Figure(number, key),
                "meaning": "As given by the person who recorded it.",
            }
        )
    notes = []
    if len(split) > MOST_REASONS:
        notes.append(f"{len(split) - MOST_REASONS} more reasons stand on the machines themselves.")
    if not settings.reassign_needs_clean_drives:
        notes.append("By the setting REASSIGN_NEEDS_CLEAN_DRIVES a reassigned machine needs no clean drives here.")
    return rows, notes


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    found = _members(session, query, settings)
    if cell not in found:
        return None
    chosen: Any = select(LifecycleEvent.asset_id.label("asset_id"), LifecycleEvent.key.label("key")).where(
        among(session, LifecycleEvent.key, sorted(found[cell].values()))
    )
    return cast("Select[Any]", chosen)


def _panel(report: Report) -> list[Panel]:
    figure = next(
        row["machines"] for row in report.rows if isinstance(row["machines"], Figure) and row["machines"].cell == "all"
    )
    words = "left or changed hands without clean drives, each by an exception that is named"
    return [Panel("Without proof of a wipe", figure, "machines", words)]


REPORT = ReportType(
    "data_assurance",
    "Data assurance",
    DEFINITION,
    (Column("what", "What"), Column("machines", "Machines", "machines"), Column("meaning", "What it means")),
    _run,
    _select,
    filters=NO_RECEIVER,
    panel=_panel,
    dear=True,
    erasable=lambda row: str(row["machines"].cell).startswith("below."),
    topic="Trust in the numbers",
    place=10,
)
