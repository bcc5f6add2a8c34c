"""The sets of factors that figures of mass and carbon rest on."""

from flask import Flask, Response
from marshmallow import Schema, fields

from inventory.api._base import answer, endpoints, register, requires, session
from inventory.api.reports import FactorSetSchema
from inventory.footprint.queries import listed_sets

group = endpoints("factors", "Factors for mass and carbon")


class ListedSetSchema(FactorSetSchema):
    """A set with its values. ``known_from`` and ``sha256`` (of its file) are null for one that is shipped."""

    subject = fields.String(required=True)
    in_force = fields.Boolean(required=True)
    known_from = fields.String(required=True, allow_none=True)
    sha256 = fields.String(required=True, allow_none=True)
    values = fields.Dict(required=True)


class FactorsSchema(Schema):
    """Every set, by subject, the one in force first."""

    sets = fields.List(fields.Nested(ListedSetSchema), required=True)


@group.get("/factors")
@requires("view")
@group.response(200, FactorsSchema)
def listing() -> Response:
    """List the sets of factors"""
    names = ("key", "subject", "title", "version", "source", "licence", "published", "notice")
    told = [
        {name: getattr(each.set, name) for name in names}
        | {
            "in_force": each.in_force,
            "known_from": each.set.known_from.isoformat() if each.set.known_from else None,
            "sha256": each.sha256,
            "values": dict(each.set.values),
        }
        for each in listed_sets(session())
    ]
    return answer({"sets": told})


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
