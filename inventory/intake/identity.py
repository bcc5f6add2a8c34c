"""What identifies a machine or a drive, and what only looks as if it did: fillers that makers leave in the firmware."""

import re
from datetime import date
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from inventory.reading.plain import text

_FILLERS: Final = frozenset(
    phrase.strip()
    for phrase in """
none, null, nil, n/a, na, nan, unknown, undefined, unspecified, unset, other, empty, blank, invalid, void, missing,
default, standard, generic, test, sample, eval, evaluation, prototype, engineering, reserved, not used, removed,
manufacturer, vendor, product, version, board, model, serial, sku, family, all, all series, pc, computer, notebook,
system product name, system name, system version, system manufacturer, system vendor, system model, system family,
product name, product version, product type, sku number, ibm compatible, insyde, phoenix, no name, noname, no model,
no asset tag, no asset information, no enclosure, no serial, no serial number, nosn, no sn, sn,
capsule, mp, dvt, pvt, evt, tbd, asset, asset tag, at/at compatible, chassis manufacture, chassis version, base board
""".replace("\n", " ").split(",")
)
"""Phrases that makers leave where a name or a number belongs, in lower case, as seen in machines on sale."""

_FILLER_SHAPES: Final = re.compile(
    r"""
      ^(?:to[ _]be[ _]fil|fil(?:l|led)[ _]by|default|\$\(?default|o\.?e\.?m\.?(?:$|[ _]?(?:define|string)))
    | ^not[ _](?:specified|available|applicable|present|provided|set|defined|settable|known)
    | ^(?:system|sys|chassis|base[ ]?board|mother[ ]?board|board|mb|product|type\s?[0-9]|enclosure)[ -]
      .*\b(?:serial|number|asset|sn|id|configid|manufacturer?|product|version|name|type|[0-9]{6,})\b
    | ^type[0-9]product | sku$ | ^battery\s?[0-9]*$
    | ^(?:sku|serial|asset|product|sample)[ _-]*(?:number|num|no|tag|string|name)?\.?$
    | ^(?:no|none|null)[ _-](?:asset|serial|tag|enclosure|name)
    | ^(?:asset|sn|serial[ ]?(?:number)?)[ -]?[x0-9-]*x{3}
    | (?:assettag(?:num)?|sernum|partnumber|manufacturer|serial[ ]?number)[ _]?[0-9]{0,2}$
    | redact|censor|anonymi[sz]|\bx{4,}\b|12345678|87654321|^asset-?[0-9]+$
    """,
    re.VERBOSE,
)
_ONE_CHARACTER = re.compile(r"(.)\1*")
_MAC = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}")
_OTHER_SERIALS = re.compile(r"(?:WD-W|S/N|VBOX|VB[0-9a-f]{8}-)", re.IGNORECASE)
"""Serials of drives, which boards without a number of their own have been seen to repeat."""
_UUIDS_OF_MANY: Final = frozenset(
    {
        "03000200-0400-0500-0006-000700080009",
        "00020003-0004-0005-0006-000700080009",
        "00000000-0000-4000-8000-000000000000",
        "12345678-1234-5678-90ab-cddeefaabbcc",
        "4c4c4544-0000-2010-8020-80c04f202020",
    }
)
"""Constants of board makers, and a Dell that lost its service tag (the tag's places hold spaces)."""
_EARLIEST: Final = 1985


def is_filler(value: str) -> bool:
    """Whether *value* is what a maker left in place of a name or a number."""
    told = " ".join(value.lower().split())
    if told in _FILLERS or _FILLER_SHAPES.search(told):
        return True
    bare = re.sub(r"[^0-9a-z]", "", told)
    return not bare.strip("0") or (len(bare) > 1 and _ONE_CHARACTER.fullmatch(bare) is not None)


def real(value: Any, longest: int = 128) -> str | None:
    """A name as text; None for fillers."""
    told = text(value, longest)
    return None if told is None or is_filler(told) else told


def real_serial(value: Any) -> str | None:
    """A serial number of four characters or more; None for fillers, MAC addresses and other things' serials."""
    told = real(value)
    if told is None or len(re.sub(r"[^0-9A-Za-z]", "", told)) < 4 or _MAC.fullmatch(told.lower()):
        return None
    return None if _OTHER_SERIALS.match(told) else told


def real_drive_serial(value: Any) -> str | None:
    """A drive's serial number of four characters or more; None for fillers."""
    told = real(value)
    return None if told is None or len(re.sub(r"[^0-9A-Za-z]", "", told)) < 4 else told


def real_tag(value: Any) -> str | None:
    """What somebody wrote into the firmware as the machine's asset tag; None for fillers."""
    told = real_serial(value)
    return None if told is None or told.lower().startswith(("0x", "unknown")) else told


def real_uuid(value: Any) -> str | None:
    """A system UUID in lower case with hyphens; None for all zeros, all ones and constants of board makers."""
    told = text(value, 64)
    if told is None:
        return None
    try:
        found = str(UUID(told))
    except ValueError:
        return None
    return None if found in _UUIDS_OF_MANY or len(set(found) - {"-"}) < 4 else found


def uuid_orders(uuid: str) -> tuple[str, str]:
    """*uuid* as it is and with its first three groups byte by byte the other way round.

    SMBIOS 2.6 and later store them so (DSP0134, System UUID), which older programs did not know: two reports of one
    machine may differ in just this.
    """
    found = UUID(uuid)
    return str(found), str(UUID(bytes=found.bytes_le))


def mac_address(value: Any) -> str | None:
    """A MAC address in lower case with colons; None for none, for zeros and for addresses made up by software."""
    told = (text(value, 32) or "").lower().replace("-", ":")
    if not _MAC.fullmatch(told) or len(set(told) - {":"}) < 3:
        return None
    return None if int(told[:2], 16) & 0b11 else told


@lru_cache(maxsize=1_024)
def firmware_date(told: str | None) -> str | None:
    """A date of SMBIOS (MM/DD/YYYY) or an ISO date, as an ISO date.

    Two digits of a year mean 19YY (DSP0134, BIOS Release Date), believed from 85 on only.
    """
    if told is None:
        return None
    if found := re.match(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})$", told):
        month, day, year = (int(each) for each in found.groups())
        year += 1900 if year < 100 else 0
    elif found := re.match(r"(\d{4})-(\d{2})-(\d{2})", told):
        year, month, day = (int(each) for each in found.groups())
    else:
        return None
    try:
        return date(year, month, day).isoformat() if year >= _EARLIEST else None
    except ValueError:
        return None


@lru_cache(maxsize=1_024)
def processor(told: str | None) -> str | None:
    """A processor's name without trade marks."""
    if told is None:
        return None
    return real(re.sub(r"\((?:R|TM|C|tm|r)\)|[®™]", " ", told))
