"""Tables of the ledger, and of the projections that are moved in the same transaction."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from inventory.db import Base, UtcDateTime
from inventory.register.models import BigKey


class LifecycleEvent(Base):
    """One line of the ledger. Never edited, never deleted; ``key`` is its name for ever."""

    __tablename__ = "lifecycle_event"
    __table_args__ = (
        UniqueConstraint("asset_id", "sequence"),
        Index("ix_lifecycle_event_kind", "kind", "occurred_at"),
        Index(
            "ix_lifecycle_event_voids",
            "voids",
            sqlite_where=text("voids IS NOT NULL"),
            postgresql_where=text("voids IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    sequence: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    precision: Mapped[str] = mapped_column(String(8))
    """day or instant."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    personal_digest: Mapped[str | None] = mapped_column(String(64))
    voids: Mapped[str | None] = mapped_column(ForeignKey("lifecycle_event.key"))
    replaces: Mapped[str | None] = mapped_column(ForeignKey("lifecycle_event.key"))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    status_after: Mapped[str] = mapped_column(String(32))
    """Status of the asset once this line was recorded; what `as_at` reads."""


class EventPersonal(Base):
    """Free text of a line, erasable: the line keeps only its salted digest."""

    __tablename__ = "event_personal"

    event_key: Mapped[str] = mapped_column(ForeignKey("lifecycle_event.key"), primary_key=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OutcomeFact(Base):
    """An outcome as it was known from ``recorded_from`` until ``recorded_until`` (NULL: still).

    Everything a figure needs stands in the row, so that a past figure can be asked again.
    """

    __tablename__ = "outcome"
    __table_args__ = (
        Index(
            "ix_outcome_current_year",
            "year",
            "tier",
            "certainty",
            "measure",
            "kind",
            "department_id",
            sqlite_where=text("recorded_until IS NULL"),
            postgresql_where=text("recorded_until IS NULL"),
        ),
        Index("ix_outcome_day", "day", "asset_id"),
        Index("ix_outcome_asset", "asset_id", "key"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    key: Mapped[str] = mapped_column(String(80))
    measure: Mapped[str] = mapped_column(String(16))
    fate: Mapped[str | None] = mapped_column(String(32))
    tier: Mapped[str] = mapped_column(String(24))
    """Key of the tier; empty for losses and unknown fates."""
    certainty: Mapped[str] = mapped_column(String(12))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    day: Mapped[date] = mapped_column(Date)
    """Day of ``occurred_at`` in the institution's time zone."""
    year: Mapped[int] = mapped_column(Integer)
    """Calendar year in which the academic year of ``day`` began."""
    rank: Mapped[int] = mapped_column(Integer)
    """0 for the first outcome of the asset, 1 for the second, ..."""
    latest_in_year: Mapped[bool] = mapped_column(Boolean)
    department_id: Mapped[int] = mapped_column(Integer)
    """0: not known."""
    counterpart_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    mass_g: Mapped[int | None] = mapped_column(Integer)
    model_key: Mapped[str | None] = mapped_column(String(160))
    """Manufacturer and model in the form in which they compare equal; NULL: not known."""
    purchase_date: Mapped[date | None] = mapped_column(Date)
    older: Mapped[bool] = mapped_column(Boolean)
    evidence: Mapped[str | None] = mapped_column(String(255))
    confirmed_by: Mapped[str | None] = mapped_column(String(80))
    recorded_from: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Tally(Base):
    """Counts moved in the write transaction. ``figure``: outcome, extended, headline, headline_all, seen or stock.

    Columns that a figure does not use hold their neutral value, since they are the key. ``kind`` is the
    kind of asset (outcome, extended) or its group (the others). ``headline_all`` is the sum of
    ``headline`` over all days.
    """

    __tablename__ = "tally"

    figure: Mapped[str] = mapped_column(String(12), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    measure: Mapped[str] = mapped_column(String(32), primary_key=True)
    tier: Mapped[str] = mapped_column(String(24), primary_key=True)
    certainty: Mapped[str] = mapped_column(String(12), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    department_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    older: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    machines: Mapped[int] = mapped_column(BigInteger)
    weighed: Mapped[int] = mapped_column(BigInteger)
    """How many of them have a measured mass."""
    mass_g: Mapped[int] = mapped_column(BigInteger)


class ProjectionBasis(Base):
    """The settings that stored counts were made with; other settings are counted live until a rebuild."""

    __tablename__ = "projection_basis"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(80))
