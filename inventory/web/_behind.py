"""The machines behind a figure: the line that counted each, and its mass with its source; for page and files."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from inventory.footprint.mass import Group, mass_of
from inventory.footprint.queries import factor_book
from inventory.lifecycle.models import OutcomeFact
from inventory.lifecycle.queries import lines_of
from inventory.register.model_keys import model_key
from inventory.register.rows import AssetRow, rows_of
from inventory.reports._base import Figure, Report
from inventory.reports._outcomes import known_at
from inventory.reports._query import Query
from inventory.web._shell import session

MASS_UNITS = frozenset({"kg", "t", "kg CO2e", "t CO2e"})
"""Units of figures that rest on the mass or the model of each machine."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A machine's mass in kg, and where it comes from; None where no source has one."""

    kg: float | None
    source: str

    @property
    def words(self) -> str:
        """``1.62 kg``."""
        return "unknown" if self.kg is None else f"{self.kg:,.2f} kg"


def lines_of_members(rows: list[tuple[int, str | None]]) -> list[tuple[AssetRow, Any]]:
    """Each machine with the line that made it count (None where its status did), in the order of *rows*."""
    by_id = {row.id: row for row in rows_of(session(), sorted({number for number, _ in rows}))}
    known = lines_of(session(), [line for _, line in rows if line])
    return [(by_id[number], known.get(line or "")) for number, line in rows if number in by_id]


def shows_mass(report: Report) -> bool:
    """Whether figures of the report rest on the mass of machines."""
    return any(each.unit in MASS_UNITS for each in report.columns)


def weights(members: list[tuple[AssetRow, Any]], query: Query) -> list[Weight]:
    """The mass of each machine as the figures took it: as known to the counted line, else as it is on record."""
    book = factor_book(session(), query.as_at, query.factors)
    keys = [line.key for _, line in members if line]
    asked = select(OutcomeFact.key, OutcomeFact.kind, OutcomeFact.model_key, OutcomeFact.mass_g)
    facts = {row.key: row for row in session().execute(asked.where(OutcomeFact.key.in_(keys), known_at(query)))}
    found = []
    for row, line in members:
        fact = facts.get(line.key) if line else None
        kind, model, grams = (
            (fact.kind, fact.model_key, fact.mass_g)
            if fact
            else (row.kind, model_key(row.manufacturer, row.model), row.mass_g)
        )
        mass = mass_of(Group(kind, model, 1, int(grams is not None), grams or 0), book)
        source = (
            "weighed" if mass.measured else "of the model" if mass.by_model else "median of its class"
        ) if mass.known else ""  # fmt: skip
        found.append(Weight(mass.grams / 1000 if mass.known else None, source))
    return found


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
