"""Reader of the text that ``dmidecode`` prints: the machine, its board and firmware. It tells nothing of drives."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar, Final

from inventory.errors import ValidationRefused
from inventory.intake import identity, makers
from inventory.intake.findings import BatteryFound, HardwareFound, MachineFound
from inventory.intake.kinds import Clues, with_kind
from inventory.intake.readers._base import Reader
from inventory.reading.documents import Document
from inventory.reading.plain import text as text_of
from inventory.reading.plain import whole

Fields = dict[str, str]
_HANDLE = re.compile(r"^Handle 0x[0-9A-Fa-f]+, DMI type (\d+)", re.MULTILINE)
_LINE = re.compile(r"\t([A-Z][\w /().+-]{0,40}):[ \t]*(.{0,300})")
_MOST_HANDLES: Final = 20_000
_SYSTEM, _BOARD, _CHASSIS, _PROCESSOR, _MEMORY, _BATTERY, _TPM, _FIRMWARE = 1, 2, 3, 4, 17, 22, 43, 0
_NO_MEMORY: Final = frozenset({"Flash", "ROM", "EEPROM", "FEPROM", "EPROM"})
"""Chips that hold the firmware, which some makers list among the memory."""
_READ: Final = frozenset({_SYSTEM, _BOARD, _CHASSIS, _PROCESSOR, _MEMORY, _BATTERY, _TPM, _FIRMWARE})
_UNITS: Final = {"bytes": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40}
"""dmidecode writes kB, MB and GB for powers of 1,024."""


class _Dmidecode(Reader):
    key: ClassVar[str] = "dmidecode"
    label: ClassVar[str] = "dmidecode"

    def recognises(self, document: Document) -> float:
        text = document.text or ""
        if text[:2_000].lstrip().startswith("# dmidecode"):
            return 0.9
        return 0.6 if _HANDLE.search(text[:20_000]) else 0.0

    def read(self, document: Document) -> HardwareFound:
        return read_dmidecode(document.text or "", document.name)


READER = _Dmidecode()


def read_dmidecode(text: str, name: str) -> HardwareFound:
    """What dmidecode printed. ValidationRefused where it names neither a system nor a board."""
    tables: dict[int, list[Fields]] = defaultdict(list)
    for number, fields in _handles(text):
        tables[number].append(fields)
    if not tables:
        if re.search(r"permission denied|No SMBIOS nor DMI entry point|/dev/mem", text[:4_000], re.IGNORECASE):
            raise ValidationRefused("dmidecode could not read the firmware for {name}; run it with sudo.", name=name)
        raise ValidationRefused("{name} holds no tables of dmidecode; it may have been cut off.", name=name)
    if not any(tables[_SYSTEM] + tables[_BOARD]):
        if "DMI table is broken" in text:
            raise ValidationRefused(
                "The firmware's table in {name} is broken, says dmidecode: it names no machine.", name=name
            )
        raise ValidationRefused(
            "{name} names neither the system nor its board. If it is one part of a set, send the set as one zip file.",
            name=name,
        )
    version = re.search(r"^# dmidecode ([\w.]+)", text[:2_000], re.MULTILINE)
    notes = [] if tables[_SYSTEM] else ["The report has no System Information, so the machine is named by its board."]
    return HardwareFound(
        reader=READER.key,
        software=f"dmidecode {version[1]}" if version else "dmidecode",
        machine=_machine(tables),
        notes=tuple(notes),
    )


def _handles(text: str) -> Iterator[tuple[int, Fields]]:
    heads = list(islice(_HANDLE.finditer(text), _MOST_HANDLES))
    ends = [*(match.start() for match in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=False):
        number, fields = int(head[1][:4]), Fields()
        if number not in _READ:
            yield number, fields
            continue
        section = ""  # a list begins where the field itself is empty
        for line in text[head.end() : end].split("\n"):
            if match := _LINE.match(line):
                fields.setdefault(match[1], match[2].strip())
                section = match[1] if not match[2].strip() else ""
            elif line.startswith("\t\t") and section:
                fields[section] = f"{fields[section]}\n{line.strip()[:200]}"[:10_000]
        yield number, fields


def _machine(tables: dict[int, list[Fields]]) -> MachineFound:
    system, board = _best(tables[_SYSTEM], "Product Name"), _best(tables[_BOARD], "Product Name")
    chassis, firmware = _best(tables[_CHASSIS], "Type"), _best(tables[_FIRMWARE], "Release Date")
    manufacturer = makers.maker(system.get("Manufacturer"))
    product, version = system.get("Product Name"), system.get("Version")
    model = makers.model_of(manufacturer, product, version)
    board_manufacturer, board_model = makers.maker(board.get("Manufacturer")), makers.board(board.get("Product Name"))
    processors = [each for each in tables[_PROCESSOR] if _is_fitted(each)]
    memory = [each for each in tables[_MEMORY] if each.get("Type") not in _NO_MEMORY]
    sizes = [size for each in memory if (size := _bytes(each.get("Size")))]
    batteries = [each for each in tables[_BATTERY] if identity.real(each.get("Design Capacity"))]
    words = " ".join(filter(None, (product, version, system.get("Family"))))
    serial = identity.real_serial(system.get("Serial Number")) or identity.real_serial(chassis.get("Serial Number"))
    tag = identity.real_tag(chassis.get("Asset Tag")) or identity.real_tag(board.get("Asset Tag"))
    machine = MachineFound(
        manufacturer=manufacturer or (None if model else board_manufacturer),
        model=model or board_model,
        serial=serial,
        # Makers put the serial number where owners put their own; then it says nothing more.
        asset_tag=tag if tag != serial else None,
        uuid=identity.real_uuid(system.get("UUID")),
        board_manufacturer=board_manufacturer,
        board_model=board_model,
        board_serial=identity.real_serial(board.get("Serial Number")),
        sku=makers.order_number(manufacturer, product, system.get("SKU Number")),
        chassis=text_of(chassis.get("Type")),
        cpu_model=next((name for each in processors if (name := identity.processor(each.get("Version")))), None),
        cpu_cores=sum(whole(each.get("Core Count")) or 0 for each in processors) or None,
        cpu_count=len(processors) or None,
        memory_bytes=sum(sizes) or None,
        memory_modules=len(sizes) or None,
        firmware_vendor=identity.real(firmware.get("Vendor")),
        firmware_version=identity.real(firmware.get("Version")),
        firmware_date=identity.firmware_date(firmware.get("Release Date")),
        uefi=("UEFI is supported" in firmware["Characteristics"]) if firmware.get("Characteristics") else None,
        tpm_version=_tpm(tables[_TPM]),
        battery=next(map(_battery, batteries), None),
    )
    return with_kind(machine, Clues(words, bool(batteries)))


def _best(rows: list[Fields], field: str) -> Fields:
    """Of several tables of one kind (blades, docks), the first that tells *field*."""
    return next((each for each in rows if identity.real(each.get(field))), rows[0] if rows else {})


def _is_fitted(processor: Fields) -> bool:
    return "Unpopulated" not in processor.get("Status", "") and "Central" in processor.get("Type", "Central")


def _bytes(told: str | None) -> int | None:
    found = re.match(r"(\d{1,9})(?:\.\d+)? ([kKMGT]?[bB](?:ytes)?)$", told or "")
    return int(found[1]) * _UNITS[found[2].lower()] if found and found[2].lower() in _UNITS else None


def _battery(fields: Fields) -> BatteryFound:
    return BatteryFound(
        serial=identity.real_serial(fields.get("Serial Number") or fields.get("SBDS Serial Number")),
        design_mwh=whole(fields["Design Capacity"]) if "mWh" in fields["Design Capacity"] else None,
    )


def _tpm(rows: list[Fields]) -> str | None:
    found = next(
        (match for each in rows if (match := re.match(r"(1\.2|2\.0)", each.get("Specification Version", "")))), None
    )
    return found[1] if found else None
