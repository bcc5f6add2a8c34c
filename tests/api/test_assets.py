"""Machines: the look-up, lists that page whole, and opening a record."""

from collections.abc import Callable
from dataclasses import fields as fields_of
from typing import Any

import pytest
from flask import Flask

from inventory.accounts.permissions import PERMISSIONS, permissions_of
from inventory.api._look_up import look_up_dict, view_of
from inventory.api._shapes import AssetSchema, LineSchema, LookUpSchema, asset_dict, event_dict
from inventory.api.assets import ListQuery
from inventory.lifecycle.lookup import look_up
from inventory.lifecycle.queries import possible_events
from inventory.register.filtering import AssetFilter
from inventory.register.listing import SORTS, list_assets
from inventory.register.queries import resolve
from tests.api.conftest import Caller, told
from tests.conftest import World


def full_machine(world: World, tag: str = "M-1") -> str:
    """A machine of which everything is known, with more than ten lines, one of them corrected."""
    world.clean_machine(
        tag, location="HUB", custodian="ada", order_reference="PO-1", purchase_date="2015-12-01", purchase_cost="899.9",
        currency="GBP", warranty_end="2018-12-01", mass_g=1480, notes="lid scratched",
        identifiers=[{"type": "serial", "value": "C02-ABC"}, {"type": "mac", "value": "00:11:22:33:44:55"}],
    )  # fmt: skip
    world.record("relabelled", tag, None, tag=f"{tag}-NEW")
    tag = f"{tag}-NEW"
    for number in range(4):
        world.record("sighted", tag, None, key=f"{tag}-s{number}", note="seen")
    world.correct(tag, f"{tag}-s1", world.request("moved", None, None, location="AT-5.01"))
    world.record("moved", tag, None, location="HUB")
    return tag


def test_the_look_up_tells_all_that_a_scan_wants(world: World, admin: Caller) -> None:
    tag = full_machine(world)
    found = told(admin.get(f"/assets/{tag}"))
    asset = found["asset"]
    assert (asset["tag"], asset["status"], asset["department"]) == (tag, "ready_for_reuse", "INF")
    assert asset["department_name"] == "School of Informatics"
    assert asset["location_name"] == "King's Buildings, Reuse hub, Store B12"
    assert asset["purchase_cost"] == "899.90" and asset["mass_g"] == 1480 and asset["notes"] == "lid scratched"
    assert {"type": "mac", "value": "00:11:22:33:44:55"} in asset["identifiers"]
    assert {"type": "former_tag", "value": "M-1"} in asset["identifiers"]
    assert [each["serial"] for each in found["drives"]] == ["D-M-1"]
    assert found["drives"][0]["wiped_method"] == "purge" and found["drives"][0]["not_clean"] is None
    assert {"donated", "redeployed", "reserved"} <= {each["event"] for each in found["possible_events"]}
    assert found["came_by"] is None and found["not_clean"] == []
    assert len(found["events"]) == 10 and found["events_total"] == 14
    assert [each["sequence"] for each in found["events"]] == list(range(14, 4, -1))
    voided = next(each for each in found["events"] if each["key"] == f"{tag}-s1")
    assert voided["voided_by"] and voided["replaced_by"] and voided["details"] == {"note": "seen"}


def test_any_identifier_looks_the_machine_up(world: World, admin: Caller) -> None:
    tag = full_machine(world)
    for text, came_by in (("m-1", "former_tag"), ("C02-abc", "serial"), ("00-11-22-33-44-55", "mac"), (tag, None)):
        found = told(admin.get(f"/assets/{text}"))
        assert (found["asset"]["tag"], found["came_by"]) == (tag, came_by)
    assert told(admin.get("/assets/https://reuse.test/t/M-1-NEW"))["asset"]["tag"] == tag


def test_an_unknown_tag_is_answered_with_what_is_near(world: World, admin: Caller) -> None:
    world.used_machine("UNI-4711")
    answer = admin.get("/assets/UNI-4712")
    assert answer.status_code == 404
    assert told(answer)["detail"] == "No machine bears UNI-4712. Did you mean UNI-4711?"
    assert told(admin.get("/assets/%00"))["status"] == 404


def test_an_ambiguous_identifier_lists_the_candidates(world: World, admin: Caller) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag, identifiers=[{"type": "serial", "value": "SAME"}])
    answer = admin.get("/assets/SAME")
    assert answer.status_code == 409
    assert told(answer)["candidates"] == ["M-1", "M-2"]


def test_a_machine_with_an_unwiped_drive_says_what_stands_in_the_way(world: World, admin: Caller) -> None:
    world.used_machine("M-1")
    world.record("returned", "M-1", "2018-01-01")
    found = told(admin.get("/assets/M-1"))
    assert "D-M-1 has no accepted wipe" in found["not_clean"][0]
    assert found["drives"][0]["not_clean"]
    blocked = {each["event"]: each["blocked"] for each in found["possible_events"]}
    assert blocked["passed_for_reuse"] and not blocked["sanitised"]


def test_what_is_possible_depends_on_who_asks(world: World, api: Callable[[str], Caller]) -> None:
    world.clean_machine("M-1")

    def offered(role: str) -> set[str]:
        return {each["event"] for each in told(api(role).get("/assets/M-1"))["possible_events"]}

    assert "donated" in offered("technician")
    assert offered("auditor") == set()
    assert "donated" not in offered("sustainability_officer") and "declared_waste" in offered("sustainability_officer")


@pytest.mark.parametrize("make", [full_machine, World.used_machine, World.clean_machine])
def test_the_quick_answer_is_what_the_schema_dumps(world: World, make: Any) -> None:
    tag = make(world, "M-1")
    asset_id = resolve(world.session, tag, world.settings).asset_id
    assert asset_id is not None
    zone = world.settings.zone
    found = look_up(world.session, asset_id)
    for role in ("administrator", "viewer"):
        view = view_of(found, "serial", permissions_of(role), zone)
        schema = LookUpSchema()
        schema.fields["events"].inner.schema.zone = zone  # type: ignore[attr-defined]
        assert schema.dump(view) == look_up_dict(view, zone)
    for row in list_assets(world.session, AssetFilter(), world.settings).rows:
        assert AssetSchema().dump(row) == asset_dict(row) == look_up_dict(view, zone)["asset"]
    for each in found.lines:
        assert LineSchema(zone=zone).dump(each) == event_dict(each, zone)


def test_a_day_is_told_in_the_institutions_zone(world: World, admin: Caller) -> None:
    """received 2016-07-01 in British summer time is stored at 23:00 UTC of the day before"""
    world.used_machine("M-1", at="2016-07-01")
    assert {each["occurred_at"] for each in told(admin.get("/assets/M-1"))["events"]} == {"2016-07-01"}


def test_the_one_statement_finds_what_the_two_find(world: World) -> None:
    tag = full_machine(world)
    asset_id = resolve(world.session, tag, world.settings).asset_id
    assert asset_id is not None
    one, two = look_up(world.session, asset_id), look_up(world.session, asset_id)
    assert one.lines == two.lines and one.state == two.state
    assert possible_events(one.state, frozenset(PERMISSIONS)) == possible_events(two.state, frozenset(PERMISSIONS))


# -- lists ----------------------------------------------------------------------------------------------


def walk(caller: Caller, path: str, name: str, **query: Any) -> list[Any]:
    """Every row of a list, page by page, by the header Link."""
    rows: list[Any] = []
    answer = caller.get(path, **query)
    while True:
        rows += told(answer)[name]
        link = answer.headers.get("Link", "")
        following = next((part for part in link.split(", ") if 'rel="next"' in part), None)
        assert (following is None) == (told(answer)["next"] is None)
        if following is None:
            return rows
        address = following[following.index("<") + 1 : following.index(">")]
        answer = caller.send("GET", address.removeprefix("/api/v1"))


@pytest.fixture
def fleet(world: World) -> list[str]:
    """Thirteen machines; some without model, purchase date or sighting."""
    requests = []
    for number in range(13):
        facts: dict[str, Any] = {"tag": f"F-{number:02}", "kind": "laptop" if number % 2 else "monitor"}
        if number % 3:
            facts |= {"model": f"Model {number % 4}", "purchase_date": f"2016-0{number % 5 + 1}-01"}
        if number % 4 == 0:
            facts["department"] = "INF"
        requests.append(world.request("received", None, None, **facts))
    world.batch(requests)
    return [f"F-{number:02}" for number in range(13)]


def test_pages_put_together_are_the_whole_list(admin: Caller, fleet: list[str]) -> None:
    for sort in [*SORTS, *(f"-{each}" for each in SORTS)]:
        for size in (1, 4, 13):
            tags = [row["tag"] for row in walk(admin, "/assets", "assets", sort=sort, size=size)]
            assert sorted(tags) == fleet, (sort, size)
            if sort.endswith("tag"):
                assert tags == sorted(fleet, reverse=sort.startswith("-"))


def test_a_page_leads_back_to_the_one_before(admin: Caller, fleet: list[str]) -> None:
    first = told(admin.get("/assets", size=5))
    second = admin.get("/assets", size=5, after=first["next"])
    assert 'rel="prev"' in second.headers["Link"]
    again = told(admin.get("/assets", size=5, before=told(second)["previous"]))
    assert again["assets"] == first["assets"]
    assert first["count"] == 13 and first["counted_all"] is True


def test_filters_narrow_the_list(admin: Caller, fleet: list[str]) -> None:
    assert len(walk(admin, "/assets", "assets", kind="laptop", size=2)) == 6
    assert len(walk(admin, "/assets", "assets", kind=["laptop", "monitor"])) == 13
    below = {row["tag"] for row in walk(admin, "/assets", "assets", department="CSE")}
    assert below == {"F-00", "F-04", "F-08", "F-12"}
    assert told(admin.get("/assets", status="donated"))["assets"] == []
    assert told(admin.get("/assets", q="F-07"))["assets"][0]["tag"] == "F-07"
    assert [row["tag"] for row in told(admin.get("/assets", bought_from="2016-05-01"))["assets"]] == ["F-04"]


def test_withdrawn_records_are_shown_on_demand_only(world: World, admin: Caller) -> None:
    world.record("ordered", None, None, tag="M-1", kind="laptop")
    world.record("cancelled", "M-1", None, reason="too dear")
    assert told(admin.get("/assets"))["count"] == 0
    assert told(admin.get("/assets", older="true"))["count"] == 1


WRONG_QUERIES: list[tuple[dict[str, Any], str]] = [
    ({"status": "lost"}, "status.0"),
    ({"size": 0}, "size"),
    ({"size": 201}, "size"),
    ({"size": "many"}, "size"),
    ({"sort": "price"}, "sort"),
    ({"bought_from": "yesterday"}, "bought_from"),
    ({"waiting_days": -1}, "waiting_days"),
    ({"page": 2}, "page"),
    ({"q": "a" * 301}, "q"),
    ({"after": "nonsense"}, "after"),
    ({"after": "WyJcdTAwMDAiLCAxXQ"}, "after"),  # ["\u0000", 1]
    ({"after": "WyJcdWQ4MDAiLCAxXQ"}, "after"),  # ["\ud800", 1]
    ({"after": "W251bGwsIDFd"}, "after"),  # [null, 1]
    ({"sort": "status_since", "after": "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwgMV0"}, "after"),
    ({"after": "W1tbW1tbW1tbW1tb"}, "after"),
    ({"after": "WyJhIiwgdHJ1ZV0"}, "after"),  # ["a", true]
]


def test_a_wrong_parameter_is_refused_by_name(admin: Caller, fleet: list[str]) -> None:
    for query, field in WRONG_QUERIES:
        answer = admin.get("/assets", **query)
        assert answer.status_code == 422, query
        assert told(answer)["field"] == field, query


def test_the_list_takes_every_filter_of_the_page() -> None:
    own = set(ListQuery().fields) - {"sort", "after", "before", "size"}
    assert own == {each.name for each in fields_of(AssetFilter)}


# -- opening --------------------------------------------------------------------------------------------

OPENINGS = [
    ("ordered", {"kind": "laptop"}, "on_order"),
    ("received", {"kind": "laptop"}, "in_stock"),
    ("registered", {"kind": "laptop", "status": "in_use"}, "in_use"),
    ("taken_on", {"kind": "laptop", "status": "donated", "outcome": "donated", "partner": "remakery"}, "donated"),
]


@pytest.mark.parametrize(("event", "details", "status"), OPENINGS)
def test_a_record_opens_once_and_is_given_a_tag(
    admin: Caller, lines_on_record: Callable[[], int], event: str, details: dict[str, Any], status: str
) -> None:
    body = {"event": event, "key": "open-1", "occurred_at": "2014-05-02", "details": details}
    first = admin.post("/assets", body)
    assert first.status_code == 201
    made = told(first)
    assert made["status"] == status and made["tag"].startswith("ED-") and made["outcome"] == "recorded"
    assert told(admin.send("GET", first.headers["Location"].removeprefix("/api/v1")))["asset"]["tag"] == made["tag"]
    again = admin.post("/assets", body)
    assert again.status_code == 200 and told(again) == made | {"outcome": "already"}
    assert lines_on_record() == 1


def test_a_tag_of_ones_own_is_kept_and_never_given_twice(admin: Caller, lines_on_record: Callable[[], int]) -> None:
    body = {"event": "received", "key": "a", "details": {"tag": "UNI/1 (x)", "kind": "laptop"}}
    assert told(admin.post("/assets", body))["tag"] == "UNI/1 (x)"
    assert told(admin.get("/assets/UNI/1 (x)"))["asset"]["tag"] == "UNI/1 (x)"
    again = admin.post("/assets", body | {"key": "b"})
    assert again.status_code == 409 and told(again)["field"] == "tag"
    other = admin.post("/assets", {"event": "received", "key": "a", "details": {"tag": "M-9"}})
    assert other.status_code == 409 and told(other)["field"] == "key"
    assert lines_on_record() == 1


WRONG_OPENINGS: list[tuple[Any, int, str | None]] = [
    ({"event": "donated", "key": "k"}, 422, "event"),
    ({"event": "received"}, 422, "key"),
    ({"event": "received", "key": "k", "details": {"colour": "red"}}, 422, "colour"),
    ({"event": "received", "key": "k", "details": {"department": "NONE"}}, 422, "department"),
    ({"event": "received", "key": "k", "details": {"drives": [{"serial": ""}]}}, 422, "drives.0.serial"),
    ({"event": "received", "key": "k", "tag": "M-1"}, 422, "tag"),
    ({"event": "received", "key": "k", "details": []}, 422, "details"),
    ({"event": "received", "key": "k", "occurred_at": "2099-01-01"}, 422, "occurred_at"),
    ({"event": "received", "key": "k", "occurred_at": "2020-01-01T10:00"}, 422, "occurred_at"),
    ({"event": "received", "key": "k", "occurred_at": 5}, 422, "occurred_at"),
    ({"event": "registered", "key": "k"}, 422, "status"),
    ({"event": "received", "key": "k" * 81}, 422, "key"),
    ({"event": "received", "key": "ü"}, 422, "key"),
    ([], 422, None),
    ("x", 422, None),
]


def test_a_wrong_opening_is_refused_and_changes_nothing(admin: Caller, lines_on_record: Callable[[], int]) -> None:
    for body, status, field in WRONG_OPENINGS:
        answer = admin.post("/assets", body)
        assert answer.status_code == status, body
        assert told(answer).get("field") == field, body
    assert lines_on_record() == 0


def test_an_opening_takes_the_permission_of_its_event(api: Callable[[str], Caller], app: Flask) -> None:
    may_not = {("ordered", "technician"), ("taken_on", "technician"), ("received", "technician")}
    for event, details, _ in OPENINGS:
        for role in ("technician", "viewer"):
            answer = api(role).post("/assets", {"event": event, "key": f"{event}-{role}", "details": details,
                                                "occurred_at": "2014-01-01"})  # fmt: skip
            expected = 403 if role == "viewer" or (event, role) in may_not else 201
            assert answer.status_code == expected, (event, role)
