"""Reads of statements: lists newest first, what restates what, who decided what, for everybody and for the public."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from inventory.accounts.models import Account
from inventory.publishing.models import Statement, StatementAct


@dataclass(frozen=True, slots=True)
class Listed:
    """A statement in a list: who published it, and the statement that restates it, if any."""

    statement: Statement
    by: str
    restated_by: Statement | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of statements, newest first; ``next`` is the number to go on before, None on the last page."""

    rows: list[Listed]
    next: int | None


def statements(session: Session, size: int, *, before: int | None = None, public_only: bool = False) -> Listing:
    """A page of statements; for the public page *public_only*, where a restatement counts if it is public too."""
    later = aliased(Statement)
    joined = later.restates_id == Statement.id
    wanted = (
        select(Statement, Account.display_name, later)
        .join(Account, Account.id == Statement.account_id)
        .outerjoin(later, joined & later.public if public_only else joined)
        .order_by(Statement.id.desc())
        .limit(size + 1)
    )
    if before is not None:
        wanted = wanted.where(Statement.id < before)
    if public_only:
        wanted = wanted.where(Statement.public)
    rows = [Listed(*row) for row in session.execute(wanted)]
    more, rows = len(rows) > size, rows[:size]
    return Listing(rows, rows[-1].statement.id if more else None)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a statement: the one that it restates, and the one that restates it."""

    restates: Statement | None
    restated_by: Statement | None


def beside(session: Session, statement: Statement, *, public_only: bool = False) -> Beside:
    """The statements before and after *statement*; one statement of SQL."""
    wanted = select(Statement).where(
        (Statement.restates_id == statement.id) | (Statement.id == (statement.restates_id or 0))
    )
    found = [each for each in session.scalars(wanted) if each.public or not public_only]
    return Beside(
        next((each for each in found if each.id == statement.restates_id), None),
        next((each for each in found if each.restates_id == statement.id), None),
    )


def acts_of(session: Session, statement: Statement) -> Sequence[tuple[str, str, datetime]]:
    """(act, who, when) of what was decided about a statement, in order."""
    rows = session.execute(
        select(StatementAct.act, Account.display_name, StatementAct.at)
        .join(Account, Account.id == StatementAct.account_id)
        .where(StatementAct.statement_id == statement.id)
        .order_by(StatementAct.id)
    )
    return [(act, name, at) for act, name, at in rows]


def every_uid(session: Session) -> list[str]:
    """The public ids of all statements, oldest first."""
    return list(session.scalars(select(Statement.uid).order_by(Statement.id)))
