"""Pages of what the register refers to: departments as a tree, places, and people and organisations."""

from collections.abc import Iterable

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from inventory.db import Page, holds, keyset_page
from inventory.register.models import Asset, Department, Location, Party


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
