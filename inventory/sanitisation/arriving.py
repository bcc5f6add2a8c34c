"""Offers the readers of erasure reports to whoever hands out files that came in."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from inventory.errors import InventoryError, ValidationRefused
from inventory.lifecycle.receivers import Arrived, Read, Receiver
from inventory.lifecycle.requests import Recorder
from inventory.reading.documents import Document
from inventory.sanitisation.readers._base import reader_for, readers
from inventory.sanitisation.receiving import Received, receive
from inventory.sanitisation.standings import SANITISE, STANDINGS

_LABEL: Final = "Erasure report"


def formats() -> dict[str, str]:
    """Key of each reader, and its label."""
    return {key: each.label for key, each in readers().items()}


def recognises(document: Document) -> float:
    """How surely *document* is an erasure report."""
    reader = reader_for(document)
    return reader.recognises(document) if reader is not None else 0.0


def read(document: Document) -> Read:
    """*document* as its reader reads it; a report that speaks of no drive is a defect."""
    reader = reader_for(document)
    if reader is None:
        return Read(document, "", 0, refusal=ValidationRefused(f"{document.name} is no report of a wipe."))
    try:
        found = reader.read(document)
        if not found.erasures:
            raise ValidationRefused(f"{document.name} speaks of no drive.", field="file")
        return Read(document, reader.key, reader.version, found)
    except InventoryError as error:
        return Read(document, reader.key, reader.version, refusal=error)


def _receive(session: Session, reads: Sequence[Read], recorder: Recorder, register_new: bool) -> list[Arrived]:
    """Each report judged drive by drive; unknown machines are never registered by a report of a wipe."""
    told: list[Arrived] = []
    for each in reads:
        if each.refusal is not None:
            told.append(Arrived("refused", each.refusal.message))
            continue
        [answer] = receive(session, [each.document], recorder, format_=each.reader)
        told.append(_arrived(answer))
    return told


def _arrived(answer: Received) -> Arrived:
    if answer.refusal is not None:
        return Arrived("refused", answer.refusal.message)
    tags = sorted({each.tag for each in answer.verdicts if each.tag})
    facts = {
        "erasures": [
            {"serial": each.serial, "verdict": each.verdict, "standing": each.standing, "reasons": each.reasons}
            for each in answer.verdicts
        ]
    }
    quarantined = any(each.standing == "quarantined" for each in answer.verdicts)
    return Arrived(
        "asked" if quarantined else "recorded",
        _words(answer),
        already=answer.outcome == "already",
        tag=tags[0] if len(tags) == 1 else None,
        facts=facts,
    )


def _words(answer: Received) -> str:
    counts = Counter(each.standing for each in answer.verdicts)
    stands = ", ".join(f"{number} {STANDINGS[key].lower()}" for key, number in counts.items())
    drives = "1 drive" if len(answer.verdicts) == 1 else f"{len(answer.verdicts)} drives"
    reason = next((each.reasons[0] for each in answer.verdicts if each.reasons), "")
    return f"Wipes of {drives}: {stands}. {reason}".strip()


RECEIVERS: Final = {"erasures": Receiver(_LABEL, 20, SANITISE, formats, recognises, read, _receive)}
