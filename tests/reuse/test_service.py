"""Requests are opened, changed, closed and withdrawn once each, by whoever may, and refuse in words."""

from typing import Any

import pytest
from sqlalchemy import select

from inventory.db import transaction
from inventory.errors import GuardRefused, InventoryError, KeyConflict, NotAllowed, NotFound, RuleRefused
from inventory.lifecycle.fields import names_a_request
from inventory.register.models import Party
from inventory.register.service import erase_party
from inventory.reuse import queries, service
from inventory.reuse.models import ReuseRequest, ReuseRequestChange
from tests.conftest import World, statements
from tests.reuse.conftest import ASKED, Desk


def actions(desk: Desk, request: ReuseRequest) -> list[str]:
    return [each.action for each in queries.history_of(desk.world.session, request)]


def test_a_request_says_what_was_asked_and_by_whom(desk: Desk, world: World) -> None:
    request = desk.open(
        partner="remakery", number=2, kinds=["tablet", "laptop", "tablet"], least="8 GB, camera", needed_by="2018-06-01",
        contact="Flora, flora@example.org", note="ring twice",
    )  # fmt: skip
    assert names_a_request(request.uid)
    assert service.content_of(world.session, request) == {
        "partner": "remakery", "kinds": ["laptop", "tablet"], "number": 2, "least": "8 GB, camera",
        "needed_by": "2018-06-01", "asked_on": "2018-01-01", "contact": "Flora, flora@example.org",
        "note": "ring twice",
    }  # fmt: skip
    assert queries.row_of(world.session, request).asker == "Northside Remakery"
    assert service.find_request(world.session, f" {request.uid.lower()} ") is request


def test_the_day_of_asking_is_today_unless_it_is_told(desk: Desk) -> None:
    assert desk.open(asked_on=None).asked_on.isoformat() == "2026-11-23"


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"department": None}, "asker", "one department, or one partner"),
        ({"partner": "remakery", "department": "INF"}, "asker", "one department, or one partner"),
        ({"department": "NONE"}, "department", "no department 'NONE'"),
        ({"partner": "nobody"}, "partner", "no partner 'nobody'"),
        ({"partner": "weee"}, "partner", "no partner 'weee'"),
        ({"kinds": []}, "kinds", "names no kind"),
        ({"kinds": None}, "kinds", "kinds is needed"),
        ({"kinds": ["laptop", "toaster"]}, "kinds.1", "toaster"),
        ({"kinds": ["unknown"]}, "kinds.0", "unknown"),
        ({"kinds": "laptop"}, "kinds", "is not a list"),
        ({"number": 0}, "number", "between 1 and 10000"),
        ({"number": "3"}, "number", "whole number"),
        ({"number": True}, "number", "whole number"),
        ({"asked_on": "2026-11-24"}, "asked_on", "in the future"),
        ({"needed_by": "2017-12-31"}, "needed_by", "before it was asked for"),
        ({"needed_by": "soon"}, "needed_by", "not a date"),
        ({"least": "x" * 501}, "least", "at most 500"),
        ({"note": "\x00"}, "note", "cannot be stored"),
        ({"colour": "red"}, "colour", "is not a detail"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    desk: Desk, world: World, said: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(InventoryError, match=words) as refused:
        desk.open(**said)
    assert refused.value.field == field
    assert world.session.scalars(select(ReuseRequest)).all() == []


@pytest.mark.parametrize("key", ["", "x" * 81, "ü", "a\nb"])
def test_a_form_without_a_usable_key_is_refused(desk: Desk, world: World, key: str) -> None:
    with pytest.raises(InventoryError, match="without its key"), transaction(world.session) as session:
        service.open_request(session, key, ASKED, world.recorder())


def test_the_same_form_sent_twice_opens_one_request_and_another_content_is_a_conflict(desk: Desk, world: World) -> None:
    first = desk.open("one")
    assert desk.open("one").id == first.id
    with pytest.raises(KeyConflict):
        desk.open("one", number=4)
    desk.change(first.uid, "two", number=5)
    with pytest.raises(KeyConflict):
        desk.open("two")
    assert len(world.session.scalars(select(ReuseRequest)).all()) == 1
    # Sent again after it was changed, the first form still names the request that it opened.
    assert desk.open("one").number == 5


def test_a_change_is_a_line_of_the_history_and_the_same_form_adds_one(desk: Desk, world: World) -> None:
    request = desk.open(contact="Ann", note="x")
    changed = desk.change(request.uid, "c", department=None, partner="remakery", number=5, contact="Bob", note="x")
    assert (changed.number, changed.department_id, changed.contact) == (5, None, "Bob")
    assert desk.change(request.uid, "c", department=None, partner="remakery", number=5, contact="Bob", note="x")
    told = queries.history_of(world.session, request)
    assert [(each.action, each.by) for each in told] == [("opened", "Tess Technician"), ("changed", "Tess Technician")]
    assert told[0].said == ASKED
    assert told[1].said == {
        "partner": "remakery", "kinds": ["laptop"], "number": 5, "asked_on": "2018-01-01", "texts": ["contact"],
    }  # fmt: skip
    with pytest.raises(KeyConflict):
        desk.change(request.uid, "c", number=6)
    with pytest.raises(KeyConflict):
        desk.change(desk.open().uid, "c", department=None, partner="remakery", number=5, contact="Bob", note="x")


def test_saying_what_it_says_already_adds_no_line(desk: Desk) -> None:
    request = desk.open(note="x")
    desk.change(request.uid, note="x", asked_on=None)
    assert actions(desk, request) == ["opened"]


def test_the_history_names_nobody(desk: Desk, world: World) -> None:
    request = desk.open(contact="Ann", note="Ann's room")
    desk.change(request.uid, contact="Bob", note="Bob's room")
    kept = [str(each.said) for each in world.session.scalars(select(ReuseRequestChange))]
    assert not any("Ann" in each or "Bob" in each for each in kept)


def test_contact_and_note_can_be_erased_in_every_state_and_only_once(desk: Desk, world: World) -> None:
    request = desk.open(contact="Ann", note="Ann's room")
    desk.close(request.uid)

    def erase(key: str, of: str = "") -> ReuseRequest:
        uid = of or request.uid
        return desk.write(lambda db: service.erase_texts(db, uid, key, world.recorder()))  # type: ignore[no-any-return]

    erased = erase("e")
    assert (erased.contact, erased.note, erased.erased_at) == (None, None, world.now)
    erase("e")
    erase("again")
    assert actions(desk, request) == ["opened", "closed", "contact_erased"]
    with pytest.raises(KeyConflict):
        erase("e", desk.open().uid)


def test_closed_and_withdrawn_requests_do_not_change_any_more(desk: Desk) -> None:
    closed, withdrawn = desk.close(desk.open().uid), desk.withdraw(desk.open().uid)
    assert (closed.state, closed.reason) == ("closed", None)
    assert (withdrawn.state, withdrawn.reason) == ("withdrawn", "found their own")
    for request, word in ((closed, "closed"), (withdrawn, "withdrawn")):
        for work in (desk.change, desk.close, desk.withdraw):
            with pytest.raises(RuleRefused, match=f"is {word}"):
                work(request.uid)


def test_an_end_sent_twice_is_told_once_and_with_other_words_is_a_conflict(desk: Desk) -> None:
    request = desk.open()
    desk.close(request.uid, "all there", "end")
    assert desk.close(request.uid, "all there", "end").state == "closed"
    for conflicting in (lambda: desk.close(request.uid, "other", "end"), lambda: desk.withdraw(request.uid, key="end")):
        with pytest.raises(KeyConflict):
            conflicting()
    assert actions(desk, request) == ["opened", "closed"]


@pytest.mark.parametrize(("reason", "words"), [("", "Say why"), ("  ", "Say why"), ("x" * 501, "at most 500")])
def test_a_withdrawal_has_a_reason(desk: Desk, reason: str, words: str) -> None:
    request = desk.open()
    with pytest.raises(InventoryError, match=words):
        desk.withdraw(request.uid, reason)
    assert actions(desk, request) == ["opened"]


def test_nobody_does_it_without_the_permission(desk: Desk, world: World) -> None:
    request, may_not = desk.open(), world.recorder(permissions=frozenset({"view", "release"}))
    works: list[Any] = [
        lambda db: service.open_request(db, "k", ASKED, may_not),
        lambda db: service.change_request(db, request.uid, "k", ASKED, may_not),
        lambda db: service.close_request(db, request.uid, "k", "", may_not),
        lambda db: service.withdraw_request(db, request.uid, "k", "x", may_not),
        lambda db: service.erase_texts(db, request.uid, "k", may_not),
    ]
    for work in works:
        with pytest.raises(NotAllowed):
            desk.write(work)


@pytest.mark.parametrize("uid", ["RQ-222222", "", "\x00", "x" * 500])
def test_a_name_that_no_request_bears_is_not_found(world: World, uid: str) -> None:
    with pytest.raises(NotFound):
        service.find_request(world.session, uid)


# -- the guard in front of a reservation --


def test_a_request_is_named_in_capitals_or_not(desk: Desk, world: World) -> None:
    world.clean_machine("ED-1")
    request = desk.open()
    world.record("reserved", "ED-1", "2018-02-02", request=request.uid.lower())
    assert desk.progress(request) == (1, 0, 2)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda desk: "RQ-222222", "there is no request RQ-222222"),
        (lambda desk: desk.close(desk.open().uid).uid, "is closed; reserve it for an open one"),
        (lambda desk: desk.withdraw(desk.open().uid).uid, "is withdrawn"),
        (lambda desk: desk.open(asked_on="2018-03-01").uid, "was asked on 1 Mar 2018, after that day"),
        (lambda desk: desk.open(partner="remakery").uid, "is somebody else's"),
    ],
)
def test_a_reservation_for_no_open_request_is_refused_in_words(desk: Desk, world: World, make: Any, words: str) -> None:
    world.clean_machine("ED-1")
    uid = make(desk)
    with pytest.raises(GuardRefused, match=words):
        world.record("reserved", "ED-1", "2018-02-02", request=uid, party="buyer")


def test_a_reservation_may_name_who_asked_and_a_department_may_name_anybody(desk: Desk, world: World) -> None:
    for tag, request, party in (
        ("ED-1", desk.open(partner="remakery"), "remakery"),
        ("ED-2", desk.open(), "ada"),
        ("ED-3", desk.open(partner="remakery"), None),
    ):
        world.clean_machine(tag)
        desk.reserve(tag, request, **({"party": party} if party else {}))
        assert desk.progress(request) == (1, 0, 2)


@pytest.mark.parametrize("text", ["REQ-7", "RQ-", "for Ann", "RQ-2222222", "RQ-22222O"])
def test_words_of_ones_own_stay_possible(world: World, text: str) -> None:
    world.clean_machine("ED-1")
    assert world.record("reserved", "ED-1", "2018-02-02", request=text).status == "reserved"
    assert not names_a_request(text)


def test_a_batch_asks_once_and_refuses_only_what_is_wrong(desk: Desk, world: World) -> None:
    request = desk.open()
    for number in (1, 2, 3):
        world.clean_machine(f"ED-{number}")
    names = (request.uid, "RQ-222222", None)
    wanted = [
        world.request("reserved", f"ED-{number}", None, **({"request": name} if name else {}))
        for number, name in enumerate(names, 1)
    ]
    with statements(world.session.get_bind()) as sent:  # type: ignore[arg-type]
        results = world.batch(wanted, all_or_none=False)
    assert [each.outcome for each in results] == ["recorded", "refused", "recorded"]
    assert len([each for each in sent if "reuse_request" in each]) == 1


def test_a_partner_whose_name_was_erased_is_told_so(desk: Desk, world: World) -> None:
    request = desk.open(partner="remakery")
    with transaction(world.session) as session:
        erase_party(session, "remakery", world.now)
    assert session.scalar(select(Party.erased_at).where(Party.uid == "remakery"))
    world.session.expire_all()
    assert queries.row_of(world.session, request).asker == "(name erased)"
    with pytest.raises(InventoryError, match="no partner"):
        desk.open(partner="remakery")


# -- the list --


def test_the_list_is_paged_by_key_both_ways_and_filtered(desk: Desk, world: World) -> None:
    made = [desk.open(number=number) for number in (1, 2, 3)]
    tablets = desk.open(partner="remakery", kinds=["tablet"])
    desk.close(made[1].uid)

    def uids(**asked: Any) -> list[str]:
        return [each.request.uid for each in queries.list_requests(world.session, 10, **asked).rows]

    page = queries.list_requests(world.session, 2)
    assert [each.request.number for each in page.rows] == [1, 2]
    following = queries.list_requests(world.session, 2, after=page.next)
    assert [each.request.uid for each in following.rows] == [made[2].uid, tablets.uid]
    assert queries.list_requests(world.session, 2, before=following.previous).rows == page.rows
    assert uids(state="open") == [made[0].uid, made[2].uid, tablets.uid]
    assert uids(kind="tablet") == uids(q="remakery") == uids(q=tablets.uid.lower()) == [tablets.uid]
    assert uids(q="informatics", state="closed") == [made[1].uid]
    assert uids(q="%") == uids(kind="server") == []


def test_a_page_of_the_list_costs_three_statements_however_long(desk: Desk, world: World) -> None:
    for _ in range(6):
        desk.open()
    world.session.commit()
    with statements(world.session.get_bind()) as sent:  # type: ignore[arg-type]
        queries.list_requests(world.session, 5)
    assert len(sent) == 3, sent
