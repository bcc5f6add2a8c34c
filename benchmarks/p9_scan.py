"""P9: the scan page: from a scan to its painted answer on a phone four times slower, and what its loads weigh."""

import base64
import gzip
from collections.abc import Sequence
from typing import Any

from benchmarks._base import Database, Result, result
from benchmarks._fleet import Fleet, fleet
from benchmarks._person import cookie
from benchmarks._serving import serving
from tests.needs import chromium

SCANS = 200
SLOWER = 4
MOST_MS = 100
"""A blink."""
FIRST_LOAD_KB = 150
"""Of the first load, compressed, without the decoder of the camera."""
_DECODER = "zxing"
_COPY = "/scan/copy"
"""Data, not the page: told on its own."""
_PACKED = (".woff2", ".png")
"""Compressed already."""
_ANSWERS = """async (texts) => {
  // From the event to the first frame that the screen shows after the answer stands in the page.
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(0);
  }));
  const times = [];
  for (const text of texts) {
    const event = new CustomEvent("inventory:scan", { detail: { text, source: "camera" } });
    const began = performance.now();
    document.dispatchEvent(event);
    await event.detail.done;
    times.push((await painted()) - began);
    await new Promise((rest) => setTimeout(rest, 30));
  }
  return times;
}"""
_MACHINES = """async () => {
  const db = await new Promise((done) => { const asked = indexedDB.open("inventory-scans"); asked.onsuccess = () => done(asked.result); });
  const copy = await new Promise((done) => { const asked = db.transaction("facts").objectStore("facts").get("copy"); asked.onsuccess = () => done(asked.result ?? null); });
  db.close();
  return Boolean(copy?.whole);
}"""


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """On the largest register of the first kind, since its copy is what the page searches."""
    from playwright.sync_api import sync_playwright

    database, size = databases[0], max(sizes)
    made = fleet(database, size)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright, serving("wsgi:app", made.url) as server:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        found = _measured(browser, f"http://127.0.0.1:{server.port}/scan", made, database)
        browser.close()
    return found


def _measured(browser: Any, address: str, made: Fleet, database: Database) -> list[Result]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, service_workers="allow")
    name, _, value = cookie(made).partition("=")
    context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    page = context.new_page()
    page.set_default_timeout(120_000)
    weighed = _Weighing(page)
    page.goto(address, wait_until="load")
    page.wait_for_selector("[data-scan-app][data-ready]")
    first = weighed.kilobytes(without=(_DECODER, _COPY))
    while not page.evaluate(_MACHINES) or not page.evaluate("() => navigator.serviceWorker.controller !== null"):
        page.wait_for_timeout(200)
    copied = weighed.kilobytes(only=_COPY)
    weighed.begin()
    page.reload()
    page.wait_for_selector("[data-scan-app][data-ready]")
    page.wait_for_timeout(2_000)
    second = weighed.kilobytes()
    answers = _answers(page, made)
    context.set_offline(True)
    offline = _answers(page, made, SCANS)
    context.close()
    size, job = made.size, f"from a scan to its painted answer, processor {SLOWER} times slower"
    return [
        *_told(f"{job}, online", database, size, answers),
        *_told(f"{job}, offline", database, size, offline),
        result("P9", "first load, compressed, without the decoder", database, size, first, FIRST_LOAD_KB, "kB",
               first / FIRST_LOAD_KB, most=1),
        result("P9", "copy of the register, compressed", database, size, copied, None, "kB", None),
        result("P9", "second visit, compressed", database, size, second, first, "kB", second / first),
    ]  # fmt: skip


def _told(job: str, database: Database, size: int, times: list[float]) -> list[Result]:
    ordered = sorted(times)
    median, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return [
        result("P9", f"{job}, median", database, size, median, MOST_MS, "ms", median / MOST_MS),
        result("P9", f"{job}, 95 of 100", database, size, late, MOST_MS, "ms", late / MOST_MS, most=1),
    ]


def _answers(page: Any, made: Fleet, start: int = 0) -> list[float]:
    """Milliseconds of each of *SCANS* returns of machines in use, read as their labels say it."""
    slow = page.context.new_cdp_session(page)
    page.evaluate(_ANSWERS, ["SCAN-MODE-RETURNED", "SCAN-PLACE-HUB"])
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    tags = [made.in_use(number) for number in range(start, start + SCANS)]
    times: list[float] = page.evaluate(_ANSWERS, [f"HTTPS://REUSE.EXAMPLE/T/{tag}" for tag in tags])
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    told = int(page.locator("[data-tally]").inner_text())
    if told < start + SCANS:
        raise RuntimeError(f"only {told} of {start + SCANS} scans were taken")
    return times


class _Weighing:
    """What comes over the network for the page itself, each answer as it would come compressed."""

    def __init__(self, page: Any) -> None:
        self.told = page.context.new_cdp_session(page)
        self.addresses: dict[str, str] = {}
        self.finished: list[str] = []
        self.told.on("Network.responseReceived", self._received)
        self.told.on("Network.loadingFinished", lambda told: self.finished.append(told["requestId"]))
        self.told.send("Network.enable")

    def _received(self, told: dict[str, Any]) -> None:
        answer = told["response"]
        kept = answer.get("fromDiskCache") or answer.get("fromServiceWorker") or answer.get("fromPrefetchCache")
        if not kept and answer["status"] == 200:
            self.addresses[told["requestId"]] = answer["url"]

    def begin(self) -> None:
        """Forget what came before."""
        self.addresses.clear()
        self.finished.clear()

    def kilobytes(self, without: Sequence[str] = (), only: str = "") -> float:
        """Thousands of bytes of what came: not of addresses that hold one of *without*, only of those that hold *only*."""
        found = 0
        for number in self.finished:
            address = self.addresses.get(number, "data:")
            if address.startswith("data:") or only not in address or any(each in address for each in without):
                continue
            answer = self.told.send("Network.getResponseBody", {"requestId": number})
            body = base64.b64decode(answer["body"]) if answer["base64Encoded"] else answer["body"].encode()
            packed = address.partition("?")[0].endswith(_PACKED)
            found += len(body) if packed else len(gzip.compress(body, 9))
        return found / 1000
