"""The invented university: departments, places, partners, contractors, custodians and one account per role."""

from datetime import UTC, datetime, time
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.accounts.permissions import ROLES
from inventory.accounts.service import add_account
from inventory.config import Settings
from inventory.register.models import Location, Party
from inventory.register.service import add_department, add_location, add_party

PASSWORDS: Final = {
    "administrator": ("admin", "Ada Administrator (demo)", "heather-basalt-kettle"),
    "technician": ("tess", "Tess Technician (demo)", "granite-teapot-ladder"),
    "sustainability_officer": ("olive", "Olive Officer (demo)", "thistle-window-orbit"),
    "procurement": ("pat", "Pat Procurement (demo)", "harbour-pencil-cloud"),
    "auditor": ("audrey", "Audrey Auditor (demo)", "lantern-meadow-cedar"),
    "viewer": ("vic", "Vic Viewer (demo)", "pebble-saddle-violet"),
}
"""Role -> user name, display name, password: of a demonstration only, and printed at its start."""

# code, name, schools (code, name, weight: how many machines it holds in proportion)
TREE: Final = (
    ("CAHSS", "College of Arts, Humanities and Social Sciences", (
        ("ART", "School of Art and Design", 7), ("BUS", "Business School", 5), ("DIV", "School of Divinity", 1),
        ("ECO", "School of Economics", 2), ("EDU", "School of Education and Sport", 6),
        ("HCA", "School of History, Classics and Archaeology", 4), ("LAW", "School of Law", 3),
        ("LLC", "School of Literatures and Languages", 4), ("SPS", "School of Social and Political Science", 5))),
    ("CMVM", "College of Medicine and Veterinary Medicine", (
        ("BMS", "School of Biomedical Sciences", 8), ("CLS", "School of Clinical Sciences", 8),
        ("MGP", "School of Molecular and Population Health", 7), ("VET", "School of Veterinary Studies", 6))),
    ("CSE", "College of Science and Engineering", (
        ("BIO", "School of Biological Sciences", 7), ("CHE", "School of Chemistry", 4),
        ("ENG", "School of Engineering", 9), ("GEO", "School of Geosciences", 6), ("INF", "School of Informatics", 10),
        ("MAT", "School of Mathematics", 3), ("PHY", "School of Physics and Astronomy", 6))),
    ("CSG", "Corporate Services", (
        ("EST", "Estates", 4), ("FIN", "Finance", 3), ("HRS", "People", 2), ("ACC", "Accommodation and Catering", 3))),
    ("ISG", "Information Services", (
        ("LIB", "Library", 9), ("LAB", "Open-access computer rooms", 14), ("ITI", "IT Infrastructure", 4),
        ("LTW", "Learning and Teaching Technology", 3))),
)  # fmt: skip

SITES: Final = (
    ("Central Campus", ("Appleby Tower", "Buccaneer Place", "Main Library", "Old Quad", "Potter House", "Tower Court")),
    (
        "Science Campus",
        ("Ashgrove Building", "Faraday House", "Grantham Building", "Joseph Block Building", "Noreen Library"),
    ),
    ("Medical Campus", ("Chancery Building", "Little Frances Institute", "Queen's Research Institute")),
    ("Veterinary Campus", ("Roslyn Centre", "Easter Hill")),
    ("Teaching Campus", ("Holyrood House", "Paterson's Wing")),
)
HUB: Final = "HUB-B12"
HUB_CAGE: Final = "HUB-CAGE"
HUB_SHELF: Final = "HUB-SHELF"

PARTNERS: Final = (
    ("remakery", "Northside Remakery", 40),
    ("kelvin-trust", "Kelvin Schools Trust", 26),
    ("midglen-schools", "Midglen Council Schools", 16),
    ("clubs", "Community Clubs Network", 10),
    ("heart-shops", "Heart Charity Shops", 8),
)
"""Who receives donations: uid, name, weight. Invented."""
FACILITY: Final = "cal-weee"
PREPARER: Final = "second-start"
CUSTODIANS: Final = 900


def custodian(number: int) -> str:
    """Opaque id of an invented custodian."""
    return f"c{number % CUSTODIANS:04d}"


SCHOOLS: Final = tuple(school for _, _, schools in TREE for school in schools)


def rooms() -> list[tuple[str, str, str, str]]:
    """Every ordinary room as code, site, building, room."""
    found = []
    for site, buildings in SITES:
        for building in buildings:
            short = "".join(word[0] for word in building.split()) + building.split()[0][1:2].upper()
            found += [(f"{short}-{floor}.{room:02d}", site, building, f"{floor}.{room:02d}")
                      for floor in range(5) for room in range(1, 9)]  # fmt: skip
    return found


def found_university(session: Session, settings: Settings, first: datetime) -> dict[str, Account]:
    """Write everything the ledger refers to; the accounts by role. *first*: when they were made."""
    accounts = {}
    for role in ROLES:
        username, name, password = PASSWORDS[role]
        account = add_account(session, username, name, role, password, first)
        # The ledger hashes the actor's id: it must be the same at every run.
        account.uid = f"demo-{role}"
        accounts[role] = account
    for college, college_name, schools in TREE:
        add_department(session, college, college_name)
        for code, name, _ in schools:
            add_department(session, code, name, college)
    hub = ("Science Campus", "Re-use hub")
    add_location(session, HUB, *hub, "Store B12")
    add_location(session, HUB_SHELF, *hub, "Ready shelf")
    add_location(session, HUB_CAGE, *hub, "Waste cage")
    session.execute(
        insert(Location),
        [{"code": code, "site": site, "building": building, "room": room} for code, site, building, room in rooms()],
    )
    for uid, name, _ in PARTNERS:
        add_party(session, "partner", f"{name} (invented)", uid=uid)
    add_party(session, "partner", "Second Start Refurbishing (invented)", uid=PREPARER)
    add_party(session, "facility", "Caledonian WEEE Works (invented)", uid=FACILITY)
    add_party(session, "lessor", "Firth Leasing (invented)", uid="firth-leasing")
    add_party(session, "buyer", "Staff sale (invented)", uid="staff-sale")
    for uid, name in (
        ("frame-a", "Framework Supplier A"),
        ("frame-b", "Framework Supplier B"),
        ("orchard", "Orchard Computers"),
    ):
        add_party(session, "supplier", f"{name} (invented)", uid=uid)
    session.execute(
        insert(Party),
        [
            {"uid": custodian(number), "role": "custodian", "name": f"Custodian {number:04d} (invented)",
             "contact": None, "erased_at": None}
            for number in range(CUSTODIANS)
        ],
    )  # fmt: skip
    session.flush()
    return accounts


def morning(day: object) -> datetime:
    """Seven o'clock UTC of the calendar day *day*."""
    return datetime.combine(day, time(7), UTC)  # type: ignore[arg-type]
