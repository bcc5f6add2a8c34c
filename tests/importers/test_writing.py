"""Rows into the ledger: what becomes of each, the same twice, all or none, and nothing asked row by row."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from inventory.db import transaction
from inventory.errors import NotAllowed, ValidationRefused
from inventory.importers.asking import Asked
from inventory.importers.refused import read_problems, write_refused
from inventory.importers.writing import Choice, Tally, run_import
from inventory.lifecycle.models import EventPersonal, LifecycleEvent, OutcomeFact
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.register.models import Asset, AssetIdentifier, Department, Location, Party
from tests.conftest import World, statements

HEAD = "tag,kind,manufacturer,model,serial number,department,location,custodian,status"
Bring = Callable[..., Tally]


class Back(Exception):
    """Rolls a trial back."""


@pytest.fixture
def bring(world: World, tmp_path: Path) -> Bring:
    """Import a text; all or none rolls back when a row is refused. The problems are in ``bring.problems``."""

    def run(text: str, *, trial: bool = False, permissions: Any = None, **asked: Any) -> Tally:
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8")
        wanted = Asked(**asked)
        made: list[Tally] = []
        try:
            with wanted.open(path) as table, transaction(world.session) as session:
                reading = wanted.reading(table)
                recorder = world.recorder(**({"permissions": permissions} if permissions is not None else {}))
                found = run_import(
                    session,
                    table,
                    reading.importer,
                    reading.mapping,
                    reading.options,
                    reading.choice,
                    recorder,
                    tmp_path / "problems.jsonl",
                )
                made.append(found)
                if trial or (found.refused and not wanted.skip_refused):
                    raise Back
        except Back:
            pass
        run.problems = list(read_problems(tmp_path / "problems.jsonl"))  # type: ignore[attr-defined]
        return made[0]

    return run


def reasons(bring: Bring, verdict: str = "refused") -> dict[int, str]:
    """Row to its sentences."""
    found: list[Any] = bring.problems  # type: ignore[attr-defined]
    return {row: " ".join(each[2] for each in told) for row, kind, told in found if kind == verdict}


def lines_of(world: World, tag: str) -> list[LifecycleEvent]:
    asked = select(LifecycleEvent).join(Asset, Asset.id == LifecycleEvent.asset_id).where(Asset.tag == tag)
    return list(world.session.scalars(asked.order_by(LifecycleEvent.sequence)))


def count(world: World, model: Any) -> int:
    return int(world.session.scalar(select(func.count()).select_from(model)) or 0)


def sound(world: World) -> None:
    assert verify(world.session)[1] == []
    assert check_projections(world.session, world.settings) == []


@pytest.mark.parametrize(
    ("cells", "event", "status", "day"),
    [
        ("status\nIn use", "registered", "in_use", None),
        ("status,status since\nReturned,2020-03-04", "registered", "returned", "2020-03-04"),
        ("status,status since\nIn stock,2020-03-04", "received", "in_stock", "2020-03-04"),
        ("status\nIn stock", "registered", "in_stock", None),
        ("status,purchase date\nOn order,2020-03-04", "ordered", "on_order", "2020-03-04"),
        ("status\nMissing", "taken_on", "missing", None),
        ("status,status since\nRecycled,2019-05-06", "taken_on", "recycled", "2019-05-06"),
        ("outcome,outcome date,partner\nDonated,2018-05-06,Remakery", "taken_on", "donated", "2018-05-06"),
        ("outcome,outcome date\nRedeployment,2018-05-06", "taken_on", "in_use", "2018-05-06"),
        ("outcome,outcome date\nLandfill,2018-05-06", "taken_on", "disposed", "2018-05-06"),
        ("outcome,outcome date\nIncineration,2018-05-06", "taken_on", "disposed", "2018-05-06"),
        ("custodian\nGrace Hopper", "registered", "in_use", None),
    ],
)
def test_a_row_becomes_the_opening_line_that_says_what_it_states(
    world: World, bring: Bring, cells: str, event: str, status: str, day: str | None
) -> None:
    head, row = cells.split("\n")
    assert bring(f"tag,{head}\nT-1,{row}\n").new == 1
    (line,) = lines_of(world, "T-1")
    assert (line.kind, line.status_after) == (event, status)
    assert line.precision == ("day" if day else "instant")
    if day:
        assert line.occurred_at.astimezone(world.settings.zone).date().isoformat() == day
    sound(world)


@pytest.mark.parametrize(
    ("stated", "kept", "certainty"),
    [("", "none", "expected"), ("Certificate", "certificate", "confirmed"), ("Note 4711", "spreadsheet", "expected")],
)
def test_a_past_outcome_counts_as_certain_only_with_a_certificate_that_was_seen(
    world: World, bring: Bring, stated: str, kept: str, certainty: str
) -> None:
    bring(f"tag,kind,outcome,outcome date,evidence\nT-1,laptop,Recycled,2018-05-06,{stated}\n")
    (fact,) = world.session.scalars(select(OutcomeFact))
    assert (fact.older, fact.evidence, fact.certainty) == (True, kept, certainty)
    notes = world.session.scalar(select(Asset.notes))
    assert ("Note 4711" in (notes or "")) == (stated == "Note 4711")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("tag\nT-1\n", "The status is not stated"),
        ("tag,status\nT-1,Recycled\n", "needs its date"),
        ("tag,status\nT-1,Withdrawn\n", "withdrawn record"),
        ("tag,outcome,outcome date\nT-1,Donated,2018-01-01\n", "names the partner"),
        ("tag,outcome,outcome date,status\nT-1,Sold,2018-01-01,In stock\n", "does not fit the status"),
        ("tag,status,serial\n,In use,\n", "names no machine"),
        ("tag,status,status since\nT-1,In use,2031-01-01\n", ""),
    ],
)
def test_a_row_that_cannot_come_in_is_refused_by_its_number_in_a_sentence(
    world: World, bring: Bring, text: str, sentence: str
) -> None:
    assert bring(text).refused == 1
    assert sentence in reasons(bring)[2]
    assert count(world, Asset) == 0


def test_rows_without_a_status_take_the_one_that_a_person_says(world: World, bring: Bring) -> None:
    assert bring("tag\nT-1\n", without_status="returned").new == 1
    assert world.session.scalar(select(Asset.status)) == "returned"


def test_a_second_run_changes_nothing_and_a_later_export_adds_only_what_is_new(world: World, bring: Bring) -> None:
    first = f"{HEAD}\nT-1,laptop,Dell,L1,S1,INF,HUB,Ada Byron,In use\n,laptop,Dell,L1,S2,INF,HUB,,In stock\n"
    assert bring(first).new == 2
    before = count(world, LifecycleEvent), count(world, Party)
    again = bring(first)
    assert (again.new, again.already) == (0, 2)
    assert (count(world, LifecycleEvent), count(world, Party)) == before
    later = bring(first + "T-3,laptop,Dell,L1,S3,INF,HUB,,In stock\n")
    assert (later.new, later.already) == (1, 2)
    sound(world)


def test_a_machine_without_a_tag_gets_one_of_ours_and_is_found_again_by_its_serial(world: World, bring: Bring) -> None:
    bring("serial,manufacturer,status\nS-9,Dell,In use\n")
    tag = world.session.scalar(select(Asset.tag)) or ""
    assert tag.startswith("ED-")
    changed = bring("serial,manufacturer,model,status\nS-9,dell,Latitude,In use\n")
    assert (changed.new, changed.differs) == (0, 1)
    assert "model" in reasons(bring, "differs")[2] and tag in reasons(bring, "differs")[2]
    assert count(world, Asset) == 1


def test_names_are_found_by_code_name_or_path_and_made_where_they_are_new(world: World, bring: Bring) -> None:
    places = "tag,department,site,building,room,custodian,status\n"
    rows = (
        "T-1,INF,King's Buildings,Reuse hub,Store B12,Ada Byron,In use\n"
        "T-2,College of Science and Engineering/School of Informatics,,,,ada byron,In use\n"
        "T-3,CSE > New Lab,Central,Tower,9.9,Grace Hopper,In use\n"
        "T-4,CSE/New Lab,Central,Tower,9.9,Grace Hopper,In use\n"
    )
    tally = bring(places + rows)
    assert tally.made == {"departments": 1, "places": 1, "people": 2}
    found = {row.tag: row for row in world.session.scalars(select(Asset))}
    assert found["T-1"].department_id == found["T-2"].department_id
    assert found["T-3"].department_id == found["T-4"].department_id
    made = world.session.scalars(select(Department).where(Department.name == "New Lab")).one()
    assert made.path == "/CSE/New Lab/"
    hub = world.session.scalars(select(Location).where(Location.code == "HUB")).one()
    assert found["T-1"].location_id == hub.id
    assert found["T-3"].location_id == found["T-4"].location_id != hub.id
    assert bring(places + rows).already == 4
    sound(world)


def test_one_word_under_two_departments_is_two_departments(world: World, bring: Bring) -> None:
    bring("tag,department,status\nT-1,CSE/Office,In use\nT-2,HCA/Office,In use\n")
    paths = set(world.session.scalars(select(Department.path).where(Department.name == "Office")))
    assert paths == {"/CSE/Office/", "/HCA/HCA.Office/"}
    assert bring("tag,department,status\nT-3,HCA/Office,In use\n").made.get("departments", 0) == 0


@pytest.mark.parametrize(
    ("column", "value", "kept", "sentence"),
    [
        ("department", "Atlantis", "departments", "no department “Atlantis”"),
        ("location", "Nowhere", "places", "no place “Nowhere”"),
        ("custodian", "Nemo", "people", "nobody called “Nemo”"),
    ],
)
def test_names_that_are_new_are_refused_where_that_was_asked(
    world: World, bring: Bring, column: str, value: str, kept: str, sentence: str
) -> None:
    create = [each for each in ("departments", "places", "people") if each != kept]
    assert bring(f"tag,{column},status\nT-1,{value},In use\n", create=create).refused == 1
    assert sentence in reasons(bring)[2]


def test_two_people_of_one_name_are_told_apart_by_their_id(world: World, bring: Bring) -> None:
    with transaction(world.session) as session:
        session.add(Party(uid="ada2", role="custodian", name="Ada Byron"))
    assert bring("tag,custodian,status\nT-1,Ada Byron,In use\n").refused == 1
    assert "Ada Byron [ada2]" in reasons(bring)[2]
    assert bring("tag,custodian,status\nT-1,Ada Byron [ada2],In use\n").new == 1


def test_a_very_long_place_keeps_its_words_whole(world: World, bring: Bring) -> None:
    words = "The long corridor behind the second boiler room / left of the stairs to the roof"
    bring(f"tag,location,status\nT-1,{words},In use\nT-2,{words},In use\n")
    made = world.session.scalars(select(Location).where(Location.building == words)).one()
    assert len(made.code) <= 64 and "/" not in made.code
    assert bring(f"tag,location,status\nT-3,{words},In use\n").made.get("places", 0) == 0


def test_all_or_none_leaves_nothing_behind_and_skipping_brings_in_the_others(world: World, bring: Bring) -> None:
    text = f"{HEAD}\nT-1,laptop,Dell,L,S1,New Dept,Attic,Nemo,In use\nT-2,laptop,Dell,L,S2,INF,HUB,,Vanished\n"
    before = count(world, Department), count(world, Location), count(world, Party)
    tally = bring(text)
    assert (tally.new, tally.refused) == (1, 1)
    assert count(world, Asset) == count(world, LifecycleEvent) == 0
    assert (count(world, Department), count(world, Location), count(world, Party)) == before
    assert bring(text, skip_refused=True).new == 1
    assert list(world.session.scalars(select(Asset.tag))) == ["T-1"]
    sound(world)


def test_a_trial_goes_the_same_way_and_changes_nothing(world: World, bring: Bring) -> None:
    world.used_machine("OLD")
    tally = bring(f"{HEAD}\nT-1,laptop,Dell,L,S1,INF,HUB,,In use\n", trial=True)
    assert (tally.new, tally.lines) == (1, 1)
    assert count(world, Asset) == 1
    assert count(world, EventPersonal) == 0


def test_the_refused_rows_come_back_with_their_reasons_and_import_when_mended(
    world: World, bring: Bring, tmp_path: Path
) -> None:
    bring("tag;status;notes\nT-1;In use;fine\nT-2;Vanished;=1+1\n", skip_refused=True)
    with Asked().open(tmp_path / "file.csv") as table:
        assert write_refused(table, tmp_path / "problems.jsonl", tmp_path / "back.csv") == 1
    text = (tmp_path / "back.csv").read_text(encoding="utf-8-sig")
    assert "T-1" not in text and ",'=1+1," in text and "no status known" in text
    assert bring(text.replace("Vanished", "In use")).new == 1
    assert world.session.scalar(select(Asset.notes).where(Asset.tag == "T-2")) == "=1+1"


def test_a_tag_on_record_with_another_serial_is_refused_unless_rows_are_matched_by_tag(
    world: World, bring: Bring
) -> None:
    bring("tag,serial,status\nT-1,S1,In use\n")
    assert bring("tag,serial,status\nT-1,OTHER,In use\n").refused == 1
    assert "is on record with the serial number S1" in reasons(bring)[2]
    assert bring("tag,serial,status\nT-1,OTHER,In use\n", update_by="tag").changed == 1
    assert world.session.scalar(select(AssetIdentifier.value)) == "OTHER"
    sound(world)


def test_a_serial_on_record_under_another_tag_is_refused_unless_rows_are_matched_by_serial(
    world: World, bring: Bring
) -> None:
    bring("tag,serial,status\nT-1,S1,In use\n")
    assert bring("tag,serial,status\nT-2,S1,In use\n").refused == 1
    assert "is on record for T-1" in reasons(bring)[2]
    assert bring("tag,serial,status\nT-2,S1,In use\n", update_by="serial").changed == 1
    assert [line.kind for line in lines_of(world, "T-2")] == ["registered", "relabelled"]
    again = bring("tag,serial,status\nT-1,S1,In use\n", update_by="serial")
    assert (again.changed, again.already) == (0, 1), "an old list does not take the new label off"


def test_a_serial_that_several_machines_bear_names_them(world: World, bring: Bring) -> None:
    for tag in ("T-1", "T-2"):
        world.record("received", None, "2020-01-01", tag=tag, identifiers=[{"type": "serial", "value": "S1"}])
    assert bring("serial,status\nS1,In stock\n").refused == 1
    assert "T-1, T-2" in reasons(bring)[2]
    assert count(world, Asset) == 2


def test_updating_records_each_kind_of_change_by_its_own_event(world: World, bring: Bring) -> None:
    start = f"{HEAD},order number,mac\nT-1,laptop,Dell,L1,S1,INF,HUB,,In stock,PO1,00:11:22:33:44:55\n"
    bring(start)
    assert bring(start, update_by="tag").already == 1
    used = f"{HEAD},order number,mac\nT-1,laptop,Dell,L2,S1,HCA,AT-5.01,Ada Byron,In use,PO1,00:11:22:33:44:66\n"
    tally = bring(used, update_by="tag")
    assert (tally.changed, tally.lines) == (1, 2)
    moved = f"{HEAD}\nT-1,laptop,Dell,L2,S1,HCA,HUB,Grace Hopper,In use\n"
    assert bring(moved, update_by="tag").events == {"moved": 1, "reassigned": 1}
    back = f"{HEAD}\nT-1,laptop,Dell,L2,S1,HCA,HUB,,Returned\n"
    assert bring(back, update_by="tag").events == {"returned": 1}
    assert [line.kind for line in lines_of(world, "T-1")] == [
        "registered", "deployed", "amended", "moved", "reassigned", "returned",
    ]  # fmt: skip
    macs = select(AssetIdentifier.value).where(AssetIdentifier.type == "mac").order_by(AssetIdentifier.id)
    assert len(world.session.scalars(macs).all()) == 2
    assert bring(back, update_by="tag").already == 1
    sound(world)


def test_a_change_of_status_that_needs_evidence_is_not_taken_from_a_list(world: World, bring: Bring) -> None:
    bring("tag,status\nT-1,In use\n")
    tally = bring("tag,status,status since\nT-1,Recycled,2020-01-01\n", update_by="tag")
    assert tally.refused == 1 and "A list alone cannot change that" in reasons(bring)[2]
    assert bring("tag,status,status since\nT-1,Recycled,2020-01-01\n").differs == 1


def test_a_row_of_several_events_comes_in_whole_or_not_at_all(world: World, bring: Bring) -> None:
    bring("tag,status\nT-1,In use\nT-2,In use\n")
    # A label that another machine bears refuses one of two lines of the row; the other must not stay.
    world.record("received", None, None, tag="T-9")
    text = "tag,serial,status,model\n"
    bring(text + "T-1,S1,In use,\nT-2,S2,In use,\n", update_by="tag")
    tally = bring(text + "T-9,S1,In use,New\nT-2,S2,In use,New\n", update_by="serial", skip_refused=True)
    assert (tally.changed, tally.refused) == (1, 1)
    assert [line.kind for line in lines_of(world, "T-1")] == ["registered", "amended"]
    assert [line.kind for line in lines_of(world, "T-2")] == ["registered", "amended", "amended"]
    sound(world)


def test_what_the_importer_may_not_record_is_refused(world: World, bring: Bring) -> None:
    with pytest.raises(NotAllowed):
        bring("tag,status\nT-1,In use\n", permissions=frozenset({"record"}))
    assert bring("tag,status\nT-1,In use\nT-2,On order\n", permissions=frozenset({"import"})).new == 2
    tally = bring("tag,status,model\nT-1,In use,New\n", update_by="tag", permissions=frozenset({"import"}))
    assert tally.refused == 1 and "may not record" in reasons(bring)[2]


def test_nothing_of_a_person_goes_into_the_key_or_the_line(world: World, bring: Bring) -> None:
    bring("tag,custodian,notes,status\nT-1,Grace Hopper,her notes,In use\n")
    (line,) = lines_of(world, "T-1")
    assert "Grace" not in str(line.details) and "her notes" not in str(line.details)
    key = line.key
    assert bring("tag,custodian,notes,status\nT-1,Somebody Else,other,In use\n").already == 1
    assert lines_of(world, "T-1")[0].key == key


def test_the_custodian_of_a_machine_that_has_left_is_left_out_and_said(world: World, bring: Bring) -> None:
    tally = bring("tag,custodian,outcome,outcome date\nT-1,Nemo,Recycled,2018-01-01\n")
    assert (tally.new, tally.noted) == (1, 1)
    assert "no longer here" in reasons(bring, "noted")[2]
    assert world.session.scalar(select(Asset.custodian_id)) is None


def test_the_number_of_statements_does_not_grow_with_the_rows(world: World, bring: Bring, engine: Engine) -> None:
    def sent(rows: range, **asked: Any) -> int:
        text = HEAD + "\n" + "".join(f"T-{n},laptop,Dell,L{n},S{n},INF,HUB,Ada Byron,In use\n" for n in rows)
        with statements(engine) as found:
            bring(text, **asked)
        return len(found)

    few, many = sent(range(30)), sent(range(100, 1_000))
    assert many <= few + 2 and many <= 25
    few, many = sent(range(25), update_by="tag"), sent(range(100, 900), update_by="tag")
    assert many <= few + 2
    text = HEAD + "\n" + "".join(f"T-{n},laptop,Dell,X,S{n},INF,AT-5.01,,In use\n" for n in range(100, 700))
    with statements(engine) as found:
        assert bring(text, update_by="tag").changed == 600
    assert len(found) <= 45


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"update_by": "model"}, "update_by"),
        ({"without_status": "gone"}, "status"),
        ({"create": ["universes"]}, "create"),
    ],
)
def test_a_choice_that_does_not_exist_is_refused_by_name(asked: dict[str, Any], field: str) -> None:
    values = {"source": "x", **asked}
    if "create" in values:
        values["create"] = frozenset(values["create"])
    with pytest.raises(ValidationRefused) as refused:
        Choice(**values)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "asked",
    [
        {"decimal_mark": "·"},
        {"mass_unit": "stone"},
        {"date_orders": {"*": "ydm"}},
        {"words": {"colour": {}}},
        {"source": "x" * 90},
    ],
)
def test_an_answer_that_is_none_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationRefused):
        Asked(**asked)
    with pytest.raises(ValidationRefused, match="no setting"):
        Asked.of({"colour": "red"})


def test_names_are_forgotten_and_found_again_when_there_are_too_many(
    world: World, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inventory.importers import names, writing

    monkeypatch.setattr(names, "_ROOM", 5)
    monkeypatch.setattr(writing, "CHUNK", 10)
    rows = "".join(f"T-{n},INF,Person {n % 15},Room {n % 12},In use\n" for n in range(60))
    tally = bring("tag,department,custodian,location,status\n" + rows)
    assert tally.new == 60 and tally.made == {"people": 15, "places": 12}


def test_a_place_with_too_long_a_name_refuses_its_row_and_no_other(world: World, bring: Bring) -> None:
    text = f"tag,location,building,room,status\nT-1,,{'x' * 110},{'y' * 110},In use\nT-2,,Main,{'z' * 119},In use\n"
    assert bring(text, skip_refused=True).new == 2
    text = f"tag,location,status\nT-3,{'ab/' * 50},In use\nT-4,Here,In use\n"
    tally = bring(text, skip_refused=True)
    assert (tally.new, tally.refused) == (1, 1) and "120" in reasons(bring)[2]


def test_a_department_whose_name_is_no_code_refuses_its_row(world: World, bring: Bring) -> None:
    assert bring(f"tag,department,status\nT-1,{'d' * 90},In use\n").refused == 1
    assert "code" in reasons(bring)[2]


def test_mass_cost_dates_and_notes_are_compared_and_amended(world: World, bring: Bring) -> None:
    head = "tag,status,mass_g,purchase cost,currency,purchase date,warranty end,notes\n"
    bring(head + "T-1,In use,1500,10.00,GBP,2020-01-01,2023-01-01,first\n")
    same = bring(head + "T-1,In use,1500,10.00,GBP,2020-01-01,2023-01-01,first\n", update_by="tag")
    assert same.already == 1
    other = head + "T-1,In use,1600,12.50,GBP,2020-01-02,2024-01-01,second\n"
    assert "measured mass" in reasons_of(bring, other)
    assert bring(other, update_by="tag").events == {"amended": 1}
    row = world.session.scalars(select(Asset)).one()
    assert (row.mass_g, str(row.purchase_cost), str(row.warranty_end), row.notes) == (
        1600,
        "12.5",
        "2024-01-01",
        "second",
    )
    sound(world)


def reasons_of(bring: Bring, text: str) -> str:
    assert bring(text).differs == 1
    return reasons(bring, "differs")[2]
