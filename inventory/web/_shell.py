"""What the web modules share: who is signed in, what they may, and how the request is to be answered."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

from flask import current_app, g, request
from flask import session as browser_session
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.accounts.permissions import may, permissions_of
from inventory.accounts.service import account_of_session
from inventory.config import Settings
from inventory.db import begin_read, db
from inventory.errors import NotAllowed, SignInNeeded
from inventory.lifecycle.models import ProjectionBasis
from inventory.lifecycle.requests import Recorder

P = ParamSpec("P")
R = TypeVar("R")

DEMO_ASKED_EVERY = 60.0
"""Seconds after which a register that was no demonstration is asked again."""
OPEN_ENDPOINTS = {
    "static",
    "web_accounts.sign_in",
    "web_setup.index",
    "web_scan_app.shell",
    "web_scan_app.service_worker",
    "web_scan_app.manifest",
    "web_trust.index",
    "web_trust.certificate",
    "web_certificates.public",
    "web_certificates.public_capitals",
    "web_published.index",
    "web_published.show",
    "web_published.as_json",
    "web_screens.wall",
}
"""What is served before anybody signs in."""


@dataclass(frozen=True)
class NavigationEntry:
    """A section of the product: a web module lists its own in ``NAVIGATION``."""

    label: str
    endpoint: str
    icon: str
    place: int
    """Position among the sections, smallest first."""
    permission: str = "view"
    also: tuple[str, ...] = ()
    """Further blueprints whose pages belong to this section."""


def session() -> Session:
    """The request's database session."""
    return db.session()


def settings() -> Settings:
    """The settings of this application."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def signed_in() -> Any:
    """The account that is signed in, or None; asked once per request, in one statement."""
    if "account" not in g:
        if request.method == "GET":
            begin_read(session())
        g.account = _account_of_browser()
    return g.account


def _account_of_browser() -> Any:
    uid, version, since = (browser_session.get(name) for name in ("uid", "version", "since"))
    if not isinstance(uid, str) or not isinstance(version, int) or not isinstance(since, (int, float)):
        return None
    if datetime.now(UTC) - datetime.fromtimestamp(since, UTC) > timedelta(hours=settings().session_hours):
        return None
    return account_of_session(session(), uid, version)


def account() -> Any:
    """The account that is signed in; a refusal that leads to the sign-in page when nobody is."""
    found = signed_in()
    if found is None:
        raise SignInNeeded("Sign in to go on.")
    return found


def recorder() -> Recorder:
    """A recorder for whoever is signed in, at the present time."""
    return Recorder.of(account(), permissions_of(account().role), settings())


def requires(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only accounts with *permission* into a view."""

    def wrap(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kw: P.kwargs) -> R:
            if not may(account().role, permission):
                raise NotAllowed("Your role does not allow this. Ask an administrator for access.")
            return view(*args, **kw)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return wrap


def speaks_json(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that scripts ask: whatever happens it is told as JSON, never by a page or a redirect."""
    view.speaks_json = True  # type: ignore[attr-defined]
    return view


def asked_by_script() -> bool:
    """Whether the view that is asked speaks to scripts only."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "speaks_json", False))


def client_key() -> str:
    """A fresh key for a form that records: sent twice, it is recorded once."""
    return str(uuid4())


def wants_json() -> bool:
    """Whether the request asks for JSON rather than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.path.startswith("/api/") or best == "application/json" or asked_by_script()


def is_demo() -> bool:
    """Whether the register holds the demonstration university; asked at most once a minute."""
    # The mark is made with the demonstration, in one transaction, and never taken away: a yes stays a yes.
    # A no is asked again, because the demonstration may be loaded beside a running server.
    known = current_app.extensions.setdefault("demo", {"marked": False, "asked": -math.inf})
    if not known["marked"] and time.monotonic() - known["asked"] >= DEMO_ASKED_EVERY:
        marked = session().scalar(select(ProjectionBasis.value).where(ProjectionBasis.name == "demo"))
        known.update(marked=marked is not None, asked=time.monotonic())
    return bool(known["marked"])
