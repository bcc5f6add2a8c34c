"""The key figures of every report that has some: a page of its own, which the dashboard fetches once it stands."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request

from inventory.reports._base import Report, reports
from inventory.reports._query import Query, year_words
from inventory.web._figures import answer, asked, cell_address, page_address, plain, shown_number, year_with_outcomes
from inventory.web._shell import requires

blueprint = Blueprint("web_key_figures", __name__)


@blueprint.get("/key-figures")
@requires("view")
def index() -> str:
    """The key figures of the year that is asked for; with `part` only their list."""
    query = replace(asked(), start=None, to=None)
    query = replace(query, year=year_with_outcomes(query)) if query.year is None else query
    part = "part" in request.args
    groups: dict[str, list[dict[str, Any]]] = {}
    for kind in reports().values():
        if kind.panel is None or (part and kind.dear):
            continue
        question = (query if kind.needs_period else plain(query)).only_by(kind.filters)
        found = answer(kind.key, question)
        groups.setdefault(kind.topic, []).extend(_panels(found, question, kind.panel(found)))
    page = "dashboard/_key_figures.html" if part else "dashboard/key_figures.html"
    return render_template(page, part=part, groups=groups, year=year_words(query.year or 0, query.span), query=query)


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
