"""What a report says as JSON and back: the form in which findings are kept. Pure."""

from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from inventory.intake.findings import BatteryFound, DriveFound, HardwareFound, MachineFound


def to_json(found: HardwareFound) -> dict[str, Any]:
    """JSON values of *found*; what is not told is left out."""
    told: dict[str, Any] = _told(asdict(found))
    if found.made_at is not None:
        told["made_at"] = found.made_at.astimezone(UTC).isoformat()
    return told


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _told(each) for name, each in value.items() if each is not None and each != () and each != ""}
    return [_told(each) for each in value] if isinstance(value, tuple | list) else value


def from_json(kept: dict[str, Any]) -> HardwareFound:
    """What was kept; fields that this version does not know are left out."""
    values = _known(HardwareFound, kept)
    if "made_at" in values:
        values["made_at"] = datetime.fromisoformat(values["made_at"])
    if "machine" in values:
        values["machine"] = machine_from_json(values["machine"])
    values["drives"] = _drives(values)
    values["notes"] = tuple(values.get("notes", ()))
    return HardwareFound(**values)


def machine_from_json(kept: dict[str, Any]) -> MachineFound:
    """The machine in what was kept."""
    values = _known(MachineFound, kept)
    values["drives"] = _drives(values)
    values["macs"] = tuple(values.get("macs", ()))
    if "battery" in values:
        values["battery"] = BatteryFound(**_known(BatteryFound, values["battery"]))
    return MachineFound(**values)


def _drives(values: dict[str, Any]) -> tuple[DriveFound, ...]:
    return tuple(DriveFound(**_known(DriveFound, each)) for each in values.get("drives", ()))


def _known(shape: Any, kept: dict[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(shape)}
    return {name: value for name, value in kept.items() if name in names}
