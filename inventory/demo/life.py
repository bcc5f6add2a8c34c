"""One machine of the demonstration: its steps in the order in which they were heard of. Pure."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from inventory.demo import catalogue
from inventory.demo.plan import FIRST_DAY, LAST_DAY
from inventory.demo.university import SCHOOLS, custodian, rooms
from inventory.lifecycle.effects import drive_uid
from inventory.lifecycle.requests import EventRequest
from inventory.register.kinds import KINDS

RANKS: Final = {"procurement": 0, "technician": 1, "sustainability_officer": 2, "administrator": 3}
"""Who records first when several record in one week."""
_ROOMS: Final = tuple(code for code, *_ in rooms())
_SCHOOLS: Final = tuple(code for code, _, weight in SCHOOLS for _ in range(weight))
_FOREIGN_UNTIL: Final = 2013
"""Machines bought before bore the tags of an earlier register."""


@dataclass(slots=True)
class Step:
    """A request, the week and turn in which it is recorded, and the day on which it was heard of."""

    slot: tuple[int, int]
    heard: date
    moment: datetime
    request: EventRequest


def monday(day: date) -> date:
    """The Monday of the week of *day*."""
    return day - timedelta(days=day.weekday())


def workday(day: date) -> date:
    """*day*, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def delivery_day(day: date) -> date:
    """Deliveries come in the first full week of a month: its Monday."""
    first = day.replace(day=1)
    return first + timedelta(days=-first.weekday() % 7)


class Life:
    """Steps of one machine. Days are those of the story; ``shift`` moves them all."""

    def __init__(self, number: int, tag: str, spare: str, chance: random.Random, shift: timedelta) -> None:
        self.number = number
        self.tag = tag
        self.spare = spare
        self.chance = chance
        self.shift = shift
        self.steps: list[Step] = []
        self.kind = "unknown"
        self.drives: list[str] = []
        self.day = FIRST_DAY
        self.over = False
        self._moment = datetime(1990, 1, 1, tzinfo=UTC)
        self._slot = (0, 0)
        self._apart = False
        self._first_minute = 8 * 60 + number * 37 % 400

    def add(
        self, kind: str, day: date, /, *, by: str = "technician", exact: bool = True, heard: date | None = None,
        voids: str | None = None, replaces: str | None = None, **details: Any,
    ) -> str | None:  # fmt: skip
        """Add a step of *day* (or of the last step's day, if that is later); its key, or None after the end.

        *exact*: with a time, else the day only. *heard*: when it came to the register, by default that day.
        """
        day = max(day, self.day)
        heard = max(day, heard or day)
        self.over = self.over or heard > LAST_DAY
        if self.over:
            # What follows hangs on the step that lies beyond the end.
            return None
        self.day = day
        moment = datetime.combine(day, time(), UTC)
        if exact:
            moment += timedelta(minutes=self._first_minute)
            if moment <= self._moment:
                moment = self._moment + timedelta(minutes=7)
        self._moment = max(self._moment, moment)
        return self._put(kind, moment if exact else day, heard, by, details, voids, replaces, opens=False)

    def late(self, kind: str, day: date, heard: date, /, **details: Any) -> str | None:
        """A step that was heard of only after others; it must leave the status as it is."""
        if heard > LAST_DAY or heard < self.day:
            return None
        moment = datetime.combine(day, time(hour=9), UTC)
        return self._put(kind, moment, heard, "technician", details, None, None, opens=False)

    def open(self, kind: str, day: date, /, *, by: str, heard: date | None = None, **facts: Any) -> str:
        """The first step; the drives named in *facts* get their ids by it."""
        self.day = day
        self._moment = datetime.combine(day, time(), UTC)
        key = self._put(kind, day, max(day, heard or day), by, facts | {"tag": self.tag}, None, None, opens=True)
        self.kind = facts.get("kind", "unknown")
        self.drives = [drive_uid(key, number) for number in range(len(facts.get("drives", ())))]
        return key

    def _put(
        self, kind: str, when: datetime | date, heard: date, by: str, details: dict[str, Any],
        voids: str | None, replaces: str | None, *, opens: bool,
    ) -> str:  # fmt: skip
        week, rank = (heard.toordinal() - 1) // 7, RANKS[by]
        slot = (week, rank)
        if slot < self._slot or (self._apart and slot <= self._slot):
            week, turn = self._slot
            stays = rank > turn % 4 or (rank == turn % 4 and not self._apart)
            slot = (week, turn // 4 * 4 + rank + (0 if stays else 4))
        self._slot, self._apart = slot, False
        key = f"demo-{self.number}-{len(self.steps) + 1}"
        # A correction is dated by its record, which the clock of the batch gives.
        at = None if voids else when + self.shift
        request = EventRequest(kind, key, None if opens else self.tag, at, details, voids, replaces)
        moment = when if isinstance(when, datetime) else datetime.combine(when, time(), UTC)
        if self.steps:
            # A batch is put in order by time; a machine's own steps keep theirs.
            moment = max(moment, self.steps[-1].moment)
        self.steps.append(Step(slot, heard, moment, request))
        return key

    def relabel(self, day: date) -> None:
        """A new tag of ours in the place of a foreign one."""
        if self.add("relabelled", day, tag=self.spare):
            self.tag, self._apart = self.spare, True

    def turn(self) -> None:
        """What follows is recorded in a later batch than what came before."""
        self._apart = True

    def correct(self, key: str | None, heard: date, reason: str, by: str = "technician") -> None:
        """Void the line *key*."""
        if key:
            self.add("corrected", heard, by=by, voids=key, reason=reason)

    def replace(self, key: str | None, kind: str, day: date, heard: date, reason: str, **details: Any) -> None:
        """Void the line *key* and let another stand for it."""
        if key and heard <= LAST_DAY:
            self.correct(key, heard, reason)
            before = self.day
            self._put(kind, day, max(heard, before), "technician", details, None, key, opens=False)

    @property
    def holds_storage(self) -> bool:
        """Whether it may hold data."""
        return KINDS[self.kind].holds_storage

    def room(self) -> str:
        """Code of a room."""
        return self.chance.choice(_ROOMS)

    def school(self) -> str:
        """Code of a department, larger ones more often."""
        return self.chance.choice(_SCHOOLS)

    def person(self) -> str:
        """Opaque id of a custodian."""
        return custodian(self.chance.randrange(10**6))

    def iso(self, day: date) -> str:
        """*day*, moved with the story, as text."""
        return (day + self.shift).isoformat()

    def facts(self, bought: date, kind: str | None = None, *, peripheral: bool = False) -> dict[str, Any]:
        """What is known of the machine when it comes onto the record, bought on the day *bought*."""
        chance, year = self.chance, bought.year
        older = bought < FIRST_DAY
        kind = kind or catalogue.choose_kind(year, chance, peripheral=peripheral)
        model = catalogue.choose_model(kind, year, chance)
        found: dict[str, Any] = {"kind": kind, "manufacturer": model.manufacturer, "model": model.name,
                                 "department": self.school()}  # fmt: skip
        self.kind = kind
        if chance.random() < 0.97:
            found["purchase_date"] = self.iso(bought)
        if not older or chance.random() < 0.6:
            cost = catalogue.TYPICAL_COST[kind] * (0.8 + 0.4 * chance.random())
            found |= {"purchase_cost": f"{cost:.2f}", "currency": "GBP"}
            found["order_reference"] = f"PO-{(bought + self.shift).year}-{bought.month:02d}{chance.randrange(40):02d}"
            found["warranty_end"] = self.iso(bought + timedelta(days=1095))
        if chance.random() < 0.12:
            found["mass_g"] = max(40, round(catalogue.TYPICAL_MASS_G[kind] * (0.9 + 0.2 * chance.random())))
        if older and year < _FOREIGN_UNTIL and chance.random() < 0.55:
            self.tag = f"UOE{100000 + self.number}"
        found["identifiers"] = self._identifiers(model.manufacturer, older)
        if not older or chance.random() < 0.85:
            drive = catalogue.drive_of(kind, year, chance)
            if drive:
                found["drives"] = [drive]
                if kind == "server":
                    found["drives"] = [drive, drive | {"serial": f"{drive['serial']}B"}]
        return found

    def _identifiers(self, maker: str, older: bool) -> list[dict[str, str]]:
        roll, octets = self.chance.random(), f"{self.number:06X}"
        serial = f"SYN{self.number * 7919 % 10**7:07d}"
        found = [{"type": "service_tag" if maker == "Dell" else "serial", "value": serial}]
        if roll < 0.25:
            found.append(
                {
                    "type": "mac",
                    "value": f"02:00:5E:{octets[:2]}:{octets[2:4]}:{octets[4:]}",
                }
            )
        if 0.2 < roll < 0.5:
            found.append({"type": "host_name", "value": f"syn-{self.number}"})
        if older and roll > 0.5:
            found.append({"type": "legacy_barcode", "value": f"00{5_000_000 + self.number}"})
        if 0.45 < roll < 0.52:
            found.append({"type": "supplier_id", "value": f"LINE-{self.number}"})
        if 0.3 < roll < 0.34:
            # What a hardware report adds.
            found.append({"type": "board_serial", "value": f".{serial}.SYN{self.number:06d}."})
            found.append({"type": "uuid", "value": f"5e5e1234-0000-4000-8000-{self.number:012x}"})
        if roll > 0.95:
            found.append({"type": "source_id", "value": f"old-register:{self.number}"})
        return found
