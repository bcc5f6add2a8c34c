"""Reads the colours of tokens.css and measures their contrast (WCAG 2.2, relative luminance)."""

import re
from pathlib import Path

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"


def palette(theme: str) -> dict[str, str]:
    """Token name to hex colour in *theme* (``light`` or ``dark``)."""
    text = TOKENS.read_text(encoding="utf-8")
    found = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", text))
    for name, light, dark in re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\);", text):
        found[name] = light if theme == "light" else dark
    return found


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
