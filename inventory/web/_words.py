"""How pages say things: names of details, dates, sizes, and the details of a ledger line in words."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from inventory.lifecycle.event_types import EVENT_TYPES, EventType
from inventory.lifecycle.fields import Choice, Day, Flag, Lines, schema_of
from inventory.lifecycle.state import Line
from inventory.register.references import references_in

LABELS: Final = {
    "purchase_cost": "Purchase price",
    "mass_g": "Measured mass in grams",
    "capacity_bytes": "Capacity",
    "warranty_end": "Warranty ends",
    "uid": "Drive",
    "party": "Reserved for",
    "came": "Where the drive comes from",
    "into": "Merge into the machine with the tag",
    "confirmed_after_use": "I confirm that this drive was wiped after its last use",
    "drives_not_wiped": "The drives were not wiped in between",
    "no_drive_fitted": "No drive is fitted: I looked inside",
    "no_drive_seen": "How that was seen",
    "r2_functional": "R2v3 functional grade",
    "r2_cosmetic": "R2v3 cosmetic grade",
    "results": "Tests",
    "tests": "What else was found",
    "battery_percent": "Battery, percent of its first charge",
    "computed_route": "Advised by the rules",
    "advised_route": "Where it should go",
    "pat_tester": "PAT: tester",
    "pat_instrument": "PAT: instrument",
    "pat_date": "PAT: date",
    "pat_class": "PAT: class",
    "pat_visual": "PAT: visual check",
    "pat_earth_ohm": "PAT: earth, ohm",
    "pat_insulation_mohm": "PAT: insulation, megohm",
    "pat_fuse_a": "PAT: fuse, ampere",
    "pat_result": "PAT: result",
    "pat_next_due": "PAT: next due",
    "better_route_open": "A better route than waste was open",
    "unsanitised_under_contract": "Leaves with unwiped drives, under a contract with certified destruction",
    "certified_destruction_contract": "Contract with certified destruction",
    "used_before": "Was in use before",
    "source": "Source",
    "forget": "Facts that are in truth not known",
    "functional": "Does it work",
    "cosmetic": "How it looks",
    "second_life": "Was it used there",
    "expected": "Expected fate",
    "loop": "Recycling loop",
    "order_reference": "Order",
}
HELP: Final = {
    "tag": "Leave empty to be given a new tag.",
    "mass_g": "As weighed, not from a data sheet.",
    "capacity_bytes": "For example 512 GB.",
    "currency": "Three letters, for example GBP.",
    "source": "For example: weighed at the hub; supplier's invoice.",
    "note": "Free text. Write no more about people than is needed; it can be erased later.",
    "second_life": "None: refused, or failed on arrival. Served: it was used, and came back.",
    "certificate": "Number or place of the contractor's certificate.",
    "evidence": "Number or place of the report or certificate.",
    "tests": "What was tested, and what was found.",
    "computed_route": "Written by the register itself; leave it as it is.",
}
_MULTIPLES: Final = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3), ("B", 1))


def label_of(name: str) -> str:
    """The name of a detail for people."""
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def day(moment: date | datetime | None, zone: ZoneInfo | None = None) -> str:
    """23 Nov 2026; empty for None."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        moment = (moment.astimezone(zone) if zone is not None else moment).date()
    return _day(moment)


@lru_cache(maxsize=8_192)
def _day(day_: date) -> str:
    return f"{day_.day} {day_:%b %Y}"


def when(moment: datetime, zone: ZoneInfo, precision: str = "instant") -> str:
    """23 Nov 2026, and the time of day where it is known."""
    here = moment.astimezone(zone)
    return day(here) if precision == "day" else f"{day(here)}, {here:%H:%M}"


def happened(line: Line, zone: ZoneInfo) -> str:
    """When the line's event took place."""
    return when(line.occurred_at, zone, line.precision)


def recorded_later(line: Line, zone: ZoneInfo) -> str | None:
    """When it was recorded, if on another day than it took place."""
    heard, was = line.recorded_at.astimezone(zone), line.occurred_at.astimezone(zone)
    return None if heard.date() == was.date() else day(heard)


def capacity(number: int) -> str:
    """Bytes in the largest unit that gives a short number: 512000000000 -> 512 GB."""
    for unit, size in _MULTIPLES:
        if number >= size:
            return f"{number / size:.3g} {unit}" if size > 1 else f"{number} B"
    return f"{number} B"


def bytes_of(text: str) -> int | str:
    """512 GB -> 512000000000; what cannot be read comes back as it is, for the schema to refuse."""
    plain = text.replace(",", "").replace(" ", "").upper()
    for unit, size in _MULTIPLES:
        if plain.endswith(unit):
            try:
                return round(float(plain.removesuffix(unit)) * size)
            except (ValueError, OverflowError):
                return text
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 20 else text


def references_of(lines: Iterable[Line]) -> set[tuple[str, str]]:
    """(table, code) of everybody and every place that the lines name."""
    return {(kind, code) for line in lines for _, kind, code in references_in(line.details)}


def details_in_words(
    line: Line,
    names: Mapping[tuple[str, str], str],
    drives: Mapping[str, str],
    personal: Mapping[str, Any] | None = None,
) -> list[tuple[str, str]]:
    """(label, text) of each detail of *line*, free text last. *drives*: name of each drive by its uid."""
    row = EVENT_TYPES.get(line.kind)
    everything = {**line.details, **(personal or {})}
    return [
        (label_of(name), text)
        for name, value in everything.items()
        if (text := _in_words(row, name, value, names, drives))
    ]


def _in_words(
    row: EventType | None,
    name: str,
    value: Any,
    names: Mapping[tuple[str, str], str],
    drives: Mapping[str, str],
) -> str:
    for _, kind, code in references_in({name: value}) if isinstance(value, str) else ():
        return names.get((kind, code), code)
    return value_in_words(schema_of(row.schema).fields.get(name) if row else None, name, value, drives)


def value_in_words(shape: Any, name: str, value: Any, drives: Mapping[str, str]) -> str:
    """One detail's *value* as text, by its field *shape*."""
    if isinstance(shape, Lines) and isinstance(value, list):
        inner = schema_of(shape.schema).fields
        entries = (_entry_in_words(inner, each, drives) for each in value if isinstance(each, dict))
        return "; ".join(entries)
    if isinstance(shape, Choice):
        return shape.labels.get(str(value), str(value))
    if isinstance(shape, Flag):
        return "Yes" if value else "No"
    if isinstance(shape, Day):
        try:
            return day(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    if name == "uid":
        return drives.get(str(value), str(value))
    if name == "capacity_bytes" and isinstance(value, int):
        return capacity(value)
    if name == "mass_g" and isinstance(value, int):
        return f"{value:,} g"
    if name == "forget":
        return ", ".join(label_of(each).lower() for each in str(value).split(","))
    return str(value)


def _entry_in_words(inner: Mapping[str, Any], entry: dict[str, Any], drives: Mapping[str, str]) -> str:
    if entry.keys() == {"type", "value"}:
        return f"{value_in_words(inner['type'], 'type', entry['type'], drives)} {entry['value']}"
    words = []
    for name, value in entry.items():
        if name == "record":
            continue  # The drive's side of the page leads there.
        if name == "confirmed_after_use":
            if value:
                words.append("confirmed as after its last use")
        else:
            words.append(value_in_words(inner.get(name), name, value, drives))
    return ", ".join(words)
