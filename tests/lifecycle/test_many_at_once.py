"""Many machines changed at once: the same rows as one by one, and on PostgreSQL in one journey."""

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
    updates = [each for each in sent if each.lstrip().startswith('UPDATE "asset"')]
    assert len(updates) == (1 if count > 8 and engine.dialect.name == "postgresql" else 0)
    assert set(world.session.scalars(select(Asset.status))) == {"returned"}
    assert check_projections(world.session, world.settings) == []


def test_the_outcomes_of_a_batch_are_closed_and_opened_anew_once_each(world: World) -> None:
    tags = [world.clean_machine(f"M-{number:02}") for number in range(12)]
    world.batch([world.request("declared_waste", tag, None, reason="no taker") for tag in tags])
    world.batch([world.request("collected", tag, None, facility="weee", expected="recycled") for tag in tags])
    world.later(days=30)
    world.batch([world.request("recycled", tag, None, loop="open") for tag in tags])
    rows = world.session.execute(select(OutcomeFact.certainty, OutcomeFact.recorded_until.is_(None))).all()
    assert sorted(map(tuple, rows)) == [("confirmed", True)] * 12 + [("expected", False)] * 12
    assert check_projections(world.session, world.settings) == []
