"""QR matrices: the same bits as `qrcode`, and every form of output reads back."""

import re
from io import BytesIO

import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.util import BIT_LIMIT_TABLE

from inventory.printing import qr, qr_batch

ADDRESS = "HTTPS://INVENTORY.EXAMPLE.AC.UK/T/ED-3K7Q-P"
payloads = st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=1, max_size=qr.CAPACITY[-1])


def read(image: Image.Image) -> list[str]:
    """What a scanner reads in the image, all codes."""
    return [
        each.text for each in zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormat.QRCodeModel2)
    ]


def from_qrcode(payload: str, **parameters: int) -> tuple[int, str]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0, **parameters)
    code.add_data(payload, optimize=0)
    code.make(fit=True)
    return code.version, "".join("01"[bool(module)] for row in code.get_matrix() for module in row)


@given(payloads)
@settings(max_examples=60, deadline=None)
def test_a_code_has_the_bits_and_the_version_that_qrcode_itself_chooses(payload: str) -> None:
    # All-digit texts are shorter in numeric mode, which `qrcode` takes by itself.
    if payload.isdigit():
        payload += "A"
    payload = payload[: qr.CAPACITY[-1]]
    if payload.isdigit():
        return
    made = qr.encode(payload)
    assert (made.version, made.bits) == from_qrcode(payload, mask_pattern=qr.MASK)


@given(payloads.filter(lambda each: len(each) <= qr.CAPACITY[4]))
@settings(max_examples=100, deadline=None)
def test_the_quick_way_makes_bit_for_bit_the_same_code(payload: str) -> None:
    assert qr_batch.encode_quickly(payload) == qr.encode(payload)


def test_a_long_batch_goes_over_to_the_quick_way_without_a_seam() -> None:
    many = [f"HTTPS://INVENTORY.EXAMPLE.AC.UK/T/ED-{number:04X}" for number in range(400)]
    assert list(qr_batch.encode_all(many)) == [qr.encode(each) for each in many]


def test_a_batch_keeps_its_order_when_versions_alternate() -> None:
    mixed = [f"A{number}" + "B" * (number % 60) for number in range(300)]
    assert list(qr_batch.encode_all(mixed)) == [qr.encode(each) for each in mixed]


@given(payloads)
@settings(max_examples=60, deadline=None)
def test_what_is_encoded_is_what_a_scanner_reads(payload: str) -> None:
    assert read(qr.to_image(qr.encode(payload), 4)) == [payload]


def test_an_address_of_47_characters_fits_version_3_and_one_more_does_not() -> None:
    assert qr.smallest_version("A" * 47) == 3
    assert qr.smallest_version("A" * 48) == 4


def test_the_capacities_are_those_of_the_standards_table_in_qrcode() -> None:
    for version, capacity in enumerate(qr.CAPACITY, start=1):
        limit = BIT_LIMIT_TABLE[ERROR_CORRECT_Q][version]
        needed = [4 + 9 + 11 * (count // 2) + 6 * (count % 2) for count in (capacity, capacity + 1)]
        assert needed[0] <= limit < needed[1]


@pytest.mark.parametrize("text", ["", "https://inventory.example.ac.uk", "A_B", "É", "A\n", "A" * 190])
def test_text_that_does_not_fit_a_small_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"alphanumeric|characters"):
        qr.encode(text)
    with pytest.raises(ValueError, match=r"alphanumeric|characters"):
        list(qr_batch.encode_all([text]))


@pytest.mark.parametrize("dots", [1, 3, 4, 6, 10])
def test_a_png_has_whole_pixels_to_a_module_and_an_empty_quiet_zone(dots: int) -> None:
    matrix = qr.encode(ADDRESS)
    image = Image.open(BytesIO(qr.to_png(matrix, dots, dpi=203)))
    assert image.mode == "1"
    assert image.size == ((29 + 8) * dots,) * 2
    assert image.info["dpi"][0] == pytest.approx(203, abs=0.1)
    quiet = qr.QUIET_MODULES * dots
    inner = (quiet, quiet, image.width - quiet, image.height - quiet)
    assert image.convert("L").point(lambda grey: 255 - grey).getbbox() == inner
    whole = [
        image.getpixel(((column + 4) * dots + x, (row + 4) * dots + y)) == 0
        for row in range(29)
        for column in range(29)
        for x in (0, dots - 1)
        for y in (0, dots - 1)
    ]
    assert whole == [bit == "1" for bit in matrix.bits for _ in range(4)]


def test_a_png_without_dots_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one dot"):
        qr.to_png(qr.encode(ADDRESS), 0)


def test_the_svg_is_one_path_that_covers_exactly_the_dark_modules() -> None:
    matrix = qr.encode(ADDRESS)
    svg = qr.to_svg(matrix, "Label")
    assert svg.count("<path") == 1
    assert 'viewBox="0 0 37 37"' in svg
    assert "style" not in svg
    path = re.search(r' d="([^"]+)"', svg)
    assert path is not None
    drawn = [["0"] * 29 for _ in range(29)]
    for column, row, length, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path[1]):
        assert length == back
        for place in range(int(column), int(column) + int(length)):
            assert drawn[int(row)][place] == "0"
            drawn[int(row)][place] = "1"
    assert "".join(bit for row in drawn for bit in row) == matrix.bits


def test_the_pdf_path_is_filled_once_and_covers_exactly_the_dark_modules() -> None:
    matrix = qr.encode(ADDRESS)
    path = qr.pdf_path(matrix)
    assert path.split().count("f") == 1
    drawn = [["0"] * 29 for _ in range(29)]
    for column, below, length in re.findall(r"(\d+) (\d+) (\d+) 1 re", path):
        for place in range(int(column), int(column) + int(length)):
            drawn[28 - int(below)][place] = "1"
    assert "".join(bit for row in drawn for bit in row) == matrix.bits
