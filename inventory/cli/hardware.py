"""`flask hardware reread`: reads kept reports again once their reader reads better."""

import click
from flask import current_app
from flask.cli import AppGroup

from inventory.accounts.permissions import permissions_of
from inventory.accounts.service import account_named
from inventory.cli._base import sentences
from inventory.cli._progress import Line
from inventory.db import db, write
from inventory.errors import NotAllowed
from inventory.intake.rereading import Reread, count_outdated, reread
from inventory.lifecycle.requests import Recorder

CHUNK = 200
command = AppGroup("hardware", help="Hardware reports that were kept.")


@command.command("reread")
@click.option("--as", "username", required=True, help="Account that records what is new in them.")
@sentences
def reread_command(username: str) -> None:
    """Read every report again that an older version of its reader read. Running it again changes nothing."""
    session = db.session()
    account = account_named(session, username)
    recorder = Recorder.of(account, permissions_of(account.role), current_app.config["SETTINGS"])
    if "record" not in recorder.permissions:
        raise NotAllowed("This account may not bring in reports; it takes the permission “record”.")
    total, found, line = count_outdated(session), Reread(), Line("reports")
    session.rollback()
    last = 0
    while True:
        part = write(session, lambda _, after=last: reread(session, recorder, CHUNK, after))  # type: ignore[misc]
        if part.last is None:
            break
        last = part.last
        found.read, found.changed = found.read + part.read, found.changed + part.changed
        found.refused += part.refused
        line.show(found.read, total)
    line.end()
    click.echo(f"{found.read:,} reports read again, {found.changed:,} of them say more or other than before.")
    if found.refused:
        click.echo(f"{found.refused:,} could not be read; they stay as they were.")
