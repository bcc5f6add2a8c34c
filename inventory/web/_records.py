"""Lists and records of the settings pages as data: columns and rows, facts and forms; one template each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import uuid4

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import Page, storable, write
from inventory.errors import InventoryError, ValidationRefused
from inventory.register.naming import find_named
from inventory.web._shell import session

Answer = TypeVar("Answer")
_LONGEST = 4_000


@dataclass(frozen=True)
class Control:
    """One control of a form, as `ui.field` shows it. ``lookup``: the table whose names it takes."""

    name: str
    label: str
    value: str = ""
    type: str = "text"
    help: str | None = None
    required: bool = False
    options: Sequence[tuple[str, str]] = ()
    mono: bool = False
    lookup: str = ""
    attrs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """A form of a record's page: what it says, asks, and where it goes. ``key``: it carries a fresh key."""

    name: str
    title: str
    action: str
    button: str
    controls: Sequence[Control] = ()
    text: str = ""
    kind: str = "secondary"
    key: bool = False


@dataclass(frozen=True)
class Refused:
    """The refusal of one form: it is shown above that form's page, beside the control it names."""

    form: str
    error: InventoryError


def typed(name: str) -> str:
    """What a control says, without what no database can hold."""
    text = request.form.get(name, "")[:_LONGEST]
    if not storable(text):
        raise ValidationRefused("This has a character that cannot be stored. Type it again.", field=name)
    return text


def asked(name: str) -> str:
    """A parameter of the address, as plain text."""
    text = " ".join(request.args.get(name, "").split())[:200]
    return text if storable(text) else ""


def key() -> str:
    """A fresh key, of the form of an opaque id."""
    return uuid4().hex


def machines_in_words(count: int) -> str:
    """``1 machine``, ``1,204 machines``."""
    return f"{count:,} machine{'' if count == 1 else 's'}"


def settled(name: str, table: str) -> str | None:
    """The code of the department or place that was typed; None when nothing was."""
    text = typed(name).strip()[:300]
    if not text:
        return None
    found = find_named(session(), table, None, text)
    word = "place" if table == "location" else table
    if not found:
        raise ValidationRefused(f"There is no {word} called “{text[:60]}”.", field=name)
    if len(found) > 1:
        choices = ", ".join(each.choice for each in found[:5])
        raise ValidationRefused(f"More than one {word} answers: {choices}.", field=name)
    return found[0].code


def save(
    form: str,
    work: Callable[[], Callable[[Session], Answer]],
    done: Callable[[Answer], tuple[str, str | None]],
    again: Callable[[Refused], Response],
) -> AnyResponse:
    """Read, write once, lead to the next page with a message; a refusal shows the form again with what was typed.

    *work* reads the form and gives what is to be written; *done* gives the next address and the message.
    """
    try:
        answer = write(session(), work())
    except InventoryError as error:
        session().rollback()
        return again(Refused(form, error))
    address, message = done(answer)
    if message:
        flash(message, "success")
    return redirect(address, 303)


def show_list(
    title: str,
    lead: str,
    page: Page[Any],
    *,
    endpoint: str,
    columns: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    add: Form,
    empty: str,
    noun: str,
    refused: Refused | None = None,
    filters: Sequence[Control] = (),
) -> Response:
    """A list with its search, its pages and the form that adds to it."""
    state = {control.name: control.value for control in filters if control.value}

    def address(**place: str) -> str:
        return f"{url_for(endpoint)}?{urlencode(state | place)}"

    text = render_template(
        "settings/list.html",
        title=title,
        lead=lead,
        columns=columns,
        rows=rows,
        form=add,
        open_form=refused is not None,
        empty=empty,
        noun=noun,
        filters=filters,
        filtered=bool(state),
        here=url_for(endpoint),
        newer_href=address(before=page.previous) if page.previous else None,
        older_href=address(after=page.next) if page.next else None,
        **_told(refused),
    )
    return Response(text, refused.error.status if refused else 200)


def show_record(
    title: str,
    lead: str,
    *,
    up: tuple[str, str],
    facts: Sequence[tuple[str, Any]],
    forms: Sequence[Form],
    refused: Refused | None = None,
    secret: tuple[str, str] | None = None,
) -> Response:
    """A record with what can be changed about it. *up*: (title, address) of its list; *secret*: shown this once."""
    text = render_template(
        "settings/record.html",
        title=title,
        lead=lead,
        up=up,
        facts=facts,
        forms_of=forms,
        secret=secret,
        **_told(refused),
    )
    return Response(text, refused.error.status if refused else 200)


def _told(refused: Refused | None) -> dict[str, Any]:
    if refused is None:
        return {"refusal": None, "errors": {}, "tried": None, "typed": {}, "fresh_key": key}
    beside = {refused.error.field: refused.error.message} if refused.error.field else {}
    hidden = ("password", "again", "csrf_token", "key")
    said = {name: text[:_LONGEST] for name, text in request.form.items() if name not in hidden}
    return {"refusal": refused.error.message, "errors": beside, "tried": refused.form, "typed": said, "fresh_key": key}
