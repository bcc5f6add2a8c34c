"""Records what was planned for reports, step by step, and says in each what became of it."""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import BatchRefused, InventoryError, RuleRefused
from inventory.intake.items import Item
from inventory.intake.models import ASKED, NOTHING_NEW, RECORDED, HardwareReport
from inventory.intake.questions import QUESTIONS, item
from inventory.lifecycle.requests import EventRequest, Recorder, Result
from inventory.lifecycle.service import record_events

IMPLIED: Final = frozenset({"record", "correct"})
"""Whoever may bring reports may have what they add to unknown facts recorded; answers to questions need their own."""


def record(session: Session, items: list[Item], recorder: Recorder) -> None:
    """Record the plans of *items*, and say in each row what became of it."""
    trusted = replace(recorder, permissions=recorder.permissions | IMPLIED)
    taken_out = _record_all(session, [(each, one) for each in items for one in each.plan.removals], trusted)
    _record_all(session, [(each, each.plan.opening) for each in items if each.plan.opening], trusted)
    rest: list[tuple[Item, EventRequest]] = []
    for each in items:
        if each.plan.opening is not None:
            [opened] = [one for one in each.results if one.key == each.plan.opening.key]
            if opened.outcome != "refused":
                each.asset_id = opened.asset_id
            for one in each.plan.fittings:
                one.tag = opened.tag
        if each.plan.facts is not None:
            rest.append((each, each.plan.facts))
        if each.plan.opening is None or each.asset_id is not None:
            rest += [(each, one) for one in each.plan.fittings]
    fitted = _record_all(session, rest, trusted)
    _nothing_left_over(taken_out, fitted)
    for each in items:
        _settle(each)
    moved = [request.details["uid"] for _, request, result in taken_out if result.outcome != "refused"]
    if moved:
        session.flush()
        donors = {number for each in items for number in each.plan.donors}
        _answered_by_itself(session, donors, {f"drive_absent:{uid}" for uid in moved})


def _answered_by_itself(session: Session, numbers: set[int], moot: set[str]) -> None:
    """Drives that were asked about in these machines turned up elsewhere: nobody needs to answer any more."""
    rows = session.scalars(
        select(HardwareReport).where(HardwareReport.asset_id.in_(sorted(numbers)), HardwareReport.standing == ASKED)
    )
    for row in rows:
        left = [each for each in row.question or () if each["id"] not in moot]
        if len(left) < len(row.question or ()):
            close(row, left)


def close(row: HardwareReport, left: list[dict[str, Any]]) -> None:
    """Keep the items that are still open; with none left the report is settled."""
    row.question = left or None
    if not left:
        row.standing, row.words = RECORDED, "Every question about it is answered."


def _record_all(
    session: Session, asked: list[tuple[Item, EventRequest]], recorder: Recorder
) -> list[tuple[Item, EventRequest, Result]]:
    if not asked:
        return []
    results = record_events(session, [request for _, request in asked], recorder, all_or_none=False)
    told = []
    for (each, request), result in zip(asked, results, strict=True):
        each.results.append(result)
        told.append((each, request, result))
    return told


def _nothing_left_over(
    removed: list[tuple[Item, EventRequest, Result]], fitted: list[tuple[Item, EventRequest, Result]]
) -> None:
    """A drive that was taken out of one machine is in another now, or nothing of this is recorded at all."""
    arrived = {request.details.get("uid") for _, request, result in fitted if result.outcome != "refused"}
    for _, request, result in removed:
        if result.outcome != "refused" and request.details["uid"] not in arrived:
            raise RuleRefused(
                f"The drive {request.details['uid']} of {request.tag} could not be recorded where the report saw it."
            )


def _settle(each: Item) -> None:
    row, plan = each.row, each.plan
    row.asset_id = each.asset_id
    questions = list(plan.questions)
    for result in each.results:
        if result.refusal is not None:
            questions.append(
                item("not_recorded", "What the report says", result.tag or "The record", sentence(result.refusal))
            )
    done = sum(result.outcome == "recorded" for result in each.results)
    row.question = questions or None
    row.standing = ASKED if questions else RECORDED if done else NOTHING_NEW
    row.words = _words(each, questions, done)


def sentence(error: InventoryError) -> str:
    """The refusal, or the first of a batch's."""
    return error.refusals[0][1].message if isinstance(error, BatchRefused) else error.message


def _words(each: Item, questions: list[dict[str, Any]], done: int) -> str:
    if questions and QUESTIONS[questions[0]["kind"]].whole:
        return f"{questions[0]['why']}"
    parts = []
    kinds = [result for result in each.results if result.outcome == "recorded"]
    opened = each.plan.opening is not None and each.asset_id is not None
    if opened:
        parts.append(f"registered as {kinds[0].tag if kinds else 'new'}")
    if each.plan.facts is not None:
        added = sorted(set(each.plan.facts.details) - {"source"})
        parts.append(f"filled in: {', '.join(added)}")
    moved = len(each.plan.removals)
    if moved:
        parts.append(f"{moved} drive{'s' if moved != 1 else ''} moved here")
    new = len(each.plan.fittings) - moved
    if new > 0:
        parts.append(f"{new} drive{'s' if new != 1 else ''} put on record")
    if questions:
        parts.append(f"{len(questions)} question{'s' if len(questions) != 1 else ''} for a person")
    if not parts or not (done or questions):
        return "Everything in it was on record."
    return f"{', '.join(parts)}.".capitalize() if not opened else f"R{', '.join(parts)[1:]}."
