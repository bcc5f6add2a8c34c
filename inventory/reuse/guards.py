"""The guard in front of a reservation: a request that it names is on record, open, and of whom it says."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.lifecycle.counting import local_day
from inventory.lifecycle.fields import names_a_request
from inventory.lifecycle.guards import Guard
from inventory.lifecycle.requests import Proposed
from inventory.lifecycle.state import State
from inventory.register.models import Party
from inventory.reuse.models import ReuseRequest
from inventory.reuse.rules import OPEN, STATES


class _Known(NamedTuple):
    state: str
    asked_on: date
    partner: str | None


def request_is_open(session: Session, assets: Sequence[State], events: Sequence[Proposed]) -> list[str | None]:
    """Refuse a reservation for a request that is unknown, over, not yet asked, or of somebody else."""
    names = [str(each.line.details.get("request", "")) for each in events]
    wanted = {name for name in names if names_a_request(name)}
    if not wanted:
        return [None] * len(events)
    rows = session.execute(
        select(ReuseRequest.uid, ReuseRequest.state, ReuseRequest.asked_on, Party.uid)
        .outerjoin(Party, Party.id == ReuseRequest.party_id)
        .where(ReuseRequest.uid.in_(wanted))
    )
    known = {uid: _Known(state, asked_on, partner) for uid, state, asked_on, partner in rows}
    return [
        _problem(name, known.get(name), each) if name in wanted else None
        for name, each in zip(names, events, strict=True)
    ]


def _problem(name: str, found: _Known | None, event: Proposed) -> str | None:
    if found is None:
        return f"there is no request {name}; look the name up in the list of requests"
    if found.state != OPEN:
        return f"the request {name} is {STATES[found.state].lower()}; reserve it for an open one"
    if local_day(event.line.occurred_at, event.settings) < found.asked_on:
        return f"the request {name} was asked on {found.asked_on:%-d %b %Y}, after that day"
    party = event.line.details.get("party")
    if party and found.partner and party != found.partner:
        return f"the request {name} is somebody else's; leave the party out, or name whoever asks"
    return None


GUARDS: Final[dict[str, Guard]] = {"request_is_open": request_is_open}
