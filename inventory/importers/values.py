"""Cells to values, whole columns at a time: text, identifiers, yes and no; nothing guessed.

A parser gives a value, None for "unknown", or raises ValidationRefused with a sentence about the cell.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.printing.cells import PLAIN_NUMBER as PLAIN_NUMBER
from inventory.printing.cells import guard_formula as guard_formula
from inventory.printing.cells import strip_formula_guard as strip_formula_guard
from inventory.register.identifiers import comparison_form

JUNK_IDENTIFIERS: Final = frozenset(
    """
    0|00000000|000000000000|123456789|1234567890|0123456789|9876543210|FFFF|FFFFFFFF|XXXXXXXX|
    SYSTEM SERIAL NUMBER|SYSTEM PRODUCT NAME|CHASSIS SERIAL NUMBER|BASE BOARD SERIAL NUMBER|
    BASE BOARD ASSET TAG|TYPE2 - BOARD SERIAL NUMBER|OEM_DEFINE4|SN 123456789ABC|SYS-1234567890|EVAL|
    SERIAL NUMBER|SERIAL NUMBER XXXXXX|SERNUM0|ASSETTAGNUM0|ASSET-1234567890|ATN12345678901234567|
    NOT SPECIFIED|NOT APPLICABLE|NOT AVAILABLE|NOT PRESENT|TO BE FILLED BY O.E.M.|TO BE FILLED BY O.E.M|
    TO BE FILLED BY OEM|FILL BY OEM|O.E.M.|OEM|DEFAULT STRING|NO ASSET TAG|NO ASSET INFORMATION|
    NO SERIAL NUMBER|NO SERIAL|NONE|NULL|NIL|N/A|NA|-|--|?|UNKNOWN|INVALID|EMPTY|BLANK|TBC|TBD|X|XX|XXX
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Identifiers that name no machine, upper case. Sources: values seen in DMI tables of real machines
(the linuxhw/DMI, eReuse and Free Geek collections) and what people type into a cell to fill it."""
_JUNK_SHAPE = re.compile(r"(.)\1{3,}|0+|[X.*_#-]+|SERIAL NUMBER X+")
BLANK_WORDS: Final = frozenset(
    (
        "n/a",
        "na",
        "n.a.",
        "-",
        "--",
        "–",
        "—",
        "none",
        "null",
        "nil",
        "unknown",
        "not known",
        "?",
        "tbc",
        "tbd",
    )
)
"""Words that a column may declare to mean "unknown", lower case."""


class Fault(NamedTuple):
    """What is wrong with the cell at place ``at`` of a batch; one that is not ``fatal`` lets the row in."""

    at: int
    sentence: str
    fatal: bool = True


class Notice(ValidationRefused):
    """The cell is set aside, and the row may still come in with what is left."""

    def __init__(self, message: str, *, value: Any = None, **params: Any) -> None:
        super().__init__(message, **params)
        self.value = value


Parsed = tuple[Sequence[Any], Sequence[Fault]]


def is_junk_identifier(value: str) -> bool:
    """Whether *value* is a maker's filler or a typist's, and so names no machine."""
    plain = " ".join(value.split()).upper()
    return plain in JUNK_IDENTIFIERS or _JUNK_SHAPE.fullmatch(plain) is not None


SEPARATOR: Final = "\x1f"
"""Joins the cells of a batch, so that one search looks at all of them; a cell that holds it is odd."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def clean_text(cell: str, limit: int, *, multiline: bool = False) -> str | None:
    """The cell's text; None when blank. Too long or unreadable is refused, never cut or mended."""
    text = strip_formula_guard(cell)
    text = _INVISIBLE.sub("", text).strip()
    if "\ufffd" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise ValidationRefused(
            mark("has a character that cannot be read; save the file as UTF-8 or name its encoding")
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n") if multiline else " ".join(text.split())
    if _CONTROL.search(text):
        raise ValidationRefused(mark("has a control character, which no person typed; remove it"))
    if len(text) > limit:
        raise ValidationRefused(
            mark("has {length} characters; at most {limit} are kept, and nothing is cut, so shorten it"),
            length=len(text),
            limit=limit,
        )
    return text or None


class Column:
    """Parses a column cell by cell through a memory of its distinct cells, bounded."""

    _ROOM = 20_000

    def __init__(self, parse: Callable[[str], Any], *, blank_words: bool = False) -> None:
        self._parse = parse
        self._blank_words = blank_words
        self._known: dict[str, Any] = {"": None}
        self._faulty: dict[str, tuple[Any, str, bool]] = {}

    def survey(self, cells: Sequence[str]) -> None:
        """See the cells of one batch before any is parsed; a column of dates learns its order here."""

    def question(self) -> str | None:
        """What must be asked before this column can be parsed; None when nothing."""
        return None

    def __call__(self, cells: Sequence[str]) -> Parsed:
        """Values of the cells, and what is wrong with some."""
        known = self._known
        if len(known) > self._ROOM:
            known.clear()
            self._faulty.clear()
        try:
            values = [known[cell] for cell in cells]
        except KeyError:
            for cell in set(cells) - known.keys():
                self._learn(cell)
            values = [known[cell] for cell in cells]
        if not self._faulty:
            return values, ()
        faulty = self._faulty
        return values, [Fault(index, *faulty[cell][1:]) for index, cell in enumerate(cells) if cell in faulty]

    def _learn(self, cell: str) -> None:
        self._known[cell] = None
        try:
            text = clean_text(cell, 1 << 20, multiline=True)
            if text is not None and not (self._blank_words and text.lower() in BLANK_WORDS):
                self._known[cell] = self._parse(text)
        except Notice as notice:
            self._known[cell] = notice.value
            self._faulty[cell] = (None, notice.message, False)
        except ValidationRefused as refusal:
            self._faulty[cell] = (None, refusal.message, True)


class TextColumn(Column):
    """Text of at most *limit* characters. Batches without oddities take a short way.

    *check* refuses or sets aside single cells; *suspect*, given all cells joined by SEPARATOR (and one at
    either end), tells whether any of them can fail it.
    """

    def __init__(
        self,
        limit: int,
        *,
        multiline: bool = False,
        blank_words: bool = False,
        check: Callable[[str], str] | None = None,
        suspect: Callable[[str], bool] | None = None,
    ) -> None:
        super().__init__(self._parse_text, blank_words=blank_words)
        self._limit, self._multiline, self._check = limit, multiline, check
        self._suspect = suspect or (_has_blank_word if blank_words else None)

    def _parse_text(self, text: str) -> str:
        kept = clean_text(text, self._limit, multiline=self._multiline) or ""
        return self._check(kept) if self._check else kept

    def __call__(self, cells: Sequence[str]) -> Parsed:
        joined = f"{SEPARATOR}{SEPARATOR.join(cells)}{SEPARATOR}"
        if (
            not is_tidy(joined, len(cells))
            or len(max(cells, key=len)) > self._limit
            or (self._suspect is not None and self._suspect(joined))
        ):
            return super().__call__(cells)
        return [cell or None for cell in cells], ()


def is_tidy(joined: str, cells: int) -> bool:
    """Whether no cell of a joined batch needs cleaning: no guard, edge space, odd or unreadable character."""
    return (
        joined.count(SEPARATOR) == cells + 1
        and joined.replace(SEPARATOR, "").isprintable()
        and "\ufffd" not in joined
        and f"{SEPARATOR} " not in joined
        and f" {SEPARATOR}" not in joined
        and f"{SEPARATOR}'" not in joined
    )


def _has_blank_word(joined: str) -> bool:
    return not BLANK_WORDS.isdisjoint(joined.lower().split(SEPARATOR))


_JUNK_IN_BATCH = re.compile(rf"{SEPARATOR}(?:{_JUNK_SHAPE.pattern})(?={SEPARATOR})")


def has_junk(joined: str) -> bool:
    """Whether any of the cells joined by SEPARATOR may be junk: a quick look at a whole batch."""
    upper = joined.upper()
    return not JUNK_IDENTIFIERS.isdisjoint(upper.split(SEPARATOR)) or bool(_JUNK_IN_BATCH.search(upper))


def check_identifier(text: str) -> str:
    """*text* unless it is junk, which is set aside: the machine then has no such identifier."""
    if is_junk_identifier(text):
        raise Notice(mark("“{text}” names no machine; it is left out"), text=text)
    return text


def parse_mac(text: str) -> str:
    """A MAC address as twelve hexadecimal digits in pairs; refuses anything else."""
    plain = comparison_form("mac", text)
    if len(plain) != 12 or re.search(r"[^0-9A-Fa-f:.\-\s]", text):
        raise ValidationRefused(mark("is not a MAC address of twelve hexadecimal digits"))
    if len(set(plain)) == 1:
        raise Notice(mark("is a filler, not a MAC address; it is left out"))
    return ":".join(plain[place : place + 2] for place in range(0, 12, 2))


def parse_bool(text: str) -> bool:
    """Yes and no in the words that exports use."""
    word = text.lower()
    if word in {"1", "true", "yes", "y", "t", "on", "x", "✓"}:
        return True
    if word in {"0", "false", "no", "n", "f", "off"}:
        return False
    raise ValidationRefused(mark("is neither yes nor no"))
