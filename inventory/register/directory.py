"""Departments, places and parties: lists for programs and for pages, paged by key; adding so that twice is once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from inventory.db import Page, holds, keyset_page
from inventory.errors import KeyConflict
from inventory.register.models import Asset, Department, Location, Party
from inventory.register.service import add_department, add_location, add_party


@dataclass(slots=True)
class DepartmentRow:
    """A department; ``parent``: code of the one above."""

    code: str
    name: str
    parent: str | None


@dataclass(slots=True)
class LocationRow:
    """A place, largest part first; ``label``: the same in words."""

    code: str
    site: str | None
    building: str | None
    room: str | None
    label: str


@dataclass(slots=True)
class PartyRow:
    """A person or an organisation; ``erased``: name and contact were forgotten."""

    uid: str
    role: str
    name: str
    erased: bool


def departments(session: Session, text: str = "", after: str = "", size: int = 50) -> list[DepartmentRow]:
    """At most *size* departments whose code is above *after*, by code; one statement."""
    above = aliased(Department)
    statement = (
        select(Department.code, Department.name, above.code)
        .outerjoin(above, above.id == Department.parent_id)
        .where(Department.code > after, *_holding(text, Department.code, Department.name))
        .order_by(Department.code)
        .limit(size)
    )
    return [DepartmentRow(*row) for row in session.execute(statement)]


def locations(session: Session, text: str = "", after: str = "", size: int = 50) -> list[LocationRow]:
    """At most *size* places whose code is above *after*, by code; one statement."""
    words = _holding(text, Location.code, Location.site, Location.building, Location.room)
    statement = select(Location).where(Location.code > after, *words).order_by(Location.code).limit(size)
    return [_location(each) for each in session.scalars(statement)]


def parties(
    session: Session, text: str = "", role: str | None = None, after: str = "", size: int = 50
) -> list[PartyRow]:
    """At most *size* parties (of *role*, if given) whose id is above *after*, by id; one statement."""
    statement = select(Party).where(Party.uid > after, *_holding(text, Party.uid, Party.name))
    if role is not None:
        statement = statement.where(Party.role == role)
    return [_party(each) for each in session.scalars(statement.order_by(Party.uid).limit(size))]


def _holding(text: str, *columns: Any) -> list[Any]:
    return [or_(*(holds(column, text) for column in columns))] if text else []


def _location(each: Location) -> LocationRow:
    return LocationRow(each.code, each.site, each.building, each.room, each.label)


def _party(each: Party) -> PartyRow:
    return PartyRow(each.uid, each.role, each.name, each.erased_at is not None)


def _tidy(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def ensure_department(session: Session, code: str, name: str, parent: str | None) -> tuple[DepartmentRow, bool]:
    """The department, and whether it was made now; one of that code that says something else is refused."""
    asked = DepartmentRow(_tidy(code) or "", _tidy(name) or "", _tidy(parent))
    above = aliased(Department)
    known = session.execute(
        select(Department.code, Department.name, above.code)
        .outerjoin(above, above.id == Department.parent_id)
        .where(Department.code == asked.code)
    ).first()
    if known is not None:
        return _same(DepartmentRow(*known), asked), False
    add_department(session, asked.code, asked.name, asked.parent)
    return asked, True


def ensure_location(
    session: Session, code: str, site: str | None, building: str | None, room: str | None
) -> tuple[LocationRow, bool]:
    """The place, and whether it was made now; one of that code that says something else is refused."""
    code = _tidy(code) or ""
    asked = _location(Location(code=code, site=_tidy(site), building=_tidy(building), room=_tidy(room)))
    known = session.scalar(select(Location).where(Location.code == code))
    if known is not None:
        return _same(_location(known), asked), False
    return _location(add_location(session, code, site, building, room)), True


def ensure_party(session: Session, uid: str, role: str, name: str, contact: str | None) -> tuple[PartyRow, bool]:
    """The party, and whether it was made now; one of that id that says something else is refused."""
    known = session.scalar(select(Party).where(Party.uid == uid))
    if known is None:
        return _party(add_party(session, role, name, contact, uid)), True
    if (known.role, known.name, known.contact) != (role, _tidy(name), _tidy(contact)):
        raise _taken(f"the id {uid}", "uid")
    return _party(known), False


def uid_of_key(key: str) -> str:
    """The id of a party that a client knows only by its own key: the same key always gives the same id."""
    return uuid5(NAMESPACE_OID, f"party:{key}").hex


def _same(known: Any, asked: Any) -> Any:
    if known != asked:
        raise _taken(f"the code {known.code}", "code")
    return known


def _taken(what: str, field: str) -> KeyConflict:
    return KeyConflict(f"There is another record with {what} already. Nothing was changed.", field=field)


def list_departments(
    session: Session, size: int, *, q: str = "", after: str | None = None, before: str | None = None
) -> Page[Department]:
    """Departments in the order of the tree, each under the one it hangs under."""
    statement = select(Department)
    if q:
        statement = statement.where(or_(holds(Department.code, q), holds(Department.name, q)))
    return keyset_page(session, statement, [Department.path, Department.id], size, after=after, before=before)


def list_locations(
    session: Session, size: int, *, q: str = "", after: str | None = None, before: str | None = None
) -> Page[Location]:
    """Places by code."""
    statement = select(Location)
    if q:
        parts = (Location.code, Location.site, Location.building, Location.room)
        statement = statement.where(or_(*(holds(part, q) for part in parts)))
    return keyset_page(session, statement, [Location.code], size, after=after, before=before)


def list_parties(
    session: Session,
    size: int,
    *,
    role: str = "",
    q: str = "",
    after: str | None = None,
    before: str | None = None,
) -> Page[Party]:
    """People and organisations by name, of one *role* if given."""
    statement = select(Party)
    if role:
        statement = statement.where(Party.role == role)
    if q:
        statement = statement.where(holds(Party.name, q))
    return keyset_page(session, statement, [Party.name, Party.id], size, after=after, before=before)


def machines_at(session: Session, column: str, numbers: Iterable[int]) -> dict[int, int]:
    """How many machines name each of these rows now; *column* is department, location or custodian."""
    key = {"department": Asset.department_id, "location": Asset.location_id, "custodian": Asset.custodian_id}[column]
    wanted = sorted(numbers)
    if not wanted:
        return {}
    counted = select(key, func.count()).where(key.in_(wanted), Asset.status != "withdrawn").group_by(key)
    return {int(number): count for number, count in session.execute(counted) if number is not None}
