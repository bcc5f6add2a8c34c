"""What is asked of a report: two cuts, a department, kinds; read from any edge, written into an address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from inventory.config import Settings
from inventory.errors import ValidationRefused
from inventory.lifecycle.counting import academic_year
from inventory.register.kinds import COMPUTER_KINDS, KINDS, PERIPHERAL_KINDS

GROUPS: Final = {
    "computer": COMPUTER_KINDS,
    "peripheral": PERIPHERAL_KINDS,
    "unknown": frozenset({"unknown"}),
}
UNKNOWN_DEPARTMENT: Final = "-"
"""Asks for machines whose department is not known."""
_YEAR = re.compile(r"^(\d{4})(?:/(\d{2}|\d{4}))?$")


@dataclass(frozen=True)
class Query:
    """What is asked. Days are in the institution's time zone, both ends included.

    ``start`` and ``to`` bound the day of the counted line; ``as_at`` is the moment up to which lines
    were recorded (None: all). ``department`` is a code and stands for all below it; ``kind`` single kinds
    of asset; ``group`` computer, peripheral or unknown, where no kinds are named.
    """

    start: date | None = None
    to: date | None = None
    as_at: datetime | None = None
    year: int | None = None
    department: str = ""
    kind: tuple[str, ...] = ()
    group: str = "computer"

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of asset that are asked for."""
        return frozenset(self.kind) or GROUPS[self.group]

    @property
    def plain(self) -> bool:
        """Whether the stored counts can answer: everything known now, no single kinds."""
        return self.as_at is None and not self.kind

    def within(self, settings: Settings) -> "Query":
        """With the academic year, if one is named, as its first and last day."""
        if self.year is None:
            return self
        month = settings.academic_year_start_month
        first = date(self.year, month, 1)
        last = date(self.year + 1, month, 1) - timedelta(days=1)
        return replace(self, start=first, to=last)

    def to_args(self) -> dict[str, Any]:
        """The parameters of an address that ask this again."""
        args: dict[str, Any] = {}
        if self.year is not None:
            args["year"] = year_label(self.year)
        else:
            args |= {"from": self.start.isoformat()} if self.start else {}
            args |= {"to": self.to.isoformat()} if self.to else {}
        args |= {"as_at": self.as_at.isoformat()} if self.as_at else {}
        args |= {"department": self.department} if self.department else {}
        args |= {"kind": list(self.kind)} if self.kind else {}
        args |= {"group": self.group} if self.group != "computer" else {}
        return args


PARAMETERS: Final = ("from", "to", "as_at", "year", "department", "kind", "group")


def read_query(args: Mapping[str, Any], settings: Settings) -> Query:
    """A query from the parameters of an address, a command or a call; an unreadable one is refused by name."""

    def one(name: str) -> str:
        given = args.get(name)
        given = given[-1] if isinstance(given, (list, tuple)) and given else given
        return str(given).strip().replace("\x00", "")[:80] if given else ""

    kinds = args.getlist("kind") if hasattr(args, "getlist") else args.get("kind") or ()
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    kinds = [key for each in kinds for key in str(each).split(",") if key]
    for key in kinds:
        if key not in KINDS:
            raise ValidationRefused(f"There is no kind {key[:40]!r}; choose one of {', '.join(KINDS)}.", field="kind")
    group = one("group") or "computer"
    if group not in GROUPS:
        raise ValidationRefused(f"There is no group {group!r}; choose one of {', '.join(GROUPS)}.", field="group")
    query = Query(
        _day(one("from"), "from"),
        _day(one("to"), "to"),
        _moment(one("as_at"), settings),
        _year(one("year")),
        one("department"),
        tuple(dict.fromkeys(kinds)),
        group,
    )
    if query.year is not None and (query.start or query.to):
        raise ValidationRefused("Name either a year or a first and last day.", field="year")
    if query.start and query.to and query.start > query.to:
        raise ValidationRefused("The first day lies after the last.", field="from")
    return query


def _day(text: str, name: str) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise ValidationRefused(f"{name}: {text[:40]!r} is not a date of the form 2026-11-23.", field=name) from None
    if found and not 1970 <= found.year <= 2100:
        raise ValidationRefused(f"{name}: the year is not between 1970 and 2100.", field=name)
    return found


def _moment(text: str, settings: Settings) -> datetime | None:
    """A moment; a bare day means the end of that day."""
    if not text:
        return None
    try:
        if len(text) == 10:
            end = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), settings.zone)
            return end.astimezone(UTC) - timedelta(microseconds=1)
        # A plus sign in an address is read as a space.
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        moment = found if found.tzinfo else found.replace(tzinfo=settings.zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValidationRefused(f"as at: {text[:40]!r} is not a date or a moment.", field="as_at") from None


def _year(text: str) -> int | None:
    if not text:
        return None
    match = _YEAR.match(text)
    year = int(match[1]) if match else 0
    if not match or not 1970 <= year <= 2100 or (match[2] and int(match[2]) % 100 != (year + 1) % 100):
        raise ValidationRefused(f"year: {text[:40]!r} is not an academic year of the form 2016/17.", field="year")
    return year


def year_label(year: int) -> str:
    """``2016/17``."""
    return f"{year}/{(year + 1) % 100:02}"


def current_year(settings: Settings, today: date | None = None) -> int:
    """The academic year that runs now."""
    return academic_year(today or datetime.now(settings.zone).date(), settings)
