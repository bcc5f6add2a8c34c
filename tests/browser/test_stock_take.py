"""A whole count by two people in the same room: scans, pause and resume, review, confirmation, and the ledger's lines."""

import re
from typing import Any

import pytest

from inventory.lifecycle.models import LifecycleEvent
from inventory.register.models import Asset
from tests.browser.conftest import Site, picture, sign_in
from tests.conftest import World

pytestmark = pytest.mark.browser


@pytest.fixture
def world(site: Site) -> World:
    """Five machines in the hub's store, two in Appleton Tower, and two technicians."""
    site.account("tom", "technician")
    site.account("bea", "technician")
    made = site.world()
    opening = {"kind": "laptop", "manufacturer": "Dell", "model": "Latitude 5400", "status": "returned"}
    made.batch(
        [made.request("registered", None, None, tag=f"ED-{n}", location="HUB", **opening) for n in range(1, 6)]
        + [made.request("registered", None, None, tag=f"AT-{n}", location="AT-5.01", **opening) for n in (1, 2)]
    )
    made.session.commit()
    return made


def count(page: Any, text: str, headline: str) -> None:
    """Scan as a scanner does that types: the field has the focus already."""
    page.locator("#scan-tag").wait_for()
    assert page.evaluate("document.activeElement.id") == "scan-tag"
    page.keyboard.type(text, delay=2)
    page.keyboard.press("Enter")
    page.wait_for_function("words => document.querySelector('.scan-answer')?.innerText.includes(words)", arg=headline)


def test_two_people_count_a_room_and_the_ledger_has_exactly_those_lines(
    site: Site, open_page: Any, world: World
) -> None:
    tom, bea = open_page(), open_page(size="phone")
    sign_in(tom, site)
    sign_in(bea, site, "bea")
    tom.goto(site.address + "/stock-takes/")
    assert "Nothing counted yet" in tom.inner_text("main")
    picture(tom, "stock-takes-none")
    tom.locator("main").get_by_role("link", name="Start a count").first.click()
    assert not tom.get_by_label("Tags", exact=True).is_visible()
    tom.locator("#field-place").fill("Store B12")
    picture(tom, "stock-take-new")
    tom.get_by_role("button", name="Start the count").click()
    tom.wait_for_url(re.compile(r"/stock-takes/C\w{5}$"))
    bea.goto(tom.url)
    count(tom, "ed-1", "Found")
    count(bea, "https://reuse.test/T/ED-2", "Found")
    count(bea, "ED-1", "Counted already")
    assert "Tom" in bea.locator(".scan-answer").inner_text()
    count(bea, "AT-1", "Not expected here")
    assert "Appleton Tower" in bea.locator(".scan-answer").inner_text()
    picture(bea, "stock-take-count")
    count(bea, "AT-2", "Not expected here")
    count(bea, "LIB-77", "Unknown")
    # What she scanned shows on his page without a step of his.
    tom.wait_for_function("() => document.querySelector('[data-count=unexpected]').innerText === '2'")
    assert tom.locator("[data-count-people]").inner_text().count("Bea") == 1
    count(tom, "ED-3", "Found")
    count(tom, "ED-4", "Found")
    tom.locator(".scan-answer").get_by_role("button", name="Take back").click()
    tom.wait_for_function("() => document.querySelector('[data-count=missing]').innerText === '2'")
    tom.get_by_role("button", name="Pause").click()
    assert "The count is paused" in tom.inner_text("main")
    assert tom.locator("#scan-tag").count() == 0
    tom.get_by_role("button", name="Resume").click()
    tom.get_by_role("link", name="Review and finish").click()

    tom.locator(".count-tally--unknown a").click()
    tom.get_by_text("Set it aside").first.click()
    tom.get_by_label("Why").fill("a library book")
    picture(tom, "stock-take-unknown")
    tom.get_by_role("button", name="Set it aside").click()
    assert "Set aside: a library book" in tom.inner_text("main")
    tom.get_by_role("link", name="Back to the review").click()
    tom.locator(".count-tally--missing a").click()
    tom.get_by_label("Select ED-5").check()
    tom.locator("#bulk-decision").select_option("report")
    tom.get_by_role("button", name="Keep the choice").click()
    assert "Report missing" in tom.locator("tr", has_text="ED-5").inner_text()
    picture(tom, "stock-take-missing")
    tom.goto(re.sub(r"/missing.*", "/unexpected", tom.url))
    tom.get_by_label("Select AT-1").check()
    tom.locator("#bulk-decision").select_option("move")
    tom.get_by_role("button", name="Keep the choice").click()
    tom.get_by_label("Select AT-2").check()
    tom.locator("#bulk-decision").select_option("back")
    tom.get_by_role("button", name="Keep the choice").click()
    tom.goto(re.sub(r"/unexpected.*", "/review", tom.url))
    picture(tom, "stock-take-review")
    tom.get_by_role("button", name="See what will be recorded").click()
    picture(tom, "stock-take-preview")
    assert lines(world) == []
    tom.get_by_role("button", name="Confirm the count").click()
    tom.wait_for_url(re.compile(r"/report$"))
    picture(tom, "stock-take-report")
    assert lines(world) == [
        ("AT-1", "moved", {"location": "HUB"}),
        ("AT-2", "moved", {"location": "AT-5.01"}),
        ("AT-2", "sighted", {"location": "HUB"}),
        ("ED-1", "sighted", {"location": "HUB"}),
        ("ED-2", "sighted", {"location": "HUB"}),
        ("ED-3", "sighted", {"location": "HUB"}),
        ("ED-5", "reported_missing", {}),
    ]
    # She still has the page of the count open: her next scan is told, and changes nothing.
    bea.wait_for_url(re.compile(r"/report$"), timeout=20_000)
    with tom.expect_download() as download:
        tom.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.startswith("stock-take-C")


def lines(world: World) -> list[tuple[str, str, Any]]:
    """What the count wrote into the ledger."""
    world.session.commit()
    rows = (
        world.session.query(Asset.tag, LifecycleEvent.kind, LifecycleEvent.details)
        .join(Asset, Asset.id == LifecycleEvent.asset_id)
        .filter(LifecycleEvent.kind != "registered")
    )
    return sorted((tag, kind, details) for tag, kind, details in rows)


def test_a_count_goes_on_without_script(site: Site, open_page: Any, world: World) -> None:
    page = open_page(size="phone", java_script_enabled=False)
    sign_in(page, site)
    page.goto(site.address + "/stock-takes/new")
    page.locator("#field-place").fill("HUB")
    page.get_by_role("button", name="Start the count").click()
    for text, headline in (("ED-1", "Found"), ("AT-1", "Not expected here")):
        page.locator("#scan-tag").fill(text)
        page.locator("#scan-tag").press("Enter")
        assert headline in page.locator(".scan-answer").inner_text()
    assert "1 of 5 found" in page.inner_text("main").replace("\n", " ")
