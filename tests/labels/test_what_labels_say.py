"""What labels show, second-life labels, reprint marks, printers and their offsets, the logo."""

from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory.db import transaction
from inventory.errors import InventoryError, KeyConflict, NotFound, RuleRefused, ValidationRefused
from inventory.labels.machines import printable
from inventory.labels.printers import (
    has_logo,
    keep_logo,
    keep_printer,
    list_printers,
    logo_of,
    printer_named,
    remove_logo,
    remove_printer,
)
from inventory.labels.runs import list_runs
from inventory.labels.second_life import ALLOWED
from inventory.labels.service import (
    Job,
    base_for,
    labels_of,
    print_again,
    print_blanks,
    print_machines,
    wanted_by,
    write_run,
)
from inventory.labels.templates import TEMPLATES
from inventory.printing.picture import cleaned
from inventory.register.models import LabelRun
from tests.conftest import World, statements
from tests.labels.printed import read

HERE = "http://127.0.0.1:5000"
ALL = ("model", "serial", "department", "order", "institution", "logo", "bars")


def job(world: World, key: str = "k", **changes: object) -> Job:
    return replace(Job(key, world.account.id, "L7160", 0, world.now, HERE), **changes)  # type: ignore[arg-type]


def png(colour: tuple[int, ...] = (0, 0, 0, 255), size: tuple[int, int] = (60, 30)) -> bytes:
    picture = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    picture.paste(Image.new("RGBA", size, colour), (40, 40))
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def test_a_label_shows_what_was_asked_for_and_a_reprint_says_so(world: World, session: Session) -> None:
    world.used_machine("M-1", order_reference="4500123", identifiers=[{"type": "serial", "value": "CZC0408YPV"}])
    with transaction(session):
        keep_logo(session, png(), world.now)
        first = print_machines(session, job(world, shows=ALL), ["M-1"], world.settings)
    [label] = labels_of(session, first, world.settings)
    assert label.facts == ("S/N CZC0408YPV", "School of Informatics", "PO 4500123")
    assert label.bars and label.logo is not None and label.copy == 1 and first.shows == " ".join(ALL)
    for number in (2, 3):
        with transaction(session):
            run = print_again(session, job(world, f"again-{number}"), first.id, world.settings)
        assert (run.copy, run.shows, run.reprint_of) == (number, first.shows, first.id)
        [again] = labels_of(session, run, world.settings)
        assert (again.copy, again.facts) == (number, label.facts)
        out = BytesIO()
        write_run(session, run, out, world.settings)
        page = pypdfium2.PdfDocument(out.getvalue())[0]
        assert f"R{number}" in page.get_textpage().get_text_range()
        assert [text for text, _ in read(page.render(scale=300 / 72).to_pil().convert("L"))] == [
            "HTTPS://REUSE.TEST/T/M-1"
        ]


def test_a_label_that_shows_nothing_has_code_and_tag_only(world: World, session: Session) -> None:
    world.used_machine("M-1")
    with transaction(session):
        run = print_machines(session, job(world, shows=()), ["M-1"], world.settings)
    [label] = labels_of(session, run, world.settings)
    assert (label.model, label.institution, label.facts, label.bars, label.logo) == ("", "", (), False, None)


def test_the_same_key_with_other_words_is_another_print(world: World, session: Session) -> None:
    world.used_machine("M-1")
    with transaction(session):
        print_machines(session, job(world), ["M-1"], world.settings)
        print_blanks(session, job(world, "b"), 2, world.settings)
    for act in (
        lambda: print_machines(session, job(world, shows=("serial",)), ["M-1"], world.settings),
        lambda: print_blanks(session, job(world, "b", shows=("bars",)), 2, world.settings),
    ):
        with pytest.raises(KeyConflict), transaction(session):
            act()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"shows": ("model", "colour")}, "shows"), ({"wording": "poem"}, "wording"), ({"printer": 99}, "printer")],
)
def test_what_a_label_cannot_show_is_refused(
    world: World, session: Session, change: dict[str, object], field: str
) -> None:
    world.used_machine("M-1")
    with pytest.raises(InventoryError) as refusal, transaction(session):
        print_machines(session, job(world, **change), ["M-1"], world.settings)
    assert refusal.value.field == field
    session.commit()
    assert session.query(LabelRun).count() == 0


def second_life(world: World, session: Session, tag: str) -> tuple[str, ...]:
    with transaction(session):
        run = print_machines(session, job(world, f"s-{tag}", wording="second_life"), [tag], world.settings)
    [label] = labels_of(session, run, world.settings)
    assert label.institution == "" and label.address == f"HTTPS://REUSE.TEST/T/{tag}"
    return label.statement


def test_a_donated_machine_says_by_whom_and_when_its_drive_was_wiped(world: World, session: Session) -> None:
    world.clean_machine("M-1")
    assert second_life(world, session, "M-1") == (
        "Laptop passed for re-use by University of Testing; its property until handed over.",
        "Drive wiped on 1 Feb 2018 (purge, NIST SP 800-88).",
    )
    world.record("donated", "M-1", "2018-03-01", partner="remakery")
    with transaction(session):
        run = print_again(session, job(world, "again"), 1, world.settings)
    [label] = labels_of(session, run, world.settings)
    assert label.statement == (
        "Donated by University of Testing, 1 Mar 2018.",
        "Re-used laptop, no longer the property of University of Testing.",
        "Drive wiped on 1 Feb 2018 (purge, NIST SP 800-88).",
    )


def test_a_sold_machine_and_one_without_a_drive_say_what_the_ledger_states(world: World, session: Session) -> None:
    world.record("received", None, "2016-01-10", tag="M-1", kind="laptop", department="INF")
    world.record("deployed", "M-1", "2016-01-10", custodian="ada")
    world.record("returned", "M-1", "2018-02-01")
    world.record("inspected", "M-1", "2018-02-01", functional="working", cosmetic="B", no_drive_fitted=True)
    world.record("passed_for_reuse", "M-1", "2018-02-02")
    world.record("sold", "M-1", "2018-02-03", buyer="buyer")
    said = second_life(world, session, "M-1")
    assert said[0] == "Sold by University of Testing, 3 Feb 2018." and said[-1] == "No drive fitted."


def test_a_machine_never_used_says_nothing_of_a_wipe(world: World, session: Session) -> None:
    world.record(
        "taken_on",
        None,
        "2019-05-01",
        tag="M-1",
        kind="monitor",
        status="donated",
        partner="remakery",
        outcome="donated",
    )
    assert not any("wiped" in sentence for sentence in second_life(world, session, "M-1"))


@pytest.mark.parametrize("state", ["in_use", "returned", "withdrawn"])
def test_other_machines_get_no_second_life_label_and_the_words_say_why(
    world: World, session: Session, state: str
) -> None:
    world.used_machine("M-1")
    if state == "returned":
        world.record("returned", "M-1", "2018-02-01")
    if state == "withdrawn":
        world.used_machine("M-2")
        world.record("merged", "M-1", into="M-2")
    words = {
        "in_use": "it is in use. Only a machine that is donated",
        "returned": "it is returned",
        "withdrawn": "is withdrawn",
    }
    with pytest.raises(InventoryError, match=words[state]), transaction(session):
        print_machines(session, job(world, wording="second_life"), ["M-1"], world.settings)
    assert state not in ALLOWED


def test_an_unclean_machine_that_waits_gets_none(world: World, session: Session) -> None:
    world.clean_machine("M-1")
    world.record("part_fitted", "M-1", "2018-02-05", serial="D-NEW", medium="ssd", came="from_elsewhere")
    with pytest.raises(RuleRefused, match="drive D-NEW has no accepted wipe"), transaction(session):
        print_machines(session, job(world, wording="second_life"), ["M-1"], world.settings)


def test_a_statement_without_room_is_refused_and_names_the_label(world: World, session: Session) -> None:
    world.clean_machine("M-1")
    with pytest.raises(ValidationRefused, match=r"too many words for labels of 38\.1 × 21\.2 mm"), transaction(session):
        print_machines(session, job(world, template="L7651", wording="second_life"), ["M-1"], world.settings)


def test_a_run_that_cannot_be_stated_any_more_leaves_its_machine_out(world: World, session: Session) -> None:
    world.clean_machine("M-1")
    with transaction(session):
        run = print_machines(session, job(world, wording="second_life"), ["M-1"], world.settings)
    world.record("redeployed", "M-1", "2018-04-01", custodian="ada")
    assert list(labels_of(session, run, world.settings)) == []


def test_a_printers_offset_moves_its_prints_and_a_further_shift_comes_on_top(world: World, session: Session) -> None:
    world.used_machine("M-1")

    def corner(run: LabelRun, **more: tuple[float, float]) -> tuple[float, float]:
        out = BytesIO()
        write_run(session, run, out, world.settings, **more)  # type: ignore[arg-type]
        page = pypdfium2.PdfDocument(out.getvalue())[0].render(scale=300 / 72).to_pil().convert("L")
        ((_, (x, y)),) = read(page)
        return x * 25.4 / 300, y * 25.4 / 300

    with transaction(session):
        printer = keep_printer(session, " Hub  laser ", "sheet", 12, -5)
        plain = print_machines(session, job(world), ["M-1"], world.settings)
        moved = print_machines(session, job(world, "m", printer=printer.id), ["M-1"], world.settings)
    straight, there = corner(plain), corner(moved)
    assert (there[0] - straight[0], there[1] - straight[1]) == pytest.approx((1.2, -0.5), abs=0.1)
    further = corner(moved, shift_mm=(1.0, 1.0))
    assert (further[0] - there[0], further[1] - there[1]) == pytest.approx((1, 1), abs=0.1)
    assert list_runs(session, 5).rows[0].printer == "Hub laser"
    with transaction(session):
        assert remove_printer(session, printer.id) == "Hub laser"
    session.expire_all()
    assert corner(moved) == pytest.approx(straight, abs=0.1) and list_runs(session, 5).rows[0].printer is None


def test_a_printer_takes_only_the_labels_of_its_kind(world: World, session: Session) -> None:
    world.used_machine("M-1")
    with transaction(session):
        printer = keep_printer(session, "QL", "brother_ql", 0, 0)
    with pytest.raises(ValidationRefused, match="QL does not take Avery L7160") as refusal, transaction(session):
        print_machines(session, job(world, printer=printer.id), ["M-1"], world.settings)
    assert refusal.value.field == "printer"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (("", "sheet", 0, 0), "name"), (("x" * 81, "sheet", 0, 0), "name"), (("a\x00", "sheet", 0, 0), "name"),
        (("A", "laser", 0, 0), "family"), (("A", "sheet", 51, 0), "right"), (("A", "sheet", 0, -51), "down"),
        (("hub", "dymo", 0, 0), "name"),
    ],
)  # fmt: skip
def test_a_printer_that_makes_no_sense_is_refused(
    session: Session, values: tuple[str, str, int, int], field: str
) -> None:
    with transaction(session):
        keep_printer(session, "Hub", "sheet", 1, 1)
    with pytest.raises(InventoryError) as refusal, transaction(session):
        keep_printer(session, *values)
    assert refusal.value.field == field and len(list_printers(session)) == 1


def test_a_printer_is_added_once_changed_found_by_name_and_limited(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.labels.printers.MOST_PRINTERS", 2)
    with transaction(session):
        first = keep_printer(session, "Hub", "sheet", 1, 1)
        assert keep_printer(session, "Hub", "sheet", 1, 1) is first
        keep_printer(session, "QL", "brother_ql", 0, 0)
        keep_printer(session, "Hub 2", "dymo", -3, 4, number=first.id)
    found = printer_named(session, " hub  2")
    assert (found.id, found.family, found.right_tenths, found.down_tenths) == (first.id, "dymo", -3, 4)
    with pytest.raises(RuleRefused, match="2 printers already"), transaction(session):
        keep_printer(session, "Third", "sheet", 0, 0)
    for act in (lambda: printer_named(session, "none"), lambda: remove_printer(session, 99)):
        with pytest.raises(NotFound):
            act()


def test_a_logo_is_kept_once_grey_and_without_margins(world: World, session: Session) -> None:
    assert not has_logo(session) and logo_of(session) is None
    for size in ((60, 30), (80, 20)):
        with transaction(session):
            keep_logo(session, png((200, 0, 0, 255), size), world.now)
    logo = logo_of(session)
    assert logo is not None and logo.image.mode == "L" and logo.image.size == (80, 20) and logo.ratio == 4
    assert has_logo(session) and logo.data_uri.startswith("data:image/png;base64,")
    with transaction(session):
        remove_logo(session)
    assert not has_logo(session)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a file"), (b"not a picture", "no PNG, JPEG"), (b"<svg xmlns='x'/>", "save the logo as PNG"),
        (png((255, 255, 255, 255)), "it is white"), (png(size=(150, 2)), "too long and narrow"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
    ids=["nothing", "text", "svg", "white", "narrow", "large"],
)  # fmt: skip
def test_a_file_that_is_no_logo_is_refused_in_words(world: World, session: Session, content: bytes, words: str) -> None:
    with pytest.raises(ValidationRefused, match=words) as refusal, transaction(session):
        keep_logo(session, content, world.now)
    assert refusal.value.field == "logo" and not has_logo(session)


def test_a_picture_with_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.printing.picture.MOST_PIXELS", 100)
    with pytest.raises(ValueError, match="too many pixels"):
        cleaned(png())


def test_a_blank_label_shows_institution_logo_and_bars_and_is_still_unclaimed(world: World, session: Session) -> None:
    with transaction(session):
        keep_logo(session, png(), world.now)
        run = print_blanks(session, job(world, shows=ALL, template="DYMO-99012"), 2, world.settings)
    found = list(labels_of(session, run, world.settings))
    assert all(each.unclaimed and each.bars and each.logo and each.institution for each in found) and len(found) == 2


def test_five_hundred_labels_with_everything_take_few_statements(
    world: World, session: Session, engine: Engine
) -> None:
    for number in range(12):
        world.clean_machine(f"M-{number}")
    tags = [f"M-{number}" for number in range(12)]
    base = base_for(session, world.settings, HERE)
    with statements(engine) as sent:
        good, bad = printable(
            session, tags, TEMPLATES["L7163"], base, world.settings, wanted_by(session, ALL, "second_life")
        )
    assert len(good) == 12 and not bad
    # The logo; then per five hundred: tags, facts, serials, the ledger.
    assert len(sent) <= 5, "\n".join(sent)
