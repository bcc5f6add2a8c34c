"""`flask erasures`: files and folders, a trial that records nothing, JSON lines, refusals."""

import json
from pathlib import Path
from typing import Any

from inventory.sanitisation.models import ErasureRecord
from tests.sanitisation import logs
from tests.sanitisation.conftest import Bench, bench  # noqa: F401 - a fixture


def told(app: Any, *arguments: str, code: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=["erasures", *arguments])
    assert result.exit_code == code, result.output
    return str(result.output)


def test_files_are_tried_brought_and_known_again(app: Any, bench: Bench, tmp_path: Path) -> None:  # noqa: F811
    bench.returned("A")
    tmp_path = tmp_path / "logs"
    tmp_path.mkdir()
    (tmp_path / "a.txt").write_bytes(logs.nwipe({"serial": "D-A"}, {"serial": "D-Z"}))
    (tmp_path / "b.json").write_bytes(logs.usody(steps=[]))
    bench.session.commit()
    trial = told(app, str(tmp_path), "--dry-run")
    assert "D-A in A: Clean, by the report. Waiting for acceptance." in trial and "this was a trial" in trial
    assert "D-Z: Clean, by the report. In quarantine." in trial and "lists no step" in trial
    assert bench.session.query(ErasureRecord).count() == 0
    bench.session.commit()
    lines = [json.loads(line) for line in told(app, str(tmp_path), "--json").splitlines()]
    assert [each["outcome"] for each in lines] == ["recorded", "recorded"] and lines[0]["dry_run"] is False
    assert "on record already" in told(app, str(tmp_path / "a.txt"))


def test_what_cannot_be_read_ends_with_a_sentence(app: Any, bench: Bench, tmp_path: Path) -> None:  # noqa: F811
    tmp_path = tmp_path / "logs"
    tmp_path.mkdir()
    (tmp_path / "a.txt").write_text("hello")
    bench.session.commit()
    assert "1 of 1 files could not be read" in told(app, str(tmp_path / "a.txt"), code=1)
    bench.who("vera")
    assert "these may: tess, vera" in told(app, str(tmp_path), code=1)
    assert "refused" in told(app, str(tmp_path), "--as", "vera", code=1)


def test_nobody_may(app: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    assert "Nobody may bring reports yet" in told(app, str(tmp_path), code=1)
