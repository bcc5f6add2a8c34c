"""The technician's day: look up, scan a pile, record, be refused, correct."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, picture, sign_in
from tests.conftest import World
from tests.web.browser import kinds_of, status_of

pytestmark = pytest.mark.browser


@pytest.fixture
def world(site: Site) -> World:
    """The small university with a technician, three machines in use and one that was never wiped."""
    site.account("tom", "technician")
    made = site.world()
    for tag in ("ED-1", "ED-2", "ED-3"):
        made.used_machine(tag)
    made.used_machine("ED-9")
    made.record("returned", "ED-9", "2018-02-01")
    made.session.commit()
    return made


def test_a_scanner_types_into_the_look_up_and_the_machine_opens(site: Site, open_page: Any, world: World) -> None:
    page = open_page()
    sign_in(page, site)
    page.keyboard.press("/")
    page.keyboard.type("ed-2", delay=5)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/t/ED-2$"))
    assert page.locator("h1").inner_text() == "ED-2"
    picture(page, "machine")
    page.keyboard.press("/")
    page.keyboard.type("https://reuse.test/T/ED-3", delay=2)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/t/ED-3$"))


def test_an_unknown_tag_offers_the_nearest_and_a_new_record(site: Site, open_page: Any, world: World) -> None:
    page = open_page()
    sign_in(page, site)
    page.goto(site.address + "/lookup?q=ED-4")
    text = page.inner_text("main")
    assert "No machine bears ED-4" in text
    assert "ED-1" in text or "ED-2" in text
    picture(page, "unknown-tag")


def test_a_pile_is_scanned_one_after_another(site: Site, open_page: Any, world: World) -> None:
    page = open_page(size="phone")
    sign_in(page, site)
    page.goto(site.address + "/scan")
    page.get_by_role("button", name="Change").click()
    page.get_by_role("button", name="Returned").first.click()
    page.get_by_label("Location").fill("store b12")
    page.get_by_role("button", name="Start scanning").click()
    expect(page.locator("[data-mode-line]")).to_have_text("Returned → King's Buildings, Reuse hub, Store B12")
    field, answer = page.locator("#scan-field"), page.locator("[data-answer]")
    for tag, outcome in (("ED-1", "recorded"), ("ed-2", "recorded"), ("ED-77", "settle"), ("ED-9", "refused")):
        field.fill(tag)
        page.keyboard.press("Enter")
        expect(answer).to_contain_text(tag.upper())
        expect(answer).to_have_class(re.compile(f"scan-answer--{outcome}"))
    page.wait_for_timeout(300)
    assert (status_of(world, "ED-1"), status_of(world, "ED-2"), status_of(world, "ED-9")) == ("returned",) * 3
    assert kinds_of(world, "ED-9").count("returned") == 1
    expect(page.locator("[data-tally]")).to_have_text("3")
    expect(page.locator("[data-settle-link]")).to_contain_text("1 to settle")
    picture(page, "scan")


def test_a_donation_of_an_unwiped_machine_is_refused_and_nothing_changes(
    site: Site, open_page: Any, world: World
) -> None:
    world.record("inspected", "ED-9", "2018-02-01", functional="working", cosmetic="B")
    page = open_page()
    sign_in(page, site)
    page.goto(site.address + "/t/ED-9")
    assert "D-ED-9" in page.locator(".now__why").inner_text()
    page.goto(site.address + "/t/ED-9/passed_for_reuse")
    page.locator("main form button[type=submit]").last.click()
    refused = page.locator("[role=alert]").first.inner_text()
    assert "D-ED-9" in refused
    assert "wipe" in refused
    assert status_of(world, "ED-9") == "returned"
    picture(page, "refusal")


def test_a_machine_goes_from_the_hub_to_a_partner_by_buttons_and_counts(
    site: Site, open_page: Any, world: World
) -> None:
    page = open_page()
    sign_in(page, site)

    def button(name: str) -> None:
        page.goto(site.address + "/t/ED-9")
        page.locator("main").get_by_role("link", name=name).click()
        page.wait_for_url("**/t/ED-9/*")

    def send() -> None:
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_url(re.compile(r"/t/ED-9(\?.*)?$"))

    button("Record wipe")
    picture(page, "record-wipe")
    page.get_by_label(re.compile("Method")).first.select_option("purge")
    send()
    button("Record inspection")
    page.get_by_label("Fully working").check()
    page.get_by_label("B · Light marks").check()
    page.get_by_role("button", name="Record inspection").click()
    page.wait_for_url(re.compile(r"/t/ED-9(\?.*)?$"))
    button("Pass for re-use")
    send()
    button("Donate")
    page.get_by_label("Partner").fill("Northside Remakery")
    send()
    assert status_of(world, "ED-9") == "donated"
    page.goto(site.address + "/")
    assert page.locator("h1").inner_text().replace("\n", " ").startswith("1 machine re-used or donated")
    page.locator("h1 a").click()
    page.get_by_role("link", name="ED-9").click()
    assert page.locator("h1").inner_text() == "ED-9"


def test_a_line_recorded_by_mistake_is_corrected_and_stays_readable(site: Site, open_page: Any, world: World) -> None:
    page = open_page()
    sign_in(page, site)
    page.goto(site.address + "/t/ED-9")
    page.locator(".timeline__line", has_text="Returned").get_by_role("link", name=re.compile("Correct")).click()
    picture(page, "correct")
    page.get_by_label(re.compile("Reason|Why", re.I)).first.fill("Wrong machine: it is still at the desk.")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/t/ED-9(\?.*)?$"))
    assert status_of(world, "ED-9") == "in_use"
    assert "still at the desk" in page.inner_text("main")
    assert "Returned" in page.locator(".timeline").inner_text()
