"""P5: a page of fifty machines, with any filter and at any depth, beside a bare page."""

import random
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from benchmarks._base import Database, Result, result, settings
from benchmarks._fleet import Fleet, fleet
from benchmarks._person import cookie
from benchmarks._serving import get, interleaved_load, serving
from inventory.db import make_engine
from inventory.register.filtering import AssetFilter
from inventory.register.listing import list_assets

LEAST_OF_BARE = 0.40
MOST_BY_DEPTH = 1.3
MOST_GROWTH = 1.5
CALLS = 40
FILTERS = {
    "no filter": "",
    "status": "status=in_use",
    "kind": "kind=laptop",
    "department": "department=D7",
    "place": "location=R20",
    "two statuses and a kind": "status=in_use&status=returned&kind=desktop",
    "bought between": "bought_from=2019-01-01&bought_to=2019-06-30",
}


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """Pages per second by filter, the last page against the first, and the growth with the register."""
    found = []
    for database in databases:
        first: dict[int, float] = {}
        for size in sizes:
            figures, first[size] = _pages(database, size)
            found += figures
        if len(first) > 1:
            low, high = min(first), max(first)
            job, here, there = f"list, against {low:,} machines", 1e3 / first[high], 1e3 / first[low]
            found.append(result("P5", job, database, high, here, there, "ms", here / there, most=MOST_GROWTH))
    return found


def _pages(database: Database, size: int) -> tuple[list[Result], float]:
    """What is found at one size, and the rate of the first page without a filter."""
    made, chance, found = fleet(database, size), random.Random(size), []
    signed = cookie(made)

    def bare(number: int) -> list[bytes]:
        return [get(f"/list?after={made.tag(chance.randrange(size))}") for _ in range(CALLS)]

    def page(asked: str) -> Callable[[int], list[bytes]]:
        return lambda number: [get(f"/machines?{asked}", cookie=signed)] * CALLS

    with serving("wsgi:app", made.url) as server, serving("benchmarks._bare:app", made.url) as limit:
        for name, asked in FILTERS.items():
            us, them = interleaved_load((server, page(asked)), (limit, bare), 1)
            job, share = f"list, {name}", us.rate / them.rate
            found.append(result("P5", job, database, size, us.rate, them.rate, "pages/s", share, least=LEAST_OF_BARE))
        last, first = interleaved_load((server, page(_last_page(made))), (server, page("")), 1)
    job, here, there = "list, last page against the first", 1e3 / last.rate, 1e3 / first.rate
    found.append(result("P5", job, database, size, here, there, "ms", here / there, most=MOST_BY_DEPTH))
    return found, first.rate


def _last_page(made: Fleet) -> str:
    """The parameters of the last page but one: what follows the machine that stands fifty from the end."""
    engine = make_engine(made.url)
    with Session(engine) as session:
        from_behind = list_assets(session, AssetFilter(), settings(made.url), sort="-tag", size=50)
    engine.dispose()
    return f"after={from_behind.next}"
