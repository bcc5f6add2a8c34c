"""Offers the readers of hardware reports to whoever hands out files that came in."""

from functools import lru_cache
from typing import Final

from inventory.errors import InventoryError, ValidationRefused
from inventory.intake.readers._base import Reader, reader_for, readers
from inventory.intake.reading import read_document, why_not
from inventory.intake.service import receive
from inventory.lifecycle.receivers import Read, Receiver
from inventory.reading.documents import Document


def formats() -> dict[str, str]:
    """Key of each reader, and its label."""
    return {key: each.label for key, each in readers().items()}


@lru_cache(maxsize=2)
def _best(document: Document) -> Reader | None:
    # Asked twice of each file, first by how sure and then to read it; looking at it is a third of reading it.
    return reader_for(document)


def recognises(document: Document) -> float:
    """How surely *document* is a hardware report."""
    reader = _best(document)
    return reader.recognises(document) if reader is not None else 0.0


def read(document: Document) -> Read:
    """*document* as its reader reads it."""
    reader = _best(document)
    if reader is None:
        return Read(document, "", 0, refusal=ValidationRefused(why_not(document)))
    try:
        return Read(document, reader.key, reader.version, read_document(document, reader.key))
    except InventoryError as error:
        return Read(document, reader.key, reader.version, refusal=error)


RECEIVERS: Final = {"hardware": Receiver("Hardware report", 10, "record", formats, recognises, read, receive)}
