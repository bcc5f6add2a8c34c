"""The models and the migrations tell the same story, on both databases."""

from datetime import UTC, datetime

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, delete, inspect, select
from sqlalchemy.orm import Session

from inventory.db import Base, transaction
from inventory.lifecycle.models import LifecycleEvent, OutcomeFact, ProjectionBasis, Tally
from inventory.lifecycle.upkeep import check_projections
from inventory.register.models import Asset
from tests.conftest import World
from tests.reports._yards import build_yard
from tests.reports.conftest import build_fleet


def test_autogenerate_finds_nothing_to_do(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda thing, name, kind, *rest: (
                    not (kind == "table" and str(name).startswith("asset_search"))
                ),
            },
        )
        assert compare_metadata(context, Base.metadata) == []


def test_every_constraint_has_a_name(engine: Engine) -> None:
    inspector = inspect(engine)
    for table in Base.metadata.tables:
        assert inspector.get_pk_constraint(table)["name"], table
        for kind in (inspector.get_foreign_keys(table), inspector.get_unique_constraints(table)):
            assert all(each["name"] for each in kind), table


def test_every_foreign_key_is_indexed_or_never_looked_up(engine: Engine) -> None:
    inspector = inspect(engine)
    missing = []
    for table in Base.metadata.tables:
        leading = {each["column_names"][0] for each in inspector.get_indexes(table)}
        leading |= {each["column_names"][0] for each in inspector.get_unique_constraints(table)}
        leading |= set(inspector.get_pk_constraint(table)["constrained_columns"][:1])
        missing += [
            f"{table}.{key['constrained_columns'][0]}"
            for key in inspector.get_foreign_keys(table)
            if key["constrained_columns"][0] not in leading
        ]
    # A replacement is found through the machine's own lines, never by this column.
    assert missing == ["lifecycle_event.replaces"]


def test_the_way_down_and_up_again_leads_to_the_same_tables(app: Flask, engine: Engine) -> None:
    before = sorted(inspect(engine).get_table_names())
    downgrade(revision="base")
    left = [name for name in inspect(engine).get_table_names() if name != "alembic_version"]
    assert left == []
    upgrade()
    assert sorted(inspect(engine).get_table_names()) == before


def counts(session: Session, figure: str) -> list[tuple[object, ...]]:
    columns = (Tally.year, Tally.day, Tally.measure, Tally.tier, Tally.certainty, Tally.kind, Tally.department_id,
               Tally.older, Tally.machines, Tally.weighed, Tally.mass_g)  # fmt: skip
    statement = select(*columns).where(Tally.figure == figure, Tally.machines != 0).order_by(*columns)
    found = [tuple(row) for row in session.execute(statement)]
    session.commit()
    return found


def test_counts_are_filled_for_a_register_from_before_they_were_stored(app: Flask, world: World) -> None:
    build_fleet(world)
    # The last moments of an academic year, in the institution's time zone; a voided line; two of one machine.
    world.record("repaired", "I", datetime(2017, 7, 31, 22, 59, 59, tzinfo=UTC), work="key")
    world.record("upgraded", "I", datetime(2017, 7, 31, 23, 0, tzinfo=UTC), work="memory")
    world.record("repaired", "R", "2016-02-01", work="hinge")
    world.record("repaired", "R", "2018-08-02", key="slip", work="hinge")
    world.correct("R", "slip")
    world.used_machine("W", at="2016-01-10")
    world.record("repaired", "W", "2016-02-01", work="fan")
    world.record("merged", "W", None, into="A")
    before, headline = counts(world.session, "extended"), counts(world.session, "headline_all")
    assert [row[0] for row in before] == [2015, 2016, 2017]
    assert len(headline) == 9, "five of computers, two each of the monitor and of the unknown kind"
    for known in (True, False):
        downgrade(revision="0002_label_runs")
        assert counts(world.session, "extended") == counts(world.session, "headline_all") == []
        if not known:
            # Made with settings that nobody noted: a rebuild will count them, with the others.
            with transaction(world.session):
                world.session.execute(delete(ProjectionBasis))
        upgrade()
        assert counts(world.session, "extended") == (before if known else [])
        assert counts(world.session, "headline_all") == headline
        if known:
            assert check_projections(world.session, world.settings) == []
            world.session.commit()


def test_the_way_of_disposal_is_filled_in_from_the_line_that_confirmed_it(app: Flask, world: World) -> None:
    build_yard(world)
    world.correct("W4", key_of(world, "W4", "incinerated"), world.request("landfilled", "W4", "2020-12-02"))

    def fates() -> list[tuple[object, ...]]:
        found = world.session.execute(
            select(OutcomeFact.asset_id, OutcomeFact.fate, OutcomeFact.certainty, OutcomeFact.recorded_until.is_(None))
            .where(OutcomeFact.tier == "disposal")
            .order_by(OutcomeFact.id)
        )
        told = [tuple(row) for row in found]
        world.session.commit()
        return told

    before = fates()
    assert sorted((str(fate), str(sure), bool(now)) for _, fate, sure, now in before) == [
        ("disposed", "expected", False), ("disposed", "expected", True), ("incinerated", "confirmed", False),
        ("incinerated", "expected", False), ("landfilled", "confirmed", True), ("landfilled", "confirmed", True),
        ("landfilled", "expected", True),
    ]  # fmt: skip
    downgrade(revision="0090_footprint")
    assert {fate for _, fate, sure, _ in fates() if sure == "confirmed"} == {"disposed"}
    upgrade()
    assert fates() == before
    assert check_projections(world.session, world.settings) == []
    world.session.commit()


def key_of(world: World, tag: str, kind: str) -> str:
    """The key of the last line of *kind* of the machine."""
    found = world.session.scalar(
        select(LifecycleEvent.key)
        .join(Asset, Asset.id == LifecycleEvent.asset_id)
        .where(Asset.tag == tag, LifecycleEvent.kind == kind)
        .order_by(LifecycleEvent.sequence.desc())
        .limit(1)
    )
    world.session.commit()
    return str(found)
