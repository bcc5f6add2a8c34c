"""Partners and contractors, told by hand: what each received, what came of it, and the reports that came back."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from inventory.db import transaction
from inventory.errors import NotFound
from inventory.register.models import Party
from inventory.register.naming import ERASED
from inventory.reports import partners
from inventory.reports._base import members_of, report_type, run
from inventory.reports._query import Query
from tests.conftest import World, statements
from tests.reports.test_figures import figures, tags

CONTRACT = {"unsanitised_under_contract": True, "certified_destruction_contract": "C-1"}


def rows(world: World, query: Query | None = None) -> dict[str, dict[str, Any]]:
    report = run("partners", world.session, query or Query(), world.settings)
    return {row["key"]: row for row in report.rows}


def numbers(row: dict[str, Any]) -> list[Any]:
    return [row[key].value for key in ("machines", "share", "used_again", "confirmed", "kg", "told")]


def test_each_receiver_has_a_row_and_they_add_up(fleet: World) -> None:
    found = rows(fleet)
    assert list(found) == ["remakery", "weee", "~all"]
    assert (found["remakery"]["receiver"], found["remakery"]["role"]) == ("Northside Remakery", "Partner")
    # A laptop by the median of its class and a desktop; a laptop of 7.25 kg and one by its class.
    assert numbers(found["remakery"]) == [2, 50.0, 2, 2, 7.0, 0]
    assert numbers(found["weee"]) == [2, 50.0, 0, 1, 8.9, 0]
    assert numbers(found["~all"])[:4] == [4, 100.0, 2, 3]
    assert (found["~all"]["first"], found["weee"]["first"], found["weee"]["last"]) == (
        "5 May 2016", "1 Feb 2017", "1 Jun 2018",
    )  # fmt: skip
    assert tags(fleet, "partners", "remakery") == ["A", "OLD2"]
    assert tags(fleet, "partners", "weee.confirmed") == ["D"]
    assert tags(fleet, "partners", "~all.used_again") == ["A", "OLD2"]


def test_what_was_given_to_be_prepared_is_used_again_once_the_partner_says_so(fleet: World) -> None:
    fleet.now = datetime(2018, 10, 1, 17, tzinfo=UTC)
    fleet.record("given_for_preparation", "R", "2018-10-01", partner="remakery", reason="many at once", **CONTRACT)
    assert tags(fleet, "partners", "remakery.used_again") == ["A", "OLD2"]
    assert "R" in tags(fleet, "partners", "remakery")
    fleet.record("prepared_for_reuse", "R", "2018-10-01")
    assert tags(fleet, "partners", "remakery.used_again") == ["A", "OLD2", "R"]


def test_aftercare_counts_machines_whose_recipient_reported(fleet: World) -> None:
    fleet.now = datetime(2018, 10, 1, 17, tzinfo=UTC)
    fleet.record("recipient_reported", "A", "2018-01-01", report="still_in_use", key="first")
    fleet.record("recipient_reported", "A", "2018-09-01", report="passed_on", key="second")
    assert tags(fleet, "partners", "remakery.told") == ["A"]
    assert tags(fleet, "partners", "~all.told", Query(to=date(2017, 12, 31))) == []
    known = Query(as_at=datetime(2018, 9, 30, tzinfo=UTC))
    assert figures(fleet, "partners", known)["~all.told"] == 0
    fleet.now = datetime(2018, 11, 1, 17, tzinfo=UTC)
    fleet.correct("A", "first")
    assert tags(fleet, "partners", "~all.told") == ["A"], "one report still stands"
    fleet.correct("A", "second")
    assert tags(fleet, "partners", "~all.told") == []
    assert tags(fleet, "partners", "~all.told", Query(as_at=datetime(2018, 10, 15, tzinfo=UTC))) == ["A"]


def test_a_receiver_that_nobody_knows_and_one_whose_name_is_erased_stay_in_the_table(fleet: World) -> None:
    fleet.record("taken_on", None, "2017-01-15", tag="X", kind="laptop", status="recycled", outcome="recycled")
    with transaction(fleet.session):
        fleet.session.query(Party).filter(Party.uid == "remakery").update({"name": ""})
    found = rows(fleet)
    assert found["remakery"]["receiver"] == ERASED
    assert found["~unknown"]["machines"].value == 1
    assert tags(fleet, "partners", "~unknown") == ["X"]


def test_receivers_beyond_the_most_rows_are_told_together(fleet: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partners, "MOST_ROWS", 1)
    found = rows(fleet)
    assert list(found) == ["remakery", "~others", "~all"]
    assert found["~others"]["receiver"] == "All others (1)"
    assert numbers(found["~others"])[:2] == [2, 50.0]
    assert tags(fleet, "partners", "~others.confirmed") == ["D"]
    assert "have rows of their own" in run("partners", fleet.session, Query(), fleet.settings).notes[0]


def test_asked_for_one_partner_it_tells_of_that_one_alone(fleet: World) -> None:
    assert list(rows(fleet, Query(partner="remakery"))) == ["remakery", "~all"]
    assert rows(fleet, Query(contractor="Caledonian WEEE"))["weee"]["share"].value == 100.0


def test_an_id_with_a_point_in_it_opens_its_machines(fleet: World) -> None:
    with transaction(fleet.session):
        fleet.session.add(Party(uid="ed.charity", role="partner", name="A charity"))
    fleet.record(
        "taken_on",
        None,
        "2017-01-15",
        tag="X",
        kind="laptop",
        status="donated",
        outcome="donated",
        partner="ed.charity",
    )
    assert tags(fleet, "partners", "ed.charity") == tags(fleet, "partners", "ed.charity.used_again") == ["X"]


def test_many_receivers_cost_no_more_statements(fleet: World) -> None:
    def sent() -> int:
        with statements(fleet.session.get_bind()) as found:
            run("partners", fleet.session, Query(), fleet.settings)
        return len(found)

    before = sent()
    with transaction(fleet.session):
        fleet.session.add_all([Party(uid=f"p{n}", role="partner", name=f"Partner {n}") for n in range(10)])
    for n in range(10):
        fleet.record(
            "taken_on", None, "2017-01-15", tag=f"X{n}", kind="laptop", status="donated", outcome="donated", partner=f"p{n}"
        )  # fmt: skip
    assert len(rows(fleet)) == 13
    assert sent() == before <= 6


@pytest.mark.parametrize("cell", ["nobody", "remakery.x", "x.told", ".told", ""])
def test_a_cell_that_does_not_exist_is_not_found(fleet: World, cell: str) -> None:
    with pytest.raises(NotFound):
        members_of("partners", cell, fleet.session, Query(), fleet.settings)


def test_the_picture_shows_the_largest_and_the_key_figure_what_is_used_again(fleet: World) -> None:
    kind = report_type("partners")
    assert kind.chart is not None
    assert kind.panel is not None
    report = run("partners", fleet.session, Query(), fleet.settings)
    chart = kind.chart(report)
    assert chart is not None
    assert (chart.labels, chart.series[0].values) == (("Northside Remakery", "Caledonian WEEE"), (2, 2))
    [panel] = kind.panel(report)
    assert (panel.figure.value, panel.figure.cell) == (2, "~all.used_again")
    assert kind.chart(run("partners", fleet.session, Query(group="unknown", year=2015), fleet.settings)) is None
