"""Receives hardware reports: keeps them, matches them, records what is certain and asks about the rest."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.db import among
from inventory.errors import BatchRefused, InventoryError, RuleRefused
from inventory.intake.findings import HardwareFound, MachineFound
from inventory.intake.matching import Match, Pointers, candidates, decide, marks_of, nameless, pointers
from inventory.intake.models import ASKED, NOTHING_NEW, RECORDED, REFUSED, HardwareReport
from inventory.intake.planning import (
    KnownDrive,
    Plan,
    Source,
    amending,
    clipped,
    described,
    drive_words,
    opening,
)
from inventory.intake.questions import LEAVING, QUESTIONS, item
from inventory.intake.stored import from_json, to_json
from inventory.lifecycle.bulk import take_numbers
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.receivers import Arrived, Read
from inventory.lifecycle.requests import EventRequest, Recorder, Result
from inventory.lifecycle.rules import replay
from inventory.lifecycle.service import record_events
from inventory.lifecycle.state import State
from inventory.register.identifiers import comparison_form
from inventory.register.models import Asset, Part

AHEAD: Final = timedelta(days=1)
"""A report that says it was made later than this after it came has a clock that proves nothing."""
_LOCK: Final = 0x6861_7264
"""Number of the lock, from the letters of “hard”."""
IMPLIED: Final = frozenset({"record", "correct"})
"""Whoever may bring reports may have what they add to unknown facts recorded; answers to questions need their own."""


@dataclass(slots=True)
class Item:
    """A report on its way: its row, what it found, and what becomes of it."""

    row: HardwareReport
    found: HardwareFound
    register: bool = False
    asset_id: int | None = None
    """Given by a person, or found by matching."""
    given: bool = False
    """Whether a person said which machine it is, or that it is a new one: then nothing is matched."""
    late: bool = False
    """Whether it came earlier than now: then other reports may have come meanwhile."""
    match: Match | None = None
    plan: Plan = field(default_factory=Plan)
    results: list[Result] = field(default_factory=list)

    @property
    def machine(self) -> MachineFound | None:
        """The machine it is about; drives told alone stand for one when a person said which it is."""
        if self.found.machine is None and self.given:
            return MachineFound(drives=self.found.drives)
        return self.found.machine


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
            _place_single(each, drives)
    numbers = {each.asset_id for each in items if each.asset_id is not None}
    states = states_of(session, numbers)
    donors = {one.asset_id for known in drives.values() for one in known if one.asset_id is not None}
    newest, listing = _newest(session, numbers | donors)
    settled = _settled(session, numbers)
    touched: set[int] = set()
    taken: list[Item] = []
    waiting: list[Item] = []
    for each in items:
        _plan(session, each, states, drives, (newest, listing), recorder)
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
    _record(session, taken, recorder)
    return waiting


def _lost(machine: MachineFound, pointed: Pointers) -> bool:
    return nameless(machine) and not any(each.living for each in (*pointed.by_tag, *pointed.by_mac))


def _drives(each: Item) -> tuple[Any, ...]:
    return each.machine.drives if each.machine is not None else each.found.drives


def drives_on_record(session: Session, serials: Iterable[str]) -> dict[str, list[KnownDrive]]:
    """Drives that bear these serial numbers, by comparison form, and where they are; one statement."""
    keys = sorted({comparison_form("serial", each) for each in serials})
    found: dict[str, list[KnownDrive]] = {}
    if not keys:
        return found
    rows = session.execute(
        select(Part.serial_key, Part.uid, Part.asset_id, Asset.tag, Asset.status)
        .outerjoin(Asset, Asset.id == Part.asset_id)
        .where(among(session, Part.serial_key, keys), Part.kind == "drive")
        .order_by(Part.id)
    )
    for key, uid, asset_id, tag, status in rows:
        found.setdefault(str(key), []).append(KnownDrive(uid, asset_id, tag, status))
    return found


def states_of(session: Session, numbers: Iterable[int]) -> dict[int, State]:
    """Where these machines stand, by their ledgers; one statement."""
    lines = load_lines(session, sorted(numbers)) if numbers else {}
    return {number: replay([line for line, _ in history]) for number, history in lines.items()}


@dataclass(frozen=True, slots=True)
class _Newest:
    """When the latest report of a machine was made, of those that say so, and came or was made, of all."""

    made: datetime | None
    came: datetime | None

    def after(self, each: Item) -> bool:
        """Whether it is later than *each*; of one that comes just now only what it says of itself counts."""
        if each.late:
            own = each.row.made_at or each.row.received_at
            return self.came is not None and self.came > own
        return each.row.made_at is not None and self.made is not None and self.made > each.row.made_at


_NONE: Final = _Newest(None, None)


def _newest(session: Session, numbers: set[int]) -> tuple[dict[int, _Newest], dict[int, _Newest]]:
    """The latest report of each of these machines, and the latest that lists every drive; one statement."""
    any_: dict[int, _Newest] = {}
    listing: dict[int, _Newest] = {}
    if not numbers:
        return any_, listing
    row = HardwareReport
    came = func.coalesce(row.made_at, row.received_at)
    rows = session.execute(
        select(row.asset_id, row.lists_drives, func.max(row.made_at), func.max(came))
        .where(row.asset_id.in_(sorted(numbers)))
        .group_by(row.asset_id, row.lists_drives)
    )
    for number, lists, made, last in rows:
        found = _Newest(_utc(made), _utc(last))
        if lists:
            listing[number] = found
        other = any_.get(number, _NONE)
        any_[number] = _Newest(_later(found.made, other.made), _later(found.came, other.came))
    return any_, listing


def _utc(moment: datetime | None) -> datetime | None:
    # SQLite tells the largest of two columns as the text that it keeps.
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _settled(session: Session, numbers: set[int]) -> dict[int, set[str]]:
    """What was answered about these machines by leaving the record as it is: it is not asked again; one statement."""
    found: dict[int, set[str]] = {}
    if numbers:
        rows = session.execute(
            select(HardwareReport.asset_id, HardwareReport.answers).where(
                HardwareReport.asset_id.in_(sorted(numbers)), HardwareReport.settled_at.is_not(None)
            )
        )
        for number, answers in rows:
            kept = {each["id"] for each in answers or () if each["answer"] in LEAVING}
            found.setdefault(int(number), set()).update(kept)
    return found


# -- plans --------------------------------------------------------------------------------------------------


def _plan(
    session: Session,
    each: Item,
    states: dict[int, State],
    drives: dict[str, list[KnownDrive]],
    newest: tuple[dict[int, _Newest], dict[int, _Newest]],
    recorder: Recorder,
) -> None:
    row, machine = each.row, each.machine
    any_, listing = newest
    if machine is None:
        return  # What a report about drives alone asks was settled when its place was looked for.
    source = Source(row.sha256, row.reader_version)
    known = {
        comparison_form("serial", drive.serial): [
            replace(one, newer=listing.get(one.asset_id or 0, _NONE).after(each))
            for one in drives.get(comparison_form("serial", drive.serial), ())
        ]
        for drive in machine.drives
        if drive.serial
    }
    if each.asset_id is not None:
        state = states[each.asset_id]
        source = replace(
            source,
            stale=any_.get(each.asset_id, _NONE).after(each),
            drives_stale=listing.get(each.asset_id, _NONE).after(each),
        )
        each.plan = amending(machine, each.asset_id, state, known, source)
    elif each.register and each.match is not None and each.match.why is None:
        each.plan = opening(machine, known, source, recorder.settings.tag_prefix)
    elif each.match is None:
        each.plan.questions = [
            item("nameless", machine_words(machine), "Nothing to look for on record",
                 "It bears no serial number, tag, board number or UUID that a machine could be known by.")
        ]  # fmt: skip
    elif each.match.why is not None:
        each.plan.questions = [_doubt(session, machine, each.match)]
    else:
        each.plan.questions = [
            item("new_machine", machine_words(machine), "Nothing on record answers to it",
                 "A machine is not taken into the register unless somebody says so.")
        ]  # fmt: skip


def _doubt(session: Session, machine: MachineFound, match: Match) -> dict[str, Any]:
    shown = list(match.candidates)
    why = f"{machine_words(machine)}: {match.why}."
    withdrawn = [each.id for each in shown if not each.living]
    if withdrawn:
        # A record that was merged speaks for the one it was merged into.
        into = {tag for state in states_of(session, withdrawn).values() if (tag := state.merged_into)}
        rows = session.execute(select(Asset.id).where(Asset.tag.in_(sorted(into)))) if into else ()
        heirs = candidates(session, [number for (number,) in rows])
        shown = [each for each in shown if each.living] + [each for each in heirs.values() if each.living]
        if heirs:
            why += f" It was merged into {', '.join(sorted(into))}."
    record = (
        "; ".join(" ".join(filter(None, (each.tag, each.manufacturer, each.model))) for each in shown)
        or "No living record"
    )
    return item("which_machine", machine_words(machine), record, why, candidates=[each.tag for each in shown])


def machine_words(machine: MachineFound) -> str:
    """A machine of a report in a few words."""
    named = " ".join(filter(None, (machine.manufacturer, machine.model))) or "A machine without a name"
    return f"{named}, serial {machine.serial}" if machine.serial else f"{named}, no serial number"


def _place_single(each: Item, drives: dict[str, list[KnownDrive]]) -> None:
    """A report about drives alone belongs to the machine that they are on record in; else somebody says where."""
    serials = [comparison_form("serial", drive.serial) for drive in each.found.drives if drive.serial]
    places = {one.asset_id for serial in serials for one in drives.get(serial, ()) if one.asset_id is not None}
    unknown = [drive for drive in each.found.drives if not (drive.serial and _held(drive.serial, drives))]
    if len(places) == 1 and not unknown:
        [each.asset_id] = places
        return
    if each.asset_id is not None:
        return
    told = "; ".join(drive_words(drive) for drive in each.found.drives) or "No drive"
    each.plan.questions = [
        item("drive_of_which", told, "In no machine on record" if not places else "In different machines on record",
             "A drive is put on record with the machine that it is in.")
    ]  # fmt: skip


def _held(serial: str, drives: dict[str, list[KnownDrive]]) -> bool:
    return any(one.asset_id is not None for one in drives.get(comparison_form("serial", serial), ()))


# -- recording ----------------------------------------------------------------------------------------------


def _record(session: Session, items: list[Item], recorder: Recorder) -> None:
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
