"""A report as CSV, as plain data and as a table for the terminal: the same numbers on every edge."""

import csv
import io
from datetime import date
from typing import Any

from inventory.printing.cells import guard_formula
from inventory.reports._base import Figure, Report
from inventory.reports._words import About, cell_words, value_of


def _json(cell: Any) -> Any:
    if isinstance(cell, Figure):
        return {"value": cell.value, "cell": cell.cell}
    return cell.isoformat() if isinstance(cell, date) else cell


def to_dict(report: Report) -> dict[str, Any]:
    """The report as JSON values; a counted cell as ``{"value": ..., "cell": ...}``."""
    return {
        "report": report.key,
        "title": report.title,
        "definition": report.definition,
        "rules_version": report.version,
        "period": report.period,
        "as_at": report.as_at.isoformat(),
        "scope": report.scope,
        "query": report.query.to_args(),
        "columns": [{"key": each.key, "label": each.label, "unit": each.unit} for each in report.columns],
        "rows": [{key: _json(cell) for key, cell in row.items()} for row in report.rows],
        "notes": list(report.notes),
        "factors": [{name: getattr(each, name) for name in _CITED} for each in report.factors],
    }


_CITED = ("key", "title", "version", "source", "licence", "published", "notice")
"""What is told of a set of factors."""


def to_csv(report: Report) -> str:
    """One line per row; what the numbers rest on stands in the last columns, so that a line alone tells it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    labels = [f"{each.label} ({each.unit})" if each.unit else each.label for each in report.columns]
    writer.writerow([*labels, "period", "scope", "as_at", "rules_version"])
    basis = [report.period, report.scope, report.as_at.isoformat(), report.version]
    for row in report.rows:
        cells = [value_of(row.get(each.key)) for each in report.columns]
        writer.writerow(["" if cell is None else _guarded(cell) for cell in cells] + basis)
    return out.getvalue()


def _guarded(cell: Any) -> Any:
    # A sheet would run words that begin like a formula.
    return guard_formula(cell) if isinstance(cell, str) else cell


def csv_file(report: Report, about: About) -> bytes:
    """The CSV as the bytes of a file."""
    return to_csv(report).encode()


def to_table(report: Report) -> str:
    """The report for a terminal: title, period, a table, definition and notes."""
    lines = [[each.label + (f" ({each.unit})" if each.unit not in ("", "machines") else "") for each in report.columns]]
    lines += [[cell_words(row.get(each.key), each.unit) for each in report.columns] for row in report.rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(report.columns))]
    numeric = [bool(each.unit) for each in report.columns]
    table = [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    ]
    table.insert(1, "  ".join("-" * width for width in widths))
    moment = f"{report.as_at:%-d %b %Y %H:%M} UTC"
    head = [report.title, f"{report.period}. {report.scope}. As at {moment}. Counting rules {report.version}."]
    cited = [f"Factors: {each.words}" for each in report.factors]
    return "\n".join([*head, "", *table, "", report.definition, *report.notes, *cited])
