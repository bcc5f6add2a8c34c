"""The pages of factors and what a machine's page tells of its mass and carbon."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from inventory.accounts.permissions import ROLES, may
from inventory.db import db, transaction
from inventory.footprint.models import FactorSet
from inventory.footprint.service import record_sets
from tests.conftest import World, statements
from tests.footprint.test_boavizta import HEADER
from tests.footprint.test_importing import CLASSES
from tests.web.browser import sign_in, words

BOAVIZTA = (
    f"{HEADER}\nDell,Latitude 5400,Laptop,300,0.2,20,0.25,0.7,1.5,14,01-02-2020,0.05\n"
    "Lenovo,ThinkPad T540p,Laptop,300,0.2,,,,15.6,15,,\nDell,Latitude 2,Laptop,400,0.25,30,,,2.0,14,,\n"
)


def bring(world: World, *sets: dict[str, Any]) -> None:
    world.session.commit()
    with transaction(world.session) as session:
        record_sets(session, sets, "a" * 64, world.recorder(now=datetime.now(UTC)))


def send(client: Any, content: str | bytes = BOAVIZTA, **more: str) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post("/settings/factors", data={"file": (io.BytesIO(data), "factors.csv"), **more})


def on_record(world: World) -> int:
    world.session.commit()
    return int(world.session.scalar(select(func.count()).select_from(FactorSet)) or 0)


def test_the_page_shows_every_set_with_its_licence_its_notice_and_the_makers_warning(app: Flask, world: World) -> None:
    text = words(sign_in(app, world, "viewer").get("/settings/factors"))
    for part in ("ODbL 1.0", "Open Database License", "orders of magnitude only", "OGL 3.0", "In force for 2026.",
                 "have not been compared with the official flat file", "uk-ghg-2026", "with the product"):  # fmt: skip
        assert part in text, part
    assert "Bring in factors" not in text


@pytest.mark.parametrize("role", ROLES)
def test_who_may_import_may_bring_in_factors_and_nobody_else(app: Flask, world: World, role: str) -> None:
    client = sign_in(app, world, role)
    assert client.get("/settings/factors").status_code == 200
    assert send(client).status_code == (200 if may(role, "import") else 403)
    assert on_record(world) == (2 if may(role, "import") else 0)


def test_a_file_is_tried_brought_in_and_known_again_with_its_faults_named(app: Flask, world: World) -> None:
    client = sign_in(app, world, "sustainability_officer")
    trial = words(send(client, trial="1"))
    assert "Nothing was recorded: this was a trial." in trial and "ThinkPad T540p 15.6 kg" in trial
    assert on_record(world) == 0
    said = words(send(client))
    assert "Brought in." in said and "3 values, in force from now" in said and "ThinkPad T540p 15.6 kg" in said
    assert "Sustainability_Officer" in said and "Not in force; still there for figures as at an earlier day." in said
    assert "on record already" in words(send(client))
    assert on_record(world) == 2


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 50, b"hello", b"{}", b"[]", b'{"key": 1}'])
def test_a_file_that_holds_no_factors_is_refused_in_words(app: Flask, world: World, content: bytes) -> None:
    answer = send(sign_in(app, world), content)
    assert answer.status_code == 422
    assert on_record(world) == 0


def test_without_a_file_nothing_happens_and_it_says_so(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    answer = client.post("/settings/factors", data={})
    assert answer.status_code == 422 and "No file came with the form" in words(answer)
    other = json.dumps(CLASSES | {"key": "uk-ghg-2026"})
    assert send(client, other).status_code == 409


def test_a_set_from_outside_is_shown_as_text_and_leads_to_no_script(app: Flask, world: World) -> None:
    evil = CLASSES | {"title": "<b>Ours</b>", "source": "javascript:alert(1)", "notice": "<script>x</script>"}
    bring(world, evil)
    page = sign_in(app, world).get("/settings/factors").get_data(as_text=True)
    assert "<b>Ours" not in page and 'href="javascript' not in page and "<script>x" not in page


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("boavizta-2023-02-23-classes", ("Laptop", "235.32 (189.32 to 276.52)", "1.62 (1.38 to 1.95)")),
        ("uk-ghg-2026", ("24865.47556 kg CO2e/t", "in third-party work only", "material_it")),
        ("avoided-2026-1", ("displacement donated", "0.2", "0.7")),
    ],
)
def test_the_values_of_a_set_are_shown(app: Flask, world: World, key: str, parts: tuple[str, ...]) -> None:
    text = words(sign_in(app, world, "auditor").get(f"/settings/factors/{key}"))
    for part in parts:
        assert part in text


def test_a_set_that_is_not_there_is_not_found(app: Flask, world: World) -> None:
    assert sign_in(app, world).get("/settings/factors/nonsense").status_code == 404


def test_a_long_set_is_searched_and_turned_page_by_page(app: Flask, world: World) -> None:
    values = {f"dell|latitude{number:03}": {"mass_kg": 1.5, "error": 0.2} for number in range(120)}
    bring(world, CLASSES | {"subject": "model_footprint", "values": values})
    client = sign_in(app, world)
    seen, address = 0, "/settings/factors/ours-1"
    while address:
        page = client.get(address).get_data(as_text=True)
        seen += page.count("dell latitude")
        address = page.split('rel="next" href="')[1].split('"')[0] if 'rel="next"' in page else ""
    assert seen == 120
    found = words(client.get("/settings/factors/ours-1?q=latitude007"))
    assert "dell latitude007" in found and "latitude008" not in found and "20 %" in found


def test_the_pages_take_few_statements(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    client.get("/settings/factors")
    for address in ("/settings/factors", "/settings/factors/uk-ghg-2026"):
        with statements(db.engine) as sent:
            client.get(address)
        assert len(sent) <= 3, sent


# -- a machine's page --------------------------------------------------------------------------------------------


def test_a_machine_tells_its_mass_and_carbon_with_their_source_and_the_warning(app: Flask, world: World) -> None:
    world.used_machine("A")
    client = sign_in(app, world)
    text = words(client.get("/t/A"))
    assert "Mass about 1.62 kg the median of its class; never weighed" in text
    assert "Embodied carbon 235 kg CO2e (189 to 277) the median of its class, with its quartiles" in text
    assert "order of magnitude only" in text and "ODbL 1.0" in text
    values = {"dell|latitude5400": {"mass_kg": 1.48, "embodied_kg": 200, "error": 0.1}}
    bring(world, CLASSES | {"subject": "model_footprint", "values": values})
    text = words(client.get("/t/A"))
    assert "Mass about 1.48 kg what its maker states for the model; never weighed" in text
    assert "Embodied carbon 200 kg CO2e (180 to 220) what its maker states for the model" in text
    world.record("amended", "A", "2018-01-01", mass_g=1_550, source="hub scale")
    text = words(client.get("/t/A"))
    assert "Measured mass 1.55 kg hub scale, 1 Jan 2018" in text


def test_a_mass_that_cannot_be_is_doubted_on_the_page(app: Flask, world: World) -> None:
    world.used_machine("A")
    world.record("amended", "A", "2018-01-01", mass_g=162_000)
    assert "162 kg each is far too much" in words(sign_in(app, world).get("/t/A"))


def test_of_a_kind_without_a_class_nothing_is_guessed(app: Flask, world: World) -> None:
    world.record("registered", None, "2018-01-01", tag="S", kind="server", status="in_use")
    text = words(sign_in(app, world).get("/t/S"))
    assert "Mass Unknown never weighed; no weight is known for its kind or model" in text
    assert "Embodied carbon Unknown no footprint is known" in text
    assert "order of magnitude" not in text
