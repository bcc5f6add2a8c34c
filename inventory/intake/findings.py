"""What a hardware report says of a machine: the shape that every reader fills. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DriveFound:
    """A drive as the machine told it. None: not told. Removable media (sticks, discs, card readers) are left out."""

    serial: str | None = None
    """None where the report has none or only a maker's filler."""
    manufacturer: str | None = None
    model: str | None = None
    medium: str | None = None
    """hdd, ssd, nvme, emmc or other (the register's words)."""
    capacity_bytes: int | None = None
    firmware: str | None = None
    interface: str | None = None
    """sata, nvme, sas, ide, mmc, usb."""
    health: str | None = None
    """passed or failed, by the drive's own SMART verdict."""
    power_on_hours: int | None = None
    percent_used: int | None = None
    """Of its rated endurance, for flash; may exceed 100."""
    bad_sectors: int | None = None
    """Reallocated, pending and uncorrectable sectors together."""


@dataclass(frozen=True, slots=True)
class BatteryFound:
    serial: str | None = None
    design_mwh: int | None = None
    full_mwh: int | None = None
    cycles: int | None = None
    health_percent: int | None = None
    """Full over design charge, or what the report says itself."""


@dataclass(frozen=True, slots=True)
class MachineFound:
    """A machine as it told itself. Fillers of makers ("To Be Filled By O.E.M.") are already None."""

    kind: str | None = None
    """Key of the register's table of kinds; None where nothing decides."""
    kind_because: str = ""
    """A clause that says why, for the person who reads it."""
    manufacturer: str | None = None
    """In its short, usual form: Dell, HP, Lenovo."""
    model: str | None = None
    serial: str | None = None
    asset_tag: str | None = None
    """What somebody wrote into the firmware; genuine ones only."""
    uuid: str | None = None
    """System UUID in lower case with hyphens; None for all zeros, all ones and known fillers."""
    board_manufacturer: str | None = None
    board_model: str | None = None
    board_serial: str | None = None
    sku: str | None = None
    chassis: str | None = None
    """Chassis type as told; it often misleads."""
    cpu_model: str | None = None
    cpu_cores: int | None = None
    cpu_count: int | None = None
    memory_bytes: int | None = None
    memory_modules: int | None = None
    macs: tuple[str, ...] = ()
    """Of the wired and wireless interfaces that are built in, lower case with colons."""
    firmware_vendor: str | None = None
    firmware_version: str | None = None
    firmware_date: str | None = None
    """ISO date; None where it cannot be read for certain."""
    uefi: bool | None = None
    tpm_version: str | None = None
    """1.2 or 2.0."""
    battery: BatteryFound | None = None
    drives: tuple[DriveFound, ...] = ()
    lists_drives: bool = False
    """Whether a report of this kind names every drive that is in the machine, so that a missing one means something."""


@dataclass(frozen=True, slots=True)
class HardwareFound:
    """One report. ``machine`` is None for a report about a single drive outside any machine (then ``drives``)."""

    reader: str
    """Key of the reader."""
    software: str | None = None
    """Program that wrote the report, and its version."""
    made_at: datetime | None = None
    """When it says it was made, in UTC; None where it does not say."""
    report_id: str | None = None
    """The report's own id (a snapshot's uuid)."""
    machine: MachineFound | None = None
    drives: tuple[DriveFound, ...] = ()
    notes: tuple[str, ...] = ()
    """What a person should know of how it was read, one sentence each."""
