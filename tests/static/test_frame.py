"""The frame of every page: keys, scanner, theme, selection, reflow and accessibility, in real Chromium."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from inventory.register.statuses import STATUSES
from tests.static import pages

HERE = Path(__file__).parent
pytestmark = pytest.mark.browser

AXE = (HERE / "vendor" / "axe.min.js").read_text(encoding="utf-8")
# Keys from inside the page: over the wire a busy machine lets pauses in that no scanner makes.
BURST = """text => {
  for (const key of [...text, "Enter"]) {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
}"""
LIST = """{% extends "base.html" %}
{% import "_macros/ui.html" as ui %}{% import "_macros/table.html" as table %}
{% import "_macros/charts.html" as charts %}
{% block title %}Machines{% endblock %}
{% block breadcrumbs %}<li class="breadcrumb-item active" aria-current="page">Machines</li>{% endblock %}
{% block content %}
{{ ui.page_header('Machines', 'All that the register holds.') }}
<p>{% for status in statuses %}{{ ui.status_chip(status) }} {% endfor %}</p>
{{ charts.hierarchy_bars('h', 'Outcomes', [{'key': 'prevention', 'label': 'Prevention', 'confirmed': 5,
   'expected': 2, 'kg': 20, 'share': 0.5, 'href': '#'}]) }}
{{ charts.columns_by_year('y', 'By year', [{'label': '2024/25', 'value': 3, 'href': '#'}]) }}
{{ ui.filter_chips([chip], '/machines') }}
<form id="bulk" method="post" action="/bulk"></form>
<div class="table-scroll"><table class="table data-table"><caption>Machines that match</caption>
{{ table.table_head([{'key': 'tag', 'label': 'Tag'}, {'key': 'model', 'label': 'Model'},
   {'key': 'kg', 'label': 'Mass, kg', 'numeric': True}], select_all=True) }}
<tbody>{% for i in range(10) %}<tr><td class="select"><input class="form-check-input" type="checkbox" name="tag"
 value="A-{{ i }}" form="bulk" data-select-row aria-label="Select A-{{ i }}"></td>
 <th scope="row" data-label="Tag">{{ ui.tag('A-%d' % i, '#') }}</th>
 {{ table.td('Model', 'M' * 80) }}{{ table.td('Mass, kg', 1200, numeric=True) }}</tr>{% endfor %}</tbody></table></div>
{% call ui.bulk_bar('bulk', 1204) %}{{ ui.button('Record event', attrs={'form': 'bulk'}) }}{% endcall %}
{{ ui.pager(none, '/machines?after=x', 1204, 1, 50) }}
{{ ui.refusal('A-1 cannot be donated.', 'Its drive has no accepted wipe.', 'Record a wipe.') }}
<form method="post" action="#">{{ ui.field('Serial', 'serial', 'X', help='As printed.', error='Too long.') }}
{{ ui.radio_group('Rows', 'mode', [('all', 'All or none', 'Safest.'), ('each', 'Each on its own')], 'all') }}
{{ ui.button('Save machine') }}</form>
{% endblock %}"""


@pytest.fixture
def listing(site, page):
    chip = SimpleNamespace(label="Status", value="Returned", remove_href="/machines")
    site.pages["/machines"] = pages.render(LIST, statuses=STATUSES.values(), chip=chip)
    page.goto(f"{site.address}/machines")
    expect(page.locator("html")).to_have_class("js")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(listing, scheme, width):
    listing.emulate_media(color_scheme=scheme)
    listing.set_viewport_size({"width": width, "height": 800})
    listing.reload()
    listing.evaluate(AXE)
    found = listing.evaluate("axe.run()")["violations"]
    assert [(one["id"], one["nodes"][0]["target"]) for one in found] == []


def test_axe_would_find_a_field_without_a_label(listing):
    listing.evaluate("document.querySelector('label[for=field-serial]').remove()")
    listing.evaluate(AXE)
    assert "label" in [one["id"] for one in listing.evaluate("axe.run()")["violations"]]


@pytest.mark.parametrize("width", [320, 390, 768, 1366])
def test_no_page_scrolls_sideways(listing, width):
    listing.set_viewport_size({"width": width, "height": 800})
    assert listing.evaluate("document.documentElement.scrollWidth") <= width


def test_the_slash_key_goes_to_the_look_up_box(listing):
    listing.keyboard.press("/")
    expect(listing.locator("[data-look-up]")).to_be_focused()
    expect(listing.locator("[data-look-up]")).to_have_value("")


def test_a_slash_in_a_field_is_a_slash(listing):
    listing.locator("#field-serial").fill("")
    listing.locator("#field-serial").press("/")
    expect(listing.locator("#field-serial")).to_have_value("/")


def test_a_scanner_that_types_anywhere_opens_the_machine(site, listing):
    with listing.expect_navigation():
        listing.evaluate(BURST, "HTTPS://HUB.EXAMPLE/T/ED-3K7Q-P")
    assert any(path.endswith("lookup?q=HTTPS%3A%2F%2FHUB.EXAMPLE%2FT%2FED-3K7Q-P") for path in site.asked), site.asked


def test_a_person_who_types_slowly_outside_of_a_field_opens_nothing(site, listing):
    before = len(site.asked)
    listing.keyboard.type("abcdef", delay=120)
    listing.keyboard.press("Enter")
    listing.wait_for_timeout(200)
    assert not any("lookup" in path for path in site.asked[before:])


def test_shift_selects_the_rows_between(listing):
    boxes = listing.locator("[data-select-row]")
    boxes.nth(2).click()
    boxes.nth(6).click(modifiers=["Shift"])
    expect(listing.locator("[data-bulk-count]")).to_have_text("5 selected.")


def test_all_that_match_is_chosen_only_by_a_click_of_its_own(listing):
    hidden = listing.locator("[data-select-all-matches]")
    listing.locator("[data-select-all]").check()
    expect(hidden).to_have_value("")
    listing.get_by_role("button", name="Select all 1,204 that match").click()
    expect(hidden).to_have_value("1")
    listing.locator("[data-select-row]").nth(0).uncheck()
    expect(hidden).to_have_value("")


def test_the_bulk_bar_is_away_until_something_is_selected(listing):
    expect(listing.locator("[data-bulk-bar]")).to_be_hidden()
    listing.locator("[data-select-row]").nth(0).check()
    expect(listing.locator("[data-bulk-bar]")).to_be_visible()


def test_the_chosen_theme_is_remembered(listing):
    listing.locator(".person > summary").click()
    listing.get_by_text("Dark", exact=True).click()
    expect(listing.locator("html")).to_have_attribute("data-bs-theme", "dark")
    listing.reload()
    expect(listing.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_escape_closes_the_menu_and_gives_the_focus_back(listing):
    menu = listing.locator(".person")
    menu.locator("summary").click()
    listing.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_the_first_tab_leads_past_the_navigation(listing):
    listing.keyboard.press("Tab")
    expect(listing.locator(".skip-link")).to_be_focused()


def test_targets_on_a_phone_are_large_enough_to_hit(listing):
    listing.set_viewport_size({"width": 390, "height": 800})
    for link in listing.locator(".bottom-bar > ul > li > a").all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["width"] >= 48
