"""Ledger lines of periods as SQL: machines that were retired, what inspections found, any other standing line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, cast

from sqlalchemy import Select, and_, bindparam, case, exists, false, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from inventory.config import Settings
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.rules import steps
from inventory.register.models import Asset
from inventory.reports._query import Query
from inventory.reports._standing import known_of

_PAGE: Final = 500
"""Machines replayed at a time."""


@dataclass(frozen=True)
class Span:
    """A period with a name; ``last`` None: without end. Both days are in it."""

    name: str
    first: date
    last: date | None

    def bounds(self, settings: Settings) -> tuple[datetime, datetime | None]:
        """The moment it begins, and the one with which it is over, in UTC."""
        begin = datetime.combine(self.first, time(), settings.zone).astimezone(UTC)
        if self.last is None:
            return begin, None
        return begin, datetime.combine(self.last + timedelta(days=1), time(), settings.zone).astimezone(UTC)


def standing_lines(
    session: Session, query: Query, settings: Settings, kinds: Collection[str], spans: Sequence[Span]
) -> Select[Any]:
    """Lines of *kinds* in *spans* that stood at `as_at`, with the span of each; spans must not overlap.

    Kind and department are those of the machine as known at `as_at`: these lines have none of their own.
    """
    line, void = LifecycleEvent, aliased(LifecycleEvent)
    voided = exists().where(void.voids == line.key)
    conditions: list[Any] = [
        line.kind.in_(kinds),
        *known_of(session, query, kinds),
        # Nobody outside receives a machine by these lines.
        *([false()] if query.partner or query.contractor else []),
    ]
    if query.as_at is not None:
        conditions.append(line.recorded_at <= query.as_at)
        voided = voided.where(void.recorded_at <= query.as_at)
    inside = {span.name: _within(line, *span.bounds(settings)) for span in spans}
    name = case(*((condition, literal(key)) for key, condition in inside.items()), else_=literal(""))
    found: Any = select(
        line.id.label("id"),
        line.asset_id.label("asset_id"),
        line.key.label("key"),
        line.sequence.label("sequence"),
        line.occurred_at.label("occurred_at"),
        line.details.label("details"),
        name.label("span"),
    )
    asked: Select[Any] = found.join(Asset, Asset.id == line.asset_id).where(*conditions, or_(*inside.values()), ~voided)
    return asked


def machines_with_lines(session: Session, query: Query, settings: Settings, kinds: Collection[str]) -> Select[Any]:
    """What `ReportType.select` gives: machines with a standing line of *kinds* in the period, each with one of them."""
    span = Span("period", query.start or settings.programme_start, query.to)
    lines = standing_lines(session, query, settings, kinds, [span]).subquery()
    last: Any = select(lines.c.asset_id, func.max(lines.c.key).label("key")).group_by(lines.c.asset_id)
    return cast("Select[Any]", last)


def _within(line: Any, begin: datetime, end: datetime | None) -> Any:
    return and_(line.occurred_at >= begin, *([line.occurred_at < end] if end else []))


def retired(session: Session, query: Query, settings: Settings, spans: Sequence[Span]) -> Any:
    """Returns from use in *spans*: a subquery with asset_id, key, span, a row per line.

    The status just before a line is the one after the line before it, as long as no correction is known of
    the machine; where there is one, its history is replayed.
    """
    line, before, mended = LifecycleEvent, aliased(LifecycleEvent), aliased(LifecycleEvent)
    correction = exists().where(mended.asset_id == line.asset_id, mended.kind == "corrected")
    if query.as_at is not None:
        correction = correction.where(mended.recorded_at <= query.as_at)
    lines = standing_lines(session, query, settings, ("returned",), spans)
    from_use = exists().where(
        before.asset_id == line.asset_id, before.sequence == line.sequence - 1, before.status_after == "in_use"
    )
    machines = session.scalars(lines.where(correction).with_only_columns(line.asset_id).distinct()).all()
    replayed = _replayed(session, query, sorted(machines))
    # Written into the statement: there may be more of them than a database takes as parameters.
    known: Any = bindparam("lines", replayed, unique=True, expanding=True, literal_execute=True)
    return lines.where(or_(and_(~correction, from_use), line.id.in_(known))).subquery()


def _replayed(session: Session, query: Query, machines: Sequence[int]) -> list[int]:
    """Numbers of the lines by which machines came back from use, by replay of what was known at `as_at`."""
    keys = []
    for start in range(0, len(machines), _PAGE):
        for told in load_lines(session, machines[start : start + _PAGE]).values():
            known = [line for line, _ in told if query.as_at is None or line.recorded_at <= query.as_at]
            keys += [line.key for state, line in steps(known) if line.kind == "returned" and state.status == "in_use"]
    found: list[int] = []
    for start in range(0, len(keys), _PAGE):
        wanted = LifecycleEvent.key.in_(keys[start : start + _PAGE])
        found += session.scalars(select(LifecycleEvent.id).where(wanted))
    return sorted(found)


def inspected(session: Session, query: Query, settings: Settings, spans: Sequence[Span]) -> Any:
    """The last standing inspection of each machine in each of *spans*: a subquery with asset_id, key, span, fit.

    ``fit`` is 1 where the route that the person advised (where none was, the one that the rules advised) is
    not recycling, and where neither stands there, where the machine is fully working.
    """
    lines = standing_lines(session, query, settings, ("inspected",), spans).subquery()
    route = func.coalesce(lines.c.details["advised_route"].as_string(), lines.c.details["computed_route"].as_string())
    working = lines.c.details["functional"].as_string() == "working"
    place = func.row_number().over(
        partition_by=(lines.c.asset_id, lines.c.span), order_by=(lines.c.occurred_at.desc(), lines.c.sequence.desc())
    )
    ranked = select(
        lines.c.asset_id,
        lines.c.key,
        lines.c.span,
        case((route != "recycle", 1), (and_(route.is_(None), working), 1), else_=0).label("fit"),
        place.label("place"),
    ).subquery()
    return select(ranked.c.asset_id, ranked.c.key, ranked.c.span, ranked.c.fit).where(ranked.c.place == 1).subquery()
