"""`flask labels`: labels to a PDF or ZPL file, of machines or blank; each print is kept as a run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any
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
from inventory.labels.calibration import calibration_file
from inventory.labels.geometry import longest_payload
from inventory.labels.label import SHOWABLE, USUAL
from inventory.labels.printers import printer_named
from inventory.labels.sheets import Placing
from inventory.labels.templates import DEFAULT, TEMPLATES, template_named
from inventory.register.models import LabelRun
from inventory.register.queries import AssetFilter, matching_tags

HERE = "http://127.0.0.1:5000"
"""Where the demonstration's labels point, unless --here says otherwise."""


@dataclass(frozen=True)
class _Asked:
    """What every print is asked."""

    template: str
    skip: int
    shows: tuple[str, ...]
    wording: str
    printer: str
    username: str
    here: str
    output: Path


def _print_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every print, handed on as one value named ``asked``."""

    @wraps(command)
    def run(*args: Any, **kw: Any) -> None:
        second_life = kw.pop("second_life", False)
        names = ("template", "skip", "shows", "printer", "username", "here", "output")
        values = {name: kw.pop(name) for name in names}
        wording = "second_life" if second_life else "asset"
        command(*args, asked=_Asked(wording=wording, **values), **kw)

    options = (
        click.option(
            "--sheet", "--template", "template", default=DEFAULT, show_default=True,
            type=click.Choice(list(TEMPLATES), case_sensitive=False), help="Kind of label; see `labels templates`.",
        ),
        click.option("--skip", default=0, show_default=True, help="Places of the first sheet that are used up."),
        click.option(
            "--show", "shows", multiple=True, default=USUAL, show_default=True, type=click.Choice(list(SHOWABLE)),
            help="What stands beside code and tag; may be given several times.",
        ),
        click.option("--printer", default="", help="Name of a kept printer, whose offset the print gets."),
        click.option("--as", "username", required=True, help="User name of the account that prints."),
        click.option("--here", default=HERE, show_default=True, help="Address of the demonstration's labels."),
        click.option(
            "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
            help="The file to write: PDF, or ZPL II for Zebra labels.",
        ),
    )  # fmt: skip
    made: Callable[..., None] = run
    for option in reversed(options):
        made = option(made)
    return made


@click.group("labels")
def command() -> None:
    """Print labels to a file."""


@command.command("templates")
def templates() -> None:
    """The kinds of labels: key, size, printer, longest address they hold, where the measures come from."""
    for each in TEMPLATES.values():
        holds = longest_payload(each.shape, each.dpi)
        what = f"a tag of up to {holds}" if each.shape.carries == "tag" else f"an address of up to {holds}"
        click.echo(f"{each.key:15} {each.name}\n{'':15} {each.family.label}; {what} characters. {each.sure}")


@command.command("sheet")
@click.argument("tags", nargs=-1)
@click.option("--filter", "query", default="", help="All that match, as in a list's address: 'kind=laptop'.")
@click.option("--second-life", is_flag=True, help="For machines that are given on: from whom, wiped when and how.")
@_print_options
@with_appcontext
@sentences
def sheet(tags: tuple[str, ...], query: str, asked: _Asked) -> None:
    """Labels of the machines TAGS, or of all that match a filter."""

    def make(session: Session, settings: Settings) -> LabelRun:
        if bool(tags) == bool(query):
            raise ValidationRefused("Name tags, or give a --filter; one of the two.", field="tags")
        wanted = list(tags)
        if query:
            found = AssetFilter.from_args(ImmutableMultiDict(parse_qsl(query)))
            wanted = matching_tags(session, found, service.MOST_LABELS + 1, settings)
        return service.print_machines(session, _job(session, asked), wanted, settings)

    _print(make, asked.output)


@command.command("blank")
@click.argument("count", type=int)
@_print_options
@with_appcontext
@sentences
def blank(count: int, asked: _Asked) -> None:
    """COUNT blank labels with new tags; the first scan of each claims it."""

    def make(session: Session, settings: Settings) -> LabelRun:
        return service.print_blanks(session, _job(session, asked), count, settings)

    _print(make, asked.output)


@command.command("again")
@click.argument("run", type=click.IntRange(1, 2**31 - 1))
@_print_options
@with_appcontext
@sentences
def again(run: int, asked: _Asked) -> None:
    """The labels of print run RUN once more, marked R2, R3 ...; they show what the run showed."""

    def make(session: Session, settings: Settings) -> LabelRun:
        return service.print_again(session, _job(session, asked), run, settings)

    _print(make, asked.output)


@command.command("calibrate")
@click.argument("template", type=click.Choice(list(TEMPLATES), case_sensitive=False))
@click.option("--printer", default="", help="Name of a kept printer, whose offset the page gets.")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
)
@with_appcontext
@sentences
def calibrate(template: str, printer: str, output: Path) -> None:
    """The test page of TEMPLATE: every label's edge, crosses and rulers."""
    session = db.session()
    number = printer_named(session, printer).id if printer else None
    shift = service.printer_shift(session, number)
    try:
        output.write_bytes(calibration_file(template_named(template), Placing(shift_mm=shift)))
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"Test page of {template} in {output}. Print at 100 %; its rulers must measure 10 cm.")


def _job(session: Session, asked: _Asked) -> service.Job:
    account = account_named(session, asked.username)
    if not account.active or not may(account.role, "label"):
        raise NotAllowed(f"{account.username} may not print labels.")
    printer = printer_named(session, asked.printer).id if asked.printer else None
    return service.Job(
        str(uuid4()), account.id, asked.template, asked.skip, datetime.now(UTC), asked.here, tuple(asked.shows),
        asked.wording, printer,
    )  # fmt: skip


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
    click.echo(f"Run {run.id}: {labels} in {output}. {template_named(run.template).family.how}")
