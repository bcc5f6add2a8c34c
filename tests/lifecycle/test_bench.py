"""The bench's tables: whole, consistent with the register's kinds, and what they make of findings."""

from typing import Any

import pytest

from inventory.errors import RuleRefused, ValidationRefused
from inventory.lifecycle import bench
from inventory.lifecycle.checking import check
from inventory.lifecycle.details import COSMETIC, FUNCTIONAL, Inspected
from inventory.register.kinds import KINDS
from tests.conftest import World

FINE = {"functional": "working", "cosmetic": "B"}


def test_every_grade_has_plain_words_that_it_goes_with_and_every_word_a_grade() -> None:
    assert set(bench.PLAIN_OF_FUNCTIONAL) == set(bench.R2_FUNCTIONAL)
    assert set(bench.PLAIN_OF_COSMETIC) == set(bench.R2_COSMETIC)
    assert set(bench.FUNCTIONAL_OF_PLAIN) == set(FUNCTIONAL)
    assert set(bench.COSMETIC_OF_PLAIN) == set(COSMETIC)
    for plain, grade in bench.FUNCTIONAL_OF_PLAIN.items():
        assert plain in bench.PLAIN_OF_FUNCTIONAL[grade]
    for plain, grade in bench.COSMETIC_OF_PLAIN.items():
        assert plain in bench.PLAIN_OF_COSMETIC[grade]


def test_tests_and_locks_name_kinds_that_there_are() -> None:
    for each in (*bench.TESTS.values(), *bench.LOCKS.values()):
        assert (each.kinds or set()) <= set(KINDS), each.key
    for kind in KINDS:
        assert {"visual", "safety"} <= {each.key for each in bench.tests_of(kind)}
    assert "keyboard" not in {each.key for each in bench.tests_of("monitor")}
    assert bench.locks_of("monitor") == []
    assert [each.key for each in bench.locks_of("laptop")] == ["bios_password", "mdm", "computrace", "apple"]


@pytest.mark.parametrize(
    ("inspection", "floor", "low"),
    [
        (FINE, "F3 C3", None),
        ({"functional": "faulty", "cosmetic": "C"}, "F3 C3", None),
        ({"functional": "working", "cosmetic": "D"}, "F3 C3", "C1"),
        ({"functional": "dead", "cosmetic": "D"}, "F3 C3", "F1 C1"),
        (FINE | {"r2_functional": "F4", "r2_cosmetic": "C4"}, "F5 C4", "F4"),
        # Not categorised is not known, and so not low.
        (FINE | {"r2_cosmetic": "C0"}, "F3 C3", None),
        ({"functional": "dead", "cosmetic": "D"}, "F1 C0", None),
    ],
)
def test_a_grade_under_the_floor_is_named(inspection: dict[str, Any], floor: str, low: str | None) -> None:
    told = bench.below_floor(inspection, floor)
    assert (told is None) == (low is None)
    if low:
        assert told == f"its grade {low} is below the floor for donations ({floor})"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"r2_functional": "F1"}, "does not go with the plain grade 'working'"),
        ({"r2_cosmetic": "C1"}, "does not go with the plain grade 'B'"),
        ({"results": [{"test": "ram", "result": "passed"}, {"test": "ram", "result": "failed"}]}, "names a test twice"),
        ({"locks": [{"lock": "mdm", "state": "none"}, {"lock": "mdm", "state": "present"}]}, "names a lock twice"),
        ({"no_drive_seen": "opened"}, "goes with the statement that no drive is fitted"),
        ({"results": [{"test": "soul", "result": "passed"}]}, "choose one of"),
        ({"pat_earth_ohm": "low"}, "does not have the form"),
        ({"battery_percent": 151}, "not between 0 and 150"),
    ],
)
def test_findings_that_contradict_themselves_are_refused_in_words(said: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationRefused, match=words):
        check(Inspected, FINE | said, what="Inspected")


@pytest.mark.parametrize("value", ["0.12", ">299", "19.99", "1"])
def test_what_an_instrument_shows_is_kept_as_shown(value: str) -> None:
    assert check(Inspected, FINE | {"pat_insulation_mohm": value}, what="Inspected")["pat_insulation_mohm"] == value


def test_a_lock_found_after_it_passed_keeps_it_from_going_outside_but_not_from_being_used_inside(world: World) -> None:
    world.clean_machine("ED-1")
    locked = {"locks": [{"lock": "mdm", "state": "present"}]}
    world.record("inspected", "ED-1", "2018-02-02", **FINE, **locked)
    for kind, more in (("donated", {"partner": "remakery"}), ("sold", {})):
        with pytest.raises(RuleRefused, match="enrolled in device management"):
            world.record(kind, "ED-1", "2018-02-03", **more)
    assert world.record("redeployed", "ED-1", "2018-02-03", custodian="ada").status == "in_use"


def test_a_test_that_is_not_known_any_more_blocks_nothing() -> None:
    old = {"results": [{"test": "gone", "result": "failed"}], "locks": [{"lock": "gone", "state": "present"}]}
    assert bench.what_failed(old) == [] and bench.what_is_locked(old) == []
