"""Where the codes of a label sit: whole printer dots to a module, their quiet zones empty. Pure, in mm."""

from dataclasses import dataclass
from functools import lru_cache
from math import floor
from typing import Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.labels.payload import LONGEST
from inventory.labels.shapes import LabelShape
from inventory.printing import code128
from inventory.printing.qr import CAPACITY, CAPACITY_H, QUIET_MODULES, Level, modules_of

DPI: Final = 300
"""Printer grid on which sheets are laid out: a module is a whole number of its dots."""
SMALLEST_MODULE_MM: Final = 0.33
"""Below this a phone held at 10 cm no longer reads the code (our measurements with a camera model)."""
ROOMY_MODULE_MM: Final = 0.5
"""From this size on, a phone reads at 20 cm; what is left over goes into error correction H."""
_LARGEST_MODULE_MM: Final = 0.85
_MOST_OF_WIDTH: Final = 0.5
_TEXT_BELOW_MM: Final = 4.0
"""Room kept below a code for at least the tag."""
STRIP_MM: Final = 6.0
"""Height of the bars of a Code 128."""
GAP_MM: Final = 1.4


@dataclass(frozen=True, slots=True)
class CodeBox:
    """Where the code sits: the square with its quiet zone, in mm from the label's upper left corner."""

    x_mm: float
    y_mm: float
    dots: int
    module_mm: float
    side_mm: float
    version: int
    level: Level

    @property
    def quiet_mm(self) -> float:
        """Width of the quiet zone."""
        return QUIET_MODULES * self.module_mm


@dataclass(frozen=True, slots=True)
class BarBox:
    """Where a Code 128 sits: upper left corner of its first bar, in mm; ``modules`` wide without quiet zones."""

    x_mm: float
    y_mm: float
    height_mm: float
    dots: int
    module_mm: float
    modules: int
    runs: tuple[tuple[int, int], ...]

    @property
    def quiet_mm(self) -> float:
        """Width of the quiet zone on each side."""
        return code128.QUIET_MODULES * self.module_mm

    @property
    def width_mm(self) -> float:
        """Width without quiet zones."""
        return self.modules * self.module_mm


def _version(length: int, level: Level) -> int | None:
    capacities = CAPACITY if level == "Q" else CAPACITY_H
    return next((number for number, most in enumerate(capacities, start=1) if length <= most), None)


def _square(shape: LabelShape, version: int, level: Level, dpi: float, strip_mm: float) -> CodeBox | None:
    """The largest code that the shape has room for above *strip_mm*; None when not even one dot fits."""
    modules, dot = modules_of(version), 25.4 / dpi
    foot = shape.height_mm - shape.edge_y_mm - strip_mm - _TEXT_BELOW_MM * shape.below
    for dots in range(floor(_LARGEST_MODULE_MM / dot + 1e-6), 0, -1):
        module = dots * dot
        side, quiet = (modules + 2 * QUIET_MODULES) * module, QUIET_MODULES * module
        # Half a dot may be lost on each side where the code is set on the printer's grid.
        spare = dot / 2 if not shape.quiet_on_edge else 0.0
        left = max(0.0, shape.edge_x_mm - quiet) if shape.quiet_on_edge else shape.edge_x_mm
        top = max(0.0, shape.edge_y_mm - quiet) if shape.quiet_on_edge else shape.edge_y_mm
        bottom = foot
        if shape.quiet_on_edge and not strip_mm and not shape.below:
            bottom = min(shape.height_mm, foot + quiet)
        most = (shape.width_mm - 2 * left) if shape.below else shape.width_mm * _MOST_OF_WIDTH
        if side <= bottom - top + 1e-6 and side <= most + 1e-6:
            x = (shape.width_mm - side) / 2 if shape.below else left
            y = top + min(spare, bottom - top - side) if shape.below else top + (bottom - top - side) / 2
            return CodeBox(x, y, dots, module, side, version, level)
    return None


@lru_cache(maxsize=1024)
def code_box(shape: LabelShape, length: int, dpi: float = DPI, strip_mm: float = 0.0) -> CodeBox:
    """The code for *length* characters: the largest square of whole dots, with correction H where it is roomy.

    *strip_mm* is kept free above the lower edge. ValidationRefused when a module would be smaller than
    SMALLEST_MODULE_MM.
    """
    found: dict[Level, CodeBox] = {}
    levels: tuple[Level, ...] = ("H", "Q")
    for level in levels:
        version = _version(length, level)
        box = _square(shape, version, level, dpi, strip_mm) if version is not None else None
        if version is not None and box is not None and box.module_mm >= SMALLEST_MODULE_MM - 1e-9:
            found[level] = box
            larger = _square(shape, version + 1, level, dpi, strip_mm) if version == 1 else None
            # Version 1 has too few modules to lose a tenth of them; version 2 has, where its own are as large.
            if larger is not None and larger.module_mm >= box.module_mm - 1e-9:
                found[level] = larger
    if "H" in found and ("Q" not in found or found["H"].module_mm >= min(ROOMY_MODULE_MM, found["Q"].module_mm) - 1e-9):
        return found["H"]
    if "Q" not in found:
        words = (
            mark(
                "The address is too long for labels of {size}: the squares of its QR code would be too small "
                "to scan. Choose a larger label, or a shorter host in PUBLIC_URL."
            )
            if shape.carries == "address"
            else mark(
                "The tag is too long for labels of {size}: the squares of its QR code would be too small to "
                "scan. Choose a larger label."
            )
        )
        raise ValidationRefused(words, field="template", size=shape.size)
    return found["Q"]


@lru_cache(maxsize=512)
def longest_payload(shape: LabelShape, dpi: float) -> int:
    """The most characters that a code on this label can hold and still be scanned; 0 when none can."""
    for length in range(LONGEST, 0, -1):
        try:
            code_box(shape, length, dpi)
        except ValidationRefused:
            continue
        return length
    return 0


def bars_of(
    tag: str, y_mm: float, ink: tuple[float, float], free: tuple[float, float], dpi: float, *, centred: bool
) -> BarBox | None:
    """The bars of *tag*, as wide as useful; None when they would be too narrow.

    *ink* is from where to where the bars may go, *free* the same for their quiet zones (mm from the left).
    """
    if not code128.can_encode(tag):
        return None
    modules, runs = code128.bars(tag)
    dot = 25.4 / dpi
    # Wider than this takes no scanner less time.
    for dots in range(floor(1.6 * code128.LEAST_MODULE_MM / dot + 1e-6), 0, -1):
        module = dots * dot
        if module < code128.LEAST_MODULE_MM - 1e-9:
            return None
        width, quiet = modules * module, code128.QUIET_MODULES * module
        least, most = max(ink[0], free[0] + quiet), min(ink[1], free[1] - quiet)
        if width <= most - least + 1e-6:
            x = least + (most - least - width) / 2 if centred else least
            return BarBox(x, y_mm, STRIP_MM, dots, module, modules, runs)
    return None
