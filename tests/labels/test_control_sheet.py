"""The control sheet as an office printer makes it, read by a decoder that is not ours."""

from itertools import pairwise

import pypdfium2
import pytest
import zxingcpp

from inventory.labels.control_sheet import PITCH_MM, Control, Group, control_sheet
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.scanning.controls import CONFIRM, LOOK_UP, UNDO, mode_text, place_text
from tests.labels.printed import BARS, QR, pages

MODES = [Control(mode_text(row.key), row.label) for row in EVENT_TYPES.values() if row.scan]
STEERING = [Control(UNDO, "Undo"), Control(CONFIRM, "Confirm"), Control(LOOK_UP, "Look up")]
PLACES = [Control(place_text(code), code) for code in ("HUB", "AT-5.01", "KB/JCMB 1206c", "Büro 7", "P" * 38)]
LONG = Control(place_text("L" * 64), "Größe 中 " * 40)


def found(content: bytes, dpi: int = 300) -> dict[object, list[tuple[int, float, float, str]]]:
    """Of each kind of code: (page, upper edge, left edge in mm, text), from the top."""
    told: dict[object, list[tuple[int, float, float, str]]] = {BARS: [], QR: []}
    for number, image in enumerate(pages(content, dpi)):
        for kind, all_of in told.items():
            for each in zxingcpp.read_barcodes(image, formats=kind):
                corner = each.position.top_left
                all_of.append((number, corner.y * 25.4 / dpi, corner.x * 25.4 / dpi, each.text))
    return {kind: sorted(all_of) for kind, all_of in told.items()}


@pytest.fixture(scope="module")
def sheet() -> bytes:
    return control_sheet(
        [Group("Steering", STEERING), Group("Modes", MODES), Group("Where", [*PLACES, LONG])], "University"
    )


def test_every_control_is_read_in_both_codes_in_the_order_of_the_sheet(sheet: bytes) -> None:
    wanted = [each.text for each in [*STEERING, *MODES, *PLACES]]
    read = found(sheet)
    assert [text for *_, text in read[BARS]] == wanted
    assert [text for *_, text in read[QR]] == [*wanted, LONG.text]


def test_no_two_controls_are_close_and_none_stands_beside_another(sheet: bytes) -> None:
    for codes in found(sheet).values():
        for (page, y, _, _), (next_page, below, _, _) in pairwise(codes):
            assert next_page > page or below - y > PITCH_MM - 2


def test_a_page_is_a4_and_is_not_scaled(sheet: bytes) -> None:
    document = pypdfium2.PdfDocument(sheet)
    assert all(page.get_size() == pytest.approx((595.28, 841.89), abs=0.01) for page in document)
    assert b"/PrintScaling /None" in sheet
    assert len(document) == 4


def test_the_words_stand_under_their_codes(sheet: bytes) -> None:
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(sheet))
    for control in [*STEERING, *MODES]:
        assert control.words in text and control.text in text
    assert "Too long for bars" in text and text.count("Too long") == 1 and "4 / 4" in text


def test_without_modes_and_places_there_is_one_page() -> None:
    content = control_sheet([Group("Steering", STEERING), Group("Modes", []), Group("Where", [])], "U" * 300)
    assert len(pypdfium2.PdfDocument(content)) == 1
    assert b"Modes" not in content


def test_a_heading_does_not_end_a_page() -> None:
    for count in range(6, 10):
        content = control_sheet([Group("First", PLACES[:1] * count), Group("Second", PLACES[1:2])], "U")
        for page in pypdfium2.PdfDocument(content):
            assert ("Second" in (text := page.get_textpage().get_text_bounded())) == (PLACES[1].text in text)
