"""Text made to fit: widths, cutting and wrapping in the embedded fonts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from inventory.printing import fonts


@pytest.mark.parametrize("pair", ["0O", "1l", "1I", "lI", "5S", "8B"])
def test_signs_that_look_alike_are_drawn_differently(pair: str) -> None:
    def drawn(sign: str) -> bytes:
        image = Image.new("1", (80, 80), 1)
        type_ = ImageFont.truetype(str(fonts.FILES[fonts.MONO]), 64, layout_engine=ImageFont.Layout.BASIC)
        ImageDraw.Draw(image).text((10, 70), sign, font=type_, fill=0, anchor="ls")
        return image.convert("L").tobytes()

    first, second = drawn(pair[0]), drawn(pair[1])
    differing = sum(a != b for a, b in zip(first, second, strict=True))
    assert differing > 0.1 * min(first.count(0), second.count(0))


def test_text_that_fits_is_left_as_it_is() -> None:
    assert fonts.cut("Dell OptiPlex", fonts.TEXT, 8, 500) == "Dell OptiPlex"


def test_text_that_does_not_fit_ends_in_an_ellipsis_within_the_room() -> None:
    short = fonts.cut("Dell OptiPlex 7010 MT", fonts.TEXT, 8, 50)
    assert short.endswith("…")
    assert fonts.width(short, fonts.TEXT, 8) <= 50


def test_no_room_at_all_leaves_nothing() -> None:
    assert fonts.cut("Dell", fonts.TEXT, 8, 1) == ""
    assert fonts.wrap("Dell", fonts.TEXT, 8, 100, 0) == ()


def test_lines_break_at_spaces_and_lose_no_word_while_there_are_lines() -> None:
    lines = fonts.wrap("HP EliteBook 840 G5 Notebook", fonts.TEXT, 8, 70, 3)
    assert len(lines) > 1
    assert " ".join(lines) == "HP EliteBook 840 G5 Notebook"


def test_a_word_wider_than_the_line_is_broken_and_not_lost() -> None:
    lines = fonts.wrap("X" * 30, fonts.TEXT, 8, 100, 3)
    assert "".join(lines) == "X" * 30


@given(st.text(max_size=120), st.floats(8, 200), st.integers(0, 4))
@settings(max_examples=150, deadline=None)
def test_wrapped_text_never_leaves_its_room_whatever_the_text(text: str, room: float, most: int) -> None:
    lines = fonts.wrap(text, fonts.TEXT, 8, room, most)
    assert len(lines) <= most
    assert all(fonts.width(line, fonts.TEXT, 8) <= room for line in lines)


def test_what_the_font_lacks_is_shown_as_a_question_mark() -> None:
    assert fonts.printable("Größe\t中\n\x07 µ", fonts.TEXT) == "Größe ? ? ?"
    assert fonts.can_print("Größe", fonts.TEXT)
    assert not fonts.can_print("中", fonts.TEXT)
