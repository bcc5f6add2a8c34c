"""The figures, told by hand, by the machines behind them, and by two ways of counting that must agree."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from inventory.db import transaction
from inventory.errors import NotFound, ValidationRefused
from inventory.lifecycle.history import states_at
from inventory.lifecycle.models import ProjectionBasis, Tally
from inventory.lifecycle.upkeep import check_projections, rebuild
from inventory.register.models import Asset
from inventory.register.statuses import STATUSES
from inventory.reports._base import Figure, members_of, report_type, reports, run
from inventory.reports._query import Query
from tests.conftest import World, statements

FAR = datetime(2100, 1, 1, tzinfo=UTC)
COUNTED = ("machines", "events")
"""Units of figures that are counted, not worked out."""


def figures(world: World, key: str, query: Query | None = None) -> dict[str, Any]:
    """Every counted cell of a report by its name."""
    report = run(key, world.session, query or Query(), world.settings)
    return {
        str(cell.cell): cell.value
        for row in report.rows
        for column in report.columns
        if isinstance(cell := row.get(column.key), Figure) and column.unit in COUNTED
    }


def worked_out(world: World, key: str, query: Query) -> list[tuple[str, Any]]:
    """Every other number of a report, with the name of the cell that it opens."""
    report = run(key, world.session, query, world.settings)
    return [
        (str(cell.cell), cell.value)
        for row in report.rows
        for column in report.columns
        if isinstance(cell := row.get(column.key), Figure) and column.unit not in COUNTED
    ]


def tags(world: World, key: str, cell: str, query: Query | None = None) -> list[str]:
    """The machines behind a cell, by tag."""
    found = members_of(key, cell, world.session, query or Query(), world.settings, size=1000)
    names = dict(world.session.query(Asset.id, Asset.tag).all())
    return sorted(names[number] for number, _ in found.rows)


# -- by hand -----------------------------------------------------------------------------------------------


def test_the_headline_counts_each_machine_once_since_the_programme_began(fleet: World) -> None:
    found = figures(fleet, "headline")
    assert found == {
        "machines": 3,  # A, C, OLD2; not B (no second life), E (corrected), OLD (before), M (peripheral), U
        "internal_only": 0,
        "external_only": 2,
        "both": 1,
        "external": 3,
        "older": 1,
        "events": 4,
        "peripherals": 1,
    }
    assert tags(fleet, "headline", "machines") == ["A", "C", "OLD2"]
    assert tags(fleet, "headline", "events") == ["A", "A", "C", "OLD2"]


def test_the_headline_up_to_a_day_leaves_out_what_came_later(fleet: World) -> None:
    found = figures(fleet, "headline", Query(to=date(2016, 12, 1)))
    assert (found["machines"], found["internal_only"], found["both"]) == (3, 1, 0)
    assert figures(fleet, "headline", Query(to=date(2016, 11, 30)))["machines"] == 2


def test_the_headline_as_at_a_past_moment_still_says_what_was_known_then(fleet: World) -> None:
    before_correction = Query(as_at=datetime(2018, 8, 1, tzinfo=UTC))
    assert tags(fleet, "headline", "machines", before_correction) == ["A", "C", "E", "OLD2"]
    before_return = Query(as_at=datetime(2016, 10, 15, tzinfo=UTC))
    assert tags(fleet, "headline", "machines", before_return) == ["A", "B"]


def test_a_department_stands_for_those_below_it_and_places_a_machine_by_its_latest_event(fleet: World) -> None:
    assert tags(fleet, "headline", "machines", Query(department="CSE")) == ["A", "C"]
    assert tags(fleet, "headline", "machines", Query(department="HCA")) == ["OLD2"]
    assert tags(fleet, "headline", "machines", Query(department="-", group="peripheral")) == ["M"]


def test_tiers_count_the_last_outcome_of_each_machine_in_the_year(fleet: World) -> None:
    found = figures(fleet, "hierarchy", Query(year=2016))
    assert found["prevention"] == 2  # A donated, C donated
    assert found["recycling.confirmed"] == 1  # D, confirmed in the next year, stands in the year of its collection
    assert found["recycling.expected"] == 0
    assert tags(fleet, "hierarchy", "recycling", Query(year=2016)) == ["D"]
    later = figures(fleet, "hierarchy", Query(year=2017))
    assert (later["prevention"], later["recycling.expected"], later["loss"], later["lessor_unknown"]) == (1, 1, 1, 1)


def test_a_machine_with_several_outcomes_in_a_period_stands_there_once_with_its_last(fleet: World) -> None:
    found = figures(fleet, "hierarchy", Query(start=date(2015, 6, 1), to=date(2018, 8, 31)))
    assert tags(fleet, "hierarchy", "prevention") == ["A", "OLD2", "S"]
    assert tags(fleet, "hierarchy", "recycling") == ["C", "D"]
    assert found["all"] == 5


def test_unknown_kinds_are_in_no_figure_and_shown_as_a_gap(fleet: World) -> None:
    report = run("hierarchy", fleet.session, Query(year=2016), fleet.settings)
    assert any("1 machine of unknown kind" in note for note in report.notes)
    assert figures(fleet, "hierarchy", Query(year=2016, group="unknown"))["prevention"] == 1


def test_lives_extended_stand_in_a_line_of_their_own(fleet: World) -> None:
    assert tags(fleet, "hierarchy", "extended", Query(year=2016)) == ["I"]
    assert tags(fleet, "hierarchy", "extended", Query(year=2017)) == []
    assert tags(fleet, "hierarchy", "extended", Query(year=2016, department="HCA")) == []


def test_mass_is_measured_where_weighed_and_else_the_median_of_the_class(fleet: World) -> None:
    report = run("hierarchy", fleet.session, Query(year=2016), fleet.settings)
    rows = {row["key"]: row for row in report.rows}
    recycling, prevention = rows["recycling"], rows["prevention"]
    assert (recycling["kg"].value, recycling["weighed"].value, recycling["estimated"].value) == (7.2, 1, 0.0)
    # Two laptops of 1.62 kg.
    assert (prevention["kg"].value, prevention["weighed"].value, prevention["estimated"].value) == (3.2, 0, 100.0)
    assert (rows["all"]["kg"].value, rows["all"]["kg_share"].value) == (10.5, 100.0)
    assert "1 of 3 machines were weighed; 2 have the median of their class" in report.notes[0]
    assert [each.key for each in report.factors] == ["boavizta-2023-02-23-classes"]


def test_stock_counts_every_record_but_the_withdrawn(fleet: World) -> None:
    found = figures(fleet, "stock")
    assert (found["in_use"], found["returned"], found["donated"], found["sold"], found["written_off"]) == (
        1,
        2,
        3,
        1,
        1,
    )
    assert (found["with_contractor"], found["recycled"], found["with_lessor"], found["all"]) == (1, 1, 1, 12)
    assert tags(fleet, "stock", "returned") == ["B", "R"]
    assert tags(fleet, "stock", "returned.ageing") == ["B", "R"]
    assert tags(fleet, "stock", "returned.fresh") == []


def test_stock_on_a_past_day_stands_as_it_stood(fleet: World) -> None:
    past = Query(to=date(2018, 8, 2))
    assert tags(fleet, "stock", "returned.fresh", past) == ["R"]
    assert tags(fleet, "stock", "returned.ageing", past) == ["B"]
    early = Query(to=date(2016, 10, 15))
    assert tags(fleet, "stock", "donated", early) == ["B", "OLD", "OLD2"]
    assert tags(fleet, "stock", "in_use", early) == ["A", "C", "D", "E", "G", "I", "L", "R", "S"]
    # What nobody had recorded yet on that day was not known then.
    known = replace(early, as_at=datetime(2016, 10, 15, tzinfo=UTC))
    assert tags(fleet, "stock", "in_use", known) == ["A"]
    assert tags(fleet, "stock", "all", replace(early, department="HCA")) == ["B", "OLD2", "R", "S"]
    assert tags(fleet, "stock", "all", replace(early, department="-")) == ["OLD"]


def test_coverage_counts_machines_on_site_by_their_last_sighting(fleet: World) -> None:
    day = date(2018, 8, 31)
    found = figures(fleet, "coverage", Query(to=day))
    # I was handed over and given no place, B came back on 1 Nov 2016, C had left, R came back on 1 Aug 2018.
    assert {key: found[key] for key in ("quarter", "year", "two_years", "older", "never", "on_site")} == {
        "quarter": len(tags(fleet, "coverage", "quarter", Query(to=day))),
        "year": 0, "two_years": 1, "older": 0, "never": 1,
        "on_site": found["quarter"] + 2,
    }  # fmt: skip
    assert tags(fleet, "coverage", "two_years", Query(to=day)) == ["B"]
    assert "R" in tags(fleet, "coverage", "quarter", Query(to=day))
    assert tags(fleet, "coverage", "never", Query(to=day)) == ["I"]


@pytest.mark.parametrize(
    ("days_ago", "band"),
    [
        (0, "quarter"),
        (85, "quarter"),
        (95, "year"),
        (360, "year"),
        (370, "two_years"),
        (728, "two_years"),
        (740, "older"),
    ],
)
def test_a_sighting_moves_a_machine_through_the_bands_of_coverage(world: World, days_ago: int, band: str) -> None:
    world.now = datetime.now(UTC)
    world.record("registered", None, world.now - timedelta(days=1000), tag="S-1", kind="laptop", status="returned")
    world.record("sighted", "S-1", world.now - timedelta(days=days_ago))
    world.record("registered", None, world.now - timedelta(days=1000), tag="D-1", kind="laptop", status="in_stock")
    assert "S-1" in tags(world, "coverage", band)
    assert figures(world, "coverage")["on_site"] == 2
    assert figures(world, "coverage") == figures(world, "coverage", Query(as_at=datetime.now(UTC)))


def test_the_trend_shows_ten_years_and_opens_each(fleet: World) -> None:
    query = Query(to=date(2018, 9, 1))
    found = figures(fleet, "trend", query)
    assert len(found) == 10 * 6
    assert (found["2015.prevention"], found["2016.prevention"], found["2017.prevention"]) == (2, 2, 1)
    assert tags(fleet, "trend", "2017.recycling", query) == ["C"]
    assert figures(fleet, "trend", Query(year=2016))["2016.all"] == 3


# -- both ways agree -----------------------------------------------------------------------------------------

QUERIES = [
    Query(),
    Query(to=date(2017, 7, 31)),
    Query(start=date(2016, 8, 1)),
    Query(year=2016),
    Query(year=2017, department="CSE"),
    Query(year=2015, group="peripheral"),
    Query(group="unknown"),
    Query(kind=("laptop",), to=date(2018, 7, 15)),
    Query(department="HCA"),
    Query(department="-", group="peripheral"),
]
ASKED = {key: [query for query in QUERIES if query.asked <= kind.filters] for key, kind in sorted(reports().items())}
"""Every report with everything that has a meaning for it."""


def questions(world: World, key: str) -> list[Query]:
    """All of them on SQLite; on PostgreSQL every third one but in a soak, since the reports are the same."""
    every = world.session.get_bind().dialect.name == "sqlite" or os.environ.get("SOAK") == "1"
    return ASKED[key] if every else ASKED[key][::3]


@pytest.mark.parametrize("key", ASKED)
def test_every_figure_opens_as_many_machines_as_it_says(fleet: World, key: str) -> None:
    then = datetime(2018, 8, 1, tzinfo=UTC)
    for asked in [each for query in questions(fleet, key) for each in (query, replace(query, as_at=then))]:
        for cell, value in figures(fleet, key, asked).items():
            found = members_of(key, cell, fleet.session, asked, fleet.settings)
            assert found.total == value == len(found.rows), (cell, asked)
        for cell, value in worked_out(fleet, key, asked):
            found = members_of(key, cell, fleet.session, asked, fleet.settings)
            assert found.rows or not value, f"{value} of {cell} rests on no machine: {asked}"


@pytest.mark.parametrize("key", ASKED)
def test_stored_counts_equal_a_live_scan(fleet: World, key: str) -> None:
    stored = {query: figures(fleet, key, query) for query in questions(fleet, key)}
    # These look back from the moment itself.
    if key not in ("stock", "trend", "coverage", "time_in_status", "data_quality"):
        for query, found in stored.items():
            assert found == figures(fleet, key, replace(query, as_at=FAR)), query
    # Counts made under other settings are not believed, but counted live.
    fleet.session.execute(update(ProjectionBasis).where(ProjectionBasis.name == "time_zone").values(value="Asia/Tokyo"))
    assert stored == {query: figures(fleet, key, query) for query in questions(fleet, key)}


def test_lives_extended_move_with_every_correction_and_equal_a_live_scan(fleet: World) -> None:
    def counted() -> dict[int, int]:
        found = {}
        for year in (2015, 2016, 2017):
            for place in ("", "CSE", "INF", "HCA", "-"):
                for group in ("computer", "peripheral", "unknown"):
                    query = Query(year=year, department=place, group=group)
                    with statements(fleet.session.get_bind()) as sent:
                        stored = figures(fleet, "hierarchy", query)["extended"]
                    assert not any("lifecycle_event" in each for each in sent), "the ledger was read"
                    assert stored == figures(fleet, "hierarchy", replace(query, as_at=FAR))["extended"], query
                    assert stored == len(tags(fleet, "hierarchy", "extended", query)), query
                    found[year] = found.get(year, 0) + (stored if not place else 0)
        fleet.session.commit()
        assert check_projections(fleet.session, fleet.settings) == []
        fleet.session.commit()
        return found

    assert counted() == {2015: 0, 2016: 1, 2017: 0}
    fleet.record("upgraded", "I", "2017-07-31", key="up", work="memory")
    assert counted() == {2015: 0, 2016: 1, 2017: 0}, "once a year, however often"
    fleet.record("upgraded", "I", "2016-07-31", key="early", work="disk")
    assert counted() == {2015: 1, 2016: 1, 2017: 0}, "back-dated, into the last day of the year before"
    fleet.correct("I", "up", fleet.request("upgraded", "I", date(2017, 8, 1), key="up2", work="memory"))
    assert counted() == {2015: 1, 2016: 1, 2017: 1}, "replaced by one of the next year"
    fleet.correct("I", "up2")
    assert counted() == {2015: 1, 2016: 1, 2017: 0}
    fleet.record("repaired", "R", "2018-08-01", key="r", work="hinge")
    fleet.record("amended", "R", None, department="INF", kind="monitor")
    fleet.record("amended", "I", None, forget="department")
    assert figures(fleet, "hierarchy", Query(year=2018, group="peripheral", department="CSE"))["extended"] == 1
    assert figures(fleet, "hierarchy", Query(year=2016, department="-"))["extended"] == 1
    fleet.record("merged", "I", None, into="A")
    assert counted() == {2015: 0, 2016: 0, 2017: 0}
    fleet.record("unmerged", "I", None, reason="two machines")
    assert counted() == {2015: 1, 2016: 1, 2017: 0}
    with transaction(fleet.session):
        fleet.session.execute(update(Tally).where(Tally.figure == "extended").values(machines=7))
    assert any("extended" in each.problem for each in check_projections(fleet.session, fleet.settings))
    with transaction(fleet.session):
        rebuild(fleet.session, fleet.settings)
    assert counted() == {2015: 1, 2016: 1, 2017: 0}


def test_stock_and_trend_as_known_now_equal_the_present(fleet: World) -> None:
    now = Query(as_at=datetime.now(UTC))
    assert figures(fleet, "stock", now) == figures(fleet, "stock")
    assert figures(fleet, "trend", now) == figures(fleet, "trend")
    assert figures(fleet, "coverage", now) == figures(fleet, "coverage")


def test_every_status_is_what_a_replay_of_the_whole_ledger_says(fleet: World) -> None:
    statuses = [
        str(state.status)
        for _, state in states_at(fleet.session, None, None)
        if state.kind not in ("unknown", "monitor")
    ]
    found = figures(fleet, "stock")
    assert {key: found[key] for key in STATUSES if key != "withdrawn"} == {
        key: statuses.count(key) for key in STATUSES if key != "withdrawn"
    }


# -- edges ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "cell"),
    [("headline", "nonsense"), ("hierarchy", "prevention.nonsense"), ("hierarchy", "nonsense"), ("stock", "in_use.ageing"),
     ("stock", "withdrawn"), ("stock", "returned.x"), ("trend", "1066.all"), ("trend", "2017.x"), ("trend", "²018.all"),
     ("coverage", "in_use"), ("coverage", "older.x")],
)  # fmt: skip
def test_a_cell_that_does_not_exist_is_not_found(fleet: World, key: str, cell: str) -> None:
    with pytest.raises(NotFound):
        members_of(key, cell, fleet.session, Query(to=date(2018, 9, 1)), fleet.settings)


def test_an_unknown_report_names_those_there_are(world: World) -> None:
    with pytest.raises(NotFound, match=", ".join(sorted(reports()))):
        report_type("sales")


def test_an_unknown_department_is_refused(world: World) -> None:
    with pytest.raises(ValidationRefused, match="no department"):
        run("headline", world.session, Query(department="XYZ"), world.settings)
    with pytest.raises(ValidationRefused, match="no department"):
        members_of("headline", "machines", world.session, Query(department="XYZ"), world.settings)


def test_the_machines_behind_a_figure_come_in_pages_that_miss_none(fleet: World) -> None:
    seen, after = [], ""
    while True:
        page = members_of("headline", "events", fleet.session, Query(), fleet.settings, after, 1)
        assert page.total == 4
        seen += page.rows
        if page.next is None:
            break
        after = page.next
    assert len(seen) == 4
    assert len(set(seen)) == 4


@pytest.mark.parametrize("after", ["x", "1e9", "-3.k", "²", "9" * 30])
def test_a_damaged_cursor_is_refused(fleet: World, after: str) -> None:
    with pytest.raises(ValidationRefused, match="first"):
        members_of("headline", "machines", fleet.session, Query(), fleet.settings, after)


def test_every_report_of_an_empty_register_is_zero(world: World) -> None:
    for key in reports():
        assert set(figures(world, key).values()) == {0}


def test_the_report_of_the_present_takes_few_statements(fleet: World) -> None:
    for key, limit in (("headline", 5), ("hierarchy", 6), ("stock", 2), ("trend", 2), ("coverage", 2)):
        with statements(fleet.session.get_bind()) as sent:
            run(key, fleet.session, Query(year=2016) if key == "hierarchy" else Query(), fleet.settings)
        assert len(sent) <= limit, (key, sent)


def test_ageing_begins_after_the_days_of_the_setting(fleet: World) -> None:
    day = date(2018, 8, 1)
    for days, cell in ((30, "fresh"), (31, "waiting"), (90, "waiting"), (91, "ageing")):
        assert "R" in tags(fleet, "stock", f"returned.{cell}", Query(to=day + timedelta(days=days)))
