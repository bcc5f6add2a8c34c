"""Named words of the evidence: where a record stands, what may be decided, who may do it. Pure."""

from typing import Final

from inventory.sanitisation.judging import ACCEPTABLE, SHUTS_THE_GATE

STANDINGS: Final = {
    "quarantined": "In quarantine",
    "waiting": "Waiting for acceptance",
    "accepted": "Accepted",
    "failed": "Failed",
    "rejected": "Not accepted",
}
DECISIONS: Final = {
    "accept": "Accept as proof",
    "repeat": "Wipe again",
    "escalate": "Ask a specialist",
    "destroy": "Destroy the drive",
}
"""SP 800-88 Rev. 2: what validation may come to."""
DISMISSED: Final = "dismiss"
RESULTS: Final = {"open": "Still to be checked", "passed": "Passed", "failed": "Failed"}
VALIDATE: Final = "validate"
SANITISE: Final = "sanitise"


def standing_of(verdict: str, matched: bool) -> str:
    """Where a new record stands. What proves nothing is not accepted, whatever drive it is about."""
    if verdict == "unknown":
        return "rejected"
    if not matched:
        return "quarantined"
    return "failed" if verdict in SHUTS_THE_GATE else "waiting"


def why_not_acceptable(verdict: str, standing: str, name: str) -> str | None:
    """Why a record cannot be accepted, in a sentence; None when it can."""
    if standing == "quarantined":
        return f"The wipe of {name} is in quarantine: say first which drive of which machine it was."
    if verdict != ACCEPTABLE:
        return (
            f"The wipe of {name} cannot be accepted as proof, since the report gives no clean pass. Wipe the drive "
            "again, or destroy it."
        )
    return None if standing == "waiting" else f"The wipe of {name} was settled already ({STANDINGS[standing].lower()})."
