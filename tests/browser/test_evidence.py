"""From a stick's report to a machine that may leave: inside, wiped, accepted, inspected, certified, donated; in a browser."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api.test_hardware_reports import lshw
from tests.browser.conftest import Site, picture, sign_in
from tests.conftest import World
from tests.intake.test_receiving import registered
from tests.sanitisation import logs
from tests.web.browser import kinds_of, status_of

pytestmark = pytest.mark.browser


@pytest.fixture
def world(site: Site) -> World:
    """One machine that came back, whose firmware tells the serial number on record."""
    site.account("tom", "technician")
    made = site.world()
    registered(made, "ED-1", drives=None)
    made.session.commit()
    return made


def test_a_machine_goes_from_the_bench_to_a_partner_and_no_step_can_be_left_out(
    world: World, site: Site, open_page: Any
) -> None:
    page = open_page()
    sign_in(page, site)
    report = lshw("7HPX2J2")
    serial = re.search(r'"serial": ?"(Z[^"]+)"', json.dumps(json.loads(report)))
    assert serial is not None
    page.goto(site.address + "/hardware-reports")
    wiped = logs.nwipe({"serial": serial[1], "name": "nvme0n1", "bus": "NVME", "hidden": ""}, at="2026/11/23 11:30:00")
    page.locator("#field-file").set_input_files(
        [
            {"name": "host.json", "mimeType": "application/json", "buffer": report},
            {"name": "nwipe_log.txt", "mimeType": "text/plain", "buffer": wiped},
        ]
    )
    page.get_by_role("button", name="Bring them in").click()
    expect(page.get_by_text("Wipes of 1 drive: 1 waiting for acceptance.")).to_be_visible()
    picture(page, "reports-brought")
    page.goto(site.address + "/t/ED-1")
    expect(page.get_by_role("heading", name="Why it may not leave")).to_be_visible()
    picture(page, "machine-with-report")
    page.get_by_role("link", name="Look at the wipe and accept it").click()
    picture(page, "sanitisation-record")
    page.goto(site.address + "/sanitisation/")
    page.locator("[data-select-row]").check()
    picture(page, "sanitisation")
    page.get_by_role("button", name="Accept as proof").click()
    expect(page.get_by_text("1 wipe accepted as proof")).to_be_visible()
    page.goto(site.address + "/t/ED-1/passed_for_reuse")
    page.get_by_role("button", name="Pass for re-use").click()
    expect(page.get_by_text("it was not inspected since it came back")).to_be_visible()
    page.goto(site.address + "/t/ED-1/inspected")
    page.get_by_label("Fully working").check()
    page.get_by_label("B · Light marks").check()
    page.get_by_role("button", name="All passed").click()
    page.get_by_role("button", name="Record inspection").click()
    page.wait_for_url(re.compile("/t/ED-1$"))
    page.goto(site.address + "/t/ED-1/passed_for_reuse")
    page.get_by_role("button", name="Pass for re-use").click()
    page.wait_for_url(re.compile("/t/ED-1$"))
    page.get_by_role("link", name="Certificates of sanitisation").click()
    page.locator("main form button[type=submit]").first.click()
    picture(page, "certificates")
    public = page.locator("a[href^='/c/']").first.get_attribute("href")
    page.goto(site.address + "/t/ED-1/donated")
    page.locator("#field-partner").fill("Northside Remakery")
    page.get_by_role("button", name="Donate").click()
    page.wait_for_url(re.compile("/t/ED-1$"))
    assert status_of(world, "ED-1") == "donated"
    assert [kind for kind in kinds_of(world, "ED-1") if kind not in ("amended", "part_fitted")] == [
        "registered", "sanitised", "inspected", "passed_for_reuse", "donated",
    ]  # fmt: skip
    visitor = open_page(size="phone")
    visitor.goto(site.address + str(public))
    expect(visitor.get_by_text("This certificate is genuine and current.")).to_be_visible()
    assert "ED-1" not in visitor.inner_text("main") and serial[1] not in visitor.inner_text("main")
    picture(visitor, "certificate-public")
