"""What every report has: its answer with cells that open their machines, and its registry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.discovery import find
from inventory.errors import NotFound, ValidationRefused
from inventory.footprint.factors import FactorSet
from inventory.footprint.queries import factor_book
from inventory.register.kinds import KINDS
from inventory.register.models import Department, Party
from inventory.register.naming import ERASED
from inventory.reports._charts import Chart
from inventory.reports._query import FILTERS, UNKNOWN_DEPARTMENT, Query, year_words

RULES_VERSION: Final = 1
"""Version of the counting rules (see docs/lifecycle.md); printed on every figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number; ``cell`` names it so that it opens the machines it was counted or worked out from."""

    value: int | float | None
    cell: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``unit`` machines, events, %, kg, t, kg CO2e, t CO2e, GBP, days; empty for words.

    Only what is counted in machines or events equals the number of members behind it.
    """

    key: str
    label: str
    unit: str = ""
    heads: Callable[[str], str] | None = None
    """On paper and screen rows with the same words here stand together under a heading, which this gives."""


@dataclass(frozen=True)
class Report:
    """An answer. Rows are mappings from column key to text or `Figure`."""

    key: str
    title: str
    definition: str
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Any], ...]
    query: Query
    period: str
    as_at: datetime
    scope: str
    notes: tuple[str, ...] = ()
    version: int = RULES_VERSION
    factors: tuple[FactorSet, ...] = ()
    """The sets of factors that figures rest on."""

    def counted_in(self, cell: str) -> str:
        """What the members behind a cell are: machines, or events where a machine may stand there twice."""
        for row in self.rows:
            for column in self.columns:
                each = row.get(column.key)
                if column.unit in ("machines", "events") and isinstance(each, Figure) and each.cell == cell:
                    return column.unit
        return "machines"


TOPICS: Final = ("Re-use", "Waste", "Carbon and money", "Machines we hold", "Trust in the numbers", "Other")
"""Topics under which reports are listed, in that order."""
Runner = Callable[[Session, Query, Settings], tuple[Sequence[dict[str, Any]], Sequence[str]]]
ALL_FILTERS: Final = frozenset(FILTERS)
NO_RECEIVER: Final = ALL_FILTERS - {"partner", "contractor"}
"""Filters of a report about machines that nobody received."""
Selector = Callable[[Session, Query, Settings, str], Select[Any] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """A key figure: ``words`` say in a few words what it is of; ``unit`` as of a column."""

    label: str
    figure: Figure
    unit: str
    words: str


@dataclass(frozen=True)
class ReportType:
    """A report: one file, one of these under the name REPORT.

    ``run`` gives rows and notes; ``select`` the (asset_id, key of the counted line) behind a cell, one
    row per asset, or None for a cell that does not exist. Figures and members come from the same place.
    """

    key: str
    title: str
    definition: str
    columns: tuple[Column, ...]
    run: Runner
    select: Selector
    needs_period: bool = True
    """False: `from` has no meaning for it."""
    filters: frozenset[str] = ALL_FILTERS
    """Filters that have a meaning for it; any other is refused. Without `group` it tells of all kinds together."""
    subjects: tuple[str, ...] = ()
    """Subjects of the sets of factors that it uses."""
    chart: Callable[[Report], Chart | None] | None = None
    """The picture of an answer, where it has one."""
    topic: str = "Other"
    """Under which of TOPICS it is listed."""
    place: int = 50
    """Where it stands among those of its topic."""
    panel: Callable[[Report], Sequence[Panel]] | None = None
    """Its key figures for the dashboard."""
    erasable: Callable[[Mapping[str, Any]], bool] | None = None
    """Rows that hold people's own words: these must stay erasable, so no statement freezes such a row."""
    across: bool = False
    """Its page is printed across: its columns need the room."""
    dear: bool = False
    """It reads the lines of many machines: the dashboard works its key figures out only when somebody asks."""

    @property
    def topic_rank(self) -> int:
        """Place of its topic among all."""
        return TOPICS.index(self.topic)


def reports() -> dict[str, ReportType]:
    """Every report by key, in the order of topics and of their places there."""
    found = sorted(
        find("inventory.reports", "REPORT").values(), key=lambda each: (each.topic_rank, each.place, each.key)
    )
    return {each.key: each for each in found}


def report_type(key: str) -> ReportType:
    """The report *key*, or a refusal that names those there are."""
    found = reports().get(key)
    if found is None:
        raise NotFound(f"There is no report {key[:40]!r}; there are {', '.join(sorted(reports()))}.")
    return found


def run(key: str, session: Session, query: Query, settings: Settings) -> Report:
    """Answer *query* with the report *key*: the one function behind page, API, terminal and files."""
    kind = report_type(key)
    query = checked_query(kind, session, query, settings)
    now = datetime.now(UTC)
    rows, notes = kind.run(session, query, settings)
    book = factor_book(session, query.as_at, query.factors) if kind.subjects else None
    first = query.start or settings.programme_start
    last = query.to or (query.as_at or now).astimezone(settings.zone).date()
    return Report(
        kind.key,
        kind.title,
        kind.definition,
        kind.columns,
        tuple(rows),
        query,
        _period(kind, query, settings),
        query.as_at or now,
        _scope(session, query, kind),
        tuple(notes),
        factors=tuple(found for each in kind.subjects if book and (found := book.fitting(each, first, last))),
    )


def checked_query(kind: ReportType, session: Session, query: Query, settings: Settings) -> Query:
    """The query with its days, or a refusal of what has no meaning for the report or is not on record."""
    query = query.within(settings)
    if wrong := sorted(query.asked - kind.filters):
        raise ValidationRefused(f"The report {kind.title!r} cannot be asked by {wrong[0]}.", field=wrong[0])
    _check_department(session, query)
    if query.partner:
        query = replace(query, partner=_party(session, "partner", "partner", query.partner))
    if query.contractor:
        query = replace(query, contractor=_party(session, "contractor", "facility", query.contractor))
    known = {each.key for each in factor_book(session, None, query.factors).everything} if query.factors else set()
    if unknown := [key for key in query.factors if key not in known]:
        raise ValidationRefused(f"There is no set of factors {unknown[0]!r}.", field="factors")
    return query


def _party(session: Session, name: str, role: str, given: str) -> str:
    """The uid of the one party of *role* with that uid or that very name."""
    found = session.scalars(
        select(Party.uid).where(Party.role == role, or_(Party.uid == given, Party.name == given)).limit(2)
    ).all()
    if not found:
        raise ValidationRefused(f"There is no {name} {given!r}.", field=name)
    if len(found) > 1:
        raise ValidationRefused(f"Two {name}s are called {given!r}; name it by its id.", field=name)
    return found[0]


def _check_department(session: Session, query: Query) -> None:
    if query.department and query.department != UNKNOWN_DEPARTMENT:
        known = session.scalar(select(func.count()).select_from(Department).where(Department.code == query.department))
        if not known:
            raise ValidationRefused(f"There is no department {query.department!r}.", field="department")


def day_words(day: date) -> str:
    """``31 Jul 2017``."""
    return f"{day.day} {day:%b %Y}"


def _period(kind: ReportType, query: Query, settings: Settings) -> str:
    if query.year is not None:
        return year_words(query.year, query.span)
    last = f"to {day_words(query.to)}" if query.to else "to today"
    if not kind.needs_period:
        return "As it stands" if query.to is None else f"As it stood on {day_words(query.to)}"
    first = query.start or settings.programme_start
    return f"From {day_words(first)} {last}"


_GROUP_WORDS: Final = {"computer": "Computers", "peripheral": "Peripherals", "unknown": "Kind unknown"}


def _scope(session: Session, query: Query, kind: ReportType) -> str:
    kinds = ", ".join(KINDS[key].label.lower() for key in query.kind)
    words = kinds or (_GROUP_WORDS[query.group] if "group" in kind.filters else "Computers and peripherals")
    place = {"": "all departments", "-": "no department known"}.get(query.department, f"department {query.department}")
    receivers = [uid for uid in (query.partner, query.contractor) if uid]
    asked = select(Party.uid, Party.name).where(Party.uid.in_(receivers))
    names = {row.uid: row.name for row in session.execute(asked)} if receivers else {}
    received = "".join(f"; received by {names[uid] or ERASED}" for uid in receivers)
    return f"{words[0].upper()}{words[1:]}; {place}{received}"


@dataclass(frozen=True, slots=True)
class Members:
    """A page of the machines behind a figure: (asset number, key of the counted line or None), and how many in all.

    ``next`` asks for the following page; None on the last.
    """

    rows: list[tuple[int, str | None]]
    total: int
    next: str | None


def members_of(
    key: str, cell: str, session: Session, query: Query, settings: Settings, after: str = "", size: int = 50
) -> Members:
    """The machines behind a cell, in the order of their numbers, from the cursor *after*."""
    kind = report_type(key)
    query = checked_query(kind, session, query, settings)
    statement = kind.select(session, query, settings, cell)
    if statement is None:
        raise NotFound(f"The report {key} has no figure {cell[:60]!r}.")
    inner = statement.subquery()
    total = int(session.scalar(select(func.count()).select_from(inner)) or 0)
    line = func.coalesce(inner.c.key, "")
    page = select(inner.c.asset_id, inner.c.key).order_by(inner.c.asset_id, line).limit(size + 1)
    if after:
        number, known = _cursor(after)
        page = page.where(or_(inner.c.asset_id > number, and_(inner.c.asset_id == number, line > known)))
    rows = [(number, line) for number, line in session.execute(page)]
    more = len(rows) > size
    rows = rows[:size]
    return Members(rows, total, f"{rows[-1][0]}.{rows[-1][1] or ''}" if more else None)


def _cursor(text: str) -> tuple[int, str]:
    number, _, line = text.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise ValidationRefused("This page of the list cannot be found; start again from the first.", field="after")
    return int(number), line[:80].replace("\x00", "")
