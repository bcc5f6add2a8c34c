"""What all pages share: who is signed in, permissions, content policy, navigation, refusals as pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from inventory.accounts.permissions import may, permissions_of
from inventory.config import Settings
from inventory.db import db
from inventory.errors import NotAllowed, SignInNeeded
from inventory.lifecycle.requests import Recorder

P = ParamSpec("P")
R = TypeVar("R")


def session() -> Session:
    """The request's database session."""
    return db.session()


def settings() -> Settings:
    """The settings of this application."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def account() -> Any:
    """The account that is signed in; a refusal that leads to the sign-in page when nobody is."""
    if g.get("account") is None:
        raise SignInNeeded("Sign in to go on.")
    return g.account


def recorder() -> Recorder:
    """A recorder for whoever is signed in, at the present time."""
    return Recorder.of(account(), permissions_of(account().role), settings())


def requires(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only accounts with *permission* into a view."""

    def wrap(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kw: P.kwargs) -> R:
            if not may(account().role, permission):
                raise NotAllowed("Your role does not allow this. Ask an administrator for access.")
            return view(*args, **kw)

        return guarded

    return wrap


def add_shell(app: Flask) -> None:
    """Register what every page needs."""
