"""Conditions on events beyond the status: each gives the end of a refusing sentence, or None. Pure."""

from collections.abc import Callable
from typing import Any

from inventory.lifecycle.bench import what_failed, what_is_locked
from inventory.lifecycle.details import PAST_OUTCOMES, ROUTES
from inventory.lifecycle.state import State

Condition = Callable[[State, dict[str, Any]], str | None]
Need = Callable[[State, dict[str, Any], dict[str, Any]], str | None]
"""State, details, personal text."""

BETTER_ROUTES = frozenset({"redeploy", "donate", "sell"})
_OUTCOME_STATUSES = {
    "redeployed": {"in_use", "returned", "ready_for_reuse", "reserved", "on_hold", "missing"},
    "donated": {"donated"},
    "sold": {"sold"},
    "prepared_for_reuse": {"prepared_for_reuse", "with_contractor"},
    "recycled": {"recycled", "with_contractor"},
    "energy_recovered": {"energy_recovered", "with_contractor"},
    "incinerated": {"disposed", "with_contractor"},
    "landfilled": {"disposed", "with_contractor"},
    "disposed": {"disposed", "with_contractor"},
}
_NEEDS_OUTCOME = {"donated", "sold", "prepared_for_reuse", "recycled", "energy_recovered", "disposed"}


def must_name_its_tag(state: State, details: dict[str, Any]) -> str | None:
    """An opening line bears the tag; on later ones the machine already has it."""
    if state.status is None and not details.get("tag"):
        return "the line that opens a record needs a tag"
    if state.status is not None and details.get("tag") not in (None, state.tag):
        return "it already has a tag; relabel it instead"
    return None


def outcome_fits_status(state: State, details: dict[str, Any]) -> str | None:
    """A stated outcome and the stated status tell the same story."""
    outcome, status = details.get("outcome"), details["status"]
    if outcome is None:
        return (
            f"status {status.replace('_', ' ')} needs the outcome that led to it" if status in _NEEDS_OUTCOME else None
        )
    if status not in _OUTCOME_STATUSES[outcome]:
        return f"the outcome “{PAST_OUTCOMES[outcome]}” does not fit the status {status.replace('_', ' ')}"
    if outcome == "donated" and not details.get("partner"):
        return "a donation names the partner who received it"
    return None


def must_not_have_been_used(state: State, details: dict[str, Any]) -> str | None:
    """First use."""
    return "it was used before; record it as redeployed" if state.used_before else None


def must_have_been_used(state: State, details: dict[str, Any]) -> str | None:
    """Re-use."""
    return None if state.used_before else "it was never used; record its first use as deployed"


def must_change_hands(state: State, details: dict[str, Any]) -> str | None:
    """A reassignment names a new custodian or department."""
    if "custodian" in details or "department" in details:
        return None
    return "it names neither a new custodian nor a new department; record a move instead"


def must_have_been_merged(state: State, details: dict[str, Any]) -> str | None:
    """Only a merged record can be unmerged."""
    return None if state.merged_into else "it was not merged into another record"


def second_life_is_told(state: State, details: dict[str, Any]) -> str | None:
    """From a donation or sale, the return says whether there was a second life; else it must not."""
    told = details.get("second_life")
    if state.status in ("donated", "sold") and told is None:
        return "say whether it was used there (second life: served) or refused or failed on arrival (none)"
    if state.status not in ("donated", "sold") and told is not None:
        return "second life is told only when it comes back from a donation or sale"
    return None


def must_have_passed_inspection(state: State, details: dict[str, Any]) -> str | None:
    """Inspected since it came back, and it works."""
    if state.inspection is None:
        return "it was not inspected since it came back"
    if state.inspection["functional"] == "dead":
        return "the inspection found that it does not work"
    return None


def nothing_must_have_failed(state: State, details: dict[str, Any]) -> str | None:
    """What a machine must have passed on the bench, it did."""
    failed = what_failed(state.inspection or {})
    return "; ".join(failed) if failed else None


def no_lock_is_on(state: State, details: dict[str, Any]) -> str | None:
    """No lock keeps the next owner out."""
    locked = what_is_locked(state.inspection or {})
    return f"{'; '.join(locked)}. Remove it and inspect again" if locked else None


def the_drive_is_on_record(state: State, details: dict[str, Any]) -> str | None:
    """The drive that is taken out is in."""
    return None if details["uid"] in state.drives else f"drive {details['uid']} is not on record in it"


def one_fitting_of_a_drive(state: State, details: dict[str, Any]) -> str | None:
    """A drive is not fitted twice."""
    uid, serial = details.get("uid"), details.get("serial")
    if uid in state.drives:
        return f"drive {serial or uid} is already on record in it"
    if serial and any(each.details.get("serial") == serial for each in state.drives.values()):
        return f"a drive with the serial {serial} is already on record in it"
    return None


def the_drives_are_on_record(state: State, details: dict[str, Any]) -> str | None:
    """Evidence is about drives that are in this machine."""
    for drive in details["drives"]:
        if drive["uid"] not in state.drives:
            return f"drive {drive['uid']} is not on record in it; record the drive first"
    return None


def a_new_custodian_is_no_amendment(state: State, details: dict[str, Any], personal: dict[str, Any]) -> str | None:
    """From one person to the next is a change of hands, with all that it asks for."""
    known, told = state.facts.get("custodian"), details.get("custodian")
    if state.status != "in_use" or not known or not told or known == told:
        return None
    return (
        "another custodian is a change of hands; record it as reassigned, or correct the line that named the wrong one"
    )


def no_drive_contradicts_the_record(state: State, details: dict[str, Any], personal: dict[str, Any]) -> str | None:
    """A drive that was on record and is not there was taken out by somebody: its removal is a line of its own."""
    if not details.get("no_drive_fitted") or not state.drives:
        return None
    names = ", ".join(str(each.details.get("serial") or each.uid) for each in state.drives.values())
    return f"drive {names} is on record in it; record that it was removed before you say that no drive is fitted"


def a_lower_route_needs_a_reason(state: State, details: dict[str, Any], personal: dict[str, Any]) -> str | None:
    """Whoever advises waste where the rules advise re-use says why."""
    computed, advised = details.get("computed_route"), details.get("advised_route")
    if (
        computed in BETTER_ROUTES
        and advised is not None
        and advised not in BETTER_ROUTES
        and not personal.get("reason")
    ):
        return f"the advice is to {ROUTES[computed].lower()}; give the reason for a lower route"
    return None


def better_route_was_open(state: State) -> bool:
    """Whether re-use was advised, or prepared, and nobody has told yet why it came otherwise."""
    inspection = state.inspection or {}
    advised = inspection.get("advised_route") or inspection.get("computed_route")
    told = state.status in ("awaiting_collection", "dismantled")
    return not told and (state.status == "ready_for_reuse" or advised in BETTER_ROUTES)


def better_route_needs_a_reason(state: State, details: dict[str, Any], personal: dict[str, Any]) -> str | None:
    """Waste (Scotland) Regulations 2012, duty to apply the hierarchy: a departure from it has a reason."""
    if better_route_was_open(state) and not personal.get("reason"):
        return "a better route than waste was open (it was fit for re-use); give the reason"
    return None
