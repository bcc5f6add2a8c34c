"""Reads the answer of ``nvme sanitize-log -o json``, alone or in a wrapper that names the drive.

The log page itself has neither serial nor time. A wrapper ``{"serial", "model", "ended_at", "sanitize_log"}`` (as
our instructions for a bootable stick make it) brings them; without it the answer proves nothing of any one drive.
"""

from datetime import datetime
from typing import Any, Final

from inventory.errors import ValidationRefused
from inventory.reading.documents import Document
from inventory.sanitisation.findings import ErasureFound, ErasuresFound
from inventory.sanitisation.readers._base import Reader as Base
from inventory.sanitisation.readers._values import dict_of, moment_of, name_of, number_of, serial_of, text_of

_STATUSES: Final = {0: "unknown", 1: "erased", 2: "running", 3: "failed", 4: "erased"}
"""Low three bits of SSTAT (nvme-cli, nvme-log-sanitize; 4 as 1, with deallocation not as asked)."""
_ACTIONS: Final = {2: "sanitize_block", 3: "sanitize_overwrite", 4: "sanitize_crypto"}
"""Sanitize Action, low three bits of SCDW10."""
GLOBAL_DATA_ERASED: Final = 0x0100
PURGED: Final = 0x0800
"""PRGD, bit 11: purged as IEEE 2883 has it."""


def _page(data: Any) -> dict[str, Any]:
    """The log page, wherever it lies: on top, under its own name, or under the name of the device."""
    top = dict_of(data)
    for inner in (top, dict_of(top.get("sanitize_log")), *(dict_of(each) for each in list(top.values())[:20])):
        lowered = {str(name).lower(): value for name, value in list(inner.items())[:200]}
        if "sstat" in lowered:
            return lowered
    return {}


def _status(value: Any) -> int | None:
    """SSTAT as a number; newer versions spell it out as an object."""
    if isinstance(value, dict):
        value = next((each for name, each in value.items() if str(name).lower() in ("value", "sstat", "raw")), None)
    if isinstance(value, str) and value.lower().startswith("0x"):
        try:
            return int(value[:12], 16)
        except ValueError:
            return None
    return number_of(value)


class Reader(Base):
    key = "nvme_sanitize_log"
    label = "NVMe sanitise log (nvme-cli, JSON)"

    def recognises(self, document: Document) -> float:
        page = _page(document.data)
        return 0.9 if "sprog" in page else 0.6 if page else 0.0

    def read(self, document: Document) -> ErasuresFound:
        page, top = _page(document.data), dict_of(document.data)
        if not page:
            raise ValidationRefused(f"{document.name} has no SSTAT: it is no answer of “nvme sanitize-log -o json”.")
        status = _status(page.get("sstat"))
        if status is None:
            raise ValidationRefused(f"{document.name}: SSTAT cannot be read as a number.")
        action = _status(page.get("scdw10", page.get("cdw10_info")))
        technique = _ACTIONS.get(action & 7) if action is not None else None
        word = _STATUSES.get(status & 7, "unknown")
        doubts = []
        if word == "erased" and not status & GLOBAL_DATA_ERASED:
            doubts.append("the drive was written to since it was sanitised (Global Data Erased is not set)")
        done = word == "erased"
        ended: datetime | None = moment_of(top.get("ended_at"))
        return ErasuresFound(
            reader=self.key,
            tool="nvme-cli",
            tool_version=text_of(top.get("tool_version")),
            host_serial=name_of(top.get("host_serial")),
            host_asset_tag=name_of(top.get("host_asset_tag")),
            erasures=(
                ErasureFound(
                    serial=serial_of(top.get("serial", top.get("serial_number"))),
                    model=name_of(top.get("model")),
                    medium="nvme",
                    capacity_bytes=number_of(top.get("capacity_bytes")),
                    interface="nvme",
                    technique=technique,
                    pattern=None if action is None else f"sanitize, action {action & 7}",
                    status=word,
                    started_at=moment_of(top.get("started_at")),
                    ended_at=ended,
                    # The status covers the whole of the drive: it succeeds without an error or not at all.
                    pass_errors=0 if done else None,
                    verify_errors=0 if done else None,
                    sync_errors=0 if done else None,
                    hidden_area="n/a",
                    verification="status",
                    doubts=tuple(doubts),
                ),
            ),
            notes=("The drive says that it purged as IEEE 2883 has it (PRGD).",) if status & PURGED else (),
        )


READER = Reader()
