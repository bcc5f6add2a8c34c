"""Any file read by the reader that knows it best, or refused with a sentence that names the defect."""

import json
from pathlib import Path

import pytest

from inventory.errors import ValidationRefused
from inventory.intake.readers._base import readers
from inventory.intake.readers._small import SMALL
from inventory.intake.readers.bundle import _WHOLE, ELSEWHERE
from inventory.intake.reading import read_document
from inventory.reading.documents import LARGEST, Document
from tests.intake.readers import examples as ex

DOCUMENT = (Path(__file__).parents[2] / "docs" / "hardware-formats.md").read_text()
SAMPLES = {
    "lshw_json": json.dumps(ex.lshw(ex.SATA)),
    "lshw_xml": ex.lshw_xml(ex.lshw(ex.SATA)),
    "dmidecode": ex.DMIDECODE,
    "smartctl_json": json.dumps(ex.smart()),
    "smartctl_text": ex.SMART_TEXT,
    "workbench_snapshot": json.dumps(ex.snapshot()),
    "bundle": f"=== dmidecode\n{ex.DMIDECODE}",
    "peracotta": "# decode-dimms version 6250\n",
}


def test_there_is_a_sample_of_every_reader() -> None:
    assert SAMPLES.keys() == readers().keys()


@pytest.mark.parametrize(("key", "text"), SAMPLES.items(), ids=SAMPLES)
def test_each_format_is_recognised_by_its_own_reader_above_all_others(key: str, text: str) -> None:
    document = Document("upload", text.encode())
    sure = {name: reader.recognises(document) for name, reader in readers().items()}
    assert max(sure, key=lambda name: sure[name]) == key
    assert [name for name, each in sure.items() if each == sure[key]] == [key]


@pytest.mark.parametrize("reader", readers().values(), ids=readers())
def test_a_reader_goes_by_a_key_and_a_label(reader: object) -> None:
    assert reader.key.isidentifier()  # type: ignore[attr-defined]
    assert reader.label  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"", "a.txt is empty."),
        ("a.xlsx", b"PK\x03\x04...", "office document or a zip file"),
        ("a.pdf", b"%PDF-1.7", "is a PDF"),
        ("b.ini", b"POWER_SUPPLY_NAME=BAT0", "tells of a battery alone"),
        ("h.txt", b"01: None 00.0: 10105 BIOS\n  [Created at bios.186]\n", "what hwinfo prints"),
        ("Table.CSV", b"a,b\n1,2\n", "is a table"),
        ("a.png", b"\x89PNG\r\n", "is not text"),
        ("a.txt", b"x" * (LARGEST + 1), "larger than 16 MiB"),
        ("a.txt", b"hello", "of a form that is read"),
        ("a{0}.txt", b"hello {name}", "a{0}.txt is no hardware report"),
    ],
)
def test_what_is_no_report_is_refused_and_says_what_it_is(name: str, content: bytes, says: str) -> None:
    with pytest.raises(ValidationRefused) as refused:
        read_document(Document(name, content))
    assert says in refused.value.message


@pytest.mark.parametrize(
    ("vendor", "product", "virtual"),
    [
        ("QEMU", "Standard PC (i440FX + PIIX, 1996)", True),
        ("innotek GmbH", "VirtualBox", True),
        ("Microsoft Corporation", "Virtual Machine", True),
        ("Microsoft Corporation", "Surface Pro", False),
        ("Hewlett-Packard", "HP EliteBook 840", False),
    ],
)
def test_a_virtual_machine_is_told_of(vendor: str, product: str, virtual: bool) -> None:
    tree = ex.lshw(ex.SATA, vendor=vendor, product=product)
    notes = read_document(Document("a.json", json.dumps(tree).encode())).notes
    assert ("virtual machine" in " ".join(notes)) is virtual


def test_a_reader_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationRefused, match="no reader spoon"):
        read_document(Document("a", b"x"), "spoon")


def test_nesting_without_end_is_refused() -> None:
    deep = '{"id": "x", "class": "system", "children": [' * 400
    for text in (deep, deep + "]}" * 400, "[" * 100_000):
        with pytest.raises(ValidationRefused):
            read_document(Document("a.json", text.encode()))


@pytest.mark.parametrize("key", readers())
def test_every_reader_is_in_the_document_on_hardware_formats(key: str) -> None:
    assert f"`{key}`" in DOCUMENT


@pytest.mark.parametrize("section", [*_WHOLE, *SMALL, *sorted(ELSEWHERE)])
def test_every_section_of_a_bundle_is_in_the_document_on_hardware_formats(section: str) -> None:
    assert f"`{section}`" in DOCUMENT
