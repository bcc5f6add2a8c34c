"""The readers of hardware reports, found by discovery. Pure."""

from inventory import discovery
from inventory.intake.findings import HardwareFound
from inventory.reading.documents import Document
from inventory.reading.reader import Reader as AnyReader
from inventory.reading.reader import choose

Reader = AnyReader[HardwareFound]
"""A module of this package with one, named ``READER``, is all a new format needs."""


def readers() -> dict[str, Reader]:
    """Every reader by its key."""
    return {each.key: each for each in discovery.find("inventory.intake.readers", "READER").values()}


def reader_for(document: Document, key: str | None = None) -> Reader | None:
    """The reader called *key* (ValidationRefused if there is none), or the one that recognises *document* best."""
    return choose(readers(), document, key)
