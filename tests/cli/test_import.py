"""`flask import` and `flask export`: files in and out at the terminal, refusals by row, all or none."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from benchmarks.fleet_csv import write_fleet
from inventory.accounts.models import Account
from inventory.db import transaction
from inventory.importers.jobs import environment
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.upkeep import verify
from inventory.register.models import Asset, Party
from tests.conftest import NOW, World
from tests.importers.test_restoring import a_life, empty

ROOT = Path(__file__).parents[2]
TEXT = "Asset tag,Type,Serial number,State\nA-1,Laptop,S1,In use\nA-2,Desktop,S2,In stock\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kit.csv"
    path.write_text(TEXT)
    return path


def run(app: Flask, world: World, *args: object) -> Result:
    world.session.commit()
    return app.test_cli_runner().invoke(args=[str(each) for each in args])


def machines(world: World) -> int:
    world.session.commit()
    return int(world.session.scalar(select(func.count()).select_from(Asset)) or 0)


def test_a_file_comes_in_and_again_changes_nothing(app: Flask, world: World, file: Path) -> None:
    said = run(app, world, "import", "generic", file)
    assert said.exit_code == 0 and "2  new machines" in said.output
    assert "Recorded: 2 lines in the ledger." in said.output
    again = run(app, world, "import", "auto", file)
    assert again.exit_code == 0 and "2  on record already, unchanged" in again.output
    assert machines(world) == 2


def test_a_dry_run_tells_and_changes_nothing(app: Flask, world: World, file: Path) -> None:
    said = run(app, world, "import", "generic", file, "--dry-run")
    assert said.exit_code == 0 and "this was a trial. 2 lines would be recorded" in said.output
    assert machines(world) == 0


def test_one_refused_row_stops_the_file_and_is_told_by_its_number(
    app: Flask, world: World, file: Path, tmp_path: Path
) -> None:
    file.write_text(TEXT + "A-3,Laptop,S3,Vanished\n")
    said = run(app, world, "import", "generic", file, "--refused", tmp_path / "back.csv")
    assert said.exit_code == 1
    assert "row 4, refused: Status is no status known here" in said.output and "(it says “Vanished”)" in said.output
    assert "Nothing was recorded, since 1 rows are refused" in said.output
    assert machines(world) == 0
    assert "A-3" in (tmp_path / "back.csv").read_text(encoding="utf-8-sig")
    assert "This was a trial; nothing" in run(app, world, "import", "generic", file, "--dry-run").output
    assert run(app, world, "import", "generic", file, "--skip-refused").exit_code == 0
    assert machines(world) == 2
    said = run(app, world, "import", "generic", file, "--word", "status:Vanished=missing")
    assert said.exit_code == 0 and machines(world) == 3


def test_the_result_can_be_read_by_a_program(app: Flask, world: World, file: Path) -> None:
    file.write_text(TEXT + "A-3,Laptop,S3,Vanished\n")
    found = json.loads(run(app, world, "import", "generic", file, "--json", "--skip-refused").output)
    assert (found["outcome"], found["new"], found["refused"], found["format"]) == ("recorded", 2, 1, "generic")
    assert found["problems"][0]["row"] == 4 and found["problems"][0]["problems"][0]["field"] == "status"
    found = json.loads(run(app, world, "import", "generic", file, "--json", "--dry-run").output)
    assert found["outcome"] == "refused"


def test_columns_are_mapped_and_changes_recorded_by_option(app: Flask, world: World, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("Etikett;Gerät;Zustand;Kaufdatum;Gewicht;Preis\nE-1;Latitude;In use;03.04.2020;1,5;1.234\n")
    mapping = [
        "--map",
        "Etikett=tag",
        "--map",
        "Gerät=model",
        "--map",
        "Zustand=status",
        "--map",
        "Kaufdatum=purchase_date",
    ]
    mapping += ["--map", "Gewicht=mass", "--map", "Preis=-"]
    said = run(app, world, "import", "generic", path, *mapping)
    assert said.exit_code == 1 and "Error:" in said.output
    said = run(app, world, "import", "generic", path, *mapping, "--mass-unit", "kg", "--date-order", "dmy")
    assert said.exit_code == 0, said.output
    asset = world.session.scalars(select(Asset)).one()
    assert (asset.mass_g, str(asset.purchase_date), asset.model) == (1500, "2020-04-03", "Latitude")
    path.write_text("tag,model\nE-1,Precision\n")
    assert "left as they are" in run(app, world, "import", "generic", path).output
    said = run(app, world, "import", "generic", path, "--update-by", "tag")
    assert "1  machines with changes" in said.output
    path.write_text("tag,status,department\nE-2,In use,Atlantis\n")
    assert "no department “Atlantis”" in run(app, world, "import", "generic", path, "--no-new", "departments").output


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["nonsense", "{file}"], "There is no import format nonsense"),
        (["generic", "{file}", "--map", "Colour=tag"], "There is no column Colour"),
        (["generic", "{file}", "--map", "Type"], "not of the form NAME=VALUE"),
        (["generic", "{file}", "--word", "Bench=in_stock"], "not of the form COLUMN:WORD=KEY"),
        (["generic", "{file}", "--status", "gone"], "There is no status gone"),
        (["generic", "{file}", "--as", "nobody"], "There is no account"),
        (["generic", "{file}", "--encoding", "klingon"], "There is no encoding klingon"),
        (["generic", "/no/such/file.csv"], "does not exist"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    app: Flask, world: World, file: Path, args: list[str], sentence: str
) -> None:
    said = run(app, world, "import", *(each.format(file=file) for each in args))
    assert said.exit_code in (1, 2) and sentence in said.output
    assert machines(world) == 0


def test_who_imports_is_asked_where_several_may(app: Flask, world: World, file: Path) -> None:
    with transaction(world.session) as session:
        session.add(Account(username="sue", display_name="Sue", role="sustainability_officer", created_at=NOW))
    assert "Say with --as who imports; these may: tess, sue." in run(app, world, "import", "generic", file).output
    assert run(app, world, "import", "generic", file, "--as", "sue").exit_code == 0
    actor = select(Account.username).join(LifecycleEvent, LifecycleEvent.actor_id == Account.id).limit(1)
    assert world.session.scalar(actor) == "sue"


def test_nobody_may_import_before_there_is_an_account(app: Flask, world: World, file: Path) -> None:
    with transaction(world.session):
        world.account.active = False
    assert "Nobody may import yet" in run(app, world, "import", "generic", file).output


def test_the_whole_register_goes_out_and_comes_back(app: Flask, world: World, tmp_path: Path) -> None:
    a_life(world)
    path = tmp_path / "whole.csv"
    said = run(app, world, "export", path)
    assert said.exit_code == 0 and "4 machines with" in said.output
    assert path.stat().st_mode & 0o077 == 0, "it holds names"
    assert "This register is not empty" in run(app, world, "import", "own", path).output
    before = verify(world.session)[0]
    empty(world.session)
    trial = run(app, world, "import", "own", path, "--dry-run")
    assert trial.exit_code == 0 and "every line fits its chain" in trial.output and machines(world) == 0
    said = run(app, world, "import", "auto", path, "--json")
    assert json.loads(said.output)["records"]["asset"] == 4
    assert verify(world.session) == (before, [])
    assert (
        "new password"
        in app.test_cli_runner()
        .invoke(args=["user", "password", "tess", "--password-stdin"], input="four unrelated words here\n")
        .output
    )
    cut = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(cut[:-1]))
    empty(world.session)
    said = run(app, world, "import", "own", path)
    assert said.exit_code == 1 and "cut off" in said.output and machines(world) == 0


def start(app: Flask, *args: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "inventory.app:create_app", *map(str, args)],
        env=environment(app.config["SETTINGS"], app.instance_path),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.mark.parametrize("seconds", [1.5, 2.5, 3.5])
def test_an_import_killed_at_any_moment_leaves_nothing_and_comes_in_whole_when_started_again(
    app: Flask, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.delenv("REAL_DATA", raising=False)
    world.session.commit()
    path = tmp_path / "fleet.csv"
    write_fleet(path, limit=6_000)
    before = int(world.session.scalar(select(func.count()).select_from(Party)) or 0)
    world.session.commit()
    with start(app, "import", "generic", path) as process:
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    # The last moments of a quick machine: all of it, or nothing.
    assert machines(world) in (0, 6_000)
    if not machines(world):
        assert world.session.scalar(select(func.count()).select_from(Party)) == before
    with start(app, "import", "generic", path, "--json") as process:
        output = process.communicate()[0]
    told: dict[str, Any] = json.loads(output[output.index(b"{\n") :])
    assert told["new"] + told["already"] == 6_000
    assert machines(world) == 6_000
    assert verify(world.session)[1] == []
