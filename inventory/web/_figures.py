"""What the dashboard and the report pages share: the question in the address, and the address of a figure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import func, select

from inventory.lifecycle.models import OutcomeFact
from inventory.lifecycle.waste_hierarchy import TIERS
from inventory.register.kinds import KINDS
from inventory.register.models import Department, Party
from inventory.reports._base import Figure, Report, reports, run
from inventory.reports._query import SPANS, Query, current_year, read_query, year_label
from inventory.reports._words import cell_words, number_words
from inventory.web._shell import session, settings

GROUP_LABELS = {"computer": "Computers", "peripheral": "Peripherals", "unknown": "Kind unknown"}
_MOST_DEPARTMENTS = 1_000


def asked() -> Query:
    """The question that the address asks."""
    return read_query(request.args, settings())


def answer(key: str, query: Query) -> Report:
    """The report *key*."""
    return run(key, session(), query, settings())


def page_address(endpoint: str, query: Query, **more: Any) -> str:
    """An address that asks *query* of a page."""
    return url_for(endpoint, **query.to_args(), **more)


def cell_address(key: str, query: Query, cell: str) -> str:
    """The page of the machines behind a figure."""
    return url_for("web_reports.machines", key=key, cell=cell, **query.to_args())


def shown_cell(key: str, query: Query, cell: Any, unit: str = "") -> Any:
    """A cell for the table macro: its number, linked to its machines where there are any."""
    if not isinstance(cell, Figure):
        return cell_words(cell, unit)
    if cell.value is None:
        return {"text": "–"}
    text = cell_words(cell, unit)
    return {"text": text, "href": cell_address(key, query, cell.cell)} if cell.cell and cell.value else {"text": text}


def shown_number(value: Any, unit: str = "") -> str:
    """A number with its thousands apart and the decimals of its unit; a dash where nothing is known."""
    return "–" if value is None else number_words(value, unit)


def heading_rows(key: str) -> dict[str, Any]:
    """For the table macro: the column of the report *key* whose words stand as headings over its rows, if one does."""
    kind = reports().get(key)
    column = next((each for each in kind.columns if each.heads), None) if kind else None
    return {"by": column.key, "words": column.heads} if column else {}


def departments() -> list[tuple[str, str]]:
    """Codes and indented names, as a tree."""
    rows = session().execute(
        select(Department.code, Department.name, Department.path).order_by(Department.path).limit(_MOST_DEPARTMENTS)
    )
    return [(code, "\u2003" * (path.count("/") - 2) + name) for code, name, path in rows]


@dataclass(frozen=True)
class Choices:
    """What a filter form offers."""

    years: list[tuple[str, list[tuple[str, str]]]]
    """Kinds of year, each with its years; the first, without a name, is no single year."""
    departments: list[tuple[str, str]]
    groups: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    partners: list[tuple[str, str]]
    contractors: list[tuple[str, str]]


def choices(*, whole: str | None = "Whole period", spans: Sequence[str] = tuple(SPANS)) -> Choices:
    """The form's lists; *whole* names the choice of no single year (None: there is none)."""
    first = current_year(settings(), settings().programme_start)
    years = [
        (
            f"{span.capitalize()} years",
            [_year_choice(year, span) for year in range(current_year(settings()) + 1, first - 1, -1)],
        )
        for span in spans
    ]
    return Choices(
        ([("", [("", whole)])] if whole else []) + years,
        [("", "All departments"), *departments(), ("-", "Not known")],
        list(GROUP_LABELS.items()),
        [("", "All of these")] + [(key, row.label) for key, row in KINDS.items()],
        [("", "All partners"), *_parties("partner")],
        [("", "All contractors"), *_parties("facility")],
    )


def _year_choice(year: int, span: str) -> tuple[str, str]:
    label = year_label(year, span)
    return label, label.removeprefix(SPANS[span])


def _parties(role: str) -> list[tuple[str, str]]:
    rows = session().execute(
        select(Party.uid, Party.name).where(Party.role == role, Party.erased_at.is_(None)).order_by(Party.name)
        .limit(_MOST_DEPARTMENTS)
    )  # fmt: skip
    return [(uid, name) for uid, name in rows]


def year_with_outcomes(query: Query) -> int:
    """The year asked for; else the last that has an outcome, else the present one."""
    if query.academic_year is not None:
        return query.academic_year
    last = session().scalar(select(func.max(OutcomeFact.year)).where(OutcomeFact.recorded_until.is_(None)))
    present = current_year(settings())
    return min(present, last) if last is not None else present


def as_at_words(moment: datetime, query: Query) -> str:
    """As at which moment the figures stand, and what that means."""
    local = moment.astimezone(settings().zone)
    words = f"As at {local.day} {local:%b %Y, %H:%M}"
    return words if query.as_at is None else f"{words}: what was on record then"


def query_string(query: Query) -> str:
    """The parameters as they stand behind the question mark."""
    return urlencode(query.to_args(), doseq=True)


def plain(query: Query) -> Query:
    """The query without its period, for figures that have none of it."""
    return replace(query, year=None, span="academic", start=None, to=None)


def figures_of(report: Report) -> dict[str, Any]:
    """Every number of a report by its cell."""
    return {
        cell.cell: cell.value
        for row in report.rows
        for cell in row.values()
        if isinstance(cell, Figure) and cell.cell is not None
    }


def bars_of(report: Report, query: Query) -> list[dict[str, Any]]:
    """The five tiers of the hierarchy report, for the chart."""
    return [
        {
            "key": row["key"],
            "label": row["tier"],
            "confirmed": row["confirmed"].value,
            "expected": row["expected"].value,
            "kg": row["kg"].value,
            "estimated": row["estimated"].value,
            "share": None if row["share"].value is None else row["share"].value / 100,
            "older": row["older"].value,
            "href": cell_address("hierarchy", query, row["key"]) if row["machines"].value else None,
        }
        for row in report.rows
        if row["key"] in TIERS
    ]


def series_of(report: Report) -> dict[str, Any]:
    """The trend report's lines, for the chart."""
    return {
        # Ten whole years do not fit beside each other on half a page.
        "labels": [row["year"][2:] for row in report.rows],
        "series": [
            {"name": name, "values": [row[key].value for row in report.rows]}
            for key, name in (("all", "All outcomes"), ("prevention", "Prevention"), ("recycling", "Recycling"))
        ],
    }


def rows_shown(report: Report, query: Query) -> list[dict[str, Any]]:
    """The report's rows for the table macro."""
    return [
        {each.key: shown_cell(report.key, query, row.get(each.key, ""), each.unit) for each in report.columns}
        for row in report.rows
    ]
