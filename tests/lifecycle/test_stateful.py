"""Random lives of a few machines, compared with a model that recounts from the whole history."""

import os
import shutil
import tempfile
from collections import Counter
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
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.lifecycle.models import OutcomeFact, Tally
from inventory.lifecycle.upkeep import check_projections, verify
from inventory.register.models import Asset, Department
from inventory.register.references import References
from tests.conftest import World
from tests.databases import empty
from tests.lifecycle.test_table import ROWS

TAGS = [f"ED-{number}" for number in range(1, 5)]
DAYS = st.integers(0, 700).map(lambda number: date(2017, 6, 1) + timedelta(days=number))
SIMPLE_TARGET = {row[0]: row[2] for row in ROWS}
TIER = {
    "redeployed": "prevention", "donated": "prevention", "sold": "prevention",
    "prepared_for_reuse": "preparing_for_reuse", "recycled": "recycling",
    "energy_recovered": "other_recovery", "incinerated": "disposal", "landfilled": "disposal",
}  # fmt: skip
CONTRACT = {"unsanitised_under_contract": True, "certified_destruction_contract": "C-1"}
DETAILS: dict[str, list[dict[str, Any]]] = {
    "received": [{"kind": "laptop"}, {"kind": "monitor"}, {"kind": "laptop", "drives": [{"serial": "S"}]}],
    "registered": [{"status": "returned", "kind": "desktop"}, {"status": "in_use", "kind": "laptop"}],
    "deployed": [{"custodian": "ada", "department": "INF"}, {"department": "HCA"}],
    "reassigned": [{"department": "HCA"}, {"department": "INF", "reason": "same team", "drives_not_wiped": True}],
    "moved": [{"location": "HUB"}],
    "written_off": [{"cause": "theft"}],
    "returned": [{}, {"second_life": "none"}, {"second_life": "served"}],
    "held": [{"reason": "legal"}],
    "inspected": [{"functional": "working", "cosmetic": "B", "no_drive_fitted": True},
                  {"functional": "dead", "cosmetic": "D"}],
    "donated": [{"partner": "remakery"}],
    "lessor_reported": [{"fate": "recycled"}],
    "declared_waste": [{}, {"reason": "worn out"}],
    "collected": [{"facility": "weee", "expected": "recycled"} | CONTRACT,
                  {"facility": "weee", "expected": "disposed"}],
    "given_for_preparation": [{"partner": "remakery"} | CONTRACT],
    "rejected": [{"reason": "wet"}],
    "recycled": [{"loop": "open"}],
    "repaired": [{"work": "new fan"}],
    "upgraded": [{"work": "more memory"}],
    "amended": [{"kind": "all_in_one"}, {"kind": "monitor"}, {"department": "CSE"}],
    "unmerged": [{"reason": "two machines"}],
    "cancelled": [{"reason": "no budget"}],
}  # fmt: skip
KINDS = [key for key in EVENT_TYPES if key not in ("corrected", "taken_on", "sanitised", "sanitisation_failed",
                                                    "part_fitted", "part_removed", "relabelled", "merged")]  # fmt: skip


@dataclass
class Told:
    """A line as it was accepted."""

    key: str
    kind: str
    day: date
    order: int
    details: dict[str, Any]
    place: tuple[date, int]
    void: bool = False


@dataclass
class Life:
    """What a naive reader makes of the standing lines of one machine."""

    lines: list[Told] = field(default_factory=list)

    def standing(self) -> list[Told]:
        return sorted((line for line in self.lines if not line.void), key=lambda line: line.place)

    def status(self) -> str:
        if self.lines[0].void and not any(line.place == self.lines[0].place for line in self.standing()):
            return "withdrawn"
        past = [""]
        before_hold: str = ""
        before_loss: str = ""
        for line in self.standing():
            now = past[-1]
            target = SIMPLE_TARGET[line.kind]
            if target == "same":
                continue
            if line.kind == "registered":
                target = line.details["status"]
            if line.kind == "found":
                target = before_loss
            if line.kind == "released":
                target = before_hold
            if line.kind == "held":
                before_hold = now
            if line.kind == "reported_missing":
                before_loss = now
            past.append(target)
        return past[-1]

    def outcomes(self) -> list[tuple[date, str, str, str]]:
        """(day, measure, tier, certainty) in order, empty for a withdrawn machine."""
        if self.status() == "withdrawn":
            return []
        found: list[tuple[date, str, str, str]] = []
        for line in self.standing():
            if line.kind in ("redeployed", "donated", "sold"):
                found.append((line.day, line.kind, "prevention", "confirmed"))
            elif line.kind == "collected":
                fate = {"recycled": "recycling", "disposed": "disposal"}[line.details["expected"]]
                found.append((line.day, "waste", fate, "expected"))
            elif line.kind == "given_for_preparation":
                found.append((line.day, "waste", "preparing_for_reuse", "expected"))
            elif line.kind in TIER:
                found[-1] = (found[-1][0], "waste", TIER[line.kind], "confirmed")
            elif line.kind == "rejected" or line.details.get("second_life") == "none":
                found.pop()
            elif line.kind == "returned_to_lessor":
                found.append((line.day, "lessor", "", "expected"))
            elif line.kind == "lessor_reported":
                found[-1] = (found[-1][0], "lessor", "recycling", "confirmed")
            elif line.kind == "written_off":
                found.append((line.day, "loss", "", "confirmed"))
            elif line.kind == "found" and found and found[-1][1] == "loss":
                found.pop()
        return found

    def extended(self) -> set[int]:
        """Academic years with a repair or an upgrade, none for a withdrawn machine."""
        if self.status() == "withdrawn":
            return set()
        days = [line.day for line in self.standing() if line.kind in ("repaired", "upgraded")]
        return {day.year if day.month >= 8 else day.year - 1 for day in days}

    def department(self) -> str | None:
        named = [line.details["department"] for line in self.standing() if "department" in line.details]
        return named[-1] if named else None

    def kind(self) -> str:
        kinds = [line.details["kind"] for line in self.standing() if "kind" in line.details]
        return str(kinds[-1]) if kinds else "unknown"


class Lives(RuleBasedStateMachine):
    url = ""

    def __init__(self) -> None:
        super().__init__()
        References.forget()
        self.engine = make_engine(self.fresh())
        self.session = Session(self.engine, expire_on_commit=False)
        self.settings = Settings(programme_start=date(2017, 8, 1), time_zone="Europe/London")
        self.world = World(self.session, self.settings)
        self.world.now = datetime(2020, 1, 1, 12, tzinfo=UTC)
        rows = self.session.execute(select(Department.id, Department.code))
        self.departments: dict[int, str | None] = {0: None} | dict(rows.all())
        self.session.commit()
        self.lives: dict[str, Life] = {}
        self.order = 0

    def fresh(self) -> str:
        raise NotImplementedError

    def teardown(self) -> None:
        self.session.close()
        self.engine.dispose()

    def _told(self, tag: str, kind: str, key: str, day: date, details: dict[str, Any], place: Any = None) -> None:
        self.order += 1
        life = self.lives.setdefault(tag, Life())
        # A line that knows only its day stands after what is already known of that day.
        life.lines.append(Told(key, kind, day, self.order, details, place or (day, self.order)))

    @rule(tag=st.sampled_from(TAGS), kind=st.sampled_from(KINDS), day=DAYS, choice=st.integers(0, 2))
    def event(self, tag: str, kind: str, day: date, choice: int) -> None:
        options = DETAILS.get(kind, [{}])
        details = dict(options[choice % len(options)])
        opens = EVENT_TYPES[kind].opens and tag not in self.lives
        request = self.world.request(kind, None if opens else tag, day, **(details | ({"tag": tag} if opens else {})))
        try:
            self.world.batch([request])
        except InventoryError:
            return
        self._told(tag, kind, request.key, day, details)

    @rule(tag=st.sampled_from(TAGS), pace=st.integers(1, 40))
    def next_sensible_step(self, tag: str, pace: int) -> None:
        """Random events alone rarely get far; this takes a machine one step on."""
        life = self.lives.get(tag)
        if life is None:
            return
        steps = {
            "in_stock": "deployed", "in_use": "returned", "returned": "inspected", "ready_for_reuse": "donated",
            "reserved": "redeployed", "awaiting_collection": "collected", "with_contractor": "recycled",
        }  # fmt: skip
        status = life.status()
        kind = steps.get(status)
        if kind is None:
            return
        standing = life.standing()
        if status == "returned" and standing[-1].kind == "inspected":
            kind = "passed_for_reuse" if pace % 3 else "declared_waste"
        if status == "ready_for_reuse" and pace % 2:
            kind = "redeployed"
        day = max(line.day for line in standing) + timedelta(days=pace)
        self.event(tag, kind, day, 0)  # type: ignore[arg-type]

    @rule(tag=st.sampled_from(TAGS), kind=st.sampled_from(["repaired", "upgraded"]), day=DAYS, pace=st.integers(-1, 90))
    def longer_life(self, tag: str, kind: str, day: date, pace: int) -> None:
        """A repair on any day, or soon after the last line (random days alone rarely find a fitting status)."""
        life = self.lives.get(tag)
        standing = life.standing() if life else []
        if pace >= 0 and standing:
            day = standing[-1].day + timedelta(days=pace)
        self.event(tag, kind, day, 0)  # type: ignore[arg-type]

    @rule(tag=st.sampled_from(TAGS), which=st.integers(0, 30), replace=st.booleans(), shift=st.integers(0, 3))
    def correction(self, tag: str, which: int, replace: bool, shift: int) -> None:
        life = self.lives.get(tag)
        if life is None:
            return
        line = life.lines[which % len(life.lines)]
        replacement = None
        day = line.day + timedelta(days=shift)
        details = dict(line.details)
        if replace:
            # A replaced opening line keeps its tag.
            first = {"tag": tag} if EVENT_TYPES[line.kind].opens and line.place == life.lines[0].place else {}
            replacement = self.world.request(line.kind, tag, day, **(details | first))
        try:
            self.world.correct(tag, line.key, replacement)
        except InventoryError:
            return
        line.void = True
        if replacement:
            self._told(tag, line.kind, replacement.key, day, details, line.place)

    @invariant()
    def status_counts_headline_and_lives_extended_are_those_of_the_naive_recount(self) -> None:
        stored = {row.tag: row.status for row in self.session.execute(select(Asset.tag, Asset.status))}
        assert stored == {tag: life.status() for tag, life in self.lives.items()}
        tiers: Counter[tuple[int, str, str, str]] = Counter()
        inside, outside, events = set(), set(), 0
        for tag, life in self.lives.items():
            outcomes = life.outcomes()
            last: dict[int, tuple[int, str, str, str]] = {}
            for day, measure, tier, certainty in outcomes:
                year = day.year if day.month >= 8 else day.year - 1
                last[year] = (year, measure, tier, certainty)
                if measure in ("redeployed", "donated") and day >= date(2017, 8, 1) and life.kind() != "monitor":
                    events += life.kind() != "unknown"
                    if life.kind() != "unknown":
                        (inside if measure == "redeployed" else outside).add(tag)
            tiers.update(last.values())
        rows = self.session.scalars(select(Tally).where(Tally.machines != 0)).all()
        counted: Counter[tuple[int, str, str, str]] = Counter()
        headline: Counter[str] = Counter()
        of_all_days: Counter[str] = Counter()
        extended: Counter[tuple[int, str, str | None]] = Counter()
        for row in rows:
            if row.figure == "outcome":
                counted[row.year, row.measure, row.tier, row.certainty] += row.machines
            if row.figure == "headline_all" and row.kind == "computer":
                of_all_days[row.measure] += row.machines
            if row.figure == "extended":
                extended[row.year, row.kind, self.departments[row.department_id]] += row.machines
            if row.figure == "headline" and row.kind == "computer":
                headline[row.measure] += row.machines
        assert counted == tiers
        assert extended == Counter(
            (year, life.kind(), life.department()) for life in self.lives.values() for year in life.extended()
        )
        assert headline["internal"] == len(inside)
        assert headline["external"] == len(outside)
        assert headline["both"] == len(inside & outside)
        assert headline["events"] == events
        assert of_all_days == headline
        current = self.session.scalars(select(OutcomeFact).where(OutcomeFact.recorded_until.is_(None))).all()
        assert len(current) == sum(len(life.outcomes()) for life in self.lives.values())
        self.session.commit()

    @invariant()
    def the_ledger_verifies_and_the_projections_are_its_replay(self) -> None:
        assert verify(self.session)[1] == []
        assert check_projections(self.session, self.settings) == []
        self.session.commit()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_random_lives_agree_with_a_naive_recount(kind: str, request: pytest.FixtureRequest, soak: bool) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if kind == "sqlite":
            template: Path = request.getfixturevalue("sqlite_template")

            def fresh(self: Lives) -> str:
                path = Path(folder) / "lives.sqlite3"
                for each in Path(folder).glob("lives.sqlite3*"):
                    each.unlink()
                shutil.copy(template, path)
                return f"sqlite:///{path}"
        else:
            url: str = request.getfixturevalue("postgres_url")

            def fresh(self: Lives) -> str:
                empty(url)
                return url

        machine = type("LivesOnOneDatabase", (Lives,), {"fresh": fresh})
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            machine,
            settings=settings(
                max_examples=1_000 if soak else 15 if kind == "sqlite" else 8,
                stateful_step_count=60,
                deadline=None,
                # Shrinking sixty steps of a database takes minutes; the soak run does it.
                phases=tuple(Phase) if soak else (Phase.explicit, Phase.reuse, Phase.generate),
                suppress_health_check=list(HealthCheck),
                derandomize=os.environ.get("CI") == "true",
            ),
        )
