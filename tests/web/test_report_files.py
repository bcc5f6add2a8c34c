"""Files of the report pages: the picture of a chart, the machines behind a figure, and what is refused."""

import re
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from inventory.reports._base import reports
from tests.conftest import World, statements
from tests.reports.conftest import fleet  # noqa: F401 - a fixture
from tests.reports.reading import sheet
from tests.web.browser import sign_in, words

SVG = "{http://www.w3.org/2000/svg}"
YEAR = "year=2016/17"


@pytest.fixture
def client(app: Any, fleet: World) -> Any:  # noqa: F811
    return sign_in(app, fleet, "viewer")


def test_a_picture_stands_alone_with_its_title_source_and_no_style(client: Any, fleet: World) -> None:  # noqa: F811
    answer = client.get(f"/reports/hierarchy.svg?{YEAR}")
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="hierarchy.svg"'
    text = answer.get_data(as_text=True)
    root = ElementTree.fromstring(text)
    said = [each.text for each in root.iter(f"{SVG}text")]
    assert said[:2] == [
        "Machines by the tier of their last outcome",
        "Academic year 2016/17. Computers; all departments.",
    ]
    assert re.fullmatch(
        r"University of Testing\. As at \d+ \w+ \d{4}, \d\d:\d\d \w+\. Counting rules 1\.", str(said[-1])
    )
    assert not re.search(r"style|class=|href|<script", text)
    assert "2 machines" in said and root.find(f"{SVG}title") is not None


def test_a_picture_for_a_dark_ground_differs_in_its_colours_only(client: Any) -> None:
    light, dark = (
        client.get(f"/reports/stock.svg?to=2018-08-31{more}").get_data(as_text=True) for more in ("", "&dark=1")
    )

    def colourless(text: str) -> str:
        return re.sub(r"#[0-9a-f]{6}|\d\d:\d\d", "", text)

    assert light != dark and "#121815" in dark and "#121815" not in light
    assert colourless(light) == colourless(dark)


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("headline.svg", 404, "no picture of this answer; its figures are in the table"),
        ("coverage.svg?department=-&group=unknown", 404, "no picture"),
        ("sales.pdf", 404, "There is no report"),
        ("headline.doc", 404, ""),
        ("headline/machines/nonsense.xlsx", 404, "has no figure"),
        ("headline.xlsx?department=NOPE", 422, "no department"),
        ("stock.pdf?partner=x", 422, "cannot be asked by partner"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_words(client: Any, address: str, status: int, said: str) -> None:
    answer = client.get(f"/reports/{address}")
    assert answer.status_code == status
    assert said in words(answer)


def test_a_page_offers_its_files_for_the_same_question_and_a_picture_only_where_there_is_one(client: Any) -> None:
    for key in reports():
        page = client.get(f"/reports/{key}?to=2018-08-31").get_data(as_text=True)
        for ext in ("csv", "xlsx", "pdf"):
            assert f'href="/reports/{key}.{ext}?to=2018-08-31"' in page
        assert (f"/reports/{key}.svg" in page) == ('class="picture picture--wide"' in page)
        assert page.count("data-save-picture") == page.count(f"{key}.svg") // 2


def test_a_form_offers_only_what_the_report_can_be_asked_by(client: Any) -> None:
    with_receivers = client.get("/reports/headline").get_data(as_text=True)
    without = client.get("/reports/stock").get_data(as_text=True)
    assert 'name="partner"' in with_receivers and 'name="contractor"' in with_receivers
    assert 'name="partner"' not in without and 'name="contractor"' not in without
    assert 'name="department"' in without and 'name="from"' not in without


def test_the_machines_behind_a_figure_are_a_workbook_with_days_and_the_figure(client: Any) -> None:
    answer = client.get(f"/reports/hierarchy/machines/prevention.xlsx?{YEAR}")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="hierarchy-prevention.xlsx"'
    content = answer.get_data()
    head, *rows = sheet(content, "Machines")
    assert head[:2] == ["Tag", "Kind"] and [row[0] for row in rows] == ["A", "C"]
    first = dict(zip(head, rows[0], strict=True))
    assert first["Kind"] == "Laptop" and first["Counted by"] == "Donated"
    assert first["Happened"] == date(2017, 3, 1), "a line that knows its day only"
    assert isinstance(first["Recorded"], datetime)
    said = dict(sheet(content, "Definitions")[1:])
    assert said["Title"] == "Waste hierarchy: Prevention"
    assert said["Figure"].startswith("2 machines; 66.7 %; 3.2 kg")
    assert said["Ask again at"].endswith("/reports/hierarchy?year=2016%2F17")


def test_behind_a_mass_stands_the_mass_of_each_machine_with_its_source(client: Any) -> None:
    page = words(client.get(f"/reports/hierarchy/machines/recycling?{YEAR}"))
    assert "7.25 kg weighed" in page
    page = words(client.get(f"/reports/hierarchy/machines/prevention?{YEAR}"))
    assert page.count("1.62 kg median of its class") == 2
    assert "kg" not in words(client.get("/reports/stock/machines/in_use")).split("Tag")[1]


def test_a_machine_without_a_counted_outcome_has_the_mass_on_record(client: Any, fleet: World) -> None:  # noqa: F811
    # Its life was extended: a line, but no outcome.
    page = words(client.get(f"/reports/hierarchy/machines/extended?{YEAR}"))
    assert "1.62 kg median of its class" in page


def test_files_of_long_lists_take_few_statements(client: Any, fleet: World) -> None:  # noqa: F811
    from inventory.db import db

    with statements(db.engine) as few:
        client.get("/reports/stock/machines/returned.xlsx")
    with statements(db.engine) as many:
        client.get("/reports/stock/machines/all.xlsx")
    assert len(many) <= len(few) + 1
