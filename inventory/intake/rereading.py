"""Reads kept reports again once their reader reads better."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, undefer

from inventory.intake import service
from inventory.intake.arriving import read
from inventory.intake.items import Item
from inventory.intake.models import REFUSED, SET_ASIDE, HardwareReport
from inventory.intake.queries import raw
from inventory.intake.readers._base import readers
from inventory.lifecycle.requests import Recorder
from inventory.reading.documents import Document


@dataclass(slots=True)
class Reread:
    """What a pass came to. ``last``: number of the last report looked at, None when there are no more."""

    read: int = 0
    changed: int = 0
    refused: int = 0
    last: int | None = None


def count_outdated(session: Session) -> int:
    """How many reports an older version of their reader read, or could not read."""
    return len(session.execute(select(HardwareReport.id).where(_outdated())).all())


def _outdated() -> ColumnElement[bool]:
    return or_(
        *(
            (HardwareReport.reader == each.key) & (HardwareReport.reader_version < each.version)
            for each in readers().values()
        ),
        HardwareReport.id < 0,
    )


def reread(session: Session, recorder: Recorder, size: int, after: int = 0) -> Reread:
    """Read the next *size* outdated reports after number *after* anew. Nothing is committed.

    A report that stands with a machine stays with it; one that a person set aside is read, and stays aside.
    """
    rows = session.scalars(
        select(HardwareReport)
        .where(HardwareReport.id > after, _outdated())
        .order_by(HardwareReport.id)
        .limit(size)
        .options(undefer(HardwareReport.content))
        .with_for_update()
    ).all()
    found = Reread(last=rows[-1].id if rows else None)
    items: list[Item] = []
    for row in rows:
        told = read(Document(row.name, raw(row)))
        row.reader, row.reader_version = told.reader or row.reader, max(told.version, row.reader_version)
        found.read += 1
        if told.found is None:
            # What an earlier version read stays: the report has not changed.
            found.refused += 1
            if row.found is None and told.refusal is not None:
                row.standing, row.words = REFUSED, told.refusal.message
            continue
        before, standing, words, question = row.found, row.standing, row.words, row.question
        service.fill(row, told, recorder)
        if row.found == before:
            row.standing, row.words, row.question = standing, words, question
            continue
        found.changed += 1
        if standing == SET_ASIDE:
            row.standing, row.words = standing, words
            continue
        known = row.asset_id
        items.append(Item(row, told.found, asset_id=known, given=known is not None, late=True))
    service.process(session, items, recorder)
    return found
