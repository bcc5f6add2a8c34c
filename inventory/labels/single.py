"""One label by itself: SVG for the page and for print, PNG for a label printer."""

from html import escape
from io import BytesIO
from typing import Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.labels.geometry import DPI
from inventory.labels.label import LabelText
from inventory.labels.layout import lay_out
from inventory.labels.shapes import LabelShape
from inventory.labels.sheets import draw_dots
from inventory.labels.templates import ROLL
from inventory.printing import fonts
from inventory.printing.qr import encode, svg_path

_FAMILIES: Final = {
    fonts.MONO: ("Atkinson Hyperlegible Mono, monospace", "bold"),
    fonts.TEXT: ("Atkinson Hyperlegible Next, sans-serif", "normal"),
}
_MM: Final = 25.4 / 72


def drawing(label: LabelText, shape: LabelShape, dpi: float = DPI) -> str:
    """What is printed on the label as SVG elements in mm from its upper left corner; refusals as `lay_out`.

    An image cannot load the page's fonts, so each line carries its length and fits in any of them.
    """
    layout = lay_out(label, shape, dpi)
    box, bars, logo = layout.code, layout.bars, layout.logo
    matrix = encode(label.payload(shape), box.level, box.version)
    parts = [
        f'<path transform="translate({box.x_mm + box.quiet_mm:.4f} {box.y_mm + box.quiet_mm:.4f}) '
        f'scale({box.module_mm:.6f})" shape-rendering="crispEdges" fill="#000" d="{svg_path(matrix)}"/>'
    ]
    if logo is not None and label.logo is not None:
        parts.append(
            f'<image x="{logo.x_mm:.3f}" y="{logo.y_mm:.3f}" width="{logo.width_mm:.3f}" '
            f'height="{logo.height_mm:.3f}" href="{label.logo.data_uri}"/>'
        )
    if bars is not None:
        runs = "".join(f"M{start} 0h{width}v1h-{width}z" for start, width in bars.runs)
        parts.append(
            f'<path transform="translate({bars.x_mm:.4f} {bars.y_mm:.4f}) scale({bars.module_mm:.6f} '
            f'{bars.height_mm:.3f})" shape-rendering="crispEdges" fill="#000" d="{runs}"/>'
        )
    for line in layout.lines:
        family, weight = _FAMILIES[line.font]
        parts.append(
            f'<text x="{line.x_mm:.3f}" y="{line.baseline_mm:.3f}" font-family="{family}" '
            f'font-weight="{weight}" font-size="{line.points * _MM:.3f}" textLength="{line.width_mm:.3f}" '
            f'lengthAdjust="spacingAndGlyphs" fill="#000">{escape(line.text)}</text>'
        )
    return "".join(parts)


def asset_label_svg(label: LabelText, shape: LabelShape = ROLL, dpi: float = DPI) -> str:
    """The label as SVG in true millimetres; refusals as `lay_out`."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{shape.width_mm}mm" height="{shape.height_mm}mm" '
        f'viewBox="0 0 {shape.width_mm} {shape.height_mm}" role="img">'
        f"<title>{escape(mark('Label'))} {escape(label.tag)}</title>"
        f'<rect width="{shape.width_mm}" height="{shape.height_mm}" fill="#fff"/>{drawing(label, shape, dpi)}</svg>'
    )


def asset_label_png(label: LabelText, shape: LabelShape = ROLL, *, dpi: float = 300) -> bytes:
    """The label as a 1-bit PNG, one pixel to a dot of a printer with *dpi* dots per inch (150 to 1200).

    A module is a whole number of dots. ValidationRefused for another *dpi*, and as `lay_out`.
    """
    if not 150 <= dpi <= 1200:
        raise ValidationRefused(
            mark("{dpi} dots per inch is no label printer's resolution. Use 203, 300 or 600."),
            field="dpi",
            dpi=dpi,
        )
    out = BytesIO()
    draw_dots(label, shape, dpi).image.save(out, "PNG", dpi=(dpi, dpi), optimize=True)
    return out.getvalue()
