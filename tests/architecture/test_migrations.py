"""The models and the migrations tell the same story, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, inspect

from inventory.db import Base


def test_autogenerate_finds_nothing_to_do(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda thing, name, kind, *rest: not (
                    kind == "table" and str(name).startswith("asset_search")
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
