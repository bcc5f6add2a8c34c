"""A report as CSV, as plain data and as a table for the terminal: the same numbers on every edge."""

import csv
import io
from typing import Any

from inventory.reports._base import Figure, Report


def value_of(cell: Any) -> Any:
    """The number of a figure, or the words; None where a row has no such cell."""
    return cell.value if isinstance(cell, Figure) else cell


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
        "rows": [
            {
                key: {"value": cell.value, "cell": cell.cell} if isinstance(cell, Figure) else cell
                for key, cell in row.items()
            }
            for row in report.rows
        ],
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
        writer.writerow(["" if cell is None else cell for cell in cells] + basis)
    return out.getvalue()


def to_table(report: Report) -> str:
    """The report for a terminal: title, period, a table, definition and notes."""
    lines = [[each.label + (f" ({each.unit})" if each.unit not in ("", "machines") else "") for each in report.columns]]
    lines += [[_shown(row.get(each.key)) for each in report.columns] for row in report.rows]
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


def _shown(cell: Any) -> str:
    value = value_of(cell)
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)
