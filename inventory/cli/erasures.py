"""`flask erasures`: brings reports of wipes from files, tells what is in them, and tries them out."""

from pathlib import Path
from typing import Any

import click
import orjson
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from inventory.accounts.models import Account
from inventory.accounts.permissions import may, permissions_of
from inventory.accounts.service import account_named
from inventory.cli._base import sentences
from inventory.cli._progress import Line
from inventory.db import db, transaction, write
from inventory.errors import ValidationRefused
from inventory.lifecycle.requests import Recorder
from inventory.reading.documents import LARGEST, Document
from inventory.sanitisation.judging import VERDICTS
from inventory.sanitisation.readers._base import readers
from inventory.sanitisation.service import Received, receive
from inventory.sanitisation.standings import SANITISE, STANDINGS


@click.command("erasures")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--as", "username", help="Account that brings them; needed where several may.")
@click.option("--format", "format_", type=click.Choice(sorted(readers())), help="Reader; found out where not given.")
@click.option("--dry-run", is_flag=True, help="Tell what would become of them, and record nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on each line instead of words.")
@with_appcontext
@sentences
def command(files: tuple[Path, ...], username: str | None, format_: str | None, dry_run: bool, as_json: bool) -> None:
    """Bring reports of wipes from FILES; a folder stands for the files in it.

    Exit code 1 when a file cannot be read. The same file once more changes nothing.
    """
    paths = [path for each in files for path in (sorted(each.iterdir()) if each.is_dir() else [each]) if path.is_file()]
    who = _recorder(username)
    progress, refused = Line("reports"), 0
    for number, path in enumerate(paths, 1):
        [received] = _bring(_document(path), who, format_, dry_run)
        refused += received.refusal is not None
        progress.show(number, len(paths))
        click.echo(orjson.dumps(received.as_dict() | {"dry_run": dry_run}).decode() if as_json else _words(received))
    progress.end()
    if dry_run and not as_json:
        click.echo("Nothing was recorded: this was a trial.")
    if refused:
        raise click.ClickException(f"{refused} of {len(paths)} files could not be read.")


def _document(path: Path) -> Document:
    # A file that is larger than any report is not read into memory: one byte more than allowed refuses it.
    with path.open("rb") as file:
        return Document(path.name, file.read(LARGEST + 1))


def _bring(document: Document, who: Recorder, format_: str | None, dry_run: bool) -> list[Received]:
    if not dry_run:
        return write(db.session(), lambda session: receive(session, [document], who, format_=format_))
    kept: list[Received] = []
    try:
        with transaction(db.session()) as session:
            kept = receive(session, [document], who, format_=format_)
            raise _Trial
    except _Trial:
        return kept


class _Trial(Exception):
    """Rolls back what was only tried."""


def _recorder(username: str | None) -> Recorder:
    session = db.session()
    account: Any
    if username is not None:
        account = account_named(session, username)
    else:
        every = session.scalars(select(Account).where(Account.active).order_by(Account.id).limit(1_000))
        able = [each for each in every if may(each.role, SANITISE)]
        if len(able) != 1:
            names = ", ".join(each.username for each in able[:10])
            raise ValidationRefused(
                f"Say with --as who brings the reports; these may: {names}."
                if able
                else "Nobody may bring reports yet. Make an account first: flask user add."
            )
        account = able[0]
    found = Recorder.of(account, permissions_of(account.role), current_app.config["SETTINGS"])
    session.rollback()
    return found


def _words(received: Received) -> str:
    if received.refusal is not None:
        return f"{received.name}: refused. {received.refusal.message}"
    head = {"recorded": "read", "already": "on record already"}[received.outcome]
    lines = [f"{received.name}: {head} ({received.format})"]
    for each in received.verdicts:
        where = f" in {each.tag}" if each.tag else ""
        stands = "Its machine stays here" if each.standing == "failed" else STANDINGS[each.standing]
        lines.append(f"  {each.serial or '(no serial)'}{where}: {VERDICTS[each.verdict]}. {stands}.")
        lines += [f"    {reason}" for reason in (*each.reasons, *each.flags)]
    return "\n".join([*lines, *(f"  {note}" for note in received.notes)])
