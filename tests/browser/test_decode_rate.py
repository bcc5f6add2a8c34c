"""How many of the hard labels the vendored decoder reads in Chromium, by class: live settings, and the photo's ladder."""

import base64
import json
import statistics
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Site, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.real_data]

LIVE_LEAST = 56 / 72
PHOTO_LEAST = 64 / 72
FRAMES = 6
"""Frames of the live loop that a label gets which is held still: a fifth of a second."""

_READ = """async ({picture, frames}) => {
  const {Decoder} = await import("/static/js/decoder.js");
  window.decoder ??= new Decoder({...document.querySelector("[data-camera]").dataset});
  await window.decoder.warm();
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  const bitmap = () => createImageBitmap(new Blob([bytes], {type: "image/jpeg"}));
  const answer = {live: [], photo: null};
  for (let turn = 0; turn < frames; turn += 1) {
    const shown = await bitmap();
    const part = {x: 0, y: 0, width: shown.width, height: shown.height};
    const {codes, milliseconds} = await window.decoder.frame(shown, part, 1920, turn);
    answer.live.push({texts: codes.map((code) => code.text), milliseconds});
  }
  let steps = 0;
  const {codes, milliseconds} = await window.decoder.photo(await bitmap(), (step) => (steps = step));
  answer.photo = {texts: codes.map((code) => code.text), milliseconds, steps};
  return answer;
}"""


def test_the_hard_labels_are_read_as_often_as_they_were_when_the_decoder_was_chosen(
    real_data: Path, site: Site, open_page: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    site.account("tom", "technician")
    page = open_page()
    sign_in(page, site)
    page.goto(site.address + "/scan?mode=look-up")
    page.set_default_timeout(120_000)
    listed = json.loads((real_data / "labels" / "manifest.json").read_text())
    total: Counter[str] = Counter()
    read: dict[str, Counter[str]] = {way: Counter() for way in ("frame", "live", "photo")}
    wrong, missed, times, climbs = [], [], [], []
    for each in listed:
        picture = base64.b64encode((real_data / "labels" / each["file"]).read_bytes()).decode()
        found = page.evaluate(_READ, {"picture": picture, "frames": FRAMES})
        seen = {
            "frame": set(found["live"][0]["texts"]),
            "live": {text for one in found["live"] for text in one["texts"]},
            "photo": set(found["photo"]["texts"]),
        }
        total[each["cat"]] += 1
        for way, got in seen.items():
            read[way][each["cat"]] += set(each["expected"]) <= got
            wrong += [(way, each["file"], text) for text in got - set(each["expected"])]
        times.append(found["live"][0]["milliseconds"])
        climbs.append(found["photo"]["milliseconds"])
        if not set(each["expected"]) <= seen["photo"]:
            missed.append(f"{each['file']} ({found['photo']['milliseconds']:.0f} ms)")
    with capsys.disabled():
        print(_table(total, read))
        print(f"one live frame {statistics.median(times):.0f} ms, photo {statistics.median(climbs):.0f} ms "
              f"(longest {max(climbs):.0f}); photo missed {', '.join(missed)}")  # fmt: skip
    assert wrong == []
    assert read["live"].total() / total.total() >= LIVE_LEAST
    assert read["photo"].total() / total.total() >= PHOTO_LEAST


def _table(total: Counter[str], read: dict[str, Counter[str]]) -> str:
    heads = ["", *total, "all"]
    rows = [["labels", *map(str, total.values()), str(total.total())]]
    rows += [[way, *(str(got[name]) for name in total), str(got.total())] for way, got in read.items()]
    return "\n" + "\n".join(" ".join(cell.rjust(8) for cell in row) for row in [heads, *rows])
