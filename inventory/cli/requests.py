"""`flask requests`: who waits for which machines, and how far each request is served."""

import click
from flask.cli import with_appcontext

from inventory.cli._base import sentences
from inventory.db import db
from inventory.reuse import queries, service
from inventory.reuse.rules import OPEN, STATES, kinds_in_words
from inventory.reuse.schemas import WANTABLE

_PAGE = 200


@click.command("requests")
@click.argument("name", required=False)
@click.option("--state", default=OPEN, show_default=True, type=click.Choice([*STATES, "all"]), help="Which of them.")
@click.option("--kind", type=click.Choice(list(WANTABLE)), help="Those that take this kind of machine.")
@with_appcontext
@sentences
def command(name: str | None, state: str, kind: str | None) -> None:
    """List requests, those asked first first; with the NAME of one, its machines."""
    session = db.session()
    if name is not None:
        _machines(name)
        return
    after: str | None = None
    while True:
        page = queries.list_requests(
            session, _PAGE, state="" if state == "all" else state, kind=kind or "", after=after
        )
        for row in page.rows:
            click.echo(_line(row))
        if page.next is None:
            return
        after = page.next


def _line(row: queries.Row) -> str:
    found, progress = row.request, row.progress
    served = f"{progress.handed_over} handed over, {progress.promised} promised"
    if found.state == OPEN:
        served += f", {progress.waiting} waited for"
    by = f", needed by {found.needed_by}" if found.needed_by else ""
    what = f"{found.number} {kinds_in_words(found.kinds, found.number)}"
    return f"{found.uid}  {STATES[found.state].lower():<9}  {what} for {row.asker}{by}: {served}"


def _machines(name: str) -> None:
    session = db.session()
    found = service.find_request(session, name)
    click.echo(_line(queries.row_of(session, found)))
    after: int | None = 0
    while after is not None:
        rows, after = queries.machines_of(session, found, _PAGE, after)
        for each in rows:
            model = " ".join(word for word in (each.asset.manufacturer, each.asset.model) if word)
            click.echo(f"  {each.asset.tag:<12} {each.how:<12} {each.at:%Y-%m-%d}  {model}")
