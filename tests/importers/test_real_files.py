"""Files that other people's registers wrote, and the fleet of real models; skipped without REAL_DATA."""

import os
from pathlib import Path

import pytest

from benchmarks.fleet_csv import HEADERS, SYNTHETIC_ROWS, write_fleet
from inventory.errors import ValidationRefused
from inventory.importers._base import detect
from inventory.importers.survey import Options
from inventory.importers.tables import open_table
from inventory.importers.validation import Verdict

FOLDER = os.environ.get("REAL_DATA", "")
needs_real_data = pytest.mark.skipif(not FOLDER, reason="REAL_DATA names no folder")


def judge(path: Path) -> tuple[str, list[Verdict]]:
    with open_table(path) as table:
        chosen = detect(table)
        mapping = chosen.mapping(table)
        return chosen.key, list(chosen.verdicts(table, mapping, Options(keep=chosen.kept(mapping))))


@pytest.mark.real_data
@needs_real_data
def test_the_snipe_it_sample_comes_in_whole_with_its_american_dates() -> None:
    key, verdicts = judge(Path(FOLDER) / "imports/snipe-it/assets-sample.csv")
    assert (key, len(verdicts)) == ("snipe-it", 22)
    assert all(verdict.values for verdict in verdicts)
    assert verdicts[0].values
    assert str(verdicts[0].values["purchase_date"]) == "2023-01-23"


@pytest.mark.real_data
@needs_real_data
@pytest.mark.parametrize("name", ["users", "models"])
def test_the_snipe_it_lists_without_machines_are_refused(name: str) -> None:
    with pytest.raises(ValidationRefused, match=f"list of {name}"):
        judge(Path(FOLDER) / f"imports/snipe-it/{name}-sample.csv")


@pytest.mark.real_data
@needs_real_data
def test_the_shelf_sample_brings_two_machines_and_refuses_two_rows_of_stock() -> None:
    key, verdicts = judge(next(Path(FOLDER).glob("imports/shelf/*.csv")))
    assert key == "shelf"
    assert [verdict.values is not None for verdict in verdicts] == [True, True, False, False]


@pytest.mark.real_data
@needs_real_data
@pytest.mark.parametrize("name", ["placeholder_test.ods", "placeholder_test.xlsx", "real-eee-1001pxd.csv", "basic.csv"])
def test_spreadsheets_and_exports_of_other_registers_open(name: str) -> None:
    key, verdicts = judge(Path(FOLDER) / "hardware/ereuse-devicehub" / name)
    assert key == "generic"
    assert verdicts
    assert all(verdict.values and verdict.values["serial"] for verdict in verdicts)


@pytest.mark.real_data
@needs_real_data
def test_the_whole_fleet_is_judged_and_its_repeated_serials_are_named(tmp_path: Path) -> None:
    path = tmp_path / "fleet.csv"
    assert write_fleet(path) == SYNTHETIC_ROWS
    _, verdicts = judge(path)
    refused = [verdict for verdict in verdicts if verdict.values is None]
    assert len(verdicts) == SYNTHETIC_ROWS
    assert 0 < len(refused) < 1000
    assert all("bear the same serial number" in verdict.problems[0].sentence for verdict in refused)
    kinds = {verdict.values["kind"] for verdict in verdicts if verdict.values}
    assert "unknown" not in kinds


def test_the_synthetic_fleet_is_the_same_for_a_seed_and_comes_in_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REAL_DATA", raising=False)
    one, two, other = (tmp_path / name for name in ("one.csv", "two.csv", "other.csv"))
    assert write_fleet(one, seed=1, limit=3000) == write_fleet(two, seed=1, limit=3000) == 3000
    write_fleet(other, seed=2, limit=3000)
    assert one.read_bytes() == two.read_bytes() != other.read_bytes()
    key, verdicts = judge(one)
    assert (key, len(verdicts)) == ("generic", 3000)
    assert all(verdict.values and len(verdict.values) == len(HEADERS) and not verdict.problems for verdict in verdicts)
