"""`flask serve`: migrate, fill an empty database with the demonstration, and hand over to the web server."""

import os
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import func, select

from inventory.accounts.models import Account
from inventory.db import db
from inventory.discovery import find
from inventory.register.models import Asset


@click.command("serve")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535), help="TCP port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--demo/--no-demo", default=True, show_default=True, help="Fill an empty database with a demonstration.")
@with_appcontext
def command(port: int, host: str, workers: int, demo: bool) -> None:
    """Serve the register with a production web server."""
    upgrade()
    if demo and _is_empty():
        click.echo("The database is empty: loading the demonstration university (about a minute) ...")
        click.get_current_context().invoke(find("inventory.cli", "command")["demo"])
    address = f"http://{host}:{port}"
    click.echo(f"\n  {current_app.config['SETTINGS'].institution}: {address}\n")
    for tell in find("inventory.cli", "sign_ins").values():
        for line in tell(db.session()):
            click.echo(f"  {line}")
    click.echo("\n  Stop with Ctrl+C.\n")
    db.session.remove()
    db.engine.dispose()
    sys.stdout.flush()
    gunicorn = Path(sys.executable).with_name("gunicorn")
    os.execv(  # noqa: S606 - the web server takes this process's place, so that signals reach it
        str(gunicorn),
        [str(gunicorn), "--bind", f"{host}:{port}", "--workers", str(workers), "--worker-class", "sync",
         "--timeout", "300", "--log-level", "warning", "wsgi:app"],
    )  # fmt: skip


def _is_empty() -> bool:
    session = db.session()
    empty = not session.scalar(select(func.count()).select_from(Account)) and not session.scalar(
        select(Asset.id).limit(1)
    )
    session.rollback()
    return empty
