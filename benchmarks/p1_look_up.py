"""P1: a signed-in look-up with status, possible events and the last ten lines, beside a bare Flask look-up."""

from pathlib import Path
from random import Random

from benchmarks._result import Measured
from benchmarks._serve import Server, interleaved, rate, served

ADDRESS = "/api/v1/assets/"
GOAL = 0.40


def tags(size: int, count: int) -> list[str]:
    """Tags from anywhere in the fleet, the same in each run."""
    chance = Random(1)
    found = []
    for _ in range(count):
        number = chance.randrange(size)
        found.append(f"{number // 1000}XB{number % 1000:05}" if number >= 1000 else f"B{number:05}")
    return found


def run(database: str, url: str, folder: Path, size: int, token: str, rounds: int) -> list[Measured]:
    """One and eight clients."""
    results = []
    wanted = tags(size, 300)

    def asks(server: Server, prefix: str) -> None:
        status, _ = server.ask("GET", prefix + wanted[0])
        assert status == 200, status

    with served("wsgi:app", url, folder, token=token) as ours, served("benchmarks._bare:app", url, folder) as bare:
        asks(ours, ADDRESS)
        asks(bare, "/asset/")
        for clients in (1, 8):
            found = interleaved(
                {
                    "ours": lambda clients=clients: rate(lambda n: ours.ask("GET", ADDRESS + wanted[n % 300]), 300, clients),  # type: ignore[misc]
                    "bare": lambda clients=clients: rate(lambda n: bare.ask("GET", "/asset/" + wanted[n % 300]), 300, clients),  # type: ignore[misc]
                },
                rounds,
            )
            ratio = found["ours"] / found["bare"]
            results.append(
                Measured(f"P1 look-up, {clients} client{'s' if clients > 1 else ''}", database, size, f"{found['ours']:,.0f}/s",
                         f"bare view {found['bare']:,.0f}/s", ratio, f">= {GOAL}", ratio >= GOAL)
            )  # fmt: skip
    return results
