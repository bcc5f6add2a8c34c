"""Reads the XML report of Blancco. Its schema differs by version and no official one was at hand: nodes may lack.

An entry's name is its attribute ``name`` (or its tag); what is not found is not told, and what is not told is
never taken for good.
"""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from inventory.errors import ValidationRefused
from inventory.reading.documents import Document
from inventory.sanitisation.findings import ErasureFound, ErasuresFound
from inventory.sanitisation.readers._base import Reader as Base
from inventory.sanitisation.readers._values import medium_of, moment_of, name_of, number_of, serial_of, text_of

_STATUSES: Final = {
    "successful": "erased",
    "successful with errors": "failed",
    "failed": "failed",
    "unsuccessful": "failed",
    "cancelled": "aborted",
    "canceled": "aborted",
    "aborted": "aborted",
    "interrupted": "aborted",
    "in progress": "running",
}
_FIRMWARE: Final = (
    ("sanitize_crypto", ("cryptographic", "crypto scramble")),
    ("sanitize_block", ("block erase",)),
    ("nvme_format", ("nvme format", "format nvm")),
    ("ata_secure_erase_enhanced", ("enhanced secure erase",)),
    ("ata_secure_erase", ("secure erase", "ata erase")),
)
"""Words in the standard's name that tell which firmware command was used."""
_MOST: Final = 500


def _name(node: Element) -> str:
    return str(node.get("name") or node.tag).rpartition("}")[2].lower()


def _entries(node: Element | None, name: str) -> list[Element]:
    return (
        [each for each in node.iter() if each is not node and _name(each) == name][:_MOST] if node is not None else []
    )


def _value(node: Element | None, *names: str) -> str | None:
    """The text of the first direct child (or its child) with one of *names* that has any."""
    if node is None:
        return None
    for name in names:
        for each in node:
            if _name(each) == name and (found := text_of((each.text or "").strip())):
                return found
    return None


def _erasures(root: Element) -> Iterator[Element]:
    report = next((each for each in root.iter() if _name(each) == "blancco_erasure_report"), None)
    seen = _entries(report, "erasure")
    yield from seen or [each for each in _entries(report, "erasures") if _value(each, "state")]


class Reader(Base):
    key = "blancco_xml"
    label = "Blancco report (XML)"

    def recognises(self, document: Document) -> float:
        text = document.text
        if text is None or "blancco" not in text[:200_000].lower():
            return 0.0
        return 0.9 if document.xml is not None else 0.5

    def read(self, document: Document) -> ErasuresFound:
        root = document.xml
        if root is None:
            raise ValidationRefused(
                f"{document.name} cannot be read as XML (it is damaged, nested too deeply, or names a document type)."
            )
        found = tuple(_erasure(each) for each in _erasures(root))
        if not found:
            raise ValidationRefused(f"{document.name} has no erasure in a part “blancco_erasure_report”.")
        hardware = next((each for each in root.iter() if _name(each) == "blancco_hardware_report"), None)
        system = next(iter(_entries(hardware, "system")), None)
        description = next((each for each in root.iter() if _name(each) == "description"), None)
        software = next((each for each in root.iter() if _name(each) == "blancco_software_report"), None)
        fields = next((each for each in root.iter() if _name(each) == "fields"), None)
        return ErasuresFound(
            reader=self.key,
            tool="Blancco",
            tool_version=_value(description, "document_version", "version") or _value(software, "version"),
            report_id=_value(description, "report_uuid", "document_id", "uuid"),
            host_serial=name_of(_value(system, "serial")),
            host_asset_tag=name_of(_value(fields, "asset_tag", "asset tag", "asset")),
            host_uuid=name_of(_value(system, "uuid")),
            host_manufacturer=name_of(_value(system, "manufacturer")),
            host_model=name_of(_value(system, "model")),
            technician=name_of(_value(fields, "operator", "technician", "erasure technician")),
            erasures=found,
        )


def _technique(standard: str | None, host_rounds: int | None, firmware_rounds: int | None) -> str | None:
    said = (standard or "").lower()
    if firmware_rounds:
        return next((key for key, words in _FIRMWARE if any(word in said for word in words)), "ata_secure_erase")
    return "overwrite" if host_rounds else None


def _erasure(entry: Element) -> ErasureFound:
    target = next(iter(_entries(entry, "target")), None)
    standard = _value(entry, "erasure_standard_name", "standard")
    host_rounds = number_of(_value(entry, "overwriting_rounds"))
    firmware_rounds = number_of(_value(entry, "firmware_rounds"))
    failed = number_of(_value(entry, "failed_sectors"))
    errors = number_of(_value(entry, "total_errors"))
    medium = medium_of(_value(target, "type"), _value(target, "interface_type"), _value(target, "model"))
    hidden = (_value(entry, "hpa_dco", "remapped_sectors_hidden") or "").lower()
    verified = number_of(_value(entry, "verification_percentage", "verification"))
    return ErasureFound(
        serial=serial_of(_value(target, "serial")),
        manufacturer=name_of(_value(target, "vendor", "manufacturer")),
        model=name_of(_value(target, "model")),
        medium=medium,
        capacity_bytes=number_of(_value(target, "capacity")),
        interface=_value(target, "interface_type"),
        technique=_technique(standard, host_rounds, firmware_rounds),
        pattern=standard,
        status=_STATUSES.get((_value(entry, "state") or "").lower(), "unknown"),
        started_at=moment_of(_value(entry, "start_time")),
        ended_at=moment_of(_value(entry, "end_time", "timestamp")),
        pass_errors=errors if errors is not None else failed,
        verify_errors=failed,
        sync_errors=0 if errors is not None or failed is not None else None,
        hidden_area="n/a"
        if medium in ("nvme", "emmc")
        else "none"
        if hidden in ("none", "not detected")
        else "unknown",
        verification="full" if verified == 100 else "sample" if verified else "status",
    )


READER = Reader()
