"""The PDF primitives: true measures, embedded type, the same bytes each time."""

import re
from io import BytesIO

import pypdfium2
import pytest

from inventory.printing import fonts
from inventory.printing.pdf import Paper
from inventory.printing.qr import encode


def page(out: BytesIO) -> None:
    paper = Paper(out, (100, 50), title="Test", author="University")
    paper.text(10, 20, "ED-3K7Q-P", fonts.MONO, 12)
    paper.qr(60, 10, encode("HTTPS://A.EXAMPLE/T/X"), 0.5)
    paper.close()


def test_a_millimetre_is_a_millimetre_from_the_upper_left_corner() -> None:
    out = BytesIO()
    page(out)
    image = pypdfium2.PdfDocument(out.getvalue())[0].render(scale=254 / 72).to_pil().convert("L")
    # The renderer rounds the page up to whole pixels, ten to the millimetre here.
    assert image.size == pytest.approx((1000, 500), abs=1)
    code = image.crop((500, 0, 1000, 500)).point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert code == pytest.approx((100, 100, 100 + 125, 100 + 125), abs=1)
    text = image.crop((0, 0, 500, 500)).point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert text is not None
    # The Q's tail may hang below the base line at 20 mm by a fifth of the size.
    assert 100 <= text[0] <= 110
    assert 195 <= text[3] <= 210


def test_the_same_drawing_gives_the_same_bytes() -> None:
    first, second = BytesIO(), BytesIO()
    page(first)
    page(second)
    assert first.getvalue() == second.getvalue()


def test_the_type_is_embedded_and_viewers_are_told_not_to_scale() -> None:
    out = BytesIO()
    page(out)
    data = out.getvalue()
    assert b"/FontFile2" in data
    assert b"Helvetica" not in data
    assert re.search(rb"/PrintScaling\s*/None", data)


def test_text_can_be_found_in_the_file() -> None:
    out = BytesIO()
    page(out)
    assert pypdfium2.PdfDocument(out.getvalue())[0].get_textpage().get_text_range().strip() == "ED-3K7Q-P"
