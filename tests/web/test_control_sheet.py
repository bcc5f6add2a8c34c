"""The control sheet of a person: their modes, the places chosen or most used, refusals in a sentence."""

from typing import Any

import pypdfium2
import pytest
from flask import Flask

from inventory.accounts.permissions import ROLES, permissions_of
from inventory.db import db, transaction
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register.models import Location
from inventory.scanning.controls import CONFIRM, LOOK_UP, UNDO, mode_text, place_text
from tests.conftest import World, statements
from tests.web.browser import sign_in, words

SHEET = "/scan/control-sheet.pdf"


def texts(answer: Any) -> list[str]:
    assert answer.status_code == 200 and answer.mimetype == "application/pdf", words(answer)
    pages = pypdfium2.PdfDocument(answer.data)
    lines = [line.strip() for page in pages for line in page.get_textpage().get_text_bounded().splitlines()]
    return [line for line in lines if line.startswith("SCAN-")]


def add_places(world: World, *codes: str) -> None:
    world.session.commit()
    with transaction(world.session) as session:
        session.add_all([Location(code=code, site="Site", room=code) for code in codes])


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_has_its_own_modes(app: Flask, world: World, role: str) -> None:
    add_places(world, "STORE-1")
    held = permissions_of(role)
    modes = [mode_text(row.key) for row in EVENT_TYPES.values() if row.scan and row.permission in held]
    assert texts(sign_in(app, world, role).get(f"{SHEET}?place=STORE-1")) == [
        UNDO,
        CONFIRM,
        LOOK_UP,
        *modes,
        "SCAN-PLACE-STORE-1",
    ]


def test_chosen_places_stand_in_their_order_once(app: Flask, world: World) -> None:
    add_places(world, "A.1", "B 2", "C/3")
    told = texts(sign_in(app, world).get(f"{SHEET}?place=C/3&place=A.1&place=C/3&place="))
    assert [text for text in told if "PLACE" in text] == ["SCAN-PLACE-C-3", "SCAN-PLACE-A-1"]


def test_without_a_choice_it_is_where_most_machines_wait(app: Flask, world: World) -> None:
    codes = [f"W-{number}" for number in range(8)]
    add_places(world, *codes, "DESK", "TWIN.1", "TWIN-1")
    number = 0
    for place, machines, status in [
        *((code, index, "returned") for index, code in enumerate(codes)),
        ("DESK", 9, "in_use"),
        ("TWIN.1", 10, "returned"),
    ]:
        for _ in range(machines):
            number += 1
            world.record("registered", None, None, tag=f"M-{number}", kind="laptop", status=status, location=place)
    world.session.commit()
    client = sign_in(app, world, "technician")
    client.get(SHEET)
    with statements(db.engine) as sent:
        told = texts(client.get(SHEET))
    places = [text for text in told if "PLACE" in text]
    # The most used of all reads like another place, so it is left to a choice; nobody waits at the desk.
    assert places == [place_text(code) for code in ("W-7", "W-6", "W-5", "W-4", "W-3")]
    assert len(sent) <= 5, sent


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("place=NOWHERE", "No place has the code NOWHERE"),
        ("place={0}", "No place has the code {0}"),
        ("place=TWIN.1", "TWIN.1 would have the same barcode"),
        ("place=TWIN.1&place=TWIN-1", "TWIN.1 and TWIN-1 would have the same barcode"),
        ("&".join(f"place=P{number}" for number in range(201)), "more than 200 places"),
    ],
)
def test_what_cannot_be_printed_is_told(app: Flask, world: World, query: str, sentence: str) -> None:
    add_places(world, "TWIN.1", "TWIN-1")
    answer = sign_in(app, world).get(f"{SHEET}?{query}")
    assert answer.status_code == 422 and sentence in words(answer)


def test_the_scan_page_and_the_labels_lead_to_it(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    for page in ("/scan", "/scan/shell", "/labels"):
        assert f'href="{SHEET}"' in client.get(page, follow_redirects=True).get_data(as_text=True)
