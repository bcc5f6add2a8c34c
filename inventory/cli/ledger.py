"""`flask ledger`: verify the hash chains, rebuild or check the projections."""

import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from inventory.db import db, write
from inventory.lifecycle import upkeep
from inventory.publishing.checking import ledger_beneath_newest

SHOWN = 20
"""Findings printed one by one; the rest is counted."""


@click.group("ledger")
def command() -> None:
    """Look after the ledger."""


def _tell(findings: list[upkeep.Finding]) -> None:
    for each in findings[:SHOWN]:
        where = " ".join(part for part in (each.tag, each.key) if part)
        click.echo(f"  {where}: {each.problem}." if where else f"  {each.problem}.")
    if len(findings) > SHOWN:
        click.echo(f"  and {len(findings) - SHOWN} more.")


@command.command("verify")
@with_appcontext
def verify() -> None:
    """Check every hash chain; names the first line of each machine that does not fit."""
    count, findings = upkeep.verify(db.session())
    # A tail that was cut with all its traces shows only against what was noted elsewhere.
    beneath = ledger_beneath_newest(db.session())
    if not findings:
        click.echo(f"{count:,} lines verified; every chain fits.")
    else:
        click.echo(f"{count:,} lines read; {len(findings)} chains do not fit:")
        _tell(findings)
    if beneath is not None:
        click.echo(f"The ledger does not fit the newest statement, {beneath.uid} ({beneath.title}):")
        click.echo(f"  {beneath.sentence}")
    if findings or beneath is not None:
        sys.exit(1)


@command.command("rebuild")
@click.option("--check", is_flag=True, help="Compare only; change nothing.")
@with_appcontext
def rebuild(check: bool) -> None:
    """Make every projection anew from the ledger."""
    settings = current_app.config["SETTINGS"]
    if not check:
        assets = write(db.session(), lambda session: upkeep.rebuild(session, settings))
        click.echo(f"Projections of {assets:,} machines made anew from the ledger.")
        return
    findings = upkeep.check_projections(db.session(), settings)
    if not findings:
        click.echo("Every projection equals a replay of the ledger.")
        return
    click.echo(f"{len(findings)} differences from the ledger:")
    _tell(findings)
    sys.exit(1)
