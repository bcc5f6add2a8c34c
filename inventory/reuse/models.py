"""Tables of requests: what somebody asks for, and who changed that, line by line."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.db import CARRIED, Base, UtcDateTime


class ReuseRequest(Base):
    """A request for machines that are used again, by a department or by a partner.

    ``contact`` and ``note`` may name people: they can be erased, and stand nowhere else. What serves the
    request is read from the ledger: reservations name its ``uid``.
    """

    __tablename__ = "reuse_request"
    __table_args__ = (
        CheckConstraint("(department_id IS NULL) <> (party_id IS NULL)", name="one_asks"),
        CheckConstraint("number > 0", name="wants_some"),
        Index("ix_reuse_request_state", "state", "id"),
        CARRIED,
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    """The client's key of the form that opened it."""
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    contact: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When contact and note were erased, the last time."""
    kinds: Mapped[list[str]] = mapped_column(JSON)
    """Kinds of asset, any of which will do."""
    number: Mapped[int] = mapped_column(Integer)
    least: Mapped[str | None] = mapped_column(String(500))
    """The least that a machine must be, in words."""
    asked_on: Mapped[date] = mapped_column(Date)
    needed_by: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    reason: Mapped[str | None] = mapped_column(String(500))
    """Why it was closed or withdrawn."""


class ReuseRequestChange(Base):
    """One line of a request's history: who did what, and what it asked for from then on. Only ever added."""

    __tablename__ = "reuse_request_change"
    __table_args__ = CARRIED

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("reuse_request.id"), index=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    """The client's key of the form."""
    action: Mapped[str] = mapped_column(String(16))
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the request says after it, without contact and note, which can be erased; of these only their names."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
