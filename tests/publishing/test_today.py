"""Restatements: what the same question answers today, and exactly the lines that made each difference."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inventory.db import transaction
from inventory.errors import InventoryError, NotFound, RuleRefused, ValidationRefused
from inventory.footprint.models import FactorSet
from inventory.footprint.queries import factor_book
from inventory.publishing.checking import check
from inventory.publishing.frozen import COUNTED, differences, figures_of
from inventory.publishing.models import Statement
from inventory.publishing.queries import beside, statements
from inventory.publishing.service import Ask, find_statement, prepare, publish
from inventory.publishing.today import Today, lines_behind, today
from tests.conftest import World
from tests.publishing.conftest import Publisher, publisher


def changed(world: World, statement: Statement) -> dict[str, tuple[Any, Any]]:
    found = today(world.session, statement, world.settings).differences
    return {each.figure.name: (each.then and each.then.value, each.now and each.now.value) for each in found}


def lines(world: World, statement: Statement, *names: str) -> list[str]:
    """Keys of the lines behind the figures *names*, or behind every difference."""
    found: Today = today(world.session, statement, world.settings)
    chosen = [found.find(name) for name in names] or found.differences
    page = lines_behind(world.session, statement, world.settings, chosen, found.differences, 50)
    return [line.key for line in page.rows]


def test_nothing_recorded_nothing_differs(fleet: World, published: Publisher) -> None:
    statement = published()
    fleet.later(days=1)
    assert changed(fleet, statement) == {} and lines(fleet, statement) == []
    with pytest.raises(NotFound, match="the same today"):
        today(fleet.session, statement, fleet.settings).find("value:machines")


def test_a_correction_is_named_by_its_line_and_by_no_other(fleet: World, published: Publisher) -> None:
    statement = published()
    fleet.later(days=1)
    fleet.record("sighted", "R", None)
    fleet.record("sighted", "A", "2016-01-01")
    fleet.later(days=1)
    [corrected] = fleet.correct("A", "re-A")
    fleet.later(days=1)
    fleet.record("amended", "I", None, mass_g=2_000)
    differs = changed(fleet, statement)
    assert differs == {"value:both": (1, 0), "value:external_only": (2, 3), "value:events": (4, 3)}
    for name in differs:
        assert lines(fleet, statement, name) == [corrected.key], name
    assert lines(fleet, statement) == [corrected.key]
    assert check(fleet.session, statement, fleet.settings).holds


def test_a_line_dated_back_counts_today_and_is_named(fleet: World, published: Publisher) -> None:
    statement = published("hierarchy", {"year": "2016/17"})
    whole = published("headline")
    fleet.later(days=1)
    fleet.clean_machine("N", returned="2017-04-01", at="2016-01-10")
    fleet.later(days=1)
    fleet.record("donated", "N", "2017-04-02", partner="remakery", key="late")
    fleet.later(days=1)
    fleet.clean_machine("P", returned="2018-09-02", at="2016-01-10")
    fleet.record("redeployed", "P", "2018-09-03", custodian="ada", key="next-year")
    differs = changed(fleet, statement)
    assert differs["machines:prevention"][1] == differs["machines:prevention"][0] + 1
    assert lines(fleet, statement, "machines:prevention") == ["late"]
    assert lines(fleet, statement, "share:prevention") == ["late"], "a share moves by the counts"
    assert changed(fleet, whole)["value:machines"] == (3, 4), "the last day is pinned too"
    assert lines(fleet, whole, "value:machines") == ["late"]


def test_a_measured_mass_moves_the_kilograms_and_is_named(fleet: World, published: Publisher) -> None:
    statement = published("hierarchy", {"year": "2016/17"})
    fleet.later(days=1)
    fleet.record("amended", "D", None, mass_g=9_000, key="heavier")
    differs = changed(fleet, statement)
    mass = [name for name in differs if name.startswith("kg:")]
    assert mass and differs[mass[0]] == (7.2, 9.0)
    assert lines(fleet, statement, *mass) == ["heavier"]


def test_machines_that_came_to_another_status_are_named_by_their_lines(fleet: World, published: Publisher) -> None:
    statement = published("stock", {"to": "2018-09-30"})
    fleet.later(days=1)
    fleet.record("sighted", "R", None)
    fleet.record("found", "G", "2018-09-02", key="found-G")
    differs = changed(fleet, statement)
    assert differs["machines:written_off"] == (1, 0)
    assert lines(fleet, statement, "machines:written_off") == ["found-G"]


def test_a_figure_that_is_new_today_is_told_without_a_number_then(fleet: World, published: Publisher) -> None:
    statement = published("trend", {"to": "2018-08-31"})
    told = statement.content["report"]
    found = today(fleet.session, statement, fleet.settings)
    assert found.differences == ()
    shorter = told | {"rows": told["rows"][:-1]}
    new = differences(shorter, told)
    assert new and all(each.then is None and each.by is None and each.figure is each.now for each in new)
    assert [each.figure.name for each in differences(told, shorter)] == [each.figure.name for each in new]


def test_lines_are_paged_by_key(fleet: World, published: Publisher) -> None:
    statement = published()
    for tag in ("N1", "N2", "N3"):
        fleet.later(days=1)
        fleet.clean_machine(tag, returned="2017-04-01", at="2016-01-10")
        fleet.later(days=1)
        fleet.record("donated", tag, "2017-04-02", partner="remakery", key=f"do-{tag}")
    found = today(fleet.session, statement, fleet.settings)
    chosen = [found.find("value:machines")]
    asked = (fleet.session, statement, fleet.settings, chosen, found.differences)
    first = lines_behind(*asked, 2)
    second = lines_behind(*asked, 2, after=first.next)
    assert [line.key for line in (*first.rows, *second.rows)] == ["do-N1", "do-N2", "do-N3"]
    assert second.next is None
    back = lines_behind(*asked, 2, before=second.previous)
    assert [line.key for line in back.rows] == ["do-N1", "do-N2"]


def newer_factors(world: World) -> None:
    """A set of class medians in which every laptop weighs ten kilograms."""
    with transaction(world.session) as session:
        shipped = factor_book(session).newest("class_footprint")
        assert shipped is not None
        values = {kind: told | {"mass_kg": [10, 10, 10]} for kind, told in shipped.values.items()}
        content = {name: getattr(shipped, name) for name in ("subject", "title", "source", "licence", "published")}
        content |= {"key": "heavy", "version": "heavy", "values": values}
        session.add(
            FactorSet(
                key="heavy", subject="class_footprint", content=content, sha256="0" * 64, recorded_at=world.now,
                account_id=world.account.id,
            )
        )  # fmt: skip


def test_newer_factors_are_told_and_change_nothing_that_was_published(fleet: World, published: Publisher) -> None:
    statement = published("hierarchy", {"year": "2016/17"})
    fleet.later(days=1)
    newer_factors(fleet)
    fleet.later(days=1)
    assert check(fleet.session, statement, fleet.settings).holds
    found = today(fleet.session, statement, fleet.settings)
    assert found.differences == () and [each.key for each in found.newer] == ["heavy"]
    mass = next(each for each in found.with_newer if each.figure.name == "kg:prevention")
    assert mass.then is not None and mass.now is not None and (mass.then.value, mass.now.value) == (3.2, 20.0)
    again = published(restates=statement.uid, reason="a slip")
    assert again.content["factors"] == statement.content["factors"], "a restatement keeps the factors"
    fresh = published("hierarchy", {"year": "2016/17"})
    assert fresh.content["factors"] == ["heavy"]
    assert today(fleet.session, fresh, fleet.settings).newer == ()
    assert today(fleet.session, published("headline"), fleet.settings).newer == ()


# -- restating -------------------------------------------------------------------------------------------


def test_a_restatement_asks_the_same_question_as_at_now(fleet: World, published: Publisher) -> None:
    first = published("headline", title="Ours", headline="value:both", public=True)
    fleet.later(days=1)
    fleet.correct("A", "re-A")
    fleet.later(days=1)
    second = published(restates=first.uid, reason="A was counted twice")
    assert second.content["title"] == "Ours" and second.content["headline"] == "value:both"
    assert second.content["restates"] == first.uid and second.content["reason"] == "A was counted twice"
    then, now = first.content["report"], second.content["report"]
    assert now["query"] == then["query"] | {"as_at": "2018-09-03T09:00:00+00:00"}
    assert (then["period"], then["definition"]) == (now["period"], now["definition"])
    assert figures_of(now)["value:both"].value == 0 and figures_of(then)["value:both"].value == 1
    assert second.public, "what restates a public number stands beside it"
    assert check(fleet.session, first, fleet.settings).holds and check(fleet.session, second, fleet.settings).holds
    assert beside(fleet.session, first).restated_by is second and beside(fleet.session, second).restates is first
    assert statements(fleet.session, 9, public_only=True).rows[1].restated_by is second
    with pytest.raises(RuleRefused, match="restated already"):
        published(restates=first.uid, reason="again")
    third = published(restates=second.uid, reason="again")
    assert beside(fleet.session, second).restated_by is third


def test_a_restatement_needs_a_reason_and_keeps_the_settings(fleet: World, published: Publisher) -> None:
    first = published()
    with pytest.raises(ValidationRefused, match="why"):
        published(restates=first.uid)
    assert not published(restates=first.uid, reason="r").public


def test_two_restatements_at_once_leave_one(fleet: World, published: Publisher) -> None:
    uid = published().uid
    drafts = [prepare(fleet.session, Ask(f"r{n}", restates=uid, reason="r"), fleet.recorder()) for n in range(2)]
    with transaction(fleet.session) as session:
        publish(session, drafts[0], fleet.recorder())
        with pytest.raises(RuleRefused, match="restated already"):
            publish(session, drafts[1], fleet.recorder())


# -- whatever happens ------------------------------------------------------------------------------------

EVENTS = (
    ("A", "correct", "re-A"), ("B", "correct", "do-B"), ("C", "correct", "do-C"), ("OLD", "correct", "old"),
    ("I", "amended", {"kind": "monitor"}), ("A", "amended", {"department": "HCA"}), ("D", "amended", {"mass_g": 9}),
    ("U", "amended", {"kind": "laptop"}), ("S", "merged", {"into": "A"}), ("F", "unmerged", {}),
    ("I", "repaired", {"work": "x"}), ("R", "declared_waste", {"reason": "x"}), ("G", "found", {}),
    ("B", "sighted", {}), ("I", "returned", {}), ("L", "lessor_reported", {"fate": "redeployed"}),
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from([None, "2016-08-01", "2018-09-02"])), max_size=6))
@examples(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_later_events_never_change_what_was_published_and_account_for_every_difference(
    fleet: World, chosen: list[tuple[tuple[str, str, Any], str | None]]
) -> None:
    fleet.later(days=1)
    keys = iter(range(10**9))
    publish_ = publisher(fleet)
    mark = f"{fleet.now:%j%H%M%S%f}"
    made = [
        publish_(key, asked, key=f"{mark}-{next(keys)}").uid
        for key, asked in (("headline", {}), ("hierarchy", {"year": "2016/17"}), ("stock", {}))
    ]
    fleet.later(hours=1)
    for (tag, kind, details), when in chosen:
        fleet.later(minutes=1)
        try:
            fleet.correct(tag, details) if kind == "correct" else fleet.record(kind, tag, when, **details)
        except InventoryError:
            fleet.session.rollback()
    for uid in made:
        statement = find_statement(fleet.session, uid)
        assert check(fleet.session, statement, fleet.settings).holds
        found = today(fleet.session, statement, fleet.settings)
        for each in found.differences:
            if each.figure.unit in COUNTED:
                page = lines_behind(fleet.session, statement, fleet.settings, [each], found.differences, 50)
                assert page.rows, each
                assert all(line.recorded_at > statement.as_at for line in page.rows)
