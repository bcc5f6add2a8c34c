"""Reads of requests: pages of the list, how far each is served, by which machines, and what is still waited for.

What serves a request is read from the standing lines of the ledger, at each asking; nothing is counted twice over.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import CTE, String, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from inventory.accounts.models import Account
from inventory.db import Page, among, holds, keyset_page
from inventory.lifecycle.models import LifecycleEvent
from inventory.register.models import Asset, Department, Party
from inventory.register.naming import ERASED
from inventory.register.rows import AssetRow, rows_of
from inventory.reuse.models import ReuseRequest, ReuseRequestChange
from inventory.reuse.rules import OPEN, Demand, Progress

HANDED_OVER: Final = ("redeployed", "donated", "sold")
_TOLD_BY: Final = ("reserved", "unreserved", "passed_for_reuse", "returned", *HANDED_OVER)
"""Lines that begin a reservation, end it or use it. From every other end (a failed wipe, say) a machine comes to
another reservation only by way of passed_for_reuse, so these are enough."""


@dataclass(frozen=True, slots=True)
class Row:
    """A request in a list."""

    request: ReuseRequest
    asker: str
    """Name of the department or partner."""
    progress: Progress
    department: str | None
    """Code of the department that asks."""
    partner: str | None
    """Id of the partner that asks."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A machine that serves a request: ``how`` is ``promised`` or the event by which it was handed over."""

    asset: AssetRow
    how: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a request's history."""

    action: str
    said: Mapping[str, Any]
    by: str
    at: datetime


def _serving(session: Session, uids: Sequence[str], since: date) -> CTE:
    """(request, asset_id, how, at) of every machine that stands promised or handed over; *since*: no line is older.

    A line stands if no correction voids it; a replacement stands in the place of the line that it replaces.
    """
    line, root = LifecycleEvent, aliased(LifecycleEvent)
    request = line.details["request"].as_string()
    # A day begins elsewhere up to fourteen hours before it does in UTC.
    begin = datetime.combine(since - timedelta(days=1), time(), UTC)
    named = (
        select(line.asset_id)
        .where(line.kind == "reserved", line.occurred_at >= begin, among(session, request, uids))
        .distinct()
        .cte("named")
    )
    placed = (
        select(line.key, line.asset_id, line.occurred_at.label("placed_at"), line.sequence.label("place"))
        .join(named, named.c.asset_id == line.asset_id)
        .where(line.replaces.is_(None))
        .cte("placed", recursive=True)
    )
    placed = placed.union_all(
        select(root.key, root.asset_id, placed.c.placed_at, placed.c.place).join(
            placed, and_(root.asset_id == placed.c.asset_id, root.replaces == placed.c.key)
        )
    )
    voiding = aliased(LifecycleEvent)
    order: dict[str, Any] = {"partition_by": line.asset_id, "order_by": (placed.c.placed_at, placed.c.place)}
    told = (
        select(
            line.asset_id,
            line.kind,
            line.occurred_at,
            request.label("request"),
            func.lag(line.kind).over(**order).label("before"),
            func.lag(request).over(**order).label("before_request"),
            func.lead(line.kind).over(**order).label("after"),
            func.lead(line.details["second_life"].as_string()).over(**order).label("after_life"),
        )
        .join(placed, placed.c.key == line.key)
        .where(line.kind.in_(_TOLD_BY), ~select(voiding.id).where(voiding.voids == line.key).exists())
        .cte("told")
    )
    promised = and_(told.c.kind == "reserved", told.c.after.is_(None), Asset.status == "reserved")
    came_to_nothing = and_(told.c.after == "returned", func.coalesce(told.c.after_life, "") == "none")
    handed = and_(
        told.c.kind.in_(HANDED_OVER), told.c.before == "reserved", Asset.status != "withdrawn", ~came_to_nothing
    )
    return (
        select(
            case((promised, told.c.request), else_=told.c.before_request).label("request"),
            told.c.asset_id,
            case((promised, literal("promised")), else_=told.c.kind).label("how"),
            told.c.occurred_at.label("at"),
        )
        .join(Asset, Asset.id == told.c.asset_id)
        .where(
            or_(
                and_(promised, among(session, told.c.request, uids)),
                and_(func.coalesce(handed, literal(False)), among(session, told.c.before_request, uids)),
            )
        )
        .cte("serving")
    )


def progress_of(session: Session, requests: Collection[ReuseRequest]) -> dict[str, Progress]:
    """How far each of *requests* is served, by name; one statement."""
    found = {each.uid: Progress(each.number) for each in requests}
    if not found:
        return {}
    serving = _serving(session, sorted(found), min(each.asked_on for each in requests))
    promised = serving.c.how == "promised"
    rows = session.execute(
        select(
            serving.c.request,
            func.count(serving.c.asset_id.distinct()).filter(promised),
            func.count(serving.c.asset_id.distinct()).filter(~promised),
        ).group_by(serving.c.request)
    )
    for uid, now, gone in rows:
        found[uid] = Progress(found[uid].wanted, now, gone)
    return found


def _asker(department: str | None, partner: str | None, erased_at: datetime | None) -> str:
    return department or (ERASED if erased_at else partner) or ERASED


def list_requests(
    session: Session,
    size: int,
    *,
    state: str = "",
    kind: str = "",
    q: str = "",
    after: str | None = None,
    before: str | None = None,
) -> Page[Row]:
    """A page of requests, those asked first first; *q*: part of the asker's or the request's name."""
    statement = select(ReuseRequest)
    if state:
        statement = statement.where(ReuseRequest.state == state)
    if kind:
        statement = statement.where(_wants(kind))
    if q:
        statement = statement.outerjoin(Department, Department.id == ReuseRequest.department_id)
        statement = statement.outerjoin(Party, Party.id == ReuseRequest.party_id)
        statement = statement.where(or_(holds(Department.name, q), holds(Party.name, q), holds(ReuseRequest.uid, q)))
    page = keyset_page(session, statement, (ReuseRequest.id,), size, after=after, before=before)
    return Page(_rows(session, page.rows), page.next, page.previous)


def _wants(kind: str) -> Any:
    return holds(cast(ReuseRequest.kinds, String), f'"{kind}"')


def _rows(session: Session, requests: list[ReuseRequest]) -> list[Row]:
    if not requests:
        return []
    served = progress_of(session, requests)
    asked = (
        select(ReuseRequest.id, Department.name, Party.name, Party.erased_at, Department.code, Party.uid)
        .outerjoin(Department, Department.id == ReuseRequest.department_id)
        .outerjoin(Party, Party.id == ReuseRequest.party_id)
        .where(ReuseRequest.id.in_([each.id for each in requests]))
    )
    who = {
        number: (_asker(name, partner, erased_at), code, uid)
        for number, name, partner, erased_at, code, uid in session.execute(asked)
    }
    return [Row(each, who[each.id][0], served[each.uid], *who[each.id][1:]) for each in requests]


def row_of(session: Session, request: ReuseRequest) -> Row:
    """One request as a list shows it."""
    return _rows(session, [request])[0]


def waiting_demand(session: Session, kinds: Iterable[str]) -> dict[str, Demand]:
    """What open requests still wait for, by kind of asset, of those in *kinds*; two statements at most.

    A request that takes several kinds waits for each of them.
    """
    wanted = sorted(set(kinds))
    if not wanted:
        return {}
    asked = (
        select(ReuseRequest, Department.name, Party.name, Party.erased_at)
        .outerjoin(Department, Department.id == ReuseRequest.department_id)
        .outerjoin(Party, Party.id == ReuseRequest.party_id)
        .where(ReuseRequest.state == OPEN, or_(*(_wants(kind) for kind in wanted)))
        .order_by(func.coalesce(ReuseRequest.needed_by, date(9999, 12, 31)), ReuseRequest.id)
    )
    rows = session.execute(asked).all()
    served = progress_of(session, [request for request, *_ in rows])
    found: dict[str, Demand] = {}
    for request, department, partner, erased_at in rows:
        waiting, asker = served[request.uid].waiting, _asker(department, partner, erased_at)
        for kind in set(request.kinds) & set(wanted) if waiting else ():
            known = found.get(kind, Demand())
            found[kind] = known.with_inside(waiting, asker) if department else known.with_outside(waiting, asker)
    return found


def machines_of(session: Session, request: ReuseRequest, size: int, after: int = 0) -> tuple[list[Serving], int | None]:
    """Machines that serve the request, by their number from *after* on, and the number to go on from."""
    serving = _serving(session, [request.uid], request.asked_on)
    # Given out twice for the one request, a machine is told once, by the latest.
    latest = select(
        serving, func.row_number().over(partition_by=serving.c.asset_id, order_by=serving.c.at.desc()).label("age")
    ).subquery()
    statement = (
        select(latest.c.asset_id, latest.c.how, latest.c.at)
        .where(latest.c.age == 1, latest.c.asset_id > after)
        .order_by(latest.c.asset_id)
        .limit(size + 1)
    )
    found = {number: (how, at) for number, how, at in session.execute(statement)}
    numbers = list(found)
    rows = rows_of(session, numbers[:size])
    return [Serving(row, *found[row.id]) for row in rows], numbers[size - 1] if len(numbers) > size else None


def history_of(session: Session, request: ReuseRequest) -> list[Change]:
    """Who did what to the request, oldest first."""
    rows = session.execute(
        select(ReuseRequestChange, Account.display_name)
        .join(Account, Account.id == ReuseRequestChange.account_id)
        .where(ReuseRequestChange.request_id == request.id)
        .order_by(ReuseRequestChange.id)
    )
    return [Change(each.action, each.said, by, each.at) for each, by in rows]
