"""Short ways to open requests and to ask how far they are served."""

from itertools import count
from typing import Any

import pytest

from inventory.db import transaction
from inventory.reuse import queries, service
from inventory.reuse.models import ReuseRequest
from inventory.reuse.rules import Progress
from tests.conftest import World

ASKED: dict[str, Any] = {"department": "INF", "kinds": ["laptop"], "number": 3, "asked_on": "2018-01-01"}


class Desk:
    """Where requests are taken, by the technician of the small university."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._keys = count(1)

    def write(self, work: Any) -> Any:
        with transaction(self.world.session) as session:
            return work(session)

    def key(self) -> str:
        return f"form-{next(self._keys)}"

    def open(self, key: str = "", /, **said: Any) -> ReuseRequest:
        """A request by Informatics for three laptops, but for what *said* tells; None leaves a detail out."""
        told = ASKED | ({"department": None} if said.get("partner") else {}) | said
        return self.write(lambda db: service.open_request(db, key or self.key(), told, self.world.recorder()))

    def change(self, uid: str, key: str = "", /, **said: Any) -> ReuseRequest:
        told = ASKED | said
        return self.write(lambda db: service.change_request(db, uid, key or self.key(), told, self.world.recorder()))

    def close(self, uid: str, reason: str = "", key: str = "") -> ReuseRequest:
        return self.write(lambda db: service.close_request(db, uid, key or self.key(), reason, self.world.recorder()))

    def withdraw(self, uid: str, reason: str = "found their own", key: str = "") -> ReuseRequest:
        return self.write(
            lambda db: service.withdraw_request(db, uid, key or self.key(), reason, self.world.recorder())
        )

    def progress(self, request: ReuseRequest) -> tuple[int, int, int]:
        """Machines promised, handed over and still waited for."""
        self.world.session.commit()
        found: Progress = queries.progress_of(self.world.session, [request])[request.uid]
        self.world.session.commit()
        return found.promised, found.handed_over, found.waiting

    def reserve(self, tag: str, request: ReuseRequest, at: str = "2018-02-02", **details: Any) -> None:
        self.world.record("reserved", tag, at, key=f"reserve-{tag}-{at}", request=request.uid, **details)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
