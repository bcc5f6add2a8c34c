"""Settling in a real browser: at a desk and on a phone, light and dark, by keyboard, and no fault that a checker finds."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AXE, Site, picture, sign_in
from tests.conftest import World
from tests.web.browser import kinds_of
from tests.web.test_scan_sync import one

pytestmark = pytest.mark.browser

SEND = """async ([body]) => {
  const boot = await (await fetch("/scan/boot")).json();
  const sent = {method: "POST", headers: {"X-CSRFToken": boot.csrf, "Content-Type": "application/json"}, body};
  // Two at once: a browser may send a request twice within milliseconds.
  const answers = await Promise.all([fetch("/scan/sync", sent), fetch("/scan/sync", sent)]);
  return [boot.to_settle, ...await Promise.all(answers.map((one) => one.json()))];
}"""


@pytest.fixture
def world(site: Site) -> World:
    site.account("tom", "technician")
    made = site.world()
    made.clean_machine("ED-3K7Q-P")
    made.record("donated", "ED-3K7Q-P", partner="remakery")
    for tag in ("ED-1", "ED-2"):
        made.used_machine(tag, identifiers=[{"type": "serial", "value": "TWIN"}])
    made.session.commit()
    return made


def scans() -> list[dict[str, Any]]:
    return [
        one("ED-3K7Q-P", "moved", details={"location": "HUB", "note": "on the trolley by the lift"}),
        one("TWIN", "returned", details={"location": "HUB"}),
        one("ED-1", "donated", details={"partner": "remakery"}),
        one("HTTPS://SOME.OTHER.PLACE/LONG/ADDRESS/THAT/NOBODY/KNOWS/0123456789-0123456789", "returned"),
        one("ED-2", "sighted"),
    ]


def send(page: Any, made: list[dict[str, Any]]) -> list[Any]:
    body = {"device": "phone-1", "sent_at": datetime.now(UTC).isoformat(), "scans": made}
    found: list[Any] = page.evaluate(SEND, [json.dumps(body)])
    return found


def test_what_waits_is_settled_on_a_phone(site: Site, open_page: Any, world: World) -> None:
    page = open_page(size="phone")
    sign_in(page, site)
    before, *answers = send(page, scans())
    assert before == 0
    outcomes = sorted([each["outcome"] for each in answer["results"]] for answer in answers)
    assert outcomes == [["to_settle"] * 4 + ["already"], ["to_settle"] * 4 + ["recorded"]]
    assert kinds_of(world, "ED-2").count("sighted") == 1
    page.goto(site.address + "/scan/settle")
    cards = page.locator(".settle")
    assert cards.count() == 4
    picture(page, "settle")
    cards.nth(1).get_by_role("button", name="ED-2").click()
    assert "ED-2: returned, recorded as of now" in page.inner_text("main")
    assert kinds_of(world, "ED-2")[-1] == "returned"
    # A finger on the wrong button: the card stays, with the reason.
    cards.nth(0).get_by_role("button", name="Record it now").click()
    assert "Not settled" in cards.nth(0).inner_text() and cards.count() == 3
    for left in (2, 1, 0):
        page.locator(".settle summary", has_text="Set aside").first.press("Enter")
        page.locator(".settle [name=reason]").first.fill("Looked at: scanned by mistake")
        page.keyboard.press("Enter")
        expect(cards).to_have_count(left)
    assert "Nothing to settle" in page.inner_text("main")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_have_no_fault_and_do_not_spill_over(
    site: Site, open_page: Any, world: World, tmp_path: Path, scheme: str
) -> None:
    page = open_page()
    sign_in(page, site)
    send(page, made := scans())
    page.emulate_media(color_scheme=scheme)
    file = tmp_path / "scans.json"
    head = {
        "format": "inventory-scans",
        "version": 1,
        "device": "phone-1",
        "exported_at": datetime.now(UTC).isoformat(),
    }
    file.write_text(json.dumps({**head, "scans": made}))
    found = []

    def look(name: str) -> None:
        for width in (390, 1366):
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            found.extend([f"{name} spills over by {over} px at {width} px"] if over > 0 else [])
        page.evaluate(AXE)
        wrong = page.evaluate("axe.run()")["violations"]
        found.extend(f"{name}: {one['id']} {[node['target'] for node in one['nodes'][:3]]}" for one in wrong)

    page.goto(site.address + "/scan/settle?whose=all")
    page.locator(".settle summary", has_text="Set aside").first.click()
    page.locator(".settle summary", has_text="Last lines").first.click()
    look("settle")
    page.goto(site.address + "/scan/import")
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name="Take the scans in").click()
    assert "5 scans taken in" in page.inner_text("main") and "1 on record already" in page.inner_text("main")
    look("import")
    if scheme == "light":
        picture(page, "scan-import")
    assert found == []
