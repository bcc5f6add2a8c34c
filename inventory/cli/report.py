"""`flask report NAME`: the figures of a report on the terminal, as a table, CSV or JSON."""

import json

import click
from flask import current_app
from flask.cli import with_appcontext

from inventory.cli._base import sentences
from inventory.db import db
from inventory.reports._base import reports, run
from inventory.reports._query import GROUPS, read_query
from inventory.reports._render import to_csv, to_dict, to_table


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
    "--format", "shape", default="table", show_default=True, type=click.Choice(["table", "csv", "json"]),
    help="How to write it.",
)  # fmt: skip
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
) -> None:
    """Print the report NAME; without a name, list the reports."""
    if name is None:
        for each in reports().values():
            click.echo(f"{each.key:<12} {each.title}")
        return
    settings = current_app.config["SETTINGS"]
    asked = {
        "from": start, "to": to, "as_at": as_at, "year": year, "department": department, "kind": list(kind),
        "group": group, "partner": partner, "contractor": contractor, "factors": list(factors),
    }  # fmt: skip
    report = run(name, db.session(), read_query(asked, settings), settings)
    if shape == "json":
        click.echo(json.dumps(to_dict(report), ensure_ascii=False, indent=2))
    else:
        click.echo(to_csv(report) if shape == "csv" else to_table(report), nl=shape == "table")
