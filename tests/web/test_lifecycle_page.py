"""The lifecycle is told from its table: page, drawing, Markdown, command."""

import pytest
from flask import Flask

from inventory.lifecycle.describe import everything, from_nearly_everywhere, markdown, moves
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register.statuses import STATUSES
from inventory.web._diagram import HEIGHT, PLACES, WIDTH, drawing
from tests.conftest import World
from tests.web.browser import sign_in, words


def test_every_status_and_every_event_stands_on_the_page(app: Flask, world: World) -> None:
    page = sign_in(app, world).get("/lifecycle")
    seen = words(page)
    for row in EVENT_TYPES.values():
        assert row.label in seen and f'id="event-{row.key}"' in page.get_data(as_text=True)
    for status in STATUSES.values():
        assert status.meaning in seen


@pytest.mark.parametrize("key", sorted(EVENT_TYPES))
def test_every_event_is_told_in_markdown_with_where_it_leads(key: str) -> None:
    row = EVENT_TYPES[key]
    events = markdown().partition("## Events")[2]
    [line] = [line for line in events.splitlines() if line.startswith(f"| {row.label} (`{key}`) |")]
    assert row.target_text() in line and f"`{row.permission}`" in line


def test_every_event_that_moves_a_machine_is_drawn_or_told_beside_the_drawing() -> None:
    drawn = {label for move in moves() for label in move.labels}
    told = {each.row.label for each in from_nearly_everywhere()}
    moving = {row.label for row in EVENT_TYPES.values() if isinstance(row.leads_to, str) and row.leads_to != "same"}
    assert moving - drawn - told - {"Reassigned"} == set()


def test_every_status_has_a_place_of_its_own_on_the_drawing() -> None:
    assert set(PLACES) == {"(new)", *STATUSES}
    boxes = drawing().boxes
    for one in boxes:
        for other in boxes:
            apart = abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT
            assert one is other or apart, f"{one.label} covers {other.label}"


def test_safeguards_are_named_where_they_stand() -> None:
    donated = next(each for each in everything() if each.row.key == "donated")
    assert "clean drives (safeguard)" in donated.needs


def test_the_command_prints_the_same_markdown(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["lifecycle"])
    assert result.exit_code == 0 and result.output == markdown()
