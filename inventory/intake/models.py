"""The table of hardware reports: every one that came in, its bytes, what was read in it and where it stands."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from inventory.db import CARRIED, Base, UtcDateTime
from inventory.register.models import BigKey

RECORDED: Final = "recorded"
ASKED: Final = "asked"
REFUSED: Final = "refused"
NOTHING_NEW: Final = "nothing_new"
SET_ASIDE: Final = "set_aside"
STANDINGS: Final = {
    RECORDED: "Recorded",
    ASKED: "A person is asked",
    REFUSED: "Could not be read",
    NOTHING_NEW: "Nothing new",
    SET_ASIDE: "Set aside",
}
"""Where a report may stand, and how it is told."""
_WAITS = text(f"standing = '{ASKED}'")


class HardwareReport(Base):
    """A report as it came, known by the hash of its bytes: the same bytes again are the same report."""

    __tablename__ = "hardware_report"
    __table_args__ = (
        Index("ix_hardware_report_waiting", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_hardware_report_asset", "asset_id", "id"),
        CARRIED,
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the bytes as they came, in hexadecimal."""
    name: Mapped[str] = mapped_column(String(255))
    """Name of the file; what it came under first."""
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    """The bytes, compressed with zlib."""
    size: Mapped[int] = mapped_column(Integer)
    """Bytes before compression."""
    reader: Mapped[str] = mapped_column(String(40))
    reader_version: Mapped[int] = mapped_column(Integer)
    found: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the reader found (see stored.py); None where it could not read the report."""
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the report says that it was made; None where it does not say, or names a time still to come."""
    lists_drives: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether it names every drive of its machine, so that a later word than an older such report counts."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    standing: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text)
    """What became of it, in a sentence."""
    question: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    """What a person is asked (see questions.py), in the order of asking; None when nothing is open."""
    answers: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    """What was answered so far: id of the item, answer, opaque id of who answered, and when."""
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
