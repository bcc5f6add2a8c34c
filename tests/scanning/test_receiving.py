"""Receiving: once whatever is sent twice or at once, in a constant number of statements, nothing lost."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.accounts.permissions import permissions_of
from inventory.db import transaction, write
from inventory.errors import RuleRefused
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.requests import Recorder
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.register.models import BlankTag
from inventory.register.tags import issue
from inventory.scanning.incoming import ScanIn
from inventory.scanning.models import Scan
from inventory.scanning.receiving import Handlers, Received, receive, settled_key
from inventory.scanning.settling import record_now, set_aside
from tests.conftest import NOW, World, statements

NONE = Handlers()


def scan(key: str, text: str = "", event: str | None = "returned", **said: Any) -> ScanIn:
    values: dict[str, Any] = {
        "number": 1, "device": "d", "owner": "a" * 32, "action": "record", "details": {}, "undoes": None, "list": None,
        "scanned_at": NOW, "offset_ms": 0, "occurred_at": NOW,
    }  # fmt: skip
    return ScanIn(key=key, text=text, event=event, **(values | said))


def undo(key: str, of: str, **said: Any) -> ScanIn:
    return scan(key, "", None, action="undo", undoes=of, **said)


def take(world: World, *scans: ScanIn, by: Recorder | None = None, handlers: Handlers = NONE) -> list[str]:
    with transaction(world.session) as session:
        return [each.answer.outcome for each in receive(session, scans, by or world.recorder(), handlers)]


def second_account(world: World, role: str = "technician") -> Recorder:
    with transaction(world.session) as session:
        other = Account(uid="b" * 32, username="olive", display_name="Olive", role=role, created_at=NOW)
        session.add(other)
    return replace(world.recorder(), account_id=other.id, actor=other.uid, permissions=permissions_of(role))


def together(engine: Engine, works: list[Callable[[Session], list[Received]]]) -> list[list[str]]:
    """Run each work in a session of its own, all at the same moment; their outcomes."""
    gate = threading.Barrier(len(works))
    found: list[list[str]] = [[] for _ in works]
    wrong: list[BaseException] = []

    def run(place: int) -> None:
        try:
            with Session(engine, expire_on_commit=False) as session:
                gate.wait()
                found[place] = [each.answer.outcome for each in write(session, works[place])]
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    return found


def lines(world: World) -> list[str]:
    world.session.rollback()
    return list(world.session.scalars(select(LifecycleEvent.key).order_by(LifecycleEvent.id)))


def test_a_request_sent_twice_at_once_is_taken_in_once(world: World, engine: Engine) -> None:
    for number in range(6):
        world.used_machine(f"M-{number}")
    world.session.commit()
    for turn in range(4):
        event = ("moved", "sighted", "reported_missing", "found")[turn]
        said = {"location": "HUB"} if event == "moved" else {}
        scans = [
            scan(f"scan-{turn}-{n}", f"M-{n}", event, details=said, occurred_at=NOW + timedelta(hours=turn))
            for n in range(6)
        ]
        scans.append(scan(f"scan-{turn}-x", "NOBODY", event))
        who = world.recorder(now=NOW + timedelta(hours=turn, minutes=1))
        found = together(engine, [lambda session, s=scans, w=who: receive(session, s, w, NONE)] * 3)  # type: ignore[misc]
        assert sorted(found) == sorted([["already"] * 6 + ["to_settle"]] * 2 + [["recorded"] * 6 + ["to_settle"]])
    assert len(lines(world)) == 12 + 24 and len(set(lines(world))) == 36


def test_of_two_phones_with_the_same_machine_one_wins_and_one_is_told(world: World, engine: Engine) -> None:
    other = second_account(world)
    for number in range(5):
        world.used_machine(f"M-{number}")
    world.session.commit()
    for number in range(5):
        works: list[Callable[[Session], list[Received]]] = [
            lambda session, n=number, w=who: receive(session, [scan(f"scan-{n}-{w.actor[0]}", f"M-{n}")], w, NONE)  # type: ignore[misc]
            for who in (world.recorder(), other)
        ]
        assert sorted(together(engine, works)) == [["recorded"], ["to_settle"]]
    told = world.session.scalars(select(Scan.words).where(Scan.outcome == "to_settle")).all()
    assert len(told) == 5 and all("is returned already" in words for words in told)


def test_an_undo_and_its_scan_that_cross_leave_nothing_standing(world: World, engine: Engine) -> None:
    for number in range(6):
        world.used_machine(f"M-{number}")
    world.session.commit()
    who = world.recorder()
    for number in range(6):
        key = f"scan-{number}"
        together(
            engine,
            [
                lambda session, k=key, n=number: receive(session, [scan(k, f"M-{n}")], who, NONE),  # type: ignore[misc]
                lambda session, k=key: receive(session, [undo(f"{k}-undo", k)], who, NONE),  # type: ignore[misc]
            ],
        )
    world.session.rollback()
    assert set(world.session.scalars(select(Scan.outcome))) == {"undone"}
    rows = world.session.execute(select(LifecycleEvent.key, LifecycleEvent.voids)).all()
    voided = {row.voids for row in rows if row.voids}
    assert not [row.key for row in rows if row.key.startswith("scan-") and not row.voids and row.key not in voided]


def test_two_people_who_settle_one_scan_at_once_record_it_once(world: World, engine: Engine) -> None:
    world.used_machine("M-1")
    take(world, scan("scan-1", "NOBODY", "sighted"))
    number = world.session.scalar(select(Scan.id))
    assert number is not None
    gate = threading.Barrier(3)
    found: list[str] = []

    def settle() -> None:
        with Session(engine, expire_on_commit=False) as session:
            gate.wait()
            found.append(write(session, lambda db: record_now(db, number, world.recorder(), NONE, "M-1")).outcome)

    threads = [threading.Thread(target=settle) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["settled"] * 3 and lines(world)[2:] == [settled_key("scan-1")]


def of_many_kinds(number: int, turn: str) -> list[ScanIn]:
    """*number* scans: recorded, refused, by serial, unknown, twice, taken back."""
    made: list[ScanIn] = []
    for n in range(number // 6):
        made += [
            scan(f"{turn}-{n}-a", f"M-{n}", "moved", details={"location": "HUB", "note": "by the lift"}),
            scan(f"{turn}-{n}-b", f"M-{n}", "donated", details={"partner": "remakery"}),
            scan(f"{turn}-{n}-c", f"SER-{n}", "sighted"),
            scan(f"{turn}-{n}-d", f"NOBODY-{n}"),
            scan(f"{turn}-{n}-e", f"M-{n}", "sighted"),
            undo(f"{turn}-{n}-f", f"before-{n}") if n % 2 else scan(f"{turn}-{n}-f", "TWINS"),
        ]
    return made


def test_the_number_of_statements_does_not_grow_with_the_scans(world: World, engine: Engine) -> None:
    for number in range(33):
        twins = [{"type": "service_tag", "value": "TWINS"}] if number < 3 else []
        world.used_machine(f"M-{number}", identifiers=[{"type": "serial", "value": f"SER-{number}"}, *twins])
    take(world, *(scan(f"before-{n}", f"M-{n}", "sighted", occurred_at=NOW - timedelta(hours=5)) for n in range(33)))
    counted = {}
    for number in (60, 198):
        with transaction(world.session) as session, statements(engine) as sent:
            found = receive(session, of_many_kinds(number, f"t{number}"), world.recorder(), NONE)
        counted[number] = len(sent)
        assert {each.answer.outcome for each in found} >= {"to_settle", "duplicate"}
        world.later(hours=1)
    assert max(counted.values()) <= 30, counted
    # What is sent again is looked up, no more.
    with transaction(world.session) as session, statements(engine) as sent:
        receive(session, of_many_kinds(198, "t198"), world.recorder(), NONE)
    assert len(sent) == 2, sent


def test_a_key_that_the_ledger_knows_already_is_not_used_again(world: World) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag)
    world.record("returned", "M-1", key="by-the-form")
    assert take(world, scan("by-the-form", "M-1")) == ["recorded"]
    assert take(world, scan("by-the-form", "M-1")) == ["already"]
    world.record("returned", "M-2", key="by-the-form-2")
    assert take(world, scan("by-the-form-2", "M-1", "sighted")) == ["to_settle"]
    world.record("sighted", "M-2", key="by-the-form-3")
    assert take(world, undo("undo-form-3", "by-the-form-3")) == ["undone"]
    assert (
        take(world, scan("undo-with-its-line", "M-2", "sighted"), undo("u-0", "undo-with-its-line")) == ["undone"] * 2
    )


def test_a_line_and_its_undo_whose_receipts_were_never_written(world: World) -> None:
    world.used_machine("M-1")
    world.record("returned", "M-1", key="by-the-form")
    assert take(world, scan("by-the-form", "M-1"), undo("undo-1", "by-the-form")) == ["recorded", "undone"]
    assert verify(world.session)[1] == []


def test_one_scan_twice_in_a_request_is_one_scan(world: World) -> None:
    world.used_machine("M-1")
    one = scan("scan-1", "M-1")
    assert take(world, one, one) == ["recorded", "recorded"] and lines(world)[2:] == ["scan-1"]
    assert take(world, undo("u-1", "scan-1"), undo("u-2", "scan-1")) == ["undone", "undone"]
    assert lines(world)[2:] == ["scan-1", "u-1"]


def test_a_mark_of_somebody_else_keeps_no_scan_out(world: World) -> None:
    world.used_machine("M-1")
    assert take(world, undo("u-1", "scan-1", owner="b" * 32), by=second_account(world)) == ["undone"]
    assert take(world, scan("scan-1", "M-1")) == ["recorded"]


def test_a_blank_label_and_a_slip_are_told_as_what_they_are(world: World) -> None:
    tag = issue("ED", 7)
    world.used_machine(tag)
    with transaction(world.session) as session:
        session.execute(insert(BlankTag), [{"tag_key": issue("ED", 8), "run": "r", "printed_at": NOW}])
    wrong = tag[:3] + ("X" if tag[3] != "X" else "Y") + tag[4:]
    with transaction(world.session) as session:
        found = receive(session, [scan("s-1", issue("ED", 8)), scan("s-2", wrong)], world.recorder(), NONE)
    assert [each.answer.outcome for each in found] == ["to_settle"] * 2
    assert "on no machine yet" in found[0].answer.words and f"Did you mean {tag}?" in found[1].answer.words


def test_an_undo_is_not_taken_back(world: World) -> None:
    world.used_machine("M-1")
    assert take(world, scan("scan-1", "M-1"), undo("undo-1", "scan-1"), undo("undo-2", "undo-1")) == [
        "undone",
        "undone",
        "to_settle",
    ]
    assert take(world, undo("undo-3", "undo-1")) == ["to_settle"]


def test_an_undo_that_the_history_forbids_waits(world: World) -> None:
    world.clean_machine("M-1")
    at = NOW + timedelta(seconds=1)
    world.later(minutes=1)
    take(world, scan("scan-1", "M-1", "reserved", details={"party": "ada"}, occurred_at=at))
    world.record("unreserved", "M-1")
    assert take(world, undo("undo-1", "scan-1")) == ["to_settle"]


def test_what_is_no_event_of_the_scan_page_waits(world: World) -> None:
    world.used_machine("M-1")
    found = take(world, scan("s-1", "M-1", "recycled"), scan("s-2", "M-1", "blessed"), scan("s-3", "", "returned"))
    assert found == ["to_settle"] * 3


def test_details_that_are_not_right_wait_and_hide_no_later_scan(world: World) -> None:
    world.used_machine("M-1")
    wrong = scan("s-1", "M-1", "moved", details={"location": "NOWHERE"})
    worse = scan("s-2", "M-1", "moved", details={"location": ["HUB"]})
    right = scan("s-3", "M-1", "moved", details={"location": "HUB"})
    assert take(world, wrong, worse, right) == ["to_settle", "to_settle", "recorded"]


def test_what_waits_when_it_is_scanned_again_is_told(world: World) -> None:
    world.used_machine("M-1")
    first = scan("s-1", "M-1", "donated", details={"partner": "remakery"})
    with transaction(world.session) as session:
        found = receive(session, [first, replace(first, key="s-2")], world.recorder(), NONE)
    assert [each.answer.outcome for each in found] == ["to_settle", "duplicate"]
    assert "waits to be settled" in found[1].answer.words


def test_other_actions_go_to_those_who_know_them(world: World) -> None:
    world.used_machine("M-1")
    heard: list[str] = []
    took_back: list[str] = []

    def listed(session: Session, scans: list[ScanIn], recorder: Recorder) -> list[dict[str, Any]]:
        heard.extend(each.key for each in scans)
        return [{"outcome": "found", "tag": each.text, "headline": "Found", "words": "As expected."} for each in scans]

    def forget(session: Session, receipts: list[Scan], recorder: Recorder) -> None:
        took_back.extend(each.key for each in receipts)

    known = Handlers({"list": listed}, {"list": forget})
    one = scan("l-1", "M-1", None, action="list", list="B12")
    gone = scan("l-2", "M-1", None, action="list", list="B12")
    odd = scan("o-1", "M-1", None, action="dance")
    assert take(world, one, gone, undo("u-2", "l-2"), odd, handlers=known) == ["found", "undone", "undone", "to_settle"]
    assert take(world, one, handlers=known) == ["found"]
    assert take(world, undo("u-1", "l-1"), handlers=known) == ["undone"]
    assert take(world, one, handlers=known) == ["undone"]
    assert (heard, took_back) == (["l-1"], ["l-1"])
    assert take(world, scan("l-3", "M-1", None, action="list"), handlers=known) == ["found"]
    assert take(world, undo("u-3", "l-3")) == ["to_settle"]


# -- random lives -----------------------------------------------------------------------------------------

_RUN = count()
EVENTS = ("returned", "moved", "sighted", "held", "reported_missing", "found", "deployed", "donated")
STEP = st.one_of(
    st.tuples(st.just("scan"), st.integers(0, 2), st.integers(0, 3), st.sampled_from(EVENTS)),
    st.tuples(st.just("undo"), st.integers(0, 2), st.integers(0, 9)),
    st.tuples(st.just("send"), st.integers(0, 2), st.integers(1, 5), st.sampled_from(["ok", "lost", "crash", "twice"])),
    st.tuples(st.just("again"), st.integers(0, 2)),
    st.tuples(st.just("settle"), st.booleans()),
    st.tuples(st.just("later"), st.integers(1, 40)),
)


@dataclass
class Phone:
    """A device: what it scanned, what it still holds, what was acknowledged."""

    who: Recorder
    made: list[ScanIn] = field(default_factory=list)
    queue: list[ScanIn] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)


class Life:
    """One random run on machines of its own."""

    def __init__(self, world: World, other: Recorder) -> None:
        self.world, self.run = world, next(_RUN)
        mine = world.recorder()
        # Two phones of one person, one of another, who may correct only what is theirs.
        self.phones = [Phone(mine), Phone(mine), Phone(other)]
        self.keys = count()
        for number in range(4):
            world.used_machine(self.tag(number))

    def tag(self, number: int) -> str:
        return f"R{self.run}-{number}"

    def key(self) -> str:
        return f"run-{self.run}-{next(self.keys)}"

    def recorder(self, phone: Phone) -> Recorder:
        return replace(phone.who, now=self.world.now)

    def scan(self, number: int, machine: int, event: str) -> None:
        details = {"held": {"reason": "r"}, "donated": {"partner": "remakery"}, "deployed": {"custodian": "ada"}}
        self._add(
            number,
            scan(
                self.key(), self.tag(machine) if machine else "UNKNOWN", event, occurred_at=self.world.now,
                details=details.get(event, {}), owner=self.phones[number].who.actor,
            ),
        )  # fmt: skip

    def undo(self, number: int, place: int) -> None:
        if made := self.phones[number].made:
            of = made[place % len(made)]
            self._add(number, undo(self.key(), of.key, owner=self.phones[number].who.actor))

    def _add(self, number: int, made: ScanIn) -> None:
        self.phones[number].made.append(made)
        self.phones[number].queue.append(made)

    def send(self, number: int, size: int, how: str) -> None:
        phone = self.phones[number]
        few = phone.queue[:size]
        if not few:
            return
        who = self.recorder(phone)
        session = self.world.session
        if how == "crash":
            session.rollback()
            receive(session, few, who, NONE)
            session.rollback()
            return
        for _ in range(2 if how == "twice" else 1):
            with transaction(session):
                found = receive(session, few, who, NONE)
        if how != "lost":
            phone.acknowledged |= {each.key: each.answer.outcome for each in found}
            phone.queue = phone.queue[size:]

    def again(self, number: int) -> None:
        """All that the phone ever made, in another order."""
        phone = self.phones[number]
        sent = [each for each in phone.made if each.key in phone.acknowledged]
        with transaction(self.world.session) as session:
            receive(session, sent[::-1], self.recorder(phone), NONE)

    def settle(self, aside: bool) -> None:
        session, who = self.world.session, self.recorder(self.phones[0])
        session.rollback()
        number = session.scalar(select(Scan.id).where(Scan.outcome == "to_settle").order_by(Scan.id).limit(1))
        if number is None:
            return
        try:
            with transaction(session):
                if aside:
                    set_aside(session, number, who, "looked at")
                else:
                    record_now(session, number, who, NONE)
        except RuleRefused:
            pass

    def later(self, minutes: int) -> None:
        self.world.later(minutes=minutes)

    def end(self) -> None:
        for number, phone in enumerate(self.phones):
            while phone.queue:
                self.send(number, 7, "ok")

    def check(self) -> None:
        """Every acknowledged scan is once, and only once, a line, an entry to settle, or told as neither."""
        session = self.world.session
        session.rollback()
        session.expire_all()
        prefix = f"run-{self.run}-%"
        rows = session.execute(
            select(LifecycleEvent.key, LifecycleEvent.voids).where(LifecycleEvent.key.like(prefix))
        ).all()
        in_ledger = {row.key for row in rows}
        voided = {row.voids for row in rows if row.voids}
        receipts = {each.key: each for each in session.scalars(select(Scan).where(Scan.key.like(prefix)))}
        made = {each.key: each for phone in self.phones for each in phone.made}
        assert {key for phone in self.phones for key in phone.acknowledged} == set(made)
        for key, each in made.items():
            receipt = receipts.pop(key)
            line = settled_key(key) if receipt.outcome == "settled" else key
            if each.action == "undo":
                # An undo that voided a line is a correcting line itself; the others have none.
                assert receipt.outcome in ("undone", "to_settle", "set_aside"), receipt.outcome
                assert not (receipt.outcome != "undone" and key in in_ledger)
                continue
            assert (line in in_ledger and line not in voided) == (receipt.outcome in ("recorded", "settled")), key
            if receipt.outcome == "undone":
                assert {key, settled_key(key)} & in_ledger <= voided
            else:
                assert not ({key, settled_key(key)} - {line}) & in_ledger
            assert (receipt.details is None) or receipt.outcome == "to_settle"
        assert all(key.endswith("-settled") for key in receipts)
        known = set(made) | {settled_key(key) for key in made}
        assert in_ledger <= known


@pytest.mark.soak
def test_whatever_happens_every_scan_is_in_one_place(world: World, soak: bool) -> None:
    other = second_account(world)

    @examples(
        max_examples=400 if soak else 25,
        deadline=None,
        database=None,
        derandomize=not soak,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEP, min_size=5, max_size=30))
    def attempt(steps: list[tuple[Any, ...]]) -> None:
        life = Life(world, other)
        for name, *rest in steps:
            getattr(life, name)(*rest)
        life.end()
        life.check()

    attempt()
    assert verify(world.session)[1] == [] and check_projections(world.session, world.settings) == []
