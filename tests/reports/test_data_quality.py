"""Data quality, told by hand: each doubt, both cuts, and that it is gone once it is mended."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from inventory.config import Settings
from inventory.db import transaction
from inventory.errors import NotFound
from inventory.footprint.models import FactorSet
from inventory.reports._base import members_of, report_type, run
from inventory.reports._doubts import DOUBTS, REGISTER_TESTS, ledger_conditions, register_conditions
from inventory.reports._query import Query
from tests.conftest import NOW, World, statements
from tests.reports.test_figures import figures, tags

CONTRACT = {"unsanitised_under_contract": True, "certified_destruction_contract": "C-1"}
THEN = Query(to=date(2018, 8, 31))


def doubts(world: World, query: Query | None = None) -> dict[str, list[str]]:
    """The machines of each doubt that there are."""
    asked = query or Query()
    found = figures(world, "data_quality", asked)
    return {key: tags(world, "data_quality", key, asked) for key, value in found.items() if value}


def test_the_fleet_is_doubted_for_what_it_lacks(fleet: World) -> None:
    assert doubts(fleet) == {
        "unconfirmed": ["C"],
        "lessor_unknown": ["L"],
        "older": ["OLD2"],
        "no_wipe": ["OLD2"],
        "class_mass": ["A", "C", "OLD2", "S"],
        "no_purchase": ["A", "C", "D", "OLD2", "S"],
        "unknown_kind": ["U"],
        "here_no_serial": ["B", "E", "I", "R"],
        "here_no_purchase": ["B", "E", "I", "R"],
    }


def test_late_lines_and_corrections_are_those_of_the_month_or_of_the_period(fleet: World) -> None:
    found = doubts(fleet, THEN)
    assert found["corrected"] == ["E"]
    # Told of in August, long after; F as well, which was merged and is in no figure.
    assert found["late"] == ["G", "I", "L", "R", "S"]
    assert "corrected" not in doubts(fleet, Query(to=date(2018, 7, 31)))
    assert doubts(fleet, Query(year=2018))["corrected"] == ["E"]
    notes = run("data_quality", fleet.session, THEN, fleet.settings).notes
    assert notes[0] == "Late lines and corrections: recorded from 1 Aug 2018 to 31 Aug 2018."


def test_as_at_before_a_correction_there_was_none(fleet: World) -> None:
    asked = replace(THEN, as_at=datetime(2018, 8, 15, 16, tzinfo=UTC))
    assert "corrected" not in doubts(fleet, asked)
    assert doubts(fleet, replace(THEN, as_at=datetime(2018, 8, 15, 18, tzinfo=UTC)))["corrected"] == ["E"]


@pytest.mark.parametrize(("days", "late"), [(30, False), (31, True)])
def test_a_line_is_late_after_thirty_days(world: World, days: int, late: bool) -> None:
    world.now = datetime.now(UTC)
    moment = world.now - timedelta(days=days)
    world.record("registered", None, moment, tag="X", kind="laptop", status="returned", key="x")
    assert ("late" in doubts(world)) is late
    world.record("taken_on", None, moment - timedelta(days=999), tag="Y", kind="laptop", status="returned")
    assert "Y" not in doubts(world).get("late", []), "older records are late by their nature"
    world.correct(
        "X", "x", world.request("registered", None, moment, tag="X", kind="desktop", status="returned", key="z")
    )
    [(_, line)] = members_of("data_quality", "corrected", world.session, Query(), world.settings).rows
    assert line != "z", "the correction opens, not what it put in place"


def test_a_fate_is_overdue_after_the_days_of_the_setting(world: World) -> None:
    world.used_machine("X")
    world.record("returned", "X", "2018-02-01")
    world.record("declared_waste", "X", "2018-02-01", reason="dead")
    world.record("collected", "X", "2018-02-10", facility="weee", expected="recycled", **CONTRACT)
    assert "unconfirmed" not in doubts(world, Query(to=date(2018, 5, 11)))
    assert doubts(world, Query(to=date(2018, 5, 12)))["unconfirmed"] == ["X"]
    world.settings = Settings(**{**vars(world.settings), "stale_return_days": 10})
    assert doubts(world, Query(to=date(2018, 2, 21)))["unconfirmed"] == ["X"]
    world.record("recycled", "X", "2018-03-01", loop="open")
    assert "unconfirmed" not in doubts(world)


@pytest.mark.parametrize(
    ("grams", "wrong"), [(2, True), (323, True), (325, False), (1_620, False), (8_100, False), (8_101, True)]
)
def test_a_weighed_mass_far_from_its_class_cannot_be_right(world: World, grams: int, wrong: bool) -> None:
    world.clean_machine("X", mass_g=grams)
    world.record("sold", "X", "2018-03-01", buyer="buyer")
    found = doubts(world)
    assert ("implausible" in found) is wrong
    assert "class_mass" not in found


def test_a_mass_by_model_is_no_estimate_by_class_and_a_kind_without_a_class_has_none(world: World) -> None:
    world.clean_machine("X", model="Latitude 5400")
    world.record("sold", "X", "2018-03-01", buyer="buyer")
    for tag, kind in (("Y", "laptop"), ("P", "phone")):
        world.record("taken_on", None, "2017-01-15", tag=tag, kind=kind, status="donated", outcome="donated",
                     partner="remakery", department="INF", evidence="letter")  # fmt: skip
    assert doubts(world)["class_mass"] == ["X", "Y"]
    assert doubts(world, Query(group="peripheral"))["no_mass"] == ["P"]
    values = {"dell|latitude5400": {"mass_kg": 1.5}, "dell|latitude5500": {"embodied_kg": 200}}
    content = {
        "key": "models", "subject": "model_footprint", "title": "Models", "version": "1", "source": "x", "licence": "x",
        "published": "2026", "values": values,
    }  # fmt: skip
    with transaction(world.session):
        world.session.add(
            FactorSet(
                key="models", subject="model_footprint", content=content, sha256="", recorded_at=NOW,
                account_id=world.account.id,
            )
        )  # fmt: skip
    assert doubts(world)["class_mass"] == ["Y"]
    assert "older" not in doubts(world), "a letter was seen"


def test_what_was_wiped_or_held_no_drive_left_with_its_data_seen_to(world: World) -> None:
    world.clean_machine("X")
    world.record("donated", "X", "2018-03-01", partner="remakery")
    world.record("registered", None, "2018-01-01", tag="N", kind="laptop", status="returned")
    world.record("inspected", "N", "2018-01-02", functional="working", cosmetic="B", no_drive_fitted=True)
    world.record("passed_for_reuse", "N", "2018-01-02")
    world.record("donated", "N", "2018-03-01", partner="remakery")
    assert "no_wipe" not in doubts(world)
    proof = _line(world, "X", "sanitised")
    known = world.now
    world.later(days=1)
    world.correct("X", proof)
    assert doubts(world)["no_wipe"] == ["X"]
    assert "no_wipe" not in doubts(world, Query(as_at=known))


def _line(world: World, tag: str, kind: str) -> str:
    from inventory.lifecycle.models import LifecycleEvent
    from inventory.register.models import Asset

    lines = world.session.query(LifecycleEvent.key).join(Asset, Asset.id == LifecycleEvent.asset_id)
    found = str(lines.filter(Asset.tag == tag, LifecycleEvent.kind == kind).scalar())
    world.session.commit()
    return found


def test_what_the_register_lacks_is_gone_once_it_is_amended(world: World) -> None:
    world.record("registered", None, "2018-01-01", tag="X", status="returned")
    assert doubts(world, Query(to=date(2018, 1, 2)))["unknown_kind"] == ["X"]
    assert list(doubts(world)) == ["unknown_kind"]
    world.record("amended", "X", None, kind="laptop")
    found = doubts(world)
    assert [key for key in found if key.startswith("here")] == [
        "here_no_department", "here_no_serial", "here_no_purchase",
    ]  # fmt: skip
    world.record("amended", "X", None, department="INF", purchase_date="2015-01-01",
                 identifiers=[{"type": "serial", "value": "S-1"}])  # fmt: skip
    assert not [key for key in doubts(world) if key in REGISTER_TESTS]


@pytest.mark.parametrize(
    "query",
    [Query(), Query(department="HCA"), Query(department="-"), Query(group="peripheral"), Query(kind=("laptop",))],
)
def test_what_is_doubted_now_is_what_a_replay_doubts(fleet: World, query: Query) -> None:
    fleet.now = datetime.now(UTC)
    fleet.record("sighted", "R", datetime.now(UTC) - timedelta(days=40))
    fleet.record("sighted", "R", datetime.now(UTC) - timedelta(days=39))
    fleet.correct("I", _line(fleet, "I", "repaired"))
    asked = replace(query, as_at=datetime.now(UTC))
    assert doubts(fleet, query) == doubts(fleet, asked)
    for cell in ("late", "corrected"):
        now = members_of("data_quality", cell, fleet.session, query, fleet.settings)
        assert now == members_of("data_quality", cell, fleet.session, asked, fleet.settings)


def test_single_kinds_leave_out_what_has_none(fleet: World) -> None:
    assert "unknown_kind" not in doubts(fleet, Query(kind=("laptop",)))
    assert doubts(fleet, Query(group="unknown"))["unknown_kind"] == ["U"]


def test_the_counts_of_now_take_few_statements(fleet: World) -> None:
    with statements(fleet.session.get_bind()) as sent:
        run("data_quality", fleet.session, Query(), fleet.settings)
    assert len(sent) <= 7, sent


def test_every_doubt_has_a_condition_and_says_what_to_do(fleet: World) -> None:
    keys = [each.key for each in DOUBTS]
    assert len(keys) == len(set(keys))
    assert set(register_conditions()) == set(REGISTER_TESTS) < set(keys)
    assert set(ledger_conditions()) < set(keys)
    report = run("data_quality", fleet.session, Query(), fleet.settings)
    assert [row["key"] for row in report.rows] == keys
    assert all(row["effect"].endswith(".") and row["remedy"].endswith(".") for row in report.rows)


@pytest.mark.parametrize("query", [Query(), THEN])
def test_a_cell_that_does_not_exist_is_not_found(fleet: World, query: Query) -> None:
    with pytest.raises(NotFound):
        members_of("data_quality", "nonsense", fleet.session, query, fleet.settings)


def test_the_picture_begins_with_what_concerns_most_and_the_key_figures_name_four(fleet: World) -> None:
    kind: Any = report_type("data_quality")
    report = run("data_quality", fleet.session, Query(), fleet.settings)
    chart = kind.chart(report)
    assert chart.labels[0] == "Outcome without a day of purchase"
    assert list(chart.series[0].values) == sorted(chart.series[0].values, reverse=True)
    panels = kind.panel(report)
    assert [each.figure.cell for each in panels] == ["unconfirmed", "no_mass", "here_no_department", "corrected"]
    assert panels[-1].words == "read the reason on the machine"
    empty = run("data_quality", fleet.session, Query(department="CSE", group="peripheral"), fleet.settings)
    assert kind.chart(empty) is None
