"""Makes a CSV fleet to import: the real model mix that REAL_DATA holds, or a wholly synthetic one.

Departments, places, dates, costs, statuses and people are synthetic, by a fixed seed; the same seed and
limit give the same bytes. The real mix is the 162,853 computers of linuxhw/DMI (CC BY 4.0).
"""

import argparse
import csv
import gzip
import os
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

HEADERS = (
    "Asset Tag",
    "Type",
    "Manufacturer",
    "Model",
    "Serial number",
    "Department",
    "Location",
    "Custodian",
    "Order number",
    "Purchase date",
    "Purchase cost",
    "Currency",
    "Warranty end",
    "Status",
)
SYNTHETIC_ROWS = 162_853
LAST_PURCHASE = date(2025, 7, 31)
_DEPARTMENTS = tuple(
    f"{college}/{school}"
    for college, schools in {
        "CAH": "ART BUS DIV ECO EDU HIS LAW LIT PPL SPS",
        "CMV": "BMS CLI DEN MED VET",
        "CSE": "BIO CHE ENG GEO INF MAT PHY",
        "PSG": "COM EST FIN HRS ISG LIB",
    }.items()
    for school in schools.split()
)
_PLACES = tuple(
    f"B{building:02d}-{floor}.{room:02d}" for building in range(1, 25) for floor in range(4) for room in range(1, 9)
)
_STATUSES = ("In use",) * 62 + ("In stock",) * 8 + ("Returned",) * 6 + ("On order",) * 2 + ("Missing",)
_COSTS = {"Notebook": 900, "Convertible": 1100, "Desktop": 650, "Server": 4200, "All In One": 950}
_MAKERS = (
    ("Notebook", "Lenovo", "ThinkPad T14 Gen {}"),
    ("Notebook", "Dell", "Latitude 54{}0"),
    ("Notebook", "Hewlett-Packard", "EliteBook 840 G{}"),
    ("Desktop", "Dell", "OptiPlex 70{}0"),
    ("Desktop", "Hewlett-Packard", "ProDesk 600 G{}"),
    ("Mini Pc", "Lenovo", "ThinkCentre M70q Gen {}"),
    ("All In One", "Apple", "iMac 2{}-inch"),
    ("Server", "Dell", "PowerEdge R7{}0"),
)

Machine = tuple[str, str, str, str]
"""Type, maker, model, serial number."""


def real_machines(folder: Path) -> Iterator[Machine]:
    """The computers of the linuxhw index, each with its hardware id as serial number."""
    with gzip.open(folder / "fleet" / "linuxhw-index.csv.gz", "rt", encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            yield row["computer_type"], row["vendor"], row["model"], row["hwid"]


def synthetic_machines(chance: random.Random) -> Iterator[Machine]:
    """Endless machines of common makers."""
    number = 0
    while True:
        number += 1
        kind, maker, model = chance.choice(_MAKERS)
        yield kind, maker, model.format(chance.randint(1, 9)), f"SYN{number:09X}"


def fleet(machines: Iterator[Machine], chance: random.Random) -> Iterator[tuple[str, ...]]:
    """Rows under HEADERS; about one cell in twenty of those that may be unknown is blank."""
    for number, (kind, maker, model, serial) in enumerate(machines, 1):
        bought = LAST_PURCHASE - timedelta(days=chance.randrange(3650))
        status = chance.choice(_STATUSES)
        cost = _COSTS.get(kind, 300) * chance.uniform(0.6, 1.6)
        known = chance.random() > 0.05
        yield (
            f"UOE{number:07d}",
            kind,
            maker,
            model,
            serial,
            chance.choice(_DEPARTMENTS),
            chance.choice(_PLACES) if chance.random() > 0.05 else "",
            f"Person {chance.randrange(9000):04d}" if status == "In use" else "",
            f"PO{bought.year}{chance.randrange(400):04d}" if known else "",
            bought.isoformat() if known else "",
            f"{cost:.2f}" if known else "",
            "GBP" if known else "",
            (bought + timedelta(days=1095)).isoformat() if known else "",
            status,
        )


def write_fleet(out: Path, *, seed: int = 2025, limit: int | None = None) -> int:
    """Write the fleet to *out*; returns its rows. REAL_DATA set: the real mix, else SYNTHETIC_ROWS rows.

    More rows than the real mix has are filled up with synthetic machines.
    """
    chance = random.Random(seed)
    folder = os.environ.get("REAL_DATA")
    if folder:
        real = real_machines(Path(folder))
        machines = islice(_then(real, synthetic_machines(chance)), limit) if limit else real
    else:
        machines = islice(synthetic_machines(chance), limit or SYNTHETIC_ROWS)
    rows = 0
    with out.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEADERS)
        for row in fleet(iter(machines), chance):
            writer.writerow(row)
            rows += 1
    return rows


def _then(first: Iterator[Machine], second: Iterator[Machine]) -> Iterator[Machine]:
    yield from first
    yield from second


def main() -> None:
    """Terminal edge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--seed", type=int, default=2025)
    parser.add_argument("--limit", type=int, help="rows to write; default: all of the real mix")
    given = parser.parse_args()
    if given.limit is not None and given.limit < 1:
        parser.error("--limit must be at least 1")
    rows = write_fleet(given.out, seed=given.seed, limit=given.limit)
    sys.stdout.write(f"{rows} rows written to {given.out}\n")


if __name__ == "__main__":
    main()
