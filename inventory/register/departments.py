"""The tree of departments: what lies below one, now or as it was at a moment, and how it changes."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from inventory.errors import NotFound, RuleRefused, ValidationRefused
from inventory.register.models import Department, DepartmentPast
from inventory.register.texts import checked_text


def tree(as_at: datetime | None = None) -> Any:
    """Every department (columns id, code, name, parent_id, path) now, or as it was at a moment: a subquery."""
    now = Department
    if as_at is None:
        return select(now.id, now.code, now.name, now.parent_id, now.path).subquery()
    past = DepartmentPast
    next_ = (
        select(past.department_id, func.min(past.id).label("id"))
        .where(past.until > as_at)
        .group_by(past.department_id)
        .subquery()
    )
    return (
        select(
            now.id,
            now.code,
            func.coalesce(past.name, now.name).label("name"),
            case((past.id.is_(None), now.parent_id), else_=past.parent_id).label("parent_id"),
            func.coalesce(past.path, now.path).label("path"),
        )
        .outerjoin(next_, next_.c.department_id == now.id)
        .outerjoin(past, past.id == next_.c.id)
        .subquery()
    )


def subtree(code: str, as_at: datetime | None = None) -> Any:
    """Numbers of the department *code* and all below it, now or as it was at a moment."""
    if as_at is None:
        path = select(Department.path).where(Department.code == code).scalar_subquery()
        return select(Department.id).where(
            Department.path >= path, func.substr(Department.path, 1, func.length(path)) == path
        )
    top, each = tree(as_at), tree(as_at)
    under = func.substr(each.c.path, 1, func.length(top.c.path)) == top.c.path
    return select(each.c.id).join(top, and_(top.c.code == code, under))


def rename_department(session: Session, code: str, name: str, now: datetime | None = None) -> Department:
    """Another name from *now* on; the code stays, since the ledger holds it."""
    found = _find(session, code, "code")
    name = checked_text(name, "name", 255) or ""
    if name != found.name:
        _keep(session, [found], now)
        found.name = name
        session.flush()
    return found


def move_department(session: Session, code: str, parent: str | None, now: datetime | None = None) -> Department:
    """Hang the department, with all below it, under another one from *now* on."""
    found = _find(session, code, "code")
    above = _find(session, parent, "parent") if parent else None
    if above is not None and above.path.startswith(found.path):
        raise RuleRefused("A department cannot hang under itself.", field="parent")
    old, new = found.path, f"{above.path if above else '/'}{code}/"
    if new == old:
        return found
    moved = session.scalars(select(Department).where(Department.path.startswith(old, autoescape=True))).all()
    if max(len(each.path) for each in moved) - len(old) + len(new) > 512:
        raise ValidationRefused("The department lies too deep in the tree.", field="parent")
    _keep(session, moved, now)
    found.parent_id = above.id if above else None
    for each in moved:
        each.path = new + each.path[len(old) :]
    session.flush()
    return found


def _find(session: Session, code: str, field: str) -> Department:
    found = session.scalar(select(Department).where(Department.code == code))
    if found is None:
        raise NotFound(f"There is no department {code[:64]!r}.", field=field)
    return found


def _keep(session: Session, departments: Any, now: datetime | None) -> None:
    """Note what *departments* were until now."""
    until = now or datetime.now(UTC)
    session.add_all(
        DepartmentPast(department_id=each.id, name=each.name, parent_id=each.parent_id, path=each.path, until=until)
        for each in departments
    )
    session.flush()
