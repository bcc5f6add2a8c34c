"""Reports in the browser: many files at once, problems first; questions answered with one tap; the machine's inside."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inventory.errors import RuleRefused
from inventory.intake.findings import BatteryFound, DriveFound
from inventory.intake.models import HardwareReport
from inventory.web import arrivals
from tests.api.test_hardware_reports import lshw, zipped
from tests.conftest import World
from tests.intake.conftest import optiplex, receiver, told
from tests.intake.test_receiving import drives, lines, registered
from tests.web.browser import kinds_of, sign_in, status_of, words


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    return sign_in(app, world)


def bring_files(client: FlaskClient, *files: tuple[str, bytes], **fields: str) -> TestResponse:
    form: dict[str, Any] = dict(fields) | {"file": [(io.BytesIO(content), name) for name, content in files]}
    return client.post("/hardware-reports", data=form)


def test_many_files_at_once_are_told_one_by_one_problems_first(client: FlaskClient, world: World) -> None:
    registered(world, "M-1", drives=None)
    answer = bring_files(
        client, ("a.json", lshw()), ("set.zip", zipped(b=lshw("BBBB2"))), ("c.csv", b"tag,name\n"), ("d.json", b"")
    )
    told_ = words(answer)
    assert answer.status_code == 200 and "4 files brought in" in told_
    assert (
        told_.index("c.csv is a table")
        < told_.index("set.zip/b.json")
        < told_.index("Recorded", told_.index("set.zip"))
    )
    assert "d.json is empty" in told_ and list(drives(world, "M-1")) == ["Z7HPX2J2"]
    before = lines(world)
    assert "as before" in words(bring_files(client, ("a.json", lshw()))) and lines(world) == before


def test_with_the_box_ticked_unknown_machines_are_registered(client: FlaskClient, world: World) -> None:
    assert "Registered as ED-" in words(bring_files(client, ("a.json", lshw()), register_new="1"))


def test_without_a_file_the_page_says_what_to_do(client: FlaskClient) -> None:
    answer = client.post("/hardware-reports", data={})
    assert answer.status_code == 422 and "Choose the files first" in words(answer)


def test_when_nothing_can_be_recorded_the_page_says_why_and_nothing_is_kept(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*args: Any, **kw: Any) -> Any:
        raise RuleRefused("Not now.")

    monkeypatch.setattr(arrivals, "file_all", refuses)
    answer = bring_files(client, ("a.json", lshw()))
    assert answer.status_code == 409 and "Not now." in words(answer)
    assert world.session.query(HardwareReport).count() == 0


def test_the_first_page_teaches_and_then_lists(client: FlaskClient, world: World) -> None:
    assert "No reports yet" in words(client.get("/hardware-reports"))
    bring_files(client, *((f"r{n}.json", lshw(f"SER{n}")) for n in range(27)))
    page = words(client.get("/hardware-reports"))
    assert "27 reports wait for an answer" in page and "r26.json" in page and "r0.json" not in page
    assert "r0.json" in words(client.get("/hardware-reports?before=3"))


def test_a_question_shows_both_sides_and_is_answered_with_one_tap(client: FlaskClient, world: World) -> None:
    registered(world, "M-1", model="OptiPlex 7040", drives=None)
    bring_files(client, ("a.json", lshw()))
    assert "1 question to answer" in words(client.get("/t/M-1"))
    page = words(client.get("/hardware-reports/questions"))
    assert "The report says OptiPlex 7060" in page and "The record says OptiPlex 7040" in page
    [asked] = world.session.query(HardwareReport.question).scalar()
    answer = client.post(
        "/hardware-reports/1/answer", data={"about": asked["id"], "answer": "take"}, follow_redirects=True
    )
    assert "Nothing is asked" in words(answer) and kinds_of(world, "M-1")[-1] == "amended"


def test_a_candidate_is_one_tap_and_another_machine_is_typed(client: FlaskClient, world: World) -> None:
    registered(world, "M-1", manufacturer="Hewlett-Packard", model=None, drives=None)
    bring_files(client, ("a.json", lshw()))
    assert "It is M-1" in words(client.get("/hardware-reports/questions"))
    wrong = client.post(
        "/hardware-reports/1/answer", data={"about": "which_machine", "answer": "it_is", "machine": "NOBODY"}
    )
    assert wrong.status_code == 404 and "No machine bears NOBODY" in words(wrong)
    client.post("/hardware-reports/1/answer", data={"about": "which_machine", "it_is": "M-1", "back": "report"})
    assert list(drives(world, "M-1")) == ["Z7HPX2J2"]
    assert "Maker: the report and the record differ" in words(client.get("/hardware-reports/1"))


def test_a_refused_answer_is_told_beside_the_report(client: FlaskClient, world: World) -> None:
    bring_files(client, ("a.json", lshw()))
    data = {"about": "new_machine", "answer": "merge", "back": "report"}
    answer = client.post("/hardware-reports/1/answer", data=data)
    assert answer.status_code == 422 and "Choose one of the answers" in words(answer)
    assert client.post("/hardware-reports/99/answer", data=data).status_code == 404


def test_registering_from_the_page_of_questions(client: FlaskClient, world: World) -> None:
    bring_files(client, ("a.json", lshw()))
    client.post("/hardware-reports/1/answer", data={"about": "new_machine", "answer": "register"})
    tag = world.session.query(HardwareReport).one().words.split()[2].rstrip(".,")
    assert status_of(world, tag) == "returned"


def test_all_reports_that_ask_the_same_are_answered_together(client: FlaskClient, world: World) -> None:
    bring_files(client, *((f"r{n}.json", lshw(f"SER{n}")) for n in range(3)))
    assert "Answer all 3 reports that ask the same" in words(client.get("/hardware-reports/questions"))
    data = {"about": "new_machine", "answer": "register", "alike": "1"}
    answer = client.post("/hardware-reports/2/answer", data=data, follow_redirects=True)
    assert "3 reports answered together." in words(answer) and "Nothing is asked" in words(answer)
    refused = client.post("/hardware-reports/2/answer", data=data)
    assert refused.status_code == 422


def test_a_viewer_reads_a_report_but_may_not_answer(app: Flask, world: World) -> None:
    bring_files(sign_in(app, world), ("a.json", lshw()))
    viewer = sign_in(app, world, "viewer")
    page = viewer.get("/hardware-reports/1")
    assert "No machine on record answers" in words(page) and "Register it as new" not in words(page)
    assert viewer.get("/hardware-reports").status_code == 403


def test_the_raw_report_comes_as_plain_text_to_keep(client: FlaskClient, world: World) -> None:
    bring_files(client, ("<b>ö.json", lshw()))
    answer = client.get("/hardware-reports/1/raw")
    assert answer.data == lshw() and answer.mimetype == "text/plain"
    assert (
        answer.headers["Content-Disposition"].startswith("attachment")
        and "<" not in answer.headers["Content-Disposition"]
    )
    assert (
        answer.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer.headers["Content-Security-Policy"]
    )


def test_the_machine_page_tells_what_is_inside_with_its_source(app: Flask, world: World) -> None:
    registered(world, "M-1", drives=None)
    client = sign_in(app, world)
    assert "Inside this machine" not in words(client.get("/t/M-1"))
    machine = optiplex(
        cpu_model="Intel Core i5-8500", cpu_cores=6, memory_bytes=8 * 2**30, memory_modules=2, tpm_version="2.0",
        firmware_vendor="Dell", firmware_version="1.4.2", firmware_date="2019-06-11", uefi=True,
        battery=BatteryFound(health_percent=81, cycles=312),
        drives=(DriveFound("S3", "Samsung", "PM981", "nvme", 256 * 10**9, health="failed", percent_used=97,
                           bad_sectors=4, power_on_hours=12_000), DriveFound()),
    )  # fmt: skip
    receiver(world)(told(machine))
    page = words(client.get("/t/M-1"))
    for text in (
        "Inside this machine", "Intel Core i5-8500, 6 cores", "8 GiB in 2 modules", "81 % of its design charge, 312 cycles",
        "TPM 2.0", "Dell 1.4.2, of 11 Jun 2019, UEFI", "Samsung PM981 256 GB, NVMe SSD, serial S3",
        "SMART failed, 97 % of its endurance used, 4 bad sectors, 12,000 h on", "Its health is not told", "as it came",
    ):  # fmt: skip
        assert text in page, text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"battery": BatteryFound()}, "present, its health is not told"),
        ({"cpu_model": "Xeon", "cpu_count": 2, "cpu_cores": 1}, "2 × Xeon, 1 core"),
        ({"firmware_date": "summer", "uefi": False}, "of summer, no UEFI"),
    ],
)
def test_half_told_things_are_told_half(app: Flask, world: World, changes: dict[str, Any], text: str) -> None:
    registered(world, "M-1", drives=None)
    receiver(world)(told(optiplex(**changes)))
    client = sign_in(app, world)
    assert text in words(client.get("/t/M-1"))
