"""Tables of imports: jobs with what was asked and what came of it, and saved column mappings."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inventory.db import Base, UtcDateTime


class ImportJob(Base):
    """A file that somebody brought, and its way into the register. The file lies in the instance folder."""

    __tablename__ = "import_job"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: uuid4().hex)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    """As it was called where it came from; shown, never opened by that name."""
    sha256: Mapped[str] = mapped_column(String(64))
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Format, mapping, options and choice (see asking.Asked)."""
    state: Mapped[str] = mapped_column(String(12))
    """uploaded, checking, checked, running, done, refused or failed."""
    tally: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What became of the rows at the last check or run."""
    message: Mapped[str | None] = mapped_column(String(2000))
    """Why it failed or was refused, in a sentence."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SavedMapping(Base):
    """What the columns of one kind of file mean, under a name, for everybody who imports."""

    __tablename__ = "saved_mapping"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
