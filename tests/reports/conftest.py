"""A small university whose every count is known by hand."""

from datetime import UTC, datetime

import pytest

from tests.conftest import World
from tests.databases import Kept


@pytest.fixture
def fleet(world: World, kept: Kept) -> World:
    """The fleet below, on record."""
    found: World = kept(world, build_fleet)
    return found


def build_fleet(world: World) -> World:
    """Computers, a monitor, a kind unknown; every measure, corrections, older records, a merge.

    2015-09-01 A   redeployed (INF)                       2017-03-01 A  donated: both
    2016-10-01 B   donated (HCA), came back without a second life 2016-11-01
    2016-12-01 C   donated (INF), came back having served 2018-05-01, collected 2018-06-01 (recycling expected)
    2017-02-01 D   collected, recycled on 2017-09-01      2015-03-01 old  donated before the programme (taken on)
    2016-05-05 old2 donated (taken on, from older records)
    2017-01-15 M   monitor donated                        2017-01-20 U    unknown kind, taken on as donated
    2018-07-01 E   redeployed by mistake, corrected       F merged into A   G missing, written off 2018-02-02
    2018-03-03 L   returned to lessor                     S sold 2018-04-04  I in use  R returned
    """
    world.now = datetime(2015, 6, 2, 9, tzinfo=UTC)
    w = world

    def redeploy(tag: str, day: str, department: str = "INF") -> None:
        at(day)
        w.clean_machine(tag, returned=day, at="2015-06-02", department=department)
        w.record("redeployed", tag, day, custodian="ada", key=f"re-{tag}")

    def at(day: str) -> None:
        w.now = datetime.fromisoformat(day).replace(hour=17, tzinfo=UTC)

    def donate(tag: str, day: str, department: str = "INF") -> None:
        at(day)
        w.clean_machine(tag, returned=day, at="2015-06-02", department=department)
        w.record("donated", tag, day, partner="remakery", key=f"do-{tag}")

    redeploy("A", "2015-09-01")
    at("2017-03-01")
    w.record("returned", "A", "2017-03-01")
    w.record(
        "sanitised",
        "A",
        "2017-03-01",
        drives=[{"uid": w.drive_of("A"), "method": "purge", "confirmed_after_use": True}],
    )
    w.record("inspected", "A", "2017-03-01", functional="working", cosmetic="B")
    w.record("passed_for_reuse", "A", "2017-03-01")
    w.record("donated", "A", "2017-03-01", partner="remakery")
    donate("B", "2016-10-01", "HCA")
    at("2016-11-01")
    w.record("returned", "B", "2016-11-01", second_life="none")
    donate("C", "2016-12-01")
    at("2018-05-01")
    w.record("returned", "C", "2018-05-01", second_life="served")
    w.record("declared_waste", "C", "2018-05-01", reason="worn out")
    at("2018-06-01")
    contract = {"unsanitised_under_contract": True, "certified_destruction_contract": "C-1"}
    w.record("collected", "C", "2018-06-01", facility="weee", expected="recycled", **contract)
    at("2017-02-01")
    w.used_machine("D", at="2015-06-02")
    w.record("amended", "D", "2017-01-01", mass_g=7250)
    w.record("returned", "D", "2017-01-10")
    w.record("declared_waste", "D", "2017-01-10", reason="dead")
    w.record("collected", "D", "2017-02-01", facility="weee", expected="recycled", **contract)
    at("2017-09-01")
    w.record("recycled", "D", "2017-09-01", loop="open")
    at("2018-01-01")
    w.record(
        "taken_on",
        None,
        "2015-03-01",
        tag="OLD",
        kind="desktop",
        status="donated",
        outcome="donated",
        partner="remakery",
        key="old",
    )
    w.record(
        "taken_on",
        None,
        "2016-05-05",
        tag="OLD2",
        kind="desktop",
        status="donated",
        outcome="donated",
        partner="remakery",
        department="HCA",
    )
    w.record(
        "taken_on", None, "2017-01-15", tag="M", kind="monitor", status="donated", outcome="donated", partner="remakery"
    )
    w.record("taken_on", None, "2017-01-20", tag="U", status="donated", outcome="donated", partner="remakery")
    redeploy("E", "2018-07-01")
    at("2018-08-15")
    w.correct("E", "re-E")
    w.record("received", None, "2018-01-01", tag="F", kind="laptop")
    w.record("merged", "F", "2018-08-15", into="A")
    w.used_machine("G", at="2016-01-10")
    w.record("reported_missing", "G", "2018-01-02")
    w.record("written_off", "G", "2018-02-02", cause="theft")
    w.clean_machine("L", returned="2018-03-03", at="2016-01-10")
    w.record("returned_to_lessor", "L", "2018-03-03", lessor="lessor")
    w.clean_machine("S", returned="2018-04-04", at="2016-01-10", department="HCA")
    w.record("sold", "S", "2018-04-04", buyer="buyer")
    w.used_machine("I", at="2016-01-10")
    w.record("repaired", "I", "2017-05-05", work="new fan")
    w.used_machine("R", at="2016-01-10", department="HCA")
    w.record("returned", "R", "2018-08-01")
    w.now = datetime(2018, 9, 1, 9, tzinfo=UTC)
    return world
