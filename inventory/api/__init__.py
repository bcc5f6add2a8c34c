"""The JSON edge at /api/v1. One module, one group of endpoints, found by discovery; `_base` has what all share."""

from flask import Blueprint, Flask

from inventory.api._base import finish, prepare
from inventory.discovery import find


def add_api(app: Flask) -> list[Blueprint]:
    """Register every group of endpoints with its part of the OpenAPI document: each module's `add_to`.

    The blueprints come back so that the composition root can exempt them from what guards cookies.
    """
    prepare(app)
    for setup in find("inventory.api", "add_to").values():
        setup(app)
    return finish(app)
