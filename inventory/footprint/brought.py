"""What a file of factors holds once it is read, and how a table is read. Pure."""

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from inventory.errors import ValidationRefused
from inventory.reading.documents import Document
from inventory.reading.plain import text

MOST_ROWS: Final = 50_000
_NAMED: Final = 20
"""Rows of one finding that are named; the rest are counted."""


@dataclass(frozen=True)
class Brought:
    """Sets of factors as JSON objects (`factors`), and sentences about what was left out or looks wrong."""

    sets: tuple[dict[str, Any], ...]
    findings: tuple[str, ...] = ()


class Findings:
    """Faults met while reading, each kind with the rows that have it."""

    def __init__(self) -> None:
        self._rows: dict[str, list[str]] = {}

    def add(self, fault: str, row: str) -> None:
        """*row* has *fault* (a clause)."""
        self._rows.setdefault(fault, []).append(row)

    def sentences(self) -> tuple[str, ...]:
        """One sentence for each kind of fault, in the order in which they were met."""
        told = []
        for fault, rows in self._rows.items():
            more = f" and {len(rows) - _NAMED:,} more" if len(rows) > _NAMED else ""
            told.append(f"{fault} ({len(rows):,}): {'; '.join(rows[:_NAMED])}{more}.")
        return tuple(told)


@dataclass(frozen=True)
class Table:
    """A file with a header: its rows, and the lines ``# name: value`` that stood before it."""

    header: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    told: Mapping[str, str]
    decimal_comma: bool


def table_of(document: Document) -> Table | None:
    """The document as a table with commas, or with semicolons and decimal commas; None for anything else."""
    if document.text is None:
        return None
    told: dict[str, str] = {}
    lines = document.text.lstrip().split("\n")
    while lines and lines[0].startswith("#"):
        name, _, value = lines.pop(0).lstrip("# ").partition(":")
        told[name.strip().lower()] = text(value, 2_000) or ""
    if not lines:
        return None
    comma = lines[0].count(";") <= lines[0].count(",")
    try:
        read = csv.reader(io.StringIO("\n".join(lines)), delimiter="," if comma else ";")
        header = tuple(name.strip().lower() for name in next(read))
        rows: list[Mapping[str, str]] = []
        for cells in read:
            if len(rows) >= MOST_ROWS:
                raise ValidationRefused(f"The file has more than {MOST_ROWS:,} rows.", field="file")
            if any(cells):
                rows.append(dict(zip(header, (cell.strip() for cell in cells), strict=False)))
    except (csv.Error, StopIteration):
        return None
    return Table(header, tuple(rows), told, not comma)


def number(cell: str | None, *, decimal_comma: bool = False) -> float | None:
    """A cell as a finite number; None for an empty one and for what is none."""
    cell = (cell or "").replace(",", ".") if decimal_comma else cell or ""
    try:
        found = float(cell)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
