"""Tables of evidence: reports as they came, one record per drive and run, certificates, independent checks."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from inventory.db import CARRIED, Base, UtcDateTime
from inventory.register.models import BigKey


class ErasureReport(Base):
    """A report as it came: a tool's log, a contractor's certificate, or a form that somebody filled in here."""

    __tablename__ = "erasure_report"
    __table_args__ = (UniqueConstraint("sha256"), UniqueConstraint("uid"), CARRIED)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the bytes as they came, in hexadecimal."""
    name: Mapped[str] = mapped_column(String(255))
    format: Mapped[str] = mapped_column(String(40))
    """Key of the reader; certificate or statement for what a person entered."""
    reader_version: Mapped[int] = mapped_column(Integer)
    tool: Mapped[str] = mapped_column(String(120))
    tool_version: Mapped[str | None] = mapped_column(String(60))
    host: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the report says of the machine it ran in: serial, asset_tag, uuid, manufacturer, model, technician."""
    notes: Mapped[list[str]] = mapped_column(JSON)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """The bytes, compressed (zlib)."""
    size: Mapped[int] = mapped_column(Integer)
    """Bytes before compression."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ErasureRecord(Base):
    """One run on one drive, as a report tells it, what the register makes of it, and who vouches for it."""

    __tablename__ = "erasure_record"
    __table_args__ = (
        UniqueConstraint("report_id", "number"),
        UniqueConstraint("uid"),
        Index("ix_erasure_record_standing", "standing", "id"),
        Index("ix_erasure_record_asset_id", "asset_id", "id"),
        CARRIED,
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32))
    report_id: Mapped[int] = mapped_column(ForeignKey("erasure_report.id"))
    number: Mapped[int] = mapped_column(Integer)
    """Place in its report, from 0."""
    part_uid: Mapped[str | None] = mapped_column(String(64), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    property_no: Mapped[str | None] = mapped_column(String(64))
    """Tag of that machine when the record was matched: the source of the medium."""
    serial: Mapped[str | None] = mapped_column(String(128))
    serial_key: Mapped[str | None] = mapped_column(String(128), index=True)
    manufacturer: Mapped[str | None] = mapped_column(String(255))
    model: Mapped[str | None] = mapped_column(String(255))
    medium: Mapped[str | None] = mapped_column(String(16))
    capacity_bytes: Mapped[int | None] = mapped_column(BigInteger)
    interface: Mapped[str | None] = mapped_column(String(40))
    confidentiality_before: Mapped[str | None] = mapped_column(String(60))
    method: Mapped[str] = mapped_column(String(8))
    """clear, purge, destroy or none: the level it may be credited with."""
    technique: Mapped[str | None] = mapped_column(String(40))
    pattern: Mapped[str | None] = mapped_column(String(255))
    """The tool's own name of what it did: the standard it claims."""
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_precision: Mapped[str] = mapped_column(String(8))
    verdict: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[str]] = mapped_column(JSON)
    """One sentence per check that does not hold."""
    flags: Mapped[list[str]] = mapped_column(JSON)
    found: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Counts as told: bytes, errors, retries, rounds, hidden area, steps; None where not told."""
    verification: Mapped[str] = mapped_column(String(8))
    verified_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    validated_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    validated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(String(8))
    """accept, repeat, escalate, destroy or dismiss."""
    decision_reason: Mapped[str | None] = mapped_column(Text)
    performed_by: Mapped[str | None] = mapped_column(String(255))
    performed_org: Mapped[str | None] = mapped_column(String(255))
    destination: Mapped[str | None] = mapped_column(String(255))
    certificate_no: Mapped[str | None] = mapped_column(String(120))
    """Of a contractor's certificate."""
    standing: Mapped[str] = mapped_column(String(12))
    """quarantined, waiting, accepted, rejected or failed."""
    quarantine: Mapped[str | None] = mapped_column(Text)
    """Why it is (or was) in quarantine, in a sentence."""
    event_key: Mapped[str | None] = mapped_column(String(80), index=True)
    """The ledger line that it led to."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SanitisationCertificate(Base):
    """A certificate of one machine with every drive in it. What it says is frozen; whether it still holds is not."""

    __tablename__ = "sanitisation_certificate"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("token"),
        UniqueConstraint("key"),
        CARRIED,
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(24))
    token: Mapped[str] = mapped_column(String(32))
    """160 random bits in capitals and digits: the end of the public address."""
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    sequence: Mapped[int] = mapped_column(Integer)
    """Number of the machine's last ledger line when it was issued."""
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the content in its canonical form; printed on the certificate."""
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    void_reason: Mapped[str | None] = mapped_column(Text)


class AuditSample(Base):
    """An accepted wipe that was drawn for an independent check, and what the check found."""

    __tablename__ = "audit_sample"
    __table_args__ = (
        UniqueConstraint("record_id"),
        Index("ix_audit_sample_result", "result", "id"),
        CARRIED,
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("erasure_record.id"))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    result: Mapped[str] = mapped_column(String(8), default="open")
    """open, passed or failed."""
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(Text)
    """How it was checked, and what was seen."""
    held: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Tags of the machines of its batch that were put on hold."""
    not_held: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What could not be put on hold, a sentence each."""
