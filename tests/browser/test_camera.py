"""The camera panel on films of labels, in real Chromium: read, offered, never guessed, and in the ledger."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import expect

from tests.browser.camera import browser_with, heard, page_of, texts, until
from tests.browser.conftest import Site, sign_in
from tests.browser.films import Code, film, frame, ours
from tests.conftest import World
from tests.web.browser import kinds_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AXE = (Path(__file__).parents[1] / "static" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
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
START = re.compile("Scan with the camera")
OLD = Code("https://old.example.ac.uk/a/ED-0012352-S", at=(0.7, 0.72), width=210)
THREE = [ours("ED-1", at=(0.25, 0.4), width=230), Code("UOE0012947", "Code128", (0.7, 0.3), 400), OLD]


@pytest.fixture
def world(site: Site) -> World:
    site.account("tom", "technician")
    made = site.world()
    made.session.commit()
    return made


@pytest.fixture
def camera(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens a browser whose camera shows *scenes*; what a page complains of fails the test."""
    pages, left = [], []

    def opened(*scenes: tuple[Image.Image, float], allowed: bool = True, **options: Any) -> Any:
        path = film(tmp_path / f"{len(left)}.mjpeg", scenes) if scenes else None
        left.append(browser_with(chromium, path, allowed=allowed))
        pages.append(page_of(left[-1].__enter__(), **options))
        return pages[-1]

    yield opened
    complaints = [
        words for page in pages for words in page.complaints if "the server responded with a status of 4" not in words
    ]
    for each in left:
        each.__exit__(None, None, None)
    assert complaints == []


def scanning(page: Any, site: Site, address: str = "/scan?mode=look-up") -> Any:
    """Signed in, on the scan page, camera running."""
    sign_in(page, site)
    page.goto(site.address + address)
    page.get_by_role("button", name=START).click()
    return page


def axe(page: Any) -> list[str]:
    page.evaluate(AXE)
    return [one["id"] for one in page.evaluate("axe.run('.camera')")["violations"]]


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
    expect(page.locator("[data-scan-answer]")).to_contain_text("ED-1")
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
    tally = page.locator("[data-scan-tally]")
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


def test_a_photo_reads_what_the_live_picture_cannot(site: Site, camera: Any, world: World, tmp_path: Path) -> None:
    hard = frame([Code("https://old.example.ac.uk/a/ED-0012352-S", width=300)]).filter(ImageFilter.GaussianBlur(4.2))
    page = scanning(camera((hard, 1)), site)
    expect(page.locator("[data-part='line']")).to_have_text("Hold a label in front of the camera.")
    page.wait_for_timeout(1000)
    assert texts(page) == []
    page.get_by_role("button", name="Hard to read? Take a photo").click()
    until(page, lambda: texts(page), 40)
    assert [(each["text"], each["source"]) for each in heard(page)] == [
        ("https://old.example.ac.uk/a/ED-0012352-S", "photo")
    ]
    expect(page.locator("[data-part='working']")).to_be_hidden()
    # The camera goes on; nothing is left but to stop it, and to read a photo from a file.
    page.get_by_role("button", name="Stop the camera").click()
    slanted, several, nothing = (tmp_path / f"{name}.png" for name in ("slanted", "several", "nothing"))
    frame([Code("UOE0012947", "Code128", width=420, turned=-17)]).save(slanted)
    frame(THREE).save(several)
    frame([]).save(nothing)
    choose = page.locator("input[type=file]")
    choose.set_input_files(slanted)
    until(page, lambda: len(texts(page)) == 2, 40)
    assert heard(page)[-1]["text"] == "UOE0012947"
    choose.set_input_files(several)
    until(page, lambda: page.locator(".camera__code").count() == 3)
    page.locator(".camera__code").filter(has_text="ED-1").click()
    assert (heard(page)[-1]["text"], heard(page)[-1]["source"]) == (THREE[0].text, "photo")
    choose.set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.locator("[data-part='trouble']")).to_contain_text("The photo could not be opened.")
    choose.set_input_files(nothing)
    expect(page.locator("[data-part='working']")).to_contain_text("try 2 of")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("[data-part='line']")).to_have_text("Stopped.", timeout=20_000)
    assert len(texts(page)) == 3


def test_a_photo_without_a_code_says_what_to_do(site: Site, camera: Any, world: World, tmp_path: Path) -> None:
    page = camera()
    sign_in(page, site)
    page.goto(site.address + "/scan?mode=look-up")
    frame([], (320, 240)).save(tmp_path / "nothing.png")
    page.locator("input[type=file]").set_input_files(tmp_path / "nothing.png")
    expect(page.locator("[data-part='trouble']")).to_contain_text(
        "No code could be read in this photo.", timeout=40_000
    )
    assert texts(page) == []
    # And a computer without a camera is told so.
    page.get_by_role("button", name=START).click()
    expect(page.get_by_role("alert")).to_contain_text("No camera was found.")
    assert axe(page) == []


def test_a_camera_that_is_refused_is_told_with_its_remedy(site: Site, camera: Any, world: World) -> None:
    page = scanning(camera((frame([]), 1), allowed=False, size="phone"), site)
    expect(page.get_by_role("alert")).to_contain_text("The camera was refused.")
    expect(page.get_by_role("alert")).to_contain_text("Allow it for this site")
    expect(page.get_by_role("button", name=START)).to_be_visible()
    assert axe(page) == []
    for name, told in (
        ("NotReadableError", "is busy"),
        ("NotAllowedError", "refused"),
        ("TypeError", "could not be started"),
    ):
        page.evaluate(
            "name => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('by system', name); }; }",
            name,
        )
        page.get_by_role("button", name=START).click()
        expect(page.get_by_role("alert")).to_contain_text(told)


def _png() -> bytes:
    from io import BytesIO

    out = BytesIO()
    frame([ours("ED-1")]).save(out, "PNG")
    return out.getvalue()


def test_without_https_the_page_says_so_and_still_reads_photos(site: Site, chromium: Any, world: World) -> None:
    arguments = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP reuse.test 127.0.0.1"]
    browser = chromium.browser_type.launch(executable_path=browser_program(), args=arguments)
    page = page_of(browser)
    plain = Site(site.address.replace("127.0.0.1", "reuse.test"), site.engine, site.settings)
    sign_in(page, plain)
    page.goto(plain.address + "/scan?mode=look-up")
    expect(page.locator("[data-part='trouble']")).to_contain_text("The camera needs a secure address.")
    expect(page.get_by_role("button", name=START)).to_be_hidden()
    # The reader comes over a bad network: told, and tried again with the next photo.
    page.route("**/scan-worker.js*", lambda route: route.abort())
    page.locator("input[type=file]").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": _png()})
    expect(page.get_by_role("alert")).to_contain_text("The code reader could not be loaded.")
    page.unroute("**/scan-worker.js*")
    page.locator("input[type=file]").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": _png()})
    until(page, lambda: texts(page) == ["HTTPS://INVENTORY.EXAMPLE.AC.UK/T/ED-1"])
    browser.close()


def browser_program() -> str:
    import os
    import shutil

    return os.environ.get("CHROMIUM") or shutil.which("chromium") or str(shutil.which("chromium-browser"))


READER = """
window.NDEFReader = class {
  async scan({signal}) {
    if (window.refuses) throw new DOMException("no", "NotAllowedError");
    window.tag = (...texts) => !signal.aborted && this.onreading({message: {records: texts.map((text) => (
      {recordType: "text", data: new DataView(new TextEncoder().encode(text).buffer)}))}});
  }
};
"""


def test_nfc_tags_are_scans_where_the_browser_reads_them(site: Site, camera: Any, world: World) -> None:
    page = camera(before=READER)
    sign_in(page, site)
    page.goto(site.address + "/scan?mode=look-up")
    button = page.get_by_role("button", name="Read NFC tags")
    page.evaluate("window.refuses = true")
    button.click()
    expect(page.locator("[data-part='line']")).to_contain_text("NFC was refused.")
    page.evaluate("window.refuses = false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.evaluate("window.tag('ED-1')")
    assert [(each["text"], each["source"]) for each in heard(page)] == [("ED-1", "nfc")]
    page.evaluate("window.tag('ED-2', 'SERIAL9')")
    page.locator(".camera__code").filter(has_text="SERIAL9").click()
    assert (heard(page)[-1]["text"], heard(page)[-1]["source"]) == ("SERIAL9", "nfc")
    page.evaluate("window.tag()")
    expect(page.locator("[data-part='line']")).to_contain_text("holds no text")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    page.evaluate("window.tag('ED-3')")
    assert len(heard(page)) == 2


def test_without_nfc_there_is_no_button_for_it(site: Site, open_page: Any, world: World) -> None:
    page = open_page()
    sign_in(page, site)
    page.goto(site.address + "/scan?mode=look-up")
    expect(page.get_by_role("button", name=START)).to_be_visible()
    expect(page.locator("[data-part='nfc']")).to_be_hidden()
