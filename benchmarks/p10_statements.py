"""P10: SQL statements of a look-up, a state change and a list, counted."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import event

from benchmarks._result import Measured
from inventory.app import create_app

GOALS = {"look-up": 4, "state change": 6, "list": 5}


def run(database: str, url: str, folder: Path, size: int, token: str, rounds: int) -> list[Measured]:
    """Through the API's own views, the token included."""
    del rounds
    from benchmarks._fleet import settings_of
    from inventory.db import db

    app = create_app(settings_of(url), instance=folder / "instance")
    client = app.test_client(use_cookies=False)
    headers = {"Authorization": f"Bearer {token}"}
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "BEGIN")):
            sent.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)

    def count(method: str, path: str, body: Any = None) -> int:
        for _ in range(2):  # the first request of a process learns what the later ones know
            sent.clear()
            answer = client.open(path, method=method, headers=headers, json=body() if body else None)
            assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        return len(sent)

    def key() -> str:
        return os.urandom(8).hex()

    kinds = iter(("reported_missing", "found"))
    counted = {
        "look-up": count("GET", "/api/v1/assets/B00001"),
        "state change": count("POST", "/api/v1/assets/B00000/events", lambda: {"event": next(kinds), "key": key(), "details": {}}),
        "list": count("GET", "/api/v1/assets?status=donated&sort=-status_since"),
    }
    return [
        Measured(f"P10 statements of a {name}", database, size, str(number), "", None, f"<= {GOALS[name]}", number <= GOALS[name])
        for name, number in counted.items()
    ]
