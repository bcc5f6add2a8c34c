"""Which column of a file means what: proposals from header names, and what a person said."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from inventory.errors import ValidationRefused
from inventory.i18n import mark

from .amounts import mass_unit
from .targets import TARGETS
from .words import normal

MIN_CONFIDENCE: Final = 90
"""Likeness (rapidfuzz, 0 to 100) from which a header name is proposed for a target."""


_PERSONAL_HEADERS: Final = re.compile(
    r"\b(e ?mail|phone|username|user name|first name|last name|employee|manager|home address)\b"
)
IGNORE: Final = ("", "-")
"""Target given for a column that is to be left out."""


@dataclass(frozen=True)
class ColumnMapping:
    """Columns of one file and what they mean. ``sources``: target key to positions (from 0) in the headers.

    ``confidence``: 100 for a known name or one said by a person, else the likeness. ``ignored``: left out
    because somebody said so. ``units``: unit of mass from the header's own words.
    """

    headers: tuple[str, ...]
    sources: Mapping[str, tuple[int, ...]]
    confidence: Mapping[str, int]
    ignored: frozenset[int] = frozenset()
    mass_unit: str | None = None

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Headers that mean nothing yet: to map, to keep in the notes, or to leave out, as somebody says."""
        used = {position for positions in self.sources.values() for position in positions} | self.ignored
        return tuple(header for position, header in enumerate(self.headers) if position not in used)

    @property
    def unmapped_personal(self) -> tuple[str, ...]:
        """Those of ``unmapped`` that look like data about people, and had better not go into the notes."""
        return tuple(header for header in self.unmapped if looks_personal(header))


def looks_personal(header: str) -> bool:
    """Whether a header's name promises data about a person."""
    return bool(_PERSONAL_HEADERS.search(header_words(header)))


def header_words(header: str) -> str:
    """A header as words: camel case split, lower case, no punctuation, without a unit in brackets."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return normal(re.sub(r"\((?:kg|g|lb|lbs|£|€|\$|gbp|eur|usd)\)", " ", split, flags=re.IGNORECASE))


_KNOWN: Final = {
    header_words(name): target.key
    for target in TARGETS.values()
    for name in (target.key, target.label, *target.aliases)
}


def propose_mapping(
    headers: Sequence[str],
    *,
    given: Mapping[str, str] | None = None,
    known: Mapping[str, str] | None = None,
    fuzzy: bool = True,
) -> ColumnMapping:
    """Propose a mapping.

    *given* (header to target key, "" or "-" to leave out) is what a person said, and wins; *known* (header
    name, any case, to target key) is what a format's own headers mean; then our aliases; then, if *fuzzy*,
    likeness. Several headers given or known for one target are joined; likeness gives one.
    Raises ValidationRefused for a header or target that does not exist.
    """
    positions = {normal(header): position for position, header in reversed(list(enumerate(headers)))}
    sources: dict[str, list[int]] = {}
    confidence: dict[str, int] = {}
    decided: dict[int, str] = {}
    for header, key in (given or {}).items():
        if normal(header) not in positions:
            raise ValidationRefused(
                mark("There is no column {header} in this file; it has: {headers}."),
                header=header,
                headers=", ".join(headers),
            )
        if key not in TARGETS and key not in IGNORE:
            raise ValidationRefused(
                mark("There is no target column {key}; use one of: {keys}."),
                key=key,
                keys=", ".join(TARGETS),
            )
        decided[positions[normal(header)]] = key
    said = frozenset(decided.values())
    own = {normal(header): key for header, key in (known or {}).items()}
    for position, header in enumerate(headers):
        if position not in decided and (key := own.get(normal(header), "?")) != "?" and key not in said:
            decided[position] = key
    taken = set(decided.values())
    for exact in (True, False) if fuzzy else (True,):
        for score, position, key in sorted(_likeness(headers, decided, exact), key=lambda each: (-each[0], each[1])):
            if key not in taken and position not in decided:
                decided[position] = key
                confidence[key] = score
                taken.add(key)
    for position, key in sorted(decided.items()):
        if key not in IGNORE:
            sources.setdefault(key, []).append(position)
            confidence.setdefault(key, 100)
    unit = next(
        (
            found
            for at in sources.get("mass", ())
            for word in re.split(r"[\W_]+", headers[at])
            if (found := mass_unit(word))
        ),
        None,
    )
    left_out = frozenset(position for position, key in decided.items() if key in IGNORE)
    return ColumnMapping(tuple(headers), {key: tuple(at) for key, at in sources.items()}, confidence, left_out, unit)


def _likeness(headers: Sequence[str], decided: Mapping[int, str], exact: bool) -> Iterable[tuple[int, int, str]]:
    for position, header in enumerate(headers):
        if position in decided:
            continue
        words = header_words(header)
        if exact:
            if key := _KNOWN.get(words):
                yield 100, position, key
        elif len(words) > 4 and (
            best := process.extractOne(words, _KNOWN.keys(), scorer=fuzz.ratio, score_cutoff=MIN_CONFIDENCE)
        ):
            # Very short names differ by one letter and mean another thing.
            yield min(99, round(best[1])), position, _KNOWN[best[0]]
