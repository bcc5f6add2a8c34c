"""Dates as people write them. The order of day and month is learnt from a whole column, or asked."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark

from .values import BLANK_WORDS, Column

ORDERS: Final = ("dmy", "mdy", "ymd")
FIRST_YEAR: Final = 1970
"""Earliest year taken for a date in a machine's life."""
_SERIAL_START: Final = date(1899, 12, 30)
"""Day 0 of spreadsheet date numbers (the 1900 system, with its leap-year slip, from 1 March 1900)."""
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_LONG = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "sept",
)
_MONTH_WORD = re.compile("[A-Za-z]{3,9}")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_TRIPLE = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)?[-/., ]*([A-Za-z]{3,9})[-/., ]*(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})[-/., ]*(\d{1,2})(?:st|nd|rd|th)?,?[-/. ]+(\d{4}|\d{2})")
_CTIME = re.compile(r"([A-Za-z]{3,9}) +(\d{1,2}) [\d:]+ (?:[A-Z]{3,4} )?(\d{4})")
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[., ]+", re.IGNORECASE)
_TIME = re.compile(
    r"(?:T|,? +)\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?"
    r"\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|[A-Z]{3,4}|[+-]\d{2}:?\d{2})?"
)
_NULL_DATES: Final = frozenset(("0000-00-00", "00/00/0000", "1899-12-30", "1899-12-31", "1900-01-00"))


def _without_time(text: str) -> str:
    text = _WEEKDAY.sub("", text, count=1) if _WEEKDAY.match(text) else text
    match = _TIME.search(text)
    return text[: match.start()] if match and match.end() == len(text) and match.start() >= 5 else text


def _triple(text: str) -> tuple[str, str, str] | None:
    match = _TRIPLE.fullmatch(_without_time(text))
    return (match[1], match[3], match[4]) if match else None


def _under(triple: tuple[str, str, str], order: str, past: bool, today: date) -> date | None:
    """The triple read in *order*, or None where it is no date of a machine's life then."""
    if order == "ymd" and (len(triple[0]) != 2 or len(triple[2]) == 4):
        return None
    parts = dict(zip(order, triple, strict=True))
    return _build(parts["y"], int(parts["m"]), int(parts["d"]), past, today)


def _build(year_text: str, month: int, day: int, past: bool, today: date) -> date | None:
    year = int(year_text)
    try:
        if len(year_text) > 2:
            return date(year, month, day)
        found = date(2000 + year, month, day)
        # A two-digit year is never read as a future purchase; elsewhere thirty years ahead are room enough.
        if found > today if past else found.year > today.year + 30:
            found = date(1900 + year, month, day)
    except ValueError:
        return None
    return found if found.year >= FIRST_YEAR else None


class DateColumn(Column):
    """Dates of one column. *order* is dmy, mdy or ymd where somebody said so; *past*: no future dates."""

    def __init__(self, order: str | None, *, past: bool, today: date) -> None:
        super().__init__(self._parse_date, blank_words=True)
        if order is not None and order not in ORDERS:
            raise ValidationRefused(mark("The order of dates is dmy, mdy or ymd, not {order}."), order=order)
        self._order, self._past, self._today = order, past, today
        self._given = order is not None
        self._orders = set(ORDERS)
        self._seen: set[str] = set()
        self._open: str | None = None

    def survey(self, cells: Sequence[str]) -> None:
        if self._given:
            return
        for cell in set(cells) - self._seen:
            if len(self._seen) < self._ROOM:
                self._seen.add(cell)
            triple = _triple(cell.strip())
            readings = {each: _under(triple, each, self._past, self._today) for each in ORDERS} if triple else {}
            possible = {order for order, read in readings.items() if read}
            if possible:
                self._orders &= possible
                if self._open is None and len({read for read in readings.values() if read}) > 1:
                    self._open = cell.strip()
        if len(self._orders) == 1:
            (self._order,) = self._orders
        else:
            self._order = None

    def question(self) -> str | None:
        if self._given or self._order is not None:
            return None
        if not self._orders:
            return mark(
                "The dates of this column follow different orders. Say whether day or month comes first; "
                "rows that do not fit are then refused."
            )
        if self._open is None:
            return None
        return mark(
            "“{value}” can be read in more than one way. Say whether it is day-month-year (dmy), "
            "month-day-year (mdy) or year-month-day (ymd)."
        ).format(value=self._open)

    def _parse_date(self, text: str) -> date | None:
        if text in _NULL_DATES or text[:10] == "0000-00-00" or text.lower() in BLANK_WORDS:
            return None
        found = self._read(text)
        if found.year < FIRST_YEAR:
            raise ValidationRefused(mark("lies before {year}, before any machine held here"), year=FIRST_YEAR)
        if self._past and found > self._today:
            raise ValidationRefused(mark("lies in the future; it must have happened already"))
        return found

    def _read(self, text: str) -> date:
        plain = _without_time(text)
        if match := _ISO.fullmatch(plain) or _COMPACT.fullmatch(plain):
            return self._or_refuse(match[1], int(match[2]), int(match[3]))
        if match := _SERIAL.fullmatch(text):
            return _SERIAL_START + timedelta(days=int(match[1]))
        if match := _DAY_FIRST.fullmatch(plain):
            return self._or_refuse(match[3], _month(match[2]), int(match[1]))
        if match := _MONTH_FIRST.fullmatch(plain) or _CTIME.fullmatch(_WEEKDAY.sub("", text, count=1)):
            return self._or_refuse(match[3], _month(match[1]), int(match[2]))
        if triple := _triple(text):
            orders = (self._order,) if self._order else ORDERS
            readings = {each: _under(triple, each, self._past, self._today) for each in orders}
            dates = {read for read in readings.values() if read}
            if len(dates) == 1:
                return dates.pop()
            if dates:
                raise ValidationRefused(mark("can be read in more than one way; say the order of the dates"))
            if self._order:
                raise ValidationRefused(mark("is no date in the order {order}"), order=self._order)
        raise ValidationRefused(mark("is not a date; write for example 2026-11-23 or 23 Nov 2026"))

    def _or_refuse(self, year: str, month: int, day: int) -> date:
        if found := _build(year, month, day, self._past, self._today):
            return found
        raise ValidationRefused(mark("is not a day of the calendar that a machine could have seen"))


def _month(word: str) -> int:
    lower = word.lower()
    return _MONTHS.get(lower[:3], 0) if len(lower) == 3 or lower in _LONG else 0
