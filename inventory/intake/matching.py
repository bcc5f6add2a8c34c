"""Which machine on record a report is about: by tag, then serial and maker, then board; never by guess."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.db import among
from inventory.intake.findings import MachineFound
from inventory.intake.identity import uuid_orders
from inventory.intake.makers import maker
from inventory.register.identifiers import comparison_form
from inventory.register.models import Asset, AssetIdentifier
from inventory.register.tags import readings

SERIALS: Final = ("serial", "service_tag")
"""Types of identifier in which a maker's serial number stands."""
BOARDS: Final = ("board_serial", "uuid")
TAGS: Final = ("former_tag", "legacy_barcode")
_TYPES: Final = (*SERIALS, *BOARDS, *TAGS, "mac")
MOST_SHOWN: Final = 5


@dataclass(slots=True)
class Candidate:
    """A machine on record that something in a report points to."""

    id: int
    tag: str
    status: str
    manufacturer: str | None
    model: str | None
    serials: set[str] = field(default_factory=set)
    """Comparison forms of its serial numbers."""

    @property
    def living(self) -> bool:
        return self.status != "withdrawn"


@dataclass(slots=True)
class Pointers:
    """What each mark of a report points to."""

    by_tag: list[Candidate] = field(default_factory=list)
    by_serial: list[Candidate] = field(default_factory=list)
    by_board: list[Candidate] = field(default_factory=list)
    by_mac: list[Candidate] = field(default_factory=list)
    """Network addresses move with cards and docks: they raise a doubt, and settle nothing."""


@dataclass(frozen=True, slots=True)
class Match:
    """The verdict: one machine, a doubt (``why`` in words, with its candidates), or nobody."""

    candidate: Candidate | None = None
    why: str | None = None
    candidates: tuple[Candidate, ...] = ()


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """*text* as two spellings are compared: lower case, words of letters and digits."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def same_model(one: str, other: str) -> bool:
    """Whether two spellings of a model mean the same: one may only say more than the other."""
    a, b = set(plain(one).split()), set(plain(other).split())
    return bool(a and b) and (a <= b or b <= a)


def same_maker(one: str, other: str) -> bool:
    """Whether two names of a maker mean the same."""
    a, b = plain(maker(one) or one), plain(maker(other) or other)
    return a == b or a.startswith(f"{b} ") or b.startswith(f"{a} ")


def nameless(machine: MachineFound) -> bool:
    """Whether the report bears nothing by which a machine could be known again."""
    return not (machine.serial or machine.uuid or machine.board_serial)


def uuids_of(machine: MachineFound) -> tuple[str, ...]:
    """The firmware's UUID in both byte orders, since two programs may tell the same one differently."""
    return uuid_orders(machine.uuid) if machine.uuid else ()


def marks_of(machine: MachineFound) -> set[str]:
    """Everything by which two reports may be about the same machine, for telling which do not wait for each other."""
    told = [
        ("serial", machine.serial),
        ("board", machine.board_serial),
        ("tag", machine.asset_tag),
        *(("uuid", each) for each in uuids_of(machine)),
    ]
    found = {f"{kind} {comparison_form('serial', text)}" for kind, text in told if text}
    found |= {f"mac {comparison_form('mac', each)}" for each in machine.macs}
    return found | {f"drive {comparison_form('serial', each.serial)}" for each in machine.drives if each.serial}


def decide(machine: MachineFound, found: Pointers) -> Match:
    """What the pointers of one report come to. The rows below are the whole of the rule, in its order."""
    serial = comparison_form("serial", machine.serial) if machine.serial else None
    tagged = [each for each in found.by_tag if each.living]
    living = [each for each in found.by_serial if each.living]
    agreeing = [each for each in living if _maker_agrees(machine, each, found.by_board)]
    boards = [each for each in found.by_board if each.living]
    if len(tagged) > 1:
        return _doubt(f"the tag {machine.asset_tag} in its firmware leads to several machines", tagged)
    if tagged:
        [one] = tagged
        others = [each for each in living if each.id != one.id]
        if others:
            return _doubt(
                f"its firmware bears the tag {machine.asset_tag}, but its serial number {machine.serial} is another "
                "machine’s",
                [one, *others],
            )
        if serial and one.serials and serial not in one.serials:
            return _doubt(
                f"its firmware bears the tag {machine.asset_tag}, but that machine has another serial number on record",
                [one],
            )
        return Match(one)
    if len(agreeing) > 1:
        return _doubt(f"several machines bear the serial number {machine.serial}", agreeing)
    if agreeing:
        [one] = agreeing
        if boards and all(each.id != one.id for each in boards):
            return _doubt(
                f"its serial number {machine.serial} and its board lead to different machines", [one, *boards]
            )
        return Match(one)
    if living:
        named = machine.manufacturer or "no maker"
        return _doubt(
            f"the serial number {machine.serial} is on record, but not of {named}: makers may give the same number",
            living,
        )
    if boards:
        if len(boards) > 1:
            return _doubt("its board leads to several machines", boards)
        [one] = boards
        if serial and one.serials and serial not in one.serials:
            return _doubt(
                f"its board is known from {one.tag}, which has another serial number on record: it may have been moved",
                [one],
            )
        return Match(one)
    if addressed := [each for each in found.by_mac if each.living]:
        return _doubt(f"its network address is on record of {addressed[0].tag}, and nothing else tells", addressed)
    withdrawn = [*found.by_tag, *found.by_serial, *found.by_board]
    if withdrawn:
        return _doubt("the only record that answers to it is withdrawn", withdrawn)
    return Match()


def _maker_agrees(machine: MachineFound, one: Candidate, boards: Sequence[Candidate]) -> bool:
    """Same maker; where one side does not say, the model or the board must speak for it."""
    if machine.manufacturer and one.manufacturer:
        return same_maker(machine.manufacturer, one.manufacturer)
    if any(each.id == one.id for each in boards):
        return True
    return bool(machine.model and one.model and same_model(machine.model, one.model))


def _doubt(why: str, candidates: Iterable[Candidate]) -> Match:
    return Match(None, why, tuple({each.id: each for each in candidates}.values())[:MOST_SHOWN])


def pointers(session: Session, machines: Sequence[MachineFound], settings: Settings) -> list[Pointers]:
    """What the marks of each of *machines* point to; three statements however many."""
    tags = [readings(each.asset_tag[:64], settings.tag_prefix) if each.asset_tag else [] for each in machines]
    serials = [comparison_form("serial", each.serial) if each.serial else "" for each in machines]
    boards = [
        {comparison_form("serial", text) for text in (each.board_serial, *uuids_of(each)) if text} for each in machines
    ]
    macs = [{comparison_form("mac", text) for text in each.macs} for each in machines]
    forms = sorted({form for each in tags for form in each})
    values = sorted({*forms, *serials, *(key for each in (*boards, *macs) for key in each)} - {""})
    by_tag: dict[str, set[int]] = {}
    by_value: dict[tuple[str, str], set[int]] = {}
    if forms:
        for number, key in session.execute(select(Asset.id, Asset.tag_key).where(among(session, Asset.tag_key, forms))):
            by_tag.setdefault(key, set()).add(number)
    if values:
        known = select(AssetIdentifier.asset_id, AssetIdentifier.type, AssetIdentifier.value_key).where(
            among(session, AssetIdentifier.value_key, values), AssetIdentifier.type.in_(_TYPES)
        )
        for number, kind, key in session.execute(known):
            by_value.setdefault((kind, key), set()).add(number)
            if kind in TAGS:
                by_tag.setdefault(key, set()).add(number)
    wanted = {number for each in (*by_tag.values(), *by_value.values()) for number in each}
    rows = candidates(session, wanted)

    def bearing(kinds: Iterable[str], keys: Iterable[str]) -> list[Candidate]:
        numbers = {number for kind in kinds for key in keys for number in by_value.get((kind, key), ())}
        return [rows[number] for number in sorted(numbers)]

    return [
        Pointers(
            [rows[number] for number in sorted({number for form in forms for number in by_tag.get(form, ())})],
            bearing(SERIALS, [serial]),
            bearing(BOARDS, board),
            bearing(("mac",), mac),
        )
        for forms, serial, board, mac in zip(tags, serials, boards, macs, strict=True)
    ]


def candidates(session: Session, numbers: Iterable[int]) -> dict[int, Candidate]:
    """The machines with these numbers, each with its serial numbers; one statement."""
    found: dict[int, Candidate] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), 2_000):
        rows = session.execute(
            select(Asset.id, Asset.tag, Asset.status, Asset.manufacturer, Asset.model, AssetIdentifier.value_key)
            .outerjoin(AssetIdentifier, (AssetIdentifier.asset_id == Asset.id) & AssetIdentifier.type.in_(SERIALS))
            .where(Asset.id.in_(wanted[start : start + 2_000]))
        )
        for number, tag, status, made_by, model, serial in rows:
            one = found.setdefault(number, Candidate(number, tag, status, made_by, model))
            if serial:
                one.serials.add(serial)
    return found
