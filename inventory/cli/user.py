"""`flask user`: make, list and close accounts; print the code for the first start."""

import sys
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from inventory.accounts.models import Account
from inventory.accounts.permissions import ROLES
from inventory.accounts.service import account_named, add_account, close_account, make_setup_code, set_password
from inventory.cli._base import sentences
from inventory.db import db, write


@click.group("user")
def command() -> None:
    """Accounts."""


@command.command("add")
@click.argument("username")
@click.option("--role", required=True, type=click.Choice(list(ROLES)), help="What the person may do.")
@click.option("--name", required=True, help="Name shown on pages and in histories.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
@sentences
def add(username: str, role: str, name: str, password_stdin: bool) -> None:
    """Make an account; the password is asked for, never an argument."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    made = write(db.session(), lambda session: add_account(session, username, name, role, password, datetime.now(UTC)))
    click.echo(f"{made.username} can sign in as {ROLES[role].lower()}.")


@command.command("password")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
@sentences
def password(username: str, password_stdin: bool) -> None:
    """Give an account a new password, a restored one too; its open sessions end."""
    if password_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
    else:
        secret = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    write(db.session(), lambda session: set_password(session, account_named(session, username), secret))
    click.echo(f"{username} has a new password.")


@command.command("list")
@with_appcontext
def listing() -> None:
    """List accounts."""
    for each in db.session().scalars(select(Account).order_by(Account.username)).yield_per(500):
        click.echo(f"{each.username:24} {each.role:24} {'' if each.active else 'closed':8} {each.display_name}")


@command.command("close")
@click.argument("username")
@with_appcontext
@sentences
def close(username: str) -> None:
    """Close an account: it cannot sign in any more, its history stays."""
    write(db.session(), lambda session: close_account(session, account_named(session, username), datetime.now(UTC)))
    click.echo(f"{username} is closed.")


@command.command("setup-code")
@with_appcontext
@sentences
def setup_code() -> None:
    """Print a one-time code with which the first account may be made from another machine."""
    click.echo(write(db.session(), lambda session: make_setup_code(session, datetime.now(UTC))))
