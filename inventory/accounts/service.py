"""Accounts, sign-in and tokens: passwords by argon2, guessing slowed, tokens kept as digests only."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, delete, func, or_, select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account, Setup, SignInAttempt, Token
from inventory.accounts.permissions import ROLES
from inventory.db import Page, holds, keyset_page
from inventory.errors import NotFound, RuleRefused, SignInNeeded, ValidationRefused

LEAST_PASSWORD: Final = 12
"""Characters; length is what resists guessing (NIST SP 800-63B asks for at least 8 and no composition rules)."""
MOST_FAILURES: Final = 5
FAILURE_WINDOW: Final = timedelta(minutes=10)
_USERNAME = re.compile(r"^[a-z0-9][a-z0-9._@-]{1,79}$")
_COMMON: Final = ("password", "123456789", "qwerty", "letmein", "university", "welcome", "administrator")

_hasher = PasswordHasher()


@cache
def _decoy() -> str:
    # Verified when the user name is unknown, so that an unknown name takes as long as a known one.
    return _hasher.hash(secrets.token_urlsafe(16))


def check_password(password: str) -> str:
    """*password*, if it is long enough and not among the commonest; else a refusal."""
    if len(password) < LEAST_PASSWORD:
        raise ValidationRefused(
            f"The password has {len(password)} characters; at least {LEAST_PASSWORD} are needed. "
            "Three or four unrelated words are easy to remember.",
            field="password",
        )
    if len(password) > 1024:
        raise ValidationRefused("The password has more than 1,024 characters.", field="password")
    plain = password.lower()
    if len(set(plain)) < 5 or any(plain.startswith(word) and len(plain) < len(word) + 6 for word in _COMMON):
        raise ValidationRefused("The password is among those that are guessed first; choose another.", field="password")
    return password


def _clean(text: str, field: str, longest: int) -> str:
    text = " ".join(text.split())
    if not text or len(text) > longest or not text.isprintable():
        raise ValidationRefused(
            f"The {field.replace('_', ' ')} is empty or longer than {longest} characters.", field=field
        )
    return text


def add_account(
    session: Session, username: str, display_name: str, role: str, password: str | None, now: datetime
) -> Account:
    """A new account; without a password it cannot sign in, only bear tokens."""
    username = username.strip().lower()
    if not _USERNAME.match(username):
        raise ValidationRefused(
            "The user name has 2 to 80 of the characters a to z, 0 to 9, dot, hyphen, underscore and @.",
            field="username",
        )
    if role not in ROLES:
        raise ValidationRefused(f"There is no role {role!r}; choose one of {', '.join(ROLES)}.", field="role")
    if session.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise RuleRefused(f"The user name {username} is taken.", field="username")
    account = Account(
        username=username,
        display_name=_clean(display_name, "display_name", 120),
        role=role,
        password_hash=_hasher.hash(check_password(password)) if password is not None else None,
        active=True,
        session_version=1,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def authenticate(session: Session, username: str, password: str, now: datetime) -> Account | None:
    """The account whose name and password these are, or None; refuses after repeated failures.

    Writes the failed attempt, so it runs in a write transaction.
    """
    username = username.strip().lower()[:80]
    since = now - FAILURE_WINDOW
    failures = session.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(SignInAttempt.username == username, SignInAttempt.failed_at > since)
    )
    if (failures or 0) >= MOST_FAILURES:
        raise SignInNeeded(
            f"There were {failures} failed tries for this name. Wait ten minutes, or ask an administrator.",
            field="username",
        )
    account = session.scalar(select(Account).where(Account.username == username))
    usable = account is not None and account.active and account.password_hash is not None
    stored = account.password_hash if usable and account and account.password_hash else _decoy()
    try:
        _hasher.verify(stored, password[:1024])
        right = usable
    except (VerificationError, InvalidHashError):
        right = False
    session.execute(delete(SignInAttempt).where(SignInAttempt.failed_at <= since))
    if not right or account is None:
        session.add(SignInAttempt(username=username, failed_at=now))
        return None
    session.execute(delete(SignInAttempt).where(SignInAttempt.username == username))
    if _hasher.check_needs_rehash(stored):
        account.password_hash = _hasher.hash(password)
    return account


def set_password(session: Session, account: Account, password: str) -> None:
    """A new password; every open session of the account ends."""
    account.password_hash = _hasher.hash(check_password(password))
    account.session_version += 1


def verify_password(account: Account, password: str) -> bool:
    """Whether *password* is the account's, for changing it."""
    try:
        return _hasher.verify(account.password_hash or _decoy(), password[:1024]) and account.password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def set_role(session: Session, account: Account, role: str) -> None:
    """Another role; the last administrator stays one."""
    if role not in ROLES:
        raise ValidationRefused(f"There is no role {role!r}.", field="role")
    if role != "administrator":
        _keep_an_administrator(session, account)
    account.role = role


def close_account(session: Session, account: Account, now: datetime) -> None:
    """The account can no longer sign in and its tokens end; its lines stay its own."""
    _keep_an_administrator(session, account)
    account.active = False
    account.session_version += 1
    for token in session.scalars(select(Token).where(Token.account_id == account.id, Token.revoked_at.is_(None))):
        token.revoked_at = now


def open_account(session: Session, account: Account) -> None:
    """A closed account may sign in again; its tokens stay ended."""
    account.active = True


def make_password(session: Session, account: Account) -> str:
    """A new password made here, shown this once, for the person to change; every open session ends."""
    password = "-".join(secrets.token_hex(3) for _ in range(4))
    set_password(session, account, password)
    return password


def rename_account(session: Session, account: Account, display_name: str) -> None:
    """Another name on pages and in histories; the user name stays."""
    account.display_name = _clean(display_name, "display_name", 120)


def _keep_an_administrator(session: Session, account: Account) -> None:
    if account.role != "administrator":
        return
    # Locked, so that two administrators who step down at once do not each count on the other.
    able = session.scalars(
        select(Account.id)
        .where(Account.role == "administrator", Account.active, Account.password_hash.is_not(None))
        .order_by(Account.id)
        .with_for_update()
    )
    if not set(able) - {account.id}:
        raise RuleRefused("This is the last administrator who can sign in; make another one first.")


def list_accounts(
    session: Session, size: int, *, q: str = "", after: str | None = None, before: str | None = None
) -> Page[Account]:
    """Accounts by user name; *q*: part of user name or name."""
    statement = select(Account)
    if q:
        statement = statement.where(or_(holds(Account.username, q), holds(Account.display_name, q)))
    return keyset_page(session, statement, [Account.username], size, after=after, before=before)


def account_named(session: Session, username: str) -> Account:
    """The account of that user name, or a refusal."""
    account = session.scalar(select(Account).where(Account.username == username.strip().lower()))
    if account is None:
        raise NotFound(f"There is no account {username!r}.", field="username")
    return account


def account_of_session(session: Session, uid: str, version: int) -> Account | None:
    """The account of an open browser session, if that session is still good. One statement."""
    account = session.scalar(select(Account).where(Account.uid == uid))
    return account if account is not None and account.active and account.session_version == version else None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def issue_token(
    session: Session, account: Account, label: str, now: datetime, expires_at: datetime | None = None
) -> str:
    """A new bearer token, shown this once; only its digest is kept."""
    secret = f"reuse_{secrets.token_urlsafe(32)}"
    session.add(
        Token(
            account_id=account.id,
            label=_clean(label, "label", 80),
            digest=_digest(secret),
            created_at=now,
            expires_at=expires_at,
        )
    )
    return secret


@dataclass(frozen=True, slots=True)
class Bearer:
    """The account that a token speaks for."""

    id: int
    uid: str
    username: str
    display_name: str
    role: str


# Made once: building a statement costs more than running it, and every request of a program runs it.
_OF_TOKEN = (
    select(Account.id, Account.uid, Account.username, Account.display_name, Account.role, Token.expires_at)
    .join(Token, Token.account_id == Account.id)
    .where(Token.digest == bindparam("digest"), Token.revoked_at.is_(None), Account.active)
)


def account_of_token(session: Session, token: str, now: datetime) -> Bearer | None:
    """The account that *token* speaks for, or None. One statement."""
    found = session.connection().execute(_OF_TOKEN, {"digest": _digest(token[:200])}).first()
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    return Bearer(*found[:5])


def revoke_token(session: Session, account: Account, token_id: int, now: datetime) -> None:
    """End the token for ever."""
    token = session.scalar(select(Token).where(Token.id == token_id, Token.account_id == account.id))
    if token is None:
        raise NotFound("There is no such token.")
    token.revoked_at = token.revoked_at or now


def any_account(session: Session) -> bool:
    """Whether somebody can sign in: an account with a password."""
    return session.scalar(select(Account.id).where(Account.password_hash.is_not(None)).limit(1)) is not None


def make_setup_code(session: Session, now: datetime) -> str:
    """A one-time code for the set-up page, shown this once; an earlier one ends."""
    session.execute(delete(Setup))
    code = "-".join(secrets.token_hex(2) for _ in range(4))
    session.add(Setup(digest=_digest(code), created_at=now))
    return code


def setup_code_fits(session: Session, code: str) -> bool:
    """Whether *code* is the present set-up code."""
    stored = session.scalar(select(Setup.digest))
    return stored is not None and hmac.compare_digest(bytes(stored), _digest(code.strip().lower()))


def end_setup(session: Session) -> None:
    """The set-up code is used up."""
    session.execute(delete(Setup))
