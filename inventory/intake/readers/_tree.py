"""The tree that lshw prints, JSON or XML, walked into a machine: what both readers of it share."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree import ElementTree

from inventory.intake import identity, makers, media
from inventory.intake.findings import BatteryFound, DriveFound, MachineFound
from inventory.intake.kinds import Clues, with_kind
from inventory.reading.plain import objects, text, whole

Node = dict[str, Any]
_VOLUMES: Final = ("volume", "logicalvolume", "medium", "namespace")
_REMOVABLE: Final = frozenset({"removable", "cd-r", "cd-rw", "dvd", "dvd-r", "dvd-ram", "audio"})
_USB_DRIVERS: Final = frozenset({"usb-storage", "uas", "ums-realtek", "ums-alauda", "ums-sddr09"})
_RAID_DRIVERS: Final = frozenset(
    {"megaraid_sas", "hpsa", "aacraid", "cciss", "arcmsr", "3w-9xxx", "mpt2sas-ir", "smartpqi"}
)
_BUILT_IN: Final = ("pci@", "virtio@", "sdio@")
_VERSION_DATE: Final = re.compile(r"\s*\((\d\d/\d\d/\d{2,4})\)$")
_MOST_NODES: Final = 50_000
_SMALLEST: Final = 1_000_000_000
"""Bytes of a disc: the boot areas of an eMMC, which are listed as discs of their own, are far below it."""


@dataclass
class Walked:
    """A machine, and what a person should know of how it was read."""

    machine: MachineFound
    notes: list[str] = field(default_factory=list)


def from_xml(element: ElementTree.Element) -> Node:
    """A ``<node>`` as the object that ``lshw -json`` prints for it."""
    node: Node = {key: value for key, value in element.attrib.items() if key in ("id", "class", "handle")}
    children = []
    for child in element:
        if child.tag == "node":
            children.append(from_xml(child))
        elif child.tag == "configuration":
            node["configuration"] = {each.get("id"): each.get("value") for each in child if each.get("id")}
        elif child.tag == "capabilities":
            node["capabilities"] = {each.get("id"): each.text or True for each in child if each.get("id")}
        elif child.tag in node and child.tag == "logicalname":
            node["logicalname"] = [node["logicalname"], child.text]
        else:
            node[child.tag] = child.text
    node["children"] = children
    return node


def is_system(node: Any) -> bool:
    """Whether *node* is the root that lshw prints for a whole machine."""
    return isinstance(node, dict) and node.get("class") == "system" and "id" in node


def walk(root: Node) -> Walked:
    """*root* as a machine."""
    nodes = list(_nodes(root))
    core = next((node for node, _ in nodes if node.get("id") == "core"), {})
    firmware = next((node for node, _ in nodes if _named(node, "firmware") and node.get("class") == "memory"), {})
    settings = _object(root, "configuration")
    manufacturer = makers.maker(text(root.get("vendor")))
    product, version = text(root.get("product"), 200), text(root.get("version"))
    model = makers.model_of(manufacturer, _without_sku(product, settings.get("sku")), version)
    board_manufacturer, board_model = makers.maker(text(core.get("vendor"))), makers.board(core.get("product"))
    processors = [node for node, _ in nodes if node.get("class") == "processor" and _is_processor(node)]
    batteries = [node for node, _ in nodes if node.get("class") == "power" and _named(node, "battery")]
    memory, modules = _memory(nodes)
    found = _drives(nodes)
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
        cpu_cores=sum(whole(_object(node, "configuration").get("cores")) or 0 for node in processors) or None,
        cpu_count=_sockets(processors),
        memory_bytes=memory,
        memory_modules=modules,
        macs=_macs(nodes),
        firmware_vendor=identity.real(firmware.get("vendor")),
        firmware_version=_VERSION_DATE.sub("", text(firmware.get("version")) or "") or None,
        firmware_date=_firmware_date(firmware),
        uefi=("uefi" in _object(firmware, "capabilities")) if firmware else None,
        battery=next((each for node in batteries if (each := _battery(node)) is not None), None),
        drives=tuple(found.drives),
        lists_drives=knows and not found.hidden and bool(found.drives),
    )
    return Walked(with_kind(machine, Clues(_words(root, version), bool(batteries))), notes)


def _nodes(root: Node) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Every node with the nodes it stands in, the nearest last; in the order printed."""
    pending: list[tuple[Node, tuple[Node, ...]]] = [(root, ())]
    count = 0
    while pending and count < _MOST_NODES:
        node, above = pending.pop()
        count += 1
        yield node, above
        inside = (*above[-40:], node)
        pending += [(child, inside) for child in reversed(list(objects(node.get("children"))))]


def _object(node: Node, key: str) -> dict[str, Any]:
    value = node.get(key)
    return value if isinstance(value, dict) else {}


def _named(node: Node, name: str) -> bool:
    return (text(node.get("id")) or "").partition(":")[0] == name


def _words(root: Node, version: str | None) -> str:
    told = (root.get("product"), version, _object(root, "configuration").get("family"), root.get("description"))
    return " ".join(filter(None, map(text, told)))


def _without_sku(product: str | None, sku: Any) -> str | None:
    """lshw puts the order number in brackets behind the product."""
    told = text(sku, 200)
    return product.removesuffix(f"({told})").strip() if product and told else product


def _is_processor(node: Node) -> bool:
    if _named(node, "logicalcpu") or "disabled" in str(node.get("disabled", "")):
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
        if _named(node, "memory") and total is None:
            total = whole(node.get("size"))
        inside = any(_named(each, "memory") for each in above)
        # Flash chips of the firmware are listed as a memory of their own.
        flash = any("flash" in str(each.get("description", "")).lower() for each in above)
        if _named(node, "bank") and inside and not flash and (size := whole(node.get("size"))):
            modules, sizes = modules + 1, sizes + size
    return total or sizes or None, modules or None


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


@dataclass
class _Drives:
    drives: list[DriveFound] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hidden: bool = False
    """Something holds drives that the report does not name."""


def _drives(nodes: list[tuple[Node, tuple[Node, ...]]]) -> _Drives:
    found = _Drives()
    for node, above in nodes:
        kind = node.get("class")
        if kind == "storage":
            _storage(node, found)
        elif kind in ("disk", "generic") and _is_drive(node, above):
            _add(_disc(node, above), found)
    return found


def _storage(node: Node, found: _Drives) -> None:
    told = f"{node.get('description', '')} {node.get('product', '')}".lower()
    if text(node.get("serial")) and (_named(node, "nvme") or "nvme device" in told):
        sizes = [whole(each.get("size")) for each in objects(node.get("children")) if each.get("class") == "disk"]
        _add(_drive(node, sum(filter(None, sizes)) or None, "nvme", "nvme"), found)
    elif "non-volatile memory" in told or "nvm express" in told or "nvme" in told:
        found.hidden = True
        found.notes.append("An NVMe drive is fitted, of which this version of lshw tells nothing; add smartctl --json.")
    elif _object(node, "configuration").get("driver") in _RAID_DRIVERS:
        found.hidden = True
        found.notes.append("Drives behind a RAID controller are not named by lshw; add smartctl --json of each.")


def _is_drive(node: Node, above: tuple[Node, ...]) -> bool:
    if any(_named(node, name) for name in (*_VOLUMES, "cdrom", "dvd")) or any(map(_has_disc, above)):
        return False
    capabilities = _object(node, "capabilities")
    if node.get("class") == "generic" and not (
        _named(node, "device") and "mmc" in str(node.get("description", "")).lower()
    ):
        return False
    if "sd card" in str(node.get("description", "")).lower() or ("sd" in capabilities and "mmc" not in capabilities):
        return False
    return not (_REMOVABLE & capabilities.keys()) and not _is_usb(node, above)


def _has_disc(node: Node) -> bool:
    return node.get("class") == "disk" or (_named(node, "nvme") and node.get("class") == "storage")


def _is_usb(node: Node, above: tuple[Node, ...]) -> bool:
    """A stick, a card reader or a disc in a case of its own: it is not part of the machine."""
    return any(
        _object(each, "configuration").get("driver") in _USB_DRIVERS or str(each.get("businfo", "")).startswith("usb@")
        for each in (node, *above)
    )


def _disc(node: Node, above: tuple[Node, ...]) -> DriveFound | None:
    names = str(node.get("logicalname", "")) + str([each.get("logicalname") for each in objects(node.get("children"))])
    size = whole(node.get("size")) or whole(node.get("capacity"))
    if "mmc" in names or "mmc" in str(node.get("description", "")).lower():
        sizes = [whole(each.get("size")) or 0 for each in objects(node.get("children"))]
        return _drive(node, size or max(sizes, default=0) or None, "emmc", "mmc")
    told = f"{node.get('description', '')} {node.get('businfo', '')} {names}".lower()
    nvme = "nvme" in told
    interface = next((word for sign, word in _INTERFACES if sign in told), None)
    capabilities = " ".join(_object(node, "capabilities"))
    medium = "nvme" if nvme else "hdd" if re.search(r"\b\d{4,5}rpm\b", capabilities) else None
    return _drive(node, size, medium, interface)


_INTERFACES: Final = (("nvme", "nvme"), ("ide@", "ide"), ("/dev/hd", "ide"), ("ata", "sata"))


def _drive(node: Node, size: int | None, medium: str | None, interface: str | None) -> DriveFound | None:
    vendor, model = text(node.get("vendor")), identity.real(node.get("product"))
    serial = identity.real_drive_serial(node.get("serial"))
    if (model is None and serial is None) or (size is not None and size < _SMALLEST):
        return None
    return DriveFound(
        serial=serial,
        manufacturer=makers.drive_maker(vendor, model),
        model=model,
        medium=medium or media.medium_by_model(model),
        capacity_bytes=size,
        firmware=text(node.get("version")),
        interface=interface,
    )


def _add(drive: DriveFound | None, found: _Drives) -> None:
    if drive is None:
        return
    if media.is_raid(drive.model):
        found.hidden = True
        found.notes.append(f"{drive.model} is made by a RAID controller; the drives behind it are not named.")
    elif drive.serial is None or drive.serial not in {each.serial for each in found.drives}:
        found.drives.append(drive)
