"""P8: a worker's memory idle and after ten thousand mixed requests, and the time to its first answer, beside bare Flask."""

from pathlib import Path

from benchmarks._result import Measured
from benchmarks._serve import rate, served
from benchmarks._session import signed_in
from benchmarks.p1_look_up import ADDRESS, tags

ONCE = True
REQUESTS = 10_000


def run(database: str, url: str, folder: Path, size: int, token: str, rounds: int) -> list[Measured]:
    """One worker each."""
    wanted = tags(size, 300)
    with served("benchmarks._bare:app", url, folder, workers=1) as bare:
        rate(lambda n: bare.ask("GET", "/nothing"), 50)
        bare_memory, bare_start = bare.workers_memory(), bare.started_in
    with served("wsgi:app", url, folder, workers=1, token=token) as ours:
        starts = ours.started_in
        bearer = dict(ours.headers)
        signed_in(ours, url)
        both = ours.headers | bearer
        pages = ["/", "/machines", "/t/{tag}", "/reports/hierarchy?year=2015/16", ADDRESS + "{tag}", ADDRESS + "{tag}", "/machines?q={tag}"]

        def ask(n: int) -> None:
            status, said = ours.ask("GET", pages[n % len(pages)].format(tag=wanted[n % 300]), headers=both)
            assert status == 200, said[:300]

        rate(ask, 70)
        idle = ours.workers_memory()
        rate(ask, REQUESTS)
        after = ours.workers_memory()
    mib = 1024 * 1024
    return [
        Measured("P8 memory of a worker that has answered each page", database, size, f"{idle / mib:.0f} MiB", f"bare {bare_memory / mib:.0f} MiB",
                 idle / bare_memory, "<= 1.6", idle / bare_memory <= 1.6),
        Measured(f"P8 growth over {REQUESTS:,} requests", database, size, f"{after / mib:.0f} MiB", f"{idle / mib:.0f} MiB", after / idle,
                 "<= 1.1", after / idle <= 1.1),
        Measured("P8 cold start to first answer", database, size, f"{starts:.2f} s", f"bare {bare_start:.2f} s", starts / bare_start,
                 "<= 3", starts / bare_start <= 3),
    ]  # fmt: skip
