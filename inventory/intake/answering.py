"""What becomes of a question about a report once a person has answered it."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.intake import service
from inventory.intake.items import Item
from inventory.intake.matching import Match
from inventory.intake.models import ASKED, SET_ASIDE, HardwareReport
from inventory.intake.planning import Source
from inventory.intake.queries import waiting_questions
from inventory.intake.questions import IT_IS, alike, answers_to
from inventory.intake.recording import close
from inventory.intake.stored import from_json
from inventory.lifecycle.requests import EventRequest, Recorder
from inventory.lifecycle.service import record_event
from inventory.register.models import Asset
from inventory.register.queries import resolve_one

MOST_ALIKE: Final = 100
"""Reports that one answer settles together."""
Asked = dict[str, Any]


def report_of(session: Session, number: int, *, lock: bool = False) -> HardwareReport:
    """The report with this number, or the refusal that there is none."""
    statement = select(HardwareReport).where(HardwareReport.id == number)
    if lock:
        statement = statement.with_for_update()
    found = session.scalar(statement, execution_options={"populate_existing": lock})
    if found is None:
        raise NotFound("There is no such report.")
    return found


def answer(
    session: Session, number: int, about: str, key: str, recorder: Recorder, machine: str = ""
) -> HardwareReport:
    """Answer the item *about* of report *number* with the answer *key*; *machine* names one where it is asked.

    An item that is not open any more was answered before: nothing is changed. Nothing is committed.
    """
    row = report_of(session, number, lock=True)
    asked = next((each for each in row.question or () if each["id"] == about), None)
    if asked is None or row.standing != ASKED:
        return row
    chosen = next((each for each in answers_to(asked) if each.key == key), None)
    if chosen is None:
        raise ValidationRefused("Choose one of the answers.", field="answer")
    if chosen.permission not in recorder.permissions:
        raise NotAllowed(f"Your role may not answer this; it takes the permission “{chosen.permission}”.")
    # Noted first: what is planned anew does not ask what was just answered.
    told = {"id": asked["id"], "answer": key, "by": recorder.actor, "at": recorder.now.isoformat()}
    row.answers = [*(row.answers or ()), told]
    row.settled_by, row.settled_at = recorder.account_id, recorder.now
    session.flush()
    _WAYS[key](session, row, asked, recorder, machine)
    session.flush()
    return row


def answer_alike(session: Session, number: int, about: str, key: str, recorder: Recorder) -> tuple[int, int]:
    """Answer the item *about* of report *number*, and the same item of others; how many, and how many are left.

    At most MOST_ALIKE at once. One that cannot be followed refuses all. Nothing is committed.
    """
    asked = next((each for each in report_of(session, number).question or () if each["id"] == about), None)
    same = alike(asked) if asked is not None else None
    if asked is None or same is None or key == IT_IS.key:
        raise ValidationRefused("This is to be answered one by one.", field="answer")
    found = [
        (row, each["id"]) for row, question in waiting_questions(session) for each in question if alike(each) == same
    ]
    for row, item_id in found[:MOST_ALIKE]:
        answer(session, row, item_id, key, recorder)
    return min(len(found), MOST_ALIKE), max(0, len(found) - MOST_ALIKE)


def _it_is(session: Session, row: HardwareReport, asked: Asked, recorder: Recorder, machine: str) -> None:
    text = machine.replace("\x00", "").strip()
    if not text:
        raise ValidationRefused("Name the machine: its tag, serial or old barcode.", field="machine")
    found = resolve_one(session, text, recorder.settings)
    if found.status == "withdrawn":
        raise RuleRefused(f"{found.tag} is withdrawn; name the record that stands for it.", field="machine")
    _process(session, row, recorder, found.asset_id)


def _register(session: Session, row: HardwareReport, asked: Asked, recorder: Recorder, machine: str) -> None:
    assert row.found is not None  # noqa: S101 - only what was read is asked about
    # Where nothing was in doubt, another report of the same machine may have been registered meanwhile.
    sure = asked["kind"] != "new_machine"
    one = Item(row, from_json(row.found), register=True, given=sure, late=True, match=Match() if sure else None)
    service.process(session, [one], recorder)


def _merge(session: Session, row: HardwareReport, asked: Asked, recorder: Recorder, machine: str) -> None:
    """The record that was there first stays; the other one is merged into it."""
    rows = session.execute(select(Asset.id, Asset.tag).where(Asset.tag.in_(asked["candidates"])).order_by(Asset.id))
    records = rows.all()
    if len(records) != 2:
        raise RuleRefused("The two records are not there any more under these tags. Name the machine instead.")
    (stays, into), (_, other) = records
    source = Source(row.sha256, row.reader_version)
    record_event(session, EventRequest("merged", source.key("merged"), other, None, {"into": into}), recorder)
    _process(session, row, recorder, stays)


def _set_aside(session: Session, row: HardwareReport, asked: Asked, recorder: Recorder, machine: str) -> None:
    row.standing, row.question, row.words = SET_ASIDE, None, "Set aside; nothing of it was recorded."


def _take(session: Session, row: HardwareReport, asked: Asked, recorder: Recorder, machine: str) -> None:
    source = Source(row.sha256, row.reader_version)
    details = {asked["field"]: asked["value"], "source": source.words}
    _record(session, row, EventRequest("amended", source.key(f"take-{asked['field']}"), "", None, details), recorder)
    _close(row, asked)


def _taken_out(session: Session, row: HardwareReport, asked: Asked, recorder: Recorder, machine: str) -> None:
    source = Source(row.sha256, row.reader_version)
    details = {"uid": asked["uid"], "source": source.words}
    key = source.key(f"gone-{asked['uid'][-32:]}")
    _record(session, row, EventRequest("part_removed", key, "", None, details), recorder)
    _close(row, asked)


def _fitted(session: Session, row: HardwareReport, asked: Asked, recorder: Recorder, machine: str) -> None:
    """A record of its own here: what the other record says of the drive stays as it is."""
    source = Source(row.sha256, row.reader_version)
    details = asked["drive"] | {"came": "found_inside", "source": source.words}
    key = source.key(f"anew-{_ascii(str(asked['number']))}")
    _record(session, row, EventRequest("part_fitted", key, "", None, details), recorder)
    _close(row, asked)


def _leave(session: Session, row: HardwareReport, asked: Asked, recorder: Recorder, machine: str) -> None:
    _close(row, asked)


def _again(session: Session, row: HardwareReport, asked: Asked, recorder: Recorder, machine: str) -> None:
    _process(session, row, recorder, row.asset_id)


def _process(session: Session, row: HardwareReport, recorder: Recorder, asset_id: int | None) -> None:
    assert row.found is not None  # noqa: S101 - only what was read is asked about
    one = Item(row, from_json(row.found), asset_id=asset_id, given=asset_id is not None, late=True)
    service.process(session, [one], recorder)


def _record(session: Session, row: HardwareReport, request: EventRequest, recorder: Recorder) -> None:
    request.tag = session.scalar(select(Asset.tag).where(Asset.id == row.asset_id))
    record_event(session, request, recorder)


def _close(row: HardwareReport, asked: Asked) -> None:
    close(row, [each for each in row.question or () if each["id"] != asked["id"]])


def _ascii(text: str) -> str:
    return "".join(each for each in text if each.isascii() and each.isalnum())[:24]


_WAYS: Final[dict[str, Callable[[Session, HardwareReport, Asked, Recorder, str], None]]] = {
    "it_is": _it_is,
    "register": _register,
    "merge": _merge,
    "set_aside": _set_aside,
    "take": _take,
    "keep": _leave,
    "taken_out": _taken_out,
    "still_in": _leave,
    "fitted": _fitted,
    "leave": _leave,
    "again": _again,
}
