"""What ``inxi --output json`` adds to a snapshot: the battery's charge, network addresses, drives."""

import re
from typing import Any, Final

import orjson

from inventory.intake import identity, makers, media
from inventory.intake.findings import BatteryFound, DriveFound, MachineFound
from inventory.reading.plain import objects, text

_UNITS: Final = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
Row = dict[str, str]


def inxi_machine(data: Any) -> MachineFound | None:
    """The machine as far as inxi adds to it; None for anything that inxi did not print."""
    sections = _sections(data)
    if "Machine" not in sections:
        return None
    drives = [drive for row in sections.get("Drives", []) if (drive := _drive(row)) is not None]
    macs = [identity.mac_address(row.get("mac")) for row in sections.get("Network", []) if "IF" in row]
    return MachineFound(
        uefi=True if any("UEFI" in row for row in sections["Machine"]) else None,
        macs=tuple(dict.fromkeys(filter(None, macs))),
        battery=next(map(_battery, sections.get("Battery", [])), None),
        drives=tuple(drives),
    )


def _sections(data: Any) -> dict[str, list[Row]]:
    """Keys are ``<number>#<levels>#<name>``, numbered in the order printed."""
    if isinstance(data, str):
        try:
            data = orjson.loads(data)
        except ValueError:
            return {}
    found: dict[str, list[Row]] = {}
    for section in objects(data):
        for key, rows in section.items():
            if isinstance(key, str) and "#" in key:
                found[key.rpartition("#")[2]] = [
                    {name.rpartition("#")[2]: told for name in sorted(row) if (told := text(row[name]))}
                    for row in objects(rows)
                ]
    return found


def _battery(row: Row) -> BatteryFound:
    """``condition: 53.6/57.0 Wh (94.0%)``: full, as designed, and the share."""
    full, design = None, None
    if found := re.match(r"(\d{1,4}(?:\.\d+)?)/(\d{1,4}(?:\.\d+)?) Wh", row.get("condition", "")):
        full, design = round(float(found[1]) * 1000), round(float(found[2]) * 1000)
    cycles = row.get("cycles", "")
    return BatteryFound(
        serial=identity.real_serial(row.get("serial")),
        design_mwh=design,
        full_mwh=full,
        cycles=int(cycles) if re.fullmatch(r"\d{1,6}", cycles) else None,
        health_percent=round(100 * full / design) if full is not None and design else None,
    )


def _drive(row: Row) -> DriveFound | None:
    name, model, serial = (
        row.get("ID", ""),
        identity.real(row.get("model")),
        identity.real_drive_serial(row.get("serial")),
    )
    if not name.startswith("/dev/") or row.get("type") == "USB" or (model is None and serial is None):
        return None
    size = re.match(r"(\d{1,6}(?:\.\d+)?) ([KMGT]?i?B)$", row.get("size", ""))
    megabytes = float(size[1]) * _UNITS[size[2]] / 1e6 if size and size[2] in _UNITS else None
    nvme, emmc = "nvme" in name, "mmcblk" in name
    vendor = row.get("vendor")
    medium = "nvme" if nvme else "emmc" if emmc else {"SSD": "ssd", "HDD": "hdd"}.get(row.get("type", ""))
    return DriveFound(
        serial=serial,
        manufacturer=makers.drive_maker(vendor, model),
        model=model,
        medium=medium or media.medium_by_model(model),
        capacity_bytes=_capacity(megabytes),
        firmware=row.get("rev"),
        interface="nvme" if nvme else "mmc" if emmc else "sata" if "sata" in row else None,
    )


def _capacity(megabytes: float | None) -> int | None:
    """inxi tells two places of GiB: the capacity on which makers agreed, where it rounds to that."""
    if megabytes is None:
        return None
    agreed = media.agreed_capacity(round(megabytes / 1000))
    return agreed if abs(agreed - megabytes * 1e6) < 0.006 * 2**30 else round(megabytes * 1e6)
