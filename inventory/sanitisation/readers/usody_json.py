"""Reads the JSON of usody sanitize.

What was done is told by the commands that ran, never by their descriptions, which may say another thing.
"""

import re
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

_COMMANDS: Final = (
    ("crypto_erase", re.compile(r"\bnvme\s+format\b.*(?:--ses[= ]2|-s ?2)\b")),
    ("nvme_format", re.compile(r"\bnvme\s+format\b")),
    ("sanitize_crypto", re.compile(r"\bsanitize\b.*(?:crypto|(?:-a|--sanact)[= ]?(?:0x0?)?4\b)")),
    ("sanitize_block", re.compile(r"\bsanitize\b.*(?:block|(?:-a|--sanact)[= ]?(?:0x0?)?2\b)")),
    ("sanitize_overwrite", re.compile(r"\bsanitize\b.*(?:overwrite|(?:-a|--sanact)[= ]?(?:0x0?)?3\b)")),
    ("ata_secure_erase_enhanced", re.compile(r"\bhdparm\b.*--security-erase-enhanced\b")),
    ("ata_secure_erase", re.compile(r"\bhdparm\b.*--security-erase\b")),
    (
        "overwrite",
        re.compile(
            r"\b(?:shred|badblocks\b.*\s-[a-z]*w[a-z]*|dd\b.*\bif=/dev/(?:zero|u?random)\b.*\bof=|scrub|wipe)\b"
        ),
    ),
)
"""Technique by the command; the first that fits. `nvme format` with a crypto erase is taken for a format: see below."""


def _technique(commands: list[str]) -> str | None:
    for key, pattern in _COMMANDS:
        if any(pattern.search(each) for each in commands):
            # A format that erases the key does not document the key's scope, which a crypto erase must.
            return "nvme_format" if key == "crypto_erase" else key
    return None


class Reader(Base):
    key = "usody_json"
    label = "usody sanitize (JSON)"

    def recognises(self, document: Document) -> float:
        data = document.data
        if not isinstance(data, dict) or not isinstance(data.get("steps"), list):
            return 0.0
        return 0.9 if "device_info" in data and "validation" in data else 0.0

    def read(self, document: Document) -> ErasuresFound:
        data = document.data
        if not isinstance(data, dict) or not isinstance(data.get("steps"), list):
            raise ValidationRefused(f"{document.name} has no list of steps: it is no report of usody sanitize.")
        steps = [dict_of(each) for each in list_of(data["steps"])]
        device, validation = dict_of(data.get("device_info")), dict_of(data.get("validation"))
        commands = [dict_of(each) for step in steps for each in list_of(step.get("commands"))]
        lines = [text_of(each.get("command")) or "" for each in commands]
        good = bool(steps) and all(step.get("success") is True for step in steps)
        wrong = sum(1 for each in commands if each.get("success") is False)
        valid = validation.get("result") is True
        return ErasuresFound(
            reader=self.key,
            tool="usody sanitize",
            tool_version=text_of(data.get("version")),
            erasures=(
                ErasureFound(
                    serial=serial_of(device.get("serial_number")),
                    manufacturer=name_of(device.get("manufacturer")),
                    model=name_of(device.get("model")),
                    medium=medium_of(device.get("connector"), device.get("storage_medium")),
                    capacity_bytes=_bytes(device),
                    interface=text_of(device.get("connector")),
                    technique=_technique(lines),
                    pattern=next((line for line in lines if line), None),
                    status="erased" if good and valid else "failed",
                    started_at=_moment(steps, "start_time", min),
                    ended_at=_moment(steps, "end_time", max),
                    pass_errors=wrong,
                    verify_errors=0 if valid else 1,
                    sync_errors=0,
                    hidden_area="n/a" if medium_of(device.get("connector")) == "nvme" else "unknown",
                    verification="sample" if validation.get("commands") else "status",
                    steps=len(steps),
                ),
            ),
        )


def _moment(steps: list[dict[str, Any]], name: str, which: Any) -> Any:
    told = [moment for step in steps if (moment := moment_of(step.get(name))) is not None]
    zones = {moment.tzinfo is None for moment in told}
    return which(told) if len(zones) == 1 else None


def _bytes(device: dict[str, Any]) -> int | None:
    block = dict_of(dict_of(device.get("export_data")).get("block"))
    for value in (block.get("size"), device.get("size")):
        number = number_of(value)
        if number is not None and number > 10**6:
            return number
    return None


READER = Reader()
