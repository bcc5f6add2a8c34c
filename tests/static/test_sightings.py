"""What becomes of the codes in each frame: taken at once, offered, or passed over. Made-up frames, real Chromium."""

from typing import Any

import pytest

from tests.static import pages

pytestmark = pytest.mark.browser

# Frames as (milliseconds, codes in view); a code is text or text:format. Expected: (frame, text) taken, and what is on
# offer at the end, with * where it was taken.
CASES: dict[str, tuple[list[tuple[int, str]], list[tuple[int, str]], str]] = {
    "a QR code is taken at once": ([(0, "A")], [(0, "A")], ""),
    "a label held still is one scan": ([(t, "A") for t in range(0, 5000, 33)], [(0, "A")], ""),
    "a label whose reading flickers is one scan": ([(0, "A"), (500, ""), (1400, "A"), (2600, ""), (2800, "A")], [(0, "A")], ""),
    "a label that left and came back is two": ([(0, "A"), (33, ""), (1600, "A")], [(0, "A"), (1600, "A")], ""),
    "one after another without a pause": ([(t, f"L{t // 200}") for t in range(0, 2000, 40)], [(t, f"L{t // 200}") for t in range(0, 2000, 200)], ""),
    "a barcode must be read twice": ([(0, "UOE0012947:Code128"), (33, "UOE0012947:Code128")], [(33, "UOE0012947:Code128")], ""),
    "a barcode read once is passed over": ([(0, "UOE0012947:Code128"), (33, ""), (66, "")], [], ""),
    "two different misreadings do not agree": ([(0, "1234:Code39"), (33, "1235:Code39")], [], ""),
    "readings too far apart do not agree": ([(0, "1234:Code39"), (1600, "1234:Code39")], [], ""),
    "a barcode of three characters is none": ([(0, "123:Code39"), (33, "123:Code39"), (66, "123:Code39")], [], ""),
    "three in view are offered, none is taken": ([(0, "A B C"), (33, "A B C")], [], "A B C"),
    "each alone for a moment is still a guess": ([(0, "A B"), (33, "A"), (66, "B"), (99, "A B")], [], "A B"),
    "alone at last, after the others left": ([(0, "A B"), (100, "B"), (1400, "B"), (1700, "B")], [(1700, "B")], "A B*"),
    "what comes beside one that was taken is offered": ([(0, "A"), (33, "A B"), (66, "B")], [(0, "A")], "A* B"),
    "a QR code waits for the barcode beside it": ([(0, "A S123:Code128"), (33, "A"), (66, "A S123:Code128")], [], "A S123"),
    "a barcode that proves false holds nothing up": ([(0, "A S123:Code39"), (200, "A"), (450, "A")], [(450, "A")], ""),
    "the offer goes when another label is read": ([(0, "A B"), (33, ""), (1700, "C")], [(1700, "C")], ""),
    "the offer goes when nobody chooses": ([(0, "A B"), (9000, ""), (10_100, "")], [], ""),
    "the offer stays while a hand is on its way": ([(0, "A B"), (5000, "")], [], "A B"),
    "one machine's label and serial are taken together": ([(0, "ours serial"), (33, "ours serial"), (66, "serial")], [(0, "ours")], ""),
    "the serial beside its label that was taken": ([(0, "ours"), (33, "ours serial"), (66, "serial")], [(0, "ours")], ""),
    "one known and one unknown are offered": ([(0, "ours B")], [], "ours B"),
    "two known machines are offered": ([(0, "ours other")], [], "ours other"),
    "while the page still looks it up nothing is decided": ([(0, "ours pending")], [], ""),
    "blank texts are none": ([(0, "%20")], [], ""),
}  # fmt: skip

_PLAY = """async (frames) => {
  const {Sightings} = await import("/static/js/sightings.js");
  const machines = {ours: 7, serial: 7, other: 8, pending: undefined};
  const sightings = new Sightings((text) => (text in machines ? machines[text] : null));
  const taken = [];
  let offered = [];
  for (const [at, texts] of frames) {
    const codes = texts.split(" ").filter(Boolean).map((code) => {
      const [text, format] = code.replace("%20", " ").split(":");
      return {text, format: format ?? "QRCodeModel2"};
    });
    const result = sightings.see(codes, at);
    if (result.taken !== null) taken.push([at, result.taken]);
    offered = result.offered;
  }
  return {taken, offered: offered.map((one) => one.text + (one.done ? "*" : "")).join(" ")};
}"""


@pytest.fixture
def shown(site: Any, page: Any) -> Any:
    site.pages["/"] = pages.render("{% extends 'base.html' %}{% block content %}<h1>x</h1>{% endblock %}")
    page.goto(f"{site.address}/")
    return page


def test_each_case_of_codes_in_view(shown: Any) -> None:
    wrong = {}
    for name, (frames, taken, offered) in CASES.items():
        found = shown.evaluate(_PLAY, [list(each) for each in frames])
        expected = {"taken": [[at, text.split(":")[0]] for at, text in taken], "offered": offered}
        if found != expected:
            wrong[name] = found
    assert wrong == {}


def test_a_choice_is_made_once_and_what_is_dismissed_stays_away(shown: Any) -> None:
    found = shown.evaluate(
        """async () => {
          const {Sightings} = await import("/static/js/sightings.js");
          const codes = ["A", "B"].map((text) => ({text, format: "QRCodeModel2"}));
          const told = [];
          const first = new Sightings();
          first.see(codes, 0);
          told.push(first.choose("A"), first.choose("A"), first.choose("Z"));
          told.push(first.see(codes, 33).taken, first.see([codes[1]], 66).taken);
          const second = new Sightings();
          second.see(codes, 0);
          second.dismiss();
          told.push(second.see(codes, 33).offered.length, second.see([codes[0]], 66).taken);
          told.push(second.see(codes, 1700).offered.length);
          return told;
        }"""
    )
    assert found == [True, False, False, None, None, 0, None, 2]


def test_a_photo_gives_its_only_code_or_offers_all(shown: Any) -> None:
    found = shown.evaluate(
        """async () => {
          const {Sightings} = await import("/static/js/sightings.js");
          const code = (text) => ({text, format: "Code128"});
          const machines = {ours: 7, serial: 7};
          const of = () => new Sightings((text) => machines[text] ?? null);
          const one = of(), two = of(), same = of();
          const told = [of().photo([], 0), one.photo([code("A1"), code("A1")], 0), same.photo([code("ours"), code("serial")], 0)];
          const offered = two.photo([code("A1"), code("B1")], 0);
          told.push({taken: offered.taken, offered: offered.offered.map((each) => each.text)});
          told.push(one.see([code("A1")], 33).taken, two.see([], 60_000).offered.length, two.choose("B1"));
          return told;
        }"""
    )
    assert found[0] == {"taken": None, "offered": []}
    assert found[1] == {"taken": "A1", "offered": []}
    assert found[2] == {"taken": "ours", "offered": []}
    assert found[3] == {"taken": None, "offered": ["A1", "B1"]}
    assert found[4:] == [None, 2, True]


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("HTTPS://INVENTORY.EXAMPLE.AC.UK/T/ED-3K7Q-P", "ED-3K7Q-P", "INVENTORY.EXAMPLE.AC.UK"),
        ("https://reuse.test/t/ed%5F1/?x=1", "ED_1", "reuse.test"),
        ("https://old.example.ac.uk/a/ED-0012352-S", "ED-0012352-S", "old.example.ac.uk"),
        ("https://old.example.ac.uk/asset?id=12", "https://old.example.ac.uk/asset?id=12", ""),
        ("https://old.example.ac.uk", "https://old.example.ac.uk", ""),
        ("https://old.example.ac.uk/a/%ZZ", "%ZZ", "old.example.ac.uk"),
        ("UOE0012947", "UOE0012947", ""),
    ],
)
def test_a_code_is_named_by_its_tag(shown: Any, text: str, name: str, rest: str) -> None:
    found = shown.evaluate("async (text) => (await import('/static/js/camera-view.js')).inWords(text)", text)
    assert found == {"name": name, "rest": rest}


def test_the_texts_and_addresses_of_an_nfc_tag_are_its_scans(shown: Any) -> None:
    found = shown.evaluate(
        """async () => {
          const {textsOf} = await import("/static/js/nfc.js");
          const data = (text) => new DataView(new TextEncoder().encode(text).buffer);
          return textsOf({records: [
            {recordType: "url", data: data("https://reuse.test/T/ED-1")},
            {recordType: "text", encoding: "utf-8", data: data(" ED-2 ")},
            {recordType: "mime", data: data("image")},
            {recordType: "text", data: data("")},
          ]});
        }"""
    )
    assert found == ["https://reuse.test/T/ED-1", "ED-2"]


def test_the_page_is_asked_which_machine_a_text_belongs_to(shown: Any) -> None:
    found = shown.evaluate(
        """async () => {
          const {Known} = await import("/static/js/known.js");
          const known = new Known();
          const told = [known.machineOf("X")];
          document.addEventListener("inventory:known", ({detail}) => {
            if (detail.text === "now") detail.machine = 5;
            if (detail.text === "later") detail.machine = Promise.resolve(6);
            if (detail.text === "never") detail.machine = new Promise(() => {});
            if (detail.text === "fails") detail.machine = Promise.reject(new Error("closed"));
          });
          known.forget();
          told.push(known.machineOf("now"), known.machineOf("later") === undefined, known.machineOf("X"));
          await Promise.all(["later", "never", "fails"].map((text) => known.ask(text)));
          return [...told, known.machineOf("later"), known.machineOf("never"), known.machineOf("fails")];
        }"""
    )
    assert found == [None, 5, True, None, 6, None, None]
