"""What the fault tests share: a killable server, a faulty line, machines in use, phones, and the count at the end."""

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from inventory.config import Settings
from inventory.db import make_engine
from inventory.register.references import References
from inventory.register.search import forget_words
from tests.browser.conftest import Site
from tests.browser.line import PASS, Line, Server, served
from tests.browser.phones import Phone, count
from tests.conftest import World

MACHINES = 100
PEOPLE = ("tom", "mia", "kai", "zoe", "ada")
_TESTS = itertools.count(1)


@dataclass
class Basement:
    """A killable server behind a faulty line, machines in use of this test alone, and phones."""

    browser: Any
    server: Server
    line: Line
    engine: Engine
    prefix: str
    phones: list[Phone] = field(default_factory=list)

    def switched_off(self, username: str = "tom") -> Phone:
        """Another phone of *username*, to be switched on by the test."""
        made = Phone(self.browser, self.line.address, username)
        self.phones.append(made)
        return made

    def phone(self, username: str = "tom") -> Phone:
        """Another phone of *username*, ready to scan."""
        return self.switched_off(username).open()

    def tag(self, number: int) -> str:
        """Tag of the *number*-th machine of this test."""
        return f"{self.prefix}-{number}"

    def tags(self, first: int, last: int) -> list[str]:
        """Tags of the machines from *first* to *last*."""
        return [self.tag(number) for number in range(first, last + 1)]

    def sync_fails(self, fault: str, times: int = 1) -> None:
        """The next *times* that scans are sent, *fault* happens."""
        left = [times]

        def decide(method: str, path: str) -> str:
            if path == "/scan/sync" and left[0] > 0:
                left[0] -= 1
                return fault
            return PASS

        self.line.fault = decide

    def receipts(self) -> list[Any]:
        """Receipts of this test's machines, by the device's numbers: when, when by the ledger, number."""
        statement = """SELECT scan.occurred_at, line.occurred_at AS written, scan.number FROM scan
            LEFT JOIN lifecycle_event AS line ON line.key = scan.key WHERE scan.text LIKE :mine ORDER BY scan.id"""
        with self.engine.connect() as connection:
            return list(connection.execute(text(statement), {"mine": f"{self.prefix}-%"}).all())

    def all_there(self, lines: int, to_settle: int = 0) -> None:
        """Every acknowledged scan is on record once; so many as lines, so many to settle."""
        found = count(self.engine, *self.phones)
        assert (found.missing, found.doubled) == ([], [])
        assert (found.lines, found.to_settle) == (lines, to_settle)


def _settings(url: str) -> Settings:
    return Settings(database_url=url, institution="University of Testing", public_url="https://reuse.test")


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, World, Server, Line]]:
    """Technicians, a killable server and the line to it."""
    References.forget()
    forget_words()
    folder = tmp_path_factory.mktemp("basement")
    shutil.copy(sqlite_template, folder / "inventory.sqlite3")
    url = f"sqlite:///{folder / 'inventory.sqlite3'}"
    engine = make_engine(url)
    made = Site("", engine, _settings(url))
    for name in PEOPLE:
        made.account(name, "technician")
    world = made.world()
    with served(url, folder / "instance") as (server, line):
        yield made, world, server, line
    world.session.close()
    engine.dispose()


@pytest.fixture
def basement(chromium: Any, site: tuple[Site, World, Server, Line]) -> Iterator[Basement]:
    made, world, server, line = site
    prefix = f"B{next(_TESTS)}"
    opened = {"kind": "laptop", "manufacturer": "Dell", "model": "Latitude 5400", "department": "INF"}
    numbers = range(1, MACHINES + 1)
    world.batch([world.request("received", None, None, tag=f"{prefix}-{n}", **opened) for n in numbers])
    world.batch([world.request("deployed", f"{prefix}-{n}", None, custodian="ada") for n in numbers])
    line.fault, line.before_answer = lambda method, path: PASS, lambda path: None
    line.passed.clear()
    if server.process is None:
        server.start()
    found = Basement(chromium, server, line, made.engine, prefix)
    yield found
    for phone in found.phones:
        phone.close()
