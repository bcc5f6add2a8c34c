"""Which lines a count asks of the ledger, as a table with a reason per row."""

from typing import Any

import pytest

from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register.statuses import ON_SITE, STATUSES
from inventory.stocktaking.rules import DECISIONS, GROUPS, PURPOSES, STATES, group_of, lines_for

HERE, HOME = {"location": "HUB"}, {"location": "AT"}


@pytest.mark.parametrize(
    ("group", "decision", "status", "counted", "home", "sight", "lines"),
    [
        ("found", None, "in_use", "HUB", "HUB", True, [("sighted", HERE, True)]),  # seen where it should be
        ("found", None, "in_use", None, "AT", True, [("sighted", {}, True)]),  # a list is no place
        ("found", None, "in_use", "HUB", "HUB", False, []),  # the person chose to record nothing
        ("found", None, "missing", "HUB", None, True, [("found", HERE, True)]),  # reported missing while it was counted
        ("found", None, "donated", "HUB", None, True, [("sighted", HERE, True)]),  # the ledger refuses this in words
        ("missing", None, "in_use", None, "HUB", True, []),  # missing is never reported unless chosen
        ("missing", "leave", "in_use", None, "HUB", True, []),
        ("missing", "report", "in_use", None, "HUB", False, [("reported_missing", {}, False)]),
        ("unexpected", None, "in_use", "HUB", "AT", True, []),  # nobody decided
        ("unexpected", "leave", "in_use", "HUB", "AT", True, []),
        ("unexpected", "move", "in_use", "HUB", "AT", True, [("moved", HERE, True)]),
        ("unexpected", "move", "in_use", None, "AT", True, [("sighted", {}, True)]),  # no place to move it to
        ("unexpected", "move", "missing", "HUB", "AT", True, [("found", HERE, True)]),  # a lost one turned up
        ("unexpected", "move", "written_off", "HUB", None, True, [("found", HERE, True)]),
        ("unexpected", "back", "in_use", "HUB", "AT", True, [("sighted", HERE, True), ("moved", HOME, False)]),
        ("unexpected", "back", "in_use", "HUB", None, True, [("sighted", {}, True)]),  # no home is known
        ("unexpected", "back", "missing", "HUB", "AT", True, [("found", HERE, True), ("moved", HOME, False)]),
    ],
)
def test_a_machine_asks_for_these_lines(
    group: str, decision: str | None, status: str, counted: str | None, home: str | None, sight: bool, lines: list[Any]
) -> None:
    asked = lines_for(group, decision, status, counted=counted, home=home, sight=sight)
    assert [(each.kind, each.details, each.at_scan) for each in asked] == lines
    assert len({each.suffix for each in asked}) == len(asked)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("group", ["found", "missing", "unexpected"])
def test_lines_are_those_of_the_one_table_and_fit_where_a_count_is_held(group: str, status: str) -> None:
    for decision in (None, *DECISIONS.get(group, ())):
        for each in lines_for(group, decision, status, counted="HUB", home="AT", sight=True):
            row = EVENT_TYPES[each.kind]
            if status in ON_SITE or status in ("missing", "written_off"):
                # The second line of one machine follows the first.
                assert status in row.allowed_from or each.suffix == "back" or group == "missing", (each, status)
            assert row.permission == "record"


def test_every_machine_is_in_one_group() -> None:
    assert {group_of(e, s) for e in (True, False) for s in (True, False)} == {"found", "missing", "unexpected", None}
    assert set(GROUPS) == {"found", "missing", "unexpected", "unknown"}


def test_every_word_of_purposes_and_states_is_there() -> None:
    assert all(each.label and each.meaning for each in PURPOSES.values())
    assert set(STATES) == {"counting", "paused", "confirmed", "abandoned"}
