"""`flask stock-take`: the counts there are, and the report of one as a table, CSV or PDF."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from inventory.cli._base import sentences
from inventory.db import db
from inventory.errors import ValidationRefused
from inventory.stocktaking import queries
from inventory.stocktaking.files import about, csv_lines
from inventory.stocktaking.pdf import write_pdf
from inventory.stocktaking.rules import STATES
from inventory.stocktaking.service import find_take

_LISTED = 50


@click.command("stock-take")
@click.argument("code", required=False)
@click.option(
    "--format", "shape", default="table", show_default=True, type=click.Choice(["table", "csv", "pdf"]),
    help="How to write it.",
)  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write a PDF to.")
@with_appcontext
@sentences
def command(code: str | None, shape: str, output: Path | None) -> None:
    """Print the report of the count CODE; without a code, list the newest counts."""
    session, settings = db.session(), current_app.config["SETTINGS"]
    if code is None:
        for row in queries.list_takes(session, _LISTED).rows:
            numbers = row.numbers
            state = STATES[row.take.state].lower()
            click.echo(f"{row.take.code:<8} {state:<10} {numbers.found:>6,} of {numbers.expected:<7,} {row.take.name}")
        return
    take = find_take(session, code)
    head = about(session, take, datetime.now(UTC), settings)
    if shape == "pdf":
        if output is None:
            raise ValidationRefused("Name the file for the PDF with -o FILE.", field="output")
        try:
            with output.open("wb") as file:
                write_pdf(session, file, head, settings.institution)
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None
        click.echo(f"{output} written.")
    elif shape == "csv":
        for line in csv_lines(session, head):
            click.echo(line, nl=False)
    else:
        width = max(len(label) for label, _ in [*head.facts, *head.figures])
        click.echo(take.name)
        for label, text in head.facts:
            click.echo(f"{label:<{width}}  {text}")
        for label, number in head.figures:
            click.echo(f"{label:<{width}}  {number:,}")
