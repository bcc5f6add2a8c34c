"""The scan page's scripts without a page: the same forms as the server's, verdicts, modes, clock, what an old page left."""

import random

import pytest

from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register import tags
from inventory.register.identifiers import comparison_form
from inventory.scanning.controls import CONFIRM, LOOK_UP, UNDO, mode_text, place_text
from tests.static import pages

pytestmark = pytest.mark.browser

PREFIX = "ED"
OURS = tags.issue(PREFIX, 4711)
BODY = OURS.replace("-", "").removeprefix(PREFIX)
TEXTS = [
    "", " ", "a", OURS, OURS.lower(), OURS.replace("-", ""), BODY, BODY.lower(), f"  {OURS}\n", f"{PREFIX} {BODY}",
    f"{PREFIX}-{BODY[:-1]}-2", f"{PREFIX}{BODY[:-1]}2", "EDEDED", "ED-EDED-E",
    f"HTTPS://REUSE.TEST/T/{OURS}", f"https://reuse.test/t/{OURS}", f"https://reuse.test/t/{OURS}/", f"http://a/t/{OURS}?x=1#y",
    f"https://reuse.test//t//{OURS}", "https://reuse.test/machines/1", "https://reuse.test/t/", "https://reuse.test/t/A%20B",
    "https://x/t/A%2FB", "https://x/t/%C3%A9t%C3%A9", "https://x/t/%C3", "https://x/t/%ff%fe", "https://x/t/%", "https://x/t/%zz",
    "https://x/t/a%C3b%A9", "https://x/t/%EF%BB%BFa", "ftp://x/t/A", "httpſ://x/t/A", "https://x/t/a b", "https://x/t/a?\nb",
    "5CG1234XYZ", "a\tb  c", "a\u00a0b", "a\ufeffb", "\ufeffa", "a\x1cb", "\x85a\x85", "a\u2028b\u3000", "straße", "ŉa", "ﬁ", "ǆ", "İi",
    "00:1a:2B-3c.4d 5e", "001A2B3C4D5E", "00:1a:2b", "SCAN-UNDO", "0O1IL", "x" * 300,
]  # fmt: skip


def random_texts(seed: int = 20_261_125, number: int = 3_000) -> list[str]:
    """Tags of ours and near them, written as people and printers do, addresses and noise."""
    chance = random.Random(seed)
    found = []
    for _ in range(number):
        tag = tags.issue(chance.choice([PREFIX, "UOE", "E"]), chance.randrange(30**5))
        letters = list(tag)
        if chance.random() < 0.3:
            letters[chance.randrange(len(letters))] = chance.choice(tags.ALPHABET + "01IOU- \u00a0é")
        text = "".join(letters)
        if chance.random() < 0.3:
            text = text.replace("-", chance.choice(["", " ", "\t", "--"]))
        if chance.random() < 0.3:
            text = text.lower()
        if chance.random() < 0.3:
            text = f"{chance.choice(['https', 'HTTP', 'htp'])}://h{chance.choice(['', '.test'])}/{chance.choice('tTx')}/{text}{chance.choice(['', '/', '?a', '#b', '%20', '%e2%82', '%E2%82%AC'])}"
        found.append(text)
    return found


@pytest.fixture
def module(site, page):
    """Calls a function of a script: module('scan-forms', 'fromScan', [each argument list])."""
    site.pages["/empty"] = pages.render("<!doctype html><title>Empty</title>")
    page.goto(f"{site.address}/empty")

    def call(name, function, arguments):
        return page.evaluate(
            "async ([name, called, all]) => { const it = await import(`/static/js/${name}.js`);"
            " return all.map((given) => it[called](...given)); }",
            [name, function, arguments],
        )

    return call


def test_both_languages_reduce_a_scan_to_the_same_form(module):
    texts = TEXTS + random_texts()
    assert module("scan-forms", "fromScan", [[text] for text in texts]) == [tags.from_scan(text) for text in texts]
    assert module("scan-forms", "normalise", [[text] for text in texts]) == [tags.normalise(text) for text in texts]


def test_both_languages_compare_identifiers_in_the_same_form(module):
    cases = [(kind, text) for kind in ("serial", "mac", "legacy_barcode") for text in TEXTS + random_texts(number=500)]
    assert module("scan-forms", "comparisonForm", cases) == [comparison_form(kind, text) for kind, text in cases]


def test_both_languages_read_the_same_tags_into_a_text(module):
    texts = TEXTS + random_texts()
    found = module("scan-forms", "readings", [[text, PREFIX] for text in texts])
    assert found == [tags.readings(text, PREFIX) for text in texts]
    # The table would show nothing if no text had a second reading.
    assert sum(len(each) > 1 for each in found) > 100


@pytest.mark.parametrize(
    ("text", "control"),
    [
        ("SCAN-UNDO", {"do": "undo"}),
        ("scan-confirm\n", {"do": "confirm"}),
        ("SCAN-MODE-LOOK-UP", {"do": "mode", "what": "LOOK-UP"}),
        ("SCAN-MODE-PASSED-FOR-REUSE", {"do": "mode", "what": "PASSED-FOR-REUSE"}),
        ("SCAN-PLACE-AT-5-01", {"do": "place", "what": "AT-5-01"}),
        ("SCAN-LIST-ST-12", {"do": "list", "what": "ST-12"}),
        ("SCAN-PLACE-", None),
        ("SCAN", None),
        ("ED-3K7Q-P", None),
        ("SCANNER-1", None),
    ],
)
def test_control_texts_steer_and_machines_do_not(module, text, control):
    assert module("scan-controls", "controlOf", [[text]]) == [control]


PLACES = ["HUB", "AT-5.01", "at 5/01", "Büro 7", "straße", "中", "--", "a__b", "KB.JCMB.1206c", "ŉ1"]


def test_both_languages_know_the_same_control_texts(module):
    modes = [row.key for row in EVENT_TYPES.values() if row.scan]
    assert modes
    texts = [mode_text(key) for key in modes]
    assert module("scan-controls", "controlOf", [[text] for text in texts]) == [
        {"do": "mode", "what": text.removeprefix("SCAN-MODE-")} for text in texts
    ]
    assert module("scan-controls", "eventKeyOf", [[text.removeprefix("SCAN-MODE-")] for text in texts]) == modes
    assert module("scan-controls", "controlOf", [[UNDO], [CONFIRM], [LOOK_UP]]) == [
        {"do": "undo"}, {"do": "confirm"}, {"do": "mode", "what": "LOOK-UP"},
    ]  # fmt: skip
    pairs = [(code, place_text(other)) for code in PLACES for other in PLACES]
    named = module("scan-controls", "controlOf", [[text] for _, text in pairs])
    assert all(each["do"] == "place" for each in named)
    same = module(
        "scan-controls", "sameCode", [[code, each["what"]] for (code, _), each in zip(pairs, named, strict=True)]
    )
    assert same == [place_text(code) == text for code, text in pairs]


BOOT = {
    "statuses": {key: {"label": label} for key, label in [("in_use", "In use"), ("returned", "Returned"), ("donated", "Donated")]},
    "places": [["HUB", "Reuse hub, Store B12"], ["AT-5.01", "Appleton Tower, 5.01"], ["AT-5.02", "Appleton Tower, 5.02"]],
    "departments": [],
    "events": [
        {"key": "returned", "label": "Returned", "from": ["in_use", "donated"], "to": "returned", "guards": [], "used": None,
         "fields": [{"name": "location", "label": "Location", "type": "place", "required": True, "choices": []},
                    {"name": "note", "label": "Note", "type": "text", "required": False, "choices": []}]},
        {"key": "redeployed", "label": "Redeployed", "from": ["returned"], "to": "in_use", "guards": ["clean_drives"], "used": True, "fields": []},
    ],
}  # fmt: skip


def machine(**facts):
    return {
        "id": 1,
        "tag": "M-1",
        "kind": "laptop",
        "status": "in_use",
        "used": True,
        "place": "HUB",
        "model": "Dell 5400",
    } | facts


@pytest.mark.parametrize(
    ("mode", "machines", "whole", "outcome", "keep", "words"),
    [
        ({"action": "look-up"}, [machine()], True, "shown", False, "Laptop, Dell 5400 · Reuse hub, Store B12"),
        ({"action": "look-up"}, [], True, "unknown", False, "No machine here bears X."),
        ({"action": "record", "event": "returned"}, [machine()], True, "kept", True, "Dell 5400"),
        ({"action": "record", "event": "returned"}, [machine(status="returned")], True, "refused", False, "M-1 is returned already."),
        ({"action": "record", "event": "redeployed"}, [machine()], True, "refused", False, "M-1 is in use already."),
        ({"action": "record", "event": "redeployed"}, [machine(status="donated")], True, "refused", False, "it would have to be returned"),
        ({"action": "record", "event": "redeployed"}, [machine(status="returned", used=False)], True, "refused", False, "record its first use as deployed"),
        ({"action": "record", "event": "redeployed"}, [machine(status="returned")], True, "kept", True, "Its drives are checked when it is sent."),
        ({"action": "record", "event": "returned"}, [], True, "unknown", True, "The scan is kept"),
        ({"action": "record", "event": "returned"}, [], False, "unknown", True, "not all here yet"),
        ({"action": "record", "event": "returned"}, [machine(), machine(id=2, tag="M-2")], True, "unknown", False, "2 machines answer to it: M-1 and M-2."),
        ({"action": "list", "list": "u", "short": "Seen"}, [machine(status="donated")], True, "kept", True, "Donated"),
        ({"action": "list", "list": "u", "short": "Seen"}, [], True, "unknown", True, "The scan is kept"),
    ],
)  # fmt: skip
def test_the_local_copy_decides_as_the_lifecycle_would(module, mode, machines, whole, outcome, keep, words):
    asked = {"mode": mode, "found": {"text": "X", "machines": machines}, "boot": BOOT, "whole": whole, "waits": True}
    [verdict] = module("scan-decide", "decide", [[asked]])
    assert (verdict["outcome"], verdict["keep"]) == (outcome, keep)
    assert words in verdict["words"]


NOW = 1_795_600_000_000


def said(minutes=1, **facts):
    made = {
        "state": "waiting",
        "action": "record",
        "event": "moved",
        "details": {"location": "HUB"},
        "scanned_at": "2026-11-25T10:39:00.000Z",
    }
    return made | facts


@pytest.mark.parametrize(
    ("reason", "recent", "at", "twice"),
    [
        ("a minute ago", [said()], "2026-11-25T10:40:00Z", True),
        ("sixteen minutes ago", [said()], "2026-11-25T10:55:01Z", False),
        ("never", [], "2026-11-25T10:40:00Z", False),
        ("another place", [said(details={"location": "AT"})], "2026-11-25T10:40:00Z", False),
        ("something else since", [said(event="sighted"), said()], "2026-11-25T10:40:00Z", False),
        ("taken back since", [said(undone=True)], "2026-11-25T10:40:00Z", False),
        ("another taken back since", [said(event="sighted", undone=True), said()], "2026-11-25T10:40:00Z", True),
        ("only refused", [said(state="held")], "2026-11-25T10:40:00Z", False),
        ("waits at the desk", [said(state="settle")], "2026-11-25T10:40:00Z", False),
    ],
)
def test_a_double_scan_is_the_same_thing_said_of_a_machine_within_a_quarter_of_an_hour(
    module, page, reason, recent, at, twice
):
    now = page.evaluate("(at) => Date.parse(at)", at)
    [found] = module("scan-decide", "saidAlready", [[recent, said(), {"place": "HUB"}, now]])
    assert (found is not None) is twice, reason


def test_a_machine_that_somebody_else_moved_meanwhile_is_no_double_scan(module, page):
    now = page.evaluate("() => Date.parse('2026-11-25T10:40:00Z')")
    sent = [said(state="done")]
    assert module("scan-decide", "saidAlready", [[sent, said(), {"place": "AT"}, now]]) == [None]
    assert module("scan-decide", "saidAlready", [[sent, said(), {"place": "HUB"}, now]]) != [None]


@pytest.mark.parametrize(
    ("texts", "details", "problem"),
    [
        ({"location": "Reuse hub, Store B12 [HUB]"}, {"location": "HUB"}, None),
        ({"location": "hub"}, {"location": "HUB"}, None),
        ({"location": "store b12", "note": " x "}, {"location": "HUB", "note": "x"}, None),
        ({"location": "Appleton"}, {}, "more than one"),
        ({"location": "nowhere"}, {}, "no location on record"),
        ({}, {}, "Location is needed."),
    ],
)
def test_what_all_scans_share_is_read_from_names_and_codes(module, texts, details, problem):
    [found] = module("scan-modes", "readDetails", [[BOOT["events"][0], texts, BOOT]])
    assert found["details"] == details
    assert (problem in found["errors"]["location"]) if problem else found["errors"] == {}


def test_a_mode_is_said_in_one_line_with_its_place(module):
    mode = {"action": "record", "event": "returned", "details": {"location": "HUB", "note": "wet"}}
    [found] = module("scan-modes", "inWords", [[mode, BOOT]])
    assert found["line"] == "Returned → Reuse hub, Store B12 (note wet)"
    assert module("scan-modes", "recordMode", [["returned", {}, BOOT], ["sold", {}, BOOT]]) == [None, None]


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"state": "ready", "waiting": 0, "lastAt": None}, "Online · all sent, never synced yet"),
        ({"state": "sending", "waiting": 3, "lastAt": None}, "Sending · 3 waiting, never synced yet"),
        ({"state": "away", "waiting": 17, "lastAt": "NOW"}, "Offline · 17 waiting, last synced "),
        ({"state": "sign-in", "waiting": 1, "lastAt": None}, "Signed out · 1 waiting, never synced yet"),
        ({"state": "refused", "waiting": 1, "lastAt": None}, "Not sent · 1 waiting, never synced yet"),
    ],
)
def test_the_state_is_one_line(module, page, facts, line):
    if facts["lastAt"] == "NOW":
        facts = facts | {"lastAt": page.evaluate("() => new Date().toISOString()")}
    [found] = module("scan-state", "lineOf", [[facts]])
    assert found["words"].startswith(line)


def test_columns_hold_what_the_rows_held(module):
    rows = [
        [1, "M-1", "laptop", "in_use", 1, "HUB", "Dell 5400", ["S1", "OLD-1"]],
        [7, "M-2", "desktop_pc", "returned", 0, None, "", []],
        [9, "M-3", "laptop", "in_use", 1, "HUB", "Dell 5400", ["S3"]],
    ]
    for each in (rows, []):
        [kept] = module("scan-copy", "columns", [[each]])
        # Typed arrays reach Python as plain lists and must go back as such.
        assert module(
            "scan-copy",
            "rowsOf",
            [[kept | {"ids": list(kept["ids"].values()) if isinstance(kept["ids"], dict) else kept["ids"]}]],
        ) == [[[*row[:6], row[6] or None, row[7]] for row in each]]


def test_scans_that_an_earlier_page_left_waiting_are_taken_over(module):
    old = [
        {
            "key": "k-1",
            "tag": "M-1",
            "owner": "tom",
            "fields": [["mode", "returned"], ["location", "HUB"], ["note", ""], ["tag", "M-1"]],
        },
        {"key": "k-2", "tag": "M-2", "owner": "tom", "fields": [["mode", "look-up"], ["tag", "M-2"]]},
        {"broken": True},
    ]
    [found] = module("scan-old", "converted", [[old, "device"]])
    assert [(each["key"], each["state"], each["event"], each["details"]) for each in found] == [
        ("k-1", "waiting", "returned", {"location": "HUB"}),
        ("k-2", "cancelled", None, {}),
    ]
