"""What all pages share: who is signed in, permissions, content policy, navigation, refusals as pages."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote
from uuid import uuid4

from flask import Flask, Response, abort, current_app, g, jsonify, redirect, render_template, request, url_for
from flask import session as browser_session
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy import select
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from inventory.accounts.permissions import ROLES, may, permissions_of
from inventory.accounts.service import account_of_session, any_account
from inventory.config import Settings
from inventory.db import begin_read, db
from inventory.discovery import find
from inventory.errors import InventoryError, NotAllowed, SignInNeeded, ValidationRefused
from inventory.i18n import mark
from inventory.lifecycle.models import ProjectionBasis
from inventory.lifecycle.requests import Recorder
from inventory.web._show import FILTERS

P = ParamSpec("P")
R = TypeVar("R")

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
DECODING_SCRIPT = "js/scan-worker.js"
"""The Worker that compiles the code reader. A Worker takes its policy from its own response, so no page needs this."""
DECODING_POLICY = CONTENT_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
DEMO_NOTICE = "Synthetic demonstration data: only the published totals are real."
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

csrf = CSRFProtect()


class _RowNumber(IntegerConverter):
    """A number in an address that a database can look up; a larger one leads nowhere."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": 2**31 - 1} | options)


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


def _asked_by_script() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "speaks_json", False))


def client_key() -> str:
    """A fresh key for a form that records: sent twice, it is recorded once."""
    return str(uuid4())


def icons_address() -> str:
    """Address of the icons; a page asks it once per icon, so it is built once."""
    kept: dict[str, str] = current_app.extensions.setdefault("icons_address", {})
    root = request.script_root
    if root not in kept:
        kept[root] = url_for("static", filename="icons.svg")
    return kept[root]


def add_shell(app: Flask) -> None:
    """Register what every page needs."""
    csrf.init_app(app)
    app.url_map.converters["int"] = _RowNumber
    app.before_request(_refuse_nameless)
    app.before_request(_refuse_nothing_in_a_path)
    app.before_request(_lead_to_setup)
    app.after_request(_add_headers)
    app.url_defaults(_name_version)
    app.register_error_handler(InventoryError, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DataError, _not_held)
    app.register_error_handler(Exception, _unexpected)
    app.context_processor(_context)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(client_key=client_key, icons_address=icons_address)


# -- requests -------------------------------------------------------------------------------------------


def _refuse_nameless() -> None:
    """A part of a form that has no name comes from no page; views may take each name for a text."""
    if request.mimetype == "multipart/form-data" and (None in request.form or None in request.files):
        raise BadRequest


def _refuse_nothing_in_a_path() -> None:
    # No name holds the character NUL, and PostgreSQL takes it in no question.
    if "\x00" in request.path and not request.path.startswith("/api/"):
        abort(404)


def _lead_to_setup() -> AnyResponse | None:
    """Without an account there is nothing to sign in to: every page leads to the set-up."""
    if request.endpoint in OPEN_ENDPOINTS or request.path.startswith("/api/") or request.endpoint is None:
        return None
    if _asked_by_script():
        return None
    if signed_in() is None and not _has_account():
        return redirect(url_for("web_setup.index"))
    return None


def _has_account() -> bool:
    # Accounts are never deleted, so a yes stays a yes.
    if not current_app.extensions.get("has_account"):
        current_app.extensions["has_account"] = any_account(session())
    return bool(current_app.extensions["has_account"])


def _name_version(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses of static files carry a digest of the file, so that browsers may keep them for ever."""
    if endpoint == "static" and "filename" in values:
        kept: dict[str, str] = current_app.extensions.setdefault("static_versions", {})
        name = values["filename"]
        if name not in kept:
            path = Path(current_app.static_folder or "") / name
            kept[name] = sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "0"
        values["v"] = kept[name]


def _add_headers(response: Response) -> Response:
    if request.endpoint == "static" and (request.view_args or {}).get("filename") == DECODING_SCRIPT:
        response.headers["Content-Security-Policy"] = DECODING_POLICY
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure and not settings().local_https:
        # Not for an authority that devices trust one by one: the order would hold for localhost and every port of it.
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint == "static":
        # A new version of a file has a new address; what scripts import from each other has none and is asked for anew.
        fresh = "public, max-age=31536000, immutable" if request.args.get("v") else "public, no-cache"
        response.headers["Cache-Control"] = fresh
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


# -- refusals -------------------------------------------------------------------------------------------


def wants_json() -> bool:
    """Whether the request asks for JSON rather than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.path.startswith("/api/") or best == "application/json" or _asked_by_script()


def _refused(error: InventoryError) -> Any:
    db.session.rollback()
    if wants_json():
        return jsonify(error.as_dict()), error.status
    if isinstance(error, SignInNeeded) and request.endpoint not in OPEN_ENDPOINTS:
        target = _address_asked() if request.method == "GET" else None
        return redirect(url_for("web_accounts.sign_in", next=target))
    return _page(error.status, error.title, error.message)


def _address_asked() -> str:
    # Quoted as it came: a tag may hold what an address writes with a percent sign.
    query = request.query_string.decode("latin-1")
    return quote(request.path) + (f"?{query}" if query else "")


def _stale_form(error: CSRFError) -> Any:
    words = "The form was open for too long, or cookies are blocked. Go back, load the page again and send it again."
    if _asked_by_script():
        if signed_in() is None:
            return _refused(SignInNeeded("Sign in to go on."))
        # A script tells this from a request that cannot be read: it fetches a new token and sends once more.
        return jsonify({"status": 403, "title": "The form is stale", "detail": words}), 403
    if wants_json():
        return jsonify({"status": 400, "title": "The form is stale", "detail": words}), 400
    return _page(400, "The form is stale", words)


_WORDS = {
    400: ("The request cannot be read", "Part of what was sent is missing or damaged."),
    404: ("There is no such page", "The address leads nowhere."),
    405: ("That cannot be done here", "The page does not take this kind of request."),
    413: ("The file is too large", "More was sent than this server takes at once."),
    415: ("That kind of file is not taken here", "Send another format."),
    429: ("Too many requests", "Wait a little and try again."),
}


def _http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status in (301, 302, 303, 307, 308) or error.response is not None:
        return error
    title, words = _WORDS.get(status, ("The request was refused", error.description or "The request was refused."))
    if wants_json():
        return jsonify({"status": status, "title": title, "detail": words}), status
    return _page(status, title, words)


def _not_held(error: DataError) -> Any:
    """PostgreSQL holds no NUL: where a form let one through to it, the field is named; all else is our fault."""
    sent = ((name, value) for name, values in request.values.lists() for value in values)
    field = next((name for name, value in sent if "\x00" in name + value), None)
    if field is None:
        return _unexpected(error)
    db.session.rollback()
    name = field.replace("\x00", "")[:40]
    words = mark("{name}: the text has a character that cannot be stored. Nothing was changed.")
    return _refused(ValidationRefused(words, field=name, name=name))


def _unexpected(error: Exception) -> Any:
    db.session.rollback()
    current_app.logger.exception("a request failed")
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    title, words = "Something went wrong here", "The fault is ours and was written to the log. Nothing was recorded."
    if wants_json():
        return jsonify({"status": 500, "title": title, "detail": words}), 500
    return _page(500, title, words)


def _page(status: int, title: str, message: str) -> tuple[str, int]:
    return render_template("errors/error.html", status=status, title=title, message=message, hint=None), status


# -- templates ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Shown:
    display_name: str
    role: str
    role_label: str


def _context() -> dict[str, Any]:
    found = signed_in()
    return {
        "institution": settings().institution,
        "current_account": _Shown(found.display_name, found.role, ROLES[found.role]) if found else None,
        "navigation": list(navigation(found.role)) if found else [],
        "demo_notice": DEMO_NOTICE if is_demo() else None,
        "may": (lambda permission: may(found.role, permission)) if found else (lambda permission: False),
    }


def is_demo() -> bool:
    """Whether the register holds the demonstration university; asked at most once a minute."""
    # The mark is made with the demonstration, in one transaction, and never taken away: a yes stays a yes.
    # A no is asked again, because the demonstration may be loaded beside a running server.
    known = current_app.extensions.setdefault("demo", {"marked": False, "asked": -math.inf})
    if not known["marked"] and time.monotonic() - known["asked"] >= DEMO_ASKED_EVERY:
        marked = session().scalar(select(ProjectionBasis.value).where(ProjectionBasis.name == "demo"))
        known.update(marked=marked is not None, asked=time.monotonic())
    return bool(known["marked"])


def navigation(role: str) -> Iterator[dict[str, Any]]:
    """The sections that *role* may enter: label, icon, href, active."""
    entries = [each for listed in find("inventory.web", "NAVIGATION").values() for each in listed]
    for entry in sorted(entries, key=lambda each: each.place):
        if may(role, entry.permission):
            blueprints = (entry.endpoint.partition(".")[0], *entry.also)
            yield {
                "label": entry.label,
                "icon": entry.icon,
                "href": url_for(entry.endpoint),
                "active": request.blueprint in blueprints,
            }
