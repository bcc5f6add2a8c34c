"""The copy that devices keep: whole by pages, then changes, and none is ever missed."""

import threading
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from inventory.db import begin_read, transaction
from inventory.errors import ValidationRefused
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.requests import EventRequest
from inventory.lifecycle.service import record_events
from inventory.lifecycle.upkeep import rebuild
from inventory.register.models import Asset
from inventory.scanning import copy
from inventory.scanning.copy import Cursor, copy_page
from tests.conftest import World, statements


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    copy._HANDED_OUT.clear()


def fetch(engine: Engine, since: str | None = None, limit: int = 3) -> tuple[dict[int, list[Any]], str | None]:
    """All pages as a device reads them, and the first page's cursor."""
    found: dict[int, list[Any]] = {}
    cursor: str | None = None
    after: int | None = 0
    first = True
    while after is not None:
        with Session(engine) as session:
            begin_read(session)
            page = copy_page(session, after, since, limit)
        found |= {row[0]: row for row in page.machines}
        cursor, first, after = page.cursor if first else cursor, False, page.next
    return found, cursor


def truth(engine: Engine) -> dict[int, str]:
    with Session(engine) as session:
        return dict(session.execute(select(Asset.id, Asset.status)).all())  # type: ignore[arg-type]


def statuses(rows: dict[int, list[Any]]) -> dict[int, str]:
    return {number: row[3] for number, row in rows.items()}


def test_pages_together_are_the_whole_register(world: World, engine: Engine) -> None:
    for number in range(7):
        world.used_machine(f"M-{number}", identifiers=[{"type": "serial", "value": f"s{number}"}])
    world.session.commit()
    rows, _ = fetch(engine)
    assert statuses(rows) == truth(engine) and len(rows) == 7
    assert [row[7] for row in rows.values()] == [[f"S{number}"] for number in range(7)]


def test_former_tags_and_places_are_in_it_and_nobody_s_name(world: World, engine: Engine) -> None:
    world.used_machine("M-1")
    world.record("relabelled", "M-1", tag="M-9")
    world.record("moved", "M-9", location="HUB", note="asked for by Ada")
    world.session.commit()
    [row] = fetch(engine)[0].values()
    assert row[1:] == ["M-9", "laptop", "in_use", 1, "HUB", "Dell Latitude 5400", ["M-1"]]


def test_a_key_is_named_once_and_the_maker_too(world: World, engine: Engine) -> None:
    same = [{"type": "serial", "value": "X1"}, {"type": "supplier_id", "value": "x1"}]
    world.used_machine("M-1", manufacturer="Dell", model="Dell OptiPlex", identifiers=same)
    for number in range(6):
        world.used_machine(f"N-{number}")
    world.used_machine("M-9", identifiers=[{"type": "serial", "value": "X9"}])
    world.session.commit()
    _, cursor = fetch(engine)
    for tag in ("M-1", "M-9"):
        world.record("returned", tag)
    world.session.commit()
    first, last = fetch(engine, cursor)[0].values()
    assert first[6:] == ["Dell OptiPlex", ["X1"]] and last[6:] == ["Dell Latitude 5400", ["X9"]]


def test_an_empty_register_has_a_cursor_too(world: World, engine: Engine) -> None:
    rows, cursor = fetch(engine)
    assert rows == {} and cursor is not None
    world.used_machine("M-1")
    world.session.commit()
    assert len(fetch(engine, cursor)[0]) == 1


def test_a_page_and_a_later_copy_take_few_statements(world: World, engine: Engine) -> None:
    for number in range(20):
        world.used_machine(f"M-{number}")
    world.session.commit()
    with Session(engine) as session:
        begin_read(session)
        with statements(engine) as sent:
            page = copy_page(session)
        assert len(sent) == 5, sent
        with statements(engine) as sent:
            copy_page(session, 0, page.cursor)
        # Where nothing changed, nothing is asked about it.
        assert len(sent) == 5, sent


def test_the_first_copy_s_cursor_is_sharp_when_nobody_writes(world: World, engine: Engine) -> None:
    world.used_machine("M-1")
    world.session.commit()
    _, cursor = fetch(engine)
    assert fetch(engine, cursor)[0] == {}


def test_a_change_that_commits_late_is_not_missed(world: World, engine: Engine) -> None:
    """A slow transaction takes its line numbers first and commits last; between lie others, and many readers."""
    if engine.dialect.name == "sqlite":
        pytest.skip("writers stand in a queue there")
    for tag in ("M-1", "M-2", "M-3"):
        world.used_machine(tag)
    world.session.commit()
    slow = Session(engine)
    record_events(slow, [EventRequest("returned", "slow", "M-1")], world.recorder())
    slow.flush()
    # A device that fetches everything now, and one that has everything from before.
    copied, cursor = fetch(engine)
    for number in range(4):
        # A sighting would wait for the slow writer at the stored count of machines seen on this day.
        world.record("amended", "M-2", location="HUB")
        world.session.commit()
        changed, cursor = fetch(engine, cursor)
        copied |= changed
        if number == 2:
            # Another reader must not make this process believe that all is done.
            fetch(engine)
    assert statuses(copied)[1] == "in_use"
    slow.commit()
    slow.close()
    changed, cursor = fetch(engine, cursor)
    copied |= changed
    assert statuses(copied) == truth(engine) and statuses(copied)[1] == "returned"
    for _ in range(2):
        changed, cursor = fetch(engine, cursor)
    assert changed == {}, "once all is certain, nothing is sent again"


def test_two_slow_writers_that_end_crosswise(world: World, engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("writers stand in a queue there")
    for tag in ("M-1", "M-2", "M-3"):
        world.used_machine(tag)
    world.session.commit()
    copied, cursor = fetch(engine)
    first, second = Session(engine), Session(engine)
    # Amended places: a change of status, or a sighting on this day, would wait for the other writer at the stored counts.
    moved = {"location": "HUB"}
    record_events(first, [EventRequest("amended", "one", "M-1", None, moved)], world.recorder())
    changed, cursor = fetch(engine, cursor)
    record_events(second, [EventRequest("amended", "two", "M-2", None, moved)], world.recorder())
    record_events(first, [EventRequest("amended", "three", "M-3", None, moved)], world.recorder())
    for ends in (second, first):
        changed, cursor = fetch(engine, cursor)
        copied |= changed
        ends.commit()
        ends.close()
        changed, cursor = fetch(engine, cursor)
        copied |= changed
    assert [row[5] for row in copied.values()] == ["HUB", "HUB", "HUB"]


def test_devices_that_follow_busy_writers_end_up_with_the_truth(world: World, engine: Engine) -> None:
    tags = [f"M-{number}" for number in range(12)]
    for tag in tags:
        world.used_machine(tag)
    world.session.commit()
    copied, cursor = fetch(engine)
    done = threading.Event()
    wrong: list[BaseException] = []

    def write(mine: list[str]) -> None:
        try:
            with Session(engine) as session:
                for turn in range(6):
                    for tag in mine:
                        kind = "reported_missing" if turn % 2 == 0 else "found"
                        with transaction(session):
                            record_events(session, [EventRequest(kind, f"{tag}-{turn}", tag)], world.recorder())
        except BaseException as error:
            wrong.append(error)

    writers = [threading.Thread(target=write, args=(tags[n::3] if n < 2 else [*tags[2::3]],)) for n in range(3)]
    for writer in writers:
        writer.start()

    def wait() -> None:
        for writer in writers:
            writer.join()
        done.set()

    threading.Thread(target=wait).start()
    while not done.is_set():
        changed, cursor = fetch(engine, cursor, limit=100)
        copied |= changed
    changed, cursor = fetch(engine, cursor)
    copied |= changed
    assert wrong == [] and statuses(copied) == truth(engine)


def test_another_database_or_a_backup_is_found_out(world: World, engine: Engine) -> None:
    world.used_machine("M-1")
    world.session.commit()
    _, cursor = fetch(engine)
    world.record("returned", "M-1", key="lost")
    world.session.commit()
    _, later = fetch(engine, cursor)
    with Session(engine) as session:
        here = copy.epoch(session)
        assert copy_page(session, 0, later).epoch == here
        # The backup of before the return is put back, and time goes on another way.
        with transaction(session):
            session.execute(delete(LifecycleEvent).where(LifecycleEvent.key == "lost"))
        page = copy_page(session, 0, later)
        assert page.epoch != here and page.cursor is None and page.machines == []
        assert copy_page(session, 0, cursor).epoch == here
        assert copy_page(session, 0, str(Cursor(9, 3, 0, 3, "0" * 12))).cursor is None
        assert copy_page(session, 0, str(Cursor(0, 0, 0, 0, "1" * 12))).cursor is None


def test_a_rebuild_makes_every_copy_anew(world: World, engine: Engine) -> None:
    world.used_machine("M-1")
    with Session(engine) as session:
        before = copy.epoch(session)
        session.rollback()
        with transaction(session):
            rebuild(session, world.settings)
        assert copy.epoch(session) != before


@pytest.mark.parametrize(
    "cursor", ["x", "1.2.3", "1.2.3.4.zzzzzzzzzzzz", "-1.2.3.4." + "0" * 12, "9" * 19 + ".1.1.1." + "0" * 12]
)
def test_a_cursor_that_nobody_gave_out_is_refused(world: World, engine: Engine, cursor: str) -> None:
    with Session(engine) as session, pytest.raises(ValidationRefused, match="cursor"):
        copy_page(session, 0, cursor)
