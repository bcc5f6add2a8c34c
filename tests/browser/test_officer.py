"""The officer's figures in a browser: from the headline to one machine, on paper, and for every eye."""

import io
import os
import re
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, faults, picture, sign_in
from tests.databases import Kept
from tests.reports.conftest import build_fleet

pytestmark = pytest.mark.browser
PAGES = {
    "dashboard": "/",
    "reports": "/reports/",
    "report-headline": "/reports/headline",
    "key-figures": "/key-figures?year=2016/17",
    "report-hierarchy": "/reports/hierarchy?year=2016/17",
    "report-stock": "/reports/stock",
    "report-trend": "/reports/trend?to=2018-08-31",
    "behind-a-figure": "/reports/headline/machines/machines",
    "machines": "/machines",
    "machines-none": "/machines?q=zzzzzz",
    "machine-with-history": "/t/A",
    "machine-corrected": "/t/E",
    "lifecycle": "/lifecycle",
    "account": "/account",
    "scan-modes": "/scan/mode",
    "batch": "/machines/batch",
    "new-machine": "/machines/new",
    "import": "/imports",
    "labels": "/labels",
    "labels-preview": "/labels?tags=A",
    "labels-blank": "/labels/blank",
    "labels-runs": "/labels/runs",
    "labels-printers": "/labels/printers",
    "report-coverage": "/reports/coverage",
    "report-reuse-rate": "/reports/reuse_rate",
    "report-gap": "/reports/gap",
    "report-landfill-diversion": "/reports/landfill_diversion",
    "report-gri-306": "/reports/gri_306?year=2016/17",
    "report-hesa": "/reports/hesa?year=2016/17",
    "report-climate-duties": "/reports/climate_duties?year=2016/17",
    "report-flow": "/reports/flow",
    "report-disposal-age": "/reports/disposal_age",
    "report-time-in-status": "/reports/time_in_status",
    "report-partners": "/reports/partners",
    "report-data-quality": "/reports/data_quality",
    "report-carbon": "/reports/carbon?year=2016/17",
    "report-savings": "/reports/savings?year=2016/17",
    "factors": "/settings/factors",
    "factor-set": "/settings/factors/boavizta-2023-02-23-classes",
    "report-data-assurance": "/reports/data_assurance",
    "hardware-reports-none": "/hardware-reports",
    "hardware-questions-none": "/hardware-reports/questions",
    "sanitisation-none": "/sanitisation/",
    "sanitisation-upload": "/sanitisation/upload",
    "sanitisation-statement": "/sanitisation/statement",
    "sanitisation-samples-none": "/sanitisation/samples/",
    "certificates-none": "/t/A/certificates",
    "inspect": "/t/R/inspected",
    "stock-takes-none": "/stock-takes/",
    "stock-take-new": "/stock-takes/new",
    "requests-none": "/requests/",
    "requests-all": "/requests/?state=all&kind=laptop",
    "request-new": "/requests/new",
    "scan": "/scan",
    "scan-import": "/scan/import",
    "settle-none": "/scan/settle",
    "settings": "/settings",
    "settings-accounts": "/settings/accounts",
    "settings-departments": "/settings/departments",
    "settings-places": "/settings/places",
    "settings-parties": "/settings/parties",
    "settings-in-force": "/settings/in-force",
    "publish": "/reports/hierarchy/publish?year=2016/17",
    "statements-none": "/statements",
    "wall-screens-none": "/statements/screens",
    "api": "/api/v1/docs",
}


@pytest.fixture
def officer(site: Site, open_page: Any, kept: Kept) -> Any:
    """A page signed in as administrator, on the small fleet whose counts are known."""
    kept(site.world(), build_fleet)
    site.account("tom", "administrator")
    page = open_page()
    sign_in(page, site)
    return page


def test_the_headline_leads_by_way_of_its_machines_to_one_machines_life(site: Site, officer: Any) -> None:
    page = officer
    page.goto(site.address + "/")
    assert page.locator("h1").inner_text().replace("\n", " ") == "3 machines re-used or donated since June 2015"
    page.get_by_role("link", name="both", exact=False).first.click()
    assert page.locator(".behind strong").inner_text() == "1"
    page.get_by_role("link", name="A", exact=True).click()
    page.wait_for_url(re.compile(r"/t/A#line-\d+$"))
    assert page.locator("h1").inner_text() == "A"


def test_the_year_and_the_department_are_chosen_in_the_form_and_stand_in_the_address(site: Site, officer: Any) -> None:
    page = officer
    page.goto(site.address + "/")
    page.get_by_label("Year", exact=True).select_option("2016/17")
    page.get_by_label("Department", exact=True).select_option("CSE")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("year=2016%2F17.*department=CSE"))
    assert "The waste hierarchy in 2016/17" in page.inner_text("main")
    assert page.get_by_label("Department", exact=True).input_value() == "CSE"


def test_the_dashboard_prints_on_one_page_of_a4(site: Site, officer: Any) -> None:
    officer.goto(site.address + "/")
    printed = pypdfium2.PdfDocument(io.BytesIO(officer.pdf(format="A4", prefer_css_page_size=True)))
    assert len(printed) == 1
    words = printed[0].get_textpage().get_text_range()
    for part in ("machines re-used or donated", "Prevention", "Disposal", "As at"):
        assert part in words


def test_the_dashboard_fetches_the_key_figures_and_without_scripts_links_to_them(
    site: Site, officer: Any, open_page: Any
) -> None:
    officer.goto(site.address + "/")
    expect(officer.locator("[data-key-figures] .key-figures__one").first).to_be_visible()
    assert faults(officer) == []
    # What reads many machines is worked out on request, and the keyboard goes on from there.
    figures = officer.locator("[data-key-figures] .key-figures__one")
    before = figures.count()
    officer.get_by_role("link", name="Work it out Data assurance").click()
    expect(officer.locator("[data-key-figures]").get_by_text("Without proof of a wipe", exact=True)).to_be_visible()
    assert figures.count() == before
    assert officer.evaluate("document.activeElement.closest('.key-figures__one') !== null")
    plain = open_page(java_script_enabled=False)
    sign_in(plain, site)
    plain.goto(site.address + "/")
    plain.get_by_role("link", name="show the key figures").click()
    expect(plain.get_by_role("heading", name="Key figures", level=1)).to_be_visible()
    expect(plain.locator(".key-figures__one").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_fault_that_a_checker_finds_or_spills_over_its_edge(
    site: Site, officer: Any, scheme: str
) -> None:
    page = officer
    page.emulate_media(color_scheme=scheme)
    found = []
    for name, address in PAGES.items():
        answer = page.goto(site.address + address)
        assert answer.status == 200, address
        # A page is as wide in the dark as in the light.
        for width in (390, 768, 1366, 1920) if scheme == "light" else ():
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if over > 0:
                found.append(f"{address} spills over by {over} px at {width} px")
        if scheme == "light" and os.environ.get("PICTURES") == "1":
            picture(page, name)
        found += faults(page, colours_only=scheme == "dark")
    assert found == []


def test_every_page_works_by_keyboard_alone_up_to_its_first_action(site: Site, officer: Any) -> None:
    page = officer
    page.goto(site.address + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('h1') !== null")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/reports/headline/machines/machines"))
