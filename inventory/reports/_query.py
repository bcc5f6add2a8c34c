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
SPANS: Final = {"academic": "", "financial": "FY", "calendar": "CY"}
"""Kinds of year, by what stands before the year in an address: 2016/17, FY2016/17, CY2016."""
FINANCIAL_YEAR_START_MONTH: Final = 4
"""The financial year of UK public bodies begins on 1 April."""
_YEAR = re.compile(r"^(FY|CY|)(\d{4})(?:/(\d{2}|\d{4}))?$", re.IGNORECASE)


@dataclass(frozen=True)
class Query:
    """What is asked. Days are in the institution's time zone, both ends included.

    ``start`` and ``to`` bound the day of the counted line; ``as_at`` is the moment up to which lines
    were recorded (None: all). ``year`` is the calendar year in which a year of the kind ``span``
    (academic, financial, calendar) begins. ``department`` is a code and stands for all below it; ``kind``
    single kinds of asset; ``group`` computer, peripheral or unknown, where no kinds are named. ``partner``
    and ``contractor``: uid of who received the machines. ``factors``: keys of sets of factors that are
    used whatever newer ones there are.
    """

    start: date | None = None
    to: date | None = None
    as_at: datetime | None = None
    year: int | None = None
    department: str = ""
    kind: tuple[str, ...] = ()
    group: str = "computer"
    span: str = "academic"
    partner: str = ""
    contractor: str = ""
    factors: tuple[str, ...] = ()

    @property
    def academic_year(self) -> int | None:
        """The academic year that is asked for, where it is one."""
        return self.year if self.span == "academic" else None

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of asset that are asked for."""
        return frozenset(self.kind) or GROUPS[self.group]

    @property
    def plain(self) -> bool:
        """Whether the stored counts can answer: everything known now, no single kinds, whoever received it."""
        return self.as_at is None and not (self.kind or self.partner or self.contractor)

    def only_by(self, filters: frozenset[str]) -> "Query":
        """Without the filters that are not among *filters*."""
        return replace(
            self,
            department=self.department if "department" in filters else "",
            kind=self.kind if "kind" in filters else (),
            group=self.group if "group" in filters else "computer",
            partner=self.partner if "partner" in filters else "",
            contractor=self.contractor if "contractor" in filters else "",
        )

    def within(self, settings: Settings) -> "Query":
        """With the year, if one is named, as its first and last day."""
        if self.year is None:
            return self
        month = {"academic": settings.academic_year_start_month, "financial": FINANCIAL_YEAR_START_MONTH}.get(
            self.span, 1
        )
        first = date(self.year, month, 1)
        last = date(self.year + 1, month, 1) - timedelta(days=1)
        return replace(self, start=first, to=last)

    def to_args(self) -> dict[str, Any]:
        """The parameters of an address that ask this again."""
        args: dict[str, Any] = {}
        if self.year is not None:
            args["year"] = year_label(self.year, self.span)
        else:
            args |= {"from": self.start.isoformat()} if self.start else {}
            args |= {"to": self.to.isoformat()} if self.to else {}
        args |= {"as_at": self.as_at.isoformat()} if self.as_at else {}
        args |= {"department": self.department} if self.department else {}
        args |= {"kind": list(self.kind)} if self.kind else {}
        args |= {"group": self.group} if self.group != "computer" else {}
        args |= {"partner": self.partner} if self.partner else {}
        args |= {"contractor": self.contractor} if self.contractor else {}
        args |= {"factors": list(self.factors)} if self.factors else {}
        return args

    @property
    def asked(self) -> frozenset[str]:
        """Names of the filters that are set, beside the period and the two cuts."""
        return frozenset(self.to_args()) & frozenset(FILTERS)


PARAMETERS: Final = (
    "from", "to", "as_at", "year", "department", "kind", "group", "partner", "contractor", "factors",
)  # fmt: skip
FILTERS: Final = ("department", "kind", "group", "partner", "contractor")
"""What narrows a report to some machines; a report names those that have a meaning for it."""


def read_query(args: Mapping[str, Any], settings: Settings) -> Query:
    """A query from the parameters of an address, a command or a call; an unreadable one is refused by name."""

    def one(name: str) -> str:
        given = args.get(name)
        given = given[-1] if isinstance(given, (list, tuple)) and given else given
        return str(given).strip().replace("\x00", "")[:80] if given else ""

    def several(name: str) -> list[str]:
        given = args.getlist(name) if hasattr(args, "getlist") else args.get(name) or ()
        given = [given] if isinstance(given, str) else list(given)
        return list(dict.fromkeys(key for each in given for key in str(each).split(",") if key))

    kinds = several("kind")
    for key in kinds:
        if key not in KINDS:
            raise ValidationRefused(f"There is no kind {key[:40]!r}; choose one of {', '.join(KINDS)}.", field="kind")
    group = one("group") or "computer"
    if group not in GROUPS:
        raise ValidationRefused(f"There is no group {group!r}; choose one of {', '.join(GROUPS)}.", field="group")
    year, span = _year(one("year"))
    query = Query(
        _day(one("from"), "from"),
        _day(one("to"), "to"),
        _moment(one("as_at"), settings),
        year,
        one("department"),
        tuple(kinds),
        group,
        span,
        one("partner"),
        one("contractor"),
        tuple(key.replace("\x00", "")[:80] for key in several("factors")[:20]),
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


def _year(text: str) -> tuple[int | None, str]:
    """(year in which it begins, kind of year)."""
    if not text:
        return None, "academic"
    match = _YEAR.match(text)
    span = next((key for key, sign in SPANS.items() if match and sign == match[1].upper()), "academic")
    year = int(match[2]) if match else 0
    second = match[3] if match else None
    # A bare 2016 could be any of three years: nobody is to guess which.
    fits = second is None if span == "calendar" else bool(second) and int(second or 0) % 100 == (year + 1) % 100
    if not match or not 1970 <= year <= 2100 or not fits:
        raise ValidationRefused(
            f"year: {text[:40]!r} is no year; write 2016/17 for an academic year, FY2016/17 for a financial year "
            "or CY2016 for a calendar year.",
            field="year",
        )
    return year, span


def year_label(year: int, span: str = "academic") -> str:
    """``2016/17``, ``FY2016/17`` or ``CY2016``: as `read_query` takes it."""
    return f"CY{year}" if span == "calendar" else f"{SPANS[span]}{year}/{(year + 1) % 100:02}"


def year_words(year: int, span: str = "academic") -> str:
    """``Academic year 2016/17``."""
    label = year_label(year, span).removeprefix(SPANS[span])
    return f"{span.capitalize()} year {label}"


def current_year(settings: Settings, today: date | None = None) -> int:
    """The academic year that runs now."""
    return academic_year(today or datetime.now(settings.zone).date(), settings)
