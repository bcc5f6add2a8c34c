"""Whatever is refused or goes wrong, as a page or as JSON: a sentence that a person can act on."""

from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from inventory.db import db
from inventory.errors import InventoryError, SignInNeeded, ValidationRefused
from inventory.i18n import mark
from inventory.web._shell import OPEN_ENDPOINTS, asked_by_script, signed_in, wants_json


def add_refusals(app: Flask) -> None:
    """Answer every refusal and fault."""
    app.register_error_handler(InventoryError, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DataError, _not_held)
    app.register_error_handler(Exception, _unexpected)


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
    if asked_by_script():
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
