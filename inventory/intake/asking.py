"""Plans for reports, or what a person must be asked about them first."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.intake.findings import MachineFound
from inventory.intake.items import Item
from inventory.intake.looking import NONE, Newest, states_of
from inventory.intake.matching import Match, candidates
from inventory.intake.planning import KnownDrive, Source, amending, drive_words, opening
from inventory.intake.questions import item
from inventory.lifecycle.requests import Recorder
from inventory.lifecycle.state import State
from inventory.register.identifiers import comparison_form
from inventory.register.models import Asset


def plan(
    session: Session,
    each: Item,
    states: dict[int, State],
    drives: dict[str, list[KnownDrive]],
    newest: tuple[dict[int, Newest], dict[int, Newest]],
    recorder: Recorder,
) -> None:
    row, machine = each.row, each.machine
    any_, listing = newest
    if machine is None:
        return  # What a report about drives alone asks was settled when its place was looked for.
    source = Source(row.sha256, row.reader_version, zone=recorder.settings.zone)
    known = {
        comparison_form("serial", drive.serial): [
            replace(one, newer=listing.get(one.asset_id or 0, NONE).after(each))
            for one in drives.get(comparison_form("serial", drive.serial), ())
        ]
        for drive in machine.drives
        if drive.serial
    }
    if (number := each.asset_id) is not None:
        state = states[number]
        source = replace(
            source,
            stale=any_.get(number, NONE).after(each),
            drives_stale=listing.get(number, NONE).after(each),
        )
        each.plan = amending(machine, number, state, known, source)
    elif each.register and each.match is not None and each.match.why is None:
        each.plan = opening(machine, known, source, recorder.settings.tag_prefix)
    elif each.match is None:
        each.plan.questions = [
            item("nameless", machine_words(machine), "Nothing to look for on record",
                 "It bears no serial number, tag, board number or UUID that a machine could be known by.")
        ]  # fmt: skip
    elif each.match.why is not None:
        each.plan.questions = [_doubt(session, machine, each.match)]
    else:
        each.plan.questions = [
            item("new_machine", machine_words(machine), "Nothing on record answers to it",
                 "A machine is not taken into the register unless somebody says so.")
        ]  # fmt: skip


def _doubt(session: Session, machine: MachineFound, match: Match) -> dict[str, Any]:
    shown = list(match.candidates)
    why = f"{machine_words(machine)}: {match.why}."
    withdrawn = [each.id for each in shown if not each.living]
    if withdrawn:
        # A record that was merged speaks for the one it was merged into.
        into = {tag for state in states_of(session, withdrawn).values() if (tag := state.merged_into)}
        rows = session.execute(select(Asset.id).where(Asset.tag.in_(sorted(into)))) if into else ()
        heirs = candidates(session, [number for (number,) in rows])
        shown = [each for each in shown if each.living] + [each for each in heirs.values() if each.living]
        if heirs:
            why += f" It was merged into {', '.join(sorted(into))}."
    record = (
        "; ".join(" ".join(filter(None, (each.tag, each.manufacturer, each.model))) for each in shown)
        or "No living record"
    )
    return item("which_machine", machine_words(machine), record, why, candidates=[each.tag for each in shown])


def machine_words(machine: MachineFound) -> str:
    """A machine of a report in a few words."""
    named = " ".join(filter(None, (machine.manufacturer, machine.model))) or "A machine without a name"
    return f"{named}, serial {machine.serial}" if machine.serial else f"{named}, no serial number"


def place_single(each: Item, drives: dict[str, list[KnownDrive]]) -> None:
    """A report about drives alone belongs to the machine that they are on record in; else somebody says where."""
    serials = [comparison_form("serial", drive.serial) for drive in each.found.drives if drive.serial]
    places = {one.asset_id for serial in serials for one in drives.get(serial, ()) if one.asset_id is not None}
    unknown = [drive for drive in each.found.drives if not (drive.serial and _held(drive.serial, drives))]
    if len(places) == 1 and not unknown:
        [each.asset_id] = places
        return
    if each.asset_id is not None:
        return
    told = "; ".join(drive_words(drive) for drive in each.found.drives) or "No drive"
    each.plan.questions = [
        item("drive_of_which", told, "In no machine on record" if not places else "In different machines on record",
             "A drive is put on record with the machine that it is in.")
    ]  # fmt: skip


def _held(serial: str, drives: dict[str, list[KnownDrive]]) -> bool:
    return any(one.asset_id is not None for one in drives.get(comparison_form("serial", serial), ()))
