"""A request from the day it is opened to the day it is fulfilled, at a desk and with a phone in the store."""

import re
from typing import Any

import pytest

from inventory.reuse.queries import progress_of
from inventory.reuse.service import find_request
from tests.browser.conftest import Site, faults, picture, sign_in

pytestmark = pytest.mark.browser


def test_a_request_is_opened_reserved_for_donated_to_and_fulfilled(site: Site, open_page: Any) -> None:
    world = site.world()
    for tag in ("ED-1", "ED-2"):
        world.clean_machine(tag, location="HUB", purchase_date="2021-11-01")
    site.account("tom", "technician")
    desk, phone = open_page(), open_page(size="phone")
    sign_in(desk, site)
    sign_in(phone, site)

    desk.goto(site.address + "/requests/")
    assert "Nobody waits for a machine" in desk.inner_text("main")
    desk.locator("main").get_by_role("link", name="New request").first.click()
    assert not desk.get_by_label("Partner", exact=True).is_visible()
    desk.get_by_label("A partner outside").check()
    assert not desk.get_by_label("Department", exact=True).is_visible()
    desk.get_by_label("Partner", exact=True).fill("Northside Remakery")
    desk.get_by_label("How many").fill("1")
    desk.get_by_role("button", name="Open the request").click()
    # What was left out is told beside its control, and what was typed is there still.
    assert "names no kind of machine" in desk.inner_text("main")
    assert desk.get_by_label("Partner", exact=True).input_value() == "Northside Remakery"
    assert faults(desk) == []
    desk.get_by_label("Laptop").check()
    picture(desk, "request-new")
    desk.get_by_role("button", name="Open the request").click()
    desk.wait_for_url(re.compile(r"/requests/RQ-\w{6}$"))
    assert "1 laptop for Northside Remakery" in desk.inner_text("h1")
    assert faults(desk) == []

    # The machine's page says that somebody waits for one like it.
    phone.goto(site.address + "/t/ED-1")
    assert "1 more laptop is asked for by Northside Remakery" in phone.inner_text("main")
    phone.goto(desk.url)
    picture(phone, "request-to-serve")
    button = phone.get_by_role("button", name="Reserve ED-1")
    box = button.bounding_box()
    assert box["height"] >= 48, "a thumb meets it"
    button.click()
    phone.get_by_text("ED-1 is reserved for").wait_for()
    assert phone.get_by_role("button", name="Reserve ED-2").count() == 0, "nothing more is waited for"
    assert faults(phone) == []

    phone.locator("main").get_by_role("link", name="Donate").click()
    phone.wait_for_url(re.compile(r"/t/ED-1/donated"))
    assert "Northside Remakery" in phone.locator("main").inner_text() or phone.locator("#field-partner").input_value()
    phone.get_by_role("button", name=re.compile("Donate|Record")).last.click()
    phone.wait_for_url(re.compile(r"/t/ED-1$"))

    desk.reload()
    assert "Fulfilled" in desk.locator(".request-line").inner_text()
    assert "As many as were asked for were handed over." in desk.inner_text("main")
    picture(desk, "request-fulfilled")
    desk.locator("summary", has_text="Close the request").click()
    desk.get_by_role("button", name="Close", exact=True).click()
    desk.get_by_text("The request is closed.").wait_for()
    uid = desk.url.rsplit("/", 1)[1]
    world.session.expire_all()
    found = find_request(world.session, uid)
    assert found.state == "closed" and progress_of(world.session, [found])[uid].fulfilled
