"""Statements of drives done without a log, independent checks, and what is open under contract."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from inventory.errors import KeyConflict, NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.reading.documents import LARGEST, Document
from inventory.sanitisation import queries
from inventory.sanitisation.models import AuditSample, ErasureRecord, ErasureReport
from inventory.sanitisation.sampling import is_drawn, record_result
from inventory.sanitisation.statements import Statement, state
from tests.conftest import statements as statements_sent
from tests.sanitisation import logs
from tests.sanitisation.conftest import Bench
from tests.web.browser import status_of

PDF = Document("dc.pdf", b"%PDF-1.7 certificate")


def said(*serials: str, **changes: Any) -> Statement:
    told = Statement(key="s1", serials=serials, technique="shred", ended=date(2018, 2, 2), performed_by="A. Shredder")
    return replace(told, **changes)


def test_a_statement_is_kept_with_its_own_words_and_once(bench: Bench) -> None:
    bench.returned("A")
    first = bench.act(state, said("D-A"), bench.world.recorder())
    assert (first.outcome, first.format, [each.standing for each in first.verdicts]) == (
        "recorded",
        "statement",
        ["waiting"],
    )
    assert bench.act(state, said("D-A"), bench.world.recorder()).outcome == "already"
    bench.decide(first.verdicts[0].record)
    assert bench.unclean("A") == [] and bench.state("A").drives[bench.world.drive_of("A")].wiped_method == "destroy"
    assert bench.session.query(ErasureReport).one().format == "statement"


def test_a_certificate_may_be_brought_again_with_further_drives(bench: Bench) -> None:
    bench.returned("A")
    bench.returned("B")
    firm = {"performed_org": "Caledonian WEEE", "document": PDF}
    bench.act(state, said("D-A", **firm), bench.world.recorder())
    again = bench.act(state, said("D-A", "D-B", key="s2", **firm), bench.world.recorder())
    assert [(each.serial, each.standing) for each in again.verdicts] == [("D-A", "waiting"), ("D-B", "waiting")]
    assert bench.session.query(ErasureReport).count() == 1 and bench.session.query(ErasureRecord).count() == 2
    log = bench.bring(logs.nwipe({"serial": "D-A"}))
    kept = bench.session.query(ErasureReport).filter_by(uid=log.report).one()
    kept.sha256 = Document("x", b"%PDF-1.7 other").sha256
    bench.session.commit()
    with pytest.raises(KeyConflict):
        bench.act(state, said("D-A", **(firm | {"document": Document("x", b"%PDF-1.7 other")})), bench.world.recorder())


def test_the_same_day_without_a_time_needs_the_confirmation(bench: Bench) -> None:
    bench.returned("A", "2018-02-02")
    told = bench.act(state, said("D-A"), bench.world.recorder())
    bench.decide(told.verdicts[0].record)
    assert "bear the same date" in bench.unclean("A")[0]
    told = bench.act(state, said("D-A", key="s2", confirmed=True), bench.world.recorder())
    bench.decide(told.verdicts[0].record)
    assert bench.unclean("A") == []


def test_a_drive_that_was_taken_out_and_shredded_stands_without_a_line(bench: Bench) -> None:
    bench.returned("A")
    bench.world.record("part_removed", "A", "2018-02-01", uid=bench.world.drive_of("A"))
    told = bench.act(state, said("D-A"), bench.world.recorder())
    assert [each.standing for each in told.verdicts] == ["waiting"]
    assert bench.decide(told.verdicts[0].record)[0].standing == "accepted"
    assert bench.session.query(ErasureRecord).one().event_key is None
    wiped = bench.act(state, said("D-A", key="s2", technique="degauss"), bench.world.recorder())
    assert [each.standing for each in wiped.verdicts] == ["rejected"], "of a medium nobody knows"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"key": ""}, "key of its own"), ({"serials": [""]}, "Name the drives"), ({"serials": [str(n) for n in range(501)]}, "At most 500"),
        ({"technique": "burn"}, "Choose what"), ({"performed_by": " "}, "Say who"), ({"ended": date(2030, 1, 1)}, "future"),
        ({"document": Document("a.txt", b"x")}, "is no PDF"), ({"document": PDF}, "which firm"),
        ({"document": Document("a.pdf", b"%PDF-" + bytes(LARGEST))}, "larger than"),
    ],
)  # fmt: skip
def test_a_statement_that_says_too_little_is_refused(bench: Bench, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationRefused, match=words):
        bench.act(state, said("D-A", **change), bench.world.recorder())
    with pytest.raises(NotAllowed):
        bench.act(state, said("D-A"), bench.who("reader", "viewer"))


def sampled(bench: Bench, *tags: str) -> tuple[Any, list[int]]:
    """Wipes of *tags* in one report, brought and accepted by Vera, all drawn."""
    bench.world.settings = replace(bench.world.settings, audit_sample_percent=100)
    for tag in tags:
        bench.returned(tag)
    vera = bench.who("vera")
    received = bench.bring(logs.nwipe(*({"serial": f"D-{tag}"} for tag in tags)), who=vera)
    bench.decide(*(each.record for each in received.verdicts), who=vera)
    rows = bench.session.query(AuditSample.id).order_by(AuditSample.id)
    return vera, [number for (number,) in rows]


def test_the_draw_hangs_on_the_record_alone_and_keeps_to_its_share() -> None:
    from uuid import UUID

    uids = [UUID(int=number).hex for number in range(20_000)]
    assert not any(is_drawn(uid, 0) for uid in uids) and all(is_drawn(uid, 100) for uid in uids)
    assert 0.04 < sum(is_drawn(uid, 5) for uid in uids) / len(uids) < 0.06
    assert all(is_drawn(uid, 50) for uid in uids if is_drawn(uid, 5))


def test_a_failed_check_blocks_the_drive_and_holds_its_batch(bench: Bench) -> None:
    _, [first, *_] = sampled(bench, "A", "B", "C", "D")
    bench.world.record("held", "C", None, reason="legal")
    bench.world.record("inspected", "D", "2018-02-03", functional="working", cosmetic="B")
    bench.world.record("passed_for_reuse", "D", "2018-02-03")
    bench.world.record("donated", "D", "2018-02-04", partner="remakery")
    bench.returned("E")
    ida = bench.who("ida")
    sample = bench.act(record_result, first, "failed", "data in sector 9", ida)
    assert sample.held == ["A", "B"] and sample.not_held == ["D is not on site (donated)"]
    assert [status_of(bench.world, tag) for tag in "ABCDE"] == ["on_hold", "on_hold", "on_hold", "donated", "returned"]
    assert "failed" in bench.unclean("A")[0] and bench.unclean("B") == []
    assert bench.act(record_result, first, "failed", "data in sector 9", ida).held == ["A", "B"]
    with pytest.raises(RuleRefused, match="on record already"):
        bench.act(record_result, first, "passed", "another look", ida)
    page = queries.failed_samples(bench.session, 10)
    assert [(row.tag, row.checked_by) for row in page.rows] == [("A", "Ida")]


def test_a_check_is_made_by_another_and_says_how(bench: Bench) -> None:
    vera, [first, second] = sampled(bench, "A", "B")
    with pytest.raises(NotAllowed, match="another person checks it"):
        bench.act(record_result, first, "passed", "looked", vera)
    ida = bench.who("ida")
    with pytest.raises(ValidationRefused, match="Say how"):
        bench.act(record_result, first, "passed", " ", ida)
    with pytest.raises(ValidationRefused, match="passed or failed"):
        bench.act(record_result, first, "open", "looked", ida)
    with pytest.raises(NotFound):
        bench.act(record_result, 999, "passed", "looked", ida)
    with pytest.raises(NotAllowed):
        bench.act(record_result, first, "passed", "looked", bench.who("reader", "viewer"))
    assert bench.act(record_result, first, "passed", "looked", ida).result == "passed"
    assert bench.unclean("A") == []
    page = queries.list_samples(bench.session, 1)
    assert [row.sample.id for row in page.rows] == [second] and page.next == str(second)
    assert [row.sample.id for row in queries.list_samples(bench.session, 1, before=second).rows] == [first]


def leave(bench: Bench, tag: str, **changes: Any) -> None:
    bench.returned(tag)
    bench.world.record("declared_waste", tag, "2018-03-01")
    told = {"facility": "weee", "expected": "recycled", "unsanitised_under_contract": True,
            "certified_destruction_contract": "C-1"} | changes  # fmt: skip
    bench.world.record("collected", tag, "2018-03-02", **{name: value for name, value in told.items() if value})


def test_what_left_under_contract_stays_open_until_each_certificate_is_in(bench: Bench) -> None:
    leave(bench, "A")
    leave(bench, "B")
    bench.returned("C")
    bench.world.record("inspected", "C", "2018-02-03", functional="dead", cosmetic="D")
    zone = bench.world.settings.zone
    with statements_sent(bench.session.get_bind()) as sent:  # type: ignore[arg-type]
        found, following = queries.open_under_contract(bench.session, zone, 10)
    assert len(sent) <= 3 and following is None
    assert [(each.tag, each.drives, each.contract, each.counterpart) for each in found] == [
        ("A", ["D-A"], "C-1", "weee"), ("B", ["D-B"], "C-1", "weee"),
    ]  # fmt: skip
    first, following = queries.open_under_contract(bench.session, zone, 1)
    second, end = queries.open_under_contract(bench.session, zone, 1, after=following or 0)
    assert [each.tag for each in (*first, *second)] == ["A", "B"] and end is None
    told = bench.act(
        state, said("D-A", ended=date(2018, 3, 9), performed_org="W", document=PDF), bench.world.recorder()
    )
    assert [each.standing for each in told.verdicts] == ["waiting"], "its machine left, and the certificate counts"
    assert len(queries.open_under_contract(bench.session, zone, 10)[0]) == 2, "not before it is accepted"
    bench.decide(told.verdicts[0].record)
    assert [each.tag for each in queries.open_under_contract(bench.session, zone, 10)[0]] == ["B"]


def test_a_machine_that_came_back_or_whose_line_was_voided_is_not_open(bench: Bench) -> None:
    leave(bench, "A")
    bench.world.record("rejected", "A", "2018-03-05", reason="battery")
    leave(bench, "B")
    bench.world.record("rejected", "B", "2018-03-05", reason="battery")
    bench.world.record("collected", "B", "2018-03-09", facility="weee", expected="recycled",
                       unsanitised_under_contract=True, certified_destruction_contract="C-2")  # fmt: skip
    found, _ = queries.open_under_contract(bench.session, bench.world.settings.zone, 10)
    assert [(each.tag, each.contract) for each in found] == [("B", "C-2")]


def test_a_storage_kind_that_left_with_no_drive_on_record_is_open_too(bench: Bench) -> None:
    bench.world.record("received", None, "2016-01-10", tag="N", kind="laptop")
    bench.world.record("deployed", "N", "2016-01-10", custodian="ada")
    bench.world.record("returned", "N", "2018-02-01")
    bench.world.record("given_for_preparation", "N", "2018-03-02", partner="remakery", unsanitised_under_contract=True,
                       certified_destruction_contract="C-3")  # fmt: skip
    [found] = queries.open_under_contract(bench.session, bench.world.settings.zone, 10)[0]
    assert (found.tag, found.drives, found.counterpart) == ("N", [], "remakery")


def test_pages_of_what_waits_and_is_in_quarantine(bench: Bench) -> None:
    bench.returned("A")
    bench.bring(logs.nwipe({"serial": "D-A"}, {"serial": "NOT-OURS"}))
    assert [row.record.serial for row in queries.waiting(bench.session, 10).rows] == ["D-A"]
    assert [row.record.serial for row in queries.quarantined(bench.session, 10).rows] == ["NOT-OURS"]
    assert queries.count_by_standing(bench.session) == {"waiting": 1, "quarantined": 1}
    with pytest.raises(NotFound):
        queries.record_row(bench.session, 999)
