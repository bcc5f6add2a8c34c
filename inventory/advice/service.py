"""The advice for machines on record: what their ledger and their last hardware report tell, given to the rules."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from inventory.advice.rules import Advice, Floors, Known, advise
from inventory.advice.systems import Hardware
from inventory.config import Settings
from inventory.footprint.factors import FactorBook
from inventory.footprint.queries import factor_book
from inventory.intake.findings import MachineFound
from inventory.intake.queries import latest_findings
from inventory.lifecycle.state import State
from inventory.register.statuses import ON_SITE
from inventory.reuse.queries import waiting_demand
from inventory.reuse.rules import Demand

WANTED_FROM: Final = frozenset({"in_stock", "returned", "ready_for_reuse"})
"""Statuses in which a machine may still go to whoever asks; a reserved one is promised."""


def floors_of(settings: Settings) -> Floors:
    """The rules' settings."""
    return Floors(
        settings.advice_donate_years,
        settings.advice_recycle_years,
        settings.advice_battery_percent,
        settings.donation_floor,
    )


def known_of(
    state: State,
    found: MachineFound | None,
    today: date,
    inspection: dict[str, Any] | None = None,
    demand: Mapping[str, Demand] | None = None,
) -> Known:
    """What is known of the machine; the inspection's battery reading counts before the report's.

    *inspection*: findings that are about to be recorded, in the place of those on record. *demand*: what open
    requests wait for, by kind.
    """
    bought = state.facts.get("purchase_date")
    inspection = inspection if inspection is not None else state.inspection
    battery = (inspection or {}).get("battery_percent")
    if battery is None and found is not None and found.battery is not None:
        battery = found.battery.health_percent
    return Known(
        kind=state.kind,
        today=today,
        bought=date.fromisoformat(bought) if isinstance(bought, str) else bought,
        inspection=inspection,
        battery_percent=battery,
        drives_failing=tuple(
            drive.serial or drive.model or "without serial"
            for drive in (found.drives if found else ())
            if drive.health == "failed"
        ),
        hardware=_hardware(state, found),
        has_report=found is not None,
        demand=(demand or {}).get(state.kind) if state.status in WANTED_FROM else None,
    )


def _hardware(state: State, found: MachineFound | None) -> Hardware:
    if found is None:
        return Hardware()
    sizes = [size for drive in found.drives if (size := drive.capacity_bytes)]
    if not sizes:
        sizes = [size for each in state.drives.values() if (size := each.details.get("capacity_bytes"))]
    return Hardware(
        found.cpu_model,
        found.cpu_cores,
        found.memory_bytes,
        max(sizes) if sizes else None,
        found.uefi,
        found.tpm_version,
    )


def advice_for(
    session: Session,
    states: Mapping[int, State],
    settings: Settings,
    now: datetime | None = None,
    found: Mapping[int, MachineFound] | None = None,
    book: FactorBook | None = None,
) -> dict[int, Advice]:
    """The advice for each machine that is on site, by its number; the same few statements for all.

    *found*: what their hardware reports tell, and *book*: the factors in force, where the caller has read them already.
    """
    today = (now or datetime.now(UTC)).astimezone(settings.zone).date()
    here = {number: state for number, state in states.items() if state.status in ON_SITE}
    found = latest_findings(session, sorted(here)) if found is None else found
    floors, demand = floors_of(settings), _demand(session, here.values())
    book = (book or factor_book(session)) if here else FactorBook([])
    return {
        number: advise(known_of(state, found.get(number), today, demand=demand), floors, book)
        for number, state in here.items()
    }


def _demand(session: Session, states: Iterable[State]) -> dict[str, Demand]:
    return waiting_demand(session, {state.kind for state in states if state.status in WANTED_FROM})


def advice_of_inspection(
    session: Session, asset_id: int, state: State, inspection: dict[str, Any], settings: Settings, now: datetime
) -> Advice:
    """The advice as it would be with the findings *inspection*, which are about to be recorded."""
    found = latest_findings(session, [asset_id]).get(asset_id)
    today, demand = now.astimezone(settings.zone).date(), _demand(session, [state])
    known = known_of(state, found, today, inspection, demand)
    return advise(known, floors_of(settings), factor_book(session))
