"""Which drive of which machine a report speaks of: by the drive's serial, and never by guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.db import among
from inventory.register.identifiers import comparison_form
from inventory.register.models import Asset, AssetIdentifier, Part
from inventory.register.statuses import FINAL, ON_SITE
from inventory.register.tags import normalise

LEFT_AS_WASTE: Final = FINAL | {"with_contractor"}
_SERIAL_TYPES: Final = ("serial", "service_tag")


@dataclass(frozen=True, slots=True)
class Host:
    """The machine that a report says it ran in."""

    serial: str | None = None
    asset_tag: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The drive on record, and the machine it is in; or the sentence why a person must look.

    A drive that is on record in no machine has ``part_uid`` and no ``asset_id``.
    """

    part_uid: str | None = None
    asset_id: int | None = None
    tag: str | None = None
    medium: str | None = None
    quarantine: str | None = None


def match(session: Session, serials: Sequence[str | None], host: Host, *, left: bool = False) -> list[Match]:
    """Match each of *serials*; three statements however many. *left*: machines that left as waste count too."""
    keys = sorted({comparison_form("serial", each) for each in serials if each})
    if not keys:
        return [_nameless() for _ in serials]
    columns = (Part.serial_key, Part.uid, Part.medium, Asset.id, Asset.tag, Asset.status)
    drives: dict[str, list[Any]] = {}
    for row in session.execute(
        select(*columns).outerjoin(Asset, Asset.id == Part.asset_id).where(among(session, Part.serial_key, keys))
    ):
        drives.setdefault(row.serial_key, []).append(row)
    asset_ids = {row.id for rows in drives.values() for row in rows if row.id is not None}
    named, own = _hosts(session, host, asset_ids)
    allowed = ON_SITE | LEFT_AS_WASTE if left else ON_SITE
    return [_one(each, drives, host, named, own, allowed) for each in serials]


def _hosts(session: Session, host: Host, asset_ids: set[int]) -> tuple[dict[int, str], dict[int, set[str]]]:
    """Machines on record that answer to *host* (tag by number), and the serials that the others bear."""
    named: dict[int, str] = {}
    own: dict[int, set[str]] = {}
    if host.asset_tag:
        rows = session.execute(select(Asset.id, Asset.tag).where(Asset.tag_key == normalise(host.asset_tag)[:64]))
        named = dict(rows.all())
    if host.serial:
        key = comparison_form("serial", host.serial)
        identifier = AssetIdentifier
        found = session.execute(
            select(identifier.asset_id, identifier.value_key, Asset.tag)
            .join(Asset, Asset.id == identifier.asset_id)
            .where(
                identifier.type.in_(_SERIAL_TYPES),
                (identifier.value_key == key) | identifier.asset_id.in_(asset_ids),
            )
            .limit(5_000)
        )
        for asset_id, value, tag in found:
            own.setdefault(asset_id, set()).add(value)
            if value == key and not host.asset_tag:
                named[asset_id] = tag
    return named, own


def _one(
    serial: str | None,
    drives: dict[str, list[Any]],
    host: Host,
    named: dict[int, str],
    own: dict[int, set[str]],
    allowed: frozenset[str],
) -> Match:
    if not serial:
        return _nameless()
    rows = drives.get(comparison_form("serial", serial), [])
    if not rows:
        return Match(quarantine=f"No drive with the serial {serial} is on record. Record it in its machine.")
    # A drive that was taken out and recorded anew elsewhere is on record twice; where it is fitted counts.
    fitted = [row for row in rows if row.id is not None] or rows
    if len(fitted) > 1:
        where = ", ".join(sorted(str(row.tag) for row in fitted if row.tag)[:5]) or "no machine"
        return Match(quarantine=f"More than one drive bears the serial {serial} (in {where}). Say which it is.")
    row = fitted[0]
    if row.id is None:
        return Match(row.uid, None, None, row.medium, f"Drive {serial} is on record in no machine. Say where it is.")
    told = Match(row.uid, row.id, row.tag, row.medium)
    if row.status not in allowed:
        status = str(row.status).replace("_", " ")
        return _held_back(told, f"Drive {serial} is on record in {row.tag}, which is not on site ({status}).")
    if named and row.id not in named:
        there = ", ".join(sorted(named.values())[:3])
        return _held_back(
            told, f"The report was made in {there}, and drive {serial} is on record in {row.tag}. Say where it is."
        )
    if not named and host.serial and row.id in own and comparison_form("serial", host.serial) not in own[row.id]:
        return _held_back(
            told,
            f"The report was made in a machine with the serial {host.serial}, and drive {serial} is on record in "
            f"{row.tag}, which bears another. Say where the drive is.",
        )
    return told


def _held_back(told: Match, sentence: str) -> Match:
    return Match(told.part_uid, told.asset_id, told.tag, told.medium, sentence)


def _nameless() -> Match:
    return Match(quarantine="The report gives no serial number of the drive. Say which drive it was.")
