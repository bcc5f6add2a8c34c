"""P11: 1,000 hardware reports to committed ledger lines beside reading them alone, and the same reports again."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy.orm import Session

from benchmarks._base import Database, Result, now, result, settings
from inventory.accounts.models import Account
from inventory.accounts.permissions import PERMISSIONS
from inventory.arrivals.service import chunks, counts, file_all, open_all
from inventory.db import make_engine, transaction, write
from inventory.lifecycle.requests import Recorder
from inventory.lifecycle.upkeep import remember_basis

REPORTS: Final = 1_000
LEAST_OF_READING: Final = 0.25
ROUNDS: Final = 3


def report(number: int) -> bytes:
    """What `lshw -json` prints of a desktop: forty parts, two disks, one network interface."""
    leaf = [
        {"id": f"pci:{place}", "class": "bridge", "handle": f"PCIBUS:0000:{place:02x}", "product": "Sunrise Point-H",
         "vendor": "Intel Corporation", "configuration": {"driver": "pcieport"}, "capabilities": {"pci": True}}
        for place in range(32)
    ]  # fmt: skip
    disks = [
        {"id": f"disk:{place}", "class": "disk", "product": "ST500DM002-1BD14", "vendor": "Seagate",
         "serial": f"Z{number:06d}{place}", "size": 500_107_862_016, "businfo": f"scsi@{place}:0.0.0",
         "configuration": {"ansiversion": "5"}}
        for place in range(2)
    ]  # fmt: skip
    network = {"id": "network", "class": "network", "businfo": "pci@0000:00:1f.6",
               "serial": f"d8:9e:f3:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"}  # fmt: skip
    memory = {"id": "memory", "class": "memory", "size": 8 * 2**30}
    processor = {"id": "cpu", "class": "processor", "product": "Intel(R) Core(TM) i5-8500 CPU @ 3.00GHz"}
    storage = {"id": "sata", "class": "storage", "children": disks}
    board = {"id": "core", "class": "bus", "product": "0C96W1", "vendor": "Dell Inc.", "serial": f"/B{number:06d}/CN/",
             "children": [memory, processor, storage, network, *leaf]}  # fmt: skip
    machine = {"id": "pc", "class": "system", "product": "OptiPlex 7060", "vendor": "Dell Inc.",
               "serial": f"S{number:06d}", "configuration": {"chassis": "desktop"}, "children": [board]}  # fmt: skip
    return json.dumps(machine, indent=2).encode()


def run(sizes: Sequence[int], databases: Sequence[Database]) -> list[Result]:
    """Reports per second."""
    files = [(f"{number:04d}.json", report(number)) for number in range(REPORTS)]
    found = []
    for database in databases:
        readings, news, agains = [], [], []
        for number in range(ROUNDS):
            readings.append(_timed(lambda: list(open_all(files))))
            engine = make_engine(database.migrated(f"p11_{number}"))
            with Session(engine, expire_on_commit=False) as session:
                recorder = _recorder(session, str(engine.url))
                news.append(_timed(lambda s=session, r=recorder: _bring(s, r, files)))  # type: ignore[misc]
                agains.append(_timed(lambda s=session, r=recorder: _bring(s, r, files)))  # type: ignore[misc]
            engine.dispose()
        limit, ours, again = (REPORTS / sorted(each)[ROUNDS // 2] for each in (readings, news, agains))
        job, more = "hardware reports, file to committed", "the same reports once more"
        found += [
            result("P11", job, database, REPORTS, ours, limit, "reports/s", ours / limit, least=LEAST_OF_READING),
            result("P11", more, database, REPORTS, again, limit, "reports/s", again / limit, least=LEAST_OF_READING),
        ]
    return found


def _timed(job: Callable[[], object]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def _recorder(session: Session, url: str) -> Recorder:
    given = settings(url)
    with transaction(session):
        account = Account(uid="a" * 32, username="bench", display_name="Bench", role="administrator", created_at=now())
        session.add(account)
        remember_basis(session, given)
    return Recorder(account.id, account.uid, frozenset(PERMISSIONS), now(), given)


def _bring(session: Session, recorder: Recorder, files: Sequence[tuple[str, bytes]]) -> dict[str, int]:
    opened = open_all(files)
    filed = [
        each
        for part in chunks(opened)
        for each in write(session, lambda db, p=part: file_all(db, p, recorder, register_new=True))  # type: ignore[misc]
    ]
    found = counts(filed)
    assert found == {"recorded": REPORTS}, found
    return found
