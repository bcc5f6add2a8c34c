"""Servers to measure (ours and the bare one, both by gunicorn with two workers) and a plain client."""

import contextlib
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Server:
    """A server that runs."""

    port: int
    process: Any
    headers: dict[str, str] = field(default_factory=dict)
    started_in: float = 0.0

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """One request on a connection of its own, as sync workers serve them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = self.headers | (headers or {}) | ({"Content-Type": "application/json"} if body is not None else {})
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, text

    def workers_memory(self) -> int:
        """Resident bytes of the largest worker."""
        children = subprocess.run(["ps", "-o", "rss=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True)
        return max(int(each) for each in children.stdout.split()) * 1024


@contextlib.contextmanager
def served(program: str, url: str, folder: Path, *, workers: int = 2, token: str = "") -> Iterator[Server]:
    """*program* (module:app) on the database *url*, until the block ends."""
    port = free_port()
    environment = os.environ | {
        "BENCH_URL": url, "DATABASE_URL": url, "INSTANCE_PATH": str(folder / "instance"), "INSTITUTION": "Benchmark",
        "PUBLIC_URL": "https://reuse.example",
    }  # fmt: skip
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--log-level", "error", program],
        cwd=ROOT, env=environment,
    )  # fmt: skip
    server = Server(port, process, {"Authorization": f"Bearer {token}"} if token else {})
    path = "/nothing" if "bare" in program else "/sign-in"
    while True:
        try:
            if server.ask("GET", path)[0] < 500:
                break
        except OSError:
            if time.perf_counter() - began > 60:
                raise
            time.sleep(0.01)
    server.started_in = time.perf_counter() - began
    try:
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def rate(work: Callable[[int], None], count: int, clients: int = 1) -> float:
    """How often per second *work* is done, by so many clients at once."""
    began = time.perf_counter()
    if clients == 1:
        for number in range(count):
            work(number)
    else:
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(work, range(count)))
    return count / (time.perf_counter() - began)


def interleaved(ways: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each way over rounds of A B A B."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(way())
    return {name: statistics.median(values) for name, values in found.items()}


def seconds(work: Callable[[], Any]) -> float:
    """How long *work* takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
