"""P6: search for an exact identifier, a beginning, a word and a misspelt word, beside a raw index query and LIKE."""

import random
from collections.abc import Callable, Sequence
from urllib.parse import quote

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from benchmarks._base import Database, Result, interleaved, result, settings
from benchmarks._fleet import fleet
from benchmarks._person import cookie
from benchmarks._serving import get, interleaved_load, serving
from inventory.db import make_engine
from inventory.register.filtering import AssetFilter
from inventory.register.listing import list_assets
from inventory.register.models import Asset, AssetIdentifier

MOST_OF_RAW = 5
LEAST_OF_LIKE = 10
CALLS = 30


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """Time of a page of results in each way of asking, and the exact search against LIKE."""
    found = []
    for database in databases:
        for size in sizes:
            found += _searches(database, size)
            found.append(_against_like(database, size))
    return found


def _searches(database: Database, size: int) -> list[Result]:
    made, chance, found = fleet(database, size), random.Random(size), []
    signed = cookie(made)
    ways: dict[str, Callable[[], str]] = {
        "exact identifier": lambda: made.serial(chance.randrange(size)),
        "beginning": lambda: made.serial(chance.randrange(size))[:8],
        "word": lambda: chance.choice(("optiplex", "latitude", "elitebook")),
        "misspelt word": lambda: chance.choice(("optipelx", "lattitude", "elitebok")),
    }

    def asking(word: Callable[[], str]) -> Callable[[int], list[bytes]]:
        return lambda number: [get(f"/machines?q={quote(word())}", cookie=signed) for _ in range(CALLS)]

    def raw(word: Callable[[], str]) -> Callable[[int], list[bytes]]:
        return lambda number: [get(f"/search?q={quote(word().lower())}") for _ in range(CALLS)]

    with serving("wsgi:app", made.url) as server, serving("benchmarks._bare:app", made.url) as limit:
        for name, word in ways.items():
            # The raw index knows neither beginnings nor slips: there it is asked for what is meant.
            plain = ways["word"] if "word" in name else ways["exact identifier"]
            us, them = interleaved_load((server, asking(word)), (limit, raw(plain)), 1)
            job, times = f"search, {name}", them.rate / us.rate
            here, there = 1e3 / us.rate, 1e3 / them.rate
            found.append(result("P6", job, database, size, here, there, "ms", times, most=MOST_OF_RAW))
    return found


def _against_like(database: Database, size: int) -> Result:
    made = fleet(database, size)
    engine = make_engine(made.url)
    wanted = made.serial(size // 2)
    with Session(engine) as session:

        def like() -> None:
            pattern = f"%{wanted}%"
            inner = select(AssetIdentifier.asset_id).where(AssetIdentifier.value.like(pattern))
            session.execute(
                select(Asset.id).where(or_(Asset.tag.like(pattern), Asset.model.like(pattern), Asset.id.in_(inner)))
            ).all()

        def ours() -> None:
            page = list_assets(session, AssetFilter(q=wanted), settings(made.url))
            if len(page.rows) != 1:
                raise RuntimeError(f"{wanted} found {len(page.rows)} machines")

        us, them = interleaved(ours, like)
    engine.dispose()
    goal = {"least": LEAST_OF_LIKE} if size >= 100_000 else {}
    return result("P6", "search, faster than LIKE by", database, size, us * 1e3, them * 1e3, "ms", them / us, **goal)
