"""Logs that the real nwipe writes on loop devices: good, aborted, failed, verified only, anonymised.

Needs nwipe (Debian package) and loop devices, so root; without them these tests are left out. A loop device has no
serial number (nwipe prints whatever lies in its memory), so each test writes one into the log where that stands.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sanitisation.conftest import Bench

NWIPE = shutil.which("nwipe") or shutil.which("nwipe", path="/usr/sbin:/sbin")
LOSETUP = shutil.which("losetup") or shutil.which("losetup", path="/usr/sbin:/sbin")
_MIB = 2**20
Loop = Callable[[int], tuple[str, Path]]


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    """Makes loop devices of so many MiB; they are taken away after the test."""
    if NWIPE is None or LOSETUP is None:
        pytest.skip("nwipe or losetup is not installed")
    made: list[str] = []

    def make(size: int) -> tuple[str, Path]:
        path = tmp_path / f"disk{len(made)}.img"
        with path.open("wb") as file:
            file.truncate(size * _MIB)
        told = subprocess.run([str(LOSETUP), "-f", "--show", str(path)], capture_output=True, text=True)
        if told.returncode:
            pytest.skip(f"no loop device can be had here: {told.stderr.strip()}")
        made.append(told.stdout.strip())
        return made[-1], path

    yield make
    for device in made:
        subprocess.run([str(LOSETUP), "-d", device], check=False)


def wipe(tmp_path: Path, *devices: str, stop_after: float | None = None, options: tuple[str, ...] = ()) -> bytes:
    """Run nwipe on *devices*, which are loop devices of this test; gives its log."""
    assert devices and all(re.fullmatch(r"/dev/loop\d+", each) for each in devices)
    log = tmp_path / "nwipe.log"
    command = [str(NWIPE), "--autonuke", "--nogui", "--nowait", *options, f"--logfile={log}", *devices]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    running = subprocess.Popen(command, env=os.environ | {"TERM": "dumb", "TZ": "Europe/London"}, **quiet)  # type: ignore[call-overload]
    try:
        if stop_after is not None:
            time.sleep(stop_after)
            running.send_signal(signal.SIGINT)
        running.wait(60)
    finally:
        running.kill()
        running.wait()
    return log.read_bytes()


def with_serial(log: bytes, **serials: str) -> bytes:
    """Write a serial number where nwipe had none: the device's name without /dev/ -> the serial."""
    for name, serial in serials.items():
        pattern = rb"(Found /dev/" + name.encode() + rb",[^\n]*S/N=)[^\n]*"
        log = re.sub(pattern, lambda match, serial=serial: match[1] + serial.encode(), log)  # type: ignore[misc]
    return log


def name_of(device: str) -> str:
    return device.removeprefix("/dev/")


def at_present(bench: Bench) -> None:
    """The clock of the register is that of the machine: the log bears today's date."""
    from datetime import UTC, datetime

    bench.world.now = datetime.now(UTC)


def test_a_good_run_is_a_clean_pass_that_opens_the_gate_when_accepted(bench: Bench, loop: Loop, tmp_path: Path) -> None:
    bench.returned("A")
    at_present(bench)
    device, _ = loop(8)
    log = wipe(tmp_path, device, options=("--method=zero", "--verify=last"))
    nameless = bench.verdict(log)
    assert nameless.verdict == "unknown" and any("no serial" in each for each in nameless.reasons)
    told = bench.verdict(with_serial(log, **{name_of(device): "D-A"}))
    assert (told.verdict, told.standing, told.reasons) == ("pass", "waiting", [])
    bench.decide(told.record)
    assert bench.unclean("A") == []


def test_an_aborted_run_shuts_the_gate(bench: Bench, loop: Loop, tmp_path: Path) -> None:
    bench.world.clean_machine("A")
    at_present(bench)
    device, _ = loop(4096)
    told = bench.verdict(
        with_serial(wipe(tmp_path, device, stop_after=1.0, options=("--method=dod",)), **{name_of(device): "D-A"})
    )
    assert (told.verdict, told.standing) == ("aborted", "failed")
    assert bench.state("A").status == "returned" and "failed" in bench.unclean("A")[0]


def test_of_two_drives_in_one_run_the_failed_one_fails_alone(bench: Bench, loop: Loop, tmp_path: Path) -> None:
    bench.returned("A")
    bench.returned("B")
    at_present(bench)
    good, _ = loop(8)
    bad, behind = loop(16)
    # Half of the disk is gone while the system still believes in it: writing there fails.
    os.truncate(behind, 4 * _MIB)
    log = wipe(tmp_path, bad, good, options=("--method=prng",))
    received = bench.bring(with_serial(log, **{name_of(good): "D-A", name_of(bad): "D-B"}))
    assert {each.tag: (each.verdict, each.standing) for each in received.verdicts} == {
        "A": ("pass", "waiting"),
        "B": ("fail", "failed"),
    }


def test_a_run_that_only_verified_or_hid_the_serial_proves_nothing(bench: Bench, loop: Loop, tmp_path: Path) -> None:
    bench.returned("A")
    at_present(bench)
    device, _ = loop(8)
    verified = wipe(tmp_path, device, options=("--method=verify_zero",))
    told = bench.verdict(with_serial(verified, **{name_of(device): "D-A"}))
    assert (told.verdict, told.standing) == ("unknown", "rejected")
    (tmp_path / "nwipe.log").unlink()
    quiet = bench.verdict(wipe(tmp_path, device, options=("--method=zero", "--quiet")))
    assert quiet.verdict == "unknown" and any("hid the serial" in each for each in quiet.reasons)
