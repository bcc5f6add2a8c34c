"""Short ways to publish, and the small fleet whose every count is known."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from inventory.db import transaction
from inventory.publishing.models import Statement
from inventory.publishing.service import Ask, prepare, publish
from inventory.reports._query import read_query
from tests.conftest import World
from tests.reports.conftest import fleet as fleet

Publisher = Callable[..., Statement]


@pytest.fixture
def published(world: World) -> Publisher:
    """Publishes a report: ``published("hierarchy", year="2016/17")``; other words are those of `Ask`."""
    return publisher(world)


def publisher(world: World) -> Publisher:
    keys = count(1)

    def at_once(report: str = "headline", asked: dict[str, Any] | None = None, /, **words: Any) -> Statement:
        words = {"key": f"s{next(keys)}"} | words
        ask = Ask(report=report, query=read_query(asked or {}, world.settings), **words)
        draft = prepare(world.session, ask, world.recorder())
        with transaction(world.session) as session:
            return publish(session, draft, world.recorder())

    return at_once
