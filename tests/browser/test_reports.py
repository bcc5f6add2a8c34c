"""Hardware reports in a real browser: dropped on the page, answered with one tap, on a phone and without scripts."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api.test_hardware_reports import lshw
from tests.browser.conftest import Site, faults, sign_in
from tests.conftest import World
from tests.intake.test_receiving import drives, registered
from tests.web.browser import details_of

pytestmark = pytest.mark.browser


@pytest.fixture
def world(site: Site) -> World:
    site.account("tom", "technician")
    made = site.world()
    registered(made, "ED-1", model="OptiPlex 7040", drives=None)
    made.session.commit()
    return made


@pytest.mark.parametrize(("size", "scripts"), [("laptop", True), ("phone", False)])
def test_reports_are_brought_and_a_question_is_answered_with_one_tap(
    world: World, site: Site, open_page: Any, size: str, scripts: bool
) -> None:
    page = open_page(size=size, java_script_enabled=scripts)
    sign_in(page, site)
    page.goto(site.address + "/hardware-reports")
    field = page.locator("#field-file")
    frame, control = page.locator(".drop").bounding_box(), field.bounding_box()
    assert control["height"] > frame["height"] - 8 and control["width"] > frame["width"] - 8, "drop anywhere on it"
    field.set_input_files(
        [{"name": f"{name}.json", "mimeType": "application/json", "buffer": lshw(name)} for name in ("7HPX2J2", "NEW1")]
    )
    if scripts:
        assert faults(page) == []
    page.get_by_role("button", name="Bring them in").click()
    expect(page.get_by_role("heading", name="2 files brought in")).to_be_visible()
    page.goto(site.address + "/hardware-reports/questions")
    if scripts:
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Take what the report says").click()
    expect(page.get_by_text("ED-1: Every question about it is answered.")).to_be_visible()
    assert details_of(world, "ED-1")["model"] == "OptiPlex 7060" and list(drives(world, "ED-1")) == ["Z7HPX2J2"]
    page.get_by_role("button", name="Register it as new").click()
    expect(page.get_by_text("Nothing is asked")).to_be_visible()
    page.goto(site.address + "/t/ED-1")
    expect(page.get_by_role("heading", name="Inside this machine")).to_be_visible()
    if scripts:
        assert faults(page) == []
