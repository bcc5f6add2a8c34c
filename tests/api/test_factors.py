"""The sets of factors by the API: what is shipped, what was brought in, and what is in force."""

from datetime import UTC, datetime
from typing import Any

from inventory.db import transaction
from inventory.footprint.factors import shipped
from inventory.footprint.service import record_sets
from tests.api.conftest import told
from tests.conftest import World
from tests.footprint.test_importing import CLASSES


def test_every_set_is_told_with_its_values_and_the_file_it_came_in(api: Any, world: World) -> None:
    calls = api("viewer")
    found = told(calls.get("/factors"))["sets"]
    assert {each["key"] for each in found} == {each.key for each in shipped()}
    assert all(each["in_force"] and each["sha256"] is None and each["licence"] for each in found)
    world.session.commit()
    with transaction(world.session) as session:
        record_sets(session, [CLASSES], "a" * 64, world.recorder(now=datetime(2026, 11, 1, tzinfo=UTC)))
    found = told(calls.get("/factors"))["sets"]
    ours = found[0]
    assert (ours["key"], ours["in_force"], ours["sha256"]) == ("ours-1", True, "a" * 64)
    assert ours["known_from"] == "2026-11-01T00:00:00+00:00"
    assert ours["values"]["laptop"]["embodied_kg"] == [1, 2, 3]
    assert [each["in_force"] for each in found if each["subject"] == "class_footprint"] == [True, False]


def test_the_factors_take_no_parameters(api: Any) -> None:
    assert api("viewer").get("/factors", subject="conversion").status_code == 422
