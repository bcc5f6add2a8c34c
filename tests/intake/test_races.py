"""Sticks that post at the same moment: one machine is registered once, one drive is on record once."""

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from inventory.db import write
from inventory.intake.findings import DriveFound
from inventory.intake.models import HardwareReport
from inventory.intake.service import receive
from inventory.lifecycle.receivers import Read
from inventory.register.models import Asset, Part
from tests.conftest import World
from tests.intake.conftest import optiplex, told
from tests.intake.test_receiving import sound

THREADS = 12


def at_once(engine: Engine, world: World, reads: list[Read]) -> list[str]:
    """Outcomes of *reads*, each received by a thread and a session of its own at the same moment."""
    start = threading.Barrier(len(reads))
    answers: list[str] = []
    recorder = world.recorder()

    def post(read: Read) -> None:
        start.wait()
        with Session(engine, expire_on_commit=False) as session:
            work: Callable[[Session], Any] = lambda inner: receive(inner, [read], recorder, True)  # noqa: E731
            [arrived] = write(session, work)
            answers.append("already" if arrived.already else arrived.outcome)

    threads = [threading.Thread(target=post, args=(read,)) for read in reads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def count(world: World, table: Any) -> int:
    world.session.commit()
    return int(world.session.scalar(select(func.count()).select_from(table)) or 0)


def test_the_same_report_at_the_same_moment_is_one(world: World, engine: Engine) -> None:
    report = told(optiplex())
    assert at_once(engine, world, [report] * THREADS) == ["already"] * (THREADS - 1) + ["recorded"]
    assert (count(world, HardwareReport), count(world, Asset), count(world, Part)) == (1, 1, 1)
    sound(world)


def test_different_reports_of_one_unknown_machine_at_the_same_moment_register_it_once(
    world: World, engine: Engine
) -> None:
    answers = at_once(engine, world, [told(optiplex(sku=str(number))) for number in range(THREADS)])
    assert answers == ["nothing_new"] * (THREADS - 1) + ["recorded"]
    assert (count(world, HardwareReport), count(world, Asset), count(world, Part)) == (THREADS, 1, 1)
    sound(world)


def test_machines_that_claim_one_drive_at_the_same_moment_do_not_double_it(world: World, engine: Engine) -> None:
    machines = [
        optiplex(serial=f"S{n}", uuid=None, board_serial=None, macs=(), drives=(DriveFound("D-1"),))
        for n in range(THREADS)
    ]
    assert at_once(engine, world, [told(each) for each in machines]) == ["recorded"] * THREADS
    assert (count(world, Asset), count(world, Part)) == (THREADS, 1)
    sound(world)
