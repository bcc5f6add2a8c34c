"""Kept reports read again: what is new is recorded, what a person settled stays, what cannot be read stays as it was."""

from typing import Any

import pytest

from inventory.db import transaction
from inventory.errors import ValidationRefused
from inventory.intake import arriving
from inventory.intake.answering import answer
from inventory.intake.findings import DriveFound, HardwareFound, MachineFound
from inventory.intake.models import HardwareReport
from inventory.intake.readers.lshw_json import READER
from inventory.intake.rereading import Reread, count_outdated, reread
from inventory.intake.service import receive
from inventory.lifecycle.receivers import Read
from inventory.reading.documents import Document
from tests.api.test_hardware_reports import lshw
from tests.conftest import World
from tests.intake.test_receiving import asked, drives, lines, registered


def keep(world: World, content: bytes, found: HardwareFound | None) -> int:
    """A report that an earlier version of the reader read as *found*, or refused; its number."""
    refusal = None if found is not None else ValidationRefused("old.json has no end.")
    read = Read(Document("old.json", content), READER.key, READER.version - 1, found, refusal)
    with transaction(world.session) as session:
        [arrived] = receive(session, [read], world.recorder())
    assert arrived.number is not None
    return arrived.number


def again(world: World) -> Reread:
    world.session.commit()
    assert count_outdated(world.session) >= 1
    world.session.commit()
    with transaction(world.session) as session:
        return reread(session, world.recorder(), 10)


def row(world: World, number: int) -> HardwareReport:
    world.session.commit()
    world.session.expire_all()
    return world.session.get_one(HardwareReport, number)


def test_what_was_refused_is_read_once_its_reader_can(world: World) -> None:
    number = keep(world, lshw(), None)
    assert (row(world, number).standing, row(world, number).words) == ("refused", "old.json has no end.")
    assert again(world) == Reread(1, 1, 0, number)
    assert row(world, number).standing == "asked" and row(world, number).found is not None
    assert count_outdated(world.session) == 0


@pytest.mark.parametrize("before", [None, HardwareFound("lshw_json", machine=MachineFound(serial="KEPT"))])
def test_what_cannot_be_read_any_more_keeps_what_was_read(
    world: World, monkeypatch: pytest.MonkeyPatch, before: HardwareFound | None
) -> None:
    number = keep(world, lshw(), before)

    def refuses(*args: Any) -> Any:
        raise ValidationRefused("It is no report after all.")

    monkeypatch.setattr(arriving, "read_document", refuses)
    assert again(world).refused == 1
    found = row(world, number)
    assert (found.found is None) is (before is None)
    assert found.words == ("It is no report after all." if before is None else found.words)
    assert count_outdated(world.session) == 0, "it is not tried again with every pass"


def test_what_says_the_same_as_before_changes_nothing(world: World) -> None:
    read = arriving.read(Document("old.json", lshw()))
    number = keep(world, lshw(), read.found)
    before = row(world, number).words, lines(world)
    assert again(world).changed == 0
    assert (row(world, number).words, lines(world)) == before and row(world, number).standing == "asked"


def test_what_a_person_set_aside_is_read_and_stays_aside(world: World) -> None:
    number = keep(world, lshw(), HardwareFound("lshw_json", machine=MachineFound(serial="X")))
    with transaction(world.session) as session:
        answer(session, number, "new_machine", "set_aside", world.recorder())
    assert again(world).changed == 1
    found = row(world, number)
    assert found.standing == "set_aside" and found.found and found.found["machine"]["serial"] == "7HPX2J2"
    assert lines(world) == 0


def test_an_old_report_read_again_does_not_take_a_drive_back_that_was_seen_elsewhere_since(world: World) -> None:
    for tag, serial in (("M-1", "7HPX2J2"), ("M-2", "OTHER")):
        registered(world, tag, identifiers=[{"type": "serial", "value": serial}], drives=None)
    keep(world, lshw(), HardwareFound("lshw_json", machine=MachineFound(serial="7HPX2J2", manufacturer="Dell")))
    world.later(days=1)
    moved = MachineFound(serial="OTHER", manufacturer="Dell", drives=(DriveFound("Z7HPX2J2"),), lists_drives=True)
    with transaction(world.session) as session:
        read = Read(Document("new", b"new"), "test", 1, HardwareFound("test", machine=moved))
        receive(session, [read], world.recorder())
    assert list(drives(world, "M-2")) == ["Z7HPX2J2"]
    again(world)
    assert list(drives(world, "M-2")) == ["Z7HPX2J2"] and drives(world, "M-1") == {}
    assert [each["kind"] for each in asked(world, 1)] == ["drive_elsewhere"]


def test_a_late_answer_to_a_report_without_drives_in_later_ones_still_brings_its_drives(world: World) -> None:
    number = keep(world, lshw(), arriving.read(Document("a", lshw())).found)
    registered(world, "M-1", drives=None)
    world.later(days=1)
    bare = MachineFound(serial="7HPX2J2", manufacturer="Dell", model="OptiPlex 3010")
    with transaction(world.session) as session:
        read = Read(Document("new", b"new"), "test", 1, HardwareFound("test", machine=bare))
        receive(session, [read], world.recorder())
    with transaction(world.session) as session:
        answer(session, number, "new_machine", "it_is", world.recorder(), "M-1")
    assert list(drives(world, "M-1")) == ["Z7HPX2J2"]
