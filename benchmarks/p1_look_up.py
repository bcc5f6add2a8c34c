"""P1: a signed-in look-up by any identifier, with status, possible events and the last lines, beside a bare view."""

import random
from collections.abc import Sequence

from benchmarks._base import Database, Result, result
from benchmarks._fleet import fleet
from benchmarks._serving import get, interleaved_load, serving

ADDRESS = "/api/v1/assets/{name}"
"""What is measured; ``name`` is a tag or a serial number."""
CALLS = 300
"""Requests of one round."""
LEAST_OF_BARE = 0.40
MOST_GROWTH = 1.3
CLIENTS = (1, 8)


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """Rate and 95th percentile, at every size, with one client and with eight."""
    found = []
    for database in databases:
        slowest: dict[int, float] = {}
        for size in sizes:
            rates, slowest[size] = _look_up(database, size)
            found += rates
        if len(slowest) > 1:
            low, high = min(slowest), max(slowest)
            job = f"look-up, 95th percentile, against {low:,}"
            here, there = slowest[high] * 1e3, slowest[low] * 1e3
            found.append(result("P1", job, database, high, here, there, "ms", here / there, most=MOST_GROWTH))
    return found


def _look_up(database: Database, size: int) -> tuple[list[Result], float]:
    """The rates, and the 95th percentile in seconds with one client."""
    made, chance, found, p95 = fleet(database, size), random.Random(size), [], 0.0
    bearer = {"authorization": f"Bearer {made.token}"}

    def ours(number: int) -> list[bytes]:
        machines = [chance.randrange(size) for _ in range(CALLS)]
        names = [made.tag(each) if place % 2 else made.serial(each) for place, each in enumerate(machines)]
        return [get(ADDRESS.format(name=name), **bearer) for name in names]

    def bare(number: int) -> list[bytes]:
        return [get(f"/machine/{made.tag(chance.randrange(size))}") for _ in range(CALLS)]

    with serving("wsgi:app", made.url) as server, serving("benchmarks._bare:app", made.url) as limit:
        for clients in CLIENTS:
            us, them = interleaved_load((server, ours), (limit, bare), clients)
            job, share = f"look-up, {clients} client{'s' * (clients > 1)}", us.rate / them.rate
            found.append(
                result("P1", job, database, size, us.rate, them.rate, "per second", share, least=LEAST_OF_BARE)
            )
            p95 = p95 or us.p95
    return found, p95
