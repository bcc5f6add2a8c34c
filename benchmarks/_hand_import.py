"""The limit of an import: a CSV checked by hand-written code and put into two bare tables, for one file only."""

import csv
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

KINDS = {"Notebook": "laptop", "Desktop": "desktop", "Server": "server", "All In One": "all_in_one"}
STATUSES = {
    "In use": "in_use",
    "In stock": "in_stock",
    "Returned": "returned",
    "On order": "on_order",
    "Missing": "missing",
}
TABLES = (
    "CREATE TABLE hand_asset (id INTEGER PRIMARY KEY, tag VARCHAR(64) NOT NULL UNIQUE, kind VARCHAR(32), "
    "manufacturer VARCHAR(255), model VARCHAR(255), serial VARCHAR(128), department VARCHAR(64), "
    "location VARCHAR(64), custodian VARCHAR(255), order_reference VARCHAR(120), purchase_date DATE, "
    "purchase_cost BIGINT, currency VARCHAR(3), warranty_end DATE, status VARCHAR(32))",
    "CREATE INDEX ix_hand_asset_serial ON hand_asset (serial)",
    "CREATE TABLE hand_event (id INTEGER PRIMARY KEY, asset_id INTEGER NOT NULL REFERENCES hand_asset (id), "
    "sequence INTEGER NOT NULL, kind VARCHAR(32) NOT NULL, occurred_at VARCHAR(32), recorded_at VARCHAR(32), "
    "details TEXT, UNIQUE (asset_id, sequence))",
)
ASSET = [
    "id",
    "tag",
    "kind",
    "manufacturer",
    "model",
    "serial",
    "department",
    "location",
    "custodian",
    "order_reference",
    "purchase_date",
    "purchase_cost",
    "currency",
    "warranty_end",
    "status",
]
EVENT = ["id", "asset_id", "sequence", "kind", "occurred_at", "recorded_at", "details"]
CHUNK = 5_000


def rows(path: Path) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
    """Each line of a fleet file as one asset row and its one to three event rows; a wrong line ends it."""
    seen: set[str] = set()
    now = datetime.now(UTC).isoformat()
    number = event = 0
    with path.open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.DictReader(handle), 1):
            tag = row["Asset Tag"].strip()
            if not tag or len(tag) > 64 or tag.upper() in seen:
                raise ValueError(f"row {number}: tag {tag!r}")
            seen.add(tag.upper())
            maker, model, serial = row["Manufacturer"].strip(), row["Model"].strip(), row["Serial number"].strip()
            if len(maker) > 255 or len(model) > 255 or len(serial) > 128:
                raise ValueError(f"row {number}: text too long")
            kind = KINDS.get(row["Type"], "unknown")
            status = STATUSES[row["Status"]]
            bought = date.fromisoformat(row["Purchase date"]) if row["Purchase date"] else None
            ends = date.fromisoformat(row["Warranty end"]) if row["Warranty end"] else None
            cost = Decimal(row["Purchase cost"]) if row["Purchase cost"] else None
            if cost is not None and not 0 <= cost < 10_000_000:
                raise ValueError(f"row {number}: cost")
            currency = row["Currency"] or None
            if currency and (len(currency) != 3 or not currency.isupper()):
                raise ValueError(f"row {number}: currency")
            asset = (
                number,
                tag,
                kind,
                maker or None,
                model or None,
                serial or None,
                row["Department"] or None,
                row["Location"] or None,
                row["Custodian"] or None,
                row["Order number"] or None,
                bought.isoformat() if bought else None,
                int(cost * 100) if cost is not None else None,
                currency,
                ends.isoformat() if ends else None,
                status,
            )
            kinds = ["received"]
            if status != "in_stock":
                kinds.append("deployed")
            if status == "returned":
                kinds.append("returned")
            events = []
            for place, each in enumerate(kinds, 1):
                event += 1
                details = {"tag": tag, "kind": kind, "model": model} if place == 1 else {"location": row["Location"]}
                when = bought.isoformat() if bought else now
                events.append((event, number, place, each, when, now, json.dumps(details)))
            yield asset, events


def load_sqlite(path: Path, database: Path) -> int:
    """Import *path* into a new SQLite file, durably, in one transaction; the number of assets."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for statement in TABLES:
        connection.execute(statement)
    count = 0
    marks = {"hand_asset": ", ".join("?" * len(ASSET)), "hand_event": ", ".join("?" * len(EVENT))}
    connection.execute("BEGIN")
    assets: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []

    def flush() -> None:
        connection.executemany(f"INSERT INTO hand_asset VALUES ({marks['hand_asset']})", assets)
        connection.executemany(f"INSERT INTO hand_event VALUES ({marks['hand_event']})", events)
        assets.clear()
        events.clear()

    for asset, its in rows(path):
        assets.append(asset)
        events += its
        count += 1
        if len(assets) == CHUNK:
            flush()
    flush()
    connection.commit()
    connection.close()
    return count


def load_postgres(path: Path, url: str) -> int:
    """Import *path* into two new tables of a PostgreSQL database by COPY, in one transaction."""
    import psycopg

    count = 0
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS hand_event, hand_asset")
        for statement in TABLES:
            cursor.execute(statement)
        assets: list[tuple[Any, ...]] = []
        events: list[tuple[Any, ...]] = []

        def flush() -> None:
            for table, found in (("hand_asset", assets), ("hand_event", events)):
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for each in found:
                        copy.write_row(each)
                found.clear()

        for asset, its in rows(path):
            assets.append(asset)
            events += its
            count += 1
            if len(assets) == CHUNK:
                flush()
        flush()
    return count
