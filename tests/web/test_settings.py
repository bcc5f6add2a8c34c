"""Settings pages: who may, what is refused in words, and that nothing changes when it is."""

import re
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory.accounts.models import Account, Token
from inventory.accounts.permissions import ROLES
from inventory.accounts.service import authenticate, issue_token, set_role
from inventory.config import Settings, meanings
from inventory.db import transaction, write
from inventory.errors import RuleRefused
from inventory.register.models import Asset, Department, Location, Party
from tests.conftest import NOW, World, statements
from tests.web.browser import sign_in, value_of, words

PAGES = ("", "/accounts", "/departments", "/places", "/parties", "/in-force")
PHRASE = "four unrelated words here"


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, public_url="https://reuse.test", page_size=3, secret_key="hush-hush")


def account(world: World, username: str, role: str = "technician", password: str | None = PHRASE) -> Account:
    from inventory.accounts.service import add_account

    world.session.commit()
    with transaction(world.session):
        return add_account(world.session, username, username.title(), role, password, NOW)


def of(world: World, table: Any, **wanted: Any) -> Any:
    world.session.commit()
    world.session.expire_all()
    return world.session.query(table).filter_by(**wanted).one_or_none()


def signs_in(world: World, username: str, password: str) -> bool:
    world.session.commit()
    with transaction(world.session):
        return authenticate(world.session, username, password, NOW) is not None


@pytest.mark.parametrize("role", ROLES)
def test_only_an_administrator_sees_and_changes_settings(app: Flask, world: World, role: str) -> None:
    client = sign_in(app, world, role)
    expected = 200 if role == "administrator" else 403
    for page in PAGES:
        assert client.get(f"/settings{page}").status_code == expected, page
    assert ("Settings" in client.get("/lifecycle").get_data(as_text=True)) == (role == "administrator")
    answer = client.post("/settings/departments", data={"code": "NEW", "name": "New"})
    assert answer.status_code == (303 if role == "administrator" else 403)
    assert (of(world, Department, code="NEW") is not None) == (role == "administrator")


def test_every_list_is_walked_by_key_to_its_end_and_back(app: Flask, world: World) -> None:
    with transaction(world.session) as session:
        for n in range(7):
            session.add(Account(username=f"u{n}", display_name=f"U {n}", role="viewer", created_at=NOW))
            session.add(Department(code=f"D{n}", name=f"D {n}", path=f"/CSE/D{n}/"))
            session.add(Location(code=f"L{n}", room=f"R {n}"))
            session.add(Party(uid=f"p{n}", role="supplier", name="The same name"))
    client = sign_in(app, world)
    totals = {"accounts": 8, "departments": 10, "places": 9, "parties": 12}
    for page, total in totals.items():
        seen, address = [], f"/settings/{page}"
        while address:
            text = client.get(address).get_data(as_text=True)
            seen += re.findall(rf'href="/settings/{page}/(\d+)"', text)
            forward = re.search(r'rel="next" href="([^"]*)"', text)
            address, last = (forward[1] if forward else ""), text
        assert len(seen) == len(set(seen)) == total, page
        back = re.search(r'rel="prev" href="([^"]*)"', last)
        assert back is not None
        before = re.findall(rf'href="/settings/{page}/(\d+)"', client.get(back[1]).get_data(as_text=True))
        rest = total % 3 or 3
        assert before == seen[-rest - 3 : -rest], page


@pytest.mark.parametrize("page", ["accounts", "departments", "places", "parties"])
def test_a_place_in_a_list_that_cannot_be_read_is_refused(app: Flask, world: World, page: str) -> None:
    client = sign_in(app, world)
    for cursor in ("x", "W10", "WzFd", "WyJhIiwiYiJd", "WyJcdTAwMDAiXQ", "WyJcdTAwMDAiLDFd", "WyJcdWQ4MDAiLDFd"):
        assert client.get(f"/settings/{page}?after={cursor}").status_code == 422, cursor


@pytest.mark.parametrize(
    ("page", "query", "there", "gone"),
    [
        ("departments", "q=informat", "School of Informatics", "Heritage"),
        ("places", "q=appleton", "AT-5.01", "Reuse hub"),
        ("parties", "q=remak", "Northside Remakery", "Caledonian"),
        ("parties", "only=facility", "Caledonian WEEE", "Remakery"),
        ("accounts", "q=TESS", "Tess Technician", "Nobody"),
        ("accounts", "q=100%25", "Nothing matches", "Tess Technician</td>"),
    ],
)
def test_lists_are_searched(app: Flask, world: World, page: str, query: str, there: str, gone: str) -> None:
    text = sign_in(app, world).get(f"/settings/{page}?{query}").get_data(as_text=True)
    rows = text[text.index("<tbody>") :]
    assert there in rows and gone not in rows


def test_every_list_takes_few_statements(app: Flask, world: World) -> None:
    from inventory.db import db

    client = sign_in(app, world)
    client.get("/settings")
    for page in PAGES:
        with statements(db.engine) as sent:
            client.get(f"/settings{page}")
        assert len(sent) <= 3, "\n".join([page, *sent])


# -- accounts -------------------------------------------------------------------------------------------


def add(client: FlaskClient, **change: str) -> Any:
    data = {"username": "new.one", "display_name": "New One", "role": "technician", "password": PHRASE} | change
    return client.post("/settings/accounts", data=data)


def test_an_account_is_added_and_can_sign_in(app: Flask, world: World) -> None:
    answer = add(sign_in(app, world))
    made = of(world, Account, username="new.one")
    assert answer.location == f"/settings/accounts/{made.id}" and made.role == "technician"
    assert signs_in(world, "new.one", PHRASE)


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"username": "TESS"}, 409, "is taken"), ({"username": "a b"}, 422, "user name has"),
        ({"display_name": " "}, 422, "is empty"), ({"role": "owner"}, 422, "no role"),
        ({"password": "short"}, 422, "at least 12"), ({"password": "password12345"}, 422, "guessed first"),
        ({"display_name": "N\x00"}, 422, "cannot be stored"),
    ],
)  # fmt: skip
def test_an_account_that_makes_no_sense_is_refused_with_what_was_typed_kept(
    app: Flask, world: World, change: dict[str, str], status: int, said: str
) -> None:
    answer = add(sign_in(app, world), **change)
    assert answer.status_code == status and said in words(answer)
    assert PHRASE not in answer.get_data(as_text=True)
    if "username" not in change:
        assert value_of(answer, "username") == "new.one"
    assert of(world, Account, username="new.one") is None


def test_a_role_and_a_name_are_changed(app: Flask, world: World) -> None:
    number = account(world, "sam").id
    client = sign_in(app, world)
    client.post(f"/settings/accounts/{number}", data={"display_name": "Samira", "role": "auditor"})
    found = of(world, Account, id=number)
    assert (found.display_name, found.role) == ("Samira", "auditor")
    refused = client.post(f"/settings/accounts/{number}", data={"display_name": "Other", "role": "king"})
    assert refused.status_code == 422 and of(world, Account, id=number).display_name == "Samira"


def test_a_closed_account_signs_in_no_more_until_it_is_opened_again(app: Flask, world: World) -> None:
    number = account(world, "sam").id
    with transaction(world.session):
        issue_token(world.session, of(world, Account, id=number), "station", NOW)
    client = sign_in(app, world)
    for _ in range(2):
        assert client.post(f"/settings/accounts/{number}/close").status_code == 303
    assert not signs_in(world, "sam", PHRASE)
    assert of(world, Token, account_id=number).revoked_at is not None
    assert "closed" in words(client.get("/settings/accounts"))
    client.post(f"/settings/accounts/{number}/open")
    assert signs_in(world, "sam", PHRASE)
    assert of(world, Token, account_id=number).revoked_at is not None


def test_the_last_administrator_who_can_sign_in_stays_one(app: Flask, world: World) -> None:
    # Another one is on record, but has no password and so cannot sign in.
    account(world, "restored", "administrator", None)
    own = world.account.id
    client = sign_in(app, world)
    for address, data in (
        (f"/settings/accounts/{own}/close", {}),
        (f"/settings/accounts/{own}", {"display_name": "Tess", "role": "viewer"}),
    ):
        answer = client.post(address, data=data)
        assert answer.status_code == 409 and "last administrator" in words(answer)
    found = of(world, Account, id=own)
    assert (found.active, found.role, found.display_name) == (True, "administrator", "Tess Technician")


def test_an_administrator_may_step_down_when_there_is_another(app: Flask, world: World) -> None:
    account(world, "boss", "administrator")
    answer = sign_in(app, world).post(
        f"/settings/accounts/{world.account.id}", data={"display_name": "Tess", "role": "viewer"}
    )
    assert answer.location == "/" and of(world, Account, username="tess").role == "viewer"


def test_two_administrators_who_step_down_at_once_leave_one(world: World, engine: Engine) -> None:
    numbers = [account(world, name, "administrator").id for name in ("one", "two")]
    world.session.commit()
    gate = threading.Barrier(2)
    said: list[str] = []

    def step_down(number: int) -> None:
        with Session(engine) as session:
            gate.wait()
            try:
                write(session, lambda db: set_role(db, db.get_one(Account, number), "viewer"))
                said.append("done")
            except RuleRefused:
                said.append("refused")

    for _ in range(5):
        threads = [threading.Thread(target=step_down, args=(number,)) for number in numbers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(said) == ["done", "refused"]
        said.clear()
        with transaction(world.session) as session:
            for number in numbers:
                session.get_one(Account, number).role = "administrator"


def test_a_password_is_set_or_made_and_shown_once(app: Flask, world: World) -> None:
    number = account(world, "sam").id
    client = sign_in(app, world)
    answer = client.post(f"/settings/accounts/{number}/password")
    made = re.search(r'class="mono secret">([^<]+)<', answer.get_data(as_text=True))
    assert answer.status_code == 200 and made is not None
    assert signs_in(world, "sam", made[1]) and not signs_in(world, "sam", PHRASE)
    assert of(world, Account, id=number).session_version == 2
    assert made[1] not in client.get(f"/settings/accounts/{number}").get_data(as_text=True)
    answer = client.post(f"/settings/accounts/{number}/password", data={"password": PHRASE})
    assert answer.status_code == 303 and signs_in(world, "sam", PHRASE)
    answer = client.post(f"/settings/accounts/{number}/password", data={"password": "short"})
    assert answer.status_code == 422 and "at least 12" in words(answer)


@pytest.mark.parametrize("part", ["accounts", "departments", "places", "parties"])
def test_a_record_that_is_not_there_is_not_found(app: Flask, world: World, part: str) -> None:
    client = sign_in(app, world)
    assert client.get(f"/settings/{part}/99").status_code == 404
    for more in ("", "/close", "/open", "/password", "/rename", "/move", "/erase"):
        data = {"name": "X", "sure": "1", "display_name": "X", "role": "viewer"}
        assert client.post(f"/settings/{part}/99{more}", data=data).status_code in (404, 405)


# -- departments ----------------------------------------------------------------------------------------


def paths(world: World) -> dict[str, str]:
    world.session.commit()
    world.session.expire_all()
    return {each.code: each.path for each in world.session.query(Department)}


def test_a_department_is_added_under_another_typed_by_name_or_code(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    client.post("/settings/departments", data={"code": "GEO", "name": "Geosciences", "parent": "CSE"})
    name = "College of Science and Engineering"
    client.post("/settings/departments", data={"code": "PHY", "name": "Physics", "parent": name})
    client.post("/settings/departments", data={"code": "ISG", "name": "Services", "parent": ""})
    found = paths(world)
    assert (found["GEO"], found["PHY"], found["ISG"]) == ("/CSE/GEO/", "/CSE/PHY/", "/ISG/")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"code": "CSE", "name": "Twice"}, "already"), ({"code": "A/B", "name": "X"}, "no slash"),
        ({"code": "", "name": "X"}, "1 to 64"), ({"code": "X", "name": ""}, "name is needed"),
        ({"code": "X", "name": "X", "parent": "Nowhere"}, "no department called"),
        ({"code": "X", "name": "X", "parent": "o"}, "More than one department answers"),
        ({"code": "X", "name": "n" * 256}, "at most 255"),
    ],
)  # fmt: skip
def test_a_department_that_makes_no_sense_is_refused(app: Flask, world: World, data: dict[str, str], said: str) -> None:
    before = paths(world)
    answer = sign_in(app, world).post("/settings/departments", data=data)
    assert answer.status_code in (409, 422) and said in words(answer)
    assert paths(world) == before


def test_a_department_is_renamed_and_moved_with_all_below_it(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    cse, inf = of(world, Department, code="CSE").id, of(world, Department, code="INF").id
    client.post(f"/settings/departments/{cse}/rename", data={"name": "Science"})
    client.post(f"/settings/departments/{cse}/move", data={"parent": "HCA"})
    assert paths(world) == {"HCA": "/HCA/", "CSE": "/HCA/CSE/", "INF": "/HCA/CSE/INF/"}
    page = client.get(f"/settings/departments/{inf}")
    assert "HCA › CSE" in words(page) and "1 machine" in words(page)
    assert "M-1" in words(client.get("/machines?department=HCA"))
    circle = client.post(f"/settings/departments/{cse}/move", data={"parent": "INF"})
    assert circle.status_code == 409 and "under itself" in words(circle)
    client.post(f"/settings/departments/{inf}/move", data={"parent": ""})
    assert paths(world)["INF"] == "/INF/"


# -- places and parties ---------------------------------------------------------------------------------


def test_a_place_is_added_and_told_in_other_words(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    client.post("/settings/places", data={"code": "JCMB", "building": "James Clerk Maxwell", "room": ""})
    found = of(world, Location, code="JCMB")
    assert found.label == "James Clerk Maxwell"
    client.post(f"/settings/places/{found.id}", data={"site": "King's Buildings", "building": "JCMB", "room": "1"})
    assert of(world, Location, code="JCMB").label == "King's Buildings, JCMB, 1"
    assert client.post("/settings/places", data={"code": "JCMB"}).status_code == 409
    long = client.post(f"/settings/places/{found.id}", data={"room": "x" * 121})
    assert long.status_code == 422 and of(world, Location, code="JCMB").room == "1"


def party(client: FlaskClient, **change: str) -> Any:
    data = {"key": "b" * 32, "role": "partner", "name": "Remade", "contact": "1 High St\n\n  EH1 "} | change
    return client.post("/settings/parties", data=data)


def test_a_partner_is_added_once_however_often_the_form_is_sent(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    assert [party(client).status_code for _ in range(2)] == [303, 303]
    found = of(world, Party, name="Remade")
    assert (found.uid, found.contact) == ("b" * 32, "1 High St\nEH1")
    other = party(client, name="Another")
    assert other.status_code == 409 and of(world, Party, name="Another") is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"role": "friend"}, "no role"), ({"name": ""}, "name is needed"), ({"key": "x"}, "without its key"),
        ({"contact": "x" * 2001}, "at most 2,000"), ({"contact": "a\x07b"}, "cannot be stored"),
    ],
)  # fmt: skip
def test_a_party_that_makes_no_sense_is_refused(app: Flask, world: World, change: dict[str, str], said: str) -> None:
    answer = party(sign_in(app, world), **change)
    assert answer.status_code == 422 and said in words(answer)
    assert of(world, Party, uid="b" * 32) is None


def test_a_person_is_forgotten_for_ever_and_the_ledger_still_verifies(app: Flask, world: World) -> None:
    from inventory.lifecycle.upkeep import verify

    world.used_machine("M-1")
    with transaction(world.session) as session:
        session.query(Party).filter_by(uid="ada").one().contact = "ada@example.org"
    ada = of(world, Party, uid="ada")
    client = sign_in(app, world)
    assert "1 machine" in words(client.get(f"/settings/parties/{ada.id}"))
    unsure = client.post(f"/settings/parties/{ada.id}/erase")
    assert unsure.status_code == 422 and of(world, Party, uid="ada").name == "Ada Byron"
    client.post(f"/settings/parties/{ada.id}/erase", data={"sure": "1"})
    ada = of(world, Party, uid="ada")
    assert ada.contact is None and ada.erased_at is not None
    for address in (f"/settings/parties/{ada.id}", "/settings/parties", "/t/M-1"):
        text = client.get(address).get_data(as_text=True)
        assert "Ada Byron" not in text and "ada@example.org" not in text
    back = client.post(f"/settings/parties/{ada.id}", data={"name": "Ada Byron"})
    assert back.status_code == 409 and "erased for ever" in words(back)
    count, findings = verify(world.session)
    assert count and findings == [] and world.session.query(Asset).count() == 1


def test_a_name_and_a_contact_are_changed(app: Flask, world: World) -> None:
    number = of(world, Party, uid="weee").id
    client = sign_in(app, world)
    client.post(f"/settings/parties/{number}", data={"name": "Caledonian", "contact": "Gate 3"})
    found = of(world, Party, uid="weee")
    assert (found.name, found.contact) == ("Caledonian", "Gate 3")
    assert client.post(f"/settings/parties/{number}", data={"name": ""}).status_code == 422
    assert of(world, Party, uid="weee").name == "Caledonian"


# -- settings in force ----------------------------------------------------------------------------------


def test_every_setting_stands_there_with_its_meaning_and_without_secrets(app: Flask, world: World) -> None:
    seen = words(sign_in(app, world).get("/settings/in-force"))
    for name, meaning in meanings().items():
        assert name.upper() in seen and meaning in seen
    assert "https://reuse.test" in seen and "hush-hush" not in seen and "set (not shown)" in seen


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://ada:s3cret@db.example:5433/kit?sslpassword=s3cret", "postgresql, db.example:5433/kit"),
        ("postgresql://db.example/kit", "postgresql, db.example/kit"),
        ("sqlite:////srv/kit.sqlite3", "sqlite, /srv/kit.sqlite3"),
        ("", "not set"),
    ],
)
def test_the_databases_address_is_shown_without_who_or_what_opens_it(app: Flask, address: str, shown: str) -> None:
    from inventory.web.settings import _shown

    assert _shown("database_url", address) == shown
    with app.test_request_context():
        assert _shown("public_url", "https://ada:s3cret@kit.example") == "https://kit.example"


def test_the_meanings_are_those_of_every_setting() -> None:
    from dataclasses import fields

    assert list(meanings()) == [each.name for each in fields(Settings)]
    assert all(len(words) > 10 for words in meanings().values())
