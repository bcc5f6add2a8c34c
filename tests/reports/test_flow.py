"""From department to outcome, told by hand: rows are the departments below, and they add up to the whole."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from inventory.db import transaction
from inventory.errors import NotFound
from inventory.footprint.models import FactorSet
from inventory.lifecycle.waste_hierarchy import TIERS
from inventory.register.models import Department
from inventory.reports import flow
from inventory.reports._base import Figure, members_of, report_type, run
from inventory.reports._query import Query
from tests.conftest import NOW, World, statements
from tests.reports.test_figures import figures, tags

QUERIES = [Query(), Query(year=2016), Query(to=date(2017, 3, 1)), Query(year=2017, kind=("laptop",))]
PARTS = (*TIERS, "all")


def rows(world: World, query: Query) -> dict[str, dict[str, Any]]:
    report = run("flow", world.session, query, world.settings)
    return {row["key"]: row for row in report.rows}


def test_each_department_at_the_top_has_a_row_with_everything_beneath_it(fleet: World) -> None:
    found = rows(fleet, Query())
    assert list(found) == ["CSE", "HCA", flow.OWN, flow.ALL], "the most machines first, then what is not known"
    assert found["CSE"]["department"] == "College of Science and Engineering"
    assert tags(fleet, "flow", "CSE.prevention") == ["A"]
    assert tags(fleet, "flow", "CSE.recycling") == ["C", "D"]
    assert tags(fleet, "flow", "HCA.all") == ["OLD2", "S"]
    assert (found["CSE"]["rate"].value, found["HCA"]["rate"].value, found[flow.OWN]["rate"].value) == (
        33.3,
        100.0,
        None,
    )
    # Two laptops of 1.62 kg and one of 7.25 kg; a laptop and a desktop of 5.33 kg.
    assert (found["CSE"]["kg"].value, found["HCA"]["kg"].value, found[flow.OWN]["kg"].value) == (10.5, 7.0, 0.0)


def test_a_department_that_is_asked_for_shows_those_below_it_and_itself(fleet: World) -> None:
    fleet.clean_machine("X", returned="2018-09-01", at="2016-01-10", department="CSE")
    fleet.record("sold", "X", "2018-09-01", buyer="buyer")
    found = rows(fleet, Query(department="CSE"))
    assert list(found) == ["INF", flow.OWN, flow.ALL]
    assert found[flow.OWN]["department"] == "In the department itself"
    assert tags(fleet, "flow", "~own.prevention", Query(department="CSE")) == ["X"]
    assert tags(fleet, "flow", "INF.all", Query(department="CSE")) == ["A", "C", "D"]
    assert list(rows(fleet, Query(department="INF"))) == [flow.OWN, flow.ALL], "a leaf has itself alone"


def test_machines_of_no_known_department_have_a_row_of_their_own(fleet: World) -> None:
    query = Query(group="peripheral")
    assert tags(fleet, "flow", "~own.prevention", query) == ["M"]
    assert list(rows(fleet, Query(department="-", group="peripheral"))) == [flow.OWN, flow.ALL]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_the_rows_add_up_to_the_whole_and_to_the_hierarchy(fleet: World, query: Query) -> None:
    found = rows(fleet, query)
    hierarchy = figures(fleet, "hierarchy", query)
    for part in PARTS:
        parts = sum(row[part].value for key, row in found.items() if key != flow.ALL)
        assert parts == found[flow.ALL][part].value == hierarchy[part]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_what_each_department_says_of_itself_is_its_row_in_the_whole(fleet: World, query: Query) -> None:
    whole = rows(fleet, query)
    for key, asked in (("CSE", "CSE"), ("HCA", "HCA"), (flow.OWN, "-")):
        own = rows(fleet, replace(query, department=asked))[flow.ALL]
        # A department without a machine has no row in the whole.
        row = whole.get(key, dict.fromkeys((*PARTS, "kg"), Figure(0)))
        assert [own[part].value for part in (*PARTS, "kg")] == [row[part].value for part in (*PARTS, "kg")]


def test_the_stored_counts_of_a_year_answer_without_reading_the_outcomes(fleet: World) -> None:
    with statements(fleet.session.get_bind()) as sent:
        run("flow", fleet.session, Query(year=2016), fleet.settings)
    assert len(sent) <= 5
    assert not any("FROM outcome" in each for each in sent)


def test_a_model_that_a_factor_set_knows_gives_the_mass(fleet: World) -> None:
    content = {
        "key": "models", "subject": "model_footprint", "title": "Models", "version": "1", "source": "x", "licence": "x",
        "published": "2026", "values": {"dell|latitude5400": {"mass_kg": 2.0}},
    }  # fmt: skip
    with transaction(fleet.session):
        fleet.session.add(
            FactorSet(
                key="models",
                subject="model_footprint",
                content=content,
                sha256="",
                recorded_at=NOW,
                account_id=fleet.account.id,
            )
        )
    # A and C by model, D as weighed.
    assert rows(fleet, Query())["CSE"]["kg"].value == pytest.approx(2 * 2.0 + 7.25, abs=0.051)
    assert rows(fleet, Query(year=2016))["CSE"]["kg"].value == rows(fleet, Query(year=2016))[flow.ALL]["kg"].value


def test_departments_beyond_the_most_rows_are_told_together(fleet: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "MOST_ROWS", 1)
    report = run("flow", fleet.session, Query(), fleet.settings)
    assert [row["department"] for row in report.rows] == [
        "College of Science and Engineering", "Other departments (1)", "No department known", "Together",
    ]  # fmt: skip
    assert tags(fleet, "flow", "~others.prevention") == ["OLD2", "S"]
    assert "have rows of their own" in report.notes[0]


def test_many_departments_cost_no_more_statements(fleet: World) -> None:
    def sent() -> int:
        with statements(fleet.session.get_bind()) as found:
            run("flow", fleet.session, Query(), fleet.settings)
        return len(found)

    before = sent()
    with transaction(fleet.session):
        fleet.session.add_all([Department(code=f"D{n}", name=f"Department {n}", path=f"/D{n}/") for n in range(40)])
    assert sent() == before


@pytest.mark.parametrize("cell", ["CSE", "CSE.nonsense", "INF.all", "NOPE.all", "~all.", ".all", "~x.prevention"])
def test_a_cell_that_does_not_exist_is_not_found(fleet: World, cell: str) -> None:
    with pytest.raises(NotFound):
        members_of("flow", cell, fleet.session, Query(), fleet.settings)


def test_the_picture_has_a_bar_for_each_department_with_machines(fleet: World) -> None:
    chart = report_type("flow").chart
    assert chart is not None
    found = chart(run("flow", fleet.session, Query(), fleet.settings))
    assert found is not None
    assert (found.kind, found.labels) == ("stacked", ("College of Science and Engineering", "Heritage and Culture"))
    assert [series.key for series in found.series] == list(TIERS)
    assert found.series[0].values == (1, 2)
    assert found.series[0].cells == ("CSE.prevention", "HCA.prevention")
    assert chart(run("flow", fleet.session, Query(to=date(2015, 6, 30)), fleet.settings)) is None
