"""Sheets as printed: every code decodes, everything stays in its cell and off the quiet zone."""

from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from inventory.errors import ValidationRefused
from inventory.labels.layout import LabelText, code_box, lay_out, make_label
from inventory.labels.sheets import sheet_pdf, write_sheets
from inventory.labels.templates import TEMPLATES, SheetTemplate, template_named
from inventory.printing.qr import smallest_version
from inventory.register.tags import issue

URL = "https://inventory.example.ac.uk"
LONG = "Lenovo ThinkCentre M720q Tiny Desktop 10T7 with an eighty character long name ok"
MODELS = ["Dell OptiPlex 7010 MT", LONG, "X" * 80, "", "Größe <&> 中"]
TAGS = ["UOE-LAP-00123", "asset_0001 b", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJ"]

every_sheet = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES.keys())


def labels(count: int) -> list[LabelText]:
    """Every awkward mixture: long models, foreign tags, blank and local labels."""
    return [
        make_label(
            URL,
            TAGS[number // 6 % 3] if number % 6 == 5 else issue("ED", number),
            model=MODELS[number % 5],
            institution="University of Edinburgh" if number % 2 else "University " * 12,
            unclaimed=number % 7 == 0,
            local_only=number % 4 == 0,
        )
        for number in range(count)
    ]


def pages(pdf: bytes, dpi: int) -> list[Image.Image]:
    return [page.render(scale=dpi / 72).to_pil().convert("L") for page in pypdfium2.PdfDocument(pdf)]


def read(image: Image.Image) -> list[tuple[str, tuple[float, float]]]:
    """Each code's text and the upper left corner of its dark area, in pixels."""
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCodeModel2)
    return [(each.text, (each.position.top_left.x, each.position.top_left.y)) for each in found]


def cells(template: SheetTemplate, image: Image.Image, dpi: int) -> Iterator[Image.Image]:
    dot = 25.4 / dpi
    for place in range(template.per_page):
        left, top = template.cell(place)
        yield image.crop(
            (
                round(left / dot),
                round(top / dot),
                round((left + template.shape.width_mm) / dot),
                round((top + template.shape.height_mm) / dot),
            )
        )


@every_sheet
def test_every_label_of_a_full_sheet_decodes_to_exactly_its_address_at_300_dpi(
    template: SheetTemplate,
) -> None:
    wanted = labels(template.per_page)
    image = pages(sheet_pdf(wanted, template), 300)[0]
    assert sorted(text for text, _ in read(image)) == sorted(label.address for label in wanted)


@every_sheet
def test_every_label_decodes_in_its_own_cell_at_203_dpi(template: SheetTemplate) -> None:
    wanted = labels(template.per_page)
    image = pages(sheet_pdf(wanted, template), 203)[0]
    read_in_order = [[text for text, _ in read(cell)] for cell in cells(template, image, 203)]
    assert read_in_order == [[label.address] for label in wanted]


@every_sheet
def test_nothing_is_printed_outside_the_cells_or_in_their_margin(template: SheetTemplate) -> None:
    image = pages(sheet_pdf(labels(template.per_page), template), 300)[0]
    dot = 25.4 / 300
    margin = (template.shape.padding_mm - 0.2) / dot
    for place in range(template.per_page):
        left, top = (each / dot for each in template.cell(place))
        width, height = template.shape.width_mm / dot, template.shape.height_mm / dot
        image.paste(
            255,
            (
                int(left + margin),
                int(top + margin),
                int(left + width - margin) + 1,
                int(top + height - margin) + 1,
            ),
        )
    assert image.getextrema() == (255, 255)


@every_sheet
def test_the_quiet_zone_of_every_label_is_empty(template: SheetTemplate) -> None:
    wanted = labels(template.per_page)
    image = pages(sheet_pdf(wanted, template), 600)[0]
    dot = 25.4 / 600
    for place, label in enumerate(wanted):
        left, top = template.cell(place)
        box = code_box(template.shape, smallest_version(label.address))
        # Codes are set on the printer's grid, so up to half a dot of 300 dpi from their place.
        slack = 25.4 / 300 / 2
        x, y = (left + box.x_mm + slack) / dot, (top + box.y_mm + slack) / dot
        side, quiet = (box.side_mm - 2 * slack) / dot, (box.quiet_mm - 2 * slack) / dot
        zone = image.crop((round(x), round(y), round(x + side), round(y + side)))
        dark = zone.point(lambda grey: 255 if grey < 128 else 0).getbbox()
        assert dark is not None
        assert min(dark[0], dark[1], zone.width - dark[2], zone.height - dark[3]) >= quiet - 1.5


@every_sheet
def test_codes_stand_where_the_template_says_to_two_tenths_of_a_millimetre(template: SheetTemplate) -> None:
    wanted = labels(template.per_page)
    found = dict(read(pages(sheet_pdf(wanted, template), 300)[0]))
    for place, label in enumerate(wanted):
        if label.tag in TAGS:
            continue
        left, top = template.cell(place)
        box = code_box(template.shape, smallest_version(label.address))
        x, y = (each * 25.4 / 300 for each in found[label.address])
        assert x == pytest.approx(left + box.x_mm + box.quiet_mm, abs=0.2)
        assert y == pytest.approx(top + box.y_mm + box.quiet_mm, abs=0.2)


@every_sheet
def test_the_grid_lies_within_the_page_and_its_labels_do_not_overlap(template: SheetTemplate) -> None:
    left, top = template.cell(0)
    right, bottom = template.cell(template.per_page - 1)
    shape = template.shape
    assert template.pitch_x_mm >= shape.width_mm
    assert template.pitch_y_mm >= shape.height_mm
    # Sheets are symmetrical: what is left over is the same on both sides.
    assert template.page_mm[0] - (right + shape.width_mm) == pytest.approx(left, abs=0.1)
    assert template.page_mm[1] - (bottom + shape.height_mm) == pytest.approx(top, abs=0.1)


@every_sheet
def test_a_module_is_a_whole_number_of_dots_and_never_below_a_third_of_a_millimetre(
    template: SheetTemplate,
) -> None:
    for version in range(2, 6):
        box = code_box(template.shape, version)
        assert box.module_mm >= 0.33
        assert box.module_mm == pytest.approx(box.dots * 25.4 / 300)
        assert box.side_mm <= template.shape.qr_mm


def test_an_address_too_long_for_the_label_is_refused_in_words() -> None:
    with pytest.raises(ValidationRefused, match=r"too long for labels of 38\.1 × 21\.2 mm"):
        code_box(TEMPLATES["L7651"].shape, 9)


def test_the_first_label_comes_after_the_places_that_are_used_up() -> None:
    template = TEMPLATES["L7160"]
    wanted = labels(20)
    images = pages(sheet_pdf(wanted, template, skip=4), 300)
    assert len(images) == 2
    first = [[text for text, _ in read(cell)] for cell in cells(template, images[0], 300)]
    assert first == [[]] * 4 + [[label.address] for label in wanted[:17]]
    second = [[text for text, _ in read(cell)] for cell in cells(template, images[1], 300)]
    assert second == [[label.address] for label in wanted[17:]] + [[]] * 18


def test_a_full_sheet_has_no_empty_page_behind_it() -> None:
    template = TEMPLATES["L7160"]
    assert len(pypdfium2.PdfDocument(sheet_pdf(labels(21), template))) == 1
    assert len(pypdfium2.PdfDocument(sheet_pdf(labels(22), template))) == 2


@pytest.mark.parametrize("skip", [-1, 21, 1000])
def test_skipping_more_than_a_sheet_is_refused(skip: int) -> None:
    out = BytesIO()
    with pytest.raises(ValidationRefused, match="cannot be skipped") as refusal:
        write_sheets(out, labels(1), TEMPLATES["L7160"], skip=skip)
    assert refusal.value.field == "skip"
    assert out.getvalue() == b""


def test_no_labels_at_all_are_refused_and_nothing_is_written() -> None:
    out = BytesIO()
    with pytest.raises(ValidationRefused, match="no label to print"):
        write_sheets(out, [], TEMPLATES["L7160"])
    assert out.getvalue() == b""


def test_the_shift_moves_the_print_right_and_down_and_not_too_far() -> None:
    template = TEMPLATES["L7160"]
    ((_, straight),) = read(pages(sheet_pdf(labels(1), template), 300)[0])
    ((_, shifted),) = read(pages(sheet_pdf(labels(1), template, shift_mm=(2, -1)), 300)[0])
    moved = [(b - a) * 25.4 / 300 for a, b in zip(straight, shifted, strict=True)]
    assert moved == pytest.approx([2, -1], abs=0.1)
    with pytest.raises(ValidationRefused, match="shifted by more than"):
        sheet_pdf(labels(1), template, shift_mm=(0, 6))


def test_outlines_are_drawn_only_when_asked_for() -> None:
    template = TEMPLATES["L7160"]
    corner = (round(7.21 / 25.4 * 300) - 5, round(15.15 / 25.4 * 300) - 5)
    box = (*corner, corner[0] + 10, corner[1] + 10)
    assert pages(sheet_pdf(labels(1), template), 300)[0].crop(box).getextrema()[0] == 255
    assert pages(sheet_pdf(labels(1), template, outlines=True), 300)[0].crop(box).getextrema()[0] < 200


def test_labels_are_taken_one_by_one_as_they_are_printed() -> None:
    taken: list[int] = []

    def from_a_query() -> Iterator[LabelText]:
        for number, label in enumerate(labels(30)):
            taken.append(number)
            yield label

    assert write_sheets(BytesIO(), from_a_query(), TEMPLATES["L7160"]) == 30
    assert taken == list(range(30))


def test_a_sheet_is_found_by_its_name_in_any_case_and_an_unknown_one_lists_those_there_are() -> None:
    assert template_named(" l7160 ") is TEMPLATES["L7160"]
    with pytest.raises(ValidationRefused, match="L7160, L7159, L7163, L7651"):
        template_named("L4731")


@every_sheet
def test_every_line_stays_beside_the_code_within_the_padding_and_off_the_other_lines(
    template: SheetTemplate,
) -> None:
    shape = template.shape
    for label in labels(84):
        box, lines = lay_out(label, shape)
        ordered = sorted(lines, key=lambda line: line.baseline_mm)
        for line in ordered:
            assert line.x_mm >= box.x_mm + box.side_mm
            assert line.baseline_mm <= shape.height_mm - shape.padding_mm + 0.01
            assert line.baseline_mm - 0.668 * line.points * 25.4 / 72 >= shape.padding_mm - 0.01
        for upper, lower in pairwise(ordered):
            capital = 0.668 * lower.points * 25.4 / 72
            assert lower.baseline_mm - capital > upper.baseline_mm + 0.05 * upper.points * 25.4 / 72


@every_sheet
def test_the_whole_tag_is_always_printed(template: SheetTemplate) -> None:
    for label in labels(84):
        _, lines = lay_out(label, template.shape)
        shown = [line.text for line in lines if "Mono" in line.font and line.text != "LOCAL DEMO"]
        assert "".join(shown) == label.tag


@every_sheet
def test_a_tag_is_set_at_seven_points_or_more_up_to_forty_characters(template: SheetTemplate) -> None:
    for length in range(1, 41):
        label = make_label(URL, ("ED-3K7Q-P" * 5)[:length])
        assert lay_out(label, template.shape)[1][0].points >= 7


def test_an_eighty_character_model_ends_in_an_ellipsis_and_a_short_one_does_not() -> None:
    shape = TEMPLATES["L7160"].shape

    def model_lines(model: str) -> list[str]:
        label = make_label(URL, "ED-3K7Q-P", model=model)
        return [line.text for line in lay_out(label, shape)[1]][1:]

    assert model_lines("Dell OptiPlex 7010") == ["Dell OptiPlex 7010"]
    assert model_lines("X" * 80)[-1].endswith("…")


def test_a_blank_label_says_that_it_waits_and_names_no_model() -> None:
    label = make_label(URL, "ED-3K7Q-P", model="Dell", unclaimed=True)
    shown = [line.text for line in lay_out(label, TEMPLATES["L7160"].shape)[1]]
    assert shown == ["ED-3K7Q-P", "Unclaimed until first scan"]
    claimed = make_label(URL, "ED-3K7Q-P", model="Dell")
    assert [line.text for line in lay_out(claimed, TEMPLATES["L7160"].shape)[1]] == ["ED-3K7Q-P", "Dell"]


@every_sheet
def test_a_local_label_says_so_on_every_sheet_even_with_the_longest_tag(template: SheetTemplate) -> None:
    for tag in ["ED-3K7Q-P", *TAGS]:
        marked = make_label("http://127.0.0.1:5000", tag, model=LONG, institution="University of Edinburgh")
        plain = make_label(URL, tag, model=LONG, institution="University of Edinburgh")
        assert "LOCAL DEMO" in [line.text for line in lay_out(marked, template.shape)[1]]
        assert "LOCAL DEMO" not in [line.text for line in lay_out(plain, template.shape)[1]]


def test_a_tag_that_the_type_cannot_show_is_refused() -> None:
    with pytest.raises(ValidationRefused, match="type lacks one of its characters"):
        make_label(URL, "中-1")
