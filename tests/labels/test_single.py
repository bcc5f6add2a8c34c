"""One label as SVG and PNG: decodes at the printer's resolution, carries its text, allows no injection."""

import re
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from inventory.errors import ValidationRefused
from inventory.labels.label import make_label
from inventory.labels.layout import lay_out
from inventory.labels.single import asset_label_png, asset_label_svg
from inventory.labels.templates import ROLL, TEMPLATES
from inventory.printing.qr import encode, svg_path

LABEL = make_label(
    "https://inventory.example.ac.uk",
    "ED-3K7Q-P",
    model='Dell <b onload="x">& Größe',
    institution="University of Edinburgh",
)
SHAPES = [ROLL, *(TEMPLATES[key].shape for key in ("L7160", "L7163", "L7651", "DK-11201"))]


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_png_decodes_at_the_printers_resolution_and_has_its_size(shape: object, dpi: int) -> None:
    assert isinstance(shape, type(ROLL))
    image = Image.open(BytesIO(asset_label_png(LABEL, shape, dpi=dpi)))
    assert image.mode == "1"
    assert image.width * 25.4 / dpi == pytest.approx(shape.width_mm, abs=0.2)
    assert image.height * 25.4 / dpi == pytest.approx(shape.height_mm, abs=0.2)
    found = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormat.QRCodeModel2)
    assert [each.text for each in found] == [LABEL.address]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("model", ["Dell", "Lenovo ThinkCentre M720q Tiny Desktop 10T7", "X" * 80, "mmm " * 20])
def test_the_png_keeps_ink_inside_the_padding(model: str, dpi: int) -> None:
    label = replace(LABEL, model=model, institution="University of Aberdeen, Directorate of Digital Services")
    image = Image.open(BytesIO(asset_label_png(label, dpi=dpi))).convert("L")
    dark = image.point(lambda grey: 255 - grey).getbbox()
    assert dark is not None
    padding = (ROLL.edge_x_mm - 0.2) * dpi / 25.4
    assert min(dark[0], dark[1], image.width - dark[2], image.height - dark[3]) >= padding


@pytest.mark.parametrize("dpi", [0, 72, 100_000])
def test_a_resolution_that_no_label_printer_has_is_refused(dpi: int) -> None:
    with pytest.raises(ValidationRefused, match="dots per inch") as refusal:
        asset_label_png(LABEL, dpi=dpi)
    assert refusal.value.field == "dpi"


def test_the_svg_has_true_millimetres_one_path_and_the_whole_code() -> None:
    svg = asset_label_svg(LABEL)
    root = ElementTree.fromstring(svg)
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == (
        "50.0mm",
        "25.0mm",
        "0 0 50.0 25.0",
    )
    paths = root.findall("{http://www.w3.org/2000/svg}path")
    assert [path.get("d") for path in paths] == [svg_path(encode(LABEL.address, lay_out(LABEL, ROLL).code.level))]


def test_the_code_in_the_svg_decodes_when_drawn_at_203_dpi() -> None:
    root = ElementTree.fromstring(asset_label_svg(LABEL))
    path = root.find("{http://www.w3.org/2000/svg}path")
    assert path is not None
    place = re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\) scale\(([\d.]+)\)", path.get("transform", ""))
    assert place is not None
    x, y, scale = (float(each) * 203 / 25.4 for each in place.groups())
    image = Image.new("L", (400, 200), 255)
    for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)", path.get("d", "")):
        left, top = x + int(column) * scale, y + int(row) * scale
        image.paste(0, (round(left), round(top), round(left + int(length) * scale), round(top + scale)))
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCodeModel2)
    assert [each.text for each in found] == [LABEL.address]


def test_the_svgs_text_is_escaped_and_has_no_inline_style() -> None:
    svg = asset_label_svg(LABEL)
    assert "<b" not in svg
    assert "style=" not in svg
    texts = [each.text for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "ED-3K7Q-P"
    assert any('<b onload="x">&' in (text or "") for text in texts)


def test_every_line_of_the_svg_ends_within_the_label_in_whatever_font() -> None:
    for each in ElementTree.fromstring(asset_label_svg(LABEL)).iter("{http://www.w3.org/2000/svg}text"):
        assert float(each.get("x", "0")) + float(each.get("textLength", "0")) <= 50 - ROLL.edge_x_mm + 0.01
