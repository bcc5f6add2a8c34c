"""Which systems a machine can run: what a processor's name tells, and a truth table with a reason per row."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.advice.systems import GB, GIB, NONE, SYSTEMS, Hardware, generation, path_of

TODAY = date(2026, 11, 1)
GOOD = Hardware("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", 4, 8 * GIB, 256 * GB, True, "2.0")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", ("intel", 8)),
        ("Intel(R) Core(TM) i7-1065G7 CPU @ 1.30GHz", ("intel", 10)),
        ("Intel(R) Core(TM) i5-10210U CPU", ("intel", 10)),
        ("12th Gen Intel(R) Core(TM) i5-1240P", ("intel", 12)),
        ("Intel(R) Core(TM) i5-4300U CPU @ 1.90GHz", ("intel", 4)),
        ("Intel(R) Core(TM) i5 CPU M 520 @ 2.40GHz", None),
        ("Intel Core i5-520M", ("intel", 1)),
        ("Intel(R) Core(TM) Ultra 5 125U", ("intel", 14)),
        ("AMD Ryzen 5 PRO 3500U w/ Radeon", ("ryzen", 3000)),
        ("AMD Ryzen 7 1700 Eight-Core Processor", ("ryzen", 1000)),
        ("AMD A6-9225 RADEON R4", None),
        ("Intel(R) Xeon(R) CPU E5-1620 v3", None),
        ("", None),
    ],
)
def test_a_processors_name_tells_its_generation_or_nothing(name: str, found: tuple[str, int] | None) -> None:
    assert generation(name) == found


@pytest.mark.parametrize(
    ("changed", "key", "says"),
    [
        ({}, "WIN11", "it can run Windows 11"),
        ({"cpu_model": "Intel Core i5-7300U"}, "CHROMEOS_FLEX", "its processor is too old"),
        ({"tpm": "1.2"}, "CHROMEOS_FLEX", "no TPM 2.0"),
        ({"uefi": False}, "CHROMEOS_FLEX", "no UEFI"),
        ({"memory": 2 * GIB}, "LINUX", "less than 4 GB of memory"),
        ({"memory": 1 * GIB}, NONE, "less than 2 GB of memory"),
        ({"storage": 32 * GB}, "CHROMEOS_FLEX", "less than 64 GB of storage"),
        ({"storage": 8 * GB}, NONE, "less than 16 GB of storage"),
        ({"cpu_cores": 1}, "CHROMEOS_FLEX", "fewer than 2 cores"),
        ({"memory": int(3.8 * GIB)}, "WIN11", "it can run Windows 11"),
        ({"tpm": None}, None, "TPM"),
        ({"cpu_model": "Xeon"}, None, "processor generation"),
        # What is known to speak against it decides, whatever else is not known.
        ({"tpm": None, "uefi": False}, "CHROMEOS_FLEX", "no UEFI"),
    ],
)
def test_the_best_system_that_the_hardware_can_run(changed: dict[str, object], key: str | None, says: str) -> None:
    path = path_of(replace(GOOD, **changed), TODAY)  # type: ignore[arg-type]
    assert path.key == key
    assert says in "; ".join(path.because)
    assert bool(path.unknown) == (key is None)


def test_before_its_day_a_system_is_not_offered() -> None:
    assert path_of(GOOD, date(2020, 1, 1)).key == "LINUX"


SIZES = st.sampled_from([None, GIB, 2 * GIB, 4 * GIB, 16 * GIB, 64 * GB, 500 * GB])
HARDWARE = st.builds(
    Hardware,
    st.none() | st.sampled_from(["i5-8250U", "i5-4300U", "Ryzen 5 3500U"]) | st.text(max_size=40),
    st.none() | st.integers(1, 64), SIZES, SIZES, st.none() | st.booleans(), st.sampled_from([None, "1.2", "2.0"]),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(HARDWARE)
def test_every_hardware_gets_an_answer_and_more_never_makes_it_worse(hardware: Hardware) -> None:
    order = [*SYSTEMS, NONE]
    path = path_of(hardware, TODAY)
    assert path.because
    better = path_of(replace(hardware, memory=64 * GIB, storage=1000 * GB), TODAY)
    if path.key and better.key:
        assert order.index(better.key) <= order.index(path.key)
