"""An asset as its ledger tells it: lines in, state out. Pure; replaying all lines gives the same state."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from inventory.lifecycle.waste_hierarchy import Outcome

IN_OTHER_HANDS: Final = frozenset({"in_use", "missing", "written_off", "donated", "sold", "with_lessor"})
"""Statuses in which somebody may write data to the drives, or nobody knows."""


@dataclass(slots=True)
class Line:
    """A ledger line. Times in UTC; ``precision`` is day or instant; ``details`` as stored.

    ``voids``: key of the line a correction takes away; ``replaces``: key of the line this one stands for.
    """

    key: str
    kind: str
    occurred_at: datetime
    precision: str
    recorded_at: datetime
    actor: str
    details: dict[str, Any]
    sequence: int = 0
    voids: str | None = None
    replaces: str | None = None


@dataclass(slots=True)
class FittedDrive:
    """A drive on record in the machine, and the last thing known of its data."""

    uid: str
    details: dict[str, Any]
    came: str
    fitted_at: datetime
    wiped_at: datetime | None = None
    wiped_precision: str = "instant"
    wiped_method: str | None = None
    confirmed_after_use: bool = False
    used: bool = False
    """It was in the machine while somebody else had that."""
    used_since_wipe: bool = False
    """A period of use began after the wipe was told."""
    failed_at: datetime | None = None


@dataclass(slots=True)
class State:
    """Where an asset stands after some of its lines; ``status`` None before the first."""

    status: str | None = None
    status_since: datetime | None = None
    status_since_precision: str = "instant"
    tag: str = ""
    former_tags: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    used_before: bool = False
    held_from: str | None = None
    missing_from: str | None = None
    merged_from: str | None = None
    merged_into: str | None = None
    inspection: dict[str, Any] | None = None
    """Details of the last inspection since the machine came back."""
    use_started_at: datetime | None = None
    use_ended_at: datetime | None = None
    use_ended_precision: str = "instant"
    no_drive_fitted: bool = False
    drives: dict[str, FittedDrive] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    storage_doubted: bool = False
    """It was known as a kind that holds storage before it was called one that holds none."""
    stands_for: frozenset[str] = frozenset()
    """Keys of the voided lines in whose place the line that is applied stands."""
    extended: list[datetime] = field(default_factory=list)
    """When its life was extended by a repair or an upgrade."""
    last_at: datetime | None = None
    """Latest ``occurred_at`` of a standing line."""
    seen_at: datetime | None = None
    standing: int = 0
    """How many standing lines were applied."""

    @property
    def counted(self) -> tuple[Outcome, ...]:
        """The outcomes that count: none while the record is withdrawn (merged, or entered in error)."""
        return () if self.status == "withdrawn" else tuple(self.outcomes)

    @property
    def may_hold_data(self) -> bool:
        """Whether somebody may ever have written to its drives: it was used, or nobody knew where it was."""
        return self.used_before or self.use_ended_at is not None

    @property
    def kind(self) -> str:
        """Kind of asset; ``unknown`` until it is known."""
        return str(self.facts.get("kind", "unknown"))

    def begin_use(self, line: Line) -> None:
        """From here on somebody else may write: what was said of the drives speaks of the time before."""
        self.use_started_at = line.occurred_at
        for drive in self.drives.values():
            drive.used = drive.used_since_wipe = True

    def change_status(self, status: str, line: Line) -> None:
        """Move to *status*, and keep track of the periods in which data may have come onto the drives."""
        if status == self.status:
            return
        if status in IN_OTHER_HANDS and self.status not in IN_OTHER_HANDS:
            self.begin_use(line)
        if self.status in IN_OTHER_HANDS and status not in IN_OTHER_HANDS:
            self.use_ended_at = line.occurred_at
            self.use_ended_precision = line.precision
            self.no_drive_fitted = False
        if status == "in_use":
            self.no_drive_fitted = False
        if status in IN_OTHER_HANDS - {"missing", "written_off"}:
            self.used_before = True
        if status == "on_hold" and self.status not in ("missing", "written_off"):
            # Found again, a held machine is still held for the status before the hold.
            self.held_from = self.status
        if status == "missing":
            self.missing_from = self.status
        if status == "withdrawn":
            self.merged_from = self.status
        self.status = status
        self.status_since = line.occurred_at
        self.status_since_precision = line.precision
