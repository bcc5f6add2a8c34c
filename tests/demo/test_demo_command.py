"""`flask demo` from the outside: loads once, refuses what is in use, tells who may sign in."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.accounts.permissions import ROLES
from inventory.accounts.service import authenticate, close_account, set_password
from inventory.app import create_app
from inventory.cli.demo import sign_ins
from inventory.config import Settings
from inventory.db import transaction
from inventory.demo.life import Life, delivery_day, monday, workday
from inventory.demo.loading import load_demo, shift_of
from inventory.demo.university import PASSWORDS
from inventory.errors import RuleRefused
from inventory.lifecycle.models import ProjectionBasis
from inventory.lifecycle.upkeep import basis_holds, rebuild, remember_basis
from inventory.register.models import Asset
from tests.conftest import World

TODAY = date(2026, 11, 23)


@pytest.fixture
def demo_app(demo_database: Path, tmp_path: Path) -> Iterator[Any]:
    """The application on a copy of the demonstration."""
    path = tmp_path / "demo.sqlite3"
    shutil.copy(demo_database, path)
    app = create_app(Settings(database_url=f"sqlite:///{path}"), instance=tmp_path / "instance")
    app.config["TESTING"] = True
    with app.app_context():
        from inventory.db import db

        yield app
        db.session.remove()
        db.engine.dispose()


def test_a_second_run_says_so_and_each_page_says_that_the_data_are_synthetic(demo_app: Any) -> None:
    result = demo_app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 0
    assert "here already (45,000 machines); nothing was changed" in result.output
    page = demo_app.test_client().get("/sign-in")
    assert "Synthetic demonstration data" in page.get_data(as_text=True)


def test_the_printed_sign_ins_open_one_account_per_role(demo_app: Any) -> None:
    from inventory.db import db

    session = db.session()
    lines = sign_ins(session)
    assert len(lines) == 1 + len(ROLES)
    for role, (username, _, password) in PASSWORDS.items():
        assert any(ROLES[role] in line and username in line and password in line for line in lines)
        session.rollback()
        with transaction(session):
            account = authenticate(session, username, password, datetime.now(UTC))
        assert account is not None and account.role == role


def test_a_changed_password_and_a_closed_account_are_no_longer_printed(demo_app: Any) -> None:
    from inventory.db import db

    session = db.session()
    with transaction(session):
        found = {account.role: account for account in session.scalars(select(Account))}
        set_password(session, found["auditor"], "quite-another-thing-7")
        close_account(session, found["viewer"], datetime.now(UTC))
    lines = sign_ins(session)
    assert not any("audrey" in line or "vic " in line for line in lines)
    assert any("tess" in line for line in lines)


def test_a_register_of_ones_own_prints_no_sign_ins(world: World) -> None:
    assert sign_ins(world.session) == []


def test_a_database_in_use_is_refused_in_words_and_left_as_it_is(app: Any, session: Session, world: World) -> None:
    world.used_machine("OWN-1")
    result = app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 1
    assert "This database is in use" in result.output and "DATABASE_URL" in result.output
    assert session.scalar(select(func.count()).select_from(Asset)) == 1
    assert session.scalar(select(ProjectionBasis.value).where(ProjectionBasis.name == "demo")) is None


def test_an_account_alone_is_use_enough(session: Session, world: World) -> None:
    with pytest.raises(RuleRefused, match="has accounts or machines"), transaction(session):
        load_demo(session, world.settings, TODAY)


def test_the_mark_of_the_demonstration_outlives_a_rebuild(world: World) -> None:
    with transaction(world.session):
        world.session.add(ProjectionBasis(name="demo", value="synthetic"))
    world.used_machine("OWN-2")
    assert basis_holds(world.session, world.settings)
    world.session.commit()
    with transaction(world.session):
        rebuild(world.session, world.settings)
    assert world.session.scalar(select(ProjectionBasis.value).where(ProjectionBasis.name == "demo")) == "synthetic"
    assert basis_holds(world.session, world.settings)
    assert not basis_holds(world.session, replace(world.settings, academic_year_start_month=9))
    world.session.commit()
    with transaction(world.session):
        remember_basis(world.session, replace(world.settings, academic_year_start_month=9))
    assert basis_holds(world.session, replace(world.settings, academic_year_start_month=9))


def test_the_story_moves_with_its_last_day_if_the_programme_does() -> None:
    moved = Settings(demo_last_day=date(2026, 7, 31), programme_start=date(2016, 5, 31))
    assert shift_of(Settings(), TODAY) == timedelta(0)
    assert shift_of(moved, TODAY) == timedelta(days=365)


def test_a_last_day_that_does_not_fit_the_programme_is_refused_with_the_one_that_does() -> None:
    with pytest.raises(RuleRefused, match="DEMO_LAST_DAY=2025-07-31") as refused:
        shift_of(Settings(demo_last_day=date(2024, 7, 31)), TODAY)
    assert refused.value.field == "demo_last_day"


def test_a_story_that_would_end_in_the_future_is_refused() -> None:
    with pytest.raises(RuleRefused, match="in the future"):
        shift_of(Settings(), date(2025, 7, 30))


def life(number: int = 7) -> Life:
    import random

    return Life(number, "ED-TEST-1", "ED-TEST-2", random.Random(1), timedelta(days=10))


def test_a_life_keeps_its_order_and_ends_with_the_story() -> None:
    one = life()
    one.open("registered", date(2020, 3, 2), by="technician", status="in_use", kind="laptop")
    one.add("moved", date(2020, 3, 1), location="A")
    one.add("collected", date(2020, 3, 3), by="sustainability_officer")
    one.add("moved", date(2020, 3, 4), location="B")
    slots = [step.slot for step in one.steps]
    assert slots == sorted(slots)
    assert one.steps[1].heard == date(2020, 3, 2), "nothing happens before the record is opened"
    assert one.steps[0].request.occurred_at == date(2020, 3, 12), "the shift moves every date"
    assert one.add("moved", date(2025, 8, 1), location="C") is None
    assert one.add("moved", date(2025, 7, 1), location="C") is None, "what hangs on a step beyond the end is left out"
    assert one.late("sighted", date(2020, 3, 3), date(2019, 1, 1)) is None


def test_days_of_work_and_delivery_are_working_days() -> None:
    assert workday(date(2020, 3, 8)) == date(2020, 3, 6)
    assert workday(date(2020, 3, 6)) == date(2020, 3, 6)
    assert monday(date(2020, 3, 8)) == date(2020, 3, 2)
    assert delivery_day(date(2020, 3, 31)) == date(2020, 3, 2)
    assert delivery_day(date(2020, 2, 1)).weekday() == 0
