"""The drives in the tree that lshw prints; sticks, discs in a reader, volumes and RAID volumes are left out."""

import re
from dataclasses import dataclass, field
from typing import Final

from inventory.intake import identity, makers, media
from inventory.intake.findings import DriveFound, MachineFound
from inventory.intake.readers._nodes import Node, named, object_of
from inventory.reading.plain import objects, text, whole

_VOLUMES: Final = ("volume", "logicalvolume", "medium", "namespace")
_REMOVABLE: Final = frozenset({"removable", "cd-r", "cd-rw", "dvd", "dvd-r", "dvd-ram", "audio"})
_USB_DRIVERS: Final = frozenset({"usb-storage", "uas", "ums-realtek", "ums-alauda", "ums-sddr09"})
_RAID_DRIVERS: Final = frozenset(
    {"megaraid_sas", "hpsa", "aacraid", "cciss", "arcmsr", "3w-9xxx", "mpt2sas-ir", "smartpqi"}
)
_SMALLEST: Final = 1_000_000_000
"""Bytes of a disc: the boot areas of an eMMC, which are listed as discs of their own, are far below it."""
NVME_UNSEEN: Final = "An NVMe drive is fitted, of which this version of lshw tells nothing; add smartctl --json."
_LARGE: Final = 64_000_000_000
"""Bytes from which a disc on USB may be more than a stick, so that a person is told of it."""


@dataclass
class Discs:
    """Drives found, and what a person should know of them."""

    drives: list[DriveFound] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hidden: bool = False
    """Something holds drives that the report does not name."""


def drives_in(nodes: list[tuple[Node, tuple[Node, ...]]]) -> Discs:
    """The drives among *nodes*, each given with the nodes it stands in."""
    found = Discs()
    for node, above in nodes:
        kind = node.get("class")
        if kind == "storage":
            _storage(node, found)
        elif kind in ("disk", "generic") and _is_drive(node, above):
            disc = _disc(node)
            if not _is_usb(node, above):
                _add(disc, found)
            elif disc is not None and (disc.capacity_bytes or 0) >= _LARGE:
                found.notes.append(f"Left out: {disc.model or disc.serial} hangs on USB.")
    return found


def without_answered(notes: list[str], machine: MachineFound) -> tuple[str, ...]:
    """*notes* once each, without what another tool has answered by now."""
    answered = {NVME_UNSEEN} if any(each.medium == "nvme" for each in machine.drives) else set()
    return tuple(each for each in dict.fromkeys(notes) if each not in answered)


def _storage(node: Node, found: Discs) -> None:
    told = f"{node.get('description', '')} {node.get('product', '')}".lower()
    if text(node.get("serial")) and (named(node, "nvme") or "nvme device" in told):
        sizes = [whole(each.get("size")) for each in objects(node.get("children")) if each.get("class") == "disk"]
        _add(_drive(node, sum(filter(None, sizes)) or None, "nvme", "nvme"), found)
    elif "non-volatile memory" in told or "nvm express" in told or "nvme" in told:
        found.hidden = True
        found.notes.append(NVME_UNSEEN)
    elif text(object_of(node, "configuration").get("driver")) in _RAID_DRIVERS:
        found.hidden = True
        found.notes.append("Drives behind a RAID controller are not named by lshw; add smartctl --json of each.")


def _is_drive(node: Node, above: tuple[Node, ...]) -> bool:
    if any(named(node, name) for name in (*_VOLUMES, "cdrom", "dvd")) or any(map(_has_disc, above)):
        return False
    capabilities = object_of(node, "capabilities")
    if node.get("class") == "generic" and not (named(node, "device") and _is_emmc(node)):
        return False
    if "sd card" in str(node.get("description", "")).lower() or ("sd" in capabilities and "mmc" not in capabilities):
        return False
    return not _REMOVABLE & capabilities.keys()


def _is_emmc(node: Node) -> bool:
    """Not a wireless adapter, which hangs on the same bus."""
    names = [str(each.get("logicalname")) for each in (node, *objects(node.get("children")))]
    return "mmc" in object_of(node, "capabilities") or any("mmcblk" in name for name in names)


def _has_disc(node: Node) -> bool:
    return node.get("class") == "disk" or (named(node, "nvme") and node.get("class") == "storage")


def _is_usb(node: Node, above: tuple[Node, ...]) -> bool:
    """A stick, a card reader or a disc in a case of its own: it is not part of the machine."""
    return any(
        text(object_of(each, "configuration").get("driver")) in _USB_DRIVERS
        or str(each.get("businfo", "")).startswith("usb@")
        for each in (node, *above)
    )


def _disc(node: Node) -> DriveFound | None:
    names = str(node.get("logicalname", "")) + str([each.get("logicalname") for each in objects(node.get("children"))])
    size = whole(node.get("size")) or whole(node.get("capacity"))
    if _is_emmc(node):
        sizes = [whole(each.get("size")) or 0 for each in objects(node.get("children"))]
        return _drive(node, size or max(sizes, default=0) or None, "emmc", "mmc")
    told = f"{node.get('description', '')} {node.get('businfo', '')} {names}".lower()
    nvme = "nvme" in told
    interface = next((word for sign, word in _INTERFACES if sign in told), None)
    capabilities = " ".join(object_of(node, "capabilities"))
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


def _add(drive: DriveFound | None, found: Discs) -> None:
    if drive is None:
        return
    if media.is_raid(drive.model):
        found.hidden = True
        found.notes.append(f"{drive.model} is made by a RAID controller; the drives behind it are not named.")
    elif drive.serial is None or drive.serial not in {each.serial for each in found.drives}:
        found.drives.append(drive)
