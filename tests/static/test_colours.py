"""The colours hold their contrast in light and dark, computed from the style sheet itself."""

from itertools import combinations

import pytest

from tests.static import colours

THEMES = pytest.mark.parametrize("theme", ["light", "dark"])
GROUNDS = ("paper", "raised", "sunken")
TIERS = ("prevention", "preparing_for_reuse", "recycling", "other_recovery", "disposal")


def test_the_measure_itself_knows_black_white_and_a_failing_grey():
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#dee2e6", "#ffffff") < 3


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", ["ink", "ink-quiet", "accent", "accent-strong", "danger", "warning"])
def test_text_reads_on_every_ground(theme, ground, text):
    p = colours.palette(theme)
    assert colours.contrast(p[text], p[ground]) >= 4.5


@THEMES
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("on-accent", "accent"),
        ("on-accent", "accent-strong"),
        ("on-danger", "danger"),
        ("on-warning", "warning"),
        ("ink", "accent-faint"),
        ("ink", "danger-faint"),
        ("ink", "warning-faint"),
        ("ink-quiet", "accent-faint"),
        ("paper", "ink"),
    ],
)
def test_text_reads_on_coloured_grounds(theme, text, ground):
    p = colours.palette(theme)
    assert colours.contrast(p[text], p[ground]) >= 4.5


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("line", ["control", "mark-outline", "accent", "danger", "warning", "rule-strong"])
def test_borders_of_controls_and_outlines_of_marks_can_be_seen(theme, ground, line):
    p = colours.palette(theme)
    assert colours.contrast(p[line], p[ground]) >= 3


@pytest.mark.parametrize(("one", "other"), list(combinations(TIERS, 2)))
def test_any_two_steps_of_the_hierarchy_differ_in_greyscale(one, other):
    p = colours.palette("light")
    assert colours.contrast(p[f"tier-{one}"], p[f"tier-{other}"]) >= 1.2


def test_prevention_and_disposal_cannot_be_taken_for_each_other_in_greyscale():
    p = colours.palette("light")
    assert colours.contrast(p["tier-prevention"], p["tier-disposal"]) >= 1.6
