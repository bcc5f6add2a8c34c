"""Which machines stood where on a day: the register's present rows, or a replay, for reports about stock."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import Select, bindparam, literal, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.lifecycle.history import states_at
from inventory.lifecycle.state import State
from inventory.register.models import Asset, Department
from inventory.register.queries import subtree
from inventory.reports._query import UNKNOWN_DEPARTMENT, Query


def reference_day(query: Query, settings: Settings) -> date:
    """The day from which time is counted back."""
    if query.to is not None:
        return query.to
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
        end = datetime.combine(query.to + timedelta(days=1), time(), settings.zone).astimezone(UTC)
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


def of_numbers(numbers: Iterable[int]) -> Select[Any]:
    """What `ReportType.select` gives, for machines whose numbers are known."""
    # Written into the statement: there may be more of them than a database takes as parameters.
    wanted: Any = bindparam("numbers", sorted(numbers), expanding=True, literal_execute=True, unique=True)
    return of_conditions([Asset.id.in_(wanted)])


def of_conditions(conditions: list[Any]) -> Select[Any]:
    """What `ReportType.select` gives, for the present rows that fulfil *conditions*."""
    found: Any = select(Asset.id.label("asset_id"), literal(None).label("key")).where(*conditions)
    return cast("Select[Any]", found)
