"""One digest over the heads of all chains as they stood at a moment, so that a cut tail shows."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.lifecycle.models import LifecycleEvent

PAGE: Final = 5_000
"""Machines read at a time."""


@dataclass(frozen=True, slots=True)
class Chains:
    """The ledger at a moment: SHA-256 over number and hash of every machine's last line, machines, lines."""

    digest: str
    machines: int
    lines: int


def chains_at(session: Session, moment: datetime) -> Chains:
    """The ledger as it was recorded by *moment*; reads every line's number once, a page of machines at a time.

    The digest is over eight bytes of the line's number and its hash, for each machine in the order of the register.
    """
    digest, machines = hashlib.sha256(), 0
    for sequence, head in _heads(session, moment):
        digest.update(sequence.to_bytes(8, "big") + head)
        machines += 1
    return Chains(digest.hexdigest(), machines, lines_by(session, moment))


def lines_by(session: Session, moment: datetime) -> int:
    """Lines that bear a time of recording up to *moment*."""
    return int(session.scalar(select(func.count()).where(LifecycleEvent.recorded_at <= moment)) or 0)


def _heads(session: Session, moment: datetime) -> Iterator[tuple[int, bytes]]:
    line, after = LifecycleEvent, 0
    while True:
        last = (
            select(line.asset_id, func.max(line.sequence).label("sequence"))
            .where(line.asset_id > after, line.recorded_at <= moment)
            .group_by(line.asset_id)
            .order_by(line.asset_id)
            .limit(PAGE)
            .subquery()
        )
        rows = session.execute(
            select(line.asset_id, line.sequence, line.hash)
            .join(last, (line.asset_id == last.c.asset_id) & (line.sequence == last.c.sequence))
            .order_by(line.asset_id)
        ).all()
        for number, sequence, head in rows:
            after = number
            yield sequence, bytes(head)
        if len(rows) < PAGE:
            return
