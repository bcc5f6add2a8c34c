"""Pages of counts: start, scan, watch, review, confirm, report; who may; what is refused in words."""

import csv
import io
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pypdfium2
from flask import Flask

from inventory.accounts.permissions import ROLES, may
from inventory.stocktaking import service
from inventory.stocktaking.models import StockTake
from inventory.stocktaking.scope import Scope
from tests.conftest import World, statements
from tests.stocktaking.conftest import Counting, counting  # noqa: F401 - a fixture
from tests.web.browser import kinds_of, sign_in, status_of, value_of, words


def begin(client: Any, **form: str) -> str:
    """Start a count by the form; its code."""
    page = client.get("/stock-takes/new")
    asked = {"key": value_of(page, "key"), "purpose": "stock_take", "scope": "room", "place": "HUB"} | form
    answer = client.post("/stock-takes/new", data=asked)
    assert answer.status_code == 303, words(answer)
    return str(answer.location.rsplit("/", 1)[1])


def scan(client: Any, code: str, text: str, **form: str) -> Any:
    page = client.get(f"/stock-takes/{code}")
    return client.post(f"/stock-takes/{code}/scan", data={"tag": text, "key": value_of(page, "key")} | form)


def test_a_whole_count_by_forms_alone(app: Flask, counting: Counting) -> None:  # noqa: F811
    client = sign_in(app, counting.world)
    assert "Nothing counted yet" in words(client.get("/stock-takes/"))
    code = begin(client)
    assert "0 of 6 found" in words(client.get(f"/stock-takes/{code}"))
    for text, headline in (
        ("h-0", "Found"),
        ("H-0", "Counted already"),
        ("A-0", "Not expected here"),
        ("NOBODY", "Unknown"),
    ):
        assert headline in words(scan(client, code, text)), text
    page = words(scan(client, code, "H-1"))
    assert "2 of 6 found; 4 left." in page and "Tess Technician" in page
    assert "1 of 6 found" not in page
    told = client.get(f"/stock-takes/{code}/progress", headers={"Accept": "application/json"}).get_json()
    assert (told["found"], told["missing"], told["unexpected"], told["unknown"]) == (2, 4, 1, 1)
    assert told["people"][0]["machines"] == 3
    client.post(f"/stock-takes/{code}/missing", data={"tag": ["H-2"], "decision": "report"})
    client.post(f"/stock-takes/{code}/unexpected", data={"everything": "1", "decision": "move", "back": "review"})
    review = words(client.get(f"/stock-takes/{code}/review"))
    assert "1 will be reported missing 3 nothing is recorded" in review
    assert "1 stay here: moved in the register 0 go back" in review
    preview = client.post(f"/stock-takes/{code}/confirm", data={"step": "preview", "sight": "1"})
    assert "1 moved" in words(preview) and "1 reported missing" in words(preview) and "2 sighted" in words(preview)
    assert kinds_of(counting.world, "H-0") == ["registered"]
    form = {"step": "record", "sight": "1", "version": str(value_of(preview, "version"))}
    confirmed = client.post(f"/stock-takes/{code}/confirm", data=form, follow_redirects=True)
    assert "The count is confirmed" in confirmed.get_data(as_text=True)
    assert kinds_of(counting.world, "H-0")[-1] == "sighted"
    assert kinds_of(counting.world, "A-0")[-1] == "moved"
    assert status_of(counting.world, "H-2") == "missing"
    assert kinds_of(counting.world, "H-3") == ["registered"]
    again = client.post(f"/stock-takes/{code}/confirm", data=form)
    assert again.status_code == 303 and again.location.endswith("/report")
    assert kinds_of(counting.world, "H-0") == ["registered", "sighted"]


def test_the_report_says_everything_on_page_csv_and_paper(app: Flask, counting: Counting) -> None:  # noqa: F811
    counting.world.record("amended", "H-2", None, model="=HYPERLINK(1)")
    take = counting.start(name="Autumn count of the hub")
    counting.scan(take, "H-0", "A-0", "=cmd|x", "D-0")
    counting.decide(take, "unexpected", "move")
    counting.confirm(take)
    client = sign_in(app, counting.world, "viewer")
    page = words(client.get(f"/stock-takes/{take.code}/report"))
    for part in (
        "Autumn count of the hub",
        "As at",
        "1 found",
        "5 missing",
        "2 unexpected",
        "1 sighted",
        "1 moved",
        "Tess Technician",
        "D-0",
    ):
        assert part in page, part
    rows = list(csv.DictReader(io.StringIO(client.get(f"/stock-takes/{take.code}/report.csv").get_data(as_text=True))))
    groups = [row["group"] for row in rows]
    assert {name: groups.count(name) for name in set(groups)} == {
        "missing": 5,
        "unexpected": 2,
        "found": 1,
        "unknown": 1,
    }
    by_tag = {row["tag"]: row for row in rows}
    assert by_tag["H-2"]["model"] == "'=HYPERLINK(1)" and "'=CMD|X" in by_tag
    assert by_tag["A-0"]["place_on_record"] == "Central, Appleton Tower, 5.01"
    assert by_tag["D-0"]["recorded"] == "Moved: refused" and "donated" in by_tag["D-0"]["refused_because"].lower()
    paper = pypdfium2.PdfDocument(client.get(f"/stock-takes/{take.code}/report.pdf").get_data())
    text = "\n".join(page.get_textpage().get_text_range() for page in paper)
    for part in (
        "Autumn count of the hub",
        "Missing: 5",
        "Unexpected: 2",
        "Found: 1",
        "H-5",
        "A-0",
        "Unknown tags",
        "University of Testing",
    ):
        assert part in text, part


def test_a_long_report_goes_over_many_pages(app: Flask, world: World) -> None:
    big = Counting(world, hub=260, tower=0)
    take = big.start()
    big.scan(take, *(f"H-{n}" for n in range(100)))
    client = sign_in(app, world)
    paper = pypdfium2.PdfDocument(client.get(f"/stock-takes/{take.code}/report.pdf").get_data())
    assert len(paper) >= 5
    text = "\n".join(page.get_textpage().get_text_range() for page in paper)
    assert all(re.search(rf"\bH-{n}\b", text) for n in range(260))
    seen, address = [], f"/stock-takes/{take.code}/missing"
    while address:
        page = client.get(address).get_data(as_text=True)
        seen += re.findall(r'class="tag" href="[^"]+">(H-\d+)<', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(found[1]) if found else ""
    assert len(seen) == len(set(seen)) == 160


def test_who_may_not_count_sees_but_does_not_touch(app: Flask, counting: Counting) -> None:  # noqa: F811
    take = counting.start()
    for role in ROLES:
        client = sign_in(app, counting.world, role)
        assert client.get(f"/stock-takes/{take.code}").status_code == 200
        for path in ("scan", "take-back", "state", "missing", "unknown", "confirm"):
            answer = client.post(f"/stock-takes/{take.code}/{path}", data={"action": "pause"})
            assert (answer.status_code == 403 and "does not allow" in words(answer)) != may(role, "count"), (role, path)
        assert (client.get("/stock-takes/new").status_code == 200) == may(role, "count")


def test_an_officer_counts_and_a_technician_confirms(app: Flask, counting: Counting) -> None:  # noqa: F811
    client = sign_in(app, counting.world, "sustainability_officer")
    code = begin(client)
    scan(client, code, "H-0")
    assert "ask a technician to confirm" in words(client.get(f"/stock-takes/{code}/review"))
    refused = client.post(f"/stock-takes/{code}/confirm", data={"step": "record", "version": "1"})
    assert refused.status_code == 403 and kinds_of(counting.world, "H-0") == ["registered"]


def test_scans_after_the_preview_are_looked_at_before_anything_is_recorded(app: Flask, counting: Counting) -> None:  # noqa: F811
    client = sign_in(app, counting.world)
    code = begin(client)
    scan(client, code, "H-0")
    preview = client.post(f"/stock-takes/{code}/confirm", data={"step": "preview"})
    scan(client, code, "H-1")
    answer = client.post(
        f"/stock-takes/{code}/confirm", data={"step": "record", "version": str(value_of(preview, "version"))}
    )
    assert answer.status_code == 409 and "since you looked" in words(answer)
    assert kinds_of(counting.world, "H-0") == ["registered"]
    assert client.post(f"/stock-takes/{code}/confirm", data={"step": "record"}).status_code == 409


NO_STARTS = [
    ({"place": "Atlantis"}, "no place called"),
    ({"place": ""}, "Name the place"),
    ({"scope": "x"}, "Choose what is counted"),
    ({"purpose": "x"}, "Choose what the count is for"),
    ({"scope": "tags", "tags": "A-0\nNOBODY"}, "NOBODY"),
    ({"scope": "list", "stock_take": "nope"}, "no count with the code"),
    ({"scope": "department", "department": ""}, "Name the department"),
    ({"scope": "filter", "filters": "status=sunk"}, "no status"),
    ({"key": ""}, "without its key"),
    ({"name": "x" * 121}, "at most 120"),
]


def test_a_start_that_cannot_be_is_refused_beside_its_control(app: Flask, counting: Counting) -> None:  # noqa: F811
    client = sign_in(app, counting.world)
    for form, says in NO_STARTS:
        asked = {"key": "k", "purpose": "stock_take", "scope": "room", "place": "HUB", "name": "Mine"} | form
        answer = client.post("/stock-takes/new", data=asked)
        assert answer.status_code in (404, 422) and says in words(answer), form
        assert counting.world.session.query(StockTake).count() == 0
        if "name" not in form:
            assert value_of(answer, "name") == "Mine"


def test_a_filtered_list_is_counted_from_its_page(app: Flask, counting: Counting) -> None:  # noqa: F811
    client = sign_in(app, counting.world)
    page = client.get("/machines?location=AT-5.01").get_data(as_text=True)
    href = unescape(re.search(r'href="([^"]*/stock-takes/new[^"]*)"', page)[1])  # type: ignore[index]
    form = client.get(href)
    assert value_of(form, "filters") == "location=AT-5.01"
    code = begin(client, scope="filter", filters="location=AT-5.01")
    assert "0 of 3 found" in words(client.get(f"/stock-takes/{code}"))


def test_unknown_tags_are_settled_each_in_its_way(app: Flask, counting: Counting) -> None:  # noqa: F811
    client = sign_in(app, counting.world)
    code = begin(client)
    for text in ("NEW-1", "OLD-LABEL", "A BOOK"):
        scan(client, code, text)
    page = client.get(f"/stock-takes/{code}/unknown").get_data(as_text=True)
    numbers = dict(
        zip(re.findall(r'id="unknown-\d+">([^<]+)<', page), re.findall(r'id="unknown-(\d+)">', page), strict=True)
    )
    assert "tag=NEW-1" in page
    where = f"/stock-takes/{code}/unknown"
    counting.world.record("registered", None, None, tag="NEW-1", kind="laptop", status="returned")
    assert client.post(where, data={"action": "again"}).status_code == 303
    assert "H-9" in words(
        client.post(where, data={"action": "label", "number": numbers["OLD-LABEL"], "machine": "H-9"})
    )
    client.post(where, data={"action": "label", "number": numbers["OLD-LABEL"], "machine": "H-0", "relabel": "1"})
    assert (
        client.get("/t/H-0", follow_redirects=True).status_code == 200
        and status_of(counting.world, "OLD-LABEL") == "returned"
    )
    assert client.post(where, data={"action": "ignore", "number": numbers["A BOOK"], "reason": ""}).status_code == 422
    client.post(where, data={"action": "ignore", "number": numbers["A BOOK"], "reason": "library"})
    page = words(client.get(where))
    assert "0 to settle" in page and "Set aside: library" in page
    for bad in (
        {"action": "x", "number": "1"},
        {"action": "label", "number": "x"},
        {"action": "ignore", "number": "999", "reason": "x"},
    ):
        assert client.post(where, data=bad).status_code in (404, 422)


def test_pausing_and_giving_up(app: Flask, counting: Counting) -> None:  # noqa: F811
    client = sign_in(app, counting.world)
    code = begin(client)
    where = f"/stock-takes/{code}/state"
    client.post(where, data={"action": "pause"})
    assert "The count is paused" in words(client.get(f"/stock-takes/{code}"))
    client.post(where, data={"action": "resume"})
    assert "Scan or type a tag" in words(client.get(f"/stock-takes/{code}"))
    assert client.post(where, data={"action": "abandon", "reason": ""}).status_code == 422
    assert client.post(where, data={"action": "dance"}).status_code == 422
    client.post(where, data={"action": "abandon", "reason": "fire alarm"})
    page = client.get(f"/stock-takes/{code}", follow_redirects=True)
    assert "fire alarm" in words(page) and "Abandoned" in words(page)
    assert client.get(f"/stock-takes/{code}/review").status_code == 302
    assert client.get("/stock-takes/?state=counting").status_code == 200


def test_a_list_built_by_scanning_opens_as_a_batch(app: Flask, counting: Counting) -> None:  # noqa: F811
    client = sign_in(app, counting.world)
    code = begin(client, purpose="batch", place="", name="Pallet 7")
    for text in ("H-0", "A-0"):
        assert "On the list" in words(scan(client, code, text))
    page = client.post("/machines/batch/from-list", data={"stock_take": code, "group": "found", "event": "moved"})
    assert (value_of(page, "tags") or "").split() == ["A-0", "H-0"]
    assert client.post("/machines/batch/from-list", data={"stock_take": code, "group": "x"}).status_code == 422
    preview = client.post(f"/stock-takes/{code}/confirm", data={"step": "preview", "sight": "0"})
    assert "nothing is recorded about any machine" in words(preview)


def test_a_scan_says_where_the_counter_stands(app: Flask, counting: Counting) -> None:  # noqa: F811
    client = sign_in(app, counting.world)
    code = begin(client, scope="building", place="HUB")
    assert "no place called" in words(scan(client, code, "H-0", here="Atlantis"))
    page = scan(client, code, "H-0", here="HUB-2")
    assert value_of(page, "here") == "HUB-2" and "1 of 6 found" in words(page)
    take = counting.world.session.query(StockTake).one()
    # The form's scan bears the server's own time.
    counting.world.now = datetime.now(UTC)
    counting.confirm(take)
    assert counting.lines("H-0")[0][1] == {"location": "HUB-2"}


def test_every_page_takes_the_same_few_statements_whatever_is_counted(app: Flask, world: World) -> None:
    from inventory.db import db

    counting_ = Counting(world, hub=40, tower=2)
    client = sign_in(app, world)
    few, many = counting_.start(Scope("tags", tags=("H-0", "H-1")), "check"), counting_.start()
    counting_.scan(few, "H-0", "A-0", "X", by=counting_.bo)
    counting_.scan(many, *(f"H-{n}" for n in range(30)), "A-0", "A-1", *(f"X{n}" for n in range(12)), by=counting_.bo)
    world.session.commit()
    most = {
        "": 12,
        "/progress": 6,
        "/found": 12,
        "/missing": 12,
        "/unexpected": 12,
        "/unknown": 8,
        "/review": 8,
        "/report": 12,
    }
    for path, limit in most.items():
        counts = []
        for take in (few, many):
            client.get(f"/stock-takes/{take.code}{path}")
            with statements(db.engine) as sent:
                assert (
                    client.get(
                        f"/stock-takes/{take.code}{path}",
                        headers={"Accept": "application/json"} if path == "/progress" else {},
                    ).status_code
                    == 200
                )
            counts.append(len(sent))
        # Without a room of its own, a count asks where its counters stand.
        assert counts[1] <= counts[0] <= limit, (path, counts)
    with statements(db.engine) as sent:
        client.get("/stock-takes/")
    assert len(sent) <= 7, sent


def test_there_is_no_such_count(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    for path in ("", "/review", "/report", "/report.pdf", "/report.csv", "/missing", "/unknown", "/progress"):
        assert client.get(f"/stock-takes/NOPE{path}").status_code == 404


# -- scans by the page's script ------------------------------------------------------------------------------


def sync(client: Any, world: World, *scans: dict[str, Any]) -> list[dict[str, Any]]:
    made = [
        {"number": n, "scanned_at": "2026-11-23T08:00:00Z", "offset_ms": 0, "age_ms": None, "action": "list", "text": "",
         "event": None, "details": {}, "undoes": None, "list": None, "owner": world.account.uid} | each
        for n, each in enumerate(scans, 1)
    ]  # fmt: skip
    answer = client.post("/scan/sync", json={"device": "d" * 32, "sent_at": "2026-11-23T08:00:05Z", "scans": made})
    assert answer.status_code == 200, answer.get_json()
    return list(answer.get_json()["results"])


def test_scans_of_lists_come_in_with_all_others(app: Flask, counting: Counting) -> None:  # noqa: F811
    take, other = counting.start(), counting.start(Scope("none"), "batch", "Pallet")
    client = sign_in(app, counting.world)
    lists = client.get("/scan/boot").get_json()["lists"]
    assert [(each["code"], each["purpose"], each["expected"]) for each in lists] == [
        (other.code, "batch", 0),
        (take.code, "stock_take", 6),
    ]
    scans = [
        {"key": "s-000000-1", "text": "H-0", "list": take.code},
        {"key": "s-000000-2", "text": "A-0", "list": take.code.lower()},
        {"key": "s-000000-3", "text": "NOBODY", "list": take.code},
        {"key": "s-000000-4", "text": "H-0", "list": other.uid},
        {"key": "s-000000-5", "text": "H-0", "list": take.code},
        {"key": "s-000000-6", "text": "H-1", "list": "CNONE"},
    ]
    results = sync(client, counting.world, *scans)
    assert [each["outcome"] for each in results] == ["found", "unexpected", "unknown", "batched", "again", "to_settle"]
    assert results[0]["href"].endswith("/t/H-0") and results[0]["status"] == "returned"
    again = sync(client, counting.world, *scans)
    assert [each["outcome"] for each in again] == [each["outcome"] for each in results]
    assert counting.numbers(take).found == 1
    undone = sync(
        client, counting.world, {"key": "u-000000-1", "action": "undo", "text": "H-0", "undoes": "s-000000-1"}
    )
    assert undone[0]["outcome"] == "undone"
    # The second scan of the machine still stands.
    assert counting.numbers(take).found == 1
    sync(client, counting.world, {"key": "u-000000-2", "action": "undo", "text": "H-0", "undoes": "s-000000-5"})
    assert counting.numbers(take).found == 0


def test_scans_that_come_after_the_end_wait_to_be_settled(app: Flask, counting: Counting) -> None:  # noqa: F811
    take = counting.start()
    client = sign_in(app, counting.world)
    sync(client, counting.world, {"key": "s-000000-0", "text": "H-1", "list": take.code})
    counting.write(lambda db: service.pause(db, take.code, counting.world.now))
    assert (
        sync(client, counting.world, {"key": "s-000000-1", "text": "H-0", "list": take.code})[0]["outcome"] == "found"
    )
    counting.confirm(take)
    late = sync(client, counting.world, {"key": "s-000000-2", "text": "H-2", "list": take.code})[0]
    assert late["outcome"] == "to_settle" and "was confirmed before this scan arrived" in late["words"]
    kept = sync(client, counting.world, {"key": "u-000000-1", "action": "undo", "text": "H-1", "undoes": "s-000000-0"})[
        0
    ]
    assert kept["outcome"] == "to_settle" and "does not change any more" in kept["words"]
    assert counting.numbers(take).late == 1


def test_who_may_not_count_gets_the_scan_back_to_settle(app: Flask, counting: Counting) -> None:  # noqa: F811
    take = counting.start()
    client = sign_in(app, counting.world, "viewer")
    assert client.get("/scan/boot").get_json()["lists"] == []
    result = sync(client, counting.world, {"key": "s-000000-1", "text": "H-0", "list": take.code})[0]
    assert result["outcome"] == "to_settle" and "may not count" in result["words"]
    assert counting.numbers(take).found == 0
