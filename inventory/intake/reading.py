"""A document of any known format, read: what the edges, the command and the re-reading of kept reports call."""

from dataclasses import replace

from inventory.errors import ValidationRefused
from inventory.intake import makers
from inventory.intake.findings import HardwareFound, MachineFound
from inventory.intake.readers._base import reader_for, readers
from inventory.reading.documents import LARGEST, Document


def read_document(document: Document, key: str | None = None) -> HardwareFound:
    """What *document* says, by the reader called *key* or by the one that recognises it best.

    ValidationRefused, with a sentence that names the file and the defect, for whatever cannot be read.
    """
    reader = reader_for(document, key)
    if reader is None:
        raise ValidationRefused(why_not(document))
    found = reader.read(document)
    if found.machine is not None and not _is_known(found.machine):
        raise ValidationRefused(
            "{name} names neither maker and model nor serial number, so the machine cannot be told from others. {why}",
            name=document.name,
            why=(found.notes[0] if found.notes else "Read it again with root rights, or add dmidecode."),
        )
    if found.machine is not None and makers.is_virtual(found.machine.manufacturer, found.machine.model):
        return replace(found, notes=(*found.notes, "This is a virtual machine; it has no body that could be reused."))
    return found


def _is_known(machine: MachineFound) -> bool:
    """Whether the machine is told from others, or at least named."""
    return bool((machine.manufacturer and machine.model) or machine.serial or machine.uuid or machine.board_serial)


_NOT_REPORTS = (
    (lambda name, head: not head.strip(), "is empty"),
    (lambda name, head: head.startswith(b"PK"), "is an office document or a zip file; a table goes to the import page"),
    (lambda name, head: head.startswith(b"%PDF"), "is a PDF; send the report itself, as text or JSON"),
    (
        lambda name, head: head.lstrip().startswith(b"POWER_SUPPLY_"),
        "tells of a battery alone; send it in a bundle with dmidecode",
    ),
    (
        lambda name, head: b"[Created at " in head,
        "is what hwinfo prints, which is not read; run lshw -json or dmidecode",
    ),
    (lambda name, head: name.endswith((".csv", ".tsv")), "is a table; use the import of spreadsheets"),
)


def why_not(document: Document) -> str:
    """The sentence for a file that no reader recognises."""
    head, name = document.content[:20_000], document.name
    for applies, clause in _NOT_REPORTS:
        if applies(name.lower(), head):
            return f"{name} {clause}."
    known = ", ".join(each.label for each in readers().values())
    if document.text is None:
        size = f"is larger than {LARGEST // 2**20} MiB" if len(document.content) > LARGEST else "is not text"
        return f"{name} {size}, so it is no hardware report ({known})."
    return f"{name} is no hardware report of a form that is read ({known})."
