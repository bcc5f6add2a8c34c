"""What an asset adds to each stored count: pure functions of its state, so that a change is a difference."""

from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from inventory.config import Settings
from inventory.lifecycle.state import State
from inventory.lifecycle.waste_hierarchy import HEADLINE_MEASURES, Outcome
from inventory.register.kinds import KINDS
from inventory.register.model_keys import model_key
from inventory.register.statuses import ON_SITE, WAITING

NO_DAY: Final = date(1970, 1, 1)
"""Stands where a count is not split by day."""


@lru_cache(maxsize=65_536)
def _local_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def local_day(moment: datetime, settings: Settings) -> date:
    """Day of *moment* in the institution's time zone."""
    return _local_day(moment, settings.zone)


@lru_cache(maxsize=16_384)
def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def academic_year(day: date, settings: Settings) -> int:
    """Calendar year in which the academic year of *day* began (HESA: 1 August to 31 July)."""
    return day.year if day.month >= settings.academic_year_start_month else day.year - 1


class Fact(NamedTuple):
    """One outcome with everything a figure needs beside it (a row of ``outcome`` to be)."""

    outcome: Outcome
    day: date
    year: int
    rank: int
    latest_in_year: bool
    kind: str
    mass_g: int | None
    model_key: str | None = None
    purchase_date: date | None = None


class TallyKey(NamedTuple):
    """Key of a stored count."""

    figure: str
    year: int = 0
    day: date = NO_DAY
    measure: str = ""
    tier: str = ""
    certainty: str = ""
    kind: str = ""
    department: str | None = None
    older: bool = False


def facts_of(state: State, settings: Settings) -> list[Fact]:
    """The outcomes of an asset, ranked, with its kind, model, mass and purchase as known now."""
    counted = state.counted
    if not counted:
        return []
    days = [local_day(each.occurred_at, settings) for each in counted]
    years = [academic_year(day, settings) for day in days]
    known = state.facts.get
    mass, bought = known("mass_g"), _day(known("purchase_date"))
    model = model_key(known("manufacturer"), known("model"))
    return [
        Fact(each, days[rank], years[rank], rank, years[rank] not in years[rank + 1 :], state.kind, mass, model, bought)
        for rank, each in enumerate(counted)
    ]


@lru_cache(maxsize=16_384)
def _day_key(figure: str, day: date, measure: str, group: str) -> TallyKey:
    return TallyKey(figure, day=day, measure=measure, kind=group)


def tallies_of(state: State, facts: list[Fact], settings: Settings) -> dict[tuple[TallyKey, int | None], int]:
    """What the asset adds to each count: (key, mass in grams or None) -> machines."""
    found: dict[tuple[TallyKey, int | None], int] = {}
    if state.status is None or state.status == "withdrawn":
        return found
    group = KINDS[state.kind].group
    since = local_day(state.status_since, settings) if state.status in WAITING and state.status_since else NO_DAY
    found[_day_key("stock", since, state.status, group), None] = 1
    if state.status in ON_SITE:
        seen = local_day(state.seen_at, settings) if state.seen_at else NO_DAY
        found[_day_key("seen", seen, "", group), None] = 1
    for fact in facts:
        if fact.latest_in_year:
            each = fact.outcome
            key = TallyKey(
                "outcome",
                year=fact.year,
                measure=each.measure,
                tier=each.tier or "",
                certainty=each.certainty,
                kind=fact.kind,
                department=each.department,
                older=each.older,
            )
            found[key, fact.mass_g] = found.get((key, fact.mass_g), 0) + 1
    if facts:
        for measure, day in headline_days(facts, settings):
            # What every reader asks for stands in a few rows of its own: there are more days every year.
            for key in (
                TallyKey("headline", day=day, measure=measure, kind=group),
                TallyKey("headline_all", measure=measure, kind=group),
            ):
                found[key, None] = found.get((key, None), 0) + 1
    for year in {academic_year(local_day(each, settings), settings) for each in state.extended}:
        # Placed by the department that the machine has now: a repair has none of its own.
        found[TallyKey("extended", year=year, kind=state.kind, department=state.facts.get("department")), None] = 1
    return found


def headline_days(facts: list[Fact], settings: Settings) -> list[tuple[str, date]]:
    """From which day the asset counts in each part of the headline (counting rule 1).

    ``internal``, ``external``, ``both``, ``recorded`` (by a line of this register, not only from older
    records) once per asset; ``events`` once per re-use event.
    """
    reuses = [
        fact for fact in facts if fact.outcome.measure in HEADLINE_MEASURES and fact.day >= settings.programme_start
    ]
    if not reuses:
        return []
    found = [("events", fact.day) for fact in reuses]
    inside = min((fact.day for fact in reuses if fact.outcome.measure == "redeployed"), default=None)
    outside = min((fact.day for fact in reuses if fact.outcome.measure == "donated"), default=None)
    recorded = min((fact.day for fact in reuses if not fact.outcome.older), default=None)
    if inside:
        found.append(("internal", inside))
    if outside:
        found.append(("external", outside))
    if inside and outside:
        found.append(("both", max(inside, outside)))
    if recorded:
        found.append(("recorded", recorded))
    return found
