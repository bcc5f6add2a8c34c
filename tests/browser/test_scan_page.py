"""The scan page with its script: modes, a scanner that types anywhere, control codes, undo, the list, the app around it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, sign_in
from tests.conftest import World
from tests.web.browser import details_of, kinds_of, status_of

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parents[1] / "static" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
SAY = """async (texts) => { for (const text of texts) {
  const event = new CustomEvent("inventory:scan", { detail: { text, source: "camera" } });
  document.dispatchEvent(event);
  await event.detail.done;
} }"""


@pytest.fixture
def world(site: Site) -> World:
    site.account("tom", "technician")
    site.account("val", "procurement")
    made = site.world()
    for tag in ("ED-1", "ED-2", "ED-3"):
        made.used_machine(tag)
    made.session.commit()
    return made


@pytest.fixture
def scanning(site: Site, open_page: Any, world: World) -> Any:
    """Opens the page for somebody, ready, with the copy of the register."""

    def opened(username: str = "tom", **options: Any) -> Any:
        page = open_page(**options)
        sign_in(page, site, username)
        page.goto(site.address + "/scan")
        page.wait_for_selector("[data-scan-app][data-ready]")
        expect(page.locator("[data-state-line]")).to_contain_text("Online")
        expect(page.locator("[data-notice='copy']")).to_have_count(0, timeout=20_000)
        return page

    return opened


BURST = """(text) => {
  for (const key of [...text, "Enter"]) {
    const place = document.activeElement ?? document.body;
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    const goesOn = place.dispatchEvent(event);
    const field = place.matches("input, textarea") ? place : null;
    if (goesOn && field && key === "Enter") field.form.requestSubmit();
    else if (goesOn && field) field.value += key;
    else if (goesOn && key === "Enter" && place.matches("button")) place.click();
  }
}"""


def burst(page: Any, text: str) -> None:
    """Keys as fast as a scanner types them, however busy this machine is, and what a browser does with them."""
    page.evaluate(BURST, text)


def say(page: Any, *texts: str) -> None:
    """Scans that a camera read."""
    page.evaluate(SAY, list(texts))


def sent(page: Any) -> None:
    # The answer is painted first; the line of the state follows a blink later and tells of the scan before until then.
    page.wait_for_timeout(400)
    expect(page.locator("[data-state-line]")).to_contain_text("all sent, last synced")


def answer(page: Any) -> Any:
    return page.locator("[data-answer]")


def test_a_scanner_that_types_is_heard_wherever_the_focus_is(scanning: Any, world: World) -> None:
    page = scanning()
    say(page, "SCAN-MODE-MOVED", "SCAN-PLACE-HUB")
    places = [("body", "ED-1"), ("[data-change-mode]", "ED-2"), ("#scan-field", "ED-3")]
    for place, tag in places:
        if place == "body":
            page.evaluate("document.activeElement.blur()")
        else:
            page.locator(place).focus()
        burst(page, tag)
        expect(answer(page)).to_contain_text(tag)
    sent(page)
    assert [details_of(world, tag) for _, tag in places] == [{"location": "HUB"}] * 3
    expect(page.locator("#scan-modes")).to_be_hidden()


def test_a_scanner_that_types_into_another_field_scans_and_leaves_the_field_as_it_was(
    scanning: Any, world: World
) -> None:
    page = scanning()
    page.get_by_role("button", name="Change").click()
    page.get_by_role("button", name="Put on hold").click()
    reason = page.get_by_label("Reason")
    reason.press_sequentially("ask", delay=120)
    page.wait_for_timeout(120)
    burst(page, "ED-2")
    expect(answer(page)).to_contain_text("ED-2")
    expect(reason).to_have_value("ask")
    assert status_of(world, "ED-2") == "in_use"


def test_control_codes_choose_the_mode_the_place_and_take_back(scanning: Any, world: World) -> None:
    page = scanning()
    say(page, "SCAN-MODE-RETURNED", "SCAN-PLACE-HUB", "ED-1")
    sent(page)
    assert status_of(world, "ED-1") == "returned"
    say(page, "SCAN-UNDO")
    expect(answer(page)).to_contain_text("Taken back")
    sent(page)
    assert status_of(world, "ED-1") == "in_use"
    assert kinds_of(world, "ED-1")[-2:] == ["returned", "corrected"]
    say(page, "SCAN-MODE-MOVED", "ED-1")
    expect(page.locator("[data-mode-line]")).to_have_text("Look up, record nothing")
    expect(page.locator("#scan-modes")).to_contain_text("what all scans share")
    say(page, "SCAN-PLACE-AT-5-01")
    expect(page.locator("[data-mode-line]")).to_have_text("Moved → Central, Appleton Tower, 5.01")
    assert "moved" not in kinds_of(world, "ED-1")
    say(page, "SCAN-MODE-SOLD")
    expect(answer(page)).to_contain_text("no such way of scanning")
    say(page, "SCAN-PLACE-NOWHERE")
    expect(answer(page)).to_contain_text("No place has the code NOWHERE")
    say(page, "SCAN-MODE-LOOK-UP")
    expect(page.locator("[data-mode-line]")).to_have_text("Look up, record nothing")


def test_an_unsent_scan_is_cancelled_by_undo_and_never_reaches_the_ledger(scanning: Any, world: World) -> None:
    page = scanning()
    say(page, "SCAN-MODE-RETURNED", "SCAN-PLACE-HUB")
    page.context.set_offline(True)
    expect(page.locator("[data-state-line]")).to_contain_text("Offline")
    say(page, "ED-1", "ED-2")
    page.locator("[data-answer]").get_by_role("button", name="Undo").click()
    expect(answer(page)).to_contain_text("It was not sent; nothing was recorded.")
    expect(page.locator("[data-tally]")).to_have_text("1")
    expect(page.locator(".scan-row--undone")).to_contain_text("ED-2")
    say(page, "ED-2")
    expect(answer(page)).to_have_class(re.compile("scan-answer--kept"))
    page.locator("[data-answer]").get_by_role("button", name="Undo").click()
    page.context.set_offline(False)
    sent(page)
    assert (status_of(world, "ED-1"), status_of(world, "ED-2")) == ("returned", "in_use")
    assert "corrected" not in kinds_of(world, "ED-2")


def test_who_may_not_correct_can_take_back_only_what_was_not_sent(scanning: Any, world: World) -> None:
    page = scanning("val")
    say(page, "SCAN-MODE-MOVED", "SCAN-PLACE-HUB", "ED-1")
    sent(page)
    expect(page.locator("[data-answer]").get_by_role("button", name="Undo")).to_have_count(0)
    say(page, "SCAN-UNDO")
    expect(answer(page)).to_contain_text("Nothing to take back")


def test_what_cannot_be_is_refused_with_its_reason_and_goes_to_the_desk_only_when_asked(
    scanning: Any, world: World
) -> None:
    page = scanning()
    say(page, "SCAN-MODE-PASSED-FOR-REUSE")
    page.context.set_offline(True)
    say(page, "ED-1")
    expect(answer(page)).to_contain_text("ED-1 is in use; it would have to be returned.")
    expect(page.locator("[data-state-line]")).to_contain_text("all sent")
    page.reload()
    page.wait_for_selector("[data-scan-app][data-ready]")
    expect(page.locator(".scan-row--refused")).to_contain_text("ED-1")
    say(page, "SCAN-CONFIRM")
    expect(answer(page)).to_contain_text("For the desk")
    expect(page.locator("[data-state-line]")).to_contain_text("1 waiting")
    page.context.set_offline(False)
    expect(page.locator("[data-settle-link]")).to_contain_text("1 to settle", timeout=20_000)
    assert status_of(world, "ED-1") == "in_use"
    page.locator("[data-settle-link]").click()
    expect(page.locator("main")).to_contain_text("ED-1")


def test_what_has_become_possible_meanwhile_is_recorded_though_the_copy_was_old(scanning: Any, world: World) -> None:
    page = scanning()
    say(page, "SCAN-MODE-INSPECTED")
    page.get_by_label("Does it work").select_option("working")
    page.get_by_label("How it looks").select_option("B")
    say(page, "SCAN-CONFIRM")
    world.record("returned", "ED-3", location="HUB")
    world.session.commit()
    say(page, "ED-3")
    expect(answer(page)).to_have_class(re.compile("scan-answer--recorded"))
    assert kinds_of(world, "ED-3")[-1] == "inspected"


def test_a_look_up_answers_at_once_and_the_register_s_own_words_follow(scanning: Any, world: World) -> None:
    page = scanning()
    say(page, "ed-1")
    expect(answer(page)).to_contain_text("In use")
    expect(answer(page)).to_contain_text("Ada Byron")
    page.context.set_offline(True)
    say(page, "ED-2", "WHATEVER")
    expect(answer(page)).to_contain_text("No machine here bears WHATEVER")
    expect(page.locator(".scan-row", has_text="ED-2")).to_contain_text("Latitude")
    expect(page.locator("[data-tally]")).to_have_text("0")


def test_modes_used_lately_are_cards_and_the_mode_is_remembered(scanning: Any, world: World) -> None:
    page = scanning()
    say(page, "SCAN-MODE-MOVED", "SCAN-PLACE-HUB", "SCAN-PLACE-AT-5-01", "SCAN-MODE-LOOK-UP")
    page.reload()
    page.wait_for_selector("[data-scan-app][data-ready]")
    expect(page.locator("[data-mode-line]")).to_have_text("Look up, record nothing")
    page.get_by_role("button", name="Change").click()
    page.get_by_role("button", name=re.compile("Moved → .*Store B12")).click()
    expect(page.locator("[data-mode-line]")).to_contain_text("Store B12")
    page.reload()
    expect(page.locator("[data-mode-line]")).to_contain_text("Store B12")


def test_the_list_shows_the_newest_and_the_whole_session_when_asked(scanning: Any, world: World) -> None:
    page = scanning()
    say(page, "SCAN-MODE-SIGHTED", *(f"UNKNOWN-{number}" for number in range(45)))
    expect(page.locator("[data-tally]")).to_have_text("45")
    expect(page.locator("[data-list] > li")).to_have_count(40)
    expect(page.locator("[data-list] > li").first).to_contain_text("UNKNOWN-44")
    page.get_by_role("button", name="Show the whole session").click()
    expect(page.locator("[data-list] > li")).to_have_count(45)
    expect(page.locator("[data-list] > li").last).to_contain_text("UNKNOWN-0")
    page.get_by_role("button", name="New count").click()
    expect(page.locator("[data-tally]")).to_have_text("0")


def test_scans_that_the_page_of_before_left_waiting_are_sent(site: Site, open_page: Any, world: World) -> None:
    page = open_page()
    sign_in(page, site)
    owner = page.evaluate("async () => (await (await fetch('/scan/boot')).json()).account.uid")
    entry = {"key": "left-waiting-1", "tag": "ED-1", "owner": owner, "action": "/scan",
             "fields": [["mode", "returned"], ["location", "HUB"], ["tag", "ED-1"]]}  # fmt: skip
    page.evaluate("(entry) => localStorage.setItem('scans-waiting', JSON.stringify([entry]))", entry)
    page.goto(site.address + "/scan")
    sent(page)
    assert status_of(world, "ED-1") == "returned"
    assert page.evaluate("localStorage.getItem('scans-waiting')") is None


def test_a_scan_that_the_server_cannot_read_holds_up_no_other_and_can_be_exported(scanning: Any, world: World) -> None:
    page = scanning()
    say(page, "SCAN-MODE-RETURNED", "SCAN-PLACE-HUB")
    page.context.set_offline(True)
    say(page, "ED-1", "ED-2", "ED-3")
    page.evaluate(
        """async () => {
          const db = await new Promise((done) => { const asked = indexedDB.open("inventory-scans"); asked.onsuccess = () => done(asked.result); });
          const store = db.transaction("scans", "readwrite").objectStore("scans");
          const all = await new Promise((done) => { const asked = store.getAll(); asked.onsuccess = () => done(asked.result); });
          const bad = all.find((scan) => scan.tag === "ED-2");
          bad.scanned_at = "yesterday";
          await new Promise((done) => { store.put(bad).onsuccess = done; });
          db.close();
        }"""
    )
    page.context.set_offline(False)
    sent(page)
    expect(page.locator("[data-notice='failed']")).to_contain_text("1 scan could not be sent")
    assert [status_of(world, tag) for tag in ("ED-1", "ED-2", "ED-3")] == ["returned", "in_use", "returned"]
    with page.expect_download() as download:
        page.locator("[data-notice='failed']").get_by_role("button", name="Export").click()
    exported = json.loads(Path(download.value.path()).read_text())
    assert (exported["format"], exported["version"]) == ("inventory-scans", 1)
    assert [scan["tag"] for scan in exported["scans"]] == ["ED-2"]


def test_two_tabs_send_each_scan_once(scanning: Any, site: Site, world: World) -> None:
    page = scanning()
    other = page.context.new_page()
    other.goto(site.address + "/scan")
    other.wait_for_selector("[data-scan-app][data-ready]")
    say(page, "SCAN-MODE-MOVED", "SCAN-PLACE-HUB")
    page.context.set_offline(True)
    say(page, "ED-1", "ED-2", "ED-3")
    page.context.set_offline(False)
    sent(page)
    sent(other)
    assert [kinds_of(world, tag).count("moved") for tag in ("ED-1", "ED-2", "ED-3")] == [1, 1, 1]


def test_without_scripts_the_form_still_records(site: Site, open_page: Any, world: World) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, site)
    page.goto(site.address + "/scan?mode=returned&location=HUB")
    page.get_by_label("Scan or type a tag").first.fill("ED-1")
    page.get_by_role("button", name="Record scan").click()
    expect(page.locator(".scan-answer").first).to_contain_text("ED-1")
    assert status_of(world, "ED-1") == "returned"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_axe_finds_nothing_and_nothing_overflows(scanning: Any, world: World, size: str, scheme: str) -> None:
    page = scanning(size=size, color_scheme=scheme)
    say(page, "SCAN-MODE-RETURNED", "SCAN-PLACE-HUB", "ED-1", "NOBODY", "SCAN-MODE-PASSED-FOR-REUSE", "ED-2")
    page.get_by_role("button", name="Change").click()
    page.evaluate(AXE)
    assert [
        (each["id"], [node["html"] for node in each["nodes"]]) for each in page.evaluate("axe.run()")["violations"]
    ] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
