"""When a drive, and a machine, is clean. Pure; the rule is section “Clean, and the guards” of the lifecycle."""

from datetime import datetime
from zoneinfo import ZoneInfo

from inventory.lifecycle.state import IN_OTHER_HANDS, FittedDrive, State
from inventory.register.kinds import KINDS


def drive_name(drive: FittedDrive) -> str:
    """How a sentence names a drive: by its serial where it is known."""
    return str(drive.details.get("serial") or drive.uid)


def unclean_drive(state: State, drive: FittedDrive, zone: ZoneInfo) -> str | None:
    """Why *drive* is not clean, as a clause; None when it is.

    A wipe counts if it ended at or after the end of the last period in which the machine was in use; on
    equal dates without times a person must have confirmed it. Dates are those of *zone*.
    """
    name = drive_name(drive)
    if drive.failed_at is not None:
        return f"the wipe of drive {name} failed on {_day(drive.failed_at, zone)}"
    needs_wipe = state.may_hold_data or drive.came == "from_elsewhere"
    if not needs_wipe or (drive.came == "new" and not drive.used and _unused_since_fitted(state, drive)):
        return None
    if drive.wiped_at is None:
        return f"drive {name} has no accepted wipe"
    if state.status == "in_use":
        # The period of use still runs; only somebody who says that it had ended can have wiped in it.
        in_this_use = drive.wiped_at >= (state.use_started_at or drive.wiped_at) and not drive.used_since_wipe
        if drive.confirmed_after_use and in_this_use:
            return None
        return f"drive {name} has no wipe that a person confirmed as after its last use"
    ended = state.use_ended_at
    if drive.came == "from_elsewhere" and (ended is None or drive.fitted_at > ended):
        return None if drive.wiped_at >= drive.fitted_at else f"drive {name} was not wiped since it was fitted"
    if ended is None:
        return None
    undecided = "day" in (drive.wiped_precision, state.use_ended_precision)
    if undecided and _day(drive.wiped_at, zone) == _day(ended, zone):
        # While it is in other hands, what counted when it left still stands for it.
        if drive.confirmed_after_use and (state.status in IN_OTHER_HANDS or not drive.used_since_wipe):
            return None
        return (
            f"the wipe of drive {name} and the end of its use bear the same date ({_day(ended, zone)}) without "
            "times; record the wipe with the confirmation that it came after the use"
        )
    if drive.wiped_at < ended:
        return f"drive {name} has no accepted wipe since it was last in use ({_day(ended, zone)})"
    return None


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%-d %b %Y}"


def _unused_since_fitted(state: State, drive: FittedDrive) -> bool:
    return state.use_ended_at is None or drive.fitted_at >= state.use_ended_at


def reasons_unclean(state: State, zone: ZoneInfo) -> list[str]:
    """Every reason why the machine is not clean, one clause each; empty when it is clean."""
    reasons = [why for drive in state.drives.values() if (why := unclean_drive(state, drive, zone))]
    holds_storage = KINDS[state.kind].holds_storage or state.storage_doubted
    if not state.drives and state.may_hold_data and not state.no_drive_fitted and holds_storage:
        reasons.append(
            "it can hold a drive and none is on record; record its drives, or inspect it as “no drive fitted”"
        )
    return reasons
