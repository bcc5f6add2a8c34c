"""`flask factors`: the sets of factors there are, and new ones from a file."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from inventory.accounts.permissions import permissions_of
from inventory.accounts.service import account_named
from inventory.cli._base import sentences
from inventory.db import db, write
from inventory.footprint.importing import read_factors
from inventory.footprint.queries import listed_sets
from inventory.footprint.service import record_sets
from inventory.lifecycle.requests import Recorder
from inventory.reading.documents import LARGEST, Document

command = AppGroup("factors", help="Factors for mass and carbon: sets with version, source, licence and date.")


@command.command("list")
@sentences
def list_command() -> None:
    """List the sets; an asterisk stands before those in force."""
    for each in listed_sets(db.session()):
        found = each.set
        sign = "*" if each.in_force else " "
        click.echo(f"{sign} {found.subject:<16} {found.key:<32} {len(found.values):>6,}  {found.words}")


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "username", help="Account that brings them in; not needed for a trial.")
@click.option("--dry-run", is_flag=True, help="Tell what is in the file, and record nothing.")
@sentences
def import_command(file: Path, username: str | None, dry_run: bool) -> None:
    """Bring in the factors of FILE. The same file once more changes nothing."""
    with file.open("rb") as opened:
        document = Document(file.name, opened.read(LARGEST + 1))
    brought = read_factors(document)
    for finding in brought.findings:
        click.echo(finding)
    if dry_run:
        for each in brought.sets:
            click.echo(f"{each['key']}: {each['title']}, {len(each['values']):,} values. {each['notice']}".strip())
        click.echo("Nothing was recorded: this was a trial.")
        return
    if username is None:
        raise click.UsageError("Say with --as who brings them in.")
    account = account_named(db.session(), username)
    who = Recorder.of(account, permissions_of(account.role), current_app.config["SETTINGS"])
    for told in write(db.session(), lambda session: record_sets(session, brought.sets, document.sha256, who)):
        state = "in force from now" if told.outcome == "recorded" else "on record already"
        click.echo(f"{told.key}: {told.title}, {told.values:,} values, {state}.")
