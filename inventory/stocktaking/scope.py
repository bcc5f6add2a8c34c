"""What a count compares with: its expected list, frozen in one statement, and its scope in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.errors import NotFound, ValidationRefused
from inventory.lifecycle.bulk import insert_rows
from inventory.register.departments import subtree
from inventory.register.filtering import AssetFilter, conditions
from inventory.register.kinds import KINDS
from inventory.register.models import Asset, Department, Location
from inventory.register.naming import names_of
from inventory.register.queries import resolve_many
from inventory.register.statuses import ON_SITE, STATUSES
from inventory.stocktaking.models import StockTake, StockTakeMachine
from inventory.stocktaking.rules import GROUPS, UNKNOWN

MOST: Final = 50_000
"""Machines on one list; a larger university counts by site."""
MOST_TAGS: Final = 10_000
"""Pasted tags of one list."""
_CHUNK: Final = 400
_TOLD: Final = 5
SCOPES: Final = {
    "room": "A room, store or other place",
    "building": "The whole building of a place",
    "site": "The whole site of a place",
    "department": "A department, with all below it",
    "filter": "A filtered list of machines",
    "tags": "Pasted tags",
    "awaiting": "All that await collection",
    "list": "Machines of another count",
}
_PHYSICAL: Final = ("room", "building", "site")
_REFERENCES: Final = {"department": "department", "location": "location", "custodian": "party"}


@dataclass(frozen=True)
class Scope:
    """What a list is made from. Which of the fields speaks follows from ``kind``, a key of SCOPES or ``none``."""

    kind: str
    place: str = ""
    """Code: of the room itself, or of any place in the building or on the site."""
    department: str = ""
    filter: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[str] = ()
    skip_unknown: bool = False
    """Leave out pasted tags that no machine bears, instead of refusing the list."""
    stock_take: str = ""
    """Code of another count, with the ``group`` of it that is meant."""
    group: str = "missing"

    def stored(self) -> dict[str, Any]:
        """The scope as it is kept: how it was asked, without a pasted list."""
        values = {
            "place": self.place,
            "department": self.department,
            "filter": dict(self.filter),
            "tags": len(self.tags),
            "stock_take": self.stock_take,
            "group": self.group if self.stock_take else "",
        }
        return {"kind": self.kind, **{name: value for name, value in values.items() if value}}


def place_named(session: Session, code: str) -> Location:
    """The place with this code; ValidationRefused when there is none."""
    found = session.scalar(select(Location).where(Location.code == code))
    if found is None:
        raise ValidationRefused("Name the place: there is none with this name or code on record.", field="place")
    return found


def words_of(session: Session, scope: Scope, settings: Settings) -> str:
    """The scope as a person reads it. ValidationRefused where it names what there is not."""
    if scope.kind in _PHYSICAL:
        place = place_named(session, scope.place)
        if scope.kind == "room":
            return place.label
        if scope.kind == "building" and not place.building:
            raise ValidationRefused(f"{place.label} has no building on record; choose another place.", field="place")
        if not place.site and scope.kind == "site":
            raise ValidationRefused(f"{place.label} has no site on record; choose another place.", field="place")
        parts = (place.site, place.building) if scope.kind == "building" else (place.site,)
        return f"{', '.join(part for part in parts if part)}: the whole {scope.kind}"
    if scope.kind == "department":
        name = session.scalar(select(Department.name).where(Department.code == scope.department))
        if name is None:
            raise ValidationRefused("Name the department: there is none with this name or code.", field="department")
        return f"{name}, with all below it"
    if scope.kind == "filter":
        return _filter_words(session, scope.filter)
    if scope.kind == "tags":
        return f"{len(scope.tags):,} pasted tag{'s' if len(scope.tags) != 1 else ''}"
    if scope.kind == "list":
        other = _other(session, scope)
        return f"{GROUPS[scope.group]} in the count {other.code}, {other.name}"
    return {"awaiting": "All that await collection", "none": "Whatever is scanned"}[scope.kind]


def _filter_words(session: Session, given: Mapping[str, Any]) -> str:
    asked = AssetFilter.from_args(given).to_args()
    if not asked:
        return "All machines"
    named = names_of(session, [(table, str(asked[n])) for n, table in _REFERENCES.items() if asked.get(n, "-") != "-"])
    labels: dict[str, Mapping[str, Any]] = {"status": STATUSES, "kind": KINDS}
    parts = []
    for name, value in asked.items():
        if name in labels:
            text = ", ".join(labels[name][key].label for key in value)
        elif name in _REFERENCES:
            text = "not known" if value == "-" else named.get((_REFERENCES[name], str(value)), str(value))
        else:
            text = "yes" if value == "1" else str(value)
        parts.append(f"{name.replace('_', ' ')}: {text}")
    words = "; ".join(parts)
    return words[0].upper() + words[1:]


def freeze(session: Session, take: StockTake, scope: Scope, settings: Settings, *, here_only: bool) -> int:
    """Write the expected list of *take* and return its length.

    *here_only*: machines that stand on site, whatever the scope. One statement, but for pasted tags.
    """
    if scope.kind == "none":
        return 0
    if scope.kind == "tags":
        return _freeze_tags(session, take, scope, settings)
    where = _conditions(session, scope, settings)
    if here_only:
        where.append(Asset.status.in_(sorted(ON_SITE)))
    _insert(session, take, where)
    count = int(
        session.scalar(
            select(func.count()).select_from(StockTakeMachine).where(StockTakeMachine.stock_take_id == take.id)
        )
        or 0
    )
    if not count:
        raise ValidationRefused(
            "No machine of the register fits this, so there is nothing to compare with. Choose another place or "
            "list, or build a list from scans.",
            field="scope",
        )
    if count > MOST:
        raise ValidationRefused(
            f"These are {count:,} machines; at most {MOST:,} are counted at once. Count by site or building.",
            field="scope",
        )
    return count


def _insert(session: Session, take: StockTake, where: Sequence[Any]) -> None:
    columns = ["stock_take_id", "asset_id", "tag", "expected", "place", "status"]
    chosen: Any = (
        select(literal(take.id), Asset.id, Asset.tag, literal(True), Location.code, Asset.status)
        .select_from(Asset)
        .outerjoin(Location, Location.id == Asset.location_id)
        .where(*where)
    )
    session.execute(insert(StockTakeMachine).from_select(columns, chosen))


def _conditions(session: Session, scope: Scope, settings: Settings) -> list[Any]:
    if scope.kind in _PHYSICAL:
        place = place_named(session, scope.place)
        if scope.kind == "room":
            return [Asset.location_id == place.id]
        same = [Location.site == place.site if place.site else Location.site.is_(None)]
        if scope.kind == "building":
            same.append(Location.building == place.building)
        return [Asset.location_id.in_(select(Location.id).where(*same))]
    if scope.kind == "department":
        return [Asset.department_id.in_(subtree(scope.department)), Asset.status != "withdrawn"]
    if scope.kind == "filter":
        return conditions(session, AssetFilter.from_args(scope.filter), settings)
    if scope.kind == "list":
        other = _other(session, scope)
        return [Asset.id.in_(select(StockTakeMachine.asset_id).where(*members(other.id, scope.group)))]
    return [Asset.status == "awaiting_collection"]


def members(stock_take_id: int, group: str) -> list[Any]:
    """Conditions on `stock_take_machine` for one group of a count: found, missing or unexpected."""
    seen = StockTakeMachine.seen_at.is_not(None)
    return [
        StockTakeMachine.stock_take_id == stock_take_id,
        StockTakeMachine.expected.is_(group != "unexpected"),
        seen if group != "missing" else StockTakeMachine.seen_at.is_(None),
    ]


def _other(session: Session, scope: Scope) -> StockTake:
    found = session.scalar(select(StockTake).where(StockTake.code == scope.stock_take.strip().upper()))
    if found is None or scope.group not in GROUPS or scope.group == UNKNOWN:
        raise NotFound(f"There is no count with the code {scope.stock_take[:20]!r}.", field="stock_take")
    return found


def _freeze_tags(session: Session, take: StockTake, scope: Scope, settings: Settings) -> int:
    if not scope.tags:
        raise ValidationRefused("The list is empty. Paste or scan at least one tag.", field="tags")
    if len(scope.tags) > MOST_TAGS:
        raise ValidationRefused(f"The list has {len(scope.tags):,} tags; at most {MOST_TAGS:,} fit.", field="tags")
    numbers: dict[int, None] = {}
    unknown: list[str] = []
    for start in range(0, len(scope.tags), _CHUNK):
        chunk = scope.tags[start : start + _CHUNK]
        found = dict(zip(chunk, resolve_many(session, chunk, settings), strict=True))
        for tag in chunk:
            number = found[tag].asset_id
            if number is None:
                unknown.append(tag)
            else:
                numbers[number] = None
    if unknown and not scope.skip_unknown:
        more = f" and {len(unknown) - _TOLD:,} more" if len(unknown) > _TOLD else ""
        raise ValidationRefused(
            f"{len(unknown):,} of the {len(scope.tags):,} tags lead to no one machine: "
            f"{', '.join(tag[:40] for tag in unknown[:_TOLD])}{more}. Mend the list, or leave them out.",
            field="tags",
        )
    if not numbers:
        raise ValidationRefused("None of these tags is on record.", field="tags")
    wanted = list(numbers)
    rows: list[dict[str, Any]] = []
    for start in range(0, len(wanted), _CHUNK):
        rows += [
            {"stock_take_id": take.id, "expected": True} | facts
            for facts in facts_of(session, wanted[start : start + _CHUNK]).values()
        ]
    empty = {"seen_at": None, "seen_by": None, "seen_place": None}
    insert_rows(session, StockTakeMachine, [row | empty for row in rows])
    return len(rows)


def facts_of(session: Session, asset_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What a count keeps of machines as they come into it: asset_id, tag, place and status, by number."""
    statement = (
        select(Asset.id, Asset.tag, Location.code, Asset.status)
        .outerjoin(Location, Location.id == Asset.location_id)
        .where(Asset.id.in_(asset_ids))
    )
    return {
        number: {"asset_id": number, "tag": tag, "place": place, "status": status}
        for number, tag, place, status in session.execute(statement)
    }
