"""P2: one event, durable, with all rules, guards, hashes and counts, beside a bare durable append."""

import json
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from benchmarks._fleet import FIRST
from benchmarks._result import Measured
from benchmarks._serve import interleaved, rate, served

GOAL = 0.35


def run(database: str, url: str, folder: Path, size: int, token: str, rounds: int) -> list[Measured]:
    """A line that keeps the status, on machines of the first thousand; one and eight clients."""
    engine = create_engine(url)
    with engine.begin() as connection:
        number = "INTEGER PRIMARY KEY" if database == "sqlite" else "BIGSERIAL PRIMARY KEY"
        connection.execute(
            text(f"CREATE TABLE IF NOT EXISTS bare_event (id {number}, key VARCHAR(80) UNIQUE, asset_id BIGINT, kind VARCHAR(32), "
                 "occurred_at VARCHAR(32), details TEXT)")
        )  # fmt: skip
        tags = [tag for (tag,) in connection.execute(
            text("SELECT tag FROM asset WHERE id <= :n AND status IN ('donated', 'recycled') ORDER BY id"), {"n": FIRST})]  # fmt: skip
    engine.dispose()
    results, numbers = [], count()

    def body(tag: str) -> bytes:
        event = {"event": "amended", "details": {"mass_g": 1000 + next(numbers) % 5000, "source": "scales"}}
        return json.dumps(event | {"key": f"p2-{next(numbers)}-{database}-{size}", "tag": tag}).encode()

    def ours_body(tag: str) -> bytes:
        asked: dict[str, Any] = json.loads(body(tag))
        del asked["tag"]
        return json.dumps(asked).encode()

    with served("wsgi:app", url, folder, token=token) as ours, served("benchmarks._bare:app", url, folder) as bare:
        status, said = ours.ask("POST", f"/api/v1/assets/{tags[0]}/events", ours_body(tags[0]))
        assert status == 201, said
        for clients in (1, 8):

            def record(n: int) -> None:
                status, said = ours.ask("POST", f"/api/v1/assets/{tags[n % len(tags)]}/events", ours_body(tags[n % len(tags)]))
                assert status == 201, said

            def append(n: int) -> None:
                status, said = bare.ask("POST", "/append", body(tags[n % len(tags)]))
                assert status == 200, said

            found = interleaved(
                {"ours": lambda: rate(record, 150, clients), "bare": lambda: rate(append, 150, clients)}, rounds  # noqa: B023
            )
            ratio = found["ours"] / found["bare"]
            results.append(
                Measured(f"P2 record, {clients} client{'s' if clients > 1 else ''}", database, size, f"{found['ours']:,.0f}/s",
                         f"bare append {found['bare']:,.0f}/s", ratio, f">= {GOAL}", ratio >= GOAL)
            )  # fmt: skip
    return results
