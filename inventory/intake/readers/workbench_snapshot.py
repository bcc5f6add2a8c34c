"""Reader of eReuse and usody workbench snapshots: lists of components (10 to 12), and outputs of tools in one JSON."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Final

import orjson

from inventory.errors import ValidationRefused
from inventory.intake.findings import DriveFound, HardwareFound, MachineFound
from inventory.intake.merging import Part, merge, same_drive
from inventory.intake.readers import _components
from inventory.intake.readers._base import Reader
from inventory.intake.readers._discs import without_answered
from inventory.intake.readers._inxi import inxi_machine
from inventory.intake.readers._nodes import is_system
from inventory.intake.readers._smart import drives_of
from inventory.intake.readers.dmidecode import read_dmidecode
from inventory.intake.readers.lshw_json import mended, read_lshw
from inventory.reading.documents import Document
from inventory.reading.plain import at, instant, text

_STEPS: Final = frozenset(
    {"StressTest", "Install", "EraseBasic", "EraseSectors", "BenchmarkRamSysbench", "EraseCrypto"}
)
_WHOLE: Final = frozenset({"Snapshot", "Live"})
"""What tells of a whole machine; Live is what the desktop program sends of a machine in use."""
_NO_ID: Final = "00000000-0000-0000-0000-000000000000"


@dataclass
class _Gathered:
    """What the parts of one snapshot say."""

    parts: list[Part] = field(default_factory=list)
    smart: list[DriveFound] = field(default_factory=list)
    external: list[DriveFound] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def try_part(self, source: str, label: str, read: Callable[[], HardwareFound]) -> None:
        """Add what *read* gives; a part that cannot be read is noted, and the others stand."""
        try:
            found = read()
        except ValidationRefused as refused:
            self.notes.append(f"The part of {label} was left out: {refused.message}")
            return
        self.notes += found.notes
        if found.machine is not None:
            self.parts.append(Part(source, found.machine))


class _WorkbenchSnapshot(Reader):
    key: ClassVar[str] = "workbench_snapshot"
    label: ClassVar[str] = "eReuse workbench snapshot"

    def recognises(self, document: Document) -> float:
        data = _unwrapped(document.data)
        if not isinstance(data, dict):
            head = (document.text or "")[:20_000]
            return 0.4 if re.search(r'"type"\s*:\s*"(?:Device)?Snapshot', head) else 0.0
        if _components.type_of(data) in _WHOLE:
            return 0.95
        return 0.5 if _components.type_of(data) in _STEPS or ("device" in data and "components" in data) else 0.0

    def read(self, document: Document) -> HardwareFound:
        return read_snapshot(document.data, document.name)


READER = _WorkbenchSnapshot()


def read_snapshot(wrapped: Any, name: str) -> HardwareFound:
    """A snapshot already parsed. ValidationRefused where it does not tell of a machine."""
    snapshot = _unwrapped(wrapped)
    if not isinstance(snapshot, dict):
        raise ValidationRefused("{name} is not valid JSON or YAML: it may have been cut off.", name=name)
    kind = _components.type_of(snapshot)
    if kind in _STEPS:
        raise ValidationRefused("{name} tells of one step ({kind}) and names no machine.", name=name, kind=kind)
    if kind not in _WHOLE:
        raise ValidationRefused('{name} lacks "type": "Snapshot", so it is not taken for one.', name=name)
    found = _gather(snapshot, name)
    if not found.parts:
        why = " ".join(list(dict.fromkeys(found.notes))[:3]) or "It holds neither a device nor the output of a tool."
        raise ValidationRefused("{name} tells of no machine. {why}", name=name, why=why)
    found.notes += _settle(found.parts)
    machine = merge(found.parts, found.smart)
    dropped = [each for each in found.external if not any(same_drive(each, kept) for kept in machine.drives)]
    found.notes += [f"Left out: {each.model or each.serial} hangs on USB." for each in dropped]
    return HardwareFound(
        reader=READER.key,
        software=" ".join(
            filter(None, (text(_first(snapshot, "software", "snapshotSoftware")), text(snapshot.get("version"))))
        )
        or None,
        made_at=_made_at(_first(snapshot, "timestamp", "endTime", "date")),
        report_id=_report_id(_first(snapshot, "uuid", "_uuid")),
        machine=machine,
        notes=without_answered(found.notes, machine),
    )


def _unwrapped(data: Any) -> Any:
    """The snapshot inside the envelope in which it is signed, if there is one."""
    if isinstance(data, dict) and _components.type_of(data) != "Snapshot":
        for inner in (data.get("data"), data.get("credentialSubject")):
            if isinstance(inner, dict) and _components.type_of(inner) == "Snapshot":
                return inner
    return data


def _gather(snapshot: dict[str, Any], name: str) -> _Gathered:
    found = _Gathered()
    data, debug = snapshot.get("data"), snapshot.get("debug")
    if (listed := _components.machine_of(snapshot)) is not None and _says_something(listed):
        found.parts.append(Part("snapshot", listed))
    for tree in (at(data, "lshw"), at(debug, "lshw"), debug):
        parsed = _parsed(tree)
        root = parsed[0] if isinstance(parsed, list) and parsed else parsed
        if is_system(root) and root.get("children"):
            found.try_part("lshw", "lshw", lambda root=root: read_lshw(root, name))  # type: ignore[misc]
            break
    else:
        if isinstance(tree := at(data, "lshw"), str) and tree.strip():
            found.notes.append("The part of lshw was left out: it is not valid JSON.")
    if isinstance(told := at(data, "dmidecode"), str) and told.strip():
        found.try_part("dmidecode", "dmidecode", lambda: read_dmidecode(told, name))
    if (added := inxi_machine(at(data, "inxi"))) is not None:
        found.parts.append(Part("inxi", added))
    smart = drives_of(_parsed(at(data, "smartctl")) or _parsed(at(data, "smart")))
    found.smart, found.external = smart.drives, smart.external
    found.notes += [f"smartctl: {each}." for each in smart.failures]
    return found


def _settle(parts: list[Part]) -> list[str]:
    """Where components are listed, lshw is what they were made of: it completes their drives and adds none."""
    listed = next((part.machine.drives for part in parts if part.source == "snapshot" and part.machine.drives), None)
    if listed is None:
        return []
    notes = []
    for number, part in enumerate(parts):
        if part.source != "snapshot":
            kept = tuple(each for each in part.machine.drives if any(same_drive(each, one) for one in listed))
            more = len(part.machine.drives) - len(kept)
            parts[number] = Part(part.source, replace(part.machine, drives=kept))
            notes += [f"{part.source} names {more} drive(s) that the list of components does not."] if more else []
    return notes


def _says_something(machine: MachineFound) -> bool:
    return any((machine.manufacturer, machine.model, machine.serial, machine.drives, machine.cpu_model))


def _parsed(told: Any) -> Any:
    """A part that is an object, or text that holds one."""
    if not isinstance(told, str):
        return told
    try:
        return orjson.loads(told)
    except ValueError:
        return mended(told) if len(told) < 2_000_000 else None


def _first(snapshot: dict[str, Any], *names: str) -> Any:
    return next((snapshot[name] for name in names if snapshot.get(name)), None)


def _made_at(told: Any) -> datetime | None:
    """Some versions write ``2022-04-09_10h51m48s``."""
    if isinstance(told, str) and (found := re.match(r"(\d{4}-\d\d-\d\d)_(\d\d)h(\d\d)m(\d\d)s$", told)):
        told = f"{found[1]}T{found[2]}:{found[3]}:{found[4]}"
    return instant(told)


def _report_id(told: Any) -> str | None:
    found = text(told, 64)
    return None if found == _NO_ID else found
