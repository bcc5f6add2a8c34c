"""Import jobs: held by one process at a time, failed in words, forgotten whole; and the progress line."""

import io
from pathlib import Path

import pytest
from flask import Flask

from inventory.cli import _progress, import_job
from inventory.db import transaction
from inventory.errors import NotFound, RuleRefused, ValidationRefused
from inventory.importers import jobs
from inventory.importers.asking import Asked
from inventory.importers.models import ImportJob
from tests.conftest import NOW, World


def made(world: World, folder: Path, text: str = "tag,status\nT-1,In use\n", **asked: object) -> ImportJob:
    with transaction(world.session) as session:
        job = jobs.add_job(session, folder, world.account.id, "kit.csv", io.BytesIO(text.encode()), NOW)
        job.asked = Asked(**asked).as_dict()  # type: ignore[arg-type]
    return job


def claimed(world: World, job: ImportJob, folder: Path, phase: str = "running") -> None:
    with transaction(world.session) as session:
        jobs.claim(session, job, folder, phase, NOW)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_ENDING_SECONDS", 0.1)


def test_a_job_is_held_by_one_process_at_a_time(world: World, tmp_path: Path) -> None:
    job = made(world, tmp_path)
    claimed(world, job, tmp_path)
    folder = jobs.Folder.of(tmp_path, job.uid)
    assert jobs.status(world.session, job, tmp_path).state == "broken"
    with folder.hold():
        assert folder.held()
        folder.note(5, 10)
        assert jobs.status(world.session, job, tmp_path) == jobs.Status("running", 5, 10)
        with pytest.raises(RuleRefused, match="worked on already"), folder.hold():
            pass
        with pytest.raises(RuleRefused, match="worked on already"):
            jobs.claim(world.session, job, tmp_path, "running", NOW)
        with pytest.raises(RuleRefused, match="wait until it has ended"):
            jobs.forget(world.session, job, tmp_path)
    assert not folder.held()


def test_a_folder_is_found_by_an_id_of_ours_only(world: World, tmp_path: Path) -> None:
    for wrong in ("../../etc", "", "x" * 31, "/" * 32):
        with pytest.raises(NotFound):
            jobs.Folder.of(tmp_path, wrong)
    missing = jobs.Folder.of(tmp_path, "a" * 32)
    assert not missing.held() and missing.progress() == (0, None)
    with pytest.raises(ValidationRefused):
        jobs.claim(world.session, made(world, tmp_path), tmp_path, "dancing", NOW)


def test_a_job_without_refused_rows_has_no_file_of_them(world: World, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="No row of this import"):
        jobs.refused_rows(made(world, tmp_path), tmp_path)


def test_a_run_whose_columns_do_not_fit_ends_refused_with_the_sentence(app: Flask, world: World) -> None:
    instance = Path(app.instance_path)
    job = made(world, instance, columns={"Colour": "tag"})
    claimed(world, job, instance)
    assert app.test_cli_runner().invoke(args=["import-job", job.uid]).exit_code == 0
    world.session.refresh(job)
    assert job.state == "refused" and "There is no column Colour" in (job.message or "")


def test_a_fault_of_ours_is_told_as_such_and_written_to_the_log(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = Path(app.instance_path)
    job = made(world, instance)
    claimed(world, job, instance)

    def broken(*args: object, **kw: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(import_job, "run_import", broken)
    answer = app.test_cli_runner().invoke(args=["import-job", job.uid])
    assert isinstance(answer.exception, ZeroDivisionError)
    world.session.refresh(job)
    assert job.state == "failed" and "the fault is ours" in (job.message or "")


def test_a_job_that_was_not_started_does_nothing(app: Flask, world: World) -> None:
    job = made(world, Path(app.instance_path))
    answer = app.test_cli_runner().invoke(args=["import-job", job.uid])
    assert answer.exit_code == 1 and "was not started" in answer.output


def test_the_progress_line_is_rewritten_on_a_terminal_and_sparse_in_a_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter(range(0, 1_000, 5))
    monkeypatch.setattr(_progress.time, "monotonic", lambda: next(clock))
    line = _progress.Line("rows")
    for done in (1, 2, 3, 4, 5):
        line.show(done, 5)
    line.end()
    assert capsys.readouterr().err == "  2 of 5 rows (40 %)\n  4 of 5 rows (80 %)\n  5 of 5 rows (100 %)\n"
    monkeypatch.setattr(_progress.sys.stderr, "isatty", lambda: True, raising=False)
    line = _progress.Line("machines")
    line.show(7, 0)
    line.end()
    assert capsys.readouterr().err == "\r  7 machines\n"
