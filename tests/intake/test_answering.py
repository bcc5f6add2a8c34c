"""Questions about reports: what each answer records, who may give it, and that twice is once."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from inventory.db import transaction
from inventory.errors import InventoryError, NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.intake import answering
from inventory.intake.answering import answer, answer_alike
from inventory.intake.findings import DriveFound, MachineFound
from inventory.intake.models import HardwareReport
from inventory.intake.queries import count_waiting, waiting
from inventory.intake.questions import QUESTIONS
from inventory.register.models import Asset
from tests.conftest import World
from tests.intake.conftest import Receive, optiplex, told
from tests.intake.test_receiving import asked, drives, identifiers, lines, registered, sound
from tests.web.browser import details_of, kinds_of, status_of

Say = Callable[..., HardwareReport]


@pytest.fixture
def say(world: World) -> Say:
    """Answers the first open item of a report (or the one named), in a transaction of its own."""

    def run(number: int | None, key: str, machine: str = "", about: str = "", **changes: Any) -> HardwareReport:
        about = about or next(iter(each["id"] for each in asked(world, number)), "")
        with transaction(world.session) as session:
            return answer(session, number or 0, about, key, world.recorder(**changes), machine)

    return run


def test_every_kind_of_question_offers_an_answer_that_leaves_the_record_as_it_is() -> None:
    for question in QUESTIONS.values():
        assert {"set_aside", "keep", "still_in", "leave"} & {each.key for each in question.answers}, question.key


def test_a_new_machine_is_registered_when_somebody_says_so(world: World, bring: Receive, say: Say) -> None:
    [said] = bring(told(optiplex()))
    row = say(said.number, "register")
    assert row.standing == "recorded" and row.words.startswith("Registered as ED-")
    [tag] = world.session.scalars(select(Asset.tag)).all()
    assert status_of(world, tag) == "returned" and list(drives(world, tag)) == ["S3YJNX0K"]
    sound(world)


def test_a_machine_without_any_number_is_registered_when_somebody_says_so(
    world: World, bring: Receive, say: Say
) -> None:
    [said] = bring(told(MachineFound(kind="desktop", manufacturer="Gigabyte", model="H61M")))
    assert say(said.number, "register").words.startswith("Registered as ED-")


def test_a_person_says_which_machine_it_is_and_it_is_known_from_then_on(world: World, bring: Receive, say: Say) -> None:
    registered(world, "M-1", manufacturer="Hewlett-Packard", identifiers=[{"type": "serial", "value": "X-1"}])
    [said] = bring(told(optiplex()))
    row = say(said.number, "it_is", "x-1")
    assert row.asset_id is not None and [each["kind"] for each in asked(world, row.id)] == ["fact_differs"]
    assert ("serial", "7HPX2J2") in identifiers(world, "M-1") and ("serial", "X-1") in identifiers(world, "M-1")
    say(row.id, "take")
    assert details_of(world, "M-1") == {"manufacturer": "Dell", "source": f"hardware report {row.sha256[:12]}"}
    assert bring(told(optiplex()))[0].tag == "M-1"
    sound(world)


def test_two_records_of_one_machine_are_merged_into_the_one_that_was_there_first(
    world: World, bring: Receive, say: Say
) -> None:
    registered(world, "M-2")
    registered(world, "M-1", drives=None)
    [said] = bring(told(optiplex()))
    row = say(said.number, "merge")
    assert (status_of(world, "M-1"), status_of(world, "M-2")) == ("withdrawn", "returned")
    assert kinds_of(world, "M-1")[-1] == "merged" and details_of(world, "M-1")["into"] == "M-2"
    assert row.standing == "recorded"
    sound(world)
    world.record("unmerged", "M-1", None, reason="two machines after all")
    assert status_of(world, "M-1") == "returned"


def test_a_merge_is_offered_for_two_records_only_and_takes_its_own_permission(
    world: World, bring: Receive, say: Say
) -> None:
    registered(world, "M-1", manufacturer="Hewlett-Packard")
    [said] = bring(told(optiplex()))
    with pytest.raises(ValidationRefused, match="Choose one of the answers"):
        say(said.number, "merge")
    registered(world, "M-2", drives=[])
    registered(world, "M-3", drives=[])
    [said] = bring(told(optiplex(board_serial="OTHER")))
    before = lines(world)
    with pytest.raises(NotAllowed, match="correct"):
        say(said.number, "merge", permissions=frozenset({"view", "record"}))
    assert lines(world) == before and asked(world, said.number) != []


@pytest.mark.parametrize(("key", "model"), [("take", "OptiPlex 7060"), ("keep", "OptiPlex 7040")])
def test_a_differing_fact_is_taken_or_kept(world: World, bring: Receive, say: Say, key: str, model: str) -> None:
    registered(world, "M-1", model="OptiPlex 7040")
    [said] = bring(told(optiplex()))
    row = say(said.number, key)
    assert row.standing == "recorded" and asked(world, row.id) == []
    assert world.session.query(Asset.model).scalar() == model
    assert [each["answer"] for each in row.answers or ()] == [key]


def test_what_was_kept_is_not_asked_again_but_another_word_is(world: World, bring: Receive, say: Say) -> None:
    registered(world, "M-1", model="OptiPlex 7040", drives=[{"serial": "S3YJNX0K"}, {"serial": "SHY"}])
    [said] = bring(told(optiplex()))
    say(said.number, "keep")
    say(said.number, "still_in")
    assert bring(told(optiplex()))[0].outcome == "nothing_new"
    [said] = bring(told(optiplex(model="OptiPlex 9020")))
    assert [each["kind"] for each in asked(world, said.number)] == ["fact_differs"]
    assert sorted(drives(world, "M-1")) == ["S3YJNX0K", "SHY"]


def test_an_absent_drive_is_taken_off_the_record_when_somebody_says_so(world: World, bring: Receive, say: Say) -> None:
    registered(world, "M-1", drives=[{"serial": "S3YJNX0K"}, {"serial": "GONE-1"}])
    [said] = bring(told(optiplex()))
    row = say(said.number, "taken_out")
    assert list(drives(world, "M-1")) == ["S3YJNX0K"] and row.standing == "recorded"
    sound(world)


def test_a_drive_that_turned_up_elsewhere_is_no_question_any_more(world: World, bring: Receive) -> None:
    registered(world, "M-1", drives=[{"serial": "S3YJNX0K"}, {"serial": "GONE-1"}])
    [first] = bring(told(optiplex()))
    bring(told(MachineFound(serial="OTHER", drives=(DriveFound("GONE-1"),))), register_new=True)
    world.session.expire_all()
    assert world.session.get_one(HardwareReport, first.number).standing == "recorded"


@pytest.mark.parametrize(("key", "held"), [("fitted", ["D-M-9"]), ("leave", [])])
def test_a_drive_of_a_machine_that_left_is_put_on_record_anew_or_left(
    world: World, bring: Receive, say: Say, key: str, held: list[str]
) -> None:
    world.clean_machine("M-9")
    world.record("donated", "M-9", "2018-03-01", partner="remakery")
    registered(world, "M-1", drives=None)
    [said] = bring(told(optiplex(drives=(DriveFound("D-M-9"),))))
    say(said.number, key)
    assert list(drives(world, "M-1")) == held and list(drives(world, "M-9")) == ["D-M-9"]
    sound(world)


def test_what_could_not_be_recorded_is_tried_again_when_the_machine_is_back(
    world: World, bring: Receive, say: Say
) -> None:
    world.clean_machine("M-9", identifiers=[{"type": "serial", "value": "7HPX2J2"}], model="OptiPlex 7060")
    world.record("donated", "M-9", "2018-03-01", partner="remakery")
    [said] = bring(told(optiplex(kind=None, lists_drives=False)))
    assert [each["kind"] for each in asked(world, say(said.number, "again").id)] == ["not_recorded"]
    world.record("returned", "M-9", "2019-03-01", second_life="served")
    assert say(said.number, "again").standing == "recorded"
    assert sorted(drives(world, "M-9")) == ["D-M-9", "S3YJNX0K"]


def test_a_drive_alone_is_put_into_the_machine_that_somebody_names(world: World, bring: Receive, say: Say) -> None:
    registered(world, "M-1", drives=None)
    [said] = bring(told(None, drives=(DriveFound("LONELY", "Seagate", "ST500"),)))
    row = say(said.number, "it_is", "M-1")
    assert row.standing == "recorded" and list(drives(world, "M-1")) == ["LONELY"]


def test_a_report_set_aside_is_recorded_nowhere_and_stays_aside(world: World, bring: Receive, say: Say) -> None:
    report = told(optiplex())
    [said] = bring(report)
    assert say(said.number, "set_aside").standing == "set_aside" and lines(world) == 0
    [again] = bring(report, register_new=True)
    assert (again.outcome, again.already, lines(world)) == ("set_aside", True, 0)


def test_another_report_of_a_machine_registered_meanwhile_does_not_register_it_again(
    world: World, bring: Receive, say: Say
) -> None:
    first, second = bring(told(optiplex()), told(optiplex(sku="08AF")))
    say(first.number, "register")
    assert say(second.number, "register").standing == "nothing_new"
    assert len(world.session.scalars(select(Asset.tag)).all()) == 1


def test_one_answer_settles_all_reports_that_ask_the_same(world: World, bring: Receive) -> None:
    for number in range(3):
        registered(world, f"M-{number}", model="OptiPlex 7040" if number else "OptiPlex 9020", drives=None,
                   identifiers=[{"type": "serial", "value": f"SER{number}"}])  # fmt: skip
    machines = [optiplex(serial=f"SER{n}", uuid=None, board_serial=None, macs=(), drives=()) for n in range(3)]
    said = bring(*(told(each) for each in machines), told(optiplex(serial="NEW", uuid=None, board_serial=None)))
    about = asked(world, said[1].number)[0]["id"]
    with transaction(world.session) as session:
        assert answer_alike(session, said[1].number or 0, about, "take", world.recorder()) == (2, 0)
    models = world.session.scalars(select(Asset.model).order_by(Asset.id)).all()
    assert models == ["OptiPlex 9020", "OptiPlex 7060", "OptiPlex 7060"], "the other record says something else"
    assert [each["kind"] for each in asked(world, said[3].number)] == ["new_machine"]


def test_many_new_machines_are_registered_with_one_answer_in_parts(
    world: World, bring: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "MOST_ALIKE", 2)
    machines = [optiplex(serial=f"SER{n}", uuid=None, board_serial=None, macs=(), drives=()) for n in range(3)]
    said = bring(*(told(each) for each in machines))
    for number, told_ in ((said[0].number, (2, 1)), (said[2].number, (1, 0))):
        with transaction(world.session) as session:
            assert answer_alike(session, number or 0, "new_machine", "register", world.recorder()) == told_
    assert len(world.session.scalars(select(Asset.tag)).all()) == 3
    sound(world)


def test_what_needs_a_look_of_its_own_is_not_answered_together(world: World, bring: Receive) -> None:
    registered(world, "M-1", drives=[{"serial": "GONE-1"}])
    [said] = bring(told(optiplex()))
    for about, key in ((asked(world, said.number)[0]["id"], "taken_out"), ("nothing", "keep")):
        with pytest.raises(ValidationRefused, match="one by one"), transaction(world.session) as session:
            answer_alike(session, said.number or 0, about, key, world.recorder())


def test_an_answer_twice_is_one(world: World, bring: Receive, say: Say) -> None:
    registered(world, "M-1", model="OptiPlex 7040")
    [said] = bring(told(optiplex()))
    about = asked(world, said.number)[0]["id"]
    say(said.number, "take", about=about)
    before = lines(world)
    row = say(said.number, "take", about=about)
    assert lines(world) == before and len(row.answers or ()) == 1


@pytest.mark.parametrize(
    ("key", "machine", "error", "words"),
    [
        ("it_is", " \x00", ValidationRefused, "Name the machine"),
        ("it_is", "NOBODY", NotFound, "No machine bears NOBODY"),
        ("it_is", "M-2", RuleRefused, "M-2 is withdrawn"),
        ("dance", "", ValidationRefused, "Choose one of the answers"),
    ],
)
def test_an_answer_that_cannot_be_followed_is_refused_and_changes_nothing(
    world: World, bring: Receive, say: Say, key: str, machine: str, error: type[InventoryError], words: str
) -> None:
    registered(world, "M-1", identifiers=[], drives=None)
    registered(world, "M-2", identifiers=[], drives=None)
    world.record("merged", "M-2", None, into="M-1")
    [said] = bring(told(optiplex()))
    before = asked(world, said.number), lines(world)
    with pytest.raises(error, match=words):
        say(said.number, key, machine)
    assert (asked(world, said.number), lines(world)) == before


def test_what_waits_is_listed_earliest_first_and_counted(world: World, bring: Receive, say: Say) -> None:
    first, second = bring(told(optiplex()), told(optiplex(serial="B", uuid=None, board_serial=None)))
    world.session.commit()
    page = waiting(world.session, 1)
    assert [each.report.id for each in page.rows] == [first.number] and page.next
    assert [each.report.id for each in waiting(world.session, 1, after=page.next).rows] == [second.number]
    assert count_waiting(world.session) == 2
    say(first.number, "set_aside")
    assert count_waiting(world.session) == 1
    with pytest.raises(NotFound, match="no such report"):
        say(99_999, "set_aside", about="new_machine")
