"""What is asked of the ledger, by whom, and what comes back."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from inventory.config import Settings
from inventory.errors import InventoryError
from inventory.lifecycle.state import Line


@dataclass(slots=True)
class EventRequest:
    """One event to record.

    ``key``: the client's own key, at most 80 characters; repeating it with the same content is harmless.
    ``tag``: of an existing machine (any form a scan gives); None when the event opens a record.
    ``occurred_at``: a moment with a time zone, a day, or None for now.
    ``details``: JSON values, free text included. ``voids``, ``replacement``: of corrections only.
    """

    kind: str
    key: str
    tag: str | None = None
    occurred_at: datetime | date | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    voids: str | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who records, when, and under which settings. ``salt`` gives 16 random bytes per line with text."""

    account_id: int
    actor: str
    """Opaque id of the account."""
    permissions: frozenset[str]
    now: datetime
    settings: Settings
    salt: Callable[[], bytes] = lambda: secrets.token_bytes(16)
    source: str = "person"

    @classmethod
    def of(cls, account: Any, permissions: frozenset[str], settings: Settings) -> "Recorder":
        """A recorder for *account* at the server's present time."""
        return cls(account.id, account.uid, permissions, datetime.now(UTC), settings)


@dataclass(slots=True)
class Proposed:
    """A line about to be recorded, as guards see it."""

    line: Line
    personal: Mapping[str, Any]
    settings: Settings


@dataclass(slots=True)
class Result:
    """What became of one request: ``recorded``, ``already`` (same key, same content) or ``refused``."""

    outcome: str
    key: str
    tag: str
    status: str | None = None
    """Status of the machine after the whole batch."""
    sequence: int | None = None
    refusal: InventoryError | None = None
    asset_id: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The result as data for every edge."""
        shown: dict[str, Any] = {"outcome": self.outcome, "key": self.key, "tag": self.tag}
        if self.status is not None:
            shown["status"] = self.status
        if self.sequence is not None:
            shown["sequence"] = self.sequence
        if self.refusal is not None:
            shown["refusal"] = self.refusal.as_dict()
        return shown
