"""`flask demo`: fill an empty database with the demonstration university, and tell how to sign in to it."""

from datetime import UTC, date, datetime

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.accounts.permissions import ROLES
from inventory.cli._base import sentences
from inventory.db import db, write
from inventory.demo.loading import is_demo, load_demo
from inventory.demo.university import PASSWORDS


@click.command("demo")
@with_appcontext
@sentences
def command() -> None:
    """Fill an empty database with a synthetic university: ten years, 45,000 machines. Harmless to repeat."""
    settings = current_app.config["SETTINGS"]
    today = datetime.now(UTC).astimezone(settings.zone).date()
    shown: set[int] = set()

    def tell(day: date) -> None:
        if day.year not in shown:
            shown.add(day.year)
            click.echo(f"  {day.year} ...")

    made = write(db.session(), lambda session: load_demo(session, settings, today, tell))
    if made.fresh:
        words = f"{made.machines:,} machines with {made.lines:,} ledger lines"
        click.echo(f"{words} up to {settings.demo_last_day}, all synthetic.")
    else:
        click.echo(f"The demonstration is here already ({made.machines:,} machines); nothing was changed.")


def sign_ins(session: Session) -> list[str]:
    """Lines that tell how to sign in to the demonstration; none for a register of one's own.

    An account whose password was changed is left out.
    """
    if not is_demo(session):
        return []
    found = {
        account.role: account for account in session.scalars(select(Account).where(Account.uid.startswith("demo-")))
    }
    lines = []
    for role, (username, _, password) in PASSWORDS.items():
        account = found.get(role)
        if account is not None and account.active and account.session_version == 1 and account.username == username:
            lines.append(f"{ROLES[role]:24} {username:8} {password}")
    return ["Synthetic demonstration data. Sign in as", *lines] if lines else []
