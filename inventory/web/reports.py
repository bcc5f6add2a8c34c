"""The report pages: a table with its chart, and the machines behind each number; CSV of both."""

import csv as csv_format
import io
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.lifecycle.queries import lines_of
from inventory.printing.cells import guard_formula
from inventory.publishing.frozen import UNPUBLISHED
from inventory.register.kinds import KINDS
from inventory.register.rows import AssetRow, rows_of
from inventory.register.statuses import STATUSES
from inventory.reports._base import Column, Figure, Report, members_of, report_type, reports
from inventory.reports._query import Query
from inventory.reports._render import to_csv
from inventory.web import _words as words
from inventory.web._figures import (
    answer,
    as_at_words,
    asked,
    bars_of,
    choices,
    page_address,
    query_string,
    rows_shown,
    series_of,
)
from inventory.web._finding import what_it_is
from inventory.web._shell import NavigationEntry, requires, session, settings

blueprint = Blueprint("web_reports", __name__, url_prefix="/reports")
NAVIGATION = [NavigationEntry("Reports", "web_reports.index", "bar-chart-line", 50)]
_CHUNK = 1_000
"""Machines written at a time into a file."""


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
        chart=_chart(report, query),
        as_at=as_at_words(report.as_at, query),
        choices=choices(),
        needs_period=kind.needs_period,
        receivers="partner" in kind.filters,
        groups="group" in kind.filters,
        csv_href=url_for("web_reports.csv", key=key, **query.to_args()),
        publish_href=url_for("web_publishing.publish", key=key, **query.to_args()) if key not in UNPUBLISHED else None,
        json_href=f"/api/v1/reports/{key}?{query_string(query)}",
    )


def _heading(column: Column) -> str:
    return column.label if column.unit in ("", "machines") else f"{column.label}, {column.unit}"


@blueprint.get("/<key>.csv")
@requires("view")
def csv(key: str) -> AnyResponse:
    """The report as a file."""
    return _file(to_csv(answer(key, asked())), key)


@blueprint.get("/<key>/machines/<cell>")
@requires("view")
def machines(key: str, cell: str) -> str:
    """The machines behind one figure, each with the line that made it count."""
    query = asked()
    kind = report_type(key)
    found = members_of(key, cell, session(), query, settings(), request.args.get("after", ""), settings().page_size)
    report = answer(key, query)
    return render_template(
        "reports/machines.html",
        report=report,
        label=_label(report, cell),
        total=found.total,
        noun="re-use events" if cell == "events" or report.counted_in(cell) == "events" else "machines",
        rows=[_member(row, line) for row, line in _members(found.rows)],
        as_at=as_at_words(report.as_at, query),
        definition=kind.definition,
        back=page_address("web_reports.show", query, key=key),
        csv_href=url_for("web_reports.machines_csv", key=key, cell=cell, **query.to_args()),
        first_href=url_for("web_reports.machines", key=key, cell=cell, **query.to_args())
        if request.args.get("after")
        else None,
        next_href=url_for("web_reports.machines", key=key, cell=cell, after=found.next, **query.to_args())
        if found.next
        else None,
    )


@blueprint.get("/<key>/machines/<cell>.csv")
@requires("view")
def machines_csv(key: str, cell: str) -> AnyResponse:
    """The machines behind one figure as a file, written page by page."""
    query = asked()
    # Refusals come before the first byte.
    members_of(key, cell, session(), query, settings(), "", 1)

    def lines() -> Iterator[str]:
        yield _csv_line(["tag", "kind", "manufacturer", "model", "serial", "status", "department", "counted_by",
                         "occurred_at", "recorded_at"])  # fmt: skip
        after = ""
        while True:
            page = members_of(key, cell, session(), query, settings(), after, _CHUNK)
            for row, line in _members(page.rows):
                yield _csv_line(
                    [row.tag, row.kind, row.manufacturer, row.model, row.serial, row.status, row.department_code,
                     line.kind if line else "", line.occurred_at.isoformat() if line else "",
                     line.recorded_at.isoformat() if line else ""]
                )  # fmt: skip
            if page.next is None:
                return
            after = page.next

    answered = Response(stream_with_context(lines()), mimetype="text/csv")
    answered.headers["Content-Disposition"] = f'attachment; filename="{key}-{cell}.csv"'
    return answered


def _csv_line(cells: list[Any]) -> str:
    out = io.StringIO()
    # A sheet would run a cell that begins like a formula.
    csv_format.writer(out, lineterminator="\r\n").writerow([guard_formula(str(cell or "")) for cell in cells])
    return out.getvalue()


def _members(rows: list[tuple[int, str | None]]) -> list[tuple[AssetRow, Any]]:
    by_id = {row.id: row for row in rows_of(session(), sorted({number for number, _ in rows}))}
    known = lines_of(session(), [line for _, line in rows if line])
    return [(by_id[number], known.get(line or "")) for number, line in rows if number in by_id]


def _member(row: AssetRow, line: Any) -> dict[str, Any]:
    zone = settings().zone
    return {
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


def _label(report: Report, cell: str) -> str:
    """How the table names the figure: its row, and its column where that says more."""
    for row in report.rows:
        for column in report.columns:
            each = row.get(column.key)
            if isinstance(each, Figure) and each.cell == cell:
                name = str(row.get(report.columns[0].key, ""))
                plain = column.key in ("value", "machines")
                return name if plain else f"{name}, {column.label[0].lower()}{column.label[1:]}"
    return cell


def _chart(report: Report, query: Query) -> dict[str, Any] | None:
    if report.key == "hierarchy":
        return {"kind": "hierarchy", "bars": bars_of(report, query)}
    if report.key == "trend":
        return {"kind": "trend", **series_of(report)}
    if report.key == "coverage":
        seen = [{"label": row["seen"], "value": row["machines"].value} for row in report.rows if "share" in row]
        return {"kind": "bars", "bars": seen} if any(each["value"] for each in seen) else None
    if report.key == "stock":
        bars = [
            {"label": row["status"], "value": row["machines"].value}
            for row in report.rows
            if row["key"] in STATUSES and row["machines"].value
        ]
        return {"kind": "bars", "bars": bars} if bars else None
    return None


def _file(text: str, name: str) -> Response:
    answered = Response(text, mimetype="text/csv")
    answered.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answered
