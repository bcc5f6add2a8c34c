"""When a machine is clean: a truth table with a reason per row."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from inventory.lifecycle.state import FittedDrive, State
from inventory.sanitisation.rules import reasons_unclean

LONDON = ZoneInfo("Europe/London")
ENDED = datetime(2018, 7, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def drive(**values: Any) -> FittedDrive:
    return FittedDrive("d1", {"serial": "WD-1"}, **({"came": "found_inside", "fitted_at": ENDED - 900 * HOUR} | values))


def machine(*drives: FittedDrive, **values: Any) -> State:
    state = State(status="returned", tag="ED-1", facts={"kind": "laptop"}, used_before=True, use_ended_at=ENDED)
    state.drives = {f"{number}": each for number, each in enumerate(drives)}
    for name, value in values.items():
        setattr(state, name, value)
    return state


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (machine(drive(wiped_at=ENDED + HOUR)), None),
        (machine(drive(wiped_at=ENDED)), None),
        (machine(drive(wiped_at=ENDED - HOUR)), "no accepted wipe since it was last in use (1 Jul 2018)"),
        (machine(drive()), "drive WD-1 has no accepted wipe"),
        (machine(drive(wiped_at=ENDED + HOUR), drive()), "has no accepted wipe"),
        (machine(drive(wiped_at=ENDED + HOUR, failed_at=ENDED + 2 * HOUR)), "failed on 1 Jul 2018"),
        (machine(drive(wiped_at=ENDED + HOUR, wiped_precision="day")), "bear the same date"),
        (machine(drive(wiped_at=ENDED + HOUR, wiped_precision="day", confirmed_after_use=True)), None),
        (machine(drive(wiped_at=ENDED + 30 * HOUR, wiped_precision="day")), None),
        (machine(drive(wiped_at=ENDED + HOUR), use_ended_precision="day"), "bear the same date"),
        # Half past eleven at night of 30 June in UTC is 1 July in London: the dates are the institution's.
        (machine(drive(wiped_at=datetime(2018, 6, 30, 23, 30, tzinfo=UTC), wiped_precision="day")), "same date"),
        (machine(), "none is on record"),
        (machine(no_drive_fitted=True), None),
        (machine(facts={"kind": "monitor"}), None),
        (machine(facts={}), "none is on record"),
        (machine(used_before=False, use_ended_at=None), None),
        (machine(drive(), used_before=False, use_ended_at=None), None),
        (machine(drive(came="from_elsewhere"), used_before=False, use_ended_at=None), "no accepted wipe"),
        (machine(drive(came="from_elsewhere", fitted_at=ENDED + 5 * HOUR, wiped_at=ENDED + HOUR)), "since it was fitted"),
        (machine(drive(came="from_elsewhere", fitted_at=ENDED + HOUR, wiped_at=ENDED + 5 * HOUR)), None),
        (machine(drive(came="new", fitted_at=ENDED + HOUR)), None),
        (machine(drive(came="new", fitted_at=ENDED - HOUR)), "no accepted wipe"),
        (machine(drive(wiped_at=ENDED + HOUR), status="in_use", use_started_at=ENDED), "a person confirmed"),
        (machine(drive(wiped_at=ENDED + HOUR, confirmed_after_use=True), status="in_use", use_started_at=ENDED), None),
        (machine(drive(wiped_at=ENDED - HOUR, confirmed_after_use=True), status="in_use", use_started_at=ENDED),
         "a person confirmed"),
    ],
)  # fmt: skip
def test_a_machine_is_clean_only_with_proof_for_every_drive(state: State, reason: str | None) -> None:
    reasons = reasons_unclean(state, LONDON)
    if reason is None:
        assert reasons == []
    else:
        assert len(reasons) == 1
        assert reason in reasons[0]
