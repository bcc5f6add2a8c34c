"""Moves the projections with the ledger: asset rows, identifiers, drives, outcomes, counts, search."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import compress
from operator import itemgetter, ne
from typing import Any, Final

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.lifecycle.bulk import FEW, insert_rows, take_numbers, update_rows, upsert_rows
from inventory.lifecycle.counting import Fact, TallyKey, facts_of, tallies_of
from inventory.lifecycle.models import OutcomeFact, Tally
from inventory.lifecycle.state import State
from inventory.register.identifiers import comparison_form
from inventory.register.models import Asset, AssetIdentifier, Part
from inventory.register.references import References
from inventory.register.search import write_search
from inventory.register.tags import normalise

Counts = Counter[tuple[TallyKey, int | None]]
"""Machines by count and by mass in grams; what one machine adds is a plain dictionary of that kind."""


@dataclass(slots=True)
class View:
    """What the projections of one asset are made from, taken before and after a change."""

    values: tuple[Any, ...]
    """The row of the register, under ASSET_COLUMNS; empty before there is one."""
    identifiers: tuple[tuple[str, str], ...]
    drives: dict[str, dict[str, Any]]
    facts: list[Fact]
    counts: dict[tuple[TallyKey, int | None], int]

    @property
    def columns(self) -> dict[str, Any]:
        """The row of the register by column."""
        return dict(zip(ASSET_COLUMNS, self.values, strict=True))

    @property
    def search(self) -> tuple[Any, ...]:
        """What the search text is made from."""
        return *_SEARCHED(self.values), self.identifiers


EMPTY = View((), (), {}, [], {})


@dataclass(slots=True)
class Change:
    """One asset before and after; ``asset_id`` None until a new one is inserted."""

    asset_id: int | None
    before: View
    after: View
    recorded_at: datetime
    extra: dict[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=16_384)
def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


ASSET_COLUMNS: Final = (
    "tag",
    "tag_key",
    "kind",
    "manufacturer",
    "model",
    "status",
    "status_since",
    "department_id",
    "location_id",
    "custodian_id",
    "order_reference",
    "purchase_date",
    "purchase_cost",
    "currency",
    "warranty_end",
    "mass_g",
    "used_before",
    "grade",
    "advised_route",
    "last_seen_at",
    "notes",
)


_SEARCHED: Final = itemgetter(*map(ASSET_COLUMNS.index, ("tag", "manufacturer", "model", "notes")))


def asset_values(state: State, notes: str | None, references: References) -> tuple[Any, ...]:
    """The register's row of an asset, under ASSET_COLUMNS."""
    facts = state.facts
    known = facts.get
    find = references.find
    inspection = state.inspection
    cost = known("purchase_cost")
    return (
        state.tag,
        normalise(state.tag),
        state.kind,
        known("manufacturer"),
        known("model"),
        state.status,
        state.status_since,
        find("department", facts["department"]) if "department" in facts else None,
        find("location", facts["location"]) if "location" in facts else None,
        find("party", facts["custodian"]) if "custodian" in facts else None,
        known("order_reference"),
        _date(known("purchase_date")),
        Decimal(cost) if cost is not None else None,
        known("currency"),
        _date(known("warranty_end")),
        known("mass_g"),
        state.used_before,
        f"{inspection['functional']} {inspection['cosmetic']}" if inspection else None,
        inspection.get("advised_route") if inspection else None,
        state.seen_at,
        notes,
    )


def identifiers_of(state: State) -> tuple[tuple[str, str], ...]:
    """(type, value) of every identifier, former tags included."""
    found = [(each["type"], each["value"]) for each in state.facts.get("identifiers", ())]
    return (*found, *(("former_tag", tag) for tag in state.former_tags))


def view(state: State, notes: str | None, references: References, settings: Settings) -> View:
    """Everything that is stored about an asset besides its lines."""
    counted = facts_of(state, settings)
    return View(
        asset_values(state, notes, references),
        identifiers_of(state),
        {uid: drive.details for uid, drive in state.drives.items()},
        counted,
        tallies_of(state, counted, settings),
    )


def insert_assets(session: Session, changes: Sequence[Change]) -> None:
    """Insert new assets and learn their numbers."""
    rows = []
    for change, number in zip(changes, take_numbers(session, Asset, len(changes)), strict=True):
        change.asset_id = number
        rows.append({"id": number, "registered_at": change.recorded_at, **change.after.columns, **change.extra})
    insert_rows(session, Asset, rows)


def update_assets(session: Session, changes: Sequence[Change]) -> None:
    """Write the columns that changed; assets whose changed columns are the same go together."""
    groups: dict[tuple[bool, ...], list[Change]] = {}
    for change in changes:
        changed = tuple(map(ne, change.before.values, change.after.values))
        groups.setdefault(changed, []).append(change)
    if len(groups) > 1 and len(changes) > FEW and session.get_bind().dialect.name == "postgresql":
        # One statement with a few columns too many is quicker there than several; on SQLite each column
        # that is set costs the upkeep of its indexes.
        groups = {tuple(map(any, zip(*groups, strict=True))): list(changes)}
    for changed, group in groups.items():
        names = ("id", *group[0].extra, *compress(ASSET_COLUMNS, changed))
        rows = [(each.asset_id, *each.extra.values(), *compress(each.after.values, changed)) for each in group]
        update_rows(session, Asset, ("id",), names, rows)


def write_projections(
    session: Session,
    changes: Sequence[Change],
    references: References,
    settings: Settings,
    *,
    outcomes: bool = True,
) -> None:
    """Everything that hangs on the asset rows; these must be written before (numbers are needed).

    Without *outcomes* these are left to the caller, who knows since when each was known.
    """
    _write_identifiers(session, changes)
    write_drives(session, changes)
    if outcomes:
        write_outcomes(session, changes, references)
    counts: Counts = Counter()
    for change in changes:
        if change.before.counts == change.after.counts:
            continue
        for key, machines in change.after.counts.items():
            counts[key] += machines
        for key, machines in change.before.counts.items():
            counts[key] -= machines
    write_tallies(session, counts, references)
    write_search(
        session,
        [
            (change.asset_id or 0, change.after.search)
            for change in changes
            if not change.before.values or _search_differs(change.before, change.after)
        ],
    )


def _search_differs(before: View, after: View) -> bool:
    return before.identifiers != after.identifiers or _SEARCHED(before.values) != _SEARCHED(after.values)


def _write_identifiers(session: Session, changes: Sequence[Change]) -> None:
    changed = [each for each in changes if each.before.identifiers != each.after.identifiers]
    stale = [each.asset_id for each in changed if each.before.identifiers]
    if stale:
        session.execute(delete(AssetIdentifier).where(AssetIdentifier.asset_id.in_(stale)))
    rows = [
        {
            "asset_id": change.asset_id,
            "type": kind,
            "value": value,
            "value_key": comparison_form(kind, value),
        }
        for change in changed
        for kind, value in change.after.identifiers
    ]
    insert_rows(session, AssetIdentifier, rows)


_DRIVE_COLUMNS: Final = (
    "uid",
    "kind",
    "manufacturer",
    "model",
    "serial",
    "serial_key",
    "medium",
    "capacity_bytes",
    "asset_id",
)


def write_drives(session: Session, changes: Sequence[Change]) -> None:
    added: list[tuple[Any, ...]] = []
    gone: list[str] = []
    for change in changes:
        before, after = change.before.drives, change.after.drives
        gone += [uid for uid in before if uid not in after]
        for uid, drive in after.items():
            if uid not in before:
                serial = drive.get("serial")
                added.append(
                    (
                        uid,
                        "drive",
                        drive.get("manufacturer"),
                        drive.get("model"),
                        serial,
                        comparison_form("serial", serial) if serial else None,
                        drive.get("medium"),
                        drive.get("capacity_bytes"),
                        change.asset_id,
                    )
                )
    if gone:
        session.execute(update(Part).where(Part.uid.in_(gone)).values(asset_id=None))
    upsert_rows(session, Part, ("uid",), _DRIVE_COLUMNS, added, {"asset_id": "excluded.asset_id"})


def outcome_row(change: Change, fact: Fact, references: References) -> dict[str, Any]:
    """A row of ``outcome``."""
    each = fact.outcome
    return {
        "asset_id": change.asset_id,
        "key": each.key,
        "measure": each.measure,
        "fate": each.fate,
        "tier": each.tier or "",
        "certainty": each.certainty,
        "occurred_at": each.occurred_at,
        "day": fact.day,
        "year": fact.year,
        "rank": fact.rank,
        "latest_in_year": fact.latest_in_year,
        "department_id": references.find("department", each.department) or 0,
        "counterpart_id": references.find("party", each.counterpart),
        "kind": fact.kind,
        "mass_g": fact.mass_g,
        "model_key": fact.model_key,
        "purchase_date": fact.purchase_date,
        "older": each.older,
        "evidence": each.evidence,
        "confirmed_by": each.confirmed_by,
        "recorded_from": change.recorded_at,
        "recorded_until": None,
    }


def write_outcomes(session: Session, changes: Sequence[Change], references: References) -> None:
    """Close what is no longer known to be so, and add what now is."""
    closed: list[tuple[Any, ...]] = []
    opened: list[dict[str, Any]] = []
    for change in changes:
        before, after = change.before.facts, change.after.facts
        if (not after and not before) or before == after:
            continue
        closed += [(change.asset_id, fact.outcome.key, change.recorded_at) for fact in before if fact not in after]
        opened += [outcome_row(change, fact, references) for fact in after if fact not in before]
    names = ("asset_id", "key", "recorded_until")
    update_rows(session, OutcomeFact, names[:2], names, closed, "t.recorded_until IS NULL")
    insert_rows(session, OutcomeFact, opened)


_TALLY_KEY = ("figure", "year", "day", "measure", "tier", "certainty", "kind", "department_id", "older")


_TALLY_SUMS: Final = {name: f"t.{name} + excluded.{name}" for name in ("machines", "weighed", "mass_g")}


def write_tallies(session: Session, counts: Counts, references: References) -> None:
    """Add differences to the stored counts, in one order for every writer so that none waits in a ring."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for (key, mass), machines in counts.items():
        if not machines:
            continue
        row = (
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
        entry = sums.setdefault(row, [0, 0, 0])
        entry[0] += machines
        if mass is not None:
            entry[1] += machines
            entry[2] += machines * mass
    if not sums:
        return
    rows = [(*key, *added) for key, added in sorted(sums.items())]
    upsert_rows(session, Tally, _TALLY_KEY, (*_TALLY_KEY, *_TALLY_SUMS), rows, _TALLY_SUMS)
