"""The dashboard and the reports: one set of numbers, each opening its machines."""

import csv
import io
import re
from html import unescape
from typing import Any

import pytest

from inventory.reports._base import Figure, reports, run
from inventory.reports._query import Query
from tests.conftest import World, statements
from tests.reports.conftest import fleet  # noqa: F401 - a fixture
from tests.web.browser import sign_in, words


def test_the_headline_stands_first_with_its_definition_start_and_moment(app: Any, fleet: World) -> None:  # noqa: F811
    page = words(sign_in(app, fleet, "viewer").get("/"))
    assert page.startswith("3 machines re-used or donated since June 2015")
    for part in ("2 donated only", "1 both", "3 donated in all", "1 from older records", "As at", "Distinct computers",
                 "The programme began on 1 Jun 2015"):  # fmt: skip
        assert part in page


def test_every_number_of_the_dashboard_opens_that_many_machines(app: Any, fleet: World) -> None:  # noqa: F811
    client = sign_in(app, fleet, "viewer")
    page = client.get("/?year=2016/17").get_data(as_text=True)
    links = {unescape(found) for found in re.findall(r'href="(/reports/[^"]+/machines/[^"]+)"', page)}
    assert len(links) > 20
    for address in links:
        answer = client.get(address)
        assert answer.status_code == 200, address
        # What the page counts is what it lists: the fleet fits on one page.
        total = int(re.search(r"<strong>([\d,]+)</strong>", answer.get_data(as_text=True))[1])  # type: ignore[index]
        assert total == len(re.findall(r'<th scope="row"', answer.get_data(as_text=True))), address
        assert total > 0


def test_the_dashboard_shows_the_last_year_that_has_an_outcome(app: Any, fleet: World) -> None:  # noqa: F811
    assert "The waste hierarchy in 2017/18" in words(sign_in(app, fleet).get("/"))


def test_filters_stand_in_the_address_and_hold_for_every_figure(app: Any, fleet: World) -> None:  # noqa: F811
    page = words(sign_in(app, fleet).get("/?department=HCA&as_at=2018-08-01"))
    assert page.startswith("1 machine re-used")
    assert "department HCA" in page
    assert "what was on record then" in page
    assert "its report takes that time" in page


@pytest.mark.parametrize("address", ["/?year=x", "/reports/headline?to=31.7.2017", "/reports/headline/machines/machines?after=x",
                                     "/reports/headline?kind=toaster", "/?department=NOPE"])  # fmt: skip
def test_a_question_that_cannot_be_read_is_refused_in_words(app: Any, world: World, address: str) -> None:
    answer = sign_in(app, world).get(address)
    assert answer.status_code == 422
    assert "Traceback" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "address",
    ["/reports/sales", "/reports/headline/machines/x", "/reports/sales.csv", "/reports/headline/machines/x.csv"],
)
def test_what_does_not_exist_is_not_found(app: Any, world: World, address: str) -> None:
    assert sign_in(app, world).get(address).status_code == 404


@pytest.mark.parametrize("key", sorted(reports()))
def test_page_csv_and_the_one_function_say_the_same(app: Any, fleet: World, key: str) -> None:  # noqa: F811
    client = sign_in(app, fleet)
    report = run(key, fleet.session, Query(year=2016), fleet.settings)
    rows = list(csv.reader(io.StringIO(client.get(f"/reports/{key}.csv?year=2016/17").get_data(as_text=True))))
    assert len(rows) == len(report.rows) + 1
    for line, row in zip(rows[1:], report.rows, strict=True):
        for text, column in zip(line, report.columns, strict=False):
            cell = row.get(column.key, "")
            value = cell.value if isinstance(cell, Figure) else cell
            assert text == ("" if value is None else str(value))
    page = words(client.get(f"/reports/{key}?year=2016/17"))
    assert report.definition in page
    for row in report.rows:
        assert str(next(iter(row.values()))) in page


def test_the_machines_behind_a_figure_can_be_taken_along_as_a_file(app: Any, fleet: World) -> None:  # noqa: F811
    client = sign_in(app, fleet)
    rows = list(csv.DictReader(io.StringIO(client.get("/reports/headline/machines/events.csv").get_data(as_text=True))))
    assert sorted(row["tag"] for row in rows) == ["A", "A", "C", "OLD2"]
    assert {row["counted_by"] for row in rows} == {"redeployed", "donated", "taken_on"}


def test_long_lists_behind_a_figure_come_in_pages(app: Any, world: World) -> None:
    world.batch(
        [world.request("registered", None, None, tag=f"T-{n:03}", kind="laptop", status="returned") for n in range(120)]
    )
    client = sign_in(app, world)
    address, seen = "/reports/stock/machines/returned", []
    while address:
        page = client.get(address).get_data(as_text=True)
        seen += re.findall(r'class="tag" href="[^"]+">(T-\d+)<', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(found[1]) if found else ""
    assert seen == [f"T-{n:03}" for n in range(120)]


def test_an_empty_register_has_a_dashboard_that_teaches(app: Any, world: World) -> None:
    page = words(sign_in(app, world).get("/"))
    assert page.startswith("0 machines re-used or donated")
    assert "Nothing recorded yet" in page
    assert "Nothing waits for longer than it should" in page


def test_the_dashboard_takes_the_same_few_statements_whatever_is_on_record(app: Any, fleet: World) -> None:  # noqa: F811
    from inventory.db import db

    client = sign_in(app, fleet)
    client.get("/")
    with statements(db.engine) as sent:
        client.get("/")
    assert len(sent) <= 24, sent


def test_key_figures_say_what_they_are_of_and_open_their_machines(app: Any, fleet: World) -> None:  # noqa: F811
    client = sign_in(app, fleet)
    page = client.get("/key-figures?year=2016/17&contractor=weee")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Without proof of a wipe" in text
    assert "/reports/data_assurance/machines/all?" in text
    part = client.get("/key-figures?year=FY2016/17&part=1").get_data(as_text=True)
    assert "<html" not in part
    # What reads many histories would keep the dashboard waiting: it is worked out when somebody asks.
    assert "Without proof of a wipe" not in part
    assert 'data-work-out="/key-figures?year=FY2016/17&amp;part=1&amp;only=data_assurance"' in part
    asked = client.get("/key-figures?year=FY2016/17&part=1&only=data_assurance").get_data(as_text=True)
    assert "Without proof of a wipe" in asked and "Re-use rate" not in asked and "data-work-out" not in asked
    assert client.get("/key-figures?part=1&only=nonsense").status_code == 404
    assert "Re-use rate" in part
    assert "year=FY2016" in part
    dashboard = client.get("/?year=2016/17").get_data(as_text=True)
    assert 'data-key-figures="/key-figures?year=2016/17&amp;part=1"' in dashboard
