"""What serves a request follows from the standing lines of the ledger, whatever happened to them since."""

from datetime import date

import pytest

from inventory.reuse import queries
from inventory.reuse.rules import Demand
from tests.conftest import World, statements
from tests.reuse.conftest import Desk


def lines(world: World, uid: str, story: str) -> None:
    """Record the lines of *story*, `date event details` each, of the machine ED-1; RQ stands for the request."""
    for line in filter(None, (each.strip() for each in story.splitlines())):
        day, event, *told = line.split()
        if event == "void":
            world.correct("ED-1", told[0])
        elif event == "replace":
            kind, *more = told[1:]
            details = dict(each.split("=") for each in more)
            replacement = world.request(kind, "ED-1", date.fromisoformat(day), **_meant(details, uid))
            world.correct("ED-1", told[0], replacement)
        else:
            details = dict(each.split("=") for each in told)
            world.record(event, "ED-1", day, key=details.pop("key", None), **_meant(details, uid))


def _meant(details: dict[str, str], uid: str) -> dict[str, str]:
    return {name: uid if value == "RQ" else value for name, value in details.items()}


@pytest.mark.parametrize(
    ("story", "served"),
    [
        pytest.param("", (0, 0, 3), id="nothing was reserved"),
        pytest.param("2018-02-02 reserved request=RQ", (1, 0, 2), id="reserved, it is promised"),
        pytest.param("2018-02-02 reserved request=REQ-7", (0, 0, 3), id="a reference of one's own is no request"),
        pytest.param("2018-02-02 reserved", (0, 0, 3), id="reserved for nobody that is named"),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 unreserved", (0, 0, 3), id="the reservation was cancelled"
        ),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 redeployed department=INF", (0, 1, 2), id="redeployed"
        ),
        pytest.param("2018-02-02 reserved request=RQ\n2018-02-03 donated partner=remakery", (0, 1, 2), id="donated"),
        pytest.param("2018-02-02 reserved request=RQ\n2018-02-03 sold buyer=buyer", (0, 1, 2), id="sold"),
        pytest.param("2018-02-02 donated partner=remakery", (0, 0, 3), id="given away without a reservation"),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 unreserved\n2018-02-04 donated partner=remakery",
            (0, 0, 3),
            id="given away after the reservation was cancelled",
        ),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 unreserved\n2018-02-04 reserved\n"
            "2018-02-05 donated partner=remakery",
            (0, 0, 3),
            id="given away out of another reservation",
        ),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 donated partner=remakery\n2018-03-01 returned second_life=none",
            (0, 0, 3),
            id="it failed on arrival, so it did not serve",
        ),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 donated partner=remakery\n"
            "2018-03-01 returned second_life=served",
            (0, 1, 2),
            id="it served and came back",
        ),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 redeployed\n2018-03-01 returned",
            (0, 1, 2),
            id="redeployed, used and returned",
        ),
        pytest.param("2018-02-02 reserved request=RQ\n2018-02-03 returned", (0, 0, 3), id="back to the bench"),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 held reason=recall", (0, 0, 3), id="on hold it serves nobody"
        ),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 held reason=recall\n2018-02-04 released",
            (1, 0, 2),
            id="released, it is promised as before",
        ),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 reported_missing", (0, 0, 3), id="missing, it serves nobody"
        ),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 reported_missing\n2018-02-04 found",
            (1, 0, 2),
            id="found again, it is promised as before",
        ),
        pytest.param(
            "2018-02-02 reserved request=RQ key=slip\n2018-02-03 void slip", (0, 0, 3), id="the reservation was a slip"
        ),
        pytest.param(
            "2018-02-02 reserved request=RQ\n2018-02-03 donated partner=remakery key=slip\n2018-02-04 void slip",
            (1, 0, 2),
            id="the donation was a slip, so it is promised still",
        ),
        pytest.param(
            "2018-02-02 reserved request=REQ-7 key=slip\n2018-02-04 donated partner=remakery\n"
            "2018-02-02 replace slip reserved request=RQ",
            (0, 1, 2),
            id="the reservation is corrected behind the donation, in its own place",
        ),
        pytest.param(
            "2018-02-02 reserved request=RQ key=slip\n2018-02-04 donated partner=remakery\n"
            "2018-02-02 replace slip reserved request=REQ-7",
            (0, 0, 3),
            id="and the other way round",
        ),
    ],
)
def test_a_request_is_served_by(world: World, desk: Desk, story: str, served: tuple[int, int, int]) -> None:
    world.clean_machine("ED-1")
    request = desk.open()
    lines(world, request.uid, story)
    assert desk.progress(request) == served


def test_a_failed_wipe_takes_the_promise_back_and_an_older_one_told_late_does_not(world: World, desk: Desk) -> None:
    request = desk.open()
    for tag in ("ED-1", "ED-2"):
        world.clean_machine(tag)
        desk.reserve(tag, request)
    world.record("sanitisation_failed", "ED-1", "2018-02-03", drives=[{"uid": world.drive_of("ED-1")}])
    world.record("sanitisation_failed", "ED-2", "2017-12-01", drives=[{"uid": world.drive_of("ED-2")}])
    assert desk.progress(request) == (1, 0, 2)


def test_a_corrected_correction_keeps_the_place_of_the_first_line(world: World, desk: Desk) -> None:
    day = date(2018, 2, 2)
    world.clean_machine("ED-1")
    request = desk.open()
    world.record("reserved", "ED-1", day, key="first")
    world.record("donated", "ED-1", "2018-02-05", partner="remakery")
    world.correct("ED-1", "first", world.request("reserved", "ED-1", day, key="second", request="REQ-7"))
    assert desk.progress(request) == (0, 0, 3)
    world.correct("ED-1", "second", world.request("reserved", "ED-1", day, request=request.uid))
    assert desk.progress(request) == (0, 1, 2)


def test_a_duplicate_that_is_merged_serves_nobody_until_it_is_unmerged(world: World, desk: Desk) -> None:
    request = desk.open()
    for tag in ("ED-1", "ED-2"):
        world.clean_machine(tag)
        desk.reserve(tag, request)
    world.record("donated", "ED-2", "2018-02-03", partner="remakery")
    assert desk.progress(request) == (1, 1, 1)
    world.record("merged", "ED-1", None, into="ED-2")
    assert desk.progress(request) == (0, 1, 2)
    world.record("unmerged", "ED-1", None, reason="two after all")
    assert desk.progress(request) == (1, 1, 1)


def test_more_than_was_wanted_leaves_nothing_to_wait_for(world: World, desk: Desk) -> None:
    request = desk.open(number=1)
    for tag in ("ED-1", "ED-2"):
        world.clean_machine(tag)
        desk.reserve(tag, request)
    assert desk.progress(request) == (2, 0, 0)


def test_two_requests_are_told_apart_and_read_in_one_statement(world: World, desk: Desk) -> None:
    first, second = desk.open(), desk.open(partner="remakery", number=2)
    for tag, request in (("ED-1", first), ("ED-2", second), ("ED-3", second)):
        world.clean_machine(tag)
        desk.reserve(tag, request)
    world.session.commit()
    with statements(world.session.get_bind()) as sent:  # type: ignore[arg-type]
        served = queries.progress_of(world.session, [first, second])
    assert (served[first.uid].waiting, served[second.uid].waiting) == (2, 0)
    assert len(sent) == 1
    assert queries.progress_of(world.session, []) == {}


def test_demand_is_by_kind_with_whoever_asks_and_the_earliest_need_first(world: World, desk: Desk) -> None:
    desk.open(number=2, needed_by="2019-05-01")
    desk.open(department="HCA", kinds=["laptop", "tablet"], number=1, needed_by="2019-01-01")
    desk.open(partner="remakery", number=4)
    desk.open(department="INF", number=1, kinds=["tablet"])
    world.clean_machine("ED-1")
    desk.reserve("ED-1", desk.open(kinds=["monitor"], number=1))
    desk.withdraw(desk.open(kinds=["laptop"], number=90).uid)
    world.session.commit()
    with statements(world.session.get_bind()) as sent:  # type: ignore[arg-type]
        found = queries.waiting_demand(world.session, ["laptop", "tablet", "monitor", "server"])
    assert found == {
        "laptop": Demand(3, 4, ("Heritage and Culture", "School of Informatics"), ("Northside Remakery",)),
        "tablet": Demand(2, 0, ("Heritage and Culture", "School of Informatics")),
    }
    assert len(sent) == 2
    assert queries.waiting_demand(world.session, []) == {}
    assert queries.waiting_demand(world.session, ["server"]) == {}


def test_a_kind_is_not_found_by_part_of_its_name(world: World, desk: Desk) -> None:
    desk.open(kinds=["micro_desktop"])
    assert queries.waiting_demand(world.session, ["desktop"]) == {}
    assert queries.waiting_demand(world.session, ["micro_desktop"])["micro_desktop"] == Demand(
        3, 0, ("School of Informatics",)
    )


def test_the_machines_of_a_request_come_in_pages_each_once(world: World, desk: Desk) -> None:
    request = desk.open(number=9)
    for number in (1, 2, 3):
        world.clean_machine(f"ED-{number}")
        desk.reserve(f"ED-{number}", request)
    world.record("donated", "ED-2", "2018-02-03", partner="remakery")
    # Served, back, made fit and promised to the same request again: one machine, told by the latest.
    world.record("returned", "ED-2", "2018-03-01", second_life="served")
    drive = {"uid": world.drive_of("ED-2"), "method": "purge", "confirmed_after_use": True}
    world.record("sanitised", "ED-2", "2018-03-01", drives=[drive])
    world.record("inspected", "ED-2", "2018-03-01", functional="working", cosmetic="B")
    world.record("passed_for_reuse", "ED-2", "2018-03-01")
    desk.reserve("ED-2", request, "2018-03-02")
    rows, following = queries.machines_of(world.session, request, 2)
    assert [(each.asset.tag, each.how) for each in rows] == [("ED-1", "promised"), ("ED-2", "promised")]
    assert following
    rows, following = queries.machines_of(world.session, request, 2, following)
    assert [each.asset.tag for each in rows] == ["ED-3"]
    assert following is None
