"""Boavizta's file: the classes as derived by hand, every fault named, and the real file where it is at hand."""

import csv
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from inventory.footprint.boavizta import kind_of
from inventory.footprint.brought import Brought
from inventory.footprint.carbon import CAUTION
from inventory.footprint.importing import read_factors
from inventory.reading.documents import Document

HEADER = (
    "manufacturer,name,subcategory,gwp_total,gwp_use_ratio,yearly_tec,gwp_error_ratio,gwp_manufacturing_ratio,weight,"
    "screen_size,added_date,gwp_transport_ratio"
)


def read(*rows: str, header: str = HEADER) -> Brought:
    return read_factors(Document("data.csv", "\n".join([header, *rows]).encode()))


def values(found: Brought, subject: str) -> dict[str, Any]:
    return next((each["values"] for each in found.sets if each["subject"] == subject), {})


def test_making_and_shipping_count_or_else_what_is_not_use() -> None:
    found = read(
        "Dell,Latitude 1,Laptop,300,0.2,20,0.25,0.7,1.5,14,01-02-2020,0.05",
        "Dell,Latitude 2,Laptop,400,0.25,30,,,2.0,14,03-04-2021,",
        "Dell,Latitude 3,Laptop,500,,,,,1.0,14,,",
        "Dell,Latitude 4,Laptop,100,0.5,,,0.3,,14,,",
    )
    models = values(found, "model_footprint")
    assert models["dell|latitude1"] == {"mass_kg": 1.5, "embodied_kg": 225.0, "error": 0.25}
    assert models["dell|latitude2"] == {"mass_kg": 2.0, "embodied_kg": 300.0}
    assert models["dell|latitude3"] == {"mass_kg": 1.0}
    assert models["dell|latitude4"] == {"embodied_kg": 30.0}
    [laptop] = values(found, "class_footprint").values()
    assert laptop == {
        "rows": 4, "embodied_kg": [127.5, 225.0, 262.5], "mass_kg": [1.25, 1.5, 1.75], "yearly_kwh": 25.0,
    }  # fmt: skip
    assert {each["published"] for each in found.sets} == {"2021-04-03"}


def test_the_notice_and_the_makers_warning_stay_with_both_sets() -> None:
    found = read("Dell,Latitude 1,Laptop,300,0.2,20,0.25,0.7,1.5,14,01-02-2020,0.05")
    assert [each["subject"] for each in found.sets] == ["class_footprint", "model_footprint"]
    for each in found.sets:
        assert each["licence"] == "ODbL 1.0"
        assert "Open Database License" in each["notice"] and CAUTION in each["notice"]


@pytest.mark.parametrize(
    ("row", "says", "key", "kept"),
    [
        ("Lenovo,ThinkPad T540p,Laptop,300,0.2,,,,15.6,15,,", "The weight cannot be right for its kind", "lenovo|thinkpadt540p", {"embodied_kg": 240.0}),
        ("HP,E14 Portable,Monitor,300,0.2,,,,0.6,14,,", "The weight cannot be right for its kind", "hp|e14portable", {"embodied_kg": 240.0}),
        ("Dell,C8618QT,Monitor,300,0.2,,,,123,86,,", "The weight cannot be right for its kind", "dell|c8618qt", {"embodied_kg": 240.0}),
        ("Lenovo,Tiny,Monitor,300,0.2,,3.28,,5,22,,", "The error told is more than the figure", "lenovo|tiny", {"embodied_kg": 240.0, "mass_kg": 5.0}),
        ("Dell,Ultra,Desktop,200,0.2,,,7.76,5,,,0.04", "The share of making is more than the whole", "dell|ultra", {"embodied_kg": 160.0, "mass_kg": 5.0}),
        ("Dell,Inspiron 13,Desktop,300,0.2,,,,1.2,13,,", "looks like a laptop", "dell|inspiron13", None),
        ("Dell,Big,Desktop,600,0.2,,,,5.3,,,", "The footprint is very high for the weight", "dell|big", {"embodied_kg": 480.0, "mass_kg": 5.3}),
        ("Dell,Light,Desktop,300,0.2,,,,0.6,,,", "The weight is far from its class", "dell|light", {"embodied_kg": 240.0}),
        ("Dell,Again,Desktop,300,0.2,,,,5,,,\nDell,Again,Desktop,500,0.2,,,,7,,,", "Told more than once", "dell|again", {"embodied_kg": 320.0, "mass_kg": 6.0}),
    ],
)  # fmt: skip
def test_every_fault_is_named_and_what_cannot_be_is_left_out(
    row: str, says: str, key: str, kept: dict[str, float] | None
) -> None:
    usual = [f"Dell,Usual {n},Desktop,{200 + n * 20},0.2,,,,{5 + n / 10},,," for n in range(8)]
    found = read(row, *usual)
    assert any(each.startswith(says) or says in each for each in found.findings), found.findings
    if kept is not None:
        assert values(found, "model_footprint")[key] == kept
    assert not read(*usual).findings


@pytest.mark.parametrize(
    ("filed", "name", "screen", "kind"),
    [
        ("Laptop", "Latitude 5280", 12, "laptop"),
        ("Laptop", "ZBook Power G8", 15, "mobile_workstation"),
        ("Laptop", "ThinkPad P51", 15, "mobile_workstation"),
        ("Laptop", "ThinkPad X1", 14, "laptop"),
        ("Desktop", "Precision 7560", 15, "mobile_workstation"),
        ("Desktop", "Precision Tower 3620", 0, "tower_workstation"),
        ("Desktop", "Mac Pro 3", 0, "tower_workstation"),
        ("Workstation", "Surface Studio 2", 0, "tower_workstation"),
        ("Desktop", "OptiPlex 7060 Micro Form Factor", 0, "micro_desktop"),
        ("Desktop", "Mac mini (M1 2020)", 0, "micro_desktop"),
        ("Desktop", "ThinkCentre M90n Nano", 0, "micro_desktop"),
        ("Desktop", "OptiPlex XE2 Mini Tower", 0, "micro_desktop"),
        ("Desktop", "OptiPlex 7060 Small Form Factor", 0, "desktop"),
        ("Desktop", "24-inch iMac", 24, "all_in_one"),
        ("Desktop", "V30 AIO", 24, "all_in_one"),
        ("Thin Client", "Wyse", 0, "thin_client"),
        ("Thin client", "Wyse", 0, "thin_client"),
        ("Monitor", "P2419H", 24, "monitor"),
        ("Tablet", "iPad", 10, "tablet"),
        ("Server", "PowerEdge R740", 0, None),
        ("Smartphone", "iPhone 11", 0, None),
    ],
)
def test_products_fall_into_the_classes_of_the_derived_table(
    filed: str, name: str, screen: float, kind: str | None
) -> None:
    assert kind_of(filed, name, screen) == kind


def test_the_french_edition_is_read_by_its_decimal_commas() -> None:
    row = "Dell;Latitude 1;Laptop;300;0,2;20;0,25;0,7;1,5;14;2020-02-01;0,05"
    found = read(row, header=HEADER.replace(",", ";"))
    assert values(found, "model_footprint") == {"dell|latitude1": {"mass_kg": 1.5, "embodied_kg": 225.0, "error": 0.25}}
    assert found.sets[0]["published"] == "2020-02-01"


def test_rows_that_say_nothing_are_passed_over() -> None:
    found = read(
        "Dell,Latitude 1,Laptop,300,0.2,,,,1.5,14,,", "Dell,,Laptop,300,0.2,,,,1.5,14,,", "Dell,Latitude 2,Laptop,x,nan,,,,-1,14,,",
        "Dell,Latitude 3,Laptop,300,1.4,,,,,14,,", ",,,",
    )  # fmt: skip
    assert list(values(found, "model_footprint")) == ["dell|latitude1"]


def test_a_model_answers_to_its_name_without_what_it_is_but_never_for_another_one() -> None:
    found = read(
        "Dell,P1 Monitor,Monitor,400,0.2,,,,5,24,,", "Dell,P1,Monitor,500,0.2,,,,6,24,,",
        "HP,EliteBook 1 Notebook PC,Laptop,300,0.2,,,,1.5,14,,", "HP,Monitor,Monitor,300,0.2,,,,5,24,,",
    )  # fmt: skip
    models = values(found, "model_footprint")
    assert models["dell|p1monitor"]["mass_kg"] == 5 and models["dell|p1"]["mass_kg"] == 6
    assert models["hp|elitebook1"] == models["hp|elitebook1notebookpc"]
    assert "hp|" not in models


# -- the real file -----------------------------------------------------------------------------------------------

CLASSES = {
    "laptop": "laptop", "mobile_workstation": "mobile_workstation", "desktop_sff_tower": "desktop",
    "desktop_micro": "micro_desktop", "aio": "all_in_one", "workstation": "tower_workstation",
    "thin_client": "thin_client", "monitor": "monitor", "tablet": "tablet",
}  # fmt: skip
METRICS = {"embodied_kgco2e": "embodied_kg", "weight_kg": "mass_kg"}


@pytest.mark.real_data
def test_the_real_file_gives_the_derived_table_and_the_shipped_set_to_the_last_digit(real_data: Path) -> None:
    folder = real_data / "boavizta"
    found = read_factors(Document("us.csv", (folder / "boavizta-data-us.csv").read_bytes()))
    classes = values(found, "class_footprint")
    with (folder / "derived_class_summary.csv").open(newline="") as file:
        wanted = list(csv.DictReader(file))
    assert set(classes) == set(CLASSES.values())
    for row in wanted:
        of_class = classes[CLASSES[row["device_class"]]]
        assert of_class["rows"] == int(row["rows"])
        if row["metric"] in METRICS:
            told = [float(row[name]) for name in ("p25", "median", "p75")]
            assert of_class[METRICS[row["metric"]]] == pytest.approx(told, abs=0.0051), row
        elif row["metric"] == "yearly_tec_kwh":
            assert of_class["yearly_kwh"] == pytest.approx(float(row["median"]), abs=0.0051)
    file_ = resources.files("inventory.footprint").joinpath("data/boavizta-2023-02-23-classes.json")
    assert classes == json.loads(file_.read_text("utf-8"))["values"]


@pytest.mark.real_data
def test_the_real_file_gives_the_models_and_names_its_faults(real_data: Path) -> None:
    found = read_factors(Document("us.csv", (real_data / "boavizta" / "boavizta-data-us.csv").read_bytes()))
    models = values(found, "model_footprint")
    assert len(models) > 1_200
    assert models["dell|optiplex7060smallformfactor"]["mass_kg"] == 5.24
    assert models["dell|optiplex7060microformfactor"]["embodied_kg"] == pytest.approx(245 * 0.63, rel=0.05)
    assert models["dell|p2419hmonitor"] == models["dell|p2419h"]
    assert models["dell|p2419h"]["mass_kg"] == 6.743
    assert "mass_kg" not in models["lenovo|thinkpadt540p"]
    told = " ".join(found.findings)
    for name in ("ThinkPad T540p 15.6 kg", "ThinkPad Helix 11.6 kg", "OptiPlex 7070 Ultra 7.76"):
        assert name in told
    assert any("The error told is more than the figure" in each and "(21)" in each for each in found.findings)
    assert {each["published"] for each in found.sets} == {"2023-02-23"}
