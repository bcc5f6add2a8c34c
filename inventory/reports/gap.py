"""The gap between what was retired and could be used again, and what was used again."""

from collections import Counter
from typing import Any, Final, cast

from sqlalchemy import Select, distinct, func, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.lifecycle.models import OutcomeFact
from inventory.lifecycle.waste_hierarchy import IN_HIERARCHY
from inventory.reports._base import NO_RECEIVER, Column, Figure, Panel, Report, ReportType
from inventory.reports._charts import Chart, Series
from inventory.reports._masses import Counted, machines_where, outcomes, outcomes_by_year, percent
from inventory.reports._query import Query, year_label
from inventory.reports._returns import Span, inspected, retired
from inventory.reports._years import in_year, year_of_cell, years_shown

DEFINITION: Final = (
    "Retired: machines with a standing return from use in the period, each once, by the day on which it came back. "
    "Reusable: of these the share that a setting states. Re-used: machines whose last standing outcome in the period "
    "is redeployment, donation or sale (tier 1 of Directive 2008/98/EC Art. 4). The gap is reusable less re-used; it "
    "is below zero where machines that were retired earlier were used again. What a contractor prepared for re-use "
    "was waste before and stands apart. A return from a recipient or from store, and a first use, are no retirement. "
    "Retirements and inspections are placed by the kind and department of the machine as known at the moment asked."
)
SOURCE: Final = (
    "University of Edinburgh, PC reuse, 2016: as many as three-quarters of about 3,000 PCs disposed of a year could "
    "still be used"
)
_TIER_OF: Final = {"reused": "prevention", "prepared": "preparing_for_reuse"}
_WHOLE: Final = "period"
ESTIMATED: Final = "machines, estimated"
"""Unit of what is worked out from a share and no count."""


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    years = years_shown(query, settings)
    spans = _spans(query, years, settings)
    back, looked_at, fit = Counter[str](), Counter[str](), Counter[str]()
    # The period asked about may lie across the years, so it is cut apart from them.
    for cut in ([_span(query, settings)], spans):
        back.update(_retired(session, query, settings, cut))
        for name, machines, good in _inspected(session, query, settings, cut):
            looked_at[name], fit[name] = machines, good
    used = {_WHOLE: outcomes(session, query, settings)}
    of_years = outcomes_by_year(session, query, settings, years)
    used |= {str(year): [each for each in of_years if each.year == year] for year in years}
    labels = {_WHOLE: "The period asked about"} | {str(year): year_label(year) for year in years}
    rows = [
        _row(key, label, back[key], (looked_at[key], fit[key]), used[key], settings.reusable_share_percent)
        for key, label in labels.items()
    ]
    return rows, [
        f"Usable share: {settings.reusable_share_percent} % ({SOURCE}); the setting REUSABLE_SHARE_PERCENT.",
        "By inspection: machines whose last inspection in the period advises another route than recycling (where no "
        "route was advised: that are fully working), over all that were inspected in it. It needs no stated share, and "
        "speaks of the machines that somebody looked at.",
    ]


def _row(key: str, label: str, back: int, seen: tuple[int, int], used: list[Counted], share: int) -> dict[str, Any]:
    looked_at, fit = seen
    counts = {
        name: sum(row.group.machines for row in used if row.tier == tier and row.measure in IN_HIERARCHY)
        for name, tier in _TIER_OF.items()
    }
    reusable = _share_of(back, share, 100)
    by_inspection = _share_of(back, fit, looked_at) if looked_at else None
    returned = f"{key}.retired"
    return {
        "what": label,
        "key": key,
        "retired": Figure(back, returned),
        "reusable": Figure(reusable, returned),
        "reused": Figure(counts["reused"], f"{key}.reused"),
        "gap": Figure(reusable - counts["reused"], returned if back else f"{key}.reused"),
        "met": Figure(percent(counts["reused"], reusable), f"{key}.reused"),
        "prepared": Figure(counts["prepared"], f"{key}.prepared"),
        "inspected": Figure(looked_at, f"{key}.inspected"),
        "fit": Figure(fit, f"{key}.fit"),
        "fit_share": Figure(percent(fit, looked_at), f"{key}.inspected"),
        "measured": Figure(by_inspection, returned),
        "measured_gap": Figure(
            None if by_inspection is None else by_inspection - counts["reused"],
            returned if back else f"{key}.reused",
        ),
    }


def _share_of(machines: int, part: int, whole: int) -> int:
    """The nearest whole number of machines; half a machine counts as one."""
    return (2 * machines * part + whole) // (2 * whole)


def _span(query: Query, settings: Settings) -> Span:
    return Span(_WHOLE, query.start or settings.programme_start, query.to)


def _spans(query: Query, years: range, settings: Settings) -> list[Span]:
    asked = [(year, in_year(query, year, settings)) for year in years]
    return [Span(str(year), one.start, one.to) for year, one in asked if one.start]


def _retired(session: Session, query: Query, settings: Settings, spans: list[Span]) -> dict[str, int]:
    lines = retired(session, query, settings, spans)
    counted = select(lines.c.span, func.count(distinct(lines.c.asset_id))).group_by(lines.c.span)
    return {name: int(number) for name, number in session.execute(counted)}


def _inspected(session: Session, query: Query, settings: Settings, spans: list[Span]) -> list[tuple[str, int, int]]:
    last = inspected(session, query, settings, spans)
    counted = select(last.c.span, func.count(), func.sum(last.c.fit)).group_by(last.c.span)
    return [(name, int(number), int(fit)) for name, number, fit in session.execute(counted)]


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    name, _, part = cell.partition(".")
    asked = query if name == _WHOLE else year_of_cell(name, query, settings)
    if asked is None:
        return None
    if part in _TIER_OF:
        tier = _TIER_OF[part]
        return machines_where(asked, settings, OutcomeFact.tier == tier, OutcomeFact.measure.in_(sorted(IN_HIERARCHY)))
    span = [_span(asked, settings)]
    if part == "retired":
        lines = retired(session, asked, settings, span)
        # The last return: key and machine from one line.
        place = func.row_number().over(
            partition_by=lines.c.asset_id, order_by=(lines.c.occurred_at.desc(), lines.c.sequence.desc())
        )
        ranked = select(lines.c.asset_id, lines.c.key, place.label("place")).subquery()
        return cast("Select[Any]", select(ranked.c.asset_id, ranked.c.key).where(ranked.c.place == 1))
    if part in ("inspected", "fit"):
        last = inspected(session, asked, settings, span)
        found: Any = select(last.c.asset_id, last.c.key)
        return cast("Select[Any]", found.where(last.c.fit == 1) if part == "fit" else found)
    return None


def _chart(report: Report) -> Chart | None:
    years = [row for row in report.rows if row["key"] != _WHOLE]
    lines = (("retired", "Retired"), ("reusable", "Reusable, estimated"), ("reused", "Re-used"))
    if not any(row[key].value for row in years for key, _ in lines):
        return None
    return Chart(
        "trend",
        "Machines retired, reusable and re-used, by academic year",
        tuple(row["what"] for row in years),
        tuple(
            Series(label, tuple(row[key].value for row in years), key, tuple(row[key].cell for row in years))
            for key, label in lines
        ),
    )


def _panel(report: Report) -> list[Panel]:
    words = "retired and by the stated share reusable, less those that were re-used"
    return [Panel("Reusable and not re-used", report.rows[0]["gap"], ESTIMATED, words)]


REPORT = ReportType(
    "gap",
    "Retired and not re-used",
    DEFINITION,
    (
        Column("what", "Of"),
        Column("retired", "Retired", "machines"),
        Column("reusable", "Reusable by the stated share", ESTIMATED),
        Column("reused", "Re-used (tier 1)", "machines"),
        Column("gap", "Gap", ESTIMATED),
        Column("met", "Re-used of reusable", "%"),
        Column("prepared", "Prepared for re-use by a contractor (tier 2)", "machines"),
        Column("inspected", "Inspected", "machines"),
        Column("fit", "Found fit", "machines"),
        Column("fit_share", "Found fit", "%"),
        Column("measured", "Reusable by inspection", ESTIMATED),
        Column("measured_gap", "Gap by inspection", ESTIMATED),
    ),
    _run,
    _select,
    filters=NO_RECEIVER,
    chart=_chart,
    topic="Re-use",
    place=40,
    panel=_panel,
    dear=True,
)
