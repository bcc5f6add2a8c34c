"""What a statement freezes, its canonical form, and how two answers of one report are compared. Pure."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from inventory.config import Settings
from inventory.lifecycle.canonical import encode

VERSION: Final = 1
"""Of the form of the content."""
NOT_FROZEN: Final = {
    "database_url": "where the database is",
    "secret_key": "a secret",
    "public_url": "an address",
    "institution": "frozen as a name of its own",
    "tag_prefix": "of new tags",
    "go_live": "of what may be recorded",
    "validation_by_another": "of who accepts a wipe",
    "audit_sample_percent": "of checks",
    "advice_donate_years": "of advice",
    "advice_recycle_years": "of advice",
    "advice_battery_percent": "of advice",
    "donation_floor": "of advice",
    "page_size": "of pages",
    "max_upload_mib": "of uploads",
    "session_hours": "of sessions",
    "demo_last_day": "of the demonstration",
    "trusted_proxies": "of the server",
    "secure_cookies": "of the server",
    "local_https": "of the server",
}
"""Settings that no figure rests on, each with what it is of; every other one is frozen with the figures."""
_PLAIN_COLUMNS: Final = ("", "Number", "Machines", "Together")
"""Columns whose name adds nothing to that of the row."""
COUNTED: Final = ("machines", "events")
"""Units whose figures are numbers of members."""


@dataclass(frozen=True, slots=True)
class FrozenFigure:
    """One number of an answer. ``name`` is the same in every answer of the report; ``cell`` opens its machines."""

    name: str
    row: str
    column: str
    unit: str
    value: float | None
    cell: str | None

    @property
    def label(self) -> str:
        """How the table names it."""
        if self.column in _PLAIN_COLUMNS:
            return self.row
        # An abbreviation keeps its capitals.
        first = self.column[:1] if self.column[1:2].isupper() else self.column[:1].lower()
        return f"{self.row}: {first}{self.column[1:]}"


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not the same in two answers; a side is None where that answer has no such figure."""

    then: FrozenFigure | None
    now: FrozenFigure | None

    @property
    def figure(self) -> FrozenFigure:
        """The figure as it was published, or the new one."""
        found = self.then or self.now
        assert found is not None  # noqa: S101 - made from one side or the other
        return found

    @property
    def by(self) -> float | None:
        """How much more it is now; None where one side has no number."""
        then = self.then.value if self.then else None
        now = self.now.value if self.now else None
        return round(now - then, 6) if then is not None and now is not None else None


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical form, hexadecimal: what a reader of the file can work out again."""
    return hashlib.sha256(encode(content)).hexdigest()


def pinned_settings(settings: Settings) -> dict[str, Any]:
    """The settings that figures rest on, as JSON values."""
    values = {each.name: getattr(settings, each.name) for each in fields(Settings) if each.name not in NOT_FROZEN}
    return {name: _as_json(value) for name, value in values.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


_READ: Final[dict[Any, Callable[[str], Any]]] = {
    date: date.fromisoformat,
    date | None: date.fromisoformat,
    Decimal: Decimal,
    Decimal | None: Decimal,
}
"""How a setting of a type that JSON has not is read again."""


def with_pinned(settings: Settings, pinned: Mapping[str, Any]) -> Settings:
    """The present *settings*, but what figures rest on as it was when they were published."""
    kinds: dict[str, Any] = {each.name: each.type for each in fields(Settings)}
    changes: dict[str, Any] = {
        name: _READ[kinds[name]](value) if value is not None and kinds[name] in _READ else value
        for name, value in pinned.items()
        if name in kinds and name not in NOT_FROZEN
    }
    return replace(settings, **changes)


def figures_of(told: Mapping[str, Any]) -> dict[str, FrozenFigure]:
    """Every number of an answer (`reports._render.to_dict`) by its name, in the order of the table."""
    columns = told["columns"]
    found: dict[str, FrozenFigure] = {}
    for row in told["rows"]:
        label = str(row.get(columns[0]["key"], ""))
        for column in columns:
            cell = row.get(column["key"])
            if not isinstance(cell, Mapping):
                continue
            own = row.get("unit")
            unit = own if isinstance(own, str) and own else column["unit"]
            name = f"{column['key']}:{cell.get('cell') or row.get('key') or label}"
            # Two rows that are called the same keep their places.
            while name in found:
                name += "+"
            found[name] = FrozenFigure(name, label, column["label"], unit, cell["value"], cell.get("cell"))
    return found


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """The figures that are not the same in two answers of one report, in the order of the first."""
    before, after = figures_of(then), figures_of(now)
    names = [*before, *(name for name in after if name not in before)]
    found = [Difference(before.get(name), after.get(name)) for name in names]
    return [each for each in found if not (each.then and each.now and each.then.value == each.now.value)]


def first_figure(told: Mapping[str, Any]) -> str | None:
    """The name of the number that stands for the whole: the sum of all where there is one, else the first."""
    found = figures_of(told)
    for name, each in found.items():
        if each.cell == "all" and each.unit in COUNTED and name.startswith(("machines:", "value:")):
            return name
    return next(iter(found), None)
