"""The macros draw what they are told: true lengths, escaped words, labels tied to fields."""

import re
from types import SimpleNamespace

import pytest

from tests.static import pages

CHARTS = '{% import "_macros/charts.html" as charts %}'
UI = '{% import "_macros/ui.html" as ui %}'
TABLE = '{% import "_macros/table.html" as table %}'
TIERS = ("prevention", "preparing_for_reuse", "recycling", "other_recovery", "disposal")


def _bars(*numbers):
    return [
        {"key": key, "label": key, "confirmed": confirmed, "expected": expected}
        for key, (confirmed, expected) in zip(TIERS, numbers, strict=True)
    ]


def _marks(html):
    found = re.findall(r'<rect class="mark[^"]*"[^>]* x="([\d.]+)%"[^>]*width="([\d.]+)%"', html)
    return [(float(x), float(width)) for x, width in found]


def test_bars_of_the_hierarchy_are_centred_and_their_lengths_true():
    html = pages.render(
        CHARTS + "{{ charts.hierarchy_bars('h', 'Outcomes', bars) }}",
        bars=_bars((100, 0), (50, 50), (300, 100), (0, 40), (0, 0)),
    )
    assert _marks(html) == [(37.5, 25.0), (37.5, 12.5), (50.0, 12.5), (0.0, 75.0), (75.0, 25.0), (45.0, 10.0)]


def test_expected_is_hatched_and_confirmed_is_not():
    html = pages.render(
        CHARTS + "{{ charts.hierarchy_bars('h', 'Outcomes', bars) }}",
        bars=_bars((1, 0), (1, 0), (0, 1), (1, 0), (1, 0)),
    )
    assert html.count('<rect class="mark" fill="url(#h-hatch-recycling)"') == 1
    assert html.count('<rect class="mark tier-fill"') == 4


def test_a_year_without_any_outcome_is_drawn_without_a_bar():
    html = pages.render(CHARTS + "{{ charts.hierarchy_bars('h', 'Outcomes', bars) }}", bars=_bars(*[(0, 0)] * 5))
    assert _marks(html) == []
    assert html.count("mark--zero") == 5


@pytest.mark.parametrize(
    "call",
    [
        "charts.stacked_bar('x', 'Nothing', [])",
        "charts.bar_list('x', 'Nothing', [{'label': 'A', 'value': 0}])",
        "charts.columns_by_year('x', 'Nothing', [])",
        "charts.line_by_year('x', 'Nothing', [{'name': 'A', 'values': [none, 0]}], ['2024', '2025'])",
        "charts.sparkline('x', 'Nothing', [])",
        "charts.sparkline('x', 'One', [3])",
    ],
)
def test_a_chart_of_nothing_still_has_a_title_and_no_mark_out_of_place(call):
    html = pages.render(CHARTS + "{{ " + call + " }}")
    assert "<title" in html
    assert "nan" not in html.lower()


def test_a_gap_in_a_line_is_not_bridged():
    html = pages.render(
        CHARTS + "{{ charts.line_by_year('x', 'T', [{'name': 'A', 'values': v}], ['a', 'b', 'c', 'd']) }}",
        v=[1, 2, None, 4],
    )
    assert html.count('class="series__line"') == 1
    assert html.count('class="series__mark"') == 3


@pytest.mark.parametrize(
    "call",
    [
        "ui.status_chip(status)",
        "ui.figure(words, words, words)",
        "ui.refusal(words, words, words)",
        "ui.field(words, 'name', words, help=words, error=words, attrs={'data-x': words})",
        "ui.timeline_line(words, words, who=words)",
    ],
)
def test_words_from_outside_are_escaped(call):
    words = '"><script>alert(1)</script>'
    html = pages.render(UI + "{{ " + call + " }}", words=words, status=SimpleNamespace(key="in_use", label=words))
    assert "<script>" not in html


def test_a_field_in_error_says_so_to_eyes_and_screen_readers():
    html = pages.render(UI + "{{ ui.field('Serial', 'serial', 'X', help='As printed.', error='Too long.') }}")
    assert '<label class="form-label" for="field-serial">' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="field-serial-help field-serial-error"' in html


def test_a_field_without_error_makes_no_such_claim():
    html = pages.render(UI + "{{ ui.field('Serial', 'serial', 'X') }}")
    assert "aria-invalid" not in html
    assert "aria-describedby" not in html


def test_an_unknown_value_reads_unknown_and_zero_reads_zero():
    html = pages.render(
        TABLE + "{{ table.data_table([{'key': 'n', 'label': 'Machines', 'numeric': True}], rows, 'C') }}",
        rows=[{"n": None}, {"n": 0}, {"n": 1204}],
    )
    assert html.count("unknown") == 2  # the class and the word
    assert ">0</td>" in html.replace("\n", "")
    assert "1,204" in html


def test_a_number_is_shown_with_its_commas_and_its_way_to_the_machines():
    html = pages.render(UI + "{{ ui.figure(2946, 'machines', href='/machines?x=1') }}")
    assert "2,946" in html
    assert 'href="/machines?x=1"' in html


def test_sign_out_is_a_post_with_a_token():
    html = pages.render('{% extends "base.html" %}')
    form = re.search(r'<form method="post" action="/web_accounts.sign_out">.*?</form>', html, re.S)
    assert form is not None
    assert 'name="csrf_token" value="token-of-the-page"' in form.group(0)


def test_nobody_signed_in_sees_neither_look_up_nor_menu():
    context = pages.frame() | {"current_account": None, "navigation": []}
    html = pages.environment().from_string('{% extends "base.html" %}').render(**context)
    assert "data-look-up" not in html
    assert "Sign out" not in html


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_an_error_page_says_what_to_do(status):
    html = (
        pages.environment()
        .get_template("errors/error.html")
        .render(**pages.frame(), status=status, title="Not now", message="It was refused.")
    )
    assert "It was refused." in html
    words = re.sub(r"<[^>]+>|\s+", " ", html.split('class="lead"')[1])
    assert re.search(r"Ask|Check|Open|Go back|Try once more", words)
