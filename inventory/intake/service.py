"""Receives hardware reports: keeps them, matches them, records what is certain and asks about the rest."""

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.db import among
from inventory.intake.asking import place_single, plan
from inventory.intake.findings import MachineFound
from inventory.intake.items import Item
from inventory.intake.looking import drives_on_record, left_as_they_are, newest_of, states_of
from inventory.intake.matching import Pointers, decide, marks_of, nameless, pointers
from inventory.intake.models import ASKED, NOTHING_NEW, REFUSED, HardwareReport
from inventory.intake.planning import Plan, clipped, described
from inventory.intake.recording import record
from inventory.intake.stored import from_json, to_json
from inventory.lifecycle.bulk import take_numbers
from inventory.lifecycle.receivers import Arrived, Read
from inventory.lifecycle.requests import Recorder
from inventory.register.models import Asset

AHEAD: Final = timedelta(days=1)
"""A report that says it was made later than this after it came has a clock that proves nothing."""
_LOCK: Final = 0x6861_7264
"""Number of the lock, from the letters of “hard”."""


def receive(session: Session, reads: Sequence[Read], recorder: Recorder, register_new: bool = False) -> list[Arrived]:
    """Keep and record *reads* (some hundreds); what became of each, in their order. Nothing is committed.

    With *register_new* machines that nobody on record answers to are registered as returned to the hub.
    A report that is on record is not read into the register again, unless it still waits for its machine.
    """
    _one_at_a_time(session)
    rows = _rows_of(session, [each.document.sha256 for each in reads])
    items: list[Item] = []
    before: set[str] = set()
    seen: set[str] = set()
    for each in reads:
        sha = each.document.sha256
        if sha in seen:
            continue
        seen.add(sha)
        row = rows.get(sha)
        if row is not None and not _open(row, each):
            before.add(sha)
            continue
        late = row is not None
        if row is None:
            row = rows[sha] = _new_row(each, recorder)
        if each.found is None:
            assert each.refusal is not None  # noqa: S101 - one of the two is there
            row.standing, row.words, row.question = REFUSED, each.refusal.message, None
            continue
        fill(row, each, recorder)
        items.append(Item(row, each.found, register_new, late=late))
    _add(session, [row for row in rows.values() if row.id is None])
    process(session, items, recorder)
    tags = _tags(session, rows.values())
    told = []
    for each in reads:
        row = rows[each.document.sha256]
        told.append(_arrived(row, each.document.sha256 in before, tags))
        # The same bytes a second time among these came before the second time.
        before.add(each.document.sha256)
    return told


def _one_at_a_time(session: Session) -> None:
    """Wait until nobody else receives reports: two of a machine that neither finds would both register it.

    On SQLite every writer holds the lock already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _rows_of(session: Session, hashes: Sequence[str]) -> dict[str, HardwareReport]:
    rows = session.scalars(select(HardwareReport).where(among(session, HardwareReport.sha256, sorted(set(hashes)))))
    return {row.sha256: row for row in rows}


def _add(session: Session, rows: list[HardwareReport]) -> None:
    # With their numbers known they go in as one statement.
    for row, number in zip(rows, take_numbers(session, HardwareReport, len(rows)) if rows else (), strict=True):
        row.id = number
    session.add_all(rows)
    session.flush()


def _open(row: HardwareReport, read: Read) -> bool:
    """Whether a report on record may still become something else when it comes again."""
    if row.standing == REFUSED:
        return read.found is not None
    # Answers that a person gave stand; a report without its machine may have one by now.
    return row.standing == ASKED and row.asset_id is None and read.found is not None


def _new_row(read: Read, recorder: Recorder) -> HardwareReport:
    document = read.document
    return HardwareReport(
        sha256=document.sha256,
        name=clipped(document.name, 255) or "report",
        content=zlib.compress(document.content, 6),
        size=len(document.content),
        reader=read.reader,
        reader_version=read.version,
        received_at=recorder.now,
        account_id=recorder.account_id,
        standing=REFUSED,
        words="",
    )


def fill(row: HardwareReport, read: Read, recorder: Recorder) -> None:
    row.reader, row.reader_version = read.reader, read.version
    row.found = to_json(read.found)
    row.made_at = _sound(read.found.made_at, recorder.now)
    row.lists_drives = read.found.machine is not None and read.found.machine.lists_drives
    row.standing, row.words, row.question = NOTHING_NEW, "", None


def _sound(made_at: datetime | None, now: datetime) -> datetime | None:
    return made_at if made_at is not None and made_at <= now + AHEAD else None


def process(session: Session, items: list[Item], recorder: Recorder) -> None:
    """Match, plan and record, in rounds: reports that may be about one machine go one after another."""
    _one_at_a_time(session)
    order = {id(each): place for place, each in enumerate(items)}
    pending = items
    while pending:
        taken: list[Item] = []
        waiting: list[Item] = []
        marks: set[str] = set()
        for each in pending:
            own = _marks(each)
            (waiting if own & marks else taken).append(each)
            # Whoever comes after one that waits, and may be about the same, waits behind it.
            marks |= own
        waiting += _round(session, taken, recorder)
        pending = sorted(waiting, key=lambda each: order[id(each)])
    session.flush()


def _marks(each: Item) -> set[str]:
    """By what the report may be about the same machine, or the same drive, as another one."""
    if each.machine is not None:
        return marks_of(each.machine)
    return marks_of(MachineFound(drives=each.found.drives))


def _round(session: Session, items: list[Item], recorder: Recorder) -> list[Item]:
    """Record *items*, which do not bear the same marks; those that must wait for another one of them."""
    whole = [each for each in items if each.machine is not None and not each.given]
    found = pointers(session, [each.machine for each in whole if each.machine], recorder.settings)
    for each, pointed in zip(whole, found, strict=True):
        assert each.machine is not None  # noqa: S101
        each.match = decide(each.machine, pointed) if not _lost(each.machine, pointed) else None
        if each.match is not None and each.match.candidate is not None:
            each.asset_id = each.match.candidate.id
    drives = drives_on_record(session, [drive.serial for each in items for drive in _drives(each) if drive.serial])
    for each in items:
        if each.machine is None and not each.given:
            place_single(each, drives)
    numbers = {each.asset_id for each in items if each.asset_id is not None}
    states = states_of(session, numbers)
    donors = {one.asset_id for known in drives.values() for one in known if one.asset_id is not None}
    newest, listing = newest_of(session, numbers | donors)
    settled = left_as_they_are(session, numbers)
    touched: set[int] = set()
    taken: list[Item] = []
    waiting: list[Item] = []
    for each in items:
        plan(session, each, states, drives, (newest, listing), recorder)
        answered = settled.get(each.asset_id or 0, set())
        each.plan.questions = [one for one in each.plan.questions if one["id"] not in answered]
        about = each.plan.donors | ({each.asset_id} if each.asset_id is not None else set())
        if about & touched:
            # What it rests on is about to change: it is matched and planned anew.
            if not each.given:
                each.asset_id, each.match = None, None
            each.plan = Plan()
            waiting.append(each)
        else:
            taken.append(each)
        touched |= about
    record(session, taken, recorder)
    return waiting


def _lost(machine: MachineFound, pointed: Pointers) -> bool:
    return nameless(machine) and not any(each.living for each in (*pointed.by_tag, *pointed.by_mac))


def _drives(each: Item) -> tuple[Any, ...]:
    return each.machine.drives if each.machine is not None else each.found.drives


def _tags(session: Session, rows: Iterable[HardwareReport]) -> dict[int, str]:
    numbers = sorted({row.asset_id for row in rows if row.asset_id is not None})
    return dict(session.execute(select(Asset.id, Asset.tag).where(Asset.id.in_(numbers))).all()) if numbers else {}


def _arrived(row: HardwareReport, already: bool, tags: dict[int, str]) -> Arrived:
    tag = tags.get(row.asset_id) if row.asset_id is not None else None
    return Arrived(row.standing, row.words, already, row.id, tag, facts_of(row))


def facts_of(row: HardwareReport) -> dict[str, Any]:
    """What stands in a report, in short, as JSON values."""
    if row.found is None:
        return {"format": row.reader}
    found = from_json(row.found)
    machine = found.machine
    drives = machine.drives if machine is not None else found.drives
    told: dict[str, Any] = {"format": row.reader}
    if machine is not None:
        told |= {name: getattr(machine, name) for name in ("kind", "manufacturer", "model", "serial")}
    return told | {"drives": [described(each) for each in drives], "notes": list(found.notes)}
