"""Whether a statement still derives: its hash, the ledger beneath it, and every figure worked out again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.errors import InventoryError
from inventory.publishing.chains import chains_at
from inventory.publishing.frozen import Difference, differences, digest_of, with_pinned
from inventory.publishing.lasting import lasting
from inventory.publishing.models import Statement
from inventory.publishing.service import departments_under, pinned_query
from inventory.reports._base import RULES_VERSION, run
from inventory.reports._render import to_dict

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Check:
    """What was found. ``lines``: in the ledger now with a time up to the statement's; ``problem``: why it could
    not be worked out again at all."""

    intact: bool
    ledger_fits: bool
    lines_then: int
    lines: int
    differs: tuple[Difference, ...]
    problem: str = ""
    tree: tuple[str, ...] = ()
    """Departments that stood under the one asked for by what is on record now, or then, but not by both."""

    @property
    def holds(self) -> bool:
        """Whether everything is as it was published."""
        return self.intact and self.ledger_fits and not self.differs and not self.problem

    @property
    def sentences(self) -> list[str]:
        """What was found, in words; one for each thing that does not fit."""
        if self.holds:
            return ["Derives again: every figure worked out anew equals the one that was published."]
        told = []
        if not self.intact:
            told.append("What is stored no longer fits its hash: it was changed after it was published.")
        if not self.ledger_fits:
            told.append(self._ledger())
        if self.problem:
            told.append(self.problem)
        if self.tree:
            moved = ", ".join(self.tree[:10])
            told.append(f"The tree of departments of that moment is no longer the same: {moved}.")
        if self.differs:
            told.append(f"{len(self.differs)} of its figures cannot be derived again.")
        return told

    def _ledger(self) -> str:
        then, now = f"{self.lines_then:,}", f"{self.lines:,}"
        if self.lines < self.lines_then:
            return f"The ledger had {then} lines when this was published and has {now} of that time: lines were cut."
        if self.lines > self.lines_then:
            return f"The ledger had {then} lines when this was published; {now} now bear a time up to then."
        return f"The {then} lines of the ledger beneath this statement are no longer the same."


def check(session: Session, statement: Statement, settings: Settings) -> Check:
    """Work *statement* out again, with its question, settings and factors; reads the heads of all chains."""
    content = statement.content
    intact = digest_of(content) == statement.digest
    # A statement that was tampered with may hold anything, also what cannot be read.
    try:
        frozen = with_pinned(settings, content["settings"])
        stored = content["ledger"]
        as_at = pinned_query(statement, frozen).as_at or statement.as_at
        chains = chains_at(session, as_at)
        fits = chains.digest == stored["digest"] and chains.lines == stored["lines"]
        lines_then = int(stored["lines"])
    except (InventoryError, KeyError, TypeError, ValueError):
        return Check(intact, False, 0, 0, (), "The statement can no longer be read.")
    told = content["report"]
    if told["rules_version"] != RULES_VERSION:
        problem = f"It was made by counting rules {told['rules_version']}; this program counts by {RULES_VERSION}."
        return Check(intact, fits, lines_then, chains.lines, (), problem)
    try:
        query = pinned_query(statement, frozen)
        now = to_dict(lasting(run(told["report"], session, query, frozen)))
    except InventoryError as error:
        return Check(intact, fits, lines_then, chains.lines, (), f"It cannot be worked out again: {error.message}")
    differs = tuple(differences(told, now))
    # The tree of then is kept with each change; another one was changed past the record.
    moved = set(content["departments"]) ^ set(departments_under(session, query.department, as_at)) if differs else set()
    return Check(intact, fits, lines_then, chains.lines, differs, tree=tuple(sorted(moved)))


@dataclass(frozen=True, slots=True)
class LedgerMisfit:
    """The ledger beneath a statement is not what it was."""

    uid: str
    title: str
    as_at: datetime
    sentence: str


def ledger_beneath_newest(session: Session) -> LedgerMisfit | None:
    """Whether the ledger still fits the newest statement; None if it does, or if nothing was published."""
    newest = session.scalar(select(Statement).order_by(Statement.id.desc()).limit(1))
    if newest is None:
        return None
    chains = chains_at(session, newest.as_at)
    try:
        stored, title = newest.content["ledger"], str(newest.content["title"])
        if (chains.digest, chains.lines) == (stored["digest"], stored["lines"]):
            return None
        found = Check(True, False, int(stored["lines"]), chains.lines, ())
    except (KeyError, TypeError, ValueError):
        return LedgerMisfit(newest.uid, "", newest.as_at, "The statement can no longer be read.")
    return LedgerMisfit(newest.uid, title, newest.as_at, found.sentences[0])
