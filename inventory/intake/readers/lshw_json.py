"""Reader of ``lshw -json``."""

import re
from typing import Any, ClassVar

import orjson

from inventory.errors import ValidationRefused
from inventory.intake.findings import HardwareFound
from inventory.intake.readers._base import Reader
from inventory.intake.readers._nodes import is_system
from inventory.intake.readers._tree import walk
from inventory.reading.documents import Document


class _LshwJson(Reader):
    key: ClassVar[str] = "lshw_json"
    label: ClassVar[str] = "lshw -json"

    def recognises(self, document: Document) -> float:
        if is_system(_root(document.data)):
            return 0.9
        text = document.text or ""
        return 0.5 if re.match(r'\s*[\[{]+\s*"id"\s*:\s*"[^"]*",?\s*"class"\s*:', text[:2_000]) else 0.0

    def read(self, document: Document) -> HardwareFound:
        return read_lshw(document.data if document.data is not None else mended(document.text or ""), document.name)


READER = _LshwJson()


def read_lshw(data: Any, name: str, reader: str = READER.key) -> HardwareFound:
    """What ``lshw -json`` printed, already parsed. ValidationRefused where it is not about a whole machine."""
    root = _root(data)
    if root is None:
        raise ValidationRefused("{name} is not valid JSON: it may have been cut off. Run lshw -json again.", name=name)
    if not is_system(root):
        raise ValidationRefused(
            "{name} does not begin with a system node; run lshw -json as a whole, without -class.", name=name
        )
    walked = walk(root)
    return HardwareFound(reader=reader, software="lshw", machine=walked.machine, notes=tuple(walked.notes))


def _root(data: Any) -> Any:
    """Versions from B.02.19 print a list of one."""
    return data[0] if isinstance(data, list) and data else data


def mended(text: str) -> Any:
    """JSON with the commas that version B.02.18 forgets between two settings; None if that does not mend it."""
    commas = re.sub(r'(["}\]\de])(\s*\n\s*)(["{])', r"\1,\2\3", text)
    try:
        return orjson.loads(re.sub(r",(\s*[}\]])", r"\1", commas))
    except ValueError:
        return None
