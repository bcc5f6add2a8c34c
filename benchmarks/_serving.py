"""Real servers and raw clients: our application and the bare one, loaded in turn."""

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._base import FOLDER, PUBLIC_URL, ROOT, ROUNDS, SECRET


@dataclass
class Server:
    """A running web server; ``pid`` of its first process."""

    port: int
    pid: int

    def workers(self) -> list[int]:
        """Process ids of its workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def call(self, request: bytes) -> tuple[int, bytes]:
        """Status and whole answer of a raw request."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(request)
            parts = []
            while part := connection.recv(65_536):
                parts.append(part)
        answer = b"".join(parts)
        return int(answer[9:12] or 0), answer


@contextlib.contextmanager
def serving(application: str, url: str, *, workers: int = 2) -> Iterator[Server]:
    """Serve *application* (module:name) on the database *url* with the production server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": PUBLIC_URL,
        "INSTANCE_PATH": str(FOLDER),
    }
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    process = subprocess.Popen([*command, "--log-level", "error", application], cwd=ROOT, env=environment)
    server = Server(port, process.pid)
    try:
        wait_for(server)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def wait_for(server: Server, seconds: float = 60) -> None:
    """Until the server answers anything."""
    ends = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            if server.call(get("/no-such-page"))[0]:
                return
        if time.monotonic() > ends:
            raise RuntimeError("the server did not start")
        time.sleep(0.02)


def get(path: str, **headers: str) -> bytes:
    """A raw GET request."""
    return _request("GET", path, headers, b"")


def post(path: str, body: bytes, **headers: str) -> bytes:
    """A raw POST request of JSON."""
    return _request("POST", path, {"content_type": "application/json"} | headers, body)


def _request(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: reuse.example", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Timed:
    """Rate per second (median of the rounds) and 95th percentile of one call in seconds."""

    rate: float
    p95: float


def load(
    server: Server, requests: Sequence[bytes], clients: int, expected: frozenset[int]
) -> tuple[float, list[float]]:
    """Send *requests* from *clients* threads; rate per second, and the time of each."""
    times: list[float] = []
    wrong: list[int] = []

    def work(mine: Sequence[bytes]) -> None:
        for request in mine:
            begun = time.perf_counter()
            status, _ = server.call(request)
            times.append(time.perf_counter() - begun)
            if status not in expected:
                wrong.append(status)

    threads = [threading.Thread(target=work, args=(requests[number::clients],)) for number in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    if wrong:
        raise RuntimeError(f"{len(wrong)} of {len(requests)} answers were refused, the first with {wrong[0]}")
    return len(requests) / took, times


def interleaved_load(
    ours: tuple[Server, Callable[[int], Sequence[bytes]]],
    limit: tuple[Server, Callable[[int], Sequence[bytes]]],
    clients: int,
    expected: Sequence[int] = (200,),
) -> tuple[Timed, Timed]:
    """Rounds of ours and of the limit, one after the other; each is asked for the requests of its round."""
    rates: tuple[list[float], list[float]] = ([], [])
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 1):
        for place, (server, requests) in enumerate((ours, limit)):
            rate, each = load(server, requests(number), clients, frozenset(expected))
            if number:  # the first round warms caches
                rates[place].append(rate)
                times[place].extend(each)
    return (
        Timed(statistics.median(rates[0]), _p95(times[0])),
        Timed(statistics.median(rates[1]), _p95(times[1])),
    )


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]
