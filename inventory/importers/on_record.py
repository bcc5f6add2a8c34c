"""What of a file is on record already: lines by their keys, machines by tag and by identifier."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from inventory.db import among
from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.lifecycle.models import LifecycleEvent
from inventory.register.identifiers import IDENTIFIER_TYPES, comparison_form
from inventory.register.models import Asset, AssetIdentifier
from inventory.register.tags import normalise

from .targets import NAMING

UPDATE_BY: Final = NAMING
"""Columns by which rows may be matched to machines on record."""
_MATCHING: Final = tuple(name for name in NAMING if name != "tag")


class Bearer(NamedTuple):
    """A machine that bears a tag or an identifier."""

    id: int
    tag: str
    manufacturer: str | None


@dataclass
class OnRecord:
    """Machines on record that a chunk of rows may be about."""

    keys: frozenset[str]
    tags: dict[str, Bearer] = field(default_factory=dict)
    identifiers: dict[tuple[str, str], list[Bearer]] = field(default_factory=dict)

    def match(self, values: Mapping[str, Any], update_by: str | None) -> Bearer | None:
        """The machine that the row is about; None for a new one.

        Raises ValidationRefused where the row fits several machines, or its tag and serial different ones.
        """
        if not self.tags and not self.identifiers:
            return None
        if update_by not in (None, "tag") and values.get(update_by):
            return self._by_identifier(values, update_by)
        by_tag = self.tags.get(normalise(values["tag"])) if values.get("tag") else None
        if by_tag is not None:
            self._check_same(values, by_tag, update_by)
            return by_tag
        for name in _MATCHING:
            if values.get(name) and (found := self._by_identifier(values, name)):
                if values.get("tag"):
                    raise ValidationRefused(
                        mark(
                            "{what} “{value}” is on record for {tag}. If that is this machine, import with the rows "
                            "matched by {by}; if not, one of the two is wrong."
                        ),
                        field=name,
                        what=IDENTIFIER_TYPES[name],
                        value=values[name],
                        tag=found.tag,
                        by=IDENTIFIER_TYPES[name].lower(),
                    )
                return found
        return None

    def _by_identifier(self, values: Mapping[str, Any], name: str) -> Bearer | None:
        found = self.identifiers.get((name, comparison_form(name, values[name])), [])
        maker = values.get("manufacturer")
        if name == "serial" and maker:
            # Two makers may have given out the same number.
            found = [each for each in found if not each.manufacturer or _same(each.manufacturer, maker)]
        if len(found) > 1:
            raise ValidationRefused(
                mark("{what} “{value}” is on record for several machines: {tags}."),
                field=name,
                what=IDENTIFIER_TYPES[name],
                value=values[name],
                tags=", ".join(each.tag for each in found[:8]),
            )
        return found[0] if found else None

    def _check_same(self, values: Mapping[str, Any], bearer: Bearer, update_by: str | None) -> None:
        """A tag on record whose serial is another machine's: the row must not change that silently."""
        if update_by is not None or not values.get("serial"):
            return
        others = self.identifiers.get(("serial", comparison_form("serial", values["serial"])), [])
        known = self.serials.get(bearer.id, [])
        if known and comparison_form("serial", values["serial"]) not in known:
            also = f" ({mark('that one is on record for')} {others[0].tag})" if others else ""
            raise ValidationRefused(
                mark(
                    "{tag} is on record with the serial number {known}, this row says {said}{also}. If the record is "
                    "wrong, import with the rows matched by tag."
                ),
                field="serial",
                tag=bearer.tag,
                known=", ".join(known[:3]),
                said=values["serial"],
                also=also,
            )

    serials: dict[int, list[str]] = field(default_factory=dict)
    """Serial numbers (comparison form) of the machines found by tag."""


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def look_up(
    session: Session, rows: Sequence[Mapping[str, Any]], keys: Collection[str], update_by: str | None
) -> OnRecord:
    """What is on record of these rows; at most four statements, however many rows."""
    connection = session.connection()
    known = frozenset(
        key
        for (key,) in connection.execute(
            select(LifecycleEvent.key).where(among(session, LifecycleEvent.key, list(keys)))
        )
    )
    found = OnRecord(known)
    # A line that is on record needs no second look, unless its row may have changed.
    open_rows = [row for row, key in zip(rows, keys, strict=True) if update_by or not key or key not in known]
    if tags := sorted({normalise(tag) for row in open_rows if (tag := row.get("tag"))}):
        now = select(Asset.tag_key, Asset.id, Asset.tag, Asset.manufacturer).where(among(session, Asset.tag_key, tags))
        before = (
            select(AssetIdentifier.value_key, Asset.id, Asset.tag, Asset.manufacturer)
            .join(Asset, Asset.id == AssetIdentifier.asset_id)
            .where(AssetIdentifier.type == "former_tag", among(session, AssetIdentifier.value_key, tags))
        )
        for key, number, tag, maker in connection.execute(union_all(now, before)):
            found.tags[key] = Bearer(number, tag, maker)
    present = [name for name in _MATCHING if open_rows and name in open_rows[0]]
    forms = {comparison_form(name, value) for row in open_rows for name in present if (value := row[name])}
    if forms:
        statement = (
            select(AssetIdentifier.type, AssetIdentifier.value_key, Asset.id, Asset.tag, Asset.manufacturer)
            .join(Asset, Asset.id == AssetIdentifier.asset_id)
            .where(among(session, AssetIdentifier.value_key, sorted(forms)), Asset.status != "withdrawn")
            .order_by(Asset.id)
        )
        for kind, key, number, tag, maker in connection.execute(statement):
            found.identifiers.setdefault((kind, key), []).append(Bearer(number, tag, maker))
    if found.tags:
        numbers = [each.id for each in found.tags.values()]
        serials = select(AssetIdentifier.asset_id, AssetIdentifier.value_key).where(
            AssetIdentifier.type == "serial", AssetIdentifier.asset_id.in_(numbers)
        )
        for number, key in connection.execute(serials):
            found.serials.setdefault(number, []).append(key)
    return found
