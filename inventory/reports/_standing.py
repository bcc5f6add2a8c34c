"""Which machines stood where on a day: the register's present rows, or a replay, for reports about stock."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, bindparam, func, literal, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.lifecycle.counting import NO_DAY, local_day
from inventory.lifecycle.history import states_at
from inventory.lifecycle.models import Tally
from inventory.lifecycle.state import State
from inventory.register.models import Asset, Department
from inventory.register.queries import subtree
from inventory.register.statuses import WAITING
from inventory.reports._outcomes import stored_counts_answer
from inventory.reports._query import UNKNOWN_DEPARTMENT, Query


def reference_day(query: Query, settings: Settings) -> date:
    """The day from which time is counted back: not one to come, when a year is asked for that still runs."""
    if query.to is not None:
        return min(query.to, datetime.now(settings.zone).date())
    moment = query.as_at or datetime.now(UTC)
    return moment.astimezone(settings.zone).date()


def is_now(query: Query, settings: Settings) -> bool:
    """Whether the register's present rows answer."""
    today = datetime.now(settings.zone).date()
    return query.as_at is None and (query.to is None or query.to >= today)


def present(query: Query) -> list[Any]:
    """Conditions on the present rows: kinds and department that are asked for, and nothing withdrawn."""
    found: list[Any] = [Asset.kind.in_(sorted(query.kinds)), Asset.status != "withdrawn"]
    if query.department == UNKNOWN_DEPARTMENT:
        found.append(Asset.department_id.is_(None))
    elif query.department:
        found.append(Asset.department_id.in_(subtree(query.department)))
    return found


def past(session: Session, query: Query, settings: Settings) -> Iterator[tuple[int, State]]:
    """(asset, state) as it stood at the end of the day `to` and was known at `as_at`, by replay."""
    end = None
    if query.to is not None:
        end = start_of_next(query.to, settings)
    codes = None
    if query.department and query.department != UNKNOWN_DEPARTMENT:
        codes = set(session.scalars(select(Department.code).where(Department.id.in_(subtree(query.department)))))
    for number, state in states_at(session, end, query.as_at):
        if state.status in (None, "withdrawn") or state.kind not in query.kinds:
            continue
        department = state.facts.get("department")
        if query.department == UNKNOWN_DEPARTMENT and department is not None:
            continue
        if codes is not None and department not in codes:
            continue
        yield number, state


class Stood(NamedTuple):
    """Some machines in one status since one day (NO_DAY where it does not matter)."""

    status: str
    since: date
    machines: int


def standing(session: Session, query: Query, settings: Settings) -> list[Stood]:
    """How many machines stand in each status, those that wait by the day since when."""
    if not is_now(query, settings):
        found = Counter(
            (status, since if status in WAITING else NO_DAY)
            for _, status, since in stood_then(session, query, settings)
        )
        return [Stood(status, since, number) for (status, since), number in found.items()]
    if stored_counts_answer(session, query, settings) and not query.department:
        statement: Any = (
            select(Tally.measure, Tally.day, func.sum(Tally.machines))
            .where(Tally.figure == "stock", Tally.kind == query.group)
            .group_by(Tally.measure, Tally.day)
            .having(func.sum(Tally.machines) != 0)
        )
        return [Stood(status, day, int(number)) for status, day, number in session.execute(statement)]
    statement = (
        select(Asset.status, Asset.status_since, func.count())
        .where(*present(query))
        .group_by(Asset.status, Asset.status_since)
    )
    sums: Counter[tuple[str, date]] = Counter()
    for status, moment, number in session.execute(statement):
        sums[status, local_day(moment, settings) if status in WAITING else NO_DAY] += number
    return [Stood(status, since, number) for (status, since), number in sums.items()]


def stood_then(session: Session, query: Query, settings: Settings) -> Iterator[tuple[int, str, date]]:
    """(asset, status, since) as it stood at the end of `to`, by replay."""
    for number, state in past(session, query, settings):
        since = local_day(state.status_since, settings) if state.status_since else NO_DAY
        yield number, str(state.status), since


def start_of(day: date, settings: Settings) -> datetime:
    """The first moment of *day* in the institution's time zone."""
    return datetime.combine(day, time(), settings.zone).astimezone(UTC)


def start_of_next(day: date, settings: Settings) -> datetime:
    """The first moment after *day* in the institution's time zone."""
    return start_of(day + timedelta(days=1), settings)


def of_numbers(numbers: Iterable[int]) -> Select[Any]:
    """What `ReportType.select` gives, for machines whose numbers are known."""
    # Written into the statement: there may be more of them than a database takes as parameters.
    wanted: Any = bindparam("numbers", sorted(numbers), expanding=True, literal_execute=True, unique=True)
    return of_conditions([Asset.id.in_(wanted)])


def of_conditions(conditions: list[Any]) -> Select[Any]:
    """What `ReportType.select` gives, for the present rows that fulfil *conditions*."""
    found: Any = select(Asset.id.label("asset_id"), literal(None).label("key")).where(*conditions)
    return cast("Select[Any]", found)
