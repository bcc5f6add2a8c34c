"""`flask report`: the same figures as everywhere, in three shapes; refusals in a sentence."""

import csv
import io
import json
from typing import Any

import pytest

from inventory.reports._base import reports, run
from inventory.reports._query import Query
from inventory.reports._render import to_dict
from tests.conftest import World


def told(app: Any, *arguments: str, code: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=["report", *arguments])
    assert result.exit_code == code, result.output
    return str(result.output)


@pytest.fixture
def used(app: Any, world: World) -> World:
    world.clean_machine("A", returned="2016-09-01")
    world.record("donated", "A", "2016-09-02", partner="remakery")
    world.session.commit()
    return world


def test_without_a_name_the_reports_are_listed(app: Any) -> None:
    listed = told(app)
    assert all(key in listed for key in reports())


@pytest.mark.parametrize("key", ["headline", "hierarchy", "stock", "trend"])
def test_json_is_what_the_one_function_says(app: Any, used: World, key: str) -> None:
    said = json.loads(told(app, key, "--format", "json", "--to", "2017-07-31"))
    from datetime import date

    same = to_dict(run(key, used.session, Query(to=date(2017, 7, 31)), used.settings))
    assert said.pop("as_at")
    assert same.pop("as_at")
    assert said == same


def test_csv_has_one_line_per_row_with_its_basis(app: Any, used: World) -> None:
    rows = list(csv.DictReader(io.StringIO(told(app, "hierarchy", "--year", "2016/17", "--format", "csv"))))
    assert rows[0]["Tier"] == "Prevention"
    assert rows[0]["Together (machines)"] == "1"
    assert rows[0]["period"] == "Academic year 2016/17"
    assert rows[0]["rules_version"] == "1"


def test_the_table_names_period_scope_and_definition(app: Any, used: World) -> None:
    shown = told(app, "headline", "--department", "CSE")
    assert "department CSE" in shown
    assert "Distinct computers" in shown
    assert "As at" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sales"], "There is no report 'sales'"),
        (["headline", "--to", "31/07/2017"], "is not a date"),
        (["headline", "--to", "0001-01-01"], "between 1970 and 2100"),
        (["headline", "--year", "2016/18"], "is no year; write 2016/17"),
        (["headline", "--year", "16"], "is no year; write 2016/17"),
        (["headline", "--year", "2016/17", "--to", "2017-01-01"], "either a year"),
        (["headline", "--from", "2018-01-01", "--to", "2017-01-01"], "after the last"),
        (["headline", "--as-at", "yesterday"], "not a date or a moment"),
        (["headline", "--department", "NOPE"], "no department"),
        (["headline", "--kind", "toaster"], "no kind"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(app: Any, arguments: list[str], words: str) -> None:
    assert words in told(app, *arguments, code=1)


def test_a_moment_a_day_and_several_kinds_are_read(app: Any, used: World) -> None:
    said = json.loads(
        told(app, "headline", "--as-at", "2030-01-01T10:00:00+00:00", "--kind", "laptop,desktop", "--format", "json")
    )
    assert said["query"] == {"as_at": "2030-01-01T10:00:00+00:00", "kind": ["laptop", "desktop"]}
    assert said["scope"].startswith("Laptop, desktop")
    end = json.loads(told(app, "headline", "--as-at", "2030-06-01", "--format", "json"))
    assert end["as_at"] == "2030-06-01T22:59:59.999999+00:00"
