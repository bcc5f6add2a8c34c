"""The JSON edge under /api/v1. One module, one blueprint, found by discovery."""

from flask import Flask

from inventory.discovery import find


def add_api(app: Flask) -> None:
    """Register every blueprint of the API with its OpenAPI document."""
    for setup in find("inventory.api", "add_to").values():
        setup(app)
