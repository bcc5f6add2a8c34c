"""The advice: a truth table with the reason that decides, and what must hold for whatever is known."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.advice.rules import ORDER, Advice, Floors, Known, advise, system_label
from inventory.advice.systems import GB, GIB, Hardware
from inventory.footprint.factors import FactorBook, FactorSet
from inventory.register.kinds import KINDS
from inventory.reuse.rules import Demand, kinds_in_words, listed

TODAY = date(2026, 11, 1)
GOOD = Hardware("i5-8250U", 4, 8 * GIB, 256 * GB, True, "2.0")
OLD = Hardware("i5-4300U", 4, 8 * GIB, 256 * GB, True, "2.0")
FINE = {"functional": "working", "cosmetic": "B"}


def bought(years: float) -> date:
    return TODAY - timedelta(days=round(years * 365.2425))


def known(**values: Any) -> Known:
    return Known(**({"kind": "laptop", "today": TODAY, "bought": bought(3), "inspection": FINE} | values))


@pytest.mark.parametrize(
    ("given", "route", "first"),
    [
        (known(), "redeploy", "The inspection found that it works."),
        (known(bought=bought(4.9)), "redeploy", "The inspection"),
        (known(bought=bought(6)), "donate", "It is 6.0 years old; from 5 years on the rule is to donate."),
        (known(bought=bought(8.5)), "recycle", "It is 8.5 years old; above 8 years the rule is the waste contractor."),
        (known(inspection=FINE | {"functional": "dead"}), "recycle", "The inspection found that it does not work"),
        (known(inspection=FINE | {"functional": "faulty"}), "donate", "It works with faults"),
        (known(inspection=FINE | {"cosmetic": "D"}), "recycle", "Its grade C1 is below the floor"),
        (known(inspection=FINE | {"results": [{"test": "ram", "result": "failed"}]}), "recycle", "Its memory failed"),
        (known(inspection=FINE | {"results": [{"test": "wifi", "result": "failed"}]}), "redeploy", "The inspection"),
        (known(hardware=GOOD, has_report=True), "redeploy", "The inspection"),
        (known(hardware=OLD, has_report=True), "donate", "Windows 11 does not run on it: its processor is too old"),
        (known(hardware=Hardware("x", 1, GIB, 8 * GB, False, None), has_report=True), "recycle", "Windows 11 does not"),
        # Before the end of Windows 10 a machine that cannot run 11 had its place inside.
        (known(hardware=OLD, has_report=True, today=date(2025, 10, 13), bought=date(2024, 1, 1)), "redeploy", "The insp"),
        # Without a report nothing is said of systems, and a monitor has none.
        (known(hardware=OLD), "redeploy", "The inspection"),
        (known(kind="monitor", hardware=OLD, has_report=True), "redeploy", "The inspection"),
        (known(bought=None), "redeploy", "The inspection"),
        (known(inspection=None), "redeploy", "It is 3.0 years old"),
        (known(bought=None, inspection=None), None, "Neither its date of purchase nor an inspection"),
    ],
)  # fmt: skip
def test_the_lowest_rule_decides_and_is_told_first(given: Known, route: str | None, first: str) -> None:
    advice = advise(given, Floors())
    assert advice.route == route
    assert advice.reasons[0].startswith(first), advice.reasons


def test_the_ages_and_the_floor_are_settings() -> None:
    assert advise(known(bought=bought(6)), Floors(donate_years=7)).route == "redeploy"
    assert advise(known(bought=bought(6)), Floors(recycle_years=5)).route == "recycle"
    assert advise(known(inspection=FINE | {"cosmetic": "D"}), Floors(donation_floor="F1 C0")).route == "redeploy"


def test_what_is_to_be_seen_to_decides_nothing() -> None:
    advice = advise(
        known(
            battery_percent=41, drives_failing=("WD-1",), hardware=Hardware("i5-8250U", 4), has_report=True,
            inspection=FINE | {"locks": [{"lock": "mdm", "state": "present"}]},
        ),
        Floors(),
    )  # fmt: skip
    assert advice.route == "redeploy"
    told = " ".join(advice.cautions)
    for each in ("WD-1 calls itself failing", "41 %", "still enrolled in device management", "memory"):
        assert each in told, each


def test_the_carbon_of_a_new_one_speaks_for_using_it_longer_and_not_for_waste() -> None:
    assert "about 235 kg CO2e (189 to 277)" in advise(known(), Floors()).reasons[-1]
    assert "CO2e" not in " ".join(advise(known(bought=bought(9)), Floors()).reasons)
    assert "CO2e" not in " ".join(advise(known(kind="printer"), Floors()).reasons)


def test_carbon_in_the_advice_bears_the_warning_and_licence_of_its_data() -> None:
    notice = advise(known(), Floors()).notice
    assert "ODbL" in notice and "order of magnitude only" in notice
    assert advise(known(bought=bought(9)), Floors()).notice == ""


def test_the_carbon_in_the_advice_is_that_of_the_factors_in_force() -> None:
    values = {"laptop": {"rows": 3, "embodied_kg": [90, 100, 110], "mass_kg": [1.0, 2.0, 3.0], "yearly_kwh": None}}
    ours = FactorSet("ours", "class_footprint", "Ours", "1", "a scale", "none", "2026", "", values)
    assert "about 100 kg CO2e (90 to 110)" in advise(known(), Floors(), FactorBook([ours])).reasons[-1]
    assert "CO2e" not in " ".join(advise(known(), Floors(), FactorBook([])).reasons)


@pytest.mark.parametrize(
    ("key", "words"), [("WIN11", "Windows 11"), ("NONE", "None that is still supported"), (None, None), ("x", None)]
)
def test_a_system_in_words(key: str | None, words: str | None) -> None:
    assert system_label(key) == words


ANYTHING = st.builds(
    Known,
    kind=st.sampled_from(sorted(KINDS)),
    today=st.dates(date(2016, 1, 1), date(2035, 1, 1)),
    bought=st.none() | st.dates(date(2000, 1, 1), date(2035, 1, 1)),
    inspection=st.none() | st.fixed_dictionaries(
        {"functional": st.sampled_from(["working", "faulty", "dead"]), "cosmetic": st.sampled_from("ABCD")}
    ),
    battery_percent=st.none() | st.integers(0, 150),
    hardware=st.sampled_from([GOOD, OLD, Hardware()]),
    has_report=st.booleans(),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(ANYTHING, st.integers(1, 9))
def test_advice_always_has_a_reason_and_age_never_makes_it_better(given: Known, years: int) -> None:
    def rank(advice: Advice) -> int:
        return ORDER.index(advice.route) if advice.route else -1

    from dataclasses import replace

    advice = advise(given, Floors())
    assert advice.reasons and all(each.endswith(".") for each in advice.reasons)
    if given.bought is not None:
        older = replace(given, bought=given.bought - timedelta(days=365 * years))
        assert rank(advise(older, Floors())) >= rank(advice)


ALL = Demand(2, 1, ("School of Informatics",), ("Northside Remakery",))
INSIDE = Demand(2, 0, ("School of Informatics", "Law"))
OUTSIDE = Demand(0, 1, (), ("Northside Remakery",))


@pytest.mark.parametrize(
    ("given", "reason", "caution"),
    [
        (
            known(demand=ALL),
            "3 more laptops are asked for by School of Informatics and Northside Remakery, "
            "and none on the shelf is promised for them (as at 1 Nov 2026).",
            None,
        ),
        (
            known(demand=OUTSIDE),
            "1 more laptop is asked for by Northside Remakery, and none on the shelf is promised for it "
            "(as at 1 Nov 2026).",
            None,
        ),
        (known(demand=INSIDE), "2 more laptops are asked for by School of Informatics and Law, and none", None),
        # What goes outside by its age serves partners; a department may still want to know of it.
        (
            known(demand=ALL, bought=bought(6)),
            "1 more laptop is asked for by Northside Remakery, and none",
            "2 more laptops are asked for by School of Informatics: ask whether they would take it before it is given",
        ),
        (known(demand=INSIDE, bought=bought(6)), None, "2 more laptops are asked for by School of Informatics and Law"),
        (known(demand=OUTSIDE, bought=bought(6)), "1 more laptop is asked for", None),
        # Nobody is helped by what is waste.
        (known(demand=ALL, inspection=FINE | {"functional": "dead"}), None, None),
        (known(demand=ALL, bought=bought(9)), None, None),
        # Too little is known: that somebody waits is a reason to look.
        (known(demand=ALL, bought=None, inspection=None), None, "3 more laptops are asked for by School of Informatics"
            " and Northside Remakery: look at it soon."),
        (known(demand=None), None, None),
        (known(demand=None, bought=None, inspection=None), None, None),
    ],
)  # fmt: skip
def test_waiting_demand_speaks_for_a_route_that_is_open(given: Known, reason: str | None, caution: str | None) -> None:
    advice = advise(given, Floors())
    for told, wanted in ((advice.reasons, reason), (advice.cautions, caution)):
        about = [each for each in told if "asked for" in each]
        assert len(about) == (wanted is not None), about
        assert wanted is None or about[0].startswith(wanted), about


@given(st.sampled_from([ALL, INSIDE, OUTSIDE]), st.sampled_from(["working", "faulty", "dead"]), st.floats(0, 12))
def test_demand_never_moves_the_route(demand: Demand, functional: str, years: float) -> None:
    with_it = known(demand=demand, bought=bought(years), inspection=FINE | {"functional": functional})
    assert advise(with_it, Floors()).route == advise(replace(with_it, demand=None), Floors()).route


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("A", "A"),
        ("AB", "A and B"),
        ("ABC", "A, B and C"),
        ("ABCD", "A, B and 2 others"),
        ("ABCDE", "A, B and 3 others"),
    ],
)
def test_names_are_listed_as_a_person_would(names: str, told: str) -> None:
    assert listed(names) == told


@pytest.mark.parametrize(
    ("kinds", "number", "told"),
    [
        (["laptop"], 1, "laptop"),
        (["laptop"], 2, "laptops"),
        (["laptop", "tablet", "dock"], 2, "laptops, tablets or docks"),
        (["other"], 3, "other equipment"),
    ],
)
def test_kinds_are_told_in_words(kinds: list[str], number: int, told: str) -> None:
    assert kinds_in_words(kinds, number) == told
