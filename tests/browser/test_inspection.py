"""The bench in a real browser: on a phone by thumb, at the bench by keyboard; nothing too small, nothing hidden."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, picture, sign_in
from tests.conftest import World
from tests.web.browser import details_of, kinds_of

pytestmark = pytest.mark.browser


@pytest.fixture
def world(site: Site) -> World:
    """A technician, and a laptop at the hub of which no drive is on record."""
    site.account("tom", "technician")
    made = site.world()
    facts = {"kind": "laptop", "manufacturer": "Dell", "model": "Latitude 5400"}
    made.record("registered", None, "2018-01-01", tag="ED-3", status="returned", **facts)
    made.session.commit()
    return made


def test_a_phone_records_an_inspection_with_few_taps(site: Site, open_page: Any, world: World) -> None:
    page = open_page(size="phone", has_touch=True)
    sign_in(page, site)
    page.goto(site.address + "/t/ED-3/inspected")
    page.locator("[data-all-passed]").tap()
    page.locator('.tap:has([name="cosmetic"][value="B"])').tap()
    page.locator('.tap:has([name="test-camera"][value="failed"])').tap()
    page.locator(".tap--alone").tap()
    page.locator('.tap:has([name="no_drive_seen"][value="opened"])').tap()
    page.wait_for_timeout(200)
    # Everything to tap is large enough for a thumb, and the button is not under the bar of the product.
    small = page.evaluate(
        """() => [...document.querySelectorAll('.bench .tap, .bench button')]
            .filter((each) => each.checkVisibility()).map((each) => each.getBoundingClientRect())
            .filter((box) => box.height < 48).length"""
    )
    assert small == 0
    button, bar = (page.locator(each).bounding_box() for each in (".bench__done .btn-primary", ".bottom-bar"))
    assert button["y"] + button["height"] <= bar["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture(page, "inspection")
    page.locator(".bench__done .btn-primary").tap()
    page.wait_for_url("**/t/ED-3")
    details = details_of(world, "ED-3")
    assert details["functional"] == "working" and details["cosmetic"] == "B"
    assert {"test": "camera", "result": "failed"} in details["results"]
    assert sum(each["result"] == "passed" for each in details["results"]) > 10
    assert details["no_drive_seen"] == "opened"
    expect(page.locator(".advice")).to_contain_text("What we would do")


def test_all_passed_works_without_scripts(site: Site, open_page: Any, world: World) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, site)
    page.goto(site.address + "/t/ED-3/inspected")
    page.get_by_role("button", name="All passed, no locks").click()
    assert page.locator('[name="test-ram"][value="passed"]').is_checked()
    assert page.locator('[name="lock-mdm"][value="none"]').is_checked()
    assert kinds_of(world, "ED-3") == ["registered"]


def test_a_keyboard_goes_through_the_bench(site: Site, open_page: Any, world: World) -> None:
    page = open_page()
    sign_in(page, site)
    page.goto(site.address + "/t/ED-3/inspected")
    page.locator('[name="functional"]').first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator('[name="functional"][value="faulty"]').is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator('[name="cosmetic"][value="A"]').is_checked()
