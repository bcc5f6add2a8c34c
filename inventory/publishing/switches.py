"""What is switched: the public page, on or off; and the secret addresses of wall screens."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from inventory.accounts.models import Account
from inventory.errors import NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.lifecycle.requests import Recorder
from inventory.publishing.models import PublicPage, WallKey
from inventory.publishing.service import PUBLISH

MOST_KEYS: Final = 50
"""Wall screens that may be in use at once."""
LONGEST_LABEL: Final = 80


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether the public page is shown, and who switched it when; nobody while it never was."""

    shown: bool
    by: str | None = None
    at: datetime | None = None


def public_page(session: Session) -> Switch:
    """How the public page is switched; off until somebody switches it on."""
    row = session.execute(
        select(PublicPage.shown, Account.display_name, PublicPage.at)
        .join(Account, Account.id == PublicPage.account_id)
        .order_by(PublicPage.id.desc())
        .limit(1)
    ).first()
    return Switch(*row) if row is not None else Switch(False)


def switch_public_page(session: Session, shown: bool, recorder: Recorder) -> None:
    """Switch the public page; asked twice it changes nothing."""
    _must_publish(recorder)
    if public_page(session).shown != shown:
        session.add(PublicPage(shown=shown, account_id=recorder.account_id, at=recorder.now))
        session.flush()


@dataclass(frozen=True, slots=True)
class Screen:
    """The key of a wall screen as a list shows it."""

    id: int
    label: str
    made_by: str
    made_at: datetime
    ended_by: str | None
    ended_at: datetime | None


def wall_keys(session: Session) -> Sequence[Screen]:
    """The keys, newest first; those in use before those that have ended."""
    maker, ender = aliased(Account), aliased(Account)
    rows = session.execute(
        select(WallKey.id, WallKey.label, maker.display_name, WallKey.made_at, ender.display_name, WallKey.ended_at)
        .join(maker, maker.id == WallKey.made_by)
        .outerjoin(ender, ender.id == WallKey.ended_by)
        .order_by(WallKey.ended_at.is_not(None), WallKey.id.desc())
        .limit(2 * MOST_KEYS)
    )
    return [Screen(*row) for row in rows]


def make_wall_key(session: Session, label: str, recorder: Recorder) -> str:
    """A new secret for the address of a wall screen, told this once; only its digest is kept."""
    _must_publish(recorder)
    label = " ".join("".join(sign if sign.isprintable() else " " for sign in label).split())
    if not label or len(label) > LONGEST_LABEL:
        raise ValidationRefused(f"Say where the screen hangs, in up to {LONGEST_LABEL} characters.", field="label")
    in_use = session.scalars(select(WallKey.id).where(WallKey.ended_at.is_(None)).limit(MOST_KEYS)).all()
    if len(in_use) == MOST_KEYS:
        raise RuleRefused(f"{MOST_KEYS} screens are in use; withdraw one first.", field="label")
    secret = secrets.token_urlsafe(24)
    session.add(WallKey(label=label, digest=_digest(secret), made_at=recorder.now, made_by=recorder.account_id))
    session.flush()
    return secret


def end_wall_key(session: Session, number: int, recorder: Recorder) -> None:
    """The address shows nothing from now on; once more changes nothing."""
    _must_publish(recorder)
    found = session.get(WallKey, number)
    if found is None:
        raise NotFound("There is no such screen.")
    if found.ended_at is None:
        found.ended_at, found.ended_by = recorder.now, recorder.account_id
        session.flush()


def wall_opens(session: Session, secret: str) -> bool:
    """Whether *secret* is the key of a screen in use."""
    found = select(WallKey.id).where(WallKey.digest == _digest(secret[:200]), WallKey.ended_at.is_(None))
    return session.scalar(found) is not None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _must_publish(recorder: Recorder) -> None:
    if PUBLISH not in recorder.permissions:
        raise NotAllowed("Your role may not decide what is shown in public.")
