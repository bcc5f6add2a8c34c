"""How an import is to be done, as a person chose, and what became of its rows."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.register.statuses import STATUSES

from .names import CREATABLE
from .on_record import UPDATE_BY


@dataclass(frozen=True)
class Choice:
    """How an import is to be done.

    ``update_by``: column by which rows are matched to machines on record, whose changes are then recorded;
    None records new machines only. ``skip_refused``: right rows come in without the others; else all or
    none. ``create``: kinds of names (names.CREATABLE) that are made where they are new. ``source``: name of
    the system the file comes from. ``without_status``: status of rows that state none.
    """

    source: str
    update_by: str | None = None
    skip_refused: bool = False
    create: frozenset[str] = frozenset(CREATABLE)
    without_status: str | None = None

    def __post_init__(self) -> None:
        if self.update_by is not None and self.update_by not in UPDATE_BY:
            raise ValidationRefused(
                mark("Rows cannot be matched by {name}; use one of: {names}."),
                field="update_by",
                name=self.update_by,
                names=", ".join(UPDATE_BY),
            )
        if self.without_status is not None and self.without_status not in STATUSES:
            raise ValidationRefused(
                mark("There is no status {name}; use one of: {names}."),
                field="status",
                name=self.without_status,
                names=", ".join(STATUSES),
            )
        if wrong := sorted(self.create - CREATABLE.keys()):
            raise ValidationRefused(
                mark("{name} cannot be made by an import; use some of: {names}."),
                field="create",
                name=", ".join(wrong),
                names=", ".join(CREATABLE),
            )


@dataclass
class Tally:
    """What became of the rows: ``rows`` read, each counted once below; ``lines`` recorded in the ledger."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    already: int = 0
    """On record, with nothing to add."""
    differs: int = 0
    """On record with other facts, which were not asked to be updated."""
    merged: int = 0
    """The same as an earlier row of the file."""
    refused: int = 0
    noted: int = 0
    """Rows that came in and of which something was left out."""
    lines: int = 0
    made: dict[str, int] = field(default_factory=dict)
    """New departments, places, people."""
    events: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """For every edge, and to keep."""
        return {name: getattr(self, name) for name in ("rows", "new", "changed", "already", "differs", "merged")} | {
            "refused": self.refused,
            "noted": self.noted,
            "lines": self.lines,
            "made": dict(self.made),
            "events": dict(self.events),
        }
