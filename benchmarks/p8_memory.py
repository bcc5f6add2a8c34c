"""P8: memory of a worker, idle and after ten thousand mixed requests, and the cold start, beside a bare application."""

import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks._base import FOLDER, ROOT, SECRET, Database, Result, result
from benchmarks._fleet import Fleet, fleet
from benchmarks._person import cookie
from benchmarks._serving import get, load, serving

REQUESTS = 10_000
MOST_IDLE = 1.6
MOST_GROWTH = 1.10
MOST_START = 3.0
STARTS = 7
_ANSWER_ONCE = (
    "import importlib, sys; module, name = sys.argv[1].split(':');"
    "app = getattr(importlib.import_module(module), name);"
    "assert app.test_client().get(sys.argv[2]).status_code < 500"
)


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """At the smallest size: what a worker holds does not depend on the register's."""
    found = []
    size = min(sizes)
    for database in databases:
        made = fleet(database, size)
        idle, after = _memory("wsgi:app", made, _mixed(made))
        bare, _ = _memory("benchmarks._bare:app", made, [get(f"/machine/{made.tag(0)}")] * 50)
        job, grown = f"worker, after {REQUESTS:,} requests", after / idle
        found += [
            result("P8", "worker, warm", database, size, idle, bare, "MiB", idle / bare, most=MOST_IDLE),
            result("P8", job, database, size, after, idle, "MiB", grown, most=MOST_GROWTH),
        ]
        ours, limit = [], []
        for _ in range(STARTS):
            ours.append(_start("wsgi:app", "/sign-in", made))
            limit.append(_start("benchmarks._bare:app", f"/machine/{made.tag(0)}", made))
        us, them = statistics.median(ours), statistics.median(limit)
        found.append(
            result("P8", "cold start to the first answer", database, size, us, them, "s", us / them, most=MOST_START)
        )
    return found


def _mixed(made: Fleet) -> list[bytes]:
    chance, signed = random.Random(8), cookie(made)
    pages = ["/machines?", "/machines?status=in_use", "/scan", "/", "/machines?q=latitude"]
    found = []
    for number in range(REQUESTS):
        path = f"/t/{made.tag(chance.randrange(made.size))}" if number % 2 else chance.choice(pages)
        if number % 4 == 1:
            path = f"/api/v1/assets/{made.tag(chance.randrange(made.size))}"
            found.append(get(path, authorization=f"Bearer {made.token}"))
        else:
            found.append(get(path, cookie=signed))
    return found


def _memory(application: str, made: Fleet, requests: list[bytes]) -> tuple[float, float]:
    """MiB of one worker after the first fifty of *requests*, and after all."""
    allowed = frozenset({200, 302})
    with serving(application, made.url, workers=1) as server:
        load(server, requests[:50], 1, allowed)
        idle = _resident(server.workers()[0])
        load(server, requests[50:], 2, allowed)
        return idle, _resident(server.workers()[0])


def _resident(pid: int) -> float:
    match = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    if match is None:
        raise RuntimeError("the worker is gone")
    return int(match[1]) / 1024


def _start(application: str, path: str, made: Fleet) -> float:
    environment = os.environ | {
        "DATABASE_URL": made.url, "SECRET_KEY": SECRET, "INSTANCE_PATH": str(FOLDER), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", _ANSWER_ONCE, application, path], cwd=ROOT, env=environment, check=True)
    return time.perf_counter() - begun
