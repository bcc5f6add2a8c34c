"""Reports come in: machines are known again, what is new is recorded, what is doubtful is asked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from inventory.errors import RuleRefused, ValidationRefused
from inventory.intake import recording
from inventory.intake.findings import DriveFound, MachineFound
from inventory.intake.models import HardwareReport
from inventory.intake.queries import latest_findings, raw
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.receivers import Read
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.reading.documents import Document
from inventory.register.models import Asset, AssetIdentifier, Part
from inventory.sanitisation.rules import reasons_unclean
from tests.conftest import NOW, World
from tests.intake.conftest import Receive, optiplex, told
from tests.web.browser import details_of, kinds_of, status_of


def lines(world: World) -> int:
    world.session.commit()
    return int(world.session.scalar(select(func.count()).select_from(LifecycleEvent)) or 0)


def drives(world: World, tag: str) -> dict[str, str]:
    """Serial -> id of the drives on record in *tag*."""
    world.session.commit()
    rows = world.session.execute(
        select(Part.serial, Part.uid).join(Asset, Asset.id == Part.asset_id).where(Asset.tag == tag)
    )
    return dict(rows.all())


def asked(world: World, number: int | None) -> list[dict[str, Any]]:
    world.session.commit()
    world.session.expire_all()
    return world.session.get_one(HardwareReport, number).question or []


def identifiers(world: World, tag: str) -> set[tuple[str, str]]:
    world.session.commit()
    rows = world.session.execute(
        select(AssetIdentifier.type, AssetIdentifier.value)
        .join(Asset, Asset.id == AssetIdentifier.asset_id)
        .where(Asset.tag == tag)
    )
    return set(rows.all())


def registered(world: World, tag: str, **facts: Any) -> str:
    """A returned desktop that bears the serial number of `optiplex`, with its drive."""
    known: dict[str, Any] = {
        "kind": "desktop",
        "manufacturer": "Dell Inc.",
        "model": "OptiPlex 7060",
        "identifiers": [{"type": "serial", "value": "7HPX2J2"}],
        "drives": [{"serial": "S3YJNX0K"}],
    }
    facts = {name: value for name, value in (known | facts).items() if value is not None}
    world.record("registered", None, "2026-01-10", tag=tag, status="returned", **facts)
    return tag


def sound(world: World) -> None:
    """The ledger verifies, and every projection is what a replay gives."""
    world.session.commit()
    assert verify(world.session)[1] == []
    assert check_projections(world.session, world.settings) == []


# -- new machines -------------------------------------------------------------------------------------------


def test_a_machine_that_nobody_knows_is_asked_about_and_not_registered(world: World, bring: Receive) -> None:
    [said] = bring(told(optiplex()))
    assert (said.outcome, said.tag) == ("asked", None)
    assert [each["kind"] for each in asked(world, said.number)] == ["new_machine"]
    assert lines(world) == 0


def test_with_register_new_it_is_returned_to_the_hub_with_everything_that_is_inside(
    world: World, bring: Receive
) -> None:
    [said] = bring(told(optiplex()), register_new=True)
    assert said.outcome == "recorded" and said.tag is not None and said.words.startswith("Registered as ED-")
    assert status_of(world, said.tag) == "returned"
    line = details_of(world, said.tag)
    assert (line["kind"], line["manufacturer"], line["model"]) == ("desktop", "Dell", "OptiPlex 7060")
    assert line["source"].startswith("hardware report ")
    assert identifiers(world, said.tag) == {
        ("serial", "7HPX2J2"),
        ("uuid", "4c4c4544-0048-5010-8058-b7c04f324a32"),
        ("board_serial", "/7HPX2J2/CNFCW0088/"),
        ("mac", "d8:9e:f3:11:22:33"),
    }
    assert list(drives(world, said.tag)) == ["S3YJNX0K"]
    sound(world)


def test_a_tag_of_ours_in_the_firmware_becomes_the_tag_of_the_new_machine(world: World, bring: Receive) -> None:
    from inventory.register.tags import issue

    tag = issue(world.settings.tag_prefix, 4711)
    [said] = bring(told(optiplex(asset_tag=tag.lower())), register_new=True)
    assert said.tag == tag
    [other] = bring(told(MachineFound(serial="OTHER-1", asset_tag="LIB-0042")), register_new=True)
    assert other.tag != "LIB-0042", "what is no tag of ours may stand in the firmware of a whole series"


def test_the_same_report_twice_changes_nothing(world: World, bring: Receive) -> None:
    report = told(optiplex())
    [first] = bring(report, register_new=True)
    before = lines(world)
    again = bring(report, report, register_new=True)
    assert [(each.outcome, each.already, each.tag) for each in again] == [("recorded", True, first.tag)] * 2
    assert lines(world) == before
    assert world.session.scalar(select(func.count()).select_from(HardwareReport)) == 1


def test_another_report_of_the_same_machine_in_the_same_batch_finds_the_machine_of_the_first(
    world: World, bring: Receive
) -> None:
    reports = [
        told(optiplex(drives=(), lists_drives=False)),
        told(optiplex()),
        told(MachineFound(uuid=optiplex().uuid)),
    ]
    said = bring(*reports, register_new=True)
    assert len({each.tag for each in said}) == 1
    assert [each.outcome for each in said] == ["recorded", "recorded", "nothing_new"]
    assert kinds_of(world, str(said[0].tag)) == ["registered", "part_fitted"]
    sound(world)


def test_a_report_that_waits_for_its_machine_finds_it_when_it_comes_again(world: World, bring: Receive) -> None:
    report = told(optiplex())
    assert bring(report)[0].outcome == "asked"
    registered(world, "M-1", identifiers=[{"type": "serial", "value": "7HPX2J2"}])
    [said] = bring(report)
    assert (said.outcome, said.tag, said.already) == ("recorded", "M-1", False)


def test_a_report_without_any_mark_is_never_registered(world: World, bring: Receive) -> None:
    [said] = bring(told(MachineFound(kind="laptop", model="ThinkPad T480")), register_new=True)
    assert said.outcome == "asked" and lines(world) == 0
    assert [each["kind"] for each in asked(world, said.number)] == ["nameless"]


def test_a_network_address_alone_raises_a_doubt_and_settles_nothing(world: World, bring: Receive) -> None:
    registered(world, "M-1", identifiers=[{"type": "mac", "value": "D8-9E-F3-11-22-33"}], drives=None)
    before = lines(world)
    for machine in (optiplex(), optiplex(serial=None, uuid=None, board_serial=None)):
        [question] = asked(world, bring(told(machine), register_new=True)[0].number)
        assert question["candidates"] == ["M-1"] and "network address is on record" in question["why"]
    assert lines(world) == before


# -- matching -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "why"),
    [
        (optiplex(asset_tag="m-1", serial=None), "tag in the firmware"),
        (optiplex(asset_tag="OLD-7"), "old barcode in the firmware"),
        (optiplex(), "serial and maker"),
        (optiplex(manufacturer="dell"), "the maker in another spelling"),
        (optiplex(serial=None), "UUID"),
        (optiplex(serial=None, uuid=None), "board"),
        (MachineFound(uuid="44454c4c-4800-1050-8058-b7c04f324a32"), "UUID, as an older program tells its bytes"),
        (optiplex(manufacturer=None, uuid=None, board_serial=None), "serial and model, the maker is not told"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_machine_is_known_again(world: World, bring: Receive, machine: MachineFound, why: str) -> None:
    held = [
        {"type": "serial", "value": "7HPX2J2"},
        {"type": "legacy_barcode", "value": "OLD-7"},
        {"type": "uuid", "value": "4C4C4544-0048-5010-8058-B7C04F324A32"},
        {"type": "board_serial", "value": "/7HPX2J2/CNFCW0088/"},
    ]
    registered(world, "M-1", identifiers=held)
    [said] = bring(told(machine), register_new=True)
    assert said.tag == "M-1", why


@pytest.mark.parametrize(
    ("returned", "fitted"), [("2026-11-20", "day"), (datetime(2026, 11, 20, 9, 30, tzinfo=UTC), "instant")]
)
def test_a_drive_found_inside_was_there_since_the_machine_came_back(
    world: World, bring: Receive, returned: Any, fitted: str
) -> None:
    identifiers = [{"type": "serial", "value": "7HPX2J2"}]
    world.used_machine("M-1", kind="desktop", manufacturer="Dell", model="OptiPlex 7060", identifiers=identifiers)
    world.record("returned", "M-1", returned)
    bring(told(optiplex()))
    line = world.session.scalars(select(LifecycleEvent).where(LifecycleEvent.kind == "part_fitted")).one()
    assert (line.precision, line.occurred_at.date()) == (fitted, date(2026, 11, 20))
    assert line.occurred_at < line.recorded_at
    sound(world)


def test_a_drive_found_where_an_inspection_saw_none_is_on_record_from_now(world: World, bring: Receive) -> None:
    registered(world, "M-1", drives=None)
    world.record("inspected", "M-1", None, functional="working", cosmetic="B", no_drive_fitted=True)
    bring(told(optiplex()))
    line = world.session.scalars(select(LifecycleEvent).where(LifecycleEvent.kind == "part_fitted")).one()
    assert line.occurred_at == line.recorded_at


def test_a_service_tag_on_record_is_the_serial_number_that_the_firmware_tells(world: World, bring: Receive) -> None:
    registered(world, "M-1", identifiers=[{"type": "service_tag", "value": "7hpx2j2"}])
    [said] = bring(told(optiplex()))
    assert said.tag == "M-1"
    assert ("serial", "7HPX2J2") not in identifiers(world, "M-1")


@pytest.mark.parametrize(
    ("facts", "machine", "why"),
    [
        ({"manufacturer": "Hewlett-Packard"}, optiplex(), "not of Dell"),
        ({"manufacturer": None, "model": None}, optiplex(), "not of Dell"),
        ({"identifiers": [{"type": "serial", "value": "X"}]}, optiplex(asset_tag="M-1"), "another serial number"),
        (
            {"identifiers": [{"type": "serial", "value": "X"}, {"type": "uuid", "value": str(optiplex().uuid)}]},
            optiplex(),
            "its board is known from M-1",
        ),
    ],
)
def test_a_doubtful_match_is_put_to_a_person(
    world: World, bring: Receive, facts: dict[str, Any], machine: MachineFound, why: str
) -> None:
    registered(world, "M-1", **facts)
    before = lines(world)
    [said] = bring(told(machine), register_new=True)
    [question] = asked(world, said.number)
    assert question["kind"] == "which_machine" and why in question["why"]
    assert question["candidates"] == ["M-1"] and said.tag is None and lines(world) == before


def test_two_machines_with_one_serial_number_are_told_both(world: World, bring: Receive) -> None:
    registered(world, "M-1")
    registered(world, "M-2", drives=[])
    [question] = asked(world, bring(told(optiplex()))[0].number)
    assert question["candidates"] == ["M-1", "M-2"] and "several machines bear" in question["why"]


def test_tag_and_serial_that_disagree_are_told_both(world: World, bring: Receive) -> None:
    registered(world, "M-1", identifiers=[], drives=[])
    registered(world, "M-2")
    [question] = asked(world, bring(told(optiplex(asset_tag="M-1")))[0].number)
    assert question["candidates"] == ["M-1", "M-2"] and "is another machine’s" in question["why"]


def test_serial_and_board_that_disagree_are_told_both(world: World, bring: Receive) -> None:
    registered(world, "M-1")
    registered(world, "M-2", identifiers=[{"type": "uuid", "value": str(optiplex().uuid)}], drives=[])
    [question] = asked(world, bring(told(optiplex()))[0].number)
    assert question["candidates"] == ["M-1", "M-2"] and "lead to different machines" in question["why"]


def test_a_withdrawn_record_is_not_written_to_but_the_one_it_was_merged_into_is_offered(
    world: World, bring: Receive
) -> None:
    registered(world, "M-1")
    registered(world, "M-2", identifiers=[])
    world.record("merged", "M-1", None, into="M-2")
    [question] = asked(world, bring(told(optiplex()), register_new=True)[0].number)
    assert "withdrawn" in question["why"] and question["candidates"] == ["M-2"]


# -- facts --------------------------------------------------------------------------------------------------


def test_unknown_facts_are_filled_in_with_their_source_and_known_ones_stay(world: World, bring: Receive) -> None:
    registered(world, "M-1", kind="unknown", model=None, drives=[{"serial": "S3YJNX0K"}])
    [said] = bring(told(optiplex(manufacturer="Dell")))
    line = details_of(world, "M-1")
    assert said.outcome == "recorded" and kinds_of(world, "M-1") == ["registered", "amended"]
    assert (line["kind"], line["model"]) == ("desktop", "OptiPlex 7060") and "manufacturer" not in line
    assert line["source"] == f"hardware report {world.session.get_one(HardwareReport, said.number).sha256[:12]}"
    assert ("serial", "7HPX2J2") in identifiers(world, "M-1") and ("mac", "d8:9e:f3:11:22:33") in identifiers(
        world, "M-1"
    )
    sound(world)


def test_a_differing_fact_is_a_question_and_the_rest_is_recorded(world: World, bring: Receive) -> None:
    registered(world, "M-1", model="OptiPlex 7040")
    [said] = bring(told(optiplex()))
    [question] = asked(world, said.number)
    assert (question["report"], question["record"]) == (
        "The report says OptiPlex 7060",
        "The record says OptiPlex 7040",
    )
    assert said.outcome == "asked" and said.tag == "M-1"
    assert kinds_of(world, "M-1") == ["registered", "amended"] and "model" not in details_of(world, "M-1")


@pytest.mark.parametrize("spelling", ["Dell OptiPlex 7060", "OptiPlex-7060", "optiplex 7060 MFF"])
def test_another_spelling_is_no_difference(world: World, bring: Receive, spelling: str) -> None:
    registered(world, "M-1", model=spelling)
    assert bring(told(optiplex()))[0].outcome == "recorded"


def test_somebody_who_may_not_amend_facts_may_still_bring_what_a_report_adds(world: World, bring: Receive) -> None:
    registered(world, "M-1", model=None)
    who = world.recorder(permissions=frozenset({"view", "record"}))
    assert bring(told(optiplex()), recorder=who)[0].outcome == "recorded"


# -- drives -------------------------------------------------------------------------------------------------


def test_a_new_drive_is_put_on_record_and_is_not_clean(world: World, bring: Receive) -> None:
    registered(world, "M-1", drives=None)
    bring(told(optiplex()))
    assert list(drives(world, "M-1")) == ["S3YJNX0K"]
    line = details_of(world, "M-1")
    assert (line["came"], line["medium"], line["capacity_bytes"]) == ("found_inside", "nvme", 256_060_514_304)
    assert "health" not in line
    sound(world)


def test_a_drive_of_another_machine_is_moved_in_the_ledger_with_its_id(world: World, bring: Receive) -> None:
    registered(world, "M-1", drives=None)
    registered(world, "M-2", identifiers=[], drives=[{"serial": "s3yjnx0k"}])
    uid = drives(world, "M-2")["s3yjnx0k"]
    [said] = bring(told(optiplex()))
    assert said.outcome == "recorded" and "1 drive moved here" in said.words
    assert drives(world, "M-2") == {} and list(drives(world, "M-1").values()) == [uid]
    assert kinds_of(world, "M-2")[-1] == "part_removed" and details_of(world, "M-1")["came"] == "from_elsewhere"
    sound(world)


def test_a_drive_of_another_machine_moves_into_a_machine_registered_at_once(world: World, bring: Receive) -> None:
    registered(world, "M-2", identifiers=[])
    uid = drives(world, "M-2")["S3YJNX0K"]
    [said] = bring(told(optiplex()), register_new=True)
    assert drives(world, str(said.tag)) == {"S3YJNX0K": uid} and drives(world, "M-2") == {}
    sound(world)


def test_two_machines_that_swapped_their_drives_are_put_right_in_one_batch(world: World, bring: Receive) -> None:
    registered(world, "M-1", drives=[{"serial": "AAAA1"}])
    registered(world, "M-2", identifiers=[{"type": "serial", "value": "OTHER"}], drives=[{"serial": "BBBB2"}])
    one = optiplex(drives=(DriveFound("BBBB2"),))
    two = optiplex(serial="OTHER", uuid=None, board_serial=None, macs=(), drives=(DriveFound("AAAA1"),))
    said = bring(told(one), told(two))
    assert list(drives(world, "M-1")) == ["BBBB2"] and list(drives(world, "M-2")) == ["AAAA1"]
    assert [each.outcome for each in said] == ["recorded", "recorded"], "the first did not know where its own went"
    sound(world)


def test_a_drive_that_has_left_with_its_machine_is_not_taken_out_of_it(world: World, bring: Receive) -> None:
    world.clean_machine("M-9")
    world.record("donated", "M-9", "2018-03-01", partner="remakery")
    registered(world, "M-1", drives=None)
    [said] = bring(told(optiplex(drives=(DriveFound("D-M-9"),))))
    [question] = asked(world, said.number)
    assert question["kind"] == "drive_elsewhere" and "M-9 is donated" in question["why"]
    assert list(drives(world, "M-9")) == ["D-M-9"] and drives(world, "M-1") == {}


def test_a_drive_that_a_report_does_not_list_is_asked_about_and_stays(world: World, bring: Receive) -> None:
    registered(world, "M-1", drives=[{"serial": "S3YJNX0K"}, {"serial": "GONE-1", "model": "ST500"}])
    [said] = bring(told(optiplex()))
    [question] = asked(world, said.number)
    assert question["kind"] == "drive_absent" and "ST500 GONE-1" in question["record"]
    assert sorted(drives(world, "M-1")) == ["GONE-1", "S3YJNX0K"]


def test_a_report_that_does_not_list_drives_says_nothing_of_absent_ones(world: World, bring: Receive) -> None:
    registered(world, "M-1")
    [said] = bring(told(optiplex(drives=(), lists_drives=False)))
    assert said.outcome == "recorded" and asked(world, said.number) == []


def test_a_drive_without_a_serial_number_is_put_on_record_once(world: World, bring: Receive) -> None:
    registered(world, "M-1", drives=None)
    bare = DriveFound(None, None, "eMMC 64", "emmc", 62_537_072_640)
    bring(told(optiplex(drives=(bare,))))
    [said] = bring(told(optiplex(drives=(bare,))))
    assert said.outcome == "nothing_new" and list(drives(world, "M-1")) == [None]


def test_an_older_report_neither_moves_drives_nor_asks(world: World, bring: Receive) -> None:
    registered(world, "M-1", model="OptiPlex 7060", drives=None)
    bring(told(optiplex(), NOW))
    late = optiplex(model="OptiPlex 3010", drives=(DriveFound("OLD-DISK"),), sku="08AF")
    [said] = bring(told(late, NOW - timedelta(days=30)))
    assert said.outcome == "nothing_new" and list(drives(world, "M-1")) == ["S3YJNX0K"]
    registered(world, "M-2", identifiers=[{"type": "serial", "value": "OTHER"}], drives=None)
    other = optiplex(serial="OTHER", uuid=None, board_serial=None)
    [said] = bring(told(other, NOW - timedelta(days=1)))
    assert [each["kind"] for each in asked(world, said.number)] == ["drive_elsewhere"]
    [said] = bring(told(other, NOW + timedelta(hours=1)))
    assert list(drives(world, "M-2")) == ["S3YJNX0K"]


@pytest.mark.parametrize("made_at", [NOW + timedelta(days=400), None])
def test_a_clock_that_is_wrong_makes_no_report_the_latest(
    world: World, bring: Receive, made_at: datetime | None
) -> None:
    registered(world, "M-1", drives=None)
    bring(told(optiplex(), made_at))
    [said] = bring(told(optiplex(drives=(DriveFound("NEW-DISK"),)), NOW))
    assert [each["kind"] for each in asked(world, said.number)] == ["drive_absent"]
    assert sorted(drives(world, "M-1")) == ["NEW-DISK", "S3YJNX0K"]


def test_of_a_machine_that_has_left_facts_are_filled_but_no_drives(world: World, bring: Receive) -> None:
    world.clean_machine("M-9", identifiers=[{"type": "serial", "value": "7HPX2J2"}], model="OptiPlex 7060")
    world.record("donated", "M-9", "2018-03-01", partner="remakery")
    [said] = bring(told(optiplex(kind=None)))
    assert said.tag == "M-9" and [each["kind"] for each in asked(world, said.number)] == ["not_recorded"]
    assert kinds_of(world, "M-9")[-1] == "amended" and list(drives(world, "M-9")) == ["D-M-9"]


def test_a_report_of_one_drive_belongs_to_the_machine_that_the_drive_is_in(world: World, bring: Receive) -> None:
    registered(world, "M-1")
    healthy = DriveFound("S3YJNX0K", health="passed", percent_used=4)
    [said] = bring(told(None, drives=(healthy,)))
    assert (said.outcome, said.tag) == ("nothing_new", "M-1")
    bring(told(optiplex(), NOW - timedelta(days=1)))
    world.session.commit()
    [found] = latest_findings(world.session, [1]).values()
    assert found.drives[0].health == "passed" and found.drives[0].model == "PM981" and found.model == "OptiPlex 7060"


def test_a_report_of_a_drive_that_nobody_knows_asks_where_it_is(world: World, bring: Receive) -> None:
    [said] = bring(told(None, drives=(DriveFound("NOBODYS"),)), register_new=True)
    assert [each["kind"] for each in asked(world, said.number)] == ["drive_of_which"]


# -- what is kept, and what it costs ------------------------------------------------------------------------


def test_the_raw_report_is_kept_as_it_came(world: World, bring: Receive) -> None:
    content = "Gerät\r\n".encode("cp1252") * 50
    [said] = bring(told(optiplex(), content=content))
    world.session.commit()
    row = world.session.get_one(HardwareReport, said.number)
    assert raw(row) == content and row.size == len(content) and len(row.content) < 100


def test_a_batch_takes_a_handful_of_statements_however_many(world: World, bring: Receive) -> None:
    def batch(start: int, size: int) -> int:
        made = [
            optiplex(serial=f"SER{n}", uuid=None, board_serial=f"B{n}", macs=(), drives=(DriveFound(f"DR{n}"),))
            for n in range(start, start + size)
        ]
        counted: list[str] = []
        bind = world.session.get_bind()
        event.listen(bind, "before_cursor_execute", lambda *args: counted.append(args[2]))
        bring(*(told(each) for each in made), register_new=True)
        bring(*(told(each) for each in made))
        return len(counted)

    few = batch(0, 30)
    assert batch(1_000, 90) <= few + 4
    sound(world)


def test_the_gate_stays_shut_on_what_a_report_brought(world: World, bring: Receive) -> None:
    from inventory.lifecycle.loading import load_lines
    from inventory.lifecycle.rules import replay

    [said] = bring(told(optiplex()), register_new=True)
    world.session.commit()
    number = world.session.scalar(select(Asset.id).where(Asset.tag == said.tag))
    state = replay([line for line, _ in load_lines(world.session, [int(number or 0)])[int(number or 0)]])
    assert reasons_unclean(state, world.settings.zone) != []


# -- what goes wrong ----------------------------------------------------------------------------------------


def test_a_report_that_cannot_be_read_is_kept_with_the_reason_and_again_is_the_same(
    world: World, bring: Receive
) -> None:
    broken = Read(Document("pc.json", b"{"), "lshw_json", 1, refusal=ValidationRefused("pc.json ends too soon."))
    for already in (False, True):
        [said] = bring(broken)
        assert (said.outcome, said.words, said.already) == ("refused", "pc.json ends too soon.", already)
        assert said.facts == {"format": "lshw_json"} and said.tag is None
    assert lines(world) == 0


def test_a_drive_that_was_taken_out_and_cannot_be_put_in_stays_where_it_was(
    world: World, bring: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(world, "M-1", drives=None)
    registered(world, "M-2", identifiers=[], drives=[{"serial": "S3YJNX0K"}])
    real = recording.record_events

    def refuses(session: Any, requests: Any, *args: Any, **kw: Any) -> Any:
        results = real(session, requests, *args, **kw)
        for request, result in zip(requests, results, strict=True):
            if request.kind == "part_fitted":
                result.outcome, result.refusal = "refused", RuleRefused("No.")
        return results

    monkeypatch.setattr(recording, "record_events", refuses)
    before = lines(world)
    with pytest.raises(RuleRefused, match="could not be recorded where the report saw it"):
        bring(told(optiplex()))
    world.session.rollback()
    assert list(drives(world, "M-2")) == ["S3YJNX0K"] and lines(world) == before


def test_what_is_too_long_is_cut_and_what_cannot_be_printed_is_left_out(world: World, bring: Receive) -> None:
    long = optiplex(manufacturer="D" * 300, model="\x07\x00 \u202e", serial="S" * 200, macs=("d8:9e:f3:11:22:33",) * 60)
    [said] = bring(told(long), register_new=True)
    assert said.outcome == "recorded"
    line = details_of(world, str(said.tag))
    assert len(line["manufacturer"]) == 255 and "model" not in line
    assert {len(each["value"]) for each in line["identifiers"] if each["type"] == "serial"} == {128}


def test_a_former_tag_of_a_merged_record_leads_to_the_record_that_stands(world: World, bring: Receive) -> None:
    from inventory.register.tags import issue

    tag = issue(world.settings.tag_prefix, 5)
    world.record("registered", None, "2026-01-10", tag="OTHER", status="returned", kind="monitor")
    world.record("relabelled", "OTHER", "2026-01-11", tag=tag)
    world.record("relabelled", tag, "2026-01-12", tag="OTHER-2")
    world.record("merged", "OTHER-2", "2026-01-13", into=registered(world, "KEEPS", identifiers=[], drives=None))
    [question] = asked(world, bring(told(optiplex(asset_tag=tag)), register_new=True)[0].number)
    assert question["candidates"] == ["KEEPS"] and "merged into KEEPS" in question["why"]


def test_two_machines_with_one_tag_in_their_firmware_on_record_are_told_both(world: World, bring: Receive) -> None:
    for tag in ("M-1", "M-2"):
        registered(world, tag, identifiers=[{"type": "legacy_barcode", "value": "OLD-7"}], drives=None)
    [question] = asked(world, bring(told(optiplex(asset_tag="OLD-7")))[0].number)
    assert question["candidates"] == ["M-1", "M-2"] and "leads to several machines" in question["why"]


def test_two_machines_with_one_board_are_told_both(world: World, bring: Receive) -> None:
    for tag in ("M-1", "M-2"):
        registered(world, tag, identifiers=[{"type": "uuid", "value": str(optiplex().uuid)}], drives=None)
    [question] = asked(world, bring(told(optiplex()))[0].number)
    assert question["candidates"] == ["M-1", "M-2"] and "its board leads to several" in question["why"]
