"""Reports on waste and on the gap, told by hand: every figure of two small registers, and what must hold of any."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from inventory.errors import NotFound, ValidationRefused
from inventory.footprint.factors import FactorSet
from inventory.lifecycle.models import OutcomeFact, ProjectionBasis
from inventory.lifecycle.waste_hierarchy import PREVENTION, TIER_OF_FATE
from inventory.reports import climate_duties, gri_306, hesa
from inventory.reports._base import Figure, Report, members_of, report_type, run
from inventory.reports._charts import Chart
from inventory.reports._query import Query
from inventory.reports._waste import ROUTES
from tests.conftest import World, statements
from tests.databases import Kept
from tests.reports._yards import CONTRACT, build_hub, build_yard
from tests.reports.conftest import build_fleet
from tests.reports.test_figures import figures, tags

YEAR = Query(year=2020)
KEYS = ("climate_duties", "gap", "gri_306", "hesa", "landfill_diversion", "reuse_rate")
ON_WASTE = ("climate_duties", "gri_306", "hesa", "landfill_diversion")


@pytest.fixture
def yard(world: World, kept: Kept) -> World:
    """The register of `build_yard`."""
    found: World = kept(world, build_yard)
    return found


@pytest.fixture
def hub(world: World, kept: Kept) -> World:
    """The register of `build_hub`."""
    found: World = kept(world, build_hub)
    return found


def report(world: World, key: str, query: Query = YEAR) -> Report:
    return run(key, world.session, query, world.settings)


def table(world: World, key: str, *columns: str, query: Query = YEAR) -> dict[str, tuple[Any, ...]]:
    """The values of *columns* by the key of the row."""
    return {
        row["key"]: tuple(
            cell.value if isinstance(cell := row.get(name), Figure) else cell for name in columns
        )
        for row in report(world, key, query).rows
    }  # fmt: skip


# -- re-use rate -----------------------------------------------------------------------------------------------


def test_the_reuse_rate_takes_tiers_one_and_two_and_the_strict_rate_tier_one(yard: World) -> None:
    rows = table(yard, "reuse_rate", "tier1", "tier2", "all", "rate", "strict")
    # P1 and P2; W6; with W1 to W5 and P3, which became waste in the same year.
    assert rows["period"] == rows["2020"] == (2, 1, 9, 33.3, 22.2)
    assert rows["2019"] == (0, 0, 0, None, None)
    assert tags(yard, "reuse_rate", "period.tier1", YEAR) == ["P1", "P2"]
    assert tags(yard, "reuse_rate", "period.reused", YEAR) == ["P1", "P2", "W6"]
    assert tags(yard, "reuse_rate", "2020.all", YEAR) == ["P1", "P2", "P3", "W1", "W2", "W3", "W4", "W5", "W6"]


def test_the_reuse_rate_by_mass_is_another_rate(yard: World) -> None:
    rows = table(yard, "reuse_rate", "kg_reused", "kg_all", "kg_rate", "kg_strict")
    # 1.5 + 1.62 (a laptop's median) + 0.5 of these and 2 + 5.33 (a desktop's) + 1 + 4 + 3 + 2.5.
    assert rows["period"] == (3.6, 21.4, 16.9, 14.5)


def test_a_bridge_leads_from_tier_one_to_the_headline(yard: World) -> None:
    bridge = table(yard, "reuse_rate", "tier1")
    assert {key: bridge[key][0] for key in ("sold", "before", "followed", "earlier", "headline")} == {
        "sold": 1,  # P2
        "before": 0,
        "followed": 1,  # P3, donated before it was collected
        "earlier": 0,
        "headline": 2,
    }
    assert tags(yard, "reuse_rate", "followed", YEAR) == ["P3"]
    later = table(yard, "reuse_rate", "tier1", query=Query(year=2021))
    assert (later["period"], later["earlier"], later["headline"]) == ((0,), (2,), (2,))
    assert tags(yard, "reuse_rate", "earlier", Query(year=2021)) == ["P1", "P3"]


@pytest.mark.parametrize(
    "query",
    [Query(), Query(year=2016), Query(year=2017, department="CSE"), Query(start=date(2014, 1, 1), to=date(2016, 6, 1)),
     Query(department="HCA"), Query(start=date(2016, 11, 1)), Query(year=2015, group="peripheral"),
     Query(as_at=datetime(2018, 8, 1, tzinfo=UTC)), Query(year=2016, span="calendar", partner="remakery")],
    ids=str,
)  # fmt: skip
def test_the_bridge_holds_for_any_question_and_ends_in_the_headline_itself(fleet: World, query: Query) -> None:
    bridge = {key: values[0] for key, values in table(fleet, "reuse_rate", "tier1", query=query).items()}
    reached = bridge["period"] - bridge["sold"] - bridge["before"] + bridge["followed"] + bridge["earlier"]
    assert reached == bridge["headline"]
    until = replace(query.within(fleet.settings), year=None, span="academic", start=None)
    assert bridge["headline"] == figures(fleet, "headline", until)["machines"]


def test_reuse_before_the_programme_is_tier_one_and_not_in_the_headline(fleet: World) -> None:
    early = Query(start=date(2014, 8, 1), to=date(2015, 7, 31))
    assert tags(fleet, "reuse_rate", "before", early) == ["OLD"]
    assert table(fleet, "reuse_rate", "tier1", query=early)["headline"] == (0,)


def test_ten_years_cut_by_other_settings_are_counted_anew(yard: World) -> None:
    stored = [table(yard, key, "all" if key == "reuse_rate" else "reused") for key in ("reuse_rate", "gap")]
    yard.session.query(ProjectionBasis).where(ProjectionBasis.name == "time_zone").update({"value": "Asia/Tokyo"})
    assert [table(yard, key, "all" if key == "reuse_rate" else "reused") for key in ("reuse_rate", "gap")] == stored


def test_notes_say_what_is_expected_and_what_kind_is_unknown(yard: World) -> None:
    notes = " ".join(report(yard, "reuse_rate").notes)
    assert "Of 9 machines in the period 2 stand in a tier that is expected only." in notes
    assert "1 machine of unknown kind" in notes
    assert "7 of 9 machines were weighed" in notes
    assert "unknown kind" not in " ".join(report(yard, "reuse_rate", replace(YEAR, kind=("laptop",))).notes)


# -- diversion from landfill -------------------------------------------------------------------------------------


def test_diversion_tells_landfill_from_incineration_and_expected_from_confirmed(yard: World) -> None:
    rows = table(yard, "landfill_diversion", "confirmed", "kg_confirmed", "expected", "kg_expected", "kg_together")
    assert rows == {
        "prepared_for_reuse": (1, 0.5, 0, 0.0, 0.5),
        "recycled": (1, 2.0, 2, 2.5, 4.5),  # W1; P3, and W8 whose weight nobody knows
        "energy_recovered": (1, 3.0, 0, 0.0, 3.0),
        "incinerated": (1, 4.0, 0, 0.0, 4.0),
        "landfilled": (1, 1.0, 1, 5.3, 6.3),
        "disposed": (0, 0.0, 1, 5.7, 5.7),
        "all": (5, 10.5, 4, 13.6, 24.1),
        "diverted": (4, 9.5, 2, 2.5, 12.0),
    }
    shares = table(yard, "landfill_diversion", "share_confirmed", "share_expected", "share_together")
    assert shares["diverted"] == (90.5, 18.4, 49.9)  # 9.5 of 10.5; 2.5 of 13.56; 12 of 24.06
    assert tags(yard, "landfill_diversion", "landfilled", YEAR) == ["W2", "W3"]
    assert tags(yard, "landfill_diversion", "landfilled.expected", YEAR) == ["W2"]
    assert tags(yard, "landfill_diversion", "diverted.confirmed", YEAR) == ["W1", "W4", "W5", "W6"]


def test_what_nobody_told_is_told_loudly(yard: World) -> None:
    notes = " ".join(report(yard, "landfill_diversion").notes)
    assert "Of 1 disposed of (5.7 kg) nobody told whether" in notes
    assert "Were none of them, 73.7 % would be diverted." in notes
    assert "of 1 no weight is known" in notes
    assert "1 machine of unknown kind" in notes
    assert "Of 4 of 9 machines (56.4 % of the mass) the fate is the one agreed" in notes
    sure = " ".join(report(yard, "landfill_diversion", replace(YEAR, kind=("laptop",), department="HCA")).notes)
    assert "nobody told" not in sure
    assert "agreed with the contractor" not in sure


def test_a_weight_that_nobody_knows_is_no_zero(yard: World) -> None:
    docks = replace(YEAR, kind=("dock",))
    assert table(yard, "landfill_diversion", "kg_together", query=docks)["recycled"] == (None,)
    assert table(yard, "landfill_diversion", "kg_together", query=docks)["landfilled"] == (0.0,)
    assert "of 1 no weight is known" in " ".join(report(yard, "landfill_diversion", docks).notes)
    yard.record(
        "declared_waste", yard.used_machine("W11", kind="dock") and _back(yard, "W11"), "2020-10-01", reason="x"
    )
    yard.record("collected", "W11", "2020-10-01", facility="weee", expected="disposed", **CONTRACT)
    assert "a mass that is not known" in " ".join(report(yard, "landfill_diversion", docks).notes)


def _back(world: World, tag: str) -> str:
    world.record("returned", tag, "2020-09-01")
    return tag


def test_waste_can_be_asked_by_who_took_it(yard: World) -> None:
    to_weee, to_remakery = replace(YEAR, contractor="weee"), replace(YEAR, partner="Northside Remakery")
    assert figures(yard, "landfill_diversion", to_weee)["all"] == 8
    assert tags(yard, "landfill_diversion", "all", to_remakery) == ["W6"]
    assert figures(yard, "climate_duties", to_remakery)["received"] == 0


def test_a_fate_that_is_corrected_moves_from_one_route_to_another(yard: World) -> None:
    before = replace(YEAR, as_at=datetime(2021, 9, 15, tzinfo=UTC))
    yard.correct("W3", "fate-W3", yard.request("incinerated", "W3", "2020-12-01"))
    assert tags(yard, "landfill_diversion", "incinerated", YEAR) == ["W3", "W4"]
    assert tags(yard, "landfill_diversion", "landfilled.confirmed", YEAR) == []
    assert tags(yard, "landfill_diversion", "landfilled.confirmed", before) == ["W3"]


@pytest.mark.parametrize("fate", ["incinerated", "landfilled", "disposed"])
def test_a_way_of_disposal_can_be_stated_from_older_records_and_by_a_lessor(world: World, fate: str) -> None:
    world.record("taken_on", None, "2021-01-15", tag="O", kind="laptop", status="disposed", outcome=fate)
    assert tags(world, "landfill_diversion", f"{fate}.expected", YEAR) == ["O"]
    world.clean_machine("L")
    world.record("returned_to_lessor", "L", "2021-01-15", lessor="lessor")
    world.record("lessor_reported", "L", "2021-02-15", fate=fate)
    facts = world.session.query(OutcomeFact.measure, OutcomeFact.fate, OutcomeFact.tier)
    now = facts.where(OutcomeFact.recorded_until.is_(None)).order_by(OutcomeFact.measure).all()
    assert [tuple(each) for each in now] == [("lessor", fate, "disposal"), ("waste", fate, "disposal")]


# -- the returns -------------------------------------------------------------------------------------------------


def test_gri_306_stands_in_tonnes_line_by_line(yard: World) -> None:
    rows = table(yard, "gri_306", "disclosure", "confirmed", "expected", "together", "machines")
    assert rows == {
        "generated": ("306-3", 0.011, 0.014, 0.024, 9),
        "kind-desktop": ("306-3", 0.0, 0.005, 0.005, 1),
        "kind-laptop": ("306-3", 0.011, 0.003, 0.013, 6),
        "kind-monitor": ("306-3", 0.0, 0.006, 0.006, 1),
        "kind-dock": ("306-3", 0.0, None, None, 1),
        "preparation": ("306-4", 0.001, 0.0, 0.001, 1),
        "recycling": ("306-4", 0.002, 0.003, 0.005, 3),
        "other_recovery": ("306-4", 0.0, 0.0, 0.0, 0),
        "diverted": ("306-4", 0.003, 0.003, 0.005, 4),
        "energy": ("306-5", 0.003, 0.0, 0.003, 1),
        "incineration": ("306-5", 0.004, 0.0, 0.004, 1),
        "landfilling": ("306-5", 0.001, 0.005, 0.006, 2),
        "other_disposal": ("306-5", 0.0, 0.006, 0.006, 1),
        "directed": ("306-5", 0.008, 0.011, 0.019, 5),
        "check": ("Check", 0.0, 0.0, 0.0, None),
        "prevention": ("Outside", None, None, 0.003, 2),
    }  # fmt: skip
    lines = table(yard, "gri_306", "hazard", "place")
    assert lines["recycling"] == ("not recorded", "offsite")
    assert lines["prevention"] == (None, None)
    assert tags(yard, "gri_306", "energy", YEAR) == ["W5"]
    assert tags(yard, "gri_306", "prevention", YEAR) == ["P1", "P2"]
    assert tags(yard, "gri_306", "kind-laptop.confirmed", YEAR) == ["W1", "W3", "W4", "W5", "W6"]


def test_hesa_gets_a_contribution_with_reuse_beside_it(yard: World) -> None:
    rows = table(yard, "hesa", "confirmed", "expected", "together", "flag", "machines")
    assert rows == {
        "recycled": (0.002, 0.003, 0.005, "estimate", 3),
        "incineration": (0.004, 0.0, 0.004, "accurate", 1),
        "landfill": (0.001, 0.005, 0.006, "estimate", 2),
        "energy": (0.003, 0.0, 0.003, "accurate", 1),
        "other": (0.0, 0.006, 0.006, "estimate", 1),
        "total": (0.01, 0.014, 0.024, "estimate", 8),
        "prepared": (0.001, 0.0, 0.001, "accurate", 1),
        "reused": (0.003, None, 0.003, "estimate", 2),
    }
    assert table(yard, "hesa", "flag", query=Query(year=2017))["total"] == ("nil",)
    assert tags(yard, "hesa", "other", YEAR) == ["W7"]
    assert tags(yard, "hesa", "reused", YEAR) == ["P1", "P2"]


def test_climate_duties_multiply_tonnes_by_the_factor_of_the_route(yard: World) -> None:
    yard.record("amended", "W3", "2020-09-01", mass_g=1_000_000)
    rows = table(yard, "climate_duties", "tonnes", "expected", "co2e", "factor")
    assert rows["landfilled"] == (1.005, 0.005, 0.009, "8.9864 kg CO2e/t")
    assert rows["recycled"] == (0.005, 0.003, 0.0, "4.65358 kg CO2e/t")
    assert rows["incinerated"][3] == rows["energy_recovered"][3] == "4.65358 kg CO2e/t"
    assert rows["prepared_for_reuse"][2:] == (None, "no factor: re-use is no way of disposing of waste")
    assert rows["disposed"][2:] == (None, "no factor: nobody told how it was disposed of")
    assert rows["all"][:3] == (1.023, 0.014, 0.009)
    texts = table(yard, "climate_duties", "text")
    assert texts["landfilled"] == ("1.005 t x 8.9864 kg CO2e/t = 0.009 t CO2e.",)
    assert texts["disposed"] == ("0.006 t: no factor: nobody told how it was disposed of.",)
    assert texts["redeployed"] == ("In the period 1 machine was used again inside the institution.",)
    assert texts["donated"] == ("In the period 0 machines were donated to external partners in working order.",)


def test_climate_duties_cite_the_factors_and_what_they_cannot_show(yard: World) -> None:
    told = report(yard, "climate_duties", Query(year=2026, span="financial"))
    assert "uk-ghg-2026" in [each.key for each in told.factors]
    notes = " ".join(told.notes)
    assert "UK Government GHG conversion factors, 2026" in notes
    assert "third-party code" in notes
    assert "No month" not in notes
    assert "ask for one" not in notes
    early = " ".join(report(yard, "climate_duties").notes)
    assert "No month of the period lies in 2026" in early
    assert "2 machines took a route without a factor" in early
    for query in (Query(), Query(year=2020, span="calendar")):
        assert "academic or a financial year" in " ".join(report(yard, "climate_duties", query).notes)
    assert "ask for one" in " ".join(report(yard, "hesa", Query()).notes)
    assert "ask for one" not in " ".join(report(yard, "hesa").notes)


def test_a_route_whose_weight_or_factor_is_not_known_has_no_emissions(
    yard: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    docks = replace(YEAR, kind=("dock",))
    assert table(yard, "climate_duties", "co2e", query=docks)["recycled"] == (None,)
    assert table(yard, "climate_duties", "text", query=docks)["recycled"] == (
        "weight not known x 4.65358 kg CO2e/t = not known.",
    )
    none: dict[str, Any] = {"key": "bare", "subject": "conversion", "values": {}}
    bare = FactorSet(
        **none | dict.fromkeys(("title", "version", "source", "licence", "notice"), "-") | {"published": "2026"}
    )
    monkeypatch.setattr("inventory.footprint.queries.shipped", lambda: (bare,))
    assert table(yard, "climate_duties", "factor", "co2e")["recycled"] == ("no factor in the set that is used", None)
    assert table(yard, "climate_duties", "co2e", "text")["all"] == (None, "0.013 t in all; emissions not known.")
    monkeypatch.setattr("inventory.footprint.queries.shipped", lambda: ())
    assert "Conversion factors" not in " ".join(report(yard, "climate_duties").notes)


def test_machines_that_were_received_in_the_period_are_stated(yard: World) -> None:
    early = Query(year=2015)
    assert figures(yard, "climate_duties", early)["received"] == 12
    assert "W7" in tags(yard, "climate_duties", "received", early)
    assert "W9" not in tags(yard, "climate_duties", "received", early), "its kind is unknown"
    assert figures(yard, "climate_duties", YEAR)["received"] == 0


def test_every_route_stands_in_one_line_of_each_return() -> None:
    waste = [fate for fate, tier in TIER_OF_FATE.items() if tier is not PREVENTION]
    assert sorted(waste) == sorted(ROUTES)
    gri = [route for key, (_, _, routes) in gri_306._LINES.items() if key not in gri_306._TOTALS for route in routes]
    assert sorted(gri) == sorted(ROUTES)
    parts = [route for key, (_, routes) in hesa._LINES.items() if key != "total" for route in routes]
    assert sorted(parts) == sorted(ROUTES)
    assert sorted([*hesa._LINES["total"][1], *hesa._LINES["prepared"][1]]) == sorted(ROUTES)
    assert sorted([*climate_duties._FACTOR_OF, *climate_duties._NO_FACTOR]) == sorted(ROUTES)


# -- the gap -----------------------------------------------------------------------------------------------------


def test_retired_is_what_came_back_from_use_in_the_period_once_each(hub: World) -> None:
    assert tags(hub, "gap", "period.retired", YEAR) == ["R1", "R2", "R3", "R8"]
    assert tags(hub, "gap", "2021.retired", Query(year=2021)) == ["R5"]
    assert figures(hub, "gap", YEAR)["2020.retired"] == 4


def test_a_retirement_is_placed_by_the_department_of_the_machine(hub: World) -> None:
    assert tags(hub, "gap", "period.retired", replace(YEAR, department="HCA")) == ["R8"]
    assert tags(hub, "gap", "period.retired", replace(YEAR, department="CSE")) == ["R1", "R2", "R3"]


def test_retirement_as_at_a_past_moment_is_what_was_known_then(hub: World) -> None:
    before = replace(YEAR, as_at=datetime(2021, 10, 1, tzinfo=UTC))
    # M was not yet known to be R1.
    assert tags(hub, "gap", "period.retired", before) == ["M", "R1", "R2", "R3", "R5", "R6", "R7", "R8"]


def test_the_line_that_counts_is_the_last_return_of_the_machine(hub: World) -> None:
    found = members_of("gap", "2020.retired", hub.session, YEAR, hub.settings)
    assert "again-R2" in [key for _, key in found.rows]


def test_the_gap_is_reusable_less_reused_by_the_share_that_is_set(hub: World) -> None:
    columns = ("retired", "reusable", "reused", "gap", "met")
    assert table(hub, "gap", *columns)["period"] == (4, 3, 1, 2, 33.3)  # R2 was redeployed; R3's donation is undone
    assert "75 % (University of Edinburgh" in report(hub, "gap").notes[0]
    hub.settings = replace(hub.settings, reusable_share_percent=60)
    assert table(hub, "gap", *columns)["period"] == (4, 2, 1, 1, 50.0)
    assert "60 %" in report(hub, "gap").notes[0]


def test_what_was_retired_earlier_makes_the_gap_negative(yard: World) -> None:
    rows = table(yard, "gap", "retired", "reusable", "reused", "gap", "prepared", query=replace(YEAR, department="HCA"))
    assert rows["2020"] == (1, 1, 1, 0, 0)
    yard.record("amended", "P2", None, department="INF")
    # The sale stays with the department it was made in, the return goes with the machine.
    rows = table(yard, "gap", "retired", "reusable", "reused", "gap", "met", query=replace(YEAR, department="HCA"))
    assert rows["2020"] == (0, 0, 1, -1, None)
    assert tags(yard, "gap", "2020.reused", replace(YEAR, department="HCA")) == ["P2"]


def test_inspections_give_a_share_that_is_measured(hub: World) -> None:
    rows = table(hub, "gap", "inspected", "fit", "fit_share", "measured", "measured_gap")
    # R1 dead; R2 and R3 working with no route advised; R8 at last to be donated.
    assert rows["period"] == rows["2020"] == (4, 3, 75.0, 3, 2)
    assert rows["2019"] == (0, 0, None, None, None)
    assert tags(hub, "gap", "period.fit", YEAR) == ["R2", "R3", "R8"]
    assert tags(hub, "gap", "period.inspected", YEAR) == ["R1", "R2", "R3", "R8"]
    assert tags(hub, "gap", "period.fit", replace(YEAR, to=None, year=None, start=date(2020, 12, 1))) == ["R8"]
    assert figures(hub, "gap", YEAR)["period.prepared"] == 0


def test_a_period_without_an_end_goes_on_to_now(hub: World) -> None:
    assert tags(hub, "gap", "period.retired", Query(start=date(2020, 8, 1))) == ["R1", "R2", "R3", "R5", "R8"]


# -- of all of them ----------------------------------------------------------------------------------------------


@pytest.fixture(params=[build_yard, build_fleet])
def any_register(request: pytest.FixtureRequest, world: World, kept: Kept) -> World:
    """Each of the registers that have waste."""
    found: World = kept(world, request.param)
    return found


@pytest.mark.parametrize("key", KEYS)
def test_departments_add_up_to_the_whole(any_register: World, key: str) -> None:
    query = Query(start=date(2015, 6, 1), to=date(2021, 12, 31))
    parts = [figures(any_register, key, replace(query, department=each)) for each in ("CSE", "HCA", "-")]
    whole = figures(any_register, key, query)
    # Lines by kind stand there where there is such waste, so a part need not have them.
    assert {cell: sum(part.get(cell, 0) for part in parts) for cell in whole} == whole
    assert sum(whole.values()) > 0


@pytest.mark.parametrize("key", KEYS)
def test_what_is_recorded_later_does_not_change_what_was_known(yard: World, key: str) -> None:
    past = replace(YEAR, as_at=datetime(2021, 9, 15, tzinfo=UTC))
    before = report(yard, key, past)
    yard.correct("W3", "fate-W3", yard.request("incinerated", "W3", "2020-12-01"))
    yard.record("rejected", "W2", None, reason="not theirs")
    yard.correct("W7", "out-W7")
    yard.record("amended", "W1", None, mass_g=9999)
    after = report(yard, key, past)
    assert after.rows == before.rows
    assert after.notes == before.notes
    if key != "gap":
        assert report(yard, key).rows != before.rows


@pytest.mark.parametrize("key", ["landfill_diversion", "hesa", "gri_306"])
def test_halves_of_a_year_add_up_to_its_waste(yard: World, key: str) -> None:
    halves = [
        figures(yard, key, Query(start=date(2020, 8, 1), to=date(2021, 1, 31))),
        figures(yard, key, Query(start=date(2021, 2, 1), to=date(2021, 7, 31))),
    ]
    whole = figures(yard, key, YEAR)
    beside = ("prevention", "reused")  # P3 was re-used in the one half and became waste in the other
    assert {cell: sum(half.get(cell, 0) for half in halves) for cell in whole if cell not in beside} == {
        cell: number for cell, number in whole.items() if cell not in beside
    }


@pytest.mark.parametrize("key", KEYS)
def test_the_chart_shows_what_the_table_says_and_opens_it(any_register: World, key: str) -> None:
    query = Query(to=date(2021, 12, 31))
    found = report(any_register, key, query)
    make = report_type(key).chart
    assert make is not None
    chart = make(found)
    assert chart is not None
    in_table = {cell.cell: cell.value for row in found.rows for cell in row.values() if isinstance(cell, Figure)}
    for series in _series(chart):
        assert len(series.values) == len(series.cells) == len(chart.labels)
        for cell in series.cells:
            assert cell in in_table
            members_of(key, str(cell), any_register.session, query, any_register.settings)
    assert any(value for series in chart.series for value in series.values)


def _series(chart: Chart) -> Iterator[Any]:
    assert chart.kind in ("trend", "bars", "stacked")
    assert chart.title
    yield from chart.series


@pytest.mark.parametrize("key", KEYS)
def test_an_empty_register_has_no_chart_and_no_gap_in_its_notes(world: World, key: str) -> None:
    found = report(world, key)
    make = report_type(key).chart
    assert make is not None and make(found) is None
    assert not any("unknown kind" in note for note in found.notes)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "cell",
    ["nonsense", "all.nonsense", "period.x", "2020.x", "1066.all", "²020.all", "9" * 5_000, "kind-toaster", "kind-",
     "diverted.older", "recycled.confirmed.x", ".", ""],
)  # fmt: skip
def test_a_figure_that_does_not_exist_is_not_found(world: World, key: str, cell: str) -> None:
    with pytest.raises(NotFound):
        members_of(key, cell, world.session, YEAR, world.settings)


@pytest.mark.parametrize("key", ON_WASTE)
def test_waste_is_asked_of_all_kinds_together(yard: World, key: str) -> None:
    assert report(yard, key).scope.startswith("Computers and peripherals; ")
    with pytest.raises(ValidationRefused, match="cannot be asked by group"):
        report(yard, key, Query(group="peripheral"))
    assert report(yard, key, Query(kind=("monitor",))).scope.startswith("Monitor; ")


def test_the_gap_cannot_be_asked_by_who_received_a_machine(hub: World) -> None:
    with pytest.raises(ValidationRefused, match="cannot be asked by partner"):
        report(hub, "gap", Query(partner="remakery"))


@pytest.mark.parametrize(
    ("key", "limit"),
    [("climate_duties", 9), ("gap", 13), ("gri_306", 6), ("hesa", 6), ("landfill_diversion", 6), ("reuse_rate", 9)],
)
def test_a_report_takes_as_many_statements_however_many_machines_there_are(hub: World, key: str, limit: int) -> None:
    with statements(hub.session.get_bind()) as sent:
        report(hub, key)
    assert len(sent) <= limit, sent


@pytest.mark.parametrize(("key", "row", "column"), [("hesa", "total", "together"), ("climate_duties", "all", "co2e")])
def test_a_return_gives_its_total_as_a_key_figure(yard: World, key: str, row: str, column: str) -> None:
    found = report(yard, key)
    panel = report_type(key).panel
    assert panel is not None
    (figure,) = panel(found)
    assert figure.figure == next(each for each in found.rows if each["key"] == row)[column]
    assert figure.unit == next(each.unit for each in found.columns if each.key == column)
