"""Lists of assets: filters from an address, keyset pages both ways, any depth at the cost of the first."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select, tuple_, union
from sqlalchemy.orm import Session, aliased

from inventory.config import Settings
from inventory.db import holds
from inventory.errors import ValidationRefused
from inventory.register.departments import subtree
from inventory.register.identifiers import comparison_form
from inventory.register.kinds import KINDS
from inventory.register.models import Asset, AssetIdentifier, Location, Party
from inventory.register.rows import AssetRow, fill, row_statement
from inventory.register.search import forgiving, search_numbers
from inventory.register.statuses import STATUSES, WAITING
from inventory.register.tags import normalise

COUNTED_UP_TO: Final = 10_000
"""Matches are counted exactly up to here; beyond, the count says "more than"."""
FEW: Final = 2_000
"""Found by words: up to so many are listed by their numbers."""
SORTS: Final[dict[str, tuple[Any, bool]]] = {
    "tag": (Asset.tag_key, False),
    "model": (Asset.model, False),
    "purchase_date": (Asset.purchase_date, False),
    "status_since": (Asset.status_since, False),
    "last_seen": (Asset.last_seen_at, True),
    "registered": (Asset.id, True),
}
"""Sort keys: the column, and whether the newest comes first unless asked otherwise."""


@dataclass(frozen=True)
class AssetFilter:
    """What a list shows. Every field is also a parameter of the address; empty means no condition."""

    q: str = ""
    status: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    department: str = ""
    """Code; the department with all below it. ``-``: not known."""
    location: str = ""
    """Code. ``-``: not known."""
    custodian: str = ""
    """Id of the person. ``-``: nobody."""
    manufacturer: str = ""
    model: str = ""
    order_reference: str = ""
    bought_from: date | None = None
    bought_to: date | None = None
    identifier: str = ""
    """Any identifier's whole value."""
    waiting_days: int | None = None
    """At least so many days in a status in which somebody should act."""
    seen_from: date | None = None
    seen_before: date | None = None
    """Last seen before this day, or never."""
    never_seen: bool = False
    advised: str = ""
    older: bool = field(default=False, compare=True)
    """Withdrawn records too."""

    @classmethod
    def from_args(cls, args: Mapping[str, Any]) -> "AssetFilter":
        """Read the parameters of an address; an unreadable one is refused by name. Unknown ones are left out."""
        values: dict[str, Any] = {}
        for each in fields(cls):
            given = _list_of(args, each.name)
            if not given:
                continue
            values[each.name] = _read(each.name, given)
        return cls(**values)

    def to_args(self) -> dict[str, Any]:
        """The parameters again: text, or lists of text."""
        found: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value in ("", (), None, False):
                continue
            found[each.name] = list(value) if isinstance(value, tuple) else "1" if value is True else str(value)
        return found


def _list_of(args: Mapping[str, Any], name: str) -> list[str]:
    given = args.getlist(name) if hasattr(args, "getlist") else args.get(name, [])
    given = [given] if isinstance(given, (str, int, bool, date)) else given or []
    return [text for each in given if (text := " ".join(str(each).replace("\x00", " ").split())[:300])]


def _read(name: str, given: list[str]) -> Any:
    allowed: dict[str, Mapping[str, Any]] = {"status": STATUSES, "kind": KINDS}
    if name in allowed:
        keys = [key for each in given for key in each.split(",") if key]
        for key in keys:
            if key not in allowed[name]:
                raise ValidationRefused(f"There is no {name} {key[:40]!r}.", field=name)
        return tuple(dict.fromkeys(keys))
    text = given[-1]
    try:
        if name in ("bought_from", "bought_to", "seen_from", "seen_before"):
            return date.fromisoformat(text)
        if name == "waiting_days":
            days = int(text)
            if not 0 <= days <= 36_500:
                raise ValueError
            return days
    except ValueError:
        words = name.replace("_", " ")
        raise ValidationRefused(f"{words.capitalize()} {text[:40]!r} cannot be read.", field=name) from None
    return text == "1" if name in ("older", "never_seen") else text


@dataclass(slots=True)
class AssetPage:
    """A page of a list. ``count`` is exact unless ``counted_all`` is false (then there are more).

    ``showing_for``: the query that was searched instead of a misspelt one.
    """

    rows: list[AssetRow]
    count: int
    counted_all: bool
    next: str | None
    previous: str | None
    showing_for: str | None = None


def conditions(session: Session, asked: AssetFilter, settings: Settings, query: str | None = None) -> list[Any]:
    """SQL conditions on ``asset`` for the filter."""
    found: list[Any] = []
    if asked.status:
        found.append(Asset.status.in_(asked.status))
    elif not asked.older:
        found.append(Asset.status != "withdrawn")
    if asked.kind:
        found.append(Asset.kind.in_(asked.kind))
    if asked.department == "-":
        found.append(Asset.department_id.is_(None))
    elif asked.department:
        found.append(Asset.department_id.in_(subtree(asked.department)))
    if asked.location == "-":
        found.append(Asset.location_id.is_(None))
    elif asked.location:
        found.append(Asset.location_id == _number(Location.id, Location.code, asked.location))
    if asked.custodian == "-":
        found.append(Asset.custodian_id.is_(None))
    elif asked.custodian:
        found.append(Asset.custodian_id == _number(Party.id, Party.uid, asked.custodian))
    for name in ("manufacturer", "model", "order_reference"):
        if value := getattr(asked, name):
            found.append(getattr(Asset, name) == value)
    if asked.advised:
        found.append(Asset.advised_route == asked.advised)
    if asked.bought_from:
        found.append(Asset.purchase_date >= asked.bought_from)
    if asked.bought_to:
        found.append(Asset.purchase_date <= asked.bought_to)
    if asked.identifier:
        forms = {comparison_form("serial", asked.identifier), comparison_form("mac", asked.identifier)} - {""}
        found.append(Asset.id.in_(select(AssetIdentifier.asset_id).where(AssetIdentifier.value_key.in_(forms))))
    if asked.waiting_days is not None:
        before = datetime.now(UTC) - timedelta(days=asked.waiting_days)
        found.append(and_(Asset.status.in_(sorted(WAITING)), Asset.status_since <= before))
    if asked.seen_from:
        start = datetime.combine(asked.seen_from, datetime.min.time(), settings.zone)
        found.append(Asset.last_seen_at >= start)
    if asked.never_seen:
        found.append(Asset.last_seen_at.is_(None))
    if asked.seen_before:
        moment = datetime.combine(asked.seen_before, datetime.min.time(), settings.zone)
        found.append(or_(Asset.last_seen_at.is_(None), Asset.last_seen_at < moment))
    if text := (query if query is not None else asked.q):
        found.append(_search(session, text))
    return found


def _number(number: Any, code: Any, value: str) -> Any:
    return select(number).where(code == value).scalar_subquery()


def _search(session: Session, query: str) -> ColumnElement[bool]:
    words = search_numbers(session, query)
    people = select(Party.id).where(holds(Party.name, query))
    parts_of_place = (Location.code, Location.building, Location.room, Location.site)
    places = select(Location.id).where(or_(*(holds(part, query) for part in parts_of_place)))
    # A union of numbers, not an "or": each part is found by its own index, however large the register.
    other = aliased(Asset)
    parts = [
        select(other.id).where(other.custodian_id.in_(people)),
        select(other.id).where(other.location_id.in_(places)),
    ]
    if words is not None:
        parts.append(words)
    return Asset.id.in_(union(*parts))


def count_matching(session: Session, asked: AssetFilter, settings: Settings, query: str | None = None) -> int:
    """How many match, exactly up to COUNTED_UP_TO; one more than that when there are more."""
    inner = select(Asset.id).where(*conditions(session, asked, settings, query)).limit(COUNTED_UP_TO + 1)
    return int(session.scalar(select(func.count()).select_from(inner.subquery())) or 0)


def _matching(session: Session, asked: AssetFilter, settings: Settings) -> tuple[list[Any], int, str | None]:
    """Conditions on the rows, how many they match, and the mended query if only that one matched."""
    if not asked.q:
        return conditions(session, asked, settings), count_matching(session, asked, settings), None
    for query in (asked.q, None):
        if query is None and (query := forgiving(session, asked.q)) is None:
            break
        where = conditions(session, asked, settings, query)
        numbers = session.scalars(select(Asset.id).where(*where).limit(COUNTED_UP_TO + 1)).all()
        if numbers:
            if len(numbers) <= FEW:
                # The words' own index has answered; asked again beside an order, a planner may walk every row.
                # Written into the statement, so that its text stays one and its parameters few.
                found: Any = bindparam("numbers", sorted(numbers), expanding=True, literal_execute=True)
                where = [Asset.id.in_(found)]
            return where, len(numbers), None if query == asked.q else query
    return [false()], 0, None


def list_assets(
    session: Session,
    asked: AssetFilter,
    settings: Settings,
    sort: str = "tag",
    after: str | None = None,
    before: str | None = None,
    size: int = 50,
) -> AssetPage:
    """One page. *sort* is a key of SORTS, with ``-`` in front for the other direction."""
    column, downward = _sort(sort)
    where, count, showing_for = _matching(session, asked, settings)
    backwards = before is not None
    cursor = _read_cursor(before if backwards else after, column)
    statement = row_statement().where(*where)
    found = _segments(session, statement, column, downward != backwards, cursor, backwards, size + 1)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    rows = fill(session, found)
    edge = [_cursor(row, column) for row in ((rows[0], rows[-1]) if rows else ())]
    has_next = bool(rows) and (more if not backwards else True)
    has_previous = bool(rows) and (more if backwards else cursor is not None)
    return AssetPage(
        rows,
        min(count, COUNTED_UP_TO),
        count <= COUNTED_UP_TO,
        edge[1] if has_next else None,
        edge[0] if has_previous else None,
        showing_for,
    )


def _sort(sort: str) -> tuple[Any, bool]:
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise ValidationRefused(f"There is no order {sort[:40]!r}; choose one of {', '.join(SORTS)}.", field="sort")
    column, downward = SORTS[name]
    return column, downward != sort.startswith("-")


def _segments(
    session: Session,
    statement: Select[Any],
    column: Any,
    downward: bool,
    cursor: tuple[Any, int] | None,
    backwards: bool,
    size: int,
) -> list[Any]:
    """Rows from the cursor on. What has no value comes last, as a stretch of its own, so that every part
    of the way is a plain range of an index.
    """
    known = column.is_not(None)
    stretches = [known, column.is_(None)] if _may_lack(column) else [known]
    if backwards:
        stretches.reverse()
    found: list[Any] = []
    for stretch in stretches:
        if len(found) >= size:
            break
        ordered = statement.where(stretch) if _may_lack(column) else statement
        blank = stretch is not known
        down = downward if not blank else backwards
        if cursor is not None:
            value, number = cursor
            if (value is None) != blank:
                # The cursor lies in the other stretch: either this one is behind us, or all of it is ahead.
                if (blank and backwards) or (not blank and not backwards):
                    continue
            elif blank or column is Asset.id:
                ordered = ordered.where(Asset.id < number if down else Asset.id > number)
            else:
                place = tuple_(column, Asset.id)
                ordered = ordered.where(place < (value, number) if down else place > (value, number))
        keys = [Asset.id] if blank or column is Asset.id else [column, Asset.id]
        ordered = ordered.order_by(*((key.desc() if down else key.asc()) for key in keys))
        found += session.execute(ordered.limit(size - len(found))).all()
    return found


def _may_lack(column: Any) -> bool:
    """Whether assets may have no value in *column*."""
    return column.key in ("model", "purchase_date", "last_seen_at")


def _cursor(row: AssetRow, column: Any) -> str:
    value = {
        "tag_key": normalise(row.tag),
        "model": row.model,
        "purchase_date": row.purchase_date.isoformat() if row.purchase_date else None,
        "status_since": row.status_since.isoformat(),
        "last_seen_at": row.last_seen_at.isoformat() if row.last_seen_at else None,
        "id": row.id,
    }[column.key]
    return base64.urlsafe_b64encode(json.dumps([value, row.id]).encode()).decode().rstrip("=")


def _read_cursor(text: str | None, column: Any) -> tuple[Any, int] | None:
    if not text:
        return None
    try:
        value, number = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if type(number) is not int or not 0 <= number < 2**62:
            raise ValueError
        if value is None and not _may_lack(column):
            raise ValueError
        if value is not None and column.key in ("purchase_date",):
            value = date.fromisoformat(value)
        elif value is not None and column.key in ("status_since", "last_seen_at"):
            value = datetime.fromisoformat(value)
            if value.tzinfo is None:
                raise ValueError
            value = value.astimezone(UTC)
        elif value is not None and column.key in ("tag_key", "model"):
            # No database stores half of a surrogate pair, and PostgreSQL no NUL.
            value.encode()
            if "\x00" in value:
                raise ValueError
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, binascii.Error):
        raise ValidationRefused(
            "The place in the list cannot be read; start again from its first page.", field="after"
        ) from None
    return value, number


def matching_tags(session: Session, asked: AssetFilter, limit: int, settings: Settings | None = None) -> list[str]:
    """Tags of at most *limit* assets that match, in the order of their tags."""
    where = conditions(session, asked, settings or Settings())
    return list(session.scalars(select(Asset.tag).where(*where).order_by(Asset.tag_key).limit(limit)))


def matching_rows(session: Session, asked: AssetFilter, settings: Settings, chunk: int = 1_000) -> Iterator[AssetRow]:
    """Every asset that matches, by number, *chunk* at a time: for exports, in constant memory."""
    where = conditions(session, asked, settings)
    last = 0
    while True:
        statement = row_statement().where(*where, Asset.id > last).order_by(Asset.id).limit(chunk)
        rows = fill(session, session.execute(statement).all())
        yield from rows
        if len(rows) < chunk:
            return
        last = rows[-1].id
