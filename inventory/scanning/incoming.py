"""One scan as it comes in from a device, its time put right."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ScanIn:
    """A scan on its way in.

    ``action``: record, undo, or another that a part of the product handles. ``text``: as it was read, at most
    300 characters. ``owner``: opaque id of whoever scanned. ``scanned_at``: by the device's clock, in UTC;
    ``occurred_at``: by ours. ``undoes``: key of the scan to take back. ``list``: code of the list it belongs to.
    """

    key: str
    number: int | None
    text: str
    device: str
    owner: str
    action: str
    event: str | None
    details: dict[str, Any]
    undoes: str | None
    list: str | None
    scanned_at: datetime
    offset_ms: int | None
    occurred_at: datetime
    clock_off_ms: int | None = None

    @property
    def other_key(self) -> str:
        """The key under which this scan is kept when its own was already used for another one."""
        said = json.dumps([self.action, self.text, self.event, self.undoes, self.list])
        return f"{self.key[:60]}~{hashlib.sha256(said.encode()).hexdigest()[:16]}"
