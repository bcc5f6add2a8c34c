"""No sequence of events brings an unclean machine into other hands, but by the exceptions, and the report shows each.

The model of cleanliness below is naive on purpose: it walks over the accepted lines by their days and knows
nothing of sanitisation/rules.py. Every line here is dated by its day, so that order within a day is unknown.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.db import make_engine
from inventory.errors import InventoryError
from inventory.lifecycle.requests import EventRequest
from inventory.register.models import Asset, Part
from inventory.register.references import References
from inventory.reports._query import Query
from inventory.reports.data_assurance import _of, told
from tests.conftest import World
from tests.databases import empty
from tests.lifecycle.test_table import ROWS

TAGS = ["ED-1", "ED-2", "ED-3"]
SERIALS = ["S1", "S2", None]
DAYS = st.integers(0, 40).map(lambda number: date(2017, 6, 1) + timedelta(days=number))
TARGETS = {row[0]: row[2] for row in ROWS}
STORES = {"laptop", "other"}
OTHERS_HAVE_IT = {"in_use", "donated", "sold", "with_lessor", "missing", "written_off"}
CONTRACT = {"unsanitised_under_contract": True, "certified_destruction_contract": "C-1"}
GIVES = {"deployed", "redeployed", "reassigned", "donated", "sold", "returned_to_lessor", "collected",
         "given_for_preparation"}  # fmt: skip
INSPECTED = {"functional": "working", "cosmetic": "B"}
DETAILS: dict[str, list[dict[str, Any]]] = {
    "received": [{"kind": "laptop"}, {"kind": "monitor"}, {"kind": "laptop", "drives": [{"serial": "S1"}]}],
    "registered": [{"status": "returned", "kind": "laptop", "drives": [{"serial": "S1"}, {}]},
                   {"status": "in_use", "kind": "laptop"}, {"status": "returned", "kind": "other"}],
    "taken_on": [{"status": "donated", "outcome": "donated", "partner": "remakery", "kind": "laptop"},
                 {"status": "ready_for_reuse", "kind": "laptop"}, {"status": "in_use", "kind": "laptop"}],
    "deployed": [{"department": "INF"}],
    "reassigned": [{"department": "HCA"}, {"department": "INF", "reason": "same team", "drives_not_wiped": True}],
    "moved": [{"location": "HUB"}],
    "written_off": [{"cause": "theft"}],
    "returned": [{}, {"second_life": "none"}],
    "held": [{"reason": "legal"}],
    "inspected": [INSPECTED, INSPECTED | {"no_drive_fitted": True}],
    "redeployed": [{"department": "INF"}],
    "donated": [{"partner": "remakery"}],
    "collected": [{"facility": "weee", "expected": "recycled"} | CONTRACT, {"facility": "weee", "expected": "recycled"}],
    "given_for_preparation": [{"partner": "remakery"}, {"partner": "remakery"} | CONTRACT],
    "declared_waste": [{"reason": "worn out"}],
    "rejected": [{"reason": "wet"}],
    "amended": [{"kind": "laptop"}, {"kind": "monitor"}, {"kind": "other"}],
    "merged": [{"into": tag} for tag in TAGS],
    "unmerged": [{"reason": "two machines"}],
}  # fmt: skip
PLAIN = ["received", "registered", "taken_on", "deployed", "reassigned", "written_off", "returned", "held", "released",
         "inspected", "passed_for_reuse", "reserved", "unreserved", "redeployed", "donated", "sold",
         "returned_to_lessor", "collected", "given_for_preparation", "declared_waste", "dismantled", "rejected",
         "reported_missing", "found", "amended", "merged", "unmerged"]  # fmt: skip
NEXT = {
    "in_stock": ["deployed", "deployed", "returned_to_lessor", "reported_missing"],
    "in_use": ["returned", "returned", "reassigned", "sanitised"],
    "returned": ["sanitised", "inspected", "passed_for_reuse", "passed_for_reuse", "inspected", "declared_waste",
                 "given_for_preparation"],
    "ready_for_reuse": ["donated", "redeployed", "redeployed", "reserved", "sold"],
    "reserved": ["redeployed", "donated"], "awaiting_collection": ["collected"], "on_hold": ["released"],
    "missing": ["found"], "donated": ["returned"], "sold": ["returned"], "with_contractor": ["rejected"],
}  # fmt: skip
OPENS = {"received", "registered", "taken_on"}


@dataclass
class Said:
    """A line as it was accepted."""

    key: str
    kind: str
    day: date
    details: dict[str, Any]
    place: tuple[date, int]
    void: bool = False


@dataclass
class Drive:
    """What a naive reader knows of a drive in a machine: may data of somebody be on it?"""

    serial: str | None
    dirty: bool
    failed: bool = False
    dirty_until: date | None = None
    """Day on which the last use ended; a wipe on that very day proves nothing without a word."""


@dataclass
class Now:
    """Where the naive reader is in the life of a machine."""

    status: str = ""
    drives: dict[str, Drive] = field(default_factory=dict)
    used: bool = False
    looked: bool = False
    stores: bool = True
    ever_stored: bool = False
    before_hold: str = ""
    before_loss: str = ""
    before_merge: str = ""

    def unclean(self) -> bool:
        blind = not self.drives and self.used and not self.looked and (self.stores or self.ever_stored)
        return blind or any(each.dirty or each.failed for each in self.drives.values())

    def target(self, line: Said) -> str:
        if line.kind in ("registered", "taken_on"):
            return str(line.details["status"])
        if line.kind == "sanitisation_failed":
            return "returned" if self.status in ("ready_for_reuse", "reserved") else self.status
        if line.kind in ("found", "released", "unmerged"):
            return {"found": self.before_loss, "released": self.before_hold, "unmerged": self.before_merge}[line.kind]
        target = TARGETS[line.kind]
        return self.status if target == "same" else target

    def live(self, line: Said, prefixes: set[str]) -> None:
        """One line more; *prefixes*: keys in whose place it stands."""
        details, out = line.details, self.status in OTHERS_HAVE_IT
        if "kind" in details:
            self.ever_stored = self.ever_stored or (self.stores and self.status != "" and details["kind"] == "monitor")
            self.stores = details["kind"] in STORES
        brought = details.get("drives", ()) if line.kind in OPENS else [details] if line.kind == "part_fitted" else ()
        for number, each in enumerate(brought):
            known = "uid" in each and each["uid"].rpartition(".")[0] not in prefixes
            uid = each.get("uid") or f"{line.key}.{number}"
            old_kit = line.kind != "received" and each.get("came") != "new"
            never = line.kind == "part_fitted" and each["came"] == "found_inside" and not self.used
            self.drives[uid] = Drive(each.get("serial"), known or out or (old_kit and not never))
            self.looked = False
        if line.kind == "part_removed":
            self.drives.pop(details["uid"], None)
        if line.kind == "inspected":
            self.looked = details.get("no_drive_fitted", self.looked)
        for each in details.get("drives", ()) if line.kind in ("sanitised", "sanitisation_failed") else ():
            drive = self.drives.get(each["uid"])
            if drive and line.kind == "sanitised":
                drive.failed = False
                if each.get("confirmed_after_use") or (not out and drive.dirty_until != line.day):
                    drive.dirty = False
            elif drive:
                drive.failed = True
        status = self.target(line)
        if line.kind in ("held", "reported_missing", "merged") and status != self.status:
            kept = {"held": "before_hold", "reported_missing": "before_loss", "merged": "before_merge"}[line.kind]
            if not (line.kind == "held" and self.status in ("missing", "written_off")):
                setattr(self, kept, self.status)
        back = out and status not in OTHERS_HAVE_IT
        begins = status in OTHERS_HAVE_IT and (not out or line.kind == "reassigned")
        if line.kind in ("registered", "taken_on"):
            self.used = True
        if back or begins:
            self.used, self.looked = True, False
            for drive in self.drives.values():
                drive.dirty, drive.dirty_until = True, line.day if back else None
        self.status = status


@dataclass
class Story:
    """The life of one machine as it was told."""

    said: list[Said] = field(default_factory=list)
    replaces: dict[str, str] = field(default_factory=dict)

    def walk(self) -> Iterator[tuple[Now, Said]]:
        """Each standing line with what was the case just before it; the last state comes with None."""
        now = Now()
        if self.said[0].void and not any(not each.void and each.place == self.said[0].place for each in self.said):
            return
        for line in sorted((each for each in self.said if not each.void), key=lambda each: each.place):
            yield now, line
            prefixes, key = set(), line.key
            while key in self.replaces:
                key = self.replaces[key]
                prefixes.add(key)
            now.live(line, prefixes)
        yield now, Said("", "", date(2020, 1, 1), {}, (date(2020, 1, 1), 0))

    def end(self) -> Now:
        return list(self.walk())[-1][0] if list(self.walk()) else Now("withdrawn")

    def unclean(self) -> dict[str, Said]:
        """Lines that gave the machine away unclean, as the story stands now; by key."""
        return {line.key: line for now, line in self.walk() if line.kind in GIVES and now.unclean()}


def excused(line: Said) -> bool:
    return bool(line.details.get("unsanitised_under_contract") or line.details.get("drives_not_wiped"))


class Hub(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        References.forget()
        self.engine = make_engine(self.fresh())
        self.session = Session(self.engine, expire_on_commit=False)
        self.settings = Settings(programme_start=date(2017, 1, 1), go_live=date(2017, 6, 20), time_zone="Europe/London")
        self.world = World(self.session, self.settings)
        self.world.now = datetime(2018, 1, 1, 12, tzinfo=UTC)
        self.session.commit()
        self.stories: dict[str, Story] = {}
        self.order = 0

    def fresh(self) -> str:
        raise NotImplementedError

    def teardown(self) -> None:
        self.session.close()
        self.engine.dispose()

    # -- telling ---------------------------------------------------------------------------------------------

    def _tell(self, tag: str, kind: str, day: date, /, **details: Any) -> bool:
        opens = kind in OPENS and tag not in self.stories
        request = self.world.request(kind, None if opens else tag, day, **(details | ({"tag": tag} if opens else {})))
        merging = self._lost(tag, details) if kind == "merged" and tag in self.stories else None
        try:
            self.world.batch([request])
        except InventoryError:
            return False
        assert not merging, f"merged away: {merging}"
        self._accept(tag, request, day)
        return True

    def _accept(self, tag: str, request: EventRequest, day: date) -> None:
        self.order += 1
        story = self.stories.setdefault(tag, Story())
        line = Said(request.key, request.kind, day, dict(request.details), (day, self.order))
        story.said.append(line)
        unclean = story.unclean()
        assert line.key not in unclean or excused(line), f"{tag} left unclean by {line}"

    def _lost(self, tag: str, details: dict[str, Any]) -> str | None:
        """What would be forgotten by this merge, by the naive reader."""
        if details["into"] == tag or details["into"] not in self.stories:
            return None
        here, there = self.stories[tag].end(), self.stories[details["into"]].end()
        if {here.status, there.status} <= OTHERS_HAVE_IT:
            return None
        serials = {each.serial for each in there.drives.values()}
        for each in here.drives.values():
            if (
                (each.dirty or each.failed)
                and here.status not in OTHERS_HAVE_IT
                and each.serial not in serials - {None}
            ):
                return f"a dirty drive {each.serial}"
        return "its use" if here.used and not there.used else None

    def _drives(self, tag: str) -> list[tuple[str, str | None]]:
        statement = select(Part.uid, Part.serial).join(Asset, Asset.id == Part.asset_id).where(Asset.tag == tag)
        found = [tuple(row) for row in self.session.execute(statement.order_by(Part.uid))]
        self.session.commit()
        return found  # type: ignore[return-value]

    @rule(tag=st.sampled_from(TAGS), kind=st.sampled_from(PLAIN), day=DAYS, choice=st.integers(0, 2))
    def anything(self, tag: str, kind: str, day: date, choice: int) -> None:
        options = DETAILS.get(kind, [{}])
        self._tell(tag, kind, day, **options[choice % len(options)])

    @rule(tag=st.sampled_from(TAGS), paces=st.lists(st.sampled_from([0, 0, 0, 1]), min_size=1, max_size=9),
          turn=st.integers(0, 400))  # fmt: skip
    def some_sensible_steps(self, tag: str, paces: list[int], turn: int) -> None:
        """Random lines alone rarely get far: a machine goes on through the hub, often within one day."""
        if tag not in self.stories:
            self._tell(tag, "registered", date(2017, 6, 1), **DETAILS["registered"][turn % 3])
            return
        for number, pace in enumerate(paces):
            now = self.stories[tag].end()
            day = max((each.day for each in self.stories[tag].said if not each.void), default=date(2017, 6, 1))
            day += timedelta(days=pace)
            steps = NEXT.get(now.status, [])
            if not steps:
                return
            kind = steps[(turn // (number + 1)) % len(steps)]
            if kind == "sanitised":
                drives = [{"uid": uid, "method": "purge", "confirmed_after_use": True} for uid, _ in self._drives(tag)]
                self._tell(tag, kind, day, drives=drives)
                continue
            options = DETAILS.get(kind, [{}])
            choice = (
                1 if kind == "returned" and now.status in ("donated", "sold") else turn if kind == "inspected" else 0
            )
            self._tell(tag, kind, day, **options[choice % len(options)])

    @rule(tag=st.sampled_from(TAGS), day=DAYS, late=st.booleans(), failed=st.booleans(), sure=st.booleans())
    def wipe(self, tag: str, day: date, late: bool, failed: bool, sure: bool) -> None:
        if tag not in self.stories:
            return
        if late:
            day = max((each.day for each in self.stories[tag].said if not each.void), default=day)
        more = {} if failed else {"method": "purge"} | ({"confirmed_after_use": True} if sure else {})
        drives = [{"uid": uid} | more for uid, _ in self._drives(tag)]
        self._tell(tag, "sanitisation_failed" if failed else "sanitised", day, drives=drives)

    @rule(tag=st.sampled_from(TAGS), day=DAYS, came=st.sampled_from(["found_inside", "new", "from_elsewhere"]),
          serial=st.sampled_from(SERIALS), known=st.integers(-2, 5))  # fmt: skip
    def fit(self, tag: str, day: date, came: str, serial: str | None, known: int) -> None:
        """A drive comes into a machine; sometimes it claims to be one that is on record."""
        details: dict[str, Any] = {"came": came} | ({"serial": serial} if serial else {})
        if known >= 0:
            uids = list(self.session.scalars(select(Part.uid).order_by(Part.uid)))
            self.session.commit()
            if uids:
                details["uid"] = uids[known % len(uids)]
        self._tell(tag, "part_fitted", day, **details)

    @rule(tag=st.sampled_from(TAGS), day=DAYS)
    def take_out(self, tag: str, day: date) -> None:
        for uid, _ in self._drives(tag)[:1]:
            self._tell(tag, "part_removed", day, uid=uid)

    @rule(tag=st.sampled_from(TAGS), which=st.integers(0, 30), kind=st.sampled_from(["", "same", *sorted(GIVES)]),
          choice=st.integers(0, 2))  # fmt: skip
    def correct(self, tag: str, which: int, kind: str, choice: int) -> None:
        story = self.stories.get(tag)
        if story is None:
            return
        old = story.said[which % len(story.said)]
        kind = old.kind if kind == "same" else kind
        replacement = None
        if kind:
            options = DETAILS.get(kind, [{}])
            details = dict(old.details) if kind == old.kind and choice else dict(options[choice % len(options)])
            if kind in OPENS and "tag" in old.details:
                details["tag"] = tag
            replacement = self.world.request(kind, tag, old.day, **details)
        were = story.unclean()
        try:
            self.world.correct(tag, old.key, replacement)
        except InventoryError:
            return
        old.void = True
        if replacement:
            line = Said(replacement.key, kind, old.day, dict(replacement.details), old.place)
            story.replaces[line.key] = old.key
            story.said.append(line)
            opened = line.key in story.unclean() and not excused(line)
            assert not opened or (old.key in were and not excused(old)), f"{tag}: {line} opens what {old} did not"

    @rule(tag=st.sampled_from(TAGS), day=DAYS, kinds=st.lists(st.sampled_from(PLAIN), min_size=2, max_size=5))
    def many_at_once(self, tag: str, day: date, kinds: list[str]) -> None:
        """Several lines of one machine in a batch that takes what it can."""
        if tag not in self.stories:
            return
        asked = [
            self.world.request(kind, tag, day, **DETAILS.get(kind, [{}])[0])
            for kind in kinds
            if kind not in OPENS and kind != "merged"
        ]
        for request, result in zip(asked, self.world.batch(asked, all_or_none=False), strict=True):
            if result.outcome == "recorded":
                self._accept(tag, request, day)

    # -- what must hold --------------------------------------------------------------------------------------

    @invariant()
    def the_register_and_the_naive_reader_see_the_same_statuses(self) -> None:
        stored = {row.tag: row.status for row in self.session.execute(select(Asset.tag, Asset.status))}
        self.session.commit()
        assert stored == {tag: story.end().status for tag, story in self.stories.items()}

    @invariant()
    def whatever_left_unclean_stands_in_the_report(self) -> None:
        shown: dict[str, set[str]] = {}
        for group in ("computer", "peripheral", "unknown"):
            for each in told(self.session, Query(group=group), self.settings):
                shown.setdefault(each.key, set()).add(each.row)
        everything = list(self.session.scalars(select(Asset.id)))
        for group in ("computer", "peripheral", "unknown"):
            found = list(_of(self.session, Query(group=group), self.settings, everything))
            assert all(each.row in shown.get(each.key, ()) for each in found), "a history was not read"
        self.session.commit()
        for story in self.stories.values():
            for line in story.unclean().values():
                rows = shown.get(line.key, set())
                assert rows & {"incident", "reassigned", "contract_open", "contract_closed"}, line
                if not excused(line):
                    assert "incident" in rows, line
            for _, line in story.walk():
                if line.kind == "taken_on" and line.details["status"] in ("donated", "in_use"):
                    assert shown.get(line.key, set()) & {"older_without_evidence"} or line.details["status"] == "in_use"
                    assert line.day < self.settings.go_live  # type: ignore[operator]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_sequence_of_events_gives_away_an_unclean_machine(
    kind: str, request: pytest.FixtureRequest, soak: bool
) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if kind == "sqlite":
            template: Path = request.getfixturevalue("sqlite_template")

            def fresh(self: Hub) -> str:
                path = Path(folder) / "hub.sqlite3"
                for each in Path(folder).glob("hub.sqlite3*"):
                    each.unlink()
                shutil.copy(template, path)
                return f"sqlite:///{path}"
        else:
            url: str = request.getfixturevalue("postgres_url")

            def fresh(self: Hub) -> str:
                empty(url)
                return url

        machine = type("HubOnOneDatabase", (Hub,), {"fresh": fresh})
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            machine,
            settings=settings(
                max_examples=2_000 if soak else 25 if kind == "sqlite" else 6,
                stateful_step_count=30,
                deadline=None,
                # Shrinking fifty steps of a database takes minutes; the soak run does it.
                phases=tuple(Phase) if soak else (Phase.explicit, Phase.reuse, Phase.generate),
                suppress_health_check=list(HealthCheck),
                derandomize=os.environ.get("CI") == "true",
            ),
        )
