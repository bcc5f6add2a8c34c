"""The table of event types: everything the program knows about a kind of event stands in its row. Pure.

Screens, API, documentation, reports, guards and the generic tests are all read from here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import Schema

from inventory.lifecycle import details as d
from inventory.lifecycle import effects as e
from inventory.lifecycle.conditions import (
    Condition,
    Need,
    a_lower_route_needs_a_reason,
    a_new_custodian_is_no_amendment,
    better_route_needs_a_reason,
    must_change_hands,
    must_have_been_merged,
    must_have_been_used,
    must_have_passed_inspection,
    must_name_its_tag,
    must_not_have_been_used,
    no_drive_contradicts_the_record,
    no_lock_is_on,
    nothing_must_have_failed,
    one_fitting_of_a_drive,
    outcome_fits_status,
    second_life_is_told,
    the_drive_is_on_record,
    the_drives_are_on_record,
)
from inventory.lifecycle.state import State
from inventory.register.statuses import FINAL, ON_SITE, STATUSES

NEW: Final = "(new)"
Target = str | Callable[[State, dict[str, Any]], str]


@dataclass(frozen=True)
class EventType:
    """A kind of step.

    ``allowed_from``: statuses, with NEW for an opening line. ``leads_to``: a status, ``same``, or a
    function of state and details (then ``leads_to_text`` tells it). ``counts_as``: what the reports make
    of it, in words. ``conditions`` hold at any replay; ``needs`` only when the line is recorded, since
    they read personal text; ``guards`` are asked by name, when the line is recorded.
    """

    key: str
    label: str
    verb: str
    allowed_from: frozenset[str]
    leads_to: Target
    schema: type[Schema]
    permission: str
    icon: str
    leads_to_text: str = ""
    counts_as: str = ""
    guards: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    needs: tuple[Need, ...] = ()
    effect: e.Effect | None = None
    scan: bool = False
    """Whether the scan loop offers it as a mode (its details can be set once for many machines)."""

    @property
    def opens(self) -> bool:
        """Whether it may be the first line of an asset."""
        return NEW in self.allowed_from

    def target(self, state: State, details: dict[str, Any]) -> str:
        """The status after the event."""
        if callable(self.leads_to):
            return self.leads_to(state, details)
        return (state.status or "") if self.leads_to == "same" else self.leads_to

    def target_text(self) -> str:
        """Where the event leads, in words."""
        if self.leads_to_text:
            return self.leads_to_text
        return "same" if self.leads_to == "same" else STATUSES[str(self.leads_to)].label


def _stated(state: State, details: dict[str, Any]) -> str:
    return str(details["status"])


def _failed_wipe(state: State, details: dict[str, Any]) -> str:
    return "returned" if state.status in ("ready_for_reuse", "reserved") else str(state.status)


def _any_of(*statuses: str) -> frozenset[str]:
    return frozenset(statuses)


_ANY = frozenset(STATUSES) - {"withdrawn"}
_HERE = ON_SITE
_ROWS = (
    EventType("ordered", "Ordered", "Record order", _any_of(NEW), "on_order", d.Opening, "procure", "cart",
              guards=("drive_is_free",), conditions=(must_name_its_tag,), effect=e.open_record),
    EventType("cancelled", "Order cancelled", "Cancel order", _any_of("on_order"), "withdrawn", d.Reasoned,
              "procure", "x-circle"),
    EventType("received", "Received", "Record receipt", _any_of(NEW, "on_order"), "in_stock", d.Receipt,
              "procure", "box-seam", guards=("drive_is_free",), conditions=(must_name_its_tag,),
              effect=e.receive, scan=True),
    EventType("registered", "Registered", "Register machine", _any_of(NEW), _stated, d.Registered, "record",
              "plus-circle", leads_to_text="In stock, In use or Returned, as stated",
              counts_as="kit found that was already here", guards=("drive_is_free",),
              conditions=(must_name_its_tag,), effect=e.register),
    EventType("taken_on", "Taken on from older records", "Take on older record", _any_of(NEW), _stated,
              d.TakenOn, "import", "archive", leads_to_text="as stated",
              counts_as="its stated past outcome, shown as from older records",
              guards=("before_go_live", "drive_is_free"), conditions=(must_name_its_tag, outcome_fits_status),
              effect=e.take_on),
    EventType("deployed", "Deployed", "Deploy", _any_of("in_stock", "returned", "ready_for_reuse"), "in_use",
              d.Placed, "record", "person-check", counts_as="first use, not re-use", guards=("clean_drives",),
              conditions=(must_not_have_been_used,), effect=e.place, scan=True),
    EventType("reassigned", "Reassigned", "Reassign", _any_of("in_use"), "in_use", d.Reassigned, "record",
              "arrow-left-right", counts_as="other custodian, no hub between: not re-use",
              guards=("clean_drives_or_reason",), conditions=(must_change_hands,), effect=e.hand_over),
    EventType("moved", "Moved", "Record move", _HERE, "same", d.Moved, "record", "geo", effect=e.see,
              scan=True),
    EventType("sighted", "Sighted", "Record sighting", _HERE, "same", d.Sighted, "record", "eye",
              effect=e.see, scan=True),
    EventType("relabelled", "Relabelled", "Relabel", _HERE, "same", d.Relabelled, "record", "tag",
              effect=e.relabel),
    EventType("amended", "Facts amended", "Amend facts", _ANY, "same", d.Amended, "correct", "pencil",
              needs=(a_new_custodian_is_no_amendment,), effect=e.amend),
    EventType("part_fitted", "Part fitted", "Record drive", _HERE, "same", d.PartFitted, "record",
              "device-hdd", guards=("drive_is_free",), conditions=(one_fitting_of_a_drive,), effect=e.fit_part),
    EventType("part_removed", "Part removed", "Remove drive", _HERE, "same", d.PartRemoved, "record",
              "device-hdd-fill", conditions=(the_drive_is_on_record,), effect=e.remove_part),
    EventType("merged", "Merged into another record", "Merge", _ANY, "withdrawn", d.Merged, "correct",
              "union", counts_as="the duplicate's lines count nowhere while merged",
              guards=("merge_target_exists", "merge_keeps_the_trail"), effect=e.merge),
    EventType("unmerged", "Merge undone", "Undo merge", _any_of("withdrawn"),
              lambda state, details: state.merged_from or "withdrawn", d.Reasoned, "correct", "subtract",
              leads_to_text="as before the merge", conditions=(must_have_been_merged,), effect=e.unmerge),
    EventType("repaired", "Repaired", "Record repair", _any_of("in_use", "returned", "ready_for_reuse"),
              "same", d.Work, "record", "wrench",
              counts_as="prevention: life extended, own line, never in the headline", effect=e.extend_life),
    EventType("upgraded", "Upgraded", "Record upgrade", _any_of("in_use", "returned", "ready_for_reuse"),
              "same", d.Work, "record", "arrow-up-circle",
              counts_as="prevention: life extended, own line, never in the headline", effect=e.extend_life),
    EventType("reported_missing", "Reported missing", "Report missing", _HERE, "missing", d.Details,
              "record", "question-circle", scan=True),
    EventType("found", "Found", "Record find", _any_of("missing", "written_off"),
              lambda state, details: state.missing_from or "returned", d.Sighted, "record", "search",
              leads_to_text="the status before it went missing", effect=e.both(e.undo_last("loss"), e.see),
              scan=True),
    EventType("written_off", "Written off", "Write off", _any_of("missing"), "written_off", d.WrittenOff,
              "write_off", "slash-circle", counts_as="outside the hierarchy",
              effect=e.both(e.count_now("loss"), e.leave)),
    EventType("returned", "Returned", "Record return",
              _any_of("in_use", "in_stock", "ready_for_reuse", "reserved", "donated", "sold"), "returned",
              d.Returned, "record", "box-arrow-in-down",
              counts_as="undoes the donation or sale if it had no second life",
              conditions=(second_life_is_told,), effect=e.come_back, scan=True),
    EventType("held", "Put on hold", "Put on hold", _HERE - {"on_hold"}, "on_hold", d.Reasoned, "hold",
              "pause-circle", scan=True),
    EventType("released", "Hold released", "Release hold", _any_of("on_hold"),
              lambda state, details: state.held_from or "returned", d.Details, "hold", "play-circle",
              leads_to_text="the status before the hold"),
    EventType("inspected", "Inspected", "Record inspection",
              _any_of("returned", "ready_for_reuse", "reserved"), "same", d.Inspected, "record",
              "clipboard-check", needs=(no_drive_contradicts_the_record, a_lower_route_needs_a_reason),
              effect=e.inspect, scan=True),
    EventType("sanitised", "Sanitised", "Record wipe", _HERE | FINAL | {"with_contractor"}, "same",
              d.Sanitised, "sanitise", "shield-check", guards=("level_fits_technique",),
              conditions=(the_drives_are_on_record,), effect=e.wipe),
    EventType("sanitisation_failed", "Sanitisation failed", "Record failed wipe", _HERE, _failed_wipe,
              d.SanitisationFailed, "sanitise", "shield-x",
              leads_to_text="same; from Ready for re-use or Reserved: Returned",
              conditions=(the_drives_are_on_record,), effect=e.fail_wipe),
    EventType("passed_for_reuse", "Passed for re-use", "Pass for re-use", _any_of("returned"),
              "ready_for_reuse", d.Details, "record", "check-circle", guards=("clean_drives",),
              conditions=(must_have_passed_inspection, nothing_must_have_failed, no_lock_is_on), scan=True),
    EventType("reserved", "Reserved", "Reserve", _any_of("ready_for_reuse"), "reserved", d.Reserved,
              "release", "bookmark", guards=("request_is_open",), scan=True),
    EventType("unreserved", "Reservation cancelled", "Cancel reservation", _any_of("reserved"),
              "ready_for_reuse", d.Details, "release", "bookmark-x"),
    EventType("redeployed", "Redeployed", "Redeploy", _any_of("ready_for_reuse", "reserved"), "in_use",
              d.Placed, "release", "arrow-repeat", counts_as="tier 1: re-used internally",
              guards=("clean_drives",), conditions=(must_have_been_used,),
              effect=e.both(e.count_now("redeployed"), e.place), scan=True),
    EventType("donated", "Donated", "Donate", _any_of("ready_for_reuse", "reserved"), "donated", d.Donated,
              "release", "gift", counts_as="tier 1: donated to an external partner",
              guards=("clean_drives",), conditions=(nothing_must_have_failed, no_lock_is_on),
              effect=e.both(e.count_now("donated", "partner"), e.leave), scan=True),
    EventType("sold", "Sold", "Sell", _any_of("ready_for_reuse", "reserved"), "sold", d.Sold, "release",
              "cash", counts_as="tier 1: own line, not in the headline", guards=("clean_drives",),
              conditions=(nothing_must_have_failed, no_lock_is_on),
              effect=e.both(e.count_now("sold", "buyer"), e.leave)),
    EventType("returned_to_lessor", "Returned to lessor", "Return to lessor",
              _any_of("in_stock", "returned", "ready_for_reuse"), "with_lessor", d.ToLessor, "release",
              "box-arrow-right", counts_as="unknown until reported", guards=("clean_drives",),
              effect=e.both(e.hand_to_lessor, e.leave)),
    EventType("lessor_reported", "Lessor reported", "Record lessor's report", _any_of("with_lessor"), "same",
              d.LessorReported, "dispose", "envelope-check",
              counts_as="tier by the reported fate, in its own table", effect=e.report_by_lessor),
    EventType("recipient_reported", "Recipient reported", "Record recipient's report", _any_of("donated"),
              "same", d.RecipientReported, "record", "chat-dots", counts_as="aftercare, no count"),
    EventType("dismantled", "Dismantled", "Dismantle", _any_of("returned"), "dismantled", d.Dismantled,
              "dispose", "tools", counts_as="the machine is not re-used",
              needs=(better_route_needs_a_reason,)),
    EventType("declared_waste", "Declared waste", "Declare waste",
              _any_of("in_stock", "returned", "ready_for_reuse", "dismantled"), "awaiting_collection",
              d.DeclaredWaste, "dispose", "trash", counts_as="from here waste law applies",
              needs=(better_route_needs_a_reason,), scan=True),
    EventType("collected", "Collected", "Record collection", _any_of("awaiting_collection"),
              "with_contractor", d.Consigned, "dispose", "truck", counts_as="its expected tier",
              guards=("clean_drives_or_contract",), effect=e.both(e.expect("facility"), e.leave), scan=True),
    EventType("given_for_preparation", "Given for preparation", "Give for preparation",
              _any_of("returned", "awaiting_collection"), "with_contractor", d.GivenForPreparation,
              "dispose", "box-seam", counts_as="waste; tier by the partner's report",
              guards=("clean_drives_or_contract",), needs=(better_route_needs_a_reason,),
              effect=e.both(e.expect("partner", "prepared_for_reuse"), e.leave)),
    EventType("rejected", "Rejected by contractor", "Record rejection", _any_of("with_contractor"),
              "awaiting_collection", d.Reasoned, "dispose", "arrow-counterclockwise",
              counts_as="the collection is no outcome", effect=e.undo_last("waste")),
    EventType("prepared_for_reuse", "Prepared for re-use", "Confirm preparation for re-use",
              _any_of("with_contractor"), "prepared_for_reuse", d.Confirmed, "dispose", "recycle",
              counts_as="tier 2: contractor re-use, never in the headline",
              effect=e.confirm("prepared_for_reuse")),
    EventType("recycled", "Recycled", "Confirm recycling", _any_of("with_contractor"), "recycled",
              d.Recycled, "dispose", "recycle", counts_as="tier 3", effect=e.confirm("recycled")),
    EventType("energy_recovered", "Energy recovered", "Confirm energy recovery", _any_of("with_contractor"),
              "energy_recovered", d.Confirmed, "dispose", "lightning", counts_as="tier 4",
              effect=e.confirm("energy_recovered")),
    EventType("incinerated", "Incinerated", "Confirm incineration", _any_of("with_contractor"), "disposed",
              d.Confirmed, "dispose", "fire", counts_as="tier 5", effect=e.confirm("incinerated")),
    EventType("landfilled", "Landfilled", "Confirm landfill", _any_of("with_contractor"), "disposed",
              d.Confirmed, "dispose", "layers", counts_as="tier 5", effect=e.confirm("landfilled")),
    EventType("corrected", "Corrected", "Correct", _ANY | {"withdrawn"}, "same", d.Corrected, "correct",
              "eraser", leads_to_text="by replay",
              counts_as="voids one earlier line; a replacement may take its place"),
)  # fmt: skip

EVENT_TYPES: Final = {row.key: row for row in _ROWS}
CORRECTION: Final = "corrected"
GUARD_NAMES: Final = frozenset(name for row in _ROWS for name in row.guards)


def possible_from(status: str | None) -> list[EventType]:
    """Event types that the table allows from *status* (None: opening lines), in the table's order."""
    return [row for row in _ROWS if (status or NEW) in row.allowed_from]
