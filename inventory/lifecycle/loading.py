"""Locks assets and loads their lines, so that a writer decides on what stays true until it commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
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

# Made once: building a statement costs more than running it.
_LINES = (
    select(*_LINE_COLUMNS)
    .join(Account, Account.id == LifecycleEvent.actor_id)
    .where(LifecycleEvent.asset_id.in_(bindparam("numbers", expanding=True)))
    .order_by(LifecycleEvent.asset_id, LifecycleEvent.sequence)
)
_LOCK = (
    select(Asset.id, Asset.tag_key, Asset.sequence, Asset.head, Asset.notes)
    .where(Asset.tag_key.in_(bindparam("keys", expanding=True)))
    .order_by(Asset.id)
    .with_for_update()
)


def load_lines(session: Session, asset_ids: Sequence[int]) -> dict[int, list[tuple[Line, str | None]]]:
    """Every line of the assets with its personal digest, by sequence; one statement per CHUNK assets."""
    found: dict[int, list[tuple[Line, str | None]]] = {number: [] for number in asset_ids}
    for start in range(0, len(asset_ids), CHUNK):
        rows = session.connection().execute(_LINES, {"numbers": asset_ids[start : start + CHUNK]})
        for asset_id, *values, digest in rows:
            found[asset_id].append((Line(*values), digest))
    return found


def lock_assets(session: Session, tag_keys: Iterable[str]) -> dict[str, Any]:
    """Lock assets by their tag's comparison form, in one order for every writer, and read the rows fresh."""
    keys = sorted(set(tag_keys))
    found: dict[str, Any] = {}
    for start in range(0, len(keys), CHUNK):
        rows = session.connection().execute(_LOCK, {"keys": keys[start : start + CHUNK]})
        for row in rows:
            found[row.tag_key] = row
    return found


def load_ledger_page(
    session: Session, after: int, size: int
) -> list[tuple[Any, list[tuple[Line, str | None, bytes]]]]:
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
