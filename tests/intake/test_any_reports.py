"""Whatever reports come in, in whatever order and parts: no drive is lost or in two places, and again changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.db import Base, transaction
from inventory.intake.findings import DriveFound, HardwareFound, MachineFound
from inventory.intake.models import HardwareReport
from inventory.intake.service import receive
from inventory.lifecycle.receivers import Read
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.reading.documents import Document
from inventory.register.models import Asset, AssetIdentifier, Part
from inventory.register.references import References
from tests.conftest import World

SERIALS = ["M-AAA", "M-BBB", "M-CCC"]
DRIVES = ["D-1", "D-2", "D-3", None]


def machines() -> st.SearchStrategy[MachineFound]:
    return st.builds(
        MachineFound,
        kind=st.sampled_from(["laptop", "desktop", None]),
        manufacturer=st.sampled_from(["Dell", "HP", None]),
        model=st.sampled_from(["7060", "T480", None]),
        serial=st.sampled_from([*SERIALS, None]),
        board_serial=st.sampled_from(["B-1", "B-2", None]),
        drives=st.lists(st.sampled_from(DRIVES), max_size=3).map(lambda found: tuple(map(DriveFound, found))),
        lists_drives=st.booleans(),
    )


Wave = list[MachineFound]


def reads(found: Wave, start: int) -> list[Read]:
    return [
        Read(Document("r", f"{start + place}".encode()), "test", 1, HardwareFound("test", machine=each))
        for place, each in enumerate(found)
    ]


def picture(session: Session) -> list[Any]:
    """Every machine by its identifiers, its facts and its drives: what tags it was given does not matter."""
    found = []
    for asset in session.scalars(select(Asset).order_by(Asset.id)):
        named = session.execute(
            select(AssetIdentifier.type, AssetIdentifier.value)
            .where(AssetIdentifier.asset_id == asset.id)
            .order_by(AssetIdentifier.type, AssetIdentifier.value)
        ).all()
        inside = session.scalars(select(Part.serial_key).where(Part.asset_id == asset.id)).all()
        found.append((asset.kind, asset.manufacturer, asset.model, named, sorted(each or "" for each in inside)))
    standings = session.execute(
        select(HardwareReport.sha256, HardwareReport.standing).order_by(HardwareReport.sha256)
    ).all()
    session.commit()
    return [sorted(map(repr, found)), standings]


@pytest.fixture
def fresh(engine: Engine) -> Callable[[Settings], World]:
    """A register with nothing in it, in the same database."""

    def make(settings: Settings) -> World:
        with engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
        References.forget()
        return World(Session(engine, expire_on_commit=False), settings)

    return make


def bring(world: World, parts: list[list[Read]]) -> None:
    for part in parts:
        with transaction(world.session) as session:
            receive(session, part, world.recorder(), True)


@pytest.mark.soak
def test_no_drive_is_lost_or_in_two_places_and_parts_make_no_difference(
    fresh: Callable[[Settings], World], settings: Settings, soak: bool
) -> None:
    @examples(
        max_examples=500 if soak else 30,
        deadline=None,
        database=None,
        derandomize=not soak,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(machines(), min_size=1, max_size=7))
    def attempt(found: Wave) -> None:
        told = reads(found, 0)
        world = fresh(settings)
        bring(world, [[each] for each in told])
        one_by_one = picture(world.session)
        seen = {key for machine in one_by_one[0] for key in ("D-1", "D-2", "D-3") if f"'{key}'" in machine}
        for key in seen:
            assert sum(f"'{key}'" in machine for machine in one_by_one[0]) == 1, key
        recorded = world.session.scalars(select(Part.serial_key).where(Part.serial_key.is_not(None))).all()
        assert set(recorded) == seen, "a drive that was on record is in no machine any more"
        world.session.commit()
        assert verify(world.session)[1] == [] and check_projections(world.session, settings) == []
        bring(world, [told])
        assert picture(world.session) == one_by_one, "the same reports again changed something"
        world.session.close()
        world = fresh(settings)
        bring(world, [told])
        assert picture(world.session) == one_by_one, "in one part it came to something else"
        world.session.close()

    attempt()
