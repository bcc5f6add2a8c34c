"""Accounts: who may sign in and as what; closing, opening, a new password."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.accounts.models import Account
from inventory.accounts.permissions import PERMISSIONS, ROLES, may
from inventory.accounts.service import (
    add_account,
    close_account,
    list_accounts,
    make_password,
    open_account,
    rename_account,
    set_password,
    set_role,
)
from inventory.db import write
from inventory.errors import NotFound, ValidationRefused
from inventory.web._records import Control, Form, Refused, asked, save, show_list, show_record, typed
from inventory.web._shell import account, requires, session, settings
from inventory.web._show import show_day

blueprint = Blueprint("web_settings_accounts", __name__)

_ROLES = list(ROLES.items())
_COLUMNS = (
    {"key": "username", "label": "User name", "mono": True},
    {"key": "name", "label": "Name"},
    {"key": "role", "label": "Role"},
    {"key": "state", "label": "Sign-in"},
    {"key": "since", "label": "Since"},
)
_HELP = "At least 12 characters; three or four unrelated words are easy to remember."


@blueprint.get("/settings/accounts")
@requires("administer")
def index() -> Response:
    """Everybody who can or could sign in."""
    return _list()


def _list(refused: Refused | None = None) -> Response:
    q = asked("q")
    page = list_accounts(
        session(), settings().page_size, q=q, after=request.args.get("after"), before=request.args.get("before")
    )
    rows = [
        {
            "username": {"text": each.username, "href": url_for("web_settings_accounts.one", number=each.id)},
            "name": each.display_name,
            "role": ROLES.get(each.role, each.role),
            "state": _state(each),
            "since": show_day(each.created_at),
        }
        for each in page.rows
    ]
    form = Form(
        "add",
        "Add an account",
        url_for("web_settings_accounts.add"),
        "Add account",
        [
            Control("display_name", "Name", required=True, attrs={"maxlength": "120"}),
            Control(
                "username", "User name", required=True, help="a to z, 0 to 9, dot, hyphen, underscore and @",
                attrs={"maxlength": "80", "autocapitalize": "none"},
            ),
            Control("role", "Role", "technician", "select", options=_ROLES, required=True),
            Control("password", "First password", type="password", required=True, help=_HELP, attrs=_NEW),
        ],
        kind="primary",
    )  # fmt: skip
    return show_list(
        "Accounts",
        "Who can sign in. An account that is closed keeps its place in every history.",
        page,
        endpoint="web_settings_accounts.index",
        columns=_COLUMNS,
        rows=rows,
        add=form,
        empty="No accounts.",
        noun="accounts",
        refused=refused,
        filters=[Control("q", "Name or user name", q, "search")],
    )


_NEW = {"autocomplete": "new-password", "maxlength": "1024"}


def _state(found: Account) -> str:
    if not found.active:
        return "closed"
    return "yes" if found.password_hash else "no password; tokens only"


@blueprint.post("/settings/accounts")
@requires("administer")
def add() -> AnyResponse:
    """A new account."""

    def work() -> Callable[[Session], Account]:
        told = {name: typed(name) for name in ("username", "display_name", "role", "password")}
        now = datetime.now(UTC)
        return lambda db: add_account(db, told["username"], told["display_name"], told["role"], told["password"], now)

    return save(
        "add",
        work,
        lambda made: (url_for("web_settings_accounts.one", number=made.id), f"{made.username} can sign in."),
        _list,
    )


@blueprint.get("/settings/accounts/<int:number>")
@requires("administer")
def one(number: int) -> Response:
    """One account, and what can be changed about it."""
    return _one(number)


def _found(db: Session, number: int) -> Account:
    found = db.get(Account, number)
    if found is None:
        raise NotFound("There is no such account.")
    return found


def _one(number: int, refused: Refused | None = None, secret: tuple[str, str] | None = None) -> Response:
    found = _found(session(), number)
    change = url_for("web_settings_accounts.change", number=number)
    forms = [
        Form(
            "change",
            "Name and role",
            change,
            "Save",
            [
                Control("display_name", "Name", found.display_name, required=True, attrs={"maxlength": "120"}),
                Control("role", "Role", found.role, "select", options=_ROLES, required=True),
            ],
        ),
        Form(
            "password",
            "Set a password",
            url_for("web_settings_accounts.password", number=number),
            "Set password",
            [Control("password", "New password", type="password", help=f"{_HELP} Empty: one is made.", attrs=_NEW)],
            "Every open session of the account ends. Give the password to the person, who changes it after signing in.",
        ),
        Form(
            "close",
            "Close the account",
            url_for("web_settings_accounts.close", number=number),
            "Close account",
            text="It cannot sign in any more and its tokens end. Its lines in every history stay.",
            kind="danger",
        )
        if found.active
        else Form(
            "open",
            "Open the account again",
            url_for("web_settings_accounts.reopen", number=number),
            "Open account",
            text="It can sign in again with its old password. Tokens stay ended.",
        ),
    ]
    allowed = [words for name, words in PERMISSIONS.items() if may(found.role, name)]
    return show_record(
        found.display_name,
        f"User name {found.username}" + (", your own account" if found.id == account().id else ""),
        up=("Accounts", url_for("web_settings_accounts.index")),
        facts=[
            ("Role", ROLES.get(found.role, found.role)),
            ("Can sign in", _state(found)),
            ("May", "; ".join(allowed) or "nothing"),
        ],
        forms=forms,
        refused=refused,
        secret=secret,
    )


@blueprint.post("/settings/accounts/<int:number>")
@requires("administer")
def change(number: int) -> AnyResponse:
    """Another name or role; the last administrator stays one."""

    def work() -> Callable[[Session], Account]:
        name, role = typed("display_name"), typed("role")

        def act(db: Session) -> Account:
            found = _found(db, number)
            rename_account(db, found, name)
            set_role(db, found, role)
            return found

        return act

    return save(
        "change",
        work,
        lambda found: (_after(found), f"{found.username} is {ROLES[found.role].lower()}."),
        lambda refused: _one(number, refused),
    )


def _after(found: Account) -> str:
    """Who gave away the right to administer is led to a page that they may see."""
    if found.id == account().id and (not found.active or not may(found.role, "administer")):
        return "/"
    return url_for("web_settings_accounts.one", number=found.id)


@blueprint.post("/settings/accounts/<int:number>/password")
@requires("administer")
def password(number: int) -> AnyResponse:
    """A password of the administrator's, or one made here and shown this once."""
    try:
        text = typed("password")
        if text:
            write(session(), lambda db: set_password(db, _found(db, number), text))
            flash("The password is set; every open session of the account has ended.", "success")
            return redirect(url_for("web_settings_accounts.one", number=number), 303)
        made = write(session(), lambda db: make_password(db, _found(db, number)))
    except (ValidationRefused, NotFound) as error:
        session().rollback()
        return _one(number, Refused("password", error))
    return _one(number, secret=("A new password is made; every open session has ended.", made))


@blueprint.post("/settings/accounts/<int:number>/close")
@requires("administer")
def close(number: int) -> AnyResponse:
    """Close the account; never the last administrator's."""
    now = datetime.now(UTC)

    def act(db: Session) -> Account:
        found = _found(db, number)
        if found.active:
            close_account(db, found, now)
        return found

    return save(
        "close",
        lambda: act,
        lambda found: (_after(found), f"{found.username} is closed."),
        lambda refused: _one(number, refused),
    )


@blueprint.post("/settings/accounts/<int:number>/open")
@requires("administer")
def reopen(number: int) -> AnyResponse:
    """Open a closed account again."""

    def act(db: Session) -> Account:
        found = _found(db, number)
        open_account(db, found)
        return found

    return save(
        "open",
        lambda: act,
        lambda found: (_after(found), f"{found.username} is open again."),
        lambda refused: _one(number, refused),
    )
