"""Sheets as printed: skipping, moving, outlines; what the text of a label says where there is little room."""

from collections.abc import Iterator
from io import BytesIO

import pypdfium2
import pytest

from inventory.errors import ValidationRefused
from inventory.labels.label import LabelText, make_label
from inventory.labels.layout import lay_out
from inventory.labels.shapes import LabelTemplate
from inventory.labels.sheets import Placing, label_file, write_labels
from inventory.labels.templates import TEMPLATES
from tests.labels.printed import LONG, TAGS, URL, cell, labels, pages, read

SHEETS = [each for each in TEMPLATES.values() if each.is_sheet and each.shape.carries == "address"]
every_sheet = pytest.mark.parametrize("template", SHEETS, ids=[each.key for each in SHEETS])


@every_sheet
def test_nothing_is_printed_outside_the_cells_or_in_their_margin(template: LabelTemplate) -> None:
    image = pages(label_file(labels(template.per_page), template), 300)[0]
    dot = 25.4 / 300
    margin = (template.shape.edge_x_mm - 0.2) / dot
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


def test_the_first_label_comes_after_the_places_that_are_used_up() -> None:
    template = TEMPLATES["L7160"]
    wanted = labels(20)
    images = pages(label_file(wanted, template, Placing(skip=4)), 300)
    assert len(images) == 2
    first = [[text for text, _ in read(cell(template, images[0], place))] for place in range(21)]
    assert first == [[]] * 4 + [[label.address] for label in wanted[:17]]
    second = [[text for text, _ in read(cell(template, images[1], place))] for place in range(21)]
    assert second == [[label.address] for label in wanted[17:]] + [[]] * 18


def test_a_full_sheet_has_no_empty_page_behind_it() -> None:
    template = TEMPLATES["L7160"]
    assert len(pypdfium2.PdfDocument(label_file(labels(21), template))) == 1
    assert len(pypdfium2.PdfDocument(label_file(labels(22), template))) == 2


@pytest.mark.parametrize("skip", [-1, 21, 1000])
def test_skipping_more_than_a_sheet_is_refused(skip: int) -> None:
    out = BytesIO()
    with pytest.raises(ValidationRefused, match="cannot be skipped") as refusal:
        write_labels(out, labels(1), TEMPLATES["L7160"], Placing(skip=skip))
    assert refusal.value.field == "skip"
    assert out.getvalue() == b""


def test_no_labels_at_all_are_refused_and_nothing_is_written() -> None:
    out = BytesIO()
    with pytest.raises(ValidationRefused, match="no label to print"):
        write_labels(out, [], TEMPLATES["L7160"])
    assert out.getvalue() == b""


def test_the_shift_moves_the_print_right_and_down_and_not_too_far() -> None:
    template = TEMPLATES["L7160"]
    ((_, straight),) = read(pages(label_file(labels(1), template), 300)[0])
    ((_, shifted),) = read(pages(label_file(labels(1), template, Placing(shift_mm=(2, -1))), 300)[0])
    moved = [(b - a) * 25.4 / 300 for a, b in zip(straight, shifted, strict=True)]
    assert moved == pytest.approx([2, -1], abs=0.1)
    with pytest.raises(ValidationRefused, match="shifted by more than"):
        label_file(labels(1), template, Placing(shift_mm=(0, 6)))


def test_outlines_are_drawn_only_when_asked_for() -> None:
    template = TEMPLATES["L7160"]
    corner = (round(7.21 / 25.4 * 300) - 5, round(15.15 / 25.4 * 300) - 5)
    box = (*corner, corner[0] + 10, corner[1] + 10)
    assert pages(label_file(labels(1), template), 300)[0].crop(box).getextrema()[0] == 255
    assert pages(label_file(labels(1), template, Placing(outlines=True)), 300)[0].crop(box).getextrema()[0] < 200


def test_labels_are_taken_one_by_one_as_they_are_printed() -> None:
    taken: list[int] = []

    def from_a_query() -> Iterator[LabelText]:
        for number, label in enumerate(labels(30)):
            taken.append(number)
            yield label

    assert write_labels(BytesIO(), from_a_query(), TEMPLATES["L7160"]) == 30
    assert taken == list(range(30))


@every_sheet
def test_the_whole_tag_is_always_printed(template: LabelTemplate) -> None:
    for label in labels(84):
        layout = lay_out(label, template.shape)
        shown = [line.text for line in layout.lines if "Mono" in line.font and line.text != "LOCAL DEMO"]
        assert "".join(shown) == label.tag


@every_sheet
def test_a_tag_is_set_at_six_points_or_more_up_to_forty_characters(template: LabelTemplate) -> None:
    for length in range(1, 41):
        label = make_label(URL, ("ED-3K7Q-P" * 5)[:length])
        assert lay_out(label, template.shape).lines[0].points >= 6


def test_an_eighty_character_model_ends_in_an_ellipsis_and_a_short_one_does_not() -> None:
    shape = TEMPLATES["L7160"].shape

    def model_lines(model: str) -> list[str]:
        label = make_label(URL, "ED-3K7Q-P", model=model)
        return [line.text for line in lay_out(label, shape).lines][1:]

    assert model_lines("Dell OptiPlex 7010") == ["Dell OptiPlex 7010"]
    assert model_lines("X" * 80)[-1].endswith("…")


def test_a_blank_label_says_that_it_waits_and_names_no_model() -> None:
    label = make_label(URL, "ED-3K7Q-P", model="Dell", unclaimed=True)
    shown = [line.text for line in lay_out(label, TEMPLATES["L7160"].shape).lines]
    assert shown == ["ED-3K7Q-P", "Unclaimed until first scan"]
    claimed = make_label(URL, "ED-3K7Q-P", model="Dell")
    assert [line.text for line in lay_out(claimed, TEMPLATES["L7160"].shape).lines] == ["ED-3K7Q-P", "Dell"]


@every_sheet
def test_a_local_label_says_so_on_every_sheet_even_with_the_longest_tag(template: LabelTemplate) -> None:
    for tag in ["ED-3K7Q-P", *TAGS]:
        marked = make_label("http://127.0.0.1:5000", tag, model=LONG, institution="University of Edinburgh")
        plain = make_label(URL, tag, model=LONG, institution="University of Edinburgh")
        assert "LOCAL DEMO" in [line.text for line in lay_out(marked, template.shape).lines]
        assert "LOCAL DEMO" not in [line.text for line in lay_out(plain, template.shape).lines]


def test_a_tag_that_the_type_cannot_show_is_refused() -> None:
    with pytest.raises(ValidationRefused, match="type lacks one of its characters"):
        make_label(URL, "中-1")
