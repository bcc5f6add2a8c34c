"""The report pages: what is asked, a table with its chart, and the machines behind each number."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register.kinds import KINDS
from inventory.register.rows import AssetRow
from inventory.register.statuses import STATUSES
from inventory.reports._base import Column, Figure, Report, members_of, report_type, reports
from inventory.reports._files import FORMATS
from inventory.reports._pictures import NARROW, draw
from inventory.reports._query import Query
from inventory.web import _words as words
from inventory.web._behind import lines_of_members, name_of_figure, shows_mass, weights_shown
from inventory.web._figures import (
    answer,
    as_at_words,
    asked,
    cell_address,
    choices,
    heading_rows,
    page_address,
    rows_shown,
)
from inventory.web._finding import what_it_is
from inventory.web._shell import NavigationEntry, requires, session, settings

blueprint = Blueprint("web_reports", __name__, url_prefix="/reports")
NAVIGATION = [NavigationEntry("Reports", "web_reports.index", "bar-chart-line", 50)]


@blueprint.get("/")
@requires("view")
def index() -> str:
    """Every report, with what it counts."""
    return render_template("reports/index.html", reports=list(reports().values()))


@blueprint.get("/<key>")
@requires("view")
def show(key: str) -> str:
    """One report."""
    kind = report_type(key)
    query = asked()
    report = answer(key, query)
    chart = kind.chart(report) if kind.chart else None
    return render_template(
        "reports/report.html",
        report=report,
        query=query,
        columns=[
            {"key": each.key, "label": _heading(each), "numeric": bool(each.unit)}
            for each in report.columns
            if each.key != "unit" or report.key != "headline"
        ],
        rows=rows_shown(report, query),
        headings=heading_rows(key),
        across=kind.across,
        pictures=[("wide", draw(chart)), ("narrow", draw(chart, NARROW))] if chart else [],
        hrefs=_figure_addresses(report, query),
        as_at=as_at_words(report.as_at, query),
        choices=choices(),
        needs_period=kind.needs_period,
        filters=kind.filters,
        files=[(each.label, _file(key, each.key, query)) for each in FORMATS.values()],
        svg_href=url_for("web_report_files.picture", key=key, **query.to_args()) if chart else None,
        publish_href=url_for("web_publishing.publish", key=key, **query.to_args()),
    )


def _file(key: str, ext: str, query: Query) -> str:
    return url_for("web_report_files.report", key=key, ext=ext, **query.to_args())


def _figure_addresses(report: Report, query: Query) -> dict[str, str]:
    """The machines behind each figure that has some."""
    return {
        cell.cell: cell_address(report.key, query, cell.cell)
        for row in report.rows
        for cell in row.values()
        if isinstance(cell, Figure) and cell.cell and cell.value
    }


def _heading(column: Column) -> str:
    return column.label if column.unit in ("", "machines") else f"{column.label}, {column.unit}"


@blueprint.get("/<key>/machines/<cell>")
@requires("view")
def machines(key: str, cell: str) -> str:
    """The machines behind one figure, each with the line that made it count."""
    query = asked()
    kind = report_type(key)
    found = members_of(key, cell, session(), query, settings(), request.args.get("after", ""), settings().page_size)
    report = answer(key, query)
    members = lines_of_members(found.rows)
    return render_template(
        "reports/machines.html",
        report=report,
        label=name_of_figure(report, cell),
        total=found.total,
        noun="re-use events" if cell == "events" or report.counted_in(cell) == "events" else "machines",
        rows=[_member(row, line) for row, line in members],
        weights=weights_shown(found.rows, query) if shows_mass(report) else None,
        as_at=as_at_words(report.as_at, query),
        definition=kind.definition,
        back=page_address("web_reports.show", query, key=key),
        files=[
            (FORMATS[ext].label, url_for(f"web_report_files.machines_{ext}", key=key, cell=cell, **query.to_args()))
            for ext in ("csv", "xlsx")
        ],
        first_href=url_for("web_reports.machines", key=key, cell=cell, **query.to_args())
        if request.args.get("after")
        else None,
        next_href=url_for("web_reports.machines", key=key, cell=cell, after=found.next, **query.to_args())
        if found.next
        else None,
    )


def _member(row: AssetRow, line: Any) -> dict[str, Any]:
    zone = settings().zone
    return {
        "number": row.id,
        "tag": row.tag,
        "href": url_for("web_machines.machine", tag=row.tag) + (f"#line-{line.sequence}" if line else ""),
        "what": what_it_is(row.kind, row.manufacturer, row.model),
        "kind": KINDS[row.kind].label,
        "status": STATUSES[row.status],
        "department": row.department,
        "line": EVENT_TYPES[line.kind].label if line else None,
        "when": words.happened(line, zone) if line else words.day(row.status_since, zone),
        "recorded": words.recorded_later(line, zone) if line else None,
        "replaces": bool(line and line.replaces),
    }
