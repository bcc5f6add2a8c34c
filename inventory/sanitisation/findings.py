"""What an erasure report says, drive by drive: the shape that every reader fills. Pure."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ErasureFound:
    """One run on one drive, as the tool told it; the verdict is made later, by the named rules. None: not told."""

    serial: str | None = None
    anonymised: bool = False
    """The tool hid the serial (XXXX), so it proves nothing about any drive."""
    manufacturer: str | None = None
    model: str | None = None
    medium: str | None = None
    """hdd, ssd, nvme, emmc or other."""
    capacity_bytes: int | None = None
    interface: str | None = None
    technique: str | None = None
    """Key of the table of techniques (techniques.py); None where the pattern is not one we know."""
    pattern: str | None = None
    """The tool's own name of what it did, as printed."""
    is_erasure: bool = True
    """False for a run that only verified."""
    status: str = "unknown"
    """The tool's own word in ours: erased, failed, aborted, insane, running or unknown."""
    rounds_done: int | None = None
    rounds_asked: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    ended_precision: str = "instant"
    """instant or day."""
    bytes_erased: int | None = None
    bytes_total: int | None = None
    pass_errors: int | None = None
    verify_errors: int | None = None
    sync_errors: int | None = None
    retries: int | None = None
    hidden_area: str = "unknown"
    """none, hidden_not_erased, unknown or n/a."""
    verification: str = "none"
    """none, status, sample or full."""
    steps: int | None = None
    """How many steps the report lists; 0 proves nothing."""
    doubts: tuple[str, ...] = ()
    """What else speaks against it, one clause each, in words."""


@dataclass(frozen=True, slots=True)
class ErasuresFound:
    """One report: the machine it ran in, and each drive."""

    reader: str
    tool: str
    tool_version: str | None = None
    report_id: str | None = None
    host_serial: str | None = None
    host_asset_tag: str | None = None
    host_uuid: str | None = None
    host_manufacturer: str | None = None
    host_model: str | None = None
    technician: str | None = None
    """Name the tool printed, if any."""
    erasures: tuple[ErasureFound, ...] = ()
    notes: tuple[str, ...] = field(default=())
