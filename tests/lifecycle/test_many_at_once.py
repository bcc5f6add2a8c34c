"""Many machines changed at once: the same rows as one by one, and on PostgreSQL in one journey."""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from inventory.lifecycle.models import OutcomeFact
from inventory.lifecycle.upkeep import check_projections
from inventory.register.models import Asset
from tests.conftest import World, statements


@pytest.mark.parametrize("count", [3, 20])
def test_a_batch_leaves_every_projection_as_a_replay_makes_it(world: World, engine: Engine, count: int) -> None:
    tags = [world.used_machine(f"M-{number:02}") for number in range(count)]
    with statements(engine) as sent:
        world.batch([world.request("returned", tag, None, location="HUB") for tag in tags])
    assert len([each for each in sent if each.startswith('UPDATE "asset"')]) == 1
    assert len([each for each in sent if each.startswith('INSERT INTO "tally"')]) == 1
    assert set(world.session.scalars(select(Asset.status))) == {"returned"}
    assert check_projections(world.session, world.settings) == []


def test_machines_that_change_in_different_columns_go_together_on_postgresql(world: World, engine: Engine) -> None:
    for number in range(12):
        world.used_machine(f"M-{number:02}")
    changes: list[tuple[str, dict[str, Any]]] = [
        ("returned", {"location": "HUB"}), ("moved", {"location": "AT-5.01"}), ("amended", {"mass_g": 1_500, "source": "scales"}),
        ("sighted", {"location": "HUB", "note": "under a desk"}),
    ]  # fmt: skip
    requests = [world.request(changes[n % 4][0], f"M-{n:02}", None, **changes[n % 4][1]) for n in range(12)]
    with statements(engine) as sent:
        world.batch(requests)
    updates = [each for each in sent if each.startswith('UPDATE "asset"')]
    assert len(updates) == (1 if engine.dialect.name == "postgresql" else 3)
    assert check_projections(world.session, world.settings) == []
    stored = world.session.execute(select(Asset.status, Asset.mass_g).order_by(Asset.tag)).all()
    assert list(map(tuple, stored[:3])) == [("returned", None), ("in_use", None), ("in_use", 1_500)]


def test_the_outcomes_of_a_batch_are_closed_and_opened_anew_once_each(world: World) -> None:
    tags = [world.clean_machine(f"M-{number:02}") for number in range(12)]
    world.batch([world.request("declared_waste", tag, None, reason="no taker") for tag in tags])
    world.batch([world.request("collected", tag, None, facility="weee", expected="recycled") for tag in tags])
    world.later(days=30)
    world.batch([world.request("recycled", tag, None, loop="open") for tag in tags])
    rows = world.session.execute(select(OutcomeFact.certainty, OutcomeFact.recorded_until.is_(None))).all()
    assert sorted(map(tuple, rows)) == [("confirmed", True)] * 12 + [("expected", False)] * 12
    assert check_projections(world.session, world.settings) == []
