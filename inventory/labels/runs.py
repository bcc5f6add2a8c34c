"""Reads of print runs: pages of the list, one run, and how many of its blank labels were claimed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from inventory.accounts.models import Account
from inventory.errors import NotFound
from inventory.i18n import mark
from inventory.register.models import BlankTag, LabelPrinter, LabelRun, LabelRunTag


@dataclass(frozen=True, slots=True)
class RunRow:
    """A print run as lists show it. ``claimed``: of a blank run, how many labels are on machines by now."""

    id: int
    printed_at: datetime
    by: str
    template: str
    labels: int
    blank: bool
    skipped: int
    reprint_of: int | None
    public_url: str
    claimed: int | None
    copy: int = 1
    wording: str = "asset"
    shows: tuple[str, ...] = ()
    printer: str | None = None


@dataclass(frozen=True, slots=True)
class RunPage:
    """A page of runs, newest first; ``older`` and ``newer`` are run numbers to go on from."""

    rows: list[RunRow]
    older: int | None
    newer: int | None


def _statement() -> Any:
    return (
        select(LabelRun, Account.display_name, LabelPrinter.name)
        .join(Account, Account.id == LabelRun.account_id)
        .outerjoin(LabelPrinter, LabelPrinter.id == LabelRun.printer_id)
    )


def _rows(session: Session, found: list[tuple[LabelRun, str, str | None]]) -> list[RunRow]:
    roots = {run.id: run.reprint_of or run.id for run, _, _ in found if run.blank}
    claimed: dict[str, int] = {}
    if roots:
        counted = (
            select(BlankTag.run, func.count(BlankTag.claimed_at))
            .where(BlankTag.run.in_(sorted({str(root) for root in roots.values()})))
            .group_by(BlankTag.run)
        )
        claimed = dict(session.execute(counted).all())
    return [
        RunRow(
            run.id, run.printed_at, by, run.template, run.labels, run.blank, run.skipped, run.reprint_of,
            run.public_url, claimed.get(str(roots[run.id]), 0) if run.id in roots else None, run.copy, run.wording,
            tuple(run.shows.split()), printer,
        )
        for run, by, printer in found
    ]  # fmt: skip


def list_runs(session: Session, size: int, *, before: int | None = None, after: int | None = None) -> RunPage:
    """Runs, newest first: those older than run *before*, or those newer than run *after*. Two statements."""
    statement = _statement()
    if after is not None:
        statement = statement.where(LabelRun.id > after).order_by(LabelRun.id)
    else:
        statement = statement.order_by(LabelRun.id.desc())
        if before is not None:
            statement = statement.where(LabelRun.id < before)
    found = [(run, by, printer) for run, by, printer in session.execute(statement.limit(size + 1))]
    more, found = len(found) > size, found[:size]
    if after is not None:
        found.reverse()
    rows = _rows(session, found)
    has_older = more if after is None else bool(rows)
    has_newer = more if after is not None else before is not None and bool(rows)
    return RunPage(rows, rows[-1].id if has_older else None, rows[0].id if has_newer else None)


def run_numbered(session: Session, number: int) -> tuple[LabelRun, RunRow]:
    """The run with this number, and how lists show it. NotFound when there is none."""
    found = session.execute(_statement().where(LabelRun.id == number)).first()
    if found is None:
        raise NotFound(mark("There is no print run {number}."), number=number)
    return found[0], _rows(session, [(found[0], found[1], found[2])])[0]


def ends_of(session: Session, run: LabelRun) -> tuple[str, str]:
    """First and last tag of the run, as printed."""
    root = run.reprint_of or run.id
    first, last = aliased(LabelRunTag), aliased(LabelRunTag)
    number = select(func.max(LabelRunTag.number)).where(LabelRunTag.run_id == root).scalar_subquery()
    found = session.execute(
        select(first.tag, last.tag)
        .join(last, last.run_id == first.run_id)
        .where(first.run_id == root, first.number == 0, last.number == number)
    ).one()
    return found[0], found[1]


def last_run_of(session: Session, account_id: int) -> LabelRun | None:
    """What this account printed last; one statement."""
    return session.scalar(
        select(LabelRun).where(LabelRun.account_id == account_id).order_by(LabelRun.id.desc()).limit(1)
    )
