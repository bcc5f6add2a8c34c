"""Verifies the ledger's hash chains, and rebuilds every projection from the ledger (or compares)."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.lifecycle.admission import state_references
from inventory.lifecycle.canonical import GENESIS, line_hash, personal_digest
from inventory.lifecycle.loading import load_ledger_page
from inventory.lifecycle.models import (
    EventPersonal,
    LifecycleEvent,
    OutcomeFact,
    ProjectionBasis,
    Tally,
)
from inventory.lifecycle.projections import EMPTY, Change, Counts, outcome_row, view, write_tallies
from inventory.lifecycle.rules import replay
from inventory.register.identifiers import comparison_form
from inventory.register.models import Asset, AssetIdentifier
from inventory.register.references import References
from inventory.register.search import write_search

PAGE = 1_000
"""Assets held in memory at a time."""
REBUILT = "rebuilt"
"""Name of the mark that every rebuild changes, so that copies of the projections are made anew."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: which machine, which line, and what, in words."""

    tag: str
    key: str
    problem: str


def verify(session: Session) -> tuple[int, list[Finding]]:
    """Number of lines read, and for each machine the first line that does not fit its chain.

    Finds changed, missing, added and swapped lines, a cut tail (the asset row knows the last hash and
    number), and free text that is not what the line's digest was made from.
    """
    count, found, after = 0, [], 0
    while page := load_ledger_page(session, after, PAGE):
        after = page[-1][0].id
        keys = [line.key for _, lines in page for line, digest, _ in lines if digest]
        texts = _texts(session, keys)
        for asset, lines in page:
            count += len(lines)
            if problem := _first_misfit(asset, lines, texts):
                found.append(problem)
    return count, found


def _texts(session: Session, keys: list[str]) -> dict[str, tuple[bytes | None, Any]]:
    found: dict[str, tuple[bytes | None, Any]] = {}
    for start in range(0, len(keys), 2_000):
        rows = session.execute(
            select(EventPersonal.event_key, EventPersonal.salt, EventPersonal.content).where(
                EventPersonal.event_key.in_(keys[start : start + 2_000])
            )
        )
        found.update({key: (salt, content) for key, salt, content in rows})
    return found


def _first_misfit(asset: Any, lines: list[Any], texts: dict[str, tuple[bytes | None, Any]]) -> Finding | None:
    previous = GENESIS
    for number, (line, digest, stored) in enumerate(lines, start=1):
        if line.sequence != number:
            return Finding(asset.tag, line.key, f"line {number} is missing; the next bears the number {line.sequence}")
        if line_hash(line, digest, previous) != stored:
            return Finding(asset.tag, line.key, f"line {number} was changed, or the one before it")
        salt, content = texts.get(line.key, (None, None))
        if digest and content is not None and salt is not None and personal_digest(salt, content) != digest:
            return Finding(asset.tag, line.key, f"the free text of line {number} was changed")
        previous = stored
    if not lines:
        return Finding(asset.tag, "", "the machine has no line at all")
    if previous != bytes(asset.head) or len(lines) != asset.sequence:
        return Finding(asset.tag, lines[-1][0].key, f"lines after number {len(lines)} were cut off, or one was added")
    return None


# fmt: off
_SHAPE = [
    "asset_id", "key", "measure", "fate", "tier", "certainty", "day", "year", "rank", "latest_in_year",
    "department_id", "counterpart_id", "kind", "mass_g", "model_key", "purchase_date", "older", "confirmed_by",
]
_TALLY = [
    "figure", "year", "day", "measure", "tier", "certainty", "kind", "department_id", "older",
    "machines", "weighed", "mass_g",
]
# fmt: on


def check_projections(session: Session, settings: Settings) -> list[Finding]:
    """Compare every projection with a replay of the ledger, without changing anything."""
    found: list[Finding] = []
    counts: Counts = Counter()
    references = References(session)
    after = 0
    while page := load_ledger_page(session, after, PAGE):
        numbers = [asset.id for asset, _ in page]
        after = numbers[-1]
        rows = {
            row["id"]: row
            for row in session.execute(select(*Asset.__table__.columns).where(Asset.id.in_(numbers))).mappings()
        }
        facts = _current_facts(session, numbers)
        identifiers = _identifiers(session, numbers)
        states = {asset.id: replay([line for line, _, _ in lines]) for asset, lines in page}
        references.load({pair for state in states.values() for pair in state_references(state)})
        for asset, _ in page:
            made = view(states[asset.id], asset.notes, references, settings)
            counts.update(made.counts)
            stored = rows[asset.id]
            wrong = [name for name, value in made.columns.items() if stored[name] != value]
            if wrong:
                found.append(Finding(asset.tag, "", f"the register differs from the ledger in {', '.join(wrong)}"))
            change = Change(asset.id, EMPTY, made, datetime.now(UTC))
            fresh = [outcome_row(change, fact, references) for fact in made.facts]
            if sorted(tuple(row[name] for name in _SHAPE) for row in fresh) != sorted(facts.get(asset.id, [])):
                found.append(Finding(asset.tag, "", "its outcomes differ from the ledger"))
            if sorted(made.identifiers) != sorted(identifiers.get(asset.id, [])):
                found.append(Finding(asset.tag, "", "its identifiers differ from the ledger"))
    return found + _compare_tallies(session, counts, references)


def _current_facts(session: Session, numbers: list[int]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    columns = [getattr(OutcomeFact, name) for name in _SHAPE]
    statement = select(*columns).where(OutcomeFact.asset_id.in_(numbers), OutcomeFact.recorded_until.is_(None))
    for row in session.execute(statement):
        found.setdefault(row[0], []).append(tuple(row))
    return found


def _identifiers(session: Session, numbers: list[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for number, kind, value in session.execute(
        select(AssetIdentifier.asset_id, AssetIdentifier.type, AssetIdentifier.value).where(
            AssetIdentifier.asset_id.in_(numbers)
        )
    ):
        found.setdefault(number, []).append((kind, value))
    return found


def _compare_tallies(session: Session, counts: Counts, references: References) -> list[Finding]:
    made: dict[tuple[Any, ...], list[int]] = {}
    for (key, mass), machines in counts.items():
        place = (
            key.figure,
            key.year,
            key.day,
            key.measure,
            key.tier,
            key.certainty,
            key.kind,
            references.find("department", key.department) or 0,
            key.older,
        )
        entry = made.setdefault(place, [0, 0, 0])
        entry[0] += machines
        entry[1] += machines if mass is not None else 0
        entry[2] += machines * (mass or 0)
    stored = {
        tuple(row[:9]): list(row[9:])
        for row in session.execute(select(*[getattr(Tally, name) for name in _TALLY]).where(Tally.machines != 0))
    }
    wrong = [key for key in made.keys() | stored.keys() if made.get(key) != stored.get(key)]
    return [
        Finding("", "", f"the stored count {key} is {stored.get(key)}, the ledger gives {made.get(key)}")
        for key in sorted(wrong, key=str)
    ]


def rebuild(session: Session, settings: Settings) -> int:
    """Make every projection anew from the ledger; the number of assets. History of outcomes is kept.

    Outcomes that were once known and are no longer stay as they are: they are what `as_at` reads.
    """
    session.execute(delete(Tally))
    references = References(session)
    after, assets = 0, 0
    while page := load_ledger_page(session, after, PAGE):
        numbers = [asset.id for asset, _ in page]
        after = numbers[-1]
        assets += len(numbers)
        facts = _current_facts(session, numbers)
        states = {asset.id: replay([line for line, _, _ in lines]) for asset, lines in page}
        references.load({pair for state in states.values() for pair in state_references(state)})
        counts: Counts = Counter()
        for asset, lines in page:
            made = view(states[asset.id], asset.notes, references, settings)
            counts.update(made.counts)
            session.execute(update(Asset).where(Asset.id == asset.id).values(**made.columns))
            _rebuild_outcomes(session, asset, lines, made, facts.get(asset.id, []), references)
            _rebuild_identifiers(session, asset.id, made.identifiers)
            write_search(session, [(asset.id, made.search)])
        write_tallies(session, counts, references)
    remember_basis(session, settings)
    session.merge(ProjectionBasis(name=REBUILT, value=uuid4().hex))
    return assets


def _rebuild_outcomes(
    session: Session, asset: Any, lines: list[Any], made: Any, stored: list[tuple[Any, ...]], references: References
) -> None:
    change = Change(asset.id, EMPTY, made, lines[-1][0].recorded_at)
    fresh = [outcome_row(change, fact, references) for fact in made.facts]
    if sorted(tuple(row[name] for name in _SHAPE) for row in fresh) == sorted(stored):
        return
    first_known = (
        select(OutcomeFact.key, func.min(OutcomeFact.recorded_from))
        .where(OutcomeFact.asset_id == asset.id)
        .group_by(OutcomeFact.key)
    )
    known = dict(session.execute(first_known).all())
    session.execute(delete(OutcomeFact).where(OutcomeFact.asset_id == asset.id, OutcomeFact.recorded_until.is_(None)))
    recorded = {line.key: line.recorded_at for line, _, _ in lines}
    for row in fresh:
        row["recorded_from"] = known.get(row["key"]) or recorded[row["key"]]
        session.execute(insert(OutcomeFact), row)


def _rebuild_identifiers(session: Session, number: int, identifiers: Any) -> None:
    session.execute(delete(AssetIdentifier).where(AssetIdentifier.asset_id == number))
    for kind, value in identifiers:
        session.add(AssetIdentifier(asset_id=number, type=kind, value=value, value_key=comparison_form(kind, value)))


def remember_basis(session: Session, settings: Settings) -> None:
    """Note the settings that the stored counts are made with."""
    session.execute(delete(ProjectionBasis).where(ProjectionBasis.name.in_(basis(settings))))
    session.add_all(ProjectionBasis(name=name, value=value) for name, value in basis(settings).items())


def basis(settings: Settings) -> dict[str, str]:
    """The settings on which stored counts depend."""
    return {
        "programme_start": settings.programme_start.isoformat(),
        "academic_year_start_month": str(settings.academic_year_start_month),
        "time_zone": settings.time_zone,
    }


def basis_holds(session: Session, settings: Settings) -> bool:
    """Whether the stored counts were made with the present settings."""
    # Other marks on this database (that it is a demonstration) are no settings.
    stored = {row.name: row.value for row in session.scalars(select(ProjectionBasis))}
    return {name: stored.get(name) for name in basis(settings)} == basis(settings)


def count_lines(session: Session) -> int:
    """Lines in the ledger."""
    return int(session.scalar(select(func.count()).select_from(LifecycleEvent)) or 0)
