"""The published totals on every path, and every figure of every report opening as many machines as it says."""

import csv
import io
import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from inventory.app import create_app
from inventory.config import Settings
from inventory.demo import plan
from inventory.demo.university import PASSWORDS
from inventory.reports._base import members_of, reports, run
from inventory.reports._query import Query
from tests.reports.reading import pages, sheet
from tests.reports.test_figures import COUNTED, Figure

QUESTIONS: dict[str, Any] = {"headline": "", "pilot": "?to=2017-07-31"}
TOTALS = {"headline": plan.HEADLINE, "pilot": plan.PILOT}


@pytest.fixture(scope="module")
def demo_app(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The application on a copy of the demonstration."""
    folder = tmp_path_factory.mktemp("paths")
    shutil.copy(demo_database, folder / "demo.sqlite3")
    app = create_app(Settings(database_url=f"sqlite:///{folder}/demo.sqlite3"), instance=folder / "instance")
    app.config["TESTING"] = True
    with app.app_context():
        from inventory.db import db

        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def session(demo_app: Any) -> Session:
    from inventory.db import db

    return db.session()


def officer(app: Any) -> Any:
    """A client signed in by the form, with the name and password that the demonstration prints."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    name, _, password = PASSWORDS["sustainability_officer"]
    answer = client.post("/sign-in", data={"username": name, "password": password})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


def number(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.parametrize("which", sorted(TOTALS))
def test_the_published_totals_stand_on_every_path(demo_app: Any, which: str) -> None:
    client = officer(demo_app)
    question, wanted = QUESTIONS[which], TOTALS[which]
    page = client.get(f"/reports/headline{question}").get_data(as_text=True)
    assert re.search(rf">\s*{wanted:,}\s*</a>", page)
    rows = list(csv.DictReader(io.StringIO(client.get(f"/reports/headline.csv{question}").get_data(as_text=True))))
    assert number(rows[0]["Number (machines)"]) == wanted
    listed = client.get(f"/reports/headline/machines/machines{question}").get_data(as_text=True)
    assert f"<strong>{wanted:,}</strong> machines" in listed
    workbook = client.get(f"/reports/headline.xlsx{question}").get_data()
    assert wanted in sheet(workbook, "Figures")[1]
    assert f"{wanted:,}" in " ".join(pages(client.get(f"/reports/headline.pdf{question}").get_data()))
    arguments = question.replace("?to=", "--to ").split()
    runner = demo_app.test_cli_runner()
    assert f"{wanted:,}" in runner.invoke(args=["report", "headline", *arguments]).output
    told = json.loads(runner.invoke(args=["report", "headline", *arguments, "--format", "json"]).output)
    assert told["rows"][0]["value"]["value"] == wanted
    issued = runner.invoke(args=["token", "issue", "olive", "--label", f"test {which}"]).output
    token = re.search(r"reuse_[\w-]+", issued)
    assert token, issued
    headers = {"Authorization": f"Bearer {token[0]}"}
    answered = demo_app.test_client().get(f"/api/v1/reports/headline{question}", headers=headers).get_json()
    assert answered["rows"] == told["rows"]


def test_what_is_published_says_the_same_on_its_page_to_the_public_and_on_a_wall(demo_app: Any) -> None:
    client = officer(demo_app)
    published = client.post(
        "/reports/headline/publish", data={"key": "demo", "title": "Re-used", "headline": "value:machines"}
    )
    assert published.status_code == 303, published.get_data(as_text=True)
    address = published.location
    assert f"{plan.HEADLINE:,}" in client.get(address).get_data(as_text=True)
    assert client.post(f"{address}/public", data={"shown": "1"}).status_code == 303
    assert client.post("/statements/public-page", data={"shown": "1"}).status_code == 303
    assert f"{plan.HEADLINE:,}" in demo_app.test_client().get("/published").get_data(as_text=True)
    made = client.post("/statements/screens", data={"label": "Library"}).get_data(as_text=True)
    wall = re.search(r"/wall/[\w-]+", made)
    assert wall, made
    assert f"{plan.HEADLINE:,}" in demo_app.test_client().get(wall[0]).get_data(as_text=True)


def test_the_dashboard_opens_with_the_headline_and_more_than_2100_are_donated(demo_app: Any, session: Session) -> None:
    page = officer(demo_app).get("/").get_data(as_text=True)
    assert f'<span class="headline__number">{plan.HEADLINE:,}</span> machines re-used or donated' in page
    rows = {
        row["value"].cell: row["value"].value
        for row in run("headline", session, Query(), demo_app.config["SETTINGS"]).rows
    }
    assert rows["external"] > 2_100
    assert rows["internal_only"] + rows["external_only"] + rows["both"] == rows["machines"] == plan.HEADLINE


SOAK = os.environ.get("SOAK") == "1"
QUERIES = [Query(year=2021), Query(), Query(year=2019, span="financial", department="CSE")]
"""The first is asked in every run, all of them in a soak."""
MOST_CELLS_OF_A_DEAR_ONE = 10
"""Of reports that read thousands of histories for each cell, one question is asked and so many cells are opened."""


def questions(key: str) -> list[Query]:
    """What stands now is asked of reports about stock: a past day is a replay of the whole ledger for each cell."""
    kind = reports()[key]
    if not kind.needs_period:
        return [Query()]
    return QUERIES if SOAK and not kind.dear else QUERIES[:1]


@pytest.mark.parametrize(
    ("key", "query"), [(key, query) for key in sorted(reports()) for query in questions(key)], ids=str
)
def test_every_figure_opens_as_many_machines_as_it_says(
    demo_app: Any, session: Session, key: str, query: Query
) -> None:
    settings = demo_app.config["SETTINGS"]
    report = run(key, session, query, settings)
    cells = [
        (column, cell)
        for row in report.rows
        for column in report.columns
        if isinstance(cell := row.get(column.key), Figure)
    ]
    assert cells
    step = max(1, len(cells) // MOST_CELLS_OF_A_DEAR_ONE) if reports()[key].dear else 1
    for column, cell in cells[::step]:
        total = members_of(key, str(cell.cell), session, query, settings, size=1).total
        if column.unit in COUNTED:
            assert total == cell.value, cell
        else:
            assert total or not cell.value, cell


def test_the_years_of_the_programme_add_up_to_its_re_use_events(demo_app: Any, session: Session) -> None:
    settings = demo_app.config["SETTINGS"]

    def events(query: Query) -> int:
        return next(
            row["value"].value
            for row in run("headline", session, query, settings).rows
            if row["value"].cell == "events"
        )

    assert sum(events(Query(year=year)) for year in range(2014, 2026)) == events(Query())
    before = events(Query(to=date(2019, 12, 31)))
    assert before + events(Query(start=date(2020, 1, 1))) == events(Query())
