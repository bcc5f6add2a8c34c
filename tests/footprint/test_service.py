"""Sets brought in: once however often they are sent, never changed, by those who may, in force from that moment."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from inventory.db import transaction
from inventory.errors import KeyConflict, NotAllowed, ValidationRefused
from inventory.footprint.models import FactorSet
from inventory.footprint.queries import factor_book, listed_sets
from inventory.footprint.service import Recorded, record_sets
from tests.conftest import World
from tests.footprint.test_importing import CLASSES

SHA, OTHER = "a" * 64, "b" * 64


def bring(world: World, *sets: dict[str, Any], sha: str = SHA, **who: Any) -> list[Recorded]:
    world.session.commit()
    with transaction(world.session) as session:
        return record_sets(session, sets, sha, world.recorder(**who))


def test_a_set_is_in_force_from_the_moment_it_came_and_not_before(world: World) -> None:
    before = world.now - timedelta(days=1)
    assert bring(world, CLASSES) == [Recorded("ours-1", "Ours", 1, "recorded")]
    now = factor_book(world.session).of_class("laptop")
    then = factor_book(world.session, before).of_class("laptop")
    assert now is not None and now.embodied_kg.median == 2
    assert then is not None and then.embodied_kg.median == 235.32


def test_the_same_file_once_more_changes_nothing(world: World) -> None:
    bring(world, CLASSES)
    assert bring(world, CLASSES) == [Recorded("ours-1", "Ours", 1, "already")]
    assert bring(world, CLASSES, CLASSES)[1].outcome == "already"
    assert world.session.scalar(select(func.count()).select_from(FactorSet)) == 1


@pytest.mark.parametrize("key", ["ours-1", "uk-ghg-2026"])
def test_a_set_on_record_or_shipped_is_never_changed(world: World, key: str) -> None:
    bring(world, CLASSES)
    with pytest.raises(KeyConflict, match=f"{key} is on record and is not changed"):
        bring(world, CLASSES | {"key": key}, sha=OTHER)


def test_of_a_file_all_sets_are_taken_or_none(world: World) -> None:
    with pytest.raises(ValidationRefused):
        bring(world, CLASSES, CLASSES | {"key": "ours-2", "licence": ""})
    assert world.session.scalar(select(func.count()).select_from(FactorSet)) == 0


def test_bringing_in_factors_takes_the_permission_to_import(world: World) -> None:
    with pytest.raises(NotAllowed, match="import"):
        bring(world, CLASSES, permissions=frozenset({"view", "record", "administer"}))


def test_the_list_tells_what_is_in_force_and_who_brought_it(world: World) -> None:
    bring(world, CLASSES)
    found = listed_sets(world.session)
    classes = [each for each in found if each.set.subject == "class_footprint"]
    assert [(each.set.key, each.in_force, each.by) for each in classes] == [
        ("ours-1", True, "Tess Technician"),
        ("boavizta-2023-02-23-classes", False, None),
    ]
    assert classes[0].sha256 == SHA and classes[1].sha256 is None


def test_conversion_factors_are_in_force_each_for_their_year(world: World) -> None:
    value = {"value": 1.0, "unit": "kg CO2e/t", "source": "gov.uk", "seen": "official"}
    for key, year in (("uk-2025-a", "2025"), ("uk-2025-b", "2025"), ("uk-2026-a", "2026")):
        world.later(hours=1)
        bring(
            world, CLASSES | {"key": key, "subject": "conversion", "published": year, "values": {"material_it": value}}
        )
    found = {each.set.key: each.in_force for each in listed_sets(world.session) if each.set.subject == "conversion"}
    assert found == {"uk-2026-a": True, "uk-2025-b": True, "uk-2025-a": False, "uk-ghg-2026": False}
    book = factor_book(world.session, datetime.now(UTC))
    used = book.conversion("material_it", date(2025, 1, 1), date(2025, 12, 31))
    assert used is not None and used.of.key == "uk-2025-b"
