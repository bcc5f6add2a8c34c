"""Which tags are on record, whatever is asked for."""

import pytest

from inventory.register.issuing import tags_on_record
from tests.conftest import World


@pytest.mark.parametrize("nothing", ["X\x00Y", "half \ud800 a pair", "", "NOBODY"])
def test_a_tag_that_no_database_can_hold_is_no_machines(world: World, nothing: str) -> None:
    world.used_machine("ED-1")
    assert tags_on_record(world.session, [nothing, "ED-1"]) == {"ED-1": "ED-1"}
