"""The document and its page: what they say is what the server does, and the guide's examples run."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from inventory import errors
from inventory.api._problems import kind_of
from tests.api.conftest import PREFIX, Caller, told
from tests.conftest import World
from tests.web.browser import sign_in, words

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_document_names_every_address_and_how_to_enter(app: Flask) -> None:
    answer = app.test_client().get(f"{PREFIX}/openapi.json")
    document = answer.get_json()
    assert answer.mimetype == "application/json" and document["openapi"] == "3.1.0"
    assert document["security"] == [{"bearer": []}]
    rules = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(PREFIX) and getattr(app.view_functions[rule.endpoint], "permission", None)
    }
    assert set(document["paths"]) == rules
    for path, methods in document["paths"].items():
        for method in {"get", "post"} & methods.keys():
            told_ = methods[method]
            assert told_["summary"], (method, path)
            assert "default" in told_["responses"] and told_["tags"], (method, path)


def test_two_first_questions_at_once_are_given_the_same_document(app: Flask) -> None:
    from inventory.api._openapi import document

    found = document(app)
    # What another thread meets that asked before the first answer was kept.
    app.extensions.pop("inventory-api-document")
    assert document(app) == found


def test_the_document_keeps_to_its_standard(app: Flask) -> None:
    """Every reference leads somewhere, and every shape is a JSON Schema."""
    import jsonschema_rs

    document = app.test_client().get(f"{PREFIX}/openapi.json").get_json()
    text = json.dumps(document)
    for name in set(re.findall(r'"#/components/(\w+/\w+)"', text)):
        part, _, key = name.partition("/")
        assert key in document["components"][part]
    for name, shape in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate(shape | {"$schema": "https://json-schema.org/draft/2020-12/schema"})
        assert shape, name


def test_the_page_shows_every_address_shape_and_refusal_without_a_script(app: Flask) -> None:
    client = app.test_client()
    page = client.get(f"{PREFIX}/docs")
    body = page.get_data(as_text=True)
    assert page.status_code == 200
    document = client.get(f"{PREFIX}/openapi.json").get_json()
    for path in document["paths"]:
        assert path in body
    for name in document["components"]["schemas"].keys() - {"PaginationMetadata"}:
        assert f'id="shape-{name}"' in body
    main = body[body.index("<main") : body.index("</main>")]
    assert "<script" not in main and "style=" not in main
    for target in set(re.findall(r'href="#([^"]+)"', main)):
        assert f'id="{target}"' in body, target


def test_every_kind_of_refusal_is_explained_where_its_type_leads(app: Flask) -> None:
    body = app.test_client().get(f"{PREFIX}/docs").get_data(as_text=True)
    for each in vars(errors).values():
        if isinstance(each, type) and issubclass(each, errors.InventoryError) and each.status < 500:
            assert each is errors.InventoryError or f'id="problem-{kind_of(each)}"' in body, each


def test_the_page_is_there_for_somebody_signed_in_too(app: Flask, world: World) -> None:
    answer = sign_in(app, world).get(f"{PREFIX}/docs")
    assert "Tess Technician" in answer.get_data(as_text=True) and "GET /api/v1/assets" in words(answer)


# -- the guide ------------------------------------------------------------------------------------------


def examples() -> list[tuple[str, str]]:
    """(command, what it answers) of the guide, in its order."""
    return re.findall(r"```sh\n(curl .*?)```\n+(?:```json\n(.*?)```)?", GUIDE.read_text(encoding="utf-8"), flags=re.S)


def run(caller: Caller, command: str) -> Any:
    """Send what a curl command would send."""
    parts = shlex.split(command.replace("\\\n", " "))
    headers: dict[str, str] = {}
    method, address, body = "GET", "", None
    rest = iter(parts[1:])
    for part in rest:
        if part == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value.replace("$TOKEN", str(caller.token))
        elif part == "-X":
            method = next(rest)
        elif part == "-d":
            body, method = next(rest), "POST"
        else:
            assert part.startswith("$HOST/api/v1"), f"the guide uses {part}, which this test does not know"
            address = part.removeprefix(f"$HOST{PREFIX}")
    if body is not None:
        assert headers.get("Content-Type") == "application/json"
    return Caller(caller.app, None).send(method, address, headers=headers, data=body)


def holds(answer: Any, shown: Any, path: str = "") -> None:
    """Whether *answer* holds what the guide shows; “...” stands for anything."""
    if shown == "...":
        return
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert name in answer, f"{path}.{name}"
            holds(answer[name], value, f"{path}.{name}")
    elif isinstance(shown, list):
        assert len(answer) >= len(shown), path
        for number, value in enumerate(shown):
            holds(answer[number], value, f"{path}[{number}]")
    else:
        assert answer == shown, path


def test_the_examples_of_the_guide_run_and_answer_what_it_shows(world: World, admin: Caller) -> None:
    world.used_machine("UNI-4711", identifiers=[{"type": "serial", "value": "5CG8123ABC"}])
    world.used_machine("UNI-4712")
    found = examples()
    assert len(found) >= 8
    shown_any = 0
    for command, shown in found:
        answer = run(admin, command)
        if shown:
            holds(told(answer), json.loads(shown))
            shown_any += 1
        else:
            assert answer.status_code < 300, command
    assert shown_any >= 5


def test_the_guide_names_every_address(app: Flask) -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    document = app.test_client().get(f"{PREFIX}/openapi.json").get_json()
    for path, methods in document["paths"].items():
        for method in {"get", "post"} & methods.keys():
            assert f"`{method.upper()} {path.removeprefix(PREFIX)}`" in guide, (method, path)


def test_an_example_that_answers_otherwise_would_be_found() -> None:
    with pytest.raises(AssertionError):
        holds({"a": [1]}, {"a": [2]})
    with pytest.raises(AssertionError):
        holds({"a": 1}, {"b": "..."})
    holds({"a": [1, {"b": 2}]}, {"a": [1, {"b": "..."}]})
