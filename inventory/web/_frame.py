"""What stands around every page: content policy and headers, the way to the set-up, navigation, addresses of files."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from inventory.accounts.permissions import ROLES, may
from inventory.accounts.service import any_account
from inventory.discovery import find
from inventory.web._refusals import add_refusals
from inventory.web._shell import (
    OPEN_ENDPOINTS,
    asked_by_script,
    client_key,
    is_demo,
    session,
    settings,
    signed_in,
)
from inventory.web._show import FILTERS

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

csrf = CSRFProtect()


class _RowNumber(IntegerConverter):
    """A number in an address that a database can look up; a larger one leads nowhere."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": 2**31 - 1} | options)


def add_shell(app: Flask) -> None:
    """Register what every page needs."""
    csrf.init_app(app)
    app.url_map.converters["int"] = _RowNumber
    app.before_request(_refuse_nameless)
    app.before_request(_refuse_nothing_in_a_path)
    app.before_request(_lead_to_setup)
    app.after_request(_add_headers)
    app.url_defaults(_name_version)
    add_refusals(app)
    app.context_processor(_context)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(client_key=client_key, icons_address=icons_address)


def icons_address() -> str:
    """Address of the icons; a page asks it once per icon, so it is built once."""
    kept: dict[str, str] = current_app.extensions.setdefault("icons_address", {})
    root = request.script_root
    if root not in kept:
        kept[root] = url_for("static", filename="icons.svg")
    return kept[root]


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
    if asked_by_script():
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
