"""Rows to verdicts: what comes in, what is refused and why, repeats, and questions about a column."""

import csv
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import ValidationRefused
from inventory.importers import survey as survey_module
from inventory.importers._base import detect, importer, importers
from inventory.importers.survey import Options, Survey
from inventory.importers.tables import open_table
from inventory.importers.validation import Verdict

TODAY = date(2026, 11, 23)
Check = Callable[..., list[Verdict]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def _check(text: str, *, given: Mapping[str, str] | None = None, **options: object) -> list[Verdict]:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        with open_table(path) as table:
            chosen = importer("generic")
            mapping = chosen.mapping(table, given)
            said = Options(today=TODAY, **options)  # type: ignore[arg-type]
            return list(chosen.verdicts(table, mapping, said))

    return _check


def look(tmp_path: Path, text: str, **options: object) -> Survey:
    path = tmp_path / "look.csv"
    path.write_text(text, encoding="utf-8")
    with open_table(path) as table:
        chosen = importer("generic")
        return chosen.survey(table, chosen.mapping(table), Options(today=TODAY, **options))  # type: ignore[arg-type]


def sentences(verdict: Verdict) -> str:
    return " ".join(problem.sentence for problem in verdict.problems)


def test_a_full_row_comes_in_typed(check: Check) -> None:
    (verdict,) = check(
        "Tag,Kind,Make,Model,Serial,Service tag,MAC,Hostname,Dept,Place,User,Purchased,Cost,Warranty end,Weight (kg),"
        "Status,Notes\n"
        'ED-1,Notebook,Dell,Latitude,ABC123,9XYZ,00-12-3f-29-32-36,pc1,CSE/INF,B1,Ann,31/01/2024,"£1,234.50",'
        '2027-01-31,2.1,In use,"one\ntwo"\n'
    )
    assert verdict.row_number == 2
    assert verdict.problems == ()
    assert verdict.values == {
        "tag": "ED-1", "kind": "laptop", "manufacturer": "Dell", "model": "Latitude", "serial": "ABC123",
        "service_tag": "9XYZ", "mac": "00:12:3F:29:32:36", "host_name": "pc1", "department": "CSE/INF",
        "location": "B1", "custodian": "Ann", "purchase_date": date(2024, 1, 31),
        "purchase_cost": Decimal("1234.50"), "currency": "GBP", "warranty_end": date(2027, 1, 31), "mass": 2100,
        "status": "in_use", "notes": "one\ntwo",
    }  # fmt: skip


def test_blank_cells_stay_unknown_and_never_take_the_value_above(check: Check) -> None:
    _, second = check("Tag,Model,Cost,Purchased,Status\nA1,x,1.00,2024-01-31,In use\nA2,,,,\n")
    assert second.values == {
        "tag": "A2", "model": None, "purchase_cost": None, "currency": None, "purchase_date": None, "status": None
    }  # fmt: skip


def test_a_long_name_is_refused_with_row_field_and_length_and_its_neighbours_come_in(check: Check) -> None:
    good, bad, after = check(f"Tag,Model\nA1,x\nA2,{'x' * 300}\nA3,y\n")
    assert good.values
    assert after.values
    assert bad.values is None
    (problem,) = bad.problems
    assert (problem.row, problem.field, problem.fatal) == (3, "model", True)
    assert "300 characters" in problem.sentence


def test_every_problem_of_a_row_is_named_at_once(check: Check) -> None:
    (verdict,) = check("Tag,Purchased,Cost,Status\nA1,soon,ten,Limbo\n")
    assert {problem.field for problem in verdict.problems} == {"purchase_date", "purchase_cost", "status"}
    assert verdict.values is None


def test_a_junk_serial_is_left_out_with_a_notice_and_the_row_comes_in(check: Check) -> None:
    (verdict,) = check("Tag,Serial\nA1,To Be Filled By O.E.M.\n")
    assert verdict.values == {"tag": "A1", "serial": None}
    assert [problem.fatal for problem in verdict.problems] == [False]


def test_a_row_that_names_no_machine_is_refused(check: Check) -> None:
    first, second = check("Tag,Serial,Model\n,Default string,x\n,S1,y\n")
    assert first.values is None
    assert "names no machine" in sentences(first)
    assert second.values


def test_a_row_with_shifted_cells_is_refused(check: Check) -> None:
    first, second = check("Tag,Model\nA1,x,y\nA2,z\n")
    assert "3 cells under 2" in sentences(first)
    assert second.values


def test_identical_rows_merge_into_the_first(check: Check) -> None:
    first, second, third = check("Tag,Serial,Model\nA1,S1,x\nA1, S1 ,x\na2,S2,y\n")
    assert first.values
    assert third.values
    assert (second.values, second.merged_into) == (None, 2)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Tag,Model\nA1,x\nB1,y\na1 ,z\n", "tag"),
        ("Tag,Serial,Make\nA1,S1,Dell\nB1,S2,Dell\nA2,s1,dell\n", "serial number"),
    ],
)
def test_conflicting_rows_are_all_refused_naming_each_other(check: Check, text: str, what: str) -> None:
    first, between, last = check(text)
    assert between.values
    for verdict in (first, last):
        assert verdict.values is None
        assert f"Rows 2, 4 bear the same {what}" in sentences(verdict)


def test_the_same_serial_of_two_makers_or_a_junk_serial_is_no_repeat(check: Check) -> None:
    verdicts = check("Tag,Serial,Make\nA1,S1,Dell\nA2,S1,HP\nA3,0,Dell\nA4,0,Dell\n")
    assert all(verdict.values for verdict in verdicts)


def test_repeats_are_found_across_batches(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_module, "BATCH", 2)
    rows = "".join(f"A{each},m{each}\n" for each in range(9))
    verdicts = check(f"Tag,Model\n{rows}A0,m0\nA1,other\n")
    assert verdicts[9].merged_into == 2
    assert verdicts[1].values is None
    assert verdicts[10].values is None
    assert sum(verdict.values is not None for verdict in verdicts) == 8


def test_an_ambiguous_column_is_a_question_before_anything_is_read(check: Check, tmp_path: Path) -> None:
    text = "Tag,Purchased,Cost,Weight\nA1,03/04/2020,1.234,2.1\n"
    asked = look(tmp_path, text).questions
    assert [(each.field, each.option) for each in asked] == [
        ("purchase_date", "date_order"), ("purchase_cost", "decimal_mark"), ("mass", "mass_unit")
    ]  # fmt: skip
    with pytest.raises(ValidationRefused) as caught:
        check(text)
    assert caught.value.field == "purchase_date"
    (verdict,) = check(text, date_orders={"purchase_date": "mdy"}, decimal_mark=",", mass_unit="kg")
    assert verdict.values
    assert verdict.values["purchase_date"] == date(2020, 3, 4)
    assert verdict.values["purchase_cost"] == Decimal("1234.00")
    assert verdict.values["mass"] == 2100


def test_one_order_can_be_said_for_all_dates(check: Check) -> None:
    (verdict,) = check("Tag,Purchased,Warranty end\nA1,03/04/2020,03/04/2023\n", date_orders={"*": "dmy"})
    assert verdict.values
    assert verdict.values["warranty_end"] == date(2023, 4, 3)


def test_two_currencies_for_one_cost_are_refused_and_one_fills_the_other(check: Check) -> None:
    first, second, third = check("Tag,Cost,Currency\nA1,£5.00,EUR\nA2,£5.00,\nA3,5.00,eur\n")
    assert first.values is None
    assert second.values
    assert second.values["currency"] == "GBP"
    assert third.values
    assert third.values["currency"] == "EUR"


def test_a_past_outcome_needs_its_date(check: Check) -> None:
    both, alone, dated = check("Tag,Outcome,Outcome date\nA1,Recycled,2019-05-01\nA2,Donated,\nA3,,2019-05-01\n")
    assert both.values == {"tag": "A1", "outcome": "recycled", "outcome_date": date(2019, 5, 1)}
    assert "needs its date" in sentences(alone)
    assert "no outcome" in sentences(dated)


def test_unmapped_columns_go_to_the_notes_only_when_they_are_kept(check: Check) -> None:
    text = "Tag,Colour,Kind,Notes\nA1,red,Gizmo,old\nA2,,Laptop,\n"
    kept = check(text, keep=frozenset({"Colour"}))
    assert [verdict.values and verdict.values["notes"] for verdict in kept] == ["old\nColour: red\nKind: Gizmo", None]
    assert [verdict.values and verdict.values["notes"] for verdict in check(text)] == ["old\nKind: Gizmo", None]


def test_own_words_for_a_status_are_taken(check: Check) -> None:
    (verdict,) = check("Tag,Status\nA1,Archived\n", words={"status": {"archived": "recycled"}})
    assert verdict.values
    assert verdict.values["status"] == "recycled"


def test_a_file_of_headers_alone_has_no_rows(check: Check) -> None:
    assert check("Tag,Model\n") == []


def test_a_file_of_which_nothing_is_mapped_is_refused_row_by_row(check: Check) -> None:
    (verdict,) = check("Colour,Shape\nred,round\n")
    assert verdict.values is None


_CELL = st.text(alphabet="A1 -/.,£=+'\"\x00\ufffdnaé\n", max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(_CELL, min_size=1, max_size=8), max_size=12))
def test_any_cells_give_one_verdict_for_each_row(tmp_path: Path, rows: list[list[str]]) -> None:
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["Tag", "Serial", "Purchased", "Cost", "Weight kg", "Status", "Kind", "Notes"])
        writer.writerows(rows)
    said = Options(today=TODAY, date_orders={"*": "dmy"}, decimal_mark=".")
    try:
        with open_table(path) as table:
            chosen = importer("generic")
            verdicts = list(chosen.verdicts(table, chosen.mapping(table), said))
            numbers = [number for number, _ in table.rows()]
    except ValidationRefused:
        return
    assert [verdict.row_number for verdict in verdicts] == numbers
    for verdict in verdicts:
        fatal = any(problem.fatal for problem in verdict.problems)
        assert (verdict.values is None) == (fatal or verdict.merged_into is not None)


def test_every_format_is_found_and_named_once() -> None:
    assert set(importers()) == {"generic", "own", "shelf", "snipe-it"}
    assert all(each.label for each in importers().values())
    with pytest.raises(ValidationRefused, match="There is no import format access"):
        importer("access")


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ("Tag,Model,Serial", "generic"),
        ("Asset Name,Asset Tag,Serial,Model,Model No.,Category,Status,Checked Out To,Location", "snipe-it"),
        ("Company,Asset Name,Asset Tag,Model,Model No.,Category,Manufacturer,Serial,Purchased,Cost,EOL,Checked Out",
         "snipe-it"),
        ("First Name,Last Name,Email,Username,Activated,Location,Employee Number", "snipe-it"),
        ('title,category,assetModel,bookable,"cf: Serial number,type:text"', "shelf"),
        ("record,tag,kind", "own"),
    ],
)  # fmt: skip
def test_a_format_is_recognised_by_its_headers(tmp_path: Path, headers: str, key: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{headers}\n", encoding="utf-8")
    with open_table(path) as table:
        assert detect(table).key == key
