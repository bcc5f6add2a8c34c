"""The HTML edge. One module, one blueprint, found by discovery; `_shell` has what all pages share."""

from flask import Flask

from inventory.discovery import find
from inventory.web._frame import add_shell


def add_web(app: Flask) -> None:
    """Register the shell and every blueprint: each module's `blueprint`."""
    add_shell(app)
    for blueprint in find("inventory.web", "blueprint").values():
        app.register_blueprint(blueprint)
