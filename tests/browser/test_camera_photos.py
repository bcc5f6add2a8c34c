"""The camera panel without a live read: photos, refusals with their remedies, pages without HTTPS, NFC."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import ImageFilter
from playwright.sync_api import expect

from tests.browser.camera import START, axe, heard, page_of, program, scanning, texts, until
from tests.browser.conftest import Site, sign_in
from tests.browser.films import Code, frame, ours
from tests.conftest import World

pytestmark = pytest.mark.browser

OLD = Code("https://old.example.ac.uk/a/ED-0012352-S", at=(0.7, 0.72), width=210)
THREE = [ours("ED-1", at=(0.25, 0.4), width=230), Code("UOE0012947", "Code128", (0.7, 0.3), 400), OLD]


@pytest.fixture
def world(site: Site) -> World:
    site.account("tom", "technician")
    made = site.world()
    made.session.commit()
    return made


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
    expect(page.locator("[data-part='working']")).to_contain_text(re.compile(r"try \d+ of"))
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
    out = BytesIO()
    frame([ours("ED-1")]).save(out, "PNG")
    return out.getvalue()


def test_without_https_the_page_says_so_and_still_reads_photos(site: Site, chromium: Any, world: World) -> None:
    arguments = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP reuse.test 127.0.0.1"]
    browser = chromium.browser_type.launch(executable_path=program(), args=arguments)
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
