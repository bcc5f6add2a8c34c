"""What readers share: values from outside as plain ones, or None. Pure; nothing here raises."""

import math
import re
from datetime import UTC, datetime
from typing import Any, Final

LARGEST: Final = 2**63 - 1
"""What a database keeps as a whole number."""
_LONGEST: Final = 512
_FILLER = re.compile(
    r"(?:to be filled.*|default string|system serial number|not (?:specified|available|applicable|present)|n/?a|none|"
    r"unknown|null|empty|invalid|o\.?e\.?m\.?|[0x.\-_ ]+|(?:0?123456789?\d*)|(.)\1{3,})",
    re.IGNORECASE,
)


def text_of(value: Any) -> str | None:
    """*value* as one line of printable text; None for what is no text or nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    kept = "".join(sign if sign.isprintable() else " " for sign in str(value)[: 4 * _LONGEST])
    return " ".join(kept.split())[:_LONGEST] or None


def name_of(value: Any) -> str | None:
    """As `text_of`, and None for what makers write where they had nothing to say."""
    found = text_of(value)
    return None if found is None or _FILLER.fullmatch(found) else found


def serial_of(value: Any) -> str | None:
    """The serial number of a drive; None for fillers, and where bytes stand in it that no serial has."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    plain = str(value).strip()
    if not 3 <= len(plain) <= 128 or not plain.isascii() or not plain.isprintable():
        return None
    return name_of(plain)


def number_of(value: Any) -> int | None:
    """A whole number from 0 that a database keeps; texts may hold thousands' commas."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) else None
    if isinstance(value, str):
        plain = value.replace(",", "").strip()
        value = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 20 else None
    return value if isinstance(value, int) and 0 <= value <= LARGEST else None


def moment_of(value: Any) -> datetime | None:
    """A moment: ISO text, seconds since 1970, or a datetime; without a zone it stays naive (the place's own time)."""
    try:
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, str):
            found = datetime.fromisoformat(re.sub(r"\s*([+-]\d{4}|Z)$", r"\1", value.strip()[:40]))
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return found if 1990 <= found.year <= 2100 else None


def dict_of(value: Any) -> dict[str, Any]:
    """*value* if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any, most: int = 1_000) -> list[Any]:
    """At most *most* entries of *value* if it is a list, else none."""
    return value[:most] if isinstance(value, list) else []


_MEDIA: Final = (
    ("nvme", re.compile(r"nvme|non-volatile memory", re.IGNORECASE)),
    ("emmc", re.compile(r"\be?mmc\b", re.IGNORECASE)),
    ("ssd", re.compile(r"ssd|solid.?state|flash", re.IGNORECASE)),
    ("hdd", re.compile(r"hdd|hard.?(?:disk|drive)|rotational|magnetic|\d{4,5} ?rpm", re.IGNORECASE)),
)


def medium_of(*words: Any) -> str | None:
    """hdd, ssd, nvme or emmc, from the tool's own words; None where they do not tell."""
    told = " ".join(found for each in words if (found := text_of(each)))
    return next((medium for medium, pattern in _MEDIA if pattern.search(told)), None)
