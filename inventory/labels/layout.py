"""What stands where on one label: a pure drawing in millimetres, the same for PDF, SVG and PNG."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.labels.payload import is_local, label_address
from inventory.labels.templates import LabelShape
from inventory.printing import fonts
from inventory.printing.qr import QUIET_MODULES, modules_of, smallest_version

DPI: Final = 300
"""Printer grid on which sheets are laid out: a module is a whole number of its dots."""
SMALLEST_MODULE_MM: Final = 0.33
"""Below this a phone held at 10 cm no longer reads the code (our measurements with a camera model)."""
UNCLAIMED: Final = mark("Unclaimed until first scan")
LOCAL: Final = mark("LOCAL DEMO")
_MM: Final = 25.4 / 72
_LEAST_TAG_POINTS: Final = 7.0
_MOST_TAG_LINES: Final = 4
_LEADING: Final = 1.2


@dataclass(frozen=True, slots=True)
class LabelText:
    """What one label says: the *tag* as people read it, the *address* as scanners do.

    ``unclaimed`` marks a blank label that waits for its machine; ``local_only`` one whose address
    works only here, so that nobody sticks it on.
    """

    tag: str
    address: str
    model: str = ""
    institution: str = ""
    unclaimed: bool = False
    local_only: bool = False


def make_label(
    public_url: str,
    tag: str,
    *,
    model: str = "",
    institution: str = "",
    unclaimed: bool = False,
    local_only: bool = False,
) -> LabelText:
    """The label of *tag*; refusals as `label_address`. A local *public_url* marks the label as local too."""
    address = label_address(public_url, tag)
    shown = " ".join(tag.split())
    if not fonts.can_print(shown, fonts.MONO):
        raise ValidationRefused(
            mark("No label can be printed for the tag {tag}: the label's type lacks one of its characters."),
            field="tag",
            tag=tag,
        )
    return LabelText(shown, address, model, institution, unclaimed, local_only or is_local(public_url))


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line: left end and base line in mm from the label's upper left corner, size in points."""

    x_mm: float
    baseline_mm: float
    text: str
    font: str
    points: float


@dataclass(frozen=True, slots=True)
class CodeBox:
    """Where the code sits: the square with its quiet zone, in mm from the label's upper left corner."""

    x_mm: float
    y_mm: float
    dots: int
    module_mm: float
    side_mm: float

    @property
    def quiet_mm(self) -> float:
        """Width of the quiet zone."""
        return QUIET_MODULES * self.module_mm


@lru_cache(maxsize=256)
def code_box(shape: LabelShape, version: int, dpi: int = DPI) -> CodeBox:
    """The largest square of whole printer dots that the shape has room for.

    ValidationRefused when a module would be smaller than SMALLEST_MODULE_MM.
    """
    modules = modules_of(version) + 2 * QUIET_MODULES
    dots = int(shape.qr_mm * dpi / 25.4 / modules)
    module = dots * 25.4 / dpi
    if module < SMALLEST_MODULE_MM:
        raise ValidationRefused(
            mark(
                "The address is too long for labels of {width} × {height} mm: the squares of its QR code "
                "would be too small to scan. Choose a larger label, or a shorter host in PUBLIC_URL."
            ),
            field="template",
            width=shape.width_mm,
            height=shape.height_mm,
        )
    side = modules * module
    return CodeBox(
        shape.padding_mm + (shape.qr_mm - side) / 2, (shape.height_mm - side) / 2, dots, module, side
    )


def _tag_lines(tag: str, room: float, largest: float) -> tuple[list[str], float]:
    """The whole tag (never cut: it is what people type) on as few lines as stay legible."""
    sign = fonts.width("0", fonts.MONO, 1)
    for count in range(1, _MOST_TAG_LINES + 1):
        each = -(-len(tag) // count)
        size = min(largest, room / (each * sign))
        if size >= _LEAST_TAG_POINTS:
            break
    return [tag[start : start + each] for start in range(0, len(tag), each)], size


def lay_out(label: LabelText, shape: LabelShape, dpi: int = DPI) -> tuple[CodeBox, list[TextLine]]:
    """The code's place and the lines of text, all within the shape's padding and off the quiet zone.

    From the top: the tag, large; the model; at the foot the mark of a local label and the institution.
    The block is as high as the dark area, so that both align; a tag too long for that takes the label's
    height. Where room is short the institution gives way first, then the model, never tag or mark.
    """
    box = code_box(shape, smallest_version(label.address), dpi)
    x = shape.padding_mm + shape.qr_mm
    room = (shape.width_mm - shape.padding_mm - x) / _MM
    parts, tag_size = _tag_lines(label.tag, room, shape.tag_points)
    tag_end = (fonts.CAP_HEIGHT + (len(parts) - 1) * _LEADING) * tag_size
    small = shape.small_points * _LEADING
    inset = box.y_mm + box.quiet_mm
    if (shape.height_mm - 2 * inset) / _MM < tag_end + fonts.DESCENT * tag_size + small * label.local_only:
        inset = shape.padding_mm
    height = (shape.height_mm - 2 * inset) / _MM

    # Points from the block's upper edge from here on.
    placed = [
        ((fonts.CAP_HEIGHT + number * _LEADING) * tag_size, part, fonts.MONO, tag_size)
        for number, part in enumerate(parts)
    ]
    about, size = (UNCLAIMED, shape.small_points) if label.unclaimed else (label.model, shape.text_points)
    about_start = tag_end + fonts.DESCENT * tag_size
    wanted = len(fonts.wrap(about, fonts.TEXT, size, room, 2))
    foot: list[tuple[str, str]] = []
    lines = 0
    for institution_lines in (2, 1, 0):
        foot = [(LOCAL, fonts.MONO)] if label.local_only else []
        foot += [
            (line, fonts.TEXT)
            for line in fonts.wrap(label.institution, fonts.TEXT, shape.small_points, room, institution_lines)
        ]
        free = height - small * len(foot) - about_start
        lines = max(0, min(3, int(free / (size * _LEADING))))
        if lines >= wanted and free >= 0:
            break
    for number, line in enumerate(fonts.wrap(about, fonts.TEXT, size, room, lines), start=1):
        placed.append((about_start + number * size * _LEADING - fonts.DESCENT * size, line, fonts.TEXT, size))
    for number, (line, font) in enumerate(reversed(foot)):
        placed.append((height - number * small, line, font, shape.small_points))
    return box, [TextLine(x, inset + down * _MM, text, font, points) for down, text, font, points in placed]
