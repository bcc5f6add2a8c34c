"""Which machine an identifier stands for."""

from typing import Any

from flask import Flask, Response
from marshmallow import Schema, fields

from inventory.api._base import Strict, Text, answer, endpoints, register, requires, session, settings
from inventory.api._shapes import AssetSchema, asset_dict
from inventory.register.queries import resolve

group = endpoints("resolve", "Any identifier to its machine")


class ResolveQuery(Strict):
    q = Text(
        300,
        required=True,
        metadata={"description": "Tag, serial number, MAC address, old barcode, or the address on a label."},
    )


class ResolveSchema(Schema):
    """What the text stands for."""

    answer = fields.String(
        required=True,
        metadata={
            "enum": ["one", "candidates", "blank", "unknown"],
            "description": "one: “tag” is the machine. candidates: several bear it. blank: a printed label that no "
            "machine bears yet. unknown: nobody bears it; “suggestions” are near.",
        },
    )
    tag = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, allow_none=True)
    came_by = fields.String(
        required=True, allow_none=True, metadata={"description": "Type of the identifier; null: the tag itself."}
    )
    candidates = fields.List(fields.Nested(AssetSchema), required=True)
    suggestions = fields.List(fields.String(), required=True)


@group.get("/resolve")
@requires("view")
@group.arguments(ResolveQuery, location="query")
@group.response(200, ResolveSchema)
def answer_for(query: dict[str, Any]) -> Response:
    """Find the machine that bears an identifier"""
    found = resolve(session(), query["q"], settings())
    kind = "one" if found.tag else "candidates" if found.candidates else "blank" if found.blank else "unknown"
    return answer(
        {
            "answer": kind,
            "tag": found.tag,
            "status": found.status,
            "came_by": found.came_by,
            "candidates": [asset_dict(row) for row in found.candidates],
            "suggestions": found.suggestions,
        }
    )


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
