"""One label by itself: SVG for the page and for print, PNG for a label printer."""

from html import escape
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.labels.layout import LabelText, lay_out
from inventory.labels.templates import ROLL, LabelShape
from inventory.printing import fonts
from inventory.printing.qr import encode, svg_path, to_image

_FAMILIES: Final = {
    fonts.MONO: ("Atkinson Hyperlegible Mono, monospace", "bold"),
    fonts.TEXT: ("Atkinson Hyperlegible Next, sans-serif", "normal"),
}
_MM: Final = 25.4 / 72


def _type(font: str, pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(fonts.FILES[font]), pixels, layout_engine=ImageFont.Layout.BASIC)


def asset_label_svg(label: LabelText, shape: LabelShape = ROLL) -> str:
    """The label as SVG in true millimetres; refusals as `lay_out`.

    An image cannot load the page's fonts, so each line carries its length and fits in any of them.
    """
    box, lines = lay_out(label, shape)
    matrix = encode(label.address)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{shape.width_mm}mm" height="{shape.height_mm}mm" '
        f'viewBox="0 0 {shape.width_mm} {shape.height_mm}" role="img">',
        f"<title>{escape(mark('Label'))} {escape(label.tag)}</title>",
        f'<rect width="{shape.width_mm}" height="{shape.height_mm}" fill="#fff"/>',
        f'<path transform="translate({box.x_mm + box.quiet_mm:.4f} {box.y_mm + box.quiet_mm:.4f}) '
        f'scale({box.module_mm:.6f})" shape-rendering="crispEdges" fill="#000" d="{svg_path(matrix)}"/>',
    ]
    for line in lines:
        family, weight = _FAMILIES[line.font]
        length = fonts.width(line.text, line.font, line.points) * _MM
        parts.append(
            f'<text x="{line.x_mm:.3f}" y="{line.baseline_mm:.3f}" font-family="{family}" '
            f'font-weight="{weight}" font-size="{line.points * _MM:.3f}" textLength="{length:.3f}" '
            f'lengthAdjust="spacingAndGlyphs" fill="#000">{escape(line.text)}</text>'
        )
    return "".join([*parts, "</svg>"])


def asset_label_png(label: LabelText, shape: LabelShape = ROLL, *, dpi: int = 300) -> bytes:
    """The label as a 1-bit PNG, one pixel to a dot of a printer with *dpi* dots per inch (150 to 1200).

    A module is a whole number of dots. ValidationRefused for another *dpi*, and as `lay_out`.
    """
    if not 150 <= dpi <= 1200:
        raise ValidationRefused(
            mark("{dpi} dots per inch is no label printer's resolution. Use 203, 300 or 600."),
            field="dpi",
            dpi=dpi,
        )
    dot = 25.4 / dpi
    box, lines = lay_out(label, shape, dpi)
    image = Image.new("1", (round(shape.width_mm / dot), round(shape.height_mm / dot)), 1)
    image.paste(to_image(encode(label.address), box.dots), (round(box.x_mm / dot), round(box.y_mm / dot)))
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    for line in lines:
        size, room = line.points * dpi / 72, fonts.width(line.text, line.font, line.points) * dpi / 72
        # Type set on whole dots runs wider than its measure; it gives way, the margin does not.
        size *= min(1, room / _type(line.font, size).getlength(line.text))
        type_ = _type(line.font, size)
        draw.text((line.x_mm / dot, line.baseline_mm / dot), line.text, fill=0, font=type_, anchor="ls")
    out = BytesIO()
    image.save(out, "PNG", dpi=(dpi, dpi), optimize=True)
    return out.getvalue()
