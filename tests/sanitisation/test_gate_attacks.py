"""Ways around the gate that somebody might find by chance or on purpose, and that are shut."""

import re
from datetime import date
from typing import Any

import pytest

from inventory.config import Settings
from inventory.errors import BatchRefused, GuardRefused, InventoryError, RuleRefused
from inventory.lifecycle.requests import EventRequest
from inventory.lifecycle.service import record_events
from tests.conftest import World

CONTRACT = {"unsanitised_under_contract": True, "certified_destruction_contract": "C-1"}


def back(world: World, tag: str = "ED-1", returned: str = "2018-02-01") -> str:
    """A used laptop with one drive that was not wiped, back at the hub."""
    world.used_machine(tag)
    world.record("returned", tag, returned)
    return tag


def wipe(world: World, tag: str, at: str, **more: Any) -> Any:
    drives = [{"uid": world.drive_of(tag), "method": "purge", **more}]
    return world.record("sanitised", tag, at, drives=drives)


def refused(act: Any, words: str) -> InventoryError:
    with pytest.raises(InventoryError) as caught:
        act()
    found = caught.value
    if isinstance(found, BatchRefused):
        found = found.refusals[0][1]
    assert re.search(words, found.message), found.message
    return found


def test_one_wipe_does_not_serve_two_reassignments(world: World) -> None:
    world.used_machine("ED-1")
    wipe(world, "ED-1", "2018-03-01", confirmed_after_use=True)
    world.record("reassigned", "ED-1", "2018-03-02", department="HCA")
    error = refused(lambda: world.record("reassigned", "ED-1", "2018-05-01", department="INF"), "drive D-ED-1")
    assert isinstance(error, GuardRefused)
    wipe(world, "ED-1", "2018-05-02", confirmed_after_use=True)
    assert world.record("reassigned", "ED-1", "2018-05-03", department="INF").outcome == "recorded"


def test_the_word_that_a_wipe_came_after_the_use_does_not_outlive_the_next_use(world: World) -> None:
    """Everything on one day: the wipe was confirmed before the machine was used once more."""
    world.clean_machine("ED-1", returned="2018-02-01")
    world.record("redeployed", "ED-1", "2018-02-01", custodian="ada")
    world.record("returned", "ED-1", "2018-02-01")
    world.record("inspected", "ED-1", "2018-02-01", functional="working", cosmetic="B")
    refused(lambda: world.record("passed_for_reuse", "ED-1", "2018-02-01"), "bear the same date")


def test_first_use_with_a_drive_from_elsewhere_waits_for_its_wipe(world: World) -> None:
    world.record("received", None, "2018-01-01", tag="ED-2", kind="laptop")
    world.record("part_fitted", "ED-2", "2018-01-02", serial="OLD", came="from_elsewhere")
    refused(lambda: world.record("deployed", "ED-2", "2018-01-03", department="INF"), "drive OLD has no accepted wipe")
    wipe(world, "ED-2", "2018-01-03")
    assert world.record("deployed", "ED-2", "2018-01-04", department="INF").status == "in_use"


def test_a_drive_that_was_in_another_machine_is_not_new(world: World) -> None:
    back(world)
    uid = world.drive_of("ED-1")
    world.record("part_removed", "ED-1", "2018-02-02", uid=uid)
    world.record("received", None, "2018-01-01", tag="ED-2", kind="laptop")
    fit = {"uid": uid, "serial": "D-ED-1"}
    refused(lambda: world.record("part_fitted", "ED-2", "2018-02-03", came="new", **fit), "so it is not new")
    world.record("part_fitted", "ED-2", "2018-02-03", came="found_inside", **fit)
    refused(lambda: world.record("returned_to_lessor", "ED-2", "2018-02-04", lessor="lessor"), "D-ED-1 has no accepted")


def test_a_drive_of_unknown_serial_that_was_in_another_machine_is_not_new(world: World) -> None:
    world.record(
        "registered", None, "2018-01-01", tag="ED-1", kind="laptop", status="returned", drives=[{"medium": "hdd"}]
    )
    uid = world.drive_of("ED-1")
    world.record("part_removed", "ED-1", "2018-02-02", uid=uid)
    world.record("received", None, "2018-01-01", tag="ED-2", kind="laptop")
    world.record("part_fitted", "ED-2", "2018-02-03", came="new", uid=uid)
    refused(lambda: world.record("deployed", "ED-2", "2018-02-04", department="INF"), "no accepted wipe")


def test_a_drive_whose_serial_is_on_record_is_not_new(world: World) -> None:
    back(world)
    refused(
        lambda: world.record("part_fitted", "ED-1", "2018-02-02", serial="D-ED-1", came="from_elsewhere"),
        "already on record in it",
    )
    world.record("part_removed", "ED-1", "2018-02-02", uid=world.drive_of("ED-1"))
    world.clean_machine("ED-2", returned="2018-02-02")
    refused(
        lambda: world.record("part_fitted", "ED-2", "2018-02-03", serial="D-ED-1", came="new"),
        "a drive with the serial D-ED-1 is on record already, so it is not new",
    )
    assert world.record("part_fitted", "ED-2", "2018-02-03", serial="D-ED-1", came="from_elsewhere").outcome


@pytest.mark.parametrize("kind", ["received", "ordered"])
def test_a_new_record_does_not_bring_a_drive_that_is_another_machines(world: World, kind: str) -> None:
    back(world)
    uid = world.drive_of("ED-1")
    refused(
        lambda: world.record(kind, None, "2018-02-02", tag="ED-2", kind="laptop", drives=[{"uid": uid}]),
        "is on record in ED-1",
    )
    world.record("part_removed", "ED-1", "2018-02-02", uid=uid)
    world.record(kind, None, "2018-02-03", tag="ED-2", kind="laptop", drives=[{"uid": uid, "serial": "D-ED-1"}])
    if kind == "ordered":
        world.record("received", "ED-2", "2018-02-04")
    refused(lambda: world.record("deployed", "ED-2", "2018-02-05", department="INF"), "D-ED-1 has no accepted wipe")


def test_a_receipt_that_is_mended_twice_keeps_its_new_drive_new(world: World) -> None:
    first = world.record("received", None, "2018-01-01", tag="ED-2", kind="laptop", drives=[{"serial": "S"}])
    uid = world.drive_of("ED-2")
    voids = first.key
    for day in ("2018-01-02", "2018-01-03"):
        again = world.request("received", None, day_of(day), tag="ED-2", kind="laptop",
                              drives=[{"uid": uid, "serial": "S"}])  # fmt: skip
        world.correct("ED-2", voids, again)
        voids = again.key
    assert world.record("deployed", "ED-2", "2018-01-05", department="INF").status == "in_use"


def day_of(text: str) -> Any:
    return date.fromisoformat(text)


def test_a_replacement_opens_nothing_that_the_line_in_its_place_did_not(world: World) -> None:
    world.clean_machine("ED-1", returned="2018-02-01")
    reserved = world.record("reserved", "ED-1", "2018-02-05")
    wiped = next(line for line in lines(world, "ED-1") if line.kind == "sanitised")
    world.correct("ED-1", wiped.key)
    replacement = world.request("donated", None, day_of("2018-02-05"), partner="remakery")
    error = refused(lambda: world.correct("ED-1", reserved.key, replacement), "no accepted wipe")
    assert "ED-1" in str(error)


def test_the_partner_of_a_donation_can_be_mended_even_after_its_evidence_fell(world: World) -> None:
    world.clean_machine("ED-1", returned="2018-02-01")
    given = world.record("donated", "ED-1", "2018-02-05", partner="remakery")
    wiped = next(line for line in lines(world, "ED-1") if line.kind == "sanitised")
    world.correct("ED-1", wiped.key)
    mended = world.request("donated", None, day_of("2018-02-05"), partner="remakery", reference="R-2")
    assert world.correct("ED-1", given.key, mended)[-1].status == "donated"


def test_the_reason_for_unwiped_drives_is_not_corrected_away(world: World) -> None:
    world.used_machine("ED-1")
    moved = world.record(
        "reassigned", "ED-1", "2018-03-02", department="HCA", reason="same team", drives_not_wiped=True
    )
    bare = world.request("reassigned", None, day_of("2018-03-02"), department="HCA")
    refused(lambda: world.correct("ED-1", moved.key, bare), "give the reason")
    told = world.request("reassigned", None, day_of("2018-03-02"), department="INF", reason="x", drives_not_wiped=True)
    assert world.correct("ED-1", moved.key, told)[-1].outcome == "recorded"


def test_the_reason_for_waste_is_not_corrected_away(world: World) -> None:
    world.clean_machine("ED-1", returned="2018-02-01")
    waste = world.record("declared_waste", "ED-1", "2018-02-02", reason="nobody wants it")
    bare = world.request("declared_waste", None, day_of("2018-02-02"))
    refused(lambda: world.correct("ED-1", waste.key, bare), "give the reason")
    told = world.request("declared_waste", None, day_of("2018-02-02"), reason="hinge broke")
    assert world.correct("ED-1", waste.key, told)[-1].status == "awaiting_collection"


def test_an_older_record_is_not_moved_past_the_go_live_by_a_correction(world: World) -> None:
    world.settings = Settings(**{**vars(world.settings), "go_live": day_of("2018-01-01")})
    old = {"tag": "OLD", "kind": "desktop", "status": "donated", "outcome": "donated", "partner": "remakery"}
    first = world.record("taken_on", None, "2017-01-01", **old)
    late = world.request("taken_on", None, day_of("2018-06-01"), **old)
    refused(lambda: world.correct("OLD", first.key, late), "went live")
    early = world.request("taken_on", None, day_of("2017-06-01"), **old)
    assert world.correct("OLD", first.key, early)[-1].status == "donated"


def test_a_drive_is_not_merged_away(world: World) -> None:
    back(world, "ED-1")
    world.used_machine("ED-2")
    world.record("returned", "ED-2", "2018-02-01")
    refused(
        lambda: world.record("merged", "ED-1", "2018-02-03", into="ED-2"),
        "drive D-ED-1 is not clean and not on record in ED-2",
    )
    world.record("part_removed", "ED-1", "2018-02-03", uid=world.drive_of("ED-1"))
    assert world.record("merged", "ED-1", "2018-02-04", into="ED-2").status == "withdrawn"


def test_a_use_is_not_merged_away(world: World) -> None:
    world.record("received", None, "2018-01-01", tag="NEW", kind="laptop")
    world.record("received", None, "2016-01-01", tag="ED-1", kind="laptop")
    world.record("deployed", "ED-1", "2016-02-01", department="INF")
    refused(lambda: world.record("merged", "ED-1", "2018-02-03", into="NEW"), "was used and NEW never was")
    assert world.record("merged", "NEW", "2018-02-03", into="ED-1").status == "withdrawn"


def test_a_later_use_is_not_merged_away(world: World) -> None:
    """Both records tell of one drive; the duplicate tells of a use after the wipe."""
    world.record("registered", None, "2016-01-01", tag="ED-1", kind="laptop", status="in_use", drives=[{"serial": "S"}])
    world.record("returned", "ED-1", "2017-01-01")
    wipe(world, "ED-1", "2017-01-02")
    world.record("registered", None, "2016-01-01", tag="ED-2", kind="laptop", status="in_use", drives=[{"serial": "s"}])
    refused(lambda: world.record("merged", "ED-2", "2018-02-03", into="ED-1"), "is in use by its own record")
    world.record("returned", "ED-2", "2018-01-01")
    refused(lambda: world.record("merged", "ED-2", "2018-02-03", into="ED-1"), "last in use until 1 Jan 2018")
    assert world.record("merged", "ED-1", "2018-02-03", into="ED-2").status == "withdrawn"


def test_a_failed_wipe_is_not_merged_away(world: World) -> None:
    for tag in ("ED-1", "ED-2"):
        world.record("registered", None, "2017-01-01", tag=tag, kind="laptop", status="returned",
                     drives=[{"serial": "S"}])  # fmt: skip
    wipe(world, "ED-1", "2017-01-02")
    world.record("sanitisation_failed", "ED-2", "2017-01-03", drives=[{"uid": world.drive_of("ED-2")}])
    refused(lambda: world.record("merged", "ED-2", "2018-02-03", into="ED-1"), "wipe of its drive S failed")


def test_a_machine_that_was_lost_before_its_first_use_needs_clean_drives_too(world: World) -> None:
    world.record("received", None, "2018-01-01", tag="ED-2", kind="laptop", drives=[{"serial": "S"}])
    world.record("reported_missing", "ED-2", "2018-01-02")
    world.record("found", "ED-2", "2018-06-02")
    refused(lambda: world.record("returned_to_lessor", "ED-2", "2018-06-03", lessor="lessor"), "drive S")
    refused(lambda: world.record("deployed", "ED-2", "2018-06-03", department="INF"), "drive S")
    wipe(world, "ED-2", "2018-06-04")
    assert world.record("deployed", "ED-2", "2018-06-05", department="INF").status == "in_use"


def test_no_drive_fitted_holds_only_until_the_next_person_has_the_machine(world: World) -> None:
    world.record("registered", None, "2017-01-01", tag="ED-1", kind="thin_client", status="returned")
    world.record("inspected", "ED-1", "2017-01-02", functional="working", cosmetic="B", no_drive_fitted=True)
    world.record("passed_for_reuse", "ED-1", "2017-01-02")
    world.record("redeployed", "ED-1", "2017-01-03", department="INF")
    refused(lambda: world.record("reassigned", "ED-1", "2018-01-03", department="HCA"), "none is on record")


def test_no_drive_fitted_is_not_said_of_a_machine_with_a_drive_on_record(world: World) -> None:
    back(world)
    said = {"functional": "working", "cosmetic": "B", "no_drive_fitted": True}
    refused(lambda: world.record("inspected", "ED-1", "2018-02-02", **said), "drive D-ED-1 is on record in it")
    world.record("part_removed", "ED-1", "2018-02-02", uid=world.drive_of("ED-1"))
    world.record("inspected", "ED-1", "2018-02-02", **said)
    assert world.record("passed_for_reuse", "ED-1", "2018-02-02").status == "ready_for_reuse"


def test_a_computer_is_not_called_a_monitor_to_get_past(world: World) -> None:
    world.record("registered", None, "2017-01-01", tag="ED-1", kind="laptop", status="returned")
    world.record("inspected", "ED-1", "2017-01-02", functional="working", cosmetic="B")
    world.record("amended", "ED-1", "2017-01-03", kind="monitor")
    refused(lambda: world.record("passed_for_reuse", "ED-1", "2017-01-03"), "none is on record")
    world.record("registered", None, "2017-01-01", tag="ED-2", status="returned")
    world.record("inspected", "ED-2", "2017-01-02", functional="working", cosmetic="B")
    world.record("amended", "ED-2", "2017-01-03", kind="monitor")
    assert world.record("passed_for_reuse", "ED-2", "2017-01-03").status == "ready_for_reuse"


def test_a_failed_wipe_blocks_by_its_date_wherever_a_correction_put_it(world: World) -> None:
    back(world)
    uid = world.drive_of("ED-1")
    failed = world.record("sanitisation_failed", "ED-1", "2018-02-03", drives=[{"uid": uid}])
    wipe(world, "ED-1", "2018-02-05")
    world.record("inspected", "ED-1", "2018-02-06", functional="working", cosmetic="B")
    late = world.request("sanitisation_failed", None, day_of("2018-02-07"), drives=[{"uid": uid}])
    world.correct("ED-1", failed.key, late)
    refused(lambda: world.record("passed_for_reuse", "ED-1", "2018-02-08"), "failed on 7 Feb 2018")


def test_a_correction_does_not_stand_without_the_replacement_it_came_with(world: World) -> None:
    """A batch that takes what it can: the replacement is refused, so the line it would replace stays."""
    back(world)
    returned = next(line for line in lines(world, "ED-1") if line.kind == "returned")
    requests = [
        EventRequest("corrected", "c1", "ED-1", None, {"reason": "slip"}, voids=returned.key),
        EventRequest("returned", "c2", "ED-1", day_of("2018-02-01"), {"second_life": "served"}, replaces=returned.key),
        world.request("inspected", "ED-1", day_of("2018-02-02"), functional="working", cosmetic="B"),
    ]
    results = world.batch(requests, all_or_none=False)
    assert [each.outcome for each in results] == ["refused", "refused", "recorded"]
    assert "second life" in str(results[0].refusal)
    assert [line.kind for line in lines(world, "ED-1")] == ["received", "deployed", "returned", "inspected"]


def test_several_lines_of_one_machine_in_a_batch_are_each_judged_after_the_one_before(world: World) -> None:
    back(world)
    steps = [
        world.request("inspected", "ED-1", day_of("2018-02-02"), functional="working", cosmetic="B"),
        world.request("passed_for_reuse", "ED-1", day_of("2018-02-02")),
        world.request("donated", "ED-1", day_of("2018-02-02"), partner="remakery"),
    ]
    results = world.batch(steps, all_or_none=False)
    assert [each.outcome for each in results] == ["recorded", "refused", "refused"]
    assert isinstance(results[2].refusal, RuleRefused)


def lines(world: World, tag: str) -> list[Any]:
    from sqlalchemy import select

    from inventory.lifecycle.models import LifecycleEvent
    from inventory.register.models import Asset

    statement = select(LifecycleEvent).join(Asset).where(Asset.tag == tag).order_by(LifecycleEvent.sequence)
    found = list(world.session.scalars(statement))
    world.session.commit()
    return found


def test_record_events_is_the_one_that_is_attacked(world: World) -> None:
    """A script that calls the writer itself meets the same gate."""
    back(world)
    world.record("declared_waste", "ED-1", "2018-02-02")
    request = EventRequest("collected", "x", "ED-1", day_of("2018-02-03"), {"facility": "weee", "expected": "recycled"})
    with pytest.raises(GuardRefused):
        record_events(world.session, [request], world.recorder())
    world.session.rollback()
    open_ = EventRequest("collected", "y", "ED-1", day_of("2018-02-03"),
                         {"facility": "weee", "expected": "recycled"} | CONTRACT)  # fmt: skip
    assert record_events(world.session, [open_], world.recorder())[0].status == "with_contractor"
    world.session.rollback()


def test_a_new_drive_that_was_fitted_during_a_use_was_used(world: World) -> None:
    world.record("received", None, "2018-01-01", tag="ED-2", kind="laptop")
    world.record("deployed", "ED-2", "2018-01-02", department="INF")
    world.record("part_fitted", "ED-2", "2018-01-05", serial="NEW", came="new")
    refused(
        lambda: world.record("reassigned", "ED-2", "2018-01-09", department="HCA"), "drive NEW has no accepted wipe"
    )
    world.record("returned", "ED-2", "2018-01-05")
    world.record("inspected", "ED-2", "2018-01-09", functional="working", cosmetic="B")
    refused(lambda: world.record("passed_for_reuse", "ED-2", "2018-01-09"), "drive NEW has no accepted wipe")


def test_a_machine_does_not_change_hands_by_an_amendment(world: World) -> None:
    from inventory.register.models import Party

    world.session.add(Party(uid="bob", role="custodian", name="Bob"))
    world.session.commit()
    world.used_machine("ED-1")
    refused(lambda: world.record("amended", "ED-1", "2018-03-01", custodian="bob"), "record it as reassigned")
    assert world.record("amended", "ED-1", "2018-03-01", custodian="ada", department="HCA").outcome == "recorded"
    world.record("amended", "ED-1", "2018-03-01", forget="custodian")
    # Who has it was not known: to learn it is no change.
    assert world.record("amended", "ED-1", "2018-03-01", custodian="bob").outcome == "recorded"
