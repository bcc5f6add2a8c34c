"""Names for the codes that ledger lines hold, and codes for the names that people type."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from inventory.db import holds, storable
from inventory.register.models import Department, Location, Party

ERASED = "(name erased)"
_CODE_AT_END = re.compile(r"\[([^\[\]]{1,64})\]\s*$")


@dataclass(frozen=True, slots=True)
class Named:
    """A department, place or party: the code that the ledger holds, and its name for people."""

    code: str
    label: str

    @property
    def choice(self) -> str:
        """What a form shows and takes back: the name, with the code that tells two of one name apart."""
        return f"{self.label} [{self.code}]"


def names_of(session: Session, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(table, code) -> name, in one statement; *table* is department, location or party."""
    codes: dict[str, set[str]] = {}
    for kind, code in wanted:
        codes.setdefault(kind, set()).add(code)
    parts: list[Any] = []
    nothing = cast(null(), String)
    if found := codes.get("department"):
        parts.append(
            select(literal("department"), Department.code, Department.name, nothing, nothing).where(
                Department.code.in_(found)
            )
        )
    if found := codes.get("location"):
        parts.append(
            select(literal("location"), Location.code, Location.site, Location.building, Location.room).where(
                Location.code.in_(found)
            )
        )
    if found := codes.get("party"):
        parts.append(select(literal("party"), Party.uid, Party.name, nothing, nothing).where(Party.uid.in_(found)))
    if not parts:
        return {}
    names = {}
    for kind, code, *words in session.execute(union_all(*parts)):
        names[kind, code] = ", ".join(word for word in words if word) or (ERASED if kind == "party" else code)
    return names


def search_named(session: Session, kind: str, role: str | None, text: str, limit: int = 20) -> list[Named]:
    """Departments, places or parties (of *role*, if given) whose name or code holds *text*, by name."""
    text = text.strip()
    if kind == "department":
        rows = session.execute(
            select(Department.code, Department.name)
            .where(_any_holds(text, Department.code, Department.name))
            .order_by(Department.name)
            .limit(limit)
        )
        return [Named(code, name) for code, name in rows]
    if kind == "location":
        places = session.scalars(
            select(Location)
            .where(_any_holds(text, Location.code, Location.site, Location.building, Location.room, _place()))
            .order_by(Location.site, Location.building, Location.room)
            .limit(limit)
        )
        return [Named(place.code, place.label) for place in places]
    parties = select(Party.uid, Party.name).where(Party.erased_at.is_(None), _any_holds(text, Party.name))
    if role is not None:
        parties = parties.where(Party.role == role)
    return [Named(uid, name) for uid, name in session.execute(parties.order_by(Party.name).limit(limit))]


def find_named(session: Session, kind: str, role: str | None, text: str) -> list[Named]:
    """What *text* may name: the one with that code, else those with that very name, else all that hold it."""
    text = text.strip()
    if not storable(text):
        return []  # No name on record has a character that cannot be stored.
    match = _CODE_AT_END.search(text)
    code = match[1] if match else text
    for candidate in (code, code.upper()):
        if (found := names_of(session, [(kind, candidate)]).get((kind, candidate))) is not None:
            return [Named(candidate, found)]
    near = search_named(session, kind, role, text)
    exact = [each for each in near if each.label.casefold() == text.casefold()]
    return exact or near


def _any_holds(text: str, *columns: Any) -> Any:
    return or_(*(holds(column, text) for column in columns))


def _place() -> Any:
    parts = (Location.site, Location.building, Location.room)
    site, building, room = (func.coalesce(part, "") for part in parts)
    return site + ", " + building + ", " + room
