"""Who the token speaks for, and what that account may do."""

from flask import Flask, Response
from marshmallow import Schema, fields

from inventory.accounts.permissions import PERMISSIONS
from inventory.api._base import answer, caller, endpoints, permissions, register, requires, settings

group = endpoints("me", "Who is calling")


class MeSchema(Schema):
    """The caller, and what a client needs to know of this register."""

    username = fields.String(required=True)
    display_name = fields.String(required=True)
    role = fields.String(required=True)
    permissions = fields.List(fields.String(), required=True)
    institution = fields.String(required=True)
    time_zone = fields.String(required=True, metadata={"description": "Days are cut in this zone."})


@group.get("/me")
@requires("view")
@group.response(200, MeSchema)
def me() -> Response:
    """Tell who is calling"""
    account, known = caller(), settings()
    return answer(
        {
            "username": account.username,
            "display_name": account.display_name,
            "role": account.role,
            "permissions": [name for name in PERMISSIONS if name in permissions()],
            "institution": known.institution,
            "time_zone": known.time_zone,
        }
    )


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
