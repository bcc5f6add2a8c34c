"""P5: a page of fifty machines, with any filter and at any depth, beside a bare page."""

import random
from collections.abc import Sequence

from sqlalchemy.orm import Session

from benchmarks._base import Database, Result, get, interleaved_load, result, serving, settings
from benchmarks._fleet import Fleet, fleet
from benchmarks._person import cookie
from inventory.db import make_engine
from inventory.register.listing import AssetFilter, list_assets

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
            made = fleet(database, size)
            signed = cookie(made)
            chance = random.Random(size)
            with serving("wsgi:app", made.url) as server, serving("benchmarks._bare:app", made.url) as limit:

                def bare(number: int) -> list[bytes]:
                    return [get(f"/list?after={made.tag(chance.randrange(size))}") for _ in range(CALLS)]

                for name, asked in FILTERS.items():
                    page = [get(f"/machines?{asked}", cookie=signed)] * CALLS
                    us, them = interleaved_load((server, lambda number, page=page: page), (limit, bare), 1)
                    if not asked:
                        first[size] = us.rate
                    share = us.rate / them.rate
                    found.append(
                        result("P5", f"list, {name}", database, size, us.rate, them.rate, "pages per second", share,
                               least=LEAST_OF_BARE)
                    )  # fmt: skip
                begin = [get("/machines?", cookie=signed)] * CALLS
                end = [get(f"/machines?{_last_page(made)}", cookie=signed)] * CALLS
                last, start = interleaved_load((server, lambda n, end=end: end), (server, lambda n, b=begin: b), 1)
                found.append(
                    result("P5", "list, last page against the first", database, size, 1e3 / last.rate, 1e3 / start.rate,
                           "ms", start.rate / last.rate, most=MOST_BY_DEPTH)
                )  # fmt: skip
        if len(first) > 1:
            low, high = min(first), max(first)
            found.append(
                result("P5", f"list, against {low:,} machines", database, high, 1e3 / first[high], 1e3 / first[low],
                       "ms", first[low] / first[high], most=MOST_GROWTH)
            )  # fmt: skip
    return found


def _last_page(made: Fleet) -> str:
    """The parameters of the last page but one: what follows the machine that stands fifty from the end."""
    engine = make_engine(made.url)
    with Session(engine) as session:
        from_behind = list_assets(session, AssetFilter(), settings(made.url), sort="-tag", size=50)
    engine.dispose()
    return f"after={from_behind.next}"
