"""Several reports of one machine, made one: which source wins is a table, field by field."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from inventory.intake.findings import BatteryFound, DriveFound, MachineFound

_ORDER: Final = ("dmidecode", "lshw", "inxi", "snapshot", "lscpu", "battery", "net", "tpm", "efi")
"""Who is believed first. dmidecode prints the firmware's own words; the others repeat or cut them."""
_ORDERS: Final = {
    "macs": ("lshw", "net", "inxi", "snapshot"),
    # The firmware says that it could start by UEFI, the others that it did.
    "uefi": ("efi", "inxi", "dmidecode", "lshw"),
    "tpm_version": ("tpm", "dmidecode"),
    "cpu_model": ("lshw", "dmidecode", "lscpu"),
    "cpu_cores": ("dmidecode", "lshw", "lscpu"),
}
_BATTERY: Final = ("battery", "snapshot", "inxi", "dmidecode", "lshw")
"""Who measured its charge, before who read its label."""
_DRIVES: Final = ("snapshot", "lshw", "inxi")
_APART: Final = {"kind", "kind_because", "battery", "drives", "lists_drives"}


@dataclass(frozen=True, slots=True)
class Part:
    """What one source says of the machine; ``source`` as in the tables above."""

    source: str
    machine: MachineFound


def merge(parts: Sequence[Part], smart: Sequence[DriveFound] = ()) -> MachineFound:
    """One machine of *parts*, its drives completed by what smartctl says of them."""
    told: dict[str, Any] = {}
    for each in fields(MachineFound):
        if each.name not in _APART:
            values = (getattr(part.machine, each.name) for part in _sorted(parts, _ORDERS.get(each.name, ())))
            told[each.name] = next((value for value in values if value not in (None, ())), each.default)
    ranked = _sorted(parts, ())
    kind = next((part.machine for part in ranked if part.machine.kind), None)
    drives: list[DriveFound] = []
    for part in _sorted(parts, _DRIVES):
        drives = merge_drives(drives, part.machine.drives, first=False)
    # Linux sees less than is fitted where graphics took some; the firmware's table may lack what is soldered.
    told["memory_bytes"] = max((part.machine.memory_bytes or 0 for part in parts), default=0) or None
    if told["asset_tag"] == told["serial"]:
        told["asset_tag"] = None
    return MachineFound(
        **told,
        kind=kind.kind if kind else None,
        kind_because=kind.kind_because if kind else next((part.machine.kind_because for part in ranked), ""),
        battery=_battery(parts),
        drives=tuple(merge_drives(drives, smart, first=True)),
        lists_drives=any(part.machine.lists_drives for part in parts),
    )


def merge_drives(known: Sequence[DriveFound], more: Sequence[DriveFound], *, first: bool) -> list[DriveFound]:
    """*known* completed by *more*, whose word goes *first* or last; those that only *more* names come behind.

    Two drives of one list are two drives, unless they have one serial number.
    """
    merged, alone = list(known), set(range(len(known)))
    by_serial = {_bare(each.serial): number for number, each in enumerate(known) if each.serial}
    # Those with a serial number choose first, so that one without does not take their place.
    for drive in sorted(more, key=lambda each: each.serial is None):
        place = by_serial.get(_bare(drive.serial)) if drive.serial else None
        if place is None:
            place = next((number for number in sorted(alone) if same_drive(merged[number], drive)), None)
        if place is None:
            merged.append(drive)
            place = len(merged) - 1
        else:
            one, other = (drive, merged[place]) if first else (merged[place], drive)
            merged[place] = _filled(one, other)
        alone.discard(place)
        if serial := merged[place].serial:
            by_serial[_bare(serial)] = place
    return merged


def same_drive(one: DriveFound, other: DriveFound) -> bool:
    """By serial number; where one has none, by capacity and the start of the model, which lshw cuts at 16 letters."""
    if one.serial and other.serial:
        return _bare(one.serial) == _bare(other.serial)
    if not (one.model and other.model and one.capacity_bytes and one.capacity_bytes == other.capacity_bytes):
        return False
    short, long = sorted((_bare(one.model), _bare(other.model)), key=len)
    return len(short) >= 4 and short in long


def _bare(told: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", told.upper())


def _filled(one: DriveFound, other: DriveFound) -> DriveFound:
    missing = {each.name: getattr(other, each.name) for each in fields(one) if getattr(one, each.name) is None}
    return replace(one, **missing)


def _battery(parts: Sequence[Part]) -> BatteryFound | None:
    found = [part.machine.battery for part in _sorted(parts, _BATTERY) if part.machine.battery is not None]
    if not found:
        return None
    told = {}
    for each in fields(BatteryFound):
        told[each.name] = next((value for battery in found if (value := getattr(battery, each.name)) is not None), None)
    return BatteryFound(**told)


def _sorted(parts: Sequence[Part], before: tuple[str, ...]) -> list[Part]:
    order = {source: number for number, source in reversed(list(enumerate((*before, *_ORDER))))}
    return sorted(parts, key=lambda part: order.get(part.source, len(order)))
