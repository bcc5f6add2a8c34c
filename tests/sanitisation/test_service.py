"""From a report to the gate: waiting, accepted, failed, in quarantine, and who may decide."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from inventory.errors import GuardRefused, NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.sanitisation import service
from inventory.sanitisation.models import ErasureRecord, ErasureReport
from tests.conftest import statements
from tests.sanitisation import logs
from tests.sanitisation.conftest import Bench
from tests.web.browser import details_of, kinds_of


def test_a_clean_pass_waits_and_opens_the_gate_only_when_it_is_accepted(bench: Bench) -> None:
    bench.returned("A")
    told = bench.verdict(logs.nwipe({"serial": "D-A"}))
    assert (told.verdict, told.standing, told.tag, told.reasons) == ("pass", "waiting", "A", [])
    assert bench.unclean("A") == ["drive D-A has no accepted wipe"]
    bench.world.record("inspected", "A", "2018-02-03", functional="working", cosmetic="B")
    with pytest.raises(GuardRefused):
        bench.world.record("passed_for_reuse", "A", "2018-02-03")
    [decided] = bench.decide(told.record)
    assert (decided.outcome, decided.standing) == ("done", "accepted")
    assert bench.unclean("A") == []
    bench.world.record("passed_for_reuse", "A", "2018-02-03")
    [drive] = details_of(bench.world, "A", -2)["drives"]
    report = bench.session.query(ErasureReport).one()
    assert drive == {
        "uid": bench.world.drive_of("A"), "method": "clear", "technique": "overwrite", "tool": "nwipe 0.40",
        "verification": "sample", "evidence": f"report {report.sha256}", "record": told.record,
        "warnings": "flash: residual areas",
    }  # fmt: skip


def test_the_line_bears_the_end_of_the_wipe_in_the_time_of_the_place(bench: Bench) -> None:
    bench.returned("A", "2018-06-01")
    told = bench.verdict(logs.nwipe({"serial": "D-A"}, at="2018/06/02 11:30:00"))
    bench.decide(told.record)
    assert bench.state("A").drives[bench.world.drive_of("A")].wiped_at == datetime(2018, 6, 2, 10, 30, tzinfo=UTC)


def test_the_same_report_and_the_same_decision_twice_change_nothing(bench: Bench) -> None:
    bench.returned("A")
    log = logs.nwipe({"serial": "D-A"})
    first = bench.bring(log)
    again = bench.bring(log, "other name.txt")
    assert (first.outcome, again.outcome) == ("recorded", "already")
    assert again.verdicts == first.verdicts and again.report == first.report
    twice = service.receive(bench.session, [], bench.world.recorder())
    assert twice == []
    uid = first.verdicts[0].record
    assert [bench.decide(uid)[0].outcome, bench.decide(uid)[0].outcome] == ["done", "already"]
    assert kinds_of(bench.world, "A").count("sanitised") == 1
    assert bench.session.query(ErasureRecord).count() == 1


def test_a_failure_shuts_the_gate_at_once_even_of_a_machine_that_was_ready(bench: Bench) -> None:
    bench.world.clean_machine("A")
    told = bench.verdict(logs.nwipe({"serial": "D-A", "status": "-FAILED-", "pass": 3}, at="2018/03/05 12:00:00"))
    assert (told.verdict, told.standing) == ("fail", "failed")
    assert told.reasons == ["The tool says of this drive that it failed.", "The tool counted 3 write errors."]
    state = bench.state("A")
    assert state.status == "returned" and bench.unclean("A") == ["the wipe of drive D-A failed on 5 Mar 2018"]


def test_a_failure_learned_of_too_late_for_its_day_bears_the_present(bench: Bench) -> None:
    bench.world.clean_machine("A", returned="2018-06-01")
    # Dated before the last change of the status it would have to change.
    told = bench.verdict(logs.nwipe({"serial": "D-A", "status": "UABORTED"}, at="2014/01/01 12:00:00"))
    assert told.standing == "failed" and bench.state("A").status == "returned"
    assert bench.unclean("A") == ["the wipe of drive D-A failed on 23 Nov 2026"]


@pytest.mark.parametrize(
    ("drive", "run", "verdict", "standing", "words"),
    [
        ({"hidden": "*** HIDDEN SECTORS DETECTED ! *** on /dev/{name}"}, {}, "pass_with_warnings", "waiting", "hidden area"),
        ({"hidden": ""}, {}, "pass_with_warnings", "waiting", "Nobody looked"),
        ({}, {"method": "Verify Zeros (0x00)"}, "unknown", "rejected", "to verify is not to erase"),
        ({}, {"quiet": True}, "unknown", "rejected", "hid the serial"),
        ({"serial": "NOT-OURS"}, {}, "pass", "quarantined", "No drive with the serial NOT-OURS"),
        ({"status": "INSANITY"}, {}, "fail", "failed", "should not happen"),
    ],
)  # fmt: skip
def test_what_is_no_clean_pass_is_never_accepted(
    bench: Bench, drive: dict[str, Any], run: dict[str, Any], verdict: str, standing: str, words: str
) -> None:
    bench.returned("A")
    told = bench.verdict(logs.nwipe({"serial": "D-A"} | drive, **run))
    assert (told.verdict, told.standing) == (verdict, standing)
    assert any(words in each for each in told.reasons), told.reasons
    [decided] = bench.decide(told.record)
    assert decided.outcome == "refused" and isinstance(decided.refusal, RuleRefused)
    assert "sanitised" not in kinds_of(bench.world, "A") and bench.unclean("A")


def test_drives_of_one_run_are_judged_each_for_itself(bench: Bench) -> None:
    for tag in "ABC":
        bench.returned(tag)
    received = bench.bring(
        logs.nwipe({"serial": "D-A"}, {"serial": "D-B", "status": "-FAILED-"}, {"serial": "D-C", "row": False})
    )
    assert [(each.serial, each.standing) for each in received.verdicts] == [("D-A", "waiting"), ("D-B", "failed")]
    assert received.notes == ["Found and not part of the run: D-C."]


def test_another_machine_than_the_host_is_put_to_a_person(bench: Bench) -> None:
    bench.returned("A", identifiers=[{"type": "serial", "value": "PC-A"}])
    bench.returned("B", identifiers=[{"type": "serial", "value": "PC-B"}])
    for number, (host, words) in enumerate(
        [
            ({"system-serial-number": "PC-B"}, "The report was made in B"),
            ({"chassis-asset-tag": "b"}, "The report was made in B"),
            ({"system-serial-number": "ELSEWHERE"}, "a machine with the serial ELSEWHERE"),
        ]
    ):
        told = bench.verdict(logs.nwipe({"serial": "D-A", "bytes": 1000 + number, "total": 1000}, host=host))
        assert told.standing == "quarantined" and words in told.reasons[0]
    good = {"system-serial-number": "pc-a", "chassis-asset-tag": "Default string"}
    assert bench.verdict(logs.nwipe({"serial": "d-a"}, host=good)).standing == "waiting"


def test_a_drive_in_a_machine_that_is_not_here_is_put_to_a_person(bench: Bench) -> None:
    bench.world.clean_machine("A")
    bench.world.record("donated", "A", "2018-03-01", partner="remakery")
    told = bench.verdict(logs.nwipe({"serial": "D-A"}, at="2018/03/05 12:00:00"))
    assert told.standing == "quarantined" and "not on site (donated)" in told.reasons[0]


def test_quarantine_is_settled_by_putting_the_drive_on_record(bench: Bench) -> None:
    bench.returned("A")
    told = bench.verdict(logs.nwipe({"serial": "NEW-1", "model": "WD5000"}))
    decided = bench.act(service.attach, told.record, "a", bench.world.recorder())
    assert decided.standing == "waiting" and kinds_of(bench.world, "A")[-1] == "part_fitted"
    drive = next(each for each in bench.state("A").drives.values() if each.details["serial"] == "NEW-1")
    assert drive.came == "found_inside" and drive.details["model"] == "WD5000"
    bench.decide(told.record)
    assert bench.unclean("A") == ["drive D-A has no accepted wipe"]
    with pytest.raises(RuleRefused, match="not in quarantine"):
        bench.act(service.attach, told.record, "A", bench.world.recorder())


def test_quarantine_is_settled_by_moving_the_drive_in_the_ledger(bench: Bench) -> None:
    bench.returned("A", identifiers=[{"type": "serial", "value": "PC-A"}])
    bench.returned("B", identifiers=[{"type": "serial", "value": "PC-B"}])
    uid = bench.world.drive_of("A")
    log = logs.nwipe({"serial": "D-A", "status": "-FAILED-"}, host={"system-serial-number": "PC-B"})
    told = bench.verdict(log)
    assert told.standing == "quarantined" and not bench.state("A").drives[uid].failed_at
    decided = bench.act(service.attach, told.record, "B", bench.world.recorder())
    assert decided.standing == "failed"
    assert uid not in bench.state("A").drives and bench.state("B").drives[uid].failed_at is not None
    assert kinds_of(bench.world, "A")[-1] == "part_removed"


def test_quarantine_of_a_bench_machine_is_settled_where_the_drive_is_on_record(bench: Bench) -> None:
    bench.returned("A", identifiers=[{"type": "serial", "value": "PC-A"}])
    told = bench.verdict(logs.nwipe({"serial": "D-A"}, host={"system-serial-number": "BENCH"}))
    assert bench.act(service.attach, told.record, "A", bench.world.recorder()).standing == "waiting"
    assert kinds_of(bench.world, "A")[-1] == "returned", "nothing was fitted"
    bench.decide(told.record)
    assert bench.unclean("A") == []


def test_a_failure_without_a_serial_is_settled_only_where_one_drive_is(bench: Bench) -> None:
    bench.returned("A")
    told = bench.verdict(logs.nwipe({"serial": "", "status": "-FAILED-"}))
    assert told.standing == "quarantined"
    bench.world.record("part_fitted", "A", "2018-02-01", serial="D-2", came="found_inside")
    with pytest.raises(RuleRefused, match="several drives"):
        bench.act(service.attach, told.record, "A", bench.world.recorder())
    bench.world.record("part_removed", "A", "2018-02-03", uid=next(
        uid for uid, each in bench.state("A").drives.items() if each.details["serial"] == "D-2"
    ))  # fmt: skip
    assert bench.act(service.attach, told.record, "A", bench.world.recorder()).standing == "failed"
    assert "failed" in bench.unclean("A")[0]


def test_what_is_about_no_drive_of_ours_is_set_aside_with_a_reason(bench: Bench) -> None:
    told = bench.verdict(logs.nwipe({"serial": "NOT-OURS"}))
    with pytest.raises(ValidationRefused, match="Say why"):
        bench.act(service.dismiss, told.record, "  ", bench.world.recorder())
    assert bench.act(service.dismiss, told.record, "a private disk", bench.world.recorder()).standing == "rejected"
    assert bench.act(service.dismiss, told.record, "a private disk", bench.world.recorder()).outcome == "already"
    with pytest.raises(NotFound):
        bench.act(service.dismiss, "no such", "why", bench.world.recorder())
    bench.returned("A")
    waiting = bench.verdict(logs.nwipe({"serial": "D-A"}))
    with pytest.raises(RuleRefused, match="not in quarantine"):
        bench.act(service.dismiss, waiting.record, "why", bench.world.recorder())


def test_attaching_is_refused_in_words_where_it_cannot_have_been(bench: Bench) -> None:
    told = bench.verdict(logs.nwipe({"serial": "NEW-1"}))
    with pytest.raises(NotFound, match="No one machine answers to NOBODY"):
        bench.act(service.attach, told.record, "NOBODY", bench.world.recorder())
    bench.world.clean_machine("A")
    bench.world.record("donated", "A", "2018-03-01", partner="remakery")
    with pytest.raises(RuleRefused, match="not on site"):
        bench.act(service.attach, told.record, "A", bench.world.recorder())


def test_another_person_accepts_where_the_setting_says_so(bench: Bench) -> None:
    bench.returned("A")
    vera, otto = bench.who("vera"), bench.who("otto")
    strict = replace(bench.world.settings, validation_by_another=True)
    told = bench.verdict(logs.nwipe({"serial": "D-A"}), who=replace(vera, settings=strict))
    [refused] = bench.decide(told.record, who=replace(vera, settings=strict))
    assert isinstance(refused.refusal, NotAllowed) and "another person" in refused.refusal.message
    bench.act(service.verify, [told.record], "full", replace(otto, settings=strict))
    assert bench.decide(told.record, who=replace(otto, settings=strict))[0].outcome == "refused"
    assert bench.decide(told.record, who=replace(bench.who("ida"), settings=strict))[0].standing == "accepted"
    record = bench.session.query(ErasureRecord).one()
    assert record.verification == "full" and record.verified_by == otto.account_id
    assert details_of(bench.world, "A")["drives"][0]["verification"] == "full"


def test_one_person_may_do_both_by_default_and_both_acts_bear_a_name(bench: Bench) -> None:
    bench.returned("A")
    vera = bench.who("vera")
    told = bench.verdict(logs.nwipe({"serial": "D-A"}), who=vera)
    assert bench.decide(told.record, who=vera)[0].standing == "accepted"
    record = bench.session.query(ErasureRecord).one()
    assert record.verified_by == record.validated_by == vera.account_id and record.validated_at is not None


@pytest.mark.parametrize(
    "work",
    [
        lambda bench, who, uid: bench.bring(logs.nwipe({"serial": "X-1"}), who=who),
        lambda bench, who, uid: bench.decide(uid, who=who),
        lambda bench, who, uid: bench.act(service.verify, [uid], "full", who),
        lambda bench, who, uid: bench.act(service.attach, uid, "A", who),
        lambda bench, who, uid: bench.act(service.dismiss, uid, "why", who),
    ],
)
def test_every_act_takes_its_permission(bench: Bench, work: Any) -> None:
    told = bench.verdict(logs.nwipe({"serial": "D-A"}))
    with pytest.raises(NotAllowed):
        work(bench, bench.who("reader", "viewer"), told.record)


def test_other_decisions_and_nonsense(bench: Bench) -> None:
    bench.returned("A")
    told = bench.verdict(logs.nwipe({"serial": "D-A", "hidden": ""}))
    assert bench.decide(told.record, decision="repeat")[0].standing == "rejected"
    assert bench.decide(told.record, decision="accept")[0].outcome == "refused"
    assert bench.decide("no such")[0].outcome == "refused"
    with pytest.raises(ValidationRefused, match="A decision is one of"):
        bench.decide(told.record, decision="burn")
    with pytest.raises(ValidationRefused, match="Say how"):
        bench.act(service.verify, [told.record], "none", bench.world.recorder())
    assert [each.outcome for each in bench.act(service.verify, [told.record, "no such"], "full", bench.world.recorder())] == [
        "refused", "refused",
    ]  # fmt: skip
    with pytest.raises(ValidationRefused, match="At most 500"):
        bench.decide(*(str(each) for each in range(501)))
    failed = bench.verdict(logs.nwipe({"serial": "D-A", "status": "-FAILED-"}))
    assert bench.decide(failed.record, decision="destroy")[0].standing == "failed"


def test_what_the_ledger_refuses_stays_waiting_with_its_sentence(bench: Bench) -> None:
    bench.returned("A")
    told = bench.verdict(logs.nwipe({"serial": "D-A"}))
    bench.world.record("part_removed", "A", "2018-02-01", uid=bench.world.drive_of("A"))
    [decided] = bench.decide(told.record)
    assert decided.outcome == "refused" and "not on record in it" in (decided.refusal or NotFound("")).message
    assert bench.session.query(ErasureRecord).one().standing == "waiting"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"hello", "no report of a wipe"),
        (b"[2018/01/01 10:00:00] info: nwipe 0.40", "names no drive"),
    ],
)
def test_what_is_no_report_is_refused_in_a_sentence_and_holds_up_no_other(
    bench: Bench, content: bytes, words: str
) -> None:
    from inventory.reading.documents import Document

    bench.returned("A")
    good = Document("good.txt", logs.nwipe({"serial": "D-A"}))
    bad, fine = bench.act(service.receive, [Document("bad.txt", content), good], bench.world.recorder())
    assert bad.outcome == "refused" and words in bad.refusal.message and "bad.txt" in bad.as_dict()["refusal"]["detail"]
    assert fine.outcome == "recorded" and fine.as_dict()["drives"][0]["tag"] == "A"
    with pytest.raises(AssertionError, match="no reader"):
        bench.verdict(b"x", format_="nonsense")


def test_a_report_on_many_drives_takes_no_statement_per_drive(bench: Bench) -> None:
    counts = []
    # Which are drawn for a check is up to chance.
    bench.world.settings = replace(bench.world.settings, audit_sample_percent=0)
    for size in (2, 8):
        tags = [bench.returned(f"M{size}-{number}") for number in range(size)]
        log = logs.nwipe(*({"serial": f"D-{tag}", "name": f"sd{number}"} for number, tag in enumerate(tags)))
        with statements(bench.session.get_bind()) as sent:  # type: ignore[arg-type]
            received = bench.bring(log)
        brought = len(sent)
        with statements(bench.session.get_bind()) as sent:  # type: ignore[arg-type]
            assert {each.standing for each in bench.decide(*(each.record for each in received.verdicts))} == {
                "accepted"
            }
        counts.append((brought, len([each for each in sent if "erasure_record SET" not in each])))
    assert counts[0] == counts[1], counts


def test_a_serial_that_several_drives_bear_is_put_to_a_person(bench: Bench) -> None:
    bench.returned("A")
    bench.returned("B")
    bench.world.record("part_fitted", "B", "2018-02-01", serial="D-A", came="found_inside")
    told = bench.verdict(logs.nwipe({"serial": "D-A"}))
    assert told.standing == "quarantined" and "More than one drive bears the serial D-A (in A, B)" in told.reasons[0]
    assert bench.act(service.attach, told.record, "B", bench.world.recorder()).standing == "waiting"
    other = bench.verdict(logs.nwipe({"serial": "D-A", "verify": 1}))
    bench.returned("C")
    with pytest.raises(RuleRefused, match="Take the wrong ones off"):
        bench.act(service.attach, other.record, "C", bench.world.recorder())


def test_a_statement_in_quarantine_is_settled_at_the_level_of_its_medium(bench: Bench) -> None:
    from datetime import date

    from inventory.sanitisation.statements import Statement, state

    bench.returned("A")
    said = Statement(
        key="s1", serials=["NEW-1"], technique="overwrite", ended=date(2018, 2, 2), performed_by="A. Person"
    )
    [told] = bench.act(state, said, bench.world.recorder()).verdicts
    assert (told.standing, told.method) == ("quarantined", "clear")
    assert bench.act(service.attach, told.record, "A", bench.world.recorder()).standing == "waiting"
    assert bench.decide(told.record)[0].standing == "accepted"


def test_a_failure_that_the_ledger_cannot_take_goes_to_a_person(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from inventory.sanitisation import lines

    bench.returned("A")
    monkeypatch.setattr(lines, "_failed", lambda record, *rest: bench.world.request("sanitisation_failed", "NOBODY"))
    told = bench.verdict(logs.nwipe({"serial": "D-A", "status": "-FAILED-"}))
    assert told.standing == "quarantined" and told.reasons[0]


def test_a_failed_run_that_names_no_day_bears_the_present(bench: Bench) -> None:
    import json

    from inventory.reading.documents import LARGEST, Document

    bench.returned("A")
    report = json.loads(logs.usody())
    report["device_info"]["serial_number"] = "D-A"
    report["validation"]["result"] = False
    for step in report["steps"]:
        del step["end_time"], step["start_time"]
    assert bench.verdict(json.dumps(report).encode()).standing == "failed"
    assert bench.unclean("A") == ["the wipe of drive D-A failed on 23 Nov 2026"]
    [large] = bench.act(service.receive, [Document("l", bytes(LARGEST + 1))], bench.world.recorder())
    assert large.refusal is not None and "larger than 16 MiB" in large.refusal.message
    twin = Document("t", logs.nwipe({"serial": "D-A"}))
    assert [each.outcome for each in bench.act(service.receive, [twin, twin], bench.world.recorder())] == [
        "recorded", "already",
    ]  # fmt: skip
