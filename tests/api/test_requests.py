"""Requests for programs: opened, changed and ended by their own key, read in pages, refused as problem details."""

from typing import Any

import pytest
from flask import Flask

from inventory.db import db
from tests.api.conftest import told
from tests.conftest import World, statements
from tests.reuse.conftest import Desk, desk  # noqa: F401 - a fixture

ASKED: dict[str, Any] = {
    "partner": "remakery", "kinds": ["laptop"], "number": 2, "asked_on": "2018-01-01", "contact": "Flora",
}  # fmt: skip


def test_a_request_is_opened_once_changed_and_closed(api: Any, world: World) -> None:
    caller = api("sustainability_officer")
    first = caller.post("/requests", ASKED | {"key": "one"})
    assert first.status_code == 201
    said = told(first)
    uid = said["request"]
    assert first.headers["Location"].endswith(f"/requests/{uid}")
    assert said == told(caller.get(f"/requests/{uid}"))
    assert (said["asked_by"], said["partner"], said["department"]) == ("Northside Remakery", "remakery", None)
    assert (said["promised"], said["handed_over"], said["waiting"], said["contact"]) == (0, 0, 2, "Flora")
    assert told(caller.post("/requests", ASKED, Idempotency_Key="one"))["request"] == uid
    assert told(caller.post("/requests", ASKED | {"key": "one", "number": 3}))["status"] == 409
    changed = told(caller.post(f"/requests/{uid}/change", ASKED | {"key": "two", "number": 5, "contact": None}))
    assert (changed["number"], changed["contact"]) == (5, None)
    assert told(caller.post(f"/requests/{uid}/withdraw", {"key": "three"}))["field"] == "reason"
    closed = told(caller.post(f"/requests/{uid}/close", {"key": "four"}))
    assert (closed["state"], closed["waiting"], closed["reason"]) == ("closed", 0, None)
    assert told(caller.post(f"/requests/{uid}/change", ASKED | {"key": "five"}))["status"] == 409


def test_a_withdrawal_keeps_its_reason_and_texts_can_be_erased(api: Any, world: World) -> None:
    caller = api("technician")
    uid = told(caller.post("/requests", ASKED | {"key": "one"}))["request"]
    said = told(caller.post(f"/requests/{uid}/withdraw", {"key": "w", "reason": "moved"}))
    assert (said["state"], said["reason"], said["contact"]) == ("withdrawn", "moved", "Flora")
    assert told(caller.post(f"/requests/{uid}/erase", {"key": "e"}))["contact"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"number": 0}, "number"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["toaster"]}, "kinds"),
        ({"partner": "weee"}, "partner"),
        ({"department": "INF"}, "asker"),
        ({"asked_on": "2099-01-01"}, "asked_on"),
        ({"colour": "red"}, "colour"),
        ({"key": None}, "key"),
    ],
)
def test_what_makes_no_sense_is_a_problem_that_names_its_field(api: Any, body: dict[str, Any], field: str) -> None:
    said = told(api("administrator").post("/requests", ASKED | {"key": "k"} | body))
    assert said["status"] == 422 and said["field"].startswith(field), said


def test_a_viewer_reads_without_names_of_people_and_changes_nothing(api: Any, desk: Desk) -> None:  # noqa: F811
    request = desk.open(contact="Ann", note="Ann's room")
    caller = api("viewer")
    said = told(caller.get(f"/requests/{request.uid}"))
    assert (said["contact"], said["note"], said["asked_by"]) == (None, None, "School of Informatics")
    for path in ("/requests", f"/requests/{request.uid}/change"):
        assert told(caller.post(path, ASKED | {"key": "k"}))["status"] == 403
    for act in ("close", "withdraw", "erase"):
        assert told(caller.post(f"/requests/{request.uid}/{act}", {"key": "k"}))["status"] == 403
    assert told(caller.get("/requests/RQ-222222"))["status"] == 404


def test_the_list_and_the_machines_come_in_pages(api: Any, world: World, desk: Desk) -> None:  # noqa: F811
    request = desk.open(number=3)
    desk.open(partner="remakery", kinds=["tablet"])
    for tag in ("ED-1", "ED-2"):
        world.clean_machine(tag)
        desk.reserve(tag, request)
    caller = api("viewer")
    first = told(caller.get("/requests", size=1))
    assert [each["request"] for each in first["requests"]] == [request.uid]
    rest = told(caller.get("/requests", size=1, after=first["next"]))
    assert [each["asked_by"] for each in rest["requests"]] == ["Northside Remakery"] and rest["next"] is None
    assert len(told(caller.get("/requests", kind="tablet", state="open", q="remakery"))["requests"]) == 1
    machines = told(caller.get(f"/requests/{request.uid}/machines", size=1))
    assert [(each["tag"], each["how"]) for each in machines["machines"]] == [("ED-1", "promised")]
    rest = told(caller.get(f"/requests/{request.uid}/machines", size=1, after=machines["next"]))
    assert [each["tag"] for each in rest["machines"]] == ["ED-2"] and rest["next"] is None


def test_a_page_of_the_list_costs_as_much_however_many_rows_it_has(
    app: Flask,
    api: Any,
    desk: Desk,  # noqa: F811
) -> None:
    for _ in range(5):
        desk.open()
    caller, counts = api("viewer"), []
    caller.get("/requests")
    for size in (1, 5):
        with statements(db.engine) as sent:
            caller.get("/requests", size=size)
        counts.append(len(sent))
    assert counts[0] == counts[1], counts
