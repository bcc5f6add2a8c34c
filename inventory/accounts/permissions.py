"""One table: what each role may do. Pure."""

from typing import Final

PERMISSIONS: Final = {
    "view": "See machines, their history and the reports",
    "record": "Record everyday events: returned, inspected, moved, deployed",
    "count": "Count rooms and lists: start a stock-take, scan, decide what is missing",
    "sanitise": "Record that drives were wiped or that a wipe failed",
    "validate": "Accept wipes as proof, issue certificates of sanitisation, record independent checks",
    "release": "Let machines leave: redeploy, donate, sell, return to lessor",
    "request": "Open, change, close and withdraw requests for machines that are used again",
    "dispose": "Declare waste, hand to contractors, record their reports",
    "procure": "Record orders, receipts and purchase facts",
    "write_off": "Accept a loss",
    "hold": "Put machines on hold and release them",
    "correct": "Correct lines of the ledger, merge records, amend facts",
    "import": "Import files and take on older records",
    "label": "Print labels",
    "publish": "Publish figures, restate them, and decide what is shown in public",
    "administer": "Manage accounts, places, departments and parties",
}

ROLES: Final = {
    "administrator": "Administrator",
    "technician": "IT technician",
    "sustainability_officer": "Sustainability officer",
    "procurement": "Procurement",
    "auditor": "Auditor",
    "viewer": "Viewer",
}

_GRANTS: Final = {
    "administrator": frozenset(PERMISSIONS),
    "technician": frozenset(
        {"view", "record", "count", "sanitise", "validate", "release", "request", "dispose", "hold", "correct", "label"}
    ),
    "sustainability_officer": frozenset(
        {"view", "count", "request", "dispose", "correct", "import", "label", "publish"}
    ),
    "procurement": frozenset({"view", "procure", "record", "count"}),
    "auditor": frozenset({"view"}),
    "viewer": frozenset({"view"}),
}


def permissions_of(role: str) -> frozenset[str]:
    """What *role* may do; an unknown role may do nothing."""
    return _GRANTS.get(role, frozenset())


def may(role: str, permission: str) -> bool:
    """Whether *role* has *permission*."""
    return permission in permissions_of(role)
