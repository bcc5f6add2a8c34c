"""What the reports of a machine say is inside it, in words: for its page and the page of a report."""

from datetime import date
from typing import Any

from flask import url_for

from inventory.intake.findings import BatteryFound, DriveFound, MachineFound
from inventory.intake.models import HardwareReport
from inventory.intake.queries import Told
from inventory.intake.readers._base import readers
from inventory.web._shell import settings
from inventory.web._words import capacity, day, when

MOST_REPORTS = 3
_MEDIA = {"hdd": "hard disk", "ssd": "SSD", "nvme": "NVMe SSD", "emmc": "eMMC"}


def inside(told: Told | None) -> dict[str, Any] | None:
    """The panel “Inside this machine”; None where no report came in."""
    if told is None:
        return None
    return {
        "facts": facts_of(told.machine),
        "drives": [drive_of(each) for each in told.machine.drives],
        "reports": [report_line(each) for each in told.reports[:MOST_REPORTS]],
    }


def report_line(row: HardwareReport) -> dict[str, Any]:
    """Where the words come from: kind of report, its date, the way to it."""
    zone = settings().zone
    reader = readers().get(row.reader)
    return {
        "label": reader.label if reader else row.reader,
        "when": when(row.made_at, zone) if row.made_at else f"received {when(row.received_at, zone)}",
        "href": url_for("web_arrivals.report", number=row.id),
        "raw": url_for("web_arrivals.raw_report", number=row.id),
        "asked": len(row.question or ()),
    }


def facts_of(machine: MachineFound) -> list[tuple[str, str]]:
    """(label, text) of everything told but the drives; what is not told is left out."""
    told = [
        ("Processor", _processor(machine)),
        ("Memory", _memory(machine)),
        ("Battery", _battery(machine.battery) if machine.battery else None),
        ("TPM", machine.tpm_version),
        ("Firmware", _firmware(machine)),
        ("Board", _joined(machine.board_manufacturer, machine.board_model)),
    ]
    return [(label, text) for label, text in told if text]


def _joined(*parts: str | None) -> str | None:
    return " ".join(each for each in parts if each) or None


def _processor(machine: MachineFound) -> str | None:
    if machine.cpu_model is None:
        return None
    several = f"{machine.cpu_count} × " if machine.cpu_count and machine.cpu_count > 1 else ""
    cores = f", {machine.cpu_cores} core{'s' if machine.cpu_cores != 1 else ''}" if machine.cpu_cores else ""
    return f"{several}{machine.cpu_model}{cores}"


def _memory(machine: MachineFound) -> str | None:
    if machine.memory_bytes is None:
        return None
    # Memory is sold in powers of two, drives in powers of ten.
    size = machine.memory_bytes / 2**30
    modules = f" in {machine.memory_modules} modules" if machine.memory_modules and machine.memory_modules > 1 else ""
    return f"{size:.3g} GiB{modules}"


def _battery(battery: BatteryFound) -> str | None:
    parts = []
    if battery.health_percent is not None:
        parts.append(f"{battery.health_percent} % of its design charge")
    if battery.cycles is not None:
        parts.append(f"{battery.cycles:,} cycles")
    return ", ".join(parts) or "present, its health is not told"


def _firmware(machine: MachineFound) -> str | None:
    parts = [_joined(machine.firmware_vendor, machine.firmware_version)]
    parts.append(f"of {_iso_day(machine.firmware_date)}" if machine.firmware_date else None)
    parts.append({True: "UEFI", False: "no UEFI", None: None}[machine.uefi])
    return ", ".join(each for each in parts if each) or None


def _iso_day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def drive_of(drive: DriveFound) -> dict[str, str]:
    """A drive: its name, what it is, and how it is."""
    name = _joined(drive.manufacturer, drive.model) or "A drive"
    what = [
        capacity(drive.capacity_bytes) if drive.capacity_bytes else None,
        _MEDIA.get(drive.medium or ""),
        f"serial {drive.serial}" if drive.serial else "no serial number told",
    ]
    health = []
    if drive.health:
        health.append("SMART passed" if drive.health == "passed" else "SMART failed")
    if drive.percent_used is not None:
        health.append(f"{drive.percent_used} % of its endurance used")
    if drive.bad_sectors:
        health.append(f"{drive.bad_sectors:,} bad sectors")
    if drive.power_on_hours is not None:
        health.append(f"{drive.power_on_hours:,} h on")
    bad = drive.health == "failed" or bool(drive.bad_sectors)
    return {
        "name": name,
        "what": ", ".join(each for each in what if each),
        "health": ", ".join(health) or "Its health is not told",
        "bad": "1" if bad else "",
    }
