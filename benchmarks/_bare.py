"""The limit: bare Flask views on the same database with the bare driver, served the same way.

`gunicorn benchmarks._bare:app` with BENCH_URL. Knows no sign-in, no rules, no history: a ceiling, not a rival.
"""

import json
import os
import sqlite3
from typing import Any

from flask import Flask, render_template_string, request

URL = os.environ.get("BENCH_URL", "")
app = Flask("bare")
_kept: list[Any] = []
_PAGE = """<!doctype html><title>Machines</title><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>
{% endfor %}</tr>{% endfor %}</table>"""


def connection() -> Any:
    """One connection per process."""
    if not _kept:
        if URL.startswith("sqlite"):
            made = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
            made.execute("PRAGMA journal_mode=WAL")
            made.execute("PRAGMA synchronous=FULL")
            made.execute("PRAGMA busy_timeout=30000")
        else:
            import psycopg

            made = psycopg.connect(URL.replace("postgresql+psycopg", "postgresql"), autocommit=True)
        _kept.append(made)
    return _kept[0]


def _sql(text: str) -> str:
    return text if URL.startswith("sqlite") else text.replace("?", "%s")


def _json(data: Any) -> Any:
    return app.response_class(json.dumps(data, default=str), mimetype="application/json")


@app.get("/asset/<tag>")
def look_up(tag: str) -> Any:
    """An indexed look-up and its lines."""
    row = connection().execute(_sql("SELECT id, tag, kind, model, status FROM asset WHERE tag_key = ?"), (tag,)).fetchone()
    lines = connection().execute(
        _sql("SELECT key, kind, occurred_at, status_after FROM lifecycle_event WHERE asset_id = ? ORDER BY sequence DESC LIMIT 10"),
        (row[0],),
    ).fetchall()
    return _json({"asset": row, "lines": lines})


@app.get("/one/<tag>")
def one(tag: str) -> Any:
    """An indexed look-up of the row alone."""
    return _json(connection().execute(_sql("SELECT id, tag, kind, model, status FROM asset WHERE tag_key = ?"), (tag,)).fetchone())


@app.post("/append")
def append() -> Any:
    """A durable append of an event and an update of the asset."""
    body = request.get_json()
    db = connection()
    db.execute("BEGIN IMMEDIATE" if URL.startswith("sqlite") else "BEGIN")
    number, sequence = db.execute(_sql("SELECT id, sequence FROM asset WHERE tag_key = ?"), (body["tag"],)).fetchone()
    db.execute(
        _sql("INSERT INTO bare_event (key, asset_id, kind, occurred_at, details) VALUES (?, ?, ?, ?, ?)"),
        (body["key"], number, body["event"], "2026-01-01", json.dumps(body["details"])),
    )
    db.execute(_sql("UPDATE asset SET last_seen_at = last_seen_at WHERE id = ?"), (number,))
    db.execute("COMMIT")
    return _json({"sequence": sequence + 1})


@app.get("/page")
def page() -> Any:
    """A page of fifty rows by key."""
    rows = connection().execute(
        _sql("SELECT tag, status, kind, model, status_since, purchase_date, id, sequence FROM asset WHERE tag > ? ORDER BY tag LIMIT 50"),
        (request.args.get("after", ""),),
    ).fetchall()
    return render_template_string(_PAGE, rows=rows)


@app.get("/nothing")
def nothing() -> str:
    """The smallest answer."""
    return "ok"
