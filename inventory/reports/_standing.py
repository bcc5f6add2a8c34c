"""Which machines stood where on a day: the register's present rows, or a replay, for reports about stock."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, and_, bindparam, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from inventory.config import Settings
from inventory.lifecycle.counting import NO_DAY, local_day
from inventory.lifecycle.history import states_at
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.models import LifecycleEvent, Tally
from inventory.lifecycle.rules import replay
from inventory.lifecycle.state import State
from inventory.register.models import Asset, Department
from inventory.register.queries import subtree
from inventory.register.statuses import WAITING
from inventory.reports._outcomes import stored_counts_answer
from inventory.reports._query import UNKNOWN_DEPARTMENT, Query

_PAGE = 500
"""Machines replayed at a time."""


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
        found.append(Asset.department_id.in_(subtree(query.department, query.as_at)))
    return found


def known_of(session: Session, query: Query, kinds: Collection[str]) -> list[Any]:
    """Conditions on the register's rows of machines that have a line of *kinds*: `present`, as known at `as_at`.

    A machine of which nothing was recorded since stands as it did then; the others are replayed.
    """
    if query.as_at is None:
        return present(query)
    line, later = LifecycleEvent, aliased(LifecycleEvent)
    told_since = exists().where(later.asset_id == Asset.id, later.recorded_at > query.as_at)
    since = exists().where(later.asset_id == line.asset_id, later.recorded_at > query.as_at)
    numbers = session.scalars(select(line.asset_id).where(line.kind.in_(kinds), since).distinct()).all()
    codes = codes_of(session, query)
    found = []
    for start in range(0, len(numbers), _PAGE):
        for number, history in load_lines(session, numbers[start : start + _PAGE]).items():
            state = replay([each for each, _ in history if each.recorded_at <= query.as_at])
            if _stands(state, query, codes):
                found.append(number)
    replayed: Any = bindparam("replayed", sorted(found), unique=True, expanding=True, literal_execute=True)
    return [or_(and_(~told_since, *present(query)), Asset.id.in_(replayed))]


def codes_of(session: Session, query: Query) -> set[str] | None:
    """Codes of the department that is asked for and of all beneath it; None where all, or none, are wanted."""
    if not query.department or query.department == UNKNOWN_DEPARTMENT:
        return None
    return set(
        session.scalars(select(Department.code).where(Department.id.in_(subtree(query.department, query.as_at))))
    )


def _stands(state: State, query: Query, codes: set[str] | None) -> bool:
    """Whether a machine in *state* is one of those that are asked for."""
    if state.status in (None, "withdrawn") or state.kind not in query.kinds:
        return False
    return stood_in(state.facts.get("department"), query, codes)


def stood_in(department: str | None, query: Query, codes: set[str] | None) -> bool:
    """Whether *department* is one that is asked for; *codes*: of `codes_of`."""
    if query.department == UNKNOWN_DEPARTMENT:
        return department is None
    return codes is None or department in codes


def past(session: Session, query: Query, settings: Settings) -> Iterator[tuple[int, State]]:
    """(asset, state) as it stood at the end of the day `to` and was known at `as_at`, by replay."""
    end = None
    if query.to is not None:
        end = start_of_next(query.to, settings)
    codes = codes_of(session, query)
    for number, state in states_at(session, end, query.as_at):
        if _stands(state, query, codes):
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
