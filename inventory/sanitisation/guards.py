"""The guards of the ledger's write path that keep data in the house."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from inventory.lifecycle.guards import Guard
from inventory.lifecycle.requests import Proposed
from inventory.lifecycle.state import State
from inventory.sanitisation.merging import merge_keeps_the_trail
from inventory.sanitisation.rules import reasons_unclean


def _sentence(reasons: list[str], remedy: str) -> str | None:
    return f"{'; '.join(reasons)}. {remedy}" if reasons else None


def clean_drives(session: Session, assets: Sequence[State], events: Sequence[Proposed]) -> list[str | None]:
    """Every drive on record is clean, and a storage kind without one was inspected as having none."""
    return [
        _sentence(reasons_unclean(state, event.settings.zone), "Record a wipe, or remove the drive")
        for state, event in zip(assets, events, strict=True)
    ]


def clean_drives_or_reason(session: Session, assets: Sequence[State], events: Sequence[Proposed]) -> list[str | None]:
    """As `clean_drives`, or the line says in words why the drives were not wiped (and flags it)."""
    answers: list[str | None] = []
    for state, event in zip(assets, events, strict=True):
        excused = bool(event.personal.get("reason")) and bool(event.line.details.get("drives_not_wiped"))
        if excused or not event.settings.reassign_needs_clean_drives:
            answers.append(None)
        else:
            answers.append(
                _sentence(
                    reasons_unclean(state, event.settings.zone),
                    "Record a wipe, or mark the drives as not wiped and give the reason",
                )
            )
    return answers


def clean_drives_or_contract(session: Session, assets: Sequence[State], events: Sequence[Proposed]) -> list[str | None]:
    """As `clean_drives`, or unsanitised under a contract that includes certified destruction."""
    return [
        None
        if event.line.details.get("unsanitised_under_contract")
        else _sentence(
            reasons_unclean(state, event.settings.zone),
            "Record a wipe, or hand over under a contract with certified destruction",
        )
        for state, event in zip(assets, events, strict=True)
    ]


GUARDS: Final[dict[str, Guard]] = {
    "clean_drives": clean_drives,
    "clean_drives_or_reason": clean_drives_or_reason,
    "clean_drives_or_contract": clean_drives_or_contract,
    "merge_keeps_the_trail": merge_keeps_the_trail,
}
