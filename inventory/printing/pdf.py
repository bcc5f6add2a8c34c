"""PDF primitives on reportlab, in millimetres from the upper left corner of the page."""

from io import BytesIO
from typing import IO, Any, Final

from PIL import Image

from inventory.printing import fonts
from inventory.printing.qr import Matrix, pdf_path

POINTS_PER_MM: Final = 72 / 25.4


def points(mm: float) -> float:
    """Millimetres as points of 1/72 inch."""
    return mm * POINTS_PER_MM


class Paper:
    """A PDF that is written page by page; text is set in the embedded fonts of `fonts`.

    The same drawing gives the same bytes, so that a test or a digest can compare files. Viewers are
    told not to scale the page when printing, and to take the paper of its size: the measures are those
    of real labels. ``turned``: what is drawn is upright on *page_mm*, the page itself a quarter turn from it.
    """

    def __init__(
        self,
        out: IO[bytes],
        page_mm: tuple[float, float],
        *,
        title: str,
        author: str = "",
        turned: bool = False,
    ) -> None:
        # Loaded with the first page: a server starts sooner without it.
        from reportlab import rl_config
        from reportlab.pdfgen.canvas import Canvas

        # Compressed bytes as they are: written as text they are a quarter larger and twice as slow to make.
        rl_config.useA85 = 0
        fonts.register()
        self.height_mm = page_mm[1]
        if turned:
            page_mm = page_mm[1], page_mm[0]
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
        # A preference of PDF 1.7 that reportlab's own list of names has not.
        self._canvas._doc.Catalog.ViewerPreferences.dict["PickTrayByPDFSize"] = "true"
        self._turned = turned
        self._picture: Image.Image | None = None
        self._reader: Any = None
        self._begin()

    def _begin(self) -> None:
        if self._turned:
            # What is drawn lies on the page with its left edge down: as a label lies across its roll.
            self._canvas.translate(points(self.height_mm), 0)
            self._canvas.rotate(90)

    def text(self, x_mm: float, baseline_mm: float, text: str, font: str, size: float) -> None:
        """*text* in *font* of *size* points, its base line *baseline_mm* below the upper edge."""
        self._canvas.setFont(font, size)
        self._canvas.drawString(points(x_mm), points(self.height_mm - baseline_mm), text)

    def qr(self, x_mm: float, y_mm: float, matrix: Matrix, module_mm: float) -> None:
        """The dark area of a code as one path; (x, y) is its upper left corner without quiet zone."""
        scale = points(module_mm)
        left, below = points(x_mm), points(self.height_mm - y_mm) - matrix.side * scale
        self._canvas.addLiteral(f"q {scale:.6f} 0 0 {scale:.6f} {left:.4f} {below:.4f} cm {pdf_path(matrix)} Q")

    def bars(
        self, x_mm: float, y_mm: float, height_mm: float, runs: tuple[tuple[int, int], ...], module_mm: float
    ) -> None:
        """Bars (start, width in modules) as one path; (x, y) is the upper left corner of the first."""
        scale, tall = points(module_mm), points(height_mm)
        left, below = points(x_mm), points(self.height_mm - y_mm - height_mm)
        path = " ".join(f"{start} 0 {width} 1 re" for start, width in runs)
        self._canvas.addLiteral(f"q {scale:.6f} 0 0 {tall:.4f} {left:.4f} {below:.4f} cm {path} f Q")

    def picture(self, x_mm: float, y_mm: float, width_mm: float, height_mm: float, picture: Image.Image) -> None:
        """A grey *picture*; one that is drawn again and again is in the file once."""
        if picture is not self._picture:
            from reportlab.lib.utils import ImageReader

            kept = BytesIO()
            picture.save(kept, "PNG")
            kept.seek(0)
            self._picture, self._reader = picture, ImageReader(kept)
        below = points(self.height_mm - y_mm - height_mm)
        self._canvas.drawImage(self._reader, points(x_mm), below, points(width_mm), points(height_mm))

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """A hair line from (x1, y1) to (x2, y2) in mm."""
        self._canvas.setLineWidth(0.25)
        top = self.height_mm
        self._canvas.line(points(x1), points(top - y1), points(x2), points(top - y2))

    def blank(self, x_mm: float, y_mm: float, width_mm: float, height_mm: float) -> None:
        """Paper white over what lies beneath."""
        self._canvas.setFillGray(1)
        below = points(self.height_mm - y_mm - height_mm)
        self._canvas.rect(points(x_mm), below, points(width_mm), points(height_mm), stroke=0, fill=1)
        self._canvas.setFillGray(0)

    def outline(self, x_mm: float, y_mm: float, width_mm: float, height_mm: float) -> None:
        """A hair line around a cell, for a test print on plain paper."""
        self._canvas.setLineWidth(0.25)
        self._canvas.rect(points(x_mm), points(self.height_mm - y_mm - height_mm), points(width_mm), points(height_mm))

    def next_page(self) -> None:
        """End this page; the next call draws on a new one."""
        self._canvas.showPage()
        self._begin()

    def close(self) -> None:
        """Write the file; a page begun is ended."""
        self._canvas.save()
