"""Short ways to have a machine tell itself, and to receive what it told."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from inventory.db import transaction
from inventory.intake.findings import DriveFound, HardwareFound, MachineFound
from inventory.intake.service import receive
from inventory.lifecycle.receivers import Arrived, Read
from inventory.lifecycle.requests import Recorder
from inventory.reading.documents import Document
from tests.conftest import World

_bytes = count(1)


def told(machine: MachineFound | None, made_at: datetime | None = None, content: bytes = b"", **more: Any) -> Read:
    """*machine* as a reader told it; bytes of their own unless *content* is given."""
    document = Document("report.json", content or f"report {next(_bytes)}".encode())
    return Read(document, "test", 1, HardwareFound("test", made_at=made_at, machine=machine, **more))


def optiplex(**changes: Any) -> MachineFound:
    """A desktop with one disk whose report lists every drive."""
    values: dict[str, Any] = {
        "kind": "desktop",
        "manufacturer": "Dell",
        "model": "OptiPlex 7060",
        "serial": "7HPX2J2",
        "uuid": "4c4c4544-0048-5010-8058-b7c04f324a32",
        "board_serial": "/7HPX2J2/CNFCW0088/",
        "macs": ("d8:9e:f3:11:22:33",),
        "drives": (DriveFound("S3YJNX0K", "Samsung", "PM981", "nvme", 256_060_514_304),),
        "lists_drives": True,
    }
    return MachineFound(**(values | changes))


Receive = Callable[..., list[Arrived]]


def receiver(world: World) -> Receive:
    """Receives reports in a transaction of its own."""

    def run(*reads: Read, register_new: bool = False, recorder: Recorder | None = None) -> list[Arrived]:
        world.session.commit()
        with transaction(world.session) as session:
            return receive(session, reads, recorder or world.recorder(), register_new)

    return run


@pytest.fixture
def bring(world: World) -> Receive:
    return receiver(world)
