"""P2: one event, durable, with every rule, guard, hash and count, beside a bare durable append; and races."""

import json
import threading
from collections.abc import Sequence
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks import _bare
from benchmarks._base import Database, Result, result
from benchmarks._fleet import Fleet, fleet
from benchmarks._serving import Server, interleaved_load, post, serving
from inventory.db import make_engine
from inventory.lifecycle.models import LifecycleEvent
from inventory.register.models import Asset

ADDRESS = "/api/v1/assets/{tag}/events"
CALLS = 100
"""Requests of one round; each returns another machine, so fewer where the register is small."""
LEAST_OF_BARE = 0.35
CLIENTS = (1, 8)
RACES = 20
RACERS = 8


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """A return to the hub of machine after machine; then many clients at one machine at once."""
    found = []
    for database in databases:
        for size in sizes:
            found += _record(database, size)
    return found


def _record(database: Database, size: int) -> list[Result]:
    made, found, calls = fleet(database, size), [], min(CALLS, size // 50)
    ours_next, bare_next = count(), count()
    _bare.prepare(made.url)

    def ours(number: int) -> list[bytes]:
        return [_return(made, next(ours_next)) for _ in range(calls)]

    def bare(number: int) -> list[bytes]:
        numbers = [next(bare_next) for _ in range(calls)]
        bodies = [{"key": f"bare-{each}", "asset": each % size + 1} for each in numbers]
        return [post("/append", json.dumps(body).encode()) for body in bodies]

    with serving("wsgi:app", made.url) as server, serving("benchmarks._bare:app", made.url) as limit:
        for clients in CLIENTS:
            us, them = interleaved_load((server, ours), (limit, bare), clients, (201,))
            job, share = f"one event, {clients} client{'s' * (clients > 1)}", us.rate / them.rate
            found.append(
                result("P2", job, database, size, us.rate, them.rate, "per second", share, least=LEAST_OF_BARE)
            )
        twice = _races(made, server, ours_next)
    job = f"double acceptances in {RACES} races of {RACERS}"
    found.append(result("P2", job, database, size, twice, 0, "events", float(twice), most=0))
    return found


def _return(made: Fleet, number: int, racer: str = "") -> bytes:
    body = {"event": "returned", "key": f"bench-{number}{racer}", "details": {"location": "HUB"}}
    address = ADDRESS.format(tag=made.in_use(number))
    return post(address, json.dumps(body).encode(), authorization=f"Bearer {made.token}")


def _races(made: Fleet, server: Server, numbers: "count[int]") -> int:
    """How many returns beyond one were accepted of machines that several clients returned at once."""
    raced = []
    for _ in range(RACES):
        number = next(numbers)
        raced.append(made.in_use(number))
        requests = [_return(made, number, f"-{racer}") for racer in range(RACERS)]
        threads = [threading.Thread(target=server.call, args=(request,)) for request in requests]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    engine = make_engine(made.url)
    with Session(engine) as session:
        accepted = session.scalar(
            select(func.count())
            .select_from(LifecycleEvent)
            .join(Asset, Asset.id == LifecycleEvent.asset_id)
            .where(Asset.tag.in_(raced), LifecycleEvent.kind == "returned")
        )
    engine.dispose()
    if (accepted or 0) < RACES:
        raise RuntimeError("a race had no winner")
    return int(accepted or 0) - RACES
