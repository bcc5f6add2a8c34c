"""Texts of control barcodes: they steer the scan page and never name a machine. Letters, digits and hyphens only.

`static/js/scan-controls.js` reads them.
"""

import re
from typing import Final

UNDO: Final = "SCAN-UNDO"
CONFIRM: Final = "SCAN-CONFIRM"
LOOK_UP: Final = "SCAN-MODE-LOOK-UP"
_OTHER: Final = re.compile(r"[^A-Z0-9]+")
"""What keyboard layouts of hand scanners garble."""


def mode_text(event: str) -> str:
    """The text that chooses *event*, a key of the table of events."""
    return f"SCAN-MODE-{event.upper().replace('_', '-')}"


def place_text(code: str) -> str:
    """The text that names the place of *code*; two codes may come out the same."""
    return f"SCAN-PLACE-{_OTHER.sub('-', code.upper())}"
