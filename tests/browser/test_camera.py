"""The camera panel on films of labels, in real Chromium: read, offered, never guessed, and in the ledger."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.camera import browser_with, heard, page_of, texts, until
from tests.browser.conftest import Site, sign_in
from tests.browser.films import Code, film, frame, ours
from tests.conftest import World
from tests.web.browser import kinds_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def world(site: Site) -> World:
    site.account("tom", "technician")
    made = site.world()
    made.session.commit()
    return made


def scanning(page: Any, site: Site, address: str = "/scan?mode=look-up") -> Any:
    """Signed in, on the scan page, camera running."""
    sign_in(page, site)
    page.goto(site.address + address)
    page.get_by_role("button", name="Scan with the camera").click()
    return page


def test_a_label_is_read_once_however_long_it_is_held(site: Site, chromium: Any, world: World, tmp_path: Path) -> None:
    path = film(tmp_path / "one.mjpeg", [(frame([ours("ED-1", turned=7)]), 1)])
    with browser_with(chromium, path) as browser:
        page = scanning(page_of(browser), site)
        until(page, lambda: texts(page))
        page.wait_for_timeout(2000)
        assert [(each["text"], each["source"]) for each in heard(page)] == [("HTTPS://INVENTORY.EXAMPLE.AC.UK/T/ED-1", "camera")]
        assert page.complaints == []
