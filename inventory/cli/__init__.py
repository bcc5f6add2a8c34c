"""The terminal edge: `flask --app wsgi ...`. One module, one command or group, found by discovery."""

from flask import Flask

from inventory.discovery import find


def add_commands(app: Flask) -> None:
    """Register every command: each module's `command`."""
    for command in find("inventory.cli", "command").values():
        app.cli.add_command(command)
