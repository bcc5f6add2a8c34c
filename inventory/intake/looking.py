"""What the register and earlier reports say of machines and drives, for a whole batch in few statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.db import among
from inventory.intake.items import Item
from inventory.intake.models import HardwareReport
from inventory.intake.planning import KnownDrive
from inventory.intake.questions import LEAVING
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.rules import replay
from inventory.lifecycle.state import State
from inventory.register.identifiers import comparison_form
from inventory.register.models import Asset, Part


def drives_on_record(session: Session, serials: Iterable[str]) -> dict[str, list[KnownDrive]]:
    """Drives that bear these serial numbers, by comparison form, and where they are; one statement."""
    keys = sorted({comparison_form("serial", each) for each in serials})
    found: dict[str, list[KnownDrive]] = {}
    if not keys:
        return found
    rows = session.execute(
        select(Part.serial_key, Part.uid, Part.asset_id, Asset.tag, Asset.status)
        .outerjoin(Asset, Asset.id == Part.asset_id)
        .where(among(session, Part.serial_key, keys), Part.kind == "drive")
        .order_by(Part.id)
    )
    for key, uid, asset_id, tag, status in rows:
        found.setdefault(str(key), []).append(KnownDrive(uid, asset_id, tag, status))
    return found


def states_of(session: Session, numbers: Iterable[int]) -> dict[int, State]:
    """Where these machines stand, by their ledgers; one statement."""
    lines = load_lines(session, sorted(numbers)) if numbers else {}
    return {number: replay([line for line, _ in history]) for number, history in lines.items()}


@dataclass(frozen=True, slots=True)
class Newest:
    """When the latest report of a machine was made, of those that say so, and came or was made, of all."""

    made: datetime | None
    came: datetime | None

    def after(self, each: Item) -> bool:
        """Whether it is later than *each*; of one that comes just now only what it says of itself counts."""
        if each.late:
            own = each.row.made_at or each.row.received_at
            return self.came is not None and self.came > own
        return each.row.made_at is not None and self.made is not None and self.made > each.row.made_at


NONE: Final = Newest(None, None)


def newest_of(session: Session, numbers: set[int]) -> tuple[dict[int, Newest], dict[int, Newest]]:
    """The latest report of each of these machines, and the latest that lists every drive; one statement."""
    any_: dict[int, Newest] = {}
    listing: dict[int, Newest] = {}
    if not numbers:
        return any_, listing
    row = HardwareReport
    came = func.coalesce(row.made_at, row.received_at)
    rows = session.execute(
        select(row.asset_id, row.lists_drives, func.max(row.made_at), func.max(came))
        .where(row.asset_id.in_(sorted(numbers)))
        .group_by(row.asset_id, row.lists_drives)
    )
    for asset_id, lists, made, last in rows:
        number = int(asset_id or 0)
        found = Newest(_utc(made), _utc(last))
        if lists:
            listing[number] = found
        other = any_.get(number, NONE)
        any_[number] = Newest(_later(found.made, other.made), _later(found.came, other.came))
    return any_, listing


def _utc(moment: datetime | None) -> datetime | None:
    # SQLite tells the largest of two columns as the text that it keeps.
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)


def left_as_they_are(session: Session, numbers: set[int]) -> dict[int, set[str]]:
    """What was answered about these machines by leaving the record as it is: it is not asked again; one statement."""
    found: dict[int, set[str]] = {}
    if numbers:
        rows = session.execute(
            select(HardwareReport.asset_id, HardwareReport.answers).where(
                HardwareReport.asset_id.in_(sorted(numbers)), HardwareReport.settled_at.is_not(None)
            )
        )
        for number, answers in rows:
            kept = {each["id"] for each in answers or () if each["answer"] in LEAVING}
            found.setdefault(int(number), set()).update(kept)
    return found
