"""Which machines a list is of: the filters of an address, and the conditions that they stand for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select, union
from sqlalchemy.orm import Session, aliased

from inventory.config import Settings
from inventory.db import holds
from inventory.errors import ValidationRefused
from inventory.register.departments import subtree
from inventory.register.identifiers import comparison_form
from inventory.register.kinds import KINDS
from inventory.register.models import Asset, AssetIdentifier, Location, Party
from inventory.register.search import search_numbers
from inventory.register.statuses import STATUSES, WAITING

FEW: Final = 2_000
"""Found by words: up to so many are listed by their numbers."""


@dataclass(frozen=True)
class AssetFilter:
    """What a list shows. Every field is also a parameter of the address; empty means no condition."""

    q: str = ""
    status: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    department: str = ""
    """Code; the department with all below it. ``-``: not known."""
    location: str = ""
    """Code. ``-``: not known."""
    custodian: str = ""
    """Id of the person. ``-``: nobody."""
    manufacturer: str = ""
    model: str = ""
    order_reference: str = ""
    bought_from: date | None = None
    bought_to: date | None = None
    identifier: str = ""
    """Any identifier's whole value."""
    waiting_days: int | None = None
    """At least so many days in a status in which somebody should act."""
    seen_from: date | None = None
    seen_before: date | None = None
    """Last seen before this day, or never."""
    never_seen: bool = False
    advised: str = ""
    older: bool = field(default=False, compare=True)
    """Withdrawn records too."""

    @classmethod
    def from_args(cls, args: Mapping[str, Any]) -> "AssetFilter":
        """Read the parameters of an address; an unreadable one is refused by name. Unknown ones are left out."""
        values: dict[str, Any] = {}
        for each in fields(cls):
            given = _list_of(args, each.name)
            if not given:
                continue
            values[each.name] = _read(each.name, given)
        return cls(**values)

    def to_args(self) -> dict[str, Any]:
        """The parameters again: text, or lists of text."""
        found: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value in ("", (), None, False):
                continue
            found[each.name] = list(value) if isinstance(value, tuple) else "1" if value is True else str(value)
        return found


def _list_of(args: Mapping[str, Any], name: str) -> list[str]:
    given = args.getlist(name) if hasattr(args, "getlist") else args.get(name, [])
    given = [given] if isinstance(given, (str, int, bool, date)) else given or []
    return [text for each in given if (text := " ".join(str(each).replace("\x00", " ").split())[:300])]


def _read(name: str, given: list[str]) -> Any:
    allowed: dict[str, Mapping[str, Any]] = {"status": STATUSES, "kind": KINDS}
    if name in allowed:
        keys = [key for each in given for key in each.split(",") if key]
        for key in keys:
            if key not in allowed[name]:
                raise ValidationRefused(f"There is no {name} {key[:40]!r}.", field=name)
        return tuple(dict.fromkeys(keys))
    text = given[-1]
    try:
        if name in ("bought_from", "bought_to", "seen_from", "seen_before"):
            return date.fromisoformat(text)
        if name == "waiting_days":
            days = int(text)
            if not 0 <= days <= 36_500:
                raise ValueError
            return days
    except ValueError:
        words = name.replace("_", " ")
        raise ValidationRefused(f"{words.capitalize()} {text[:40]!r} cannot be read.", field=name) from None
    return text == "1" if name in ("older", "never_seen") else text


def conditions(session: Session, asked: AssetFilter, settings: Settings, query: str | None = None) -> list[Any]:
    """SQL conditions on ``asset`` for the filter."""
    found: list[Any] = []
    if asked.status:
        found.append(Asset.status.in_(asked.status))
    elif not asked.older:
        found.append(Asset.status != "withdrawn")
    if asked.kind:
        found.append(Asset.kind.in_(asked.kind))
    if asked.department == "-":
        found.append(Asset.department_id.is_(None))
    elif asked.department:
        found.append(Asset.department_id.in_(subtree(asked.department)))
    if asked.location == "-":
        found.append(Asset.location_id.is_(None))
    elif asked.location:
        found.append(Asset.location_id == _number(Location.id, Location.code, asked.location))
    if asked.custodian == "-":
        found.append(Asset.custodian_id.is_(None))
    elif asked.custodian:
        found.append(Asset.custodian_id == _number(Party.id, Party.uid, asked.custodian))
    for name in ("manufacturer", "model", "order_reference"):
        if value := getattr(asked, name):
            found.append(getattr(Asset, name) == value)
    if asked.advised:
        found.append(Asset.advised_route == asked.advised)
    if asked.bought_from:
        found.append(Asset.purchase_date >= asked.bought_from)
    if asked.bought_to:
        found.append(Asset.purchase_date <= asked.bought_to)
    if asked.identifier:
        forms = {comparison_form("serial", asked.identifier), comparison_form("mac", asked.identifier)} - {""}
        found.append(Asset.id.in_(select(AssetIdentifier.asset_id).where(AssetIdentifier.value_key.in_(forms))))
    if asked.waiting_days is not None:
        before = datetime.now(UTC) - timedelta(days=asked.waiting_days)
        found.append(and_(Asset.status.in_(sorted(WAITING)), Asset.status_since <= before))
    if asked.seen_from:
        start = datetime.combine(asked.seen_from, datetime.min.time(), settings.zone)
        found.append(Asset.last_seen_at >= start)
    if asked.never_seen:
        found.append(Asset.last_seen_at.is_(None))
    if asked.seen_before:
        moment = datetime.combine(asked.seen_before, datetime.min.time(), settings.zone)
        found.append(or_(Asset.last_seen_at.is_(None), Asset.last_seen_at < moment))
    if text := (query if query is not None else asked.q):
        found.append(_search(session, text))
    return found


def _number(number: Any, code: Any, value: str) -> Any:
    return select(number).where(code == value).scalar_subquery()


def _search(session: Session, query: str) -> ColumnElement[bool]:
    words = search_numbers(session, query)
    people = select(Party.id).where(holds(Party.name, query))
    parts_of_place = (Location.code, Location.building, Location.room, Location.site)
    places = select(Location.id).where(or_(*(holds(part, query) for part in parts_of_place)))
    # A union of numbers, not an "or": each part is found by its own index, however large the register.
    other = aliased(Asset)
    parts = [
        select(other.id).where(other.custodian_id.in_(people)),
        select(other.id).where(other.location_id.in_(places)),
    ]
    if words is not None:
        parts.append(words)
    return Asset.id.in_(union(*parts))
