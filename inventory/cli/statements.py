"""`flask statements`: derives published statements again, and says which no longer hold."""

import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from inventory.cli._base import sentences
from inventory.db import db
from inventory.publishing.checking import check
from inventory.publishing.queries import every_uid
from inventory.publishing.service import find_statement


@click.group("statements")
def command() -> None:
    """Look after published statements."""


@command.command("verify")
@click.argument("uid", required=False)
@with_appcontext
@sentences
def verify(uid: str | None) -> None:
    """Derive the statement UID again, or every one; exit code 1 when one no longer holds."""
    session, settings = db.session(), current_app.config["SETTINGS"]
    wanted = [uid] if uid else every_uid(session)
    failed = 0
    for each in wanted:
        statement = find_statement(session, each)
        found = check(session, statement, settings)
        failed += not found.holds
        # What was tampered with may have lost its title.
        title = statement.content.get("title", "(no title)")
        click.echo(f"{each} {title}: {'holds' if found.holds else 'does not hold'}.")
        if not found.holds:
            for sentence in found.sentences:
                click.echo(f"  {sentence}")
            for one in found.differs[:20]:
                then, now = (side.value if side else None for side in (one.then, one.now))
                click.echo(f"  {one.figure.label}: published {then}, derived {now}.")
        session.expunge_all()
    click.echo(f"{len(wanted)} statements, {failed} of which do not hold." if wanted else "Nothing is published.")
    if failed:
        sys.exit(1)
