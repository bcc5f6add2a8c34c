"""The list of components of a workbench snapshot (10, 11 and 12), as a machine."""

from dataclasses import replace
from typing import Any, Final

from inventory.intake import identity, makers, media
from inventory.intake.findings import BatteryFound, DriveFound, MachineFound
from inventory.intake.kinds import Clues, with_kind
from inventory.reading.plain import at, objects, text, whole

Component = dict[str, Any]
_DRIVES: Final = {"HardDrive": None, "SolidStateDrive": "ssd", "DataStorage": None}
_KINDS: Final = {
    "monitor": "monitor",
    "computermonitor": "monitor",
    "television": "monitor",
    "mobile": "phone",
    "smartphone": "phone",
    "cellphone": "phone",
    "tablet": "tablet",
    "server": "server",
    "printer": "printer",
    "router": "network_device",
    "switch": "network_device",
    "keyboard": "other",
    "mouse": "other",
    "projector": "other",
}
"""Their types that say as much as our kinds; of Desktop and Laptop the model says more."""
_INTERFACES: Final = {
    "ata": "sata",
    "sata": "sata",
    "nvme": "nvme",
    "sas": "sas",
    "mmc": "mmc",
    "usb": "usb",
    "pci": "nvme",
}
_MEGABYTE: Final = 2**20
"""Of memory, which they tell in megabytes."""


def type_of(thing: Component) -> str:
    """Their type of a component or action; version 10 keeps it under ``@type``."""
    return (text(thing.get("@type")) or text(thing.get("type")) or "").rpartition(":")[2]


def machine_of(snapshot: dict[str, Any]) -> MachineFound | None:
    """The machine of a snapshot that lists components; None where it names no device."""
    device = snapshot.get("device")
    if not isinstance(device, dict):
        return None
    parts = list(objects(snapshot.get("components")))[:2_000]
    manufacturer = makers.maker(text(device.get("manufacturer")))
    product, version = text(device.get("model")), text(device.get("version"))
    model = makers.model_of(manufacturer, product, version)
    board = next((each for each in parts if type_of(each) == "Motherboard"), {})
    processors = [each for each in parts if type_of(each) == "Processor"]
    modules = [size for each in parts if type_of(each) == "RamModule" and (size := whole(each.get("size")))]
    drives = [drive for each in parts if type_of(each) in _DRIVES and (drive := _drive(each)) is not None]
    battery = next((_battery(each) for each in parts if type_of(each) == "Battery"), None)
    board_manufacturer, board_model = makers.maker(text(board.get("manufacturer"))), makers.board(board.get("model"))
    told_type = text(device.get("type")) or type_of(device)
    networks = [each.get("serialNumber") for each in parts if type_of(each) == "NetworkAdapter"]
    machine = MachineFound(
        manufacturer=manufacturer or (None if model else board_manufacturer),
        model=model or board_model,
        serial=identity.real_serial(device.get("serialNumber")),
        uuid=identity.real_uuid(at(snapshot, "debug", "lshw", "configuration", "uuid")),
        board_manufacturer=board_manufacturer,
        board_model=board_model,
        board_serial=identity.real_serial(board.get("serialNumber")),
        sku=makers.order_number(manufacturer, product, device.get("sku")),
        chassis=text(device.get("chassis")) or told_type,
        cpu_model=next((name for each in processors if (name := identity.processor(text(each.get("model"))))), None),
        cpu_cores=sum(whole(each.get("cores") or each.get("numberOfCores")) or 0 for each in processors) or None,
        cpu_count=len(processors) or None,
        memory_bytes=sum(modules) * _MEGABYTE or None,
        memory_modules=len(modules) or None,
        macs=tuple(dict.fromkeys(filter(None, map(identity.mac_address, networks)))),
        firmware_date=identity.firmware_date(text(board.get("biosDate"))),
        battery=battery,
        drives=tuple(drives),
        lists_drives=bool(drives),
    )
    if kind := _KINDS.get(told_type.lower()):
        return _of_kind(machine, kind)
    return with_kind(machine, Clues(" ".join(filter(None, (product, version))), battery is not None))


def _of_kind(machine: MachineFound, kind: str) -> MachineFound:
    return replace(machine, kind=kind, kind_because="the report says so")


def _drive(part: Component) -> DriveFound | None:
    model, serial = identity.real(part.get("model")), identity.real_drive_serial(part.get("serialNumber"))
    interface = _INTERFACES.get((text(part.get("interface")) or "").lower())
    if interface == "usb" or (model is None and serial is None):
        return None
    tests = [each for each in (*objects(part.get("actions")), *objects(part.get("test"))) if "Test" in type_of(each)]
    test = next(iter(tests), {})
    nvme = interface == "nvme" or media.medium_by_model(model) == "nvme"
    bad = [
        whole(test.get(name))
        for name in ("reallocatedSectorCount", "currentPendingSectorCount", "offlineUncorrectable")
    ]
    if type_of(part) == "HardDrive" and not tests:
        bad = []
    known = [each for each in bad if each is not None]
    passed = test.get("assessment")
    size = part.get("size")
    megabytes = float(size) if isinstance(size, int | float) and not isinstance(size, bool) else whole(size)
    return DriveFound(
        serial=serial,
        manufacturer=makers.drive_maker(text(part.get("manufacturer")), model),
        model=model,
        medium="nvme" if nvme else _DRIVES[type_of(part)] or media.medium_by_model(model),
        capacity_bytes=media.capacity_of(megabytes) if megabytes else None,
        firmware=text(part.get("variant")),
        interface=interface,
        health={True: "passed", False: "failed"}.get(passed) if isinstance(passed, bool) else None,
        power_on_hours=whole(test.get("lifetime")),
        bad_sectors=sum(known) if known else None,
    )


def _battery(part: Component) -> BatteryFound:
    """Their charges are in mAh, so only the share is ours."""
    design = whole(part.get("size"))
    measured = next((each for each in objects(part.get("actions")) if type_of(each) == "MeasureBattery"), {})
    full = whole(measured.get("size"))
    return BatteryFound(
        serial=identity.real_serial(part.get("serialNumber")),
        cycles=whole(measured.get("cycleCount")),
        health_percent=min(round(100 * full / design), 255) if design and full is not None else None,
    )
