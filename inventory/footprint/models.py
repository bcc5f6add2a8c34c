"""The table of factor sets that were brought in; the sets that are shipped are files beside it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inventory.db import CARRIED, Base, UtcDateTime


class FactorSet(Base):
    """A set of factors, in the very shape of a shipped file (`factors.FactorSet`). Never changed once recorded."""

    __tablename__ = "factor_set"
    __table_args__ = (UniqueConstraint("key"), CARRIED)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(24))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the file it was brought in with."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
