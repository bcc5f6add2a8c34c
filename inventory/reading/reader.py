"""What a reader of foreign reports is: how it recognises a file, and what it makes of it. Pure."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar

from inventory.errors import ValidationRefused
from inventory.reading.documents import Document

Found = TypeVar("Found")


class Reader(ABC, Generic[Found]):
    """A format. One module with one, named ``READER``, in its concept's folder is all a new format needs."""

    key: ClassVar[str]
    """Names it on the terminal, in the API and in the record of the report."""
    label: ClassVar[str]
    version: ClassVar[int] = 1
    """Goes up when it reads better, so that kept reports can be read again."""

    @abstractmethod
    def recognises(self, document: Document) -> float:
        """How surely *document* is of this format, 0 to 1. Cheap, and never raises."""

    @abstractmethod
    def read(self, document: Document) -> Found:
        """What the report says. ValidationRefused, with a sentence that names the defect, when it cannot be read."""


def choose(found: Mapping[str, Reader[Found]], document: Document, key: str | None = None) -> Reader[Found] | None:
    """The reader called *key* (ValidationRefused if there is none), or the one that recognises *document* best."""
    if key is not None:
        if key not in found:
            raise ValidationRefused(f"There is no reader {key}; use one of: {', '.join(found)}.", field="format")
        return found[key]
    best = max(found.values(), key=lambda each: each.recognises(document), default=None)
    return best if best is not None and best.recognises(document) > 0 else None
