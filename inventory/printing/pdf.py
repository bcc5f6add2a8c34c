"""PDF primitives on reportlab, in millimetres from the upper left corner of the page."""

from typing import IO, Final

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from inventory.printing import fonts
from inventory.printing.qr import Matrix, pdf_path

POINTS_PER_MM: Final = 72 / 25.4

# Compressed bytes as they are: written as text they are a quarter larger and twice as slow to make.
rl_config.useA85 = 0


def points(mm: float) -> float:
    """Millimetres as points of 1/72 inch."""
    return mm * POINTS_PER_MM


class Paper:
    """A PDF that is written page by page; text is set in the embedded fonts of `fonts`.

    The same drawing gives the same bytes, so that a test or a digest can compare files. Viewers are
    told not to scale the page when printing: the measures are those of real labels.
    """

    def __init__(self, out: IO[bytes], page_mm: tuple[float, float], *, title: str, author: str = "") -> None:
        fonts.register()
        self.height_mm = page_mm[1]
        self._canvas = Canvas(
            out,
            pagesize=(points(page_mm[0]), points(page_mm[1])),
            pageCompression=1,
            invariant=1,
            initialFontName=fonts.TEXT,
            lang="en",
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setViewerPreference("PrintScaling", "None")

    def text(self, x_mm: float, baseline_mm: float, text: str, font: str, size: float) -> None:
        """*text* in *font* of *size* points, its base line *baseline_mm* below the upper edge."""
        self._canvas.setFont(font, size)
        self._canvas.drawString(points(x_mm), points(self.height_mm - baseline_mm), text)

    def qr(self, x_mm: float, y_mm: float, matrix: Matrix, module_mm: float) -> None:
        """The dark area of a code as one path; (x, y) is its upper left corner without quiet zone."""
        scale = points(module_mm)
        left, below = points(x_mm), points(self.height_mm - y_mm) - matrix.side * scale
        self._canvas.addLiteral(
            f"q {scale:.6f} 0 0 {scale:.6f} {left:.4f} {below:.4f} cm {pdf_path(matrix)} Q"
        )

    def outline(self, x_mm: float, y_mm: float, width_mm: float, height_mm: float) -> None:
        """A hair line around a cell, for a test print on plain paper."""
        self._canvas.setLineWidth(0.25)
        self._canvas.rect(
            points(x_mm), points(self.height_mm - y_mm - height_mm), points(width_mm), points(height_mm)
        )

    def next_page(self) -> None:
        """End this page; the next call draws on a new one."""
        self._canvas.showPage()

    def close(self) -> None:
        """Write the file; a page begun is ended."""
        self._canvas.save()
