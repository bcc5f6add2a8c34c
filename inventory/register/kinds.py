"""Kinds of asset, and which of them count as machines (counting rule 2 of the lifecycle)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Kind:
    """A kind of asset. ``group``: computer, peripheral or unknown; ``holds_storage``: may hold data."""

    key: str
    label: str
    group: str
    holds_storage: bool


_ROWS = (
    ("desktop", "Desktop", "computer", True),
    ("micro_desktop", "Micro desktop", "computer", True),
    ("tower_workstation", "Tower workstation", "computer", True),
    ("all_in_one", "All-in-one", "computer", True),
    ("laptop", "Laptop", "computer", True),
    ("mobile_workstation", "Mobile workstation", "computer", True),
    ("tablet", "Tablet", "computer", True),
    ("thin_client", "Thin client", "computer", True),
    ("server", "Server", "computer", True),
    ("monitor", "Monitor", "peripheral", False),
    ("dock", "Dock", "peripheral", False),
    # Printers and phones keep documents and messages; single-board computers and switches keep
    # configuration: each can hold storage, so each needs an inspection's word before it leaves.
    ("printer", "Printer", "peripheral", True),
    ("phone", "Phone", "peripheral", True),
    ("single_board_computer", "Single-board computer", "peripheral", True),
    ("network_device", "Network device", "peripheral", True),
    ("part", "Part", "peripheral", False),
    ("other", "Other equipment", "peripheral", True),
    ("unknown", "Unknown kind", "unknown", True),
)

KINDS: Final = {row[0]: Kind(*row) for row in _ROWS}
COMPUTER_KINDS: Final = frozenset(key for key, kind in KINDS.items() if kind.group == "computer")
PERIPHERAL_KINDS: Final = frozenset(key for key, kind in KINDS.items() if kind.group == "peripheral")
