"""Drives as smartctl tells them: what its JSON and its text form share, and what a snapshot holds of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from inventory.intake import identity, makers, media
from inventory.intake.findings import DriveFound
from inventory.reading.plain import at, objects, text, whole

_SMALLEST: Final = 1_000_000_000
_MOST_HOURS: Final = 200_000
"""22 years; firmware that counts minutes or seconds says far more."""
_MOST_DRIVES: Final = 1_000
_BAD: Final = frozenset({5, 197, 198})
"""SMART attributes: reallocated, pending and uncorrectable sectors."""


@dataclass
class SmartFound:
    """Drives inside, drives that hang on USB, and what could not be read of the rest."""

    drives: list[DriveFound] = field(default_factory=list)
    external: list[DriveFound] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """One clause each."""
    hidden: bool = False
    """A RAID controller's disc stands for drives that are not named."""


def drives_of(data: Any) -> SmartFound:
    """What ``smartctl --json`` printed, once or in a list of runs."""
    found = SmartFound()
    for run in list(objects(data))[:_MOST_DRIVES]:
        drive = drive_of(run)
        told = [text(each.get("string")) for each in objects(at(run, "smartctl", "messages"))]
        if drive is None and told and told[0]:
            found.failures.append(told[0].rstrip("."))
            continue
        name = text(at(run, "device", "name"), 40) or text(at(run, "smartctl", "argv", -1), 40) or "a drive"
        add(found, name, drive, on_usb="usb" in (text(at(run, "device", "info_name"), 80) or "").lower())
    return found


def add(found: SmartFound, name: str, drive: DriveFound | None, *, on_usb: bool) -> None:
    """Sort *drive* into *found*."""
    if drive is None:
        found.failures.append(f"{name} told neither model nor serial number")
    elif media.is_raid(drive.model):
        found.hidden = True
        found.failures.append(f"{name} is made by a RAID controller ({drive.model})")
    elif media.is_virtual(drive.model) and drive.serial is None:
        found.failures.append(f"{name} is a virtual disc ({drive.model})")
    elif drive.capacity_bytes is not None and drive.capacity_bytes < _SMALLEST:
        found.failures.append(f"{name} is smaller than 1 GB")
    elif drive.serial is None or drive.serial not in serials(found.drives + found.external):
        (found.external if on_usb else found.drives).append(drive)


def serials(drives: Iterable[DriveFound]) -> set[str]:
    """Serial numbers told."""
    return {each.serial for each in drives if each.serial is not None}


def drive_of(run: dict[str, Any]) -> DriveFound | None:
    """One run of ``smartctl --json``; None where the drive did not say what it is."""
    model = identity.real(run.get("model_name") or run.get("scsi_model_name") or run.get("product"))
    serial = identity.real_drive_serial(run.get("serial_number"))
    if model is None and serial is None:
        return None
    protocol = text(at(run, "device", "protocol")) or ""
    health = at(run, "smart_status", "passed")
    return DriveFound(
        serial=serial,
        manufacturer=makers.drive_maker(text(run.get("vendor")), model, text(run.get("model_family"))),
        model=model,
        medium=_medium(run, protocol, model),
        capacity_bytes=_capacity(run),
        firmware=text(run.get("firmware_version")) or text(run.get("revision")),
        interface=_interface(run, protocol),
        health={True: "passed", False: "failed"}.get(health) if isinstance(health, bool) else None,
        power_on_hours=hours(at(run, "power_on_time", "hours")),
        percent_used=_percent_used(run),
        bad_sectors=_bad_sectors(run),
    )


def hours(told: Any) -> int | None:
    """Hours of use; None for what no drive can have lived."""
    found = whole(told)
    return found if found is not None and found <= _MOST_HOURS else None


def medium_of(interface: str | None, rotation: int | None, trims: bool, model: str | None) -> str | None:
    """By how it turns; else by its interface, its trimming, its model."""
    if interface == "nvme":
        return "nvme"
    if rotation:
        return "hdd"
    if rotation == 0 or trims:
        return "ssd"
    return media.medium_by_model(model)


def _medium(run: dict[str, Any], protocol: str, model: str | None) -> str | None:
    rotation = whole(run.get("rotation_rate"))
    # Virtual discs and sticks say 0 as flash drives do, so of a SCSI disc only a speed is believed.
    if protocol == "SCSI" and rotation == 0:
        rotation = None
    trims = at(run, "trim", "supported") is True
    return medium_of("nvme" if protocol == "NVMe" else None, rotation, trims, model)


def _interface(run: dict[str, Any], protocol: str) -> str | None:
    if protocol == "NVMe":
        return "nvme"
    if isinstance(run.get("sata_version"), dict):
        return "sata"
    transport = text(at(run, "scsi_transport_protocol", "name")) or ""
    return "sas" if "SAS" in transport else None


def _capacity(run: dict[str, Any]) -> int | None:
    told = (at(run, "user_capacity", "bytes"), run.get("nvme_total_capacity"))
    return next((size for each in told if (size := whole(each))), None)


def _percent_used(run: dict[str, Any]) -> int | None:
    told = whole(at(run, "nvme_smart_health_information_log", "percentage_used"))
    if told is None:
        told = whole(at(run, "endurance_used", "current_percent"))
    if told is None:
        for page in objects(at(run, "ata_device_statistics", "pages")):
            for row in objects(page.get("table")):
                if row.get("name") == "Percentage Used Endurance Indicator":
                    told = whole(row.get("value"))
    return told if told is not None and told <= 255 else None


def _bad_sectors(run: dict[str, Any]) -> int | None:
    told = [
        whole(at(run, "nvme_smart_health_information_log", "media_errors")),
        whole(run.get("scsi_grown_defect_list")),
    ]
    for row in objects(at(run, "ata_smart_attributes", "table")):
        if whole(row.get("id")) in _BAD:
            told.append(sectors(at(row, "raw", "string") or at(row, "raw", "value")))
    known = [each for each in told if each is not None]
    return sum(known) if known else None


def sectors(told: Any) -> int | None:
    """A raw value of SMART as a count; None where the firmware packs other things into it."""
    found = whole(told)
    return found if found is not None and found < 2**32 else None
