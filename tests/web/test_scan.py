"""The scan page: one after another, each answered; nothing doubled, nothing lost."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from inventory.lifecycle.event_types import EVENT_TYPES
from tests.conftest import World
from tests.web.browser import details_of, kinds_of, sign_in, status_of, value_of, words

JSON = {"Accept": "application/json"}


def scan(client: FlaskClient, tag: str, key: str, **fields: str) -> dict[str, str]:
    answer = client.post("/scan", data={"tag": tag, "key": key, **fields}, headers=JSON)
    found: dict[str, str] = answer.get_json()
    return found


def test_the_page_opens_ready_to_look_up_and_records_nothing(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    assert "look up, record nothing" in words(client.get("/scan"))
    answer = scan(client, "m-1", "k-1", mode="look-up")
    assert (answer["outcome"], answer["tag"], answer["headline"]) == ("shown", "M-1", "In use")
    assert kinds_of(world, "M-1") == ["received", "deployed"]


def test_a_mode_is_said_once_and_stands_on_the_card(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    answer = client.post("/scan/mode?mode=returned", data={"location": "reuse hub"}, follow_redirects=True)
    assert "returned → King's Buildings, Reuse hub, Store B12" in words(answer)
    assert "location=HUB" in answer.request.full_path
    assert "returned → King's Buildings" in words(client.get("/scan", follow_redirects=True))


@pytest.mark.parametrize("kind", [row.key for row in EVENT_TYPES.values() if row.scan])
def test_every_scannable_event_is_a_mode_with_a_form(app: Flask, world: World, kind: str) -> None:
    client = sign_in(app, world)
    assert EVENT_TYPES[kind].label in words(client.get("/scan/mode"))
    assert client.get(f"/scan/mode?mode={kind}").status_code == 200
    answer = client.post(f"/scan/mode?mode={kind}", data={})
    assert answer.status_code in (303, 422)


def test_free_text_of_a_mode_stays_out_of_the_address(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    answer = client.post("/scan/mode?mode=held", data={"reason": "asked for by Ada"}, follow_redirects=True)
    assert "Ada" not in answer.request.full_path
    assert value_of(answer, "reason") == "asked for by Ada"


def test_each_scan_is_recorded_with_the_mode_s_details(app: Flask, world: World) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag)
    client = sign_in(app, world)
    for tag in ("M-1", "M-2"):
        answer = scan(client, f"HTTPS://REUSE.TEST/T/{tag}", f"k-{tag}", mode="returned", location="HUB")
        assert (answer["outcome"], answer["tag"], answer["words"]) == ("recorded", tag, "Now returned.")
        assert details_of(world, tag) == {"location": "HUB"}
    assert "2 recorded in this session" in words(client.get("/scan?mode=returned&location=HUB"))


def test_the_same_machine_scanned_twice_is_told_not_doubled(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    scan(client, "M-1", "k-1", mode="moved", location="HUB")
    answer = scan(client, "M-1", "k-2", mode="moved", location="HUB")
    assert answer["outcome"] == "duplicate" and kinds_of(world, "M-1").count("moved") == 1


def test_another_place_is_no_double_scan(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    scan(client, "M-1", "k-1", mode="moved", location="HUB")
    assert scan(client, "M-1", "k-2", mode="moved", location="AT-5.01")["outcome"] == "recorded"
    assert kinds_of(world, "M-1").count("moved") == 2


def test_a_scan_sent_again_under_its_key_is_answered_as_recorded_once(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    first = scan(client, "M-1", "k-1", mode="returned", location="HUB")
    assert scan(client, "M-1", "k-1", mode="returned", location="HUB")["outcome"] == first["outcome"] == "recorded"
    assert kinds_of(world, "M-1").count("returned") == 1
    assert "1 recorded in this session" in words(client.get("/scan?mode=look-up"))


def test_a_refusal_says_why(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    answer = scan(sign_in(app, world), "M-1", "k-1", mode="donated", partner="remakery")
    assert answer["outcome"] == "refused" and "M-1 is in use" in answer["words"]
    assert "undo_url" not in answer


def test_an_unknown_and_an_ambiguous_scan_are_told_apart(app: Flask, world: World) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag, identifiers=[{"type": "serial", "value": "TWIN"}])
    client = sign_in(app, world)
    unknown = scan(client, "NOBODY", "k-1", mode="returned")
    assert unknown["outcome"] == "unknown" and "No machine bears NOBODY" in unknown["words"]
    twin = scan(client, "TWIN", "k-2", mode="returned")
    assert twin["outcome"] == "unknown" and "M-1" in twin["words"] and "M-2" in twin["words"]
    assert status_of(world, "M-1") == "in_use"


def test_a_scan_is_taken_back_through_the_ledger(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    answer = scan(client, "M-1", "k-1", mode="returned", location="HUB")
    page = client.post(answer["undo_url"], follow_redirects=True)
    assert "Taken back" in words(page)
    assert status_of(world, "M-1") == "in_use"
    assert kinds_of(world, "M-1")[-2:] == ["returned", "corrected"]
    client.post(answer["undo_url"])
    assert kinds_of(world, "M-1").count("corrected") == 1


def test_who_may_not_correct_is_offered_no_undo(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world, "procurement")
    answer = scan(client, "M-1", "k-1", mode="returned", location="HUB")
    assert answer["outcome"] == "recorded" and "undo_url" not in answer
    assert client.post("/scan/undo/k-1?tag=M-1").status_code == 403
    assert status_of(world, "M-1") == "returned"


def test_without_a_script_the_whole_page_comes_back_with_answer_and_list(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    data = {"tag": "M-1", "key": "k-1", "mode": "returned", "location": "HUB"}
    page = client.post("/scan", data=data, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Returned M-1 Now returned." in words(page)
    assert value_of(page, "location") == "HUB" and value_of(page, "key") != "k-1"


def test_a_mode_that_the_role_may_not_record_is_refused(app: Flask, world: World) -> None:
    world.clean_machine("M-1")
    answer = scan(sign_in(app, world, "procurement"), "M-1", "k-1", mode="donated", partner="remakery")
    assert answer["outcome"] == "refused" and status_of(world, "M-1") == "ready_for_reuse"


@pytest.mark.parametrize("tag", ["", " ", "\x00", "x" * 5000, "%", "'; DROP TABLE asset;--", "🖥️"])
def test_whatever_a_scanner_types_is_answered(app: Flask, world: World, tag: str) -> None:
    answer = sign_in(app, world).post("/scan", data={"tag": tag, "key": "k", "mode": "sighted"}, headers=JSON)
    assert answer.status_code < 500 and answer.get_json()["outcome"] in ("unknown", "refused")
