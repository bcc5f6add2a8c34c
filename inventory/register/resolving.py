"""Which machine is meant by what was scanned or typed: any identifier finds it, an ambiguous one lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.db import among
from inventory.errors import Ambiguous, NotFound
from inventory.register.identifiers import comparison_form
from inventory.register.models import Asset, AssetIdentifier, BlankTag
from inventory.register.rows import AssetRow, rows_of
from inventory.register.tags import from_scan, near_misses, readings

MOST_CANDIDATES = 20
# Made once: building a statement costs more than running it.
_BY_TAG = select(Asset.id, Asset.tag, Asset.tag_key, Asset.status).where(
    Asset.tag_key.in_(bindparam("forms", expanding=True))
)
_BY_IDENTIFIER = (
    select(Asset.id, Asset.tag, Asset.status, AssetIdentifier.type)
    .join(AssetIdentifier, AssetIdentifier.asset_id == Asset.id)
    .where(AssetIdentifier.value_key.in_(bindparam("keys", expanding=True)))
    .order_by(Asset.id)
    .limit(200)
)
_MOST_BEARERS: Final = 200
"""Machines looked at behind one identifier; thousands may bear the value that a maker left empty."""
_MOST_LOOKED_AROUND: Final = 20
"""Of many texts at once, how many that nobody bears are told what is near to them."""


@dataclass(slots=True)
class Resolution:
    """What a text stands for.

    ``tag`` and ``asset_id`` when exactly one machine answers; else ``candidates`` (two or more), or
    ``suggestions`` (tags near to it). ``blank``: the tag of a pre-printed label that nobody claimed yet.
    ``came_by`` names the type of identifier that led there, None for the tag itself.
    """

    text: str
    tag: str | None = None
    asset_id: int | None = None
    status: str | None = None
    came_by: str | None = None
    candidates: list[AssetRow] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    blank: bool = False


def resolve(session: Session, text: str, settings: Settings) -> Resolution:
    """The machine that *text* stands for; one statement when it is a tag, two for other identifiers.

    A withdrawn record gives way to a living one that bears the same identifier.
    """
    text = _plain(text)
    forms = readings(text, settings.tag_prefix)
    found = Resolution(from_scan(text))
    if not found.text:
        return found
    rows = session.connection().execute(_BY_TAG, {"forms": forms}).all()
    if rows:
        return _by_tag(found, rows, forms)
    matches = session.connection().execute(_BY_IDENTIFIER, {"keys": sorted(_keys(found.text, forms))}).all()
    if numbers := _by_identifier(found, matches):
        found.candidates = rows_of(session, numbers[:MOST_CANDIDATES])
    elif found.asset_id is None:
        _look_around(session, found, forms, settings)
    return found


def resolve_many(session: Session, texts: Sequence[str], settings: Settings) -> list[Resolution]:
    """What each of *texts* (some hundreds) stands for, as `resolve` tells it; at most six statements in all.

    Only tags one slip away are suggested, and those to the first few texts that nobody bears.
    """
    found = [Resolution(from_scan(_plain(text))) for text in texts]
    forms = [readings(_plain(text), settings.tag_prefix) for text in texts]
    asked = [place for place, each in enumerate(found) if each.text]
    by_form: dict[str, Any] = {}
    wanted = sorted({form for place in asked for form in forms[place]})
    for row in session.connection().execute(
        select(Asset.id, Asset.tag, Asset.tag_key, Asset.status).where(among(session, Asset.tag_key, wanted))
    ):
        by_form[row.tag_key] = row
    left = []
    for place in asked:
        if rows := [by_form[form] for form in forms[place] if form in by_form]:
            _by_tag(found[place], rows, forms[place])
        else:
            left.append(place)
    if not left:
        return found
    keys = {place: _keys(found[place].text, forms[place]) for place in left}
    bearers = _bearers(session, sorted({key for each in keys.values() for key in each}))
    twins: dict[int, list[int]] = {}
    for place in left:
        matches = sorted((row for key in keys[place] for row in bearers.get(key, ())), key=lambda row: row.id)
        if numbers := _by_identifier(found[place], matches):
            twins[place] = numbers[:MOST_CANDIDATES]
    rows_by_id = {row.id: row for row in rows_of(session, sorted({n for each in twins.values() for n in each}))}
    for place, numbers in twins.items():
        found[place].candidates = [rows_by_id[number] for number in numbers]
    nobody = [place for place in left if found[place].asset_id is None and place not in twins]
    _look_around_many(session, [(found[place], forms[place]) for place in nobody], settings)
    return found


def _plain(text: str) -> str:
    return text[:300].replace("\x00", "")


def _keys(plain: str, forms: Sequence[str]) -> set[str]:
    """Comparison forms of the identifiers that a text may be."""
    return {key for key in (plain, comparison_form("mac", plain), *forms) if key}


def _by_tag(found: Resolution, rows: Sequence[Any], forms: Sequence[str]) -> Resolution:
    best = min(rows, key=lambda row: forms.index(row.tag_key))
    found.tag, found.asset_id, found.status = best.tag, best.id, best.status
    return found


def _by_identifier(found: Resolution, matches: Sequence[Any]) -> list[int]:
    """Fill in the one machine that answers; else the numbers of those that do (none or several)."""
    # The bare digits of a MAC address are no other identifier's comparison form.
    named = [row for row in matches if row.type != "mac" or len(comparison_form("mac", found.text)) == 12]
    living = [row for row in named if row.status != "withdrawn"] or named
    numbers = list(dict.fromkeys(row.id for row in living))
    if len(numbers) != 1:
        return numbers
    row = living[0]
    found.tag, found.asset_id, found.status, found.came_by = row.tag, row.id, row.status, row.type
    return []


def _bearers(session: Session, keys: Sequence[str]) -> dict[str, list[Any]]:
    """Machines by identifier, in the order of their numbers."""
    place = func.row_number().over(partition_by=AssetIdentifier.value_key, order_by=AssetIdentifier.asset_id)
    known = (
        select(AssetIdentifier.asset_id, AssetIdentifier.type, AssetIdentifier.value_key, place.label("place"))
        .where(among(session, AssetIdentifier.value_key, keys))
        .subquery()
    )
    rows = session.connection().execute(
        select(Asset.id, Asset.tag, Asset.status, known.c.type, known.c.value_key)
        .join(known, known.c.asset_id == Asset.id)
        .where(known.c.place <= _MOST_BEARERS)
        .order_by(Asset.id)
    )
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.value_key, []).append(row)
    return found


def _look_around_many(session: Session, lost: Sequence[tuple[Resolution, list[str]]], settings: Settings) -> None:
    """Nobody bears them: which are blank labels, and what is near to the others?"""
    if not lost:
        return
    every = sorted({form for _, forms in lost for form in forms})
    blank = set(
        session.scalars(
            select(BlankTag.tag_key).where(among(session, BlankTag.tag_key, every), BlankTag.claimed_at.is_(None))
        )
    )
    slips_of: list[tuple[Resolution, set[str]]] = []
    for found, forms in lost:
        if bears := next((form for form in forms if form in blank), None):
            found.blank, found.text = True, bears
        elif len(slips_of) < _MOST_LOOKED_AROUND and (slips := near_misses(found.text, settings.tag_prefix)):
            slips_of.append((found, set(slips)))
    wanted = sorted({form for _, near in slips_of for form in near})
    if wanted:
        tags = session.execute(
            select(Asset.tag_key, Asset.tag).where(among(session, Asset.tag_key, wanted)).order_by(Asset.tag_key)
        ).all()
        for found, near in slips_of:
            found.suggestions = [tag for key, tag in tags if key in near][:5]


def resolve_one(session: Session, text: str, settings: Settings) -> Resolution:
    """The one machine that *text* stands for, or the refusal that says what is near."""
    found = resolve(session, text, settings)
    if found.asset_id is not None:
        return found
    asked = text[:64].replace("\x00", "")
    if found.candidates:
        tags = [row.tag for row in found.candidates]
        raise Ambiguous(f"{len(tags)} machines answer to {asked}: {', '.join(tags[:5])}.", candidates=tags)
    near = f" Did you mean {' or '.join(found.suggestions[:3])}?" if found.suggestions else ""
    raise NotFound(f"No machine bears {asked}.{near}", field="tag")


def _look_around(session: Session, found: Resolution, forms: list[str], settings: Settings) -> None:
    """Nobody bears it: is it a blank label, and what is near?"""
    blank = session.scalar(select(BlankTag.tag_key).where(BlankTag.tag_key.in_(forms), BlankTag.claimed_at.is_(None)))
    if blank is not None:
        found.blank, found.text = True, blank
        return
    near = near_misses(found.text, settings.tag_prefix)
    if near:
        found.suggestions = list(
            session.scalars(select(Asset.tag).where(Asset.tag_key.in_(near)).order_by(Asset.tag_key).limit(5))
        )
    if not found.suggestions and len(found.text) >= 3:
        start = found.text[:-1]
        found.suggestions = list(
            session.scalars(
                select(Asset.tag)
                .where(Asset.tag_key >= start, Asset.tag_key < start + "\uffff")
                .order_by(Asset.tag_key)
                .limit(5)
            )
        )
