"""The set-up of the first account: from the machine itself, or with a printed one-time code."""

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.accounts.service import add_account, any_account, end_setup, setup_code_fits
from inventory.db import write
from inventory.errors import NotFound, ValidationRefused
from inventory.lifecycle.upkeep import remember_basis
from inventory.web._shell import session, settings
from inventory.web.auth import open_session

blueprint = Blueprint("web_setup", __name__)

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


def from_this_machine() -> bool:
    """Whether the request comes from the machine itself, not through a proxy that stands on it."""
    try:
        local = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return local and not any(name in request.headers for name in _FORWARDED)


@blueprint.route("/setup", methods=["GET", "POST"])
def index() -> Any:
    """Make the first account; gone once there is one."""
    if any_account(session()):
        abort(404)
    code_needed = not from_this_machine()
    form = {name: request.form.get(name, "") for name in ("username", "display_name", "code")}
    problems: dict[str, str] = {}
    if request.method == "POST":
        password, again = request.form.get("password", ""), request.form.get("again", "")

        def make(inner: Session) -> Account:
            if any_account(inner):
                raise NotFound("The first account was made already.")
            if code_needed and not setup_code_fits(inner, form["code"]):
                raise ValidationRefused("The code is not the one that was printed last.", field="code")
            if password != again:
                raise ValidationRefused("The two passwords differ.", field="again")
            made = add_account(
                inner, form["username"], form["display_name"], "administrator", password, datetime.now(UTC)
            )
            end_setup(inner)
            remember_basis(inner, settings())
            return made

        try:
            made = write(session(), make)
        except ValidationRefused as error:
            problems[error.field or "username"] = error.message
        else:
            open_session(made)
            flash("The first account is made, and you are signed in.", "success")
            return redirect("/")
    page = render_template("setup/index.html", form=form, problems=problems, code_needed=code_needed)
    return page, 422 if problems else 200
