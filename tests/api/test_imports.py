"""Imports by the API: upload, check, run, and the rows that were refused."""

import io
import time
from typing import Any

import pytest

from tests.api.conftest import told
from tests.conftest import World
from tests.web.browser import status_of

GOOD = b"Asset tag,Type,Serial,Status,Department\nN-1,laptop,SER-1,In use,INF\nN-2,desktop,SER-2,In use,INF\n"
BAD = GOOD + b"N-3,desktop," + b"S" * 300 + b",In use,INF\n"


def send_file(calls: Any, content: bytes, name: str = "fleet.csv") -> Any:
    return calls.send(
        "POST", "/imports", data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )


def ended(calls: Any, uid: str) -> dict[str, Any]:
    """The job once its process is done."""
    for _ in range(400):
        job = told(calls.get(f"/imports/{uid}"))
        if job["state"] not in ("checking", "running"):
            return job
        time.sleep(0.1)
    raise AssertionError(job)


@pytest.fixture
def admin(api: Any) -> Any:
    return api("administrator")


def test_a_file_is_uploaded_checked_and_brought_in(admin: Any, world: World) -> None:
    answer = send_file(admin, GOOD)
    assert answer.status_code == 201
    uid = told(answer)["id"]
    assert admin.post(f"/imports/{uid}/run").status_code == 409
    checked = admin.post(f"/imports/{uid}/check", {})
    assert checked.status_code == 202
    job = ended(admin, uid)
    assert job["state"] == "checked", job
    assert job["tally"]["rows"] == 2
    assert admin.post(f"/imports/{uid}/run").status_code == 202
    assert ended(admin, uid)["state"] == "done"
    assert (status_of(world, "N-1"), status_of(world, "N-2")) == ("in_use", "in_use")
    again = admin.post(f"/imports/{uid}/run")
    assert again.status_code == 409
    assert "is done" in told(again)["detail"]


def test_the_same_file_sent_twice_is_one_import(admin: Any) -> None:
    first, second = send_file(admin, GOOD), send_file(admin, GOOD)
    assert (first.status_code, second.status_code) == (201, 200)
    assert told(first)["id"] == told(second)["id"]
    assert told(send_file(admin, BAD))["id"] != told(first)["id"]


def test_refused_rows_come_back_with_their_reasons_and_nothing_is_recorded(admin: Any, world: World) -> None:
    uid = told(send_file(admin, BAD))["id"]
    assert admin.get(f"/imports/{uid}/refused").status_code == 404
    admin.post(f"/imports/{uid}/check", {})
    job = ended(admin, uid)
    assert job["tally"]["refused"] == 1
    refused = admin.get(f"/imports/{uid}/refused")
    assert refused.mimetype == "text/csv"
    assert "N-3" in refused.get_data(as_text=True)
    refused.close()
    admin.post(f"/imports/{uid}/run")
    assert ended(admin, uid)["state"] == "refused"
    with pytest.raises(AssertionError):
        assert status_of(world, "N-1") == "in_use"


@pytest.mark.parametrize(
    ("body", "field"),
    [({"format": "x"}, "format"), ({"colour": "red"}, "colour"), ({"columns": {"No such": "tag"}}, None),
     ({"date_orders": {"a": "sideways"}}, "date_orders"), ({"header_row": "1"}, "header_row"), ({"columns": []}, "columns")],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_by_name(admin: Any, body: dict[str, Any], field: str | None) -> None:
    uid = told(send_file(admin, GOOD))["id"]
    answer = admin.post(f"/imports/{uid}/check", body)
    assert answer.status_code == 422
    assert field is None or field in str(told(answer))
    assert told(admin.get(f"/imports/{uid}"))["state"] == "uploaded"


def test_an_import_that_is_not_there_is_not_found(admin: Any) -> None:
    for method, path in (("GET", ""), ("POST", "/run"), ("GET", "/refused")):
        assert admin.send(method, f"/imports/{'0' * 32}{path}").status_code == 404
    assert admin.post("/imports/nothing/check", {}).status_code == 404


def test_a_file_is_needed(admin: Any) -> None:
    answer = admin.send("POST", "/imports", data={}, content_type="multipart/form-data")
    assert answer.status_code == 422


def test_another_field_beside_the_file_is_refused_by_name(admin: Any) -> None:
    data = {"file": (io.BytesIO(GOOD), "fleet.csv"), "dry_run": "1"}
    answer = admin.send("POST", "/imports", data=data, content_type="multipart/form-data")
    assert (answer.status_code, told(answer)["field"]) == (422, "dry_run")
    assert "There is no field dry_run" in told(answer)["detail"]
