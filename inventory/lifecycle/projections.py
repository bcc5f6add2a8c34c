"""Moves the projections with the ledger: asset rows, identifiers, drives, outcomes, counts, search."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import bindparam, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.lifecycle.bulk import insert_rows, take_numbers, update_together
from inventory.lifecycle.counting import Fact, TallyKey, facts_of, tallies_of
from inventory.lifecycle.models import OutcomeFact, Tally
from inventory.lifecycle.state import State
from inventory.register.identifiers import comparison_form
from inventory.register.models import Asset, AssetIdentifier, Part
from inventory.register.references import References
from inventory.register.search import write_search
from inventory.register.tags import normalise

Counts = Counter[tuple[TallyKey, int | None]]


@dataclass(slots=True)
class View:
    """What the projections of one asset are made from, taken before and after a change."""

    columns: dict[str, Any]
    identifiers: tuple[tuple[str, str], ...]
    drives: dict[str, dict[str, Any]]
    facts: list[Fact]
    counts: Counts

    @property
    def search(self) -> tuple[Any, ...]:
        """What the search text is made from."""
        shown = self.columns
        return shown["tag"], shown["manufacturer"], shown["model"], shown["notes"], self.identifiers


EMPTY = View({}, (), {}, [], Counter())


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
        dict(zip(ASSET_COLUMNS, asset_values(state, notes, references), strict=True)),
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
        rows.append(
            {"id": number, "registered_at": change.recorded_at, **change.after.columns, **change.extra}
        )
    insert_rows(session, Asset, rows)


def update_assets(session: Session, changes: Sequence[Change]) -> None:
    """Write the columns that changed; assets whose changed columns are the same go together."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for change in changes:
        before, after = change.before.columns, change.after.columns
        values = {name: value for name, value in after.items() if before.get(name) != value} | change.extra
        groups.setdefault(tuple(sorted(values)), []).append({"id": change.asset_id} | values)
    for names, rows in groups.items():
        if not update_together(session, Asset, ("id",), rows):
            session.connection().execute(
                _asset_statement(names), [{"at_id": row.pop("id"), **row} for row in rows]
            )


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
            if not change.before.columns or change.before.search != change.after.search
        ],
    )


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


def write_drives(session: Session, changes: Sequence[Change]) -> None:
    added: list[dict[str, Any]] = []
    gone: list[str] = []
    for change in changes:
        before, after = change.before.drives, change.after.drives
        gone += [uid for uid in before if uid not in after]
        for uid, drive in after.items():
            if uid not in before:
                serial = drive.get("serial")
                added.append(
                    {
                        "uid": uid,
                        "kind": "drive",
                        "manufacturer": drive.get("manufacturer"),
                        "model": drive.get("model"),
                        "serial": serial,
                        "serial_key": comparison_form("serial", serial) if serial else None,
                        "medium": drive.get("medium"),
                        "capacity_bytes": drive.get("capacity_bytes"),
                        "asset_id": change.asset_id,
                    }
                )
    if gone:
        session.execute(update(Part).where(Part.uid.in_(gone)).values(asset_id=None))
    if added:
        rows = _upsert(session)(Part).values(added) if len(added) < 100 else None
        if rows is not None:
            session.execute(
                rows.on_conflict_do_update(
                    index_elements=[Part.uid], set_={"asset_id": rows.excluded.asset_id}
                )
            )
        else:
            statement = _upsert(session)(Part)
            session.connection().execute(
                statement.on_conflict_do_update(
                    index_elements=[Part.uid], set_={"asset_id": statement.excluded.asset_id}
                ),
                added,
            )


def _upsert(session: Session) -> Any:
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


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
        "older": each.older,
        "evidence": each.evidence,
        "confirmed_by": each.confirmed_by,
        "recorded_from": change.recorded_at,
        "recorded_until": None,
    }


def write_outcomes(session: Session, changes: Sequence[Change], references: References) -> None:
    """Close what is no longer known to be so, and add what now is."""
    closed: list[dict[str, Any]] = []
    opened: list[dict[str, Any]] = []
    for change in changes:
        before, after = change.before.facts, change.after.facts
        if before == after:
            continue
        closed += [
            {"asset_id": change.asset_id, "key": fact.outcome.key, "recorded_until": change.recorded_at}
            for fact in before
            if fact not in after
        ]
        opened += [outcome_row(change, fact, references) for fact in after if fact not in before]
    if closed and not update_together(
        session, OutcomeFact, ("asset_id", "key"), closed, "t.recorded_until IS NULL"
    ):
        session.connection().execute(_closing(), [{f"at_{name}": row[name] for name in row} for row in closed])
    insert_rows(session, OutcomeFact, opened)


@cache
def _closing() -> Any:
    still = (
        OutcomeFact.asset_id == bindparam("at_asset_id"),
        OutcomeFact.key == bindparam("at_key"),
        OutcomeFact.recorded_until.is_(None),
    )
    return update(OutcomeFact).where(*still).values(recorded_until=bindparam("at_recorded_until"))


_TALLY_KEY = ("figure", "year", "day", "measure", "tier", "certainty", "kind", "department_id", "older")


@cache
def _tally_statement(dialect: str) -> Any:
    # Made once: building and compiling a statement costs more than running it.
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(Tally)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=list(_TALLY_KEY),
        set_={
            "machines": Tally.machines + new.machines,
            "weighed": Tally.weighed + new.weighed,
            "mass_g": Tally.mass_g + new.mass_g,
        },
    )


@cache
def _asset_statement(names: tuple[str, ...]) -> Any:
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return update(Asset).where(Asset.id == bindparam("at_id")).values(values)


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
    rows = [
        dict(zip(_TALLY_KEY, key, strict=True)) | {"machines": n, "weighed": weighed, "mass_g": mass}
        for key, (n, weighed, mass) in sorted(sums.items())
    ]
    session.connection().execute(_tally_statement(session.get_bind().dialect.name), rows)
