"""`flask export FILE`: the whole register as one CSV that restores into an empty one."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.cli._base import sentences
from inventory.cli._progress import Line
from inventory.db import db
from inventory.importers.exporting import records
from inventory.importers.own_columns import ALL_COLUMNS, lines
from inventory.lifecycle.models import LifecycleEvent
from inventory.register.models import Asset


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
@sentences
def command(file: Path) -> None:
    """Write the whole register to FILE: machines, ledger, evidence, statements, accounts without passwords.

    `flask import own FILE` restores it into an empty register. The file holds data about people: keep it
    as you keep the database.
    """
    session = db.session()
    see_one_state(session)
    machines = int(session.scalar(select(func.count()).select_from(Asset)) or 0)
    count = int(session.scalar(select(func.count()).select_from(LifecycleEvent)) or 0)
    line = Line("machines")
    fresh = file.with_name(f"{file.name}.new")
    found = records(session, current_app.config["SETTINGS"], datetime.now(UTC), lambda done: line.show(done, machines))
    # Only whoever runs this may read it: it holds names.
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        for stretch in lines(ALL_COLUMNS, found):
            out.write(stretch)
    line.end()
    session.rollback()
    fresh.replace(file)
    click.echo(f"{machines:,} machines with {count:,} ledger lines written to {file}.")


def see_one_state(session: Session) -> None:
    """Let all that is read from now on be of one moment, whoever writes meanwhile."""
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
