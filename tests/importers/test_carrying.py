"""Evidence and decisions go with a whole export: every table that is carried comes back row for row."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Date, Integer, LargeBinary, Table, insert, select
from sqlalchemy.orm import Session

from inventory.db import Base, UtcDateTime, transaction
from inventory.errors import RuleRefused
from inventory.importers.carrying import carried
from inventory.importers.own_columns import pack
from inventory.publishing.checking import check
from inventory.publishing.service import Ask, find_statement, prepare, publish
from inventory.register.departments import move_department
from inventory.reports._query import Query
from tests.conftest import NOW, World
from tests.importers.test_restoring import a_life, empty, export, first, put, refused, restored

OWN_WAY = {
    "account", "asset", "blank_tag", "department",  "event_personal", "lifecycle_event", "location",
    "part", "party", "photo", "projection_basis", "saved_mapping", "saved_view", "tag_series",
}  # fmt: skip
"""Tables that an export tells in records of their own."""
MADE_ANEW = {"asset_identifier", "outcome", "search_word", "tally"}
"""Tables that a restore makes from the ledger."""
STAYS_HERE = {"setup": "a secret", "sign_in_attempt": "of this server", "token": "a secret", "wall_key": "a secret",
              "import_job": "its file lies on this server"}  # fmt: skip


def test_every_table_says_how_it_leaves_with_an_export() -> None:
    told = [set(carried()), OWN_WAY, MADE_ANEW, set(STAYS_HERE)]
    assert sum(map(len, told)) == len(set().union(*told)), "each table stands once"
    assert set().union(*told) == set(Base.metadata.tables)


def a_row(table: Table, number: int, rows: dict[str, list[dict[str, Any]]], session: Session) -> dict[str, Any]:
    """A row of every type that *table* has; each second one has nothing where nothing is needed."""
    values: dict[str, Any] = {}
    for column in table.columns:
        key = next(iter(column.foreign_keys), None)
        if column.nullable and number % 2 == 0 and column.name not in ("department_id",):
            continue
        if key is not None:
            other = key.column.table
            known = session.scalars(select(key.column).order_by(key.column)).all()
            # A row may refer to one of its own table: then to one that stands before it.
            values[column.name] = known[number % len(known)] if known else None
            if other is table and not known:
                values.pop(column.name)
            continue
        kind = column.type
        values[column.name] = (
            number + 40 if column.name == "id"
            else NOW + timedelta(hours=number, microseconds=number) if isinstance(kind, UtcDateTime)
            else date(2018, 2, 1 + number) if isinstance(kind, Date)
            else number % 2 == 1 if isinstance(kind, Boolean)
            else number + 1 if isinstance(kind, Integer)
            else bytes(range(256)) * (900 if number == 1 and table.name == "label_logo" else 1) if isinstance(kind, LargeBinary)
            else {"words": "é „quoted“ \n=1+1", "list": [1, 2.5, None, {"x": True}], "long": "ü" * 100_000}
            if isinstance(kind, JSON) and number == 1 and table.name == "statement"
            else [number, {"é": None}] if isinstance(kind, JSON)
            else f"{column.name}-{number}"[: getattr(kind, "length", None) or 80]
        )  # fmt: skip
    if table.name == "reuse_request":
        # One of the two asks.
        values.pop("party_id" if number % 2 else "department_id", None)
        if number % 2 == 0:
            values["party_id"] = session.scalar(select(Base.metadata.tables["party"].c.id))
            values.pop("department_id", None)
    return values


def fill(session: Session) -> None:
    rows: dict[str, list[dict[str, Any]]] = {}
    with transaction(session):
        for name, table in carried().items():
            for number in range(1, 4):
                row = a_row(table, number, rows, session)
                session.execute(insert(table), [row])
                rows.setdefault(name, []).append(row)


def rows_of(session: Session) -> dict[str, list[dict[str, Any]]]:
    """What the carried tables hold, with names in the place of numbers that a restore gives anew."""
    names = {"account": "uid", "asset": "tag", "department": "code", "location": "code", "party": "uid"}
    known = {}
    for name, column in names.items():
        table = Base.metadata.tables[name]
        known[name] = dict(session.execute(select(table.c.id, table.c[column])).all())
    found: dict[str, list[dict[str, Any]]] = {}
    for name, table in carried().items():
        to = {
            each.name: next(iter(each.foreign_keys)).column.table.name
            for each in table.columns
            if each.foreign_keys and next(iter(each.foreign_keys)).column.table.name in names
        }
        found[name] = [
            {key: known[to[key]].get(value) if key in to else value for key, value in row._mapping.items()}
            for row in session.execute(select(table).order_by(*table.primary_key.columns))
        ]
    return found


def test_every_carried_table_comes_back_row_for_row(world: World, tmp_path: Path) -> None:
    a_life(world)
    fill(world.session)
    before = rows_of(world.session)
    assert all(len(rows) == 3 for rows in before.values())
    path = export(world, tmp_path / "whole.csv")
    empty(world.session)
    counts = restored(world, path)
    assert rows_of(world.session) == before
    assert counts["statement"] > 3, "a large row is told in parts"
    assert export(world, tmp_path / "again.csv").read_bytes() == path.read_bytes()
    # New rows are numbered after those that came.
    table = Base.metadata.tables["factor_set"]
    with transaction(world.session) as session:
        row = {key: value for key, value in before["factor_set"][0].items() if key not in ("id", "account_id")}
        row["account_id"] = session.scalar(select(Base.metadata.tables["account"].c.id))
        made = session.execute(insert(table).values(row | {"key": "one more"}).returning(table.c.id)).scalar_one()
    assert made == before["factor_set"][-1]["id"] + 1


def test_a_published_statement_derives_again_after_a_restore(world: World, tmp_path: Path) -> None:
    a_life(world)
    draft = prepare(world.session, Ask(key="s", report="flow", query=Query(), title="T"), world.recorder())
    with transaction(world.session) as session:
        uid = publish(session, draft, world.recorder()).uid
    world.later(hours=1)
    with transaction(world.session) as session:
        move_department(session, "INF", "HCA", world.now)
    assert check(world.session, find_statement(world.session, uid), world.settings).holds
    path = export(world, tmp_path / "whole.csv")
    empty(world.session)
    restored(world, path)
    found = check(world.session, find_statement(world.session, uid), world.settings)
    assert found.holds, found.sentences


def test_a_register_with_evidence_alone_is_not_empty(world: World, tmp_path: Path) -> None:
    path = export(world, tmp_path / "whole.csv")
    empty(world.session)
    with transaction(world.session) as session:
        session.execute(
            insert(Base.metadata.tables["label_printer"]),
            [{"name": "P", "family": "f", "right_tenths": 0, "down_tenths": 0}],
        )
    with pytest.raises(RuleRefused, match="rows of label_printer"):
        restored(world, path)


def part(number: int, value: Any) -> Callable[[list[dict[str, str]]], None]:
    """Change the *number*-th part of the large statement."""

    def change(rows: list[dict[str, str]]) -> None:
        parts = [row for row in rows if row["record"] == "statement" and '"of"' in row["data"]]
        parts[number]["data"] = pack(json.loads(parts[number]["data"]) | value)

    return change


def drop_last_part(rows: list[dict[str, str]]) -> None:
    end = next(place for place, row in enumerate(rows) if row["record"] == "end")
    parts = [place for place, row in enumerate(rows) if row["record"] == "statement" and '"of"' in row["data"]]
    # What follows goes too, so that the file ends within a row.
    del rows[parts[-1] : end]


def twice(rows: list[dict[str, str]]) -> None:
    rows.insert(rows.index(first(rows, "factor_set")), dict(first(rows, "factor_set")))


def changed(**values: Any) -> Callable[[list[dict[str, str]]], None]:
    """Change the first set of factors; None takes a value away."""

    def change(rows: list[dict[str, str]]) -> None:
        row = first(rows, "factor_set")
        told = json.loads(row["data"]) | values
        row["data"] = pack({name: value for name, value in told.items() if value is not None})

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (put("factor_set", "data", "{"), "cannot be read"),
        (changed(colour="red"), "colour"),
        (changed(subject=None), "lacks subject"),
        (changed(account="nobody"), "“nobody”, which is not in the file"),
        (changed(recorded_at="yesterday"), "no moment"),
        (changed(subject="x" * 25), "subject cannot be read"),
        (changed(id="one"), "id cannot be read"),
        (changed(sha256=7), "sha256 cannot be read"),
        (
            put("label_logo", "data", '{"id":1,"content":"%%","sha256":"x","added_at":"2018-01-01T00:00:00Z"}', -1),
            "content",
        ),
        (put("public_page", "data", '{"id":1,"shown":1,"at":"2018-01-01T00:00:00Z"}'), "shown cannot be read"),
        (put("reuse_request", "data", '{"id":1,"asked_on":"soon"}'), "asked_on cannot be read"),
        (twice, "stands twice"),
        (part(0, {"part": 2}), "part of this row is missing"),
        (part(1, {"part": 7}), "part of this row is missing"),
        (part(0, {"text": "[}"}), "make no whole"),
        (drop_last_part, "last part of a row of “statement” is missing"),
    ],
)
def test_a_row_that_is_no_more_what_an_export_writes_is_refused(
    world: World, tmp_path: Path, change: Any, sentence: str
) -> None:
    a_life(world)
    fill(world.session)
    refused(world, tmp_path / "whole.csv", change, sentence)
    assert not any(rows_of(world.session).values())
