"""Turns the codes that ledger lines hold (departments, places, parties) into rows, and back."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import event, literal, select, union_all
from sqlalchemy.orm import Session

from inventory.errors import ValidationRefused
from inventory.register.models import Department, Location, Party

_COLUMNS: dict[str, tuple[Any, Any]] = {
    "department": (Department.code, Department.id),
    "location": (Location.code, Location.id),
    "party": (Party.uid, Party.id),
}
_KIND_OF = {
    "department": "department",
    "location": "location",
    "custodian": "party",
    "partner": "party",
    "facility": "party",
    "lessor": "party",
    "buyer": "party",
    "party": "party",
}
"""Which table a detail points into."""


def references_in(details: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(detail, table, code) of every reference in *details*."""
    return [(name, kind, details[name]) for name, kind in _KIND_OF.items() if name in details]


class References:
    """Codes to row numbers, asked in one statement per batch.

    What is found is remembered for the process: codes of departments and places and ids of parties are
    never given to another row (merging and erasing keep the row).
    """

    _known: dict[tuple[str, str, str], int] = {}  # noqa: RUF012 - shared on purpose

    def __init__(self, session: Session) -> None:
        self.session = session
        self.database = str(session.get_bind().engine.url)

    def load(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Learn the row numbers of (table, code) pairs; those that do not exist stay unknown."""
        missing: dict[str, set[str]] = {}
        for kind, code in wanted:
            if (self.database, kind, code) not in self._known:
                missing.setdefault(kind, set()).add(code)
        if not missing:
            return
        asked = [
            select(literal(kind), *_COLUMNS[kind]).where(_COLUMNS[kind][0].in_(sorted(codes)))
            for kind, codes in sorted(missing.items())
        ]
        for kind, code, number in self.session.connection().execute(union_all(*asked)):
            self._known[self.database, kind, code] = number

    def find(self, kind: str, code: str | None) -> int | None:
        """Row number of *code*; None for None or an unknown one."""
        return None if code is None else self._known.get((self.database, kind, code))

    def require(self, name: str, kind: str, code: str) -> int:
        """Row number of *code*, or a refusal that names the detail."""
        number = self.find(kind, code)
        if number is None:
            word = {"party": name, "department": "department", "location": "place"}[kind]
            raise ValidationRefused(f"There is no {word} {code!r} on record.", field=name)
        return number

    @classmethod
    def forget(cls) -> None:
        """Empty the memory (a database was made anew under the same address)."""
        cls._known.clear()


@event.listens_for(Session, "after_rollback")
def _unlearn(session: Session) -> None:
    # A row number learned in a transaction that never was may be given to another row.
    References.forget()
