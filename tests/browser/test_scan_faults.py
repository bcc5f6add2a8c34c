"""No acknowledged scan is lost or doubled, whatever breaks: each is a ledger line or an entry to settle, once."""

import contextlib
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.basement import MACHINES, Basement, basement, site
from tests.browser.line import CUT_ANSWER, LOSE_ANSWER, PASS, REFUSE
from tests.browser.phones import count

__all__ = ["basement", "site"]
pytestmark = pytest.mark.browser


def test_eighty_scans_without_a_network_survive_a_reload_and_arrive_once_though_the_answer_is_lost(
    basement: Basement,
) -> None:
    phone = basement.phone()
    phone.mode("returned", "HUB")
    phone.context.set_offline(True)
    assert {outcome for _, _, outcome in phone.scan(*basement.tags(1, 50))} == {"kept"}
    phone.page.reload()
    phone.ready()
    phone.wait("document.querySelector('[data-state-line]').textContent.includes('Offline · 50 waiting')")
    assert phone.scan(basement.tag(1))[0][2] == "duplicate"
    phone.scan(*basement.tags(51, 80))
    phone.wait("document.querySelector('[data-state-line]').textContent.includes('Offline · 80 waiting')")
    basement.sync_fails(LOSE_ANSWER)
    phone.context.set_offline(False)
    phone.until_sent()
    basement.all_there(lines=80)
    phone.wait("document.querySelector('[data-state-line]').textContent.includes('all sent')")
    assert len([each for each in basement.line.passed if each[1] == "/scan/sync"]) >= 2


@pytest.mark.parametrize("fault", [REFUSE, LOSE_ANSWER, CUT_ANSWER])
def test_a_network_cut_in_the_middle_of_a_sync_loses_and_doubles_nothing(basement: Basement, fault: str) -> None:
    phone = basement.phone()
    phone.mode("moved", "HUB")
    basement.sync_fails(fault, times=2)
    phone.scan(*basement.tags(1, 10))
    phone.until_sent()
    basement.all_there(lines=10)
    numbers = [row.number for row in basement.receipts()]
    assert numbers == sorted(numbers)


def test_a_worker_killed_in_the_middle_of_a_sync_loses_and_doubles_nothing(basement: Basement) -> None:
    phone = basement.phone()
    phone.mode("moved", "HUB")
    phone.context.set_offline(True)
    phone.scan(*basement.tags(1, 60))
    killed = []

    def decide(method: str, path: str) -> str:
        if path == "/scan/sync" and len(killed) < 2:
            killed.append(basement.server.workers())
            basement.server.kill_worker()
            basement.server.kill_worker() if len(basement.server.workers()) > 0 else None
        return PASS

    basement.line.fault = decide
    phone.context.set_offline(False)
    phone.until_sent()
    assert killed
    basement.all_there(lines=60)


def test_the_whole_server_killed_after_it_wrote_and_started_again_loses_and_doubles_nothing(basement: Basement) -> None:
    phone = basement.phone()
    phone.mode("moved", "HUB")
    killed = []

    def kill_it(path: str) -> None:
        if path == "/scan/sync" and not killed:
            killed.append(path)
            basement.server.kill()

    def decide(method: str, path: str) -> str:
        return LOSE_ANSWER if path == "/scan/sync" and not killed else PASS

    basement.line.before_answer, basement.line.fault = kill_it, decide
    phone.scan(*basement.tags(1, 30))
    deadline = time.monotonic() + 20
    while not killed and time.monotonic() < deadline:
        phone.page.wait_for_timeout(50)
    assert killed
    assert phone.scan(*basement.tags(31, 40))[0][2] == "kept"
    phone.page.wait_for_timeout(1_500)
    assert "Offline" in phone.says()
    assert phone.waiting() > 0
    basement.server.start()
    phone.wake()
    phone.until_sent()
    basement.all_there(lines=40)


def test_a_killed_tab_keeps_every_scan_it_acknowledged(basement: Basement) -> None:
    phone = basement.phone()
    phone.mode("moved", "HUB")
    phone.context.set_offline(True)
    heard: list[tuple[str, str, str]] = []
    phone.page.expose_binding("heard", lambda source, *told: heard.append(told))
    phone.page.evaluate(
        """(texts) => { (async () => { let told; for (const text of texts) {
          const event = new CustomEvent("inventory:scan", { detail: { text, source: "wedge" } });
          document.dispatchEvent(event);
          await event.detail.done;
          const { key, outcome } = document.querySelector("[data-answer]").dataset;
          // Nobody answers once the test has heard enough: the tab dies with a scan in hand, not after the last.
          await told;
          told = heard(text, key, outcome);
        } })(); }""",
        basement.tags(1, MACHINES),
    )
    while len(heard) < 20:
        phone.page.wait_for_timeout(5)
    phone.crash()
    phone.acknowledged = {key: scanned for scanned, key, outcome in heard if outcome == "kept"}
    assert 20 <= len(phone.acknowledged) < MACHINES
    phone.reopen()
    assert {each["key"] for each in phone.stored()} >= phone.acknowledged.keys()
    phone.context.set_offline(False)
    phone.wake()
    phone.until_sent()
    found = count(basement.engine, phone)
    assert (found.missing, found.doubled) == ([], [])
    assert found.lines == len(phone.acknowledged)


def processes_on(folder: Path) -> list[int]:
    """Ids of the processes of the browser that keeps its data in *folder*."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and f"--user-data-dir={folder}" in (entry / "cmdline").read_text():
                found.append(int(entry.name))
    return found


def test_a_phone_switched_off_in_the_middle_keeps_every_scan_it_acknowledged(
    basement: Basement, tmp_path: Path
) -> None:
    phone = basement.switched_off()
    phone.open(tmp_path / "phone")
    phone.mode("moved", "HUB")
    basement.line.fault = lambda method, path: REFUSE
    phone.scan(*basement.tags(1, 40))
    for process in processes_on(tmp_path / "phone"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    phone.close()
    for lock in (tmp_path / "phone").glob("Singleton*"):
        lock.unlink()
    phone.switch_on(tmp_path / "phone")
    phone.page.goto(f"{basement.line.address}/scan")
    phone.ready()
    phone.wait("document.querySelector('[data-state-line]').textContent.includes('40 waiting')")
    assert phone.scan(basement.tag(41))[0][2] == "kept"
    basement.line.fault = lambda method, path: PASS
    # A browser that starts again has forgotten who was signed in; the scans wait for that person.
    phone.sign_in()
    phone.ready()
    phone.until_sent()
    basement.all_there(lines=41)


FILL = """async ([piece, most]) => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("filler", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("pieces", { autoIncrement: true });
    asked.onsuccess = () => done(asked.result);
  });
  const random = () => crypto.getRandomValues(new Uint8Array(piece));
  let written = 0;
  for (; written < most; written += 1) {
    const full = await new Promise((done) => {
      const tx = db.transaction("pieces", "readwrite");
      tx.objectStore("pieces").add(random());
      tx.oncomplete = () => done(false);
      tx.onabort = () => done(tx.error?.name === "QuotaExceededError");
    });
    if (full) break;
  }
  db.close();
  return written;
}"""


def test_a_full_storage_is_told_before_a_scan_counts_and_what_was_kept_still_arrives(
    basement: Basement, tmp_path: Path
) -> None:
    phone = basement.switched_off()
    phone.switch_on(tmp_path / "phone")
    phone.page.goto(f"{basement.line.address}/sign-in")
    session = phone.context.new_cdp_session(phone.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": basement.line.address, "quotaSize": 6_000_000})
    phone.sign_in()
    phone.until_offline_works()
    phone.mode("moved", "HUB")
    phone.context.set_offline(True)
    assert {outcome for _, _, outcome in phone.scan(*basement.tags(1, 5))} == {"kept"}
    # Something else on the device takes all the room there is, to the last hundred bytes.
    for piece in (60_000, 5_000, 500, 100):
        assert phone.page.evaluate(FILL, [piece, 200]) < 200
    told = phone.scan(*basement.tags(6, 8))
    assert {outcome for _, _, outcome in told} == {"trouble"}
    assert "NOT kept" in phone.page.locator("[data-answer]").inner_text()
    assert "full" in phone.page.locator("[data-notice='storage']").inner_text()
    assert len([each for each in phone.stored() if each["state"] == "waiting"]) == 5
    assert phone.page.evaluate(
        "() => new Promise((done) => { indexedDB.deleteDatabase('filler').onsuccess = () => done(true); })"
    )
    session.send("Storage.overrideQuotaForOrigin", {"origin": basement.line.address})
    assert phone.scan(basement.tag(6))[0][2] == "kept"
    phone.context.set_offline(False)
    phone.until_sent()
    basement.all_there(lines=6)


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_two_hours_wrong_is_told_and_the_ledger_has_the_right_time(basement: Basement, hours: int) -> None:
    phone = basement.switched_off()
    phone.switch_on()
    phone.context.add_init_script(
        f"""(() => {{ const True = Date, shift = {hours} * 3600000;
          globalThis.Date = class extends True {{
            constructor(...given) {{ if (given.length) super(...given); else super(True.now() + shift); }}
            static now() {{ return True.now() + shift; }}
          }}; }})()"""
    )
    phone.sign_in()
    phone.until_offline_works()
    phone.mode("moved", "HUB")
    phone.wait("document.querySelector(\"[data-notice='clock']\") !== null")
    told = phone.page.locator("[data-notice='clock']").inner_text()
    assert f"2 hours {'fast' if hours > 0 else 'slow'}" in told
    began = datetime.now(UTC)
    phone.context.set_offline(True)
    phone.scan(*basement.tags(1, 3))
    phone.page.wait_for_timeout(1_500)
    phone.page.reload()
    phone.ready()
    phone.scan(basement.tag(4))
    ended = datetime.now(UTC)
    phone.context.set_offline(False)
    phone.until_sent()
    basement.all_there(lines=4)
    assert len(basement.receipts()) == 4
    for row in basement.receipts():
        for moment in (row.occurred_at, row.written):
            at = datetime.fromisoformat(str(moment)).replace(tzinfo=UTC)
            assert began - timedelta(seconds=2) <= at <= ended + timedelta(seconds=2)


def test_two_phones_with_the_same_machines_leave_lines_and_entries_to_settle_and_nothing_else(
    basement: Basement,
) -> None:
    one, other = basement.phone("tom"), basement.phone("mia")
    for phone in (one, other):
        phone.mode("returned", "HUB")
        phone.context.set_offline(True)
        assert {outcome for _, _, outcome in phone.scan(*basement.tags(1, 10))} == {"kept"}
    for phone in (one, other):
        phone.context.set_offline(False)
    for phone in (one, other):
        phone.until_sent()
    basement.all_there(lines=10, to_settle=10)
    later = one if any(each["state"] == "settle" for each in one.stored()) else other
    # The server's answer is stored before the page has drawn it.
    expect(later.page.locator("[data-settle-link]")).to_be_visible()


def test_an_expired_session_keeps_the_scans_asks_to_sign_in_and_sends_them_after(basement: Basement) -> None:
    phone = basement.phone()
    phone.mode("moved", "HUB")
    phone.context.clear_cookies()
    phone.scan(*basement.tags(1, 12))
    phone.wait("document.querySelector(\"[data-notice='sign-in']\") !== null")
    assert "Signed out" in phone.says()
    assert "12 waiting" in phone.says()
    phone.page.reload()
    phone.ready()
    phone.scan(*basement.tags(13, 15))
    assert phone.waiting() == 15
    assert basement.receipts() == []
    phone.wait("document.querySelector(\"[data-notice='sign-in'] a\") !== null")
    phone.page.locator("[data-notice='sign-in'] a").click()
    phone.page.get_by_label("User name").fill("tom")
    phone.page.get_by_label("Password").fill("correct horse battery staple")
    phone.page.locator("main").get_by_role("button", name="Sign in").click()
    phone.page.wait_for_url("**/scan")
    phone.ready()
    phone.until_sent()
    basement.all_there(lines=15)


def test_a_queue_of_somebody_else_is_not_sent_in_the_wrong_name(basement: Basement) -> None:
    phone = basement.phone("tom")
    phone.mode("moved", "HUB")
    phone.context.set_offline(True)
    phone.scan(*basement.tags(1, 4))
    phone.context.set_offline(False)
    phone.context.clear_cookies()
    phone.username = "mia"
    phone.sign_in()
    phone.ready()
    phone.wait("document.querySelector(\"[data-notice='others']\") !== null")
    assert basement.receipts() == []
    phone.context.clear_cookies()
    phone.username = "tom"
    phone.sign_in()
    phone.ready()
    phone.until_sent()
    basement.all_there(lines=4)
