"""What all endpoints share: who calls, what the role allows, how requests are read and answers are written."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Flask, Response, current_app, g, request
from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError
from sqlalchemy.orm import Session
from webargs.core import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from inventory import __version__
from inventory.accounts.permissions import PERMISSIONS, may, permissions_of
from inventory.accounts.service import Bearer, account_of_token
from inventory.api._openapi import describe_fields, describe_responses
from inventory.api._problems import PREFIX as PREFIX
from inventory.api._problems import add_problem_handlers, misrouted
from inventory.config import Settings
from inventory.db import begin_read, db
from inventory.errors import NotAllowed, SignInNeeded, ValidationRefused
from inventory.lifecycle.fields import Words
from inventory.lifecycle.requests import Recorder

KIBI: Final = 1024
SMALL_BODY: Final = 256 * KIBI
"""Bytes that a request may bring unless its group of endpoints says otherwise."""
MOST_ROWS: Final = 200
"""Rows on a page, at most."""

V = TypeVar("V", bound=Callable[..., Any])


class _Api(Api):  # type: ignore[misc]
    """One per application. Refusals are told by each group's own handlers, as problem details."""

    def _register_error_handlers(self) -> None:
        """Nothing: a handler for the whole application would also answer for pages."""

    def _register_responses(self) -> None:
        describe_responses(self.spec)


class _Parser(FlaskParser):
    """Reads strictly: what is not known is refused, and JSON is what its standard says."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - the library's own way
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
        "headers": EXCLUDE,
    }

    def load_json(self, req: Any, schema: Schema) -> Any:
        """The body, or that there is none."""
        body = req.get_data(cache=True)
        if not body:
            return missing
        if req.mimetype != "application/json":
            raise UnsupportedMediaType
        # Unlike the standard library's reader: no NaN, no half of a surrogate pair, no stack to exhaust.
        return orjson.loads(body)


class Endpoints(SmorestBlueprint):  # type: ignore[misc]
    """A group of endpoints: reads arguments strictly, and lets in only who may."""

    ARGUMENTS_PARSER = _Parser()

    # The library's decorators, with their types: a view stays what it is.
    def get(self, rule: str, **options: Any) -> Callable[[V], V]:
        found: Callable[[V], V] = super().get(rule, **options)
        return found

    def post(self, rule: str, **options: Any) -> Callable[[V], V]:
        found: Callable[[V], V] = super().post(rule, **options)
        return found

    def arguments(self, schema: type[Schema], *, location: str = "json", **kw: Any) -> Callable[[V], V]:
        found: Callable[[V], V] = super().arguments(schema, location=location, **kw)
        return found

    def response(self, status: int, schema: type[Schema] | None = None, **kw: Any) -> Callable[[V], V]:
        found: Callable[[V], V] = super().response(status, schema, **kw)
        return found

    def also(self, **document: Any) -> Callable[[V], V]:
        """More of an operation's document than its schemas tell."""
        found: Callable[[V], V] = self.doc(**document)
        return found

    def alt_response(self, status: int, **kw: Any) -> Callable[[V], V]:
        found: Callable[[V], V] = super().alt_response(status, **kw)
        return found


class Strict(Schema):
    """Base of everything that is read: a field that is not known is refused by name."""

    class Meta:
        unknown = RAISE


class Text(Words):
    """Text as long as the document allows, counted as it was sent; white space around it is then left out."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> str:
        if isinstance(value, str) and len(value) > self.longest:
            raise ValidationError(f"has {len(value)} characters; at most {self.longest} are kept")
        return super()._deserialize(value, attr, data, **kw)


class KeyHeader(Schema):
    """Another place for the client's key."""

    class Meta:
        unknown = EXCLUDE

    idempotency_key = Text(
        80, data_key="Idempotency-Key", metadata={"description": "The key, if the body does not bear it."}
    )


def endpoints(name: str, description: str, *, body_limit: int = SMALL_BODY) -> Endpoints:
    """A new group under /api/v1; *body_limit*: bytes that a request to it may bring.

    Made at import, once per module; `register` adds it to an application.
    """
    group = Endpoints(f"api_{name}", __name__, url_prefix=PREFIX, description=description)

    def admit() -> None:
        request.max_content_length = body_limit
        _admit()

    group.before_request(admit)
    add_problem_handlers(group)
    return group


def only_parts(*names: str) -> None:
    """Refuse a form in several parts that brings others than *names*; the library lets them pass."""
    if unknown := sorted({*request.form, *request.files} - set(names)):
        raise ValidationRefused(
            f"There is no field {unknown[0][:60] or '(without a name)'}; send {', '.join(names)}.",
            field=unknown[0][:60],
        )


def requires(permission: str) -> Callable[[V], V]:
    """Mark a view as for accounts with *permission*. Without the mark no view is registered."""

    def mark(view: V) -> V:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def _admit() -> None:
    """Let the bearer of a good token with the needed permission in; a cookie is not looked at."""
    bearer = request.authorization
    token = bearer.token if bearer is not None and bearer.type == "bearer" else None
    if not token:
        raise SignInNeeded("Send a token: Authorization: Bearer reuse_... (`flask token issue` makes one).")
    if request.method == "GET":
        begin_read(session())
    account = account_of_token(session(), token, datetime.now(UTC))
    if account is None:
        raise SignInNeeded("The token is not known, has ended or was revoked.")
    g.caller = account
    needed = str(getattr(current_app.view_functions[str(request.endpoint)], "permission", ""))
    if not may(account.role, needed):
        raise NotAllowed(f"Your role does not allow this; it takes the permission “{needed}”.")
    if request.args and not _takes_a_query(str(request.endpoint)):
        name = next(iter(request.args))[:60]
        raise ValidationRefused(f"{name} is not a parameter of this address; it takes none.", field=name)


def _takes_a_query(endpoint: str) -> bool:
    told = getattr(current_app.view_functions[endpoint], "_apidoc", {}).get("arguments", {}).get("parameters", ())
    return any(each["in"] == "query" for each in told)


def session() -> Session:
    """The request's database session."""
    return db.session()


def settings() -> Settings:
    """The settings of this application."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def caller() -> Bearer:
    """The account that the token speaks for."""
    found: Bearer = g.caller
    return found


def permissions() -> frozenset[str]:
    """What the caller may do."""
    return permissions_of(caller().role)


def recorder() -> Recorder:
    """A recorder for the caller, at the present time."""
    return Recorder.of(caller(), permissions(), settings())


def answer(data: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """*data* (JSON values only) as the answer."""
    return Response(orjson.dumps(data), status, dict(headers or {}), mimetype="application/json")


def key_from(header: Mapping[str, Any], body_key: str | None, *, needed: bool = True) -> str | None:
    """The client's key, of the body or of the header Idempotency-Key; without it nothing can be sent twice."""
    given = header.get("idempotency_key")
    if given and body_key and given != body_key:
        raise ValidationRefused("The key and the header Idempotency-Key name two keys; send one.", field="key")
    key: str | None = body_key or given
    if needed and not key:
        raise ValidationRefused(
            "Send a key of your own, as “key” or in the header Idempotency-Key, so that the request can be "
            "repeated without harm.",
            field="key",
        )
    return key


def links(query: Mapping[str, Any], following: Any = None, previous: Any = None) -> dict[str, str]:
    """The header Link with the addresses of the pages before and after, for the same query."""
    kept = {name: value for name, value in query.items() if name not in ("after", "before")}

    def address(**place: Any) -> str:
        return f"<{request.path}?{urlencode(kept | place, doseq=True)}>"

    told = [f'{address(after=following)}; rel="next"'] if following else []
    told += [f'{address(before=previous)}; rel="prev"'] if previous else []
    return {"Link": ", ".join(told)} if told else {}


def prepare(app: Flask) -> None:
    """Give *app* its OpenAPI document, still empty, and answers for addresses that lead nowhere."""
    app.config.update(
        API_TITLE="ICT re-use inventory",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {"version": f"v1 ({__version__})", "description": _ABOUT},
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "security": [{"bearer": []}],
        },
    )
    api = _Api(app)
    describe_fields(api)
    app.extensions["inventory-api"] = (api, [])
    app.before_request(misrouted)


def register(app: Flask, group: Endpoints) -> None:
    """Add a group of endpoints and its part of the document to *app*; what `add_to` calls."""
    api, groups = app.extensions["inventory-api"]
    api.register_blueprint(group)
    groups.append(group)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{group.name}.") and getattr(view, "permission", None) not in PERMISSIONS:
            raise RuntimeError(f"The endpoint {endpoint} does not say which permission it takes.")


def finish(app: Flask) -> list[Blueprint]:
    """The registered groups."""
    groups: list[Blueprint] = app.extensions["inventory-api"][1]
    return groups


_ABOUT: Final = (
    "Machines, what happened to them and what may happen next. Every request brings a bearer token; every write "
    "brings a key of the client's own, and sending it again with the same content is harmless. Refusals are problem "
    "details (RFC 9457): a sentence for a person, and the field and row that it is about."
)
