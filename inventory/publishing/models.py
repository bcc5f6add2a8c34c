"""Tables of published statements, of what was decided about them, of the public page and of wall screens."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, LargeBinary, String, Text, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from inventory.db import CARRIED, Base, UtcDateTime


class Statement(Base):
    """Figures as they were published; never changed. What was decided about them later stands in `StatementAct`.

    ``content`` holds everything that is frozen (see `frozen`), ``digest`` its SHA-256 in the canonical form.
    """

    __tablename__ = "statement"
    __table_args__ = CARRIED

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    """The client's own key: the same request twice is one statement."""
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    as_at: Mapped[datetime] = mapped_column(UtcDateTime)
    restates_id: Mapped[int | None] = mapped_column(ForeignKey("statement.id"), unique=True)
    """A statement is restated once; its restatement may be restated in turn."""
    public: Mapped[bool] = mapped_column(Boolean, index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_because: Mapped[str | None] = mapped_column(Text)


DECIDED = frozenset({"public", "withdrawn_at", "withdrawn_because"})
"""Columns of a statement that an act may move; every other is as it was published."""


class StatementAct(Base):
    """Who decided what about a statement, and when: made public, taken off the public page, withdrawn."""

    __tablename__ = "statement_act"
    __table_args__ = CARRIED

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    act: Mapped[str] = mapped_column(String(16))
    """public, private or withdrawn."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PublicPage(Base):
    """One row for each time that the public page was switched on or off; the last is in force."""

    __tablename__ = "public_page"
    __table_args__ = CARRIED

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    shown: Mapped[bool] = mapped_column(Boolean)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class WallKey(Base):
    """A secret address for a screen in a corridor; only its digest is kept."""

    __tablename__ = "wall_key"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    label: Mapped[str] = mapped_column(String(80))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)


@event.listens_for(Statement, "before_update")
def _keep_what_was_published(mapper: Mapper[Any], connection: Any, statement: Statement) -> None:
    moved = {each.key for each in inspect(statement).attrs if each.history.has_changes()}
    if forbidden := sorted(moved - DECIDED):
        raise RuntimeError(f"A published statement is never changed; this would change {', '.join(forbidden)}.")


@event.listens_for(Statement, "before_delete")
def _keep_every_statement(mapper: Mapper[Any], connection: Any, statement: Statement) -> None:
    raise RuntimeError("A published statement is never deleted; withdraw it.")
