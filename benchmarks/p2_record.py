"""P2: one event, durable, with every rule, guard, hash and count, beside a bare durable append; and races."""

import json
import threading
from collections.abc import Sequence
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks import _bare
from benchmarks._base import Database, Result, Server, interleaved_load, post, result, serving
from benchmarks._fleet import Fleet, fleet
from inventory.db import make_engine
from inventory.lifecycle.models import LifecycleEvent
from inventory.register.models import Asset

ADDRESS = "/api/v1/assets/{tag}/events"
CALLS = 100
LEAST_OF_BARE = 0.35
CLIENTS = (1, 8)
RACES = 20
RACERS = 8


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """A return to the hub of machine after machine; then many clients at one machine at once."""
    found = []
    for database in databases:
        for size in sizes:
            made = fleet(database, size)
            _bare.prepare(made.url, size)
            bearer = {"authorization": f"Bearer {made.token}"}
            ours_next, bare_next = count(), count()

            def ours(number: int) -> list[bytes]:
                return [_return(made, next(ours_next), bearer) for _ in range(CALLS)]

            def bare(number: int) -> list[bytes]:
                numbers = [next(bare_next) for _ in range(CALLS)]
                bodies = [{"key": f"bare-{each}", "asset": each % size + 1} for each in numbers]
                return [post("/append", json.dumps(body).encode()) for body in bodies]

            with serving("wsgi:app", made.url) as server, serving("benchmarks._bare:app", made.url) as limit:
                for clients in CLIENTS:
                    us, them = interleaved_load((server, ours), (limit, bare), clients, (201,))
                    share = us.rate / them.rate
                    job = f"one event, {clients} client{'s' * (clients > 1)}"
                    found.append(
                        result("P2", job, database, size, us.rate, them.rate, "per second", share, least=LEAST_OF_BARE)
                    )
                if size == min(sizes):
                    twice = _races(made, server, ours_next, bearer)
                    found.append(
                        result("P2", f"double acceptances in {RACES} races of {RACERS}", database, size, twice, 0,
                               "events", float(twice), most=0)
                    )  # fmt: skip
    return found


def _return(made: Fleet, number: int, bearer: dict[str, str], racer: str = "") -> bytes:
    body = {"event": "returned", "key": f"bench-{number}{racer}", "details": {"location": "HUB"}}
    return post(ADDRESS.format(tag=made.in_use(number)), json.dumps(body).encode(), **bearer)


def _races(made: Fleet, server: Server, numbers: "count[int]", bearer: dict[str, str]) -> int:
    """How many returns beyond one were accepted of machines that several clients returned at once."""
    raced = []
    for _ in range(RACES):
        number = next(numbers)
        raced.append(made.in_use(number))
        threads = [
            threading.Thread(target=server.call, args=(_return(made, number, bearer, f"-{racer}"),))
            for racer in range(RACERS)
        ]
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
