"""The key figures of every report that has some: a page of its own, which the dashboard fetches once it stands."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request

from inventory.reports._base import Report, ReportType, report_type, reports
from inventory.reports._query import Query, year_words
from inventory.web._figures import answer, asked, cell_address, page_address, plain, shown_number, year_with_outcomes
from inventory.web._shell import requires

blueprint = Blueprint("web_key_figures", __name__)


@blueprint.get("/key-figures")
@requires("view")
def index() -> str:
    """The key figures of the year that is asked for; with `part` only their list, with `only` those of one report."""
    query = replace(asked(), start=None, to=None)
    query = replace(query, year=year_with_outcomes(query)) if query.year is None else query
    part, only = "part" in request.args, request.args.get("only", "")
    groups: dict[str, list[dict[str, Any]]] = {}
    for kind in [report_type(only)] if only else reports().values():
        if kind.panel is None:
            continue
        question = (query if kind.needs_period else plain(query)).only_by(kind.filters)
        if part and kind.dear and not only:
            groups.setdefault(kind.topic, []).append(_later(kind, question, query))
            continue
        found = answer(kind.key, question)
        groups.setdefault(kind.topic, []).extend(_panels(found, question, kind.panel(found)))
    page = "dashboard/_key_figures.html" if part else "dashboard/key_figures.html"
    return render_template(page, part=part, groups=groups, year=year_words(query.year or 0, query.span), query=query)


def _later(kind: ReportType, question: Query, query: Query) -> dict[str, Any]:
    """A figure that is worked out when somebody asks for it: it reads the lines of many machines."""
    return {
        "label": kind.title,
        "later": page_address("web_key_figures.index", query, part="1", only=kind.key),
        "report_href": page_address("web_reports.show", question, key=kind.key),
    }


def _panels(report: Report, query: Query, panels: Any) -> list[dict[str, Any]]:
    return [
        {
            "label": each.label,
            "value": shown_number(each.figure.value, each.unit),
            "unit": each.unit,
            "words": each.words,
            "href": cell_address(report.key, query, each.figure.cell)
            if each.figure.cell and each.figure.value
            else None,
            "report": report.title,
            "report_href": page_address("web_reports.show", query, key=report.key),
        }
        for each in panels
    ]
