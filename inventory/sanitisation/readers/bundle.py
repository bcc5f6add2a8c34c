"""A bundle that a bootable stick sends: the sections in it that tell of erasures, each read by its own reader."""

from dataclasses import replace
from typing import Any, ClassVar, Final

from inventory.errors import ValidationRefused
from inventory.reading.bundles import Section, is_bundle, sections
from inventory.reading.documents import Document
from inventory.sanitisation.findings import ErasuresFound
from inventory.sanitisation.readers import blancco_xml, nvme_sanitize_log, nwipe_log, workbench_erasures
from inventory.sanitisation.readers._base import Reader

SECTIONS: Final[dict[str, Reader]] = {
    "nwipe": nwipe_log.READER,
    "sanitize-log-json": nvme_sanitize_log.READER,
    "blancco-xml": blancco_xml.READER,
    "snapshot-json": workbench_erasures.READER,
    "snapshot-yaml": workbench_erasures.READER,
}
"""Heading of a section, and who reads it."""


class _Bundle(Reader):
    key: ClassVar[str] = "bundle"
    label: ClassVar[str] = "bundle of several outputs"

    def recognises(self, document: Document) -> float:
        return 1.0 if is_bundle(document) and _telling(document) else 0.0

    def read(self, document: Document) -> ErasuresFound:
        """The erasures of every section; a section that cannot be read does not hide the others, and is told."""
        if not is_bundle(document):
            raise ValidationRefused("{name} does not begin with a heading such as === nwipe.", name=document.name)
        found: list[ErasuresFound] = []
        notes: list[str] = []
        for section in _telling(document):
            try:
                found.append(SECTIONS[section.name].read(section.document))
            except ValidationRefused as refusal:
                notes.append(refusal.message)
        if not found:
            raise ValidationRefused(notes[0] if notes else f"{document.name} has no section that tells of a wipe.")
        return _together(found, notes)


def _telling(document: Document) -> list[Section]:
    """The sections that their readers take for reports of erasures."""
    return [
        each
        for each in sections(document)
        if each.name in SECTIONS and SECTIONS[each.name].recognises(each.document) > 0
    ]


def _together(found: list[ErasuresFound], notes: list[str]) -> ErasuresFound:
    """One report out of several; what is told of the host is taken from the first that tells it."""
    hosts: dict[str, Any] = {
        name: next((value for each in found if (value := getattr(each, name))), None)
        for name in ("host_serial", "host_asset_tag", "host_uuid", "host_manufacturer", "host_model", "technician")
    }
    return replace(
        found[0],
        reader=_Bundle.key,
        **hosts,
        erasures=tuple(erasure for each in found for erasure in each.erasures),
        notes=(*(note for each in found for note in each.notes), *notes),
    )


READER = _Bundle()
