"""A count from its frozen list to the ledger: what each scan is answered, what is recorded, what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from inventory.errors import BatchRefused, KeyConflict, NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.register.statuses import ON_SITE
from inventory.stocktaking import queries, service, unknowns
from inventory.stocktaking.scanning import take_back
from inventory.stocktaking.scope import Scope
from tests.conftest import statements
from tests.stocktaking.conftest import ROOM, Counting


def test_the_expected_list_is_frozen_at_the_start(counting: Counting) -> None:
    take = counting.start()
    assert (take.expected, take.scope_words, take.name) == (
        6,
        "King's Buildings, Reuse hub, Store B12",
        take.scope_words,
    )
    counting.world.record("moved", "A-0", None, location="HUB")
    counting.world.record("moved", "H-0", None, location="AT-5.01")
    assert counting.groups(take)["missing"] == [f"H-{n}" for n in range(6)]
    assert counting.numbers(take).expected == 6


SCOPES = [
    (Scope("building", place="HUB"), "stock_take", "H-0 H-1 H-2 H-3 H-4 H-5 W-1", "Reuse hub: the whole building"),
    (Scope("site", place="HUB-2"), "stock_take", "H-0 H-1 H-2 H-3 H-4 H-5 W-1", "the whole site"),
    (Scope("department", department="CSE"), "stock_take", "I-1", "with all below it"),
    (Scope("filter", filter={"q": "A-1"}), "check", "A-1", "Q: A-1"),
    (Scope("filter", filter={"location": ["AT-5.01"], "kind": "laptop"}), "stock_take", "A-0 A-1 A-2", "Central, Appleton Tower"),
    (Scope("filter", filter={"status": "donated"}), "check", "D-0", "Status: Donated"),
    (Scope("tags", tags=("a-0", "https://reuse.test/T/A-2", "A-0")), "check", "A-0 A-2", "3 pasted tags"),
    (Scope("tags", tags=("A-0", "NOBODY"), skip_unknown=True), "check", "A-0", "2 pasted tags"),
    (Scope("awaiting"), "check", "X-1", "await collection"),
]  # fmt: skip
"""Scope, purpose, the machines that it gives, and part of its words."""


def test_a_scope_gives_its_machines_and_its_words(counting: Counting) -> None:
    w = counting.world
    w.record("registered", None, None, tag="W-1", kind="laptop", status="returned", location="HUB-2")
    w.record("registered", None, None, tag="I-1", kind="laptop", status="in_stock", department="INF")
    w.record("registered", None, None, tag="X-1", kind="laptop", status="returned")
    w.record("declared_waste", "X-1", None, reason="dead")
    for scope, purpose, tags, words in SCOPES:
        take = counting.start(scope, purpose)
        assert counting.groups(take)["missing"] == tags.split(), scope
        assert words in take.scope_words


def test_a_count_of_what_another_left_missing(counting: Counting) -> None:
    first = counting.start()
    counting.scan(first, "H-0", "H-1", "A-0")
    for group, tags in {"missing": "H-2 H-3 H-4 H-5", "found": "H-0 H-1", "unexpected": "A-0"}.items():
        again = counting.start(Scope("list", stock_take=first.code.lower(), group=group), "check")
        assert counting.groups(again)["missing"] == tags.split()


def test_what_has_left_is_not_expected_in_a_place(counting: Counting) -> None:
    take = counting.start(Scope("filter", filter={"kind": "laptop"}))
    statuses = {counting.asset(tag).status for tag in counting.groups(take)["missing"]}
    assert statuses <= ON_SITE and "D-0" not in counting.groups(take)["missing"]


NO_SCOPES = [
    (Scope("room", place="NOWHERE"), "stock_take", "Name the place"),
    (Scope("department", department="?"), "stock_take", "Name the department"),
    (Scope("filter", filter={"status": ["sunk"]}), "stock_take", "no status"),
    (Scope("tags"), "check", "The list is empty"),
    (Scope("tags", tags=("A-0", "NOBODY")), "check", "1 of the 2 tags lead to no one machine: NOBODY"),
    (Scope("tags", tags=("NOBODY",), skip_unknown=True), "check", "None of these"),
    (Scope("tags", tags=("x",) * 10_001), "check", "at most 10,000"),
    (Scope("awaiting"), "check", "nothing to compare with"),
    (Scope("list", stock_take="C0"), "check", "no count with the code"),
    (Scope("nonsense"), "check", "Choose what is counted"),
    (ROOM, "nonsense", "Choose what the count is for"),
]  # fmt: skip


def test_a_scope_that_cannot_be_is_refused_in_words_and_leaves_nothing(counting: Counting) -> None:
    for scope, purpose, says in NO_SCOPES:
        with pytest.raises((ValidationRefused, NotFound), match=says):
            counting.start(scope, purpose)
        assert queries.open_takes(counting.world.session) == []


def test_the_same_form_sent_twice_starts_one_count(counting: Counting) -> None:
    take = counting.start(key="one")
    assert counting.start(key="one").id == take.id
    with pytest.raises(KeyConflict):
        counting.start(Scope("room", place="AT-5.01"), key="one")
    with pytest.raises(ValidationRefused, match="key"):
        counting.start(key="\u00fc")
    with pytest.raises(ValidationRefused, match="characters"):
        counting.start(name="n" * 121)


# -- scans ---------------------------------------------------------------------------------------------------


def test_each_scan_is_answered_with_what_it_is(counting: Counting) -> None:
    take = counting.start()
    answers = counting.scan(take, "h-0", "A-1", "NOBODY", "D-0", "H-0")
    assert [each.outcome for each in answers] == ["found", "unexpected", "unknown", "unexpected", "again"]
    assert answers[1].words == "It should be in Central, Appleton Tower, 5.01 (returned)."
    assert "donated" in answers[3].words
    assert "Tess Technician scanned it at 09:00 on 23 Nov 2026" in answers[4].words
    assert answers[0].words == "1 of 6 found; 5 left."
    assert counting.numbers(take) == queries.Numbers(6, 1, 2, 1)


def test_a_scan_that_came_before_is_answered_as_before_and_counts_once(counting: Counting) -> None:
    take = counting.start()
    scan = counting.scanned("H-0", key="mine")
    first = counting.scan(take, scan)
    assert [each.outcome for each in counting.scan(take, scan, scan)] == ["found", "found"]
    assert first[0].outcome == "found" and counting.numbers(take).found == 1
    clash = counting.scan(take, counting.scanned("H-2"), counting.scanned("H-1", key="mine"), counting.scanned("H-3"))
    assert [each.outcome for each in clash] == ["found", "conflict", "found"]
    assert counting.scan(counting.start(), scan)[0].outcome == "conflict"


def test_the_earliest_sight_stands_whoever_sends_first(counting: Counting) -> None:
    take = counting.start()
    counting.scan(take, counting.scanned("H-0", 0))
    late = counting.scan(take, counting.scanned("H-0", -30, by=counting.bo))
    assert late[0].outcome == "again"
    assert queries.by_person(counting.world.session, take) == [("Bo", 1, counting.world.now - timedelta(minutes=30))]


def test_offline_scans_that_arrive_after_the_pause_are_taken_and_after_the_end_told(counting: Counting) -> None:
    take = counting.start()
    counting.write(lambda db: service.pause(db, take.code, counting.world.now))
    assert counting.scan(take, counting.scanned("H-0", -5))[0].outcome == "found"
    counting.confirm(take)
    late = counting.scanned("H-1", -5)
    for _ in range(2):
        answer = counting.scan(take, late)[0]
        assert (answer.outcome, answer.headline) == ("closed", "This count is confirmed")
        assert "arrived" in answer.words
    assert counting.numbers(take).late == 1 and counting.numbers(take).found == 1
    assert counting.scan(take, counting.scanned("H-0", key=None))[0].outcome == "closed"


def test_a_scan_taken_back_counts_no_more(counting: Counting) -> None:
    take = counting.start()
    now = counting.world.now
    counting.scan(
        take,
        *(counting.scanned(text, key=f"k-{n}") for n, text in enumerate(["H-0", "A-0", "NOBODY", "NOBODY", "H-1"])),
    )
    counting.scan(take, counting.scanned("H-1", 5, by=counting.bo))
    for key in ("k-0", "k-0", "k-1", "k-2", "k-4"):
        assert counting.write(lambda db, key=key: take_back(db, key, now)).outcome == "taken_back"
    assert counting.numbers(take) == queries.Numbers(6, 1, 0, 1)
    assert queries.by_person(counting.world.session, take)[0][0] == "Bo"
    counting.write(lambda db: take_back(db, "k-3", now))
    assert counting.numbers(take).unknown == 0
    with pytest.raises(NotFound):
        counting.write(lambda db: take_back(db, "never", now))


def test_a_list_built_by_scanning_has_no_missing(counting: Counting) -> None:
    take = counting.start(Scope("none"), "batch")
    answers = counting.scan(take, "H-0", "A-0", "H-0", "NOBODY")
    assert [each.outcome for each in answers] == ["batched", "batched", "again", "unknown"]
    assert counting.groups(take) == {"found": ["A-0", "H-0"], "missing": [], "unexpected": []}
    assert queries.tags_in(counting.world.session, take.code, "found", 10) == ["A-0", "H-0"]


def test_a_serial_leads_to_its_machine_and_two_of_it_are_told(counting: Counting) -> None:
    w = counting.world
    for tag, serials in (("S-1", ["SN1", "SHARED"]), ("S-2", ["SHARED"])):
        identifiers = [{"type": "serial", "value": serial} for serial in serials]
        w.record(
            "registered", None, None, tag=tag, kind="laptop", status="returned", location="HUB", identifiers=identifiers
        )
    take = counting.start()
    one, two = counting.scan(take, "sn1", "SHARED")
    assert (one.outcome, one.tag) == ("found", "S-1")
    assert two.outcome == "ambiguous" and "S-1, S-2" in two.words


def test_a_batch_of_scans_takes_the_same_few_statements(counting: Counting) -> None:
    take = counting.start()
    counting.scan(take, "H-5", "NOBODY")
    sent = []
    for texts in (
        ["H-0", "A-0", "NOBODY", "ELSE"],
        ["H-1", "H-2", "H-3", "A-1", "A-2", "D-0", "H-0", "NOBODY", "MORE", "YET"],
    ):
        with statements(counting.world.session.get_bind()) as seen:
            counting.scan(take, *texts)
        sent.append(len(seen))
    # Rows without a place are inserted apart from those with one.
    assert sent[1] <= sent[0] + 1 <= 22, sent


# -- the end -------------------------------------------------------------------------------------------------


def test_what_was_decided_is_in_the_ledger_at_the_time_of_the_scan(counting: Counting) -> None:
    take = counting.start()
    at = counting.world.now
    counting.world.later(hours=2)
    counting.scan(take, *(counting.scanned(text, -110) for text in ("H-0", "H-1", "A-0", "A-1", "A-2")))
    counting.decide(take, "missing", "report", "H-2", "H-3")
    counting.decide(take, "unexpected", "move", "A-0")
    counting.decide(take, "unexpected", "back", "A-1")
    closed = counting.confirm(take)
    assert (closed.machines, closed.refused) == (6, 0)
    assert dict(closed.lines) == {"sighted": 3, "moved": 2, "reported_missing": 2}
    seen = at + timedelta(minutes=10)
    assert counting.lines("H-0") == [("sighted", {"location": "HUB"}, seen)]
    assert counting.lines("A-0") == [("moved", {"location": "HUB"}, seen)]
    assert counting.lines("A-1") == [
        ("sighted", {"location": "HUB"}, seen),
        ("moved", {"location": "AT-5.01"}, counting.world.now),
    ]
    assert counting.lines("H-2") == [("reported_missing", {}, counting.world.now)]
    assert counting.lines("H-4") == counting.lines("A-2") == []
    assert counting.asset("H-2").status == "missing" and counting.asset("H-0").last_seen_at == seen
    with pytest.raises(RuleRefused, match="does not change"):
        counting.confirm(take)


def test_a_machine_that_was_reported_missing_is_found_by_the_count(counting: Counting) -> None:
    counting.world.record("reported_missing", "A-0")
    take = counting.start()
    counting.scan(take, counting.scanned("A-0", 1))
    counting.decide(take, "unexpected", "move")
    counting.world.later(hours=1)
    counting.confirm(take)
    assert counting.asset("A-0").status == "returned"
    assert counting.lines("A-0")[0][0] == "found"


def test_what_is_refused_is_told_and_does_not_hold_up_the_others(counting: Counting) -> None:
    take = counting.start()
    counting.scan(take, "H-0", "H-1", "D-0")
    counting.world.later(hours=1)
    counting.world.record("reported_missing", "H-5")
    counting.world.record("sighted", "H-4")
    counting.decide(take, "missing", "report")
    counting.decide(take, "unexpected", "move")
    closed = counting.confirm(take)
    assert dict(closed.lines) == {"sighted": 2, "reported_missing": 2}
    told = {tag: words for tag, _, words in closed.told}
    assert set(told) == {"D-0", "H-4", "H-5"}
    assert "seen elsewhere" in told["H-4"] and "donated" in told["D-0"].lower()
    assert counting.asset("H-4").status == "returned"
    page = queries.machines_of(counting.world.session, take, "unexpected", 10)
    assert page.rows[0].machine.refusal == told["D-0"]


def test_a_review_that_others_have_overtaken_is_not_confirmed(counting: Counting) -> None:
    take = counting.start()
    counting.scan(take, "H-0")
    version = take.version
    counting.scan(take, "H-1")
    with pytest.raises(RuleRefused, match="since you looked"):
        counting.confirm(take, version=version)
    assert counting.lines("H-0") == []
    counting.confirm(take, version=take.version)
    assert len(counting.lines("H-0")) == 1


def test_who_may_not_record_may_count_but_not_confirm(counting: Counting) -> None:
    take = counting.start()
    with pytest.raises(NotAllowed, match="technician"):
        counting.confirm(take, permissions=frozenset({"view", "count"}))


def test_a_failure_halfway_leaves_neither_lines_nor_an_ended_count(
    counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inventory.stocktaking import closing

    take = counting.start()
    counting.scan(take, "H-0", "H-1", "H-2")
    monkeypatch.setattr(closing, "_CHUNK", 2)
    whole, calls = closing._keep, []

    def breaks(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        whole(*args)

    monkeypatch.setattr(closing, "_keep", breaks)
    with pytest.raises(RuntimeError):
        counting.confirm(take)
    assert [counting.lines(f"H-{n}") for n in range(3)] == [[], [], []]
    monkeypatch.setattr(closing, "_keep", whole)
    assert counting.confirm(take).machines == 3


def test_an_abandoned_count_says_why_and_records_nothing(counting: Counting) -> None:
    take = counting.start()
    counting.scan(take, "H-0")
    with pytest.raises(ValidationRefused, match="Say why"):
        counting.write(lambda db: service.abandon(db, take.code, " ", counting.world.recorder()))
    counting.write(lambda db: service.abandon(db, take.code, "fire alarm", counting.world.recorder()))
    assert (take.state, take.reason, counting.lines("H-0")) == ("abandoned", "fire alarm", [])
    for refused in (
        lambda db: service.pause(db, take.code, counting.world.now),
        lambda db: service.resume(db, take.code),
        lambda db: service.decide(db, take.code, "missing", "report", None),
    ):
        with pytest.raises(RuleRefused, match="abandoned"):
            counting.write(refused)
    assert counting.scan(take, "H-1")[0].outcome == "closed"


def test_a_paused_count_goes_on(counting: Counting) -> None:
    take = counting.start()
    assert counting.write(lambda db: service.pause(db, take.code, counting.world.now)).state == "paused"
    resumed = counting.write(lambda db: service.resume(db, take.code))
    assert (resumed.state, resumed.paused_at) == ("counting", None)


@pytest.mark.parametrize(
    ("group", "decision", "tags"), [("missing", "move", None), ("found", "leave", None), ("missing", "report", [])]
)
def test_a_decision_that_cannot_be_is_refused(
    counting: Counting, group: str, decision: str, tags: list[str] | None
) -> None:
    take = counting.start()
    with pytest.raises(ValidationRefused):
        counting.write(lambda db: service.decide(db, take.code, group, decision, tags))


# -- unknown tags --------------------------------------------------------------------------------------------


def _unknown(counting: Counting, take: Any, text: str) -> int:
    page = queries.unknown_of(counting.world.session, take, 50)
    return next(row.id for row, _ in page.rows if row.text == text)


def test_an_unknown_tag_that_is_registered_meanwhile_is_seen_at_the_time_of_its_scan(counting: Counting) -> None:
    take = counting.start()
    at = counting.world.now
    counting.scan(take, "NEW-1", "NEW-1", "STILL")
    counting.world.later(hours=1)
    counting.world.record("registered", None, None, tag="NEW-1", kind="laptop", status="returned", location="HUB")
    who = counting.world.recorder()
    assert counting.write(lambda db: unknowns.look_again(db, take.code, who)) == 1
    assert counting.write(lambda db: unknowns.look_again(db, take.code, who)) == 0
    assert counting.groups(take)["unexpected"] == ["NEW-1"]
    assert counting.numbers(take).unknown == 1
    assert queries.machines_of(counting.world.session, take, "unexpected", 9).rows[0].machine.seen_at == at


def test_an_unknown_tag_is_the_label_of_a_machine(counting: Counting) -> None:
    take = counting.start()
    counting.scan(take, "LOST-LABEL", "SCRATCHED")
    who = counting.world.recorder()
    number = _unknown(counting, take, "LOST-LABEL")
    row, tag = counting.write(lambda db: unknowns.is_label_of(db, take.code, number, "h-0", True, who))
    assert (row.state, tag) == ("machine", "LOST-LABEL")
    other = _unknown(counting, take, "SCRATCHED")
    assert counting.write(lambda db: unknowns.is_label_of(db, take.code, other, "H-1", False, who))[1] == "H-1"
    assert counting.numbers(take) == queries.Numbers(6, 2, 0, 0)
    assert counting.scan(take, "h-0")[0].outcome == "again"
    with pytest.raises(NotFound):
        counting.write(lambda db: unknowns.is_label_of(db, take.code, other, "NOBODY", False, who))
    with pytest.raises(RuleRefused, match="put to a machine"):
        counting.write(lambda db: unknowns.ignore(db, take.code, other, "a book", who))


def test_an_unknown_tag_is_ignored_with_a_reason(counting: Counting) -> None:
    take = counting.start()
    counting.scan(take, "A BOOK")
    number, who = _unknown(counting, take, "A BOOK"), counting.world.recorder()
    with pytest.raises(ValidationRefused, match="Say why"):
        counting.write(lambda db: unknowns.ignore(db, take.code, number, "", who))
    counting.write(lambda db: unknowns.ignore(db, take.code, number, "library book", who))
    assert counting.numbers(take).unknown == 0
    with pytest.raises(NotFound):
        counting.write(lambda db: unknowns.ignore(db, counting.start().code, number, "x", who))


def test_a_label_that_another_machine_bears_is_refused_and_nothing_changes(counting: Counting) -> None:
    take = counting.start()
    counting.scan(take, "TAKEN")
    counting.world.record("registered", None, None, tag="TAKEN", kind="laptop", status="returned")
    number = _unknown(counting, take, "TAKEN")
    with pytest.raises((RuleRefused, BatchRefused)):
        counting.write(lambda db: unknowns.is_label_of(db, take.code, number, "H-0", True, counting.world.recorder()))
    assert counting.numbers(take) == queries.Numbers(6, 0, 0, 1)
