"""Recording through the API: one event, many, corrections; each key once, nothing changed by a refusal."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from inventory.accounts.permissions import ROLES, may
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES
from tests.api.conftest import Caller, told
from tests.api.test_assets import walk
from tests.conftest import World


def test_an_event_is_recorded_once_however_often_it_is_sent(
    world: World, admin: Caller, lines_on_record: Callable[[], int]
) -> None:
    world.used_machine("M-1")
    body = {"event": "returned", "key": "r-1", "occurred_at": "2018-03-01T10:00:00+01:00",
            "details": {"location": "HUB", "note": "no charger"}}  # fmt: skip
    first = admin.post("/assets/M-1/events", body)
    assert first.status_code == 201
    made = {"outcome": "recorded", "key": "r-1", "tag": "M-1", "status": "returned", "sequence": 3}
    assert told(first) == made
    again = admin.post("/assets/m-1/events", body)
    assert (again.status_code, told(again)) == (200, made | {"outcome": "already"})
    line = told(admin.get("/assets/M-1/events", after=2))["events"][0]
    assert line["occurred_at"] == "2018-03-01T09:00:00+00:00"
    assert line["details"] == {"location": "HUB", "note": "no charger"} and line["actor_name"] == "Tess Technician"
    assert lines_on_record() == 3


def test_the_key_may_come_in_the_header(world: World, admin: Caller) -> None:
    world.used_machine("M-1")
    body: dict[str, Any] = {"event": "sighted", "details": {}}
    assert admin.post("/assets/M-1/events", body, Idempotency_Key="h-1").status_code == 201
    assert told(admin.post("/assets/M-1/events", body | {"key": "h-1"}))["outcome"] == "already"
    assert told(admin.post("/assets/M-1/events", body | {"key": "x"}, Idempotency_Key="h-2"))["field"] == "key"
    assert told(admin.post("/assets/M-1/events", body))["field"] == "key"
    assert admin.post("/assets/M-1/events", body, Idempotency_Key="k" * 81).status_code == 422


def test_the_same_key_with_other_content_is_a_conflict(
    world: World, admin: Caller, lines_on_record: Callable[[], int]
) -> None:
    world.used_machine("M-1")
    world.used_machine("M-2")
    body = {"event": "sighted", "key": "s", "details": {"note": "here"}}
    admin.post("/assets/M-1/events", body)
    for path, other in (
        ("/assets/M-1/events", body | {"details": {"note": "there"}}),
        ("/assets/M-1/events", body | {"event": "returned"}),
        ("/assets/M-2/events", body),
    ):
        answer = admin.post(path, other)
        assert answer.status_code == 409 and told(answer)["type"].endswith("#problem-key-conflict")
    assert lines_on_record() == 5


def test_what_the_lifecycle_refuses_is_told_with_the_present_status(world: World, admin: Caller) -> None:
    world.used_machine("M-1")
    answer = admin.post("/assets/M-1/events", {"event": "donated", "key": "d", "details": {"partner": "remakery"}})
    assert answer.status_code == 409
    assert told(answer)["present_status"] == "in_use"
    assert "M-1 is in use" in told(answer)["detail"]


def test_a_safeguard_stands_in_the_way_of_the_api_too(world: World, admin: Caller) -> None:
    world.used_machine("M-1")
    world.record("returned", "M-1", "2018-01-01")
    world.record("inspected", "M-1", "2018-01-02", functional="working", cosmetic="B")
    answer = admin.post("/assets/M-1/events", {"event": "passed_for_reuse", "key": "p"})
    assert answer.status_code == 409
    assert told(answer)["type"].endswith("#problem-guard-refused") and "D-M-1" in told(answer)["detail"]


WRONG: list[tuple[Any, int, str | None]] = [
    ({"event": "nonsense", "key": "k"}, 422, "event"),
    ({"event": "corrected", "key": "k"}, 422, "event"),
    ({"event": "sighted", "key": "k", "colour": "red"}, 422, "colour"),
    ({"event": "sighted", "key": "k", "details": {"colour": "red"}}, 422, "colour"),
    ({"event": "sighted", "key": "k", "details": None}, 422, "details"),
    ({"event": "sighted", "key": 5}, 422, "key"),
    ({"event": "sighted", "key": ""}, 422, "key"),
    ({"event": "sighted", "key": "a\x00"}, 422, "key"),
    ({"event": "moved", "key": "k", "details": {"location": "NOWHERE"}}, 422, "location"),
    ({"event": "moved", "key": "k", "details": {"location": "a\x00b"}}, 422, "location"),
    ({"event": "sighted", "key": "k", "details": {"note": "x" * 2001}}, 422, "note"),
    ({"event": "sighted", "key": "k", "occurred_at": "2099-01-01T00:00:00Z"}, 422, "occurred_at"),
    ({"event": "sighted", "key": "k", "occurred_at": "1900-01-01"}, 422, "occurred_at"),
    ({"event": "sighted", "key": "k", "occurred_at": "0001-01-01T00:00:00+23:59"}, 422, "occurred_at"),
    ({"event": "sighted", "key": "k", "occurred_at": "9999-12-31T23:59:59-23:59"}, 422, "occurred_at"),
    ({"event": "sighted", "key": "k", "occurred_at": "9999-12-31"}, 422, "occurred_at"),
    ({"event": "sighted", "key": "k", "occurred_at": "0001-01-01"}, 422, "occurred_at"),
    (None, 422, "event"),
    ([], 422, None),
]


def test_a_wrong_event_is_refused_by_field_and_changes_nothing(
    world: World, admin: Caller, lines_on_record: Callable[[], int]
) -> None:
    world.used_machine("M-1")
    for body, status, field in WRONG:
        answer = admin.post("/assets/M-1/events", body)
        assert answer.status_code == status, body
        assert told(answer).get("field") == field, body
    assert admin.post("/assets/NO-1/events", {"event": "sighted", "key": "k"}).status_code == 404
    assert admin.post("/assets/%00/events", {"event": "sighted", "key": "k"}).status_code == 404
    assert lines_on_record() == 2


def test_the_permission_of_an_event_is_that_of_its_row(world: World, api: Callable[[str], Caller]) -> None:
    world.used_machine("M-1")
    callers = {role: api(role) for role in ROLES}
    for key, row in EVENT_TYPES.items():
        if key == CORRECTION:
            continue
        for role, caller in callers.items():
            answer = caller.post(
                "/assets/M-1/events", {"event": key, "key": f"{key}-{role}", "details": {"no such detail": 1}}
            )
            assert answer.status_code == (422 if may(role, row.permission) else 403), (key, role)


# -- the ledger -----------------------------------------------------------------------------------------


def test_the_ledger_of_a_machine_pages_whole(world: World, admin: Caller) -> None:
    world.clean_machine("M-1")
    world.correct("M-1", "k5", world.request("inspected", None, None, functional="working", cosmetic="C"))
    whole = told(admin.get("/assets/M-1/events"))
    assert [each["sequence"] for each in whole["events"]] == list(range(1, 9)) and whole["next"] is None
    for size in (1, 3, 8):
        assert walk(admin, "/assets/M-1/events", "events", size=size) == whole["events"]
    voided = whole["events"][4]
    assert voided["voided_by"] == whole["events"][6]["key"] and voided["replaced_by"] == whole["events"][7]["key"]
    assert whole["events"][6]["voids"] == voided["key"] and whole["events"][7]["replaces"] == voided["key"]
    assert told(admin.get("/assets/M-1"))["events"][::-1] == whole["events"]
    for wrong in ({"after": -1}, {"after": 2**31}, {"size": 0}, {"page": 1}):
        assert admin.get("/assets/M-1/events", **wrong).status_code == 422
    assert admin.get("/assets/NO-1/events").status_code == 404


def test_erased_text_is_told_as_erased(world: World, admin: Caller) -> None:
    from inventory.db import transaction
    from inventory.lifecycle.service import erase_personal

    world.used_machine("M-1")
    world.record("sighted", "M-1", None, key="s", note="with Ada's mother")
    with transaction(world.session) as session:
        erase_personal(session, "s")
    line = told(admin.get("/assets/M-1/events", after=2))["events"][0]
    assert line["erased"] is True and line["details"] == {}


# -- batches --------------------------------------------------------------------------------------------


def _batch(*rows: tuple[str | None, str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    events = [
        {"event": event, "key": f"b-{number}", "details": details} | ({"tag": tag} if tag else {})
        for number, (tag, event, details) in enumerate(rows)
    ]
    return {"events": events} | more


def test_a_batch_opens_moves_and_tells_each_result(world: World, admin: Caller) -> None:
    world.used_machine("M-1")
    body = _batch(
        (None, "received", {"tag": "M-2", "kind": "laptop"}), ("M-2", "deployed", {}), ("M-1", "returned", {})
    )
    found = told(admin.post("/events", body))
    assert (found["recorded"], found["already"], found["refused"]) == (3, 0, 0)
    assert [(each["row"], each["tag"], each["status"]) for each in found["results"]] == [
        (1, "M-2", "in_use"), (2, "M-2", "in_use"), (3, "M-1", "returned"),
    ]  # fmt: skip
    assert told(admin.post("/events", body))["already"] == 3


def test_one_refusal_refuses_all_or_stands_alone(
    world: World, admin: Caller, lines_on_record: Callable[[], int]
) -> None:
    world.used_machine("M-1")
    world.used_machine("M-2")
    rows = [("M-1", "returned", {}), ("M-2", "donated", {"partner": "remakery"}), ("M-3", "returned", {})]
    answer = admin.post("/events", _batch(*rows))
    assert answer.status_code == 409
    refused = {each["row"]: each for each in told(answer)["refusals"]}
    assert set(refused) == {2, 3} and refused[2]["present_status"] == "in_use" and refused[3]["status"] == 404
    assert lines_on_record() == 4
    found = told(admin.post("/events", _batch(*rows, all_or_none=False)))
    assert (found["recorded"], found["refused"]) == (1, 2)
    assert found["results"][1]["refusal"]["row"] == 2 and "in use" in found["results"][1]["refusal"]["detail"]
    assert lines_on_record() == 5


def test_a_wrong_row_of_a_batch_is_named_by_row_and_field(
    world: World, admin: Caller, lines_on_record: Callable[[], int]
) -> None:
    world.used_machine("M-1")
    body = _batch(("M-1", "sighted", {}), ("M-1", "nonsense", {}))
    body["events"][0]["colour"] = "red"
    found = told(admin.post("/events", body))
    assert found["status"] == 422 and found["errors"][0]["row"] == 1 and found["errors"][0]["field"] == "colour"
    assert found["errors"][1]["row"] == 2 and found["errors"][1]["field"] == "event"
    assert found["detail"].startswith("Row 1: colour")
    for wrong in ({"events": []}, {"events": "x"}, {}, {"events": [5]}, _batch(all_or_none="yes")):
        assert admin.post("/events", wrong).status_code == 422
    single = told(admin.post("/events", _batch(("M-1", "moved", {"location": "NOWHERE"}))))
    assert single["field"] == "location"
    assert lines_on_record() == 2


def test_a_batch_takes_a_thousand_and_no_more(admin: Caller, lines_on_record: Callable[[], int]) -> None:
    rows = [(None, "received", {"tag": f"M-{number}", "kind": "laptop"}) for number in range(1001)]
    answer = admin.post("/events", _batch(*rows))
    assert answer.status_code == 422 and "1,000" in told(answer)["detail"]
    assert lines_on_record() == 0
    assert told(admin.post("/events", _batch(*rows[:1000])))["recorded"] == 1000


# -- corrections ----------------------------------------------------------------------------------------


def test_a_line_is_corrected_and_replaced(world: World, admin: Caller, lines_on_record: Callable[[], int]) -> None:
    world.used_machine("M-1")
    world.record("returned", "M-1", "2018-01-01", key="wrong/line")
    body = {"reason": "the other machine", "key": "c-1",
            "replacement": {"event": "moved", "occurred_at": "2018-01-01", "details": {"location": "HUB"}}}  # fmt: skip
    first = admin.post("/assets/M-1/events/wrong/line/correction", body)
    assert first.status_code == 201
    assert [each["key"] for each in told(first)["results"]] == ["c-1", "c-1-r"]
    assert told(first)["results"][1]["status"] == "in_use"
    again = admin.post("/assets/M-1/events/wrong/line/correction", body)
    assert again.status_code == 200 and {each["outcome"] for each in told(again)["results"]} == {"already"}
    assert lines_on_record() == 5


def test_a_correction_without_replacement_takes_the_line_away(world: World, admin: Caller) -> None:
    world.used_machine("M-1")
    world.record("returned", "M-1", "2018-01-01", key="r")
    answer = admin.post("/assets/M-1/events/r/correction", {"reason": "slip"}, Idempotency_Key="c")
    assert told(answer)["results"][0]["status"] == "in_use"


def test_a_wrong_correction_changes_nothing(
    world: World, admin: Caller, api: Callable[[str], Caller], lines_on_record: Callable[[], int]
) -> None:
    world.used_machine("M-1")
    world.record("returned", "M-1", "2018-01-01", key="r")
    path, body = "/assets/M-1/events/r/correction", {"reason": "slip", "key": "c"}
    assert api("viewer").post(path, body).status_code == 403
    assert told(admin.post(path, {"key": "c"}))["field"] == "reason"
    assert told(admin.post(path, {"reason": "slip"}))["field"] == "key"
    assert admin.post("/assets/M-1/events/other/correction", body).status_code == 404
    assert admin.post("/assets/M-1/events/%00/correction", body).status_code == 404
    assert admin.post("/assets/NO-1/events/r/correction", body).status_code == 404
    wrong = body | {"replacement": {"event": "donated", "details": {"partner": "remakery"}}}
    answer = admin.post(path, wrong)
    assert answer.status_code == 409 and "refusals" in told(answer)
    assert lines_on_record() == 3


# -- races ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("same_key", [True, False])
def test_of_two_exclusive_events_at_once_one_wins(
    app: Flask, world: World, token_of: Callable[..., str], lines_on_record: Callable[[], int], same_key: bool
) -> None:
    world.used_machine("M-1")
    before, token, answers = lines_on_record(), token_of(), []
    barrier = threading.Barrier(8)

    def send(number: int) -> None:
        # A thread has no application context of its own yet, so each request makes one, as on a server.
        client = app.test_client(use_cookies=False)
        key = "same" if same_key else f"key-{number}"
        barrier.wait()
        answer = client.post(
            "/api/v1/assets/M-1/events",
            json={"event": "returned", "key": key, "occurred_at": "2018-01-01"},
            headers={"Authorization": f"Bearer {token}"},
        )
        answers.append((answer.status_code, answer.get_json()))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(status for status, _ in answers)
    assert statuses == ([200] * 7 + [201] if same_key else [201] + [409] * 7)
    assert all(body["present_status"] == "returned" for status, body in answers if status == 409)
    assert lines_on_record() == before + 1
