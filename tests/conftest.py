"""Fixtures: every database test runs on SQLite and on a real PostgreSQL."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from xdist.scheduler import LoadScopeScheduling

import inventory.db
from inventory.accounts.models import Account
from inventory.accounts.permissions import PERMISSIONS
from inventory.app import create_app
from inventory.config import Settings
from inventory.db import db, make_engine, normalise_url, transaction
from inventory.importers.jobs import environment
from inventory.lifecycle.requests import EventRequest, Recorder, Result
from inventory.lifecycle.service import correct_event, record_events
from inventory.lifecycle.upkeep import remember_basis
from inventory.register.models import Department, Location, Party
from inventory.register.references import References
from inventory.register.search import forget_words
from tests.databases import Kept, administrator, empty, own_server

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _migrate(url: str, folder: Path) -> None:
    from flask_migrate import upgrade

    app = create_app(Settings(database_url=url), instance=folder, edges=False)
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


SLOWEST = (
    "test_no_form_however_malformed",
    "test_no_page_has_a_fault",
    "test_scans_of_five_people",
    "test_the_hard_labels",
)
"""Tests of minutes each: begun first, or one worker would still be at them when the others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest first; else in their order."""
    items.sort(key=lambda item: not item.name.startswith(SLOWEST))


class Scheduling(LoadScopeScheduling):
    """Tests of the demonstration share one worker, since it takes minutes to load; all others go where there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return "demo" if nodeid.startswith("tests/demo/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """How tests are given out to the workers."""
    return Scheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def quick_sqlite() -> Iterator[None]:
    """A commit need not wait for the disk: what a test writes need not outlive a power cut."""
    careful = inventory.db._on_sqlite_connect

    def quick(connection: Any, record: Any) -> None:
        careful(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inventory.db, "_on_sqlite_connect", quick)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    path = folder / "empty.sqlite3"
    _migrate(f"sqlite:///{path}", folder)
    # Fold the write-ahead log into the file, so that a copy of the one file is a whole database.
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty, migrated database: at TEST_DATABASE_URL, or of a server that a wheel brings."""
    with contextlib.ExitStack() as stack:
        if given := os.environ.get("TEST_DATABASE_URL"):
            worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
            admin = create_engine(normalise_url(given), isolation_level="AUTOCOMMIT")
            stack.callback(admin.dispose)
        else:
            worker = "main"
            admin = stack.enter_context(own_server())
        name = f"inventory_test_{worker}"
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = admin.url.set(database=name).render_as_string(hide_password=False)
        _migrate(url, tmp_path_factory.mktemp("postgres"))
        yield url
        administrator(url).dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty, migrated database of each kind in turn."""
    References.forget()
    forget_words()
    if request.param == "sqlite":
        path = tmp_path / "inventory.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgres_url")
    empty(url)
    return url


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """An SQLite file with the demonstration university, made once per run. Copy it before writing to it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    made, begun = folder / "demo.sqlite3", folder / "demo-begun.sqlite3"
    with (folder / "demo.lock").open("w") as lock:
        # Workers share the one file: the first makes it, the others wait.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.copy(sqlite_template, begun)
            # A process of its own is not measured for coverage, which for so many lines would take as long again;
            # the same load into PostgreSQL is measured.
            told = subprocess.run(
                [sys.executable, "-m", "flask", "--app", "inventory.app:create_app", "demo"],
                env=environment(Settings(database_url=f"sqlite:///{begun}"), folder / "demo-instance"),
                cwd=Path(__file__).parents[1],
                capture_output=True,
                text=True,
            )
            assert told.returncode == 0, told.stdout + told.stderr
            assert "45,000 machines" in told.stdout
            engine = make_engine(f"sqlite:///{begun}")
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()
            begun.rename(made)
    return made


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, institution="University of Testing", public_url="https://reuse.test")


@pytest.fixture(scope="session")
def built_apps() -> dict[Settings, tuple[Flask, Any, dict[str, Any], dict[str, dict[str, Any]]]]:
    """Applications already built, their shape and what they were made of; by their settings but for the database."""
    return {}


def _shape(app: Flask) -> list[Any]:
    """What is there once *app* is made: addresses, views, what runs around them, what templates may use."""
    around = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs, app.error_handler_spec)
    inside = (app.jinja_env.globals, app.jinja_env.filters, app.jinja_env.tests, app.template_context_processors)
    return [
        sorted(map(str, app.url_map.iter_rules())),
        [sorted(map(str, each)) for each in (app.view_functions, app.blueprints, app.cli.commands, *inside)],
        [[len(found) for found in each.values()] for each in around],
    ]


@pytest.fixture
def app(settings: Settings, tmp_path: Path, built_apps: Any) -> Iterator[Flask]:
    """The application on an empty database, with an instance folder of its own.

    Routes, the document of the API and compiled templates know nothing of the database and take longer to make
    than most tests run, so they are made once. Configuration, engine and folder are those of an application made
    for this test; whatever the test changes on its application is forgotten after it.
    """
    instance = tmp_path / "instance"
    fresh = create_app(settings, instance=instance, edges=False)
    key = replace(settings, database_url="")
    if key not in built_apps:
        made = create_app(settings, instance=instance)
        assert made.jinja_env  # made when first asked for; it keeps the compiled templates
        parts = {name: dict(vars(made)[name]) for name in ("config", "extensions")}
        built_apps[key] = made, _shape(made), dict(vars(made)), parts
    app, shape, parts, kept = built_apps[key]
    app.config.update(fresh.config, TESTING=True)
    app.instance_path = fresh.instance_path
    with app.app_context():
        with fresh.app_context():
            engine = db.engine
        db.engines[None] = engine
        yield app
        db.session.remove()
        db.engine.dispose()
    if _shape(app) != shape:
        # A test that adds a route leaves an application to nobody.
        del built_apps[key]
        return
    vars(app).clear()
    vars(app).update(parts)
    for name, values in kept.items():
        vars(app)[name].clear()
        vars(app)[name].update(values)


class World:
    """A small university on record, and short ways to write its ledger."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session = session
        self.settings = settings
        self.now = NOW
        self._keys = count(1)
        with transaction(session):
            self.account = Account(
                uid="a" * 32, username="tess", display_name="Tess Technician", role="administrator", created_at=NOW
            )
            session.add(self.account)
            cse = Department(code="CSE", name="College of Science and Engineering", path="/CSE/")
            session.add(cse)
            session.flush()
            session.add_all(
                [
                    Department(code="INF", name="School of Informatics", parent_id=cse.id, path="/CSE/INF/"),
                    Department(code="HCA", name="Heritage and Culture", path="/HCA/"),
                    Location(code="HUB", site="King's Buildings", building="Reuse hub", room="Store B12"),
                    Location(code="AT-5.01", site="Central", building="Appleton Tower", room="5.01"),
                    Party(uid="ada", role="custodian", name="Ada Byron"),
                    Party(uid="remakery", role="partner", name="Northside Remakery"),
                    Party(uid="weee", role="facility", name="Caledonian WEEE"),
                    Party(uid="lessor", role="lessor", name="Lease Co"),
                    Party(uid="buyer", role="buyer", name="A Buyer"),
                ]
            )
            remember_basis(session, settings)

    def recorder(self, **changes: Any) -> Recorder:
        values: dict[str, Any] = {
            "account_id": self.account.id,
            "actor": self.account.uid,
            "permissions": frozenset(PERMISSIONS),
            "now": self.now,
            "settings": self.settings,
            "salt": lambda: b"0123456789abcdef",
        }
        return Recorder(**(values | changes))

    def request(
        self, kind: str, tag: str | None = None, at: Any = None, /, *, key: str | None = None, **details: Any
    ) -> EventRequest:
        return EventRequest(kind, key or f"k{next(self._keys)}", tag, at, details)

    def record(
        self, kind: str, tag: str | None = None, at: Any = None, /, *, key: str | None = None, **details: Any
    ) -> Result:
        """Record one event in a transaction of its own. *at*: a moment, a day, 'YYYY-MM-DD' or None."""
        if isinstance(at, str):
            at = date.fromisoformat(at)
        return self.batch([self.request(kind, tag, at, key=key, **details)])[0]

    def batch(self, requests: list[EventRequest], *, all_or_none: bool = True) -> list[Result]:
        with transaction(self.session):
            return record_events(self.session, requests, self.recorder(), all_or_none=all_or_none)

    def correct(
        self, tag: str, voids: str, replacement: EventRequest | None = None, reason: str = "slip"
    ) -> list[Result]:
        with transaction(self.session):
            return correct_event(
                self.session,
                tag=tag,
                voids=voids,
                reason=reason,
                key=f"k{next(self._keys)}",
                recorder=self.recorder(),
                replacement=replacement,
            )

    def later(self, **delta: float) -> datetime:
        """Move the clock on."""
        self.now += timedelta(**delta)
        return self.now

    def used_machine(self, tag: str, at: str = "2016-01-10", **facts: Any) -> str:
        """A laptop in use with one drive (serial D-<tag>), received and deployed on the day *at*."""
        facts = {"kind": "laptop", "manufacturer": "Dell", "model": "Latitude 5400", "department": "INF"} | facts
        self.record("received", None, at, tag=tag, drives=[{"serial": f"D-{tag}", "medium": "ssd"}], **facts)
        self.record("deployed", tag, at, custodian="ada")
        return tag

    def drive_of(self, tag: str) -> str:
        """Id of the only drive in the machine."""
        from inventory.register.models import Asset, Part

        uid = self.session.query(Part.uid).join(Asset, Asset.id == Part.asset_id).filter(Asset.tag == tag).scalar()
        self.session.commit()
        return str(uid)

    def clean_machine(self, tag: str, returned: str = "2018-02-01", **facts: Any) -> str:
        """A used machine that came back, was wiped, inspected and passed for re-use."""
        self.used_machine(tag, **facts)
        self.record("returned", tag, returned)
        self.record(
            "sanitised", tag, returned,
            drives=[{"uid": self.drive_of(tag), "method": "purge", "confirmed_after_use": True}],
        )  # fmt: skip
        self.record("inspected", tag, returned, functional="working", cosmetic="B")
        self.record("passed_for_reuse", tag, returned)
        return tag


@pytest.fixture
def world(session: Session, settings: Settings) -> World:
    return World(session, settings)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Puts a register back into the test's database that another test has had made; see `Kept`."""
    return Kept(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def real_data() -> Path:
    """Folder of real input that nobody here wrote; a test that needs it is left out without it."""
    folder = os.environ.get("REAL_DATA")
    if not folder:
        pytest.skip("REAL_DATA is not set; it names a folder of real input that is not part of the project")
    return Path(folder)


@pytest.fixture
def soak() -> bool:
    """Whether the full counts are asked for."""
    return os.environ.get("SOAK") == "1"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One Chromium for the whole run: a process can hold only one Playwright. CHROMIUM names another program."""
    from playwright.sync_api import expect, sync_playwright

    # What is expected comes soon or not at all; a busy machine gets time to show which.
    expect.set_options(timeout=30_000)
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium on this machine; CHROMIUM may name one")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@contextlib.contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL statements sent while the block runs."""
    from sqlalchemy import event

    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "BEGIN")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
