"""A request on its way through a batch, and the two ends it can come to before it is judged."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from inventory.errors import InventoryError, KeyConflict
from inventory.lifecycle import admission
from inventory.lifecycle.canonical import personal_digest
from inventory.lifecycle.loading import Working
from inventory.lifecycle.models import EventPersonal
from inventory.lifecycle.requests import EventRequest, Recorder, Result


@dataclass(slots=True)
class Item:
    """A request on its way through the batch."""

    number: int
    request: EventRequest
    prepared: admission.Prepared | None = None
    working: Working | None = None
    result: Result | None = None


def refuse(item: Item, error: InventoryError) -> None:
    tag = item.request.tag or str(item.request.details.get("tag", "")) if isinstance(item.request.details, dict) else ""
    item.result = Result("refused", item.request.key, tag or item.request.tag or "", refusal=error)


def already(session: Session, item: Item, working: Working, recorder: Recorder) -> Result:
    """Same key: the line already there if the content is the same, else a conflict."""
    assert item.prepared is not None  # noqa: S101
    line = next(line for line in working.lines if line.key == item.request.key)
    asked = item.prepared
    personal = session.get(EventPersonal, line.key) if asked.personal else None
    digest = working.digests.get(line.key)
    same_text = (digest is None) == (not asked.personal)
    if personal is not None and personal.salt is not None:
        same_text = personal_digest(personal.salt, asked.personal) == digest
    same = (
        line.kind == asked.line.kind
        and admission.same_details(line, asked)
        and line.voids == asked.line.voids
        and line.replaces == asked.line.replaces
        and (item.request.occurred_at is None or admission.same_moment(line, asked.line, recorder))
        and same_text
    )
    if not same:
        raise KeyConflict(
            f"The key {line.key} was already used for another event ({line.kind.replace('_', ' ')}, "
            f"{working.state.tag}). Nothing was recorded.",
            field="key",
        )
    return Result(
        "already", line.key, working.state.tag, working.state.status, line.sequence, asset_id=working.asset_id
    )
