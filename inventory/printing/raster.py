"""Printer dots: black ink on a 1-bit page, in millimetres from the upper left corner."""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from inventory.printing import fonts
from inventory.printing.qr import Matrix


@lru_cache(maxsize=256)
def _type(font: str, pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(fonts.FILES[font]), pixels, layout_engine=ImageFont.Layout.BASIC)


class Dots:
    """A page of *width_mm* x *height_mm* at *dpi*; *shift_mm* moves all that is drawn right and down."""

    def __init__(
        self, width_mm: float, height_mm: float, dpi: float, *, shift_mm: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        self.dot = 25.4 / dpi
        self.dpi = dpi
        self._shift = shift_mm
        self.image = Image.new("1", (round(width_mm / self.dot), round(height_mm / self.dot)), 255)
        self._draw = ImageDraw.Draw(self.image)
        self._draw.fontmode = "1"

    def _at(self, x_mm: float, y_mm: float) -> tuple[int, int]:
        return round((x_mm + self._shift[0]) / self.dot), round((y_mm + self._shift[1]) / self.dot)

    def qr(self, x_mm: float, y_mm: float, matrix: Matrix, dots: int) -> None:
        """A code of whole *dots* to a module; (x, y) is the upper left corner of its dark area."""
        grey = bytes(0 if bit == "1" else 255 for bit in matrix.bits)
        dark = Image.frombytes("L", (matrix.side, matrix.side), grey)
        code = dark.resize((matrix.side * dots,) * 2, Image.Resampling.NEAREST).convert("1")
        self.image.paste(code, self._at(x_mm, y_mm))

    def bars(self, x_mm: float, y_mm: float, height_mm: float, runs: tuple[tuple[int, int], ...], dots: int) -> None:
        """Bars (start, width in modules) of whole *dots* to a module."""
        left, top = self._at(x_mm, y_mm)
        bottom = top + round(height_mm / self.dot) - 1
        for start, width in runs:
            self._draw.rectangle((left + start * dots, top, left + (start + width) * dots - 1, bottom), fill=0)

    def text(self, x_mm: float, baseline_mm: float, text: str, font: str, points: float) -> None:
        """*text* no wider than its measure, its base line *baseline_mm* below the upper edge."""
        size, room = points * self.dpi / 72, fonts.width(text, font, points) * self.dpi / 72
        # Type set on whole dots runs wider than its measure; it gives way, the margin does not.
        if (wide := _type(font, size).getlength(text)) > room:
            size *= room / wide
        left, base = (x_mm + self._shift[0]) / self.dot, (baseline_mm + self._shift[1]) / self.dot
        self._draw.text((left, base), text, fill=0, font=_type(font, size), anchor="ls")

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """A line of one dot from (x1, y1) to (x2, y2) in mm."""
        self._draw.line((*self._at(x1, y1), *self._at(x2, y2)), fill=0)

    def frame(self) -> None:
        """A line of one dot along the edge of the page."""
        self._draw.rectangle((0, 0, self.image.width - 1, self.image.height - 1), outline=0)

    def picture(self, x_mm: float, y_mm: float, width_mm: float, height_mm: float, picture: Image.Image) -> None:
        """A grey *picture* in pure black and white, at this printer's resolution."""
        size = max(1, round(width_mm / self.dot)), max(1, round(height_mm / self.dot))
        self.image.paste(picture.resize(size, Image.Resampling.LANCZOS).convert("1"), self._at(x_mm, y_mm))
