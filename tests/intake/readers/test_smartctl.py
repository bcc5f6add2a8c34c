"""smartctl, as JSON and as text: drives in no machine, each with its health."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from inventory.errors import ValidationRefused
from inventory.intake.findings import DriveFound, HardwareFound
from inventory.intake.reading import read_document
from inventory.reading.documents import Document
from tests.intake.readers import examples as ex


def of(data: Any) -> HardwareFound:
    return read_document(Document("smart.json", json.dumps(data).encode()))


def of_text(text: str) -> HardwareFound:
    return read_document(Document("smart.txt", text.encode()))


def test_a_disc_is_read_whole() -> None:
    found = of(ex.smart())
    assert (found.reader, found.software, found.machine) == ("smartctl_json", "smartctl 7.3", None)
    assert found.made_at == datetime(2022, 2, 21, 14, 16, 12, tzinfo=UTC)
    assert found.drives == (
        DriveFound(
            serial="S2AJ3XHB",
            manufacturer="Seagate",
            model="ST500DM002-1BD142",
            medium="hdd",
            capacity_bytes=500_107_862_016,
            firmware="KC65",
            interface="sata",
            health="passed",
            power_on_hours=42_593,
            bad_sectors=4,
        ),
    )


def test_an_nvme_drive_tells_how_far_it_is_used() -> None:
    (drive,) = of(ex.SMART_NVME).drives
    assert (drive.medium, drive.interface, drive.health) == ("nvme", "nvme", "failed")
    assert (drive.percent_used, drive.bad_sectors, drive.capacity_bytes) == (102, 4, 1_024_209_543_168)


def test_a_list_gives_each_drive_once_and_says_what_it_leaves_out() -> None:
    found = of([ex.smart(), ex.SMART_USB, ex.SMART_FAILED, ex.smart(), ex.smart(serial_number="X", model_name="0")])
    assert [each.serial for each in found.drives] == ["S2AJ3XHB", "USB556677"]
    assert found.notes == (
        "Left out: /dev/sdc: Unknown USB bridge [0x1].",
        "Left out: /dev/sda told neither model nor serial number.",
    )


@pytest.mark.parametrize(
    ("told", "field", "value"),
    [
        ({"rotation_rate": 0}, "medium", "ssd"),
        ({"rotation_rate": None, "trim": {"supported": True}}, "medium", "ssd"),
        ({"rotation_rate": None}, "medium", "hdd"),
        ({"rotation_rate": None, "model_name": "Widget"}, "medium", None),
        ({"rotation_rate": 0, "device": {"protocol": "SCSI"}, "model_name": "Widget"}, "medium", None),
        ({"sata_version": None}, "interface", None),
        ({"sata_version": None, "scsi_transport_protocol": {"name": "SAS (SPL-4)"}}, "interface", "sas"),
        ({"power_on_time": {"hours": 4_661_094}}, "power_on_hours", None),
        ({"smart_status": {}}, "health", None),
        ({"smart_status": {"passed": "yes"}}, "health", None),
        ({"ata_smart_attributes": None}, "bad_sectors", None),
        ({"ata_smart_attributes": None, "scsi_grown_defect_list": 7}, "bad_sectors", 7),
        ({"endurance_used": {"current_percent": 12}}, "percent_used", 12),
        ({"endurance_used": {"current_percent": 4000}}, "percent_used", None),
        (
            {
                "ata_device_statistics": {
                    "pages": [{"table": [{"name": "Percentage Used Endurance Indicator", "value": 3}, {"name": "x"}]}]
                }
            },
            "percent_used",
            3,
        ),
    ],
)
def test_a_field_is_told_or_left_open(told: dict[str, Any], field: str, value: Any) -> None:
    (drive,) = of(ex.smart(**told)).drives
    assert getattr(drive, field) == value


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (ex.SMART_FAILED, "Unknown USB bridge"),
        (ex.smart(model_name=None, serial_number=None), "neither model nor serial"),
        (ex.smart(model_name="Msft Virtual Disk", serial_number=None), "virtual disc"),
        (ex.smart(model_name="PERC H710", serial_number="00aabbccee"), "made by a RAID controller"),
        (ex.smart(user_capacity={"bytes": 5_000_000}), "smaller than 1 GB"),
    ],
)
def test_what_is_no_drive_is_refused_by_its_defect(data: Any, says: str) -> None:
    with pytest.raises(ValidationRefused, match=says):
        of(data)


def test_other_json_is_refused_when_it_is_forced() -> None:
    with pytest.raises(ValidationRefused, match="not what smartctl --json prints"):
        read_document(Document("a.json", b"[1]"), "smartctl_json")


def test_the_text_of_a_disc_is_read_whole() -> None:
    found = of_text(ex.SMART_TEXT)
    assert (found.reader, found.software) == ("smartctl_text", "smartctl 7.2")
    assert found.made_at == datetime(2022, 2, 21, 15, 16, 12, tzinfo=UTC)
    assert found.drives == (
        DriveFound(
            serial="WD-WCC6Z7HHHHHH",
            manufacturer="Western Digital",
            model="WDC WD5000AZLX-08K2TA0",
            medium="hdd",
            capacity_bytes=500_107_862_016,
            firmware="01.01A01",
            interface="sata",
            health="failed",
            percent_used=7,
            power_on_hours=2558,
            bad_sectors=10,
        ),
    )


def test_several_runs_in_one_text_are_several_drives() -> None:
    drives = of_text(ex.SMART_TEXT + ex.SMART_TEXT_NVME + ex.SMART_TEXT_SAS).drives
    assert [(each.serial, each.medium, each.interface, each.health) for each in drives] == [
        ("WD-WCC6Z7HHHHHH", "hdd", "sata", "failed"),
        ("50026B7AB42CCC", "nvme", "nvme", "passed"),
        ("S0M1ABCD", "hdd", "sas", "passed"),
    ]
    assert (drives[1].percent_used, drives[1].power_on_hours, drives[1].bad_sectors) == (9, 1827, 0)
    assert (drives[2].bad_sectors, drives[2].capacity_bytes) == (5, 600_127_266_816)
    assert (drives[2].percent_used, drives[2].power_on_hours) == (3, 55_120)


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("7200 rpm", "Solid State Device", "medium", "ssd"),
        ("Rotation Rate:    7200 rpm", "TRIM Command:     Available", "medium", "ssd"),
        ("SATA Version is:  SATA 3.1", "Other:  x", "interface", None),
        ("SMART overall-health self-assessment test result: FAILED!", "", "health", None),
    ],
)
def test_a_line_of_the_text_is_told_or_left_open(old: str, new: str, field: str, value: Any) -> None:
    (drive,) = of_text(ex.SMART_TEXT.replace(old, new)).drives
    assert getattr(drive, field) == value


@pytest.mark.parametrize("told", ["Mon Feb 21 15:16:12 2022 CET", "Mon Xxx 21 15:16:12 2022 UTC", "today"])
def test_a_time_in_a_zone_that_is_not_certain_is_left_open(told: str) -> None:
    assert of_text(ex.SMART_TEXT.replace("Mon Feb 21 15:16:12 2022 UTC", told)).made_at is None


@pytest.mark.parametrize(
    ("tail", "says"),
    [
        ("Smartctl open device: /dev/sda failed: Permission denied\n", "Permission denied"),
        ("=== START OF INFORMATION SECTION ===\nnothing\n", "neither model nor serial"),
    ],
)
def test_a_text_without_a_drive_is_refused_by_its_defect(tail: str, says: str) -> None:
    head = "smartctl 7.2 2020-12-30 r5155 [x86_64-linux-5.10.0]\nCopyright (C) 2002-20, Bruce Allen\n\n"
    with pytest.raises(ValidationRefused, match=says):
        of_text(head + tail)


def test_a_text_whose_head_was_cut_off_is_still_read() -> None:
    found = of_text(ex.SMART_TEXT.partition("\n\n")[2])
    assert found.software == "smartctl"
    assert len(found.drives) == 1
