"""Hardware reports by token: as a body, in a form, in a zip; told file by file, listed, and refused whole."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from inventory.intake.models import HardwareReport
from tests.api.conftest import Caller, told
from tests.conftest import World
from tests.intake.test_receiving import drives, lines, registered, status_of

LSHW = """{"id": "pc", "class": "system", "product": "OptiPlex 7060", "vendor": "Dell Inc.", "serial": "%s",
 "configuration": {"chassis": "desktop"}, "children": [
 {"id": "core", "class": "bus", "product": "0C96W1", "vendor": "Dell Inc.", "serial": "/B%s/CN/", "children": [
 {"id": "memory", "class": "memory", "size": 8589934592},
 {"id": "cpu", "class": "processor", "product": "Intel(R) Core(TM) i5-8500 CPU @ 3.00GHz"},
 {"id": "sata", "class": "storage", "children": [{"id": "disk", "class": "disk", "product": "ST500DM002",
 "vendor": "Seagate", "serial": "Z%s", "size": 500107862016, "businfo": "scsi@0:0.0.0"}]}]}]}"""


def lshw(serial: str = "7HPX2J2") -> bytes:
    """What `lshw -json` prints of a desktop with one disk."""
    return (LSHW % (serial, serial, serial)).encode()


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.json", content)
    return packed.getvalue()


@pytest.fixture
def stick(app: Flask, token_of: Callable[..., str]) -> Caller:
    """A program on a bootable stick, with a technician's token."""
    return Caller(app, token_of("technician"))


def send(caller: Caller, content: bytes, **query: Any) -> Any:
    return caller.send("POST", "/hardware-reports", data=content, query_string=query)


def test_a_report_as_the_body_is_recorded_once_however_often_it_is_sent(world: World, stick: Caller) -> None:
    registered(world, "M-1", drives=None)
    body = told(send(stick, lshw(), name="pc.json"))
    [file] = body["files"]
    assert (file["file"], file["outcome"], file["parts"][0]["tag"]) == ("pc.json", "recorded", "M-1")
    assert list(drives(world, "M-1")) == ["Z7HPX2J2"]
    before = lines(world)
    again = told(send(stick, lshw()))
    assert again["files"][0]["parts"][0]["already"] is True and lines(world) == before


def test_many_files_come_in_a_form_or_a_zip_and_each_stands_for_itself(world: World, stick: Caller) -> None:
    form = {"file": [(io.BytesIO(lshw("AAAA1")), "a.json"), (io.BytesIO(b"name,tag\n"), "b.csv")]}
    answer = stick.send("POST", "/hardware-reports", data=form, content_type="multipart/form-data")
    assert told(answer)["counts"] == {"refused": 1, "asked": 1}
    body = told(send(stick, zipped(a=lshw("AAAA1"), b=lshw("BBBB2")), register_new="true", name="all.zip"))
    assert [each["file"] for each in body["files"]] == ["all.zip/a.json", "all.zip/b.json"]
    assert body["counts"] == {"recorded": 2}
    assert {status_of(world, each["parts"][0]["tag"]) for each in body["files"]} == {"returned"}


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "No report came"), (b"hello", "is no hardware report"), (b"PK\x03\x04broken", "damaged zip")],
)
def test_what_cannot_be_read_is_refused_with_the_reason_and_leaves_nothing(
    world: World, stick: Caller, content: bytes, words: str
) -> None:
    answer = send(stick, content)
    assert answer.status_code == 422 and words in told(answer)["detail"]
    world.session.commit()
    assert world.session.scalar(select(func.count()).select_from(HardwareReport)) == 0


def test_a_form_takes_files_only(world: World, stick: Caller) -> None:
    form = {"file": (io.BytesIO(lshw()), "a.json"), "register_new": "true"}
    answer = stick.send("POST", "/hardware-reports", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422 and "register_new" in told(answer)["detail"]
    assert stick.get("/hardware-reports/²").status_code == 404


def test_reports_are_listed_newest_first_by_page_and_read_one_by_one(world: World, stick: Caller) -> None:
    registered(world, "M-1", drives=None)
    send(stick, zipped(a=lshw(), b=lshw("BBBB2"), c=lshw("CCCC3")))
    first = stick.get("/hardware-reports", size=2)
    body = told(first)
    assert len(body["reports"]) == 2 and 'rel="next"' in first.headers["Link"]
    rest = told(stick.get("/hardware-reports", size=2, before=body["next"]))
    assert [each["tag"] for each in rest["reports"]] == ["M-1"] and rest["next"] is None
    one = told(stick.get(f"/hardware-reports/{rest['reports'][0]['id']}"))
    assert one["found"]["machine"]["cpu_model"].startswith("Intel") and one["questions"] == []
    waits = told(stick.get("/hardware-reports", standing="asked"))["reports"]
    assert [each["questions"][0]["answers"] for each in waits] == [["register", "it_is", "set_aside"]] * 2
    assert [each["id"] for each in told(stick.get("/hardware-reports", tag="7hpx2j2"))["reports"]] == [one["id"]]
    assert stick.get("/hardware-reports/999999").status_code == 404
    assert stick.get("/hardware-reports", tag="NOBODY").status_code == 404


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("auditor", 403), ("procurement", 200)])
def test_who_may_not_record_may_not_bring_reports(
    app: Flask, world: World, token_of: Callable[..., str], role: str, status: int
) -> None:
    registered(world, "M-1", drives=None)
    before = lines(world)
    assert send(Caller(app, token_of(role)), lshw()).status_code == status
    assert (lines(world) == before) is (status == 403)
