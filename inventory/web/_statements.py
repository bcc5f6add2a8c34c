"""What the pages of statements share: the frozen table, the large figure, and how a difference reads."""

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, url_for

from inventory.publishing.frozen import FrozenFigure, figures_of
from inventory.publishing.models import Statement
from inventory.web._figures import shown_number


def columns_of(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The columns for the table macro; a column of units is left out where each number bears its own."""
    return [
        {
            "key": each["key"],
            "label": each["label"] if each["unit"] in ("", "machines") else f"{each['label']}, {each['unit']}",
            "numeric": bool(each["unit"]),
        }
        for each in told["columns"]
        if each["key"] != "unit"
    ]


def rows_of_report(told: Mapping[str, Any], *, linked: bool) -> list[dict[str, Any]]:
    """The rows for the table macro; *linked*: each number leads to its machines, by the pinned question."""

    units = {each["key"]: each["unit"] for each in told["columns"]}

    def shown(cell: Any, unit: str) -> Any:
        if not isinstance(cell, Mapping):
            return cell
        text = {"text": shown_number(cell["value"], unit)}
        if not (linked and cell["value"] and cell.get("cell")):
            return text
        address = url_for("web_reports.machines", key=told["report"], cell=cell["cell"], **told["query"])
        return text | {"href": address}

    return [{key: shown(row.get(key, ""), unit) for key, unit in units.items()} for row in told["rows"]]


def headline_of(statement: Statement) -> dict[str, Any] | None:
    """The figure that stands large: its number, unit and label."""
    found = figures_of(statement.content["report"]).get(statement.content["headline"] or "")
    return shown_figure(found) if found is not None else None


def shown_figure(figure: FrozenFigure) -> dict[str, Any]:
    """A figure for a page."""
    return {
        "name": figure.name,
        "label": figure.label,
        "unit": figure.unit,
        "number": shown_number(figure.value, figure.unit),
    }


def summary(statement: Statement, restated_by: Statement | None) -> dict[str, Any]:
    """A statement in a list."""
    return {
        "statement": statement,
        "content": statement.content,
        "report": statement.content["report"],
        "headline": headline_of(statement),
        "restated_by": restated_by,
    }


def public(template: str, *, status: int = 200, seconds: int = 300, **shown: Any) -> Response:
    """A page for everybody: the same whoever is signed in, so that it may be kept for *seconds* on the way."""
    page = render_template(template, current_account=None, navigation=[], **shown)
    answer = Response(page, status)
    answer.headers["Cache-Control"] = f"public, max-age={seconds}" if seconds else "no-store"
    return answer
