"""Every real file that others wrote: read or refused by name, recorded whole, and again without a change."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from inventory.arrivals.service import Filed, chunks, counts, file_all, open_all
from inventory.cli._import_reports import files_of
from inventory.db import transaction
from inventory.intake.models import HardwareReport
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.register.models import Part
from tests.conftest import World


def bring(world: World, folder: Path) -> list[Filed]:
    filed = []
    for part in chunks(open_all((name, path.read_bytes()) for path, name in files_of(folder))):
        with transaction(world.session) as session:
            filed += file_all(session, part, world.recorder(), register_new=True)
    return filed


@pytest.mark.real_data
def test_every_real_file_is_read_or_refused_by_name_and_again_changes_nothing(world: World, real_data: Path) -> None:
    filed = bring(world, real_data / "hardware")
    found = counts(filed)
    assert sum(found.values()) == len(filed) >= 300 and found["refused"] < 40 and found["recorded"] >= 50
    for each in filed:
        assert each.words.endswith((".", "…")) and len(each.words) < 1_000, each
        if each.outcome == "refused":
            assert Path(each.name).name.split(".")[0] in each.words, each.words
    assert verify(world.session)[1] == [] and check_projections(world.session, world.settings) == []
    twice = select(Part.serial_key).where(Part.serial_key.is_not(None)).group_by(Part.serial_key)
    assert world.session.scalars(twice.having(func.count() > 1)).all() == [], "a drive is on record twice"
    rows = world.session.scalar(select(func.count()).select_from(HardwareReport))
    before = world.session.scalar(select(func.count()).select_from(LifecycleEvent))
    world.session.commit()
    again = bring(world, real_data / "hardware")
    assert counts(again) == found and all(part.already for each in again for _, part in each.told if part.tag)
    assert world.session.scalar(select(func.count()).select_from(LifecycleEvent)) == before
    assert world.session.scalar(select(func.count()).select_from(HardwareReport)) == rows
