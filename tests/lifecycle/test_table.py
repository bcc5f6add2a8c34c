"""The table of events against a second telling of it, written out by hand from the lifecycle's rules."""

from datetime import UTC, datetime
from typing import Any

import pytest

from inventory.accounts.permissions import PERMISSIONS
from inventory.errors import GuardMissing
from inventory.lifecycle import guards
from inventory.lifecycle.event_types import EVENT_TYPES, GUARD_NAMES, NEW, possible_from
from inventory.lifecycle.rules import refusal
from inventory.lifecycle.state import Line, State
from inventory.register.statuses import ON_SITE, STATUSES

SITE = "in_stock in_use returned on_hold ready_for_reuse reserved dismantled awaiting_collection"
ALL = " ".join(status for status in STATUSES if status != "withdrawn")
EXPECTED = f"""
ordered                | (new)                                                     | on_order
cancelled              | on_order                                                  | withdrawn
received               | (new) on_order                                            | in_stock
registered             | (new)                                                     | ?
taken_on               | (new)                                                     | ?
deployed               | in_stock returned ready_for_reuse                         | in_use
reassigned             | in_use                                                    | in_use
moved                  | {SITE}                                                    | same
sighted                | {SITE}                                                    | same
relabelled             | {SITE}                                                    | same
amended                | {ALL}                                                     | same
part_fitted            | {SITE}                                                    | same
part_removed           | {SITE}                                                    | same
merged                 | {ALL}                                                     | withdrawn
unmerged               | withdrawn                                                 | ?
repaired               | in_use returned ready_for_reuse                           | same
upgraded               | in_use returned ready_for_reuse                           | same
reported_missing       | {SITE}                                                    | missing
found                  | missing written_off                                       | ?
written_off            | missing                                                   | written_off
returned               | in_use in_stock ready_for_reuse reserved donated sold     | returned
held                   | in_stock in_use returned ready_for_reuse reserved dismantled awaiting_collection | on_hold
released               | on_hold                                                   | ?
inspected              | returned ready_for_reuse reserved                         | same
sanitised              | {SITE} with_contractor prepared_for_reuse recycled energy_recovered disposed | same
sanitisation_failed    | {SITE}                                                    | ?
passed_for_reuse       | returned                                                  | ready_for_reuse
reserved               | ready_for_reuse                                           | reserved
unreserved             | reserved                                                  | ready_for_reuse
redeployed             | ready_for_reuse reserved                                  | in_use
donated                | ready_for_reuse reserved                                  | donated
sold                   | ready_for_reuse reserved                                  | sold
returned_to_lessor     | in_stock returned ready_for_reuse                         | with_lessor
lessor_reported        | with_lessor                                               | same
recipient_reported     | donated                                                   | same
dismantled             | returned                                                  | dismantled
declared_waste         | in_stock returned ready_for_reuse dismantled              | awaiting_collection
collected              | awaiting_collection                                       | with_contractor
given_for_preparation  | returned awaiting_collection                              | with_contractor
rejected               | with_contractor                                           | awaiting_collection
prepared_for_reuse     | with_contractor                                           | prepared_for_reuse
recycled               | with_contractor                                           | recycled
energy_recovered       | with_contractor                                           | energy_recovered
incinerated            | with_contractor                                           | disposed
landfilled             | with_contractor                                           | disposed
corrected              | {ALL} withdrawn                                           | same
"""
ROWS = [[part.strip() for part in line.split("|")] for line in EXPECTED.strip().splitlines()]
CLEAN = {"deployed", "passed_for_reuse", "redeployed", "donated", "sold", "returned_to_lessor"}


def test_the_table_holds_exactly_the_events_of_the_lifecycle() -> None:
    assert [row[0] for row in ROWS] == list(EVENT_TYPES)


@pytest.mark.parametrize(("key", "allowed", "target"), ROWS, ids=[row[0] for row in ROWS])
def test_each_event_is_allowed_from_the_statuses_that_the_rules_name_and_leads_where_they_say(
    key: str, allowed: str, target: str
) -> None:
    row = EVENT_TYPES[key]
    assert row.allowed_from == set(allowed.split())
    if target != "?":
        assert row.leads_to == target


def test_on_site_means_every_status_in_which_the_university_still_has_the_machine() -> None:
    assert set(SITE.split()) == ON_SITE


def test_clean_drives_are_asked_for_wherever_a_machine_comes_into_other_hands() -> None:
    assert {key for key, row in EVENT_TYPES.items() if "clean_drives" in row.guards} == CLEAN
    assert EVENT_TYPES["reassigned"].guards == ("clean_drives_or_reason",)
    for key in ("collected", "given_for_preparation"):
        assert "clean_drives_or_contract" in EVENT_TYPES[key].guards


@pytest.mark.parametrize("key", EVENT_TYPES)
def test_every_row_is_complete(key: str) -> None:
    row = EVENT_TYPES[key]
    assert row.key == key
    assert row.permission in PERMISSIONS
    assert row.label
    assert row.verb
    assert row.icon
    assert row.allowed_from <= set(STATUSES) | {NEW}
    assert isinstance(row.leads_to, str) or row.leads_to_text, "a target that depends is told in words"
    assert row.schema().fields["note"].metadata["personal"]


@pytest.mark.parametrize("status", [None, *STATUSES])
@pytest.mark.parametrize("key", EVENT_TYPES)
def test_an_event_from_a_status_that_the_table_does_not_name_is_refused_in_words(key: str, status: str | None) -> None:
    row = EVENT_TYPES[key]
    if (status or NEW) in row.allowed_from:
        assert row in possible_from(status)
        return
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    details: dict[str, Any] = {}
    problem = refusal(State(status=status, tag="ED-1"), row, Line("k", key, moment, "instant", moment, "a", details))
    assert problem is not None
    assert "ED-1" in problem.message
    assert problem.status == 409


def test_a_named_guard_that_nobody_provides_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert guards.provided_guards().keys() >= GUARD_NAMES
    monkeypatch.setattr(guards, "provided_guards", lambda: {"clean_drives": object()})
    with pytest.raises(GuardMissing, match="clean_drives_or_contract"):
        guards.require_all_guards()


def test_a_named_guard_that_nobody_provides_refuses_the_write_in_a_bare_script_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guards, "provided_guards", dict)
    with pytest.raises(GuardMissing, match="nothing was recorded"):
        guards.ask(None, "clean_drives", [], [])  # type: ignore[arg-type]


def test_a_guard_that_answers_for_too_few_machines_refuses_the_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "provided_guards", lambda: {"clean_drives": lambda *args: []})
    with pytest.raises(GuardMissing, match="did not answer"):
        guards.ask(None, "clean_drives", [State()], [])  # type: ignore[arg-type]
