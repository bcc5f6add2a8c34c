"""Reader of one part of a set of files as peracotta writes them: such a part alone names no machine, and says so."""

import re
from typing import ClassVar, Final

from inventory.errors import ValidationRefused
from inventory.intake.findings import HardwareFound
from inventory.intake.readers._base import Reader
from inventory.reading.documents import Document

_PARTS: Final = {
    "lscpu": re.compile(r"^Architecture: ", re.MULTILINE),
    "lspci": re.compile(r"^[0-9a-f]{2}:[0-9a-f]{2}\.\d [A-Z]", re.MULTILINE),
    "glxinfo": re.compile(r"^name of display: ", re.MULTILINE),
    "decode-dimms": re.compile(r"^# decode-dimms version", re.MULTILINE),
    "dmesg": re.compile(r"^\[ *0\.000000\] ", re.MULTILINE),
    "a list of network addresses": re.compile(r"\A(?:\w{2,15} [0-9a-f]{2}(?::[0-9a-f]{2}){5}(?: \d+)?\s*)+\Z"),
    "a place of the graphics card": re.compile(
        r"\A\s*(?:none|mobo|cpu|gpu|discrete|integrated_\w+)\s*\Z", re.IGNORECASE
    ),
    "an empty list of smartctl": re.compile(r"\A\s*\[\s*\]\s*\Z"),
}


class _Peracotta(Reader):
    key: ClassVar[str] = "peracotta"
    label: ClassVar[str] = "set of files as peracotta writes them"

    def recognises(self, document: Document) -> float:
        return 0.3 if _part(document) else 0.0

    def read(self, document: Document) -> HardwareFound:
        raise ValidationRefused(
            "{name} is {what} alone and names no machine; send the files of one machine together, as a zip file.",
            name=document.name,
            what=_part(document) or "one part of a set",
        )


READER = _Peracotta()


def _part(document: Document) -> str | None:
    head = (document.text or "")[:20_000]
    return next((name for name, pattern in _PARTS.items() if head.strip() and pattern.search(head)), None)
