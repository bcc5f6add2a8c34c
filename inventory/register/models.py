"""Tables of the register: departments, places, parties, assets with identifiers and parts, tags issued."""

from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from inventory.db import CARRIED, Base, Hundredths, UtcDateTime

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only for a column of type INTEGER."""


class Department(Base):
    """A node of the organisation tree. ``path`` is the codes from the root, ``/CSE/INF/``."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    path: Mapped[str] = mapped_column(String(512), index=True)


class DepartmentPast(Base):
    """What a department was until a moment at which it was renamed or moved.

    The first row with a later ``until`` tells what it was at a moment; without one it was what it is now. A
    department counts as having always been there: nothing was recorded of it before it was put on record.
    """

    __tablename__ = "department_past"
    __table_args__ = CARRIED

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    path: Mapped[str] = mapped_column(String(512))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class Location(Base):
    """A place: site, building and room, as far as known."""

    __tablename__ = "location"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    site: Mapped[str | None] = mapped_column(String(120))
    building: Mapped[str | None] = mapped_column(String(120))
    room: Mapped[str | None] = mapped_column(String(120))

    @property
    def label(self) -> str:
        """The place in words, largest part first; its code where nothing else is known."""
        return ", ".join(part for part in (self.site, self.building, self.room) if part) or self.code


class Party(Base):
    """A person or an organisation. The ledger holds ``uid`` only, so name and contact can be erased."""

    __tablename__ = "party"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: uuid4().hex)
    role: Mapped[str] = mapped_column(String(16), index=True)
    """custodian, partner, facility, supplier, lessor or buyer."""
    name: Mapped[str] = mapped_column(String(255), index=True)
    contact: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Asset(Base):
    """A thing we hold or held. Every column is a projection of its ledger, moved by the one writer."""

    __tablename__ = "asset"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    tag: Mapped[str] = mapped_column(String(64))
    tag_key: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    manufacturer: Mapped[str | None] = mapped_column(String(255))
    model: Mapped[str | None] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(32))
    status_since: Mapped[datetime] = mapped_column(UtcDateTime)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    custodian_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    order_reference: Mapped[str | None] = mapped_column(String(120))
    purchase_date: Mapped[date | None] = mapped_column(Date)
    purchase_cost: Mapped[Decimal | None] = mapped_column(Hundredths)
    currency: Mapped[str | None] = mapped_column(String(3))
    warranty_end: Mapped[date | None] = mapped_column(Date)
    mass_g: Mapped[int | None] = mapped_column(Integer)
    """Measured mass in grams."""
    used_before: Mapped[bool] = mapped_column(Boolean, default=False)
    grade: Mapped[str | None] = mapped_column(String(40))
    """Functional and cosmetic grade of the last standing inspection."""
    advised_route: Mapped[str | None] = mapped_column(String(16))
    notes: Mapped[str | None] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(Integer)
    """Number of the last ledger line; with the status, what a writer locks and reads."""
    head: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Hash of the last ledger line."""

    __table_args__ = (
        Index("ix_asset_status", "status", "status_since", "id"),
        Index("ix_asset_department", "department_id", "status"),
        Index("ix_asset_location", "location_id", "status"),
        Index("ix_asset_kind", "kind", "status"),
        Index("ix_asset_model", "manufacturer", "model"),
        Index("ix_asset_purchase_date", "purchase_date", "id"),
        Index("ix_asset_order_reference", "order_reference"),
        Index("ix_asset_status_since", "status_since", "id"),
        Index("ix_asset_model_order", "model", "id"),
        Index("ix_asset_last_seen", "last_seen_at", "id"),
    )


class AssetIdentifier(Base):
    """A typed identifier of an asset. Evidence, not identity: two assets may bear the same value."""

    __tablename__ = "asset_identifier"
    __table_args__ = (Index("ix_asset_identifier_value_key", "value_key", "asset_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    type: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(128))
    value_key: Mapped[str] = mapped_column(String(128))


class Part(Base):
    """A drive or another part with a record of its own; ``asset_id`` is where it is fitted now."""

    __tablename__ = "part"
    __table_args__ = (Index("ix_part_serial_key", "serial_key"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    uid: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    """drive, memory, battery or other."""
    manufacturer: Mapped[str | None] = mapped_column(String(255))
    model: Mapped[str | None] = mapped_column(String(255))
    serial: Mapped[str | None] = mapped_column(String(128))
    serial_key: Mapped[str | None] = mapped_column(String(128))
    medium: Mapped[str | None] = mapped_column(String(16))
    """hdd, ssd, nvme, emmc, other; None: unknown."""
    capacity_bytes: Mapped[int | None] = mapped_column(BigInteger)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)


class Photo(Base):
    """A picture of an asset, re-encoded on arrival so that it carries neither place nor script."""

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """JPEG, at most 1600 pixels on its longer side."""
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InspectionPhoto(Base):
    """A picture taken at an inspection, re-encoded as `Photo` is; ``event_key`` is the inspection's ledger line."""

    __tablename__ = "inspection_photo"
    __table_args__ = (UniqueConstraint("event_key", "sha256"), CARRIED)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    event_key: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TagSeries(Base):
    """How many tags of a prefix were given out; a number is never given twice."""

    __tablename__ = "tag_series"

    prefix: Mapped[str] = mapped_column(String(4), primary_key=True)
    next_number: Mapped[int] = mapped_column(BigInteger)


class BlankTag(Base):
    """A pre-printed tag that no asset bears yet; the first scan claims it."""

    __tablename__ = "blank_tag"

    tag_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    run: Mapped[str] = mapped_column(String(32), index=True)
    printed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LabelRun(Base):
    """A print run of labels: who, when, where the labels point, how many."""

    __tablename__ = "label_run"
    __table_args__ = (UniqueConstraint("key"), CARRIED)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    template: Mapped[str] = mapped_column(String(40))
    public_url: Mapped[str] = mapped_column(String(255))
    labels: Mapped[int] = mapped_column(Integer)
    blank: Mapped[bool] = mapped_column(Boolean)
    printed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    skipped: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Places of the first sheet that were used up already."""
    reprint_of: Mapped[int | None] = mapped_column(ForeignKey("label_run.id"), index=True)
    """The run whose labels this one prints once more; None when it has labels of its own."""
    shows: Mapped[str] = mapped_column(String(120), default="model institution", server_default="model institution")
    """What the labels show beside code and tag: keys with a space between."""
    wording: Mapped[str] = mapped_column(String(16), default="asset", server_default="asset")
    """asset or second_life."""
    copy: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """1 for the first print; from 2 on it is printed on the labels."""
    printer_id: Mapped[int | None] = mapped_column(ForeignKey("label_printer.id"), index=True)


class LabelPrinter(Base):
    """A printer of labels, by the name people know it by, and how far its print must be moved."""

    __tablename__ = "label_printer"
    __table_args__ = (UniqueConstraint("name"), CARRIED)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    family: Mapped[str] = mapped_column(String(20))
    """Key of the family of label templates that it takes."""
    right_tenths: Mapped[int] = mapped_column(Integer)
    """Tenths of a millimetre to the right."""
    down_tenths: Mapped[int] = mapped_column(Integer)


class LabelLogo(Base):
    """The institution's logo for labels; there is one row at most."""

    __tablename__ = "label_logo"
    __table_args__ = CARRIED

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """Grey PNG, at most 1200 pixels on its longer side."""
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LabelRunTag(Base):
    """One label of a run, in the order of the sheet. The tag as it was then; the machine may bear another now."""

    __tablename__ = "label_run_tag"
    __table_args__ = CARRIED

    run_id: Mapped[int] = mapped_column(ForeignKey("label_run.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    """From 0."""
    tag: Mapped[str] = mapped_column(String(64))


class SearchWord(Base):
    """Words of makers and models, for the search that forgives a slip."""

    __tablename__ = "search_word"

    word: Mapped[str] = mapped_column(String(64), primary_key=True)
