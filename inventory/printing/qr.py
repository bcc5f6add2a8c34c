"""One QR code: text to matrix by the `qrcode` package, and the matrix as SVG, PNG or a PDF path.

Everything is alphanumeric mode (upper-case letters, digits and nine signs), which needs one version
less than bytes for an address; error correction Q, which costs nothing over M at these lengths, or H
where the label has room for it. The mask is pinned: trying all eight is nine tenths of the time, and
fixed masks read as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final, Literal

from PIL import Image
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_Q
from qrcode.main import QRCode
from qrcode.util import MODE_ALPHA_NUM, QRData

QUIET_MODULES: Final = 4
"""Width of the empty margin on each side, in modules (ISO/IEC 18004, 6.3.8)."""
MASK: Final = 0
"""The pinned mask pattern (0 to 7)."""
Level = Literal["Q", "H"]
"""Error correction: Q restores about a quarter of a damaged code, H three tenths."""
LEVELS: Final[dict[Level, int]] = {"Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}
CAPACITY: Final = (16, 29, 47, 67, 87, 108, 125, 157, 189)
"""Alphanumeric characters that versions 1 to 9 hold at level Q (ISO/IEC 18004, table 7)."""
CAPACITY_H: Final = (10, 20, 35, 50, 64, 84, 93, 122, 143)
"""The same at level H."""
_PAYLOAD = re.compile(r"[0-9A-Z $%*+\-./:]+")
_DARK_RUN = re.compile("1+")


@dataclass(frozen=True, slots=True)
class Matrix:
    """The modules of one code, without quiet zone: ``bits`` is row by row from the top, 1 is dark."""

    version: int
    bits: str

    @property
    def side(self) -> int:
        """Modules along one side, without the quiet zone."""
        return modules_of(self.version)

    def runs(self) -> Iterator[tuple[int, int]]:
        """Dark stretches as (start, end) in a text of the rows with one light module between them."""
        side, bits = self.side, self.bits
        rows = "0".join([bits[start : start + side] for start in range(0, side * side, side)])
        return (run.span() for run in _DARK_RUN.finditer(rows))


def modules_of(version: int) -> int:
    """Modules along one side of a code of this *version*, without the quiet zone."""
    return 17 + 4 * version


def is_alphanumeric(text: str) -> bool:
    """Whether *text* can be written in an alphanumeric code."""
    return _PAYLOAD.fullmatch(text) is not None


def smallest_version(payload: str, level: Level = "Q") -> int:
    """The smallest version that holds *payload* at *level*.

    ValueError when a character is not alphanumeric in the sense of ISO/IEC 18004, or when the text
    is empty or longer than version 9 holds (189 characters at Q, 143 at H).
    """
    capacities = CAPACITY if level == "Q" else CAPACITY_H
    if not _PAYLOAD.fullmatch(payload):
        raise ValueError("only 0-9, A-Z, space and $%*+-./: can be written in an alphanumeric QR code")
    for version, capacity in enumerate(capacities, start=1):
        if len(payload) <= capacity:
            return version
    raise ValueError(f"{len(payload)} characters are more than the {capacities[-1]} of a version 9 code")


def encode(payload: str, level: Level = "Q", least: int = 1) -> Matrix:
    """The code of *payload* at *level* in the smallest version from *least* on; ValueError as `smallest_version`."""
    version = max(least, smallest_version(payload, level))
    code = QRCode(version=version, error_correction=LEVELS[level], border=0, mask_pattern=MASK)
    code.add_data(QRData(payload, mode=MODE_ALPHA_NUM), optimize=0)
    code.make(fit=False)
    return Matrix(version, bits_of(code))


def bits_of(code: "QRCode[Image.Image]") -> str:
    """The modules that `qrcode` made, as Matrix.bits."""
    return "".join("1" if module else "0" for row in code.modules for module in row)


# A thousand labels have the same few thousand stretches in common.
@lru_cache(maxsize=32768)
def _pdf_rectangle(side: int, start: int, end: int) -> str:
    row, column = divmod(start, side + 1)
    return f"{column} {side - 1 - row} {end - start} 1 re"


def pdf_path(matrix: Matrix) -> str:
    """One filled PDF path in units of a module, origin at the lower left of the dark area.

    One path, because the edges of two fills that touch leave a hair line in many viewers.
    """
    side = matrix.side
    return " ".join([_pdf_rectangle(side, start, end) for start, end in matrix.runs()]) + " f"


def svg_path(matrix: Matrix) -> str:
    """The ``d`` of one SVG path in units of a module, origin at the upper left of the dark area."""
    parts = []
    for start, end in matrix.runs():
        row, column = divmod(start, matrix.side + 1)
        parts.append(f"M{column} {row}h{end - start}v1h-{end - start}z")
    return "".join(parts)


def to_svg(matrix: Matrix, title: str) -> str:
    """A square SVG of the code with its quiet zone, which scales to the box it is put in.

    *title* is what a screen reader says; it must already be escaped for XML.
    """
    full, quiet = matrix.side + 2 * QUIET_MODULES, QUIET_MODULES
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full} {full}" role="img" '
        f'shape-rendering="crispEdges"><title>{title}</title>'
        f'<rect width="{full}" height="{full}" fill="#fff"/>'
        f'<path transform="translate({quiet} {quiet})" fill="#000" d="{svg_path(matrix)}"/></svg>'
    )


def to_image(matrix: Matrix, dots: int) -> Image.Image:
    """A 1-bit image of the code with its quiet zone, *dots* pixels to a module (1 or more)."""
    if dots < 1:
        raise ValueError("a module has at least one dot")
    grey = bytes(0 if bit == "1" else 255 for bit in matrix.bits)
    dark = Image.frombytes("L", (matrix.side, matrix.side), grey)
    whole = Image.new("L", (matrix.side + 2 * QUIET_MODULES,) * 2, 255)
    whole.paste(dark, (QUIET_MODULES, QUIET_MODULES))
    return whole.resize((whole.width * dots,) * 2, Image.Resampling.NEAREST).convert("1")


def to_png(matrix: Matrix, dots: int, dpi: int = 300) -> bytes:
    """The PNG of `to_image`, marked with the *dpi* at which a dot is one printer dot."""
    out = BytesIO()
    to_image(matrix, dots).save(out, "PNG", dpi=(dpi, dpi), optimize=True)
    return out.getvalue()
