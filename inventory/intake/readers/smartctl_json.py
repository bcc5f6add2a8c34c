"""Reader of ``smartctl --json``: one drive, or a list of drives, in or out of a machine."""

from typing import Any, ClassVar

from inventory.errors import ValidationRefused
from inventory.intake.findings import HardwareFound
from inventory.intake.readers._base import Reader
from inventory.intake.readers._smart import drives_of
from inventory.reading.documents import Document
from inventory.reading.plain import at, instant, objects, text, whole


class _SmartctlJson(Reader):
    key: ClassVar[str] = "smartctl_json"
    label: ClassVar[str] = "smartctl --json"

    def recognises(self, document: Document) -> float:
        return 0.9 if any(isinstance(each.get("smartctl"), dict) for each in objects(document.data)) else 0.0

    def read(self, document: Document) -> HardwareFound:
        runs = [each for each in objects(document.data) if isinstance(each.get("smartctl"), dict)]
        if not runs:
            raise ValidationRefused("{name} is not what smartctl --json prints.", name=document.name)
        found = drives_of(runs)
        if not found.drives and not found.external:
            raise ValidationRefused(
                "{name} names no drive: {why}.",
                name=document.name,
                why="; ".join(dict.fromkeys(found.failures))[:300].rstrip(".") or "smartctl printed nothing of it",
            )
        return HardwareFound(
            reader=self.key,
            software=version_of(runs[0]),
            made_at=instant(whole(at(runs[0], "local_time", "time_t")) or None),
            drives=tuple(found.drives + found.external),
            notes=tuple(f"Left out: {each}." for each in found.failures),
        )


READER = _SmartctlJson()


def version_of(run: dict[str, Any]) -> str:
    """smartctl and its version."""
    numbers = at(run, "smartctl", "version")
    told = [str(each) for each in numbers if text(each)] if isinstance(numbers, list) else []
    return f"smartctl {'.'.join(told[:3])}" if told else "smartctl"
