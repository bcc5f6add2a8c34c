"""Which machine is meant by what was scanned or typed: any identifier finds it, an ambiguous one lists."""

from dataclasses import dataclass, field

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from inventory.config import Settings
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
