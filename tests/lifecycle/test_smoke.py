"""First lines through the one writer."""

import pytest

from inventory.errors import GuardRefused
from inventory.lifecycle.upkeep import check_projections, rebuild, verify
from tests.conftest import World


def test_a_machine_lives_from_receipt_to_donation_and_every_projection_agrees(world: World) -> None:
    tag = world.clean_machine("ED-1")
    result = world.record("donated", tag, "2018-03-01", partner="remakery")
    assert result.status == "donated"
    assert verify(world.session) == (7, [])
    assert check_projections(world.session, world.settings) == []
    rebuild(world.session, world.settings)
    assert check_projections(world.session, world.settings) == []


def test_a_machine_with_an_unwiped_drive_is_not_donated(world: World) -> None:
    world.used_machine("ED-2")
    world.record("returned", "ED-2", "2018-02-01")
    world.record("inspected", "ED-2", "2018-02-02", functional="working", cosmetic="B")
    with pytest.raises(GuardRefused, match="drive D-ED-2 has no accepted wipe"):
        world.record("passed_for_reuse", "ED-2", "2018-02-03")


def test_a_voided_donation_counts_no_more_and_a_replacement_takes_its_place(world: World) -> None:
    tag = world.clean_machine("ED-3")
    world.record("donated", tag, "2018-03-01", key="gift", partner="remakery")
    world.later(hours=1)
    results = world.correct(tag, "gift", world.request("redeployed", tag, None, custodian="ada"))
    assert [each.outcome for each in results] == ["recorded", "recorded"]
    assert results[-1].status == "in_use"
    assert check_projections(world.session, world.settings) == []
    assert verify(world.session)[1] == []
