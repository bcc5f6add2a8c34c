"""Formats of other registers and our own: their headers, what they keep, and what they refuse."""

from pathlib import Path

import pytest

from inventory.errors import ValidationRefused
from inventory.importers._base import detect, importer
from inventory.importers.own_csv import read_records
from inventory.importers.survey import Options
from inventory.importers.tables import open_table
from inventory.importers.validation import Verdict
from inventory.importers.values import guard_formula

SNIPE = (
    "Asset Name,Asset Tag,Serial,Model,Model No.,Category,Manufacturer,Status,Checked Out To,Username,Location,"
    "Purchase Date,Purchase Cost,Warranty Expires,Notes,Image\n"
    "pc-17,UOE100,CZC0408YPV,EliteBook 840,L8T39,Laptops,HP,Ready to Deploy (Deployed),Ann Example,aexample,B1,"
    '1/23/23,"$1,200.50",1/22/26,"=HYPERLINK(1)",x.png\n'
)
SHELF = (
    'title,description,category,location,valuation,custodian,bookable,assetModel,type,quantity,"cf: Serial number,'
    'type:text","cf:brand, type:option","cf:purchase date, type:date","cf:colour, type:text"\n'
    "Reading room laptop,New,Laptop,Library,900,Ann,yes,ThinkPad T14,INDIVIDUAL,,PF123,Lenovo,2024-02-22,black\n"
    "Pens,Ballpoint,Office Supplies,Library,2,,yes,,QUANTITY_TRACKED,500,,,,\n"
)


def judge(tmp_path: Path, text: str) -> tuple[str, list[Verdict]]:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with open_table(path) as table:
        chosen = detect(table)
        mapping = chosen.mapping(table)
        return chosen.key, list(chosen.verdicts(table, mapping, Options(keep=chosen.kept(mapping))))


def test_a_snipe_it_export_comes_in_without_the_data_of_people(tmp_path: Path) -> None:
    key, (verdict,) = judge(tmp_path, SNIPE)
    assert key == "snipe-it"
    assert verdict.values
    shown = {name: verdict.values[name] for name in ("tag", "serial", "kind", "status", "custodian", "location")}
    assert shown == {"tag": "UOE100", "serial": "CZC0408YPV", "kind": "laptop", "status": "in_use",
                     "custodian": "Ann Example", "location": "B1"}  # fmt: skip
    assert verdict.values["notes"] == "=HYPERLINK(1)\nAsset Name: pc-17\nModel No.: L8T39"
    assert "aexample" not in str(verdict)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ("First Name,Last Name,Email,Username,Activated,Location,Employee Number", "list of users"),
        ("Name,Category,Manufacturer,Model Notes,Model Number,Fieldset,Requestable,EOL,Min Qty", "list of models"),
    ],
)
def test_lists_that_hold_no_machines_are_refused_with_what_to_do(tmp_path: Path, headers: str, said: str) -> None:
    with pytest.raises(ValidationRefused) as caught:
        judge(tmp_path, f"{headers}\nx,y\n")
    assert said in caught.value.message
    assert "export the assets" in caught.value.message


def test_a_shelf_file_brings_its_custom_fields_and_refuses_counted_stock(tmp_path: Path) -> None:
    key, (laptop, pens) = judge(tmp_path, SHELF)
    assert key == "shelf"
    assert laptop.values
    assert laptop.values["serial"] == "PF123"
    assert laptop.values["manufacturer"] == "Lenovo"
    assert "title: Reading room laptop" in laptop.values["notes"]
    assert "colour" in laptop.values["notes"]
    assert pens.values is None
    assert ["quantity (stock)" in problem.sentence for problem in pens.problems] == [True]


OWN = (
    "record,tag,kind,notes,details\n"
    f"asset,ED-1,laptop,{guard_formula('=x')},\n"
    'event,ED-1,,,"{}"\n'
    "asset,ED-2,desktop,,\n"
)


def test_our_own_export_gives_its_records_in_order_with_the_guards_undone(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(OWN, encoding="utf-8")
    with open_table(path) as table:
        records = list(read_records(table))
    assert [record.record for record in records] == ["asset", "event", "asset"]
    assert records[0].values == {"tag": "ED-1", "kind": "laptop", "notes": "=x"}
    assert records[1].values == {"tag": "ED-1", "details": "{}"}


def test_our_own_assets_come_in_as_a_plain_import_and_other_records_are_left(tmp_path: Path) -> None:
    key, verdicts = judge(tmp_path, OWN)
    assert key == "own"
    assert [verdict.values is not None for verdict in verdicts] == [True, False, True]
    assert "no asset" in verdicts[1].problems[0].sentence


@pytest.mark.parametrize("text", ["tag,kind\nED-1,laptop\n", "record,tag\n,ED-1\n", "record,tag\nasset,ED-1,x\n"])
def test_what_is_not_our_export_is_no_restore(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    with open_table(path) as table, pytest.raises(ValidationRefused):
        list(read_records(table))


def test_a_mapping_said_by_a_person_wins_in_every_format(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(SNIPE, encoding="utf-8")
    with open_table(path) as table:
        mapping = importer("snipe-it").mapping(table, {"Asset Name": "host_name", "Serial": "service_tag"})
    assert "serial" not in mapping.sources
    assert mapping.sources["host_name"] == (0,)
