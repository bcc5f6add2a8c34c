"""Counts for programs that read: the same numbers as on their pages."""

from typing import Any

import pytest

from tests.api.conftest import told
from tests.stocktaking.conftest import Counting, counting  # noqa: F401 - a fixture


@pytest.fixture
def calls(counting: Counting, api: Any) -> Any:  # noqa: F811
    counting.world.session.commit()
    return api("viewer")


def test_counts_are_listed_in_pages_newest_first(calls: Any, counting: Counting) -> None:  # noqa: F811
    takes = [counting.start(name=f"Count {n}") for n in range(3)]
    counting.confirm(takes[0])
    first = calls.get("/stock-takes", size=2)
    assert [each["name"] for each in told(first)["stock_takes"]] == ["Count 2", "Count 1"]
    assert f"before={takes[1].id}" in first.headers["Link"]
    rest = told(calls.get("/stock-takes", size=2, before=told(first)["next"]))
    assert [each["state"] for each in rest["stock_takes"]] == ["confirmed"] and rest["next"] is None
    assert [each["code"] for each in told(calls.get("/stock-takes", state="confirmed"))["stock_takes"]] == [
        takes[0].code
    ]


def test_a_count_and_its_machines_by_group(calls: Any, counting: Counting) -> None:  # noqa: F811
    take = counting.start()
    counting.scan(take, "H-0", "A-0", "NOBODY")
    counting.world.session.commit()
    said = told(calls.get(f"/stock-takes/{take.code}"))
    assert (said["expected"], said["found"], said["missing"], said["unexpected"], said["unknown_tags"]) == (
        6,
        1,
        5,
        1,
        1,
    )
    assert (said["started_by"], said["place"], said["ended_at"]) == ("Tess Technician", "HUB", None)
    seen, after = [], None
    while True:
        page = told(
            calls.get(
                f"/stock-takes/{take.code}/machines", group="missing", size=2, **({"after": after} if after else {})
            )
        )
        assert page["total"] == 5
        seen += [each["tag"] for each in page["machines"]]
        if (after := page["next"]) is None:
            break
    assert seen == [f"H-{n}" for n in range(1, 6)]
    one = told(calls.get(f"/stock-takes/{take.code}/machines", group="unexpected"))["machines"][0]
    assert (one["tag"], one["place"], one["seen_place"], one["status"], one["event"]) == (
        "A-0",
        "AT-5.01",
        "HUB",
        "returned",
        None,
    )


def test_what_there_is_not_is_refused(calls: Any, counting: Counting) -> None:  # noqa: F811
    assert calls.get("/stock-takes/NOPE").status_code == 404
    take = counting.start()
    assert calls.get(f"/stock-takes/{take.code}/machines", group="unknown").status_code == 422
    assert calls.get(f"/stock-takes/{take.code}/machines").status_code == 422
    assert calls.get("/stock-takes", state="sunk").status_code == 422
