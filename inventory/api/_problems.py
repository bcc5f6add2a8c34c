"""Refusals as problem details (RFC 9457), for every way in which a request can fail."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from inventory.db import db
from inventory.errors import InventoryError, SignInNeeded
from inventory.lifecycle.checking import WORDS

PREFIX: Final = "/api/v1"
MEDIA_TYPE: Final = "application/problem+json"
MOST_ERRORS: Final = 50
"""Wrong fields told in one answer."""
_HTTP: Final = {
    400: ("The request cannot be read", "Part of what was sent is missing or damaged."),
    404: ("There is no such address", "The address leads nowhere; see /api/v1/docs for those that do."),
    405: ("That cannot be done here", "The address does not take this method."),
    413: ("The request is too large", "More was sent than this address takes at once; send it in parts."),
    415: ("That kind of content is not taken here", "Send JSON, with Content-Type: application/json."),
}
_WORDS: Final = WORDS | {
    "Unknown field.": "is not a field of this request",
    "Not a valid mapping type.": "is not a JSON object",
}
_PLACES: Final = {"json": "body", "query": "query", "headers": "header", "files": "file", "form": "form"}


def kind_of(error: type[InventoryError]) -> str:
    """The name of a kind of refusal as programs read it: `KeyConflict` is ``key-conflict``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__).lower()


def problem(kind: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """An answer that tells a refusal; *body* has title, detail and status."""
    content = {"type": f"{PREFIX}/docs#problem-{kind}", **body}
    # The standard library writes what is not proper Unicode as escapes; a refusal may quote what was sent.
    return Response(json.dumps(content), body["status"], dict(headers or {}), mimetype=MEDIA_TYPE)


def add_problem_handlers(group: Blueprint) -> None:
    """Let *group* tell its refusals as problem details. Called at import: an application adds it later."""
    group.register_error_handler(InventoryError, _refused)
    group.register_error_handler(orjson.JSONDecodeError, _unreadable)
    group.register_error_handler(HTTPException, _http)
    group.register_error_handler(Exception, _unexpected)


def misrouted() -> Response | None:
    """The answer for an address under the prefix that leads nowhere or does not take the method."""
    error = request.routing_exception
    if error is None or isinstance(error, RequestRedirect):
        return None
    return _http(error) if f"{request.path}/".startswith(f"{PREFIX}/") else None


def _refused(error: InventoryError) -> Response:
    db.session.rollback()
    headers = {"WWW-Authenticate": 'Bearer realm="api"'} if isinstance(error, SignInNeeded) else {}
    return problem(kind_of(type(error)), error.as_dict(), headers)


def _unreadable(error: orjson.JSONDecodeError) -> Response:
    title = "The request cannot be read"
    words = f"The body is not JSON (line {error.lineno}, column {error.colno})."
    return problem("unreadable", {"title": title, "status": 400, "detail": words})


def _http(error: HTTPException) -> Response:
    db.session.rollback()
    status = error.code or 500
    if status == 422:
        return _invalid(getattr(error, "data", {}).get("messages", {}))
    title, words = _HTTP.get(status, ("The request was refused", error.description or "The request was refused."))
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
    return problem(f"http-{status}", {"title": title, "status": status, "detail": words}, headers)


def _invalid(messages: Mapping[str, Any]) -> Response:
    """What the schema of the request found wrong, field by field."""
    errors = [
        _told(_PLACES.get(place, place), path, text)
        for place, found in messages.items()
        for path, text in _flat(found, [])
    ]
    first = errors[0]
    more = f" {len(errors) - 1} more are listed in “errors”." if len(errors) > 1 else ""
    body = {"title": "The input is not valid", "status": 422, "detail": first["detail"] + more}
    body |= {name: first[name] for name in ("field", "row") if name in first}
    return problem("validation-refused", body | {"errors": errors[:MOST_ERRORS]})


def _flat(messages: Any, path: list[Any]) -> Iterator[tuple[list[Any], str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flat(inner, path if key == "_schema" else [*path, key])
    else:
        yield path, str(messages[0] if isinstance(messages, list) and messages else messages)


def _told(place: str, path: list[Any], text: str) -> dict[str, Any]:
    words = _WORDS.get(text) or text[:1].lower() + text[1:].rstrip(".")
    found: dict[str, Any] = {"in": place}
    if place == "body" and len(path) > 1 and isinstance(path[1], int):
        # A row of a batch: told as people count, from one.
        found["row"] = path[1] + 1
        path = path[2:] or path[:1]
    name = ".".join(str(part) for part in path)[:120]
    where = f"Row {found['row']}: " if "row" in found else ""
    if not name:
        return found | {"detail": f"The {place} {'is not a JSON object' if text == 'Invalid input type.' else words}."}
    return found | {"field": name, "detail": f"{where}{name} {words}."}


def _unexpected(error: Exception) -> Response:
    db.session.rollback()
    current_app.logger.exception("a request to the API failed")
    words = "The fault is ours and was written to the log. Nothing was recorded."
    return problem("fault", {"title": "Something went wrong here", "status": 500, "detail": words})
