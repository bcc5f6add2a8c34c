"""What receives files that come in: the shape by which a concept offers itself to whoever hands files out.

A concept has a module ``arriving`` with ``RECEIVERS``, a mapping of keys to `Receiver`; discovery finds it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from inventory.errors import InventoryError
from inventory.lifecycle.requests import Recorder
from inventory.reading.documents import Document


@dataclass(frozen=True, slots=True)
class Read:
    """A file as one receiver read it: what its reader found, or the refusal."""

    document: Document
    reader: str
    """Key of the reader."""
    version: int
    found: Any = None
    refusal: InventoryError | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of one file at one receiver."""

    outcome: str
    """recorded, nothing_new, asked, set_aside or refused; ``already`` says whether that was so before."""
    words: str
    """One sentence for a person."""
    already: bool = False
    number: int | None = None
    """Of the report that was kept; None where none was."""
    tag: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    """What stands in the file, in short, as JSON values: manufacturer, model, serial, drives."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A concept that takes files of its formats."""

    label: str
    place: int
    """Lower ones are asked first: a machine should be on record before what happened to its drives."""
    permission: str
    """What it takes to bring such files."""
    formats: Callable[[], dict[str, str]]
    """Key of each reader, and its label."""
    recognises: Callable[[Document], float]
    """How surely the file is one of its formats, 0 to 1; cheap, never raises."""
    read: Callable[[Document], Read]
    """Pure; a defect is a refusal in what it gives, never raised."""
    receive: Callable[[Session, Sequence[Read], Recorder, bool], list[Arrived]]
    """Session, files read, who brings them, whether unknown machines are registered at once. Never commits."""
