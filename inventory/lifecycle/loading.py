"""Locks assets and loads their lines, so that a writer decides on what stays true until it commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, String, any_, bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from inventory.accounts.models import Account
from inventory.config import Settings
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.projections import EMPTY, View
from inventory.lifecycle.state import Line, State
from inventory.register.models import Asset

CHUNK = 2_000
"""Assets asked for in one statement; below the number of parameters that every database takes."""


@dataclass(slots=True)
class Working:
    """An asset in the middle of a batch: its state moves line by line in memory."""

    state: State
    lines: list[Line]
    asset_id: int | None = None
    sequence: int = 0
    head: bytes = b""
    notes: str | None = None
    before: View = field(default_factory=lambda: EMPTY)
    digests: dict[str, str | None] = field(default_factory=dict)
    new: list[dict[str, Any]] = field(default_factory=list)
    """Rows to insert into the ledger."""
    personal: list[dict[str, Any]] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    """The hash that stood before each new line."""

    def written(self, stored: View) -> None:
        """Everything new is in the database now, where the machine looks like *stored*."""
        self.before, self.new, self.personal, self.heads = stored, [], [], []


class Histories:
    """Machines that a load of many batches met before, so that their lines need not be read and replayed again.

    They are known by the hash of their last line, which binds everything before it: one that the locked row
    of the machine still bears stands for the same history, whoever wrote it and whatever was rolled back.
    The *most* machines met last are kept. Not to be shared between threads.
    """

    def __init__(self, settings: Settings, most: int = 20_000) -> None:
        self.settings = settings
        self.most = most
        self._by_head: dict[bytes, Working] = {}

    def take(self, row: "Locked") -> Working | None:
        """The machine of this row, whose caller may change it; None when its history must be read."""
        working = self._by_head.pop(bytes(row.head), None)
        if working is None or working.asset_id != row.id:
            return None
        if working.notes != row.notes:
            working.notes, working.before = row.notes, EMPTY
        return working

    def keep(self, workings: Iterable[Working]) -> None:
        """Remember machines as they were just written."""
        known = self._by_head
        for working in workings:
            known[working.head] = working
        for head in list(islice(known, max(0, len(known) - self.most))):
            del known[head]


class Locked(NamedTuple):
    """What a writer needs of the row of an asset that it holds the lock of."""

    id: int
    tag_key: str
    sequence: int
    head: bytes
    notes: str | None


_LOCKED_COLUMNS: Final = (Asset.id, Asset.tag_key, Asset.sequence, Asset.head, Asset.notes)
_WIDTH: Final = len(_LOCKED_COLUMNS)

LINE: Final = (
    LifecycleEvent.key,
    LifecycleEvent.kind,
    LifecycleEvent.occurred_at,
    LifecycleEvent.precision,
    LifecycleEvent.recorded_at,
    Account.uid,
    LifecycleEvent.details,
    LifecycleEvent.sequence,
    LifecycleEvent.voids,
    LifecycleEvent.replaces,
)
"""What a `Line` is made from, in its order."""
_LINE_COLUMNS: Final = (LifecycleEvent.asset_id, *LINE, LifecycleEvent.personal_digest)


def _wanted(dialect: str, column: Any, kind: TypeEngine[Any]) -> ColumnElement[bool]:
    """Whether *column* is one of the parameter ``wanted``: on PostgreSQL an array, so that one plan serves any."""
    if dialect == "postgresql":
        return column == any_(bindparam("wanted", type_=ARRAY(kind)))  # type: ignore[no-any-return]
    return column.in_(bindparam("wanted", expanding=True))  # type: ignore[no-any-return]


# Made once: building a statement costs more than running it.
@cache
def _lines_statement(dialect: str) -> Any:
    return (
        select(*_LINE_COLUMNS)
        .join(Account, Account.id == LifecycleEvent.actor_id)
        .where(_wanted(dialect, LifecycleEvent.asset_id, BigInteger()))
        .order_by(LifecycleEvent.asset_id, LifecycleEvent.sequence)
    )


@cache
def _lock_statement(dialect: str) -> Any:
    return (
        select(*_LOCKED_COLUMNS).where(_wanted(dialect, Asset.tag_key, String())).order_by(Asset.id).with_for_update()
    )


@cache
def _lock_with_lines_statement(dialect: str) -> Any:
    return (
        select(*_LOCKED_COLUMNS, *LINE, LifecycleEvent.personal_digest)
        .select_from(Asset)
        .outerjoin(LifecycleEvent, LifecycleEvent.asset_id == Asset.id)
        .outerjoin(Account, Account.id == LifecycleEvent.actor_id)
        .where(_wanted(dialect, Asset.tag_key, String()))
        .order_by(Asset.id, LifecycleEvent.sequence)
        .with_for_update(of=Asset)
    )


def load_lines(session: Session, asset_ids: Sequence[int]) -> dict[int, list[tuple[Line, str | None]]]:
    """Every line of the assets with its personal digest, by sequence; one statement per CHUNK assets."""
    found: dict[int, list[tuple[Line, str | None]]] = {number: [] for number in asset_ids}
    statement = _lines_statement(session.get_bind().dialect.name)
    for start in range(0, len(asset_ids), CHUNK):
        rows = session.connection().execute(statement, {"wanted": asset_ids[start : start + CHUNK]})
        for asset_id, *values, digest in rows:
            found[asset_id].append((Line(*values), digest))
    return found


def lock_with_lines(
    session: Session, tag_keys: Iterable[str]
) -> tuple[dict[str, Locked], dict[int, list[tuple[Line, str | None]]]]:
    """As `lock_assets` and `load_lines`, in one statement: for a few machines, whose rows come once per line."""
    found: dict[str, Locked] = {}
    lines: dict[int, list[tuple[Line, str | None]]] = {}
    statement = _lock_with_lines_statement(session.get_bind().dialect.name)
    for row in session.connection().execute(statement, {"wanted": sorted(set(tag_keys))}):
        locked, told, digest = Locked(*row[:_WIDTH]), row[_WIDTH:-1], row[-1]
        found[locked.tag_key] = locked
        history = lines.setdefault(locked.id, [])
        if told[0] is not None:
            history.append((Line(*told), digest))
    # Whoever had to wait for the lock sees the machine as it is now, but its lines as they were when it asked.
    late = [locked.id for locked in found.values() if len(lines[locked.id]) != locked.sequence]
    if late:
        lines |= load_lines(session, late)
    return found, lines


def lock_assets(session: Session, tag_keys: Iterable[str]) -> dict[str, Locked]:
    """Lock assets by their tag's comparison form, in one order for every writer, and read the rows fresh."""
    keys = sorted(set(tag_keys))
    found: dict[str, Locked] = {}
    statement = _lock_statement(session.get_bind().dialect.name)
    for start in range(0, len(keys), CHUNK):
        rows = session.connection().execute(statement, {"wanted": keys[start : start + CHUNK]})
        for row in rows:
            found[row.tag_key] = Locked(*row)
    return found


def load_ledger_page(session: Session, after: int, size: int) -> list[tuple[Any, list[tuple[Line, str | None, bytes]]]]:
    """The next *size* assets after the number *after*, each with all its lines, digests and hashes."""
    assets = session.execute(
        select(Asset.id, Asset.tag, Asset.status, Asset.head, Asset.sequence, Asset.notes)
        .where(Asset.id > after)
        .order_by(Asset.id)
        .limit(size)
    ).all()
    numbers = [asset.id for asset in assets]
    lines: dict[int, list[tuple[Line, str | None, bytes]]] = {number: [] for number in numbers}
    if numbers:
        rows = session.execute(
            select(*_LINE_COLUMNS, LifecycleEvent.hash)
            .join(Account, Account.id == LifecycleEvent.actor_id)
            .where(LifecycleEvent.asset_id.in_(numbers))
            .order_by(LifecycleEvent.asset_id, LifecycleEvent.sequence)
        )
        for asset_id, *values, digest, hash_ in rows:
            lines[asset_id].append((Line(*values), digest, bytes(hash_)))
    return [(asset, lines[asset.id]) for asset in assets]
