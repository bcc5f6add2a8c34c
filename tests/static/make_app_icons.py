"""Writes static/app-icons/*.png from our mark, the five steps of the hierarchy: ``python tests/static/make_app_icons.py``."""

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[2] / "static" / "app-icons"
PAPER, ACCENT = "#fbfaf7", "#0f6b52"
BARS = [(3, 4, 22), (5.5, 8.4, 17), (8, 12.8, 12), (10.5, 17.2, 7), (12.5, 21.6, 3)]
"""Left, top and width of each bar of favicon.svg, in its 28 units; each is 3.4 high."""
HEIGHT, UNITS = 3.4, 28
MASKED = 0.66
"""Share of a maskable icon's width that the mark takes: systems cut away all but the middle 80 %."""
FINER = 4


def icon(size: int, *, maskable: bool = False) -> Image.Image:
    """The mark on paper, *size* pixels wide; a *maskable* one has a margin and fills its square."""
    big = size * FINER
    drawn = Image.new("RGBA", (big, big), PAPER if maskable else (0, 0, 0, 0))
    pen = ImageDraw.Draw(drawn)
    if not maskable:
        pen.rounded_rectangle((0, 0, big - 1, big - 1), big * 4 // UNITS, fill=PAPER)
    scale = big / UNITS * (MASKED if maskable else 1)
    margin = (big - scale * UNITS) / 2
    for left, top, width in BARS:
        box = (left, top, left + width, top + HEIGHT)
        pen.rectangle([margin + scale * each for each in box], fill=ACCENT)
    return drawn.resize((size, size), Image.Resampling.LANCZOS)


ICONS = {
    "icon-192.png": (192, False),
    "icon-512.png": (512, False),
    "icon-maskable-512.png": (512, True),
    "apple-touch-icon.png": (180, True),
}
"""File -> (pixels, maskable). Apple rounds the corners itself and shows no transparency, so it gets a full square."""


def main() -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    for name, (size, maskable) in ICONS.items():
        icon(size, maskable=maskable).quantize(64).save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    main()
