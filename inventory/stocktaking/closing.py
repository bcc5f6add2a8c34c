"""Ends a count: what a person confirmed goes to the ledger in one transaction, machine by machine.

A machine that is refused (donated meanwhile, say) does not hold up the others: a room of sixty does not wait
for one. But the lines, the reasons of what was refused and the end of the count are written together or not at
all, so that no count is ever half confirmed.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from inventory.errors import InventoryError, NotAllowed, RuleRefused
from inventory.lifecycle.requests import EventRequest, Recorder, Result
from inventory.lifecycle.service import record_events
from inventory.register.models import Asset, Location
from inventory.stocktaking.models import StockTake, StockTakeMachine
from inventory.stocktaking.rules import CONFIRMED, MISSING, Asked, group_of, lines_for
from inventory.stocktaking.service import find_take, must_be_open

_CHUNK: Final = 1_000
MOST_TOLD: Final = 500
"""Refusals that a result carries; all of them stand with their machines."""


@dataclass
class Closed:
    """What confirming did, or would do: lines by kind of event, and refusals as (tag, group, sentence)."""

    machines: int = 0
    """Machines of which something was recorded."""
    lines: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    told: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Wanted:
    machine: StockTakeMachine
    group: str
    tag: str
    last_seen_at: datetime | None
    asked: list[Asked]


def confirm(session: Session, code: str, recorder: Recorder, *, version: int | None, sight: bool) -> Closed:
    """Record what was decided and end the count. *sight*: found machines are recorded as sighted.

    *version* is that of the review that the person saw: RuleRefused if scans or decisions came after it. A line
    happened when its machine was scanned; its key follows from the count and the machine, so that no repetition
    doubles it.
    """
    take = find_take(session, code, lock=True)
    must_be_open(take)
    if "record" not in recorder.permissions:
        raise NotAllowed("Your role may count, but not record what came of it. Ask a technician to confirm.")
    if version is not None and version != take.version:
        raise RuleRefused(
            "Scans or decisions came in since you looked at this review. Nothing was recorded; look at the numbers "
            "again, and confirm them."
        )
    closed = Closed()
    for chunk in _wanted(session, take, sight):
        _record(session, take, chunk, recorder, closed)
    take.state, take.paused_at, take.recorded = CONFIRMED, None, dict(sorted(closed.lines.items()))
    take.ended_at, take.ended_by = recorder.now, recorder.account_id
    session.flush()
    return closed


def _wanted(session: Session, take: StockTake, sight: bool) -> Iterator[list[_Wanted]]:
    """Machines for which there is something to record, with their present facts, a chunk at a time."""
    machine, last = StockTakeMachine, 0
    seen = machine.seen_at.is_not(None)
    worth: list[Any] = [machine.decision.in_(("report", "move", "back"))]
    if sight:
        worth.append(and_(machine.expected, seen))
    while True:
        rows = session.execute(
            select(machine, Asset.tag, Asset.status, Asset.last_seen_at, Location.code)
            .join(Asset, Asset.id == machine.asset_id)
            .outerjoin(Location, Location.id == Asset.location_id)
            .where(machine.stock_take_id == take.id, machine.asset_id > last, or_(*worth))
            .order_by(machine.asset_id)
            .limit(_CHUNK)
        ).all()
        found = []
        for each, tag, status, last_seen_at, home in rows:
            group = group_of(each.expected, each.seen_at is not None)
            if group is None:
                continue
            asked = lines_for(
                group, each.decision, status, counted=each.seen_place, home=home or each.place, sight=sight
            )
            if asked:
                found.append(_Wanted(each, group, tag, last_seen_at, asked))
        if found:
            yield found
        if len(rows) < _CHUNK:
            return
        last = rows[-1][0].asset_id


def _record(session: Session, take: StockTake, chunk: Sequence[_Wanted], recorder: Recorder, closed: Closed) -> None:
    results: dict[int, list[tuple[str, InventoryError | None]]] = {}
    requests: list[EventRequest] = []
    owners: list[_Wanted] = []
    for each in chunk:
        if each.group == MISSING and (problem := _seen_meanwhile(take, each, recorder)) is not None:
            results[each.machine.asset_id] = [(each.asked[0].kind, problem)]
            continue
        for asked in each.asked:
            at = each.machine.seen_at if asked.at_scan else None
            key = line_key(take, each.machine.asset_id, asked.suffix)
            requests.append(EventRequest(asked.kind, key, each.tag, at, asked.details))
            owners.append(each)
    for owner, request, result in zip(owners, requests, _recorded(session, requests, recorder), strict=True):
        results.setdefault(owner.machine.asset_id, []).append((request.kind, result.refusal))
    _keep(session, take, chunk, results, closed)


def _recorded(session: Session, requests: Sequence[EventRequest], recorder: Recorder) -> list[Result]:
    return record_events(session, requests, recorder, all_or_none=False) if requests else []


def _keep(
    session: Session,
    take: StockTake,
    chunk: Sequence[_Wanted],
    results: dict[int, list[tuple[str, InventoryError | None]]],
    closed: Closed,
) -> None:
    rows: list[dict[str, Any]] = []
    for each in chunk:
        made = results[each.machine.asset_id]
        problem = next((refusal for _, refusal in made if refusal is not None), None)
        good = [kind for kind, refusal in made if refusal is None]
        closed.lines.update(good)
        closed.machines += bool(good)
        if problem is not None:
            closed.refused += 1
            if len(closed.told) < MOST_TOLD:
                closed.told.append((each.tag, each.group, problem.message))
        rows.append(
            {
                "its_take": take.id,
                "its_machine": each.machine.asset_id,
                "its_outcome": "refused" if problem is not None else "recorded",
                "its_event": (good or [made[0][0]])[-1],
                "its_refusal": problem.message if problem is not None else None,
            }
        )
        session.expunge(each.machine)
    table = StockTakeMachine.__table__
    session.connection().execute(
        update(StockTakeMachine)
        .where(table.c.stock_take_id == bindparam("its_take"), table.c.asset_id == bindparam("its_machine"))
        .values(outcome=bindparam("its_outcome"), event=bindparam("its_event"), refusal=bindparam("its_refusal")),
        rows,
    )


def line_key(take: StockTake, asset_id: int, suffix: str) -> str:
    """The key of the ledger line that this count writes for a machine; *suffix* tells two of one machine apart."""
    digest = hashlib.sha256(f"{take.uid}:{asset_id}".encode()).hexdigest()[:16]
    return f"count-{take.code}-{digest}-{suffix}"


def _seen_meanwhile(take: StockTake, each: _Wanted, recorder: Recorder) -> InventoryError | None:
    if each.last_seen_at is None or each.last_seen_at <= take.started_at:
        return None
    local = each.last_seen_at.astimezone(recorder.settings.zone)
    return RuleRefused(
        f"{each.tag} is not reported missing: it was seen elsewhere at {local:%H:%M} on {local.day} {local:%b %Y}, "
        "after this count began."
    )
