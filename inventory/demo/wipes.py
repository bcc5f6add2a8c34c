"""What the wiping bench sent on the last day of the demonstration: reports that wait for somebody's decision."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.demo.plan import LAST_DAY
from inventory.lifecycle.requests import Recorder
from inventory.reading.documents import Document
from inventory.register.models import Asset, Part
from inventory.sanitisation.receiving import receive

_REPORTS: Final = 7
_STRANGE: Final = "SYN-WIPED-BY-MISTAKE"
"""Serial number of a drive that the bench wiped and that is on no record: somebody has to say whose it is."""


def receive_reports(session: Session, recorder: Recorder, shift: timedelta) -> None:
    """The bench's reports: most of drives of machines that came back of late, one of a drive that nobody knows."""
    begun = datetime.combine(LAST_DAY, time(9), UTC) + shift
    drives = session.execute(
        select(Part.serial, Part.model, Part.medium, Part.capacity_bytes)
        .join(Asset, Asset.id == Part.asset_id)
        .where(Asset.status == "returned", Part.kind == "drive", Part.serial.is_not(None))
        .order_by(Asset.status_since.desc(), Asset.tag)
        .limit(_REPORTS)
    )
    told = [_Drive(serial or "", model, medium, capacity) for serial, model, medium, capacity in drives]
    told.append(_Drive(_STRANGE, None, "hdd", 500 * 10**9))
    documents = [
        Document(f"bench-{number:02}.json", _report(drive, begun + timedelta(minutes=20 * number)))
        for number, drive in enumerate(told, start=1)
    ]
    receive(session, documents, recorder)


class _Drive(NamedTuple):
    serial: str
    model: str | None
    medium: str | None
    capacity: int | None


def _report(drive: _Drive, ended: datetime) -> bytes:
    """One drive wiped without an error, as usody sanitize tells it."""
    begun = ended - timedelta(minutes=95)
    done = "nvme format --ses=1 /dev/nvme0n1" if drive.medium == "nvme" else "shred -v -n 1 /dev/sda"
    command = {"description": "Wipe", "command": done, "return_code": 0, "success": True}
    step = {"step": 1, "start_time": begun.timestamp(), "end_time": ended.timestamp(), "success": True}
    check = {"command": "dd bs=1M count=64", "success": True}
    report: dict[str, Any] = {
        "version": "synthetic",
        "steps": [step | {"commands": [command]}],
        "validation": {"result": True, "commands": [check], "data": {}},
        "device_info": {
            "manufacturer": "Invented",
            "model": drive.model or "Synthetic disk",
            "serial_number": drive.serial,
            "connector": "nvme" if drive.medium == "nvme" else "ata",
            "storage_medium": drive.medium or "hdd",
            "size": drive.capacity,
        },
    }
    return orjson.dumps(report)
