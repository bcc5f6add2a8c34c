"""The report of a count: scope, who, when, numbers, as at a moment; as CSV with every machine by group."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.printing.cells import guard_formula
from inventory.register.kinds import KINDS
from inventory.register.statuses import STATUSES
from inventory.stocktaking import queries
from inventory.stocktaking.models import StockTake, StockTakeUnknown
from inventory.stocktaking.queries import Counted, Numbers, every_machine, numbers_of, people, unknown_of
from inventory.stocktaking.rules import DECISION_WORDS, FOUND, MISSING, PURPOSES, STATES, UNEXPECTED, UNKNOWN

LISTED: Final = (MISSING, UNEXPECTED, FOUND)
"""Groups of machines in the order of a report: what asks for a person first."""
COLUMNS: Final = (
    "group", "tag", "kind", "manufacturer", "model", "serial", "place_on_record", "status_at_count", "status_now",
    "seen_at", "seen_by", "seen_in", "decision", "recorded", "refused_because", "count", "scope", "state", "as_at",
)  # fmt: skip


@dataclass(frozen=True)
class About:
    """What stands at the head of a report."""

    take: StockTake
    numbers: Numbers
    started_by: str
    ended_by: str
    people: list[tuple[str, int, datetime]]
    as_at: datetime
    zone: ZoneInfo

    @property
    def facts(self) -> list[tuple[str, str]]:
        """(label, words) of the head, in order."""
        take = self.take
        facts = [
            ("Counted", take.scope_words),
            ("Purpose", PURPOSES[take.purpose].label),
            ("Code", take.code),
            ("Started", f"{self.moment(take.started_at)} by {self.started_by}"),
            ("State", STATES[take.state]),
        ]
        if take.ended_at is not None:
            facts.append(("Ended", f"{self.moment(take.ended_at)} by {self.ended_by}"))
        if take.reason:
            facts.append(("Reason", take.reason))
        counted = "; ".join(f"{name} {count:,}" for name, count, _ in self.people) or "nobody yet"
        facts += [("Counted by", counted), ("As at", self.moment(self.as_at))]
        return facts

    @property
    def figures(self) -> list[tuple[str, int]]:
        """(label, number): they add up, expected being found and missing."""
        numbers = self.numbers
        if not PURPOSES[self.take.purpose].expects:
            return [("On the list", numbers.found), ("Unknown tags", numbers.unknown)]
        found = [
            ("Expected", numbers.expected),
            ("Found", numbers.found),
            ("Missing", numbers.missing),
            ("Unexpected", numbers.unexpected),
            ("Unknown tags", numbers.unknown),
        ]
        return [*found, ("Scans that came too late", numbers.late)] if numbers.late else found

    def moment(self, moment: datetime | None) -> str:
        """``23 Nov 2026, 09:41``; empty for None."""
        if moment is None:
            return ""
        local = moment.astimezone(self.zone)
        return f"{local.day} {local:%b %Y, %H:%M}"


def about(session: Session, take: StockTake, now: datetime, settings: Settings) -> About:
    """The head of the report of *take*; six statements."""
    names = people(session, {number for number in (take.account_id, take.ended_by) if number is not None})
    return About(
        take,
        numbers_of(session, take),
        names.get(take.account_id, ""),
        names.get(take.ended_by or 0, ""),
        queries.by_person(session, take),
        now,
        settings.zone,
    )


def recorded_words(each: Counted) -> str:
    """What became of a machine in the ledger, in words; empty for nothing."""
    machine = each.machine
    if machine.outcome is None or machine.event is None:
        return ""
    label = EVENT_TYPES[machine.event].label
    return label if machine.outcome == "recorded" else f"{label}: refused"


def unknown_words(row: StockTakeUnknown) -> str:
    """What a person made of an unknown tag."""
    if row.state == "ignored":
        return f"Ignored: {row.reason}"
    if row.state == "machine":
        return "Put to a machine"
    return "More than one machine answers to it" if row.ambiguous else "Not settled"


def every_unknown(session: Session, take: StockTake) -> Iterator[tuple[StockTakeUnknown, str]]:
    """All texts that nobody knew, a thousand at a time."""
    after = None
    while True:
        page = unknown_of(session, take, 1_000, after=after)
        yield from page.rows
        if page.next is None:
            return
        after = page.next


def csv_lines(session: Session, head: About) -> Iterator[str]:
    """The report as CSV, line by line; what the numbers rest on stands in the last columns of each."""
    yield _line(list(COLUMNS))
    take = head.take
    basis = [f"{take.code} {take.name}", take.scope_words, STATES[take.state], head.as_at.isoformat()]
    for group in LISTED:
        for each in every_machine(session, take, group):
            machine, asset = each.machine, each.asset
            yield _line([
                group, asset.tag, KINDS[asset.kind].label, asset.manufacturer, asset.model, asset.serial,
                each.place or machine.place, STATUSES[machine.status].label, STATUSES[asset.status].label,
                machine.seen_at.isoformat() if machine.seen_at else "", each.seen_by,
                each.seen_place or machine.seen_place, DECISION_WORDS.get(machine.decision or "", ""),
                recorded_words(each), machine.refusal, *basis,
            ])  # fmt: skip
    for row, who in every_unknown(session, take):
        blank = [""] * 7
        yield _line([UNKNOWN, row.text, *blank, row.first_at.isoformat(), who, "", unknown_words(row), "", "", *basis])


def _line(cells: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([guard_formula(str(cell or "")) for cell in cells])
    return out.getvalue()
