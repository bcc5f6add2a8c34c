"""Our own export: what comes back is the same register, line for line; what was changed is found."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from inventory.accounts.models import Account, SavedView
from inventory.db import Base, transaction
from inventory.errors import InventoryError, RuleRefused, ValidationRefused
from inventory.importers.exporting import records
from inventory.importers.own_columns import ALL_COLUMNS, lines
from inventory.importers.restoring import looks_whole, open_export, restore
from inventory.lifecycle.models import EventPersonal, LifecycleEvent, OutcomeFact, ProjectionBasis, Tally
from inventory.lifecycle.service import erase_personal
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.register.issuing import issue_blank_tags
from inventory.register.models import Asset, BlankTag, Department, Part, Party, Photo, TagSeries
from inventory.register.references import References
from inventory.register.search import forget_words
from inventory.register.service import erase_party, set_photo
from tests.conftest import NOW, World


def export(world: World, path: Path) -> Path:
    world.session.rollback()
    with path.open("wb") as out:
        for stretch in lines(ALL_COLUMNS, records(world.session, world.settings, NOW)):
            out.write(stretch)
    world.session.rollback()
    return path


def empty(session: Session) -> None:
    """Make the register as new."""
    session.rollback()
    with transaction(session):
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
        session.execute(text("DELETE FROM asset_search"))
    session.expunge_all()
    References.forget()
    forget_words()


def restored(world: World, path: Path) -> dict[str, int]:
    with open_export(path) as table, transaction(world.session) as session:
        return restore(session, table, world.settings)


def content(session: Session) -> dict[str, list[Any]]:
    """Everything that figures and pages are made from, without the numbers of rows."""
    tags = dict(session.execute(select(Asset.id, Asset.tag)).all())
    departments = dict(session.execute(select(Department.id, Department.code)).all())
    parties = dict(session.execute(select(Party.id, Party.uid)).all())
    accounts = dict(session.execute(select(Account.id, Account.uid)).all())
    found: dict[str, list[Any]] = {}
    people: dict[str, Callable[[Any], Any]] = {
        "asset_id": tags.get, "department_id": departments.get, "counterpart_id": parties.get,
        "custodian_id": parties.get, "actor_id": accounts.get,
    }  # fmt: skip
    for model in (Asset, LifecycleEvent, OutcomeFact, Tally, EventPersonal, Part, BlankTag, TagSeries, ProjectionBasis):
        names = [each.name for each in model.__table__.columns if each.name not in ("id", "location_id")]
        if model in (EventPersonal, Tally):
            names = [each.name for each in model.__table__.columns]
        rows = session.execute(select(*[getattr(model, name) for name in names]))
        shown = [
            {name: people[name](value) if name in people else value for name, value in zip(names, row, strict=True)}
            for row in rows
        ]
        if model is Tally:
            shown = [row for row in shown if row["machines"]]
        if model is OutcomeFact:
            # What was known for no time at all was never known.
            shown = [row for row in shown if row["recorded_from"] != row["recorded_until"]]
        found[model.__tablename__] = sorted(map(repr, shown))
    return found


def a_life(world: World) -> None:
    """A ledger with everything that an export must carry."""
    tag = world.clean_machine("ED-1")
    world.record("donated", tag, "2018-03-01", key="gift", partner="remakery")
    world.later(hours=1)
    world.correct(
        tag, "gift", world.request("redeployed", tag, None, custodian="ada"), reason="It stayed here, = odd; “quoted”"
    )
    world.later(hours=1)
    world.used_machine("=ED-2", notes="first\nsecond, with a comma")
    world.record("relabelled", "=ED-2", "2019-01-01", tag="ED-2B")
    world.record("returned", "ED-2B", "2019-02-01", key="back", note="broken screen")
    drive = world.drive_of("ED-2B")
    world.record("part_removed", "ED-2B", "2019-02-02", uid=drive)
    world.record(
        "taken_on", None, "2016-01-01", tag="OLD", status="recycled", outcome="recycled", kind="monitor", mass_g=4000
    )
    world.later(hours=1)
    world.record("amended", "OLD", None, kind="laptop", department="HCA")
    world.record("received", None, "2020-01-01", tag="ED-4")
    world.record("merged", "ED-4", None, into="ED-1")
    picture = io.BytesIO()
    Image.effect_noise((1200, 900), 90).save(picture, "PNG")
    with transaction(world.session) as session:
        erase_personal(session, "back", NOW)
        erase_party(session, "buyer", NOW)
        issue_blank_tags(session, "ED", 3, "run-1", NOW)
        number = session.scalar(select(Asset.id).where(Asset.tag == "ED-1")) or 0
        set_photo(session, number, picture.getvalue(), NOW)
        session.add(SavedView(account_id=world.account.id, page="machines", name="Mine", query="status=in_use"))
        session.add(ProjectionBasis(name="demo", value="1"))


def test_what_was_exported_comes_back_the_same_and_verifies(world: World, tmp_path: Path) -> None:
    a_life(world)
    path = export(world, tmp_path / "whole.csv")
    assert looks_whole(path)
    before = content(world.session)
    photo = world.session.scalar(select(Photo.sha256))
    lines_before = verify(world.session)[0]
    empty(world.session)
    counts = restored(world, path)
    assert counts["asset"] == 4 and counts["event"] == lines_before and counts["photo"] >= 1
    assert verify(world.session) == (lines_before, [])
    assert check_projections(world.session, world.settings) == []
    after = content(world.session)
    for name, rows in before.items():
        assert after[name] == rows, name
    assert world.session.scalar(select(Photo.sha256)) == photo
    assert world.session.scalar(select(SavedView.query)) == "status=in_use"
    again = export(world, tmp_path / "again.csv")
    assert again.read_bytes() == path.read_bytes()


def test_life_goes_on_after_a_restore(world: World, tmp_path: Path) -> None:
    a_life(world)
    path = export(world, tmp_path / "whole.csv")
    empty(world.session)
    restored(world, path)
    world.account = world.session.scalars(select(Account)).one()
    world.later(hours=1)
    drive = world.session.scalar(select(Part.uid).where(Part.asset_id.is_(None)))
    world.record("part_fitted", "ED-2B", None, uid=drive, came="from_elsewhere")
    assert world.record("returned", "ED-2B", "2019-02-01", key="back", note="broken screen").outcome == "already"
    tag = world.record("received", None, None).tag
    assert tag.startswith("ED-") and world.session.get(BlankTag, tag) is None
    assert check_projections(world.session, world.settings) == []


def test_no_secret_leaves_the_register(world: World, tmp_path: Path) -> None:
    with transaction(world.session):
        world.account.password_hash = "$argon2id$secret"
    text_ = export(world, tmp_path / "whole.csv").read_text(encoding="utf-8-sig")
    assert "argon2" not in text_ and "tess" in text_
    empty(world.session)
    restored(world, tmp_path / "whole.csv")
    assert world.session.scalars(select(Account.password_hash)).all() == [None]


def test_an_account_that_is_here_already_keeps_its_password_and_takes_its_lines_back(
    world: World, tmp_path: Path
) -> None:
    a_life(world)
    path = export(world, tmp_path / "whole.csv")
    empty(world.session)
    with transaction(world.session) as session:
        session.add(
            Account(
                uid="f" * 32,
                username="tess",
                display_name="T",
                role="administrator",
                password_hash="kept",
                created_at=NOW,
            )
        )
    restored(world, path)
    account = world.session.scalars(select(Account)).one()
    assert (account.uid, account.password_hash) == ("a" * 32, "kept")
    assert verify(world.session)[1] == []


def test_a_register_that_holds_something_is_not_restored_into(world: World, tmp_path: Path) -> None:
    path = export(world, tmp_path / "whole.csv")
    with pytest.raises(RuleRefused, match=r"not empty \(it holds departments"):
        restored(world, path)


def tampered(path: Path, change: Callable[[list[dict[str, str]]], Any]) -> Path:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, ALL_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def first(rows: list[dict[str, str]], record: str, number: int = 0) -> dict[str, str]:
    return [row for row in rows if row["record"] == record][number]


def put(record: str, column: str, value: str, number: int = 0) -> Callable[[list[dict[str, str]]], None]:
    return lambda rows: first(rows, record, number).update({column: value})


def refused(world: World, path: Path, change: Callable[[list[dict[str, str]]], Any], sentence: str) -> None:
    """An export of the register that *change* was made to is refused in these words; nothing of it is kept."""
    changed = tampered(export(world, path), change)
    empty(world.session)
    with pytest.raises(ValidationRefused) as found:
        restored(world, changed)
    assert sentence in found.value.message
    world.session.rollback()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (put("event", "details", '{"tag":"ED-1"}'), "does not fit its chain"),
        (put("event", "occurred_at", "2011-01-01T00:00:00Z"), "does not fit its chain"),
        (put("event", "hash", "00" * 32, 3), "does not fit its chain"),
        (put("event", "hash", "zz"), "hash cannot be read"),
        (put("event", "actor", "nobody"), "No account has the id"),
        (put("event", "event", "exploded"), "no event called"),
        (put("event", "sequence", "two"), "cannot be read"),
        (put("event", "occurred_at", "yesterday"), "no moment"),
        (put("event", "details", "[1]"), "cell details cannot be read"),
        (put("event", "tag", "OTHER", 2), "does not follow its machine"),
        (put("event", "key", ""), "lacks key"),
        (lambda rows: rows.remove(first(rows, "event", 2)), "does not fit its chain"),
        (lambda rows: rows.remove(first(rows, "end")), "cut off"),
        (lambda rows: rows.remove(first(rows, "party")), ""),
        (lambda rows: rows.append(first(rows, "party")), "after the last"),
        (lambda rows: rows.remove(first(rows, "photo")), ""),
        (put("export", "data", '{"version":9}'), "version 9"),
        (put("export", "record", "party"), "not a whole export"),
        (put("account", "data", '{"uid":"x","username":"y","role":"king"}'), "no known role"),
        (put("department", "data", '{"code":"X","name":"X","parent":"none"}'), "hangs under"),
        (put("party", "data", '{"uid":"u","role":"custodian"}'), "lacks name"),
        (put("party", "data", '{"uid":"u","role":"custodian","name":"n","colour":"red"}'), "colour"),
        (put("party", "data", "{"), "cannot be read"),
        (put("party", "record", "wizard"), "no record called"),
        (put("saved_view", "data", '{"account":"nobody","page":"m","name":"n","query":""}'), "no account of the file"),
        (put("photo", "data", '{"start":0,"size":5,"base64":"%%"}'), "photo cannot be read"),
        (put("photo", "data", '{"start":7,"size":5,"base64":""}'), "missing"),
        (put("mark", "data", '{"name":"time_zone","value":"UTC"}'), "cannot be set"),
        (put("tag_series", "data", '{"prefix":"EDEDEDED","next_number":1}'), "too long"),
    ],
)
def test_a_file_that_was_changed_is_refused_and_nothing_is_restored(
    world: World, tmp_path: Path, change: Any, sentence: str
) -> None:
    a_life(world)
    refused(world, tmp_path / "whole.csv", change, sentence)
    assert world.session.scalar(select(func.count()).select_from(LifecycleEvent)) == 0
    assert world.session.scalar(select(func.count()).select_from(Party)) == 0


def test_changed_free_text_is_found(world: World, tmp_path: Path) -> None:
    a_life(world)

    def change(rows: list[dict[str, str]]) -> None:
        row = next(row for row in rows if row["personal"] and '"content":{' in row["personal"])
        row["personal"] = json.dumps(json.loads(row["personal"]) | {"content": {"reason": "another"}})

    path = tampered(export(world, tmp_path / "whole.csv"), change)
    empty(world.session)
    with pytest.raises(ValidationRefused, match="free text"):
        restored(world, path)


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["received", "taken_on", "deployed", "returned", "inspected", "sanitised", "passed_for_reuse", "redeployed",
             "donated", "declared_waste", "collected", "recycled", "amended", "moved", "correct",
             "reported_missing", "found"]
        ),
        st.integers(0, 2),
        st.integers(0, 400),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
    ),
    max_size=25,
)  # fmt: skip
_DETAILS: dict[str, dict[str, Any]] = {
    "taken_on": {"status": "recycled", "outcome": "recycled", "kind": "laptop", "evidence": "none"},
    "received": {"kind": "laptop", "department": "INF"},
    "deployed": {"custodian": "ada"},
    "inspected": {"functional": "working", "cosmetic": "B", "no_drive_fitted": True, "advised_route": "donate"},
    "donated": {"partner": "remakery"},
    "collected": {"facility": "weee", "expected": "recycled", "unsanitised_under_contract": True,
                  "certified_destruction_contract": "C1"},
    "recycled": {"loop": "open"},
    "amended": {"mass_g": 1500, "department": "HCA"},
    "moved": {"location": "HUB"},
    "redeployed": {"custodian": "ada"},
}  # fmt: skip


def live(world: World, steps: list[tuple[str, int, int, str]]) -> None:
    """Whatever of *steps* the rules allow."""
    for kind, number, days, words in steps:
        tag = f"M-{number}"
        world.later(minutes=1)
        try:
            if kind == "correct":
                keys = select(LifecycleEvent.key).join(Asset, Asset.id == LifecycleEvent.asset_id)
                found = list(world.session.scalars(keys.where(Asset.tag == tag).order_by(LifecycleEvent.sequence)))
                world.session.rollback()
                if found:
                    world.correct(tag, found[days % len(found)], reason=words.strip() or "slip")
                continue
            details = dict(_DETAILS.get(kind, {}))
            if kind in ("received", "taken_on"):
                details |= {"tag": tag, "notes": words}
            else:
                details["note"] = words
            at = date(2018, 1, 1) + timedelta(days=days) if days % 3 else None
            world.record(kind, None if "tag" in details else tag, at, **details)
        except InventoryError:
            world.session.rollback()


@effort(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_any_ledger_comes_back_with_equal_counts(world: World, tmp_path: Path, steps: list[Any]) -> None:
    empty(world.session)
    world.__init__(world.session, world.settings)  # type: ignore[misc]
    live(world, steps)
    path = export(world, tmp_path / "whole.csv")
    before = content(world.session)
    empty(world.session)
    restored(world, path)
    assert verify(world.session)[1] == []
    assert check_projections(world.session, world.settings) == []
    assert content(world.session) == before
