"""A load of many batches remembers the machines it wrote, and trusts that only while their last line is the same."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, select

from inventory.db import transaction
from inventory.errors import BatchRefused, KeyConflict
from inventory.lifecycle.loading import Histories
from inventory.lifecycle.requests import EventRequest, Result
from inventory.lifecycle.service import record_events
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.register.models import Asset
from tests.conftest import World, statements
from tests.importers.test_restoring import empty
from tests.lifecycle.test_openings import dump

COUNT = 24
LIFE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("deployed", {"custodian": "ada", "location": "AT-5.01"}),
    ("amended", {"mass_g": 1_400, "source": "scales"}),
    ("returned", {"location": "HUB"}),
    ("declared_waste", {"reason": "no taker"}),
    ("collected", {"facility": "weee", "expected": "recycled", "unsanitised_under_contract": True,
                   "certified_destruction_contract": "C-1"}),
    ("recycled", {"loop": "open"}),
)  # fmt: skip


def openings(world: World) -> list[EventRequest]:
    return [
        world.request("received", None, None, key=f"open-{n}", tag=f"M-{n:02}", kind="laptop", department="INF",
                      notes="a note" if n % 5 == 0 else f"note {n}")
        for n in range(COUNT)
    ]  # fmt: skip


def step(world: World, place: int, prefix: str = "") -> list[EventRequest]:
    kind, details = LIFE[place]
    return [world.request(kind, f"M-{n:02}", None, key=f"{prefix}{place}-{n}", **details) for n in range(COUNT)]


def write(world: World, requests: list[EventRequest], histories: Histories | None) -> list[Result]:
    world.later(hours=1)
    with transaction(world.session):
        return record_events(world.session, requests, world.recorder(), histories=histories)


def lines_read(sent: list[str]) -> int:
    return sum("lifecycle_event.details" in each for each in sent)


def holds(world: World) -> bool:
    return check_projections(world.session, world.settings) == [] and verify(world.session)[1] == []


def live(world: World, histories: Histories | None) -> list[Result]:
    """The whole life of all the machines, batch by batch; the answers of the last."""
    answers = write(world, openings(world), histories)
    for place in range(len(LIFE)):
        answers = write(world, step(world, place), histories)
    return answers


def test_what_was_remembered_is_not_read_again(world: World, engine: Engine) -> None:
    histories = Histories(world.settings)
    with statements(engine) as sent:
        answers = live(world, histories)
    assert lines_read(sent) == 0
    assert {(each.outcome, each.sequence, each.status) for each in answers} == {("recorded", 7, "recycled")}
    assert holds(world)


def test_with_and_without_memory_the_register_is_the_same_to_the_byte(world: World) -> None:
    live(world, Histories(world.settings))
    remembered = dump(world)
    empty(world.session)
    again = World(world.session, world.settings)
    live(again, None)
    assert dump(again) == remembered


def test_a_line_that_somebody_else_recorded_meanwhile_is_read(world: World, engine: Engine) -> None:
    histories = Histories(world.settings)
    write(world, openings(world), histories)
    world.record("amended", "M-03", None, mass_g=900, source="scales")
    with statements(engine) as sent:
        answers = write(world, step(world, 0), histories)
    assert lines_read(sent) == 1
    assert [each.sequence for each in answers] == [3 if n == 3 else 2 for n in range(COUNT)]
    assert world.session.scalar(select(Asset.mass_g).where(Asset.tag == "M-03")) == 900
    assert holds(world)


def test_what_was_rolled_back_is_not_remembered(world: World) -> None:
    histories = Histories(world.settings)
    write(world, openings(world), histories)
    world.session.rollback()
    record_events(world.session, step(world, 0), world.recorder(), histories=histories)
    world.session.rollback()
    answers = write(world, step(world, 1, "again-"), histories)
    assert {(each.sequence, each.status) for each in answers} == {(2, "in_stock")}
    assert holds(world)


def test_a_refused_batch_leaves_nothing_behind_in_memory(world: World) -> None:
    histories = Histories(world.settings)
    write(world, openings(world), histories)
    wrong = [*step(world, 0), world.request("recycled", "M-01", None, loop="open")]
    with pytest.raises(BatchRefused):
        write(world, wrong, histories)
    answers = write(world, step(world, 0), histories)
    assert {(each.outcome, each.sequence, each.status) for each in answers} == {("recorded", 2, "in_use")}
    assert holds(world)


def test_a_repeated_key_is_known_from_memory_too(world: World) -> None:
    histories = Histories(world.settings)
    write(world, openings(world), histories)
    first = write(world, [world.request("moved", "M-00", None, key="twice", location="HUB")], histories)[0]
    again = write(world, [world.request("moved", "M-00", None, key="twice", location="HUB")], histories)[0]
    assert (first.outcome, again.outcome, again.sequence) == ("recorded", "already", 2)
    with pytest.raises(KeyConflict):
        write(world, [world.request("moved", "M-00", None, key="twice", location="AT-5.01")], histories)
    assert holds(world)


def test_only_so_many_machines_are_remembered_the_latest(world: World, engine: Engine) -> None:
    histories = Histories(world.settings, most=10)
    write(world, openings(world), histories)
    with statements(engine) as sent:
        write(world, step(world, 0)[-10:], histories)
    assert lines_read(sent) == 0
    with statements(engine) as sent:
        write(world, step(world, 0)[:1], histories)
    assert lines_read(sent) == 1
    assert holds(world)


def test_what_was_learned_under_other_settings_is_not_used(world: World, engine: Engine) -> None:
    histories = Histories(replace(world.settings, academic_year_start_month=9))
    write(world, openings(world), histories)
    with statements(engine) as sent:
        write(world, step(world, 0), histories)
    assert lines_read(sent) == 1
    assert holds(world)
