"""Starts a count, pauses and resumes it, gives it up, and keeps what people decide. Never commits."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from inventory.errors import KeyConflict, NotFound, RuleRefused, ValidationRefused
from inventory.lifecycle.requests import Recorder
from inventory.register.tags import ALPHABET
from inventory.stocktaking.models import StockTake, StockTakeMachine
from inventory.stocktaking.rules import ABANDONED, COUNTING, DECISIONS, OPEN, PAUSED, PURPOSES, STATES
from inventory.stocktaking.scope import SCOPES, Scope, freeze, members, words_of

LONGEST_NAME = 120
LONGEST_REASON = 500


@dataclass(frozen=True)
class Start:
    """A count that somebody asks for. ``key``: the client's own; ``name`` may be left empty."""

    key: str
    purpose: str
    scope: Scope
    name: str = ""


def find_take(session: Session, code: str, *, lock: bool = False) -> StockTake:
    """The count with this code. *lock*: until the end of the transaction nobody else scans or decides in it."""
    statement = select(StockTake).where(StockTake.code == code.strip().upper()[:16])
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(statement)
    if found is None:
        raise NotFound(f"There is no count with the code {code[:20]!r}.")
    return found


def start(session: Session, asked: Start, recorder: Recorder) -> StockTake:
    """Start a count, its expected list frozen now. The same key with the same content gives the same count."""
    purpose = PURPOSES.get(asked.purpose)
    if purpose is None:
        raise ValidationRefused(f"Choose what the count is for: {', '.join(PURPOSES)}.", field="purpose")
    scope = asked.scope if purpose.expects else Scope("none")
    if purpose.expects and scope.kind not in SCOPES:
        raise ValidationRefused("Choose what is counted.", field="scope")
    key, name = asked.key.strip(), " ".join(asked.name.split())
    if not 1 <= len(key) <= 80 or not key.isprintable() or not key.isascii():
        raise ValidationRefused(
            "The form came without its key. Load the page again and send it once more.", field="key"
        )
    if len(name) > LONGEST_NAME:
        raise ValidationRefused(f"A name has at most {LONGEST_NAME} characters.", field="name")
    known = session.scalar(select(StockTake).where(StockTake.key == key))
    if known is not None:
        if (known.purpose, known.scope) != (purpose.key, scope.stored()) or (name and known.name != name):
            raise KeyConflict("This form already started another count. Load the page again.", field="key")
        return known
    words = words_of(session, scope, recorder.settings)[:500]
    take = StockTake(
        key=key,
        code=_free_code(session),
        name=name or words[:LONGEST_NAME],
        purpose=purpose.key,
        scope=scope.stored(),
        scope_words=words,
        place=scope.place if scope.kind == "room" else None,
        state=COUNTING,
        expected=0,
        version=0,
        account_id=recorder.account_id,
        started_at=recorder.now,
    )
    session.add(take)
    session.flush()
    take.expected = freeze(session, take, scope, recorder.settings, here_only=purpose.key == "stock_take")
    session.flush()
    return take


def _free_code(session: Session) -> str:
    while True:
        # No look-alikes, and short enough for a barcode of letters and digits.
        code = "C" + "".join(secrets.choice(ALPHABET) for _ in range(5))
        if session.scalar(select(StockTake.id).where(StockTake.code == code)) is None:
            return code


def must_be_open(take: StockTake) -> None:
    """Refuse to change a count that has ended."""
    if take.state not in OPEN:
        raise RuleRefused(f"The count {take.code} is {STATES[take.state].lower()}; it does not change any more.")


def pause(session: Session, code: str, now: datetime) -> StockTake:
    """Pause: nobody is asked to go on. Scans made before and arriving later are taken all the same."""
    take = find_take(session, code, lock=True)
    must_be_open(take)
    if take.state == COUNTING:
        take.state, take.paused_at = PAUSED, now
    return take


def resume(session: Session, code: str) -> StockTake:
    """Go on counting."""
    take = find_take(session, code, lock=True)
    must_be_open(take)
    take.state, take.paused_at = COUNTING, None
    return take


def abandon(session: Session, code: str, reason: str, recorder: Recorder) -> StockTake:
    """Give the count up with a reason; its scans stay readable, and nothing goes to the ledger."""
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise ValidationRefused(f"Say why, in at most {LONGEST_REASON} characters.", field="reason")
    take = find_take(session, code, lock=True)
    must_be_open(take)
    take.state, take.reason = ABANDONED, reason
    take.ended_at, take.ended_by = recorder.now, recorder.account_id
    return take


def decide(session: Session, code: str, group: str, decision: str, tags: Sequence[str] | None) -> int:
    """Keep what a person chose for machines of a group: those with *tags*, or all of them. Returns how many."""
    if decision not in DECISIONS.get(group, ()):
        raise ValidationRefused("Choose what becomes of these machines.", field="decision")
    take = find_take(session, code, lock=True)
    must_be_open(take)
    where = members(take.id, group)
    if tags is not None:
        if not tags:
            raise ValidationRefused("Tick at least one machine.", field="tag")
        where.append(StockTakeMachine.tag.in_(list(tags)[:5_000]))
    changed = session.execute(
        update(StockTakeMachine).where(*where).values(decision=decision).execution_options(synchronize_session=False)
    )
    take.version += 1
    return int(changed.rowcount)  # type: ignore[attr-defined]
