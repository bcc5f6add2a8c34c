"""Publishing in a browser's eyes: the form, the statement, today, the restatement, the public page, the wall."""

import csv
import hashlib
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from inventory.db import db, transaction
from inventory.publishing.models import PublicPage, Statement, WallKey
from inventory.reports._base import reports
from tests.conftest import World, statements
from tests.publishing.conftest import publisher
from tests.publishing.test_today import newer_factors
from tests.reports.conftest import fleet  # noqa: F401 - a fixture
from tests.web.browser import sign_in, value_of, words


@pytest.fixture
def officer(app: Flask, fleet: World) -> Any:  # noqa: F811
    return sign_in(app, fleet, "sustainability_officer")


def publish(client: Any, address: str = "/reports/headline/publish", **form: str) -> str:
    """Publish as the form does; the address of the statement."""
    page = client.get(address)
    sent = {"key": str(value_of(page, "key")), "title": "Ours", "note": "", "headline": "value:machines"} | form
    answer = client.post(address, data=sent)
    assert answer.status_code == 303, words(answer)
    return str(answer.location)


def switch_on(client: Any, shown: bool = True) -> None:
    assert client.post("/statements/public-page", data={"shown": "1"} if shown else {}).status_code == 303


def test_a_report_offers_to_publish_to_whom_it_may_and_what_may_be(app: Flask, fleet: World) -> None:  # noqa: F811
    officer, viewer = sign_in(app, fleet, "sustainability_officer"), None
    page = officer.get("/reports/hierarchy?year=2016/17").get_data(as_text=True)
    assert 'href="/reports/hierarchy/publish?year=2016/17"' in page.replace("%2F", "/")
    answer = officer.get("/reports/data_assurance/publish")
    assert answer.status_code == 200 and "must stay erasable" in words(answer)
    viewer = sign_in(app, fleet, "viewer")
    assert "/publish" not in viewer.get("/reports/hierarchy").get_data(as_text=True)
    assert viewer.post("/reports/headline/publish", data={"key": "k"}).status_code == 403


def test_what_is_published_stands_on_its_page_with_its_proof(officer: Any, fleet: World) -> None:  # noqa: F811
    address = publish(officer, title="Re-use since 2015", note="First line\nsecond")
    page = words(officer.get(address))
    for part in ("Re-use since 2015", "Published on", "by University of Testing", "3 machines", "As at", "Distinct computers",
                 "First line second", "Counting rules, version 1", "Sustainability_Officer", "SHA-256", "On the public page No"):  # fmt: skip
        assert part in page, part
    statement = fleet.session.query(Statement).one()
    assert statement.digest in page and str(statement.content["ledger"]["digest"]) in page
    links = re.findall(r'href="(/reports/headline/machines/[^"]+)"', officer.get(address).get_data(as_text=True))
    assert links and all("as_at=" in link and "to=" in link for link in links)
    assert officer.get(links[0].replace("&amp;", "&")).status_code == 200
    checked = words(officer.get(f"{address}?check=1"))
    assert "Derives again: every figure" in checked
    assert "Re-use since 2015" in words(officer.get("/statements"))


def test_the_saved_file_has_the_hash_that_the_page_tells(officer: Any, fleet: World) -> None:  # noqa: F811
    address = publish(officer)
    statement = fleet.session.query(Statement).one()
    saved = officer.get(f"{address}.json")
    assert hashlib.sha256(saved.get_data()).hexdigest() == statement.digest
    assert saved.mimetype == "application/json" and "attachment" in saved.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(officer.get(f"{address}.csv").get_data(as_text=True))))
    assert rows[0][:3] == ["Figure", "Number (machines)", "Unit"] and rows[1][1] == "3"
    assert {row[-1] for row in rows[1:]} == {statement.digest}
    assert len(rows) == len(statement.content["report"]["rows"]) + 1


@pytest.mark.parametrize("key", sorted(reports()))
def test_every_report_is_published_with_a_large_figure(officer: Any, fleet: World, key: str) -> None:  # noqa: F811
    page = officer.get(f"/reports/{key}/publish")
    chosen = re.search(r'<option value="([^"]+)" selected>', page.get_data(as_text=True))
    assert chosen is not None
    address = publish(officer, f"/reports/{key}/publish", headline=chosen[1])
    page = officer.get(address).get_data(as_text=True)
    assert "statement-figure__number" in page and reports()[key].definition[:30] in page


def test_sent_twice_it_is_published_once_and_a_refusal_keeps_what_was_typed(officer: Any, fleet: World) -> None:  # noqa: F811
    first = publish(officer, key="mine")
    assert publish(officer, key="mine") == first
    assert fleet.session.query(Statement).count() == 1
    answer = officer.post("/reports/headline/publish", data={"key": "k", "title": "x" * 200, "headline": "value:both"})
    assert answer.status_code == 422 and "at most 160" in words(answer) and value_of(answer, "title") == "x" * 200
    answer = officer.post("/reports/headline/publish", data={"key": "mine", "title": "Another"})
    assert answer.status_code == 409 and "already used" in words(answer)


def test_today_shows_each_difference_with_its_lines_and_is_restated(
    officer: Any,
    fleet: World,  # noqa: F811
    app: Flask,
) -> None:
    address = publish(officer, public="1")
    assert "Nothing differs." in words(officer.get(f"{address}/today"))
    assert "No line made a difference" in words(officer.get(f"{address}/today/lines"))
    fleet.session.rollback()
    fleet.now = datetime.now(UTC)
    [line] = fleet.correct("A", "re-A")
    fleet.session.commit()
    page = officer.get(f"{address}/today")
    assert "Both 1 0 -1" in words(page)
    [link] = [
        link for link in re.findall(r'href="([^"]+/today/lines\?[^"]+)"', page.get_data(as_text=True)) if "both" in link
    ]
    found = words(officer.get(link))
    assert "Published 1, today 0: -1 machines." in found and line.key in found and found.count("Corrected") == 1
    assert line.key in words(officer.get(f"{address}/today/lines"))
    assert officer.get(f"{address}/today/lines?figure=value:machines").status_code == 404
    assert officer.get(f"{address}/today/lines?after=x").status_code == 422

    refused = officer.post(f"{address}/restate", data={"key": "r"})
    assert refused.status_code == 422 and "Say why" in words(refused)
    answer = officer.post(f"{address}/restate", data={"key": "r", "reason": "A was counted twice"})
    assert answer.status_code == 303
    assert (
        officer.post(f"{address}/restate", data={"key": "r", "reason": "A was counted twice"}).location
        == answer.location
    )
    again = officer.post(f"{address}/restate", data={"key": "r2", "reason": "again"})
    assert again.status_code == 409 and "restated already" in words(again)
    old, new = words(officer.get(address)), words(officer.get(answer.location))
    assert "Restated on" in old and "Both 1" in old
    assert "This restates what was published on" in new and "Both 0" in new
    assert "Restated on" in words(officer.get(f"{address}/today"))
    listed = words(officer.get("/statements"))
    assert "a restatement: A was counted twice" in listed and "Restated" in listed

    switch_on(officer)
    public = words(app.test_client().get("/published"))
    assert (
        "Restates an earlier figure, because: A was counted twice" in public
        and "Because: A was counted twice" in public
    )


def test_a_withdrawn_statement_stays_readable_and_says_so(officer: Any, app: Flask, fleet: World) -> None:  # noqa: F811
    address = publish(officer, public="1")
    switch_on(officer)
    assert officer.post(f"{address}/withdraw", data={"reason": ""}).status_code == 422
    assert officer.post(f"{address}/withdraw", data={"reason": "Wrong year"}).status_code == 303
    assert "Do not rely on these figures: Wrong year" in words(officer.get(address))
    uid = address.rsplit("/", 1)[1]
    assert "Do not rely on these figures: Wrong year" in words(app.test_client().get(f"/published/{uid}"))
    assert "Withdrawn" in words(officer.get("/statements"))
    assert officer.post(f"{address}/public").status_code == 303
    assert officer.post(f"{address}/public", data={"shown": "1"}).status_code == 409


# -- in public -------------------------------------------------------------------------------------------


def test_the_public_page_is_off_until_it_is_switched_on_and_tells_of_public_statements_only(
    officer: Any,
    app: Flask,
    fleet: World,  # noqa: F811
) -> None:
    secret, shown = publish(officer, title="Not for all"), publish(officer, title="For all", public="1")
    uid = shown.rsplit("/", 1)[1]
    visitor = app.test_client()
    for address in ("/published", f"/published/{uid}", f"/published/{uid}.json"):
        answer = visitor.get(address)
        assert answer.status_code == 404 and "Nothing is shown here" in words(answer)
        assert answer.headers["Cache-Control"] == "no-store"
    switch_on(officer)
    switch_on(officer)
    assert fleet.session.query(PublicPage).count() == 1, "who switched it first stays on record"
    page = visitor.get("/published")
    assert page.headers["Cache-Control"] == "public, max-age=300"
    assert "For all" in words(page) and "Not for all" not in words(page)
    assert "3 machines" in words(page) and "Distinct computers" in words(page)
    one = visitor.get(f"/published/{uid}")
    statement = fleet.session.query(Statement).filter_by(uid=uid).one()
    assert statement.digest in words(one) and "sha256sum" in words(one)
    assert hashlib.sha256(visitor.get(f"/published/{uid}.json").get_data()).hexdigest() == statement.digest
    for hidden in (secret.rsplit("/", 1)[1], "0" * 32, "M-1"):
        assert visitor.get(f"/published/{hidden}").status_code == 404
    whole = one.get_data(as_text=True) + page.get_data(as_text=True)
    for private in ("Tess", "Sustainability_Officer", "/reports/", "/machines"):
        assert private not in whole, private
    # The same for everybody, so that it may be kept on the way.
    assert "Sustainability_Officer" not in officer.get("/published").get_data(as_text=True)
    assert "switched on by" in words(officer.get("/statements")).lower()
    switch_on(officer, shown=False)
    assert visitor.get("/published").status_code == 404


def test_lists_turn_their_pages(officer: Any, app: Flask, fleet: World, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr("inventory.web.published.PAGE", 2)
    publish_ = publisher(fleet)
    for number in range(5):
        publish_("headline", title=f"T{number}", public=True)
    switch_on(officer)
    seen, address = [], "/published"
    while address:
        page = app.test_client().get(address).get_data(as_text=True)
        seen += re.findall(r">(T\d)<", page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1] if found else ""
    assert seen == ["T4", "T3", "T2", "T1", "T0"]
    assert app.test_client().get("/published?before=x").status_code == 200
    assert words(officer.get("/statements?before=3")).count("T1") == 1
    assert officer.get("/statements?before=x").status_code == 422


def test_the_list_takes_few_statements_however_many_there_are(officer: Any, fleet: World) -> None:  # noqa: F811
    publish_ = publisher(fleet)

    def cost() -> int:
        with statements(db.engine) as sent:
            assert officer.get("/statements").status_code == 200
        return len(sent)

    publish_()
    cost()
    first = cost()
    for _ in range(6):
        publish_()
    assert cost() == first <= 5


# -- wall screens ----------------------------------------------------------------------------------------


def wall_address(client: Any, label: str = "Main library") -> str:
    page = words(client.post("/statements/screens", data={"label": label}))
    found = re.search(r"https?://\S+?(/wall/\S+)", page)
    assert found is not None, page
    return found[1]


def test_a_wall_screen_shows_the_figures_to_whoever_has_its_address(officer: Any, app: Flask, fleet: World) -> None:  # noqa: F811
    address = wall_address(officer)
    answer = app.test_client().get(address)
    page = words(answer)
    assert answer.status_code == 200 and answer.headers["Refresh"] == "300"
    assert answer.headers["Cache-Control"] == "no-store" and "noindex" in answer.headers["X-Robots-Tag"]
    for part in ("3 computers re-used or donated since June 2015", "1 used again inside, 3 given to others, 1 of them both",
                 "Where computers went in 2017/18", "Prevention", "Ten academic years", "Drawn", "every 5 minutes"):  # fmt: skip
        assert part in page, part
    body = answer.get_data(as_text=True)
    assert "<script" not in body and 'href="/reports' not in body and "Tess" not in body
    assert address.rsplit("/", 1)[1] not in words(officer.get("/statements/screens")), "the address is told once"
    assert "Main library" in words(officer.get("/statements/screens"))


def test_a_withdrawn_or_unknown_address_shows_nothing(officer: Any, app: Flask, fleet: World) -> None:  # noqa: F811
    address = wall_address(officer)
    number = fleet.session.query(WallKey.id).scalar()
    fleet.session.rollback()
    for _ in range(2):
        assert officer.post(f"/statements/screens/{number}/end").status_code == 303
    for dead in (address, "/wall/unknown", "/wall/%F0%9F%A6%A3", "/wall/" + "x" * 900):
        answer = app.test_client().get(dead)
        assert answer.status_code == 404 and "Nothing is shown here" in words(answer)
    assert "Withdrawn" in words(officer.get("/statements/screens"))
    assert officer.post("/statements/screens/999/end").status_code == 404


def test_a_screen_needs_a_name_and_there_are_not_any_number(
    officer: Any,
    fleet: World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for label in ("", " \t", "x" * 81):
        answer = officer.post("/statements/screens", data={"label": label})
        assert answer.status_code == 422 and "Say where the screen hangs" in words(answer)
    monkeypatch.setattr("inventory.publishing.switches.MOST_KEYS", 1)
    wall_address(officer)
    answer = officer.post("/statements/screens", data={"label": "One more"})
    assert answer.status_code == 409 and "withdraw one first" in words(answer)


def test_only_who_may_publish_makes_screens(app: Flask, fleet: World) -> None:  # noqa: F811
    from inventory.errors import NotAllowed
    from inventory.publishing.switches import end_wall_key, make_wall_key, switch_public_page

    viewer = fleet.recorder(permissions=frozenset({"view"}))
    for act in (
        lambda: make_wall_key(fleet.session, "Here", viewer),
        lambda: end_wall_key(fleet.session, 1, viewer),
        lambda: switch_public_page(fleet.session, True, viewer),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_an_empty_register_has_a_wall_and_a_list_too(app: Flask, world: World, engine: Engine) -> None:
    client = sign_in(app, world, "sustainability_officer")
    assert "0 computers re-used" in words(app.test_client().get(wall_address(client)))
    assert "Nothing published yet" in words(client.get("/statements"))
    switch_on(client)
    assert "No figures yet" in words(app.test_client().get("/published"))


def test_newer_factors_are_told_beside_todays_figures(officer: Any, fleet: World) -> None:  # noqa: F811
    statement = publisher(fleet)("hierarchy", {"year": "2016/17"})
    fleet.later(days=1)
    newer_factors(fleet)
    fleet.session.rollback()
    page = words(officer.get(f"/statements/{statement.uid}/today"))
    assert "Nothing differs." in page and "There are newer factors than this was published with" in page
    assert "Prevention: mass kg 3.2 20.0 +16.8" in page
    shown = words(officer.get(f"/statements/{statement.uid}"))
    assert "Class medians of product carbon footprints" in shown and "Open Database License" in shown


def test_what_no_longer_derives_is_told_figure_by_figure(officer: Any, fleet: World) -> None:  # noqa: F811
    statement = publisher(fleet)()
    fleet.session.rollback()
    stored = json.dumps(statement.content).replace('"value": 3', '"value": 9', 1)
    with transaction(fleet.session) as session:
        session.execute(text("UPDATE statement SET content = :new"), {"new": stored})
    page = words(officer.get(f"/statements/{statement.uid}?check=1"))
    assert "What is stored no longer fits its hash" in page
    assert "Machines re-used internally or donated: published 9, derived 3" in page
