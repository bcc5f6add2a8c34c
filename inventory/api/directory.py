"""Departments, places and parties: what events refer to by code."""

from dataclasses import asdict
from typing import Any

from flask import Flask, Response
from marshmallow import Schema, fields, validate

from inventory.api._base import (
    MOST_ROWS,
    KeyHeader,
    Strict,
    Text,
    answer,
    endpoints,
    key_from,
    links,
    register,
    requires,
    session,
)
from inventory.api._recording import KEY_PATTERN
from inventory.db import write
from inventory.lifecycle.details import UID
from inventory.lifecycle.fields import Choice
from inventory.register import directory
from inventory.register.service import LONGEST_UID, PARTY_ROLES

group = endpoints("directory", "Departments, places, people and organisations")
CODE = r"^[^\s/\x00-\x1f][^/\x00-\x1f]*$"


class DirectoryQuery(Strict):
    q = Text(120, metadata={"description": "Part of a code or name."})
    after = Text(64, load_default="", metadata={"description": "The “next” of the page before."})
    size = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ROWS))


class PartyQuery(DirectoryQuery):
    role = Choice(PARTY_ROLES)


class DepartmentInput(Strict):
    """A department, under the one whose code is “parent” if that is given."""

    code = Text(64, required=True, pattern=CODE)
    name = Text(255, required=True)
    parent = Text(64, allow_none=True)


class LocationInput(Strict):
    """A place, as far as it is known."""

    code = Text(64, required=True, pattern=CODE)
    site = Text(120, allow_none=True)
    building = Text(120, allow_none=True)
    room = Text(120, allow_none=True)


class PartyInput(Strict):
    """A person or an organisation. Give “uid” to choose the id that events name, else “key” makes one."""

    uid = Text(LONGEST_UID, pattern=UID)
    key = Text(80, pattern=KEY_PATTERN)
    role = Choice(PARTY_ROLES, required=True)
    name = Text(255, required=True)
    contact = Text(2000, allow_none=True)


class DepartmentSchema(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)


class LocationSchema(Schema):
    code = fields.String(required=True)
    site = fields.String(required=True, allow_none=True)
    building = fields.String(required=True, allow_none=True)
    room = fields.String(required=True, allow_none=True)
    label = fields.String(required=True)


class PartySchema(Schema):
    """A person or an organisation. Contact details are kept, not listed."""

    uid = fields.String(required=True)
    role = fields.String(required=True)
    name = fields.String(required=True)
    erased = fields.Boolean(required=True, metadata={"description": "Name and contact were forgotten."})


class DepartmentsSchema(Schema):
    departments = fields.List(fields.Nested(DepartmentSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class LocationsSchema(Schema):
    locations = fields.List(fields.Nested(LocationSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class PartiesSchema(Schema):
    parties = fields.List(fields.Nested(PartySchema), required=True)
    next = fields.String(required=True, allow_none=True)


def _page(name: str, rows: list[Any], query: dict[str, Any], by: str) -> Response:
    size = query["size"]
    following = getattr(rows[size - 1], by) if len(rows) > size else None
    body = {name: [asdict(each) for each in rows[:size]], "next": following}
    return answer(body, headers=links(query, following))


def _made(found: tuple[Any, bool]) -> Response:
    row, fresh = found
    return answer(asdict(row), 201 if fresh else 200)


@group.get("/departments")
@requires("view")
@group.arguments(DirectoryQuery, location="query")
@group.response(200, DepartmentsSchema)
def departments(query: dict[str, Any]) -> Response:
    """List departments"""
    rows = directory.departments(session(), query.get("q", ""), query["after"], query["size"] + 1)
    return _page("departments", rows, query, "code")


@group.post("/departments")
@requires("administer")
@group.arguments(DepartmentInput)
@group.response(201, DepartmentSchema)
@group.alt_response(200, schema=DepartmentSchema, description="It was on record already", success=True)
def add_department(body: dict[str, Any]) -> Response:
    """Add a department

    Its code is its key: sent again with the same content, it is harmless.
    """
    asked = (body["code"], body["name"], body.get("parent"))
    return _made(write(session(), lambda db: directory.ensure_department(db, *asked)))


@group.get("/locations")
@requires("view")
@group.arguments(DirectoryQuery, location="query")
@group.response(200, LocationsSchema)
def locations(query: dict[str, Any]) -> Response:
    """List places"""
    rows = directory.locations(session(), query.get("q", ""), query["after"], query["size"] + 1)
    return _page("locations", rows, query, "code")


@group.post("/locations")
@requires("administer")
@group.arguments(LocationInput)
@group.response(201, LocationSchema)
@group.alt_response(200, schema=LocationSchema, description="It was on record already", success=True)
def add_location(body: dict[str, Any]) -> Response:
    """Add a place

    Its code is its key: sent again with the same content, it is harmless.
    """
    asked = (body["code"], body.get("site"), body.get("building"), body.get("room"))
    return _made(write(session(), lambda db: directory.ensure_location(db, *asked)))


@group.get("/parties")
@requires("view")
@group.arguments(PartyQuery, location="query")
@group.response(200, PartiesSchema)
def parties(query: dict[str, Any]) -> Response:
    """List people and organisations"""
    rows = directory.parties(session(), query.get("q", ""), query.get("role"), query["after"], query["size"] + 1)
    return _page("parties", rows, query, "uid")


@group.post("/parties")
@requires("administer")
@group.arguments(PartyInput)
@group.arguments(KeyHeader, location="headers")
@group.response(201, PartySchema)
@group.alt_response(200, schema=PartySchema, description="It was on record already", success=True)
def add_party(body: dict[str, Any], header: dict[str, Any]) -> Response:
    """Add a person or an organisation

    Sent again with the same uid or key and the same content, it is harmless.
    """
    key = key_from(header, body.get("key"), needed="uid" not in body)
    uid = body.get("uid") or directory.uid_of_key(str(key))
    asked = (uid, body["role"], body["name"], body.get("contact"))
    return _made(write(session(), lambda db: directory.ensure_party(db, *asked)))


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
