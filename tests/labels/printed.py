"""Labels as their printer makes them: rendered at its resolution, read by a decoder that is not ours."""

from collections.abc import Sequence
from io import BytesIO

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw
from zebrafy import ZebrafyZPL

from inventory.labels.label import LabelText, make_label
from inventory.labels.layout import lay_out
from inventory.labels.shapes import LabelTemplate
from inventory.labels.sheets import AS_IT_IS, Placing, label_file
from inventory.printing.picture import Picture, cleaned
from inventory.register.tags import issue

URL = "https://inventory.example.ac.uk"
LONG = "Lenovo ThinkCentre M720q Tiny Desktop 10T7 with an eighty character long name ok"
MODELS = ["Dell OptiPlex 7010 MT", LONG, "X" * 80, "", "Größe <&> 中"]
TAGS = ["UOE-LAP-00123", "asset_0001 b", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJ"]
QR, BARS = zxingcpp.BarcodeFormat.QRCodeModel2, zxingcpp.BarcodeFormat.Code128


def picture(width: int = 300, height: int = 100) -> Picture:
    """A black ellipse, as a logo."""
    image = Image.new("L", (width, height), 255)
    ImageDraw.Draw(image).ellipse((2, 2, width - 3, height - 3), fill=0)
    out = BytesIO()
    image.save(out, "PNG")
    return Picture.of(cleaned(out.getvalue()))


def labels(count: int, *, foreign: bool = True) -> list[LabelText]:
    """Every awkward mixture: long models, foreign tags, blank and local labels."""
    return [
        make_label(
            URL,
            TAGS[number // 6 % 3] if foreign and number % 6 == 5 else issue("ED", number),
            model=MODELS[number % 5],
            institution="University of Edinburgh" if number % 2 else "University " * 12,
            unclaimed=number % 7 == 0,
            local_only=number % 4 == 0,
        )
        for number in range(count)
    ]


def pages(content: bytes, dpi: float) -> list[Image.Image]:
    return [page.render(scale=dpi / 72).to_pil().convert("L") for page in pypdfium2.PdfDocument(content)]


def printed(template: LabelTemplate, wanted: Sequence[LabelText], placing: Placing = AS_IT_IS) -> list[Image.Image]:
    """The pages of *wanted* in the printer's dots, upright; ZPL as another program reads it."""
    content = label_file(wanted, template, placing)
    if template.family.output == "zpl":
        return [image.convert("L") for image in ZebrafyZPL(content.decode("ascii")).to_images()]
    found = pages(content, template.dpi)
    return [page.rotate(-90, expand=True) for page in found] if template.turned else found


def read(image: Image.Image) -> list[tuple[str, tuple[float, float]]]:
    """Each QR code's text and the upper left corner of its dark area, in pixels."""
    found = zxingcpp.read_barcodes(image, formats=QR)
    return [(each.text, (each.position.top_left.x, each.position.top_left.y)) for each in found]


def cell(template: LabelTemplate, image: Image.Image, place: int = 0) -> Image.Image:
    """The label at *place* of a page in the printer's dots."""
    left, top = template.cell(place)
    right, bottom = left + template.shape.width_mm, top + template.shape.height_mm
    dots = template.dpi / 25.4
    return image.crop((round(left * dots), round(top * dots), round(right * dots), round(bottom * dots)))


def dark_square(label: LabelText, template: LabelTemplate) -> tuple[float, float, float, int]:
    """Of the code in `cell`: left, top and side of its dark area in dots, and its modules."""
    code = lay_out(label, template.shape, template.dpi).code
    dots = template.dpi / 25.4
    modules = 17 + 4 * code.version
    return (code.x_mm + code.quiet_mm) * dots, (code.y_mm + code.quiet_mm) * dots, modules * code.dots, modules
