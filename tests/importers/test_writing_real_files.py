"""Other people's files into the ledger, twice; the fleet of real models, whole where the full counts are asked for."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.fleet_csv import SYNTHETIC_ROWS, write_fleet
from inventory.importers.jobs import environment
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.register.models import Asset
from tests.conftest import World
from tests.importers.test_writing import Bring, bring, reasons

__all__ = ["bring"]
FOLDER = Path(os.environ.get("REAL_DATA", "/nowhere"))
pytestmark = [pytest.mark.real_data, pytest.mark.skipif(not FOLDER.is_dir(), reason="REAL_DATA names no folder")]
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("imports/*/*.csv"))
REFUSED = {"users-sample.csv": "list of users", "models-sample.csv": "list of models"}


def lines(world: World) -> int:
    found = int(world.session.scalar(select(func.count()).select_from(LifecycleEvent)) or 0)
    world.session.rollback()
    return found


@pytest.mark.parametrize("name", FILES or ["none"])
def test_every_file_of_another_register_comes_in_once_or_is_refused_in_words(
    world: World, bring: Bring, name: str
) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8-sig")
    if words := REFUSED.get(Path(name).name):
        with pytest.raises(Exception, match=words):
            bring(text)
        assert lines(world) == 0
        return
    tally = bring(text, without_status="in_use", skip_refused=True)
    assert tally.new >= 2 and tally.new + tally.refused == tally.rows
    assert all("counts a quantity" in words for words in reasons(bring).values())
    before = lines(world)
    again = bring(text, without_status="in_use", skip_refused=True)
    assert (again.new, again.already, lines(world)) == (0, tally.new, before)
    assert verify(world.session) == (before, [])
    assert check_projections(world.session, world.settings) == []


def write_distinct(path: Path, limit: int | None) -> int:
    """The fleet with a mark of its own on every serial number that comes again: hardware ids are not unique."""
    raw = path.with_suffix(".raw")
    count = write_fleet(raw, limit=limit)
    seen: set[tuple[str, str]] = set()
    with raw.open(encoding="utf-8", newline="") as source, path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.reader(source)
        writer = csv.writer(out)
        writer.writerow(next(rows))
        for number, row in enumerate(rows, 2):
            # Two makers may use one number; a comparison sees neither case nor spaces.
            name = (" ".join(row[4].upper().split()), " ".join(row[2].upper().split()))
            if name in seen:
                row[4] += f"-{number}"
            seen.add(name)
            writer.writerow(row)
    raw.unlink()
    return count


_MEASURED = """
import json, resource, sys, time
from pathlib import Path
from inventory.app import create_app
app = create_app()
start = time.monotonic()
answer = app.test_cli_runner().invoke(args=["import", "generic", sys.argv[1], "--json"])
assert answer.exit_code == 0, answer.output
told = json.loads(answer.output[answer.output.index("{\\n"):])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([told["new"], told["already"], time.monotonic() - start, peak]))
"""


def measured(world: World, path: Path, instance: Path) -> tuple[int, int, float, float]:
    """New rows, rows on record, seconds, and the process's peak memory in MiB."""

    world.session.commit()
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _MEASURED, str(path)],
        env=environment(world.settings, instance),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr[-3_000:]
    new, already, seconds, peak = json.loads(said.stdout.splitlines()[-1])
    return new, already, seconds, peak


@pytest.mark.soak
def test_the_fleet_of_real_models_comes_in_as_one_import_and_again_changes_nothing(
    world: World, tmp_path: Path, soak: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "fleet.csv"
    rows = write_distinct(path, None if soak else 4_000)
    assert rows == (SYNTHETIC_ROWS if soak else 4_000)
    new, _, seconds, peak = measured(world, path, tmp_path)
    with capsys.disabled():
        kind = world.session.get_bind().dialect.name
        sys.stdout.write(f"\n{kind}: {rows:,} rows at {rows / seconds:,.0f} rows/s, peak {peak:.0f} MiB\n")
    assert new == rows
    new, already, _, _ = measured(world, path, tmp_path)
    assert (new, already) == (0, rows)
    assert world.session.scalar(select(func.count()).select_from(Asset)) == rows
    assert verify(world.session) == (lines(world), [])
    assert check_projections(world.session, world.settings) == []


def test_peak_memory_does_not_grow_with_the_file(world: World, tmp_path: Path, soak: bool) -> None:
    peaks = []
    for count in (3_000, 100_000 if soak else 12_000):
        path = tmp_path / f"{count}.csv"
        write_fleet(path, seed=count, limit=count)
        with path.open() as handle:
            text = handle.read()
        # Other tags and serials than the other file's, so that every row is new.
        path.write_text(text.replace("UOE", f"U{count}E"))
        write = environment(world.settings, tmp_path)
        del write["REAL_DATA"]
        peaks.append(measured_skipping(path, write))
    assert peaks[1] <= peaks[0] * 1.35, peaks


def measured_skipping(path: Path, env: dict[str, str]) -> float:
    """Peak memory in MiB of an import in which repeated serials are left out."""
    script = _MEASURED.replace('"--json"', '"--json", "--skip-refused"')
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(path)],
        env=env, cwd=Path(__file__).parents[2], capture_output=True, check=True, text=True,
    )  # fmt: skip
    return float(said.stdout.splitlines()[-1].rpartition(",")[2].strip(" ]"))
