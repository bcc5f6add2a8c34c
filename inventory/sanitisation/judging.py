"""Judges what a report says of one drive: a table of checks, each with its sentence. Pure.

Only the verdict ``pass`` can ever be accepted as clean. Every drive is judged for itself: that a run as a whole
“completed” says nothing of any drive in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from inventory.sanitisation.findings import ErasureFound
from inventory.sanitisation.techniques import (
    NONE,
    RESIDUAL,
    TECHNIQUES,
    leaves_residue,
    level_of,
    technique_named,
)

VERDICTS: Final = {
    "pass": "Clean, by the report",
    "pass_with_warnings": "Erased, with warnings",
    "unknown": "Proves nothing",
    "aborted": "Aborted",
    "fail": "Failed",
}
"""From best to worst; of several, the worst is the verdict."""
ACCEPTABLE: Final = "pass"
SHUTS_THE_GATE: Final = frozenset({"fail", "aborted"})
_WORST: Final = {verdict: place for place, verdict in enumerate(VERDICTS)}
AHEAD: Final = timedelta(minutes=5)
"""How far a tool's clock may be ahead of ours."""
_NO_HIDDEN_AREA: Final = frozenset({"none", "n/a"})
_FAILURES: Final = {"failed": "that it failed", "insane": "that it failed in a way that should not happen"}


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one drive, why, and what it may be credited with."""

    verdict: str
    reasons: tuple[str, ...]
    """One sentence per check that does not hold; empty for a pass."""
    level: str
    """clear, purge, destroy or none; what acceptance would record."""
    flags: tuple[str, ...]
    """Marks that a clean pass carries along."""


Check = Callable[[ErasureFound, datetime], str | None]
"""What was found, the present moment -> a sentence if the check does not hold."""


def _failed(found: ErasureFound, now: datetime) -> str | None:
    told = _FAILURES.get(found.status)
    return f"The tool says of this drive {told}." if told else None


def _aborted(found: ErasureFound, now: datetime) -> str | None:
    return "The run was aborted before this drive was done." if found.status == "aborted" else None


def _not_erased(found: ErasureFound, now: datetime) -> str | None:
    if found.status in ("erased", "aborted", *_FAILURES):
        return None
    return "The report does not say of this drive that it was erased."


def _errors(found: ErasureFound, now: datetime) -> str | None:
    counts = {"write": found.pass_errors, "verification": found.verify_errors, "sync": found.sync_errors}
    told = [f"{number:,} {name} errors" for name, number in counts.items() if number]
    return f"The tool counted {', '.join(told)}." if told else None


def _errors_untold(found: ErasureFound, now: datetime) -> str | None:
    if None in (found.pass_errors, found.verify_errors, found.sync_errors):
        return "The report does not say how many errors there were."
    return None


def _rounds(found: ErasureFound, now: datetime) -> str | None:
    done, asked = found.rounds_done, found.rounds_asked
    if done is not None and asked is not None and done < asked:
        return f"Only {done} of {asked} rounds were done."
    return None


def _bytes(found: ErasureFound, now: datetime) -> str | None:
    done, total = found.bytes_erased, found.bytes_total
    if done is not None and total is not None and done < total:
        return f"Only {done:,} of {total:,} bytes were erased."
    return None


def _verified_only(found: ErasureFound, now: datetime) -> str | None:
    return None if found.is_erasure else "The run only verified; to verify is not to erase."


def _anonymised(found: ErasureFound, now: datetime) -> str | None:
    if not found.anonymised:
        return None
    return "The tool hid the serial number, so the report proves nothing about any one drive."


def _nameless(found: ErasureFound, now: datetime) -> str | None:
    return None if found.serial or found.anonymised else "The report gives no serial number of the drive."


def _no_steps(found: ErasureFound, now: datetime) -> str | None:
    return "The report lists no step, so nothing was done." if found.steps == 0 else None


def _unknown_technique(found: ErasureFound, now: datetime) -> str | None:
    if not found.is_erasure:
        return None
    row = technique_named(found.technique)
    if row is None:
        if not found.pattern:
            return "The report does not say what was done."
        return f"The register does not know the technique that the report names: “{found.pattern}”."
    if level_of(row, found.medium) == NONE:
        return f"{row.label} is no sanitisation of this kind of drive."
    return None


def _no_end(found: ErasureFound, now: datetime) -> str | None:
    if found.ended_at is None:
        return "The report does not say when the wipe ended."
    if found.ended_at > now + AHEAD:
        return "By the report the wipe ended in the future: the clock of the machine was wrong."
    if found.started_at is not None and found.started_at > found.ended_at:
        return "By the report the wipe ended before it began."
    return None


def _doubts(found: ErasureFound, now: datetime) -> str | None:
    return (
        "; ".join(f"{each[:1].upper()}{each[1:].rstrip('.')}" for each in found.doubts) + "." if found.doubts else None
    )


def _hidden(found: ErasureFound, now: datetime) -> str | None:
    if found.hidden_area in _NO_HIDDEN_AREA:
        return None
    if found.hidden_area == "hidden_not_erased":
        return "The drive has a hidden area (HPA or DCO) that was not erased."
    return "Nobody looked for a hidden area (HPA or DCO) of the drive, or it could not be read."


def _retries(found: ErasureFound, now: datetime) -> str | None:
    return f"The drive needed {found.retries:,} retries." if found.retries else None


CHECKS: Final[tuple[tuple[str, str, Check], ...]] = (
    ("failed", "fail", _failed),
    ("errors", "fail", _errors),
    ("rounds", "fail", _rounds),
    ("bytes", "fail", _bytes),
    ("aborted", "aborted", _aborted),
    ("not_erased", "unknown", _not_erased),
    ("errors_untold", "unknown", _errors_untold),
    ("verified_only", "unknown", _verified_only),
    ("anonymised", "unknown", _anonymised),
    ("nameless", "unknown", _nameless),
    ("no_steps", "unknown", _no_steps),
    ("technique", "unknown", _unknown_technique),
    ("end", "unknown", _no_end),
    ("doubts", "unknown", _doubts),
    ("hidden_area", "pass_with_warnings", _hidden),
    ("retries", "pass_with_warnings", _retries),
)
"""Key, the verdict where it does not hold, the check."""


def judge(found: ErasureFound, now: datetime) -> Judged:
    """The verdict on what *found* says of its drive; *now* has a time zone, and so have the times of *found*."""
    held = [(verdict, why) for _, verdict, check in CHECKS if (why := check(found, now))]
    verdict = max((each for each, _ in held), key=_WORST.__getitem__, default=ACCEPTABLE)
    if verdict == "aborted" and not found.is_erasure:
        # A verification that was broken off left the drive as it was; one that found data is a failure all the same.
        verdict = "unknown"
    row = TECHNIQUES.get(found.technique or "") or technique_named(found.technique)
    level = level_of(row, found.medium) if row and found.is_erasure else NONE
    flags = (RESIDUAL,) if row and leaves_residue(row, found.medium) else ()
    return Judged(verdict, tuple(why for _, why in held), level, flags)
