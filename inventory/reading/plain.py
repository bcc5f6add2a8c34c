"""Plain values out of foreign JSON: text, whole numbers, a path into nested objects. Nothing here raises."""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

_LARGEST: Final = 2**63 - 1
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffd\u200b\ufeff\ud800-\udfff]+")
_NUMBER = re.compile(r"\s*([0-9](?:[0-9,.\s\u2019'\ufffd]{0,29}[0-9])?)")
"""With the separators of thousands that locales have, and what is left of those that were lost in a code page."""


def text(value: Any, longest: int = 128) -> str | None:
    """A string or a number as one line of at most *longest* characters; None for nothing and for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        told = str(value)
    except ValueError:  # a whole number of thousands of digits
        return None
    return " ".join(_CONTROL.sub(" ", told[: longest * 4]).split())[:longest].strip() or None


def whole(value: Any) -> int | None:
    """A number, or text that begins with one, as a whole number from 0 to 2^63-1; None for anything else."""
    if isinstance(value, str):
        found = _NUMBER.match(value[:64])
        if found is None:
            return None
        digits = re.sub(r"[^0-9.]", "", found[1])
        value = float(digits) if re.fullmatch(r"[0-9]+\.[0-9]+", digits) else int(digits.split(".")[0] or 0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return round(value) if 0 <= value <= _LARGEST else None


def at(data: Any, *path: str | int) -> Any:
    """What stands at *path* in nested objects and lists; None where it leads nowhere."""
    for step in path:
        if isinstance(step, str) and isinstance(data, dict):
            data = data.get(step)
        elif isinstance(step, int) and isinstance(data, list) and -len(data) <= step < len(data):
            data = data[step]
        else:
            return None
    return data


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list, or the one object itself."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each


def instant(value: Any) -> datetime | None:
    """An ISO date and time, or seconds since 1970, in UTC; None for nonsense and for years before 1990.

    A time without a zone is taken as UTC: boot media keep it so.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, datetime):
            moment = value
        elif isinstance(value, str):
            moment = datetime.fromisoformat(value.strip()[:40])
        else:
            return None
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year >= 1990 else None
