"""Saved views of the list of machines, and the columns that a person wants to see in it."""

from typing import Final
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, redirect, request, url_for
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.accounts.models import SavedView
from inventory.db import write
from inventory.errors import NotFound, RuleRefused, ValidationRefused
from inventory.web._columns import COLUMNS, Column
from inventory.web._shell import account, requires, session

blueprint = Blueprint("web_views", __name__)

MOST_VIEWS: Final = 50
_PAGE: Final = "machines"
_COLUMNS: Final = ""
"""The name, which no view can have, under which an account's columns are kept."""
_PLACE: Final = ("after", "before", "typed")
_LONGEST: Final = 4_000


def views_of() -> tuple[list[SavedView], list[Column]]:
    """The person's views by name, and the columns they chose (none: the usual ones). One statement."""
    asked = select(SavedView).where(SavedView.account_id == account().id, SavedView.page == _PAGE)
    kept = list(session().scalars(asked.order_by(SavedView.name).limit(MOST_VIEWS + 1)))
    chosen = {text for view in kept if view.name == _COLUMNS for _, text in parse_qsl(view.query)}
    return [view for view in kept if view.name != _COLUMNS], [each for each in COLUMNS if each.key in chosen]


def _name() -> str:
    name = " ".join(request.form.get("name", "").split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise ValidationRefused("Give the view a name of at most 80 characters.", field="name")
    return name


def _query(name: str) -> list[tuple[str, str]]:
    return [pair for pair in parse_qsl(request.form.get(name, "")[:_LONGEST]) if pair[0] not in _PLACE]


def _list(query: str) -> AnyResponse:
    return redirect(url_for("web_listing.index") + (f"?{query}" if query else ""), 303)


@blueprint.post("/machines/views")
@requires("view")
def keep() -> AnyResponse:
    """Keep the list's filters and columns under a name; the same name again replaces it."""
    name, query, owner = _name(), urlencode(_query("query")), account().id

    def work(db: Session) -> None:
        mine = (SavedView.account_id == owner, SavedView.page == _PAGE)
        kept = {view.name: view for view in db.scalars(select(SavedView).where(*mine))}
        if name in kept:
            kept[name].query = query
        elif len(kept.keys() - {_COLUMNS}) >= MOST_VIEWS:
            raise RuleRefused(f"You have {MOST_VIEWS} views. Delete one before you save another.")
        else:
            db.add(SavedView(account_id=owner, page=_PAGE, name=name, query=query))

    write(session(), work)
    return _list(query)


@blueprint.post("/machines/views/<int:number>/rename")
@requires("view")
def rename(number: int) -> AnyResponse:
    """Give one of one's own views another name."""
    name, owner = _name(), account().id

    def work(db: Session) -> str:
        mine = select(SavedView).where(SavedView.account_id == owner, SavedView.page == _PAGE)
        found = db.scalar(mine.where(SavedView.id == number, SavedView.name != _COLUMNS))
        if found is None:
            raise NotFound("You have no such view.")
        if db.scalar(mine.where(SavedView.name == name, SavedView.id != number)) is not None:
            raise RuleRefused(f"You have a view called “{name}” already. Choose another name.", field="name")
        found.name = name
        return found.query

    return _list(write(session(), work))


@blueprint.post("/machines/views/<int:number>/delete")
@requires("view")
def forget(number: int) -> AnyResponse:
    """Delete one of one's own views."""
    mine = (SavedView.account_id == account().id, SavedView.name != _COLUMNS)
    write(session(), lambda db: db.execute(delete(SavedView).where(SavedView.id == number, *mine)))
    return _list("")


@blueprint.post("/machines/columns")
@requires("view")
def columns() -> AnyResponse:
    """Remember which columns the person wants; none, or the usual ones, forgets the choice."""
    asked, owner = set(request.form.getlist("columns")), account().id
    chosen = [each.key for each in COLUMNS if each.key in asked]
    if request.form.get("usual") == "1" or chosen == [each.key for each in COLUMNS if each.usual]:
        chosen = []
    mine = (SavedView.account_id == owner, SavedView.page == _PAGE, SavedView.name == _COLUMNS)

    def work(db: Session) -> None:
        db.execute(delete(SavedView).where(*mine))
        if chosen:
            query = urlencode([("columns", key) for key in chosen])
            db.add(SavedView(account_id=owner, page=_PAGE, name=_COLUMNS, query=query))

    write(session(), work)
    return _list(urlencode([pair for pair in _query("state") if pair[0] != "columns"]))
