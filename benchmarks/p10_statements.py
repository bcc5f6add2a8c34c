"""P10: SQL statements of a look-up, a change of status and a list, whatever the size of the register.

A worker remembers which row a code of a department, place or person stands for, so a code that it meets for the
first time costs one more statement per table. Both are counted; the goal is about codes that were met before.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from benchmarks._base import FOLDER, Database, Result, result, settings
from benchmarks._fleet import codes, fleet
from inventory.app import create_app
from inventory.db import db
from inventory.register.references import References

MOST = {"look-up": 4, "change of status": 6, "list": 5}


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """Exact counts, never noisy: the second request of each kind, when the process is warm."""
    return [each for database in databases for size in sizes for each in _counted(database, size)]


def _counted(database: Database, size: int) -> list[Result]:
    made, found = fleet(database, size), []
    app = create_app(settings(made.url), instance=FOLDER)
    with app.app_context():
        engine = db.engine
    client = app.test_client()
    with client.session_transaction() as kept:
        kept.update(uid=made.account, version=1, since=time.time())
    bearer = {"Authorization": f"Bearer {made.token}"}

    def look_up(number: int) -> Any:
        return client.get(f"/api/v1/assets/{made.tag(number)}", headers=bearer)

    def change(number: int) -> Any:
        address = f"/api/v1/assets/{made.in_use(size // 3 + number)}/events"
        body = {"event": "returned", "key": f"p10-{number}", "details": {"location": "HUB"}}
        return client.post(address, headers=bearer, json=body)

    def page(number: int) -> Any:
        return client.get("/machines?status=in_use&department=D7")

    jobs: dict[str, Callable[[int], Any]] = {"look-up": look_up, "change of status": change, "list": page}
    References.forget()
    sent = _statements(engine, partial(change, 0))
    found.append(
        result(
            "P10",
            "SQL statements of a change of status, codes new to the worker",
            database,
            size,
            sent,
            None,
            "statements",
            None,
        )
    )
    with Session(engine) as session:
        References(session).load(codes())
    for name, job in jobs.items():
        job(1)
        sent, most = _statements(engine, partial(job, 2)), MOST[name]
        words = f"SQL statements of a {name}"
        found.append(result("P10", words, database, size, sent, most, "statements", float(sent), most=most))
    engine.dispose()
    return found


def _statements(engine: Any, job: Callable[[], Any]) -> int:
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "BEGIN")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = job()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    if answer.status_code >= 400:
        raise RuntimeError(f"the request was refused with {answer.status_code}: {answer.get_data(as_text=True)[:300]}")
    return len(sent)
