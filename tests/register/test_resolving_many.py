"""Many texts at once stand for what each stands for alone."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.register.models import BlankTag
from inventory.register.queries import Resolution, resolve, resolve_many
from inventory.register.tags import issue
from tests.conftest import NOW, World, statements

TEXTS = [
    "m-1", " M-1 ", "HTTPS://REUSE.TEST/T/M-1", "sn-1", "TWIN", "OLD", "aa:bb:cc:dd:ee:ff", "AABBCCDDEEFF", "NOBODY", "",
    "\x00", "x" * 400, issue("ED", 1), issue("ED", 2), issue("ED", 1).replace("-", ""), issue("ED", 1)[3:], "BLANK-1",
    issue("ED", 1)[:-3] + issue("ED", 1)[-1] * 2, "M-3", "GONE",
]  # fmt: skip


def told(found: Resolution) -> dict[str, Any]:
    values = asdict(found)
    values["candidates"] = [row["tag"] for row in values["candidates"]]
    # Alone, a text is also told which tags begin as it does.
    values["suggestions"] = [tag for tag in values["suggestions"] if tag.startswith("ED-")]
    return values


def test_many_at_once_are_each_alone(world: World, session: Session, engine: Engine, settings: Settings) -> None:
    twin = {"type": "serial", "value": "TWIN"}
    world.used_machine(
        "M-1", identifiers=[{"type": "serial", "value": "SN-1"}, {"type": "mac", "value": "AA:BB:CC:DD:EE:FF"}]
    )
    world.used_machine("M-2", identifiers=[twin])
    world.used_machine("M-3", identifiers=[twin, {"type": "serial", "value": "GONE"}])
    world.used_machine("M-4", identifiers=[{"type": "serial", "value": "GONE"}])
    world.record("merged", "M-4", into="M-1")
    world.record("relabelled", "M-2", tag=issue("ED", 1))
    world.record("relabelled", "M-3", tag="OLD-3")
    session.execute(insert(BlankTag), [{"tag_key": "BLANK-1", "run": "r", "printed_at": NOW}])
    session.commit()
    with statements(engine) as sent:
        found = resolve_many(session, TEXTS, settings)
    assert len(sent) == 6, sent
    for text, each in zip(TEXTS, found, strict=True):
        assert told(each) == told(resolve(session, text, settings)), text
    assert [each.asset_id is not None for each in found].count(True) > 8
    assert resolve_many(session, [], settings) == []
