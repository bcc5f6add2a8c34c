"""Taking scans in: once each, in order, whatever the network did; refusals wait to be settled."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.lifecycle.fields import schema_of
from inventory.scanning.models import Scan
from tests.conftest import World
from tests.web.browser import details_of, kinds_of, sign_in, status_of

NEW: dict[str, Any] = {
    "number": 1,
    "offset_ms": 0,
    "age_ms": 0,
    "action": "record",
    "details": {},
    "undoes": None,
    "list": None,
}


def key() -> str:
    return str(uuid4())


def one(text: str = "", event: str | None = None, /, **said: Any) -> dict[str, Any]:
    """A scan as the page's script sends it."""
    return NEW | {"key": key(), "text": text, "event": event, "scanned_at": datetime.now(UTC).isoformat()} | said


def undo(of: dict[str, Any], **said: Any) -> dict[str, Any]:
    return one(action="undo", undoes=of["key"], **said)


def sync(client: FlaskClient, *scans: dict[str, Any], device: str = "phone-1", **more: Any) -> list[dict[str, Any]]:
    body = {"device": device, "sent_at": datetime.now(UTC).isoformat(), "scans": list(scans)} | more
    answer = client.post("/scan/sync", json=body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["results"]
    return found


def outcomes(results: list[dict[str, Any]]) -> list[str]:
    return [each["outcome"] for each in results]


def receipt(world: World, scan: dict[str, Any]) -> Scan:
    world.session.rollback()
    world.session.expire_all()
    found = world.session.scalar(select(Scan).where(Scan.key == scan["key"]))
    assert found is not None
    return found


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    return sign_in(app, world)


def test_a_scan_is_recorded_with_its_details_and_leaves_a_receipt(client: FlaskClient, world: World) -> None:
    world.used_machine("M-1")
    scan = one("HTTPS://REUSE.TEST/T/M-1", "returned", details={"location": "HUB"})
    [result] = sync(client, scan)
    assert result == {
        "key": scan["key"], "outcome": "recorded", "tag": "M-1", "headline": "Returned", "words": "Now returned.",
        "status": "returned", "href": "/t/M-1",
    }  # fmt: skip
    assert details_of(world, "M-1") == {"location": "HUB"}
    kept = receipt(world, scan)
    assert (kept.outcome, kept.tag, kept.text, kept.device, kept.details) == (
        "recorded",
        "M-1",
        scan["text"],
        "phone-1",
        None,
    )


def test_the_same_request_again_answers_already_and_doubles_nothing(client: FlaskClient, world: World) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag)
    scans = [one("M-1", "returned"), one("M-2", "returned"), one("NOBODY", "returned")]
    assert outcomes(sync(client, *scans)) == ["recorded", "recorded", "to_settle"]
    assert outcomes(sync(client, *scans)) == ["already", "already", "to_settle"]
    assert kinds_of(world, "M-1").count("returned") == kinds_of(world, "M-2").count("returned") == 1


def test_a_line_corrected_later_is_still_answered_as_already(client: FlaskClient, world: World) -> None:
    world.used_machine("M-1")
    scan = one("M-1", "returned")
    sync(client, scan)
    world.correct("M-1", scan["key"])
    assert outcomes(sync(client, scan)) == ["already"]


def test_what_the_rules_refuse_waits_with_its_reason(client: FlaskClient, world: World) -> None:
    world.used_machine("M-1")
    scan = one("M-1", "donated", details={"partner": "remakery", "note": "for the school"})
    [result] = sync(client, scan)
    assert result["outcome"] == "to_settle" and "M-1 is in use" in result["words"]
    assert receipt(world, scan).details == {"partner": "remakery", "note": "for the school"}
    assert status_of(world, "M-1") == "in_use"


def test_the_same_machine_scanned_twice_is_told_not_doubled(client: FlaskClient, world: World) -> None:
    world.used_machine("M-1")
    there = {"location": "HUB"}
    results = sync(client, one("M-1", "moved", details=there), one("m-1", "moved", details=there))
    assert outcomes(results) == ["recorded", "duplicate"]
    assert outcomes(sync(client, one("M-1", "moved", details=there))) == ["duplicate"]
    assert outcomes(sync(client, one("M-1", "moved", details={"location": "AT-5.01"}))) == ["recorded"]
    assert kinds_of(world, "M-1").count("moved") == 2


def test_scans_hours_apart_that_come_together_are_no_double_scan(client: FlaskClient, world: World) -> None:
    world.used_machine("M-1")
    hour = 3_600_000
    results = sync(client, one("M-1", "sighted", age_ms=3 * hour), one("M-1", "sighted", age_ms=hour))
    assert outcomes(results) == ["recorded", "recorded"]
    assert outcomes(sync(client, one("M-1", "sighted", age_ms=hour + 600_000))) == ["duplicate"]


def test_an_undo_takes_back_what_was_recorded(client: FlaskClient, world: World) -> None:
    world.used_machine("M-1")
    scan = one("M-1", "returned")
    sync(client, scan)
    again = undo(scan)
    assert outcomes(sync(client, again)) == ["undone"]
    assert outcomes(sync(client, again, undo(scan), scan)) == ["undone", "undone", "undone"]
    assert kinds_of(world, "M-1")[-2:] == ["returned", "corrected"] and status_of(world, "M-1") == "in_use"


def test_a_scan_and_its_undo_that_come_together_record_nothing(client: FlaskClient, world: World) -> None:
    world.used_machine("M-1")
    scan = one("M-1", "returned")
    assert outcomes(sync(client, scan, undo(scan), one("M-1", "returned"))) == ["undone", "undone", "recorded"]
    assert kinds_of(world, "M-1") == ["received", "deployed", "returned"]


def test_an_undo_that_comes_first_keeps_the_late_scan_out(client: FlaskClient, world: World) -> None:
    world.used_machine("M-1")
    scan = one("M-1", "returned")
    assert outcomes(sync(client, undo(scan))) == ["undone"]
    assert outcomes(sync(client, scan)) == outcomes(sync(client, scan)) == ["undone"]
    assert receipt(world, scan).text == "M-1"
    assert kinds_of(world, "M-1") == ["received", "deployed"]


def test_an_undo_of_what_waits_takes_it_off_the_list(client: FlaskClient, world: World) -> None:
    scan = one("NOBODY", "held", details={"reason": "private"})
    sync(client, scan)
    assert outcomes(sync(client, undo(scan))) == ["undone"]
    assert (receipt(world, scan).outcome, receipt(world, scan).details) == ("undone", None)


def test_steps_of_one_machine_are_taken_in_their_order(client: FlaskClient, world: World) -> None:
    world.clean_machine("M-1")
    first = one("M-1", "reserved", details={"party": "ada"}, age_ms=2_000)
    # The second scan's request was quicker, so that its time seems to lie before the first one's.
    second = one("M-1", "redeployed", details={"custodian": "ada"}, age_ms=4_000)
    assert outcomes(sync(client, first, second)) == ["recorded", "recorded"]
    assert status_of(world, "M-1") == "in_use"


def test_one_key_for_two_different_scans_loses_neither(client: FlaskClient, world: World) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag)
    shared = key()
    first, second = one("M-1", "returned", key=shared), one("M-2", "returned", key=shared)
    assert outcomes(sync(client, first)) == ["recorded"]
    assert outcomes(sync(client, second)) == ["recorded"]
    assert outcomes(sync(client, first, second)) == ["already", "already"]
    assert status_of(world, "M-2") == "returned"


def test_a_wrong_clock_is_told_and_noted(client: FlaskClient, world: World) -> None:
    world.used_machine("M-1")
    fast = datetime.now(UTC) + timedelta(hours=2)
    scan = one("M-1", "returned", scanned_at=fast.isoformat(), offset_ms=None, age_ms=None)
    answer = client.post("/scan/sync", json={"device": "d", "sent_at": fast.isoformat(), "scans": [scan]}).get_json()
    assert abs(answer["clock"]["off_by_ms"] + 7_200_000) < 60_000
    kept = receipt(world, scan)
    assert kept.clock_off_ms == answer["clock"]["off_by_ms"] and abs(kept.occurred_at - datetime.now(UTC)) < timedelta(
        minutes=1
    )


def test_boot_tells_what_the_page_needs_without_the_network(client: FlaskClient, world: World) -> None:
    world.used_machine("M-1")
    told = client.get("/scan/boot").get_json()
    assert told["version"] == 1 and told["csrf"] and told["account"]["may_correct"]
    assert ["HUB", "King's Buildings, Reuse hub, Store B12"] in told["places"] and [
        "INF",
        "School of Informatics",
    ] in told["departments"]
    assert told["copy"]["machines"] == 1 and "REUSE.TEST" in told["hosts"]
    returned = next(each for each in told["events"] if each["key"] == "returned")
    assert returned["to"] == "returned" and "in_use" in returned["from"]
    assert {"location": "place", "note": "text"}.items() <= {
        each["name"]: each["type"] for each in returned["fields"]
    }.items()


def test_the_copy_bears_what_a_scan_may_say(client: FlaskClient, world: World) -> None:
    world.used_machine(
        "M-1", identifiers=[{"type": "serial", "value": "sn 1"}, {"type": "mac", "value": "aa:bb:cc:dd:ee:ff"}]
    )
    page = client.get("/scan/copy").get_json()
    [machine] = page["machines"]
    assert machine[1:] == ["M-1", "laptop", "in_use", 1, None, "Dell Latitude 5400", ["SN 1", "AABBCCDDEEFF"]]
    assert page["next"] is None and page["epoch"] == client.get("/scan/boot").get_json()["copy"]["epoch"]


def test_a_later_copy_bears_what_changed_and_nothing_else(client: FlaskClient, world: World) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag)
    cursor = client.get("/scan/copy").get_json()["cursor"]
    cursor = client.get(f"/scan/copy?since={cursor}").get_json()["cursor"]
    assert client.get(f"/scan/copy?since={cursor}").get_json()["machines"] == []
    sync(client, one("M-2", "returned", details={"location": "HUB"}))
    [machine] = client.get(f"/scan/copy?since={cursor}").get_json()["machines"]
    assert (machine[1], machine[3], machine[5]) == ("M-2", "returned", "HUB")


def test_signed_out_it_is_said_in_json(app: Flask, world: World) -> None:
    sign_in(app, world)
    visitor = app.test_client()
    for answer in (visitor.get("/scan/boot"), visitor.get("/scan/copy"), visitor.post("/scan/sync", json={})):
        assert answer.status_code == 401 and answer.get_json()["title"] == "Sign in first"


def test_a_stale_token_is_told_apart(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/scan/sync", json={}, headers={"X-CSRFToken": "old"})
    assert answer.status_code == 403 and answer.get_json()["title"] == "The form is stale"
    token = client.get("/scan/boot").get_json()["csrf"]
    body = {"device": "d", "sent_at": datetime.now(UTC).isoformat(), "scans": []}
    assert client.post("/scan/sync", json=body, headers={"X-CSRFToken": token}).get_json()["results"] == []


BAD: list[tuple[str, Any, str]] = [
    ("no JSON", b"{", "not JSON"),
    ("a list", b"[]", "not a set of named details"),
    ("no device", {"device": None}, "device"),
    ("an odd device", {"device": "x" * 65}, "device is not an id"),
    ("no time", {"sent_at": "yesterday"}, "sent_at is not a time"),
    ("a time without its zone", {"sent_at": "2026-11-23T10:00:00"}, "sent_at is not a time"),
    ("no scans", {"scans": None}, "scans"),
    ("too many", {"scans": [{}] * 201}, "at most 200"),
]


@pytest.mark.parametrize(("why", "body", "said"), BAD, ids=[row[0] for row in BAD])
def test_a_request_that_cannot_be_read_is_refused_in_words(client: FlaskClient, why: str, body: Any, said: str) -> None:
    whole = {"device": "d", "sent_at": datetime.now(UTC).isoformat(), "scans": []}
    sent = {"data": body} if isinstance(body, bytes) else {"json": whole | body}
    answer = client.post("/scan/sync", **sent)
    assert answer.status_code == 422 and said in answer.get_json()["detail"], answer.get_json()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"key": "short"}, "Scan 2: key is not a key"),
        ({"key": None}, "Scan 2: key"),
        ({"number": -1}, "number is out of range"),
        ({"number": "1"}, "number is not a whole number"),
        ({"scanned_at": 5}, "scanned_at is not a time"),
        ({"scanned_at": "2026-13-01T00:00:00Z"}, "scanned_at is not a time"),
        ({"offset_ms": 10**14}, "offset_ms is out of range"),
        ({"age_ms": 1.5}, "age_ms is not a whole number"),
        ({"action": "Dance!"}, "action is not a name"),
        ({"text": 5}, "text is not text"),
        ({"event": None}, "event is needed"),
        ({"event": "x" * 40}, "event is not a name"),
        ({"details": ["HUB"]}, "details is not a set"),
        ({"details": {"note": "x" * 9_000}}, "details has more than 8,192 bytes"),
        ({"details": {"note": "a\x00b"}}, "details has a character that cannot be stored"),
        ({"action": "undo", "undoes": None}, "undoes names no scan"),
    ],
)
def test_a_scan_of_a_bad_shape_is_named_and_nothing_is_taken_in(
    client: FlaskClient, world: World, wrong: dict[str, Any], said: str
) -> None:
    world.used_machine("M-1")
    second = one("M-1", "sighted") | wrong
    body = {"device": "d", "sent_at": datetime.now(UTC).isoformat(), "scans": [one("M-1", "returned"), second]}
    answer = client.post("/scan/sync", json=body)
    told = answer.get_json()
    assert answer.status_code == 422 and said in told["detail"] and told["row"] == 2
    assert told["scan"] == (second["key"] or "2")
    assert status_of(world, "M-1") == "in_use" and world.session.scalar(select(Scan.id)) is None


def test_whatever_was_read_is_taken(client: FlaskClient, world: World) -> None:
    odd = ["", "\x00", "x" * 5_000, "%", "🖥️", "\ufffe", "a\nb", "'; DROP TABLE scan;--", None]
    assert set(outcomes(sync(client, *(one(text, "returned") for text in odd)))) == {"to_settle"}
    assert (
        outcomes(sync(client, one("M-1", None, action="list", list="B12"), one("x", None, action="dance")))[1]
        == "to_settle"
    )


def test_a_request_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/scan/sync", data=b" " * (2 * 1024 * 1024 + 1), content_type="application/json")
    assert answer.status_code == 413 and answer.get_json()["title"] == "The file is too large"


@pytest.mark.parametrize("query", ["after=x", "after=-1", "limit=²", "after=99999999999", "since=x"])
def test_a_copy_that_is_asked_for_wrongly_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/scan/copy?{query}").status_code == 422


def test_large_answers_are_packed_for_those_who_can_unpack(client: FlaskClient, world: World) -> None:
    plain = client.get("/scan/boot")
    small = client.get("/scan/boot", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers and small.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(small.data))["tag_prefix"] == plain.get_json()["tag_prefix"]
    assert len(small.data) < len(plain.data) / 3 and small.headers["Cache-Control"] == "no-store"
    refused = client.get("/scan/boot", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


def test_the_copy_comes_by_pages(client: FlaskClient, world: World) -> None:
    for number in range(5):
        world.used_machine(f"M-{number}")
    first = client.get("/scan/copy?limit=3").get_json()
    rest = client.get(f"/scan/copy?limit=3&after={first['next']}").get_json()
    assert [row[1] for row in first["machines"] + rest["machines"]] == [f"M-{n}" for n in range(5)]
    assert rest["next"] is None


def test_what_a_role_may_not_record_is_not_offered(app: Flask, world: World) -> None:
    offered = {each["key"] for each in sign_in(app, world, "procurement").get("/scan/boot").get_json()["events"]}
    assert "returned" in offered and "donated" not in offered
    assert sign_in(app, world, "viewer").get("/scan/boot").get_json()["events"] == []


@pytest.mark.parametrize("kind", [row.key for row in EVENT_TYPES.values() if row.scan])
def test_every_field_that_is_offered_is_one_that_the_event_takes(client: FlaskClient, kind: str) -> None:
    told = next(each for each in client.get("/scan/boot").get_json()["events"] if each["key"] == kind)
    shapes = schema_of(EVENT_TYPES[kind].schema).fields
    for each in told["fields"]:
        assert each["type"] in {"choice", "place", "department", "party", "text", "date", "number", "flag"}
        assert each["required"] == shapes[each["name"]].required
        assert bool(each["choices"]) == (each["type"] == "choice")
    required = {name for name, shape in shapes.items() if shape.required} - {"tag"}
    assert required <= {each["name"] for each in told["fields"]}
