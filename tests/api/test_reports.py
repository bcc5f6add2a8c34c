"""Reports by the API: the same numbers as the one function gives to page and terminal."""

from datetime import date
from typing import Any

import pytest

from inventory.errors import ValidationRefused
from inventory.reports._base import Figure, reports, run
from inventory.reports._files import FORMATS, format_of
from inventory.reports._query import Query
from inventory.reports._render import to_dict
from tests.api.conftest import told
from tests.conftest import World
from tests.reports.conftest import fleet  # noqa: F401 - a fixture
from tests.reports.reading import sheet


@pytest.fixture
def calls(fleet: World, api: Any) -> Any:  # noqa: F811
    fleet.session.commit()
    return api("viewer")


def test_the_reports_are_listed_with_their_definitions(calls: Any) -> None:
    found = told(calls.get("/reports"))["reports"]
    assert [each["key"] for each in found] == list(reports())
    assert all(each["definition"] for each in found)


@pytest.mark.parametrize("key", sorted(reports()))
def test_a_report_is_what_the_one_function_says(calls: Any, fleet: World, key: str) -> None:  # noqa: F811
    said = told(calls.get(f"/reports/{key}", from_="2015-08-01", to="2017-07-31", department="CSE"))
    query = Query(start=date(2015, 8, 1), to=date(2017, 7, 31), department="CSE")
    same = to_dict(run(key, fleet.session, query, fleet.settings))
    assert said.pop("as_at") and same.pop("as_at")
    assert said == same


def test_every_figure_opens_its_machines_in_pages(calls: Any, fleet: World) -> None:  # noqa: F811
    report = run("headline", fleet.session, Query(), fleet.settings)
    for row in report.rows:
        cell = row["value"]
        assert isinstance(cell, Figure)
        seen: list[str] = []
        after: dict[str, Any] = {}
        while True:
            page = told(calls.get(f"/reports/headline/machines/{cell.cell}", size=2, **after))
            assert page["total"] == cell.value
            seen += [each["tag"] for each in page["machines"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert len(seen) == cell.value


def test_the_line_that_made_a_machine_count_is_named(calls: Any) -> None:
    page = told(calls.get("/reports/headline/machines/older"))
    assert [(each["tag"], each["event"], each["event_key"] is not None) for each in page["machines"]] == [
        ("OLD2", "taken_on", True)
    ]
    assert told(calls.get("/reports/stock/machines/in_use"))["machines"][0]["event"] is None


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/reports/sales", {}, 404),
        ("/reports/headline/machines/nonsense", {}, 404),
        ("/reports/headline", {"to": "31/07/2017"}, 422),
        ("/reports/headline", {"until": "2017-07-31"}, 422),
        ("/reports/headline", {"kind": "toaster"}, 422),
        ("/reports/headline", {"department": "NOPE"}, 422),
        ("/reports/headline/machines/machines", {"size": 100_000}, 422),
        ("/reports/headline/machines/machines", {"after": "x"}, 422),
    ],
)
def test_what_cannot_be_answered_is_a_problem_in_words(
    calls: Any, path: str, query: dict[str, Any], status: int
) -> None:
    answer = calls.get(path, **query)
    assert answer.status_code == status
    assert told(answer)["detail"].endswith(".")


@pytest.mark.parametrize(
    ("asked", "accept", "media"),
    [
        ({}, "", "application/json"),
        ({}, "*/*", "application/json"),
        ({}, "text/html", "application/json"),
        ({}, "application/pdf", "application/pdf"),
        ({}, "text/csv;q=0.5, application/pdf;q=0.9", "application/pdf"),
        ({"format": "csv"}, "application/pdf", "text/csv"),
        ({"format": "xlsx"}, "", FORMATS["xlsx"].media),
        ({"format": "json"}, "application/pdf", "application/json"),
    ],
)
def test_the_kind_of_file_is_asked_for_by_name_or_by_header(
    calls: Any, asked: dict[str, str], accept: str, media: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    answer = calls.send("GET", "/reports/headline", query_string=asked | {"to": "2017-07-31"}, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, media)
    assert answer.headers["Vary"].startswith("Accept")
    if media != "application/json":
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="headline.')
    begins = {
        "application/json": b"{",
        "text/csv": b"Figure,",
        "application/pdf": b"%PDF",
        FORMATS["xlsx"].media: b"PK",
    }
    assert answer.get_data().startswith(begins[media])


def test_a_file_names_the_page_of_the_same_question(calls: Any) -> None:
    content = calls.get("/reports/headline", format="xlsx", to="2017-07-31").get_data()
    assert dict(sheet(content, "Definitions"))["Ask again at"].endswith("/reports/headline?to=2017-07-31")


def test_a_kind_of_file_that_there_is_not_is_refused(calls: Any) -> None:
    assert told(calls.get("/reports/headline", format="doc"))["status"] == 422
    with pytest.raises(ValidationRefused, match="choose one of csv, xlsx, pdf"):
        format_of("doc")
