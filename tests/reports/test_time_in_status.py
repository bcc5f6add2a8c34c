"""Time in each status, told by hand: how long half and nine of ten have waited, and what is at risk of being waste."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.config import Settings
from inventory.errors import NotFound
from inventory.register.statuses import STATUSES, WAITING
from inventory.reports._base import members_of, report_type, run
from inventory.reports._query import Query
from inventory.reports.time_in_status import days_within
from tests.conftest import World, statements
from tests.reports.test_figures import figures, tags

WAITED = {"W1": 10, "W2": 90, "W3": 91, "W4": 180, "W5": 181}


@pytest.fixture
def waiting(world: World) -> World:
    """Machines that came back so many days ago; one on hold, one declared waste and one missing, all for a year."""
    world.now = datetime.now(UTC)
    for tag, days in WAITED.items():
        world.record("registered", None, _day(days), tag=tag, kind="laptop", department="INF", status="returned")
    for tag, kind, details in (
        ("H", "held", {"reason": "legal hold"}),
        ("B", "declared_waste", {"reason": "dead"}),
        ("G", "reported_missing", {}),
    ):
        world.record("registered", None, _day(400), tag=tag, kind="laptop", department="HCA", status="returned")
        world.record(kind, tag, _day(365), **details)
    world.record("registered", None, _day(400), tag="U", kind="laptop", status="in_use")
    return world


def _day(ago: int) -> date:
    return datetime.now(UTC).date() - timedelta(days=ago)


def rows(world: World, query: Query | None = None) -> dict[str, dict[str, Any]]:
    report = run("time_in_status", world.session, query or Query(), world.settings)
    return {row["key"]: row for row in report.rows}


def test_each_status_tells_how_long_its_machines_have_waited(waiting: World) -> None:
    found = rows(waiting)
    assert list(found) == [key for key in STATUSES if key in WAITING] + ["waiting"]
    row = found["returned"]
    assert [row[key].value for key in ("machines", "median", "nine_of_ten", "longest")] == [5, 91, 181, 181]
    assert [found["in_stock"][key].value for key in ("machines", "median", "nine_of_ten", "longest")] == [
        0,
        None,
        None,
        None,
    ]
    assert found["waiting"]["machines"].value == 8, "who uses a machine does not wait"


def test_ageing_and_risk_begin_after_the_days_of_their_settings(waiting: World) -> None:
    assert tags(waiting, "time_in_status", "returned.ageing") == ["W3", "W4", "W5"]
    assert tags(waiting, "time_in_status", "returned.at_risk") == ["W5"]
    waiting.settings = Settings(**{**vars(waiting.settings), "ageing_days": 9, "at_risk_days": 90})
    assert tags(waiting, "time_in_status", "returned.ageing") == ["W1", "W2", "W3", "W4", "W5"]
    assert tags(waiting, "time_in_status", "returned.at_risk") == ["W3", "W4", "W5"]
    assert figures(waiting, "time_in_status")["waiting.at_risk"] == 3


def test_a_hold_has_its_reason_and_waste_is_waste_already_so_neither_is_at_risk(waiting: World) -> None:
    found = rows(waiting)
    for key in ("on_hold", "awaiting_collection", "missing", "dismantled"):
        assert "at_risk" not in found[key]
    assert tags(waiting, "time_in_status", "waiting.at_risk") == ["W5"]
    assert tags(waiting, "time_in_status", "waiting.ageing") == ["B", "G", "H", "W3", "W4", "W5"]


def test_on_a_past_day_they_stood_as_they_stood(fleet: World) -> None:
    past = Query(to=date(2018, 8, 31))
    row = rows(fleet, past)["returned"]
    assert [row[key].value for key in ("machines", "median", "longest")] == [2, 30, 668]
    assert tags(fleet, "time_in_status", "returned.at_risk", past) == ["B"]
    assert tags(fleet, "time_in_status", "waiting", past) == ["B", "E", "R"]
    assert tags(fleet, "time_in_status", "returned", Query(to=date(2018, 7, 31))) == ["B"]


@pytest.mark.parametrize(
    "query", [Query(), Query(department="INF"), Query(kind=("laptop",)), Query(group="peripheral")]
)
def test_what_stands_now_is_what_a_replay_says(waiting: World, query: Query) -> None:
    now = replace(query, as_at=datetime.now(UTC))
    assert figures(waiting, "time_in_status", query) == figures(waiting, "time_in_status", now)
    assert rows(waiting, query)["waiting"]["median"] == rows(waiting, now)["waiting"]["median"]
    for cell in ("returned.ageing", "returned.at_risk", "waiting"):
        assert tags(waiting, "time_in_status", cell, query) == tags(waiting, "time_in_status", cell, now)


def test_the_stored_counts_answer_in_two_statements(waiting: World) -> None:
    with statements(waiting.session.get_bind()) as sent:
        run("time_in_status", waiting.session, Query(), waiting.settings)
    assert len(sent) <= 2
    assert not any("FROM asset" in each for each in sent)


def test_a_day_to_come_counts_up_to_today(waiting: World) -> None:
    later = Query(to=_day(-300))
    assert rows(waiting, later)["returned"]["longest"].value == 181
    assert tags(waiting, "time_in_status", "returned.at_risk", later) == ["W5"]


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=50), st.sampled_from([50, 90, 100]))
def test_the_least_days_within_which_so_many_lie(days: list[int], percent: int) -> None:
    found = days_within(Counter(days), percent)
    assert found in days
    assert sum(each <= found for each in days) * 100 >= percent * len(days)
    assert sum(each < found for each in days) * 100 < percent * len(days)


@pytest.mark.parametrize("cell", ["in_use", "returned.x", "on_hold.at_risk", "donated", "x.ageing"])
def test_a_cell_that_does_not_exist_is_not_found(world: World, cell: str) -> None:
    with pytest.raises(NotFound):
        members_of("time_in_status", cell, world.session, Query(), world.settings)


def test_the_picture_shows_the_median_days_and_the_key_figure_the_risk(waiting: World) -> None:
    kind = report_type("time_in_status")
    assert kind.chart is not None
    assert kind.panel is not None
    report = run("time_in_status", waiting.session, Query(), waiting.settings)
    chart = kind.chart(report)
    assert chart is not None
    assert chart.unit == "days"
    assert dict(zip(chart.labels, chart.series[0].values, strict=True)) == {
        "Missing": 365, "Returned": 91, "On hold": 365, "Awaiting collection": 365,
    }  # fmt: skip
    assert chart.notes == ("", "1 at risk of being waste", "", "")
    [panel] = kind.panel(report)
    assert (panel.figure.value, panel.figure.cell) == (1, "waiting.at_risk")
    assert kind.chart(run("time_in_status", waiting.session, Query(department="-"), waiting.settings)) is None
