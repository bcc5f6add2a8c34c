"""What a wiping stick posts, and programs that accept: the same rules as on the pages."""

import io
from typing import Any

import pytest

from tests.api.conftest import told
from tests.sanitisation import logs
from tests.sanitisation.conftest import Bench, bench  # noqa: F401 - a fixture


def post(calls: Any, content: bytes, kind: str = "text/plain", **query: str) -> Any:
    return calls.send("POST", "/erasure-reports", data=content, content_type=kind, query_string=query)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream", ""])
def test_a_stick_posts_its_log_whatever_it_calls_it_and_may_post_again(bench: Bench, api: Any, kind: str) -> None:  # noqa: F811
    bench.returned("A")
    calls = api("technician")
    first = post(calls, logs.nwipe({"serial": "D-A"}), kind, name="nwipe_log.txt")
    assert first.status_code == 201
    [report] = told(first)["reports"]
    assert (report["name"], report["format"], report["outcome"]) == ("nwipe_log.txt", "nwipe_log", "recorded")
    [drive] = report["drives"]
    assert (drive["tag"], drive["verdict"], drive["standing"]) == ("A", "pass", "waiting")
    again = post(calls, logs.nwipe({"serial": "D-A"}), kind)
    assert again.status_code == 200 and told(again)["reports"][0]["outcome"] == "already"


def test_several_files_come_in_one_form_and_one_that_is_none_holds_up_no_other(bench: Bench, api: Any) -> None:  # noqa: F811
    bench.returned("A")
    files = [(io.BytesIO(logs.nwipe({"serial": "D-A"})), "a.txt"), (io.BytesIO(b"hello"), "b.txt")]
    answer = api("technician").send(
        "POST", "/erasure-reports", data={"file": files}, content_type="multipart/form-data"
    )
    assert [each["outcome"] for each in told(answer)["reports"]] == ["recorded", "refused"]
    empty = api("technician").send("POST", "/erasure-reports", data={"x": "1"}, content_type="multipart/form-data")
    assert "Send 1 to 20 files" in told(empty)["detail"]


def test_what_is_no_report_is_a_problem_document(bench: Bench, api: Any) -> None:  # noqa: F811
    refused = post(api("technician"), b"hello")
    assert refused.status_code == 422 and "no report of a wipe" in told(refused)["detail"]
    assert post(api("viewer"), logs.nwipe({"serial": "X-1"})).status_code == 403
    assert post(api("technician"), logs.nwipe({"serial": "X-1"}), format="blancco_xml").status_code == 422


def test_records_are_listed_in_pages_and_accepted(bench: Bench, api: Any) -> None:  # noqa: F811
    for tag in "ABC":
        bench.returned(tag)
        bench.bring(logs.nwipe({"serial": f"D-{tag}"}))
    bench.session.commit()
    calls = api("technician")
    page = calls.get("/erasure-records", size=2, standing="waiting")
    found = told(page)
    assert [each["tag"] for each in found["records"]] == ["C", "B"] and "before=" in page.headers["Link"]
    rest = told(calls.get("/erasure-records", size=2, standing="waiting", before=found["next"]))
    assert [each["tag"] for each in rest["records"]] == ["A"] and rest["next"] is None
    uids = [each["record"] for each in found["records"]]
    done = told(calls.post("/erasure-records/decisions", {"records": [*uids, "nobody"], "decision": "accept"}))
    assert [each["outcome"] for each in done["results"]] == ["done", "done", "refused"]
    assert bench.unclean("C") == [] and bench.unclean("A")
    one = told(calls.get("/erasure-records", report=rest["records"][0]["report"]))["records"]
    assert [each["tag"] for each in one] == ["A"]
    assert api("viewer").post("/erasure-records/decisions", {"records": uids, "decision": "accept"}).status_code == 403
