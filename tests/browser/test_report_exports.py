"""Reports in a real browser: on paper, as a picture saved by script, and the menu and question without scripts."""

import io
import re
import struct
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect

from inventory.reports._base import reports
from tests.browser.conftest import Site, faults, sign_in
from tests.databases import Kept
from tests.reports.conftest import build_fleet

pytestmark = pytest.mark.browser
YEARS = "from=2015-06-01&to=2018-08-31"


@pytest.fixture
def fleet_site(site: Site, kept: Kept) -> Site:
    kept(site.world(), build_fleet)
    site.account("tom", "administrator")
    return site


LONG = {
    "reuse_rate": "ten years, and the bridge to the headline",
    "gri_306": "every line of three disclosures",
    "climate_duties": "a sentence to paste for each line",
    "carbon": "three answers by two routes, each with its method",
    "data_quality": "what each doubt does, and how to mend it",
}
"""Reports that take more than a page of A4, each with what fills it; none takes more than two."""


def test_every_report_prints_on_a_page_of_a4_or_says_why_not_and_without_its_controls(
    fleet_site: Site, open_page: Any
) -> None:
    page = open_page()
    sign_in(page, fleet_site)
    for kind in reports().values():
        page.goto(f"{fleet_site.address}/reports/{kind.key}?to=2018-08-31")
        printed = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert len(printed) == 1 or (kind.key in LONG and len(printed) == 2), (kind.key, len(printed))
        words = " ".join(" ".join(each.get_textpage().get_text_range() for each in printed).split())
        for part in (kind.title, kind.definition[:60], "As at", "Counting rules, version 1", "University of Testing"):
            assert part in words, (kind.key, part)
        for control in ("Save as", "Change", "Show", "Look up"):
            # The sentence that opens the form, not a word of the report.
            assert not re.search(rf"\b{control}\b", words.replace("Climate Change", "").split("Counting rules")[0]), (
                kind.key,
                control,
            )


def test_the_chart_is_saved_as_a_sharp_png_of_the_same_picture(
    fleet_site: Site, open_page: Any, tmp_path: Path
) -> None:
    page = open_page(size="phone")
    sign_in(page, fleet_site)
    page.goto(f"{fleet_site.address}/reports/hierarchy?{YEARS}")
    page.get_by_text("Save as").click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Picture (PNG)").click()
    saving.value.save_as(tmp_path / "saved.png")
    content = (tmp_path / "saved.png").read_bytes()
    assert saving.value.suggested_filename == "hierarchy.png" and content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    assert width == 2 * 768 and height > 400
    assert len(content) > 20_000, "a picture of something"
    assert faults(page) == []


def test_a_picture_that_cannot_be_made_says_what_remains(fleet_site: Site, open_page: Any) -> None:
    page = open_page()
    sign_in(page, fleet_site)
    page.goto(f"{fleet_site.address}/reports/hierarchy?{YEARS}")
    page.route("**/hierarchy.svg*", lambda route: route.fulfill(status=204))
    page.get_by_text("Save as").click()
    page.get_by_role("button", name="Picture (PNG)").click()
    expect(page.get_by_role("button", name="Save it as SVG")).to_be_visible()


def test_without_scripts_the_question_opens_and_files_are_links_but_no_png_is_offered(
    fleet_site: Site, open_page: Any
) -> None:
    page = open_page(size="phone", java_script_enabled=False)
    sign_in(page, fleet_site)
    page.goto(f"{fleet_site.address}/reports/hierarchy?{YEARS}")
    expect(page.get_by_label("Department", exact=True)).to_be_hidden()
    page.locator(".asked summary").click()
    page.get_by_label("Department", exact=True).select_option("CSE")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".asked summary")).to_contain_text("department CSE")
    page.locator(".save-as summary").click()
    expect(page.get_by_role("link", name="Picture (SVG)")).to_be_visible()
    expect(page.get_by_role("button", name="Picture (PNG)")).to_be_hidden()
    with page.expect_download() as saving:
        page.get_by_role("link", name="PDF").click()
    assert saving.value.suggested_filename == "hierarchy.pdf"
