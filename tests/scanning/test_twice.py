"""Which scan says once more what was said: a table, one reason per row."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES
from inventory.lifecycle.state import Line
from inventory.scanning.twice import scanned_already

TEN = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
HUB, TOWER = {"location": "HUB"}, {"location": "AT-5.01"}


def line(key: str, minutes: float, kind: str = "moved", details: dict[str, Any] = HUB, **more: Any) -> Line:
    at = TEN + timedelta(minutes=minutes)
    values: dict[str, Any] = {
        "precision": "instant",
        "recorded_at": at,
        "actor": "me",
        "sequence": int(minutes * 10) + 900,
    }
    return Line(key, kind, at, details=details, **(values | more))


@pytest.mark.parametrize(
    ("why", "lines", "said_by"),
    [
        ("nothing was said", [], None),
        ("five minutes before", [line("a", -5)], "a"),
        ("just fifteen minutes before", [line("a", -15)], "a"),
        ("longer ago", [line("a", -15.1)], None),
        ("five minutes after: this scan came late", [line("a", 5)], "a"),
        ("another person", [line("a", -5, actor="you")], None),
        ("another place", [line("a", -5, details=TOWER)], None),
        ("another event", [line("a", -5, "sighted")], None),
        ("there and back: moved twice", [line("a", -9), line("b", -5, details=TOWER)], None),
        ("taken back since", [line("a", -5), line("b", -4, CORRECTION, {}, voids="a")], None),
        ("a day only, recorded five minutes ago", [line("a", -600, precision="day", recorded_at=TEN - timedelta(minutes=5))], "a"),
        ("long ago, recorded five minutes ago", [line("a", -600, recorded_at=TEN - timedelta(minutes=5))], None),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_a_double_scan(why: str, lines: list[Line], said_by: str | None) -> None:
    found = scanned_already(lines, EVENT_TYPES["moved"], HUB | {"note": "free text is not compared"}, "me", TEN)
    assert (found.key if found else None) == said_by, why
