"""Many openings go a short way: the same lines, hashes and projections as one by one, and the same refusals."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from sqlalchemy import select

from inventory.db import transaction
from inventory.errors import BatchRefused
from inventory.lifecycle import service
from inventory.lifecycle.models import EventPersonal, LifecycleEvent, OutcomeFact, Tally
from inventory.lifecycle.openings import LEAST
from inventory.lifecycle.requests import EventRequest
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.register.issuing import issue_blank_tags
from inventory.register.models import Asset, AssetIdentifier, BlankTag, Part
from tests.conftest import NOW, World
from tests.importers.test_restoring import empty


def dump(world: World) -> dict[str, list[str]]:
    found = {}
    for model in (Asset, AssetIdentifier, LifecycleEvent, EventPersonal, OutcomeFact, Tally, Part):
        # Numbers of rows come from the database's counter; everything else must be the same.
        named = [each for each in model.__table__.columns if each.name != "id"]
        columns = [each for each in named if not each.name.endswith("_id")]
        rows = world.session.execute(select(*columns))
        found[model.__tablename__] = sorted(map(repr, rows))
    world.session.commit()
    return found


@contextmanager
def the_long_way() -> Iterator[None]:
    kept, service.are_openings = service.are_openings, lambda requests: False
    try:
        yield
    finally:
        service.are_openings = kept


KINDS = ["received", "registered", "taken_on", "ordered"]
OPENING = st.fixed_dictionaries(
    {
        "event": st.sampled_from(KINDS),
        "day": st.sampled_from([None, "2016-03-04", "2019-07-01"]),
        "facts": st.fixed_dictionaries(
            {},
            optional={
                "kind": st.sampled_from(["laptop", "monitor"]),
                "model": st.sampled_from(["Latitude", " Latitude ", "Größe"]),
                "department": st.just("INF"),
                "location": st.just("HUB"),
                "custodian": st.just("ada"),
                "mass_g": st.integers(1, 9_000),
                "purchase_cost": st.sampled_from(["1", "12.5", "0.10"]),
                "purchase_date": st.just("2015-01-02"),
                "notes": st.sampled_from(["plain", "two\nlines", "Größe  ✓", " edge "]),
                "drives": st.just([{"serial": "D", "medium": "ssd"}]),
                "identifiers": st.just(
                    [{"type": "serial", "value": "S 1"}, {"type": "mac", "value": "00:11:22:33:44:55"}]
                ),
            },
        ),
    }
)


def request(number: int, each: dict[str, Any]) -> EventRequest:
    details = {name: value for name, value in each["facts"].items() if value != ""}
    if each["event"] == "registered":
        details["status"] = "in_use"
    elif each["event"] == "taken_on":
        details |= {"status": "recycled", "outcome": "recycled"}
    details["tag"] = f"B-{number}"
    return EventRequest(
        each["event"], f"key-{number}", None, date.fromisoformat(each["day"]) if each["day"] else None, details
    )


@effort(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(OPENING, min_size=LEAST, max_size=LEAST + 8))
def test_a_batch_and_the_same_lines_one_by_one_leave_the_same_bytes(world: World, made: list[dict[str, Any]]) -> None:
    seen = []
    for way in ("short", "long", "one by one"):
        empty(world.session)
        world.__init__(world.session, world.settings)  # type: ignore[misc]
        requests = [request(number, each) for number, each in enumerate(made)]
        if way == "short":
            world.batch(requests)
        elif way == "long":
            with the_long_way():
                world.batch(requests)
        else:
            for each in requests:
                world.batch([each])
        assert verify(world.session) == (len(made), [])
        assert check_projections(world.session, world.settings) == []
        seen.append(dump(world))
    for name, rows in seen[2].items():
        for short, long, single in zip(seen[0][name], seen[1][name], rows, strict=True):
            assert short == long == single


def many(world: World, *changed: EventRequest) -> list[EventRequest]:
    made = [world.request("received", None, None, tag=f"N-{n}", kind="laptop") for n in range(LEAST + 5)]
    return [*made, *changed]


@pytest.mark.parametrize(
    ("kind", "details", "sentence"),
    [
        ("received", {"tag": "n-3"}, "given twice"),
        ("received", {"tag": "OLD"}, "borne by another machine"),
        ("received", {"tag": "N/\x01"}, "tag"),
        ("received", {"tag": "X", "kind": "spaceship"}, "choose one of"),
        ("received", {"tag": "X", "department": "NONE"}, "no department"),
        ("taken_on", {"tag": "X", "status": "donated", "outcome": "donated"}, "names the partner"),
        ("deployed", {}, "name the machine"),
        ("exploded", {}, "no event"),
    ],
)
def test_what_is_out_of_the_ordinary_is_refused_in_the_same_words(
    world: World, kind: str, details: dict[str, Any], sentence: str
) -> None:
    world.record("received", None, None, tag="OLD")
    wrong = EventRequest(kind, "wrong", None, None, details)
    with pytest.raises(BatchRefused) as refused:
        world.batch(many(world, wrong))
    ((row, error),) = refused.value.refusals
    assert row == LEAST + 6 and sentence in error.message
    results = world.batch(many(world, wrong), all_or_none=False)
    assert [each.outcome for each in results] == ["recorded"] * (LEAST + 5) + ["refused"]


def test_a_guard_is_asked_on_the_short_way_too(world: World) -> None:
    world.settings = replace(world.settings, go_live=date(2020, 1, 1))
    late = [
        EventRequest(
            "taken_on", f"k-{n}", None, date(2021, 1, 1), {"tag": f"G-{n}", "status": "recycled", "outcome": "recycled"}
        )
        for n in range(LEAST)
    ]
    with pytest.raises(BatchRefused) as refused:
        world.batch(late)
    assert "went live" in refused.value.refusals[0][1].message


def test_the_same_batch_again_is_already_on_record(world: World) -> None:
    requests = many(world)
    world.batch(requests)
    assert {each.outcome for each in world.batch(requests)} == {"already"}


def test_machines_without_tags_get_them_and_blank_labels_are_claimed(world: World) -> None:
    with transaction(world.session) as session:
        (blank,) = issue_blank_tags(session, "ED", 1, "run", NOW)
    requests = many(world, *[world.request("received", None, None) for _ in range(3)])
    requests.append(world.request("received", None, None, tag=blank))
    results = world.batch(requests)
    tags = [each.tag for each in results[-4:]]
    assert len(set(tags)) == 4 and all(tag.startswith("ED-") for tag in tags)
    claimed = world.session.scalar(select(BlankTag.claimed_at).where(BlankTag.tag_key == blank))
    assert claimed is not None
    assert verify(world.session)[1] == []
