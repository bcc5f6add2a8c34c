"""Who gets in: tokens good and bad, roles, cookies, and what every answer carries."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from inventory.accounts.models import Account, Token
from inventory.accounts.permissions import PERMISSIONS, ROLES, may
from inventory.api import _base, assets
from inventory.app import create_app
from inventory.config import Settings
from inventory.db import transaction
from tests.api.conftest import PREFIX, Caller, told
from tests.conftest import World


def endpoints_of(app: Flask) -> list[tuple[str, str, str]]:
    """(method, path with its parts filled in, permission) of every endpoint of the API that asks for a token."""
    found = []
    for rule in app.url_map.iter_rules():
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if rule.rule.startswith(PREFIX) and permission:
            path = rule.rule.replace("<path:tag>", "M-1").replace("<path:key>", "k2").removeprefix(PREFIX)
            found += [(method, path, permission) for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})]
    return found


def test_every_address_under_the_prefix_takes_a_permission_but_the_documentation(app: Flask) -> None:
    open_rules = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api") and not getattr(app.view_functions[rule.endpoint], "permission", None)
    }
    assert open_rules == {f"{PREFIX}/openapi.json", f"{PREFIX}/docs"}
    assert len(endpoints_of(app)) >= 15


def test_a_role_enters_where_the_permission_table_lets_it(
    app: Flask, world: World, api: Callable[[str], Caller], lines_on_record: Callable[[], int]
) -> None:
    world.used_machine("M-1")
    for role in ROLES:
        caller = api(role)
        for method, path, permission in endpoints_of(app):
            answer = caller.send(method, path, json={} if method == "POST" else None)
            allowed = may(role, permission)
            assert (answer.status_code == 403) == (not allowed), (role, method, path, answer.status_code)
            if not allowed:
                assert permission in told(answer)["detail"]
            elif "<" in path:
                assert answer.status_code in (404, 422), (role, path)
            elif method == "POST":
                assert answer.status_code == 422, (role, path)
            else:
                assert answer.status_code in (200, 422), (role, path)
    assert lines_on_record() == 2


def test_a_view_without_a_permission_stops_the_start(app: Flask) -> None:
    group = _base.endpoints("forgotten", "A group whose author forgot the permission")

    @group.get("/forgotten")
    def forgotten() -> dict[str, str]:
        return {}

    with pytest.raises(RuntimeError, match="does not say which permission"):
        _base.register(app, group)


def _refused(caller: Caller, app: Flask) -> None:
    for method, path, _ in endpoints_of(app):
        answer = caller.send(method, path, json={} if method == "POST" else None)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "token" in told(answer)["detail"]


def test_nobody_enters_without_a_good_token(app: Flask, world: World, token_of: Callable[..., str]) -> None:
    good = token_of()
    for token in (None, "", "reuse_" + "x" * 43, good + "x", good.swapcase(), "ü" * 300, "a" * 10_000):
        _refused(Caller(app, token), app)
    assert Caller(app, good).get("/me").status_code == 200
    for scheme in (f"Basic {good}", good, f"Token {good}", "Basic dGVzczp0ZXNz"):
        answer = Caller(app, None).send("GET", "/me", headers={"Authorization": scheme})
        assert answer.status_code == 401


def test_a_token_that_has_ended_lets_nobody_in(app: Flask, world: World, token_of: Callable[..., str]) -> None:
    ended = Caller(app, token_of(ends=timedelta(seconds=-1)))
    _refused(ended, app)
    assert Caller(app, token_of(ends=None)).get("/me").status_code == 200


def test_a_revoked_token_lets_nobody_in(app: Flask, world: World, token_of: Callable[..., str]) -> None:
    caller = Caller(app, token_of())
    assert caller.get("/me").status_code == 200
    with transaction(world.session) as session:
        session.query(Token).update({"revoked_at": datetime.now(UTC)})
    _refused(caller, app)


def test_the_token_of_a_closed_account_lets_nobody_in(app: Flask, world: World, token_of: Callable[..., str]) -> None:
    caller = Caller(app, token_of("technician"))
    assert caller.get("/me").status_code == 200
    with transaction(world.session) as session:
        session.query(Account).filter_by(role="technician").update({"active": False})
    _refused(caller, app)


def test_a_signed_in_browser_alone_has_no_access(app: Flask, world: World, lines_on_record: Callable[[], int]) -> None:
    world.used_machine("M-1")
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(uid=world.account.uid, version=1, since=time.time())
    assert client.get("/t/M-1").status_code == 200, "the cookie is good"
    for method, path, _ in endpoints_of(app):
        answer = client.open(PREFIX + path, method=method, json={} if method == "POST" else None)
        assert answer.status_code == 401, (method, path)
    body = {"event": "sighted", "key": "forged"}
    assert client.post(f"{PREFIX}/assets/M-1/events", json=body).status_code == 401
    assert client.post(f"{PREFIX}/assets/M-1/events", data=body).status_code == 401
    assert lines_on_record() == 2


def test_a_token_needs_no_form_token_and_pages_still_do(
    app: Flask, world: World, admin: Caller, lines_on_record: Callable[[], int]
) -> None:
    world.used_machine("M-1")
    assert app.config.get("WTF_CSRF_ENABLED", True)
    assert admin.post("/assets/M-1/events", {"event": "sighted", "key": "a"}).status_code == 201
    page = admin.client.post("/t/M-1/sighted", data={"key": "b", "when": "now"})
    assert page.status_code == 400 and "stale" in page.get_data(as_text=True)
    assert lines_on_record() == 3


def test_no_answer_sets_a_cookie_and_each_carries_the_security_headers(app: Flask, world: World, admin: Caller) -> None:
    answers = [admin.get("/me"), admin.get("/nowhere"), Caller(app, None).get("/me"), admin.get("/assets", size=0),
               Caller(app, None).get("/docs"), Caller(app, None).get("/openapi.json")]  # fmt: skip
    for answer in answers:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers


def test_the_caller_learns_who_it_is(api: Callable[[str], Caller]) -> None:
    found = told(api("procurement").get("/me"))
    assert found == {
        "username": "procurement",
        "display_name": "Procurement",
        "role": "procurement",
        "permissions": ["view", "record", "count", "procure"],
        "institution": "University of Testing",
        "time_zone": "Europe/London",
    }
    assert told(api("administrator").get("/me"))["permissions"] == list(PERMISSIONS)


def test_an_address_that_leads_nowhere_and_a_wrong_method_are_problems(app: Flask, admin: Caller) -> None:
    assert told(admin.get("/nowhere"))["status"] == 404
    assert told(admin.get(""))["status"] == 404
    answer = admin.send("DELETE", "/assets")
    assert told(answer)["status"] == 405 and answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert admin.client.get("/nowhere").mimetype == "text/html", "pages refuse as pages"
    assert admin.client.get("/api-nowhere").mimetype == "text/html"


def test_a_parameter_that_an_address_does_not_take_is_refused(world: World, admin: Caller) -> None:
    world.used_machine("M-1")
    paths = ("/me", "/event-types", "/assets/M-1", "/assets", "/departments", "/resolve?q=M-1", "/assets/M-1/events")
    for path in paths:
        answer = admin.send("GET", path + ("&" if "?" in path else "?") + "as_at=2020-01-01")
        assert answer.status_code == 422 and told(answer)["field"] == "as_at", path
    answer = admin.send("POST", "/assets/M-1/events?dry_run=1", json={"event": "sighted", "key": "k"})
    assert answer.status_code == 422 and told(answer)["field"] == "dry_run"


BODIES: list[tuple[bytes, str, int]] = [
    (b"{", "application/json", 400),
    (b"\xff", "application/json", 400),
    (b'{"event": "\\ud800"}', "application/json", 400),
    (b'{"event": NaN}', "application/json", 400),
    (b"[" * 100_000, "application/json", 400),
    (b"{}", "text/plain", 415),
    (b"event=sighted", "application/x-www-form-urlencoded", 415),
    (b"<x/>", "application/xml", 415),
    (b"", "application/json", 422),
    (b"null", "application/json", 422),
    (b"5", "application/json", 422),
    (b'{"event": 1e999}', "application/json", 400),
]


def test_a_body_that_is_not_json_is_refused(world: World, admin: Caller, lines_on_record: Callable[[], int]) -> None:
    world.used_machine("M-1")
    for path in ("/assets", "/events", "/assets/M-1/events", "/assets/M-1/events/k2/correction", "/departments"):
        for body, kind, status in BODIES:
            answer = admin.send("POST", path, data=body, content_type=kind)
            assert answer.status_code == status, (path, body[:30], answer.get_json())
            told(answer)
    assert lines_on_record() == 2


def test_a_body_beyond_the_limit_is_refused(admin: Caller) -> None:
    large = b'{"name": "' + b"x" * (300 * 1024) + b'"}'
    answer = admin.send("POST", "/departments", data=large, content_type="application/json")
    assert told(answer)["status"] == 413
    answer = admin.send("POST", "/events", data=large, content_type="application/json")
    assert answer.status_code == 422, "batches may be larger"
    answer = admin.send("POST", "/events", data=b" " * (9 * 1024 * 1024), content_type="application/json")
    assert told(answer)["status"] == 413


def test_a_fault_of_ours_is_told_without_its_inside(app: Flask, admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise ZeroDivisionError("secret inside")

    monkeypatch.setattr(assets, "list_assets", fail)
    answer = admin.get("/assets")
    assert told(answer)["status"] == 500 and b"secret" not in answer.data


def test_two_applications_of_one_process_have_the_same_document(tmp_path: Path) -> None:
    made = [
        create_app(Settings(database_url=f"sqlite:///{tmp_path / name}"), instance=tmp_path / name)
        for name in ("a", "b")
    ]
    first, second = (app.test_client().get(f"{PREFIX}/openapi.json").get_json() for app in made)
    assert first == second and len(first["paths"]) >= 11
