"""The table of receipts: one row for every scan that ever came in, whatever became of it."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.db import CARRIED, Base, UtcDateTime
from inventory.register.models import BigKey

TO_SETTLE: Final = "to_settle"
"""Outcome of a scan that a person must look at; the only receipts that keep what else was said."""
_WAITS = text(f"outcome = '{TO_SETTLE}'")


class Scan(Base):
    """The receipt of one scan. ``key`` is the client's, so that a scan sent again is answered as before."""

    __tablename__ = "scan"
    __table_args__ = (
        Index("ix_scan_waiting", "account_id", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_scan_waiting_owner", "owner", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
        CARRIED,
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    number: Mapped[int | None] = mapped_column(BigInteger)
    """Counts up on the device."""
    device: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    """Who brought it, and answers for it."""
    owner: Mapped[str] = mapped_column(String(32))
    """Opaque id of whoever scanned; another than the account's where somebody imported a device's queue."""
    action: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(300))
    event: Mapped[str | None] = mapped_column(String(32))
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the scan said of the event, while it waits to be settled; then forgotten."""
    undoes: Mapped[str | None] = mapped_column(String(80), index=True)
    list: Mapped[str | None] = mapped_column(String(64))
    scanned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """By the device's clock; None for the mark that a scan which never came was taken back."""
    offset_ms: Mapped[int | None] = mapped_column(BigInteger)
    """Server's clock minus the device's, as the device last measured it."""
    clock_off_ms: Mapped[int | None] = mapped_column(BigInteger)
    """How far the device's clock was from ours when it sent this, if that was worth telling."""
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(16))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)
    tag: Mapped[str] = mapped_column(String(64))
    headline: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(String(400))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    reason: Mapped[str | None] = mapped_column(String(255))
    """Why it was set aside."""
