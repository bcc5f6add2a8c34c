"""Time in status: how long machines have waited where they stand, and which are at risk of being waste."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from math import ceil
from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.register.models import Asset
from inventory.register.statuses import STATUSES, WAITING
from inventory.reports._base import NO_RECEIVER, Column, Figure, Panel, Report, ReportType, day_words
from inventory.reports._charts import Chart, Series
from inventory.reports._query import Query
from inventory.reports._standing import (
    is_now,
    of_conditions,
    of_numbers,
    present,
    reference_day,
    standing,
    start_of,
    stood_then,
)

DEFINITION: Final = (
    "Machines in every status in which somebody should act, by the days since they came to it. Half of them have "
    "waited no longer than the median. Kit that is kept in store for long without a next user points to an intention "
    "to discard it, and what its holder intends to discard is waste (Directive 2008/98/EC Art. 3(1)): it is shown as "
    "at risk of being waste. Machines on hold are not, since their reason is on record; what was declared waste or "
    "dismantled is waste already; a missing machine is not in store."
)
IN_STORE: Final = frozenset({"in_stock", "returned", "ready_for_reuse", "reserved"})
"""Statuses in which a machine is kept for use and is not waste yet."""
ALL: Final = "waiting"
_STATUSES: Final = tuple(key for key in STATUSES if key in WAITING)


def days_within(days: Mapping[int, int], percent: int) -> int | None:
    """The least number of days within which *percent* of the machines lie; *days*: machines by days."""
    wanted, passed = ceil(sum(days.values()) * percent / 100), 0
    for number in sorted(days):
        passed += days[number]
        if passed >= wanted:
            return number
    return None


def _waited(session: Session, query: Query, settings: Settings) -> dict[str, Counter[int]]:
    """Status -> machines by the whole days they have waited in it."""
    today = reference_day(query, settings)
    found: dict[str, Counter[int]] = {key: Counter() for key in _STATUSES}
    for each in standing(session, query, settings):
        if each.status in found:
            found[each.status][max((today - each.since).days, 0)] += each.machines
    return found


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    waited = _waited(session, query, settings)
    rows = [_row(STATUSES[key].label, key, waited[key], {key} & IN_STORE, waited, settings) for key in _STATUSES]
    rows.append(_row("Waiting together", ALL, sum(waited.values(), Counter()), IN_STORE, waited, settings))
    notes = [
        f"Counted up to {day_words(reference_day(query, settings))}. Ageing is more than {settings.ageing_days} days, "
        f"at risk of being waste more than {settings.at_risk_days} (settings AGEING_DAYS and AT_RISK_DAYS).",
        "Whether a thing is waste only a court decides; passing a machine on, or declaring it waste, ends the doubt.",
    ]
    return rows, notes


def _row(
    label: str, key: str, days: Counter[int], stored: Any, waited: dict[str, Counter[int]], settings: Settings
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "status": label,
        "key": key,
        "machines": Figure(days.total(), key),
        "median": Figure(days_within(days, 50), key),
        "nine_of_ten": Figure(days_within(days, 90), key),
        "longest": Figure(max(days, default=None), key),
        "ageing": Figure(_longer(days, settings.ageing_days), f"{key}.ageing"),
    }
    if stored:
        risk = sum(_longer(waited[each], settings.at_risk_days) for each in stored)
        row["at_risk"] = Figure(risk, f"{key}.at_risk")
    return row


def _longer(days: Counter[int], limit: int) -> int:
    return sum(machines for number, machines in days.items() if number > limit)


def _wanted(cell: str, settings: Settings) -> tuple[list[str], int] | None:
    """Statuses behind a cell, and more than how many days were waited there."""
    key, _, part = cell.partition(".")
    limits = {"": -1, "ageing": settings.ageing_days, "at_risk": settings.at_risk_days}
    statuses = list(_STATUSES) if key == ALL else [key] if key in WAITING else []
    if part == "at_risk":
        statuses = [each for each in statuses if each in IN_STORE]
    return (statuses, limits[part]) if statuses and part in limits else None


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    wanted = _wanted(cell, settings)
    if wanted is None:
        return None
    statuses, longer = wanted
    today = reference_day(query, settings)
    if is_now(query, settings):
        conditions = [Asset.status.in_(statuses), *present(query)]
        if longer >= 0:
            conditions.append(Asset.status_since < start_of(_days_before(today, longer), settings))
        return of_conditions(conditions)
    return of_numbers(
        number
        for number, status, since in stood_then(session, query, settings)
        if status in statuses and max((today - since).days, 0) > longer
    )


def _days_before(day: date, days: int) -> date:
    return day - timedelta(days=min(days, (day - date.min).days))


def _chart(report: Report) -> Chart | None:
    rows = [row for row in report.rows if row["key"] in WAITING and row["machines"].value]
    if not rows:
        return None
    figures = [row["median"] for row in rows]
    title = "Median days in each status"
    series = Series(title, tuple(each.value for each in figures), cells=tuple(each.cell for each in figures))
    risky = (row.get("at_risk") for row in rows)
    notes = tuple(f"{each.value:,} at risk of being waste" if each and each.value else "" for each in risky)
    return Chart("bars", title, tuple(row["status"] for row in rows), (series,), "days", notes)


def _panel(report: Report) -> list[Panel]:
    figure = report.rows[-1]["at_risk"]
    return [Panel("At risk of being waste", figure, "machines", "kept in store for long without a next user")]


REPORT = ReportType(
    "time_in_status",
    "Time in each status",
    DEFINITION,
    (
        Column("status", "Status"),
        Column("machines", "Machines", "machines"),
        Column("median", "Median", "days"),
        Column("nine_of_ten", "9 of 10 within", "days"),
        Column("longest", "Longest", "days"),
        Column("ageing", "Ageing", "machines"),
        Column("at_risk", "At risk of being waste", "machines"),
    ),
    _run,
    _select,
    needs_period=False,
    filters=NO_RECEIVER,
    chart=_chart,
    panel=_panel,
    topic="Machines we hold",
    place=20,
)
