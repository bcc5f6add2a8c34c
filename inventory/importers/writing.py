"""Right rows to ledger lines, a chunk at a time through the one writer, in the caller's one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import InventoryError, NotAllowed, ValidationRefused
from inventory.i18n import mark
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.lifecycle.requests import EventRequest, Recorder
from inventory.lifecycle.service import record_events
from inventory.register.models import Asset
from inventory.register.rows import AssetRow, rows_of
from inventory.register.search import forget_words

from ._base import Importer
from ._memory import calm_memory
from .choice import Choice, Tally
from .mapping import ColumnMapping
from .names import NameBook, keys_of
from .on_record import Bearer, OnRecord, look_up
from .opening import Opening, holds, opening_of, partner_role
from .refused import ProblemFile
from .survey import Options
from .tables import Table
from .targets import NAMING
from .updating import changes, labels, requests_for
from .validation import Problem, Verdict

CHUNK: Final = 2_000
"""Rows planned, looked up and recorded together."""
IMPLIED: Final = frozenset({"record", "procure"})
"""Whoever may import files may record with them what stands in a list: receipts, registrations, moves."""
SHOWN_RIGHT: Final = 300
"""Right rows of each outcome that are told one by one, beside all that are not."""


@dataclass(slots=True)
class _Plan:
    """A row on its way: its verdict, and what is to be recorded of it."""

    verdict: Verdict
    problems: list[Problem]
    opening: Opening | None = None
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What the row names, as keys of the book."""
    bearer: Bearer | None = None
    requests: list[EventRequest] = field(default_factory=list)
    outcome: str = ""
    """new, changed, already, differs, merged or refused."""

    def refuse(self, error: InventoryError, value: str = "") -> None:
        self.problems.append(Problem(self.verdict.row_number, error.field or "", value, error.message))
        self.outcome, self.requests = "refused", []


Progress = Callable[[int, int], None]


def run_import(
    session: Session,
    table: Table,
    importer: Importer,
    mapping: ColumnMapping,
    options: Options,
    choice: Choice,
    recorder: Recorder,
    problems: Path,
    progress: Progress = lambda done, total: None,
) -> Tally:
    """Record every right row of *table*; what is wrong with the others goes to the file *problems*.

    Nothing is committed: the caller does, unless ``Tally.refused`` and all or none was asked, or it was a
    trial. Raises ValidationRefused while a question is open (survey.Question), NotAllowed without the
    permission to import.
    """
    if "import" not in recorder.permissions:
        raise NotAllowed(mark("Your role may not import files."))
    recorder = replace(recorder, permissions=recorder.permissions | IMPLIED)
    survey = importer.survey(table, mapping, options)
    verdicts = importer.verdicts(table, mapping, options, survey)
    tally = Tally()
    book = NameBook(session, choice.create)
    with ProblemFile(problems) as kept, calm_memory() as rest:
        progress(0, survey.rows)
        while chunk := list(islice(verdicts, CHUNK)):
            plans = [_plan(verdict, choice) for verdict in chunk]
            _settle(session, plans, book, choice)
            _record(session, plans, choice, recorder)
            _count(plans, tally, kept)
            rest()
            progress(tally.rows, survey.rows)
    tally.made = dict(book.made)
    return tally


def _plan(verdict: Verdict, choice: Choice) -> _Plan:
    plan = _Plan(verdict, list(verdict.problems))
    if verdict.values is None:
        plan.outcome = "merged" if verdict.merged_into is not None else "refused"
        return plan
    try:
        plan.opening = opening_of(verdict.values, choice.source, choice.without_status)
    except InventoryError as error:
        plan.refuse(error)
    return plan


def _settle(session: Session, plans: Sequence[_Plan], book: NameBook, choice: Choice) -> None:
    """Decide for each row what it is: new, on record, changed; a few statements for the whole chunk."""
    # A row that cannot open a record (no status) may still be about a machine that is there.
    open_ = [plan for plan in plans if plan.verdict.values is not None]
    if not open_:
        return
    rows: list[Mapping[str, Any]] = [plan.verdict.values or {} for plan in open_]
    keys = [plan.opening.key if plan.opening else "" for plan in open_]
    found = look_up(session, rows, keys, choice.update_by)
    fresh: list[_Plan] = []
    for plan, values, key in zip(open_, rows, keys, strict=True):
        if key in found.keys and not choice.update_by:
            plan.outcome = "already"
            continue
        try:
            plan.bearer = found.match(values, choice.update_by)
        except InventoryError as error:
            plan.refuse(error, str(values.get(error.field or "") or ""))
            continue
        if plan.bearer is not None and plan.outcome == "refused":
            plan.outcome, plan.problems = "", list(plan.verdict.problems)
        if plan.outcome != "refused":
            fresh.append(plan)
    for plan in fresh:
        values = plan.verdict.values or {}
        plan.names = keys_of(values, partner_role(values))
    book.load(key for plan in fresh for key in plan.names.values())
    _compare(session, [plan for plan in fresh if plan.bearer], book, choice)
    for plan in fresh:
        if plan.bearer is None and plan.opening is not None:
            _open(plan, plan.opening, book, choice)


def _codes(plan: _Plan, book: NameBook, status: str) -> dict[str, str]:
    codes = {}
    for name, key in plan.names.items():
        if holds(status, name):
            found = book.known[key]
            if isinstance(found, ValidationRefused):
                raise ValidationRefused(found.message, field=name)
            codes[name] = found
    return codes


def _open(plan: _Plan, opening: Opening, book: NameBook, choice: Choice) -> None:
    values = plan.verdict.values or {}
    try:
        codes = _codes(plan, book, opening.status)
    except InventoryError as error:
        plan.refuse(error, str(values.get(error.field or "") or ""))
        return
    if opening.kind != "taken_on" and "partner" in codes:
        del codes["partner"]
        opening.left_out.append(("partner", mark("Partner is left out: the row states no outcome.")))
    if opening.left_out:
        plan.problems += [
            Problem(plan.verdict.row_number, name, str(values.get(name) or ""), sentence, fatal=False)
            for name, sentence in opening.left_out
        ]
    details = opening.details
    details.update(codes)
    plan.requests = [EventRequest(opening.kind, opening.key, None, opening.when, details)]
    plan.outcome = "new"


def _compare(session: Session, plans: Sequence[_Plan], book: NameBook, choice: Choice) -> None:
    """Rows about machines on record: nothing new, something else, or events that bring the record up to date."""
    numbers = sorted({plan.bearer.id for plan in plans if plan.bearer})
    if not numbers:
        return
    rows = {row.id: row for row in rows_of(session, numbers)}
    sequences = dict(session.execute(select(Asset.id, Asset.sequence).where(Asset.id.in_(numbers))).all())
    for plan in plans:
        assert plan.bearer is not None  # noqa: S101 - said by the caller
        try:
            _compare_one(plan, rows[plan.bearer.id], sequences[plan.bearer.id], book, choice)
        except InventoryError as error:
            values = plan.verdict.values or {}
            plan.refuse(error, str(values.get(error.field or "") or ""))


def _compare_one(plan: _Plan, row: AssetRow, sequence: int, book: NameBook, choice: Choice) -> None:
    values = plan.verdict.values or {}
    codes = _codes(plan, book, values.get("status") or row.status)
    changed = changes(row, values, codes)
    if not changed:
        plan.outcome = "already"
    elif choice.update_by is None:
        plan.outcome = "differs"
        sentence = mark("{tag} is on record with another {columns}. It stays as it is.").format(
            tag=row.tag, columns=labels(changed)
        )
        plan.problems.append(Problem(plan.verdict.row_number, next(iter(changed)), "", sentence, fatal=False))
    else:
        plan.requests = requests_for(row, changed, values.get("status_date"), choice.source, sequence)
        plan.outcome = "changed"


def _record(session: Session, plans: Sequence[_Plan], choice: Choice, recorder: Recorder) -> None:
    """Hand the events of a chunk to the ledger; a row of several events comes in whole or not at all."""
    several = choice.skip_refused and any(len(plan.requests) > 1 for plan in plans)
    if not several:
        _drop(_record_once(session, plans, recorder))
        return
    while True:
        try:
            with session.begin_nested():
                refused = _record_once(session, plans, recorder)
                if any(len(plan.requests) > 1 for plan in refused):
                    raise _Torn(refused)
                _drop(refused)
                return
        except _Torn as torn:
            # What was learnt of words in the part that is undone is not stored.
            forget_words()
            _drop(torn.refused)
            for plan in plans:
                if plan.outcome == "already" and plan.requests:
                    plan.outcome = "changed" if plan.bearer else "new"


class _Torn(Exception):
    """Of a row's several events only some would be recorded."""

    def __init__(self, refused: list[_Plan]) -> None:
        self.refused = refused


def _drop(refused: Sequence[_Plan]) -> None:
    for plan in refused:
        plan.requests, plan.outcome = [], "refused"


def _record_once(session: Session, plans: Sequence[_Plan], recorder: Recorder) -> list[_Plan]:
    asked = [(plan, request) for plan in plans for request in plan.requests]
    if not asked:
        return []
    results = record_events(session, [request for _, request in asked], recorder, all_or_none=False)
    refused: dict[int, _Plan] = {}
    for (plan, _), result in zip(asked, results, strict=True):
        if result.refusal is not None:
            error = result.refusal
            values = plan.verdict.values or {}
            value = str(values.get(error.field or "") or "")
            plan.problems.append(Problem(plan.verdict.row_number, error.field or "", value, error.message))
            refused[id(plan)] = plan
        elif result.outcome == "already" and plan.outcome == "new":
            plan.outcome = "already"
    return list(refused.values())


def _count(plans: Sequence[_Plan], tally: Tally, kept: ProblemFile) -> None:
    tally.rows += len(plans)
    for plan in plans:
        setattr(tally, plan.outcome, getattr(tally, plan.outcome) + 1)
        if plan.outcome in ("new", "changed"):
            tally.lines += len(plan.requests)
            for request in plan.requests:
                tally.events[request.kind] += 1
        if plan.outcome == "refused":
            kept.add(plan.verdict.row_number, "refused", plan.problems)
        elif plan.problems and plan.outcome == "differs":
            kept.add(plan.verdict.row_number, "differs", plan.problems)
        elif plan.problems and plan.outcome in ("new", "changed"):
            tally.noted += 1
            kept.add(plan.verdict.row_number, "noted", plan.problems)
        elif plan.outcome in ("new", "changed", "already") and getattr(tally, plan.outcome) <= SHOWN_RIGHT:
            kept.add(plan.verdict.row_number, plan.outcome, [_right(plan)])


def _right(plan: _Plan) -> Problem:
    """What is told of a row that comes in: which machine, and what is recorded of it."""
    values = plan.verdict.values or {}
    name = plan.bearer.tag if plan.bearer else next((values[key] for key in NAMING if values.get(key)), "")
    told = ", ".join(EVENT_TYPES[request.kind].label.lower() for request in plan.requests)
    return Problem(plan.verdict.row_number, "", str(name), told or mark("on record already"), fatal=False)


__all__ = ["CHUNK", "Choice", "OnRecord", "Tally", "run_import"]
