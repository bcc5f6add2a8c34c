"""Saved views and columns of the list: a person's own, kept with the account, wherever they sign in."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from inventory.accounts.models import SavedView
from inventory.web.views import MOST_VIEWS
from tests.conftest import World, statements
from tests.web.browser import sign_in, words


def heads(client: FlaskClient, address: str = "/machines") -> list[str]:
    page = client.get(address).get_data(as_text=True)
    found = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page, re.S)
    texts = [re.sub(r"<[^>]+>|[↑↓]", "", each).strip() for each in found]
    return [text for text in texts if text]


def views(world: World) -> dict[str, str]:
    world.session.commit()
    return {view.name: view.query for view in world.session.query(SavedView)}


def kept(client: FlaskClient, name: str, query: str = "status=in_use") -> int:
    return client.post("/machines/views", data={"name": name, "query": query}).status_code


def test_chosen_columns_are_remembered_for_the_account_on_every_device(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    answer = client.post("/machines/columns", data={"columns": ["tag", "grade"], "state": "status=in_use&after=x"})
    assert answer.location == "/machines?status=in_use"
    assert heads(sign_in(app, world)) == ["Tag", "Grade"]
    assert "Serial" in heads(sign_in(app, world, "viewer"))


def test_columns_in_the_address_win_and_are_not_remembered(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    client.post("/machines/columns", data={"columns": ["tag", "grade"]})
    assert heads(client, "/machines?columns=tag&columns=cost") == ["Tag", "Price"]
    assert heads(client) == ["Tag", "Grade"]


@pytest.mark.parametrize("data", [{}, {"columns": ["nonsense"]}, {"columns": ["grade"], "usual": "1"}])
def test_no_choice_or_the_usual_ones_forgets_what_was_remembered(
    app: Flask, world: World, data: dict[str, object]
) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    before = heads(client)
    client.post("/machines/columns", data={"columns": ["tag", "grade"]})
    client.post("/machines/columns", data=data)
    assert heads(client) == before and views(world) == {}


def test_remembered_columns_are_no_view_of_their_own(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    client.post("/machines/columns", data={"columns": ["tag", "grade"]})
    assert "A view is a list's filters and columns" in words(client.get("/machines"))
    number = world.session.query(SavedView).one().id
    client.post(f"/machines/views/{number}/delete")
    assert client.post(f"/machines/views/{number}/rename", data={"name": "Mine"}).status_code == 404
    assert list(views(world)) == [""]


def test_a_view_keeps_filters_and_columns_and_opens_them_again(app: Flask, world: World) -> None:
    world.used_machine("M-1")
    client = sign_in(app, world)
    page = client.get("/machines?status=in_use&columns=tag&columns=grade&after=").get_data(as_text=True)
    query = re.search(r'name="query" value="([^"]*)"', page)
    assert query is not None
    kept(client, "In use", query[1].replace("&amp;", "&"))
    assert views(world) == {"In use": "status=in_use&columns=tag&columns=grade"}
    assert heads(client, "/machines?" + views(world)["In use"]) == ["Tag", "Grade"]


def test_a_view_is_renamed_but_not_to_the_name_of_another(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    kept(client, "One")
    kept(client, "Two", "status=returned")
    number = world.session.query(SavedView).filter_by(name="Two").one().id
    taken = client.post(f"/machines/views/{number}/rename", data={"name": "One"})
    assert taken.status_code == 409 and "already" in words(taken)
    assert client.post(f"/machines/views/{number}/rename", data={"name": " "}).status_code == 422
    answer = client.post(f"/machines/views/{number}/rename", data={"name": " Back  again "})
    assert answer.location == "/machines?status=returned"
    assert views(world) == {"One": "status=in_use", "Back again": "status=returned"}


def test_nobody_changes_the_views_of_somebody_else(app: Flask, world: World) -> None:
    kept(sign_in(app, world), "Mine")
    number = world.session.query(SavedView).one().id
    other = sign_in(app, world, "viewer")
    assert other.post(f"/machines/views/{number}/rename", data={"name": "Theirs"}).status_code == 404
    other.post(f"/machines/views/{number}/delete")
    assert list(views(world)) == ["Mine"]
    assert "Mine" not in words(other.get("/machines"))


def test_there_is_a_most_and_the_same_name_replaces(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    client.post("/machines/columns", data={"columns": ["tag", "grade"]})
    for number in range(MOST_VIEWS):
        assert kept(client, f"View {number}") == 303
    assert kept(client, "One more") == 409
    assert kept(client, "View 0", "status=donated") == 303
    assert len(views(world)) == MOST_VIEWS + 1 and views(world)["View 0"] == "status=donated"
    assert heads(client, "/machines?status=on_hold") == []
    assert client.get("/machines").get_data(as_text=True).count("view-row__change") == MOST_VIEWS


def test_views_and_columns_cost_one_statement_together(app: Flask, world: World) -> None:
    from inventory.db import db

    client = sign_in(app, world)
    client.post("/machines/columns", data={"columns": ["tag", "grade"]})
    kept(client, "One")
    client.get("/machines")
    with statements(db.engine) as sent:
        client.get("/machines")
    assert sum("saved_view" in each for each in sent) == 1
