"""Stock: machines by status, and how long those that wait have waited; now, or as it stood on a day."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.register.models import Asset
from inventory.register.statuses import ON_SITE, STATUSES, WAITING
from inventory.reports._base import NO_RECEIVER, Column, Figure, Report, ReportType
from inventory.reports._charts import Chart, bars
from inventory.reports._query import Query
from inventory.reports._standing import (
    is_now,
    of_conditions,
    of_numbers,
    present,
    reference_day,
    standing,
    stood_then,
)

DEFINITION = (
    "Machines by where they stand. Ageing counts the days since a machine came to a status in which somebody "
    "should act on it. Withdrawn records (entered in error, merged, cancelled) are in no figure."
)
FRESH_DAYS = 30
"""Days up to which a waiting machine is fresh; the setting AGEING_DAYS tells from when it is ageing."""
BANDS = ("fresh", "waiting", "ageing")
_COUNTED = tuple(key for key in STATUSES if key != "withdrawn")


def band(since: date, today: date, settings: Settings) -> str:
    """Which band of ageing a machine is in that waits since *since*."""
    days = (today - since).days
    return "fresh" if days <= FRESH_DAYS else "waiting" if days <= settings.ageing_days else "ageing"


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    today = reference_day(query, settings)
    machines: Counter[str] = Counter()
    bands: Counter[tuple[str, str]] = Counter()
    oldest: dict[str, date] = {}
    for each in standing(session, query, settings):
        machines[each.status] += each.machines
        if each.status in WAITING:
            bands[each.status, band(each.since, today, settings)] += each.machines
            oldest[each.status] = min(each.since, oldest.get(each.status, each.since))
    rows = [_row(STATUSES[key].label, key, machines[key], bands, oldest.get(key)) for key in _COUNTED]
    on_site = sum(machines[key] for key in ON_SITE)
    rows.append({"status": "On site together", "key": "on_site", "machines": Figure(on_site, "on_site")})
    rows.append({"status": "All on record", "key": "all", "machines": Figure(machines.total(), "all")})
    notes = [f"Waiting is counted up to {today.day} {today:%b %Y}; ageing is more than {settings.ageing_days} days."]
    return rows, notes


def _row(label: str, key: str, number: int, bands: Counter[tuple[str, str]], since: date | None) -> dict[str, Any]:
    row: dict[str, Any] = {"status": label, "key": key, "machines": Figure(number, key)}
    if key in WAITING:
        row |= {name: Figure(bands[key, name], f"{key}.{name}") for name in BANDS}
        row["since"] = since
    return row


def _wanted(cell: str) -> tuple[list[str], str] | None:
    name, _, part = cell.partition(".")
    statuses = {"on_site": [key for key in _COUNTED if key in ON_SITE], "all": list(_COUNTED)}.get(name)
    if statuses is None:
        statuses = [name] if name in _COUNTED else []
    if not statuses or (part and (part not in BANDS or name not in WAITING)):
        return None
    return statuses, part


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    wanted = _wanted(cell)
    if wanted is None:
        return None
    statuses, part = wanted
    today = reference_day(query, settings)
    if not is_now(query, settings):
        numbers = (
            number
            for number, status, since in stood_then(session, query, settings)
            if status in statuses and (not part or band(since, today, settings) == part)
        )
        return of_numbers(numbers)
    conditions = [Asset.status.in_(statuses), *present(query)]
    if part:
        conditions += _since(part, today, settings)
    return of_conditions(conditions)


def _since(part: str, today: date, settings: Settings) -> list[Any]:
    """Bounds on the moment a machine came to its status, for a band of ageing."""

    def start(days: int) -> datetime:
        return datetime.combine(today - timedelta(days=days), time(), settings.zone).astimezone(UTC)

    fresh, late = start(FRESH_DAYS), start(settings.ageing_days)
    return {
        "fresh": [Asset.status_since >= fresh],
        "waiting": [Asset.status_since < fresh, Asset.status_since >= late],
        "ageing": [Asset.status_since < min(fresh, late)],
    }[part]


def _chart(report: Report) -> Chart | None:
    named = [(row["status"], row["machines"]) for row in report.rows if row["key"] in STATUSES]
    return bars("Machines by status", [(label, figure) for label, figure in named if figure.value])


REPORT = ReportType(
    "stock",
    "Stock by status",
    DEFINITION,
    (
        Column("status", "Status"),
        Column("machines", "Machines", "machines"),
        Column("fresh", "Up to 30 days", "machines"),
        Column("waiting", "Longer", "machines"),
        Column("ageing", "Ageing", "machines"),
        Column("since", "Longest since"),
    ),
    _run,
    _select,
    needs_period=False,
    filters=NO_RECEIVER,
    chart=_chart,
    topic="Machines we hold",
    place=10,
)
