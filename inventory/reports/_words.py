"""How figures and what they rest on are written in words: the same in every file and on every page."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final
from urllib.parse import urlencode

from inventory import __version__
from inventory.reports._base import Figure, Report, day_words


@dataclass(frozen=True, slots=True)
class About:
    """Whose report it is: institution, its time zone, and the address of the page that asks it again (or empty)."""

    institution: str
    zone: tzinfo
    address: str = ""


def address_of(base: str, report: Report) -> str:
    """The page below *base* (empty: none is known) that asks the report again."""
    query = urlencode(report.query.to_args(), doseq=True)
    return f"{base.rstrip('/')}/reports/{report.key}{'?' if query else ''}{query}" if base else ""


def value_of(cell: Any) -> Any:
    """The number of a figure, or the words; None where a row has no such cell."""
    return cell.value if isinstance(cell, Figure) else cell


DECIMALS: Final = {"%": 1, "kg": 1, "t": 3, "kg CO2e": 1, "t CO2e": 3, "GBP": 2}
"""Decimals that a number of a unit shows at least, so that those of a column stand beneath each other."""


def number_words(value: float, unit: str = "") -> str:
    """``1,234`` or ``1,234.50``: a number as people read it, with all of its digits and those of its unit."""
    least = DECIMALS.get(unit, 0)
    whole = f"{value:,}"
    return whole if len(whole.partition(".")[2]) >= max(least, 1) else f"{value:,.{least}f}"


def cell_words(cell: Any, unit: str = "") -> str:
    """A cell as text: numbers with commas, days as ``31 Jul 2017``, nothing where nothing is known."""
    value = value_of(cell)
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return number_words(value, unit)
    return day_words(value) if isinstance(value, date) else str(value)


def moment_words(moment: datetime, zone: tzinfo) -> str:
    """``29 Nov 2026, 17:05 GMT``."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def as_at_words(report: Report, about: About) -> str:
    """The moment up to which lines were on record, in the institution's time."""
    return f"As at {moment_words(report.as_at, about.zone)}"


def basis(report: Report, about: About) -> list[tuple[str, str]]:
    """What a reader must know of a report beside its figures, as (label, words)."""
    asked = [
        (f"Asked: {name.replace('_', ' ')}", ", ".join(given) if isinstance(given, list) else str(given))
        for name, given in report.query.to_args().items()
    ]
    return [
        ("Title", report.title),
        ("Institution", about.institution),
        ("Definition", report.definition),
        *(("Note", note) for note in report.notes),
        ("Period", report.period),
        ("Scope", report.scope),
        *(asked or [("Asked", "Everything")]),
        ("As at", moment_words(report.as_at, about.zone)),
        ("As at, UTC", report.as_at.isoformat()),
        ("Counting rules", f"Version {report.version}"),
        *(("Factors", each.words) for each in report.factors),
        *(("Notice", each.notice) for each in report.factors if each.notice),
        ("Software version", __version__),
        *([("Ask again at", about.address)] if about.address else []),
    ]
