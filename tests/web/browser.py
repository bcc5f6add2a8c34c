"""A person at a browser, without the browser: Flask's client, signed in, and small ways to read a page."""

import re
import time
from html import unescape
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inventory.accounts.models import Account
from inventory.db import db, transaction
from tests.conftest import NOW, World


class Person(FlaskClient):
    """A client whose every request asks anew who is signed in, as on a server.

    The fixture's application context outlives the requests, and with it what one request remembers.
    """

    def open(self, *args: Any, **kw: Any) -> TestResponse:
        g.pop("account", None)
        # Nor does a request see the database as an earlier one saw it.
        db.session.rollback()
        # A browser reads to the end, also what is written line by line.
        kw.setdefault("buffered", True)
        return super().open(*args, **kw)


def sign_in(app: Flask, world: World, role: str = "administrator") -> FlaskClient:
    """A client signed in as an account of *role*; forms are sent without the token that pages carry."""
    app.config["WTF_CSRF_ENABLED"] = False
    uid = world.account.uid
    if role != "administrator":
        uid = f"{role:0<32}"[:32]
        if world.session.query(Account).filter_by(uid=uid).one_or_none() is None:
            world.session.commit()
            with transaction(world.session) as session:
                session.add(Account(uid=uid, username=role, display_name=role.title(), role=role, created_at=NOW))
    app.test_client_class = Person
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(uid=uid, version=1, since=time.time())
    world.session.commit()
    return client


def words(answer: TestResponse) -> str:
    """The text of the page's content, one space between words."""
    page = answer.get_data(as_text=True)
    content = page[page.index("<main") :] if "<main" in page else page
    content = re.sub(r"<(script|style|template)\b.*?</\1>", " ", content, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def value_of(answer: TestResponse, name: str) -> str | None:
    """What stands in the control *name* of a page."""
    page = answer.get_data(as_text=True)
    for found in re.findall(r"<input\b[^>]*>", page):
        if f'name="{name}"' in found and (match := re.search(r'value="([^"]*)"', found)):
            return unescape(match[1])
    match = re.search(rf'<textarea\b[^>]*name="{re.escape(name)}"[^>]*>(.*?)</textarea>', page, re.S)
    return unescape(match[1]) if match else None


def kinds_of(world: World, tag: str) -> list[str]:
    """The kinds of the ledger's lines of *tag*, in the order in which they were recorded."""
    from inventory.lifecycle.models import LifecycleEvent
    from inventory.register.models import Asset

    world.session.commit()
    rows = (
        world.session.query(LifecycleEvent.kind)
        .join(Asset, Asset.id == LifecycleEvent.asset_id)
        .filter(Asset.tag == tag)
        .order_by(LifecycleEvent.sequence)
    )
    return [kind for (kind,) in rows]


def details_of(world: World, tag: str, number: int = -1) -> dict[str, Any]:
    """The details of one line of *tag*, by default the last."""
    from inventory.lifecycle.models import LifecycleEvent
    from inventory.register.models import Asset

    world.session.commit()
    rows = (
        world.session.query(LifecycleEvent.details)
        .join(Asset, Asset.id == LifecycleEvent.asset_id)
        .filter(Asset.tag == tag)
        .order_by(LifecycleEvent.sequence)
        .all()
    )
    return dict(rows[number][0])


def status_of(world: World, tag: str) -> str:
    """Where *tag* stands."""
    from inventory.register.models import Asset

    world.session.commit()
    return str(world.session.query(Asset.status).filter(Asset.tag == tag).scalar())
