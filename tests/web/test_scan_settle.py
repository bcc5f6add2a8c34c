"""Scans that wait to be settled: both sides, the three ways out, whose they are; and a queue brought in as a file."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from inventory.db import db
from inventory.lifecycle.models import LifecycleEvent
from inventory.scanning.models import Scan
from tests.conftest import World, statements
from tests.web.browser import details_of, kinds_of, sign_in, status_of, words
from tests.web.test_scan_sync import one, outcomes, receipt, sync, undo


def number_of(world: World, scan: dict[str, Any]) -> int:
    return receipt(world, scan).id


def settle(client: FlaskClient, world: World, scan: dict[str, Any], way: str, **form: str) -> TestResponse:
    return client.post(f"/scan/settle/{number_of(world, scan)}/{way}", data=form, follow_redirects=True)


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    return sign_in(app, world)


@pytest.fixture
def donated(client: FlaskClient, world: World) -> dict[str, Any]:
    """A return that came in after the machine was donated and had a second life there."""
    world.clean_machine("M-1")
    world.record("donated", "M-1", partner="remakery")
    scan = one("M-1", "moved", details={"location": "HUB", "note": "on the trolley"})
    assert outcomes(sync(client, scan)) == ["to_settle"]
    return scan


def test_both_sides_are_shown(client: FlaskClient, world: World, donated: dict[str, Any]) -> None:
    page = words(client.get("/scan/settle"))
    assert "You scanned M-1 as moved at" in page
    assert "Location: King's Buildings, Reuse hub, Store B12" in page and "on the trolley" in page
    assert "M-1: donated since 23 Nov 2026, 09:00, recorded by Tess Technician (Northside Remakery)." in page
    assert "M-1 is donated, so it cannot be recorded as moved" in page


def test_the_script_is_told_both_sides(client: FlaskClient, world: World, donated: dict[str, Any]) -> None:
    [result] = sync(client, donated)
    assert "You scanned M-1 as moved" in result["settle"]["scanned"] and "on the trolley" in result["settle"]["scanned"]
    assert "donated since" in result["settle"]["register"] and result["settle"]["lines"]
    assert client.get("/scan/boot").get_json()["to_settle"] == 1


def test_recorded_once_it_is_possible_with_the_same_details(
    client: FlaskClient, world: World, donated: dict[str, Any]
) -> None:
    refused = settle(client, world, donated, "record")
    assert refused.status_code == 409 and "Not settled" in words(refused)
    world.record("returned", "M-1", second_life="none")
    assert "M-1: moved, recorded as of now" in words(settle(client, world, donated, "record"))
    assert details_of(world, "M-1") == {"location": "HUB"}
    assert receipt(world, donated).details is None
    assert "recorded as of now" in words(settle(client, world, donated, "record"))
    assert kinds_of(world, "M-1").count("moved") == 1
    assert outcomes(sync(client, donated)) == ["already"]
    assert outcomes(sync(client, undo(donated))) == ["undone"]
    assert kinds_of(world, "M-1")[-1] == "corrected"


def test_set_aside_needs_a_reason_and_forgets_what_was_said(
    client: FlaskClient, world: World, donated: dict[str, Any]
) -> None:
    assert settle(client, world, donated, "set-aside", reason=" ").status_code == 422
    assert settle(client, world, donated, "set-aside", reason="x" * 256).status_code == 422
    assert "nothing was recorded" in words(settle(client, world, donated, "set-aside", reason="It was another one"))
    kept = receipt(world, donated)
    assert (kept.outcome, kept.details, kept.reason) == ("set_aside", None, "It was another one")
    settle(client, world, donated, "set-aside", reason="Again")
    settle(client, world, donated, "record")
    assert receipt(world, donated).reason == "It was another one" and "moved" not in kinds_of(world, "M-1")
    assert outcomes(sync(client, donated)) == ["set_aside"]
    assert "Nothing to settle" in words(client.get("/scan/settle"))


def test_a_machine_is_named_where_the_scan_named_none(client: FlaskClient, world: World) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag, identifiers=[{"type": "serial", "value": "TWIN"}])
    scan = one("TWIN", "returned")
    [result] = sync(client, scan)
    assert "2 machines answer to it: M-1, M-2" in result["words"]
    assert settle(client, world, scan, "record").status_code == 409
    assert "M-2: returned" in words(settle(client, world, scan, "record", tag="M-2"))
    assert (status_of(world, "M-1"), status_of(world, "M-2")) == ("in_use", "returned")


def test_a_scan_that_the_role_may_not_record_waits_for_one_who_may(app: Flask, world: World) -> None:
    world.clean_machine("M-1")
    buyer = sign_in(app, world, "procurement")
    scan = one("M-1", "donated", details={"partner": "remakery"})
    [result] = sync(buyer, scan)
    assert result["outcome"] == "to_settle" and "Your role may not record" in result["words"]
    assert "Your role may not record" in words(settle(buyer, world, scan, "record"))
    boss = sign_in(app, world)
    assert "Nothing to settle" in words(boss.get("/scan/settle"))
    assert "Procurement scanned M-1 as donated" in words(boss.get("/scan/settle?whose=all"))
    settle(boss, world, scan, "record")
    assert status_of(world, "M-1") == "donated"


def test_other_people_s_scans_are_for_those_who_may_correct(app: Flask, world: World) -> None:
    scan = one("NOBODY", "returned")
    sync(sign_in(app, world), scan)
    other = sign_in(app, world, "procurement")
    assert "NOBODY" not in words(other.get("/scan/settle?whose=all"))
    assert settle(other, world, scan, "set-aside", reason="mine now").status_code == 404
    assert outcomes(sync(other, undo(scan))) == ["to_settle"]
    assert receipt(world, scan).outcome == "to_settle"


def test_an_undo_that_the_role_may_not_waits_too(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    buyer = sign_in(app, world, "procurement")
    scan = one("M-1", "returned")
    back = undo(scan)
    assert outcomes(sync(buyer, scan)) == ["recorded"]
    assert outcomes(sync(buyer, back)) == ["to_settle"]
    assert "Take it back now" in words(sign_in(app, world).get("/scan/settle?whose=all"))
    settle(sign_in(app, world), world, back, "record")
    assert status_of(world, "M-1") == "in_use" and receipt(world, back).outcome == "undone"


def test_the_list_is_paged(client: FlaskClient, world: World) -> None:
    sync(client, *(one(f"NOBODY-{n}", "returned") for n in range(60)))
    first = client.get("/scan/settle")
    assert "NOBODY-0" in words(first) and "NOBODY-59" not in words(first)
    href = next(part.split('"')[0] for part in first.get_data(as_text=True).split('href="')[1:] if "after=" in part)
    assert "NOBODY-59" in words(client.get(href.replace("&amp;", "&")))


def test_a_page_takes_as_few_statements_for_many_as_for_one(client: FlaskClient, world: World) -> None:
    counted = []
    client.get("/scan/settle")
    for many in (1, 20):
        for n in range(many):
            world.used_machine(f"M-{many}-{n}")
        refused = [one(f"M-{many}-{n}", "donated", details={"partner": "remakery"}) for n in range(many)]
        sync(client, *refused, *(one(f"NOBODY-{many}-{n}", "returned") for n in range(many)))
        with statements(db.engine) as sent:
            assert client.get("/scan/settle").status_code == 200
        counted.append(len(sent))
    assert counted[0] == counted[1] <= 15, counted


def queue(*scans: dict[str, Any], **more: Any) -> dict[str, Any]:
    head = {
        "format": "inventory-scans",
        "version": 1,
        "device": "phone-1",
        "exported_at": datetime.now(UTC).isoformat(),
    }
    return {**head, "scans": list(scans), **more}


def bring(client: FlaskClient, content: Any) -> TestResponse:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post("/scan/import", data={"file": (io.BytesIO(data), "scans.json")})


def test_a_queue_is_brought_in_once_and_the_phone_is_told_so(app: Flask, world: World) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag)
    buyer = sign_in(app, world, "procurement")
    scanned_by = "procurement" + "0" * 21
    scans = [
        one("M-1", "returned", owner=scanned_by),
        one("NOBODY", "returned", owner=scanned_by),
        one("M-2", "sighted"),
    ]
    scans.append(undo(scans[2]))
    boss = sign_in(app, world)
    page = words(bring(boss, queue(*scans)))
    assert "4 scans taken in" in page and "1 recorded" in page and "1 to settle" in page and "2 taken back" in page
    assert "3" not in words(bring(boss, queue(*scans))).split("taken in")[0]
    assert receipt(world, scans[0]).owner == scanned_by
    assert outcomes(sync(buyer, *scans)) == ["already", "to_settle", "undone", "undone"]
    assert kinds_of(world, "M-1").count("returned") == 1
    assert "NOBODY" in words(buyer.get("/scan/settle"))
    line = world.session.scalar(select(LifecycleEvent).where(LifecycleEvent.key == scans[0]["key"]))
    assert line is not None and line.actor_id == world.account.id


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not json", "not JSON"),
        (b"[]", "is not a set of named details"),
        (queue(format="other"), "is not a queue of scans"),
        (queue(version=9), "is a version that is not known"),
        (queue({"key": "short"}), "Scan 1: key is not a key of 8 to 64"),
        (queue(one("M-1", "returned"), one("M-1", None)), "Scan 2: event is needed"),
        (queue(*[{}] * 20_001), "at most 20,000"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    client: FlaskClient, world: World, content: Any, said: str
) -> None:
    answer = bring(client, content)
    assert answer.status_code == 422 and said in words(answer)
    assert world.session.scalar(select(Scan.id)) is None


def test_no_file_is_told(client: FlaskClient) -> None:
    assert "Choose the file" in words(client.post("/scan/import", data={}))
    assert client.get("/scan/import").status_code == 200
