"""Bundles: what a bootable stick sends of one machine, merged; and sets of files that are parts of one."""

import io
import json
import zipfile

import pytest

from inventory.errors import ValidationRefused
from inventory.intake.findings import BatteryFound, HardwareFound, MachineFound
from inventory.intake.gathering import gathered, reports_in
from inventory.intake.reading import read_document
from inventory.reading.archives import Refused
from inventory.reading.documents import LARGEST, Document
from tests.intake.readers import examples as ex

BATTERY = """POWER_SUPPLY_NAME=BAT0
POWER_SUPPLY_CYCLE_COUNT=310
POWER_SUPPLY_VOLTAGE_MIN_DESIGN=11100000
POWER_SUPPLY_CHARGE_FULL_DESIGN=5600000
POWER_SUPPLY_CHARGE_FULL=1997000
POWER_SUPPLY_SERIAL_NUMBER=19075
"""
LSCPU = """Architecture:        x86_64
Model name:          Intel(R) Core(TM)2 Duo CPU     P8600  @ 2.40GHz
Core(s) per socket:  2
Socket(s):           1
"""


def of(text: str) -> HardwareFound:
    return read_document(Document("stick.txt", text.encode()))


def machine_of(text: str) -> MachineFound:
    machine = of(text).machine
    assert machine is not None
    return machine


def test_several_outputs_become_one_machine() -> None:
    text = (
        f"# a stick\n=== lshw-json\n{json.dumps(ex.lshw(ex.SATA))}\n"
        f"=== dmidecode\n{ex.DMIDECODE}\n=== smartctl-json\n{json.dumps([ex.smart(), ex.SMART_NVME])}\n"
        f"=== battery\n{BATTERY}\n=== tpm\n2\n=== efi\nno\n=== nwipe\n[log]\n=== net\nenp3s2 00:c0:10:fe:fe:11 1000\n"
    )
    found = of(text)
    machine = found.machine
    assert (found.reader, found.software) == ("bundle", "lshw, dmidecode 3.3, smartctl 7.3")
    assert found.made_at is not None
    assert machine is not None
    assert (machine.manufacturer, machine.model, machine.serial) == ("Lenovo", "ThinkPad X1 Carbon 5th", "PF0QMY5X")
    assert (machine.asset_tag, machine.tpm_version, machine.uefi) == ("UOE-004711", "2.0", False)
    assert machine.memory_bytes == 16 * 2**30
    assert machine.macs == ("6c:62:6d:81:4d:ae",)
    assert machine.battery == BatteryFound("19075", design_mwh=62160, full_mwh=22167, cycles=310, health_percent=36)
    assert [(each.serial, each.health) for each in machine.drives] == [
        ("S2AJ3XHB", "passed"),
        ("S35ANX0J401001", "failed"),
    ]
    assert machine.lists_drives
    assert found.notes == ("SAMSUNG MZVLW1T0HMLH-000L7 is told by smartctl alone; it is taken as part of the machine.",)


def test_a_section_that_is_broken_or_unknown_is_left_out_and_told_of() -> None:
    found = of(f"=== lshw-json\n{{\n=== dmidecode\n{ex.DMIDECODE}\n=== lsblk\nsda\n=== lscpu\nnothing\n")
    assert found.machine is not None
    assert found.machine.serial == "PF0QMY5X"
    assert [each[:30] for each in found.notes] == [
        "The section lshw-json was left",
        "The section lsblk is not known",
        "The section lscpu says nothing",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"=== lscpu\n{LSCPU}", "no report of a machine"),
        (f"=== smartctl\n{ex.SMART_TEXT}", "no report of a machine"),
        ("=== dmidecode\n\n=== lshw-json\n\n", "Its sections are empty"),
        ("=== lshw-xml\n<node", "lshw-xml was left out"),
    ],
)
def test_a_bundle_without_a_machine_is_refused_by_its_defect(text: str, says: str) -> None:
    with pytest.raises(ValidationRefused, match=says):
        of(text)


def test_what_has_no_heading_is_refused_when_it_is_forced() -> None:
    with pytest.raises(ValidationRefused, match="heading"):
        read_document(Document("x", b"x"), "bundle")


@pytest.mark.parametrize(
    ("section", "text", "expected"),
    [
        ("lscpu", LSCPU, {"cpu_model": "Intel Core 2 Duo CPU P8600 @ 2.40GHz", "cpu_cores": 2, "cpu_count": 1}),
        ("lscpu", "Model name: Fast CPU\n", {"cpu_model": "Fast CPU", "cpu_cores": None}),
        ("net", "wlp0s19f2u1 18:d6:c7:0c:ad:c3\nenp4s2 00:c0:10:fe:fe:22 1000\nlo 00:00:00:00:00:00\n", {"macs": ("00:c0:10:fe:fe:22",)}),
        ("net", "eno1 UP 00:c0:10:fe:fe:22 <UP>\neno1\nveth1 00:c0:10:fe:fe:24\n", {"macs": ("00:c0:10:fe:fe:22",)}),
        ("tpm", "1\n", {"tpm_version": "1.2"}),
        ("efi", "yes\n", {"uefi": True}),
        (
            "battery",
            "POWER_SUPPLY_ENERGY_FULL_DESIGN=57000000\nPOWER_SUPPLY_ENERGY_FULL=53600000\nPOWER_SUPPLY_CYCLE_COUNT=0\n",
            {"battery": BatteryFound("0431", design_mwh=57000, full_mwh=53600, health_percent=94)},
        ),
        (
            "battery",
            "POWER_SUPPLY_CHARGE_FULL_DESIGN=5600000\n",
            {"battery": BatteryFound(serial="0431", design_mwh=57000)},
        ),
    ],
)  # fmt: skip
def test_a_small_output_adds_its_word(section: str, text: str, expected: dict[str, object]) -> None:
    dmi = ex.DMIDECODE.replace("\tVersion: Intel(R) Core(TM) i7-7500U CPU @ 2.70GHz\n", "").replace(
        "Core Count: 2", "x"
    )
    machine = machine_of(f"=== dmidecode\n{dmi}\n=== {section}\n{text}")
    for field, value in expected.items():
        assert getattr(machine, field) == value


@pytest.mark.parametrize(("section", "text"), [("tpm", "9"), ("efi", "maybe"), ("battery", "X=1"), ("net", "eno1 x")])
def test_a_small_output_that_says_nothing_is_told_of(section: str, text: str) -> None:
    assert (
        f"The section {section} says nothing" in of(f"=== dmidecode\n{ex.DMIDECODE}\n=== {section}\n{text}\n").notes[0]
    )


def folder(name: str, **files: str) -> list[tuple[str, str]]:
    return [(f"{name}/{stem}.txt", text) for stem, text in files.items()]


def zipped(files: list[tuple[str, str]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files:
            archive.writestr(name, text)
    return buffer.getvalue()


def test_the_files_of_a_folder_are_one_machine_and_other_files_stay_alone() -> None:
    board = "# dmidecode 3.0\n\nHandle 0x0002, DMI type 2, 8 bytes\nBase Board Information\n"
    board += "\tManufacturer: LENOVO\n\tProduct Name: 2718V8C\n\tSerial Number: VQ1FF05G1XX\n"
    chassis = "# dmidecode 3.0\n\nHandle 0x0003, DMI type 3, 8 bytes\nChassis Information\n\tType: Notebook\n"
    files = folder("r500", baseboard=board, chassis=chassis, lscpu=LSCPU, lspci="x", net="eno1 00:c0:10:fe:fe:22")
    files += folder("r501", baseboard=board.replace("XX", "YY"), chassis=chassis, glxinfo="", smartctl="[]")
    found = list(reports_in("all.zip", zipped([*files, ("smart.txt", ex.SMART_TEXT), ("lscpu.txt", LSCPU)])))
    assert [each.name for each in found] == ["all.zip/r500", "all.zip/r501", "all.zip/smart.txt", "all.zip/lscpu.txt"]
    first, second = found[:2]
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    machine = read_document(first).machine
    assert machine is not None
    assert (machine.manufacturer, machine.model, machine.board_serial) == ("Lenovo", "2718V8C", "VQ1FF05G1XX")
    assert (machine.kind, machine.cpu_cores, machine.macs) == ("laptop", 2, ("00:c0:10:fe:fe:22",))
    other = read_document(second).machine
    assert other is not None
    assert other.board_serial == "VQ1FF05G1YY"


def test_a_set_larger_than_one_report_may_be_is_refused() -> None:
    large = b"x" * (LARGEST // 2 + 1)
    documents: list[Document | Refused] = [
        Document("f/baseboard.txt", large),
        Document("f/chassis.txt", large),
        Refused("f/x", "no"),
    ]
    assert [type(each) for each in gathered(documents)] == [Refused, Refused]


def test_no_more_files_are_kept_than_a_set_has() -> None:
    documents = [Document("f/net.txt", b"x")] * 45
    assert len(list(gathered(documents))) == 45


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LSCPU, "is lscpu alone"),
        ("00:1f.6 Ethernet controller: Intel\n", "is lspci alone"),
        ("name of display: :0\n", "is glxinfo alone"),
        ("# decode-dimms version 6250\n", "is decode-dimms alone"),
        ("[    0.000000] Linux version 5\n", "is dmesg alone"),
        ("eno1 00:c0:10:fe:fe:22 1000\n", "is a list of network addresses alone"),
        ("[]", "is an empty list of smartctl alone"),
        ("mobo\n", "is a place of the graphics card alone"),
    ],
)
def test_a_part_of_a_set_alone_is_refused_and_says_what_to_do(text: str, says: str) -> None:
    with pytest.raises(
        ValidationRefused, match=rf"{says} and names no machine; send the files of one machine together"
    ):
        of(text)


def test_a_part_that_is_none_is_refused_when_it_is_forced() -> None:
    with pytest.raises(ValidationRefused, match="one part of a set alone"):
        read_document(Document("x", b"hello"), "peracotta")
