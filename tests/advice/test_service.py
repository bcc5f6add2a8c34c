"""The advice for machines on record: what their history and their last hardware report tell."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from inventory.advice import service
from inventory.advice.service import advice_for, advice_of_inspection
from inventory.db import transaction
from inventory.intake.findings import BatteryFound, DriveFound, MachineFound
from inventory.lifecycle.lookup import look_up
from inventory.lifecycle.state import State
from inventory.register.models import Asset
from inventory.reuse.service import open_request
from tests.conftest import World, statements

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
GB = 10**9


def state_of(world: World, tag: str) -> tuple[int, State]:
    number = world.session.query(Asset.id).filter(Asset.tag == tag).scalar()
    found = number, look_up(world.session, number).state
    world.session.commit()
    return found


def test_age_and_inspection_come_from_the_ledger(world: World) -> None:
    world.used_machine("ED-1", purchase_date="2020-10-01")
    world.record("returned", "ED-1", "2018-02-01")
    number, state = state_of(world, "ED-1")
    advice = advice_for(world.session, {number: state}, world.settings, NOW)[number]
    assert advice.route == "donate" and advice.reasons[0].startswith("It is 6.1 years old")
    dead = {"functional": "dead", "cosmetic": "C"}
    assert advice_of_inspection(world.session, number, state, dead, world.settings, NOW).route == "recycle"


def test_a_machine_that_left_gets_no_advice(world: World) -> None:
    world.clean_machine("ED-1")
    world.record("donated", "ED-1", "2018-03-01", partner="remakery")
    number, state = state_of(world, "ED-1")
    assert advice_for(world.session, {number: state}, world.settings, NOW) == {}


def test_the_last_report_tells_systems_battery_and_failing_drives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.used_machine("ED-1", purchase_date="2024-10-01")
    world.record("returned", "ED-1", "2018-02-01")
    number, state = state_of(world, "ED-1")
    found = MachineFound(
        cpu_model="i5-4300U", cpu_cores=2, memory_bytes=8 * 2**30, uefi=True, tpm_version="2.0",
        battery=BatteryFound(health_percent=30),
        drives=(DriveFound(serial="S1", capacity_bytes=256 * GB, health="failed"), DriveFound(health="passed")),
    )  # fmt: skip
    monkeypatch.setattr(service, "latest_findings", lambda session, ids: dict.fromkeys(ids, found))
    advice = advice_for(world.session, {number: state}, world.settings, NOW)[number]
    assert (advice.route, advice.os_path) == ("donate", "CHROMEOS_FLEX")
    assert "S1 calls itself failing" in advice.cautions[0]
    assert "30 %" in advice.cautions[1]
    said: dict[str, Any] = {"functional": "working", "cosmetic": "B", "battery_percent": 90}
    again = advice_of_inspection(world.session, number, state, said, world.settings, NOW)
    assert not any("battery" in each for each in again.cautions), "the person at the bench knows it better"


def test_a_report_that_names_no_size_takes_that_of_the_drives_on_record(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drives = [{"serial": "S", "capacity_bytes": 512 * GB}]
    world.record("registered", None, "2018-01-01", tag="ED-2", kind="laptop", status="returned", drives=drives)
    number, state = state_of(world, "ED-2")
    found = MachineFound(cpu_model="i5-8250U", cpu_cores=4, memory_bytes=8 * 2**30, uefi=True, tpm_version="2.0")
    monkeypatch.setattr(service, "latest_findings", lambda session, ids: dict.fromkeys(ids, found))
    assert advice_for(world.session, {number: state}, world.settings, NOW)[number].os_path == "WIN11"


def test_dates_of_purchase_are_days(world: World) -> None:
    state = State(status="returned", facts={"kind": "laptop", "purchase_date": date(2020, 10, 1)})
    assert service.known_of(state, None, date(2026, 1, 1)).bought == date(2020, 10, 1)


def test_what_open_requests_wait_for_is_a_reason_until_the_machine_is_promised(world: World) -> None:
    asked = {"department": "INF", "kinds": ["laptop"], "number": 1, "asked_on": "2018-01-01"}
    with transaction(world.session) as session:
        uid = open_request(session, "form-1", asked, world.recorder()).uid
    for tag in ("ED-1", "ED-2"):
        world.clean_machine(tag, purchase_date="2024-10-01")
    found = {tag: state_of(world, tag) for tag in ("ED-1", "ED-2")}
    states = dict(found.values())

    def told(tag: str) -> list[str]:
        states[found[tag][0]] = state_of(world, tag)[1]
        advice = advice_for(world.session, states, world.settings, NOW)[found[tag][0]]
        return [each for each in advice.reasons if "asked for by School of Informatics" in each]

    assert len(told("ED-1")) == len(told("ED-2")) == 1
    number, state = found["ED-1"]
    fine = {"functional": "working", "cosmetic": "B"}
    again = advice_of_inspection(world.session, number, state, fine, world.settings, NOW)
    assert any("asked for by School of Informatics" in each for each in again.reasons)
    world.session.commit()
    with statements(world.session.get_bind()) as sent:  # type: ignore[arg-type]
        advice_for(world.session, states, world.settings, NOW)
    assert len(sent) == 4, "the reports, the open requests, what serves them, and the factors"
    world.record("reserved", "ED-1", "2018-02-02", request=uid)
    assert told("ED-1") == told("ED-2") == []
    world.record("unreserved", "ED-1", "2018-02-03")
    world.record("reserved", "ED-1", "2018-02-04")
    assert told("ED-2") and not told("ED-1"), "promised to somebody else, it is no longer anybody's hope"
