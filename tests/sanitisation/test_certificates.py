"""Certificates: what they hold, who checks them, and when they stop to hold."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdfium2
import pytest

from inventory.errors import KeyConflict, NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.sanitisation import certificates
from inventory.sanitisation.certificate_pdf import people_in, write
from tests.sanitisation import logs
from tests.sanitisation.conftest import Bench

ADDRESS = "HTTPS://REUSE.TEST/C/" + "A" * 32


def certified(bench: Bench, tag: str = "A", key: str = "cert-1") -> Any:
    if not bench.session.query(certificates.SanitisationCertificate).count():
        bench.returned(tag, identifiers=[{"type": "serial", "value": "PC-A"}])
        told = bench.verdict(logs.nwipe({"serial": f"D-{tag}"}))
        bench.decide(told.record)
    return bench.act(certificates.issue, tag, key, bench.world.recorder())


def pages(bench: Bench, certificate: Any, note: str = "") -> str:
    out = BytesIO()
    people = dict.fromkeys(people_in(certificate.content), "Tess Technician")
    write(out, certificate, ADDRESS, people, bench.world.settings.zone, note)
    document = pypdfium2.PdfDocument(out.getvalue())
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_a_certificate_says_what_the_standard_asks_for(bench: Bench) -> None:
    found = certified(bench)
    assert found.number == f"CS-2026-{found.id:06d}" and len(found.token) == 32
    assert certificates.digest_of(found.content) == found.sha256
    told = pages(bench, found)
    for words in (
        "Certificate of sanitisation", found.number, "A", "PC-A", "D-A", "SATA SSD", "Clear (flash: residual areas)",
        "Overwriting by the host (PRNG Stream)", "nwipe 0.40", "By reading back a part", "Tess Technician",
        "2 Feb 2018, 11:30 GMT", "Verified by", "Validated by", "Signature", "HTTPS://REUSE.TEST/C/",
    ):  # fmt: skip
        assert words in told, words
    assert found.sha256[:20] in told.replace("\r", "").replace("\n", "")
    assert bench.act(certificates.standing, found).key == "current"
    assert "No longer current" in pages(bench, found, "No longer current")


def test_the_same_key_gives_the_same_certificate_and_never_that_of_another(bench: Bench) -> None:
    assert certified(bench).id == certified(bench).id
    bench.returned("B")
    with pytest.raises(KeyConflict):
        bench.act(certificates.issue, "B", "cert-1", bench.world.recorder())


def test_only_clean_machines_are_certified(bench: Bench) -> None:
    bench.returned("A")
    issue = certificates.issue
    who = bench.world.recorder()
    with pytest.raises(RuleRefused, match="no accepted wipe"):
        bench.act(issue, "A", "c1", who)
    with pytest.raises(NotFound):
        bench.act(issue, "NOBODY", "c1", who)
    with pytest.raises(ValidationRefused, match="key of its own"):
        bench.act(issue, "A", "", who)
    with pytest.raises(NotAllowed):
        bench.act(issue, "A", "c1", bench.who("reader", "viewer"))
    bench.world.record("received", None, "2016-01-10", tag="N", kind="laptop", drives=[{"serial": "D-N"}])
    with pytest.raises(RuleRefused, match="never wiped, only never used"):
        bench.act(issue, "N", "c1", who)
    bench.world.record("received", None, "2016-01-10", tag="M", kind="monitor")
    with pytest.raises(RuleRefused, match="no medium to certify"):
        bench.act(issue, "M", "c1", who)
    bench.world.clean_machine("G")
    bench.world.record("donated", "G", "2018-03-01", partner="remakery")
    with pytest.raises(RuleRefused, match="before it leaves"):
        bench.act(issue, "G", "c1", who)


def test_a_wipe_that_a_person_recorded_by_hand_is_certified_as_such(bench: Bench) -> None:
    bench.world.clean_machine("A")
    found = bench.act(certificates.issue, "A", "c1", bench.world.recorder())
    assert "validated_by" not in found.content["drives"][0]
    assert "Purge" in pages(bench, found)


@pytest.mark.parametrize(
    ("steps", "standing"),
    [
        ([("inspected", {"functional": "working", "cosmetic": "B"})], "current"),
        ([("inspected", {"functional": "working", "cosmetic": "B"}), ("passed_for_reuse", {}),
          ("donated", {"partner": "remakery"})], "current"),
        ([("inspected", {"functional": "working", "cosmetic": "B"}), ("passed_for_reuse", {}),
          ("donated", {"partner": "remakery"}), ("returned", {"second_life": "served"})], "superseded"),
        ([("inspected", {"functional": "working", "cosmetic": "B"}), ("passed_for_reuse", {}),
          ("redeployed", {"custodian": "ada"})], "superseded"),
        ([("part_fitted", {"serial": "D-2", "came": "new"})], "superseded"),
        ([("held", {"reason": "audit"})], "current"),
    ],
)  # fmt: skip
def test_it_holds_until_the_machine_was_used_or_its_drives_changed(
    bench: Bench, steps: list[tuple[str, dict[str, Any]]], standing: str
) -> None:
    found = certified(bench)
    for place, (kind, details) in enumerate(steps):
        bench.world.record(kind, "A", f"2026-11-{10 + place}", **details)
    assert bench.act(certificates.standing, found).key == standing


def test_a_later_failure_a_correction_and_a_newer_one_end_it(bench: Bench) -> None:
    found = certified(bench)
    bench.verdict(logs.nwipe({"serial": "D-A", "status": "-FAILED-"}, at="2018/03/05 12:00:00"))
    assert bench.act(certificates.standing, found).key == "superseded"


def test_a_corrected_line_takes_its_certificate_along(bench: Bench) -> None:
    found = certified(bench)
    bench.world.correct("A", found.content["drives"][0]["event"])
    assert "corrected" in bench.act(certificates.standing, found).why


def test_a_newer_certificate_takes_the_place_of_the_older(bench: Bench) -> None:
    older = certified(bench)
    newer = certified(bench, key="cert-2")
    assert newer.number in bench.act(certificates.standing, older).why
    bench.act(certificates.void, newer.number, "printed by mistake", bench.world.recorder())
    assert bench.act(certificates.standing, newer).key == "voided"
    assert bench.act(certificates.standing, older).key == "current"
    both = certificates.standings_of(bench.session, older.asset_id)
    assert [(each.id, standing.key) for each, standing in both] == [(newer.id, "voided"), (older.id, "current")]
    third = certified(bench, key="cert-3")
    both = certificates.standings_of(bench.session, older.asset_id)
    assert [standing.key for _, standing in both] == ["current", "voided", "superseded"]
    assert third.number in both[2][1].why


def test_voiding_takes_a_reason_and_a_permission(bench: Bench) -> None:
    found = certified(bench)
    with pytest.raises(ValidationRefused, match="Say why"):
        bench.act(certificates.void, found.number, " ", bench.world.recorder())
    with pytest.raises(NotAllowed):
        bench.act(certificates.void, found.number, "why", bench.who("reader", "viewer"))
    with pytest.raises(NotFound):
        bench.act(certificates.void, "CS-0000-000000", "why", bench.world.recorder())
    first = bench.act(certificates.void, found.number, "why", bench.world.recorder())
    again = bench.act(
        certificates.void, found.number, "another", replace(bench.world.recorder(), now=bench.world.later(days=1))
    )
    assert (again.void_reason, again.voided_at) == ("why", first.voided_at)


def test_what_was_altered_in_the_database_is_told(bench: Bench) -> None:
    found = certified(bench)
    found.content = found.content | {"institution": "Somewhere else"}
    assert certificates.standing(bench.session, found).key == "altered"
    bench.session.rollback()


@pytest.mark.parametrize("token", ["", "x", "a" * 33, "1" * 32, "A" * 31 + "é", "A" * 31 + "\x00"])
def test_what_cannot_be_a_token_is_not_looked_up(bench: Bench, token: str) -> None:
    assert certificates.by_token(None, token) is None  # type: ignore[arg-type]


def test_the_address_finds_it_in_small_letters_too(bench: Bench) -> None:
    found = certified(bench)
    assert certificates.by_token(bench.session, found.token.lower()).id == found.id  # type: ignore[union-attr]
    assert certificates.by_token(bench.session, "A" * 32) is None


def test_many_drives_and_everything_a_contractor_says_go_over_several_pages(bench: Bench) -> None:
    from datetime import date

    from inventory.reading.documents import Document
    from inventory.sanitisation.statements import Statement, state

    bench.returned("A")
    serials = ["D-A", *(f"D-{number}" for number in range(9))]
    for serial in serials[1:]:
        bench.world.record(
            "part_fitted", "A", "2018-02-01", serial=serial, came="found_inside", capacity_bytes=512 * 10**9
        )
    said = Statement(
        "s1", serials, "degauss", date(2018, 2, 2), performed_by="A. Person", performed_org="Firm", destination="smelter",
        certificate_no="DC-9", confidentiality_before="internal", document=Document("x", b"%PDF-1.7"),
    )  # fmt: skip
    assert {each.standing for each in bench.act(state, said, bench.world.recorder()).verdicts} == {"rejected"}, "flash"
    told = bench.act(
        state, replace(said, technique="shred", document=Document("y", b"%PDF-1.8")), bench.world.recorder()
    )
    bench.decide(*(each.record for each in told.verdicts))
    page = pages(bench, bench.act(certificates.issue, "A", "c1", bench.world.recorder()))
    for words in ("Page 4", "Drive 10 of 10", "smelter", "DC-9", "internal", "512 GB", "A. Person, Firm"):
        assert words in page, words
