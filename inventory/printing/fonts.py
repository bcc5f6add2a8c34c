"""The two fonts of printed paper, and text made to fit a width.

Atkinson Hyperlegible (SIL Open Font License 1.1, beside the files) is drawn so that 0/O and 1/l/I
differ, which is what tags need; it is also the type of the screens. Sizes and widths are in points.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

MONO: Final = "AtkinsonHyperlegibleMono-Bold"
"""For tags, serials and hashes."""
TEXT: Final = "AtkinsonHyperlegibleNext-Regular"
"""For everything else."""
CAP_HEIGHT: Final = 0.668
"""Height of a capital in both fonts, in parts of the size."""
DESCENT: Final = 0.25
"""Depth below the base line that letters of both fonts keep to, in parts of the size."""
_FOLDER: Final = Path(__file__).parent / "fonts"
FILES: Final = {
    MONO: _FOLDER / "AtkinsonHyperlegibleMono_700Bold.ttf",
    TEXT: _FOLDER / "AtkinsonHyperlegibleNext_400Regular.ttf",
}
_ELLIPSIS: Final = "…"


@lru_cache(maxsize=len(FILES))
def _font(name: str) -> Any:
    # Loaded with the first text that is set: a server starts sooner without it.
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(name, str(FILES[name]))
    pdfmetrics.registerFont(font)
    return font


def register() -> None:
    """Make both fonts known to reportlab; may be called as often as one likes."""
    for name in FILES:
        _font(name)


def can_print(text: str, font: str) -> bool:
    """Whether *font* has every character of *text*."""
    glyphs = _font(font).face.charToGlyph
    return all(ord(sign) in glyphs for sign in text)


@lru_cache(maxsize=8192)
def printable(text: str, font: str) -> str:
    """*text* on one line, with a question mark for what *font* cannot print."""
    glyphs = _font(font).face.charToGlyph
    return "".join(sign if ord(sign) in glyphs else "?" for sign in " ".join(text.split()))


def width(text: str, font: str, size: float) -> float:
    """Width of *text* in points."""
    return float(_font(font).stringWidth(text, size))


def cut(text: str, font: str, size: float, room: float) -> str:
    """*text*, shortened with an ellipsis if it is wider than *room* points; may be empty."""
    if width(text, font, size) <= room:
        return text
    for end in range(len(text) - 1, 0, -1):
        shorter = text[:end].rstrip(" ,;/-") + _ELLIPSIS
        if width(shorter, font, size) <= room:
            return shorter
    return ""


@lru_cache(maxsize=8192)
def wrap(text: str, font: str, size: float, room: float, most: int) -> tuple[str, ...]:
    """*text* on at most *most* lines of *room* points, broken at spaces; the last one is cut to fit."""
    words = printable(text, font).split()
    lines: list[str] = []
    while words and len(lines) < most:
        line = words.pop(0)
        while words and width(f"{line} {words[0]}", font, size) <= room:
            line += " " + words.pop(0)
        if len(lines) == most - 1 and words:
            line = " ".join([line, *words])
        elif width(line, font, size) > room:
            # One word wider than the room: it breaks wherever the line ends.
            end = next((end for end in range(len(line) - 1, 1, -1) if width(line[:end], font, size) <= room), 1)
            if len(lines) < most - 1:
                words.insert(0, line[end:])
                line = line[:end]
        lines.append(cut(line, font, size, room))
    return tuple(line for line in lines if line)
