"""Signing in and out, and a person's own account: password and tokens."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as browser_session
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account, Token
from inventory.accounts.service import authenticate, issue_token, revoke_token, set_password, verify_password
from inventory.db import write
from inventory.errors import InventoryError, ValidationRefused
from inventory.web._shell import account, session

blueprint = Blueprint("web_accounts", __name__)


def open_session(found: Account) -> None:
    """Sign *found* in on this browser; nothing of an earlier session is kept."""
    browser_session.clear()
    browser_session.update(uid=found.uid, version=found.session_version, since=datetime.now(UTC).timestamp())


def safe_target(target: str | None) -> str:
    """*target* if it is an address inside this product; else the start page."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")):
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc:
            return target
    return "/"


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Any:
    """The sign-in page."""
    target = safe_target(request.values.get("next"))
    username, problem, status = "", None, 200
    if request.method == "POST":
        username = request.form.get("username", "")[:80]
        password = request.form.get("password", "")
        try:
            found = write(session(), lambda inner: authenticate(inner, username, password, datetime.now(UTC)))
            problem, status = "The user name or the password is wrong.", 401
        except InventoryError as error:
            found, problem, status = None, error.message, error.status
        if found is not None:
            open_session(found)
            return redirect(target)
    return render_template("auth/sign_in.html", target=target, username=username, problem=problem), status


@blueprint.post("/sign-out")
def sign_out() -> Any:
    """End the session of this browser."""
    browser_session.clear()
    return redirect(url_for("web_accounts.sign_in"))


@blueprint.get("/account")
def own() -> Any:
    """The person's own account."""
    return _own()


def _own(status: int = 200, **shown: Any) -> Any:
    tokens = session().scalars(
        select(Token).where(Token.account_id == account().id).order_by(Token.id.desc()).limit(50)
    )
    return render_template("auth/account.html", account=account(), tokens=tokens.all(), **shown), status


@blueprint.post("/account/password")
def change_password() -> Any:
    """A new password; other sessions of the account end."""
    own_id = account().id
    old, new, again = (request.form.get(name, "") for name in ("old", "password", "again"))

    def change(inner: Session) -> Account:
        found = inner.get_one(Account, own_id)
        if not verify_password(found, old):
            raise ValidationRefused("The present password is wrong.", field="old")
        if new != again:
            raise ValidationRefused("The two new passwords differ.", field="again")
        set_password(inner, found, new)
        return found

    try:
        open_session(write(session(), change))
    except ValidationRefused as error:
        return _own(error.status, problems={error.field: error.message})
    flash("The password was changed. Other sessions of this account have ended.", "success")
    return redirect(url_for("web_accounts.own"))


@blueprint.post("/account/tokens")
def add_token() -> Any:
    """A new bearer token, shown once."""
    own_id = account().id
    now = datetime.now(UTC)
    try:
        days = int(request.form.get("days") or 365)
        if not 1 <= days <= 3650:
            raise ValueError
    except ValueError:
        return _own(422, problems={"days": "Give a number of days from 1 to 3650."})
    try:
        secret = write(
            session(),
            lambda inner: issue_token(
                inner, inner.get_one(Account, own_id), request.form.get("label", ""), now, now + timedelta(days=days)
            ),
        )
    except ValidationRefused as error:
        return _own(error.status, problems={error.field: error.message})
    return _own(secret=secret)


@blueprint.post("/account/tokens/<int:number>/revoke")
def end_token(number: int) -> Any:
    """End a token."""
    own_id = account().id
    write(session(), lambda inner: revoke_token(inner, inner.get_one(Account, own_id), number, datetime.now(UTC)))
    flash("The token was revoked.", "success")
    return redirect(url_for("web_accounts.own"))
