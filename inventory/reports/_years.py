"""The ten academic years that a report shows beside or instead of its period."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from inventory.config import Settings
from inventory.lifecycle.counting import academic_year
from inventory.reports._query import Query

YEARS: Final = 10


def years_shown(query: Query, settings: Settings) -> range:
    """Ten academic years: the last is the one asked for, else that of the last day asked about, today at the latest."""
    last = query.academic_year
    if last is None:
        now = datetime.now(UTC)
        moment = min(query.as_at or now, now)
        last = academic_year(query.to or moment.astimezone(settings.zone).date(), settings)
    return range(last - YEARS + 1, last + 1)


def year_of_cell(name: str, query: Query, settings: Settings) -> Query | None:
    """*query* asked of the academic year that a cell names by the year in which it begins; None if it is not shown."""
    if not (len(name) == 4 and name.isascii() and name.isdigit()) or int(name) not in years_shown(query, settings):
        return None
    return in_year(query, int(name), settings)


def in_year(query: Query, year: int, settings: Settings) -> Query:
    """*query* asked of one academic year."""
    return replace(query, year=year, span="academic", start=None, to=None).within(settings)
