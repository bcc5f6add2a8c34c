"""`flask token`: bearer tokens for the API."""

from datetime import UTC, datetime, timedelta

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from inventory.accounts.models import Token
from inventory.accounts.service import account_named, issue_token, revoke_token
from inventory.cli._base import sentences
from inventory.db import db, write


@click.group("token")
def command() -> None:
    """Tokens for the API."""


@command.command("issue")
@click.argument("username")
@click.option("--label", required=True, help="What the token is for.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3650), help="Days until it ends.")
@with_appcontext
@sentences
def issue(username: str, label: str, days: int) -> None:
    """Make a token that speaks for USERNAME; it is printed this once."""
    now = datetime.now(UTC)
    click.echo(
        write(
            db.session(),
            lambda session: issue_token(
                session, account_named(session, username), label, now, now + timedelta(days=days)
            ),
        )
    )


@command.command("list")
@click.argument("username")
@with_appcontext
@sentences
def listing(username: str) -> None:
    """List the tokens of USERNAME."""
    account = account_named(db.session(), username)
    for each in db.session().scalars(select(Token).where(Token.account_id == account.id).order_by(Token.id)):
        state = "revoked" if each.revoked_at else f"until {each.expires_at:%Y-%m-%d}" if each.expires_at else ""
        click.echo(f"{each.id:6} {each.label:40} {state}")


@command.command("revoke")
@click.argument("username")
@click.argument("number", type=int)
@with_appcontext
@sentences
def revoke(username: str, number: int) -> None:
    """End the token NUMBER of USERNAME (see `flask token list`)."""
    write(
        db.session(),
        lambda session: revoke_token(session, account_named(session, username), number, datetime.now(UTC)),
    )
    click.echo("Revoked.")
