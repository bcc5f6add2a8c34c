"""The dashboard: the headline with its definition, the hierarchy of a year, ten years, stock, what needs a person."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template

from inventory.lifecycle.queries import recent_activity
from inventory.register.statuses import ON_SITE, STATUSES
from inventory.reports._base import Report
from inventory.reports._query import Query, year_label
from inventory.web._figures import (
    answer,
    as_at_words,
    asked,
    bars_of,
    cell_address,
    choices,
    figures_of,
    page_address,
    plain,
    rows_shown,
    series_of,
    year_with_outcomes,
)
from inventory.web._shell import NavigationEntry, requires, session, settings

blueprint = Blueprint("web_dashboard", __name__)
NAVIGATION = [NavigationEntry("Dashboard", "web_dashboard.index", "house", 5)]

_ATTENTION = (
    ("returned.ageing", "returned and not inspected"),
    ("ready_for_reuse.ageing", "ready for re-use without a taker"),
    ("reserved.ageing", "reserved and not handed over"),
    ("awaiting_collection.ageing", "declared waste and still here"),
    ("on_hold.ageing", "on hold"),
    ("missing", "missing"),
)
"""Cells of the stock report that ask for a person, and in what words."""


@blueprint.get("/")
@requires("view")
def index() -> str:
    """The dashboard; department, kinds, year and as-at stand in the address."""
    # Stock has no receiver, and the years of the trend are academic: the dashboard asks neither.
    query = replace(asked(), start=None, to=None, partner="", contractor="")
    whole = plain(query)
    year = replace(query, year=year_with_outcomes(query), span="academic")
    headline, hierarchy, trend = answer("headline", whole), answer("hierarchy", year), answer("trend", year)
    # As at a past moment the stock is a replay of the whole ledger: its own page takes that time, not this one.
    stock = answer("stock", whole) if query.as_at is None else None
    coverage = answer("coverage", whole) if query.as_at is None else None
    gap = answer("stock", replace(whole, group="unknown", kind=())) if stock and query.group == "computer" else None
    return render_template(
        "dashboard/index.html",
        query=year,
        figures=figures_of(headline),
        definition=headline.definition,
        links={cell: cell_address("headline", whole, cell) for cell in figures_of(headline)},
        as_at=as_at_words(headline.as_at, query),
        scope=headline.scope,
        start=settings().programme_start,
        year=year_label(year.year or 0),
        bars=bars_of(hierarchy, year),
        hierarchy=hierarchy,
        hierarchy_rows=rows_shown(hierarchy, year),
        trend=trend,
        trend_rows=rows_shown(trend, year),
        series=series_of(trend),
        stock=stock,
        stock_rows=rows_shown(_still_ours(stock), whole) if stock else [],
        coverage=coverage,
        coverage_bars=_coverage_bars(coverage, whole) if coverage else [],
        attention=_attention(stock, gap, whole, figures_of(headline)),
        activity=recent_activity(session()),
        statuses=STATUSES,
        choices=choices(whole=None, spans=("academic",)),
        report_links={key: page_address("web_reports.show", year, key=key) for key in ("hierarchy", "trend")}
        | {key: page_address("web_reports.show", whole, key=key) for key in ("headline", "stock", "coverage")},
        key_figures_href=page_address("web_key_figures.index", year),
        key_figures_part=page_address("web_key_figures.index", year, part=1),
        csv_href=page_address("web_report_files.report", year, key="hierarchy", ext="csv"),
    )


def _still_ours(stock: Report) -> Report:
    """The stock report without what has left for good, and without statuses in which no machine stands."""
    shown = ON_SITE | {"missing", "on_site"}
    return replace(stock, rows=tuple(row for row in stock.rows if row["key"] in shown and row["machines"].value))


def _coverage_bars(coverage: Report, query: Query) -> list[dict[str, Any]]:
    """Machines on site by the age of their last sighting, for the chart; without the sum."""
    return [
        {
            "label": row["seen"],
            "value": row["machines"].value,
            "href": cell_address("coverage", query, row["key"]) if row["machines"].value else None,
            "note": f"{row['share'].value:.0f} %" if row["share"].value else "",
        }
        for row in coverage.rows
        if "share" in row
    ]


def _attention(
    stock: Report | None, gap: Report | None, query: Query, headline: dict[str, Any]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if stock is not None:
        counts = figures_of(stock)
        days = settings().ageing_days
        for cell, words in _ATTENTION:
            ageing = f", for more than {days} days" if cell.endswith(".ageing") else ""
            found.append({"number": counts[cell], "words": words + ageing, "href": cell_address("stock", query, cell)})
        found.append(
            {
                "number": counts["with_contractor"],
                "words": "left as waste, fate not confirmed by the contractor",
                "href": cell_address("stock", query, "with_contractor"),
            }
        )
    if gap is not None:
        unknown = replace(query, group="unknown", kind=())
        found.append(
            {
                "number": figures_of(gap)["all"],
                "words": "of unknown kind: in no figure until it is known",
                "href": cell_address("stock", unknown, "all"),
            }
        )
    found.append(
        {
            "number": headline["older"],
            "words": "counted from older records only",
            "href": cell_address("headline", query, "older"),
        }
    )
    return [each for each in found if each["number"]]
