"""Machines: lists, the look-up that a scan waits for, and opening a record."""

from typing import Any, Final

from flask import Flask, Response, url_for
from marshmallow import fields, validate

from inventory.api._base import (
    MOST_ROWS,
    KeyHeader,
    Strict,
    Text,
    answer,
    endpoints,
    key_from,
    links,
    permissions,
    recorder,
    register,
    requires,
    session,
    settings,
)
from inventory.api._look_up import look_up_dict, view_of
from inventory.api._recording import OpeningInput, ResultSchema, result_answer
from inventory.api._shapes import AssetSchema, LookUpSchema, asset_dict
from inventory.db import write
from inventory.lifecycle.fields import Choice, Day
from inventory.lifecycle.lookup import look_up
from inventory.lifecycle.requests import EventRequest
from inventory.lifecycle.service import record_event
from inventory.register.filtering import AssetFilter
from inventory.register.kinds import KINDS
from inventory.register.listing import SORTS, list_assets
from inventory.register.queries import resolve_one
from inventory.register.statuses import STATUSES

group = endpoints("assets", "Machines: lists, one machine, and opening a record")
TAG: Final = {
    "name": "tag",
    "in": "path",
    "description": "Tag of the machine; a look-up also takes its serial number or any other identifier.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 300},
}
_SORTS: Final = [*SORTS, *(f"-{name}" for name in SORTS)]


def _says(words: str) -> dict[str, str]:
    return {"description": words}


class ListQuery(Strict):
    """What a list shows: the filters of the page with the same names."""

    q = Text(300, metadata=_says("Words of tag, identifiers, make, model, custodian, place, notes."))
    status = fields.List(Choice(STATUSES), metadata=_says("Repeat it for more than one."))
    kind = fields.List(Choice(KINDS), metadata=_says("Repeat it for more than one."))
    department = Text(64, metadata=_says("Code: the department with all below it. “-”: not known."))
    location = Text(64, metadata=_says("Code. “-”: not known."))
    custodian = Text(64, metadata=_says("Id of the person. “-”: nobody."))
    manufacturer = Text(255, metadata=_says("The whole name."))
    model = Text(255, metadata=_says("The whole name."))
    order_reference = Text(120)
    bought_from = Day(metadata=_says("Bought on this day or later."))
    bought_to = Day(metadata=_says("Bought on this day or earlier."))
    identifier = Text(128, metadata=_says("The whole value of any identifier."))
    waiting_days = fields.Integer(
        validate=validate.Range(0, 36_500),
        metadata=_says("At least so many days in a status in which somebody should act."),
    )
    seen_from = Day(metadata=_says("Last seen on this day or later."))
    seen_before = Day(metadata=_says("Not seen since the beginning of this day."))
    advised = Text(16, metadata=_says("Route that the last inspection advised."))
    older = fields.Boolean(metadata=_says("Withdrawn records too."))
    never_seen = fields.Boolean(metadata=_says("Only machines that nobody has seen yet."))
    sort = Choice(_SORTS, load_default="tag", metadata=_says("“-” in front turns it round."))
    after = Text(1_000, metadata=_says("The “next” of the page before."))
    before = Text(1_000, metadata=_says("The “previous” of the page after."))
    size = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ROWS))


class ListSchema(Strict):
    """A page of machines."""

    assets = fields.List(fields.Nested(AssetSchema), required=True)
    count = fields.Integer(required=True, metadata={"description": "How many match."})
    counted_all = fields.Boolean(required=True, metadata={"description": "False: there are more than count."})
    next = fields.String(required=True, allow_none=True)
    previous = fields.String(required=True, allow_none=True)
    showing_for = fields.String(
        required=True, allow_none=True, metadata={"description": "The words searched instead of misspelt ones."}
    )


@group.get("/assets")
@requires("view")
@group.arguments(ListQuery, location="query")
@group.response(200, ListSchema)
def listing(query: dict[str, Any]) -> Response:
    """List machines

    In the order of their tags unless “sort” says otherwise, a page at a time. Withdrawn records are left out.
    """
    asked: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in query.items()}
    sort, size = asked.pop("sort"), asked.pop("size")
    after, before = asked.pop("after", None), asked.pop("before", None)
    page = list_assets(session(), AssetFilter(**asked), settings(), sort, after, before, size)
    body = {
        "assets": [asset_dict(row) for row in page.rows],
        "count": page.count,
        "counted_all": page.counted_all,
        "next": page.next,
        "previous": page.previous,
        "showing_for": page.showing_for,
    }
    return answer(body, headers=links(query, page.next, page.previous))


@group.post("/assets")
@requires("view")
@group.arguments(OpeningInput)
@group.arguments(KeyHeader, location="headers")
@group.response(201, ResultSchema, headers={"Location": {"schema": {"type": "string"}}})
@group.alt_response(200, schema=ResultSchema, description="It was on record already", success=True)
def opening(body: dict[str, Any], header: dict[str, Any]) -> Response:
    """Open a record

    Records the first event of a machine: ordered, received, registered, or taken_on for older records. Without a
    tag in the details the register gives the next one. The event says which permission it takes.
    """
    key = key_from(header, body.get("key"))
    asked = EventRequest(body["event"], str(key), None, body.get("occurred_at"), body["details"])
    who = recorder()
    result = write(session(), lambda db: record_event(db, asked, who))
    return result_answer(result, {"Location": url_for("api_assets.one", tag=result.tag)})


@group.get("/assets/<path:tag>", parameters=[TAG])
@requires("view")
@group.response(200, LookUpSchema)
def one(tag: str) -> Response:
    """Look a machine up

    By its tag or any other identifier: where it stands, what may be recorded now by the caller, its drives and its
    last ten lines.
    """
    found = resolve_one(session(), tag, settings())
    zone = settings().zone
    view = view_of(look_up(session(), found.asset_id or 0), found.came_by, permissions(), zone)
    return answer(look_up_dict(view, zone), headers={"Content-Location": _address(view.asset.tag)})


def _address(tag: str) -> str:
    return url_for("api_assets.one", tag=tag)


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
