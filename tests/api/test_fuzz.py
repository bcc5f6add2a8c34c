"""Every operation of the document under requests made from its own shapes, right ones and broken ones."""

import io
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks
from sqlalchemy import Engine, text

from inventory.app import create_app
from inventory.config import Settings
from inventory.db import Base, transaction
from inventory.lifecycle.upkeep import check_projections
from inventory.reuse.service import open_request
from tests.api.test_hardware_reports import lshw
from tests.conftest import World
from tests.publishing.conftest import publisher
from tests.stocktaking.conftest import counting  # noqa: F401 - a fixture

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
    checks.allow_header_conformance,
]

FORMS_IN_PARTS = {"/api/v1/imports"}


def operations() -> list[tuple[str, str]]:
    """(method, path) of the document, which needs no database."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/none.sqlite3"), instance=Path(folder))
        document = app.test_client().get("/api/v1/openapi.json").get_json()
    return [
        (method, path)
        for path, methods in document["paths"].items()
        for method in ("get", "post", "put", "patch", "delete")
        if method in methods
    ]


def fingerprint(engine: Engine) -> list[Any]:
    """What the database holds, in short: rows of every table, lines per machine, sums of the counts."""
    parts = [f"SELECT '{name}', count(*), 0 FROM {name}" for name in sorted(Base.metadata.tables)]
    parts.append("SELECT 'lines', sum(sequence), count(DISTINCT status) FROM asset")
    parts.append("SELECT 'counts', sum(machines), sum(mass_g) FROM tally")
    parts.append("SELECT 'names', sum(length(name)), sum(length(path)) FROM department")
    with engine.connect() as connection:
        return list(connection.execute(text(" UNION ALL ".join(parts))).all())


@pytest.mark.soak
@pytest.mark.parametrize(("method", "path"), operations(), ids=lambda each: each.replace("/api/v1/", ""))
def test_no_request_makes_it_fail_and_no_refusal_changes_anything(
    app: Flask,
    world: World,
    engine: Engine,
    token_of: Callable[..., str],
    request: pytest.FixtureRequest,
    soak: bool,
    method: str,
    path: str,
) -> None:
    from inventory.db import db

    world.used_machine("M-1")
    world.clean_machine("M-2")
    token = token_of()
    world.session.commit()
    examples = 1_000 if soak else 50 if engine.dialect.name == "sqlite" else 15
    # Without all_or_none a batch is answered with a verdict for each row, wrong details included; and of a wrong form
    # in several parts a right one may be left once it is written down.
    exempt = path == "/api/v1/events" or (method == "post" and path in FORMS_IN_PARTS)
    judged = [each for each in CHECKS if not exempt or each is not checks.negative_data_rejection]
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    # Every request bears the good token; those with a bad one are tested elsewhere.
    schema.config.generation.update(with_security_parameters=False)
    operation = schema[path][method]
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = [operation.as_strategy(generation_mode=mode) for mode in modes]
    if "{tag}" in path:
        known = {"tag": "M-1"} | ({"key": "k2"} if "{key}" in path else {})
        cases += [operation.as_strategy(generation_mode=GenerationMode.POSITIVE, path_parameters=known)]
    sure: list[Any] = []
    if "statements/{uid}" in path:
        sure = [operation.Case(path_parameters={"uid": publisher(world)().uid})]
    if "requests/{uid}" in path and method == "get":
        with transaction(world.session) as open_session:
            asked = {"department": "INF", "kinds": ["laptop"], "number": 2}
            uid = open_request(open_session, "fuzzed", asked, world.recorder()).uid
        sure = [operation.Case(path_parameters={"uid": uid})]
    if "stock-takes/{code}" in path:
        code = request.getfixturevalue("counting").start().code
        asked = {"group": "missing"} if path.endswith("/machines") else {}
        sure = [operation.Case(path_parameters={"code": code}, query=asked)]
        world.session.commit()
    if "reports/{name}" in path:
        known = {"name": "headline"} | ({"cell": "machines"} if "{cell}" in path else {})
        sure = [operation.Case(path_parameters=known)]
    if "imports/{uid}" in path:
        upload = {"file": (io.BytesIO(b"Asset tag,Type\nN-1,laptop\n"), "fleet.csv")}
        brought = app.test_client().post(
            "/api/v1/imports",
            data=upload,
            content_type="multipart/form-data",
            headers={"Authorization": f"Bearer {token}"},
        )
        cases.append(
            st.just(operation.Case(path_parameters={"uid": brought.get_json()["id"]}))
            if method == "get"
            else st.nothing()
        )
    if "hardware-reports/{number}" in path:
        app.test_client().post("/api/v1/hardware-reports", data=lshw(), headers={"Authorization": f"Bearer {token}"})
        sure = [operation.Case(path_parameters={"number": "1"})]
    seen: Counter[int] = Counter()
    kept = [fingerprint(engine)]

    @with_settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=not soak,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if soak else [Phase.generate],
    )
    @given(case=st.one_of(cases))
    def send(case: Any) -> None:
        # The fixture's application context outlives the requests, and with it the session of the last one.
        db.session.remove()
        headers = {"Authorization": f"Bearer {token}"}
        response = case.call(headers=headers)
        case.validate_response(response, checks=judged, headers=headers)
        seen[response.status_code] += 1
        now = fingerprint(engine)
        if response.status_code >= 300 or method == "get":
            assert now == kept[0], "a refusal or a question changed the database"
        kept[0] = now

    send()
    for case in sure:
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(response, checks=judged, headers={"Authorization": f"Bearer {token}"})
        seen[response.status_code] += 1
    assert max(seen) < 500
    # No row of the uploaded file was refused, so there is no file of them.
    assert method != "get" or 200 in seen or path.endswith("/refused")
    db.session.remove()
    world.session.commit()
    assert list(check_projections(world.session, world.settings)) == []
