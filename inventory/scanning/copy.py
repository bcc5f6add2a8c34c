"""The copy of the register that a device keeps: what a scan needs to be answered at once, and what changed since.

A device must never miss a change. Every change of a machine adds a ledger line, so "changed since" is "has a
line above a mark". On SQLite writers stand in a queue, and the mark is the highest number. On PostgreSQL a
transaction may commit a low number late. So a cursor holds the mark up to which every line was finished, and a
candidate for the next one: the highest number seen, with a transaction number taken after it was seen. A writer
has its transaction number before its lines have theirs (it locks or inserts the machine first), so once every
transaction below that number has ended, every line up to the candidate has been finished too, and the candidate
becomes the mark. Until then the same changes are sent once more, which does no harm.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.errors import ValidationRefused
from inventory.lifecycle.models import LifecycleEvent, ProjectionBasis
from inventory.lifecycle.upkeep import REBUILT
from inventory.register.models import Asset, AssetIdentifier, Location

FORMAT: Final = 1
"""Raised when the rows of the copy mean something else."""
PAGE: Final = 5_000
_CURSOR: Final = re.compile(r"(\d{1,18})\.(\d{1,18})\.(\d{1,18})\.(\d{1,18})\.([0-9a-f]{12})")
_EMPTY: Final = "0" * 12


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where a copy is complete.

    ``mark``: every line up to this number was in the copy. ``seen``: the candidate for the next mark, ``after``:
    the transaction number taken when it was seen. ``top``: highest number in sight, ``proof``: how its line's
    hash begins, so that a cursor of another database, or of a future that a backup took back, is found out.
    """

    mark: int
    seen: int
    after: int
    top: int
    proof: str

    def __str__(self) -> str:
        return f"{self.mark}.{self.seen}.{self.after}.{self.top}.{self.proof}"

    @classmethod
    def of(cls, given: str) -> "Cursor":
        """The cursor that *given* writes, or a refusal."""
        match = _CURSOR.fullmatch(given)
        if match is None:
            raise ValidationRefused("The cursor cannot be read; fetch the whole copy again.", field="since")
        return cls(int(match[1]), int(match[2]), int(match[3]), int(match[4]), match[5])


@dataclass(frozen=True, slots=True)
class CopyPage:
    """A page of machines by number. ``next``: number to go on after, None at the end.

    The cursor to keep is that of the first page.
    """

    epoch: str
    cursor: str | None
    next: int | None
    machines: list[list[Any]]


def epoch(session: Session) -> str:
    """A name for this database in this format; a device that knows another one forgets its copy."""
    parts: list[Any] = [FORMAT, session.scalar(select(Account.uid).order_by(Account.id).limit(1))]
    parts.append(session.scalar(select(ProjectionBasis.value).where(ProjectionBasis.name == REBUILT)))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def copy_page(session: Session, after: int = 0, since: str | None = None, limit: int = PAGE) -> CopyPage:
    """Machines above the number *after*: all, or those changed since the cursor; four statements at most.

    A cursor that is not this database's is answered with no machines and an epoch that nobody has.
    """
    here = epoch(session)
    known = Cursor.of(since) if since else None
    if known is not None and not _is_ours(session, known):
        return CopyPage(f"{here}-anew", None, None, [])
    cursor = _next_cursor(session, known)
    statement = _MACHINES.where(Asset.id > after).order_by(Asset.id).limit(limit)
    if known is not None:
        changed = select(LifecycleEvent.asset_id).where(LifecycleEvent.id > known.mark)
        statement = statement.where(Asset.id.in_(changed))
    rows = session.connection().execute(statement).all()
    others = _other_keys(session, rows)
    machines = [
        [
            row.id,
            row.tag,
            row.kind,
            row.status,
            int(row.used_before),
            row.code,
            _what(row.manufacturer, row.model),
            others.get(row.id, []),
        ]
        for row in rows
    ]
    return CopyPage(here, str(cursor), rows[-1].id if len(rows) == limit else None, machines)


_MACHINES: Final = select(
    Asset.id,
    Asset.tag,
    Asset.kind,
    Asset.status,
    Asset.used_before,
    Location.code,
    Asset.manufacturer,
    Asset.model,
).outerjoin(Location, Location.id == Asset.location_id)


def _what(manufacturer: str | None, model: str | None) -> str:
    if manufacturer and model and model.casefold().startswith(manufacturer.casefold()):
        return model
    return " ".join(part for part in (manufacturer, model) if part)


def _other_keys(session: Session, rows: Any) -> dict[int, list[str]]:
    """What else the machines answer to, in comparison form."""
    if not rows:
        return {}
    found: dict[int, list[str]] = {}
    first, last = rows[0].id, rows[-1].id
    # Neighbours are read in one go; the few of a later copy may lie far apart.
    near = last - first < 2 * len(rows)
    numbers = AssetIdentifier.asset_id
    which = numbers.between(first, last) if near else numbers.in_([row.id for row in rows])
    identifiers = select(AssetIdentifier.asset_id, AssetIdentifier.value_key).where(which).order_by(AssetIdentifier.id)
    for number, key in session.connection().execute(identifiers):
        if key not in (known := found.setdefault(number, [])):
            known.append(key)
    return found


def _is_ours(session: Session, cursor: Cursor) -> bool:
    if not cursor.mark <= cursor.seen <= cursor.top:
        return False
    if cursor.top == 0:
        return cursor.proof == _EMPTY
    found = session.scalar(select(LifecycleEvent.hash).where(LifecycleEvent.id == cursor.top))
    return found is not None and _begins(found) == cursor.proof


def _begins(hash_: bytes) -> str:
    return bytes(hash_).hex()[:12]


_HANDED_OUT: dict[str, Cursor] = {}
"""By database: a cursor of this process whose candidate may be confirmed by now, so that a first copy has a mark."""


def _next_cursor(session: Session, known: Cursor | None) -> Cursor:
    """The cursor after what is in sight now; taken before the machines are read, so that these are no older."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    memory = _HANDED_OUT.get(database := str(session.get_bind().engine.url)) if on_postgresql else None
    top = select(func.max(LifecycleEvent.id)).scalar_subquery()
    statement = select(LifecycleEvent.id, LifecycleEvent.hash, *(_OPEN if on_postgresql else ())).where(
        LifecycleEvent.id.in_([top, memory.top if memory else 0])
    )
    rows = {row[0]: row for row in session.connection().execute(statement)}
    if not rows:
        return Cursor(0, 0, 0, 0, _EMPTY)
    seen = max(rows)
    proof = _begins(rows[seen][1])
    if not on_postgresql:
        return Cursor(seen, seen, 0, seen, proof)
    if memory and (memory.top not in rows or _begins(rows[memory.top][1]) != memory.proof):
        memory = None
    fresh, oldest_open, number = rows[seen][2:]
    made = _advanced([each for each in (known, memory) if each], Cursor(0, seen, number, seen, proof), oldest_open)
    if fresh and oldest_open == number:
        # Nobody was writing when the highest number was looked at.
        made = Cursor(seen, seen, number, seen, proof)
    _HANDED_OUT[database] = made
    return made


_OPEN: Final = (
    # Without a number of our own, the oldest open transaction is somebody else's, or the next to begin.
    text("pg_current_xact_id_if_assigned() IS NULL"),
    text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"),
    text("pg_current_xact_id()::text::bigint"),
)


def _advanced(earlier: list[Cursor], now: Cursor, oldest_open: int) -> Cursor:
    """The highest mark that is certain, and the candidate that will be certain soonest."""
    certain = [each.seen for each in earlier if oldest_open >= each.after]
    mark = max([0, *certain, *(each.mark for each in earlier)])
    waiting = [each for each in earlier if oldest_open < each.after and each.seen > mark]
    best = min(waiting, key=lambda each: each.after, default=now)
    return Cursor(mark, best.seen, best.after, now.top, now.proof)
