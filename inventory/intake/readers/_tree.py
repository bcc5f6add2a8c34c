"""The tree that lshw prints walked into a machine: what both readers of it share."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from inventory.intake import identity, makers
from inventory.intake.findings import BatteryFound, MachineFound
from inventory.intake.kinds import Clues, with_kind
from inventory.intake.readers._discs import drives_in
from inventory.intake.readers._nodes import Node, named, nodes_of, object_of
from inventory.reading.plain import text, whole

_BUILT_IN: Final = ("pci@", "virtio@", "sdio@")
_VERSION_DATE: Final = re.compile(r"\s*\((\d\d/\d\d/\d{2,4})\)$")


@dataclass
class Walked:
    """A machine, and what a person should know of how it was read."""

    machine: MachineFound
    notes: list[str] = field(default_factory=list)


def walk(root: Node) -> Walked:
    """*root* as a machine."""
    nodes = list(nodes_of(root))
    core = next((node for node, _ in nodes if node.get("id") == "core"), {})
    firmware = next((node for node, _ in nodes if named(node, "firmware") and node.get("class") == "memory"), {})
    settings = object_of(root, "configuration")
    manufacturer = makers.maker(text(root.get("vendor")))
    product, version = text(root.get("product"), 200), text(root.get("version"))
    model = makers.model_of(manufacturer, _without_sku(product, settings.get("sku")), version)
    board_manufacturer, board_model = makers.maker(text(core.get("vendor"))), makers.board(core.get("product"))
    processors = [node for node, _ in nodes if node.get("class") == "processor" and _is_processor(node)]
    batteries = [node for node, _ in nodes if node.get("class") == "power" and named(node, "battery")]
    memory, modules = _memory(nodes)
    found = drives_in(nodes)
    notes = list(found.notes)
    knows = bool(firmware) or text(root.get("handle")) is not None
    if not knows:
        notes.append("lshw ran without root rights, so serial numbers and drives may be missing; run it with sudo.")
    if knows and not found.drives and not found.hidden:
        notes.append("lshw names no drive. That proves nothing: older versions miss eMMC and NVMe drives.")
    machine = MachineFound(
        manufacturer=manufacturer or (None if model else board_manufacturer),
        model=model or board_model,
        serial=identity.real_serial(root.get("serial")),
        uuid=identity.real_uuid(settings.get("uuid")),
        board_manufacturer=board_manufacturer,
        board_model=board_model,
        board_serial=identity.real_serial(core.get("serial")),
        sku=makers.order_number(manufacturer, product, settings.get("sku")),
        chassis=text(settings.get("chassis")),
        cpu_model=next((name for node in processors if (name := identity.processor(text(node.get("product"))))), None),
        cpu_cores=sum(whole(object_of(node, "configuration").get("cores")) or 0 for node in processors) or None,
        cpu_count=_sockets(processors),
        memory_bytes=memory,
        memory_modules=modules,
        macs=_macs(nodes),
        firmware_vendor=identity.real(firmware.get("vendor")),
        firmware_version=_VERSION_DATE.sub("", text(firmware.get("version")) or "") or None,
        firmware_date=_firmware_date(firmware),
        uefi=("uefi" in object_of(firmware, "capabilities")) if firmware else None,
        battery=next((each for node in batteries if (each := _battery(node)) is not None), None),
        drives=tuple(found.drives),
        lists_drives=knows and not found.hidden and bool(found.drives),
    )
    return Walked(with_kind(machine, Clues(_words(root, version), bool(batteries))), notes)


def _words(root: Node, version: str | None) -> str:
    told = (root.get("product"), version, object_of(root, "configuration").get("family"), root.get("description"))
    return " ".join(filter(None, map(text, told)))


def _without_sku(product: str | None, sku: Any) -> str | None:
    """lshw puts the order number in brackets behind the product."""
    told = text(sku, 200)
    return product.removesuffix(f"({told})").strip() if product and told else product


def _is_processor(node: Node) -> bool:
    if named(node, "logicalcpu") or "disabled" in str(node.get("disabled", "")):
        return False
    return text(node.get("product")) is not None or text(node.get("version")) is not None


def _sockets(processors: list[Node]) -> int | None:
    """Old versions list each core as a processor; only the first of a socket then has a product."""
    named = [node for node in processors if text(node.get("product")) is not None]
    return len(named) or None


def _firmware_date(firmware: Node) -> str | None:
    """Versions before B.02.16 put the date in brackets behind the version."""
    within = _VERSION_DATE.search(text(firmware.get("version")) or "")
    return identity.firmware_date(text(firmware.get("date")) or (within[1] if within else None))


def _memory(nodes: list[tuple[Node, tuple[Node, ...]]]) -> tuple[int | None, int | None]:
    total, modules, sizes = None, 0, 0
    for node, above in nodes:
        if node.get("class") != "memory":
            continue
        if named(node, "memory") and total is None:
            total = whole(node.get("size"))
        inside = any(named(each, "memory") for each in above)
        # Flash chips of the firmware are listed as a memory of their own.
        flash = any("flash" in str(each.get("description", "")).lower() for each in above)
        if named(node, "bank") and inside and not flash and (size := whole(node.get("size"))):
            modules, sizes = modules + 1, sizes + size
    # The size that Linux sees lacks what graphics took; the banks lack what is soldered.
    return max(total or 0, sizes) or None, modules or None


def _macs(nodes: list[tuple[Node, tuple[Node, ...]]]) -> tuple[str, ...]:
    found = []
    for node, _ in nodes:
        # The parts of a bridged or stacked interface have no bus of their own.
        if node.get("class") == "network" and str(node.get("businfo", "")).startswith(_BUILT_IN):
            found.append(identity.mac_address(node.get("serial")))
    return tuple(dict.fromkeys(filter(None, found)))


def _battery(node: Node) -> BatteryFound | None:
    if identity.real(node.get("product")) is None and identity.real(node.get("vendor")) is None:
        return None
    capacity = whole(node.get("capacity")) if node.get("units") in (None, "mWh") else None
    return BatteryFound(serial=identity.real_serial(node.get("serial")), design_mwh=capacity or None)
