"""`flask lifecycle`: the table of statuses and events as Markdown."""

import click

from inventory.lifecycle.describe import markdown


@click.command("lifecycle")
def command() -> None:
    """Print every status and event, as generated from the one table, in Markdown."""
    click.echo(markdown(), nl=False)
