"""`flask labels`: sheets of labels to a PDF file, of machines or blank; each is kept as a print run."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl
from uuid import uuid4

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict

from inventory.accounts.permissions import may
from inventory.accounts.service import account_named
from inventory.cli._base import sentences
from inventory.config import Settings
from inventory.db import db, write
from inventory.errors import NotAllowed, ValidationRefused
from inventory.labels import service
from inventory.labels.templates import DEFAULT, TEMPLATES
from inventory.register.models import LabelRun
from inventory.register.queries import AssetFilter, matching_tags

HERE = "http://127.0.0.1:5000"
"""Where the demonstration's labels point, unless --here says otherwise."""

_SHEET = click.option(
    "--sheet", default=DEFAULT, show_default=True, type=click.Choice(list(TEMPLATES), case_sensitive=False),
    help="Kind of label sheet.",
)  # fmt: skip
_SKIP = click.option("--skip", default=0, show_default=True, help="Places of the first sheet that are used up.")
_WHO = click.option("--as", "username", required=True, help="User name of the account that prints.")
_HERE = click.option("--here", default=HERE, show_default=True, help="Address of the demonstration's labels.")
_OUT = click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF file to write."
)


@click.group("labels")
def command() -> None:
    """Print labels to a PDF file."""


@command.command("sheet")
@click.argument("tags", nargs=-1)
@click.option("--filter", "query", default="", help="All that match, as in a list's address: 'kind=laptop'.")
@_SHEET
@_SKIP
@_WHO
@_HERE
@_OUT
@with_appcontext
@sentences
def sheet(
    tags: tuple[str, ...], query: str, sheet: str, skip: int, username: str, here: str, output: Path
) -> None:
    """Labels of the machines TAGS, or of all that match a filter."""

    def make(session: Session, settings: Settings) -> LabelRun:
        if bool(tags) == bool(query):
            raise ValidationRefused("Name tags, or give a --filter; one of the two.", field="tags")
        wanted = list(tags)
        if query:
            asked = AssetFilter.from_args(ImmutableMultiDict(parse_qsl(query)))
            wanted = matching_tags(session, asked, service.MOST_LABELS + 1, settings)
        return service.print_machines(session, _job(session, username, sheet, skip, here), wanted, settings)

    _print(make, output)


@command.command("blank")
@click.argument("count", type=int)
@_SHEET
@_SKIP
@_WHO
@_HERE
@_OUT
@with_appcontext
@sentences
def blank(count: int, sheet: str, skip: int, username: str, here: str, output: Path) -> None:
    """COUNT blank labels with new tags; the first scan of each claims it."""

    def make(session: Session, settings: Settings) -> LabelRun:
        return service.print_blanks(session, _job(session, username, sheet, skip, here), count, settings)

    _print(make, output)


@command.command("again")
@click.argument("run", type=click.IntRange(1, 2**31 - 1))
@_SHEET
@_SKIP
@_WHO
@_HERE
@_OUT
@with_appcontext
@sentences
def again(run: int, sheet: str, skip: int, username: str, here: str, output: Path) -> None:
    """The labels of print run RUN once more."""

    def make(session: Session, settings: Settings) -> LabelRun:
        return service.print_again(session, _job(session, username, sheet, skip, here), run, settings)

    _print(make, output)


def _job(session: Session, username: str, sheet: str, skip: int, here: str) -> service.Job:
    account = account_named(session, username)
    if not account.active or not may(account.role, "label"):
        raise NotAllowed(f"{account.username} may not print labels.")
    return service.Job(str(uuid4()), account.id, sheet, skip, datetime.now(UTC), here)


def _print(make: Callable[[Session, Settings], LabelRun], output: Path) -> None:
    settings = current_app.config["SETTINGS"]
    part = output.with_name(f"{output.name}.part")
    try:
        # Opened first: tags are not issued for a file that cannot be written.
        with part.open("wb") as file:
            run = write(db.session(), lambda session: make(session, settings))
            count = service.write_run(db.session(), run, file, settings)
        part.replace(output)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
    labels = f"{count:,} label{'s' if count != 1 else ''}"
    click.echo(f"Run {run.id}: {labels} in {output}. Print at 100 %.")
