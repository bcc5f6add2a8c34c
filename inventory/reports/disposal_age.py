"""Age at the end: how old machines were at their outcome, from the day of purchase."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, extract, func, or_, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.lifecycle.models import OutcomeFact
from inventory.reports._base import Column, Figure, Panel, Report, ReportType
from inventory.reports._charts import Chart, Series
from inventory.reports._grouped import COUNTED
from inventory.reports._masses import machines_where, percent
from inventory.reports._outcomes import filters, last_in_period
from inventory.reports._query import Query

DEFINITION: Final = (
    "For each machine its last standing outcome reached in the period, by its age in whole years from the day of "
    "purchase to the day of the outcome; for what left as waste that is the day of its collection. The last rows put "
    "the ages together as the rule of age does: under it a machine is used again inside, then donated, and above it "
    "goes to the waste contractor. A machine without a day of purchase, or with one after its outcome, has no age."
)
MEASURES: Final = {"redeployed": "Re-used internally", "donated": "Donated", "sold": "Sold", "waste": "Left as waste"}
UNKNOWN, ALL = "unknown", "all"


class Band(NamedTuple):
    """Ages from ``first`` completed months up to but not including ``end`` (None: however old)."""

    key: str
    label: str
    first: int
    end: int | None

    def holds(self, months: int) -> bool:
        """Whether an age of *months* completed months lies in it."""
        return months >= self.first and (self.end is None or months < self.end)


YEARS: Final = (
    Band("0", "Under 1 year", 0, 12),
    *(Band(str(year), f"{year} year{'s' if year > 1 else ''}", 12 * year, 12 * year + 12) for year in range(1, 10)),
    Band("10", "10 years and older", 120, None),
)


def rule_of_age(settings: Settings) -> tuple[Band, Band, Band]:
    """The three ages of the rule that the advice follows (settings ADVICE_DONATE_YEARS and ADVICE_RECYCLE_YEARS)."""
    donate = max(settings.advice_donate_years, 0)
    waste = max(settings.advice_recycle_years, donate)
    return (
        Band("rule_inside", f"Under {donate} years (the rule: use again inside)", 0, 12 * donate),
        Band("rule_donate", f"From {donate} to {waste} years (the rule: donate)", 12 * donate, 12 * waste),
        Band("rule_waste", f"{waste} years and older (the rule: the waste contractor)", 12 * waste, None),
    )


def _months() -> ColumnElement[int]:
    """Completed months from the purchase to the outcome; NULL without a day of purchase."""
    day, bought = OutcomeFact.day, OutcomeFact.purchase_date
    return (
        (extract("year", day) - extract("year", bought)) * 12
        + (extract("month", day) - extract("month", bought))
        - case((extract("day", day) < extract("day", bought), 1), else_=0)
    )


def _ages(session: Session, query: Query, settings: Settings) -> Counter[tuple[str, int | None]]:
    """Machines by measure and age in completed months (None: not known): a few hundred rows, however many machines."""
    months = _months().label("months")
    counted = (
        select(OutcomeFact.measure, months, func.count())
        .where(*last_in_period(query, settings), *filters(query), COUNTED)
        .group_by(OutcomeFact.measure, "months")
    )
    found: Counter[tuple[str, int | None]] = Counter()
    for measure, age, number in session.execute(counted):
        found[measure, None if age is None or age < 0 else int(age)] += int(number)
    return found


def median_years(ages: Iterable[tuple[int, int]]) -> float | None:
    """The median in years, to a tenth, of (completed months, machines): the age of the machine in the middle.

    Between two machines in the middle, the older one's.
    """
    ordered = sorted(ages)
    middle, passed = sum(machines for _, machines in ordered) // 2, 0
    for months, machines in ordered:
        passed += machines
        if passed > middle:
            return round(months / 12, 1)
    return None


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    found = _ages(session, query, settings)
    known = sum(number for (_, age), number in found.items() if age is not None)

    def row(label: str, key: str, wanted: Callable[[int | None], bool], *, shared: bool = False) -> dict[str, Any]:
        each = {
            name: sum(number for (measure, age), number in found.items() if measure == name and wanted(age))
            for name in MEASURES
        }
        machines = sum(each.values())
        return {
            "age": label,
            "key": key,
            **{name: Figure(number, f"{key}.{name}") for name, number in each.items()},
            "machines": Figure(machines, key),
            **({"share": Figure(percent(machines, known), key)} if shared else {}),
        }

    def aged(band: Band) -> dict[str, Any]:
        return row(band.label, band.key, lambda age: age is not None and band.holds(age), shared=True)

    rows = [aged(band) for band in YEARS]
    rows.append(row("Age not known", UNKNOWN, lambda age: age is None))
    rows.append(row("Together", ALL, lambda age: True))
    rows += [aged(band) for band in rule_of_age(settings)]
    return rows, _notes(found, known)


def _notes(found: Counter[tuple[str, int | None]], known: int) -> list[str]:
    together = [(age, number) for (_, age), number in found.items() if age is not None]
    middle = median_years(together)
    if middle is None:
        return ["No machine has a known age."]
    parts = []
    for key, label in MEASURES.items():
        own = median_years(
            (age, number) for (measure, age), number in found.items() if measure == key and age is not None
        )
        parts += [f"{label[0].lower()}{label[1:]} {own} years"] if own is not None else []
    told = f"Median age: {middle} years ({'; '.join(parts)}), of {known:,} machines whose age is known."
    return [f"{told} Shares are of these."]


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    key, _, measure = cell.partition(".")
    conditions: list[Any] = [COUNTED]
    if measure in MEASURES:
        conditions.append(OutcomeFact.measure == measure)
    elif measure:
        return None
    if key == UNKNOWN:
        conditions.append(or_(OutcomeFact.purchase_date.is_(None), _months() < 0))
    elif key != ALL:
        band = next((each for each in (*YEARS, *rule_of_age(settings)) if each.key == key), None)
        if band is None:
            return None
        last = [_months() < band.end] if band.end is not None else []
        conditions.append(and_(OutcomeFact.purchase_date.is_not(None), _months() >= band.first, *last))
    return machines_where(query, settings, *conditions)


def _chart(report: Report) -> Chart | None:
    keys = {band.key for band in YEARS}
    rows = [row for row in report.rows if row["key"] in keys]
    if not any(row["machines"].value for row in rows):
        return None
    figures = [row["machines"] for row in rows]
    title = "Machines by their age at the end"
    series = Series(title, tuple(each.value for each in figures), cells=tuple(each.cell for each in figures))
    return Chart("bars", title, tuple(row["age"] for row in rows), (series,))


def _panel(report: Report) -> list[Panel]:
    figure = next(row["share"] for row in report.rows if row["key"] == "rule_donate")
    label = next(row["age"] for row in report.rows if row["key"] == "rule_donate").partition(" (")[0]
    words = f"of machines with a known age were {label[0].lower()}{label[1:]} old at the end"
    return [Panel("Age at the end", figure, "%", words)]


REPORT = ReportType(
    "disposal_age",
    "Age at the end",
    DEFINITION,
    (
        Column("age", "Age"),
        *(Column(key, label, "machines") for key, label in MEASURES.items()),
        Column("machines", "Together", "machines"),
        Column("share", "Share", "%"),
    ),
    _run,
    _select,
    chart=_chart,
    panel=_panel,
    topic="Waste",
    place=60,
)
