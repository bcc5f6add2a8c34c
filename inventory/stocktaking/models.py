"""Tables of counts: the count, its machines with what was expected and seen, every scan, tags nobody knew."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inventory.db import CARRIED, Base, UtcDateTime
from inventory.register.models import BigKey


class StockTake(Base):
    """A count. ``code`` is what its control barcode carries; ``version`` rises with whatever a review rests on."""

    __tablename__ = "stock_take"
    __table_args__ = CARRIED

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: uuid4().hex)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    """The client's key of the form that started it."""
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(String(16))
    scope: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the expected list was made from, as it was asked."""
    scope_words: Mapped[str] = mapped_column(String(500))
    place: Mapped[str | None] = mapped_column(String(64))
    """Code of the counted room; None where the count is of more than one."""
    state: Mapped[str] = mapped_column(String(16), index=True)
    expected: Mapped[int] = mapped_column(Integer)
    """Machines on the list as it was frozen."""
    version: Mapped[int] = mapped_column(Integer, default=0)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was abandoned."""
    recorded: Mapped[dict[str, int] | None] = mapped_column(JSON)
    """Lines that its confirmation added to the ledger, by kind of event."""


class StockTakeMachine(Base):
    """A machine of a count: expected, seen, or both. Which group it is in follows from these two alone."""

    __tablename__ = "stock_take_machine"
    __table_args__ = (
        Index("ix_stock_take_machine_group", "stock_take_id", "expected", "tag", "asset_id"),
        CARRIED,
    )

    stock_take_id: Mapped[int] = mapped_column(ForeignKey("stock_take.id"), primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True, index=True)
    tag: Mapped[str] = mapped_column(String(64))
    expected: Mapped[bool] = mapped_column(Boolean)
    place: Mapped[str | None] = mapped_column(String(64))
    """Code of the place where the register had it when it came into the count."""
    status: Mapped[str] = mapped_column(String(32))
    """Its status at that moment."""
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Time of the earliest scan that stands."""
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    seen_place: Mapped[str | None] = mapped_column(String(64))
    decision: Mapped[str | None] = mapped_column(String(8))
    """What a person chose for it: report, move, back or leave."""
    outcome: Mapped[str | None] = mapped_column(String(12))
    """recorded or refused, once the count was confirmed; None: nothing was asked of the ledger."""
    event: Mapped[str | None] = mapped_column(String(32))
    refusal: Mapped[str | None] = mapped_column(Text)


class StockTakeScan(Base):
    """One scan of a count, stored once by its key; what it found never changes what came before."""

    __tablename__ = "stock_take_scan"
    __table_args__ = (Index("ix_stock_take_scan_asset", "stock_take_id", "asset_id"), CARRIED)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    stock_take_id: Mapped[int] = mapped_column(ForeignKey("stock_take.id"))
    key: Mapped[str] = mapped_column(String(80), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    device: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(String(300))
    """The tag or identifier in what was read, in comparison form."""
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)
    place: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(12))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StockTakeUnknown(Base):
    """A text that led to no one machine when it was scanned, and what a person made of it."""

    __tablename__ = "stock_take_unknown"
    __table_args__ = (UniqueConstraint("stock_take_id", "text"), CARRIED)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    stock_take_id: Mapped[int] = mapped_column(ForeignKey("stock_take.id"))
    text: Mapped[str] = mapped_column(String(300))
    ambiguous: Mapped[bool] = mapped_column(Boolean)
    scans: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_by: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str] = mapped_column(String(8))
    """open, machine or ignored."""
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
