"""What a scan of a count is answered: an outcome, a tag, a headline and one line of words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.config import Settings
from inventory.register.naming import names_of
from inventory.register.queries import Resolution
from inventory.register.statuses import ON_SITE, STATUSES
from inventory.stocktaking.models import StockTake, StockTakeMachine
from inventory.stocktaking.rules import STATES


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one scan.

    ``outcome``: found, batched, unexpected, unknown, ambiguous, again, closed, conflict or taken_back; ``tag``: of
    the machine, or what was read; ``status``: of the machine where one is known.
    """

    key: str
    outcome: str
    tag: str
    headline: str
    words: str
    status: str | None = None
    asset_id: int | None = None

    @property
    def is_machine(self) -> bool:
        """Whether ``tag`` is a machine's."""
        return self.outcome in ("found", "batched", "unexpected", "again")


def closed(take: StockTake, key: str, text: str) -> Answer:
    """The count ended before this scan arrived."""
    ended = STATES[take.state].lower()
    words = (
        f"The count {take.name} was {ended} before this scan arrived; the scan is kept with it and changes nothing. "
        "If the machine is there, record it as sighted."
    )
    return Answer(key, "closed", text[:64], f"This count is {ended}", words)


def conflict(key: str, text: str) -> Answer:
    """The key was used for another scan."""
    words = "This scan came under a key that another one already has. Scan the machine again."
    return Answer(key, "conflict", text[:64], "Not counted", words)


def taken_back(key: str, text: str) -> Answer:
    """The scan was taken back."""
    return Answer(key, "taken_back", text[:64], "Taken back", "The scan stays readable, and counts no more.")


@dataclass(frozen=True)
class Words:
    """Names and numbers from which answers are worded."""

    take: StockTake
    places: Mapping[tuple[str, str], str]
    people: Mapping[int, str]
    numbers: Any
    settings: Settings

    @classmethod
    def of(
        cls, session: Session, take: StockTake, rows: Iterable[StockTakeMachine], numbers: Any, settings: Settings
    ) -> "Words":
        """What is needed to word answers about *rows*; two statements."""
        rows = list(rows)
        codes = {code for row in rows for code in (row.place, row.seen_place) if code}
        people = {row.seen_by for row in rows if row.seen_by is not None}
        names = names_of(session, [("location", code) for code in codes])
        shown = select(Account.id, Account.display_name).where(Account.id.in_(sorted(people)))
        return cls(take, names, dict(session.execute(shown).all()) if people else {}, numbers, settings)

    def answer(self, key: str, outcome: str, found: Resolution, rows: Mapping[int, StockTakeMachine]) -> Answer:
        """The answer for a scan with this *outcome*."""
        if outcome == "late":
            return closed(self.take, key, found.text)
        row = rows.get(found.asset_id) if found.asset_id is not None else None
        if row is None:
            return self._nobody(key, found)
        headline, words = {
            "found": ("Found", self._progress()),
            "batched": ("On the list", f"{self.numbers.found:,} on the list."),
            "unexpected": ("Not expected here", self._elsewhere(row)),
            "again": ("Counted already", self._before(row)),
        }.get(outcome, ("Counted", self._progress()))
        status = found.status or row.status
        return Answer(key, outcome, found.tag or row.tag, headline, words, status, row.asset_id)

    def _progress(self) -> str:
        left = self.numbers.missing
        done = f"{self.numbers.found:,} of {self.numbers.expected:,} found"
        return f"{done}; {left:,} left." if left else f"{done}: all of them."

    def _elsewhere(self, row: StockTakeMachine) -> str:
        status = STATUSES[row.status].label.lower()
        if row.status not in ON_SITE:
            return f"The register has it as {status}. Put it aside; it is listed for the review."
        place = self.places.get(("location", row.place or ""))
        if self.take.purpose == "check":
            return f"It is not on the list; the register has it as {status}{f', {place}' if place else ''}."
        return f"It should be in {place} ({status})." if place else f"The register knows no place for it ({status})."

    def _before(self, row: StockTakeMachine) -> str:
        who = self.people.get(row.seen_by or 0, "Somebody")
        assert row.seen_at is not None  # noqa: S101 - it was seen before
        place = self.places.get(("location", row.seen_place or ""))
        where = f" in {place}" if place and row.seen_place != self.take.place else ""
        return f"{who} scanned it at {_clock(row.seen_at, self.settings)}{where}; nothing is doubled."

    def _nobody(self, key: str, found: Resolution) -> Answer:
        text = found.text[:64]
        if found.candidates:
            tags = ", ".join(row.tag for row in found.candidates[:5])
            words = f"{len(found.candidates)} machines answer to it: {tags}. Scan the tag of the one you hold."
            return Answer(key, "ambiguous", text, "More than one machine", words)
        if found.blank:
            words = "This label is on no machine yet. Put the machine aside; the review asks what it is."
            return Answer(key, "unknown", text, "Blank label", words)
        near = f" Did you mean {' or '.join(found.suggestions[:3])}?" if found.suggestions else ""
        words = f"No machine bears it.{near} Put the machine aside; the review asks what it is."
        return Answer(key, "unknown", text, "Unknown", words)


def _clock(moment: datetime, settings: Settings) -> str:
    local = moment.astimezone(settings.zone)
    return f"{local:%H:%M} on {local.day} {local:%b %Y}"
