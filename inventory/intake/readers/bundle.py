"""Reader of a bundle: outputs of several tools about one machine, in one text, merged into one machine."""

from typing import ClassVar, Final

from inventory.errors import ValidationRefused
from inventory.intake.findings import DriveFound, HardwareFound
from inventory.intake.merging import Part, merge, merge_drives, same_drive
from inventory.intake.readers._base import Reader
from inventory.intake.readers._discs import without_answered
from inventory.intake.readers._small import SMALL
from inventory.intake.readers.dmidecode import READER as DMIDECODE
from inventory.intake.readers.lshw_json import READER as LSHW_JSON
from inventory.intake.readers.lshw_xml import READER as LSHW_XML
from inventory.intake.readers.smartctl_json import READER as SMARTCTL_JSON
from inventory.intake.readers.smartctl_text import READER as SMARTCTL_TEXT
from inventory.intake.readers.workbench_snapshot import READER as SNAPSHOT
from inventory.reading.bundles import Section, is_bundle, sections
from inventory.reading.documents import Document

_WHOLE: Final = {
    "lshw-json": (LSHW_JSON, "lshw"),
    "lshw-xml": (LSHW_XML, "lshw"),
    "dmidecode": (DMIDECODE, "dmidecode"),
    "smartctl-json": (SMARTCTL_JSON, "smartctl"),
    "smartctl": (SMARTCTL_TEXT, "smartctl"),
    "snapshot-json": (SNAPSHOT, "snapshot"),
    "snapshot-yaml": (SNAPSHOT, "snapshot"),
}
"""Reader and source of each section; the small ones are in their own table."""
ELSEWHERE: Final = frozenset({"nwipe", "sanitize-log-json", "blancco-xml", "hdparm"})
"""Sections that tell of erasures, which is read apart."""


_MOST_NOTES: Final = 3
"""Of a refusal; one defect in fifty sections would fill the page."""


class _Bundle(Reader):
    key: ClassVar[str] = "bundle"
    label: ClassVar[str] = "bundle of several outputs"

    def recognises(self, document: Document) -> float:
        return 1.0 if is_bundle(document) else 0.0

    def read(self, document: Document) -> HardwareFound:
        if not is_bundle(document):
            raise ValidationRefused("{name} does not begin with a heading such as === lshw-json.", name=document.name)
        return _read(document.name, sections(document))


READER = _Bundle()


def _read(name: str, parts: list[Section]) -> HardwareFound:
    machines: list[Part] = []
    reports: list[HardwareFound] = []
    drives: list[DriveFound] = []
    notes: list[str] = []
    for section in parts:
        if section.name in SMALL:
            found = SMALL[section.name](section.document.text or "")
            if found is None:
                notes.append(f"The section {section.name} says nothing that is read.")
            else:
                machines.append(Part(section.name, found))
        elif section.name in _WHOLE:
            reader, source = _WHOLE[section.name]
            try:
                report = reader.read(section.document)
            except ValidationRefused as refused:
                notes.append(f"The section {section.name} was left out: {refused.message}")
                continue
            reports.append(report)
            drives = merge_drives(drives, report.drives, first=True)
            notes += report.notes
            if report.machine is not None:
                machines.append(Part(source, report.machine))
        elif section.name not in ELSEWHERE:
            notes.append(f"The section {section.name} is not known and was left out.")
    if not any(part.source not in SMALL for part in machines):
        why = " ".join(list(dict.fromkeys(notes))[:_MOST_NOTES]) or "Its sections are empty."
        raise ValidationRefused("{name} holds no report of a machine. {why}", name=name, why=why)
    machine = merge(machines, [each for each in drives if each.interface != "usb"])
    unseen = [each for each in drives if machine.lists_drives and not _lists(machines, each)]
    notes += [
        f"{each.model or each.serial} is told by smartctl alone; it is taken as part of the machine." for each in unseen
    ]
    return HardwareFound(
        reader=READER.key,
        software=", ".join(dict.fromkeys(each.software for each in reports if each.software)) or None,
        made_at=max((each.made_at for each in reports if each.made_at), default=None),
        report_id=next((each.report_id for each in reports if each.report_id), None),
        machine=machine,
        notes=without_answered(notes, machine),
    )


def _lists(machines: list[Part], drive: DriveFound) -> bool:
    return any(same_drive(each, drive) for part in machines for each in part.machine.drives)
