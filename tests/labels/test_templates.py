"""Every template there is: its codes decode as printed, worn and askew; everything stands where it should."""

import math
import random
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from inventory.errors import ValidationRefused
from inventory.labels.calibration import calibration_file
from inventory.labels.geometry import SMALLEST_MODULE_MM, code_box, longest_payload
from inventory.labels.label import SHOWABLE, LabelText, make_label, specimen
from inventory.labels.layout import Layout, lay_out
from inventory.labels.payload import LONGEST
from inventory.labels.setting import LOCAL
from inventory.labels.shapes import LabelTemplate
from inventory.labels.sheets import Placing, label_file
from inventory.labels.templates import FAMILIES, TEMPLATES, template_named, templates_of
from inventory.printing import fonts
from inventory.register.tags import normalise
from tests.labels.printed import BARS, LONG, QR, TAGS, URL, cell, dark_square, labels, picture, printed, read

every_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES.keys())
INSTITUTION = "University of Edinburgh"
MM = 25.4 / 72


def own(number: int = 7) -> LabelText:
    return labels(number + 1, foreign=False)[number]


def for_template(template: LabelTemplate, count: int) -> list[LabelText]:
    return labels(
        count, foreign=template.shape.carries == "address" and longest_payload(template.shape, template.dpi) >= 87
    )


@every_template
def test_every_label_of_a_page_decodes_to_exactly_its_own_address_at_the_printers_resolution(
    template: LabelTemplate,
) -> None:
    count = template.per_page if template.is_sheet else 4
    wanted = for_template(template, count)
    found = sorted(text for page in printed(template, wanted) for text, _ in read(page))
    assert found == sorted(label.payload(template.shape) for label in wanted)
    own_tags = [text for text in found if "/T/ED-" in text or text.startswith("ED-")]
    assert len(own_tags) == len(set(own_tags)) >= count // 2
    if template.shape.carries == "tag":
        assert found == sorted(normalise(label.tag) for label in wanted)


def damaged(
    image: Image.Image, label: LabelText, template: LabelTemplate, seed: int, share: float = 0.10
) -> Image.Image:
    """A round blob over *share* of the code's dark square, torn off (white) or inked over (black) in turn.

    It lies anywhere within the square but off the three finder patterns with their formats (9 x 9 modules at
    three corners): those have no error correction of this kind.
    """
    left, top, side, modules = dark_square(label, template)
    module = side / modules
    radius = math.sqrt(share * modules**2 / math.pi)
    chance = random.Random(seed)
    while True:
        x, y = (chance.uniform(radius, modules - radius) for _ in range(2))
        corners = ((4.5, 4.5), (modules - 4.5, 4.5), (4.5, modules - 4.5))
        # The nearest point of each corner's square is farther than the blob reaches.
        if all(math.hypot(max(0, abs(x - a) - 4.5), max(0, abs(y - b) - 4.5)) > radius for a, b in corners):
            break
    made = image.copy()
    box = [
        left + (x - radius) * module,
        top + (y - radius) * module,
        left + (x + radius) * module,
        top + (y + radius) * module,
    ]
    ImageDraw.Draw(made).ellipse(box, fill=255 * (seed % 2))
    return made


@every_template
def test_a_code_of_which_a_tenth_is_gone_still_decodes(template: LabelTemplate) -> None:
    label = own()
    clean = cell(template, printed(template, [label])[0])
    # Of a hundred blobs each, codes at level H were read under all, at level Q under 97 or more. A code of 21
    # modules has too few to spare (56 of a hundred): it stands a twentieth, and only the label that has no
    # room for more bears one.
    code = lay_out(label, template.shape, template.dpi).code
    assert (code.version == 1) == (template.key == "L4731")
    share = 0.10 if code.version > 1 else 0.05
    payload, level = label.payload(template.shape), code.level
    seen = [[text for text, _ in read(damaged(clean, label, template, seed, share))] == [payload] for seed in range(10)]
    assert sum(seen) >= (10 if level == "H" else 9), seen


@every_template
@pytest.mark.parametrize("degrees", [-2, 2])
def test_a_label_two_degrees_askew_decodes(template: LabelTemplate, degrees: int) -> None:
    label = own()
    straight = cell(template, printed(template, [label])[0])
    askew = straight.rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    assert [text for text, _ in read(askew)] == [label.payload(template.shape)]


def page_of(template: LabelTemplate) -> tuple[float, float]:
    width, height = template.page_mm
    return (height, width) if template.turned else (width, height)


@every_template
def test_the_page_is_as_large_as_the_paper_to_two_tenths_of_a_millimetre(template: LabelTemplate) -> None:
    content = label_file([own()], template)
    if template.family.output == "zpl":
        head = content.decode("ascii")
        dots = [int(head.split(f"^{code}")[1].split("^")[0]) for code in ("PW", "LL")]
        size = [each * 25.4 / template.dpi for each in dots]
    else:
        left, bottom, right, top = pypdfium2.PdfDocument(content)[0].get_mediabox()
        assert (left, bottom) == (0, 0)
        size = [right * MM, top * MM]
    assert size == pytest.approx(page_of(template), abs=0.2)


@every_template
def test_every_code_stands_in_its_label_to_two_tenths_of_a_millimetre(template: LabelTemplate) -> None:
    count = template.per_page if template.is_sheet else 1
    wanted = labels(count, foreign=False)
    expected = []
    for place, label in enumerate(wanted):
        left, top = template.cell(place)
        code = lay_out(label, template.shape, template.dpi).code
        side = code.side_mm - 2 * code.quiet_mm
        expected.append((left + code.x_mm + code.quiet_mm, top + code.y_mm + code.quiet_mm, side))
    if template.family.output == "zpl":
        (image,) = printed(template, wanted)
        ((_, (x, y)),) = read(image)
        assert (x * 25.4 / template.dpi, y * 25.4 / template.dpi) == pytest.approx(expected[0][:2], abs=0.2)
        return
    page = pypdfium2.PdfDocument(label_file(wanted, template))[0]
    width, height = page.get_size()
    found = []
    # From the file's own coordinates: the paths of the codes are the only objects that are no text.
    for each in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = each.get_pos() if hasattr(each, "get_pos") else each.get_bounds()
        if template.turned:
            # A quarter turn: what was drawn down runs to the right, what was drawn right runs up.
            found.append((bottom * MM, left * MM, (top - bottom) * MM))
        else:
            found.append((left * MM, (height - top) * MM, (right - left) * MM))
    assert len(found) == len(expected) and width > 0
    for seen, wished in zip(found, expected, strict=True):
        assert seen == pytest.approx(wished, abs=0.2)


@every_template
def test_the_grid_lies_within_the_paper_and_its_labels_do_not_overlap(template: LabelTemplate) -> None:
    left, top = template.cell(0)
    right, bottom = template.cell(template.per_page - 1)
    shape = template.shape
    assert template.columns == 1 or template.pitch_x_mm >= shape.width_mm
    assert template.rows == 1 or template.pitch_y_mm >= shape.height_mm
    # Sheets are symmetrical: what is left over is the same on both sides.
    assert template.page_mm[0] - (right + shape.width_mm) == pytest.approx(left, abs=0.1)
    assert template.page_mm[1] - (bottom + shape.height_mm) == pytest.approx(top, abs=0.1)
    assert template.sure and template.family.key in FAMILIES and left >= 0 and top >= 0


@every_template
def test_a_module_is_whole_dots_a_third_of_a_millimetre_or_more_and_longer_texts_are_refused(
    template: LabelTemplate,
) -> None:
    longest = longest_payload(template.shape, template.dpi)
    for length in (1, 12, 29, 43, 60, longest):
        if length > longest:
            continue
        code = code_box(template.shape, length, template.dpi)
        assert code.module_mm >= SMALLEST_MODULE_MM
        assert code.module_mm == pytest.approx(code.dots * 25.4 / template.dpi)
        shape = template.shape
        quiet = 0 if shape.quiet_on_edge else code.quiet_mm
        dark = code.side_mm - 2 * code.quiet_mm
        for at, edge, side in (
            (code.x_mm, shape.edge_x_mm, shape.width_mm),
            (code.y_mm, shape.edge_y_mm, shape.height_mm),
        ):
            # Ink off the edge, and the whole quiet zone on the label.
            assert at + code.quiet_mm >= edge + quiet - 0.01 and at >= -0.01
            assert at + code.quiet_mm + dark <= side - edge - quiet + 0.01 and at + code.side_mm <= side + 0.01
    if longest < LONGEST:
        with pytest.raises(ValidationRefused, match="too small to scan") as refusal:
            code_box(template.shape, longest + 1, template.dpi)
        assert refusal.value.field == "template"


@pytest.mark.parametrize(
    ("key", "length", "version", "level", "dots"),
    [
        ("L7160", 43, 4, "H", 9), ("L7651", 43, 3, "Q", 6), ("L4731", 9, 1, "H", 4), ("DK-11209", 43, 4, "H", 8),
        ("TZE-18", 43, 4, "H", 3), ("TZE-12-360", 9, 2, "H", 5), ("ZPL-51X25-203", 43, 4, "H", 4),
        ("ZPL-38X25-300", 43, 3, "Q", 6), ("L7160", 87, 7, "H", 7),
    ],
)  # fmt: skip
def test_the_code_that_a_label_gets_is_known(key: str, length: int, version: int, level: str, dots: int) -> None:
    template = TEMPLATES[key]
    code = code_box(template.shape, length, template.dpi)
    assert (code.version, code.level, code.dots) == (version, level, dots)


Box = tuple[str, float, float, float, float]


def boxes(layout: Layout) -> list[Box]:
    """Everything on a label as rectangles (left, top, right, bottom in mm): codes with their quiet zones."""
    code = layout.code
    found: list[Box] = [("code", code.x_mm, code.y_mm, code.x_mm + code.side_mm, code.y_mm + code.side_mm)]
    for line in layout.lines:
        height = line.points * MM
        tail = 0.2 if set(line.text) & set("gjpqyQ,;_µç") else 0.02
        top, bottom = line.baseline_mm - fonts.CAP_HEIGHT * height, line.baseline_mm + tail * height
        found.append((line.text, line.x_mm, top, line.x_mm + line.width_mm, bottom))
    if (bars := layout.bars) is not None:
        found.append(("bars", bars.x_mm, bars.y_mm, bars.x_mm + bars.width_mm, bars.y_mm + bars.height_mm))
    if (logo := layout.logo) is not None:
        found.append(("logo", logo.x_mm, logo.y_mm, logo.x_mm + logo.width_mm, logo.y_mm + logo.height_mm))
    return found


def clash(one: Box, other: Box) -> bool:
    slack = 0.01
    return (
        one[1] < other[3] - slack
        and other[1] < one[3] - slack
        and one[2] < other[4] - slack
        and other[2] < one[4] - slack
    )


def crowded() -> list[LabelText]:
    """Everything that may stand on a label at once, in its longest words, and less."""
    base = [*labels(12), make_label(URL, TAGS[2], model=LONG, institution="University " * 12)]
    facts = ("S/N " + "W" * 40, "College of Science and Engineering, School of Informatics", "PO 4500123456-77")
    return [
        replace(each, facts=facts[: number % 4], bars=number % 2 == 0, copy=1 + number % 3 * 5,
                logo=picture(300, 60 + 120 * (number % 3)) if number % 3 else None)
        for number, each in enumerate(base * 2)
    ]  # fmt: skip


@every_template
def test_nothing_lies_on_a_quiet_zone_on_anything_else_or_beyond_the_edge(template: LabelTemplate) -> None:
    shape = template.shape
    longest = longest_payload(shape, template.dpi)
    for label in crowded():
        try:
            if len(label.payload(shape)) > longest:
                continue
        except ValidationRefused:
            continue
        layout = lay_out(label, shape, template.dpi)
        found = boxes(layout)
        for number, one in enumerate(found):
            for other in found[number + 1 :]:
                assert not clash(one, other), (label.tag, one, other)
            if one[0] != "code":
                assert one[1] >= shape.edge_x_mm - 0.01 and one[3] <= shape.width_mm - shape.edge_x_mm + 0.05, one
                assert one[2] >= shape.edge_y_mm - 0.05 and one[4] <= shape.height_mm - shape.edge_y_mm + 0.05, one
        if layout.bars is not None:
            bars, code = layout.bars, layout.code
            assert bars.module_mm >= 0.25 - 1e-9
            assert bars.module_mm == pytest.approx(bars.dots * 25.4 / template.dpi)
            # Ten modules on both sides: free of ink, and on the label.
            zone = (
                "zone",
                bars.x_mm - bars.quiet_mm,
                bars.y_mm,
                bars.x_mm + bars.width_mm + bars.quiet_mm,
                bars.y_mm + 6,
            )
            dark = code.side_mm - 2 * code.quiet_mm
            left, top = code.x_mm + code.quiet_mm, code.y_mm + code.quiet_mm
            assert not clash(zone, ("dark", left, top, left + dark, top + dark))
            assert not any(clash(zone, line) for line in found if line[0] not in ("code", "bars"))
            assert zone[1] >= -0.01 and zone[3] <= shape.width_mm + 0.01
        said = "".join(line.text for line in layout.lines if line.font == fonts.MONO)
        # Tag and marks are never cut or left out.
        assert label.tag in said.replace(LOCAL, "") and (LOCAL in said) == label.local_only
        assert (f"R{label.copy}" in said) == (label.copy > 1)


@every_template
def test_the_bars_decode_wherever_they_have_room_and_are_left_out_in_words_elsewhere(template: LabelTemplate) -> None:
    label = replace(own(), bars=True)
    layout = lay_out(label, template.shape, template.dpi)
    image = cell(template, printed(template, [label])[0])
    texts = [each.text for each in zxingcpp.read_barcodes(image, formats=BARS)]
    assert texts == ([label.tag] if layout.bars else [])
    assert ("bars" in layout.left_out) == (layout.bars is None)
    assert [each.text for each in zxingcpp.read_barcodes(image, formats=QR)] == [label.payload(template.shape)]


@every_template
def test_the_specimen_shows_all_that_may_be_shown_and_decodes(template: LabelTemplate) -> None:
    label = specimen(URL, INSTITUTION, tuple(SHOWABLE), picture())
    assert read(cell(template, printed(template, [label])[0]))[0][0] == label.payload(template.shape)


@every_template
def test_the_test_page_shows_every_label_and_moves_with_its_printer(template: LabelTemplate) -> None:
    content, moved = calibration_file(template), calibration_file(template, Placing(shift_mm=(0.5, -0.5)))
    assert content != moved
    if template.family.output == "zpl":
        assert content.startswith(b"^XA") and content.count(b"^GFA") == 1
        return
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 1
    _, _, right, top = document[0].get_mediabox()
    assert (right * MM, top * MM) == pytest.approx(page_of(template), abs=0.2)
    text = document[0].get_textpage().get_text_range()
    assert ("10 cm" in text) == template.is_sheet


def test_the_ruler_of_the_test_page_is_ten_centimetres_long() -> None:
    page = pypdfium2.PdfDocument(calibration_file(TEMPLATES["L7160"]))[0].render(scale=300 / 72).to_pil().convert("L")
    row = [x for x in range(page.width) if page.getpixel((x, round(148.5 * 300 / 25.4))) < 200]
    # Up to the ends of the line: its neighbours on that height are the labels' edges.
    longest, start = 0, row[0]
    for here, following in zip(row, [*row[1:], 10**6], strict=True):
        if following != here + 1:
            longest, start = max(longest, here - start), following
    assert longest * 25.4 / 300 == pytest.approx(100, abs=0.2)


@every_template
def test_a_pdf_tells_viewers_to_print_it_as_it_is(template: LabelTemplate) -> None:
    if template.family.output == "zpl":
        return
    content = label_file([own()], template)
    assert b"/PrintScaling /None" in content and b"/PickTrayByPDFSize true" in content


def test_a_template_is_found_by_its_key_in_any_case_and_an_unknown_one_lists_those_there_are() -> None:
    assert template_named(" l7160 ") is TEMPLATES["L7160"]
    with pytest.raises(ValidationRefused, match=r"L7160, L7159, .*ZPL-102X51-300"):
        template_named("L1")


def test_every_family_of_printers_has_templates() -> None:
    by_family = {key: [each.key for each in templates_of(key)] for key in FAMILIES}
    assert all(by_family.values())
    assert sorted(key for keys in by_family.values() for key in keys) == sorted(TEMPLATES)


def test_a_tag_that_cannot_stand_alone_in_a_code_is_refused_on_labels_that_hold_only_it() -> None:
    template = TEMPLATES["L4731"]
    with pytest.raises(ValidationRefused, match="holds the tag alone"):
        label_file([make_label(URL, "ASSET_1")], template)
    with pytest.raises(ValidationRefused, match="tag is too long"):
        label_file([make_label(URL, "A" * 17)], template)
