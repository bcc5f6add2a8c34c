"""What a reader of hardware reports is: how it recognises a file, and what it makes of it. Pure."""

from abc import ABC, abstractmethod
from typing import ClassVar

from inventory import discovery
from inventory.errors import ValidationRefused
from inventory.intake.findings import HardwareFound
from inventory.reading.documents import Document


class Reader(ABC):
    """A format. A module of this package with one, named ``READER``, is all a new format needs."""

    key: ClassVar[str]
    """Names it on the terminal, in the API and in the record of the report."""
    label: ClassVar[str]
    version: ClassVar[int] = 1
    """Goes up when it reads better, so that kept reports can be read again."""

    @abstractmethod
    def recognises(self, document: Document) -> float:
        """How surely *document* is of this format, 0 to 1. Cheap, and never raises."""

    @abstractmethod
    def read(self, document: Document) -> HardwareFound:
        """What the report says. ValidationRefused, with a sentence that names the defect, when it cannot be read."""


def readers() -> dict[str, Reader]:
    """Every reader by its key."""
    return {each.key: each for each in discovery.find("inventory.intake.readers", "READER").values()}


def reader_for(document: Document, key: str | None = None) -> Reader | None:
    """The reader called *key* (ValidationRefused if there is none), or the one that recognises *document* best."""
    found = readers()
    if key is not None:
        if key not in found:
            raise ValidationRefused(f"There is no reader {key}; use one of: {', '.join(found)}.", field="format")
        return found[key]
    best = max(found.values(), key=lambda each: each.recognises(document), default=None)
    return best if best is not None and best.recognises(document) > 0 else None
