"""Makes registers of any size to measure on: ten ledger lines a machine, from a seeded generator.

The lines are made here, without asking the guards and without a transaction for each, and handed to the
writer's last step (`write_working`), which inserts them and moves every projection: through the front
door a million machines would take hours. The life of each pattern is legal by the table (it is replayed
strictly once), the hash chains are real, and `ledger verify` is run over what was made.
"""

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from benchmarks._base import Database, settings
from inventory.accounts.models import Account
from inventory.accounts.permissions import PERMISSIONS
from inventory.accounts.service import issue_token
from inventory.db import make_engine, transaction
from inventory.demo import catalogue
from inventory.lifecycle.canonical import GENESIS, line_hash
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.lifecycle.loading import Working, load_ledger_page
from inventory.lifecycle.requests import Recorder
from inventory.lifecycle.rules import apply, replay
from inventory.lifecycle.service import write_working
from inventory.lifecycle.state import Line, State
from inventory.lifecycle.upkeep import remember_basis, verify
from inventory.register.models import Department, Location, Party, TagSeries
from inventory.register.references import References
from inventory.register.tags import issue

SEED: Final = 2025
PAGE: Final = 2_000
"""Machines held in memory at a time."""
VERIFIED_WHOLE: Final = 100_000
"""Up to this many machines every chain is verified; above, those of the first pages and the last."""
LINES: Final = 10

_D: Final = {"location": "HUB"}
_Pattern = list[tuple[str, Callable[[int, str], dict[str, Any]]]]


def _wipe(number: int, key: str) -> dict[str, Any]:
    return {"drives": [{"uid": f"b{number}-1.0", "method": "purge", "tool": "nwipe"}]}


def _placed(number: int, key: str) -> dict[str, Any]:
    return {"custodian": f"p{number % 500}", "location": f"R{number % 400}"}


def _moved(number: int, key: str) -> dict[str, Any]:
    return {"location": f"R{(number * 7 + 1) % 400}"}


def _bench(number: int, key: str) -> dict[str, Any]:
    return {"functional": "working", "cosmetic": "B"}


def _nothing(number: int, key: str) -> dict[str, Any]:
    return {}


def _back(number: int, key: str) -> dict[str, Any]:
    return dict(_D)


_HUB: Final[_Pattern] = [("returned", _back), ("sanitised", _wipe), ("inspected", _bench)]
_USE: Final[_Pattern] = [("deployed", _placed), ("moved", _moved)]
_PATTERNS: Final[tuple[_Pattern, ...]] = (
    [*_USE, ("sighted", _moved), ("repaired", lambda n, k: {"work": "Fan replaced"}), ("moved", _moved),
     ("upgraded", lambda n, k: {"work": "Memory added"}), ("sighted", _moved), ("moved", _moved), ("sighted", _moved)],
    [*_USE, *_HUB, ("passed_for_reuse", _nothing), ("reserved", _nothing),
     ("donated", lambda n, k: {"partner": f"partner{n % 5}"}),
     ("recipient_reported", lambda n, k: {"report": "still_in_use"})],
    [*_USE, ("sighted", _moved), *_HUB, ("declared_waste", _nothing),
     ("collected", lambda n, k: {"facility": "weee", "expected": "recycled"}),
     ("recycled", lambda n, k: {"loop": "open"})],
    [*_USE, ("sighted", _moved), *_HUB, ("passed_for_reuse", _nothing), ("redeployed", _placed), ("moved", _moved)],
)  # fmt: skip
_TURN: Final = (0, 0, 1, 2, 0, 2, 1, 0, 3, 2)
"""Which pattern each machine of ten follows: 40 % in use, 20 % donated, 30 % waste, 10 % redeployed."""


@dataclass(frozen=True)
class Fleet:
    """A register to measure on, and how to reach it."""

    url: str
    size: int
    token: str
    account: str
    """Opaque id of the account, an administrator."""

    def tag(self, number: int) -> str:
        """Tag of the *number*-th machine."""
        return issue("ED", number)

    def in_use(self, number: int) -> str:
        """Tag of the *number*-th machine that is in use and was never returned."""
        places = [place for place, pattern in enumerate(_TURN) if pattern == 0]
        tens, place = divmod(number, len(places))
        return self.tag(tens * len(_TURN) + places[place])

    def serial(self, number: int) -> str:
        """Serial number of the *number*-th machine."""
        return f"SB{number:07d}"


@cache
def fleet(database: Database, size: int) -> Fleet:
    """A register of *size* machines; made once per run."""
    sys.stderr.write(f"  making {size:,} machines on {database.kind} ...\n")
    url = database.migrated(f"fleet_{size}")
    References.forget()
    engine = make_engine(url)
    chance = random.Random(SEED)
    with Session(engine, expire_on_commit=False) as session:
        with transaction(session):
            account, token = _found(session, url)
        recorder = Recorder(
            account.id, account.uid, frozenset(PERMISSIONS), datetime(2025, 8, 1, tzinfo=UTC), settings(url)
        )
        references = References(session)
        references.load(codes())
        for start in range(0, size, PAGE):
            with transaction(session):
                made = [_machine(number, chance, recorder) for number in range(start, min(size, start + PAGE))]
                write_working(session, made, recorder, references)
        with transaction(session):
            session.execute(insert(TagSeries).values(prefix="ED", next_number=size))
        if database.kind == "postgresql":
            session.commit()
            session.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).execute(text("VACUUM ANALYZE"))
        else:
            session.execute(text("ANALYZE"))
        session.commit()
        _prove(session, size)
    engine.dispose()
    return Fleet(url, size, token, account.uid)


def codes() -> list[tuple[str, str]]:
    """(table, code) of everything that the lines refer to."""
    return [
        ("location", "HUB"),
        ("party", "weee"),
        *[("department", f"D{n}") for n in range(30)],
        *[("location", f"R{n}") for n in range(400)],
        *[("party", f"p{n}") for n in range(500)],
        *[("party", f"partner{n}") for n in range(5)],
    ]


def _found(session: Session, url: str) -> tuple[Account, str]:
    moment = datetime(2015, 6, 1, tzinfo=UTC)
    account = Account(uid="b" * 32, username="bench", display_name="Bench", role="administrator", created_at=moment)
    session.add(account)
    session.flush()
    token = issue_token(session, account, "bench", moment)
    session.add_all([Department(code=f"D{n}", name=f"Department {n}", path=f"/D{n}/") for n in range(30)])
    session.add_all(
        [Location(code=f"R{n}", site="Site", building=f"Building {n // 20}", room=f"{n % 20}") for n in range(400)]
    )
    session.add(Location(code="HUB", site="Site", building="Hub", room="Store"))
    session.add_all([Party(uid=f"p{n}", role="custodian", name=f"Person {n}") for n in range(500)])
    session.add_all([Party(uid=f"partner{n}", role="partner", name=f"Partner {n}") for n in range(5)])
    session.add(Party(uid="weee", role="facility", name="Works"))
    remember_basis(session, settings(url))
    return account, token


def _machine(number: int, chance: random.Random, recorder: Recorder) -> Working:
    """A machine with its ten lines, hashed and applied; nothing is written."""
    begun = datetime.combine(date(2015, 6, 1) + timedelta(days=chance.randrange(2_900)), time(9), UTC)
    kind = catalogue.choose_kind(begun.year, chance)
    model = catalogue.choose_model(kind, begun.year, chance)
    opening = {
        "tag": issue("ED", number),
        "kind": kind,
        "manufacturer": model.manufacturer,
        "model": model.name,
        "department": f"D{chance.randrange(30)}",
        "purchase_date": begun.date().isoformat(),
        "purchase_cost": f"{chance.randrange(200, 1800)}.00",
        "currency": "GBP",
        "identifiers": [{"type": "serial", "value": f"SB{number:07d}"}],
        "drives": [{"serial": f"DB{number:07d}", "medium": "ssd"}],
    }
    working = Working(State(), [], head=GENESIS)
    moment = begun
    steps: list[tuple[str, dict[str, Any]]] = [("received", opening)]
    pattern = _PATTERNS[_TURN[number % len(_TURN)]]
    steps += [(kind_, details(number, "")) for kind_, details in pattern]
    for sequence, (what, details) in enumerate(steps, start=1):
        line = Line(f"b{number}-{sequence}", what, moment, "instant", moment, recorder.actor, details, sequence)
        apply(working.state, EVENT_TYPES[what], line)
        working.head = line_hash(line, None, working.head)
        working.lines.append(line)
        working.new.append(
            {
                "sequence": sequence, "key": line.key, "kind": what, "occurred_at": moment, "precision": "instant",
                "recorded_at": moment, "actor_id": recorder.account_id, "details": details, "personal_digest": None,
                "voids": None, "replaces": None, "hash": working.head, "status_after": working.state.status,
            }
        )  # fmt: skip
        moment += timedelta(days=3 + chance.randrange(70), minutes=7)
    working.sequence = len(steps)
    if number < len(_TURN):
        replay(working.lines, strict=True)
    return working


def _prove(session: Session, size: int) -> None:
    if size <= VERIFIED_WHOLE:
        lines, findings = verify(session)
        if findings or lines != size * LINES:
            raise RuntimeError(f"{lines} lines, {len(findings)} chains do not fit")
        return
    for after in (0, size // 2, size - PAGE):
        for asset, lines in load_ledger_page(session, after, PAGE):
            head = GENESIS
            for line, digest, stored in lines:
                head = line_hash(line, digest, head)
                if head != stored:
                    raise RuntimeError(f"{asset.tag}: line {line.sequence} does not fit")
            if head != bytes(asset.head):
                raise RuntimeError(f"{asset.tag}: the head does not fit")
