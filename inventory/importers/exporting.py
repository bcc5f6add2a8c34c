"""The whole register as one CSV, record by record: enough to restore it elsewhere with an equal ledger."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account, SavedView
from inventory.config import Settings
from inventory.lifecycle.canonical import moment
from inventory.lifecycle.loading import load_ledger_page
from inventory.lifecycle.models import EventPersonal, ProjectionBasis
from inventory.lifecycle.state import Line
from inventory.lifecycle.upkeep import basis
from inventory.register.models import (
    Asset,
    BlankTag,
    Department,
    Location,
    Part,
    Party,
    Photo,
    TagSeries,
)
from inventory.register.rows import rows_of

from .carrying import carried_records
from .models import SavedMapping
from .own_columns import ASSET_COLUMNS, asset_cells, pack
from .own_csv import RECORD
from .values import guard_formula

VERSION: Final = 1
PAGE: Final = 500
"""Machines held in memory at a time."""
_PHOTO_PART: Final = 90_000
"""Bytes of a photo in one row."""

# What each table's rows say: record, model, columns, and the columns that point to a row by number.
_TABLES: Final[tuple[tuple[str, Any, tuple[str, ...]], ...]] = (
    ("account", Account, ("uid", "username", "display_name", "role", "active", "created_at")),
    ("location", Location, ("code", "site", "building", "room")),
    ("party", Party, ("uid", "role", "name", "contact", "erased_at")),
    ("part", Part, ("uid", "kind", "manufacturer", "model", "serial", "serial_key", "medium", "capacity_bytes")),
    ("tag_series", TagSeries, ("prefix", "next_number")),
    ("blank_tag", BlankTag, ("tag_key", "run", "printed_at", "claimed_at")),
)
_OWNED: Final[tuple[tuple[str, Any, tuple[str, ...]], ...]] = (
    ("saved_view", SavedView, ("page", "name", "query")),
    ("saved_mapping", SavedMapping, ("name", "asked", "saved_at")),
)
"""Rows that belong to an account."""

Progress = Callable[[int, int], None]


def records(
    session: Session, settings: Settings, now: datetime, progress: Callable[[int], None] = lambda done: None
) -> Iterator[dict[str, str]]:
    """Every record in the order in which a restore reads them; passwords and tokens stay here.

    The session should see one state of the database throughout (see ``cli/export.py``).
    """
    counts: dict[str, int] = {}
    digest = hashlib.sha256()
    about = {"version": VERSION, "institution": settings.institution, "made_at": moment(now), "basis": basis(settings)}
    yield {RECORD: "export", "data": pack(about)}
    for record in _around(session, settings):
        counts[record[RECORD]] = counts.get(record[RECORD], 0) + 1
        yield record
    done = 0
    for record, hash_ in _machines(session, settings):
        counts[record[RECORD]] = counts.get(record[RECORD], 0) + 1
        if hash_ is not None:
            digest.update(hash_)
        elif record[RECORD] == "asset":
            done += 1
            progress(done)
        yield record
    # Last, since pictures and evidence belong to machines.
    for record in _photos(session):
        counts["photo"] = counts.get("photo", 0) + 1
        yield record
    for name, data in carried_records(session):
        counts[name] = counts.get(name, 0) + 1
        yield {RECORD: name, "data": pack(data)}
    yield {RECORD: "end", "data": pack({"counts": counts, "digest": digest.hexdigest()})}


def _around(session: Session, settings: Settings) -> Iterator[dict[str, str]]:
    """Everything but machines and their lines."""
    codes = dict(session.execute(select(Department.id, Department.code)).all())
    parents = select(Department.code, Department.name, Department.parent_id).order_by(Department.path)
    for code, name, parent in session.execute(parents):
        yield _record("department", {"code": code, "name": name, "parent": codes.get(parent) if parent else None})
    for record, model, names in _TABLES:
        key = model.__mapper__.primary_key[0]
        columns = [getattr(model, name) for name in names]
        for row in session.execute(select(*columns).order_by(key).execution_options(yield_per=1_000)):
            yield _record(record, dict(zip(names, row, strict=True)))
    for record, model, names in _OWNED:
        columns = [getattr(model, name) for name in names]
        statement = select(Account.uid, *columns).join(Account, Account.id == model.account_id).order_by(model.id)
        for row in session.execute(statement.execution_options(yield_per=1_000)):
            yield _record(record, dict(zip(("account", *names), row, strict=True)))
    own = basis(settings).keys()
    for mark in session.scalars(select(ProjectionBasis).order_by(ProjectionBasis.name)):
        if mark.name not in own:
            yield _record("mark", {"name": mark.name, "value": mark.value})


def _record(record: str, data: dict[str, Any]) -> dict[str, str]:
    return {RECORD: record, "data": pack({name: _plain(value) for name, value in data.items() if value is not None})}


def _plain(value: Any) -> Any:
    return moment(value) if isinstance(value, datetime) else value


def _machines(session: Session, settings: Settings) -> Iterator[tuple[dict[str, str], bytes | None]]:
    after = 0
    while page := load_ledger_page(session, after, PAGE):
        after = page[-1][0].id
        shown = {row.id: row for row in rows_of(session, [asset.id for asset, _ in page])}
        texts = _texts(session, [line.key for _, lines in page for line, digest, _ in lines if digest])
        for asset, lines in page:
            cells = asset_cells(shown[asset.id], settings)
            if asset.notes is not None:
                cells["data"] = pack({"notes": asset.notes})
            yield cells, None
            for line, digest, hash_ in lines:
                yield _event(asset.tag, line, digest, hash_, texts.get(line.key)), hash_


def _texts(session: Session, keys: list[str]) -> dict[str, EventPersonal]:
    found: dict[str, EventPersonal] = {}
    columns = (EventPersonal.event_key, EventPersonal.salt, EventPersonal.content, EventPersonal.erased_at)
    for start in range(0, len(keys), 1_000):
        asked = select(*columns).where(EventPersonal.event_key.in_(keys[start : start + 1_000]))
        found |= {row.event_key: row for row in session.execute(asked)}
    return found


def _event(tag: str, line: Line, digest: str | None, hash_: bytes, text: Any) -> dict[str, str]:
    cells = {
        RECORD: "event",
        "tag": guard_formula(tag),
        "key": guard_formula(line.key),
        "event": line.kind,
        "occurred_at": moment(line.occurred_at),
        "precision": line.precision,
        "recorded_at": moment(line.recorded_at),
        "actor": line.actor,
        "sequence": str(line.sequence),
        "details": pack(line.details),
        "hash": hash_.hex(),
    }
    if line.voids:
        cells["voids"] = guard_formula(line.voids)
    if line.replaces:
        cells["replaces"] = guard_formula(line.replaces)
    if digest:
        cells["personal_digest"] = digest
    if text is not None:
        salt = bytes(text.salt).hex() if text.salt is not None else None
        erased = moment(text.erased_at) if text.erased_at else None
        cells["personal"] = pack({"salt": salt, "content": text.content, "erased_at": erased})
    return cells


def _photos(session: Session) -> Iterator[dict[str, str]]:
    for number, tag in session.execute(select(Photo.id, Asset.tag).join(Asset, Asset.id == Photo.asset_id)).all():
        photo = session.get_one(Photo, number)
        content = bytes(photo.content)
        session.expunge(photo)
        for start in range(0, len(content), _PHOTO_PART):
            part = base64.b64encode(content[start : start + _PHOTO_PART]).decode()
            data = {"added_at": moment(photo.added_at), "start": start, "size": len(content), "base64": part}
            yield {RECORD: "photo", "tag": guard_formula(tag), "data": pack(data)}


__all__ = ["ASSET_COLUMNS", "PAGE", "VERSION", "records"]
