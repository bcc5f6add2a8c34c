"""What is looked at on the bench: grades, tests and locks, and which of them a machine must have passed. Pure.

Grades F1-F6 and C0-C9: R2v3 Core Requirement REC (as printed at certifiedusedelectronics.com/grades). Tests: the
minimum list of PAS 141:2011 and the WRAP re-use protocols. The mapping between the grades is our own decision.
"""

from dataclasses import dataclass
from typing import Final

R2_FUNCTIONAL: Final = {
    "F1": "F1 · not working, or not tested",
    "F2": "F2 · verified for special use",
    "F3": "F3 · key functions working",
    "F4": "F4 · hardware functional",
    "F5": "F5 · all functions, licensed software",
    "F6": "F6 · as F5, with the maker's parts",
}
R2_COSMETIC: Final = {
    "C0": "C0 · not categorised",
    "C1": "C1 · damaged, for its materials",
    "C2": "C2 · poor",
    "C3": "C3 · fair",
    "C4": "C4 · good",
    "C5": "C5 · better than good",
    "C6": "C6 · better than good",
    "C7": "C7 · better than good",
    "C8": "C8 · nearly new",
    "C9": "C9 · new, box opened",
}
PLAIN_OF_FUNCTIONAL: Final = {
    "F1": {"dead", "faulty"},
    "F2": {"faulty"},
    "F3": {"faulty", "working"},
    "F4": {"working"},
    "F5": {"working"},
    "F6": {"working"},
}
"""Grade F of R2v3 -> plain words that may stand beside it."""
FUNCTIONAL_OF_PLAIN: Final = {"working": "F4", "faulty": "F3", "dead": "F1"}
"""Plain word -> grade F that it stands for where none was given."""
PLAIN_OF_COSMETIC: Final = {
    "C0": {"A", "B", "C", "D"},
    "C1": {"D"},
    "C2": {"C", "D"},
    "C3": {"C"},
    "C4": {"B"},
    "C5": {"A", "B"},
    "C6": {"A", "B"},
    "C7": {"A"},
    "C8": {"A"},
    "C9": {"A"},
}
COSMETIC_OF_PLAIN: Final = {"A": "C6", "B": "C4", "C": "C3", "D": "C1"}

RESULTS: Final = {"passed": "Passed", "failed": "Failed", "not_tested": "Not tested"}
LOCK_STATES: Final = {"none": "None found", "removed": "Removed", "present": "Still locked"}
NO_DRIVE_SEEN: Final = {
    "opened": "I opened it and saw none",
    "firmware": "The firmware lists none",
    "by_design": "This model has no place for one",
}
PAT_CLASSES: Final = {"I": "Class I", "II": "Class II", "III": "Class III (low voltage)"}


@dataclass(frozen=True)
class Test:
    """A test of the minimum list. ``kinds``: kinds of asset that have it, None for all; ``failed``: why a machine
    that failed it may not pass for re-use, as a clause; empty where it may."""

    key: str
    label: str
    area: str
    kinds: frozenset[str] | None = None
    failed: str = ""


_PORTABLE: Final = frozenset({"laptop", "mobile_workstation", "tablet"})
_SCREENED: Final = _PORTABLE | {"all_in_one", "monitor", "phone"}
_COMPUTING: Final = frozenset(
    {"desktop", "micro_desktop", "tower_workstation", "all_in_one", "laptop", "mobile_workstation", "tablet",
     "thin_client", "server", "single_board_computer", "unknown"}
)  # fmt: skip
_TESTS: Final = (
    Test("visual", "Visual and physical", "Physical and safety"),
    Test("safety", "Electrical safety", "Physical and safety", failed="it failed the electrical safety test"),
    Test("post", "Starts, firmware reachable", "Firmware", _COMPUTING, "it does not start"),
    Test("tpm", "TPM present", "Firmware", _COMPUTING),
    Test("cpu", "Processor", "Compute", _COMPUTING, "its processor failed the test"),
    Test("ram", "Memory", "Compute", _COMPUTING, "its memory failed the test"),
    Test("storage", "Storage (SMART)", "Compute", _COMPUTING),
    Test("ports", "Ports", "Input and output"),
    Test("keyboard", "Keyboard", "Input and output", frozenset({"laptop", "mobile_workstation"})),
    Test("pointing", "Trackpad or touch", "Input and output", _PORTABLE | {"phone"}),
    Test("display", "Display", "Input and output", _SCREENED),
    Test("camera", "Camera", "Input and output", _SCREENED - {"monitor"}),
    Test("microphone", "Microphone", "Input and output", _SCREENED - {"monitor"}),
    Test("speaker", "Speaker", "Input and output", _SCREENED),
    Test("network", "Wired network", "Input and output", _COMPUTING | {"printer", "network_device", "dock"}),
    Test("wifi", "Wi-Fi", "Input and output", _PORTABLE | {"all_in_one", "phone"}),
    Test("battery", "Battery holds its charge", "Power", _PORTABLE | {"phone"}),
    Test("os", "Operating system installs", "Software", _COMPUTING),
)
TESTS: Final = {each.key: each for each in _TESTS}


@dataclass(frozen=True)
class Lock:
    """A lock that keeps the next owner out. ``kinds`` as of a test; ``present``: the refusing clause."""

    key: str
    label: str
    kinds: frozenset[str]
    present: str


_LOCKS: Final = (
    Lock("bios_password", "Firmware (BIOS) password", _COMPUTING, "its firmware password is still set"),
    Lock("mdm", "Autopilot or other device management", _COMPUTING | {"phone"},
         "it is still enrolled in device management (Autopilot, MDM)"),
    Lock("computrace", "Computrace (Absolute)", _COMPUTING, "Computrace is still active in it"),
    Lock("apple", "Apple activation lock", _PORTABLE | {"desktop", "micro_desktop", "all_in_one", "phone"},
         "its Apple activation lock is still on"),
)  # fmt: skip
LOCKS: Final = {each.key: each for each in _LOCKS}


def tests_of(kind: str) -> list[Test]:
    """The tests that a machine of *kind* has, in the order of the bench."""
    return [each for each in _TESTS if each.kinds is None or kind in each.kinds]


def locks_of(kind: str) -> list[Lock]:
    """The locks that a machine of *kind* may have."""
    return [each for each in _LOCKS if kind in each.kinds]


def what_failed(inspection: dict[str, object]) -> list[str]:
    """Clauses of everything in *inspection* (details of a line) that a machine must have passed and did not."""
    results: list[dict[str, str]] = inspection.get("results", [])  # type: ignore[assignment]
    found = [TESTS[each["test"]].failed for each in results if each["result"] == "failed" and each["test"] in TESTS]
    if inspection.get("pat_result") == "failed":
        found.append("it failed the portable appliance test")
    return [each for each in found if each]


def what_is_locked(inspection: dict[str, object]) -> list[str]:
    """Clauses of every lock that *inspection* found still on."""
    locks: list[dict[str, str]] = inspection.get("locks", [])  # type: ignore[assignment]
    return [LOCKS[each["lock"]].present for each in locks if each["state"] == "present" and each["lock"] in LOCKS]


def grade_f(inspection: dict[str, object]) -> str:
    """The functional grade of R2v3: as given, or as the plain word stands for."""
    return str(inspection.get("r2_functional") or FUNCTIONAL_OF_PLAIN[str(inspection["functional"])])


def grade_c(inspection: dict[str, object]) -> str:
    """The cosmetic grade of R2v3: as given, or as the plain letter stands for."""
    return str(inspection.get("r2_cosmetic") or COSMETIC_OF_PLAIN[str(inspection["cosmetic"])])


def below_floor(inspection: dict[str, object], floor: str) -> str | None:
    """The clause that warns of a grade under *floor* (such as ``F3 C3``) for a donation; None where it is met."""
    grades = f"{grade_f(inspection)} {grade_c(inspection)}"
    least = dict(zip("FC", (part[1:] for part in floor.split()), strict=False))
    low = [each for each in grades.split() if each != "C0" and each[1:] < least.get(each[0], "0")]
    return f"its grade {' '.join(low)} is below the floor for donations ({floor})" if low else None
