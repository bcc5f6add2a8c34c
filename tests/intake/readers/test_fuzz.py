"""Any bytes give a result or a refusal in words, soon: random, of the right skeleton, and small reports mutated."""

import json
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import ValidationRefused
from inventory.intake.findings import HardwareFound
from inventory.intake.gathering import reports_in
from inventory.intake.readers._base import readers
from inventory.intake.reading import read_document
from inventory.reading.archives import Refused
from inventory.reading.documents import Document
from inventory.register.kinds import KINDS
from tests.intake.readers import examples as ex
from tests.intake.test_reading import SAMPLES

EXAMPLES = 1_500 if os.environ.get("SOAK") == "1" else 50
LONGEST = 10.0
"""Seconds of the processor that any of these files may take, coverage being measured; most take milliseconds."""
KEYS = sorted(readers())
fuzz = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

WORDS = st.sampled_from(
    """id class system disk storage generic memory processor power network core firmware bank battery configuration
    capabilities children product vendor version serial size capacity units logicalname businfo description handle
    type Snapshot @type device components data debug lshw dmidecode smart smartctl inxi uuid software timestamp model
    manufacturer serialNumber HardDrive actions test model_name serial_number user_capacity bytes protocol name table
    raw value string json usb@1:2 nvme /dev/mmcblk0 000#1#0#Machine 000#1#0#Drives 001#1#1#ID /dev/sda""".split()  # noqa: SIM905 - a list literal would fill a page
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.integers(2**60, 2**70) | st.floats() | st.text(max_size=12) | WORDS
)
TREES = st.recursive(
    LEAVES,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(WORDS, inside, max_size=6),
    max_leaves=40,
)


def check(document: Document, key: str | None = None) -> None:
    begun = time.process_time()
    for reader in readers().values():
        assert 0 <= reader.recognises(document) <= 1
    found, refusal = None, ""
    try:
        found = read_document(document, key)
    except ValidationRefused as refused:
        refusal = refused.message
    if found is None:
        assert document.name.split(",")[0] in refusal
        assert refusal.endswith(".")
    else:
        well_formed(found)
    assert time.process_time() - begun < LONGEST


def well_formed(found: HardwareFound) -> None:
    """What the register may rely on, whatever the report was."""
    assert (found.machine is None) == bool(found.drives)
    assert all(isinstance(note, str) and note.strip() for note in found.notes)
    assert found.made_at is None or found.made_at.utcoffset() is not None
    machine = found.machine
    if machine is not None:
        assert machine.kind is None or machine.kind in KINDS
        assert machine.memory_bytes is None or 0 < machine.memory_bytes < 2**80
        assert all(mac == mac.lower() and len(mac) == 17 for mac in machine.macs)
        assert machine.asset_tag is None or machine.asset_tag != machine.serial
        assert machine.drives or not machine.lists_drives
    for drive in (*found.drives, *(machine.drives if machine else ())):
        assert drive.serial or drive.model
        assert drive.medium in (None, "hdd", "ssd", "nvme", "emmc", "other")
        assert drive.interface in (None, "sata", "nvme", "sas", "ide", "mmc", "usb")
        assert drive.health in (None, "passed", "failed")
        assert drive.capacity_bytes is None or 0 <= drive.capacity_bytes < 2**63


@fuzz
@given(st.binary(max_size=2_000), st.sampled_from([None, *KEYS]), st.sampled_from(["a.json", "a.yaml", "a.xml", "a"]))
def test_random_bytes(content: bytes, key: str | None, name: str) -> None:
    check(Document(name, content), key)


@fuzz
@given(TREES, st.sampled_from([None, *KEYS]))
def test_random_json_of_the_words_that_reports_have(tree: Any, key: str | None) -> None:
    check(Document("a.json", json.dumps(tree).encode()), key)


@fuzz
@given(TREES, TREES)
def test_a_skeleton_of_each_form_filled_at_random(one: Any, two: Any) -> None:
    filled = one if isinstance(one, dict) else {"children": [one]}
    for tree in (
        {**filled, "id": "x", "class": "system", "serial": "CZC0408YPX"},
        ex.lshw(filled, configuration=two),
        {**ex.smart(), **filled, "smartctl": {"version": two}},
        [ex.smart(**{key: two}) for key in list(ex.smart())[2:]],
        ex.snapshot(device=one, components=[one, two]),
        ex.snapshot(components=[{"type": "HardDrive", "size": one, "actions": two, "serialNumber": "ABC12"}, one]),
        {"type": "Snapshot", "data": {"lshw": one, "smartctl": two, "inxi": [filled], "dmidecode": ex.DMIDECODE}},
    ):
        check(Document("a.json", json.dumps(tree).encode()))


@fuzz
@given(st.data())
def test_a_small_report_mutated(data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(KEYS))
    content = bytearray(SAMPLES[key].encode())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.integers(0, 30))
        content[place : place + cut] = data.draw(
            st.binary(max_size=6)
            | st.sampled_from([b'"', b"{", b"]", b",", b"<", b">", b"\n", b"\t", b"0" * 40, b"\xff"])
        )
    check(Document("a.json", bytes(content)), data.draw(st.sampled_from([None, key])))


@fuzz
@given(st.lists(st.tuples(st.sampled_from(["baseboard", "chassis", "lscpu", "net", "smartctl", "x"]), st.binary(max_size=200)), max_size=6))  # fmt: skip
def test_any_set_of_files(files: list[tuple[str, bytes]]) -> None:
    text = b"".join(b"=== %s\n%s\n" % (name.encode(), content) for name, content in files)
    check(Document("a", text))
    for each in reports_in("a.txt", text):
        if not isinstance(each, Refused):
            check(each)


LONG = {
    "many nodes": json.dumps(ex.lshw(*[ex.SATA] * 3_000)),
    "many runs": json.dumps([ex.smart(serial_number=f"AB{number}XY") for number in range(2_000)]),
    "many handles": ex.DMIDECODE + "Handle 0x0001, DMI type 17, 40 bytes\nMemory Device\n\tSize: 1 GB\n\n" * 20_000,
    "one long line": "# dmidecode 3.3\n" + "x" * 3_000_000,
    "one long field": ex.DMIDECODE.replace("PF0QMY5X", "P" * 1_000_000),
    "many headings": "=== dmidecode\nx\n" * 50_000,
    "many runs as text": ex.SMART_TEXT * 300,
    "spaces": "smartctl 7.2 Allen\n" + " " * 1_000_000 + "1",
    "attributes": "smartctl 7.2 Allen\n" + "  5 " + "A" * 1_000_000,
    "comments": "<!-- " * 200_000,
    "colons": "# dmidecode 3.3\nHandle 0x1, DMI type 1, 2 bytes\n\t" + "A: " * 300_000,
    "aliases": "type: Snapshot\ndevice: &a [x]\ncomponents: [" + "*a, " * 10_000 + "]",
    "yaml": "type: Snapshot\ncomponents:\n" + "- {type: RamModule, size: 1}\n" * 4_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_report_is_read_or_refused_soon(text: str) -> None:
    check(Document("long.yaml", text.encode()))


def replaced(tree: Any, value: Any) -> Iterator[Any]:
    """*tree* once for each place in it, with *value* there."""
    if isinstance(tree, dict | list):
        for key, inside in tree.items() if isinstance(tree, dict) else enumerate(tree):
            for changed in [value, *replaced(inside, value)]:
                copy = tree.copy()
                copy[key] = changed
                yield copy


ODD: list[Any] = [None, True, -1, 1e300, "x", "", [], {}, [{}], {"a": {}}, ["usb"], 2**70]


@pytest.mark.parametrize(
    "tree",
    [
        ex.lshw(ex.NVME, ex.EMMC, ex.SATA, ex.STICK),
        [ex.smart(), ex.SMART_NVME, ex.SMART_FAILED],
        ex.snapshot(),
        {"type": "Snapshot", "data": {"inxi": json.loads(ex.INXI), "lshw": ex.lshw(ex.SATA), "smart": [ex.smart()]}},
    ],
    ids=["lshw", "smartctl", "components", "tools"],
)
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_an_odd_value_anywhere_in_a_report(tree: Any, value: Any) -> None:
    for changed in replaced(tree, value):
        check(Document("a.json", json.dumps(changed).encode()))
