"""Code 128 for hand scanners that read no QR code: a text as bars and spaces, by reportlab's encoder."""

from functools import lru_cache
from typing import Final

QUIET_MODULES: Final = 10
"""Width of the empty margin on each side, in modules (ISO/IEC 15417)."""
LEAST_MODULE_MM: Final = 0.25
"""Narrowest bar that an old hand scanner resolves (10 mil)."""


def can_encode(text: str) -> bool:
    """Whether Code 128 has every character of *text*: printable ASCII, at least one."""
    return bool(text) and all(" " <= sign <= "~" for sign in text)


@lru_cache(maxsize=4096)
def bars(text: str) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The symbol of *text*: its width in modules without quiet zones, and each bar as (start, width).

    ValueError when `can_encode` says no.
    """
    if not can_encode(text):
        raise ValueError("Code 128 holds printable ASCII characters only")
    # Loaded at the first code: a server starts sooner without it.
    from reportlab.graphics.barcode.code128 import Code128Auto

    symbol = Code128Auto(text, quiet=0)
    symbol.validate()
    symbol.encode()
    symbol.decompose()
    found, at = [], 0
    # Capitals are bars, small letters spaces; the letter's place in the alphabet is its width.
    for sign in symbol.decomposed:
        width = ord(sign.upper()) - ord("A") + 1
        if sign.isupper():
            found.append((at, width))
        at += width
    return at, tuple(found)
