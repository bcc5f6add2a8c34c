"""Pages keep to the strict content policy, load nothing from elsewhere, and name only icons that exist."""

import re
from pathlib import Path

import pytest

from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register.statuses import STATUSES

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OWN_ASSETS = sorted([*(ROOT / "static" / "css").glob("*.css"), *(ROOT / "static" / "js").glob("*.js")])
SPRITE = (ROOT / "static" / "icons.svg").read_text(encoding="utf-8")
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', SPRITE))

# A namespace is a name, not an address anybody asks.
EXTERNAL = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]{2,}", re.I)
ICON_CALLS = re.compile(r"\bicon\('([a-z0-9-]+)'[,)]|icon_name='([a-z0-9-]+)'|'(outcome-[a-z]+)'")
FORBIDDEN = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*=|<style\b", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "a value passed through unescaped": re.compile(r"\|\s*safe\b"),
}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*TEMPLATES, *OWN_ASSETS], ids=_name)
def test_nothing_is_loaded_from_another_host(path):
    assert EXTERNAL.findall(path.read_text(encoding="utf-8")) == []


def test_an_address_of_another_host_would_be_found():
    assert EXTERNAL.search('<script src="https://cdn.example.com/x.js">')
    assert EXTERNAL.search("url(//fonts.example.com/x.woff2)")


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_hold_nothing_the_content_policy_would_block(path, what):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert FORBIDDEN[what].search(text) is None, f"{_name(path)} holds {what}"


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_every_icon_a_template_names_is_in_the_sprite(path):
    named = {next(filter(None, groups)) for groups in ICON_CALLS.findall(path.read_text(encoding="utf-8"))}
    assert named <= SYMBOLS


def test_every_event_and_every_status_has_its_symbol():
    assert {event.icon for event in EVENT_TYPES.values()} <= SYMBOLS
    assert {f"status-{key}" for key in STATUSES} <= SYMBOLS


def test_no_two_statuses_share_a_shape():
    shapes = re.findall(r'<symbol id="status-[^"]+"[^>]*>(.*?)</symbol>', SPRITE)
    assert len(shapes) == len(set(shapes)) == len(STATUSES)
