"""Writes departments, places, parties and photos; what the ledger refers to but does not hold."""

import hashlib
import io
import re
import warnings
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import uuid4

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from inventory.errors import KeyConflict, NotFound, RuleRefused, ValidationRefused
from inventory.register.models import Asset, Department, Location, Party, Photo
from inventory.register.texts import checked_text

PARTY_ROLES: Final = {
    "custodian": "Custodian",
    "partner": "Partner (receives donations)",
    "facility": "Facility (receives waste)",
    "supplier": "Supplier",
    "lessor": "Lessor",
    "buyer": "Buyer",
}
LONGEST_SIDE: Final = 1600
"""Pixels of a kept photo."""
LONGEST_UID: Final = 32
"""Characters of a party's id."""
MOST_PIXELS: Final = 60_000_000
MOST_PHOTO_BYTES: Final = 20 * 1024 * 1024
_CODE = re.compile(r"^[^\s/\x00-\x1f][^/\x00-\x1f]{0,63}$")


def _checked_code(code: str) -> str:
    code = " ".join(code.split())
    if not _CODE.match(code):
        raise ValidationRefused("The code has 1 to 64 characters and no slash.", field="code")
    return code


def add_department(session: Session, code: str, name: str, parent: str | None = None) -> Department:
    """A department under the one with the code *parent* (or at the top)."""
    code = _checked_code(code)
    if session.scalar(select(Department.id).where(Department.code == code)) is not None:
        raise RuleRefused(f"There is a department with the code {code} already.", field="code")
    above = None
    if parent:
        above = session.scalar(select(Department).where(Department.code == parent))
        if above is None:
            raise NotFound(f"There is no department {parent[:64]!r}.", field="parent")
    path = f"{above.path if above else '/'}{code}/"
    if len(path) > 512:
        raise ValidationRefused("The department lies too deep in the tree.", field="parent")
    name = checked_text(name, "name", 255) or ""
    made = Department(code=code, name=name, parent_id=above.id if above else None, path=path)
    session.add(made)
    session.flush()
    return made


def add_location(
    session: Session, code: str, site: str | None = None, building: str | None = None, room: str | None = None
) -> Location:
    """A place; at least its code is known."""
    code = _checked_code(code)
    if session.scalar(select(Location.id).where(Location.code == code)) is not None:
        raise RuleRefused(f"There is a place with the code {code} already.", field="code")
    made = Location(
        code=code,
        site=checked_text(site, "site", 120, needed=False),
        building=checked_text(building, "building", 120, needed=False),
        room=checked_text(room, "room", 120, needed=False),
    )
    session.add(made)
    session.flush()
    return made


def change_location(session: Session, code: str, site: str | None, building: str | None, room: str | None) -> Location:
    """Other words for a place; the code stays, since the ledger holds it."""
    found = session.scalar(select(Location).where(Location.code == code))
    if found is None:
        raise NotFound(f"There is no place {code[:64]!r}.", field="code")
    found.site = checked_text(site, "site", 120, needed=False)
    found.building = checked_text(building, "building", 120, needed=False)
    found.room = checked_text(room, "room", 120, needed=False)
    return found


def add_locations(session: Session, places: Sequence[tuple[str, str | None, str | None, str | None]]) -> None:
    """Many places at once, each (code, site, building, room), whose codes are new; refuses as `add_location` does."""
    made = [
        {
            "code": _checked_code(code),
            "site": checked_text(site, "site", 120, needed=False),
            "building": checked_text(building, "building", 120, needed=False),
            "room": checked_text(room, "room", 120, needed=False),
        }
        for code, site, building, room in places
    ]
    if made:
        session.execute(insert(Location), made)


def add_party(session: Session, role: str, name: str, contact: str | None = None, uid: str | None = None) -> Party:
    """A person or an organisation; the ledger will hold its ``uid`` only.

    The client may give the *uid*: sent twice with the same content, the party is there once.
    """
    role = _checked_role(role)
    name, contact = checked_text(name, "name", 255) or "", _lines(contact)
    if uid is not None and not 1 <= len(uid) <= LONGEST_UID:
        raise ValidationRefused(f"The id has {len(uid)} characters; 1 to {LONGEST_UID} are kept.", field="uid")
    if uid is not None and (before := session.scalar(select(Party).where(Party.uid == uid))) is not None:
        if (before.role, before.name, before.contact) != (role, name, contact):
            raise KeyConflict("This was recorded already, with other content. Load the page again.")
        return before
    made = Party(uid=uid or uuid4().hex, role=role, name=name, contact=contact)
    session.add(made)
    session.flush()
    return made


def _checked_role(role: str) -> str:
    if role not in PARTY_ROLES:
        raise ValidationRefused(
            f"There is no role {role[:40]!r}; choose one of {', '.join(PARTY_ROLES)}.", field="role"
        )
    return role


def _lines(contact: str | None) -> str | None:
    """An address as it was typed, line by line."""
    kept = [" ".join(line.split()) for line in (contact or "").splitlines()]
    text = "\n".join(line for line in kept if line)
    if len(text) > 2000:
        raise ValidationRefused(f"The contact has {len(text):,} characters; at most 2,000 are kept.", field="contact")
    if not text.replace("\n", "").isprintable():
        raise ValidationRefused("The contact has a character that cannot be stored.", field="contact")
    return text or None


def change_party(session: Session, uid: str, name: str, contact: str | None) -> Party:
    """Another name or contact; who was erased stays so."""
    found = session.scalar(select(Party).where(Party.uid == uid))
    if found is None:
        raise NotFound("There is no such person or organisation.")
    if found.erased_at is not None:
        raise RuleRefused("Name and contact were erased for ever; add a new record instead.", field="name")
    found.name, found.contact = checked_text(name, "name", 255) or "", _lines(contact)
    return found


def add_parties(session: Session, rows: Sequence[tuple[str, str]]) -> list[str]:
    """Many parties at once, each (role, name); their ids, in the order given. Refuses as `add_party` does."""
    made = []
    for role, name in rows:
        if role not in PARTY_ROLES:
            raise ValidationRefused(f"There is no role {role[:40]!r}.", field="role")
        made.append(
            {
                "uid": uuid4().hex,
                "role": role,
                "name": checked_text(name, "name", 255),
                "contact": None,
                "erased_at": None,
            }
        )
    if made:
        session.execute(insert(Party), made)
    return [str(each["uid"]) for each in made]


def erase_party(session: Session, uid: str, now: datetime) -> Party:
    """Forget name and contact for ever; the history stays, with nobody's name in it."""
    found = session.scalar(select(Party).where(Party.uid == uid))
    if found is None:
        raise NotFound("There is no such person or organisation.")
    found.name, found.contact, found.erased_at = "(erased)", None, found.erased_at or now
    return found


def set_photo(session: Session, asset_id: int, content: bytes, now: datetime) -> Photo:
    """Keep a picture of the asset: turned upright, made small, without place or camera data."""
    if len(content) > MOST_PHOTO_BYTES:
        raise ValidationRefused("The photo is larger than 20 MB.", field="photo")
    if session.get(Asset, asset_id) is None:
        raise NotFound("There is no such machine.")
    kept = re_encoded(content)
    session.execute(delete(Photo).where(Photo.asset_id == asset_id))
    made = Photo(asset_id=asset_id, content=kept, sha256=hashlib.sha256(kept).hexdigest(), added_at=now)
    session.add(made)
    return made


def re_encoded(content: bytes, field: str = "photo") -> bytes:
    """The picture as a small upright JPEG without place or camera data, or the refusal under *field*."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationRefused("The photo has too many pixels.", field=field)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning):
        words = "This is not a photo that can be read: send a JPEG, PNG or WebP."
        raise ValidationRefused(words, field=field) from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82)
    return out.getvalue()
