"""The camera panel on films of labels, in real Chromium: read, offered, never guessed, and in the ledger."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.camera import START, axe, heard, scanning, texts, until
from tests.browser.conftest import Site, sign_in
from tests.browser.films import Code, frame, ours
from tests.conftest import World
from tests.web.browser import kinds_of

pytestmark = pytest.mark.browser

# What a phone offers and a film does not.
PHONE = """
const before = MediaStreamTrack.prototype.getCapabilities;
MediaStreamTrack.prototype.getCapabilities = function () {
  return {...before.call(this), torch: true, focusMode: ["manual", "continuous"]};
};
window.wanted = [];
MediaStreamTrack.prototype.applyConstraints = async (constraints) => { window.wanted.push(constraints.advanced[0]); };
const devices = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
navigator.mediaDevices.enumerateDevices = async () => {
  const [first] = (await devices()).filter((device) => device.kind === "videoinput");
  return [{...first.toJSON(), label: "Back"}, {kind: "videoinput", deviceId: "other", label: "Front"}];
};
"""
OLD = Code("https://old.example.ac.uk/a/ED-0012352-S", at=(0.7, 0.72), width=210)
THREE = [ours("ED-1", at=(0.25, 0.4), width=230), Code("UOE0012947", "Code128", (0.7, 0.3), 400), OLD]


@pytest.fixture
def world(site: Site) -> World:
    site.account("tom", "technician")
    made = site.world()
    made.session.commit()
    return made


def test_a_label_is_one_scan_however_long_it_is_held(site: Site, camera: Any, world: World) -> None:
    world.used_machine("ED-1")
    page = camera((frame([ours("ED-1", turned=7)]), 1))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    scanning(page, site)
    until(page, lambda: texts(page))
    page.wait_for_timeout(1800)
    assert [(each["text"], each["source"]) for each in heard(page)] == [
        ("HTTPS://INVENTORY.EXAMPLE.AC.UK/T/ED-1", "camera")
    ]
    expect(page.locator("[data-answer]")).to_contain_text("ED-1")
    expect(page.locator("[data-part='line']")).to_have_text("Read ED-1.")
    assert any("zxing_reader.wasm" in url for url in asked)
    assert {url for url in asked if not url.startswith((site.address, "blob:", "data:"))} == set()
    # Scans go on after a reload, without another press.
    page.reload()
    until(page, lambda: texts(page))
    # Hidden, the camera shows nothing and reads nothing; back again, it goes on.
    hide = "(hidden) => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); document.dispatchEvent(new Event('visibilitychange')); }"
    enabled = "document.querySelector('[data-part=video]').srcObject.getVideoTracks()[0].enabled"
    page.evaluate(hide, True)
    assert page.evaluate(enabled) is False
    count = len(texts(page))
    page.wait_for_timeout(1700)
    assert len(texts(page)) == count
    page.evaluate(hide, False)
    assert page.evaluate(enabled) is True
    until(page, lambda: len(texts(page)) > count)
    page.get_by_role("button", name="Stop the camera").click()
    expect(page.locator("[data-part='view']")).to_be_hidden()
    expect(page.get_by_role("button", name=START)).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name=START)).to_be_visible()
    expect(page.locator("[data-part='view']")).to_be_hidden()


def test_labels_of_others_are_read_and_pass_on_unchanged(site: Site, camera: Any, world: World) -> None:
    others = [
        Code("UOE0012947", "Code128", width=420),
        Code("CZC1234XYZ", "Code39", width=520),
        Code("SGH327SZYD", "DataMatrix", width=160),
        Code("https://old.example.ac.uk/a/ED-0012352-S"),
    ]
    page = scanning(camera(*((frame([code]), 0.8) for code in others)), site)
    until(page, lambda: len(set(texts(page))) == len(others))
    assert set(texts(page)) == {code.text for code in others}


def test_three_in_view_are_offered_and_none_is_taken(site: Site, camera: Any, world: World) -> None:
    page = scanning(camera((frame(THREE), 1), size="phone"), site)
    page.set_viewport_size({"width": 1366, "height": 900})
    buttons = page.locator(".camera__code")
    until(page, lambda: buttons.count() == 3)
    page.wait_for_timeout(700)
    assert texts(page) == []
    expect(page.locator("[data-part='line']")).to_have_text("3 codes. Choose which one is meant.")
    assert {name.strip() for name in buttons.locator("[data-part='name']").all_inner_texts()} == {
        "ED-1",
        "UOE0012947",
        "ED-0012352-S",
    }
    assert all(box["height"] >= 48 for box in (buttons.nth(place).bounding_box() for place in range(3)))
    assert page.locator(".camera__mark text").count() == 3
    assert axe(page) == []
    # By keyboard alone; the chosen one is ticked and cannot be sent twice.
    buttons.filter(has_text="UOE0012947").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert [(each["text"], each["source"]) for each in heard(page)] == [("UOE0012947", "camera")]
    expect(buttons.filter(has_text="UOE0012947")).to_contain_text("Scanned")
    expect(buttons.filter(has_text="UOE0012947")).to_be_focused()
    buttons.filter(has_text="ED-0012352-S").click()
    assert texts(page) == ["UOE0012947", OLD.text]
    page.get_by_role("button", name="None of these").click()
    page.wait_for_timeout(300)
    expect(page.locator("[data-part='offer']")).to_be_hidden()
    assert texts(page) == ["UOE0012947", OLD.text]


def test_codes_known_to_be_one_machine_s_are_taken_at_once(site: Site, camera: Any, world: World) -> None:
    hook = 'document.addEventListener("inventory:known", ({detail}) => { detail.machine = Promise.resolve(7); });'
    page = scanning(camera((frame(THREE[:2]), 1), before=hook), site)
    until(page, lambda: texts(page))
    page.wait_for_timeout(700)
    assert len(texts(page)) == 1
    expect(page.locator("[data-part='offer']")).to_be_hidden()


def test_sixty_machines_in_a_row_are_sixty_lines_of_the_ledger(site: Site, camera: Any, world: World) -> None:
    tags = [f"ED-{number}" for number in range(1, 61)]
    world.batch(
        [
            world.request(
                "received",
                None,
                None,
                tag=tag,
                kind="laptop",
                manufacturer="Dell",
                model="Latitude 5400",
                department="INF",
            )
            for tag in tags
        ]
    )
    world.batch([world.request("deployed", tag, None, custodian="ada") for tag in tags])
    scenes = [(frame([ours(tag, turned=(place * 17) % 40 - 20)]), 0.27) for place, tag in enumerate(tags)]
    page = camera(*scenes, size="phone")
    scanning(page, site, "/scan?mode=returned&location=HUB")
    tally = page.locator("[data-tally]")
    # On a busy machine a label may be missed; the film begins anew, and what was recorded is told, not doubled.
    until(page, lambda: tally.inner_text() == "60", 60)
    page.wait_for_timeout(500)
    world.session.commit()
    assert [kinds_of(world, tag) for tag in tags] == [["received", "deployed", "returned"]] * 60
    assert tally.inner_text() == "60"


def test_a_phone_s_light_focus_and_other_camera(site: Site, camera: Any, world: World) -> None:
    page = scanning(camera((frame([]), 1), size="phone", before=PHONE), site)
    light = page.get_by_role("button", name="Light")
    expect(light).to_have_attribute("aria-pressed", "false")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.wanted") == [{"focusMode": "continuous"}, {"torch": True}, {"torch": False}]
    expect(page.locator("[data-part='line']")).to_have_text(
        "Hold the label flat, 10 to 15 cm from the camera.", timeout=8000
    )
    page.get_by_role("combobox", name="Camera").select_option("other")
    assert page.evaluate("localStorage.getItem('camera-device')") == "other"
    # That camera is not there after all: another is taken, and the page says which.
    expect(page.get_by_role("combobox", name="Camera")).to_have_value(re.compile("^(?!other).+"))
    assert axe(page) == []


def test_the_camera_reads_without_a_network(site: Site, camera: Any, world: World) -> None:
    world.used_machine("ED-1")
    page = camera((frame([ours("ED-1")]), 1), size="phone")
    sign_in(page, site)
    page.goto(site.address + "/scan")
    kept = "navigator.serviceWorker.ready.then((worker) => worker.active?.state)"
    until(
        page,
        lambda: page.evaluate(kept) == "activated" and page.evaluate("navigator.serviceWorker.controller !== null"),
    )
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("button", name=START).click()
    until(page, lambda: texts(page))
    assert texts(page) == ["HTTPS://INVENTORY.EXAMPLE.AC.UK/T/ED-1"]
    expect(page.locator("[data-answer]")).to_contain_text("ED-1")
    # The browser itself tells its console that there is no network.
    page.complaints[:] = [words for words in page.complaints if "ERR_INTERNET_DISCONNECTED" not in words]
