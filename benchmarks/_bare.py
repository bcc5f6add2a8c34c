"""The limit: bare Flask views over the bare driver, with no sign-in, no rule and no ledger."""

import os
import sqlite3
from typing import Any

from flask import Flask, jsonify, render_template_string, request

from inventory.db import normalise_url

_COLUMNS = "id, tag, kind, manufacturer, model, status, sequence"
_PAGE = """<!doctype html><title>Machines</title><table>{% for row in rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"""


class _Driver:
    """One open connection, with the marks of its own language."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.connection: Any
        if self.is_sqlite:
            self.connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000"):
                self.connection.execute(f"PRAGMA {pragma}")
        else:
            import psycopg

            plain = normalise_url(url).replace("postgresql+psycopg://", "postgresql://")
            self.connection = psycopg.connect(plain, autocommit=True)

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """Rows of a question whose marks are %s."""
        return list(self.connection.execute(statement.replace("%s", "?") if self.is_sqlite else statement, values))

    def append(self, key: str, asset: int) -> None:
        """A durable event and the update of its asset."""
        mark = "?" if self.is_sqlite else "%s"
        run = self.connection.execute
        run("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
        run(
            f"INSERT INTO bare_event (key, asset_id, kind, at) VALUES ({mark}, {mark}, 'returned', '2025-08-01')",
            (key, asset),
        )
        run(f"UPDATE bare_asset SET status = 'returned', sequence = sequence + 1 WHERE id = {mark}", (asset,))
        run("COMMIT")


def prepare(url: str) -> None:
    """The bare tables of `append`, in the same database."""
    driver = _Driver(url)
    run = driver.connection.execute
    number = "INTEGER PRIMARY KEY" if driver.is_sqlite else "BIGSERIAL PRIMARY KEY"
    for statement in (
        "DROP TABLE IF EXISTS bare_event",
        "DROP TABLE IF EXISTS bare_asset",
        "CREATE TABLE bare_asset (id BIGINT PRIMARY KEY, status VARCHAR(32), sequence INTEGER)",
        f"CREATE TABLE bare_event (id {number}, key VARCHAR(80) UNIQUE, asset_id BIGINT, kind TEXT, at TEXT)",
        "CREATE INDEX ix_bare_event_asset ON bare_event (asset_id)",
        "INSERT INTO bare_asset SELECT id, status, sequence FROM asset",
    ):
        run(statement)
    driver.connection.close()


app = Flask("bare")
_kept: dict[int, _Driver] = {}


def _driver() -> _Driver:
    # After the fork, so that no connection is shared.
    pid = os.getpid()
    if pid not in _kept:
        _kept[pid] = _Driver(os.environ["DATABASE_URL"])
    return _kept[pid]


@app.get("/machine/<tag>")
def machine(tag: str) -> Any:
    """An indexed look-up."""
    rows = _driver().rows(f"SELECT {_COLUMNS} FROM asset WHERE tag_key = %s", tag)
    return jsonify([list(row) for row in rows])


@app.post("/append")
def append() -> Any:
    """A durable append."""
    given = request.get_json()
    _driver().append(given["key"], given["asset"])
    return jsonify({"outcome": "recorded"}), 201


@app.get("/list")
def listing() -> Any:
    """A page of fifty by key."""
    rows = _driver().rows(
        f"SELECT {_COLUMNS} FROM asset WHERE tag_key > %s ORDER BY tag_key LIMIT 50", request.args.get("after", "")
    )
    return render_template_string(_PAGE, rows=rows)


@app.get("/search")
def search() -> Any:
    """A page of fifty from the word index."""
    driver, words = _driver(), request.args["q"]
    if driver.is_sqlite:
        inner = "SELECT rowid FROM asset_search WHERE words MATCH %s"
    else:
        inner = "SELECT asset_id FROM asset_search WHERE words @@ to_tsquery('simple', %s)"
    rows = driver.rows(f"SELECT {_COLUMNS} FROM asset WHERE id IN ({inner} LIMIT 50)", words)
    return render_template_string(_PAGE, rows=rows)
