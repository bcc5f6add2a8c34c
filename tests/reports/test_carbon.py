"""Carbon and savings by hand: every row, every route, what is left out, and the past as it was known."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest

from inventory.config import Settings
from inventory.db import transaction
from inventory.errors import NotFound
from inventory.footprint.service import record_sets
from inventory.reports import _purchases
from inventory.reports._base import Figure, Report, members_of, report_type, run
from inventory.reports._query import Query
from inventory.reports._render import to_csv, to_table
from tests.conftest import World, statements
from tests.databases import Kept
from tests.footprint.test_importing import CLASSES
from tests.reports.test_figures import tags

YEAR = Query(year=2020)
CONTRACT = {"unsanitised_under_contract": True, "certified_destruction_contract": "C-1"}
IT = 24.86547556
"""kg CO2e per kg."""


@pytest.fixture
def hub(world: World, kept: Kept) -> World:
    """The register below, on record."""
    found: World = kept(world, build)
    return found


def build(world: World) -> World:
    """Bought, re-used and thrown away in 2020/21.

    bought 2020-10-01: B1 B2 laptops of 900 and 1,000 GBP (INF), B3 laptop of 1,300 EUR, B4 server of 5,000 GBP (HCA),
    B5 Dell OptiPlex 1, a desktop of 3 kg (weighed), B6 of unknown kind; B7 bought in 2019, 700 GBP
    re-used: R1 laptop redeployed 2021-02-01 and donated 2021-06-01, R2 desktop donated, R3 server redeployed, R4 sold
    waste: W1 recycled, W2 landfilled, W3 incinerated, W4 burned with recovery, W5 prepared for re-use,
    W6 laptop expected as recycled, W7 disposed of (older records), all desktops of 10 kg but W6
    """
    w = world
    w.now = datetime(2020, 10, 1, 9, tzinfo=UTC)
    price = {"purchase_date": "2020-10-01", "currency": "GBP"}

    def received(tag: str, kind: str, **facts: Any) -> None:
        w.record("received", None, "2020-10-01", tag=tag, kind=kind, **(price | facts))

    received("B1", "laptop", purchase_cost="900.00", department="INF")
    received("B2", "laptop", purchase_cost="1000.00", department="INF")
    received("B3", "laptop", purchase_cost="1300.00", currency="EUR")
    received("B4", "server", purchase_cost="5000.00", department="HCA")
    received("B5", "desktop", manufacturer="Dell", model="OptiPlex 1", mass_g=3_000)
    received("B6", "unknown")
    received("B7", "laptop", purchase_cost="700.00", purchase_date="2019-10-01")
    old: dict[str, Any] = {"purchase_date": "2014-01-01", "at": "2016-01-10"}

    def at(day: str) -> None:
        w.now = datetime.fromisoformat(day).replace(hour=17, tzinfo=UTC)

    at("2021-02-01")
    w.clean_machine("R1", "2021-02-01", **old)
    w.record("redeployed", "R1", "2021-02-01", custodian="ada", key="re-R1")
    w.clean_machine("R2", "2021-02-01", kind="desktop", **old)
    w.record("donated", "R2", "2021-02-01", partner="remakery")
    w.clean_machine("R3", "2021-02-01", kind="server", **old)
    w.record("redeployed", "R3", "2021-02-01", custodian="ada")
    w.clean_machine("R4", "2021-02-01", **old)
    w.record("sold", "R4", "2021-02-01", buyer="buyer")
    at("2021-03-01")
    for number in range(1, 7):
        tag, kind = f"W{number}", "laptop" if number == 6 else "desktop"
        w.used_machine(tag, kind=kind, **old, **({"mass_g": 10_000} if number < 6 else {}))
        w.record("returned", tag, "2021-03-01")
        w.record("declared_waste", tag, "2021-03-01", reason="worn out")
        fate = {"W1": "recycled", "W4": "energy_recovered", "W5": "prepared_for_reuse", "W6": "recycled"}
        w.record("collected", tag, "2021-03-01", facility="weee", expected=fate.get(tag, "disposed"), **CONTRACT)
    w.record(
        "taken_on", None, "2020-12-01", tag="W7", kind="desktop", status="disposed", outcome="disposed", mass_g=10_000
    )
    at("2021-05-01")
    w.record("recycled", "W1", "2021-05-01", loop="open")
    w.record("landfilled", "W2", "2021-05-01")
    w.record("incinerated", "W3", "2021-05-01")
    w.record("energy_recovered", "W4", "2021-05-01")
    w.record("prepared_for_reuse", "W5", "2021-05-01")
    at("2021-06-01")
    w.record("returned", "R1", "2021-06-01")
    w.record("sanitised", "R1", "2021-06-01",
             drives=[{"uid": w.drive_of("R1"), "method": "purge", "confirmed_after_use": True}])  # fmt: skip
    w.record("inspected", "R1", "2021-06-01", functional="working", cosmetic="B")
    w.record("passed_for_reuse", "R1", "2021-06-01")
    w.record("donated", "R1", "2021-06-01", partner="remakery")
    w.now = datetime(2021, 9, 1, 9, tzinfo=UTC)
    return world


def told(report: Report) -> dict[str, dict[str, Any]]:
    """Rows by key; figures as their numbers."""
    return {
        row["key"]: {name: cell.value if isinstance(cell, Figure) else cell for name, cell in row.items()}
        for row in report.rows
    }


def ask(world: World, key: str, query: Query = YEAR, **settings: Any) -> dict[str, dict[str, Any]]:
    return told(run(key, world.session, query, replace(world.settings, **settings)))


def three(row: dict[str, Any]) -> list[float]:
    return [row["low"], row["central"], row["high"]]


def bring(world: World, subject: str, values: dict[str, Any], key: str = "ours") -> None:
    world.session.commit()
    with transaction(world.session) as session:
        content = CLASSES | {"key": f"{key}-{subject}", "subject": subject, "values": values}
        record_sets(session, [content], "a" * 64, world.recorder(now=datetime.now(UTC)))


# -- (a) bought ----------------------------------------------------------------------------------------------


def test_what_was_bought_in_the_period_by_footprints_by_mass_and_what_is_not_known(hub: World) -> None:
    found = ask(hub, "carbon")
    assert tags(hub, "carbon", "bought.footprint", YEAR) == ["B1", "B2", "B3", "B5"]
    assert tags(hub, "carbon", "bought.unknown", YEAR) == ["B4"]
    assert tags(hub, "carbon", "bought", YEAR) == ["B1", "B2", "B3", "B4", "B5"]
    # Three laptops and a desktop.
    wanted = [(3 * laptop + desktop) / 1000 for laptop, desktop in zip((189.32, 235.32, 276.52), (240.81, 296.3, 349.2), strict=True)]  # fmt: skip
    assert three(found["bought.footprint"]) == pytest.approx(wanted, abs=0.0006)
    assert (found["bought.footprint"]["machines"], found["bought.unknown"]["machines"]) == (4, 1)
    # 3 x 1.62 kg of the class, 3 kg weighed; of the server nothing is known.
    assert found["bought"]["kg"] == 7.9
    assert three(found["bought"]) == pytest.approx([7.86 * IT / 1000] * 3, abs=0.0006)
    assert found["bought"]["part"] == "(a) scope 3 category 1"
    assert ask(hub, "carbon", capitalised=True)["bought"]["part"] == "(a) scope 3 category 2"


def test_a_machine_of_unknown_kind_is_a_gap_that_is_told(hub: World) -> None:
    report = run("carbon", hub.session, YEAR, hub.settings)
    assert any("1 machine of unknown kind was bought or re-used" in note for note in report.notes)
    assert ask(hub, "carbon", replace(YEAR, group="unknown"))["bought.unknown"]["machines"] == 1


def test_a_makers_figure_for_the_model_goes_before_the_class_and_gives_kinds_without_class_one(hub: World) -> None:
    bring(
        hub, "model_footprint", {"dell|optiplex1": {"embodied_kg": 1000, "error": 0.1}, "|big": {"embodied_kg": 5000}}
    )
    hub.record("amended", "B4", None, model="Big")
    found = ask(hub, "carbon")
    assert three(found["bought.footprint"])[1] == pytest.approx((3 * 235.32 + 1000 + 5000) / 1000, abs=0.0006)
    assert three(found["bought.footprint"])[0] == pytest.approx((3 * 189.32 + 900 + 4000) / 1000, abs=0.0006)
    assert "B4" in tags(hub, "carbon", "bought.footprint", YEAR)
    assert tags(hub, "carbon", "bought.unknown", YEAR) == []
    # As at before the set was brought in the older figures stand.
    before = replace(YEAR, as_at=hub.now + timedelta(days=1))
    assert three(ask(hub, "carbon", before)["bought.footprint"])[1] == pytest.approx(1.002, abs=0.001)
    assert [each.key for each in run("carbon", hub.session, YEAR, hub.settings).factors][1] == "ours-model_footprint"


def test_purchases_as_at_a_past_moment_are_told_as_they_were_known(hub: World) -> None:
    then = replace(YEAR, as_at=hub.now)
    asked = [then, replace(then, department="INF"), replace(then, department="-"), replace(then, kind=("laptop",))]
    before = [ask(hub, "carbon", query) for query in asked]
    assert before == [ask(hub, "carbon", replace(query, as_at=None)) for query in asked]
    behind = {cell: tags(hub, "carbon", cell, then) for cell in ("bought", "bought.footprint", "bought.unknown")}
    prices = _purchases.prices(hub.session, then, hub.settings, date(2018, 8, 1), date(2021, 7, 31))
    assert _purchases.known_now(hub.session, then)
    hub.later(days=1)
    hub.record("amended", "B1", None, kind="desktop", purchase_date="2001-01-01", purchase_cost="1.00")
    assert not _purchases.known_now(hub.session, then)
    assert [ask(hub, "carbon", query) for query in asked] == before
    assert {cell: tags(hub, "carbon", cell, then) for cell in behind} == behind
    assert _purchases.prices(hub.session, then, hub.settings, date(2018, 8, 1), date(2021, 7, 31)) == prices
    assert "B1" not in tags(hub, "carbon", "bought", YEAR)


# -- (b) waste -----------------------------------------------------------------------------------------------


def test_waste_by_its_route_with_the_factor_of_each(hub: World) -> None:
    found = ask(hub, "carbon")
    behind = {key: tags(hub, "carbon", f"waste.{key}", YEAR) for key in
              ("recycled", "landfilled", "incinerated", "energy_recovered", "prepared_for_reuse", "disposed")}  # fmt: skip
    assert behind == {
        "recycled": ["W1", "W6"], "landfilled": ["W2"], "incinerated": ["W3"], "energy_recovered": ["W4"],
        "prepared_for_reuse": ["W5"], "disposed": ["W7"],
    }  # fmt: skip
    assert tags(hub, "carbon", "waste", YEAR) == sorted(tag for each in behind.values() for tag in each)
    kg = {"recycled": 11.62, "landfilled": 10, "incinerated": 10, "energy_recovered": 10}
    factor = {"recycled": 4.65358, "landfilled": 8.9864, "incinerated": 4.65358, "energy_recovered": 4.65358}
    for key, mass in kg.items():
        assert found[f"waste.{key}"]["kg"] == pytest.approx(mass, abs=0.051)
        assert three(found[f"waste.{key}"]) == [round(mass * factor[key] / 1_000_000, 3)] * 3
    assert three(found["waste.prepared_for_reuse"]) == [None] * 3
    assert found["waste"]["machines"] == 7 and found["waste"]["kg"] == pytest.approx(61.6, abs=0.051)


def test_where_the_way_of_disposal_is_not_told_the_higher_factor_is_the_central_one(hub: World) -> None:
    value = {"unit": "kg CO2e/t", "source": "gov.uk", "seen": "official"}
    values = {"waste_combustion": {"value": 100_000, **value}, "waste_landfill": {"value": 300_000, **value}}
    bring(hub, "conversion", values)
    found = ask(hub, "carbon")
    assert three(found["waste.disposed"]) == [1.0, 3.0, 3.0]
    assert three(found["waste.landfilled"]) == [3.0] * 3
    assert three(found["waste"]) == [6.0, 8.0, 8.0]
    assert "300000.0 kg CO2e/t (Ours, 1)" in found["waste.landfilled"]["basis"]
    # For the factors that the set does not have another one is taken, and said to be.
    assert "UK Government GHG conversion factors, 2026" in found["waste.recycled"]["basis"]
    notes = " ".join(run("carbon", hub.session, YEAR, hub.settings).notes)
    assert "Not compared with the official file yet: material_it, waste_recycling." in notes


# -- (c) avoided ---------------------------------------------------------------------------------------------


def test_avoided_emissions_by_each_kind_of_re_use_low_central_and_high(hub: World) -> None:
    found = ask(hub, "carbon")
    assert tags(hub, "carbon", "redeployed", YEAR) == ["R1"]
    assert tags(hub, "carbon", "donated", YEAR) == ["R1", "R2"]
    assert tags(hub, "carbon", "prepared_for_reuse", YEAR) == ["W5"]
    assert tags(hub, "carbon", "avoided.unknown", YEAR) == ["R3"]
    assert found["redeployed"]["central"] == round(0.5 * 235.32 * 3 / 4.5 / 1000, 3)
    assert found["donated"]["low"] == round(0.2 * (189.32 + 240.81) * 2 / 5 / 1000, 3)
    assert found["donated"]["high"] == round(0.7 * (276.52 + 349.2) / 1000, 3)
    assert found["prepared_for_reuse"]["central"] == round(0.4 * 296.3 * 3 / 4.5 / 1000, 3)
    assert found["avoided"]["events"] == 4
    assert found["avoided"]["central"] == pytest.approx(
        sum(found[key]["central"] for key in ("redeployed", "donated", "prepared_for_reuse")), abs=0.0016
    )
    for key in ("redeployed", "avoided", "reuse.donated", "reuse"):
        assert found[key]["part"] == "(c) estimate, not in the inventory"
    assert (
        "displacement 0.3 / 0.5 / 0.8; years added of a new machine's 2 of 5 / 3 of 4.5 / 4 of 4"
        in found["redeployed"]["basis"]
    )


def test_by_mass_the_same_re_use_stands_in_rows_of_its_own(hub: World) -> None:
    found = ask(hub, "carbon")
    assert found["reuse.redeployed"]["kg"] == 1.6  # R1; of the server no weight is known
    assert found["reuse.redeployed"]["central"] == round(1.62 * IT * 0.5 * 3 / 4.5 / 1000, 3)
    gross = 1.62 + 1.62 + 5.33 + 10
    assert found["reuse"]["kg"] == pytest.approx(gross, abs=0.051)
    assert found["reuse"]["central"] == round(gross * IT / 1000, 3)
    assert "low" not in found["reuse"]


def test_what_stands_behind_a_figure_is_counted_in_events_where_a_machine_may_stand_there_twice(hub: World) -> None:
    report = run("carbon", hub.session, YEAR, hub.settings)
    assert {report.counted_in(cell) for cell in ("avoided", "donated", "reuse", "reuse.donated")} == {"events"}
    assert {report.counted_in(cell) for cell in ("bought", "waste", "nonsense")} == {"machines"}


def test_refurbishing_and_transport_are_taken_off_each_machine(hub: World) -> None:
    plain, costly = (
        ask(hub, "carbon"),
        ask(hub, "carbon", refurbishing_kg_co2e=Decimal(7), transport_kg_co2e=Decimal(3)),
    )
    for end in ("low", "central", "high"):
        assert costly["donated"][end] == pytest.approx(plain["donated"][end] - 0.020, abs=0.0011)
        assert costly["reuse.donated"][end] == pytest.approx(plain["reuse.donated"][end] - 0.020, abs=0.0011)
    assert costly["bought.footprint"] == plain["bought.footprint"]


def test_every_total_is_of_one_part_and_one_route_and_no_row_adds_two(hub: World) -> None:
    value = {"unit": "kg CO2e/t", "source": "gov.uk", "seen": "official"}
    names = ("material_it", "waste_recycling", "waste_combustion", "waste_landfill")
    bring(hub, "conversion", {name: {"value": 97_001.0 + 1_013 * place, **value} for place, name in enumerate(names)})
    found = {key: row["central"] for key, row in ask(hub, "carbon").items() if row.get("central")}
    ways = [key for key in found if key.startswith("waste.")]
    reused = ("redeployed", "donated", "prepared_for_reuse")
    assert found["waste"] == pytest.approx(sum(found[key] for key in ways), abs=0.003)
    assert found["avoided"] == pytest.approx(sum(found[key] for key in reused), abs=0.002)
    apart = ("bought.footprint", "bought", "waste", "avoided", "reuse", "reuse.donated")
    for one, other in combinations(apart, 2):
        wrong = [key for key in found if found[key] == pytest.approx(found[one] + found[other], abs=0.001)]
        assert wrong == [], (one, other)


def test_the_re_use_of_two_halves_adds_up_to_that_of_the_year(hub: World) -> None:
    whole = ask(hub, "carbon")
    for split in (date(2021, 1, 31), date(2021, 2, 1), date(2021, 5, 31)):
        halves = [
            ask(hub, "carbon", Query(start=date(2020, 8, 1), to=split)),
            ask(hub, "carbon", Query(start=split + timedelta(days=1), to=date(2021, 7, 31))),
        ]
        for key in ("redeployed", "donated", "avoided"):
            assert sum(each[key]["events"] for each in halves) == whole[key]["events"]
            assert sum(each[key]["central"] for each in halves) == pytest.approx(whole[key]["central"], abs=0.0011)


def test_a_correction_takes_what_was_avoided_away_and_leaves_the_past_as_it_was(hub: World) -> None:
    before = ask(hub, "carbon")
    then = replace(YEAR, as_at=hub.now)
    hub.later(days=1)
    hub.record("recipient_reported", "R2", None, report="still_in_use")
    assert ask(hub, "carbon")["avoided"] == before["avoided"]
    hub.correct("R1", "re-R1")
    assert ask(hub, "carbon", then)["avoided"] == before["avoided"]


def test_for_one_receiver_only_what_that_one_received_is_told(hub: World) -> None:
    found = ask(hub, "carbon", replace(YEAR, partner="Northside Remakery"))
    assert (found["donated"]["events"], found["redeployed"]["events"], found["waste"]["machines"]) == (2, 0, 0)
    assert "bought" not in found
    with pytest.raises(NotFound):
        members_of("carbon", "bought", hub.session, replace(YEAR, partner="remakery"), hub.settings)
    waste = ask(hub, "carbon", replace(YEAR, contractor="weee"))
    assert waste["waste"]["machines"] == 6


@pytest.mark.parametrize("cell", ["nonsense", "waste.x", "waste.", "reuse.x", "bought.x", "avoided.x", "redeployed.x"])
def test_a_cell_of_carbon_that_is_not_there_is_not_found(hub: World, cell: str) -> None:
    with pytest.raises(NotFound):
        members_of("carbon", cell, hub.session, YEAR, hub.settings)


def test_without_any_factors_nothing_is_guessed(hub: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.footprint.queries.shipped", tuple)
    found = ask(hub, "carbon")
    assert (
        found["bought.unknown"]["machines"] == 5 and found["bought"]["basis"] == "No factor for material use is known"
    )
    for key in ("bought", "waste", "waste.recycled", "avoided", "redeployed", "reuse.donated"):
        assert three(found[key]) == [None] * 3
    assert found["reuse"]["central"] is None
    assert found["waste.recycled"]["basis"] == "No factor is known"
    report = run("carbon", hub.session, YEAR, hub.settings)
    assert report.factors == () and report_type("carbon").panel(report) == []  # type: ignore[misc]


def test_the_picture_shows_the_ranges_of_what_was_avoided(hub: World) -> None:
    draw = report_type("carbon").chart
    assert draw is not None
    report = run("carbon", hub.session, YEAR, hub.settings)
    chart = draw(report)
    assert chart is not None and (chart.kind, chart.unit) == ("ranges", "t CO2e")
    assert chart.labels == ("Re-used internally", "Donated", "Prepared for re-use")
    rows = told(report)
    assert [series.values for series in chart.series] == [
        tuple(rows[key][end] for key in ("redeployed", "donated", "prepared_for_reuse")) for end in ("low", "central", "high")
    ]  # fmt: skip
    assert "estimate, not in the inventory" in chart.title
    assert draw(run("carbon", hub.session, Query(year=2012), hub.settings)) is None


def test_the_figures_stand_in_the_files_with_their_factor_and_label(hub: World) -> None:
    report = run("carbon", hub.session, YEAR, hub.settings)
    table, lines = to_table(report), to_csv(report)
    for text in ("estimate, not in the inventory", "24865.47556 kg CO2e/t", "displacement 0.2 / 0.4 / 0.7"):
        assert text in table and text in lines
    assert "order of magnitude only" in table and "Open Database" in report.factors[0].notice


def test_the_reports_take_as_few_statements_for_many_as_for_one(hub: World) -> None:
    for key, most in (("carbon", 9), ("savings", 6)):
        with statements(hub.session.get_bind()) as sent:
            run(key, hub.session, YEAR, hub.settings)
        assert len(sent) <= most, "\n".join(sent)


# -- savings -------------------------------------------------------------------------------------------------


def test_purchases_avoided_at_the_median_and_the_lowest_price_of_their_kind(hub: World) -> None:
    found = ask(hub, "savings")
    # Laptops on record in GBP: 700, 900, 1,000; the one in EUR is left out. A server: 5,000.
    assert found["redeployed.replacement-median"]["value"] == 900 + 5_000
    assert found["redeployed.replacement-cheapest"]["value"] == 700 + 5_000
    assert found["redeployed.replacement-median"]["method"] == "replacement-median"
    assert "from 1 Aug 2018 to 31 Jul 2021" in found["redeployed.replacement-median"]["basis"]
    assert tags(hub, "savings", "redeployed", YEAR) == ["R1", "R3"]
    # No desktop was bought at a price, so R2 is in no amount.
    assert (found["donated.replacement-median"]["events"], found["donated.replacement-median"]["priced"]) == (2, 1)
    assert found["donated.replacement-median"]["value"] == 900
    assert tags(hub, "savings", "donated.priced", YEAR) == ["R1"]
    assert "no saving" in found["donated.replacement-median"]["what"]
    notes = " ".join(run("savings", hub.session, YEAR, hub.settings).notes)
    assert "Laptop 900.00 (lowest 700, 3 bought)" in notes.replace("700.00", "700")


def test_where_no_price_is_on_record_the_amount_is_unknown_and_not_guessed(hub: World) -> None:
    found = ask(hub, "savings", replace(YEAR, kind=("desktop",)))
    row = found["donated.replacement-median"]
    assert (row["events"], row["priced"], row["value"]) == (1, 0, None)
    assert any(
        "nothing is priced" in note
        for note in run("savings", hub.session, replace(YEAR, kind=("desktop",)), hub.settings).notes
    )


def test_disposal_avoided_is_unknown_unless_its_price_is_given(hub: World) -> None:
    found = ask(hub, "savings")
    # R1 by its last outcome, and R2, R3: 1.62 + 5.33 kg; of the server no weight is known.
    assert tags(hub, "savings", "used_again", YEAR) == ["R1", "R2", "R3"]
    assert (found["disposal"]["machines"], found["disposal"]["kg"], found["disposal"]["value"]) == (3, 7.0, None)
    assert "DISPOSAL_PRICE_PER_KG is not given" in found["disposal"]["basis"]
    priced = ask(hub, "savings", disposal_price_per_kg=Decimal("0.35"))["disposal"]
    assert priced["value"] == 2.43
    assert priced["basis"] == "0.35 GBP per kg (setting DISPOSAL_PRICE_PER_KG)"


@pytest.mark.parametrize(
    ("costs", "median"),
    [(["100.00"], "100.00"), (["100.00", "101.01"], "100.51"), (["1.00", "2.00", "2.00", "9.00"], "2.00"), (["3.00", "1.00", "2.00"], "2.00")],
)  # fmt: skip
def test_the_median_of_prices_is_exact_to_the_penny(world: World, costs: list[str], median: str) -> None:
    for number, cost in enumerate(costs):
        world.record("received", None, "2020-10-01", tag=f"P{number}", kind="laptop", purchase_date="2020-10-01",
                     purchase_cost=cost, currency="GBP")  # fmt: skip
    found = _purchases.prices(world.session, Query(), world.settings, date(2020, 1, 1), date(2020, 12, 31))
    assert found["laptop"].median == Decimal(median)
    assert found["laptop"].purchases == len(costs)


@pytest.mark.parametrize(
    ("to", "first"), [(date(2021, 7, 31), "1 Aug 2018"), (date(2024, 2, 28), "1 Mar 2021"), (date(2024, 2, 29), "1 Mar 2021")]
)  # fmt: skip
def test_prices_are_those_of_three_years_up_to_the_end_of_the_period(world: World, to: date, first: str) -> None:
    found = ask(world, "savings", Query(to=to))
    assert f"from {first} to" in found["redeployed.replacement-median"]["basis"]


@pytest.mark.parametrize("cell", ["nonsense", "redeployed.x", "prepared_for_reuse", "used_again.x"])
def test_a_cell_of_savings_that_is_not_there_is_not_found(hub: World, cell: str) -> None:
    with pytest.raises(NotFound):
        members_of("savings", cell, hub.session, YEAR, hub.settings)


def test_the_key_figures_are_those_of_the_reports(hub: World) -> None:
    for key, row, name in (("carbon", "avoided", "central"), ("savings", "redeployed.replacement-median", "value")):
        report = run(key, hub.session, YEAR, hub.settings)
        panel = report_type(key).panel
        assert panel is not None
        [shown] = panel(report)
        assert shown.figure.value == told(report)[row][name]
    nothing = run("savings", hub.session, replace(YEAR, kind=("desktop",)), hub.settings)
    assert report_type("savings").panel is not None
    assert "estimate" in shown.words
    assert nothing.rows


def test_settings_of_money_and_carbon_are_read_as_exact_amounts() -> None:
    from inventory.config import load_settings

    found = load_settings({"DISPOSAL_PRICE_PER_KG": "0.35", "TRANSPORT_KG_CO2E": "2", "CAPITALISED": "1"})
    assert (found.disposal_price_per_kg, found.transport_kg_co2e, found.capitalised) == (Decimal("0.35"), 2, True)
    assert Settings().disposal_price_per_kg is None
    for wrong in ("-1", "nan", "inf", "1e9", "a lot"):
        with pytest.raises(SystemExit, match="DISPOSAL_PRICE_PER_KG"):
            load_settings({"DISPOSAL_PRICE_PER_KG": wrong})
