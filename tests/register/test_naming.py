"""What a typed name may stand for."""

import pytest

from inventory.register.naming import find_named
from tests.conftest import World


@pytest.mark.parametrize("kind", ["party", "department", "location"])
@pytest.mark.parametrize("text", ["\x00", "ada\x00", "\ud800"])
def test_a_text_that_no_database_can_hold_names_nothing(world: World, kind: str, text: str) -> None:
    assert find_named(world.session, kind, None, text) == []


def test_a_code_a_name_and_a_part_of_it_name_the_same(world: World) -> None:
    for text in ("remakery", "Northside Remakery", "northside"):
        assert [each.code for each in find_named(world.session, "party", "partner", text)] == ["remakery"]
