"""P11: the camera on films of labels: start to first read, sixty labels of 0.2 s, twelve codes in one frame.

The limit of each is what the bare decoder gave on a page of nothing else when it was chosen (2 processors, Chromium 156).
"""

import statistics
import time
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks._base import FOLDER, Database, Result, result
from benchmarks._fleet import fleet
from benchmarks._person import cookie
from benchmarks._serving import serving
from tests.browser.camera import browser_with, heard, page_of, texts
from tests.browser.films import film, frame, ours

COLD_MS, WARM_MS = 588, 485
LABELS, SHOWN_S = 60, 0.2
CODES = 12
LEAST_LABELS = 58 / 60


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """On the smallest register of the first kind: nothing here asks the register for more than a name."""
    from playwright.sync_api import sync_playwright

    database, size = databases[0], min(sizes)
    made = fleet(database, size)
    tags = [made.tag(number) for number in range(LABELS)]
    one = film(FOLDER / "one.mjpeg", [(frame([ours(tags[0])]), 1)])
    grid = [ours(tags[n], at=(0.14 + 0.24 * (n % 4), 0.18 + 0.32 * (n // 4)), width=150) for n in range(CODES)]
    twelve = film(FOLDER / "twelve.mjpeg", [(frame(grid), 1)])
    # Two seconds without a label, so that the first one is not over before the camera runs.
    row = film(FOLDER / "row.mjpeg", [(frame([]), 2), *((frame([ours(tag)]), SHOWN_S) for tag in tags)])
    with sync_playwright() as playwright, serving("wsgi:app", made.url) as server:
        chromium = _Chromium(playwright.chromium)
        address = f"http://127.0.0.1:{server.port}/scan?mode=look-up"
        with _scanning(chromium, one, cookie(made)) as open_page:
            first, *later = [_first_read(open_page(), address) for _ in range(4)]
        with _scanning(chromium, twelve, cookie(made)) as open_page:
            offered = _offered(open_page(), address)
        with _scanning(chromium, row, cookie(made)) as open_page:
            read = _read_in_a_row(open_page(), address)
    warm = statistics.median(later)
    return [
        result("P11", "camera start to first read, cold", None, 0, first, COLD_MS, "ms", first / COLD_MS),
        result("P11", "the same, warm", None, 0, warm, WARM_MS, "ms", warm / WARM_MS),
        result("P11", f"{LABELS} labels of {SHOWN_S} s", None, 0, read, LABELS, "read", read / LABELS, least=LEAST_LABELS),
        result("P11", f"{CODES} codes in one frame", None, 0, offered, CODES, "offered", offered / CODES, least=1),
    ]  # fmt: skip


class _Chromium:
    """What `browser_with` needs of a browser: how to start another."""

    def __init__(self, browser_type: Any) -> None:
        self.browser_type = browser_type


@contextmanager
def _scanning(chromium: Any, path: Path, signed: str) -> Any:
    name, _, value = signed.partition("=")
    with browser_with(chromium, path) as browser:

        def opened() -> Any:
            page = page_of(browser)
            page.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
            return page

        yield opened


def _start(page: Any, address: str) -> None:
    page.goto(address)
    page.evaluate("sessionStorage.clear()")
    page.get_by_role("button", name="Scan with the camera").click()


def _wait(page: Any, ready: Any, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not ready() and time.monotonic() < ends:
        page.wait_for_timeout(20)


def _first_read(page: Any, address: str) -> float:
    """Milliseconds from the page's asking for the camera to its first scan."""
    _start(page, address)
    _wait(page, lambda: texts(page), 30)
    asked = page.evaluate("window.asked")
    found = float(heard(page)[0]["at"]) - float(asked)
    # A page left open would go on reading beside the next one.
    page.context.close()
    return found


def _offered(page: Any, address: str) -> int:
    _start(page, address)
    buttons = page.locator(".camera__code")
    _wait(page, lambda: buttons.count() == CODES, 15)
    return int(buttons.count())


def _read_in_a_row(page: Any, address: str) -> int:
    """Labels read in the one pass of the film that begins with the first read."""
    _start(page, address)
    _wait(page, lambda: texts(page), 30)
    page.wait_for_timeout((LABELS * SHOWN_S + 1) * 1000)
    begun = float(heard(page)[0]["at"])
    return len({each["text"] for each in heard(page) if each["at"] - begun <= LABELS * SHOWN_S * 1000})
