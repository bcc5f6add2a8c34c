"""Reader of the text that ``smartctl -a`` or ``-x`` prints, once or several times in one file."""

import re
from datetime import UTC, datetime
from typing import ClassVar, Final

from inventory.errors import ValidationRefused
from inventory.intake import identity, makers
from inventory.intake.findings import DriveFound, HardwareFound
from inventory.intake.readers import _smart
from inventory.intake.readers._base import Reader
from inventory.reading.documents import Document
from inventory.reading.plain import whole

_HEAD = re.compile(r"^smartctl (\d[\w.]*).*$", re.MULTILINE)
_FIELD = re.compile(r"^([A-Z][\w /().%-]{2,60}?):[ \t]+(.{1,200})$", re.MULTILINE)
_ATTRIBUTE = re.compile(
    r"""^\ *(\d{1,3})\ +[\w-]{1,60}\ +
    (?:0x[0-9a-f]{4}\ +\d+\ +\d+\ +[\d-]+\ +\S+\ +\S+\ +\S+  # -a
      |[A-Z-]{6,8}\ +\d+\ +\d+\ +[\d-]+\ +\S+)              # -x
    \ +(\d+)""",
    re.MULTILINE | re.VERBOSE,
)
_SAS_HOURS = re.compile(r"^Accumulated power on time, hours:minutes (\d{1,7}):", re.MULTILINE)
_ENDURANCE = re.compile(r"^0x07 +0x008 +1 +(\d{1,3}) .*Percentage Used Endurance Indicator", re.MULTILINE)
_LARGEST_RUN: Final = 1_000_000
_MOST_RUNS: Final = 200


class _SmartctlText(Reader):
    key: ClassVar[str] = "smartctl_text"
    label: ClassVar[str] = "smartctl, as text"

    def recognises(self, document: Document) -> float:
        head = (document.text or "")[:4_000].lstrip()
        if head.startswith("smartctl ") and "Allen" in head:
            return 0.9
        return 0.6 if "=== START OF INFORMATION SECTION ===" in head or "SMART overall-health" in head else 0.0

    def read(self, document: Document) -> HardwareFound:
        text = document.text or ""
        heads = list(_HEAD.finditer(text))[:_MOST_RUNS]
        bounds = [match.start() for match in heads] or [0]
        found = _smart.SmartFound()
        made_at = None
        for start, end in zip(bounds, [*bounds[1:], len(text)], strict=True):
            run = text[start : min(end, start + _LARGEST_RUN)]
            fields = {name: value.strip() for name, value in reversed(_FIELD.findall(run))}
            made_at = made_at or _instant(fields.get("Local Time is"))
            _smart.add(found, "a drive", _drive(fields, run), on_usb=False)
        if not found.drives:
            told = re.search(
                r"^(?:Smartctl open device|.*(?:failed|Unable to|Permission denied|Unknown USB)).*$", text, re.MULTILINE
            )
            raise ValidationRefused(
                "{name} names no drive: {why}.",
                name=document.name,
                why=(told[0].strip()[:200].rstrip(".") if told else found.failures[0]),
            )
        return HardwareFound(
            reader=self.key,
            software=f"smartctl {heads[0][1]}" if heads else "smartctl",
            made_at=made_at,
            drives=tuple(found.drives),
            notes=tuple(f"Left out: {each}." for each in found.failures),
        )


READER = _SmartctlText()


def _drive(fields: dict[str, str], run: str) -> DriveFound | None:
    def told(*names: str) -> str | None:
        return next((fields[name] for name in names if name in fields), None)

    model = identity.real(told("Device Model", "Model Number", "Product"))
    serial = identity.real_drive_serial(told("Serial Number", "Serial number"))
    if model is None and serial is None:
        return None
    interface = _interface(fields)
    rotation = told("Rotation Rate") or ""
    health = told("SMART overall-health self-assessment test result", "SMART Health Status")
    attributes = {int(number): value for number, value in _ATTRIBUTE.findall(run)}
    bad = [_smart.sectors(attributes.get(number)) for number in (5, 197, 198)]
    bad += [
        _smart.sectors(told("Media and Data Integrity Errors")),
        _smart.sectors(told("Elements in grown defect list")),
    ]
    known = [each for each in bad if each is not None]
    hours, endurance = _SAS_HOURS.search(run), _ENDURANCE.search(run)
    turns = 0 if "Solid State" in rotation else whole(rotation)
    return DriveFound(
        serial=serial,
        manufacturer=makers.drive_maker(told("Vendor"), model, told("Model Family")),
        model=model,
        medium=_smart.medium_of(interface, turns, (told("TRIM Command") or "").startswith("Available"), model),
        capacity_bytes=whole(told("User Capacity", "Total NVM Capacity", "Namespace 1 Size/Capacity")),
        firmware=told("Firmware Version", "Revision"),
        interface=interface,
        health=None if health is None else "passed" if health.startswith(("PASSED", "OK")) else "failed",
        power_on_hours=_smart.hours(attributes.get(9) or told("Power On Hours") or (hours and hours[1])),
        percent_used=whole(
            told("Percentage Used", "Percentage used endurance indicator") or (endurance and endurance[1])
        ),
        bad_sectors=sum(known) if known else None,
    )


def _interface(fields: dict[str, str]) -> str | None:
    if "Model Number" in fields or "NVMe Version" in fields:
        return "nvme"
    if "SATA Version is" in fields:
        return "sata"
    return "sas" if "SAS" in fields.get("Transport protocol", "") else None


def _instant(told: str | None) -> datetime | None:
    """``Mon Feb 21 15:16:12 2022 UTC``; None for other zones, whose short names are not unique."""
    found = re.match(r"\w{3} (\w{3} +\d+ [\d:]{8} \d{4}) (?:UTC|GMT)$", told or "")
    try:
        return datetime.strptime(found[1], "%b %d %H:%M:%S %Y").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None
