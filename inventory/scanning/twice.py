"""The same machine scanned twice: told, not doubled. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from inventory.lifecycle.event_types import CORRECTION, EventType
from inventory.lifecycle.rules import personal_fields
from inventory.lifecycle.state import Line

TWICE_WITHIN: Final = timedelta(minutes=15)
"""The same event on the same machine by the same person within this time is a double scan."""


def scanned_already(
    lines: Iterable[Line], row: EventType, details: Mapping[str, Any], actor: str, at: datetime
) -> Line | None:
    """The standing line that a scan at the moment *at* would say once more, if there is one.

    Only the lines just before and just after are looked at: a machine that went there and back between two
    scans of one place was moved twice.
    """
    lines = list(lines)
    voided = {line.voids for line in lines if line.voids}
    standing = [line for line in lines if line.kind != CORRECTION and line.key not in voided]
    standing.sort(key=lambda line: (moment_of(line), line.sequence))
    before = [line for line in standing if moment_of(line) <= at][-1:]
    after = [line for line in standing if moment_of(line) > at][:1]
    stored = {name: value for name, value in details.items() if name not in personal_fields(row)}
    for line in (*before, *after):
        same = line.kind == row.key and line.actor == actor and line.details == stored
        if same and abs(at - moment_of(line)) <= TWICE_WITHIN:
            return line
    return None


def moment_of(line: Line) -> datetime:
    """When somebody stood before the machine; of a line that knows its day only, when it was recorded."""
    return line.recorded_at if line.precision == "day" else line.occurred_at
