"""Every report there is or will be says the same on page, terminal and API, in CSV, Excel and PDF."""

import csv
import io
import json
import re
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from inventory.reports._base import Figure, Report, report_type, reports, run
from inventory.reports._files import FORMATS
from inventory.reports._query import Query
from inventory.reports._words import About, cell_words, value_of
from tests.api.conftest import api, token_of  # noqa: F401 - fixtures
from tests.conftest import World
from tests.reports.reading import pages, sheet, sheets
from tests.web.browser import sign_in, words

ASKED = "from=2015-06-01&to=2018-08-31"
QUERY = Query(start=date(2015, 6, 1), to=date(2018, 8, 31))


def figures(report: Report) -> list[list[Any]]:
    """The cells in the order of the columns."""
    return [[row.get(column.key) for column in report.columns] for row in report.rows]


def number_words(report: Report) -> Counter[str]:
    """Every number as people read it, with how often it stands there."""
    cells = [(row.get(column.key), column.unit) for row in report.rows for column in report.columns]
    return Counter(
        cell_words(cell, unit) for cell, unit in cells if isinstance(cell, Figure) and cell.value is not None
    )


@pytest.fixture
def told(app: Any, fleet: World) -> Any:
    fleet.session.commit()

    def tell(key: str) -> Report:
        return run(key, fleet.session, QUERY, fleet.settings)

    return tell


@pytest.mark.parametrize("key", sorted(reports()))
def test_a_report_has_the_same_numbers_on_every_way_out(app: Any, fleet: World, told: Any, api: Any, key: str) -> None:  # noqa: F811
    report = told(key)
    values = [[value_of(cell) for cell in row] for row in figures(report)]
    numbers = number_words(report)
    assert numbers

    client = sign_in(app, fleet, "viewer")
    page = words(client.get(f"/reports/{key}?{ASKED}"))
    assert numbers <= Counter(page.replace("(", " ").split()), "page"

    shown = app.test_cli_runner().invoke(args=["report", key, "--from", "2015-06-01", "--to", "2018-08-31"]).output
    assert numbers <= Counter(shown.split()), "terminal"

    said = api("viewer").get(f"/reports/{key}", from_="2015-06-01", to="2018-08-31").get_json()
    by_key = [[value_of_json(row.get(column.key)) for column in report.columns] for row in said["rows"]]
    assert by_key == [[each.isoformat() if isinstance(each, date) else each for each in row] for row in values], "API"

    written = client.get(f"/reports/{key}.csv?{ASKED}").get_data(as_text=True)
    head, *lines = csv.reader(io.StringIO(written))
    assert len(head) == len(report.columns) + 4
    expected = [["" if each is None else str(each) for each in row] for row in values]
    assert [line[: len(report.columns)] for line in lines] == expected, "CSV"

    workbook = client.get(f"/reports/{key}.xlsx?{ASKED}").get_data()
    assert sheets(workbook) == ["Figures", "Definitions"]
    typed = sheet(workbook, "Figures")[1:]
    for row, cells in zip(values, typed, strict=True):
        for column, value, cell in zip(report.columns, row, cells, strict=True):
            if isinstance(value, (int, float)):
                assert cell == pytest.approx(value / 100 if column.unit == "%" else value), (column.key, "XLSX")
            else:
                assert cell == ("" if value is None else value), (column.key, "XLSX")

    printed = " ".join(pages(client.get(f"/reports/{key}.pdf?{ASKED}").get_data()))
    assert numbers <= Counter(printed.split()), "PDF"


def value_of_json(cell: Any) -> Any:
    return cell["value"] if isinstance(cell, dict) else cell


@pytest.mark.parametrize("key", sorted(reports()))
def test_every_file_says_what_its_numbers_rest_on(app: Any, fleet: World, told: Any, key: str) -> None:
    report = told(key)
    about = About("University of Z", fleet.settings.zone, "https://z.example/reports/x")
    said = dict(sheet(FORMATS["xlsx"].write(report, about), "Definitions")[1:])
    assert said["Definition"] == report.definition
    assert (said["Period"], said["Scope"], said["Institution"]) == (report.period, report.scope, "University of Z")
    assert said["As at, UTC"] == report.as_at.isoformat()
    assert said["Asked: from"] == "2015-06-01"
    assert said["Ask again at"] == "https://z.example/reports/x"
    assert said["Counting rules"] == "Version 1" and said["Software version"]
    printed = pages(FORMATS["pdf"].write(report, about))
    text = " ".join(" ".join(printed).split())
    for words_ in (report.title, report.period, f"Page 1 of {len(printed)}", "University of Z", "z.example"):
        assert words_ in text
    assert " ".join(report.definition.split())[:40] in text


NOTHING_DRAWN = {"disposal_age": "no machine of the fleet has a day of purchase; its own tests draw it"}


@pytest.mark.parametrize(
    "key", sorted(key for key, kind in reports().items() if kind.chart and key not in NOTHING_DRAWN)
)
def test_a_chart_shows_the_figures_of_its_report(fleet: World, told: Any, key: str) -> None:
    report = told(key)
    draw = report_type(key).chart
    assert draw is not None
    chart = draw(report)
    assert chart is not None
    known = {(cell.cell, cell.value) for row in report.rows for cell in row.values() if isinstance(cell, Figure)}
    for series in chart.series:
        assert len(series.values) == len(chart.labels)
        # More values than names of figures, or none that is named, would leave nothing to compare.
        assert len(series.cells) == len(series.values)
        for value, cell in zip(series.values, series.cells, strict=True):
            assert value is None or (cell, value) in known


def test_the_same_report_gives_the_same_bytes(fleet: World) -> None:
    moment = datetime(2018, 9, 1, tzinfo=UTC)
    about = About("University", fleet.settings.zone)
    first, second = (run("hierarchy", fleet.session, Query(year=2016, as_at=moment), fleet.settings) for _ in range(2))
    for form in FORMATS.values():
        assert form.write(first, about) == form.write(second, about), form.key


def test_json_gives_days_as_days(app: Any, told: Any) -> None:
    out = app.test_cli_runner().invoke(args=["report", "stock", "--format", "json", "--to", "2018-08-31"]).output
    rows = {row["key"]: row for row in json.loads(out)["rows"]}
    assert date.fromisoformat(rows["returned"]["since"]) == date(2016, 11, 1)


@pytest.mark.parametrize(
    ("value", "unit", "words_"),
    [
        (1234, "machines", "1,234"),
        (1234, "", "1,234"),
        (55854.8, "GBP", "55,854.80"),
        (0, "GBP", "0.00"),
        (0.13, "t", "0.130"),
        (10, "t", "10.000"),
        (1.23456, "t", "1.23456"),
        (22.7, "%", "22.7"),
        (100, "%", "100.0"),
        (24865.47556, "kg CO2e", "24,865.47556"),
        (-3.5, "t CO2e", "-3.500"),
    ],
)
def test_numbers_of_a_unit_stand_beneath_each_other_and_keep_their_digits(value: float, unit: str, words_: str) -> None:
    assert cell_words(Figure(value), unit) == words_


HEADED = sorted(key for key, kind in reports().items() if any(each.heads for each in kind.columns))


@pytest.mark.parametrize("key", HEADED)
def test_rows_stand_under_headings_on_page_and_paper_and_bear_their_words_in_files(
    app: Any, fleet: World, told: Any, key: str
) -> None:
    report = told(key)
    column = next(each for each in report.columns if each.heads)
    assert column.heads is not None
    said = [row[column.key] for row in report.rows]
    in_order = [each for place, each in enumerate(said) if place == 0 or said[place - 1] != each]
    assert len(in_order) == len(set(in_order)) > 1, "rows of a heading stand together"

    client = sign_in(app, fleet, "viewer")
    page = client.get(f"/reports/{key}?{ASKED}").get_data(as_text=True)
    shown = re.findall(r'<th scope="rowgroup" colspan="\d+">([^<]*)</th>', page)
    assert shown == [column.heads(each) for each in in_order]
    assert page.count('<th scope="col"') == len(report.columns) - 1

    printed = " ".join(" ".join(pages(client.get(f"/reports/{key}.pdf?{ASKED}").get_data())).split())
    assert all(each in printed for each in shown)
    written = client.get(f"/reports/{key}.csv?{ASKED}").get_data(as_text=True)
    place = [each.key for each in report.columns].index(column.key)
    assert [line[place] for line in list(csv.reader(io.StringIO(written)))[1:]] == said
