"""Gives out tags, each once, and tells which tags are or were borne."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inventory.db import among
from inventory.register.models import Asset, AssetIdentifier, BlankTag, TagSeries
from inventory.register.tags import issue


def tags_on_record(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """Of the comparison forms *keys*: those borne now or before, each with the present tag of its machine."""
    now = select(Asset.tag_key, Asset.tag).where(among(session, Asset.tag_key, keys))
    before = (
        select(AssetIdentifier.value_key, Asset.tag)
        .join(Asset, Asset.id == AssetIdentifier.asset_id)
        .where(AssetIdentifier.type == "former_tag", among(session, AssetIdentifier.value_key, keys))
    )
    return dict(session.connection().execute(union_all(now, before)).all())


def issue_tags(session: Session, prefix: str, count: int) -> list[str]:
    """*count* new tags of ours; none of them is borne, was borne, or was printed on a blank label."""
    found: list[str] = []
    while len(found) < count:
        first = _take_numbers(session, prefix, count - len(found))
        tags = [issue(prefix, number) for number in range(first, first + count - len(found))]
        for start in range(0, len(tags), 2_000):
            chunk = tags[start : start + 2_000]
            taken = tags_on_record(session, chunk)
            found += [tag for tag in chunk if tag not in taken]
    return found


def _take_numbers(session: Session, prefix: str, count: int) -> int:
    upsert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = upsert(TagSeries).values(prefix=prefix, next_number=0).on_conflict_do_nothing()
    taken = update(TagSeries).where(TagSeries.prefix == prefix)
    taken_to = session.scalar(taken.values(next_number=TagSeries.next_number + count).returning(TagSeries.next_number))
    if taken_to is None:
        session.execute(statement)
        return _take_numbers(session, prefix, count)
    return int(taken_to) - count


def issue_blank_tags(session: Session, prefix: str, count: int, run: str, now: datetime) -> list[str]:
    """*count* tags for pre-printed labels; the first scan of each claims it."""
    tags = issue_tags(session, prefix, count)
    session.execute(
        insert(BlankTag),
        [{"tag_key": tag, "run": run, "printed_at": now, "claimed_at": None} for tag in tags],
    )
    return tags
