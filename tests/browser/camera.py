"""Chromium with a film in place of its camera, and what the page was told by it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.conftest import SIZES, Site, sign_in

START = re.compile("Scan with the camera")
AXE = (Path(__file__).parents[1] / "static" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
_HEARD = """
window.heard = [];
window.asked = performance.now();
document.addEventListener("inventory:scan", (event) => window.heard.push({...event.detail, at: performance.now()}));
const open = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (open) navigator.mediaDevices.getUserMedia = (wanted) => { window.asked = performance.now(); return open(wanted); };
"""


def program() -> str:
    """Path of Chromium."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert found is not None
    return found


@contextmanager
def browser_with(chromium: Any, film: Path | None = None, *, allowed: bool = True, devices: int = 1) -> Iterator[Any]:
    """A Chromium whose camera shows *film*; without a film it has no camera. A person not asked is one who refuses."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    if film is not None:
        arguments += [
            f"--use-fake-device-for-media-stream=device-count={devices}",
            f"--use-file-for-fake-video-capture={film}",
        ]
    if allowed:
        arguments.append("--use-fake-ui-for-media-stream")
    browser = chromium.browser_type.launch(executable_path=program(), args=arguments)
    yield browser
    browser.close()


def page_of(browser: Any, *, size: str = "laptop", before: str = "", **options: Any) -> Any:
    """A page that keeps what it hears; *before* is a script that runs before the page's own."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB", **options)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.complaints = []
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.add_init_script(_HEARD + before)
    return page


def heard(page: Any) -> list[dict[str, Any]]:
    """The scans that were dispatched: text, source, at (milliseconds)."""
    return list(page.evaluate("window.heard"))


def texts(page: Any) -> list[str]:
    """The texts of the scans that were dispatched."""
    return [each["text"] for each in heard(page)]


def until(page: Any, ready: Any, seconds: float = 15) -> None:
    """Waits until *ready*() is true; the content policy forbids asking the page itself for it."""
    for _ in range(int(seconds * 20)):
        if ready():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within {seconds} s; heard: {texts(page)}; page: {page.locator('.camera').inner_text()}")


def scanning(page: Any, site: Site, address: str = "/scan?mode=look-up") -> Any:
    """Signed in, on the scan page, camera running."""
    sign_in(page, site)
    page.goto(site.address + address)
    page.get_by_role("button", name=START).click()
    return page


def axe(page: Any) -> list[str]:
    page.evaluate(AXE)
    return [one["id"] for one in page.evaluate("axe.run('.camera')")["violations"]]
