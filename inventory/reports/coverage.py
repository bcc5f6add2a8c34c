"""Coverage: machines on site by how long ago somebody last saw them; now, or as it stood on a day."""

import calendar
from collections import Counter
from datetime import UTC, date, datetime, time
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.lifecycle.counting import NO_DAY, local_day
from inventory.lifecycle.models import Tally
from inventory.lifecycle.state import State
from inventory.register.models import Asset
from inventory.register.statuses import ON_SITE
from inventory.reports._base import NO_RECEIVER, Column, Figure, Report, ReportType
from inventory.reports._charts import Chart, bars
from inventory.reports._outcomes import stored_counts_answer
from inventory.reports._query import Query
from inventory.reports._standing import is_now, of_conditions, of_numbers, past, present, reference_day

DEFINITION: Final = (
    "Machines that the university still has, by the last time that somebody stood before them: counted, moved, put "
    "in a place, inspected or brought back. One that was only put on record, without a place, was never seen."
)


class Band(NamedTuple):
    """Seen at most ``months`` ago and longer ago than the band before; None: however long ago."""

    key: str
    label: str
    months: int | None


BANDS: Final = (
    Band("quarter", "Within 3 months", 3),
    Band("year", "Within 1 year", 12),
    Band("two_years", "Within 2 years", 24),
    Band("older", "Longer ago", None),
)
NEVER: Final = "never"
_ALL: Final = "on_site"
KEYS: Final = (*(band.key for band in BANDS), NEVER, _ALL)


def months_before(day: date, months: int) -> date:
    """The day *months* calendar months before; the last of its month where that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def bounds(key: str, today: date) -> tuple[date | None, date | None]:
    """(first day, first day after it) on which machines of a band were last seen; None: unbounded."""
    place = next(number for number, band in enumerate(BANDS) if band.key == key)
    months, newer = BANDS[place].months, BANDS[place - 1].months if place else None
    first = months_before(today, months) if months is not None else None
    return first, months_before(today, newer) if newer is not None else None


def _band(day: date, today: date) -> str:
    return next(band.key for band in BANDS if band.months is None or day >= months_before(today, band.months))


def _band_then(state: State, today: date, settings: Settings) -> str:
    return _band(local_day(state.seen_at, settings), today) if state.seen_at else NEVER


def _start(day: date, settings: Settings) -> datetime:
    return datetime.combine(day, time(), settings.zone).astimezone(UTC)


def _in_band(key: str, today: date, settings: Settings) -> list[Any]:
    if key == NEVER:
        return [Asset.last_seen_at.is_(None)]
    first, after = bounds(key, today)
    found: list[Any] = [Asset.last_seen_at.is_not(None)]
    if first is not None:
        found.append(Asset.last_seen_at >= _start(first, settings))
    if after is not None:
        found.append(Asset.last_seen_at < _start(after, settings))
    return found


def _counts(session: Session, query: Query, settings: Settings) -> Counter[str]:
    today = reference_day(query, settings)
    if not is_now(query, settings):
        standing = (state for _, state in past(session, query, settings) if state.status in ON_SITE)
        return Counter(_band_then(state, today, settings) for state in standing)
    if stored_counts_answer(session, query, settings) and not query.department:
        stored: Any = (
            select(Tally.day, func.sum(Tally.machines))
            .where(Tally.figure == "seen", Tally.kind == query.group)
            .group_by(Tally.day)
            .having(func.sum(Tally.machines) != 0)
        )
        found: Counter[str] = Counter()
        for day, number in session.execute(stored):
            found[NEVER if day == NO_DAY else _band(day, today)] += int(number)
        return found
    whens: list[Any] = [(Asset.last_seen_at.is_(None), NEVER)]
    for band in BANDS:
        if band.months is not None:
            whens.append((Asset.last_seen_at >= _start(months_before(today, band.months), settings), band.key))
    which = case(*whens, else_=BANDS[-1].key)
    statement = select(which, func.count()).where(Asset.status.in_(sorted(ON_SITE)), *present(query)).group_by(which)
    return Counter({key: int(number) for key, number in session.execute(statement)})


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    today = reference_day(query, settings)
    counts = _counts(session, query, settings)
    together = counts.total()
    labels = [(band.key, band.label) for band in BANDS] + [(NEVER, "Never")]
    rows = [
        {
            "seen": label,
            "key": key,
            "machines": Figure(counts[key], key),
            "share": Figure(round(100 * counts[key] / together, 1) if together else None, key),
        }
        for key, label in labels
    ]
    rows.append({"seen": "On site together", "key": _ALL, "machines": Figure(together, _ALL)})
    return rows, [f"Counted back from {today.day} {today:%b %Y}, in calendar months."]


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    if cell not in KEYS:
        return None
    today = reference_day(query, settings)
    if not is_now(query, settings):
        return of_numbers(
            number
            for number, state in past(session, query, settings)
            if state.status in ON_SITE and (cell == _ALL or _band_then(state, today, settings) == cell)
        )
    conditions = [Asset.status.in_(sorted(ON_SITE)), *present(query)]
    return of_conditions(conditions if cell == _ALL else conditions + _in_band(cell, today, settings))


def _chart(report: Report) -> Chart | None:
    seen = [(row["seen"], row["machines"]) for row in report.rows if row["key"] != _ALL]
    return bars("Machines on site, by how long ago somebody last saw them", seen)


REPORT = ReportType(
    "coverage",
    "Coverage by last sighting",
    DEFINITION,
    (Column("seen", "Last seen"), Column("machines", "Machines", "machines"), Column("share", "Share", "%")),
    _run,
    _select,
    needs_period=False,
    filters=NO_RECEIVER,
    chart=_chart,
    topic="Machines we hold",
    place=30,
)
