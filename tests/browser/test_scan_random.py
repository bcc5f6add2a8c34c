"""Thousands of scans by five people while everything breaks in turn: each acknowledged scan is on record once."""

import random
from collections import Counter
from typing import Any

import pytest

from tests.browser.basement import MACHINES, PEOPLE, Basement, basement, site
from tests.browser.line import CUT_ANSWER, LOSE_ANSWER, LOSE_QUESTION, PASS, REFUSE
from tests.browser.phones import Phone, count

__all__ = ["basement", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.soak]

SEED = 20_261_125
SCANS = 2_000
SCANS_IN_A_SOAK = 10_000
BURST = 40
PLACES = ("HUB", "AT-5.01")
MODES = ("moved", "sighted", "moved", "sighted", "moved", "held")
LINE_FAULTS = {LOSE_ANSWER: 0.12, CUT_ANSWER: 0.06, LOSE_QUESTION: 0.06, REFUSE: 0.06}


class Storm:
    """A seeded run: people scan in bursts, and between the bursts something breaks or is mended."""

    def __init__(self, basement: Basement, seed: int) -> None:
        self.chance = random.Random(seed)
        self.basement = basement
        self.phones: list[Phone] = []
        self.offline: set[int] = set()
        self.signed_out: set[int] = set()
        self.done: Counter[str] = Counter()
        line_chance = random.Random(seed + 1)

        def decide(method: str, path: str) -> str:
            if not path.startswith("/scan/") or path == "/scan/shell":
                return PASS
            if method == "GET":
                return REFUSE if line_chance.random() < 0.05 else PASS
            return line_chance.choices([*LINE_FAULTS, PASS], [*LINE_FAULTS.values(), 1 - sum(LINE_FAULTS.values())])[0]

        self.fault = decide

    def begin(self) -> None:
        """Everybody signs in while all is well."""
        for name in PEOPLE:
            phone = self.basement.phone(name)
            self._mode(phone)
            self.phones.append(phone)
        self.basement.line.fault = self.fault

    def _mode(self, phone: Phone) -> None:
        mode, place = self.chance.choice(MODES), self.chance.choice(PLACES)
        if mode == "held":
            phone.scan("SCAN-MODE-HELD")
            reason = phone.page.get_by_label("Reason")
            if reason.count():
                reason.fill("Asked for by the dean")
                phone.scan("SCAN-CONFIRM")
        else:
            phone.mode(mode, place)

    def burst(self) -> int:
        """One person scans some machines; sometimes one twice, one that nobody knows, or takes the last one back."""
        phone = self.chance.choice(self.phones)
        if self.chance.random() < 0.5:
            self._mode(phone)
        texts = [
            self.basement.tag(self.chance.randint(1, MACHINES)) for _ in range(self.chance.randint(BURST // 2, BURST))
        ]
        if self.chance.random() < 0.2:
            texts.append(f"NOBODY-{self.chance.randint(1, 10_000)}")
        for _, _, outcome in phone.scan(*texts):
            self.done[outcome] += 1
        if self.chance.random() < 0.3:
            self._take_back(phone)
        return len(texts)

    def _take_back(self, phone: Phone) -> None:
        button = phone.page.locator("[data-answer] [data-act='undo']")
        if button.count():
            button.first.click()
            self.done["undo"] += 1
            phone.page.wait_for_timeout(50)

    def breaks(self) -> None:
        """Something goes wrong, or is mended."""
        what = self.chance.choices(
            ["network", "tab", "reload", "session", "worker", "server", "wake"], [6, 2, 2, 2, 1, 0.6, 4]
        )[0]
        number = self.chance.randrange(len(self.phones))
        phone = self.phones[number]
        self.done[what] += 1
        if what == "network":
            self.offline ^= {number}
            phone.context.set_offline(number in self.offline)
        elif what == "tab":
            phone.crash()
            phone.reopen()
        elif what == "reload":
            phone.page.reload()
            phone.ready()
        elif what == "session":
            phone.context.clear_cookies()
            self.signed_out.add(number)
        elif what == "worker":
            self.basement.server.kill_worker()
        elif what == "server":
            self.basement.server.kill()
            self.phones[0].page.wait_for_timeout(300)
            self.basement.server.start()
        else:
            phone.wake()
        if self.signed_out and self.chance.random() < 0.3:
            self.sign_in(self.signed_out.pop())

    def sign_in(self, number: int) -> None:
        """Somebody signs in again, where there is a network."""
        if number in self.offline:
            self.offline.discard(number)
            self.phones[number].context.set_offline(False)
        self.phones[number].sign_in()
        self.phones[number].ready()

    def end(self) -> None:
        """All is mended; everything is sent."""
        self.basement.line.fault = lambda method, path: PASS
        for number, phone in enumerate(self.phones):
            phone.context.set_offline(False)
            if number in self.signed_out:
                self.sign_in(number)
            phone.wake()
        for phone in self.phones:
            phone.until_sent(120)


def test_scans_of_five_people_through_every_fault_are_each_on_record_once(basement: Basement, soak: bool) -> None:
    wanted, storm = SCANS_IN_A_SOAK if soak else SCANS, Storm(basement, SEED)
    storm.begin()
    scanned = 0
    while scanned < wanted:
        scanned += storm.burst()
        storm.breaks()
    storm.end()
    everything = [scan for phone in storm.phones for scan in phone.stored()]
    cancelled = {scan["key"] for scan in everything if scan["state"] == "cancelled"}
    undone = {scan["undoes"] for scan in everything if scan.get("undoes")}
    for phone in storm.phones:
        for key in cancelled:
            phone.acknowledged.pop(key, None)
    found = count(basement.engine, *storm.phones)
    told: Any = (dict(storm.done), found.lines, found.to_settle, found.repeated, len(undone))
    # A scan and its undo that reach the server together leave receipts and no line.
    missing = [key for key in found.missing if key not in undone]
    assert missing == [], told
    assert found.doubled == [], told
    assert not [scan for scan in everything if scan["state"] in ("waiting", "failed")], told
    assert found.lines > 0.2 * wanted, told
    assert all(storm.done[what] for what in ("network", "tab", "session", "server", "worker")), told
    print(f"\n{scanned} scans: {told}")
