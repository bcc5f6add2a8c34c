"""Reads of counts: pages of the list, numbers of one, who saw how many, and its machines by group."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.db import Page, keyset_page
from inventory.register.models import Asset
from inventory.register.naming import names_of
from inventory.register.rows import AssetRow, rows_of
from inventory.stocktaking.models import StockTake, StockTakeMachine, StockTakeScan, StockTakeUnknown
from inventory.stocktaking.rules import OPEN
from inventory.stocktaking.scope import members
from inventory.stocktaking.service import find_take


@dataclass(frozen=True, slots=True)
class Numbers:
    """How far a count has come. ``unknown``: texts that still wait for a person; ``late``: scans after its end."""

    expected: int = 0
    found: int = 0
    unexpected: int = 0
    unknown: int = 0
    late: int = 0

    @property
    def missing(self) -> int:
        """Expected, and not seen."""
        return self.expected - self.found

    @property
    def seen(self) -> int:
        """Machines seen, expected or not."""
        return self.found + self.unexpected


def numbers_of_many(session: Session, takes: list[int]) -> dict[int, Numbers]:
    """The numbers of several counts; three statements."""
    if not takes:
        return {}
    counted = {number: {"expected": 0, "found": 0, "unexpected": 0} for number in takes}
    machine = StockTakeMachine
    for number, expected, every, seen in session.execute(
        select(machine.stock_take_id, machine.expected, func.count(), func.count(machine.seen_at))
        .where(machine.stock_take_id.in_(takes))
        .group_by(machine.stock_take_id, machine.expected)
    ):
        found = {"expected": every, "found": seen} if expected else {"unexpected": seen}
        counted[number].update(found)

    def tallied(table: type[StockTakeUnknown] | type[StockTakeScan], condition: object) -> dict[int, int]:
        statement = select(table.stock_take_id, func.count()).where(table.stock_take_id.in_(takes), condition)  # type: ignore[arg-type]
        return dict(session.execute(statement.group_by(table.stock_take_id)).all())

    unknown = tallied(StockTakeUnknown, StockTakeUnknown.state == "open")
    late = tallied(StockTakeScan, StockTakeScan.outcome == "late")
    return {
        number: Numbers(unknown=unknown.get(number, 0), late=late.get(number, 0), **found)
        for number, found in counted.items()
    }


def numbers_of(session: Session, take: StockTake) -> Numbers:
    """The numbers of one count."""
    return numbers_of_many(session, [take.id])[take.id]


@dataclass(frozen=True, slots=True)
class TakeRow:
    """A count in a list."""

    take: StockTake
    by: str
    numbers: Numbers


def list_takes(
    session: Session, size: int, *, state: str = "", before: int | None = None, after: int | None = None
) -> Page[TakeRow]:
    """Counts, newest first: those older than number *before*, or newer than *after*; *state* narrows them."""
    statement = select(StockTake).where(*([StockTake.state == state] if state else []))
    if after is not None:
        statement = statement.where(StockTake.id > after).order_by(StockTake.id)
    else:
        statement = statement.order_by(StockTake.id.desc())
        if before is not None:
            statement = statement.where(StockTake.id < before)
    takes = list(session.scalars(statement.limit(size + 1)))
    more, takes = len(takes) > size, takes[:size]
    if after is not None:
        takes.reverse()
    has_older = more if after is None else bool(takes)
    has_newer = more if after is not None else before is not None and bool(takes)
    older = str(takes[-1].id) if has_older else None
    return Page(_rows(session, takes), older, str(takes[0].id) if has_newer else None)


def _rows(session: Session, takes: list[StockTake]) -> list[TakeRow]:
    names = people(session, {take.account_id for take in takes})
    numbers = numbers_of_many(session, [take.id for take in takes])
    return [TakeRow(take, names.get(take.account_id, ""), numbers[take.id]) for take in takes]


def open_takes(session: Session, most: int = 50) -> list[TakeRow]:
    """The counts that scans may go into, newest first."""
    statement = select(StockTake).where(StockTake.state.in_(sorted(OPEN))).order_by(StockTake.id.desc()).limit(most)
    return _rows(session, list(session.scalars(statement)))


def people(session: Session, numbers: set[int]) -> dict[int, str]:
    """Names of accounts by number."""
    if not numbers:
        return {}
    return dict(session.execute(select(Account.id, Account.display_name).where(Account.id.in_(sorted(numbers)))).all())


def by_person(session: Session, take: StockTake) -> list[tuple[str, int, datetime]]:
    """(name, machines seen first by them, their last scan's time), the busiest first."""
    machine = StockTakeMachine
    rows = session.execute(
        select(Account.display_name, func.count(), func.max(machine.seen_at))
        .join(Account, Account.id == machine.seen_by)
        .where(machine.stock_take_id == take.id)
        .group_by(Account.id, Account.display_name)
        .order_by(func.count().desc(), Account.display_name)
    )
    return [(name, count, last) for name, count, last in rows if last is not None]


@dataclass(frozen=True, slots=True)
class Counted:
    """A machine of a count as pages and files show it: what the count keeps, and the register's present row."""

    machine: StockTakeMachine
    asset: AssetRow
    place: str | None
    """Where the register had it, in words."""
    seen_place: str | None
    seen_by: str | None


def machines_of(
    session: Session, take: StockTake, group: str, size: int, *, after: str | None = None, before: str | None = None
) -> Page[Counted]:
    """A page of the found, missing or unexpected machines, by tag; five statements."""
    keys = [StockTakeMachine.tag, StockTakeMachine.asset_id]
    statement = select(StockTakeMachine).where(*members(take.id, group))
    page = keyset_page(session, statement, keys, size, after=after, before=before)
    return Page(_filled(session, page.rows), page.next, page.previous)


def every_machine(session: Session, take: StockTake, group: str, chunk: int = 1_000) -> Iterator[Counted]:
    """All machines of a group by tag, in constant memory: for files."""
    after = None
    while True:
        page = machines_of(session, take, group, chunk, after=after)
        for each in page.rows:
            session.expunge(each.machine)
        yield from page.rows
        if page.next is None:
            return
        after = page.next


def _filled(session: Session, machines: list[StockTakeMachine]) -> list[Counted]:
    assets = {row.id: row for row in rows_of(session, [machine.asset_id for machine in machines])}
    codes = {code for each in machines for code in (each.place, each.seen_place) if code}
    places = names_of(session, [("location", code) for code in codes])
    names = people(session, {each.seen_by for each in machines if each.seen_by is not None})
    return [
        Counted(
            each,
            assets[each.asset_id],
            places.get(("location", each.place or "")),
            places.get(("location", each.seen_place or "")),
            names.get(each.seen_by or 0),
        )
        for each in machines
    ]


def unknown_of(
    session: Session, take: StockTake, size: int, *, after: str | None = None, before: str | None = None
) -> Page[tuple[StockTakeUnknown, str]]:
    """A page of the texts nobody knew, in the order in which they were first scanned, with who scanned them."""
    statement = select(StockTakeUnknown).where(StockTakeUnknown.stock_take_id == take.id)
    page = keyset_page(session, statement, [StockTakeUnknown.id], size, after=after, before=before)
    names = people(session, {row.first_by for row in page.rows})
    return Page([(row, names.get(row.first_by, "")) for row in page.rows], page.next, page.previous)


def tags_in(session: Session, code: str, group: str, limit: int) -> list[str]:
    """Present tags of at most *limit* machines of a group, by tag: for a batch."""
    take = find_take(session, code)
    statement = (
        select(Asset.tag)
        .join(StockTakeMachine, StockTakeMachine.asset_id == Asset.id)
        .where(*members(take.id, group))
        .order_by(StockTakeMachine.tag, Asset.id)
    )
    return list(session.scalars(statement.limit(limit)))


def refused(session: Session, take: StockTake, limit: int) -> list[tuple[str, str]]:
    """(tag, sentence) of machines whose line the ledger refused, by tag."""
    machine = StockTakeMachine
    rows = session.execute(
        select(machine.tag, machine.refusal)
        .where(machine.stock_take_id == take.id, machine.outcome == "refused")
        .order_by(machine.tag)
        .limit(limit)
    )
    return [(tag, words or "") for tag, words in rows]
