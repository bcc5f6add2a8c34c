"""The rules of the ledger, each with its negative twin."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from inventory.db import transaction
from inventory.errors import (
    BatchRefused,
    GuardRefused,
    KeyConflict,
    NotAllowed,
    NotFound,
    RuleRefused,
    ValidationRefused,
)
from inventory.lifecycle.canonical import GENESIS, line_hash
from inventory.lifecycle.models import EventPersonal, LifecycleEvent, OutcomeFact, Tally
from inventory.lifecycle.requests import EventRequest
from inventory.lifecycle.service import erase_personal, record_events
from inventory.lifecycle.state import Line
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.register.models import Asset
from inventory.register.references import References
from tests.conftest import NOW, World


def lines(world: World) -> list[tuple[object, ...]]:
    rows = world.session.execute(
        select(
            LifecycleEvent.key,
            LifecycleEvent.kind,
            LifecycleEvent.sequence,
            LifecycleEvent.occurred_at,
            LifecycleEvent.details,
            LifecycleEvent.hash,
        ).order_by(LifecycleEvent.asset_id, LifecycleEvent.sequence)
    ).all()
    world.session.commit()
    return [tuple(row) for row in rows]


def status(world: World, tag: str) -> str:
    found = world.session.scalar(select(Asset.status).where(Asset.tag == tag))
    world.session.commit()
    return str(found)


def headline(world: World) -> dict[str, int]:
    rows = world.session.scalars(select(Tally).where(Tally.figure == "headline", Tally.machines != 0)).all()
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.measure] = counts.get(row.measure, 0) + row.machines
    world.session.commit()
    return counts


# -- idempotency ----------------------------------------------------------------------------------------


def test_the_same_key_with_the_same_content_answers_with_the_line_already_there(world: World) -> None:
    world.used_machine("ED-1")
    request = EventRequest("moved", "scan-1", "ED-1", NOW, {"location": "HUB", "note": "from the basement"})
    first = world.batch([request])[0]
    again = world.batch([request])[0]
    assert (first.outcome, again.outcome) == ("recorded", "already")
    assert again.sequence == first.sequence
    assert len(lines(world)) == 3


@pytest.mark.parametrize(
    "other",
    [
        {"details": {"location": "AT-5.01", "note": "x"}},
        {"details": {"location": "HUB", "note": "y"}},
        {"details": {"location": "HUB"}},
        {"kind": "sighted"},
        {"occurred_at": NOW - timedelta(days=1)},
        {"occurred_at": date(2026, 11, 23)},
    ],
)
def test_the_same_key_with_other_content_is_a_conflict_and_changes_nothing(world: World, other: dict) -> None:  # type: ignore[type-arg]
    world.used_machine("ED-1")
    world.batch([EventRequest("moved", "scan-1", "ED-1", NOW, {"location": "HUB", "note": "x"})])
    values = {"kind": "moved", "key": "scan-1", "tag": "ED-1", "occurred_at": NOW,
              "details": {"location": "HUB", "note": "x"}} | other  # fmt: skip
    with pytest.raises(KeyConflict):
        world.batch([EventRequest(**values)])
    assert len(lines(world)) == 3


def test_a_repeated_opening_line_answers_with_the_machine_that_it_opened(world: World) -> None:
    first = world.record("registered", key="open", status="returned", kind="laptop")
    again = world.record("registered", key="open", status="returned", kind="laptop")
    assert again.outcome == "already"
    assert again.tag == first.tag
    with pytest.raises(KeyConflict):
        world.record("registered", key="open", status="in_use", kind="laptop")


def test_a_repeated_key_in_one_batch_is_recorded_once(world: World) -> None:
    world.used_machine("ED-1")
    request = EventRequest("moved", "scan-1", "ED-1", NOW, {"location": "HUB"})
    assert [each.outcome for each in world.batch([request, request])] == ["recorded", "already"]


# -- batches --------------------------------------------------------------------------------------------


def test_a_batch_and_the_same_lines_one_by_one_leave_the_same_bytes(world: World) -> None:
    requests = [
        EventRequest("received", "a1", None, date(2020, 1, 1), {"tag": "ED-A", "kind": "laptop", "note": "pallet 1"}),
        EventRequest("received", "b1", None, date(2020, 1, 1), {"tag": "ED-B", "kind": "desktop"}),
        EventRequest("deployed", "a2", "ED-A", date(2020, 1, 2), {"custodian": "ada"}),
        EventRequest("moved", "b2", "ED-B", NOW, {"location": "HUB"}),
        EventRequest("returned", "a3", "ED-A", NOW, {"location": "HUB"}),
    ]
    world.batch(requests)
    together = lines(world)
    with transaction(world.session):
        for table in ("asset_identifier", "event_personal", "outcome", "part", "lifecycle_event", "asset", "tally"):
            world.session.execute(text(f"DELETE FROM {table}"))
    for request in requests:
        world.batch([request])
    assert lines(world) == together


def test_an_all_or_none_batch_with_one_refusal_records_nothing_and_names_every_row(world: World) -> None:
    world.used_machine("ED-1")
    before = lines(world)
    with pytest.raises(BatchRefused) as caught:
        world.batch([
            world.request("moved", "ED-1", location="HUB"),
            world.request("moved", "ED-9", location="HUB"),
            world.request("donated", "ED-1", partner="remakery"),
        ])  # fmt: skip
    assert [row for row, _ in caught.value.refusals] == [2, 3]
    assert "No machine bears ED-9" in caught.value.refusals[0][1].message
    assert lines(world) == before


def test_a_batch_each_on_its_own_records_the_right_ones_and_reports_the_rest(world: World) -> None:
    world.used_machine("ED-1")
    results = world.batch(
        [world.request("moved", "ED-1", location="HUB"), world.request("moved", "ED-9", location="HUB")],
        all_or_none=False,
    )
    assert [each.outcome for each in results] == ["recorded", "refused"]
    assert check_projections(world.session, world.settings) == []


def test_guards_see_the_lines_of_their_own_batch(world: World) -> None:
    world.used_machine("ED-1")
    world.record("returned", "ED-1", "2018-02-01")
    drive = world.drive_of("ED-1")
    wiped = {"drives": [{"uid": drive, "method": "purge", "confirmed_after_use": True}]}
    results = world.batch([
        world.request("sanitised", "ED-1", **wiped),
        world.request("inspected", "ED-1", functional="working", cosmetic="A"),
        world.request("passed_for_reuse", "ED-1"),
        world.request("donated", "ED-1", partner="remakery"),
    ])  # fmt: skip
    assert {each.status for each in results} == {"donated"}


# -- time -----------------------------------------------------------------------------------------------


def test_a_line_that_keeps_the_status_may_be_dated_anywhere_its_status_held(world: World) -> None:
    world.used_machine("ED-1", "2016-01-10")
    world.record("returned", "ED-1", "2018-02-01")
    world.record("sighted", "ED-1", "2017-01-01", location="AT-5.01")
    assert status(world, "ED-1") == "returned"
    with pytest.raises(RuleRefused):
        world.record("inspected", "ED-1", "2017-01-01", functional="working", cosmetic="A")


def test_a_line_that_changes_the_status_is_not_dated_before_the_last_change(world: World) -> None:
    world.used_machine("ED-1", "2016-01-10")
    with pytest.raises(RuleRefused, match=r"cannot be|dated before"):
        world.record("returned", "ED-1", "2016-01-09")
    world.record("returned", "ED-1", "2016-01-10")
    assert status(world, "ED-1") == "returned"


def test_a_back_dated_move_does_not_overwrite_a_newer_place(world: World) -> None:
    world.used_machine("ED-1", "2016-01-10")
    world.record("moved", "ED-1", "2018-01-01", location="HUB")
    world.record("moved", "ED-1", "2017-01-01", location="AT-5.01")
    place = world.session.scalar(select(Asset.location_id))
    hub = world.session.scalar(text("SELECT id FROM location WHERE code = 'HUB'"))
    world.session.commit()
    assert place == hub
    assert check_projections(world.session, world.settings) == []


def test_the_future_is_refused_beyond_five_minutes(world: World) -> None:
    world.used_machine("ED-1")
    with pytest.raises(ValidationRefused, match="future"):
        world.record("sighted", "ED-1", NOW + timedelta(minutes=6))
    world.record("sighted", "ED-1", NOW + timedelta(minutes=4))
    with pytest.raises(ValidationRefused, match="future"):
        world.record("sighted", "ED-1", "2026-11-24")


def test_a_time_without_a_zone_is_refused(world: World) -> None:
    world.used_machine("ED-1")
    with pytest.raises(ValidationRefused, match="time zone"):
        world.record("sighted", "ED-1", datetime(2020, 1, 1))  # noqa: DTZ001 - the very thing


def test_lines_of_one_day_without_times_follow_each_other_in_the_order_they_came(world: World) -> None:
    world.clean_machine("ED-1", "2018-02-01")
    assert status(world, "ED-1") == "ready_for_reuse"
    world.record("donated", "ED-1", "2018-02-01", partner="remakery")
    assert status(world, "ED-1") == "donated"


# -- corrections ----------------------------------------------------------------------------------------


def test_a_voided_donation_leaves_the_headline_and_the_old_figure_stays_known(world: World) -> None:
    world.clean_machine("ED-1")
    world.record("donated", "ED-1", "2018-03-01", key="gift", partner="remakery")
    assert headline(world) == {"events": 1, "external": 1, "recorded": 1}
    world.later(days=1)
    world.correct("ED-1", "gift")
    assert headline(world) == {}
    assert status(world, "ED-1") == "ready_for_reuse"
    fact = world.session.scalars(select(OutcomeFact)).one()
    assert fact.recorded_from == NOW
    assert fact.recorded_until == NOW + timedelta(days=1)


def test_a_replacement_stands_in_the_place_of_what_it_replaces(world: World) -> None:
    world.used_machine("ED-1", "2016-01-10")
    world.record("returned", "ED-1", "2018-02-01", key="back")
    world.record("inspected", "ED-1", "2018-02-05", functional="working", cosmetic="B")
    world.correct("ED-1", "back", world.request("returned", "ED-1", date(2018, 2, 3), location="HUB"))
    assert status(world, "ED-1") == "returned"
    assert verify(world.session)[1] == []
    assert check_projections(world.session, world.settings) == []


def test_a_correction_after_which_the_history_would_not_hold_is_refused_in_words(world: World) -> None:
    world.used_machine("ED-1")
    world.record("returned", "ED-1", "2018-02-01", key="back")
    world.record("inspected", "ED-1", "2018-02-02", functional="working", cosmetic="B")
    before = lines(world)
    with pytest.raises(RuleRefused, match="The rest of the history would not hold"):
        world.correct("ED-1", "back")
    assert lines(world) == before


def test_a_line_may_be_dated_back_behind_a_replacement(world: World) -> None:
    """2016-01-10 ED-1 received, deployed; 2016-05-01 moved, replaced by 2016-06-01 moved; 2016-03-01 sighted."""
    world.used_machine("ED-1")
    world.record("moved", "ED-1", "2016-05-01", location="HUB", key="wrong")
    world.correct("ED-1", "wrong", world.request("moved", "ED-1", date(2016, 6, 1), location="AT-5.01"))
    assert world.record("sighted", "ED-1", "2016-07-01").outcome == "recorded"
    assert world.record("sighted", "ED-1", "2016-03-01").outcome == "recorded"
    assert world.record("sighted", "ED-1", "2016-06-15").outcome == "recorded"


def test_corrections_are_not_corrected_and_nothing_is_corrected_twice(world: World) -> None:
    world.used_machine("ED-1")
    world.record("moved", "ED-1", "2018-02-01", key="move", location="HUB")
    correction = world.correct("ED-1", "move")[0]
    with pytest.raises(RuleRefused, match="already corrected"):
        world.correct("ED-1", "move")
    with pytest.raises(RuleRefused, match="a correction is not corrected"):
        world.correct("ED-1", correction.key)
    with pytest.raises(NotFound):
        world.correct("ED-1", "nonsense")


def test_a_replacement_can_be_corrected_in_its_turn(world: World) -> None:
    world.used_machine("ED-1")
    world.record("moved", "ED-1", "2018-02-01", key="move", location="HUB")
    world.correct("ED-1", "move", world.request("moved", "ED-1", date(2018, 2, 1), key="move-2", location="AT-5.01"))
    world.correct("ED-1", "move-2", world.request("moved", "ED-1", date(2018, 2, 1), key="move-3", location="HUB"))
    assert check_projections(world.session, world.settings) == []


def test_an_opening_line_can_be_replaced_and_its_replacement_too(world: World) -> None:
    world.record("registered", key="first", tag="ED-1", status="returned", kind="laptop")
    second = world.request("registered", None, date(2020, 1, 1), key="second", tag="ED-1", status="returned")
    third = world.request("registered", None, date(2020, 1, 1), key="third", tag="ED-1", status="in_use")
    world.correct("ED-1", "first", second)
    world.correct("ED-1", "second", third)
    assert status(world, "ED-1") == "in_use"
    world.correct("ED-1", "third")
    assert status(world, "ED-1") == "withdrawn"


def test_a_replacement_without_its_correction_is_refused(world: World) -> None:
    world.used_machine("ED-1")
    world.record("moved", "ED-1", "2018-02-01", key="move", location="HUB")
    with pytest.raises(RuleRefused, match="comes with the correction"):
        world.batch([EventRequest("moved", "r", "ED-1", None, {"location": "HUB"}, replaces="move")])


def test_a_history_whose_first_line_is_voided_ends_withdrawn_and_counts_nowhere(world: World) -> None:
    world.record("registered", key="first", tag="ED-1", status="returned", kind="laptop")
    world.correct("ED-1", "first")
    assert status(world, "ED-1") == "withdrawn"
    assert world.session.scalar(select(Tally.machines).where(Tally.machines != 0)) is None


def test_a_correction_may_take_away_the_evidence_of_a_machine_that_has_left(world: World) -> None:
    world.clean_machine("ED-1")
    wiped = world.session.scalar(select(LifecycleEvent.key).where(LifecycleEvent.kind == "sanitised"))
    world.session.commit()
    world.record("donated", "ED-1", "2018-03-01", partner="remakery")
    world.correct("ED-1", str(wiped))
    assert status(world, "ED-1") == "donated"


# -- holds, finds, merges -------------------------------------------------------------------------------


def test_a_hold_survives_loss_and_find_and_release_leads_to_the_status_before_it(world: World) -> None:
    world.clean_machine("ED-1")
    world.record("held", "ED-1", "2018-03-01", reason="legal hold")
    world.record("reported_missing", "ED-1", "2018-03-02")
    world.record("written_off", "ED-1", "2018-03-03", cause="theft")
    world.record("found", "ED-1", "2018-03-04")
    assert status(world, "ED-1") == "on_hold"
    world.record("released", "ED-1", "2018-03-05")
    assert status(world, "ED-1") == "ready_for_reuse"
    assert world.session.scalar(select(OutcomeFact).where(OutcomeFact.recorded_until.is_(None))) is None


def test_a_machine_that_was_missing_needs_a_new_wipe(world: World) -> None:
    world.clean_machine("ED-1")
    world.record("reported_missing", "ED-1", "2018-03-02")
    world.record("found", "ED-1", "2018-03-04")
    with pytest.raises(GuardRefused, match="no accepted wipe since"):
        world.record("donated", "ED-1", "2018-03-05", partner="remakery")


def test_a_merged_record_counts_nowhere_until_the_merge_is_undone(world: World) -> None:
    for tag in ("ED-1", "ED-2"):
        world.clean_machine(tag)
        world.record("donated", tag, "2018-03-01", partner="remakery")
    world.record("merged", "ED-2", "2018-04-01", into="ED-1")
    assert headline(world)["external"] == 1
    assert status(world, "ED-2") == "withdrawn"
    world.record("unmerged", "ED-2", "2018-04-02", reason="they are two")
    assert headline(world)["external"] == 2
    assert status(world, "ED-2") == "donated"


@pytest.mark.parametrize(("into", "why"), [("ED-1", "into itself"), ("ED-99", "no machine bears")])
def test_a_merge_names_another_machine_that_exists(world: World, into: str, why: str) -> None:
    world.used_machine("ED-1")
    with pytest.raises(GuardRefused, match=why):
        world.record("merged", "ED-1", into=into)


def test_a_withdrawn_order_is_not_unmerged(world: World) -> None:
    world.record("ordered", None, "2018-01-01", tag="ED-1")
    world.record("cancelled", "ED-1", "2018-01-02", reason="no budget")
    with pytest.raises(RuleRefused, match="was not merged"):
        world.record("unmerged", "ED-1", reason="slip")


# -- outcomes -------------------------------------------------------------------------------------------


def test_a_donation_without_a_second_life_is_no_outcome_and_one_that_served_is(world: World) -> None:
    for tag, life in (("ED-1", "none"), ("ED-2", "served")):
        world.clean_machine(tag)
        world.record("donated", tag, "2018-03-01", partner="remakery")
        with pytest.raises(RuleRefused, match="second life"):
            world.record("returned", tag, "2018-04-01")
        world.record("returned", tag, "2018-04-01", second_life=life)
    assert headline(world) == {"events": 1, "external": 1, "recorded": 1}


def test_the_contractors_report_confirms_the_outcome_in_the_period_of_the_collection(world: World) -> None:
    world.used_machine("ED-1")
    world.record("returned", "ED-1", "2017-06-01")
    world.record("declared_waste", "ED-1", "2017-06-02")
    with pytest.raises(GuardRefused, match="certified destruction"):
        world.record("collected", "ED-1", "2017-06-03", facility="weee", expected="recycled")
    contract = {"unsanitised_under_contract": True, "certified_destruction_contract": "C-7"}
    world.record("collected", "ED-1", "2017-06-03", facility="weee", expected="recycled", **contract)
    fact = world.session.scalars(select(OutcomeFact)).one()
    assert (fact.year, fact.tier, fact.certainty) == (2016, "recycling", "expected")
    world.later(days=1)
    world.record("prepared_for_reuse", "ED-1", "2017-09-01", certificate="R-1")
    now = world.session.scalars(select(OutcomeFact).where(OutcomeFact.recorded_until.is_(None))).one()
    assert (now.year, now.tier, now.certainty) == (2016, "preparing_for_reuse", "confirmed")
    assert headline(world) == {}


def test_a_rejected_collection_is_no_outcome(world: World) -> None:
    world.used_machine("ED-1", kind="monitor")
    world.record("returned", "ED-1", "2017-06-01")
    contract = {"unsanitised_under_contract": True, "certified_destruction_contract": "C-7"}
    world.record("given_for_preparation", "ED-1", "2017-06-03", partner="remakery", **contract)
    world.record("rejected", "ED-1", "2017-06-09", reason="broken")
    assert status(world, "ED-1") == "awaiting_collection"
    assert world.session.scalar(select(OutcomeFact).where(OutcomeFact.recorded_until.is_(None))) is None


def test_an_older_record_counts_as_its_stated_outcome_and_says_so(world: World) -> None:
    world.record("taken_on", None, "2016-05-05", tag="OLD-1", kind="desktop", status="donated", outcome="donated",
                 partner="remakery", department="INF")  # fmt: skip
    fact = world.session.scalars(select(OutcomeFact)).one()
    assert (fact.older, fact.evidence, fact.measure) == (True, "none", "donated")
    assert headline(world) == {"events": 1, "external": 1}
    with pytest.raises(RuleRefused, match="does not fit"):
        world.record("taken_on", None, "2016-05-05", tag="OLD-2", kind="desktop", status="in_stock", outcome="donated")
    with pytest.raises(RuleRefused, match="needs the outcome"):
        world.record("taken_on", None, "2016-05-05", tag="OLD-3", kind="desktop", status="recycled")


def test_an_amended_kind_moves_the_count_from_today_on_and_not_before(world: World) -> None:
    world.clean_machine("ED-1", kind="unknown")
    world.record("donated", "ED-1", "2018-03-01", partner="remakery")
    world.later(days=1)
    world.record("amended", "ED-1", kind="desktop")
    facts = world.session.scalars(select(OutcomeFact).order_by(OutcomeFact.id)).all()
    assert [(each.kind, each.recorded_until is None) for each in facts] == [("unknown", False), ("desktop", True)]
    assert check_projections(world.session, world.settings) == []


def test_waste_below_a_better_route_needs_a_reason(world: World) -> None:
    world.clean_machine("ED-1")
    with pytest.raises(RuleRefused, match="give the reason"):
        world.record("declared_waste", "ED-1", "2018-03-01")
    world.record("declared_waste", "ED-1", "2018-03-01", reason="no taker in two years")


# -- people and permission ------------------------------------------------------------------------------


def test_free_text_lies_beside_the_ledger_and_can_be_erased_without_breaking_the_chain(world: World) -> None:
    world.used_machine("ED-1")
    world.record("moved", "ED-1", key="m", location="HUB", note="left with Grace in 5.01")
    line = world.session.scalars(select(LifecycleEvent).where(LifecycleEvent.key == "m")).one()
    assert "note" not in line.details
    assert line.personal_digest
    assert world.session.get(EventPersonal, "m").content == {"note": "left with Grace in 5.01"}  # type: ignore[union-attr]
    world.session.commit()
    with transaction(world.session):
        erase_personal(world.session, "m", world.now)
    assert verify(world.session)[1] == []
    assert world.session.get(EventPersonal, "m").content is None  # type: ignore[union-attr]


def test_what_a_role_may_not_do_is_refused_and_changes_nothing(world: World) -> None:
    world.used_machine("ED-1")
    with pytest.raises(NotAllowed, match="Your role may not"), transaction(world.session):
        record_events(
            world.session,
            [world.request("moved", "ED-1", location="HUB")],
            world.recorder(permissions=frozenset({"view"})),
        )
    assert len(lines(world)) == 2


@pytest.mark.parametrize(
    ("kind", "details", "why"),
    [
        ("moved", {"location": "NOWHERE"}, "no place 'NOWHERE'"),
        ("moved", {}, "location is needed"),
        ("moved", {"location": "HUB", "colour": "red"}, "not a detail"),
        ("deployed", {"custodian": "nobody"}, "no custodian 'nobody'"),
        ("relabelled", {"tag": "ED-1"}, "borne"),
        ("relabelled", {"tag": "x\ny"}, "character"),
        ("exploded", {}, "no event called"),
        ("part_removed", {"uid": "zz"}, "not on record in it"),
        ("part_fitted", {"uid": "zz", "came": "new"}, "no drive zz on record"),
        ("part_fitted", {"serial": "D-ED-2", "came": "new"}, "already on record"),
    ],
)  # fmt: skip
def test_bad_details_get_a_sentence_and_change_nothing(world: World, kind: str, details: dict, why: str) -> None:  # type: ignore[type-arg]
    world.used_machine("ED-1")
    world.record("received", tag="ED-2", drives=[{"serial": "D-ED-2"}])
    before = lines(world)
    with pytest.raises((ValidationRefused, RuleRefused), match=why):
        world.record(kind, "ED-2", **details)
    assert lines(world) == before


def test_a_tag_is_never_used_twice_not_even_a_former_one(world: World) -> None:
    world.used_machine("ED-1")
    world.record("relabelled", "ED-1", tag="NEW-1")
    with pytest.raises(RuleRefused, match="now NEW-1"):
        world.record("received", tag="ed-1")
    with pytest.raises(BatchRefused):
        world.batch([world.request("received", tag="X-1"), world.request("received", tag="x-1")])


# -- tampering ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE lifecycle_event SET details = '{\"location\": \"AT-5.01\"}' WHERE key = 'm'", "was changed"),
        ("UPDATE lifecycle_event SET occurred_at = '2017-01-01 00:00:00.000000' WHERE key = 'm'", "was changed"),
        ("UPDATE lifecycle_event SET kind = 'sighted' WHERE key = 'm'", "was changed"),
        ("DELETE FROM lifecycle_event WHERE key = 'm'", "is missing"),
        ("DELETE FROM lifecycle_event WHERE key = 'last'", "cut off"),
        ("UPDATE event_personal SET content = '{\"note\": \"other\"}' WHERE event_key = 'last'", "free text"),
    ],
)
def test_verify_names_the_first_line_that_does_not_fit(world: World, change: str, problem: str) -> None:
    world.used_machine("ED-1")
    world.record("moved", "ED-1", "2018-01-01", key="m", location="HUB")
    world.record("sighted", "ED-1", "2019-01-01", key="last", note="seen")
    assert verify(world.session)[1] == []
    world.session.commit()
    with transaction(world.session):
        if change.startswith("DELETE"):
            world.session.execute(text("DELETE FROM event_personal"))
        world.session.execute(text(change.replace(":", r"\:")))
    findings = verify(world.session)[1]
    assert [each.tag for each in findings] == ["ED-1"]
    assert problem in findings[0].problem


def test_a_correction_brings_back_a_place_that_this_process_has_not_met(world: World) -> None:
    world.used_machine("ED-1", department="INF")
    before = department(world, "ED-1")
    world.record("amended", "ED-1", None, key="slip", department="HCA")
    References.forget()
    world.correct("ED-1", "slip")
    assert department(world, "ED-1") == before is not None
    assert check_projections(world.session, world.settings) == []


def department(world: World, tag: str) -> int | None:
    found = world.session.scalar(select(Asset.department_id).where(Asset.tag == tag))
    world.session.commit()
    return found


def test_check_finds_projections_that_differ_from_the_ledger(world: World) -> None:
    world.clean_machine("ED-1")
    world.record("donated", "ED-1", "2018-03-01", partner="remakery")
    world.session.execute(update(Asset).values(status="in_use"))
    world.session.execute(update(Tally).values(machines=Tally.machines + 1))
    world.session.execute(update(OutcomeFact).values(tier="disposal"))
    problems = " ".join(each.problem for each in check_projections(world.session, world.settings))
    assert "differs from the ledger in status" in problems
    assert "its outcomes differ" in problems
    assert "the stored count" in problems


def test_the_hash_of_a_line_is_fixed_for_ever() -> None:
    moment = datetime(2026, 11, 23, 8, 11, 37, 42, tzinfo=UTC)
    line = Line("k1", "moved", moment, "instant", moment, "a" * 32, {"location": "HUB", "ü": "é"}, 1)
    written_by_hand = (
        '{"actor":"' + "a" * 32 + '","details":{"location":"HUB","ü":"é"},"key":"k1","kind":"moved",'
        '"occurred_at":"2026-11-23T08:11:37.000042Z","personal":null,"precision":"instant",'
        '"recorded_at":"2026-11-23T08:11:37.000042Z","replaces":null,"sequence":1,"voids":null}'
    )
    expected = hashlib.sha256(b"\x01" + bytes(32) + written_by_hand.encode()).hexdigest()
    assert line_hash(line, None, GENESIS).hex() == expected
    assert expected == "e2b0d71e84e1a77908b9f0915ba420cf9086671c0da9d60dc0beaec4ff9c1975"
