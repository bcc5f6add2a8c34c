"""Partners and contractors: what each received, what became of it, and what came back as a report."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from inventory.config import Settings
from inventory.footprint.mass import Mass, mass_of
from inventory.footprint.queries import factor_book
from inventory.lifecycle.models import LifecycleEvent, OutcomeFact
from inventory.register.models import Party
from inventory.register.naming import ERASED
from inventory.reports._base import Column, Figure, Panel, Report, ReportType, day_words
from inventory.reports._charts import Chart, Series
from inventory.reports._grouped import grouped
from inventory.reports._masses import machines_where, percent
from inventory.reports._query import Query
from inventory.reports._standing import start_of_next

DEFINITION: Final = (
    "For each partner and contractor the machines whose last standing outcome in the period is that they received "
    "them: donated as working equipment, given to be prepared, or collected as waste. Used again: tiers 1 and 2, "
    "confirmed. Confirmed: working equipment that was handed over, and waste of whose fate the contractor's report is "
    "in. Aftercare: machines of which the recipient reported later how they fare. What was sold, went back to a "
    "lessor or was lost is in no row."
)
MOST_ROWS: Final = 50
"""Receivers with a row of their own; those with the fewest machines are told together."""
MOST_BARS: Final = 10
ALL, UNKNOWN, OTHERS = "~all", "~unknown", "~others"
_ROLES: Final = {"partner": "Partner", "facility": "Contractor"}
_USED_AGAIN: Final = ("prevention", "preparing_for_reuse")
_RECEIVED: Final = OutcomeFact.measure.in_(("donated", "waste"))
_NOBODY: Final = 0
"""Stands for a receiver that is not known."""


@dataclass(slots=True)
class Received:
    """What one receiver had: machines, those confirmed and used again, mass, first and last day."""

    machines: int = 0
    confirmed: int = 0
    used_again: int = 0
    told: int = 0
    """Machines with a report of the recipient."""
    mass: Mass = field(default_factory=Mass)
    days: list[date] = field(default_factory=list)

    def add(self, other: "Received") -> None:
        """Take in what another had."""
        self.machines += other.machines
        self.confirmed += other.confirmed
        self.used_again += other.used_again
        self.told += other.told
        self.mass += other.mass
        self.days = [edge(days) for edge in (min, max) if (days := self.days + other.days)]


def _aftercare(query: Query, settings: Settings) -> ColumnElement[bool]:
    """The recipient reported of the machine after the outcome, by the two cuts."""
    line, void = LifecycleEvent, aliased(LifecycleEvent)
    voided = select(void.voids).where(void.voids.is_not(None))
    found = select(line.asset_id).where(line.kind == "recipient_reported")
    if query.as_at is not None:
        found = found.where(line.recorded_at <= query.as_at)
        voided = voided.where(void.recorded_at <= query.as_at)
    if query.to is not None:
        found = found.where(line.occurred_at < start_of_next(query.to, settings))
    return and_(
        OutcomeFact.measure == "donated",
        exists(
            found.where(
                line.asset_id == OutcomeFact.asset_id,
                line.occurred_at >= OutcomeFact.occurred_at,
                line.key.not_in(voided),
            ).correlate(OutcomeFact)
        ),
    )


def _received(session: Session, query: Query, settings: Settings) -> dict[int, Received]:
    """What each receiver had, by its number; _NOBODY where it is not known."""
    fact, book = OutcomeFact, factor_book(session, query.as_at, query.factors)
    split = (fact.counterpart_id, fact.tier, fact.certainty)
    more = (func.min(fact.day), func.max(fact.day), func.sum(case((_aftercare(query, settings), 1), else_=0)))
    found: defaultdict[int, Received] = defaultdict(Received)
    groups = grouped(session, query, settings, split, _RECEIVED, models=book.knows_models, more=more)
    for (number, tier, certainty, first, last, told), group in groups:
        sure = group.machines if certainty == "confirmed" else 0
        again = sure if tier in _USED_AGAIN else 0
        part = Received(group.machines, sure, again, int(told), mass_of(group, book), [first, last])
        found[number or _NOBODY].add(part)
    return found


def _ranked(found: dict[int, Received]) -> list[int]:
    """The known receivers, those with the most machines first."""
    return sorted(found.keys() - {_NOBODY}, key=lambda number: (-found[number].machines, number))


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    found = _received(session, query, settings)
    ranked = _ranked(found)
    shown, rest = ranked[:MOST_ROWS], ranked[MOST_ROWS:]
    whole, others = _sum(found.values()), _sum(found[number] for number in rest)
    parties = {each.id: each for each in session.scalars(select(Party).where(Party.id.in_(shown)))}
    rows = []
    for number in shown:
        party = parties[number]
        rows.append(_row(party.name or ERASED, _ROLES.get(party.role, ""), party.uid, found[number], whole))
    notes = []
    if rest:
        rows.append(_row(f"All others ({len(rest):,})", "", OTHERS, others, whole))
        notes.append(f"The {MOST_ROWS} that received the most machines have rows of their own.")
    if _NOBODY in found:
        rows.append(_row("Not known who", "", UNKNOWN, found[_NOBODY], whole))
    rows.append(_row("Together", "", ALL, whole, whole))
    return rows, notes


def _sum(parts: Iterable[Received]) -> Received:
    whole = Received()
    for each in parts:
        whole.add(each)
    return whole


def _row(name: str, role: str, key: str, each: Received, whole: Received) -> dict[str, Any]:
    first, last = each.days or (None, None)
    return {
        "receiver": name,
        "key": key,
        "role": role,
        "machines": Figure(each.machines, key),
        "share": Figure(percent(each.machines, whole.machines), key),
        "used_again": Figure(each.used_again, f"{key}.used_again"),
        "confirmed": Figure(each.confirmed, f"{key}.confirmed"),
        "kg": Figure(each.mass.kg if each.machines else 0.0, key),
        "first": day_words(first) if first else "",
        "last": day_words(last) if last else "",
        "told": Figure(each.told, f"{key}.told"),
    }


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    fact = OutcomeFact
    parts: dict[str, list[Any]] = {
        "used_again": [fact.certainty == "confirmed", fact.tier.in_(_USED_AGAIN)],
        "confirmed": [fact.certainty == "confirmed"],
        "told": [_aftercare(query, settings)],
    }
    # An id may hold a point itself.
    key, _, part = cell.rpartition(".")
    if part not in parts:
        key, part = cell, ""
    conditions = [_RECEIVED, *parts.get(part, [])]
    if key == UNKNOWN:
        conditions.append(fact.counterpart_id.is_(None))
    elif key == OTHERS:
        conditions.append(fact.counterpart_id.in_(_ranked(_received(session, query, settings))[MOST_ROWS:]))
    elif key != ALL:
        number = session.scalar(select(Party.id).where(Party.uid == key))
        if number is None:
            return None
        conditions.append(fact.counterpart_id == number)
    return machines_where(query, settings, *conditions)


def _chart(report: Report) -> Chart | None:
    rows = [row for row in report.rows if row["key"] not in (ALL, OTHERS, UNKNOWN)][:MOST_BARS]
    if not rows:
        return None
    figures = [row["machines"] for row in rows]
    title = "Machines received"
    series = Series(title, tuple(each.value for each in figures), cells=tuple(each.cell for each in figures))
    return Chart("bars", title, tuple(row["receiver"] for row in rows), (series,))


def _panel(report: Report) -> list[Panel]:
    figure = report.rows[-1]["used_again"]
    return [
        Panel("In use with partners", figure, "machines", "were received by partners or contractors and used again")
    ]


REPORT = ReportType(
    "partners",
    "Partners and contractors",
    DEFINITION,
    (
        Column("receiver", "Who"),
        Column("role", "As"),
        Column("machines", "Received", "machines"),
        Column("share", "Share", "%"),
        Column("used_again", "Used again", "machines"),
        Column("confirmed", "Fate confirmed", "machines"),
        Column("kg", "Mass", "kg"),
        Column("first", "First"),
        Column("last", "Last"),
        Column("told", "With aftercare report", "machines"),
    ),
    _run,
    _select,
    subjects=("class_footprint", "model_footprint"),
    chart=_chart,
    panel=_panel,
    topic="Re-use",
    place=70,
)
