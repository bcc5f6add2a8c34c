"""Statements: frozen once, derived again for ever; what was tampered with is found."""

import json
import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import inventory
from inventory.config import Settings
from inventory.db import transaction
from inventory.errors import InventoryError, KeyConflict, NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.publishing import chains, frozen
from inventory.publishing.chains import chains_at
from inventory.publishing.checking import check, ledger_beneath_newest
from inventory.publishing.frozen import NOT_FROZEN, digest_of, figures_of, pinned_settings, with_pinned
from inventory.publishing.models import DECIDED, Statement, StatementAct
from inventory.publishing.queries import acts_of, beside, every_uid, statements
from inventory.publishing.service import Ask, departments_under, find_statement, prepare, publish, show, withdraw
from inventory.publishing.today import today
from inventory.register.departments import move_department, rename_department
from inventory.register.models import Department
from inventory.register.service import add_department
from inventory.reports._base import report_type, reports, run
from inventory.reports._query import FILTERS, Query
from tests.conftest import World
from tests.publishing.conftest import Publisher

PUBLISHED = sorted(reports())


def values(statement: Statement) -> dict[str, float | None]:
    return {name: each.value for name, each in figures_of(statement.content["report"]).items()}


def much_happens(world: World) -> None:
    """Later lines of every sort that moves a figure: back-dated, corrected, merged, amended, split between hands."""
    world.later(days=1)
    world.clean_machine("N1", returned="2017-04-01", at="2016-01-10")
    world.record("donated", "N1", "2017-04-02", partner="remakery")
    world.later(days=1)
    world.correct("A", "re-A")
    world.later(days=1)
    world.record("repaired", "I", "2017-06-01", work="hinge")
    world.record("amended", "I", None, kind="monitor")
    world.record("amended", "D", None, mass_g=9_000)
    world.later(days=1)
    world.record("merged", "S", None, into="A")
    world.record("moved", "R", None, location="HUB")
    world.later(days=1)


@pytest.mark.parametrize("key", PUBLISHED)
def test_whatever_is_recorded_later_a_statement_derives_again(fleet: World, published: Publisher, key: str) -> None:
    questions: list[dict[str, Any]] = [{}, {"year": "2016/17"}, {"to": "2017-12-31"}, {"group": "peripheral"}]
    questions += [{"department": "HCA"}, {"department": "-"}]
    made = [published(key, each) for each in questions if set(each) & set(FILTERS) <= report_type(key).filters]
    before = [values(statement) for statement in made]
    much_happens(fleet)
    for statement, then in zip(made, before, strict=True):
        found = check(fleet.session, statement, fleet.settings)
        assert found.differs == () and found.holds, (statement.content["asked"], found.sentences)
        assert then == values(statement)
        assert found.sentences == ["Derives again: every figure worked out anew equals the one that was published."]


def test_an_open_question_is_pinned_to_the_moment_and_its_day(fleet: World, published: Publisher) -> None:
    told = published("headline").content["report"]
    assert told["query"] == {"to": "2018-09-01", "as_at": "2018-09-01T09:00:00+00:00"}
    assert told["period"] == "From 1 Jun 2015 to 1 Sep 2018"
    year = published("hierarchy", {"year": "2016/17"}).content["report"]["query"]
    factors = year.pop("factors")
    assert year == {"year": "2016/17", "as_at": "2018-09-01T09:00:00+00:00"}
    assert factors and factors[0].startswith("boavizta"), "the sets of factors are named"
    earlier = published("headline", {"to": "2017-07-31", "as_at": "2018-01-02T00:00:00+00:00"})
    assert earlier.as_at == datetime(2018, 1, 2, tzinfo=UTC)
    assert check(fleet.session, earlier, fleet.settings).holds


def test_a_statement_holds_all_that_is_needed_to_read_it(fleet: World, published: Publisher) -> None:
    statement = published("headline", title="Re-use  since 2015", note="Audited.\n\n By  us ")
    content = statement.content
    assert content["title"] == "Re-use since 2015" and content["note"] == "Audited.\nBy us"
    assert content["report"]["definition"].startswith("Distinct computers")
    assert content["report"]["rules_version"] == 1
    assert content["published_by"] == fleet.account.uid and content["institution"] == "University of Testing"
    assert content["settings"]["programme_start"] == "2015-06-01"
    assert content["ledger"]["lines"] > 50 and content["ledger"]["machines"] == 15
    assert content["headline"] == "value:machines"
    assert statement.digest == digest_of(content) and len(statement.uid) == 32
    assert not statement.public and statement.withdrawn_at is None
    assert published("hierarchy").content["headline"] == "machines:all"
    assert published("coverage").content["headline"] == "machines:quarter"


def test_settings_are_frozen_with_the_figures(fleet: World, published: Publisher) -> None:
    statement = published("headline")
    later = replace(fleet.settings, programme_start=date(2017, 1, 1), academic_year_start_month=10)
    assert check(fleet.session, statement, later).holds
    trend = published("trend", {"to": "2018-08-31"})
    assert check(fleet.session, trend, later).holds


def test_every_setting_is_frozen_or_has_a_reason_why_not() -> None:
    names = {each.name for each in fields(Settings)}
    assert set(NOT_FROZEN) <= names and all(NOT_FROZEN.values())
    pinned = pinned_settings(Settings())
    assert set(pinned) == names - set(NOT_FROZEN)
    assert with_pinned(Settings(), pinned) == Settings()
    given = with_pinned(Settings(secret_key="mine"), {"secret_key": "theirs", "unknown": 1, "ageing_days": 7})
    assert (given.secret_key, given.ageing_days) == ("mine", 7)


# -- once ------------------------------------------------------------------------------------------------


def test_the_same_request_twice_is_one_statement(fleet: World, published: Publisher) -> None:
    first = published("headline", key="once")
    fleet.later(days=3)
    assert published("headline", key="once").uid == first.uid
    assert every_uid(fleet.session) == [first.uid]
    fleet.session.rollback()
    with pytest.raises(KeyConflict):
        published("headline", key="once", title="Another")
    fleet.session.rollback()


def test_two_who_send_the_same_key_at_once_get_one_statement(fleet: World) -> None:
    ask = Ask("both", "headline")
    drafts = [prepare(fleet.session, ask, fleet.recorder()) for _ in range(2)]
    other = prepare(fleet.session, replace(ask, title="Other"), fleet.recorder())
    with transaction(fleet.session) as session:
        found = {publish(session, draft, fleet.recorder()).uid for draft in drafts}
        with pytest.raises(KeyConflict):
            publish(session, other, fleet.recorder())
    assert len(found) == 1


def test_what_was_recorded_while_the_figures_were_worked_out_is_not_lost(fleet: World) -> None:
    draft = prepare(fleet.session, Ask("k", "headline"), fleet.recorder())
    fleet.session.rollback()
    fleet.record("sighted", "R", None)
    with pytest.raises(RuleRefused, match="Publish again"), transaction(fleet.session) as session:
        publish(session, draft, fleet.recorder())
    assert every_uid(fleet.session) == []


def test_no_statement_holds_the_reasons_that_people_wrote(fleet: World, published: Publisher) -> None:
    fleet.clean_machine("N9", returned="2018-08-20", at="2016-01-10")
    fleet.record("inspected", "N9", "2018-08-21", functional="working", cosmetic="B", advised_route="donate")
    fleet.record("declared_waste", "N9", "2018-08-22", reason="Nobody at Alpha wanted it")
    report = run("data_assurance", fleet.session, Query(), fleet.settings)
    assert any("Nobody at Alpha" in str(row["what"]) for row in report.rows)
    content = published("data_assurance").content
    assert "Alpha" not in str(content)
    assert "must stay erasable" in str(content["report"]["notes"])
    assert [row["machines"]["value"] for row in content["report"]["rows"] if row["machines"]["cell"] == "below"] == [1]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"key": ""}, ValidationRefused),
        ({"key": "ü"}, ValidationRefused),
        ({"key": "x" * 81}, ValidationRefused),
        ({"title": "x" * 161}, ValidationRefused),
        ({"note": "x" * 1001}, ValidationRefused),
        ({"headline": "value:nothing"}, ValidationRefused),
        ({"headline": "\ud800"}, ValidationRefused),
        ({"report": "sales"}, NotFound),
        ({"query": Query(as_at=datetime(2030, 1, 1, tzinfo=UTC))}, ValidationRefused),
        ({"query": Query(department="NOPE")}, ValidationRefused),
        ({"restates": "f" * 32, "reason": "r"}, NotFound),
        ({"restates": "no id", "reason": "r"}, NotFound),
    ],
)
def test_what_cannot_be_published_is_refused_in_a_sentence(
    world: World, words: dict[str, Any], error: type[InventoryError]
) -> None:
    with pytest.raises(error) as told:
        prepare(world.session, replace(Ask("k", "headline"), **words), world.recorder())
    assert told.value.message.endswith(".") or ":" in told.value.message


def test_only_who_may_publish_publishes_and_decides(fleet: World, published: Publisher) -> None:
    viewer = fleet.recorder(permissions=frozenset({"view"}))
    uid = published().uid
    with pytest.raises(NotAllowed):
        prepare(fleet.session, Ask("k", "headline"), viewer)
    for decide in (lambda: show(fleet.session, uid, True, viewer), lambda: withdraw(fleet.session, uid, "x", viewer)):
        with pytest.raises(NotAllowed):
            decide()


# -- never changed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted({each.key for each in Statement.__mapper__.column_attrs} - DECIDED - {"id"}))
def test_no_column_of_a_published_statement_can_be_changed(fleet: World, published: Publisher, name: str) -> None:
    statement = published()
    other = {"content": {}, "account_id": 2, "restates_id": 1}.get(
        name, datetime(2020, 1, 1, tzinfo=UTC) if name.endswith("_at") else "other"
    )
    setattr(statement, name, other)
    with pytest.raises(RuntimeError, match="never changed"):
        fleet.session.flush()
    fleet.session.rollback()


def test_a_statement_cannot_be_deleted(fleet: World, published: Publisher) -> None:
    fleet.session.delete(published())
    with pytest.raises(RuntimeError, match="never deleted"):
        fleet.session.flush()
    fleet.session.rollback()


def test_no_code_writes_to_statements_past_the_guard() -> None:
    """What goes round the mapper (a bulk update, text) would go round the guard."""
    root = Path(inventory.__file__).parent
    for path in root.rglob("*.py"):
        if "migrations" not in path.parts:
            source = path.read_text()
            assert not re.search(r"(update|delete)\((models\.)?Statement\b", source), path
            assert not re.search(r"(UPDATE|DELETE FROM) statement\b", source), path


def test_decisions_are_recorded_with_who_and_when(fleet: World, published: Publisher) -> None:
    uid = published(public=True).uid
    with transaction(fleet.session) as session:
        show(session, uid, True, fleet.recorder())
        fleet.later(days=1)
        show(session, uid, False, fleet.recorder())
        show(session, uid, True, fleet.recorder())
        withdraw(session, uid, "Wrong  period", fleet.recorder())
        withdraw(session, uid, "once more", fleet.recorder())
        statement = find_statement(session, uid)
        assert (statement.public, statement.withdrawn_because) == (True, "Wrong period")
        assert [act for act, _, _ in acts_of(session, statement)] == ["public", "private", "public", "withdrawn"]
        assert {name for _, name, _ in acts_of(session, statement)} == {"Tess Technician"}
        show(session, uid, False, fleet.recorder())
        with pytest.raises(RuleRefused, match="withdrawn"):
            show(session, uid, True, fleet.recorder())
        with pytest.raises(ValidationRefused):
            withdraw(session, uid, "  ", fleet.recorder())
    assert check(fleet.session, statement, fleet.settings).holds, "a decision changes nothing that was published"


# -- tampering -------------------------------------------------------------------------------------------


def tamper(world: World, sql: str, **values: Any) -> None:
    world.session.rollback()
    with transaction(world.session) as session:
        session.execute(text(sql), values)
    world.session.expire_all()


def test_a_figure_that_was_changed_in_the_table_is_found(fleet: World, published: Publisher) -> None:
    statement = published()
    stored = re.sub(r'"value": ?3\b', '"value": 9', json.dumps(statement.content), count=1)
    tamper(fleet, "UPDATE statement SET content = :content", content=stored)
    found = check(fleet.session, find_statement(fleet.session, statement.uid), fleet.settings)
    assert not found.intact and len(found.differs) == 1 and found.differs[0].by == -6
    assert "changed after it was published" in found.sentences[0]
    assert "1 of its figures" in found.sentences[1]


def test_what_can_no_longer_be_read_is_told_and_does_not_fail(fleet: World, published: Publisher) -> None:
    for content in ('{"a": 1}', '{"settings": {}, "report": {"query": {"to": "x"}}, "ledger": {}}'):
        uid = published().uid
        tamper(fleet, "UPDATE statement SET content = :content WHERE uid = :uid", content=content, uid=uid)
        found = check(fleet.session, find_statement(fleet.session, uid), fleet.settings)
        assert not found.intact and "can no longer be read" in " ".join(found.sentences)
        misfit = ledger_beneath_newest(fleet.session)
        assert misfit is not None and "can no longer be read" in misfit.sentence


def test_a_cut_tail_is_found_even_if_the_register_agrees_with_it(fleet: World, published: Publisher) -> None:
    fleet.record("sighted", "R", None, key="tail")
    statement = published("headline")
    assert ledger_beneath_newest(fleet.session) is None
    sequence, before = fleet.session.execute(
        text("SELECT e.sequence, p.hash FROM lifecycle_event e JOIN lifecycle_event p ON p.asset_id = e.asset_id "
             "AND p.sequence = e.sequence - 1 WHERE e.key = 'tail'")
    ).one()  # fmt: skip
    tamper(fleet, "UPDATE asset SET sequence = :s, head = :h WHERE tag = 'R'", s=sequence - 1, h=before)
    tamper(fleet, "DELETE FROM lifecycle_event WHERE key = 'tail'")
    found = check(fleet.session, find_statement(fleet.session, statement.uid), fleet.settings)
    assert found.intact and not found.ledger_fits and found.differs == ()
    assert "lines were cut" in found.sentences[0]
    misfit = ledger_beneath_newest(fleet.session)
    assert misfit is not None and misfit.uid == statement.uid and "lines were cut" in misfit.sentence


def test_a_line_that_bears_an_earlier_time_than_it_came_in_is_found(fleet: World, published: Publisher) -> None:
    statement = published("headline")
    fleet.record("sighted", "R", None)  # at the very moment of the statement
    found = check(fleet.session, statement, fleet.settings)
    assert not found.ledger_fits and "now bear a time up to then" in found.sentences[0]


def test_a_line_that_was_changed_is_found(fleet: World, published: Publisher) -> None:
    statement = published("headline")
    tamper(fleet, "UPDATE lifecycle_event SET hash = :h WHERE id = (SELECT max(id) FROM lifecycle_event)", h=b"x" * 32)
    found = check(fleet.session, find_statement(fleet.session, statement.uid), fleet.settings)
    assert "no longer the same" in found.sentences[0]


def test_other_counting_rules_are_named_and_not_compared(
    fleet: World, published: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = published()
    monkeypatch.setattr("inventory.publishing.checking.RULES_VERSION", 2)
    found = check(fleet.session, statement, fleet.settings)
    assert not found.holds and "counting rules 1; this program counts by 2" in found.sentences[0]


def test_a_statement_about_a_department_says_that_the_tree_was_changed(fleet: World, published: Publisher) -> None:
    statement = published("headline", {"department": "CSE"})
    assert statement.content["departments"] == ["CSE", "INF"]
    fleet.later(days=1)
    fleet.session.rollback()
    with transaction(fleet.session) as session:
        session.add(Department(code="NEW", name="New", path="/CSE/NEW/"))
    assert check(fleet.session, statement, fleet.settings).holds, "nothing stands in it yet"
    fleet.session.rollback()
    with transaction(fleet.session) as session:
        session.execute(text("UPDATE department SET path = '/INF/' WHERE code = 'INF'"))
    found = check(fleet.session, statement, fleet.settings)
    assert found.intact and found.ledger_fits and found.tree == ("INF", "NEW")
    assert "no longer the same: INF, NEW" in found.sentences[0]


def test_a_statement_derives_after_departments_are_renamed_moved_and_added(fleet: World, published: Publisher) -> None:
    told = [published("flow"), published("headline", {"department": "CSE"}), published("flow", {"department": "CSE"})]
    fleet.later(days=1)
    fleet.session.rollback()
    with transaction(fleet.session) as session:
        rename_department(session, "CSE", "Engineering", fleet.now)
        rename_department(session, "CSE", "Engineering", fleet.now)
        move_department(session, "INF", "HCA", fleet.now)
        add_department(session, "NEW", "New", "CSE")
    for statement in told:
        found = check(fleet.session, statement, fleet.settings)
        assert found.holds, found.sentences
    fleet.later(days=1)
    fleet.session.rollback()
    with transaction(fleet.session) as session:
        move_department(session, "INF", None, fleet.now)
        rename_department(session, "INF", "Computing", fleet.now)
    between = told[0].as_at + (fleet.now - told[0].as_at) * 0.9
    # A department counts as having always been there: nothing was recorded of it before.
    assert departments_under(fleet.session, "CSE", told[0].as_at) == ["CSE", "INF", "NEW"]
    assert departments_under(fleet.session, "HCA", between) == ["HCA", "INF"]
    assert departments_under(fleet.session, "HCA", None) == ["HCA"]
    for statement in told:
        assert check(fleet.session, statement, fleet.settings).holds
    # The same question today follows the tree of today.
    assert today(fleet.session, told[1], fleet.settings).differences, "what stands in INF is no longer under CSE"


def test_a_report_that_is_gone_is_named(fleet: World, published: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    statement = published()
    monkeypatch.setattr("inventory.reports._base.reports", dict)
    assert "cannot be worked out again" in check(fleet.session, statement, fleet.settings).sentences[0]


def test_the_ledger_digest_is_the_same_whatever_the_size_of_a_page(
    fleet: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = chains_at(fleet.session, fleet.now)
    for size in (1, 3, whole.machines, whole.machines + 1):
        monkeypatch.setattr(chains, "PAGE", size)
        assert chains_at(fleet.session, fleet.now) == whole
    earlier = chains_at(fleet.session, datetime(2016, 1, 1, tzinfo=UTC))
    assert earlier.machines == 1 and earlier.digest != whole.digest
    nothing = chains_at(fleet.session, datetime(2000, 1, 1, tzinfo=UTC))
    assert (nothing.machines, nothing.lines) == (0, 0)


def test_nothing_published_nothing_to_fit(world: World) -> None:
    assert ledger_beneath_newest(world.session) is None


# -- lists -----------------------------------------------------------------------------------------------


def test_lists_turn_their_pages_newest_first(fleet: World, published: Publisher) -> None:
    made = [published(title=f"T{number}", public=number % 2 == 0) for number in range(5)]
    first = statements(fleet.session, 2)
    assert [row.statement.content["title"] for row in first.rows] == ["T4", "T3"]
    second = statements(fleet.session, 9, before=first.next)
    assert [row.statement.uid for row in second.rows] == [made[2].uid, made[1].uid, made[0].uid]
    assert second.next is None
    public = statements(fleet.session, 9, public_only=True).rows
    assert [row.statement.content["title"] for row in public] == ["T4", "T2", "T0"]
    assert beside(fleet.session, made[0]).restated_by is None
    assert fleet.session.query(StatementAct).count() == 3


def test_names_of_figures_are_never_given_twice() -> None:
    column = [{"key": "a", "label": "A", "unit": ""}, {"key": "n", "label": "N", "unit": "machines"}]
    rows = [{"a": "x", "n": {"value": number, "cell": None}} for number in (1, 2)]
    found = figures_of({"columns": column, "rows": rows})
    assert [(name, each.value) for name, each in found.items()] == [("n:x", 1), ("n:x+", 2)]
    assert [each.label for each in found.values()] == ["x: n", "x: n"]
    assert replace(found["n:x"], column="CO2e, kg").label == "x: CO2e, kg"
    assert frozen.first_figure({"columns": column, "rows": []}) is None
