"""Age at the end, told by hand: whole years, the median, and the rule of age."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.config import Settings
from inventory.errors import NotFound
from inventory.reports._base import members_of, report_type, run
from inventory.reports._query import Query
from inventory.reports.disposal_age import YEARS, median_years, rule_of_age
from tests.conftest import World
from tests.reports.test_figures import figures, tags

BOUGHT = {
    "J": ("2012-03-02", "2018-03-01"),  # six years but for a day
    "K": ("2012-03-01", "2018-03-01"),  # six years to the day
    "N": ("2004-01-01", "2018-03-01"),  # fourteen years
    "P": ("2017-04-01", "2018-03-01"),  # eleven months
    "T": ("2019-01-01", "2018-03-01"),  # bought after it was sold: a slip
}


@pytest.fixture
def sold(world: World) -> World:
    """Machines sold on one day, bought on several."""
    for tag, (bought, day) in BOUGHT.items():
        world.clean_machine(tag, returned=day, at="2017-04-01", purchase_date=bought)
        world.record("sold", tag, day, buyer="buyer")
    world.clean_machine("V", returned="2018-03-01", at="2017-04-01")
    world.record("donated", "V", "2018-03-01", partner="remakery")
    return world


def rows(world: World, query: Query | None = None) -> dict[str, dict[str, Any]]:
    report = run("disposal_age", world.session, query or Query(), world.settings)
    return {row["key"]: row for row in report.rows}


def test_an_age_is_the_whole_years_that_were_completed(sold: World) -> None:
    assert tags(sold, "disposal_age", "5") == ["J"]
    assert tags(sold, "disposal_age", "6.sold") == ["K"]
    assert tags(sold, "disposal_age", "10") == ["N"]
    assert tags(sold, "disposal_age", "0") == ["P"]
    assert tags(sold, "disposal_age", "unknown") == ["T", "V"], "bought after the end, or no day on record"
    assert tags(sold, "disposal_age", "unknown.donated") == ["V"]
    assert tags(sold, "disposal_age", "all.sold") == ["J", "K", "N", "P", "T"]
    found = rows(sold)
    assert (found["6"]["share"].value, found["rule_donate"]["share"].value) == (25.0, 50.0)
    assert "share" not in found["unknown"]


def test_the_rule_of_age_parts_them_as_the_advice_does(sold: World) -> None:
    assert tags(sold, "disposal_age", "rule_inside") == ["P"]
    assert tags(sold, "disposal_age", "rule_donate") == ["J", "K"]
    assert tags(sold, "disposal_age", "rule_waste.sold") == ["N"]
    assert rows(sold)["rule_donate"]["age"] == "From 5 to 8 years (the rule: donate)"
    sold.settings = Settings(**{**vars(sold.settings), "advice_donate_years": 1, "advice_recycle_years": 6})
    assert tags(sold, "disposal_age", "rule_donate") == ["J"]
    assert tags(sold, "disposal_age", "rule_waste") == ["K", "N"]


def test_the_median_stands_in_a_note_by_what_became_of_them(sold: World) -> None:
    [note] = run("disposal_age", sold.session, Query(), sold.settings).notes
    assert note.startswith("Median age: 6.0 years (sold 6.0 years), of 4 machines whose age is known.")
    [nothing] = run("disposal_age", sold.session, Query(to=date(2016, 1, 1)), sold.settings).notes
    assert nothing == "No machine has a known age."


def test_only_outcomes_of_the_hierarchy_have_an_age_here(fleet: World) -> None:
    # L went back to its lessor and G was lost.
    assert tags(fleet, "disposal_age", "all") == ["A", "C", "D", "OLD2", "S"]
    assert figures(fleet, "disposal_age", Query(year=2016)) == figures(
        fleet, "disposal_age", Query(start=date(2016, 8, 1), to=date(2017, 7, 31))
    )


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_the_median_is_that_of_the_machines_put_in_a_row(months: list[int]) -> None:
    counted = [(age, months.count(age)) for age in set(months)]
    assert median_years(counted) == round(sorted(months)[len(months) // 2] / 12, 1)


def test_the_median_of_nothing_is_nothing() -> None:
    assert median_years([]) is None


@given(st.integers(0, 2_000), st.integers(-3, 20), st.integers(-3, 20))
def test_every_age_lies_in_one_band_of_each_kind(months: int, donate: int, recycle: int) -> None:
    rule = rule_of_age(Settings(advice_donate_years=donate, advice_recycle_years=recycle))
    assert sum(band.holds(months) for band in YEARS) == sum(band.holds(months) for band in rule) == 1


@pytest.mark.parametrize("cell", ["11", "5.lessor", "unknown.x", "x", "-1", "rule_inside.loss"])
def test_a_cell_that_does_not_exist_is_not_found(world: World, cell: str) -> None:
    with pytest.raises(NotFound):
        members_of("disposal_age", cell, world.session, Query(), world.settings)


def test_the_picture_shows_the_years_and_the_key_figure_the_rule(sold: World) -> None:
    kind = report_type("disposal_age")
    assert kind.chart is not None
    assert kind.panel is not None
    report = run("disposal_age", sold.session, Query(), sold.settings)
    chart = kind.chart(report)
    assert chart is not None
    assert len(chart.labels) == len(YEARS)
    assert chart.series[0].values == (1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1)
    [panel] = kind.panel(report)
    assert (panel.figure.value, panel.figure.cell, panel.unit) == (50.0, "rule_donate", "%")
    assert panel.words == "of machines with a known age were from 5 to 8 years old at the end"
    assert kind.chart(run("disposal_age", sold.session, Query(to=date(2016, 1, 1)), sold.settings)) is None
