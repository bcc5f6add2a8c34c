"""`flask report`: the same figures as everywhere, in three shapes; refusals in a sentence."""

import csv
import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inventory.reports._base import reports, run
from inventory.reports._query import Query
from inventory.reports._render import to_dict
from tests.conftest import World
from tests.reports.reading import sheet


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


@pytest.mark.parametrize("shape", ["xlsx", "pdf", "csv", "json", "table"])
def test_a_report_is_written_to_a_file(app: Any, used: World, tmp_path: Path, shape: str) -> None:
    path = tmp_path / "report"
    assert told(app, "headline", "--format", shape, "--output", str(path)) == ""
    begins = {"xlsx": b"PK", "pdf": b"%PDF", "csv": b"Figure,", "json": b"{", "table": b"Machines re-used"}
    assert path.read_bytes().startswith(begins[shape])


def test_a_file_goes_through_a_pipe_but_not_to_a_terminal(app: Any, used: World, monkeypatch: Any) -> None:
    runner = app.test_cli_runner()
    piped = runner.invoke(args=["report", "headline", "--format", "pdf"])
    assert piped.exit_code == 0 and piped.stdout_bytes.startswith(b"%PDF")
    terminal = sys.stdout

    class Terminal:
        """What a shell's own window says of itself."""

        def __getattr__(self, name: str) -> Any:
            return (lambda: True) if name == "isatty" else getattr(terminal, name)

    monkeypatch.setattr("inventory.cli.report.sys", SimpleNamespace(stdout=Terminal()))
    assert "name one with --output FILE, or use a pipe" in told(app, "headline", "--format", "xlsx", code=1)


def test_a_file_that_cannot_be_written_is_refused_in_words(app: Any, used: World, tmp_path: Path) -> None:
    assert "cannot be written: No such file" in told(app, "headline", "--output", str(tmp_path / "no" / "x"), code=1)


def test_a_file_names_the_page_that_asks_again_where_the_address_is_known(
    app: Any, used: World, tmp_path: Path, monkeypatch: Any
) -> None:
    path = tmp_path / "report.xlsx"
    told(app, "headline", "--format", "xlsx", "--output", str(path))
    assert (
        dict(sheet(path.read_bytes(), "Definitions"))["Ask again at"] == f"{used.settings.public_url}/reports/headline"
    )
    monkeypatch.setitem(app.config, "SETTINGS", replace(used.settings, public_url=""))
    told(app, "headline", "--format", "xlsx", "--output", str(path))
    assert "Ask again at" not in dict(sheet(path.read_bytes(), "Definitions"))
    monkeypatch.setitem(app.config, "SETTINGS", replace(used.settings, public_url="https://reuse.example/"))
    told(app, "headline", "--to", "2017-07-31", "--format", "xlsx", "--output", str(path))
    said = dict(sheet(path.read_bytes(), "Definitions"))
    assert said["Ask again at"] == "https://reuse.example/reports/headline?to=2017-07-31"
