"""Phones in a test: a browser of its own each, with the scan page open, and ways to scan, break and count."""

import contextlib
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Error
from sqlalchemy import Engine, text

import tests.needs
from tests.browser.conftest import PASSWORD

SCAN = """async (texts) => {
  const told = [];
  for (const text of texts) {
    const event = new CustomEvent("inventory:scan", { detail: { text, source: "wedge" } });
    document.dispatchEvent(event);
    await event.detail.done;
    const { key, outcome } = document.querySelector("[data-answer]").dataset;
    told.push([text, key, outcome]);
  }
  return told;
}"""
STORED = """async () => {
  const db = await new Promise((done) => { const asked = indexedDB.open("inventory-scans"); asked.onsuccess = () => done(asked.result); });
  const all = await new Promise((done) => { const asked = db.transaction("scans").objectStore("scans").getAll(); asked.onsuccess = () => done(asked.result); });
  db.close();
  return all;
}"""
KEPT = {"kept", "unknown", "recorded", "to_settle"}
"""Answers after which a scan is the device's to deliver."""


@dataclass
class Phone:
    """One browser with one person. ``acknowledged``: what the page said was kept, key -> text."""

    browser: Any
    address: str
    username: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    context: Any = None
    page: Any = None

    def open(self, folder: Path | None = None) -> "Phone":
        """A new browser, signed in, with the page open and everything fetched that offline work needs.

        With *folder* it is a process of its own that keeps its data there.
        """
        self.switch_on(folder)
        self.sign_in()
        self.until_offline_works()
        return self

    def switch_on(self, folder: Path | None = None) -> None:
        """A browser with an empty page."""
        look: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "locale": "en-GB"}
        if folder is None:
            self.context = self.browser.new_context(**look)
        else:
            # Chromium tells pages of a fixed quota unless it is asked not to; what it enforces can then be set.
            arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-features=StaticStorageQuota"]
            program = tests.needs.chromium()
            self.context = self.browser.browser_type.launch_persistent_context(
                str(folder), executable_path=program, args=arguments, **look
            )
        self.page = self.context.new_page()

    def sign_in(self) -> None:
        """By the form; leads to the scan page."""
        self.page.goto(f"{self.address}/sign-in?next=/scan")
        self.page.get_by_label("User name").fill(self.username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.locator("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/scan")

    def ready(self) -> None:
        """The page has started."""
        self.page.wait_for_selector("[data-scan-app][data-ready]", timeout=30_000)

    def reopen(self) -> None:
        """Another tab on the same page; the one before is gone."""
        self.page = self.context.new_page()
        self.page.goto(f"{self.address}/scan")
        self.ready()

    def wait(self, condition: str, seconds: float = 30) -> None:
        """Until the JavaScript *condition* holds; polled from outside, as the content policy forbids eval inside."""
        ends = time.monotonic() + seconds
        while not self.page.evaluate(f"() => Boolean({condition})"):
            assert time.monotonic() < ends, f"not within {seconds} s: {condition}; the page says {self.says()}"
            self.page.wait_for_timeout(50)

    def until_offline_works(self) -> None:
        """Until page and register are kept on the device."""
        self.ready()
        self.wait("navigator.serviceWorker.controller !== null")
        ends = time.monotonic() + 30
        while not self.fact("copy", "whole"):
            assert time.monotonic() < ends, f"no copy: {self.says()}"
            self.page.wait_for_timeout(50)

    def fact(self, name: str, part: str = "") -> Any:
        """What the device keeps under *name*."""
        found = self.page.evaluate(
            """async (name) => {
              const db = await new Promise((done) => { const asked = indexedDB.open("inventory-scans"); asked.onsuccess = () => done(asked.result); });
              const value = await new Promise((done) => { const asked = db.transaction("facts").objectStore("facts").get(name); asked.onsuccess = () => done(asked.result ?? null); });
              db.close();
              return value;
            }""",
            name,
        )
        return (found or {}).get(part) if part else found

    def mode(self, event: str, place: str) -> None:
        """As the control sheet does it."""
        self.scan(f"SCAN-MODE-{event.upper().replace('_', '-')}", f"SCAN-PLACE-{place}")
        if self.page.locator("#scan-modes form").count():
            self.scan("SCAN-CONFIRM")

    def scan(self, *texts: str) -> list[tuple[str, str, str]]:
        """(text, key, outcome) of each; what was kept is remembered."""
        told = [tuple(each) for each in self.page.evaluate(SCAN, list(texts))]
        for scanned, key, outcome in told:
            if outcome in KEPT and not scanned.startswith("SCAN-"):
                self.acknowledged[key] = scanned
        return told

    def stored(self) -> list[dict[str, Any]]:
        """Every scan that the device holds."""
        found: list[dict[str, Any]] = self.page.evaluate(STORED)
        return found

    def waiting(self) -> int:
        """How many scans wait to be sent."""
        return sum(each["state"] == "waiting" for each in self.stored())

    def says(self) -> str:
        """The line that says how things stand."""
        return str(self.page.locator("[data-state-line]").inner_text())

    def until_sent(self, seconds: float = 60) -> None:
        """Until nothing waits."""
        ends = time.monotonic() + seconds
        while left := self.waiting():
            assert time.monotonic() < ends, f"{left} still wait after {seconds} s; the page says {self.says()}"
            self.page.wait_for_timeout(100)

    def wake(self) -> None:
        """As if the screen had been switched on: the page tries at once."""
        self.page.evaluate("() => window.dispatchEvent(new Event('online'))")

    def crash(self) -> None:
        """Kill the tab's process: no event tells the page."""
        with self.page.expect_event("crash"), contextlib.suppress(Error):
            self.page.goto("chrome://crash", timeout=3_000)
        self.page.close()

    def close(self) -> None:
        """Put it away."""
        if self.context is not None:
            with contextlib.suppress(Error):
                self.context.close()


@dataclass
class Count:
    """What became of acknowledged scans: how many are lines, to settle, or repeat a line that stands (told, not doubled)."""

    lines: int
    to_settle: int
    repeated: int
    missing: list[str]
    doubled: list[str]


REPEATED = """SELECT scan.key FROM scan WHERE scan.outcome = 'duplicate' AND EXISTS (
    SELECT 1 FROM lifecycle_event AS line
    WHERE line.asset_id = scan.asset_id AND line.kind = scan.event AND line.actor_id = scan.account_id)"""


def count(engine: Engine, *phones: Phone) -> Count:
    """Where each acknowledged scan of *phones* is: once on record, or missing, or there twice."""
    keys = {key for phone in phones for key in phone.acknowledged}
    with engine.connect() as connection:
        lines = Counter(connection.execute(text("SELECT key FROM lifecycle_event")).scalars())
        waiting = Counter(connection.execute(text("SELECT key FROM scan WHERE outcome = 'to_settle'")).scalars())
        repeated = set(connection.execute(text(REPEATED)).scalars())
    places = {key: lines[key] + waiting[key] for key in keys}
    return Count(
        lines=sum(lines[key] for key in keys),
        to_settle=sum(waiting[key] for key in keys),
        repeated=len(keys & repeated),
        missing=sorted(key for key, number in places.items() if number == 0 and key not in repeated),
        doubled=sorted(key for key, number in places.items() if number > 1),
    )
