"""Reads the erasures inside workbench snapshots (legacy Workbench 11, JSON or YAML).

The ``erase`` block of workbench-script is never evidence: that program writes it without having run anything.
"""

from typing import Any, Final

from inventory.errors import ValidationRefused
from inventory.reading.documents import Document
from inventory.sanitisation.findings import ErasureFound, ErasuresFound
from inventory.sanitisation.readers._base import Reader as Base
from inventory.sanitisation.readers._values import (
    dict_of,
    list_of,
    medium_of,
    moment_of,
    name_of,
    number_of,
    serial_of,
    text_of,
)

_TECHNIQUES: Final = {
    "EraseBasic": "overwrite",
    "EraseSectors": "overwrite",
    "EraseCrypto": None,
    "ErasePhysical": "shred",
}
"""By the action's type. EraseCrypto does not document the scope of the key, so it names no technique of the table."""
_MEDIA: Final = {"SolidStateDrive": "ssd", "HardDrive": "hdd", "Mmc": "emmc"}
_GOOD: Final = frozenset({"Info", "Notice"})
_MEBI: Final = 1_000_000
"""Sizes are told in megabytes of a million."""
_STUB: Final = "the “erase” block of workbench-script is written without anything having been run"


def _actions(component: dict[str, Any]) -> list[dict[str, Any]]:
    told = component.get("actions", component.get("events"))
    return [each for each in map(dict_of, list_of(told)) if each.get("type") in _TECHNIQUES]


def _components(data: Any) -> list[dict[str, Any]]:
    top = dict_of(data)
    return [dict_of(each) for each in list_of(top.get("components"))]


class Reader(Base):
    key = "workbench_erasures"
    label = "Erasures in a workbench snapshot"

    def recognises(self, document: Document) -> float:
        data = document.data
        if not isinstance(data, dict) or data.get("type") != "Snapshot":
            return 0.0
        if any(_actions(each) for each in _components(data)):
            return 0.9
        return 0.8 if data.get("erase") else 0.3

    def read(self, document: Document) -> ErasuresFound:
        data = document.data
        if not isinstance(data, dict) or not isinstance(data.get("components", data.get("erase")), list):
            raise ValidationRefused(f"{document.name} is no workbench snapshot with erasures in it.")
        device = dict_of(data.get("device"))
        found = [_erasure(component, action) for component in _components(data) for action in _actions(component)]
        found += [_stub(dict_of(each)) for each in list_of(data.get("erase"), 64)]
        if not found:
            raise ValidationRefused(f"{document.name} is a snapshot, and no erasure is in it.")
        return ErasuresFound(
            reader=self.key,
            tool=text_of(data.get("software")) or "Workbench",
            tool_version=text_of(data.get("version")),
            report_id=text_of(data.get("uuid")),
            host_serial=name_of(device.get("serialNumber")),
            host_manufacturer=name_of(device.get("manufacturer")),
            host_model=name_of(device.get("model")),
            erasures=tuple(found),
        )


def _erasure(component: dict[str, Any], action: dict[str, Any]) -> ErasureFound:
    steps = [dict_of(each) for each in list_of(action.get("steps"))]
    wrong = sum(1 for each in steps if each.get("severity") not in _GOOD)
    good = action.get("severity") in _GOOD and not wrong
    verified = any("verif" in (text_of(each.get("type")) or "").lower() for each in steps)
    kind, model = text_of(component.get("type")), component.get("model")
    size = number_of(component.get("size"))
    return ErasureFound(
        serial=serial_of(component.get("serialNumber")),
        manufacturer=name_of(component.get("manufacturer")),
        model=name_of(model),
        medium=medium_of(component.get("interface"), model) or _MEDIA.get(kind or ""),
        capacity_bytes=size * _MEBI if size and size < 10**9 else None,
        interface=text_of(component.get("interface")),
        technique=_TECHNIQUES[action["type"]],
        pattern=", ".join([action["type"], *(text_of(each.get("type")) or "?" for each in steps[:20])]),
        status="erased" if good else "failed",
        started_at=moment_of(action.get("startTime")),
        ended_at=moment_of(action.get("endTime")),
        pass_errors=wrong,
        verify_errors=0,
        sync_errors=0,
        hidden_area="unknown",
        verification="full" if verified else "status",
        steps=len(steps),
    )


def _stub(told: dict[str, Any]) -> ErasureFound:
    return ErasureFound(
        serial=serial_of(told.get("serial_number", told.get("serialNumber", told.get("serial")))),
        model=name_of(told.get("model")),
        pattern="workbench-script",
        doubts=(_STUB,),
        steps=0,
    )


READER = Reader()
