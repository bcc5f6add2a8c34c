"""Workbench snapshots of each generation: lists of components, outputs of tools, both, wrapped, and what is none."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from inventory.errors import ValidationRefused
from inventory.intake.findings import BatteryFound, DriveFound, HardwareFound
from inventory.intake.reading import read_document
from inventory.reading.documents import Document
from tests.intake.readers import examples as ex


def of(data: Any, name: str = "snapshot.json") -> HardwareFound:
    return read_document(Document(name, json.dumps(data).encode()))


def tools(**data: Any) -> dict[str, Any]:
    return {
        "type": "Snapshot",
        "uuid": "522a4403-bfb3-4fe6-b454-4db6c3040a58",
        "software": "workbench-script",
        "version": "0.0.1",
        "timestamp": "2024-12-13T14:04:49.412646",
        "data": data,
    }


def test_a_list_of_components_is_read_whole() -> None:
    found = of(ex.snapshot())
    machine = found.machine
    assert (found.reader, found.software) == ("workbench_snapshot", "Workbench 11.0b9")
    assert found.made_at == datetime(2019, 9, 10, 10, 44, 41, tzinfo=UTC)
    assert found.report_id == "9c169711-3d72-4e6c-aabf-de9b3af56b54"
    assert machine is not None
    assert (machine.kind, machine.manufacturer, machine.model) == ("laptop", "Acer", "AOHAPPY")
    assert (machine.serial, machine.board_serial) == ("LUSEA0D010038879A01699", None)
    assert (machine.cpu_model, machine.cpu_cores, machine.cpu_count) == ("Intel Atom CPU N450 @ 1.66GHz", 1, 1)
    assert (machine.memory_bytes, machine.memory_modules) == (2**30, 1)
    assert (machine.macs, machine.firmware_date) == (("88:ae:1d:a6:f3:d0",), "2010-08-12")
    assert machine.battery == BatteryFound(cycles=300, health_percent=29)
    assert machine.drives == (
        DriveFound(
            serial="WD-WX11A80W7499",
            manufacturer="Western Digital",
            model="WDC WD1600BEVT-2",
            medium="hdd",
            capacity_bytes=160_041_885_696,
            firmware="1A01",
            interface="sata",
            health="passed",
            power_on_hours=4692,
            bad_sectors=3,
        ),
    )
    assert machine.lists_drives


def test_yaml_and_the_names_of_version_10_are_read() -> None:
    text = """
"@type": devices:Snapshot
_uuid: d0bbf629-c081-4f25-8b34-6619bca6fb46
snapshotSoftware: Workbench
version: 10.0b5
date: '2018-05-09T10:32:15'
device: {"@type": Computer, type: Desktop, manufacturer: LENOVO, model: 7220A91, serialNumber: LMCVFMX}
components:
- {"@type": Processor, model: Intel Core2 Duo CPU E8400 @ 3.00GHz, numberOfCores: 2}
- "@type": HardDrive
  interface: "ata\\n"
  model: ST3250318AS
  serialNumber: 6VMB1A99
  size: 238475
  test: {"@type": TestHardDrive, assessment: true, lifetime: 16947}
  type: HDD
"""
    found = read_document(Document("old.yaml", text.encode()))
    machine = found.machine
    assert (found.software, found.report_id) == ("Workbench 10.0b5", "d0bbf629-c081-4f25-8b34-6619bca6fb46")
    assert machine is not None
    assert (machine.manufacturer, machine.model, machine.kind) == ("Lenovo", "7220A91", "desktop")
    (drive,) = machine.drives
    assert (drive.serial, drive.capacity_bytes, drive.health) == ("6VMB1A99", 250_059_350_016, "passed")


def test_outputs_of_tools_are_merged_and_smartctl_completes_the_drives() -> None:
    stick = {**ex.SMART_USB, "serial_number": "STICK77889"}
    data = {"lshw": ex.lshw(ex.SATA, ex.STICK), "smart": [ex.smart(), stick, ex.SMART_FAILED]}
    found = of(tools(**data))
    machine = found.machine
    assert machine is not None
    (drive,) = machine.drives
    assert (drive.serial, drive.model, drive.health) == ("S2AJ3XHB", "ST500DM002-1BD142", "passed")
    assert machine.lists_drives
    assert found.notes == (
        "smartctl: /dev/sdc: Unknown USB bridge [0x1].",
        "Left out: TOSHIBA MQ01ABD050 hangs on USB.",
    )


@pytest.mark.parametrize("wrap", [json.dumps, lambda data: data], ids=["as text", "as objects"])
def test_outputs_may_be_text_in_the_text(wrap: Any) -> None:
    machine = of(tools(smartctl=wrap([ex.smart()]), lshw=wrap(ex.lshw(ex.SATA)))).machine
    assert machine is not None
    assert machine.serial == "CZC0408YPX"
    assert len(machine.drives) == 1


def test_where_nothing_else_lists_drives_inxi_does_and_it_tells_of_the_battery() -> None:
    found = of(tools(dmidecode=ex.DMIDECODE, smartctl='[""]', inxi=ex.INXI))
    machine = found.machine
    assert machine is not None
    assert (machine.manufacturer, machine.serial, machine.uefi) == ("Lenovo", "PF0QMY5X", True)
    assert machine.battery == BatteryFound("10731", design_mwh=57000, full_mwh=53600, cycles=738, health_percent=94)
    assert machine.macs == ("00:28:f8:a6:d5:7e",)
    (drive,) = machine.drives
    assert (drive.serial, drive.medium, drive.capacity_bytes) == ("S35ANX0J401001", "nvme", 1_024_209_543_168)
    assert not machine.lists_drives


@pytest.mark.parametrize(
    ("told", "field", "value"),
    [
        ({"006#0#2#size": "953 parsecs"}, "capacity_bytes", None),
        ({"006#0#2#size": "931.00 GiB"}, "capacity_bytes", 999_653_638_144),
        ({"003#1#1#ID": "/dev/mmcblk0"}, "medium", "emmc"),
        ({"003#1#1#ID": "/dev/sda", "010#0#2#sata": "3.1"}, "interface", "sata"),
        ({"003#1#1#ID": "/dev/sda", "007#0#2#type": "HDD"}, "medium", "hdd"),
    ],
)
def test_a_drive_that_inxi_names_is_told_or_left_open(told: dict[str, str], field: str, value: object) -> None:
    data = json.loads(ex.INXI)
    data[3]["008#1#0#Drives"][1].update(told)
    data[1]["001#1#0#Battery"][0] = {"002#0#2#condition": "N/A", "009#0#2#cycles": "many"}
    data[0]["odd"] = 1
    machine = of(tools(dmidecode=ex.DMIDECODE, inxi=data)).machine
    assert machine is not None
    assert getattr(machine.drives[0], field) == value
    assert machine.battery == BatteryFound(serial="0431", design_mwh=57000)


def test_what_inxi_did_not_print_adds_nothing() -> None:
    odd: Any
    for odd in ("no json", "{", "[]", [], {"000#1#0#CPU": []}):
        machine = of(tools(dmidecode=ex.DMIDECODE, inxi=odd)).machine
        assert machine is not None
        assert machine.drives == ()


def test_an_nvme_drive_that_lshw_does_not_see_is_asked_for_until_smartctl_tells_it() -> None:
    unseen = ex.lshw(ex.SATA, {"id": "storage", "class": "storage", "description": "Non-Volatile memory controller"})
    assert "add smartctl" in of(tools(lshw=unseen)).notes[0]
    found = of(tools(lshw=unseen, smart=[ex.SMART_NVME]))
    assert found.notes == ()
    assert found.machine is not None
    assert [each.medium for each in found.machine.drives] == ["hdd", "nvme"]
    assert not found.machine.lists_drives


def test_a_signed_envelope_is_opened() -> None:
    inner = tools(lshw=ex.lshw(ex.SATA))
    for outer in ({"type": "DeviceSnapshotV1", "data": inner}, {"type": "VC", "credentialSubject": inner}):
        found = of(outer)
        assert found.machine == of(inner).machine
        assert found.report_id == inner["uuid"]


def test_the_lshw_kept_beside_components_completes_them_and_adds_no_drive() -> None:
    other = {**ex.SATA, "serial": "OTHER77889", "product": "ST1000DM003"}
    same = {**ex.SATA, "serial": "WD-WX11A80W7499", "product": "WDC WD1600BEVT-2", "size": 160_041_885_696}
    found = of(ex.snapshot(debug={"lshw": ex.lshw(same, other)}))
    assert found.machine is not None
    assert [each.serial for each in found.machine.drives] == ["WD-WX11A80W7499"]
    assert found.machine.uuid == "e8aa1d7c-c3d3-df11-bbda-6d814dae6c62"
    assert "lshw names 1 drive(s) that the list of components does not." in found.notes


def test_parts_that_are_broken_leave_the_others_standing() -> None:
    found = of(tools(lshw='{"id": "x", "class": ', dmidecode=ex.DMIDECODE))
    assert found.machine is not None
    assert found.machine.serial == "PF0QMY5X"
    assert found.notes == ("The part of lshw was left out: it is not valid JSON.",)
    found = of(tools(lshw=ex.lshw(ex.SATA), dmidecode="# dmidecode 3.3\n"))
    assert found.machine is not None
    assert found.notes[0].startswith("The part of dmidecode was left out: ")


@pytest.mark.parametrize(
    ("told", "kind"),
    [("Mobile", "phone"), ("Keyboard", "other"), ("Monitor", "monitor"), ("Tablet", "tablet"), ("Server", "server")],
)
def test_what_is_no_computer_is_of_the_kind_it_says(told: str, kind: str) -> None:
    device = {"type": told, "manufacturer": "Acme", "model": "Thing"}
    machine = of({"type": "Snapshot", "device": device}).machine
    assert machine is not None
    assert (machine.kind, machine.lists_drives) == (kind, False)


@pytest.mark.parametrize(
    ("told", "when"),
    [
        ("2022-04-09_10h51m48s", datetime(2022, 4, 9, 10, 51, 48, tzinfo=UTC)),
        ("2022-04-01 05:49:25.051400", datetime(2022, 4, 1, 5, 49, 25, 51400, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00:00", None),
        ("soon", None),
    ],
)
def test_the_time_is_read_in_the_forms_that_versions_wrote(told: str, when: datetime | None) -> None:
    assert of(ex.snapshot(endTime=told)).made_at == when


def test_an_id_of_zeros_is_none() -> None:
    assert of(ex.snapshot(uuid="00000000-0000-0000-0000-000000000000")).report_id is None


def test_a_solid_state_drive_and_an_nvme_drive_are_told_apart() -> None:
    drives = [
        {"type": "SolidStateDrive", "model": "Widget", "serialNumber": "AB12345", "size": "160042.0 MB"},
        {"type": "DataStorage", "model": "Gadget", "serialNumber": "AB12346", "interface": "NVMe", "size": None},
        {"type": "HardDrive", "model": "Tiny", "serialNumber": "AB12349", "size": True},
    ]
    machine = of(ex.snapshot(components=drives)).machine
    assert machine is not None
    assert [(each.medium, each.interface, each.capacity_bytes) for each in machine.drives] == [
        ("ssd", None, 160_041_885_696),
        ("nvme", "nvme", None),
        (None, None, None),
    ]
    assert replace(machine, drives=()).memory_bytes is None


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"type": "StressTest", "elapsed": 300}, r"one step \(StressTest\) and names no machine"),
        ({"device": {"type": "Desktop"}, "components": []}, 'lacks "type": "Snapshot"'),
        ({"type": "Snapshot"}, "neither a device nor the output of a tool"),
        ({"type": "Snapshot", "device": {}}, "tells of no machine"),
        (tools(lshw="{", smart=[]), "lshw was left out: it is not valid JSON"),
        (
            ex.snapshot(device={"type": "Desktop"}, components=[{"type": "Processor", "model": "Fast CPU"}]),
            "told from others",
        ),
    ],
)
def test_what_tells_of_no_machine_is_refused_by_its_defect(data: Any, says: str) -> None:
    with pytest.raises(ValidationRefused, match=says):
        of(data)


@pytest.mark.parametrize("content", ['{"type": "Snapshot", "dev', '{\n "type" : "DeviceSnapshotV1", '])
def test_a_snapshot_that_was_cut_off_is_refused_as_such(content: str) -> None:
    with pytest.raises(ValidationRefused, match="cut off"):
        read_document(Document("s.json", content.encode()))
