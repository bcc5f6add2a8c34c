"""Programs that call the API: one per role, each with a token, each request with a view of its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from inventory.accounts.models import Account
from inventory.accounts.service import issue_token
from inventory.db import transaction
from tests.conftest import NOW, World

PREFIX = "/api/v1"


class Caller:
    """A program with a token. Paths are those behind the prefix."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.app, self.token = app, token
        self.client = app.test_client(use_cookies=False)

    def send(self, method: str, path: str, **kw: Any) -> TestResponse:
        from inventory.db import db

        # The fixture's application context outlives the requests, and with it the session of the last one.
        db.session.remove()
        headers = dict(kw.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return self.client.open(PREFIX + path, method=method, headers=headers, **kw)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.send("GET", path, query_string={name.rstrip("_"): value for name, value in query.items()})

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("POST", path, json=body, headers=named)


def told(answer: TestResponse) -> dict[str, Any]:
    """The answer's JSON; a refusal is a problem document."""
    found: dict[str, Any] = answer.get_json()
    if answer.status_code >= 400:
        assert answer.mimetype == "application/problem+json"
        assert found["status"] == answer.status_code
        assert found["title"] and found["detail"] and found["type"].startswith("/api/v1/docs#problem-")
    else:
        assert answer.mimetype == "application/json"
    return found


@pytest.fixture
def token_of(app: Flask, world: World) -> Callable[..., str]:
    """Makes a token for an account of a role."""

    def make(role: str = "administrator", ends: timedelta | None = timedelta(days=1)) -> str:
        world.session.commit()
        with transaction(world.session) as session:
            account = session.query(Account).filter_by(role=role).first()
            if account is None:
                account = Account(
                    uid=f"{role:0<32}"[:32], username=role, display_name=role.title(), role=role, created_at=NOW
                )
                session.add(account)
                session.flush()
            now = datetime.now(UTC)
            return issue_token(session, account, "test", now, now + ends if ends is not None else None)

    return make


@pytest.fixture
def api(app: Flask, token_of: Callable[..., str]) -> Callable[[str], Caller]:
    """Makes a caller of a role."""
    return lambda role="administrator": Caller(app, token_of(role))


@pytest.fixture
def admin(api: Callable[[str], Caller]) -> Caller:
    return api("administrator")


@pytest.fixture
def lines_on_record(world: World) -> Callable[[], int]:
    """Counts the lines of the ledger."""

    def count() -> int:
        from inventory.lifecycle.models import LifecycleEvent

        world.session.commit()
        found = world.session.query(LifecycleEvent).count()
        world.session.commit()
        return found

    return count
