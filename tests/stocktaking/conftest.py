"""A hub and a room with machines, and short ways to count them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from inventory.accounts.models import Account
from inventory.db import transaction
from inventory.register.models import Asset, Location
from inventory.stocktaking import closing, queries, service
from inventory.stocktaking.answers import Answer
from inventory.stocktaking.models import StockTake, StockTakeMachine
from inventory.stocktaking.rules import group_of
from inventory.stocktaking.scanning import Scanned, take_scans
from inventory.stocktaking.scope import Scope
from tests.conftest import NOW, World

ROOM = Scope("room", place="HUB")


class Counting:
    """A count in the hub: H-0 to H-5 should be there, A-0 to A-2 in Appleton Tower, D-0 was donated."""

    def __init__(self, world: World, hub: int = 6, tower: int = 3) -> None:
        self.world = world
        self._keys = count(1)
        world.now = datetime(2026, 11, 1, 9, tzinfo=UTC)
        opening = {"kind": "laptop", "manufacturer": "Dell", "model": "Latitude 5400", "status": "returned"}
        world.batch(
            [world.request("registered", None, None, tag=f"H-{n}", location="HUB", **opening) for n in range(hub)]
            + [
                world.request("registered", None, None, tag=f"A-{n}", location="AT-5.01", **opening)
                for n in range(tower)
            ]
        )
        world.clean_machine("D-0")
        world.record("donated", "D-0", None, partner="remakery")
        world.now = NOW
        with transaction(world.session) as session:
            self.bo = Account(uid="b" * 32, username="bo", display_name="Bo", role="technician", created_at=NOW)
            session.add(self.bo)
            session.add(Location(code="HUB-2", site="King's Buildings", building="Reuse hub", room="Workshop"))

    def start(
        self, scope: Scope = ROOM, purpose: str = "stock_take", name: str = "", key: str | None = None
    ) -> StockTake:
        asked = service.Start(key or f"start-{next(self._keys)}", purpose, scope, name)
        return self.write(lambda db: service.start(db, asked, self.world.recorder()))

    def write(self, work: Callable[[Any], Any]) -> Any:
        with transaction(self.world.session) as session:
            return work(session)

    def scanned(
        self,
        text: str,
        minutes: float = 0,
        *,
        by: Account | None = None,
        key: str | None = None,
        place: str | None = None,
    ) -> Scanned:
        who = (by or self.world.account).id
        return Scanned(
            key or f"scan-{next(self._keys)}", text, who, self.world.now + timedelta(minutes=minutes), "phone", place
        )

    def scan(self, take: StockTake, *scans: Scanned | str, **more: Any) -> list[Answer]:
        made = [self.scanned(each, **more) if isinstance(each, str) else each for each in scans]
        return self.write(lambda db: take_scans(db, take.code, made, self.world.now, self.world.settings))

    def confirm(
        self, take: StockTake, *, sight: bool = True, version: int | None = None, **recorder: Any
    ) -> closing.Closed:
        who = self.world.recorder(**recorder)
        return self.write(lambda db: closing.confirm(db, take.code, who, version=version, sight=sight))

    def decide(self, take: StockTake, group: str, decision: str, *tags: str) -> int:
        return self.write(lambda db: service.decide(db, take.code, group, decision, list(tags) or None))

    def numbers(self, take: StockTake) -> queries.Numbers:
        self.world.session.commit()
        return queries.numbers_of(self.world.session, take)

    def groups(self, take: StockTake) -> dict[str, list[str]]:
        """Tags by group, as the rule says it."""
        self.world.session.commit()
        found: dict[str, list[str]] = {"found": [], "missing": [], "unexpected": []}
        rows = self.world.session.query(StockTakeMachine).filter_by(stock_take_id=take.id).populate_existing()
        for row in rows:
            group = group_of(row.expected, row.seen_at is not None)
            assert group is not None, row.tag
            found[group].append(row.tag)
        return {group: sorted(tags) for group, tags in found.items()}

    def lines(self, tag: str) -> list[tuple[str, dict[str, Any], datetime]]:
        """The ledger's lines of *tag* that a count wrote: kind, details, when it happened."""
        from inventory.lifecycle.models import LifecycleEvent

        self.world.session.commit()
        rows = (
            self.world.session.query(LifecycleEvent)
            .join(Asset, Asset.id == LifecycleEvent.asset_id)
            .filter(Asset.tag == tag, LifecycleEvent.key.like("count-%"))
            .order_by(LifecycleEvent.sequence)
        )
        return [(row.kind, row.details, row.occurred_at) for row in rows]

    def asset(self, tag: str) -> Asset:
        self.world.session.commit()
        return self.world.session.query(Asset).filter_by(tag=tag).populate_existing().one()


@pytest.fixture
def counting(world: World) -> Counting:
    return Counting(world)
