"""Print runs: recorded once, printed again, and never two machines with one tag."""

from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.db import transaction
from inventory.errors import InventoryError, KeyConflict, NotFound, RuleRefused, ValidationRefused
from inventory.labels.runs import ends_of, list_runs, run_numbered
from inventory.labels.service import (
    MOST_BLANKS,
    MOST_LABELS,
    Job,
    labels_of,
    print_again,
    print_blanks,
    print_machines,
    write_run,
)
from inventory.lifecycle.models import ProjectionBasis
from inventory.register.models import BlankTag, LabelRun
from tests.conftest import World

HERE = "http://127.0.0.1:5000"


def job(world: World, key: str = "k", template: str = "L7160", skip: int = 0) -> Job:
    return Job(key, world.account.id, template, skip, world.now, HERE)


def machines(world: World, count: int) -> list[str]:
    requests = [
        world.request("received", None, None, kind="laptop", manufacturer="Dell", model=f"Latitude {number}")
        for number in range(count)
    ]
    return [result.tag for result in world.batch(requests)]


def runs(session: Session) -> int:
    session.commit()
    return session.query(LabelRun).count()


def said(session: Session, run: LabelRun, settings: Settings) -> list[tuple[str, str, bool]]:
    return [(label.tag, label.model, label.unclaimed) for label in labels_of(session, run, settings)]


def test_a_run_says_who_printed_what_when_and_on_which_sheet(world: World, session: Session) -> None:
    tags = machines(world, 3)
    with transaction(session):
        run = print_machines(session, job(world, skip=4), tags, world.settings)
    found, row = run_numbered(session, run.id)
    assert (row.by, row.labels, row.blank, row.skipped, row.template) == ("Tess Technician", 3, False, 4, "L7160")
    assert row.printed_at == world.now and row.public_url == "HTTPS://REUSE.TEST" and row.claimed is None
    assert ends_of(session, found) == (tags[0], tags[2])
    assert said(session, run, world.settings) == [(tag, f"Dell Latitude {n}", False) for n, tag in enumerate(tags)]


def test_the_same_print_sent_twice_is_one_run(world: World, session: Session) -> None:
    tags = machines(world, 2)
    for _ in range(2):
        with transaction(session):
            print_machines(session, job(world), tags, world.settings)
    assert runs(session) == 1


def test_the_same_key_with_other_labels_or_another_sheet_is_refused(world: World, session: Session) -> None:
    tags = machines(world, 2)
    with transaction(session):
        first = print_machines(session, job(world), tags, world.settings)
    for act in (
        lambda: print_machines(session, job(world), tags[:1], world.settings),
        lambda: print_machines(session, job(world, skip=1), tags, world.settings),
        lambda: print_blanks(session, job(world), 2, world.settings),
        lambda: print_again(session, job(world), first.id, world.settings),
    ):
        with pytest.raises(KeyConflict), transaction(session):
            act()
    assert runs(session) == 1 and session.query(BlankTag).count() == 0


def test_a_machine_is_printed_once_however_often_and_by_whichever_tag_it_is_named(
    world: World, session: Session
) -> None:
    world.used_machine("M-1")
    world.record("relabelled", "M-1", tag="N-1")
    with transaction(session):
        run = print_machines(session, job(world), ["n-1", "M-1", "N-1"], world.settings)
    assert said(session, run, world.settings) == [("N-1", "Dell Latitude 5400", False)]


@pytest.mark.parametrize(
    ("tags", "row", "words"),
    [
        (["M-1", "NOBODY"], 2, "No machine bears NOBODY"),
        (["M-1", "A/B"], 2, "slashes"),
        (["GONE"], 1, "is withdrawn"),
        ([], None, "There is no label to print"),
        (["X"] * (MOST_LABELS + 1), None, "at most 10,000"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_row_and_nothing_is_recorded(
    world: World, session: Session, tags: list[str], row: int | None, words: str
) -> None:
    for tag in ("M-1", "A/B", "GONE"):
        world.used_machine(tag)
    world.record("merged", "GONE", into="M-1")
    with pytest.raises(InventoryError, match=words) as refusal, transaction(session):
        print_machines(session, job(world), tags, world.settings)
    assert refusal.value.row == row and runs(session) == 0


@pytest.mark.parametrize("change", [{"skip": 21}, {"skip": -1}, {"template": "L1"}, {"key": ""}, {"key": "x" * 81}])
def test_a_sheet_a_skip_or_a_key_that_makes_no_sense_is_refused(
    world: World, session: Session, change: dict[str, object]
) -> None:
    tags = machines(world, 1)
    with pytest.raises(ValidationRefused), transaction(session):
        print_machines(session, job(world, **change), tags, world.settings)  # type: ignore[arg-type]
    assert runs(session) == 0


def test_without_public_url_nothing_is_printed_and_the_words_say_what_to_set(world: World, session: Session) -> None:
    tags = machines(world, 1)
    bare = Settings(database_url=world.settings.database_url)
    for act in (
        lambda: print_machines(session, job(world), tags, bare),
        lambda: print_blanks(session, job(world), 5, bare),
    ):
        with pytest.raises(ValidationRefused, match="set PUBLIC_URL") as refusal, transaction(session):
            act()
        assert refusal.value.field == "public_url"
    assert runs(session) == 0 and session.query(BlankTag).count() == 0


def test_the_demonstration_prints_without_it_and_marks_each_label_as_local(world: World, session: Session) -> None:
    tags = machines(world, 2)
    bare = Settings(database_url=world.settings.database_url)
    with transaction(session):
        session.add(ProjectionBasis(name="demo", value="1"))
    with transaction(session):
        run = print_machines(session, job(world), tags, bare)
    assert run.public_url == HERE.upper()
    assert all(label.local_only for label in labels_of(session, run, bare))


def test_labels_of_the_demonstration_are_local_even_at_a_public_address(world: World, session: Session) -> None:
    tags = machines(world, 1)
    with transaction(session):
        session.add(ProjectionBasis(name="demo", value="1"))
        run = print_machines(session, job(world), tags, world.settings)
    assert [label.local_only for label in labels_of(session, run, world.settings)] == [True]
    assert run.public_url == "HTTPS://REUSE.TEST"


def test_a_real_register_marks_no_label_as_local(world: World, session: Session) -> None:
    tags = machines(world, 1)
    with transaction(session):
        run = print_machines(session, job(world), tags, replace(world.settings, public_url="https://kit.example.ac.uk"))
    assert [label.local_only for label in labels_of(session, run, world.settings)] == [False]


def test_blank_labels_bear_tags_that_no_machine_bears_or_will_be_given(world: World, session: Session) -> None:
    before = machines(world, 5)
    with transaction(session):
        run = print_blanks(session, job(world), 30, world.settings)
    blanks = [tag for tag, _, unclaimed in said(session, run, world.settings) if unclaimed]
    after = machines(world, 40)
    assert len(set(blanks)) == 30
    assert not set(blanks) & set(before) and not set(blanks) & set(after)


def test_a_blank_label_is_claimed_by_registering_or_relabelling_and_then_by_nobody_else(
    world: World, session: Session
) -> None:
    with transaction(session):
        run = print_blanks(session, job(world), 3, world.settings)
    first, second, third = (tag for tag, _, _ in said(session, run, world.settings))
    world.record("registered", None, "2020-01-01", kind="laptop", model="Latitude 7", status="in_stock", tag=first)
    world.used_machine("M-1")
    world.record("relabelled", "M-1", tag=second)
    for taken in (first, second):
        with pytest.raises(RuleRefused, match="never used twice"):
            world.record("received", None, None, kind="laptop", tag=taken)
        with pytest.raises(RuleRefused, match="never used twice"):
            world.record("relabelled", first if taken == second else second, tag=taken)
    session.commit()
    assert run_numbered(session, run.id)[1].claimed == 2
    assert said(session, run, world.settings) == [
        (first, "Latitude 7", False), (second, "Dell Latitude 5400", False), (third, "", True),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, -3, MOST_BLANKS + 1])
def test_a_number_of_blank_labels_out_of_range_is_refused(world: World, session: Session, count: int) -> None:
    with pytest.raises(ValidationRefused, match="Between 1 and 2,000"), transaction(session):
        print_blanks(session, job(world), count, world.settings)
    assert runs(session) == 0


def test_blank_labels_sent_twice_are_issued_once(world: World, session: Session) -> None:
    for _ in range(2):
        with transaction(session):
            print_blanks(session, job(world), 4, world.settings)
    assert runs(session) == 1 and session.query(BlankTag).count() == 4
    with pytest.raises(KeyConflict), transaction(session):
        print_blanks(session, job(world), 5, world.settings)


def test_a_run_printed_again_is_a_run_of_its_own_with_the_present_tags(world: World, session: Session) -> None:
    tags = machines(world, 3)
    with transaction(session):
        first = print_machines(session, job(world), tags, world.settings)
    world.record("relabelled", tags[1], tag="NEW-1")
    world.record("merged", tags[2], into=tags[0])
    for key in ("again", "again"):
        with transaction(session):
            second = print_again(session, job(world, key, "L7651", 2), first.id, world.settings)
    with transaction(session):
        third = print_again(session, job(world, "third"), second.id, world.settings)
    assert (second.reprint_of, third.reprint_of, second.template, second.skipped) == (first.id, first.id, "L7651", 2)
    assert [tag for tag, _, _ in said(session, third, world.settings)] == [tags[0], "NEW-1"]
    assert runs(session) == 3


def test_a_run_that_is_not_there_cannot_be_printed_again(world: World, session: Session) -> None:
    with pytest.raises(NotFound, match="no print run 9"), transaction(session):
        print_again(session, job(world), 9, world.settings)
    with pytest.raises(NotFound):
        run_numbered(session, 9)


def test_a_key_of_another_print_is_refused_when_printing_again(world: World, session: Session) -> None:
    tags = machines(world, 1)
    with transaction(session):
        first = print_machines(session, job(world, "a"), tags, world.settings)
    with transaction(session):
        print_machines(session, job(world, "b"), tags, world.settings)
    with pytest.raises(KeyConflict), transaction(session):
        print_again(session, job(world, "b"), first.id, world.settings)


def test_the_pdf_of_a_run_decodes_to_the_address_of_each_machine_from_the_first_free_place_on(
    world: World, session: Session
) -> None:
    tags = machines(world, 25)
    with transaction(session):
        run = print_machines(session, job(world, skip=5), tags, world.settings)
    out = BytesIO()
    assert write_run(session, run, out, world.settings, outlines=True) == 25
    found: list[list[str]] = []
    for page in pypdfium2.PdfDocument(out.getvalue()):
        image = page.render(scale=300 / 72).to_pil().convert("L")
        codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCodeModel2)
        found.append([code.text for code in codes])
    assert [len(page) for page in found] == [16, 9]
    assert sorted(text for page in found for text in page) == sorted(f"HTTPS://REUSE.TEST/T/{tag}" for tag in tags)


def test_more_labels_than_one_read_keep_their_order(
    world: World, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.labels.service.CHUNK", 2)
    monkeypatch.setattr("inventory.labels.machines.CHUNK", 2)
    tags = machines(world, 5)[::-1]
    with transaction(session):
        run = print_machines(session, job(world), tags, world.settings)
    assert [tag for tag, _, _ in said(session, run, world.settings)] == tags


def test_runs_are_walked_page_by_page_and_back(world: World, session: Session) -> None:
    tags = machines(world, 1)
    for number in range(5):
        with transaction(session):
            print_machines(session, job(world, f"k{number}"), tags, world.settings)
    newest = list_runs(session, 2)
    assert newest.newer is None
    middle = list_runs(session, 2, before=newest.older)
    last = list_runs(session, 2, before=middle.older)
    numbers = [row.id for page in (newest, middle, last) for row in page.rows]
    assert numbers == sorted(numbers, reverse=True) and len(numbers) == 5 and last.older is None
    back = list_runs(session, 2, after=last.newer)
    assert [row.id for row in back.rows] == [row.id for row in middle.rows]
    assert list_runs(session, 2, after=back.newer).newer is None
    assert list_runs(session, 2, before=1).rows == []
