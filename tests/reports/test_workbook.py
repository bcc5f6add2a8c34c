"""Workbooks: what somebody typed stays text, numbers and days are typed, a long list goes on."""

import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from inventory.reports._base import Column, Figure, Report
from inventory.reports._query import Query
from inventory.reports._words import About
from inventory.reports._workbook import MOST_WORDS, NUMBER_FORMATS, machines_to_xlsx, to_xlsx
from tests.reports.reading import sheet, sheets

ABOUT = About("University", ZoneInfo("Europe/London"))
HOSTILE = ("=1+1", "=cmd|' /C calc'!A0", "+1", "-2", "@SUM(A1)", "\t=1", "http://evil.example", "0123", "{=1}", "ü 😀")


def made(columns: tuple[Column, ...], rows: tuple[dict[str, Any], ...], **more: Any) -> Report:
    moment = datetime(2026, 7, 1, 12, tzinfo=UTC)
    report = Report("made", "Made", "What it counts.", columns, rows, Query(), "All", moment, "Computers")
    return replace(report, **more)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_somebody_typed_is_never_run_or_changed(text: str) -> None:
    columns = (Column("what", "What"), Column("machines", "Machines", "machines"))
    written = to_xlsx(made(columns, ({"what": text, "machines": Figure(1, "a")},), notes=(text,)), ABOUT)
    assert sheet(written, "Figures")[1] == [text, 1.0]
    assert text in [words for _, words in sheet(written, "Definitions")]
    with zipfile.ZipFile(BytesIO(written)) as parts:
        everything = b"".join(parts.read(name) for name in parts.namelist() if "worksheets" in name)
    assert b"<f>" not in everything and b"hyperlink" not in everything


@pytest.mark.parametrize("unit", sorted(NUMBER_FORMATS))
def test_a_number_is_typed_with_the_format_of_its_unit(unit: str) -> None:
    columns = (Column("what", "What"), Column("number", "Number", unit))
    written = to_xlsx(made(columns, ({"what": "A", "number": Figure(12.34567, "a")},)), ABOUT)
    cell = load_workbook(BytesIO(written))["Figures"]["B2"]
    assert cell.number_format == NUMBER_FORMATS[unit] and cell.data_type == "n"
    assert cell.value == pytest.approx(0.1234567 if unit == "%" else 12.34567), "every digit stays"


def test_a_day_a_moment_and_what_is_not_known_are_typed() -> None:
    columns = (Column("what", "What"), Column("day", "Day"), Column("moment", "Moment"), Column("n", "N", "kg"))
    row = {"what": "A", "day": date(2026, 7, 1), "moment": datetime(2026, 7, 1, 12, tzinfo=UTC), "n": Figure(None)}
    cells = sheet(to_xlsx(made(columns, (row, {"what": "B"})), ABOUT), "Figures")
    # Noon UTC is one o'clock in London's summer.
    assert cells[1] == ["A", date(2026, 7, 1), datetime(2026, 7, 1, 13), ""]  # noqa: DTZ001 - the format knows no zone
    assert cells[2] == ["B", "", "", ""]


def test_a_sheet_can_be_read_at_once_header_frozen_filter_set_no_column_too_wide() -> None:
    columns = (Column("what", "What"), Column("kg", "Mass", "kg"))
    written = to_xlsx(made(columns, ({"what": "long words " * 20, "kg": Figure(1.5)},)), ABOUT)
    found = load_workbook(BytesIO(written))["Figures"]
    assert found.freeze_panes == "B2" and found.auto_filter.ref == "A1:B2"
    assert found["B1"].value == "Mass (kg)"
    assert found.column_dimensions["A"].width <= 61 and found["A2"].alignment.wrap_text
    assert 6 < found.column_dimensions["B"].width < 20


def test_a_report_of_no_rows_and_words_beyond_a_cell_are_written() -> None:
    empty = to_xlsx(made((Column("what", "What"),), ()), ABOUT)
    assert sheet(empty, "Figures") == [["What"]]
    long = to_xlsx(made((Column("what", "What"),), ({"what": "x" * 40_000},)), ABOUT)
    assert len(sheet(long, "Figures")[1][0]) == MOST_WORDS


def test_a_list_longer_than_a_sheet_goes_on_with_its_header() -> None:
    out = BytesIO()
    rows = ([f"M-{number}", datetime(2026, 1, 1, tzinfo=UTC)] for number in range(5))
    columns = [("Tag", 12.0, ""), ("Happened", 18.0, "")]
    machines_to_xlsx(out, columns, rows, [("Title", "Made: all")], ABOUT, most=2)
    written = out.getvalue()
    assert sheets(written) == ["Definitions", "Machines", "Machines 2", "Machines 3"]
    assert [row[0] for name in sheets(written)[1:] for row in sheet(written, name)] == [
        "Tag", "M-0", "M-1", "Tag", "M-2", "M-3", "Tag", "M-4",
    ]  # fmt: skip
    assert load_workbook(BytesIO(written)).active.title == "Machines"
