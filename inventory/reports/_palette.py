"""Colours of a saved or printed chart, by tone: those of the screens, light and dark. Pure.

On a page the same tones are classes of static/css/charts.css.
"""

from typing import Final, NamedTuple


class Paint(NamedTuple):
    """Fill and line as ``#rrggbb`` (or none), width of the line in px, and its dashes."""

    fill: str = "none"
    line: str = "none"
    width: float = 1
    dash: tuple[float, ...] = ()


_TIERS: Final = {
    "prevention": "#0b5d4e",
    "preparing_for_reuse": "#2f9476",
    "recycling": "#b5cc62",
    "other_recovery": "#e3a53f",
    "disposal": "#5a1f16",
}


def _palette(ink: str, quiet: str, paper: str, rule: str, accent: str, middle: str) -> dict[str, Paint]:
    return {
        "paper": Paint(paper),
        "ink": Paint(ink),
        "quiet": Paint(quiet),
        "ground": Paint(paper),
        "outline": Paint("none", ink),
        "axis": Paint("none", ink),
        "grid": Paint("none", rule),
        "zero": Paint("none", ink, 2),
        "range": Paint(accent, ink, 2),
        **{f"tier-{key}": Paint(colour, ink) for key, colour in _TIERS.items()},
        **{f"hatch-{key}": Paint("none", colour, 3) for key, colour in _TIERS.items()},
        "band-1": Paint(quiet, ink),
        "hatch-band-2": Paint("none", quiet, 3),
        "band-3": Paint(accent, ink),
        "band-4": Paint(middle, ink),
        "band-5": Paint(paper, ink),
        "line-1": Paint(accent, accent, 2.5),
        "line-2": Paint(paper, ink, 2.5, (7, 5)),
        "line-3": Paint(quiet, quiet, 2.5, (2, 5)),
        "line-4": Paint(paper, accent, 2.5, (12, 4, 2, 4)),
        "line-5": Paint(ink, ink, 1.5),
    }


LIGHT: Final = _palette("#16211d", "#4d5a54", "#ffffff", "#dcd8cc", "#0f6b52", "#c9c5b8")
DARK: Final = _palette("#e8ece9", "#a9b4ae", "#121815", "#333d38", "#6cc9a8", "#56635d")
