"""P5: a page of fifty machines, first and last, with filters, beside a bare page of fifty rows."""

import re
from html import unescape
from pathlib import Path

from benchmarks._result import Measured
from benchmarks._serve import Server, interleaved, rate, served
from benchmarks._session import signed_in

GOAL = 0.40


def run(database: str, url: str, folder: Path, size: int, token: str, rounds: int) -> list[Measured]:
    """The page that people open, signed in by cookie."""
    with served("wsgi:app", url, folder) as ours, served("benchmarks._bare:app", url, folder) as bare:
        signed_in(ours, url)
        deep = last_page(ours)
        paths = {
            "first": "/machines",
            "last": deep,
            "status and kind": "/machines?status=donated&kind=laptop",
            "department, newest first": "/machines?department=SCH03&sort=-status_since",
        }
        found = interleaved(
            {name: lambda path=path: rate(lambda n: asked(ours, path), 20) for name, path in paths.items()}  # type: ignore[misc]
            | {"bare": lambda: rate(lambda n: asked(bare, f"/page?after={'B00500' if n % 2 else ''}"), 20)},
            rounds,
        )
    results = []
    for name in paths:
        ratio = found[name] / found["bare"]
        results.append(
            Measured(f"P5 list, {name}", database, size, f"{found[name]:,.0f}/s", f"bare page {found['bare']:,.0f}/s", ratio,
                     f">= {GOAL}", ratio >= GOAL)
        )  # fmt: skip
    slower = found["first"] / found["last"]
    results.append(Measured("P5 last / first page, time", database, size, "", "", slower, "<= 1.3", slower <= 1.3))
    return results


def asked(server: Server, path: str) -> str:
    """The page, or the benchmark ends."""
    status, said = server.ask("GET", path)
    assert status == 200, (path, status, said[:300])
    return said.decode()


def last_page(server: Server) -> str:
    """The last page: what follows, upwards, the place where the downward list's first page ends."""
    found = re.search(r'rel="next" href="([^"]+)"', asked(server, "/machines?sort=-tag"))
    assert found is not None
    return unescape(found[1]).replace("sort=-tag", "sort=tag")
