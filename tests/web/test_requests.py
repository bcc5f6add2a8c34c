"""Pages of requests: opened, changed, served with one tap, closed; who may; what is refused beside its control."""

import re
from typing import Any

import pytest
from flask import Flask

from inventory.reuse import service
from inventory.reuse.models import ReuseRequest
from tests.conftest import World, statements
from tests.reuse.conftest import Desk, desk  # noqa: F401 - a fixture
from tests.web.browser import kinds_of, sign_in, status_of, value_of, words

FORM = {
    "asker": "department",
    "department": "School of Informatics [INF]",
    "kinds": ["laptop", "tablet"],
    "number": "2",
    "asked_on": "2018-01-01",
}


def begin(client: Any, **form: Any) -> str:
    """Open a request by the form; its name."""
    key = value_of(client.get("/requests/new"), "key")
    answer = client.post("/requests/new", data=FORM | {"key": key} | form)
    assert answer.status_code == 303, words(answer)
    return str(answer.location.rsplit("/", 1)[1])


def tap(client: Any, uid: str, tag: str, **form: str) -> Any:
    """Press the button of the machine *tag* on the page of the request."""
    page = client.get(f"/requests/{uid}").get_data(as_text=True)
    key = re.search(rf'name="key" value="([^"]+)"><input type="hidden" name="tag" value="{tag}"', page)
    assert key, f"{tag} is not offered"
    data = {"key": key[1], "tag": tag} | form
    return client.post(f"/requests/{uid}/reserve", data=data, follow_redirects=True)


def test_a_request_is_served_by_taps_alone(app: Flask, world: World) -> None:
    for tag in ("M-1", "M-2", "M-3"):
        world.clean_machine(tag, location="HUB")
    world.clean_machine("D-1", kind="desktop")
    client = sign_in(app, world)
    assert "Nobody waits for a machine" in words(client.get("/requests/"))
    uid = begin(client, least="8 GB", contact="Ann\r\nRoom 4", needed_by="2018-06-01")
    page = words(client.get(f"/requests/{uid}"))
    assert "2 laptops or tablets for School of Informatics" in page and "needed by 1 Jun 2018" in page
    assert "3 ready for re-use and promised to nobody" in page and "D-1" not in page
    assert "M-1 is reserved for" in tap(client, uid, "M-1").get_data(as_text=True)
    assert status_of(world, "M-1") == "reserved"
    machine = client.get("/t/M-1")
    assert f"Promised to the request {uid}" in words(machine)
    assert f'href="/requests/{uid}"' in machine.get_data(as_text=True)
    tap(client, uid, "M-2")
    page = words(client.get(f"/requests/{uid}"))
    assert "still waited for 0" in page and "Ready on the shelf" not in page, "nothing more is offered"
    assert re.search(r"M-1 Laptop Reserved Promised \d+ \w+ 20\d\d", page), page
    page = client.get(f"/requests/{uid}").get_data(as_text=True)
    assert "/t/M-1/redeployed?department=INF" in page
    for tag in ("M-1", "M-2"):
        form = {"key": f"out-{tag}", "department": "INF", "when": "now"}
        assert client.post(f"/t/{tag}/redeployed", data=form).status_code == 303
    page = words(client.get(f"/requests/{uid}"))
    assert "Fulfilled" in page and "In use Redeployed" in page
    listed = words(client.get("/requests/"))
    assert "School of Informatics" in listed and "Fulfilled" in listed
    closed = client.post(f"/requests/{uid}/end", data={"key": "e", "action": "close"}, follow_redirects=True)
    assert "The request is closed." in closed.get_data(as_text=True)
    assert "Change" not in words(client.get(f"/requests/{uid}")).split("History")[0]
    assert "No request is open" not in words(client.get("/requests/?state=closed"))


def test_a_partner_is_promised_by_name_and_offered_the_donation(app: Flask, world: World) -> None:
    world.clean_machine("M-1")
    client = sign_in(app, world)
    uid = begin(client, asker="partner", partner="Northside Remakery", department="not looked at")
    tap(client, uid, "M-1")
    page = client.get(f"/requests/{uid}").get_data(as_text=True)
    assert "/t/M-1/donated?partner=remakery" in page
    assert "Northside Remakery" in words(client.get("/t/M-1")), "the reservation names who gets it"


def test_a_tap_that_comes_twice_reserves_once_and_one_too_late_is_told_on_the_page(app: Flask, world: World) -> None:
    for tag in ("M-1", "M-2"):
        world.clean_machine(tag)
    client = sign_in(app, world)
    uid = begin(client)
    tap(client, uid, "M-1", key="same")
    again = client.post(f"/requests/{uid}/reserve", data={"tag": "M-1", "key": "same"}, follow_redirects=True)
    assert again.status_code == 200 and kinds_of(world, "M-1").count("reserved") == 1
    late = client.post(f"/requests/{uid}/reserve", data={"tag": "M-1", "key": "other"})
    assert late.status_code == 409 and "M-1 is reserved already" in words(late)
    for tag, status in (("", 422), ("NOBODY", 404), ("\x00", 422)):
        assert client.post(f"/requests/{uid}/reserve", data={"tag": tag, "key": "k"}).status_code == status
    client.post(f"/requests/{uid}/end", data={"key": "w", "action": "withdraw", "reason": "moved away"})
    closed = client.post(f"/requests/{uid}/reserve", data={"tag": "M-2", "key": "k2"})
    assert f"the request {uid} is withdrawn" in words(closed)
    assert "moved away" in words(client.get(f"/requests/{uid}"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"asker": ""}, "Say who asks"),
        ({"asker": "partner"}, "Name the partner that asks"),
        ({"department": ""}, "Name the department that asks"),
        ({"department": "Nowhere"}, "There is no department called “Nowhere”"),
        ({"department": "o"}, "More than one department answers"),
        ({"asker": "partner", "partner": "Caledonian WEEE"}, "There is no partner called"),
        ({"kinds": []}, "names no kind of machine"),
        ({"kinds": ["toaster"]}, "toaster"),
        ({"number": ""}, "number is needed"),
        ({"number": "many"}, "not a whole number"),
        ({"number": "9" * 12}, "not a whole number"),
        ({"number": "20000"}, "between 1 and 10000"),
        ({"needed_by": "2017-01-01"}, "needed before it was asked for"),
        ({"asked_on": "2999-01-01"}, "is not between 1970 and 2100"),
        ({"note": "\x00"}, "a character that cannot be stored"),
        ({"key": ""}, "without its key"),
    ],
)
def test_what_is_wrong_is_told_beside_its_control_and_what_was_typed_stays(
    app: Flask, world: World, typed: dict[str, Any], told: str
) -> None:
    client = sign_in(app, world)
    answer = client.post("/requests/new", data=FORM | {"key": "k", "least": "8 GB"} | typed)
    assert answer.status_code == 422
    assert told in words(answer)
    assert 'value="8 GB"' in answer.get_data(as_text=True)
    assert world.session.query(ReuseRequest).count() == 0


def test_a_change_shows_what_it_changed_and_by_whom(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    uid = begin(client, contact="Ann")
    form = client.get(f"/requests/{uid}/change")
    assert value_of(form, "department") == "School of Informatics [INF]"
    changed = FORM | {
        "key": value_of(form, "key"), "number": "5", "kinds": ["tablet"], "asker": "partner", "contact": "Bob",
        "partner": "Northside Remakery", "least": "camera",
    }  # fmt: skip
    assert client.post(f"/requests/{uid}/change", data=changed).status_code == 303
    history = words(client.get(f"/requests/{uid}")).split("History")[1]
    for told in (
        "Department: School of Informatics → none", "Partner: none → Northside Remakery",
        "Kinds: Laptop, Tablet → Tablet", "Number: 2 → 5", "At least: none → camera", "Contact changed",
        "Changed 23", "Tess Technician",
    ):  # fmt: skip
        assert told.replace("Changed 23", "Changed") in history, told
    assert "Ann" not in history and "Bob" not in history
    refused = client.post(f"/requests/{uid}/change", data=changed | {"key": "other", "number": "0"})
    assert refused.status_code == 422 and "between 1 and 10000" in words(refused)
    client.post(f"/requests/{uid}/end", data={"key": "e", "action": "close"})
    assert client.get(f"/requests/{uid}/change").location.endswith(f"/requests/{uid}")
    assert client.post(f"/requests/{uid}/change", data=changed | {"key": "late"}).status_code == 409


def test_contact_and_note_are_erased_once_the_box_is_ticked(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    uid = begin(client, contact="Ann", note="by the door")
    assert client.post(f"/requests/{uid}/erase", data={"key": "k"}).status_code == 422
    assert "Ann" in words(client.get(f"/requests/{uid}"))
    assert client.post(f"/requests/{uid}/erase", data={"key": "k", "sure": "1"}).status_code == 303
    page = words(client.get(f"/requests/{uid}"))
    assert "Ann" not in page and "by the door" not in page and "Contact and note erased" in page


@pytest.mark.parametrize("form", [{"action": "withdraw"}, {"action": "burn", "reason": "x"}, {}])
def test_an_end_without_its_reason_or_its_kind_is_refused(app: Flask, world: World, form: dict[str, str]) -> None:
    client = sign_in(app, world)
    uid = begin(client)
    assert client.post(f"/requests/{uid}/end", data={"key": "k"} | form).status_code == 422
    assert "Open" in words(client.get(f"/requests/{uid}"))


def test_a_viewer_sees_requests_and_an_officer_opens_them_without_reserving(app: Flask, world: World) -> None:
    world.clean_machine("M-1")
    uid = begin(sign_in(app, world, "sustainability_officer"))
    officer = sign_in(app, world, "sustainability_officer").get(f"/requests/{uid}").get_data(as_text=True)
    assert "M-1" in officer and "/reserve" not in officer and "Close the request" in officer
    viewer = sign_in(app, world, "viewer")
    seen = viewer.get(f"/requests/{uid}").get_data(as_text=True)
    assert "/reserve" not in seen and "Close the request" not in seen
    assert "New request" not in words(viewer.get("/requests/"))
    assert viewer.post(f"/requests/{uid}/end", data={"key": "k", "action": "close"}).status_code == 403
    assert viewer.post(f"/requests/{uid}/reserve", data={"key": "k", "tag": "M-1"}).status_code == 403


def test_the_list_is_filtered_and_paged_by_its_address(app: Flask, world: World, desk: Desk) -> None:  # noqa: F811
    world.settings = app.config["SETTINGS"]
    for number in range(3):
        desk.open(number=number + 1)
    desk.open(partner="remakery", kinds=["tablet"])
    client = sign_in(app, world)
    assert "Northside" not in words(client.get("/requests/?kind=laptop"))
    assert "Informatics" not in words(client.get("/requests/?q=remakery"))
    assert "No request answers to this filter" in words(client.get("/requests/?q=zzz"))
    assert "No request is withdrawn" in words(client.get("/requests/?state=withdrawn"))
    assert client.get("/requests/?state=nonsense&kind=nonsense").status_code == 200
    assert client.get("/requests/?after=nonsense").status_code == 422
    assert client.get("/requests/RQ-999999").status_code == 404


def test_the_page_of_a_request_takes_few_statements_however_many_machines(
    app: Flask,
    world: World,
    desk: Desk,  # noqa: F811
) -> None:
    from inventory.db import db

    request = desk.open(number=9)
    for number in range(6):
        world.clean_machine(f"M-{number}")
    for number in range(4):
        desk.reserve(f"M-{number}", request)
    client = sign_in(app, world)
    client.get(f"/requests/{request.uid}")
    with statements(db.engine) as sent:
        assert client.get(f"/requests/{request.uid}").status_code == 200
    assert len(sent) <= 13, "\n".join(sent)


def test_a_long_list_of_machines_goes_on(
    app: Flask,
    world: World,
    desk: Desk,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("inventory.web.requests._MACHINES", 1)
    request = desk.open(number=9)
    for number in range(2):
        world.clean_machine(f"M-{number}")
        desk.reserve(f"M-{number}", request)
    client = sign_in(app, world)
    page = client.get(f"/requests/{request.uid}").get_data(as_text=True)
    following = re.search(r'href="(/requests/[^"]+\?after=\d+)"', page)
    assert following
    assert "M-1" in words(client.get(following[1])) and "M-0" not in words(client.get(following[1]))


def test_words_of_a_request_are_shown_as_text_not_as_markup(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    uid = begin(client, least="<b>8 GB</b>", contact="<script>", note="<i>")
    page = client.get(f"/requests/{uid}").get_data(as_text=True)
    assert "<b>8" not in page and "<script>&" not in page and "<i>" not in page
    assert service.find_request(world.session, uid).least == "<b>8 GB</b>"
