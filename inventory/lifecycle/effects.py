"""What events change beside the status: facts, drives, outcomes. Small functions that rows of the table name."""

from collections.abc import Callable, Iterable
from typing import Any

from inventory.lifecycle.state import IN_OTHER_HANDS, FittedDrive, Line, State
from inventory.lifecycle.waste_hierarchy import outcome, settled
from inventory.register.kinds import KINDS

Effect = Callable[[State, Line], None]

NOT_FACTS = frozenset({"tag", "status", "outcome", "partner", "evidence", "used_before", "drives", "source", "forget"})
PLACES = ("custodian", "department", "location")


def drive_uid(key: str, number: int) -> str:
    """The id of the *number*-th drive that the line *key* brings onto the record (the same at any replay)."""
    return f"{key}.{number}" if len(key) <= 56 else f"{key[-56:]}.{number}"


def brought_by(uid: str, keys: Iterable[str]) -> bool:
    """Whether one of the lines *keys* brought the drive *uid* onto the record."""
    return any(uid.rpartition(".")[0] == key[-56:] for key in keys)


def _set_facts(state: State, details: dict[str, Any]) -> None:
    for name, value in details.items():
        if name not in NOT_FACTS:
            state.facts[name] = value


def _fit(state: State, line: Line, number: int, drive: dict[str, Any], came: str) -> None:
    uid = drive.get("uid") or drive_uid(line.key, number)
    described = {key: value for key, value in drive.items() if key not in ("uid", "came", "source")}
    if "uid" in drive and not brought_by(uid, state.stands_for):
        # It was on record before, so it was in another machine, whatever the line calls it.
        came = "from_elsewhere"
    state.drives[uid] = FittedDrive(uid, described, came, line.occurred_at, used=state.status in IN_OTHER_HANDS)
    state.no_drive_fitted = False


def open_record(state: State, line: Line) -> None:
    """First facts of an asset: its tag, what is known of it, the drives in it."""
    if "tag" in line.details:
        state.tag = line.details["tag"]
    _set_facts(state, line.details)
    for number, drive in enumerate(line.details.get("drives", ())):
        _fit(state, line, number, drive, "found_inside")


def receive(state: State, line: Line) -> None:
    """Receipt: opening facts, and a tag only where there is none yet."""
    tag = state.tag
    open_record(state, line)
    state.tag = tag or state.tag


def take_on(state: State, line: Line) -> None:
    """Older record: facts, and the stated past outcome."""
    open_record(state, line)
    details = line.details
    state.used_before = details.get("used_before", details["status"] not in ("on_order", "in_stock"))
    if details["status"] not in ("on_order", "in_stock", "in_use"):
        # When the last use ended is not known; a wipe counts only from here on.
        state.use_ended_at = line.occurred_at
        state.use_ended_precision = line.precision
    if past := details.get("outcome"):
        proof = details.get("evidence", "none")
        waste = past not in ("redeployed", "donated", "sold")
        state.outcomes.append(
            outcome(
                line.key,
                "waste" if waste else past,
                past,
                line.occurred_at,
                details.get("department"),
                details.get("partner"),
                certainty="expected" if waste and proof != "certificate" else "confirmed",
                older=True,
                evidence=proof,
            )
        )


def register(state: State, line: Line) -> None:
    """Kit found that was already here; a returned or used one was used before."""
    open_record(state, line)
    state.used_before = line.details["status"] != "in_stock"
    if line.details["status"] == "returned":
        state.use_ended_at = line.occurred_at
        state.use_ended_precision = line.precision


def place(state: State, line: Line) -> None:
    """New custodian, department or place, where the line names one."""
    for name in PLACES:
        if name in line.details:
            state.facts[name] = line.details[name]
    if "location" in line.details:
        state.seen_at = line.occurred_at


def hand_over(state: State, line: Line) -> None:
    """From one custodian to the next: a new period of use begins."""
    place(state, line)
    state.begin_use(line)
    state.no_drive_fitted = False


def see(state: State, line: Line) -> None:
    """Seen with somebody's own eyes."""
    place(state, line)
    state.seen_at = line.occurred_at


def come_back(state: State, line: Line) -> None:
    """Back at the hub: no custodian, not inspected; an outcome whose second life never was is undone."""
    if line.details.get("second_life") == "none" and state.outcomes:
        state.outcomes.pop()
    state.facts.pop("custodian", None)
    state.inspection = None
    see(state, line)


def leave(state: State, line: Line) -> None:
    """Out of the house: no custodian and no place of ours any more."""
    state.facts.pop("custodian", None)
    state.facts.pop("location", None)


def relabel(state: State, line: Line) -> None:
    """A new tag; the old one goes on finding the machine."""
    state.former_tags.append(state.tag)
    state.tag = line.details["tag"]


def amend(state: State, line: Line) -> None:
    """Other facts, or facts that are in truth not known."""
    for name in filter(None, line.details.get("forget", "").split(",")):
        state.facts.pop(name, None)
    held = state.kind != "unknown" and KINDS[state.kind].holds_storage
    _set_facts(state, line.details)
    if held and not KINDS[state.kind].holds_storage:
        state.storage_doubted = True


def fit_part(state: State, line: Line) -> None:
    """A drive on record in this machine."""
    _fit(state, line, 0, line.details, line.details["came"])


def remove_part(state: State, line: Line) -> None:
    """The drive is no longer in this machine."""
    state.drives.pop(line.details["uid"], None)


def merge(state: State, line: Line) -> None:
    """A duplicate: its lines count nowhere while it is merged."""
    state.merged_into = line.details["into"]


def unmerge(state: State, line: Line) -> None:
    """A record of its own again."""
    state.merged_into = None


def inspect(state: State, line: Line) -> None:
    """The findings of an inspection stand until the machine is used again."""
    state.inspection = line.details
    state.no_drive_fitted = bool(line.details.get("no_drive_fitted", state.no_drive_fitted))
    state.seen_at = line.occurred_at


def wipe(state: State, line: Line) -> None:
    """Evidence that drives were sanitised."""
    for evidence in line.details["drives"]:
        drive = state.drives.get(evidence["uid"])
        # A replacement may tell a later date than its place: the dates decide which run was the last.
        if drive is None or (drive.wiped_at is not None and drive.wiped_at > line.occurred_at):
            continue
        drive.wiped_at = line.occurred_at
        drive.wiped_precision = line.precision
        drive.wiped_method = evidence["method"]
        drive.confirmed_after_use = evidence.get("confirmed_after_use", False)
        drive.used_since_wipe = False
        if drive.failed_at is not None and drive.failed_at <= line.occurred_at:
            drive.failed_at = None


def fail_wipe(state: State, line: Line) -> None:
    """A wipe that failed blocks, even if an older one passed."""
    for evidence in line.details["drives"]:
        drive = state.drives.get(evidence["uid"])
        if drive is not None and (drive.wiped_at is None or drive.wiped_at <= line.occurred_at):
            drive.failed_at = max(drive.failed_at or line.occurred_at, line.occurred_at)


def extend_life(state: State, line: Line) -> None:
    """A longer life: counted on a line of its own, and no outcome."""
    state.extended.append(line.occurred_at)


def count_now(measure: str, counterpart: str | None = None) -> Effect:
    """The line itself is an outcome: *measure*, with the party named in the detail *counterpart*."""

    def effect(state: State, line: Line) -> None:
        party = line.details.get(counterpart) if counterpart else None
        fate = None if measure == "loss" else measure
        state.outcomes.append(outcome(line.key, measure, fate, line.occurred_at, state.facts.get("department"), party))

    return effect


def expect(counterpart: str, fate: str | None = None) -> Effect:
    """Left as waste: an expected outcome, dated by this line. The details name the fate, or it is *fate*."""

    def effect(state: State, line: Line) -> None:
        state.outcomes.append(
            outcome(
                line.key,
                "waste",
                fate or line.details["expected"],
                line.occurred_at,
                state.facts.get("department"),
                line.details[counterpart],
                certainty="expected",
            )
        )

    return effect


def confirm(fate: str) -> Effect:
    """The contractor's report turns the expected outcome into a confirmed one, in its own period."""

    def effect(state: State, line: Line) -> None:
        if state.outcomes and state.outcomes[-1].measure == "waste":
            state.outcomes[-1] = settled(state.outcomes[-1], fate, line.key, line.details.get("certificate"))

    return effect


def undo_last(measure: str) -> Effect:
    """The last outcome of *measure* did not come to be."""

    def effect(state: State, line: Line) -> None:
        if state.outcomes and state.outcomes[-1].measure == measure:
            state.outcomes.pop()

    return effect


def hand_to_lessor(state: State, line: Line) -> None:
    """Back with its owner; its fate is not known until reported."""
    state.outcomes.append(
        outcome(
            line.key,
            "lessor",
            None,
            line.occurred_at,
            state.facts.get("department"),
            line.details.get("lessor"),
            certainty="expected",
        )
    )


def report_by_lessor(state: State, line: Line) -> None:
    """The lessor's word on the fate."""
    if state.outcomes and state.outcomes[-1].measure == "lessor":
        state.outcomes[-1] = settled(state.outcomes[-1], line.details["fate"], line.key, None)


def both(*effects: Effect) -> Effect:
    """Several effects in their order (count first: the department is the one just before the line)."""

    def effect(state: State, line: Line) -> None:
        for each in effects:
            each(state, line)

    return effect
