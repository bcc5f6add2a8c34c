"""Which operating systems a machine can run, by a dated table of what each needs. Pure.

Windows 11: 2 cores of 1 GHz, 4 GB, 64 GB, UEFI, TPM 2.0 and a processor of Microsoft's list, which begins at
Intel's 8th generation and AMD's Ryzen 2000 (121news.com, “Linux or landfill”). Windows 10 ended on 14 October 2025.
ChromeOS Flex and a light Linux: common knowledge of their makers' pages; a hint, no promise.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

GIB: Final = 2**30
GB: Final = 10**9
WINDOWS_10_ENDED: Final = date(2025, 10, 14)


@dataclass(frozen=True)
class System:
    """An operating system and what it needs, in force from ``since`` to before ``until`` (None: still)."""

    key: str
    label: str
    since: date
    until: date | None
    memory: int
    """Bytes. A little less is let pass: firmware keeps some for itself."""
    storage: int
    cores: int
    uefi: bool = False
    tpm: str | None = None
    intel: int = 0
    """First generation of Intel Core that it takes; 0: any."""
    ryzen: int = 0


_ROWS: Final = (
    System("WIN11", "Windows 11", date(2021, 10, 5), None, 4 * GIB, 64 * GB, 2, True, "2.0", 8, 2000),
    System("CHROMEOS_FLEX", "ChromeOS Flex", date(2022, 7, 14), None, 4 * GIB, 16 * GB, 1),
    System("LINUX", "Linux", date(1970, 1, 1), None, 2 * GIB, 16 * GB, 1),
)
SYSTEMS: Final = {row.key: row for row in _ROWS}
"""In the order in which they are preferred."""
NONE: Final = "NONE"


@dataclass(frozen=True, slots=True)
class Hardware:
    """What is known of it; None: not known. Sizes in bytes."""

    cpu_model: str | None = None
    cpu_cores: int | None = None
    memory: int | None = None
    storage: int | None = None
    uefi: bool | None = None
    tpm: str | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """What it can run: key of a system, NONE, or None where too little is known; and why, a clause each."""

    key: str | None
    because: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    """What would have to be known to tell more."""


def generation(cpu_model: str) -> tuple[str, int] | None:
    """("intel", 8) or ("ryzen", 3000) of a processor's name; None where the name does not tell."""
    name = re.sub(r"\((?:R|TM)\)", "", cpu_model, flags=re.I)
    if re.search(r"\bcore\b.*\bultra\b", name, re.I):
        return "intel", 14
    if found := re.search(r"\bi[3579][ -](\d{3,5})([a-z]\w*)?\b", name, re.I):
        digits = found[1]
        if len(digits) == 3:
            return "intel", 1
        return "intel", int(digits[:2]) if len(digits) == 5 or digits.startswith("1") else int(digits[0])
    if found := re.search(r"\bryzen\b.*?\b(\d{4})", name, re.I):
        return "ryzen", int(found[1]) // 1000 * 1000
    return None


def path_of(hardware: Hardware, day: date) -> Path:
    """The best system that *hardware* can run on *day*."""
    because: list[str] = []
    for system in _ROWS:
        if not (system.since <= day and (system.until is None or day < system.until)):
            continue
        against, unknown = _against(system, hardware)
        if against:
            because.append(f"{system.label} does not run on it: {'; '.join(against)}")
            continue
        if unknown:
            told = f"whether it runs {system.label} is not known: {', '.join(unknown)}"
            return Path(None, (*because, told), tuple(unknown))
        return Path(system.key, (*because, f"it can run {system.label}"))
    return Path(NONE, tuple(because))


def _against(system: System, hardware: Hardware) -> tuple[list[str], list[str]]:
    """(what speaks against it, what is not known)."""
    against: list[str] = []
    unknown: list[str] = []

    def need(known: object, holds: bool, clause: str, name: str) -> None:
        if known is None:
            unknown.append(name)
        elif not holds:
            against.append(clause)

    gib = system.memory // GIB
    need(hardware.memory, (hardware.memory or 0) >= system.memory * 0.9, f"less than {gib} GB of memory", "memory")
    gb = system.storage // GB
    need(hardware.storage, (hardware.storage or 0) >= system.storage * 0.9, f"less than {gb} GB of storage", "storage")
    if system.cores > 1:
        need(hardware.cpu_cores, (hardware.cpu_cores or 0) >= system.cores, f"fewer than {system.cores} cores", "cores")
    if system.uefi:
        need(hardware.uefi, bool(hardware.uefi), "no UEFI", "UEFI")
    if system.tpm:
        need(hardware.tpm, hardware.tpm == system.tpm, f"no TPM {system.tpm}", "TPM")
    if system.intel or system.ryzen:
        told = generation(hardware.cpu_model) if hardware.cpu_model else None
        least = {"intel": system.intel, "ryzen": system.ryzen}[told[0]] if told else 0
        need(told, told is not None and told[1] >= least, "its processor is too old", "processor generation")
    return against, unknown
