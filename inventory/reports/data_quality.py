"""Data quality: what would make a reader doubt the numbers, how many machines it concerns and what to do about it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.db import among
from inventory.footprint.queries import factor_book
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.state import State
from inventory.register.models import Asset
from inventory.reports._base import NO_RECEIVER, Column, Figure, Panel, Report, ReportType, day_words
from inventory.reports._charts import Chart, Series
from inventory.reports._doubts import (
    DOUBTS,
    LEDGER,
    OUTCOMES,
    REGISTER,
    REGISTER_TESTS,
    ledger_conditions,
    outcome_conditions,
    register_conditions,
)
from inventory.reports._masses import machines_where
from inventory.reports._outcomes import filters, last_in_period
from inventory.reports._query import Query
from inventory.reports._standing import (
    of_conditions,
    of_numbers,
    past,
    present,
    reference_day,
    start_of,
    start_of_next,
)

DEFINITION: Final = (
    "Machines of which something is missing, late, unproven or changed, so that a figure may be questioned. Doubts "
    "about outcomes are of the outcomes reached in the period. Doubts about the register are of the machines on record "
    "as they are known, whatever the period: what was mended meanwhile casts no doubt on a figure. Late lines and "
    "corrections are of those recorded in the period, or in the month if none is asked for. A machine may stand in "
    "several rows, and once in each."
)
_OF: Final = {each.key: name for name, rows in (("Outcomes", OUTCOMES), ("Register", REGISTER), ("Ledger", LEDGER))
              for each in rows}  # fmt: skip
_PANELS: Final = ("unconfirmed", "no_mass", "here_no_department", "corrected")


def _with_unknown(query: Query) -> Query:
    """The same question, of machines of unknown kind too, unless single kinds are asked for."""
    return query if query.kind else replace(query, kind=tuple(sorted(query.kinds | {"unknown"})))


def recorded_in(query: Query, settings: Settings) -> tuple[date, date]:
    """First and last day on which the lines that are looked at were recorded."""
    last = reference_day(query, settings)
    return query.start or last.replace(day=1), last


def _lines(query: Query, settings: Settings, key: str) -> list[Any]:
    """Conditions on the lines of one doubt."""
    first, last = recorded_in(query, settings)
    line = LifecycleEvent
    known = [line.recorded_at <= query.as_at] if query.as_at is not None else []
    return [
        line.recorded_at >= start_of(first, settings),
        line.recorded_at < start_of_next(last, settings),
        *known,
        ledger_conditions()[key],
    ]


def _of_outcomes(session: Session, query: Query, settings: Settings) -> dict[str, Any]:
    book = factor_book(session, query.as_at, query.factors)
    return outcome_conditions(session, query, settings, reference_day(query, settings), book)


def _count_outcomes(session: Session, query: Query, settings: Settings) -> dict[str, int]:
    conditions = _of_outcomes(session, query, settings)
    sums = [func.sum(case((condition, 1), else_=0)).label(key) for key, condition in conditions.items()]
    counted: Any = select(*sums).where(*last_in_period(query, settings), *filters(query))
    return dict(zip(conditions, (int(each or 0) for each in session.execute(counted).one()), strict=True))


def _count_present(session: Session, query: Query, settings: Settings) -> dict[str, int]:
    """Doubts about the register and the ledger, of the machines as they stand now."""
    wide = present(_with_unknown(query))
    conditions = register_conditions()
    sums = [func.sum(case((condition, 1), else_=0)).label(key) for key, condition in conditions.items()]
    row = session.execute(select(*sums).where(*wide)).one()
    found = dict(zip(conditions, (int(each or 0) for each in row), strict=True))
    line = LifecycleEvent
    for each in LEDGER:
        counted: Any = (
            select(func.count(func.distinct(line.asset_id)))
            .join(Asset, Asset.id == line.asset_id)
            .where(*_lines(query, settings, each.key), *present(query))
        )
        found[each.key] = int(session.scalar(counted) or 0)
    return found


def _states(session: Session, query: Query, settings: Settings) -> Iterator[tuple[int, State]]:
    """Every machine as it was known at `as_at`."""
    return past(session, replace(_with_unknown(query), to=None), settings)


def _last_lines(session: Session, query: Query, settings: Settings, key: str) -> dict[int, str]:
    """Machine -> key of its last line of one doubt."""
    line = LifecycleEvent
    rows = session.execute(
        select(line.asset_id, line.key).where(*_lines(query, settings, key)).order_by(line.asset_id, line.sequence)
    )
    return {row.asset_id: row.key for row in rows}


def _count_then(session: Session, query: Query, settings: Settings) -> dict[str, int]:
    """The same of the machines as they were known, in one pass over the ledger."""
    found = dict.fromkeys((*REGISTER_TESTS, *(each.key for each in LEDGER)), 0)
    lines = {each.key: _last_lines(session, query, settings, each.key) for each in LEDGER}
    for number, state in _states(session, query, settings):
        for key, fits in REGISTER_TESTS.items():
            found[key] += fits(state)
        if state.kind in query.kinds:
            for key, machines in lines.items():
                found[key] += number in machines
    return found


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    counts = _count_outcomes(session, query, settings)
    counts |= (_count_present if query.as_at is None else _count_then)(session, query, settings)
    rows = [
        {
            "what": each.label,
            "key": each.key,
            "of": _OF[each.key],
            "machines": Figure(counts[each.key], each.key),
            "effect": each.effect,
            "remedy": each.remedy,
        }
        for each in DOUBTS
    ]
    first, last = recorded_in(query, settings)
    notes = [
        f"Late lines and corrections: recorded from {day_words(first)} to {day_words(last)}.",
        f"A fate is not confirmed in time {settings.stale_return_days} days after the collection (setting "
        "STALE_RETURN_DAYS). A weighed mass cannot be right under a fifth or above five times the median of its class.",
    ]
    return rows, notes


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    if cell not in _OF:
        return None
    if cell in {each.key for each in OUTCOMES}:
        return machines_where(query, settings, _of_outcomes(session, query, settings)[cell])
    now = query.as_at is None
    if cell in REGISTER_TESTS:
        if now:
            return of_conditions([*present(_with_unknown(query)), register_conditions()[cell]])
        fits = REGISTER_TESTS[cell]
        return of_numbers(number for number, state in _states(session, query, settings) if fits(state))
    line = LifecycleEvent
    chosen: Any = select(line.asset_id.label("asset_id"), line.key.label("key"))
    if now:
        last = (
            select(func.max(line.id))
            .join(Asset, Asset.id == line.asset_id)
            .where(*_lines(query, settings, cell), *present(query))
            .group_by(line.asset_id)
        )
        return cast("Select[Any]", chosen.where(line.id.in_(last)))
    lines = _last_lines(session, query, settings, cell)
    wanted = [
        lines[number]
        for number, state in _states(session, query, settings)
        if number in lines and state.kind in query.kinds
    ]
    return cast("Select[Any]", chosen.where(among(session, line.key, wanted)))


def _chart(report: Report) -> Chart | None:
    rows = [row for row in report.rows if row["machines"].value]
    if not rows:
        return None
    rows.sort(key=lambda row: -row["machines"].value)
    figures = [row["machines"] for row in rows]
    title = "Machines by what is to be doubted"
    series = Series(title, tuple(each.value for each in figures), cells=tuple(each.cell for each in figures))
    return Chart("bars", title, tuple(row["what"] for row in rows), (series,))


def _panel(report: Report) -> list[Panel]:
    rows = {row["key"]: row for row in report.rows}
    return [Panel(rows[key]["what"], rows[key]["machines"], "machines", _short(rows[key]["remedy"])) for key in _PANELS]


def _short(sentence: str) -> str:
    """The first part of a remedy, as it stands under a key figure."""
    words = sentence.partition(";")[0].rstrip(".")
    return words[0].lower() + words[1:]


REPORT = ReportType(
    "data_quality",
    "Data quality",
    DEFINITION,
    (
        Column("what", "What"),
        Column("machines", "Machines", "machines"),
        Column("of", "Of", heads=lambda each: f"Doubts about the {each.lower()}"),
        Column("effect", "What it does to the figures"),
        Column("remedy", "What to do"),
    ),
    _run,
    _select,
    filters=NO_RECEIVER,
    subjects=("class_footprint", "model_footprint"),
    chart=_chart,
    panel=_panel,
    topic="Trust in the numbers",
    place=20,
)
