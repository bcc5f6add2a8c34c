"""When a scan took place, by clocks that are right, wrong, and put right in between."""

from datetime import UTC, datetime, timedelta

import pytest

from inventory.scanning.clock import TOLD_FROM, milliseconds, occurred_at, off_by_ms

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TRUE = NOW - 3 * HOUR
"""When the scan was in truth."""


@pytest.mark.parametrize(
    ("why", "scanned_at", "offset", "age", "sent_at", "expected"),
    [
        ("a right clock, measured", TRUE, timedelta(), None, NOW, TRUE),
        ("two hours fast, measured before", TRUE + 2 * HOUR, -2 * HOUR, None, NOW + 2 * HOUR, TRUE),
        ("two hours slow, measured before", TRUE - 2 * HOUR, 2 * HOUR, None, NOW - 2 * HOUR, TRUE),
        ("two hours fast, put right in between; the offset is that of the scan", TRUE + 2 * HOUR, -2 * HOUR, None, NOW, TRUE),
        ("put right in between, but the age was measured", TRUE + 2 * HOUR, timedelta(), 3 * HOUR, NOW, TRUE),
        ("never synced, two hours fast: the offset at sending", TRUE + 2 * HOUR, None, None, NOW + 2 * HOUR, TRUE),
        ("never synced, two hours slow", TRUE - 2 * HOUR, None, None, NOW - 2 * HOUR, TRUE),
        ("never synced, put right in between: nobody can know", TRUE - 2 * HOUR, None, None, NOW, TRUE - 2 * HOUR),
        ("the age wins over every clock", NOW + 9 * HOUR, 5 * HOUR, 3 * HOUR, NOW + 7 * HOUR, TRUE),
        ("a file from a device whose clock is believed", TRUE, None, None, None, TRUE),
        ("in the future: now", NOW + HOUR, timedelta(), None, NOW, NOW),
        ("an age below nothing: now", TRUE, None, -HOUR, NOW, NOW),
        ("a clock that lost its date: now", datetime(1970, 1, 1, tzinfo=UTC), None, None, NOW, NOW),
        ("beyond every calendar: now", datetime(9999, 12, 31, 23, tzinfo=UTC), timedelta(days=300), None, NOW, NOW),
        ("before every calendar: now", datetime(1, 1, 1, tzinfo=UTC), -timedelta(days=300), None, NOW, NOW),
        ("across a zone's change of clocks: moments, not hours", datetime.fromisoformat("2026-10-25T01:30:00+01:00"), timedelta(), None, NOW, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_the_time_of_a_scan(
    why: str,
    scanned_at: datetime,
    offset: timedelta | None,
    age: timedelta | None,
    sent_at: datetime | None,
    expected: datetime,
) -> None:
    found = occurred_at(
        NOW,
        scanned_at,
        age_ms=None if age is None else milliseconds(age),
        offset_ms=None if offset is None else milliseconds(offset),
        sent_at=sent_at,
    )
    assert found == expected and found <= NOW, why


@pytest.mark.parametrize(
    ("off", "told"),
    [(timedelta(0), False), (TOLD_FROM, False), (-TOLD_FROM, False), (TOLD_FROM * 1.01, True), (-2 * HOUR, True)],
)
def test_a_clock_is_told_only_when_it_is_well_off(off: timedelta, told: bool) -> None:
    assert off_by_ms(NOW, NOW - off) == (milliseconds(off) if told else None)
    assert off_by_ms(NOW, None) is None
