"""Charts drawn: lengths true, nothing beyond the sheet, gaps left open, the same drawing for page and file."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.lifecycle.waste_hierarchy import TIERS
from inventory.reports._charts import Chart, Series, bars
from inventory.reports._drawing import Dot, Drawing, Path, Rect, Text, measure, wrap
from inventory.reports._palette import DARK, LIGHT
from inventory.reports._pictures import NARROW, WIDE, draw, nice
from tests.static import pages

LABELS = tuple(tier.label for tier in TIERS.values())


def chart(kind: str, *values: tuple[Any, ...], labels: tuple[str, ...] = LABELS, **more: Any) -> Chart:
    series = tuple(Series(f"Series {number}", row, cells=("c",) * len(row)) for number, row in enumerate(values))
    return Chart(kind, "A chart", labels, series, **more)


def rects(drawing: Drawing, prefix: str) -> list[Rect]:
    return [mark for mark in drawing.marks if isinstance(mark, Rect) and mark.tone.startswith(prefix) and mark.title]


def said(drawing: Drawing) -> list[str]:
    return [mark.words for mark in drawing.marks if isinstance(mark, Text)]


def points(drawing: Drawing) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for mark in drawing.marks:
        if isinstance(mark, Rect):
            found += [(mark.x, mark.y), (mark.x + mark.width, mark.y + mark.height)]
        elif isinstance(mark, Path):
            found += [point for line in mark.lines for point in line]
        elif isinstance(mark, Dot):
            found += [(mark.x - mark.radius, mark.y - mark.radius), (mark.x + mark.radius, mark.y + mark.radius)]
        else:
            wide = measure(mark.words, mark.size)
            left = mark.x - {"start": 0, "middle": wide / 2, "end": wide}[mark.anchor]
            found += [(left, mark.y), (left + wide, mark.y)]
    return found


def test_tiers_are_centred_their_lengths_true_and_expected_is_hatched() -> None:
    drawing = draw(chart("hierarchy", (100, 50, 300, 0, 0), (0, 50, 100, 40, 0)))
    solid = {mark.title: mark for mark in rects(drawing, "tier-")}
    hatched = {mark.title: mark for mark in rects(drawing, "outline")}
    assert [mark.tone for mark in solid.values()] == ["tier-prevention", "tier-preparing_for_reuse", "tier-recycling"]
    whole = [mark.width for mark in solid.values()]
    assert whole == pytest.approx([whole[2] / 3, whole[2] / 6, whole[2]])
    names = ["Preparing for re-use, Series 1: 50 machines", "Recycling, Series 1: 100 machines",
             "Other recovery, Series 1: 40 machines"]  # fmt: skip
    assert list(hatched) == names
    middles = {mark.x + mark.width for mark in solid.values()}
    assert hatched[names[1]].x in middles, "the expected part goes on where the confirmed ends"
    prevention = next(iter(solid.values()))
    assert prevention.x + prevention.width / 2 == pytest.approx(168 + (WIDE - 168 - 184) / 2)
    assert any(isinstance(mark, Path) and mark.tone == "zero" for mark in drawing.marks), (
        "a tier of nothing is a stroke"
    )


def test_parts_of_a_stacked_bar_add_up_in_the_colours_of_their_tiers() -> None:
    series = tuple(
        Series(label, (10, 5 * number), key) for number, (key, label) in enumerate(zip(TIERS, LABELS, strict=True))
    )
    made = Chart("stacked", "By department", ("Physics", "Law"), series)
    drawing = draw(made)
    bits = rects(drawing, "tier-")
    assert [mark.tone for mark in bits[:5]] == [f"tier-{key}" for key in TIERS]
    for first, second in pairwise(bits[:5]):
        assert first.x + first.width == pytest.approx(second.x)
    law = [mark.width for mark in bits[5:]]
    assert law == pytest.approx([bits[0].width * share for share in (0.5, 1, 1.5, 2)]), "one scale for all bars"
    assert {"50 machines", *LABELS} <= set(said(drawing))


def test_series_that_are_no_tiers_are_told_apart_and_the_expected_part_of_a_tier_is_hatched() -> None:
    series = tuple(Series(f"S{number}", (3,)) for number in range(5))
    drawing = draw(Chart("stacked", "Six", ("A",), (*series, Series("R", (3,), "recycling.expected"))))
    tones = [mark.tone for mark in drawing.marks if isinstance(mark, (Rect, Path))]
    assert {"band-1", "hatch-band-2", "band-3", "band-4", "band-5", "hatch-recycling"} <= set(tones)


def test_a_gap_in_a_line_is_not_bridged_and_lines_differ_in_mark_and_dash() -> None:
    drawing = draw(chart("trend", (1, 2, None, 4), (4, 3, 2, 1), labels=("a", "b", "c", "d")))
    lines = [mark for mark in drawing.marks if isinstance(mark, Path) and mark.tone == "line-1" and len(mark.lines) < 2]
    assert [len(mark.lines) for mark in lines if not mark.closed] == [1, 1]  # in the legend, and between a and b
    assert sum(isinstance(mark, Dot) and mark.title != "" for mark in drawing.marks) == 3
    squares = [mark for mark in drawing.marks if isinstance(mark, Path) and mark.closed and mark.title]
    assert len(squares) == 4 and squares[0].title == "Series 1, a: 4 machines"
    assert LIGHT["line-1"].dash != LIGHT["line-2"].dash != LIGHT["line-3"].dash


def test_a_range_is_drawn_from_low_to_high_with_its_central_mark_and_its_numbers() -> None:
    made = chart("ranges", (-10, 1, None), (20, 2, None), (40, 3.5, None), labels=("A", "B", "C"), unit="t CO2e")
    drawing = draw(made)
    spans = [mark for mark in drawing.marks if isinstance(mark, Path) and mark.tone == "range"]
    dots = [mark for mark in drawing.marks if isinstance(mark, Dot)]
    ends = [line[0] for line in spans[0].lines[0:1]] + [line[1] for line in spans[0].lines[0:1]]
    low, high = ends[0][0], ends[1][0]
    assert (dots[0].x - low) / (high - low) == pytest.approx(30 / 50)
    assert len(spans) == len(dots) == 2, "what is not known has no mark"
    assert {"-10.000 – 20.000 – 40.000 t CO2e", "1.000 – 2.000 – 3.500 t CO2e", "not known"} <= set(said(drawing))


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("kind", ["hierarchy", "bars", "stacked", "trend", "ranges"])
def test_a_chart_of_nothing_is_drawn(kind: str, width: int) -> None:
    drawing = draw(
        chart(kind, *[(0, None, 0, 0, None)] * 3 if kind != "hierarchy" else [(0, None, 0, 0, 0)] * 2), width
    )
    assert drawing.height > 0 and "nan" not in repr(drawing.marks)
    assert draw(chart(kind, *[()] * (2 if kind == "hierarchy" else 3), labels=()), width).height > 0


NUMBERS = st.none() | st.integers(0, 10**9) | st.floats(0, 10**9).map(lambda value: round(value, 1))


@settings(max_examples=60)
@given(
    kind=st.sampled_from(["hierarchy", "bars", "stacked", "trend", "ranges"]),
    width=st.sampled_from([WIDE, NARROW]),
    rows=st.lists(st.lists(NUMBERS, min_size=5, max_size=5), min_size=3, max_size=6),
    labels=st.lists(st.text(max_size=90), min_size=5, max_size=5),
    notes=st.lists(st.text(max_size=90), max_size=5),
)
def test_nothing_is_drawn_beyond_the_sheet(
    kind: str, width: int, rows: list[list[Any]], labels: list[str], notes: list[str]
) -> None:
    if kind == "trend":
        labels = [f"20{number}/{number + 1}" for number in range(16, 21)]
    if kind == "ranges":
        rows = [
            list(each)
            for each in zip(
                *[sorted(value or 0 for value in column) for column in zip(*rows, strict=True)], strict=True
            )
        ][:3]
    rows = rows[: {"hierarchy": 2, "ranges": 3, "bars": 1}.get(kind, 6)]
    made = chart(kind, *map(tuple, rows), labels=tuple(labels), notes=tuple(notes))
    drawing = draw(made, width, head=("Title " * 30, "Scope"), foot=("Source " * 40,))
    for x, y in points(drawing):
        assert -2 <= x <= width + 2 and 0 <= y <= drawing.height, (x, y)


@given(st.text(max_size=200), st.integers(20, 400))
def test_wrapped_words_fit_their_room(words: str, room: int) -> None:
    for line in wrap(words, room):
        assert measure(line) <= max(room, measure("xxx"))
    short = " ".join(words.split())
    if measure(short) <= room:
        assert wrap(words, room) == ([short] if short else [])


@pytest.mark.parametrize(
    ("value", "scale"), [(0, 1), (1, 1), (7, 8), (2_995, 3_000), (3_001, 4_000), (0.03, 0.03), (99_999, 100_000)]
)
def test_a_scale_ends_at_a_round_number(value: float, scale: float) -> None:
    assert nice(value) == pytest.approx(scale)


def test_bars_of_nothing_are_no_chart() -> None:
    from inventory.reports._base import Figure

    assert bars("None", [("A", Figure(0, "a")), ("B", Figure(None, "b"))]) is None
    made = bars("Some", [("A", Figure(2, "a"))])
    assert made is not None and made.series[0].cells == ("a",)


def test_page_and_file_draw_the_same_marks_and_every_tone_has_its_colour() -> None:
    sample = [
        chart("hierarchy", (1, 2, 3, 4, 5), (5, 4, 3, 2, 1)),
        chart("stacked", *[(1, 2, 3, 4, 5)] * 6),
        chart("trend", *[(1, 2, 3, 4, 5)] * 5),
        replace(chart("ranges", *[(1, 2, 3, 4, 5)] * 3), labels=LABELS),
        chart("bars", (1, 0, 3, 4, 5)),
    ]
    macro = '{% import "_macros/charts.html" as charts %}{{ charts.marks(drawing, hrefs, palette) }}'
    styles = (pages.ROOT / "static" / "css" / "charts.css").read_text(encoding="utf-8")
    for made in sample:
        drawing = draw(made)
        assert {mark.tone for mark in drawing.marks} <= set(LIGHT) == set(DARK)
        page = pages.render(macro, drawing=drawing, hrefs={"c": "/behind"}, palette=None)
        file = pages.render(macro, drawing=drawing, hrefs={}, palette=LIGHT)
        for shape in ("<rect", "<path", "<circle", "<text", "<title"):
            assert page.count(shape) == file.count(shape)
        assert "class=" not in file and "style=" not in page + file and "<a " not in file
        for mark in drawing.marks:
            assert isinstance(mark, Text) or f".tone--{mark.tone} {{" in styles or f".tone--{mark.tone}." in styles
    assert '<a href="/behind"' in pages.render(macro, drawing=draw(sample[4]), hrefs={"c": "/behind"}, palette=None)
