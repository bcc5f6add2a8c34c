"""Reads of hardware reports: lists, what waits for a person, and the newest findings per machine."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.db import Page, keyset_page
from inventory.intake.findings import DriveFound, HardwareFound, MachineFound
from inventory.intake.models import ASKED, HardwareReport
from inventory.intake.stored import from_json
from inventory.register.identifiers import comparison_form
from inventory.register.models import Asset

LATEST: Final = 12
"""Reports of a machine that are put together, the newest ones."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the reports of a machine say together, and the reports they say it in, the newest first."""

    machine: MachineFound
    reports: tuple[HardwareReport, ...]


def latest_findings(session: Session, asset_ids: Iterable[int]) -> dict[int, MachineFound]:
    """The newest that reports say of each of these machines; one statement. Machines without a report are left out."""
    return {number: each.machine for number, each in told_of(session, asset_ids).items()}


def told_of(session: Session, asset_ids: Iterable[int]) -> dict[int, Told]:
    """As `latest_findings`, with the reports: the newest word on each fact counts, older ones fill the gaps."""
    numbers = sorted(set(asset_ids))
    if not numbers:
        return {}
    place = func.row_number().over(
        partition_by=HardwareReport.asset_id,
        order_by=(_when().desc(), HardwareReport.id.desc()),
    )
    latest = (
        select(HardwareReport.id, place.label("place"))
        .where(HardwareReport.asset_id.in_(numbers), HardwareReport.found.is_not(None))
        .subquery()
    )
    rows = session.scalars(
        select(HardwareReport)
        .join(latest, latest.c.id == HardwareReport.id)
        .where(latest.c.place <= LATEST)
        .order_by(HardwareReport.asset_id, latest.c.place.desc())
    )
    by_machine: dict[int, list[HardwareReport]] = {}
    for row in rows:
        by_machine.setdefault(int(row.asset_id or 0), []).append(row)
    return {
        number: Told(together([from_json(row.found or {}) for row in reports]), tuple(reversed(reports)))
        for number, reports in by_machine.items()
    }


def _when() -> Any:
    return func.coalesce(HardwareReport.made_at, HardwareReport.received_at)


def together(found: Sequence[HardwareFound]) -> MachineFound:
    """One machine out of its reports, oldest first: what a later one tells takes the place of what was known."""
    machine = MachineFound()
    for each in found:
        newer = each.machine or MachineFound(drives=each.drives)
        changes = {
            field.name: value
            for field in fields(newer)
            if field.name not in ("drives", "lists_drives")
            and (value := getattr(newer, field.name)) not in (None, "", ())
        }
        machine = replace(
            machine,
            **changes,
            drives=_drives(machine.drives, newer.drives, whole=newer.lists_drives),
            lists_drives=machine.lists_drives or newer.lists_drives,
        )
    return machine


def _drives(known: tuple[DriveFound, ...], newer: tuple[DriveFound, ...], *, whole: bool) -> tuple[DriveFound, ...]:
    """The drives after a newer report; one that does not list them all only adds to what is known."""
    by_serial = {comparison_form("serial", each.serial): each for each in known if each.serial}
    told = []
    for each in newer:
        before = by_serial.pop(comparison_form("serial", each.serial), None) if each.serial else None
        told.append(_filled(each, before) if before is not None else each)
    if whole:
        return tuple(told)
    left = [each for each in known if not each.serial] if not newer else []
    return (*by_serial.values(), *left, *told)


def _filled(newer: DriveFound, older: DriveFound) -> DriveFound:
    changes = {each.name: getattr(older, each.name) for each in fields(newer) if getattr(newer, each.name) is None}
    return replace(newer, **changes)


def raw(row: HardwareReport) -> bytes:
    """The bytes of a report as they came."""
    return zlib.decompress(row.content)


@dataclass(frozen=True, slots=True)
class Listed:
    """A report in a list, with the tag of its machine."""

    report: HardwareReport
    tag: str | None


@dataclass(frozen=True, slots=True)
class Reports:
    """A page of reports, the newest first; ``next``: the number to go on from, None at the end."""

    rows: list[Listed]
    next: int | None


def reports(
    session: Session, size: int, *, standing: str = "", asset_id: int | None = None, before: int | None = None
) -> Reports:
    """A page of reports whose number is below *before*; two statements."""
    statement = select(HardwareReport).order_by(HardwareReport.id.desc()).limit(size + 1)
    if standing:
        statement = statement.where(HardwareReport.standing == standing)
    if asset_id is not None:
        statement = statement.where(HardwareReport.asset_id == asset_id)
    if before is not None:
        statement = statement.where(HardwareReport.id < before)
    rows = list(session.scalars(statement))
    more, rows = len(rows) > size, rows[:size]
    return Reports(_listed(session, rows), rows[-1].id if more else None)


def waiting(session: Session, size: int, *, after: str | None = None, before: str | None = None) -> Page[Listed]:
    """A page of reports that wait for a person, the earliest first; two statements."""
    statement = select(HardwareReport).where(HardwareReport.standing == ASKED)
    page = keyset_page(session, statement, [HardwareReport.id], size, after=after, before=before)
    return Page(_listed(session, page.rows), page.next, page.previous)


def _listed(session: Session, rows: Sequence[HardwareReport]) -> list[Listed]:
    tags = tags_of(session, [row.asset_id for row in rows if row.asset_id is not None])
    return [Listed(row, tags.get(row.asset_id or 0)) for row in rows]


def count_waiting(session: Session) -> int:
    """How many reports wait for a person."""
    return int(
        session.scalar(select(func.count()).select_from(HardwareReport).where(HardwareReport.standing == ASKED)) or 0
    )


MOST_WAITING: Final = 2_000
"""Reports that are looked at to tell how many ask the same."""


def waiting_questions(session: Session) -> list[tuple[int, list[dict[str, Any]]]]:
    """Number and open items of the reports that wait, the earliest first, at most MOST_WAITING; one statement."""
    rows = session.execute(
        select(HardwareReport.id, HardwareReport.question)
        .where(HardwareReport.standing == ASKED)
        .order_by(HardwareReport.id)
        .limit(MOST_WAITING)
    )
    return [(number, question or []) for number, question in rows]


def tags_of(session: Session, numbers: Iterable[int]) -> dict[int, str]:
    """Tags of machines by number; one statement, none for none."""
    wanted = sorted(set(numbers))
    return dict(session.execute(select(Asset.id, Asset.tag).where(Asset.id.in_(wanted))).all()) if wanted else {}
