"""Which machine is meant by what was scanned or typed: any identifier finds it, an ambiguous one lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select
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
    text = text[:300].replace("\x00", "")
    forms = readings(text, settings.tag_prefix)
    plain = from_scan(text)
    found = Resolution(plain)
    if not plain:
        return found
    rows = session.connection().execute(_BY_TAG, {"forms": forms}).all()
    if rows:
        best = min(rows, key=lambda row: forms.index(row.tag_key))
        found.tag, found.asset_id, found.status = best.tag, best.id, best.status
        return found
    keys = {plain, comparison_form("mac", plain)} | set(forms)
    matches = session.connection().execute(_BY_IDENTIFIER, {"keys": sorted(key for key in keys if key)}).all()
    # The bare digits of a MAC address are no other identifier's comparison form.
    named = [row for row in matches if row.type != "mac" or len(comparison_form("mac", plain)) == 12]
    living = [row for row in named if row.status != "withdrawn"] or named
    numbers = list(dict.fromkeys(row.id for row in living))
    if len(numbers) == 1:
        row = living[0]
        found.tag, found.asset_id, found.status, found.came_by = row.tag, row.id, row.status, row.type
    elif numbers:
        found.candidates = rows_of(session, numbers[:MOST_CANDIDATES])
    else:
        _look_around(session, found, forms, settings)
    return found


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
    blank = session.scalar(
        select(BlankTag.tag_key).where(BlankTag.tag_key.in_(forms), BlankTag.claimed_at.is_(None))
    )
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


def resolve_many(session: Session, texts: Sequence[str], settings: Settings) -> dict[str, Resolution]:
    """`resolve` for some hundreds of texts at once; at most five statements, however many they are.

    What nobody bears comes with the tags of ours that are one slip away, and no others.
    """
    found = {text: Resolution(from_scan(text[:300].replace("\x00", ""))) for text in texts}
    forms = {text: readings(each.text, settings.tag_prefix) for text, each in found.items() if each.text}
    tags = {form for each in forms.values() for form in each}
    if not tags:
        return found
    connection = session.connection()
    by_tag = {row.tag_key: row for row in connection.execute(_BY_TAG, {"forms": sorted(tags)})}
    rest: dict[str, set[str]] = {}
    for text, listed in forms.items():
        row = next((by_tag[form] for form in listed if form in by_tag), None)
        if row is not None:
            found[text].tag, found[text].asset_id, found[text].status = row.tag, row.id, row.status
        else:
            rest[text] = {key for key in (*listed, found[text].text, comparison_form("mac", found[text].text)) if key}
    if rest:
        _by_identifiers(session, found, rest)
        _what_is_near(session, found, {text: forms[text] for text in rest}, settings)
    return found


_ALL_BY_IDENTIFIER = (
    select(Asset.id, Asset.tag, Asset.status, AssetIdentifier.type, AssetIdentifier.value_key)
    .join(AssetIdentifier, AssetIdentifier.asset_id == Asset.id)
    .where(AssetIdentifier.value_key.in_(bindparam("keys", expanding=True)))
    .order_by(Asset.id)
    .limit(10_000)
)


def _by_identifiers(session: Session, found: dict[str, Resolution], keys: dict[str, set[str]]) -> None:
    wanted = sorted({key for each in keys.values() for key in each})
    rows: dict[str, list[Any]] = {}
    for row in session.connection().execute(_ALL_BY_IDENTIFIER, {"keys": wanted}):
        rows.setdefault(row.value_key, []).append(row)
    doubtful: dict[str, list[int]] = {}
    for text, listed in keys.items():
        is_mac = len(comparison_form("mac", found[text].text)) == 12
        named = [row for key in sorted(listed) for row in rows.get(key, ()) if row.type != "mac" or is_mac]
        living = [row for row in named if row.status != "withdrawn"] or named
        numbers = list(dict.fromkeys(row.id for row in living))
        if len(numbers) == 1:
            row, each = living[0], found[text]
            each.tag, each.asset_id, each.status, each.came_by = row.tag, row.id, row.status, row.type
        elif numbers:
            doubtful[text] = numbers[:MOST_CANDIDATES]
    if doubtful:
        known = {row.id: row for row in rows_of(session, sorted({n for each in doubtful.values() for n in each}))}
        for text, numbers in doubtful.items():
            found[text].candidates = [known[number] for number in numbers]


def _what_is_near(
    session: Session, found: dict[str, Resolution], forms: dict[str, list[str]], settings: Settings
) -> None:
    """Blank labels and near tags for the texts that led nowhere; two statements."""
    nowhere = {t: each for t, each in forms.items() if found[t].asset_id is None and not found[t].candidates}
    if not nowhere:
        return
    wanted = sorted({form for each in nowhere.values() for form in each})
    blank = set(
        session.scalars(
            select(BlankTag.tag_key).where(among(session, BlankTag.tag_key, wanted), BlankTag.claimed_at.is_(None))
        )
    )
    near: dict[str, list[str]] = {}
    for text, listed in nowhere.items():
        bare = next((form for form in listed if form in blank), None)
        if bare is not None:
            found[text].blank, found[text].text = True, bare
        elif misses := near_misses(found[text].text, settings.tag_prefix):
            near[text] = misses
    if near:
        every = sorted({tag for each in near.values() for tag in each})
        tags = dict(session.execute(select(Asset.tag_key, Asset.tag).where(among(session, Asset.tag_key, every))).all())
        for text, misses in near.items():
            found[text].suggestions = [tags[tag] for tag in misses if tag in tags][:5]
