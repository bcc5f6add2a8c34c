"""When a scan took place, by a clock that may be wrong. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final

TOLD_FROM: Final = timedelta(minutes=2)
"""A device's clock that is off by more than this is told, and noted in the receipt."""
LONGEST_WAIT: Final = timedelta(days=366)
"""A scan that seems older than this was taken by a clock that had lost its date."""


def moved(moment: datetime, ms: int) -> datetime | None:
    """*moment* and *ms* milliseconds; None where no calendar reaches."""
    try:
        return (moment + timedelta(milliseconds=ms)).astimezone(UTC)
    except OverflowError:
        return None


def occurred_at(
    now: datetime,
    scanned_at: datetime,
    *,
    age_ms: int | None = None,
    offset_ms: int | None = None,
    sent_at: datetime | None = None,
) -> datetime:
    """The moment of a scan by the server's clock: never in the future, so that none is refused for its time.

    Best is its age, measured without any clock; then the device's time with the offset it had measured by
    then; then with the offset at sending. Without all three the device's clock is believed.
    """
    if age_ms is not None:
        found = moved(now, -age_ms)
    elif offset_ms is not None:
        found = moved(scanned_at, offset_ms)
    elif sent_at is not None:
        found = moved(scanned_at, milliseconds(now - sent_at))
    else:
        found = moved(scanned_at, 0)
    if found is None or found > now or found < now - LONGEST_WAIT:
        return now
    return found


def off_by_ms(now: datetime, sent_at: datetime | None) -> int | None:
    """The server's clock minus the device's, in milliseconds, if that is worth telling."""
    if sent_at is None or abs(now - sent_at) <= TOLD_FROM:
        return None
    return milliseconds(now - sent_at)


def milliseconds(span: timedelta) -> int:
    """A span of time in whole milliseconds."""
    return span // timedelta(milliseconds=1)
