"""Two people at once: exactly one wins, and nothing is recorded twice."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from inventory.db import transaction, write
from inventory.errors import InventoryError
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.requests import EventRequest, Recorder, Result
from inventory.lifecycle.service import record_event
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.register.models import Asset
from tests.conftest import World

THREADS = 40


def at_once(engine: Engine, recorder: Recorder, requests: list[EventRequest]) -> Counter[str]:
    """What became of *requests*, each posted by a thread and a session of its own at the same moment."""
    start = threading.Barrier(len(requests))
    answers: list[str] = []

    def post(request: EventRequest) -> None:
        start.wait()
        with Session(engine, expire_on_commit=False) as session:
            try:
                work: Callable[[Session], Any] = lambda inner: record_event(inner, request, recorder)  # noqa: E731
                answers.append(write(session, work).outcome)
            except InventoryError as error:
                answers.append(str(error.status))

    threads = [threading.Thread(target=post, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(answers)


def test_of_forty_exclusive_events_on_one_machine_exactly_one_wins(world: World, engine: Engine, soak: bool) -> None:
    world.clean_machine("ED-1")
    lines = 6
    for number in range(1_000 if soak else 10):
        free, taken = ("unreserved", "reserved") if number % 2 else ("reserved", "unreserved")
        requests = [EventRequest(free, f"r{number}-{each}", "ED-1") for each in range(THREADS)]
        assert at_once(engine, world.recorder(), requests) == {"recorded": 1, "409": THREADS - 1}, taken
        lines += 1
    assert world.session.scalar(select(func.count()).select_from(LifecycleEvent)) == lines
    assert verify(world.session) == (lines, [])
    assert check_projections(world.session, world.settings) == []


def test_who_waited_for_the_lock_goes_on_from_the_line_that_was_recorded_meanwhile(
    world: World, engine: Engine
) -> None:
    world.used_machine("ED-1")
    waiting = threading.Event()
    found: list[Result] = []

    def second() -> None:
        with Session(engine, expire_on_commit=False) as session:
            waiting.set()
            found.append(write(session, lambda own: record_event(own, EventRequest("sighted", "b", "ED-1"), recorder)))

    recorder = world.recorder()
    with Session(engine, expire_on_commit=False) as session, transaction(session):
        first = record_event(session, EventRequest("returned", "a", "ED-1"), recorder)
        thread = threading.Thread(target=second)
        thread.start()
        waiting.wait()
        time.sleep(0.5)
        assert found == []
    thread.join()
    assert (first.sequence, found[0].sequence, found[0].status) == (3, 4, "returned")
    assert verify(world.session) == (4, [])
    assert check_projections(world.session, world.settings) == []


def test_the_same_request_sent_many_times_at_once_is_recorded_once(world: World, engine: Engine) -> None:
    world.used_machine("ED-1")
    request = EventRequest("sighted", "one-scan", "ED-1")
    assert at_once(engine, world.recorder(), [request] * 12) == {"recorded": 1, "already": 11}


def test_many_people_registering_the_same_tag_at_once_make_one_machine(world: World, engine: Engine) -> None:
    requests = [
        EventRequest("registered", f"r{each}", None, None, {"tag": "ED-7", "status": "returned"}) for each in range(12)
    ]
    assert at_once(engine, world.recorder(), requests) == {"recorded": 1, "409": 11}
    assert world.session.scalar(select(func.count()).select_from(Asset)) == 1


def test_machines_registered_at_once_without_tags_get_tags_of_their_own(world: World, engine: Engine) -> None:
    requests = [EventRequest("registered", f"r{each}", None, None, {"status": "returned"}) for each in range(12)]
    assert at_once(engine, world.recorder(), requests) == {"recorded": 12}
    assert world.session.scalar(select(func.count(Asset.tag.distinct()))) == 12


def test_one_key_for_two_machines_at_once_is_recorded_for_one_of_them(world: World, engine: Engine) -> None:
    world.used_machine("ED-1")
    world.used_machine("ED-2")
    requests = [EventRequest("sighted", "shared", tag) for tag in ("ED-1", "ED-2")]
    assert at_once(engine, world.recorder(), requests) == {"recorded": 1, "409": 1}
