"""lshw, as JSON and as XML: one tree, one machine; what is not part of it stays out."""

import json
from typing import Any

import pytest

from inventory.errors import ValidationRefused
from inventory.intake.findings import BatteryFound, DriveFound, HardwareFound
from inventory.intake.reading import read_document
from inventory.reading.documents import Document
from tests.intake.readers import examples as ex


def of_json(tree: Any) -> HardwareFound:
    return read_document(Document("a.json", json.dumps(tree).encode()))


def of_xml(text: str) -> HardwareFound:
    return read_document(Document("a.xml", text.encode()))


BOTH = pytest.mark.parametrize(
    ("read", "key"),
    [(of_json, "lshw_json"), (lambda tree: of_xml(ex.lshw_xml(tree)), "lshw_xml")],
    ids=["json", "xml"],
)


@BOTH
def test_a_machine_is_read_whole(read: Any, key: str) -> None:
    found = read(ex.lshw(ex.SATA, ex.STICK, ex.CDROM, ex.SD_CARD))
    machine = found.machine
    assert found.reader == key
    assert machine is not None
    assert (machine.kind, machine.manufacturer, machine.model) == ("desktop", "HP", "Compaq 8100 Elite SFF PC")
    assert (machine.serial, machine.sku, machine.chassis) == ("CZC0408YPX", "AY032AV", "low-profile")
    assert machine.uuid == "e8aa1d7c-c3d3-df11-bbda-6d814dae6c62"
    assert (machine.board_manufacturer, machine.board_model, machine.board_serial) == ("HP", "304Ah", "BOARD7788")
    assert (machine.cpu_model, machine.cpu_cores, machine.cpu_count) == ("Intel Core i3 CPU 530 @ 2.93GHz", 2, 1)
    assert (machine.memory_bytes, machine.memory_modules) == (8 * 2**30, 2)
    assert machine.macs == ("6c:62:6d:81:4d:ae",)
    assert (machine.firmware_version, machine.firmware_date, machine.uefi) == ("786H1 v01.05", "2010-06-09", True)
    assert machine.drives == (
        DriveFound(
            serial="S2AJ3XHB",
            manufacturer="Seagate",
            model="ST500DM002-1BD14",
            medium="hdd",
            capacity_bytes=500_107_862_016,
            firmware="KC65",
            interface="sata",
        ),
    )
    assert machine.lists_drives
    assert found.notes == ()


@BOTH
def test_an_nvme_drive_and_an_emmc_are_drives_of_their_own_media(read: Any, key: str) -> None:
    machine = read(ex.lshw(ex.NVME, ex.EMMC)).machine
    assert [(each.medium, each.interface, each.serial, each.capacity_bytes) for each in machine.drives] == [
        ("nvme", "nvme", "S35ANX0J401001", 1_024_209_543_168),
        ("emmc", "mmc", "164002", 31_268_536_320),
    ]


HIDING = {
    "old NVMe": {"id": "storage", "class": "storage", "description": "Non-Volatile memory controller"},
    "RAID": {"id": "raid", "class": "storage", "configuration": {"driver": "megaraid_sas"}},
    "RAID volume": {"id": "disk", "class": "disk", "product": "PERC H710", "serial": "00aabbccdd", "size": 10**12},
}


@pytest.mark.parametrize("node", HIDING.values(), ids=HIDING)
def test_what_hides_drives_is_told_and_a_missing_drive_then_means_nothing(node: dict[str, Any]) -> None:
    found = of_json(ex.lshw(ex.SATA, node))
    assert found.machine is not None
    assert [each.serial for each in found.machine.drives] == ["S2AJ3XHB"]
    assert not found.machine.lists_drives
    assert len(found.notes) == 1


def test_a_large_disc_on_usb_is_left_out_and_told_of() -> None:
    found = of_json(ex.lshw(ex.SATA, ex.CASE))
    assert found.machine is not None
    assert [each.serial for each in found.machine.drives] == ["S2AJ3XHB"]
    assert found.notes == ("Left out: Big Case hangs on USB.",)


def test_a_report_without_drives_does_not_prove_that_there_are_none() -> None:
    found = of_json(ex.lshw(ex.STICK))
    assert found.machine is not None
    assert found.machine.drives == ()
    assert not found.machine.lists_drives
    assert "names no drive" in found.notes[0]


def test_a_disc_by_its_speed_and_an_old_ide_disc() -> None:
    turning = {"id": "disk", "class": "disk", "product": "Widget", "size": 10**11, "capabilities": {"7200rpm": "x"}}
    ide = {"id": "disk", "class": "disk", "product": "Gadget", "size": 10**10, "businfo": "ide@0.0"}
    machine = of_json(ex.lshw(turning, ide)).machine
    assert machine is not None
    assert [(each.medium, each.interface) for each in machine.drives] == [("hdd", None), (None, "ide")]


def test_a_disc_that_says_nothing_and_a_small_case_on_usb_leave_no_trace() -> None:
    silent = {"id": "disk", "class": "disk", "size": 10**11}
    small = {**ex.CASE, "children": [{"id": "disk", "class": "disk", "product": "Case", "size": 10**10}]}
    other = {"id": "device", "class": "generic", "description": "Fingerprint reader"}
    sd_disc = {"id": "disk", "class": "disk", "product": "SC64G", "serial": "55667788", "capabilities": {"sd": True}}
    radio = {"id": "device", "class": "generic", "description": "SD/MMC Device", "product": "WL18", "serial": "123987"}
    card = {"id": "card", "class": "generic", "description": "SD Card", "product": "SC64G"}
    found = of_json(ex.lshw(ex.SATA, silent, small, other, radio, card, sd_disc))
    assert found.machine is not None
    assert (len(found.machine.drives), found.notes) == (1, ())


def test_the_same_disc_on_two_paths_counts_once() -> None:
    machine = of_json(ex.lshw(ex.SATA, ex.SATA)).machine
    assert machine is not None
    assert len(machine.drives) == 1


def test_fillers_give_way_to_the_board() -> None:
    tree = ex.lshw(ex.SATA, vendor="System manufacturer", product="System Product Name", serial="System Serial Number")
    machine = of_json(tree).machine
    assert machine is not None
    assert (machine.manufacturer, machine.model, machine.serial) == ("HP", "304Ah", None)


def test_a_battery_makes_a_laptop_of_an_unknown_name() -> None:
    tree = ex.lshw(ex.SATA, vendor="Acme", product="Book", configuration={"chassis": "other"})
    battery = {"id": "battery", "class": "power", "product": "B1", "units": "mWh", "capacity": 62160, "serial": "4A831"}
    empty = {"id": "battery", "class": "power", "product": "To Be Filled By O.E.M.", "capacity": 65}
    tree["children"] += [empty, battery]
    machine = of_json(tree).machine
    assert machine is not None
    assert machine.kind == "laptop"
    assert machine.battery == BatteryFound(serial="4A831", design_mwh=62160)


def test_memory_of_an_old_version_is_the_sum_of_its_banks() -> None:
    tree = ex.lshw(ex.SATA)
    del tree["children"][0]["children"][1]["size"]
    machine = of_json(tree).machine
    assert machine is not None
    assert machine.memory_bytes == 8 * 2**30


def test_what_graphics_took_of_the_memory_is_fitted_all_the_same() -> None:
    tree = ex.lshw(ex.SATA)
    tree["children"][0]["children"][1]["size"] = 8_000_000_000
    machine = of_json(tree).machine
    assert machine is not None
    assert machine.memory_bytes == 8 * 2**30


def test_a_date_in_brackets_behind_the_version_of_the_firmware_is_its_date() -> None:
    tree = ex.lshw(ex.SATA)
    firmware = tree["children"][0]["children"][0]
    del firmware["date"]
    firmware["version"] = "07.00T (02/26/2003)"
    machine = of_json(tree).machine
    assert machine is not None
    assert (machine.firmware_version, machine.firmware_date) == ("07.00T", "2003-02-26")


def test_a_list_of_one_and_commas_forgotten_are_read() -> None:
    assert of_json([ex.lshw(ex.SATA)]).machine == of_json(ex.lshw(ex.SATA)).machine
    text = json.dumps(ex.lshw(ex.SATA), indent=2).replace('",\n          "vendor"', '"\n          "vendor"', 1)
    with pytest.raises(ValueError, match="delimiter"):
        json.loads(text)
    assert read_document(Document("a.json", text.encode())).machine == of_json(ex.lshw(ex.SATA)).machine


def test_xml_in_a_list_with_a_head_and_forbidden_characters_is_read() -> None:
    node = ex.lshw_xml(ex.lshw(ex.SATA, serial="CZC04\x0108YPX"))
    found = of_xml(f'<?xml version="1.0"?>\n<!-- generated by lshw-B.02.18 -->\n<list>{node}</list>')
    assert found.software == "lshw B.02.18"
    assert found.machine is not None
    assert found.machine.serial == "CZC0408YPX"


def test_without_root_rights_a_machine_that_is_not_named_is_refused_for_that() -> None:
    tree = {"id": "hub", "class": "system", "children": [{"id": "core", "class": "bus", "children": [ex.SATA]}]}
    with pytest.raises(ValidationRefused, match=r"cannot be told from others. lshw ran without root rights"):
        of_json(tree)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", '{"id": "hub", "class": "system", "children": [', "not valid JSON"),
        ("a.xml", '<node class="system" id="x"><node', "not well-formed XML"),
        ("a.xml", '<list><node id="disk" class="disk"/></list>', "does not begin with a system node"),
        ("a.xml", "<list></list><!-- lshw -->", "does not begin with a system node"),
    ],
)
def test_a_broken_report_is_refused_by_its_defect(name: str, content: str, says: str) -> None:
    with pytest.raises(ValidationRefused, match=says):
        read_document(Document(name, content.encode()))


def test_a_part_of_a_machine_is_refused_when_it_is_forced() -> None:
    with pytest.raises(ValidationRefused, match="system node"):
        read_document(Document("a.json", json.dumps(ex.SATA).encode()), "lshw_json")
    with pytest.raises(ValidationRefused, match="well-formed"):
        read_document(Document("a.json", b"{}"), "lshw_xml")


def test_entities_are_never_expanded() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaa">]><node id="x" class="system">&a;</node>'
    with pytest.raises(ValidationRefused):
        of_xml(bomb)
