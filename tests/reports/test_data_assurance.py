"""Data assurance, told by hand: every exception, both cuts, and what closes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from inventory.config import Settings
from inventory.errors import NotFound, RuleRefused
from inventory.reports._base import Figure, members_of, run
from inventory.reports._query import Query
from inventory.reports.data_assurance import MOST_REASONS
from tests.conftest import World, statements
from tests.reports.test_figures import tags

CONTRACT = {"unsanitised_under_contract": True, "certified_destruction_contract": "C-1"}


def counts(world: World, query: Query | None = None) -> dict[str, int]:
    """Cells that are not zero."""
    report = run("data_assurance", world.session, query or Query(), world.settings)
    found = {row["machines"].cell: row["machines"].value for row in report.rows}
    return {cell: value for cell, value in found.items() if value}


def wipe(world: World, tag: str, at: str, **more: Any) -> str:
    drives = [{"uid": world.drive_of(tag), "method": "purge", "confirmed_after_use": True}]
    return world.record("sanitised", tag, at, drives=drives, **more).key


def at(world: World, day: str) -> None:
    world.now = datetime.fromisoformat(day).replace(hour=17, tzinfo=UTC)


def test_clean_machines_are_in_no_row(world: World) -> None:
    world.clean_machine("ED-1")
    world.record("donated", "ED-1", "2018-03-01", partner="remakery")
    world.record("registered", None, "2018-01-01", tag="M", kind="monitor", status="returned")
    assert counts(world) == {}


def test_a_contract_stays_open_until_every_drives_certificate_is_in(world: World) -> None:
    world.used_machine("ED-1")
    world.record("returned", "ED-1", "2018-02-01")
    world.record("part_fitted", "ED-1", "2018-02-01", serial="SECOND", came="found_inside")
    world.record("declared_waste", "ED-1", "2018-02-02")
    world.record("collected", "ED-1", "2018-02-10", facility="weee", expected="recycled", **CONTRACT)
    assert counts(world) == {"contract_open": 1, "all": 1}
    from inventory.register.models import Part

    first, second = sorted(uid for (uid,) in world.session.query(Part.uid))
    world.session.commit()
    world.record("sanitised", "ED-1", "2018-03-01", drives=[{"uid": first, "method": "destroy"}])
    assert counts(world) == {"contract_open": 1, "all": 1}
    world.record("sanitised", "ED-1", "2018-04-01", drives=[{"uid": second, "method": "destroy"}])
    assert counts(world) == {"contract_closed": 1, "all": 1}
    assert counts(world, Query(to=date(2018, 3, 31))) == {"contract_open": 1, "all": 1}
    assert counts(world, Query(to=date(2018, 2, 9))) == {}


def test_a_contract_for_a_machine_of_which_no_drive_is_on_record_cannot_be_closed(world: World) -> None:
    world.record("registered", None, "2018-01-01", tag="ED-2", kind="laptop", status="returned")
    world.record("declared_waste", "ED-2", "2018-02-02")
    world.record("collected", "ED-2", "2018-02-10", facility="weee", expected="recycled", **CONTRACT)
    world.record("recycled", "ED-2", "2018-02-20", loop="open")
    assert counts(world) == {"contract_open": 1, "all": 1}


def test_a_contract_that_was_not_needed_is_no_finding(world: World) -> None:
    world.used_machine("ED-1")
    world.record("returned", "ED-1", "2018-02-01")
    wipe(world, "ED-1", "2018-02-02")
    world.record("declared_waste", "ED-1", "2018-02-02")
    world.record("collected", "ED-1", "2018-02-10", facility="weee", expected="recycled", **CONTRACT)
    assert counts(world) == {}


def test_a_reasoned_reassignment_is_listed_and_one_that_a_setting_allows(world: World) -> None:
    world.used_machine("ED-1")
    world.record("reassigned", "ED-1", "2018-02-01", department="HCA", reason="same team", drives_not_wiped=True)
    assert counts(world) == {"reassigned": 1, "all": 1}
    world.settings = Settings(**{**vars(world.settings), "reassign_needs_clean_drives": False})
    world.used_machine("ED-2")
    world.record("reassigned", "ED-2", "2018-02-01", department="HCA")
    assert counts(world) == {"reassigned": 2, "all": 2}
    notes = run("data_assurance", world.session, Query(), world.settings).notes
    assert any("REASSIGN_NEEDS_CLEAN_DRIVES" in note for note in notes)


def test_a_correction_that_takes_away_the_evidence_opens_an_incident_and_its_mending_closes_it(world: World) -> None:
    world.used_machine("ED-1")
    world.record("returned", "ED-1", "2018-02-01")
    proof = wipe(world, "ED-1", "2018-02-02")
    world.record("inspected", "ED-1", "2018-02-02", functional="working", cosmetic="B")
    world.record("passed_for_reuse", "ED-1", "2018-02-02")
    world.record("donated", "ED-1", "2018-03-01", partner="remakery", key="gift")
    known = world.now
    world.later(days=1)
    voided = world.correct("ED-1", proof)
    assert voided[0].status == "donated", "a correction is checked against the table, not the guards"
    assert counts(world) == {"incident": 1, "all": 1}
    assert tags(world, "data_assurance", "incident") == ["ED-1"]
    # As it was known before, nothing was wrong.
    assert counts(world, Query(as_at=known)) == {}
    found = members_of("data_assurance", "incident", world.session, Query(), world.settings)
    assert [key for _, key in found.rows] == ["gift"], "the line by which it left"


def test_a_drive_that_is_told_of_late_opens_an_incident(world: World) -> None:
    world.clean_machine("ED-1", returned="2018-02-01")
    world.record("donated", "ED-1", "2018-03-01", partner="remakery")
    world.record("part_fitted", "ED-1", "2018-02-01", serial="HIDDEN", came="found_inside", key="late")
    assert counts(world) == {"incident": 1, "all": 1}
    world.record("returned", "ED-1", "2018-04-01", second_life="served")
    assert counts(world) == {"incident": 1, "all": 1}


def test_older_records_are_parted_by_their_evidence(world: World) -> None:
    old = {"kind": "desktop", "status": "donated", "outcome": "donated", "partner": "remakery"}
    world.record("taken_on", None, "2016-01-01", tag="O-1", **old)
    world.record("taken_on", None, "2016-01-01", tag="O-2", evidence="certificate", **old)
    world.record("taken_on", None, "2016-01-01", tag="O-3", **old | {"kind": "monitor"})
    world.record("taken_on", None, "2016-01-01", tag="O-4", kind="laptop", status="returned")
    world.record("taken_on", None, "2016-01-01", tag="O-5", kind="laptop", status="in_use", outcome="redeployed")
    assert counts(world) == {"older_without_evidence": 2, "older_with_evidence": 1, "all": 3}
    assert tags(world, "data_assurance", "older_without_evidence") == ["O-1", "O-5"]


def test_a_drive_that_was_on_record_and_was_not_found_is_asked_after(world: World) -> None:
    world.used_machine("ED-1")
    world.record("returned", "ED-1", "2018-02-01")
    world.record("part_removed", "ED-1", "2018-02-01", uid=world.drive_of("ED-1"))
    said = {"functional": "working", "cosmetic": "B", "no_drive_fitted": True, "no_drive_seen": "opened"}
    world.record("inspected", "ED-1", "2018-02-02", **said)
    world.record("registered", None, "2018-01-01", tag="ED-2", kind="laptop", status="returned")
    world.record("inspected", "ED-2", "2018-02-02", **said)
    assert counts(world) == {"no_drive": 1}
    assert tags(world, "data_assurance", "no_drive") == ["ED-1"]


def test_departures_below_the_advice_are_split_by_their_reasons(world: World) -> None:
    fine = {"functional": "working", "cosmetic": "B"}
    for number, reason in enumerate(["no taker", "No  taker", "hinge broke"]):
        tag = f"ED-{number}"
        world.used_machine(tag)
        world.record("returned", tag, "2018-02-01")
        world.record("inspected", tag, "2018-02-02", **fine, advised_route="donate")
        world.record("declared_waste", tag, "2018-02-03", reason=reason)
    world.used_machine("ED-8")
    world.record("returned", "ED-8", "2018-02-01")
    world.record(
        "inspected", "ED-8", "2018-02-02", **fine, computed_route="donate", advised_route="recycle", reason="wet"
    )
    world.record("declared_waste", "ED-8", "2018-02-03")
    world.used_machine("ED-9")
    world.record("returned", "ED-9", "2018-02-01")
    world.record("inspected", "ED-9", "2018-02-02", **fine, advised_route="recycle")
    world.record("declared_waste", "ED-9", "2018-02-03", reason="worn out")
    report = run("data_assurance", world.session, Query(), world.settings)
    told = {row["what"]: row["machines"].value for row in report.rows if row["machines"].value}
    assert told == {
        "Went below the advised route": 4,
        "… because: No taker": 2,
        "… because: hinge broke": 1,
        "… because: wet": 1,
    }


@pytest.mark.parametrize(
    ("kind", "more"),
    [("dismantled", {}), ("given_for_preparation", {"partner": "remakery"} | CONTRACT), ("declared_waste", {})],
)
def test_every_way_below_the_advice_asks_for_a_reason_once_and_shows_it(
    world: World, kind: str, more: dict[str, Any]
) -> None:
    world.used_machine("ED-1")
    world.record("returned", "ED-1", "2018-02-01")
    world.record("inspected", "ED-1", "2018-02-02", functional="working", cosmetic="B", computed_route="redeploy")
    with pytest.raises(RuleRefused, match="give the reason"):
        world.record(kind, "ED-1", "2018-02-03", **more)
    world.record(kind, "ED-1", "2018-02-03", reason="parts wanted", **more)
    if kind == "dismantled":
        world.record("declared_waste", "ED-1", "2018-02-04")
    if kind == "declared_waste":
        world.record("given_for_preparation", "ED-1", "2018-02-04", partner="remakery", **CONTRACT)
    report = run("data_assurance", world.session, Query(), world.settings)
    told = {row["what"]: row["machines"].value for row in report.rows if row["machines"].value}
    assert told["Went below the advised route"] == 1
    assert told["… because: parts wanted"] == 1


def test_a_reason_that_was_erased_is_told_as_such(world: World) -> None:
    from inventory.db import transaction
    from inventory.lifecycle.service import erase_personal

    world.clean_machine("ED-1")
    world.record("declared_waste", "ED-1", "2018-03-01", reason="Ada wanted it gone", key="gone")
    with transaction(world.session):
        erase_personal(world.session, "gone")
    report = run("data_assurance", world.session, Query(), world.settings)
    assert "… without a reason that can still be read" in [row["what"] for row in report.rows]


def test_many_reasons_are_told_together(world: World) -> None:
    for number in range(MOST_REASONS + 2):
        tag = f"ED-{number}"
        world.clean_machine(tag)
        world.record("declared_waste", tag, "2018-03-01", reason=f"reason {number}")
    report = run("data_assurance", world.session, Query(), world.settings)
    assert len([row for row in report.rows if row["what"].startswith("…")]) == MOST_REASONS
    assert any("2 more reasons" in note for note in report.notes)


def test_periods_departments_and_kinds_are_those_of_the_line(world: World) -> None:
    world.used_machine("ED-1", department="INF")
    world.record("reassigned", "ED-1", "2018-02-01", department="HCA", reason="x", drives_not_wiped=True)
    for query, found in (
        (Query(department="CSE"), 1),
        (Query(department="HCA"), 0),
        (Query(department="-"), 0),
        (Query(kind=("laptop",)), 1),
        (Query(kind=("desktop",)), 0),
        (Query(start=date(2018, 2, 1), to=date(2018, 2, 1)), 1),
        (Query(start=date(2018, 2, 2)), 0),
        (Query(year=2017), 1),
        (Query(year=2018), 0),
    ):
        assert counts(world, query).get("reassigned", 0) == found, query


def test_a_merged_record_goes_on_telling_what_happened(world: World) -> None:
    world.used_machine("ED-1")
    world.record("reassigned", "ED-1", "2018-02-01", department="HCA", reason="x", drives_not_wiped=True)
    world.record("registered", None, "2016-01-10", tag="ED-2", kind="laptop", status="in_use",
                 drives=[{"serial": "D-ED-1"}])  # fmt: skip
    world.record("merged", "ED-1", "2018-03-01", into="ED-2")
    assert counts(world) == {"reassigned": 1, "all": 1}


def test_a_record_that_was_entered_in_error_tells_nothing(world: World) -> None:
    first = world.record("taken_on", None, "2016-01-01", tag="O-1", kind="desktop", status="donated",
                         outcome="donated", partner="remakery")  # fmt: skip
    world.correct("O-1", first.key)
    assert counts(world) == {}


def test_a_cell_that_does_not_exist_is_not_found(world: World) -> None:
    for cell in ("nonsense", "below.nonsense", "contract"):
        with pytest.raises(NotFound):
            members_of("data_assurance", cell, world.session, Query(), world.settings)


def test_the_report_takes_few_statements_however_many_machines(world: World) -> None:
    for number in range(5):
        world.used_machine(f"ED-{number}")
        world.record("reassigned", f"ED-{number}", "2018-02-01", department="HCA", reason="x", drives_not_wiped=True)
    with statements(world.session.get_bind()) as sent:
        found = run("data_assurance", world.session, replace(Query(), to=date(2018, 3, 1)), world.settings)
    assert isinstance(found.rows[0]["machines"], Figure)
    assert len(sent) <= 4, sent
