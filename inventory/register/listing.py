"""Lists of assets: keyset pages both ways, any depth at the cost of the first."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, false, func, select, tuple_
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.errors import ValidationRefused
from inventory.register.filtering import FEW, AssetFilter, conditions
from inventory.register.models import Asset
from inventory.register.rows import AssetRow, fill, row_statement
from inventory.register.search import forgiving
from inventory.register.tags import normalise

COUNTED_UP_TO: Final = 10_000
"""Matches are counted exactly up to here; beyond, the count says "more than"."""
SORTS: Final[dict[str, tuple[Any, bool]]] = {
    "tag": (Asset.tag_key, False),
    "model": (Asset.model, False),
    "purchase_date": (Asset.purchase_date, False),
    "status_since": (Asset.status_since, False),
    "last_seen": (Asset.last_seen_at, True),
    "registered": (Asset.id, True),
}
"""Sort keys: the column, and whether the newest comes first unless asked otherwise."""


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
