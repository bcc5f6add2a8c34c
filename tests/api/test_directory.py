"""Departments, places, parties, identifiers and kinds of event as programs see them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from inventory.db import transaction
from inventory.errors import ValidationRefused
from inventory.lifecycle.checking import check
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register.service import add_party, erase_party
from tests.api.conftest import Caller, told
from tests.api.test_assets import walk
from tests.conftest import NOW, World


def test_a_department_is_added_once_by_its_code(admin: Caller) -> None:
    body = {"code": "LAW", "name": " School of  Law ", "parent": "HCA"}
    first = admin.post("/departments", body)
    made = {"code": "LAW", "name": "School of Law", "parent": "HCA"}
    assert (first.status_code, told(first)) == (201, made)
    again = admin.post("/departments", body)
    assert (again.status_code, told(again)) == (200, made)
    other = admin.post("/departments", body | {"name": "Laws"})
    assert other.status_code == 409 and told(other)["field"] == "code"
    assert made in told(admin.get("/departments"))["departments"]
    assert told(admin.post("/departments", {"code": "X", "name": "X", "parent": "NONE"}))["field"] == "parent"


def test_a_place_is_added_once_by_its_code(admin: Caller) -> None:
    body = {"code": "LIB-1", "site": "Central", "building": "Library", "room": None}
    first = admin.post("/locations", body)
    assert first.status_code == 201 and told(first)["label"] == "Central, Library"
    assert admin.post("/locations", body).status_code == 200
    assert admin.post("/locations", body | {"room": "1.1"}).status_code == 409
    assert told(admin.post("/locations", {"code": "BARE"}))["label"] == "BARE"
    assert told(admin.get("/locations", q="library"))["locations"][0]["code"] == "LIB-1"


def test_a_party_is_added_once_by_its_id_or_key(admin: Caller, world: World) -> None:
    body = {"role": "partner", "name": "Second Life", "contact": "post@second.example"}
    first = admin.post("/parties", body | {"key": "p-1"})
    uid = told(first)["uid"]
    assert first.status_code == 201 and "contact" not in told(first)
    assert told(admin.post("/parties", body, Idempotency_Key="p-1"))["uid"] == uid
    assert admin.post("/parties", body | {"key": "p-1", "name": "Other"}).status_code == 409
    assert admin.post("/parties", body | {"key": "p-1", "contact": None}).status_code == 409
    named = admin.post("/parties", body | {"uid": "second-life"})
    assert (named.status_code, told(named)["uid"]) == (201, "second-life")
    assert admin.post("/parties", body | {"uid": "second-life"}).status_code == 200
    assert told(admin.post("/parties", body))["field"] == "key"
    world.session.commit()
    with transaction(world.session) as session:
        erase_party(session, "second-life", NOW)
    assert told(admin.get("/parties", q="second-life"))["parties"][0]["erased"] is True
    assert admin.post("/parties", body | {"uid": "second-life"}).status_code == 409


def test_an_id_that_the_table_cannot_hold_is_refused_below_the_edge_too(world: World) -> None:
    for uid in ("", "u" * 33):
        with transaction(world.session) as session, pytest.raises(ValidationRefused, match="The id has"):
            add_party(session, "partner", "Second Life", uid=uid)
    with transaction(world.session) as session:
        assert add_party(session, "partner", "Second Life", uid="u" * 32).uid == "u" * 32


def test_what_is_added_can_be_named_by_an_event(admin: Caller) -> None:
    admin.post("/departments", {"code": "LAW", "name": "Law"})
    admin.post("/locations", {"code": "LAW-1"})
    admin.post("/parties", {"uid": "grace", "role": "custodian", "name": "Grace"})
    details = {"tag": "M-1", "kind": "laptop", "department": "LAW", "location": "LAW-1", "custodian": "grace"}
    assert admin.post("/assets", {"event": "received", "key": "k", "details": details}).status_code == 201
    asset = told(admin.get("/assets/M-1"))["asset"]
    assert (asset["department"], asset["location"], asset["custodian_name"]) == ("LAW", "LAW-1", "Grace")


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("/departments", {"name": "x"}, "code"),
    ("/departments", {"code": "a/b", "name": "x"}, "code"),
    ("/departments", {"code": "a", "name": "x\x00"}, "name"),
    ("/departments", {"code": "a", "name": "x", "path": "/"}, "path"),
    ("/departments", {"code": "a" * 65, "name": "x"}, "code"),
    ("/locations", {"code": " "}, "code"),
    ("/locations", {"code": "a", "site": "x" * 121}, "site"),
    ("/parties", {"key": "k", "role": "friend", "name": "x"}, "role"),
    ("/parties", {"key": "k", "role": "partner", "name": "\u202e"}, "name"),
    ("/parties", {"uid": "u" * 33, "role": "partner", "name": "x"}, "uid"),
    ("/departments", {"code": "a", "name": "x" + " " * 255}, "name"),
    ("/parties", {"uid": "a b", "role": "partner", "name": "x"}, "uid"),
]


def test_a_wrong_entry_is_refused_by_field_and_adds_nothing(admin: Caller) -> None:
    before = [walk(admin, path, path[1:]) for path in ("/departments", "/locations", "/parties")]
    for path, body, field in WRONG:
        answer = admin.post(path, body)
        assert answer.status_code == 422 and told(answer)["field"] == field, (path, body, answer.get_json())
    assert [walk(admin, path, path[1:]) for path in ("/departments", "/locations", "/parties")] == before


def test_the_lists_page_whole(admin: Caller, world: World) -> None:
    for number in range(5):
        admin.post("/departments", {"code": f"D{number}", "name": f"Dep {number}"})
    for path in ("/departments", "/locations", "/parties"):
        name = path[1:]
        whole = told(admin.get(path, size=200))[name]
        assert len(whole) >= 2 and told(admin.get(path, size=len(whole)))["next"] is None
        for size in (1, 2, len(whole)):
            assert walk(admin, path, name, size=size) == whole
    assert {each["role"] for each in told(admin.get("/parties", role="partner"))["parties"]} == {"partner"}
    assert [each["code"] for each in told(admin.get("/departments", q="dep 3"))["departments"]] == ["D3"]
    assert told(admin.get("/departments", q="%"))["departments"] == []
    assert admin.get("/parties", role="friend").status_code == 422


def test_any_identifier_is_resolved(world: World, admin: Caller) -> None:
    for tag in ("M-1", "M-2"):
        mac = {"type": "mac", "value": f"00:11:22:33:44:5{tag[-1]}"}
        world.used_machine(tag, identifiers=[{"type": "serial", "value": "SAME"}, mac])
    empty = {"status": None, "came_by": None, "candidates": [], "suggestions": []}
    one = {**empty, "answer": "one", "tag": "M-1", "status": "in_use"}
    assert told(admin.get("/resolve", q="m-1")) == one
    assert told(admin.get("/resolve", q="https://reuse.test/t/M-1")) == one
    assert told(admin.get("/resolve", q="001122334451")) == one | {"came_by": "mac"}
    several = told(admin.get("/resolve", q="same"))
    assert several["answer"] == "candidates" and several["tag"] is None
    assert [each["tag"] for each in several["candidates"]] == ["M-1", "M-2"]
    unknown = told(admin.get("/resolve", q="M-3"))
    assert unknown["answer"] == "unknown" and unknown["suggestions"] == ["M-1", "M-2"]
    long = ({"q": "a" * 301}, {"q": "M-1" + " " * 298})
    for wrong in ({}, {"q": ""}, {"q": " "}, *long, {"q": "\x00"}, {"q": "a", "x": 1}):
        assert admin.get("/resolve", **wrong).status_code == 422


def test_a_blank_label_is_told_from_an_unknown_tag(world: World, admin: Caller) -> None:
    from inventory.register.models import BlankTag
    from inventory.register.tags import issue

    tag = issue("ED", 7)
    with transaction(world.session) as session:
        session.add(BlankTag(tag_key=tag, run="r", printed_at=NOW))
    assert told(admin.get("/resolve", q=tag))["answer"] == "blank"


def test_the_kinds_of_event_are_those_of_the_table(admin: Caller) -> None:
    found = told(admin.get("/event-types"))["event_types"]
    assert [each["key"] for each in found] == list(EVENT_TYPES)
    for each in found:
        row = EVENT_TYPES[each["key"]]
        assert set(each["from"]) == row.allowed_from and each["permission"] == row.permission
        assert each["to"] == (row.leads_to if isinstance(row.leads_to, str) else None)
        assert each["label"] == row.label and each["guards"] == list(row.guards)
        assert set(each["details"]["properties"]) == set(row.schema().fields)
        assert each["details"]["additionalProperties"] is False


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_details_that_the_told_schema_takes_are_taken(app: Flask) -> None:
    """Examples that keep the JSON Schema pass the check of the same row, and examples that break it do not."""
    import jsonschema_rs

    from inventory.api._openapi import details_schema

    samples: list[tuple[str, dict[str, Any]]] = [
        ("donated", {"partner": "remakery", "reference": "AG-1"}),
        ("donated", {"reference": "AG-1"}),
        ("donated", {"partner": "re makery"}),
        ("inspected", {"functional": "working", "cosmetic": "B", "no_drive_fitted": True}),
        ("inspected", {"functional": "shiny", "cosmetic": "B"}),
        ("sanitised", {"drives": [{"uid": "d", "method": "purge"}]}),
        ("sanitised", {"drives": [{"uid": "d", "method": "burn"}]}),
        ("sanitised", {"drives": [{"uid": "d", "method": "purge", "colour": "red"}]}),
        ("received", {"tag": "M-1", "mass_g": 1, "purchase_cost": "12.50", "purchase_date": "2020-02-29"}),
        ("received", {"tag": "M-1", "mass_g": 0}),
        ("received", {"tag": "M-1", "purchase_cost": "12.505"}),
        ("moved", {"location": "x" * 65}),
        ("sighted", {"colour": "red"}),
    ]
    for kind, details in samples:
        row = EVENT_TYPES[kind]
        keeps = jsonschema_rs.is_valid(details_schema(row), details)
        try:
            check(row.schema, details, what=row.label)
            taken = True
        except ValidationRefused:
            taken = False
        assert keeps == taken, (kind, details)


def test_reading_the_directory_is_for_everybody_adding_is_not(api: Callable[[str], Caller]) -> None:
    viewer = api("viewer")
    for path in ("/departments", "/locations", "/parties"):
        assert viewer.get(path).status_code == 200
        assert viewer.post(path, {"code": "a", "name": "b"}).status_code == 403
