"""The table of kinds: each rule decides something, names outweigh the chassis, and where nothing tells, nothing is said."""

import pytest

from inventory.intake.findings import MachineFound
from inventory.intake.kinds import RULES, Clues, with_kind
from inventory.register.kinds import KINDS

MACHINES = (
    # manufacturer, model, chassis, processor, battery: kind
    ("Dell", "PowerEdge R410", "Rack Mount Chassis", "Intel Xeon X5550", False, "server"),
    ("Supermicro", "X9DRW", "Desktop", None, False, "server"),
    ("Acme", "X9", "Main Server Chassis", None, False, "server"),
    ("HP", "t630 Thin Client", "Desktop", None, False, "thin_client"),
    ("Wyse", "Dx0D", "Desktop", None, False, "thin_client"),
    ("Apple", "iMac19,2", "Laptop", None, False, "all_in_one"),
    ("Dell", "OptiPlex 9020 AIO", "All In One", None, False, "all_in_one"),
    ("Acer", "Aspire Z1801", "Desktop", None, False, "all_in_one"),
    ("Lenovo", "ThinkCentre M90z", "Desktop", None, False, "all_in_one"),
    ("Lenovo", "ThinkCentre M70a Gen 3", "Desktop", None, False, "all_in_one"),
    ("MSI", "H110", "All In One", None, False, "all_in_one"),
    ("Microsoft", "Surface Laptop 3", "Laptop", None, True, "laptop"),
    ("Microsoft", "Surface Pro 4", "Laptop", None, True, "tablet"),
    ("Lenovo", "ThinkPad X1 Tablet Gen 2", "Detachable", None, True, "tablet"),
    ("Acer", "One S1003", "Detachable", None, True, "tablet"),
    ("Dell", "Latitude 7320 Detachable", "Other", None, True, "tablet"),
    ("HP", "Compaq 8710w", None, None, False, "mobile_workstation"),
    ("HP", "ZBook 15 G3", "Notebook", None, True, "mobile_workstation"),
    ("Lenovo", "ThinkPad P15v Gen 1", "Notebook", None, True, "mobile_workstation"),
    ("Dell", "Precision 5520", "Laptop", None, True, "mobile_workstation"),
    ("Dell", "Precision 7680", "Other", None, False, "mobile_workstation"),
    ("Dell", "Precision 9999", "Laptop", None, False, "mobile_workstation"),
    ("Dell", "Precision 9999", "Other", None, True, "mobile_workstation"),
    ("Dell", "Precision 5820 Tower", "Tower", "Intel Xeon W-2133", False, "tower_workstation"),
    ("Lenovo", "ThinkStation D20", "Tower", None, False, "tower_workstation"),
    ("HP", "Z440 Workstation", "Mini Tower", None, False, "tower_workstation"),
    ("Acme", "Mighty", "Tower", "AMD Ryzen Threadripper 2950X", False, "tower_workstation"),
    ("HP", "EliteDesk 800 G2 DM 35W", "Space-saving", None, False, "micro_desktop"),
    ("HP", "EliteDesk 705 G3 Desktop Mini", "Desktop", None, False, "micro_desktop"),
    ("Lenovo", "ThinkCentre M910q", "Desktop", None, False, "micro_desktop"),
    ("Lenovo", "ThinkCentre neo 50q Gen 4", "Desktop", None, False, "micro_desktop"),
    ("HP", "Elite Mini 800 G9 Desktop PC", "Desktop", None, False, "micro_desktop"),
    ("Dell", "OptiPlex Micro 7010", "Desktop", None, False, "micro_desktop"),
    ("Dell", "OptiPlex 3020M", "Low Profile Desktop", None, False, "micro_desktop"),
    ("Dell", "OptiPlex 7060", "Desktop", "Intel Core i5-8500T CPU @ 2.10GHz", False, "micro_desktop"),
    ("Intel", "NUC7i5BNH", "Desktop", None, False, "micro_desktop"),
    ("Apple", "Macmini7,1", "Notebook", None, False, "micro_desktop"),
    ("BESSTAR Tech", "N40", "Mini PC", None, False, "micro_desktop"),
    ("HP", "Compaq 6730b", None, None, False, "laptop"),
    ("Fujitsu", "ESPRIMO Mobile V5535", None, None, False, "laptop"),
    ("AZW", "SER", "Desktop", None, False, "micro_desktop"),
    ("Acme", "N40", "Mini PC", None, False, "micro_desktop"),
    ("Dell", "Latitude E6400", None, None, False, "laptop"),
    ("Acme", "Book 3", "Other", None, True, "laptop"),
    ("Acme", "Book 3", "Convertible", None, False, "laptop"),
    ("Dell", "OptiPlex 7060", "Desktop", "Intel Core i5-8500 CPU @ 3.00GHz", False, "desktop"),
    ("HP", "Compaq dc7900 Small Form Factor", "Low Profile Desktop", None, False, "desktop"),
    ("Intel", "DP55WB", "Unknown", None, False, "desktop"),
    ("ASUS", "H81M-K", "Desktop", None, False, "desktop"),
    ("Acme", "Box", "Unknown", None, False, None),
    (None, None, None, None, False, None),
)


def of(
    manufacturer: str | None, model: str | None, chassis: str | None, cpu: str | None, battery: bool
) -> MachineFound:
    machine = MachineFound(manufacturer=manufacturer, model=model, chassis=chassis, cpu_model=cpu)
    return with_kind(machine, Clues(battery=battery))


@pytest.mark.parametrize("row", MACHINES, ids=lambda row: f"{row[0]} {row[1]}, {row[2]}")
def test_a_machine_is_of_the_kind_that_its_name_or_else_its_build_tells(row: tuple[object, ...]) -> None:
    *told, kind = row
    found = of(*told)  # type: ignore[arg-type]
    assert found.kind == kind
    assert found.kind_because


def test_every_rule_decides_one_of_these_machines() -> None:
    reasons = {of(*row[:-1]).kind_because for row in MACHINES}
    assert {rule.because for rule in RULES} - reasons == set()


def test_every_rule_gives_a_kind_of_the_register() -> None:
    assert {rule.kind for rule in RULES} <= KINDS.keys()


def test_the_family_counts_as_a_name() -> None:
    machine = MachineFound(manufacturer="ASUS", model="RC71L", chassis="Other")
    assert with_kind(machine, Clues("ROG Ally")).kind == "tablet"
