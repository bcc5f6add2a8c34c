"""The table of techniques, the judge, and the guard on claims: one row each."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import GuardRefused
from inventory.lifecycle.details import MEDIA, METHODS
from inventory.sanitisation.findings import ErasureFound
from inventory.sanitisation.judging import ACCEPTABLE, CHECKS, VERDICTS, judge
from inventory.sanitisation.techniques import (
    RANK,
    TECHNIQUES,
    leaves_residue,
    level_of,
    most_claimable,
    technique_named,
)
from tests.conftest import World

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CLEAN: dict[str, Any] = {
    "serial": "WD-1", "medium": "hdd", "technique": "overwrite", "pattern": "PRNG", "status": "erased", "pass_errors": 0,
    "verify_errors": 0, "sync_errors": 0, "hidden_area": "none", "started_at": datetime(2018, 2, 2, 10, tzinfo=UTC),
    "ended_at": datetime(2018, 2, 2, 11, tzinfo=UTC), "retries": 0, "steps": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("technique", "hdd", "ssd", "nvme", "unknown"),
    [
        ("overwrite", "clear", "clear", "clear", "clear"),
        ("ata_secure_erase", "clear", "clear", "none", "none"),
        ("ata_secure_erase_enhanced", "clear", "clear", "none", "none"),
        ("sanitize_block", "purge", "purge", "purge", "purge"),
        ("sanitize_crypto", "purge", "purge", "purge", "purge"),
        ("sanitize_overwrite", "purge", "purge", "purge", "purge"),
        ("nvme_format", "none", "none", "clear", "none"),
        ("crypto_erase", "none", "purge", "purge", "none"),
        ("degauss", "purge", "none", "none", "none"),
        ("shred", "destroy", "destroy", "destroy", "destroy"),
        ("factory_reset", "none", "none", "none", "none"),
        ("reimage", "none", "none", "none", "none"),
    ],
)
def test_every_technique_is_credited_as_the_table_says(
    technique: str, hdd: str, ssd: str, nvme: str, unknown: str
) -> None:
    row = TECHNIQUES[technique]
    assert [level_of(row, each) for each in ("hdd", "ssd", "nvme", None)] == [hdd, ssd, nvme, unknown]
    assert level_of(row, "other") == unknown and row.source
    for medium in (*MEDIA, None):
        assert RANK[level_of(row, medium)] <= RANK[most_claimable(row, medium)]


def test_the_table_above_is_whole_and_levels_are_those_of_the_ledger() -> None:
    assert RANK.keys() == METHODS.keys() | {"none"} and len(TECHNIQUES) == 12
    assert most_claimable(TECHNIQUES["ata_secure_erase_enhanced"], "hdd") == "purge"
    assert leaves_residue(TECHNIQUES["overwrite"], "ssd") and not leaves_residue(TECHNIQUES["overwrite"], "hdd")
    assert level_of(TECHNIQUES["overwrite"], "emmc") == level_of(TECHNIQUES["sanitize_block"], "emmc") == "clear"


@pytest.mark.parametrize(
    ("words", "key"),
    [("Shredding", "shred"), ("overwrite", "overwrite"), ("NVMe  format", "nvme_format"), ("degauss", "degauss"),
     ("Overwriting by the host", "overwrite"), ("magic", None), ("", None), (None, None)],
)  # fmt: skip
def test_usual_words_name_a_row(words: str | None, key: str | None) -> None:
    found = technique_named(words)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("change", "verdict", "words"),
    [
        ({}, "pass", ""),
        ({"status": "failed"}, "fail", "that it failed"), ({"status": "insane"}, "fail", "should not happen"),
        ({"pass_errors": 2}, "fail", "2 write errors"), ({"verify_errors": 1}, "fail", "1 verification errors"),
        ({"rounds_done": 1, "rounds_asked": 3}, "fail", "1 of 3 rounds"), ({"bytes_erased": 5, "bytes_total": 9}, "fail", "5 of 9 bytes"),
        ({"status": "aborted"}, "aborted", "aborted"), ({"status": "running"}, "unknown", "does not say"),
        ({"status": "aborted", "is_erasure": False}, "unknown", "only verified"),
        ({"verify_errors": 4, "is_erasure": False}, "fail", "only verified"),
        ({"sync_errors": None}, "unknown", "how many errors"), ({"is_erasure": False}, "unknown", "only verified"),
        ({"anonymised": True, "serial": None}, "unknown", "hid the serial"), ({"serial": None}, "unknown", "no serial"),
        ({"steps": 0}, "unknown", "no step"), ({"technique": None}, "unknown", "“PRNG”"),
        ({"technique": None, "pattern": None}, "unknown", "what was done"),
        ({"technique": "factory_reset"}, "unknown", "no sanitisation"), ({"ended_at": None}, "unknown", "when the wipe ended"),
        ({"ended_at": datetime(2027, 1, 1, tzinfo=UTC)}, "unknown", "future"),
        ({"started_at": datetime(2018, 3, 1, tzinfo=UTC)}, "unknown", "before it began"),
        ({"doubts": ("it is a stub",)}, "unknown", "It is a stub."), ({"hidden_area": "unknown"}, "pass_with_warnings", "Nobody looked"),
        ({"hidden_area": "hidden_not_erased"}, "pass_with_warnings", "was not erased"), ({"retries": 7}, "pass_with_warnings", "7 retries"),
        ({"status": "failed", "hidden_area": "unknown"}, "fail", "Nobody looked"),
    ],
)  # fmt: skip
def test_every_check_has_its_verdict_and_its_sentence(change: dict[str, Any], verdict: str, words: str) -> None:
    told = judge(ErasureFound(**(CLEAN | change)), NOW)
    assert told.verdict == verdict and words in " ".join(told.reasons), told
    assert all(each.endswith(".") for each in told.reasons)


def test_flash_that_was_overwritten_is_clear_and_marked() -> None:
    told = judge(ErasureFound(**(CLEAN | {"medium": "ssd"})), NOW)
    assert (told.verdict, told.level, told.flags) == ("pass", "clear", ("flash: residual areas",))


_CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "serial": st.none() | st.text(max_size=8), "anonymised": st.booleans(), "medium": st.sampled_from([None, *MEDIA]),
        "technique": st.sampled_from([None, "magic", *TECHNIQUES]), "is_erasure": st.booleans(),
        "status": st.sampled_from(["erased", "failed", "aborted", "insane", "running", "unknown"]),
        "rounds_done": st.none() | st.integers(0, 3), "rounds_asked": st.none() | st.integers(0, 3),
        "pass_errors": st.none() | st.integers(0, 2), "verify_errors": st.none() | st.integers(0, 2),
        "sync_errors": st.none() | st.integers(0, 2), "retries": st.none() | st.integers(0, 2),
        "hidden_area": st.sampled_from(["none", "hidden_not_erased", "unknown", "n/a"]),
        "steps": st.none() | st.integers(0, 2), "ended_at": st.none() | st.just(NOW),
    },
)  # fmt: skip


@given(change=_CHANGES)
def test_only_what_passes_every_check_is_a_pass(change: dict[str, Any]) -> None:
    found = ErasureFound(**(CLEAN | change))
    told = judge(found, NOW)
    failing = [verdict for _, verdict, check in CHECKS if check(found, NOW)]
    assert (told.verdict == ACCEPTABLE) == (not failing)
    if told.verdict == ACCEPTABLE:
        assert found.status == "erased" and found.serial and found.is_erasure and told.level != "none"
        assert found.pass_errors == found.verify_errors == found.sync_errors == 0 and not found.retries
    assert told.verdict in VERDICTS


def claim(world: World, method: str, technique: str | None) -> None:
    drive = {"uid": world.drive_of("A"), "method": method} | ({"technique": technique} if technique else {})
    world.record("sanitised", "A", "2018-02-02", drives=[drive])


@pytest.mark.parametrize(
    ("method", "technique", "medium", "refused"),
    [
        ("clear", "overwrite", "ssd", ""), ("purge", "overwriting", "ssd", "overwriting by the host on SATA SSD is Clear at most"),
        ("purge", "ATA secure erase, enhanced", "hdd", ""), ("purge", "ata_secure_erase_enhanced", "ssd", "Clear at most"),
        ("clear", "factory reset", "ssd", "no sanitisation"), ("destroy", "degauss", "hdd", "Purge at most"),
        ("destroy", "magic hammer", "ssd", ""), ("purge", None, "ssd", ""), ("purge", "nvme format", None, "unknown kind"),
    ],
)  # fmt: skip
def test_a_claim_above_what_the_technique_allows_is_refused_in_words(
    world: World, method: str, technique: str | None, medium: str | None, refused: str
) -> None:
    drive = {"serial": "D-A"} | ({"medium": medium} if medium else {})
    world.record("received", None, "2016-01-10", tag="A", kind="laptop", drives=[drive])
    world.record("deployed", "A", "2016-01-10", custodian="ada")
    world.record("returned", "A", "2018-02-01")
    if not refused:
        claim(world, method, technique)
        return
    with pytest.raises(GuardRefused, match="record the lower level") as told:
        claim(world, method, technique)
    assert refused in told.value.message and "D-A" in told.value.message
