"""`flask serve`: migrate, fill an empty database with the demonstration, and hand over to the web server."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from inventory.accounts.models import Account
from inventory.cli import _server
from inventory.cli._https import address_of, authority_of, tell
from inventory.cli._network import this_host
from inventory.config import ca_folder
from inventory.db import db
from inventory.discovery import find
from inventory.register.models import Asset

if TYPE_CHECKING:
    from inventory.local_ca import Prepared


@click.command("serve")
@click.option(
    "--https", is_flag=True, help="HTTPS in the local network, by a certificate authority of this server's own."
)
@click.option("--port", type=click.IntRange(1, 65535), help="TCP port.  [default: 5000; with --https 5443]")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1; with --https 0.0.0.0]")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--demo/--no-demo", default=True, show_default=True, help="Fill an empty database with a demonstration.")
@with_appcontext
def command(https: bool, port: int | None, host: str | None, workers: int, demo: bool) -> None:
    """Serve the register with a production web server."""
    # Loaded here: the server that takes this process's place has no use for it.
    from flask_migrate import upgrade

    port = port or (5443 if https else 5000)
    host = host or ("0.0.0.0" if https else "127.0.0.1")  # noqa: S104 - phones are to reach it
    upgrade()
    if demo and _is_empty():
        click.echo("The database is empty: loading the demonstration university (about a minute) ...")
        click.get_current_context().invoke(find("inventory.cli", "command")["demo"])
    secure = _secure(host, port) if https else None
    address = secure[0] if secure else f"http://{authority_of(host)}:{port}"
    click.echo(f"\n  {_institution()}: {address}\n")
    for lines in find("inventory.cli", "sign_ins").values():
        for line in lines(db.session()):
            click.echo(f"  {line}")
    if secure:
        click.echo()
        tell(address, secure[1])
    click.echo("\n  Stop with Ctrl+C.\n")
    db.session.remove()
    db.engine.dispose()
    sys.stdout.flush()
    bound = {"bind": f"{authority_of(host)}:{port}", "workers": workers, "timeout": 300}
    _server.serve(_this_app(), bound | _kind(secure[1] if secure else None))


def _secure(host: str, port: int) -> tuple[str, "Prepared"]:
    """Address and files; the application knows from here on how it is served."""
    from inventory.local_ca import prepare

    here = this_host()
    prepared = prepare(ca_folder(Path(current_app.instance_path)), _institution(), here, datetime.now(UTC))
    told = replace(current_app.config["SETTINGS"], secure_cookies=True, local_https=True)
    current_app.config.update(SETTINGS=told, SESSION_COOKIE_SECURE=True)
    return address_of(host, port, here), prepared


def _kind(prepared: "Prepared | None") -> dict[str, Any]:
    """What of the web server's settings depends on how it is reached."""
    if prepared is None:
        return {"worker_class": "sync", "loglevel": "warning"}
    # A device that does not trust the authority yet is a warning with each connection: the code would scroll away.
    # Browsers open connections ahead of need: each would hold a process of the plain kind until it ended.
    return {
        "worker_class": "gthread", "threads": 8, "keepalive": 30, "loglevel": "error",
        "certfile": str(prepared.certificate_file), "keyfile": str(prepared.key_file),
    }  # fmt: skip


def _this_app() -> Flask:
    app: Flask = cast(Any, current_app)._get_current_object()
    return app


def _institution() -> str:
    return str(current_app.config["SETTINGS"].institution)


def _is_empty() -> bool:
    session = db.session()
    empty = not session.scalar(select(func.count()).select_from(Account)) and not session.scalar(
        select(Asset.id).limit(1)
    )
    session.rollback()
    return empty
