"""The machines behind a figure: the line that counted each, and its mass with its source; for page and files."""

from typing import Any

from inventory.lifecycle.queries import lines_of
from inventory.register.rows import AssetRow, rows_of
from inventory.reports._base import Figure, Report
from inventory.reports._query import Query
from inventory.reports._weighing import weights_of
from inventory.web._shell import session

MASS_UNITS = frozenset({"kg", "t", "kg CO2e", "t CO2e"})
"""Units of figures that rest on the mass or the model of each machine."""


SOURCES = {"measured": "weighed", "model": "of the model", "class": "median of its class", "unknown": ""}
"""Where a mass comes from, in words."""


def lines_of_members(rows: list[tuple[int, str | None]]) -> list[tuple[AssetRow, Any]]:
    """Each machine with the line that made it count (None where its status did), in the order of *rows*."""
    by_id = {row.id: row for row in rows_of(session(), sorted({number for number, _ in rows}))}
    known = lines_of(session(), [line for _, line in rows if line])
    return [(by_id[number], known.get(line or "")) for number, line in rows if number in by_id]


def shows_mass(report: Report) -> bool:
    """Whether figures of the report rest on the mass of machines."""
    return any(each.unit in MASS_UNITS for each in report.columns)


def weights_shown(rows: list[tuple[int, str | None]], query: Query) -> dict[int, dict[str, str]]:
    """The mass of each machine in words with its source, by number."""
    return {
        number: {
            "words": "unknown" if weight.grams is None else f"{weight.grams / 1000:,.2f} kg",
            "source": SOURCES[weight.source],
        }
        for number, weight in weights_of(session(), query, rows).items()
    }


def name_of_figure(report: Report, cell: str) -> str:
    """How the table names the figure: its row, and its column where that says more."""
    for row in report.rows:
        for column in report.columns:
            each = row.get(column.key)
            if isinstance(each, Figure) and each.cell == cell:
                name = str(row.get(report.columns[0].key, ""))
                plain = column.key in ("value", "machines")
                return name if plain else f"{name}, {column.label[0].lower()}{column.label[1:]}"
    return cell
