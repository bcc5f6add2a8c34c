"""Every route there is or will be: signed out, without a token, for every role, and fed with nonsense."""

import ast
import inspect
import io
import re
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, request
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, note
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule
from werkzeug.test import TestResponse

from inventory.accounts import service
from inventory.accounts.models import Account, SavedView, Token
from inventory.accounts.permissions import PERMISSIONS, ROLES, may
from inventory.db import Base, transaction
from inventory.discovery import find
from inventory.intake.service import receive
from inventory.lifecycle.details import FORGETTABLE
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.lifecycle.fields import Lines, schema_of
from inventory.lifecycle.models import LifecycleEvent
from inventory.publishing.switches import switch_public_page
from inventory.register.models import Asset
from inventory.reuse.service import open_request
from inventory.stocktaking.scanning import Scanned, take_scans
from inventory.stocktaking.scope import Scope
from inventory.stocktaking.service import Start, start
from inventory.web._shell import OPEN_ENDPOINTS
from tests.conftest import NOW, World
from tests.intake.conftest import optiplex, told
from tests.publishing.conftest import publisher
from tests.web.browser import sign_in, words
from tests.web.forms_of_pages import forms_of

NOT_GUARDED = OPEN_ENDPOINTS | {"web_accounts.sign_out"}
"""Served to anybody."""
OWN = {"web_accounts.own", "web_accounts.change_password", "web_accounts.add_token", "web_accounts.end_token"}
"""For whoever is signed in, about the own account."""
GUARD = "Your role does not allow this"
TEXT_VALUES = {"tag": "M-1", "key": "line-1", "ext": "svg", "code": "C-1", "uid": "d" * 32}


def rules(app: Flask, method: str) -> list[Rule]:
    """Routes of pages that take *method*; the API has tests of its own."""
    found = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    return [rule for rule in found if not rule.rule.startswith("/api") and rule.endpoint != "static"]


def value_for(name: str, converter: BaseConverter) -> Any:
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    if isinstance(converter, IntegerConverter):
        return 1
    return TEXT_VALUES.get(name, "M-1")


def address(app: Flask, rule: Rule, **values: Any) -> str:
    converters = rule._converters
    given_values = {name: value_for(name, converters[name]) for name in rule.arguments}
    if rule.rule.startswith("/requests"):
        given_values = dict.fromkeys(given_values, "RQ-222222")
    given_values |= values
    return app.url_map.bind("localhost").build(rule.endpoint, given_values)


def asked_by_script(app: Flask, rule: Rule) -> bool:
    """Whether the view speaks JSON only, so that a script is never led to a page."""
    return bool(getattr(app.view_functions[rule.endpoint], "speaks_json", False))


def picture(world: World) -> dict[str, Any]:
    """Everything in the database that a refused request might have changed, but not failed sign-ins."""
    world.session.commit()
    return {
        table.name: world.session.execute(select(func.count()).select_from(table)).scalar()
        for table in Base.metadata.sorted_tables
        if table.name not in ("sign_in_attempt", "search_word")
    } | {"heads": world.session.execute(select(Asset.id, Asset.head, Asset.status).order_by(Asset.id)).all()}


def ledger(world: World) -> tuple[Any, Any]:
    """How many lines there are, and the head of every chain."""
    world.session.commit()
    count = world.session.scalar(select(func.count()).select_from(LifecycleEvent))
    return count, world.session.execute(select(Asset.id, Asset.sequence, Asset.head).order_by(Asset.id)).all()


def furnish(world: World) -> None:
    """A machine, a print run, a view, a token and a second account, so that addresses lead somewhere."""
    world.used_machine("M-1")
    world.record("returned", "M-1", "2018-01-01", key="line-1")
    world.session.commit()
    with transaction(world.session) as session:
        session.add(Account(uid="b" * 32, username="second", display_name="Second", role="viewer", created_at=NOW))
        session.add(SavedView(account_id=world.account.id, page="machines", name="One", query="status=in_use"))
        session.add(Token(account_id=world.account.id, label="t", digest=b"x" * 32, created_at=NOW))
    furnish_count(world)
    furnish_statement(world)
    asked = {"department": "INF", "kinds": ["laptop"], "number": 2, "contact": "Ann"}
    with transaction(world.session) as session:
        open_request(session, "request-1", asked, world.recorder(), "RQ-222222")
    with transaction(world.session) as session:
        receive(session, [told(optiplex())], world.recorder())


def furnish_count(world: World) -> None:
    """A count of a pasted list with something unexpected and something unknown."""
    world.record("registered", None, None, tag="M-2", kind="laptop", status="returned")
    with transaction(world.session) as session:
        take = start(session, Start("count-1", "check", Scope("tags", tags=("M-1",))), world.recorder())
        take.code = "C-1"
        session.flush()
        scans = [Scanned(f"scan-{text}", text, world.account.id, world.now) for text in ("M-2", "NOBODY")]
        take_scans(session, "C-1", scans, world.now, world.settings)


def furnish_statement(world: World) -> None:
    """A statement in public, under an id that addresses can be made with."""
    uid = publisher(world)(public=True).uid
    with transaction(world.session) as session:
        switch_public_page(session, True, world.recorder())
        session.execute(text("UPDATE statement SET uid = :given WHERE uid = :uid"), {"given": "d" * 32, "uid": uid})


def with_password(world: World) -> None:
    world.session.commit()
    with transaction(world.session) as session:
        session.get_one(Account, world.account.id).password_hash = "set"


def test_signed_out_every_page_leads_to_the_sign_in_and_nothing_changes(app: Flask, world: World) -> None:
    furnish(world)
    with_password(world)
    app.config["WTF_CSRF_ENABLED"] = False
    before = picture(world)
    visitor = app.test_client()
    for method in ("GET", "POST"):
        for rule in rules(app, method):
            if rule.endpoint in NOT_GUARDED:
                continue
            answer = visitor.open(address(app, rule), method=method)
            if asked_by_script(app, rule):
                assert (answer.status_code, answer.get_json()["title"]) == (401, "Sign in first"), rule.rule
                continue
            assert answer.status_code == 302, (method, rule.rule, answer.status_code)
            assert answer.location.startswith("/sign-in"), (method, rule.rule, answer.location)
    assert picture(world) == before


def test_before_the_first_account_every_page_leads_to_the_set_up(app: Flask, world: World) -> None:
    visitor = app.test_client()
    for rule in rules(app, "GET"):
        if rule.endpoint not in NOT_GUARDED:
            answer = visitor.get(address(app, rule))
            if asked_by_script(app, rule):
                assert answer.status_code == 401, rule.rule
                continue
            assert (answer.status_code, answer.location) == (302, "/setup"), rule.rule


def test_every_form_without_its_token_is_refused_and_nothing_changes(app: Flask, world: World) -> None:
    furnish(world)
    client = sign_in(app, world)
    app.config["WTF_CSRF_ENABLED"] = True
    before = picture(world)
    for rule in rules(app, "POST"):
        answer = client.post(address(app, rule), data={"tag": "M-1", "when": "now", "csrf_token": "made up"})
        assert answer.status_code == (403 if asked_by_script(app, rule) else 400), (rule.rule, answer.status_code)
        assert "The form is stale" in words(answer), rule.rule
    assert picture(world) == before


def test_every_view_names_the_permission_it_needs(app: Flask) -> None:
    for rule in [*rules(app, "GET"), *rules(app, "POST")]:
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if rule.endpoint not in NOT_GUARDED | OWN:
            assert permission in PERMISSIONS, f"{rule.endpoint} lets everybody in, or asks for {permission!r}"


@pytest.mark.parametrize("role", ROLES)
def test_every_route_lets_in_whom_the_table_allows_and_nobody_else(app: Flask, world: World, role: str) -> None:
    furnish(world)
    client = sign_in(app, world, role)
    for method in ("GET", "POST"):
        for rule in rules(app, method):
            permission = getattr(app.view_functions[rule.endpoint], "permission", None)
            if permission is None:
                continue
            before = ledger(world)
            answer = client.open(address(app, rule), method=method)
            shut = answer.status_code == 403 and GUARD in words(answer)
            assert shut != may(role, permission), (role, method, rule.rule, answer.status_code)
            if shut:
                assert ledger(world) == before


def test_every_section_leads_to_a_page_its_role_may_see(app: Flask, world: World) -> None:
    for role in ROLES:
        client = sign_in(app, world, role)
        page = client.get("/machines").get_data(as_text=True)
        side = page[page.index('<nav class="side-nav"') :]
        for href in re.findall(r'<a href="([^"]+)"', side[: side.index("</nav>")]):
            assert client.get(href, follow_redirects=True).status_code == 200, (role, href)


# -- nonsense -------------------------------------------------------------------------------------------

_WORD = re.compile(r"^[a-z][a-z0-9_-]{0,30}$")
SHARED = ["tag", "key", "when", "day", "moment", "batch", "event", "step", "tags", "note", "reason", "csrf_token"]
AWKWARD = [
    "", " ", "0", "1", "-1", "1e9", "99999999999999999999", "NaN", "²", "٣", "M-1", "m-1", "line-1", "NOBODY", "HUB",
    "CSE", "ada", "now", "2018-01-01", "2018-02-30", "9999-12-31", "0001-01-01", "2026-11-23T09:00", "x\x00y",
    "\ufffe\u202e", "🦣" * 80, "x" * 5_000, "=cmd()", "<b>", "%s{0}{tag}", "../../etc/passwd", "a\tb\nc\r\nd", "[]",
    "Name [CSE]", "status=sunk&kind=%00", "status=in_use&tag=M-1", "\u0000", "{'a': 1}", "M-1\nM-1\nNOBODY", "'; --",
]  # fmt: skip


def constants(module: Any) -> list[str]:
    """Words that stand in a module, and in what it reads forms with, as text: names of controls and their choices."""
    nodes = list(ast.walk(ast.parse(inspect.getsource(module))))
    own = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    own |= {f"inventory.web.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom)
            and node.module == "inventory.web" for alias in node.names}  # fmt: skip
    for name in sorted(own):
        if name.startswith("inventory.web.") and name.endswith(("_form", "._counting")):
            nodes += ast.walk(ast.parse(inspect.getsource(import_module(name))))
    found = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return sorted(word for word in found if _WORD.match(word))


def control_names() -> list[str]:
    """The controls of the forms that are made from the details schemas."""
    names: set[str] = set(FORGETTABLE)
    for row in EVENT_TYPES.values():
        for name, shape in schema_of(row.schema).fields.items():
            names.add(name)
            if isinstance(shape, Lines):
                names |= {f"{name}-{n}-{inner}" for n in (0, 1, 99) for inner in schema_of(shape.schema).fields}
    return sorted(names)


def shown_forms(app: Flask, client: FlaskClient) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """By endpoint: the forms that an administrator's pages show, as (path, what stands in them)."""
    adapter = app.url_map.bind("localhost")
    found: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for rule in rules(app, "GET"):
        for choice, query in product(choices_of(rule), ("", "?tag=M-1")):
            path = address(app, rule, **choice)
            answer = client.get(path + query)
            if answer.mimetype != "text/html" or answer.status_code >= 500:
                continue
            for action, form in forms_of(answer.get_data(as_text=True), path):
                endpoint, _ = adapter.match(action, method="POST")
                found.setdefault(str(endpoint), []).append((action, form))
    return found


def choices_of(rule: Rule) -> list[dict[str, str]]:
    for name, converter in rule._converters.items():
        if isinstance(converter, AnyConverter):
            return [{name: item} for item in sorted(converter.items)]
    return [{}]


def forms(
    app: Flask, rule: Rule, shown: list[tuple[str, dict[str, str]]]
) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """(path, form) for one route: a form that a page shows with some of it spoilt, or one made of noise."""
    module = inspect.getmodule(inspect.unwrap(app.view_functions[rule.endpoint]))
    known = constants(module) if module else []
    from_schemas = control_names() if rule.endpoint.startswith(("web_events", "web_bulk", "web_scan")) else []
    names = st.one_of(
        st.sampled_from(sorted({*SHARED, *known, *from_schemas})), st.sampled_from(SHARED), st.text(max_size=12)
    )
    values = st.one_of(
        st.sampled_from(AWKWARD),
        st.sampled_from(known or AWKWARD),
        st.text(max_size=40),
        st.lists(st.sampled_from(AWKWARD), max_size=3),
    )
    file = st.none() | st.tuples(st.sampled_from(["photo", "file", "upload", "tag"]), st.binary(max_size=60))
    noise = st.tuples(paths(app, rule), st.dictionaries(names, values, max_size=8))
    if not shown:
        return st.tuples(noise, file).map(lambda drawn: (drawn[0][0], drawn[0][1] | {"file": drawn[1]}))

    def spoilt(base: tuple[str, dict[str, str]]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
        path, form = base
        own = st.sampled_from(sorted(form)) if form else names
        changes = st.dictionaries(own, values, max_size=2)
        return st.tuples(changes, st.sets(own, max_size=1), st.dictionaries(names, values, max_size=1)).map(
            lambda drawn: (
                path,
                {name: text for name, text in (form | drawn[0]).items() if name not in drawn[1]} | drawn[2],
            )
        )

    either = st.one_of(st.sampled_from(shown).flatmap(spoilt), noise)
    return st.tuples(either, file).map(lambda drawn: (drawn[0][0], drawn[0][1] | {"file": drawn[1]}))


def encodable(fields: dict[str, Any]) -> dict[str, Any]:
    """What a client can send: halves of surrogate pairs cannot be written in UTF-8."""

    def clean(text: str) -> str:
        return text.encode("utf-8", "replace").decode()

    return {
        clean(name): [clean(each) for each in value] if isinstance(value, list) else clean(value)
        for name, value in fields.items()
    }


def paths(app: Flask, rule: Rule) -> st.SearchStrategy[str]:
    """Addresses of one route: that lead somewhere, nowhere, and to numbers no database holds."""
    drawn: dict[str, st.SearchStrategy[Any]] = {}
    for name, converter in rule._converters.items():
        if isinstance(converter, AnyConverter):
            drawn[name] = st.sampled_from(sorted(converter.items))
        elif isinstance(converter, IntegerConverter):
            drawn[name] = st.sampled_from([1, 1, 2, 99, 2**31 - 1])
        else:
            drawn[name] = st.sampled_from([value_for(name, converter), "M-1", "NOBODY", "x\x00y", "a/b ?#%", "🦣"])
    return st.fixed_dictionaries(drawn).map(lambda values: address(app, rule, **values))


def administrator_again(client: FlaskClient, world: World) -> None:
    """Whatever the last form did to the account, the next one is sent by an administrator."""
    world.session.commit()
    world.session.expire_all()
    with transaction(world.session) as session:
        found = session.get_one(Account, world.account.id)
        found.role, found.active = "administrator", True
        version = found.session_version
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.update(uid=world.account.uid, version=version, since=time.time())


def send(client: FlaskClient, path: str, form: dict[str, Any]) -> TestResponse:
    fields, file = {name: value for name, value in form.items() if name != "file"}, form["file"]
    data = encodable(fields)
    if file is not None:
        data[file[0]] = (io.BytesIO(file[1]), "some.png")
    return client.post(path, data=data)


def each_post(app: Flask) -> Iterator[Rule]:
    yield from sorted(rules(app, "POST"), key=lambda rule: rule.rule)


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same scheme with little work, since thousands of wrong passwords are tried here."""
    service._decoy.cache_clear()
    monkeypatch.setattr(service, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield
    service._decoy.cache_clear()


@pytest.mark.soak
@pytest.mark.usefixtures("cheap_passwords")
def test_no_form_however_malformed_breaks_a_page_or_changes_the_ledger_when_refused(
    app: Flask, world: World, soak: bool
) -> None:
    furnish(world)
    client = sign_in(app, world)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    shared = examples(
        max_examples=1_000 if soak else 50,
        deadline=None,
        database=None,
        derandomize=not soak,
        suppress_health_check=list(HealthCheck),
    )
    shown = shown_forms(app, client)
    went_through: set[str] = set()

    def attempt_on(endpoint: str) -> Callable[[tuple[str, dict[str, Any]]], None]:
        def attempt(made: tuple[str, dict[str, Any]]) -> None:
            path, form = made
            administrator_again(client, world)
            before = ledger(world)
            note(f"POST {path}")
            answer = send(client, path, form)
            assert answer.status_code < 500, (path, form, words(answer))
            if answer.status_code < 400:
                went_through.add(endpoint)
            else:
                assert ledger(world) == before, (path, form)

        return attempt

    for rule in each_post(app):
        drawn = forms(app, rule, shown.get(rule.endpoint, []))
        shared(given(drawn)(attempt_on(rule.endpoint)))()
    # Forms that are never right would prove little.
    assert {"web_events.record", "web_labels.print_machines", "web_views.keep", "web_scan.scan"} <= went_through
    assert "web_arrivals.settle" in went_through
    assert {"web_stock_takes.scan", "web_stock_take_review.decide", "web_stock_take_review.confirm"} <= went_through


def test_the_names_of_controls_are_found_in_their_modules() -> None:
    """Else the forms above would be noise only."""
    modules = find("inventory.web", "blueprint")
    assert {"views", "labels", "settings_accounts"} <= modules.keys()
    from inventory.web import labels, scan, settings_accounts, stock_takes

    assert {"skip", "template", "key", "count"} <= set(constants(labels))
    assert {"purpose", "scope", "place", "action"} <= set(constants(stock_takes))
    assert {"username", "role", "password"} <= set(constants(settings_accounts))
    assert "tag" in constants(scan) and "drives-0-uid" in control_names()


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sanitisation/decide", {"record": ["x\x00y"], "decision": "accept"}),
        ("/labels", {"tag": ["M-1", "\x00"]}),
        ("/t/M-1/moved", {"na\x00me": "x"}),
        ("/sign-in", {"username": "a\x00b", "password": "\x00"}),
    ],
)
def test_a_character_that_no_database_holds_breaks_no_form(
    app: Flask, world: World, path: str, form: dict[str, Any]
) -> None:
    furnish(world)
    before = ledger(world)
    answer = sign_in(app, world).post(path, data=form)
    assert answer.status_code < 500, words(answer)
    assert ledger(world) == before


def test_where_a_form_lets_it_through_its_field_is_named(app: Flask, world: World, engine: Any) -> None:
    @app.post("/asks")
    def asks() -> str:
        return str(world.session.scalar(select(Asset.id).where(Asset.tag == request.form["tag"])))

    client = sign_in(app, world)
    answer = client.post("/asks", data={"tag": "x\x00y"})
    if engine.dialect.name == "postgresql":
        assert answer.status_code == 422
        assert "tag: the text has a character that cannot be stored" in words(answer)
    else:
        assert answer.get_data(as_text=True) == "None"
