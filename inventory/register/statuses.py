"""Statuses: where an asset stands. Pure; the events that lead here are in the lifecycle."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Status:
    """Where an asset stands. ``on_site``: the university still has it; ``waiting``: somebody should act."""

    key: str
    label: str
    meaning: str
    on_site: bool = False
    waiting: bool = False
    final: bool = False


_ROWS = (
    Status("on_order", "On order", "Bought, not here yet"),
    Status("in_stock", "In stock", "Here, never used", on_site=True, waiting=True),
    Status("in_use", "In use", "With a custodian", on_site=True),
    Status("missing", "Missing", "Not where it should be; under search", waiting=True),
    Status("written_off", "Written off", "Loss or theft accepted; outside the hierarchy; a security incident"),
    Status("returned", "Returned", "Back at the reuse hub, waiting for inspection", on_site=True, waiting=True),
    Status("on_hold", "On hold", "Must not leave, with a reason", on_site=True, waiting=True),
    Status(
        "ready_for_reuse",
        "Ready for re-use",
        "Inspected, every drive clean, tested",
        on_site=True,
        waiting=True,
    ),
    Status("reserved", "Reserved", "Promised to a request", on_site=True, waiting=True),
    Status("donated", "Donated", "Left as working equipment, never waste"),
    Status("sold", "Sold", "Left as working equipment, never waste"),
    Status("with_lessor", "With lessor", "Back with its owner; fate unknown until reported"),
    Status("dismantled", "Dismantled", "Taken apart for parts; what is left is waste", on_site=True, waiting=True),
    Status(
        "awaiting_collection",
        "Awaiting collection",
        "Declared waste, still here",
        on_site=True,
        waiting=True,
    ),
    Status("with_contractor", "With contractor", "Left as waste; fate expected, not confirmed"),
    Status("prepared_for_reuse", "Prepared for re-use", "Confirmed by the contractor's report", final=True),
    Status("recycled", "Recycled", "Confirmed by the contractor's report", final=True),
    Status("energy_recovered", "Energy recovered", "Confirmed by the contractor's report", final=True),
    Status("disposed", "Disposed", "Confirmed by the contractor's report", final=True),
    Status("withdrawn", "Withdrawn", "Entered in error, merged or cancelled: outside every list and count"),
)

STATUSES: Final = {status.key: status for status in _ROWS}
ON_SITE: Final = frozenset(status.key for status in _ROWS if status.on_site)
WAITING: Final = frozenset(status.key for status in _ROWS if status.waiting)
FINAL: Final = frozenset(status.key for status in _ROWS if status.final)
