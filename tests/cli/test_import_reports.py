"""`flask import hardware` and `flask hardware reread`: many files, told one by one, in parts, resumable."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from inventory.accounts.models import Account
from inventory.arrivals import service
from inventory.cli import _import_reports
from inventory.db import transaction
from inventory.errors import RuleRefused
from inventory.intake.models import HardwareReport
from inventory.intake.readers.lshw_json import READER
from tests.api.test_hardware_reports import lshw, zipped
from tests.cli.test_import import machines, run
from tests.conftest import NOW, World
from tests.intake.test_receiving import drives, lines, registered


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two reports, a zip with a third, a table, something empty and something hidden."""
    place = tmp_path / "reports"
    (place / "room 5").mkdir(parents=True)
    (place / "a.json").write_bytes(lshw("AAAA1"))
    (place / "room 5" / "b.json").write_bytes(lshw("BBBB2"))
    (place / "room 5" / "more.zip").write_bytes(zipped(c=lshw("CCCC3")))
    (place / "list.csv").write_text("tag,name\n1,2\n")
    (place / "nothing.json").write_bytes(b"")
    (place / ".hidden.json").write_bytes(lshw("DDDD4"))
    return place


def reports(world: World) -> int:
    world.session.commit()
    return int(world.session.scalar(select(func.count()).select_from(HardwareReport)) or 0)


def test_a_folder_is_read_file_by_file_and_again_changes_nothing(app: Flask, world: World, folder: Path) -> None:
    said = run(app, world, "import", "hardware", folder, "--register-new")
    assert said.exit_code == 0 and "5 files read." in said.output
    assert "3  recorded" in said.output and "2  refused" in said.output
    assert "reports/list.csv is a table" in said.output and "reports/nothing.json is empty" in said.output
    before = lines(world), machines(world), reports(world)
    assert before == (3, 3, 3)
    assert run(app, world, "import", "hardware", folder, "--register-new").exit_code == 0
    assert (lines(world), machines(world), reports(world)) == before


def test_a_trial_tells_the_table_of_what_would_become_of_each_file_and_changes_nothing(
    app: Flask, world: World, folder: Path
) -> None:
    said = run(app, world, "import", "hardware", folder, folder / "a.json", "--register-new", "--dry-run", "--json")
    told = json.loads(said.stdout)
    assert told["outcome"] == "trial" and told["counts"] == {"refused": 2, "recorded": 4}
    by_name = {each["file"]: each for each in told["files"]}
    [part] = by_name["reports/a.json"]["parts"]
    assert (part["format"], part["manufacturer"], part["model"], part["serial"]) == (
        "lshw_json", "Dell", "OptiPlex 7060", "AAAA1"
    )  # fmt: skip
    assert [each["serial"] for each in part["drives"]] == ["ZAAAA1"]
    assert by_name["a.json"]["parts"][0]["already"] is True, "the same bytes a second time in one run"
    assert "is a table" in by_name["reports/list.csv"]["parts"][0]["words"]
    assert (lines(world), reports(world)) == (0, 0)
    assert "this was a trial" in run(app, world, "import", "hardware", folder, "--dry-run").output


def test_a_run_that_broke_off_goes_on_where_it_was(
    app: Flask, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_import_reports, "chunks", lambda opened: service.chunks(opened, 1))
    real, calls = service.file_all, []

    def breaks(*args: Any, **kw: Any) -> Any:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*args, **kw)

    monkeypatch.setattr(_import_reports, "file_all", breaks)
    said = run(app, world, "import", "hardware", folder, "--register-new")
    assert said.exit_code != 0 and 0 < reports(world) < 3
    monkeypatch.setattr(_import_reports, "file_all", real)
    assert run(app, world, "import", "hardware", folder, "--register-new").exit_code == 0
    assert (reports(world), machines(world), lines(world)) == (3, 3, 3)


def test_one_report_that_cannot_be_recorded_does_not_stop_the_others(
    app: Flask, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = service.file_all

    def refuses(session: Any, opened: Any, *args: Any, **kw: Any) -> Any:
        if any(each.name.endswith("/a.json") for each in opened):
            raise RuleRefused("Not this one.")
        return real(session, opened, *args, **kw)

    monkeypatch.setattr(_import_reports, "file_all", refuses)
    said = run(app, world, "import", "hardware", folder, "--register-new")
    assert "reports/a.json: Not this one." in said.output and reports(world) == 2


def test_only_refused_files_end_with_an_error(app: Flask, world: World, folder: Path) -> None:
    assert run(app, world, "import", "hardware", folder / "list.csv").exit_code == 1
    empty = folder / "empty"
    empty.mkdir()
    said = run(app, world, "import", "hardware", empty)
    assert said.exit_code == 1 and "There is no file in these folders" in said.output


def test_a_file_that_no_report_can_be_as_large_as_is_not_even_opened(
    app: Flask, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_import_reports, "LARGEST", 10)
    assert "at most 0 MiB are read" in run(app, world, "import", "hardware", folder / "a.json").output


def test_tables_still_come_one_at_a_time(app: Flask, world: World, folder: Path) -> None:
    table = folder / "list.csv"
    for args in ((table, table), (folder,)):
        said = run(app, world, "import", "generic", *args)
        assert said.exit_code == 1 and "One table at a time" in said.output
    said = run(app, world, "import", "generic", table, "--register-new")
    assert said.exit_code == 1 and "belongs to the format hardware" in said.output


def test_kept_reports_are_read_again_when_their_reader_reads_better(
    app: Flask, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(world, "M-1", identifiers=[{"type": "serial", "value": "AAAA1"}], drives=None)
    run(app, world, "import", "hardware", folder / "a.json", folder / "room 5" / "b.json")
    nothing = run(app, world, "hardware", "reread", "--as", "tess")
    assert nothing.exit_code == 0 and "0 reports read again" in nothing.output
    # The earlier version saw no drive and no processor.
    with transaction(world.session) as session:
        for row in session.scalars(select(HardwareReport)):
            found = dict(row.found or {})
            found["machine"] = {
                name: value for name, value in found["machine"].items() if name not in ("cpu_model", "drives")
            }
            row.found = found
            row.reader_version = READER.version - 1
    world.now = datetime.now(UTC)
    world.record("part_removed", "M-1", None, uid=next(iter(drives(world, "M-1").values())))
    before = lines(world)
    said = run(app, world, "hardware", "reread", "--as", "tess")
    assert said.exit_code == 0 and "2 reports read again, 2 of them say more or other" in said.output
    assert list(drives(world, "M-1")) == ["ZAAAA1"] and lines(world) == before + 1
    world.session.expire_all()
    rows = world.session.scalars(select(HardwareReport).order_by(HardwareReport.id)).all()
    assert [row.standing for row in rows] == ["recorded", "asked"]
    assert all(row.found and row.found["machine"]["cpu_model"] for row in rows)
    assert "0 reports read again" in run(app, world, "hardware", "reread", "--as", "tess").output


def test_who_may_not_record_may_not_have_reports_read_again(app: Flask, world: World) -> None:
    world.session.commit()
    with transaction(world.session) as session:
        session.add(Account(uid="v" * 32, username="vic", display_name="Vic", role="viewer", created_at=NOW))
    for args in (("hardware", "reread", "--as", "vic"), ("import", "hardware", __file__, "--as", "vic")):
        assert run(app, world, *args).exit_code == 1
