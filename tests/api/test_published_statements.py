"""Statements for programs: published, read, checked, restated; and on the terminal."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import text

from inventory.db import db, transaction
from inventory.publishing.frozen import digest_of
from tests.api.conftest import Caller, told
from tests.conftest import World
from tests.publishing.conftest import publisher
from tests.reports.conftest import fleet  # noqa: F401 - a fixture


def test_a_report_is_published_once_however_often_it_is_sent(fleet: World, admin: Caller) -> None:  # noqa: F811
    body: dict[str, Any] = {"report": "hierarchy", "query": {"year": "2016/17"}, "title": "Ours", "public": True}
    first = admin.post("/statements", body | {"key": "k"})
    assert first.status_code == 201
    again = admin.send("POST", "/statements", json=body, headers={"Idempotency-Key": "k"})
    assert again.status_code == 200 and told(again)["id"] == told(first)["id"]
    other = admin.post("/statements", body | {"key": "k", "title": "Another"})
    assert other.status_code == 409
    found = told(admin.get(f"/statements/{told(first)['id']}"))
    assert found["sha256"] == digest_of(found["content"]) and found["public"] is True
    assert found["headline"] == {"figure": "machines:all", "value": 3, "unit": "machines"}
    assert found["content"]["report"]["query"]["year"] == "2016/17"
    report = told(admin.get("/reports/hierarchy", year="2016/17"))
    assert found["content"]["report"]["rows"] == report["rows"], "the very numbers of the report"
    assert "content" not in told(admin.get("/statements"))["statements"][0]


def test_what_is_wrong_is_named(fleet: World, admin: Caller, api: Callable[[str], Caller]) -> None:  # noqa: F811
    for body, status, field in (
        ({}, 422, "key"),
        ({"key": "k"}, 404, None),
        ({"key": "k", "report": "headline", "query": {"year": "x"}}, 422, "year"),
        ({"key": "k", "report": "headline", "query": {"nonsense": 1}}, 422, None),
        ({"key": "k", "report": "headline", "headline": "x"}, 422, "headline"),
        ({"key": "k", "restates": "0" * 32, "reason": "r"}, 404, None),
    ):
        answer = admin.post("/statements", body)
        assert answer.status_code == status, (body, told(answer))
        assert field is None or told(answer)["field"] == field
    assert api("viewer").post("/statements", {"key": "k", "report": "headline"}).status_code == 403
    assert api("sustainability_officer").post("/statements", {"key": "k", "report": "headline"}).status_code == 201
    assert admin.get("/statements/nothing").status_code == 404


def test_a_statement_is_checked_asked_again_and_restated(fleet: World, admin: Caller) -> None:  # noqa: F811
    uid = told(admin.post("/statements", {"key": "k", "report": "headline"}))["id"]
    fleet.session.rollback()
    fleet.now = datetime.now(UTC)
    fleet.correct("A", "re-A")
    fleet.session.rollback()
    checked = told(admin.get(f"/statements/{uid}/check"))
    assert checked["holds"] and checked["differs"] == [] and len(checked["sentences"]) == 1
    today = told(admin.get(f"/statements/{uid}/today"))["differences"]
    assert {"figure": "value:both", "published": 1, "today": 0} in today
    answer = admin.post("/statements", {"key": "r", "restates": uid, "reason": "A was counted twice"})
    assert answer.status_code == 201 and told(answer)["restates"] == uid
    listed = admin.get("/statements", size=1)
    assert told(listed)["statements"][0]["reason"] == "A was counted twice"
    assert f"before={told(listed)['next']}" in listed.headers["Link"]
    older = told(admin.get("/statements", before=told(listed)["next"]))
    assert older["statements"][0]["restated_by"] == told(answer)["id"] and older["next"] is None


def test_the_terminal_says_which_statements_hold(app: Flask, fleet: World) -> None:  # noqa: F811
    def run(args: list[str]) -> Any:
        db.session.rollback()  # a command begins with nothing read yet
        return app.test_cli_runner().invoke(args=args)

    nothing = run(args=["statements", "verify"])
    assert nothing.exit_code == 0 and "Nothing is published." in nothing.output
    published = publisher(fleet)
    good, bad = published(), published("hierarchy", {"year": "2016/17"})
    fleet.session.rollback()
    every = run(args=["statements", "verify"])
    assert every.exit_code == 0 and "2 statements, 0 of which do not hold." in every.output
    assert run(args=["ledger", "verify"]).exit_code == 0
    with transaction(fleet.session) as session:
        stored = json.dumps(bad.content).replace('"value": 3', '"value": 9', 1)
        session.execute(text("UPDATE statement SET content = :new WHERE uid = :uid"), {"new": stored, "uid": bad.uid})
    found = run(args=["statements", "verify"])
    assert found.exit_code == 1 and "1 of which do not hold" in found.output
    assert f"{good.uid} Machines re-used or donated: holds." in found.output
    assert "published 9.2, derived 3.2" in found.output
    assert run(args=["statements", "verify", good.uid]).exit_code == 0
    unknown = run(args=["statements", "verify", "nonsense"])
    assert unknown.exit_code == 1 and "no such statement" in unknown.output


def test_the_ledger_is_verified_against_the_newest_statement_too(app: Flask, fleet: World) -> None:  # noqa: F811
    fleet.record("received", None, "2018-08-30", tag="Z", kind="laptop", key="only")
    statement = publisher(fleet)()
    fleet.session.rollback()
    with transaction(fleet.session) as session:
        # The whole machine with all that was ever said of it.
        number = session.execute(text("SELECT id FROM asset WHERE tag = 'Z'")).scalar()
        for table in ("event_personal WHERE event_key = 'only'", "lifecycle_event WHERE asset_id = :n",
                      "asset_identifier WHERE asset_id = :n", "asset WHERE id = :n"):  # fmt: skip
            session.execute(text(f"DELETE FROM {table}"), {"n": number} if ":n" in table else {})
    found = app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert found.exit_code == 1, found.output
    assert "every chain fits" in found.output and statement.uid in found.output and "lines were cut" in found.output
