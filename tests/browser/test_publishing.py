"""Publishing in a browser: frozen, corrected beneath, still the same, restated in the open, read by everybody."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, faults, picture, sign_in
from tests.conftest import World
from tests.databases import Kept
from tests.reports.conftest import build_fleet

pytestmark = pytest.mark.browser


@pytest.fixture
def fleet(site: Site, kept: Kept) -> World:
    """The small fleet whose counts are known."""
    found: World = kept(site.world(), build_fleet)
    return found


@pytest.fixture
def officer(site: Site, open_page: Any, fleet: World) -> Any:
    """A page signed in as sustainability officer."""
    site.account("tom", "sustainability_officer")
    page = open_page()
    sign_in(page, site)
    return page


def test_a_published_number_stands_and_its_restatement_stands_beside_it(
    site: Site, officer: Any, open_page: Any, fleet: World
) -> None:
    page, main = officer, officer.locator("main")
    page.goto(site.address + "/reports/headline")
    page.get_by_role("link", name="Publish", exact=True).click()
    picture(page, "publish")
    page.get_by_label("Title").fill("Machines re-used since 2015")
    page.get_by_label("Figure that stands large").select_option(label="Both")
    page.get_by_label("Show it on the public page", exact=False).check()
    main.get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile(r"/statements/[0-9a-f]{32}$"))
    statement = page.url
    expect(page.locator(".statement-figure__number")).to_have_text("1")
    page.get_by_role("link", name="Derive it again").click()
    expect(main.get_by_text("Derives again")).to_be_visible()
    picture(page, "statement")

    fleet.now = datetime.now(UTC)
    fleet.correct("A", "re-A")
    fleet.session.close()

    page.goto(statement)
    expect(page.locator(".statement-figure__number")).to_have_text("1")
    page.get_by_role("link", name="Derive it again").click()
    expect(main.get_by_text("Derives again")).to_be_visible()
    page.get_by_role("link", name="The same question today").click()
    row = main.get_by_role("row", name=re.compile("^Both"))
    expect(row).to_contain_text("-1")
    picture(page, "statement-today")
    row.get_by_role("link").click()
    expect(main.locator("tbody tr")).to_have_count(1)
    expect(main.locator("tbody tr")).to_contain_text("Corrected")
    assert faults(page) == []
    main.get_by_role("link", name="A", exact=True).click()
    page.wait_for_url(re.compile(r"/t/A#line-\d+$"))

    page.goto(statement + "/today")
    page.get_by_label("Why").fill("A was redeployed by mistake")
    page.get_by_role("button", name="Publish the restatement").click()
    expect(main.get_by_text("This restates what was published on")).to_be_visible()
    expect(page.locator(".statement-figure__number")).to_have_text("0")
    page.goto(statement)
    expect(page.locator(".statement-figure__number")).to_have_text("1")
    expect(main.get_by_text("Restated on")).to_be_visible()

    page.goto(site.address + "/statements")
    page.get_by_role("button", name="Switch it on").click()
    expect(main.get_by_text("The public page is on.").first).to_be_visible()
    picture(page, "statements")

    visitor = open_page(site.address + "/published", java_script_enabled=False)
    expect(visitor.locator(".statement-figure__number")).to_have_text(["0", "1"])
    expect(visitor.get_by_text("Because: A was redeployed by mistake", exact=True)).to_be_visible()
    visitor.get_by_role("link", name="The restatement").click()
    expect(visitor.get_by_text("How to check that nothing was changed")).to_be_visible()
    seen = open_page(site.address + "/published")
    picture(seen, "published")
    seen.goto(visitor.url)
    picture(seen, "published-statement")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_wall_fills_its_screen_without_scrolling_and_has_no_fault(
    site: Site, officer: Any, open_page: Any, scheme: str
) -> None:
    officer.goto(site.address + "/statements/screens")
    officer.get_by_label("Where the screen hangs").fill("Main library")
    officer.get_by_role("button", name="Make an address").click()
    assert faults(officer) == []
    told = officer.locator(".statement-hash").inner_text()
    wall = open_page(color_scheme=scheme)
    wall.set_viewport_size({"width": 1920, "height": 1080})
    answer = wall.goto(site.address + told[told.index("/wall/") :])
    assert answer.status == 200 and answer.headers["refresh"] == "300"
    size = wall.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [1920, 1080]
    assert wall.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == (scheme == "dark")
    light = wall.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 250, 247)"
    assert light == (scheme == "light"), "it follows the screen's setting without a script"
    # From 4 m a letter needs about 1/200 of that in height: 20 mm, of 680 mm for 1080 px.
    heights = wall.evaluate(
        "[...document.querySelectorAll('.hierarchy__name, .hierarchy__number, h1, h2, .wall__foot')]"
        ".map(each => parseFloat(getComputedStyle(each).fontSize) * (each.currentCSSZoom ?? 1))"
    )
    assert min(heights) >= 24
    assert faults(wall) == []
    wall.set_viewport_size({"width": 390, "height": 844})
    assert wall.evaluate("document.documentElement.scrollWidth") == 390
