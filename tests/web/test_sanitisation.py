"""The pages of evidence: bringing, accepting, quarantine, statements, certificates, checks; and the machine's page."""

import io
import re
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from flask import Flask

from inventory.db import db
from inventory.lifecycle.models import ProjectionBasis
from inventory.register.models import Asset
from inventory.sanitisation.models import AuditSample, ErasureRecord, SanitisationCertificate
from tests.conftest import World, statements
from tests.sanitisation import logs
from tests.sanitisation.conftest import Bench, bench  # noqa: F401 - a fixture
from tests.web.browser import kinds_of, sign_in, status_of, value_of, words


def bring(client: Any, *contents: bytes) -> Any:
    files = [(io.BytesIO(content), f"log{number}.txt") for number, content in enumerate(contents)]
    return client.post("/sanitisation/upload", data={"file": files}, content_type="multipart/form-data")


def test_reports_are_brought_seen_and_accepted_together(app: Flask, bench: Bench) -> None:  # noqa: F811
    bench.returned("A")
    bench.returned("B")
    client = sign_in(app, bench.world)
    assert "No report yet" in words(client.get("/sanitisation/"))
    answer = bring(client, logs.nwipe({"serial": "D-A"}, {"serial": "D-B"}), b"hello")
    told = words(answer)
    assert "D-A in A Clean, by the report. Waiting for acceptance." in told and "no report of a wipe" in told
    page = client.get("/sanitisation/")
    uids = re.findall(r'name="record" value="(\w+)"', page.get_data(as_text=True))
    assert len(uids) == 2 and "flash: residual areas" in words(page)
    assert "Look at the wipe and accept it" in words(client.get("/t/A"))
    done = client.post("/sanitisation/decide", data={"record": uids, "decision": "accept"}, follow_redirects=True)
    assert "2 wipes accepted as proof" in done.get_data(as_text=True)
    assert bench.unclean("A") == bench.unclean("B") == []
    assert "D-A" in words(client.get("/sanitisation/?standing=accepted"))
    assert "Accepted" in words(client.get("/sanitisation/?standing=all"))
    machine = words(client.get("/t/A"))
    assert "Clean, by the report, 2 Feb 2018: accepted" in machine


def test_the_machines_page_says_drive_by_drive_why_it_may_not_leave(app: Flask, bench: Bench) -> None:  # noqa: F811
    bench.returned("A")
    bench.world.record("part_fitted", "A", "2018-02-01", serial="D-2", came="found_inside")
    bench.bring(logs.nwipe({"serial": "D-A", "status": "-FAILED-"}, {"serial": "D-2", "hidden": ""}))
    told = words(sign_in(app, bench.world).get("/t/A"))
    assert "The wipe of drive D-A failed on 2 Feb 2018" in told and "Drive D-2 has no accepted wipe" in told
    assert (
        "Failed, 2 Feb 2018" in told
        and "2018: failed" not in told
        and "Erased, with warnings, 2 Feb 2018: waiting for acceptance" in told
    )
    assert "accept it" not in told


def test_one_record_shows_everything_and_takes_its_decisions(app: Flask, bench: Bench) -> None:  # noqa: F811
    bench.returned("A")
    bench.bring(logs.nwipe({"serial": "D-A", "hidden": ""}, host={"system-manufacturer": "Dell"}))
    record = bench.session.query(ErasureRecord).one()
    client = sign_in(app, bench.world)
    path = f"/sanitisation/records/{record.id}"
    told = words(client.get(path))
    for text in ("Nobody looked for a hidden area", "ST500LT012", "0 write, 0 verification, 0 sync", "1,000 of 1,000 bytes",
                 "not looked for", "Manufacturer Dell", "It cannot be accepted as proof"):  # fmt: skip
        assert text in told, text
    assert client.post(f"{path}/verify", data={"verification": "full"}).status_code == 303
    assert "By reading back everything, by Tess Technician" in words(client.get(path))
    assert client.post(f"{path}/verify", data={"verification": "eyes"}).status_code == 422
    refused = client.post("/sanitisation/decide", data={"record": record.uid, "back": record.id}, follow_redirects=True)
    assert "gives no clean pass" in refused.get_data(as_text=True)
    client.post("/sanitisation/decide", data={"record": record.uid, "decision": "repeat", "reason": "hidden area"})
    assert "Wipe again, by Tess Technician" in words(client.get(path)) and "hidden area" in words(client.get(path))
    assert client.post(f"{path}/verify", data={"verification": "full"}).status_code == 409
    kept = client.get(f"{path}/report")
    assert kept.data == logs.nwipe({"serial": "D-A", "hidden": ""}, host={"system-manufacturer": "Dell"})
    assert (
        kept.headers["Content-Disposition"].startswith("attachment")
        and client.get("/sanitisation/records/99").status_code == 404
    )


def test_quarantine_is_settled_on_the_records_page(app: Flask, bench: Bench) -> None:  # noqa: F811
    bench.returned("A")
    bench.bring(logs.nwipe({"serial": "NEW-1"}, {"serial": "NEW-2"}))
    first, second = bench.session.query(ErasureRecord).order_by(ErasureRecord.id)
    client = sign_in(app, bench.world)
    page = words(client.get(f"/sanitisation/records/{first.id}"))
    assert "Where is this drive?" in page and "No drive with the serial NEW-1 is on record" in page
    refused = client.post(f"/sanitisation/records/{first.id}/attach", data={"tag": "NOBODY"})
    assert refused.status_code == 404 and "No one machine answers to NOBODY" in words(refused)
    assert client.post(f"/sanitisation/records/{first.id}/attach", data={"tag": "a"}).status_code == 303
    assert kinds_of(bench.world, "A")[-1] == "part_fitted"
    assert client.post(f"/sanitisation/records/{second.id}/dismiss", data={"reason": ""}).status_code == 422
    assert client.post(f"/sanitisation/records/{second.id}/dismiss", data={"reason": "private"}).status_code == 303
    assert "Set aside, by Tess Technician" in words(client.get(f"/sanitisation/records/{second.id}"))


def test_a_contractors_certificate_is_kept_and_its_drives_wait(app: Flask, bench: Bench) -> None:  # noqa: F811
    bench.returned("A")
    client = sign_in(app, bench.world)
    form = client.get("/sanitisation/statement")
    values = {
        "key": value_of(form, "key"), "serials": "D-A\nNOT-OURS", "technique": "shred", "ended": "2018-02-02",
        "performed_by": "A. Shredder, operator", "performed_org": "Caledonian WEEE", "verification": "status",
        "certificate_no": "DC-77", "file": (io.BytesIO(b"%PDF-1.7 certificate"), "dc-77.pdf"),
    }  # fmt: skip
    told = words(client.post("/sanitisation/statement", data=values, content_type="multipart/form-data"))
    assert (
        "D-A in A Clean, by the report. Waiting for acceptance." in told
        and "NOT-OURS Clean, by the report. In quar" in told
    )
    record = bench.session.query(ErasureRecord).filter_by(serial="D-A").one()
    page = words(client.get(f"/sanitisation/records/{record.id}"))
    assert "A. Shredder, operator, Caledonian WEEE" in page and "DC-77" in page and "Destroy" in page
    assert client.get(f"/sanitisation/records/{record.id}/report").data == b"%PDF-1.7 certificate"
    client.post("/sanitisation/decide", data={"record": record.uid})
    assert bench.unclean("A") == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"serials": " \n"}, "serials"), ({"technique": "burn"}, "technique"), ({"ended": "soon"}, "ended"),
        ({"ended": "2099-01-01"}, "ended"), ({"performed_by": ""}, "performed_by"), ({"verification": "no"}, "verification"),
        ({"file": b"hello"}, "file"),
    ],
)  # fmt: skip
def test_a_statement_that_says_too_little_is_sent_back(
    app: Flask, world: World, change: dict[str, Any], name: str
) -> None:
    client = sign_in(app, world)
    values: dict[str, Any] = {
        "key": "s1",
        "serials": "X-1",
        "technique": "shred",
        "ended": "2018-02-02",
        "performed_by": "A",
    } | change
    if "file" in values:
        values["file"] = (io.BytesIO(values["file"]), "x.pdf")
    answer = client.post("/sanitisation/statement", data=values, content_type="multipart/form-data")
    assert answer.status_code == 422 and f'id="field-{name}-error"' in answer.get_data(as_text=True)


def issued(app: Flask, bench: Bench) -> tuple[Any, SanitisationCertificate]:  # noqa: F811
    bench.returned("A")
    bench.decide(bench.verdict(logs.nwipe({"serial": "D-A"})).record)
    client = sign_in(app, bench.world)
    assert "No certificate yet" in words(client.get("/t/A/certificates"))
    assert client.post("/t/A/certificates", data={"key": "c1"}).status_code == 303
    bench.session.commit()
    return client, bench.session.query(SanitisationCertificate).one()


def test_a_certificate_is_issued_printed_and_declared_void(app: Flask, bench: Bench) -> None:  # noqa: F811
    client, found = issued(app, bench)
    assert found.number in words(client.get("/t/A/certificates"))
    pdf = client.get(f"/sanitisation/certificates/{found.number}.pdf")
    assert pdf.mimetype == "application/pdf" and pdf.data.startswith(b"%PDF")
    assert client.post(f"/sanitisation/certificates/{found.number}/void", data={"reason": ""}).status_code == 422
    assert client.post(f"/sanitisation/certificates/{found.number}/void", data={"reason": "slip"}).status_code == 303
    assert "declared void. slip" in words(client.get("/t/A/certificates"))
    assert client.get("/sanitisation/certificates/CS-1-1.pdf").status_code == 404


def test_a_certificate_of_the_demonstration_says_that_it_is_none(app: Flask, bench: Bench) -> None:  # noqa: F811
    client, found = issued(app, bench)

    def printed() -> str:
        told = client.get(f"/sanitisation/certificates/{found.number}.pdf").data
        return str(pypdfium2.PdfDocument(told)[0].get_textpage().get_text_range())

    assert "Synthetic" not in printed()
    bench.world.session.add(ProjectionBasis(name="demo", value="1"))
    bench.world.session.commit()
    app.extensions.pop("demo", None)
    assert "Synthetic demonstration, no proof of anything" in printed()


def test_anybody_may_check_a_certificate_and_learns_nothing_else(app: Flask, bench: Bench) -> None:  # noqa: F811
    client, found = issued(app, bench)
    visitor = app.test_client()
    for path in (f"/c/{found.token}", f"/C/{found.token}", f"/c/{found.token.lower()}"):
        page = visitor.get(path)
        assert page.status_code == 200 and "genuine and current" in words(page) and found.number in words(page)
        assert page.headers["X-Robots-Tag"].startswith("noindex")
        for secret in ("D-A", "Latitude", "Tess", "laptop", "ST500"):
            assert secret not in page.get_data(as_text=True)
    bench.world.record("inspected", "A", "2018-02-03", functional="working", cosmetic="B")
    bench.world.record("passed_for_reuse", "A", "2018-02-03")
    bench.world.record("redeployed", "A", "2026-11-22", custodian="ada")
    assert "no longer current" in words(visitor.get(f"/c/{found.token}"))
    client.post(f"/sanitisation/certificates/{found.number}/void", data={"reason": "slip"})
    assert "declared void" in words(visitor.get(f"/c/{found.token}")) and "slip" not in words(
        visitor.get(f"/c/{found.token}")
    )
    for wrong in ("A" * 32, "x", "a b"):
        assert visitor.get(f"/c/{wrong}").status_code == 404 and "no such certificate" in words(
            visitor.get(f"/c/{wrong}")
        )


def test_a_machine_that_is_not_clean_gets_no_certificate(app: Flask, bench: Bench) -> None:  # noqa: F811
    bench.returned("A")
    refused = sign_in(app, bench.world).post("/t/A/certificates", data={"key": "c1"})
    assert refused.status_code == 409 and "has no accepted wipe" in words(refused)


def test_checks_are_recorded_by_another_and_a_failure_holds_the_batch(app: Flask, bench: Bench) -> None:  # noqa: F811
    bench.world.settings = replace(bench.world.settings, audit_sample_percent=100)
    bench.returned("A")
    bench.returned("B")
    vera = bench.who("vera")
    received = bench.bring(logs.nwipe({"serial": "D-A"}, {"serial": "D-B"}), who=vera)
    bench.decide(*(each.record for each in received.verdicts), who=vera)
    client = sign_in(app, bench.world)
    assert words(client.get("/sanitisation/samples/")).count("Still to be checked") == 3
    number = bench.session.query(AuditSample.id).order_by(AuditSample.id).limit(1).scalar()
    path = f"/sanitisation/samples/{number}"
    assert "Passed" in words(client.get(path))
    assert client.post(path, data={"result": "failed", "note": ""}).status_code == 422
    assert client.post(path, data={"result": "failed", "note": "photo data in sector 9"}).status_code == 303
    page = words(client.get(path))
    assert "Put on hold A, B" in page and "photo data in sector 9" in page
    assert status_of(bench.world, "A") == status_of(bench.world, "B") == "on_hold"
    assert "independent" not in "".join(bench.unclean("B")) and "failed" in bench.unclean("A")[0]
    assert client.get("/sanitisation/samples/999").status_code == 404
    assert "A" in words(client.get("/sanitisation/samples/?result=failed"))


def test_pages_of_the_list_turn_and_take_few_statements(app: Flask, bench: Bench) -> None:  # noqa: F811
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], page_size=2)
    for tag in "ABCDE":
        bench.returned(tag)
        bench.bring(logs.nwipe({"serial": f"D-{tag}"}))
    client = sign_in(app, bench.world)
    page = client.get("/sanitisation/")
    assert "D-E" in words(page) and "D-C" not in words(page)
    older = re.search(r'rel="next" href="([^"]+)"', page.get_data(as_text=True))
    assert older is not None
    second = client.get(older[1].replace("&amp;", "&"))
    assert "D-C" in words(second)
    newer = re.search(r'rel="prev" href="([^"]+)"', second.get_data(as_text=True))
    assert newer is not None and "D-E" in words(client.get(newer[1].replace("&amp;", "&")))
    assert client.get("/sanitisation/?before=x").status_code == 422
    with statements(db.engine) as sent:
        client.get("/sanitisation/")
    assert len(sent) <= 5, sent
    assert bench.session.query(Asset).count() == 5


def test_nothing_ticked_and_no_file_are_told(app: Flask, world: World) -> None:
    client = sign_in(app, world)
    assert "Tick the wipes" in words(client.post("/sanitisation/decide", data={}))
    assert "No file came" in words(client.post("/sanitisation/upload", data={}))
