"""Machines that came back with a drive, people who judge, and short ways to bring evidence."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from inventory.accounts.models import Account
from inventory.accounts.permissions import permissions_of
from inventory.db import transaction
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.requests import Recorder
from inventory.lifecycle.rules import replay
from inventory.lifecycle.state import State
from inventory.reading.documents import Document
from inventory.register.models import Asset
from inventory.sanitisation import service
from inventory.sanitisation.receiving import Received, Verdict
from inventory.sanitisation.rules import reasons_unclean
from tests.conftest import NOW, World


class Bench:
    """The bench where drives are wiped."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.session = world.session

    def returned(self, tag: str, at: str = "2018-02-01", **facts: Any) -> str:
        """A used laptop that came back, with the drive D-<tag>."""
        self.world.used_machine(tag, **facts)
        self.world.record("returned", tag, at)
        return tag

    def who(self, name: str = "vera", role: str = "technician") -> Recorder:
        """Another person, with what their role may do."""
        found = self.session.query(Account).filter_by(username=name).one_or_none()
        if found is None:
            self.session.commit()
            with transaction(self.session):
                found = Account(uid=f"{name:0<32}", username=name, display_name=name.title(), role=role, created_at=NOW)
                self.session.add(found)
        self.session.commit()
        return replace(
            self.world.recorder(), account_id=found.id, actor=found.uid, permissions=permissions_of(found.role)
        )

    def bring(self, content: bytes, name: str = "log.txt", who: Recorder | None = None, **kw: Any) -> Received:
        self.session.commit()
        with transaction(self.session):
            return service.receive(self.session, [Document(name, content)], who or self.world.recorder(), **kw)[0]

    def verdict(self, content: bytes, name: str = "log.txt", **kw: Any) -> Verdict:
        """Of a report on one drive."""
        received = self.bring(content, name, **kw)
        assert received.refusal is None, received.refusal
        [found] = received.verdicts
        return found

    def act(self, work: Callable[..., Any], *arguments: Any, **kw: Any) -> Any:
        """One function of the service in a transaction of its own."""
        self.session.commit()
        with transaction(self.session):
            return work(self.session, *arguments, **kw)

    def decide(self, *uids: str, decision: str = "accept", who: Recorder | None = None) -> list[service.Decided]:
        found: list[service.Decided] = self.act(service.decide, list(uids), decision, who or self.world.recorder())
        return found

    def state(self, tag: str) -> State:
        self.session.commit()
        number = self.session.query(Asset.id).filter_by(tag=tag).scalar()
        lines = load_lines(self.session, [number])[number]
        self.session.commit()
        return replay([line for line, _ in lines])

    def unclean(self, tag: str) -> list[str]:
        return reasons_unclean(self.state(tag), self.world.settings.zone)


@pytest.fixture
def bench(world: World) -> Bench:
    return Bench(world)
