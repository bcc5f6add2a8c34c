"""`flask report NAME`: the figures of a report on the terminal or in a file: table, JSON, CSV, Excel or PDF."""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO

import click
from flask import current_app
from flask.cli import with_appcontext

from inventory.cli._base import sentences
from inventory.config import Settings
from inventory.db import db
from inventory.errors import ValidationRefused
from inventory.reports._base import Report, reports, run
from inventory.reports._files import FORMATS
from inventory.reports._query import GROUPS, read_query
from inventory.reports._render import to_dict, to_table
from inventory.reports._words import About, address_of


@click.command("report")
@click.argument("name", required=False)
@click.option("--from", "start", default="", help="First day of the period, as 2016-08-01.")
@click.option("--to", default="", help="Last day of the period, as 2017-07-31.")
@click.option("--as-at", default="", help="What was recorded by this day or moment; default: everything.")
@click.option(
    "--year", default="", help="A year instead of two days: 2016/17 academic, FY2016/17 financial, CY2016 calendar."
)
@click.option("--department", default="", help="Code of a department; all below it count with it. '-': not known.")
@click.option("--kind", multiple=True, help="Kind of asset; may be given several times.")
@click.option("--partner", default="", help="Name or id of a partner: only what that partner received.")
@click.option("--contractor", default="", help="Name or id of a waste contractor: only what went there.")
@click.option("--factors", multiple=True, help="Key of a set of factors to use whatever newer ones there are.")
@click.option("--group", default="computer", show_default=True, type=click.Choice(list(GROUPS)), help="Which kinds.")
@click.option(
    "--format", "shape", default="table", show_default=True, type=click.Choice(["table", "json", *FORMATS]),
    help="How to write it.",
)  # fmt: skip
@click.option("--output", default=None, type=click.Path(dir_okay=False), help="File to write; '-' or none: the output.")
@with_appcontext
@sentences
def command(
    name: str | None,
    start: str,
    to: str,
    as_at: str,
    year: str,
    department: str,
    kind: tuple[str, ...],
    partner: str,
    contractor: str,
    factors: tuple[str, ...],
    group: str,
    shape: str,
    output: str | None,
) -> None:
    """Print the report NAME; without a name, list the reports."""
    if name is None:
        for each in reports().values():
            click.echo(f"{each.key:<12} {each.title}")
        return
    if shape in FORMATS and FORMATS[shape].binary and output is None and sys.stdout.isatty():
        raise ValidationRefused(
            f"A terminal cannot show a file of the format {shape}; name one with --output FILE, or use a pipe.",
            field="output",
        )
    settings = current_app.config["SETTINGS"]
    asked = {
        "from": start, "to": to, "as_at": as_at, "year": year, "department": department, "kind": list(kind),
        "group": group, "partner": partner, "contractor": contractor, "factors": list(factors),
    }  # fmt: skip
    report = run(name, db.session(), read_query(asked, settings), settings)
    with _open(output) as out:
        out.write(_written(report, shape))


def _written(report: Report, shape: str) -> bytes:
    form = FORMATS.get(shape)
    if form:
        settings: Settings = current_app.config["SETTINGS"]
        address = address_of(settings.public_url.strip(), report)
        return form.write(report, About(settings.institution, settings.zone, address))
    words = json.dumps(to_dict(report), ensure_ascii=False, indent=2) if shape == "json" else to_table(report)
    return f"{words}\n".encode()


def _open(output: str | None) -> AbstractContextManager[IO[bytes]]:
    """The file to write, or the terminal's own output, which stays open."""
    if output is None or output == "-":
        return nullcontext(sys.stdout.buffer)
    try:
        return Path(output).open("wb")
    except OSError as error:
        raise ValidationRefused(f"{output} cannot be written: {error.strerror}.", field="output") from None
