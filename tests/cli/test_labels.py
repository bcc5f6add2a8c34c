"""`flask labels`: sheets to a file, each a run on record; a refusal is a sentence and leaves nothing behind."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from click.testing import Result
from flask import Flask

from inventory.accounts.models import Account
from inventory.db import transaction
from inventory.register.models import BlankTag, LabelRun
from tests.conftest import NOW, World


def run(app: Flask, world: World, *arguments: str) -> Result:
    from inventory.db import db

    world.session.commit()
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["labels", *arguments])


def addresses(file: Path) -> list[str]:
    found: list[str] = []
    for page in pypdfium2.PdfDocument(file.read_bytes()):
        image = page.render(scale=300 / 72).to_pil().convert("L")
        found += [c.text for c in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCodeModel2)]
    return sorted(found)


def runs(world: World) -> int:
    world.session.commit()
    return world.session.query(LabelRun).count()


def test_labels_of_named_machines_and_of_all_that_match(app: Flask, world: World, tmp_path: Path) -> None:
    for tag in ("M-1", "M-2"):
        world.used_machine(tag)
    world.record("received", None, None, tag="S-1", kind="monitor")
    file = tmp_path / "some.pdf"
    result = run(app, world, "sheet", "m-1", "--as", "tess", "-o", str(file))
    assert result.exit_code == 0 and "1 label in" in result.output
    assert addresses(file) == ["HTTPS://REUSE.TEST/T/M-1"]
    result = run(app, world, "sheet", "--filter", "kind=laptop", "--sheet", "l7651", "--as", "tess", "-o", str(file))
    assert result.exit_code == 0, result.output
    assert addresses(file) == ["HTTPS://REUSE.TEST/T/M-1", "HTTPS://REUSE.TEST/T/M-2"]
    assert runs(world) == 2 and list(tmp_path.glob("*.part")) == []


def test_blank_labels_and_the_same_again(app: Flask, world: World, tmp_path: Path) -> None:
    first, second = tmp_path / "blank.pdf", tmp_path / "again.pdf"
    assert run(app, world, "blank", "3", "--as", "tess", "-o", str(first)).exit_code == 0
    world.session.commit()
    [kept] = world.session.query(LabelRun).all()
    assert run(app, world, "again", str(kept.id), "--skip", "2", "--as", "tess", "-o", str(second)).exit_code == 0
    assert addresses(first) == addresses(second) and len(addresses(first)) == 3
    assert world.session.query(BlankTag).count() == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sheet", "--as", "tess"], "one of the two"),
        (["sheet", "M-1", "--filter", "kind=laptop", "--as", "tess"], "one of the two"),
        (["sheet", "NOBODY", "--as", "tess"], "No machine bears NOBODY"),
        (["sheet", "M-1", "--as", "nobody"], "no account"),
        (["sheet", "M-1", "--as", "vera"], "vera may not print labels"),
        (["blank", "0", "--as", "tess"], "Between 1 and"),
        (["again", "9", "--as", "tess"], "no print run 9"),
    ],
)
def test_a_refusal_is_a_sentence_and_leaves_nothing_behind(
    app: Flask, world: World, tmp_path: Path, arguments: list[str], words: str
) -> None:
    world.used_machine("M-1")
    world.session.commit()
    with transaction(world.session) as session:
        session.add(Account(username="vera", display_name="Vera", role="viewer", created_at=NOW))
    file = tmp_path / "kept.pdf"
    file.write_bytes(b"as it was")
    result = run(app, world, *arguments, "-o", str(file))
    assert result.exit_code == 1 and words in result.output
    assert "Traceback" not in result.output
    assert file.read_bytes() == b"as it was" and runs(world) == 0


def test_no_tags_are_issued_for_a_file_that_cannot_be_written(app: Flask, world: World, tmp_path: Path) -> None:
    result = run(app, world, "blank", "3", "--as", "tess", "-o", str(tmp_path / "none" / "blank.pdf"))
    assert result.exit_code == 1 and "cannot be written" in result.output
    assert runs(world) == 0 and world.session.query(BlankTag).count() == 0


def test_a_zebra_file_with_a_printers_offset_what_is_shown_and_a_second_life(
    app: Flask, world: World, tmp_path: Path
) -> None:
    from inventory.labels.printers import keep_printer

    world.clean_machine("M-1")
    world.session.commit()
    with transaction(world.session) as session:
        keep_printer(session, "Store Zebra", "zebra_300", 3, 0)
    file = tmp_path / "some.zpl"
    options = ("--template", "zpl-76x51-300", "--printer", "store zebra", "--show", "serial", "--show", "bars")
    result = run(app, world, "sheet", "M-1", *options, "--second-life", "--as", "tess", "-o", str(file))
    assert result.exit_code == 0 and "Send the file to the printer" in result.output, result.output
    assert file.read_bytes().startswith(b"^XA")
    world.session.commit()
    [kept] = world.session.query(LabelRun).all()
    assert (kept.template, kept.wording, kept.shows) == ("ZPL-76X51-300", "second_life", "serial bars")
    assert kept.printer_id is not None


def test_every_template_is_told_with_what_it_holds(app: Flask, world: World) -> None:
    from inventory.labels.templates import TEMPLATES

    result = run(app, world, "templates")
    assert result.exit_code == 0
    for template in TEMPLATES.values():
        assert f"{template.key} " in result.output and template.name in result.output
    assert "a tag of up to 16 characters" in result.output and "an address of up to 87 characters" in result.output


def test_a_test_page_is_written(app: Flask, world: World, tmp_path: Path) -> None:
    file = tmp_path / "test.pdf"
    result = run(app, world, "calibrate", "l7160", "-o", str(file))
    assert result.exit_code == 0 and "10 cm" in result.output and file.read_bytes().startswith(b"%PDF")
    for arguments, said in (
        (["--printer", "none", "-o", str(file)], "no printer called none"),
        (["-o", str(tmp_path / "none" / "test.pdf")], "cannot be written"),
    ):
        result = run(app, world, "calibrate", "l7160", *arguments)
        assert result.exit_code == 1 and said in result.output
