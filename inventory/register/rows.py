"""One asset as lists show it: a plain row, with its department, place and custodian by name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.register.models import Asset, AssetIdentifier, Department, Location, Party


@dataclass(slots=True)
class AssetRow:
    """An asset in a list. ``location`` in words; ``serial`` and others are in ``identifiers``."""

    id: int
    tag: str
    kind: str
    manufacturer: str | None
    model: str | None
    status: str
    status_since: datetime
    department_code: str | None
    department: str | None
    location_code: str | None
    location: str | None
    custodian_uid: str | None
    custodian: str | None
    order_reference: str | None
    purchase_date: date | None
    purchase_cost: Decimal | None
    currency: str | None
    warranty_end: date | None
    mass_g: int | None
    grade: str | None
    advised_route: str | None
    last_seen_at: datetime | None
    registered_at: datetime
    notes: str | None
    identifiers: dict[str, list[str]]

    @property
    def serial(self) -> str | None:
        """First serial number, if one is known."""
        return next(iter(self.identifiers.get("serial", ())), None)


_COLUMNS = (
    Asset.id,
    Asset.tag,
    Asset.kind,
    Asset.manufacturer,
    Asset.model,
    Asset.status,
    Asset.status_since,
    Department.code,
    Department.name,
    Location.code,
    Location.site,
    Location.building,
    Location.room,
    Party.uid,
    Party.name,
    Asset.order_reference,
    Asset.purchase_date,
    Asset.purchase_cost,
    Asset.currency,
    Asset.warranty_end,
    Asset.mass_g,
    Asset.grade,
    Asset.advised_route,
    Asset.last_seen_at,
    Asset.registered_at,
    Asset.notes,
)


def row_statement() -> Any:
    """The columns of a row, with its department, place and custodian joined."""
    return (
        select(*_COLUMNS)
        .select_from(Asset)
        .outerjoin(Department, Department.id == Asset.department_id)
        .outerjoin(Location, Location.id == Asset.location_id)
        .outerjoin(Party, Party.id == Asset.custodian_id)
    )


WIDTH: Final = len(_COLUMNS)
"""How many columns `row_statement` has; a statement may add its own behind them."""


def row_of(columns: Sequence[Any]) -> AssetRow:
    """The columns of `row_statement` as an `AssetRow`, its identifiers still empty."""
    code, site, building, room = columns[9:13]
    place = ", ".join(part for part in (site, building, room) if part) or code
    values: list[Any] = [*columns[:10], place, *columns[13:WIDTH], {}]
    return AssetRow(*values)


def fill(session: Session, found: Iterable[Sequence[Any]]) -> list[AssetRow]:
    """Rows of `row_statement` as `AssetRow`s; identifiers of all of them in one statement."""
    rows = [row_of(each) for each in found]
    by_id = {row.id: row for row in rows}
    for start in range(0, len(rows), 2_000):
        numbers = [row.id for row in rows[start : start + 2_000]]
        for number, kind, value in session.execute(
            select(AssetIdentifier.asset_id, AssetIdentifier.type, AssetIdentifier.value)
            .where(AssetIdentifier.asset_id.in_(numbers))
            .order_by(AssetIdentifier.id)
        ):
            by_id[number].identifiers.setdefault(kind, []).append(value)
    return rows


def rows_of(session: Session, asset_ids: Sequence[int]) -> list[AssetRow]:
    """The assets with these numbers, in the order of the numbers given (at most some thousands)."""
    if not asset_ids:
        return []
    found = fill(session, session.execute(row_statement().where(Asset.id.in_(asset_ids))))
    by_id = {row.id: row for row in found}
    return [by_id[number] for number in asset_ids if number in by_id]
