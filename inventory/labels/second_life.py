"""Second-life labels: what a machine that is given on may say of itself, and only what the ledger states."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.errors import InventoryError, RuleRefused
from inventory.i18n import mark
from inventory.lifecycle.details import METHODS
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.rules import replay
from inventory.lifecycle.state import State
from inventory.register.kinds import KINDS
from inventory.register.statuses import STATUSES
from inventory.sanitisation.rules import reasons_unclean

ALLOWED: Final = ("donated", "sold", "ready_for_reuse", "reserved")
"""Statuses in which a machine may bear a second-life label."""


def statements(
    session: Session, machines: Mapping[int, str], settings: Settings
) -> dict[int, tuple[str, ...] | InventoryError]:
    """By asset number, for *machines* (asset number to tag): the sentences of its label, or why it gets none.

    One statement per five hundred machines.
    """
    lines = load_lines(session, list(machines))
    return {
        number: _statement(replay([line for line, _ in lines[number]]), tag, settings)
        for number, tag in machines.items()
    }


def _statement(state: State, tag: str, settings: Settings) -> tuple[str, ...] | InventoryError:
    if state.status not in ALLOWED:
        return RuleRefused(
            mark(
                "{tag} gets no second-life label: it is {status}. Only a machine that is donated, sold, reserved "
                "or ready for re-use does."
            ),
            field="tag",
            tag=tag,
            status=STATUSES[state.status].label.lower() if state.status else mark("not on record"),
        )
    reasons = reasons_unclean(state, settings.zone)
    leaving = state.status in ("ready_for_reuse", "reserved")
    if reasons and leaving:
        return RuleRefused(
            mark("{tag} gets no second-life label: {reasons}."), field="tag", tag=tag, reasons="; ".join(reasons)
        )
    return (*_hands(state, settings), *([] if reasons else _wipe(state, settings.zone)))


def _hands(state: State, settings: Settings) -> list[str]:
    """From whom, since when, and whose it is."""
    name, kind = settings.institution, KINDS[state.kind].label
    if state.status in ("ready_for_reuse", "reserved"):
        words = mark("{kind} passed for re-use by {name}; its property until handed over.")
        return [words.format(kind=kind, name=name)]
    verb = mark("Donated") if state.status == "donated" else mark("Sold")
    day = f", {_day(state.status_since, settings.zone)}" if state.status_since else ""
    return [
        f"{verb} {mark('by')} {name}{day}.",
        mark("Re-used {kind}, no longer the property of {name}.").format(kind=_in_a_sentence(kind), name=name),
    ]


def _wipe(state: State, zone: ZoneInfo) -> list[str]:
    """When and how its drives were wiped; that it had none; nothing where the ledger states neither."""
    wiped = [drive for drive in state.drives.values() if drive.wiped_at is not None and drive.failed_at is None]
    if not state.drives:
        return [mark("No drive fitted.")] if state.no_drive_fitted else []
    if not wiped or len(wiped) != len(state.drives):
        return []
    last = max(drive.wiped_at for drive in wiped if drive.wiped_at is not None)
    methods = sorted({METHODS[drive.wiped_method].lower() for drive in wiped if drive.wiped_method in METHODS})
    how = f" ({', '.join(methods)}, NIST SP 800-88)" if methods else ""
    count = f"{len(wiped)} {mark('drives')}" if len(wiped) > 1 else mark("Drive")
    return [f"{count} {mark('wiped on')} {_day(last, zone)}{how}."]


def _in_a_sentence(label: str) -> str:
    """A kind's label with a small initial, unless it is an abbreviation."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%-d %b %Y}"
