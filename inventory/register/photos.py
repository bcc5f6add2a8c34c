"""Photos of an inspection: several for one line of the ledger, each re-encoded as the photo of a machine is."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import ValidationRefused
from inventory.register.models import InspectionPhoto
from inventory.register.service import MOST_PHOTO_BYTES, re_encoded

MOST_PHOTOS: Final = 8
"""Photos of one inspection."""


def add_inspection_photos(
    session: Session, asset_id: int, event_key: str, contents: Sequence[bytes], now: datetime
) -> int:
    """Keep pictures beside the line *event_key*; one that is there already is kept once. How many are new."""
    if len(contents) > MOST_PHOTOS:
        raise ValidationRefused(f"{len(contents)} photos were sent; at most {MOST_PHOTOS} are kept.", field="photos")
    if any(len(each) > MOST_PHOTO_BYTES for each in contents):
        raise ValidationRefused("A photo is larger than 20 MB.", field="photos")
    known = set(session.scalars(select(InspectionPhoto.sha256).where(InspectionPhoto.event_key == event_key)))
    added = 0
    for content in contents:
        kept = re_encoded(content, "photos")
        digest = hashlib.sha256(kept).hexdigest()
        if digest in known:
            continue
        known.add(digest)
        added += 1
        session.add(
            InspectionPhoto(asset_id=asset_id, event_key=event_key, content=kept, sha256=digest, added_at=now)
        )  # fmt: skip
    if len(known) > MOST_PHOTOS:
        raise ValidationRefused(f"This inspection has photos already; at most {MOST_PHOTOS} are kept.", field="photos")
    return added


def photos_of(session: Session, asset_id: int) -> list[tuple[int, str]]:
    """(number, key of the inspection's line) of every inspection photo of the machine, oldest first."""
    rows = session.execute(
        select(InspectionPhoto.id, InspectionPhoto.event_key)
        .where(InspectionPhoto.asset_id == asset_id)
        .order_by(InspectionPhoto.id)
    )
    return [(number, key) for number, key in rows]


def inspection_photo(session: Session, asset_id: int, number: int) -> InspectionPhoto | None:
    """One photo of this machine."""
    return session.scalar(
        select(InspectionPhoto).where(InspectionPhoto.id == number, InspectionPhoto.asset_id == asset_id)
    )
