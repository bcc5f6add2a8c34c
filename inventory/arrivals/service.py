"""Hands each file that came in to the concepts whose readers know it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from inventory.discovery import find_across
from inventory.errors import InventoryError, ValidationRefused
from inventory.intake.gathering import gathered
from inventory.intake.reading import why_not
from inventory.lifecycle.receivers import Arrived, Read, Receiver
from inventory.lifecycle.requests import Recorder
from inventory.reading.archives import Refused, documents_in
from inventory.reading.documents import LARGEST, Document

CHUNK: Final = 200
"""Files that are matched and recorded together."""
WORST_FIRST: Final = ("refused", "asked", "recorded", "nothing_new", "set_aside")
"""Outcomes in the order in which a person wants to see them."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with what each receiver that knows it read, or the refusal where none does."""

    name: str
    sha256: str
    size: int
    reads: tuple[tuple[str, Read], ...] = ()
    """Key of the receiver, and what it read."""
    refusal: InventoryError | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of one file: a word for each receiver, or a refusal."""

    name: str
    sha256: str
    told: tuple[tuple[str, Arrived], ...]
    """Key of the receiver ("" for a file that none knows), and what became of it there."""

    @property
    def outcome(self) -> str:
        """The worst that became of it."""
        return min((each.outcome for _, each in self.told), key=WORST_FIRST.index)

    @property
    def words(self) -> str:
        """What became of it, in words."""
        return " ".join(each.words for _, each in self.told)

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "file": self.name,
            "sha256": self.sha256,
            "outcome": self.outcome,
            "parts": [
                {
                    "receiver": key or None,
                    "outcome": each.outcome,
                    "already": each.already,
                    "words": each.words,
                    "report": each.number,
                    "tag": each.tag,
                    **each.facts,
                }
                for key, each in self.told
            ],
        }


def receivers() -> dict[str, Receiver]:
    """Every receiver by its key, in the order in which files go through them."""
    found: dict[str, Receiver] = find_across("RECEIVERS", module="arriving")
    return dict(sorted(found.items(), key=lambda each: (each[1].place, each[0])))


def open_file(document: Document) -> Opened:
    """*document* read by every receiver that knows it. Pure; never raises for what is in the file.

    A receiver that cannot read what another one reads keeps quiet: it mistook the file for one of its own.
    """
    name, sha, size = document.name, document.sha256, len(document.content)
    if size > LARGEST:
        words = f"{name} has {size // 2**20:,} MiB; at most {LARGEST // 2**20} MiB are read."
        return Opened(name, sha, size, refusal=ValidationRefused(words))
    if not document.content.strip():
        return Opened(name, sha, size, refusal=ValidationRefused(f"{name} is empty."))
    sure = {key: surely for key, each in receivers().items() if (surely := each.recognises(document)) > 0}
    reads = [(key, receivers()[key].read(document)) for key in sure]
    good = [each for each in reads if each[1].found is not None]
    if not good and reads:
        good = [max(reads, key=lambda each: sure[each[0]])]
    if not good:
        return Opened(name, sha, size, refusal=ValidationRefused(why_not(document)))
    return Opened(name, sha, size, tuple(good))


def open_all(files: Iterable[tuple[str, bytes]]) -> Iterator[Opened]:
    """Each file in what was brought, given as (name, bytes): a zip's members one by one, anything else as itself.

    Files that only together tell of one machine are put together first.
    """
    for each in gathered(document for name, content in files for document in documents_in(name, content)):
        if isinstance(each, Refused):
            yield Opened(each.name, "", 0, refusal=ValidationRefused(each.sentence))
        else:
            yield open_file(each)


def file_all(
    session: Session, opened: Sequence[Opened], recorder: Recorder, *, register_new: bool = False
) -> list[Filed]:
    """Let each receiver take its files of *opened* (at most CHUNK); what became of each. Nothing is committed."""
    told: list[list[tuple[str, Arrived]]] = [
        [("", Arrived("refused", each.refusal.message))] if each.refusal is not None else [] for each in opened
    ]
    for key, receiver in receivers().items():
        mine = [(place, read) for place, each in enumerate(opened) for name, read in each.reads if name == key]
        if not mine:
            continue
        if receiver.permission not in recorder.permissions:
            words = f"A {receiver.label.lower()} takes the permission “{receiver.permission}”, which your role lacks."
            for place, _ in mine:
                told[place].append((key, Arrived("refused", words)))
            continue
        arrived = receiver.receive(session, [read for _, read in mine], recorder, register_new)
        for (place, _), each in zip(mine, arrived, strict=True):
            told[place].append((key, each))
    return [Filed(each.name, each.sha256, tuple(parts)) for each, parts in zip(opened, told, strict=True)]


def chunks(opened: Iterable[Opened], size: int = CHUNK) -> Iterator[list[Opened]]:
    """*opened* in parts that are recorded together; each is read when it is asked for."""
    part: list[Opened] = []
    for each in opened:
        part.append(each)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def worst_first(filed: Sequence[Filed]) -> list[Filed]:
    """Problems first, otherwise as they came."""
    return sorted(filed, key=lambda each: WORST_FIRST.index(each.outcome))


def counts(filed: Sequence[Filed]) -> dict[str, int]:
    """How many files came to which outcome, the worst first; outcomes that none came to are left out."""
    found = [each.outcome for each in filed]
    return {name: found.count(name) for name in WORST_FIRST if name in found}
