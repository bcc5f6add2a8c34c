"""How many SQL statements each answer costs, the token's own included, whatever the number of rows."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from inventory.register.listing import SORTS
from inventory.register.references import References
from tests.api.conftest import Caller
from tests.conftest import World, statements

MACHINES = 60


@pytest.fixture
def fleet(world: World) -> str:
    """Many machines, and one with a long history."""
    requests = []
    for number in range(MACHINES):
        identifiers = [{"type": "serial", "value": f"S-{number}"}]
        requests.append(
            world.request("received", None, "2017-01-01", tag=f"F-{number:02}", kind="laptop", department="INF",
                          location="HUB", identifiers=identifiers, model="Latitude" if number % 2 else "ThinkPad")
        )  # fmt: skip
    world.batch(requests)
    world.clean_machine("M-1", identifiers=[{"type": "serial", "value": "C02"}])
    for number in range(20):
        world.record("sighted", "M-1", None, key=f"s{number}")
    return "M-1"


@pytest.fixture
def sent(app: Flask, admin: Caller) -> Callable[..., int]:
    """Sends a request and tells how many statements it took."""
    from inventory.db import db

    def count(method: str, path: str, expected: int = 200, **kw: Any) -> int:
        with statements(db.engine) as found:
            answer = admin.send(method, path, **kw)
        assert answer.status_code == expected, answer.get_json()
        return len(found)

    return count


def test_a_look_up_takes_at_most_four(fleet: str, sent: Callable[..., int]) -> None:
    assert sent("GET", "/assets/M-1") == 3
    assert sent("GET", "/assets/F-01") == 3
    assert sent("GET", "/assets/C02") == 4
    assert sent("GET", "/assets/s-7") == 4
    assert sent("GET", "/resolve?q=M-1") == 2
    assert sent("GET", "/resolve?q=C02") == 3


def test_a_page_of_the_ledger_takes_at_most_four(fleet: str, sent: Callable[..., int]) -> None:
    assert sent("GET", "/assets/M-1/events?size=2") == sent("GET", "/assets/M-1/events?size=200") == 3
    assert sent("GET", "/assets/C02/events") == 4


def test_a_list_takes_at_most_five_however_long(fleet: str, sent: Callable[..., int]) -> None:
    queries = ["", "kind=laptop", "department=CSE", "location=HUB", "q=latitude", "status=in_stock&older=true"]
    for query in [*queries, *(f"sort={each}" for each in SORTS), *(f"sort=-{each}" for each in SORTS)]:
        few, many = (sent("GET", f"/assets?{query}&size={size}") for size in (1, 60))
        assert few <= 5 and many <= 5, (query, few, many)


def test_other_answers_take_few(fleet: str, sent: Callable[..., int]) -> None:
    for path in ("/departments", "/locations", "/parties", "/parties?role=partner&q=re"):
        assert sent("GET", path) == 2
    assert sent("GET", "/me") == sent("GET", "/event-types") == 1


def _changes() -> Iterator[tuple[str, str, dict[str, Any], int]]:
    """Events of one machine in an order that is possible, each with the statements it takes."""
    yield "F-00", "deployed", {"custodian": "ada"}, 5
    yield "F-00", "moved", {"location": "AT-5.01"}, 5  # first seen on this day, so the count of that day moves
    yield "F-00", "sighted", {}, 4
    yield "F-00", "reported_missing", {}, 5
    yield "F-00", "found", {}, 5
    yield "F-00", "returned", {"location": "HUB"}, 5
    yield "F-00", "held", {"reason": "an investigation"}, 6  # its free text lies in a table of its own
    yield "F-00", "released", {}, 5
    yield "M-1", "reserved", {"party": "remakery"}, 5
    yield "M-1", "donated", {"partner": "remakery"}, 6  # an outcome is written too
    yield "F-01", "declared_waste", {"reason": "broken"}, 6
    yield "F-01", "collected", {"facility": "weee", "expected": "recycled"}, 6
    yield "F-01", "recycled", {"loop": "open"}, 7  # an outcome is closed and another written


def test_a_change_takes_five_and_an_outcome_or_text_one_more(
    world: World, fleet: str, sent: Callable[..., int]
) -> None:
    # Row numbers of codes are asked once per process; the first request that names one pays for it.
    known = {("party", code) for code in ("ada", "remakery", "weee")} | {("location", "HUB"), ("location", "AT-5.01")}
    References(world.session).load(known)
    world.session.commit()
    measured, expected = {}, {}
    for number, (tag, event, details, statements_) in enumerate(_changes()):
        expected[event] = statements_
        body = {"event": event, "key": f"c-{number}", "details": details}
        measured[event] = sent("POST", f"/assets/{tag}/events", 201, json=body)
        repeated = sent("POST", f"/assets/{tag}/events", 200, json=body)
        assert repeated <= 4, (event, repeated)
    assert measured == expected


def test_a_batch_takes_no_more_for_many_than_for_few(fleet: str, sent: Callable[..., int]) -> None:
    def events(start: int, size: int) -> dict[str, Any]:
        rows = [{"event": "deployed", "key": f"d{start + n}", "tag": f"F-{start + n:02}"} for n in range(size)]
        return {"events": rows}

    assert sent("POST", "/events", json=events(0, 2)) == 5, "a few machines are read with their lines"
    # The lines of many go by COPY on PostgreSQL, which is not counted.
    assert sent("POST", "/events", json=events(14, 40)) <= sent("POST", "/events", json=events(2, 12)) == 6


def test_codes_that_a_worker_meets_for_the_first_time_cost_one_statement_however_many(
    world: World, fleet: str, sent: Callable[..., int]
) -> None:
    References.forget()
    details = {"custodian": "ada", "location": "AT-5.01", "department": "HCA"}
    assert sent("POST", "/assets/F-00/events", 201, json={"event": "deployed", "key": "new", "details": details}) == 6
