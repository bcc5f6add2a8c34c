"""Small reports made up for the tests: a machine each, with the traps that real ones hold."""

import json
from typing import Any

STICK = {
    "id": "usb:1",
    "class": "storage",
    "description": "Mass storage device",
    "businfo": "usb@1:3",
    "serial": "0000001",
    "configuration": {"driver": "usb-storage"},
    "children": [
        {
            "id": "disk",
            "class": "disk",
            "description": "SCSI Disk",
            "product": "Travel Stick",
            "businfo": "scsi@3:0.0.0",
            "size": 4_045_930_496,
            "capabilities": {"removable": "support is removable"},
        }
    ],
}
CASE = {
    "id": "usb:2",
    "class": "storage",
    "businfo": "usb@1:4",
    "configuration": {"driver": "uas"},
    "children": [{"id": "disk", "class": "disk", "product": "Big Case", "serial": "CASE99887", "size": 10**12}],
}
SATA = {
    "id": "disk:0",
    "class": "disk",
    "description": "ATA Disk",
    "product": "ST500DM002-1BD14",
    "vendor": "Seagate",
    "businfo": "scsi@0:0.0.0",
    "logicalname": "/dev/sda",
    "version": "KC65",
    "serial": "S2AJ3XHB",
    "units": "bytes",
    "size": 500_107_862_016,
    "capabilities": {"partitioned": "Partitioned disk"},
    "children": [{"id": "volume:0", "class": "disk", "serial": "7c29-72b9", "size": 535_805_952, "product": "EFI"}],
}
CDROM = {
    "id": "cdrom",
    "class": "disk",
    "description": "DVD-RAM writer",
    "product": "DVD-RAM GH60L",
    "logicalname": ["/dev/cdrom", "/dev/sr0"],
    "capabilities": {"cd-r": "burns", "removable": True},
}
NVME = {
    "id": "nvme",
    "class": "storage",
    "description": "NVMe device",
    "product": "SAMSUNG MZVLW1T0HMLH-000L7",
    "vendor": "Samsung Electronics Co Ltd",
    "logicalname": "/dev/nvme0",
    "version": "6L7QCXY7",
    "serial": "S35ANX0J401001",
    "configuration": {"driver": "nvme"},
    "children": [{"id": "namespace", "class": "disk", "description": "NVMe disk", "size": 1_024_209_543_168}],
}
EMMC = {
    "id": "mmc0",
    "class": "bus",
    "description": "MMC Host",
    "children": [
        {
            "id": "device",
            "class": "generic",
            "description": "SD/MMC Device",
            "product": "BJTD4R",
            "serial": "164002",
            "capabilities": {"mmc": True},
            "children": [
                {"id": "interface:0", "class": "disk", "logicalname": "/dev/mmcblk0rpmb"},
                {"id": "interface:1", "class": "disk", "logicalname": "/dev/mmcblk0", "size": 31_268_536_320},
                {"id": "interface:2", "class": "disk", "logicalname": "/dev/mmcblk0boot0", "size": 4_194_304},
            ],
        }
    ],
}
SD_CARD = {
    "id": "mmc1",
    "class": "bus",
    "children": [
        {
            "id": "device",
            "class": "generic",
            "description": "SD/MMC Device",
            "product": "SC64G",
            "serial": "55667788",
            "capabilities": {"sd": True},
        }
    ],
}


def lshw(*storage: dict[str, Any], **system: Any) -> dict[str, Any]:
    """A tree of lshw: an office PC with *storage*; *system* overrides the root's fields."""
    return {
        "id": "hub",
        "class": "system",
        "handle": "DMI:0001",
        "description": "Low Profile Desktop Computer",
        "product": "HP Compaq 8100 Elite SFF PC (AY032AV)",
        "vendor": "Hewlett-Packard",
        "serial": "CZC0408YPX",
        "configuration": {
            "chassis": "low-profile",
            "sku": "AY032AV",
            "uuid": "E8AA1D7C-C3D3-DF11-BBDA-6D814DAE6C62",
        },
        "children": [
            {
                "id": "core",
                "class": "bus",
                "product": "304Ah",
                "vendor": "Hewlett-Packard",
                "serial": "BOARD7788",
                "children": [
                    {
                        "id": "firmware",
                        "class": "memory",
                        "description": "BIOS",
                        "vendor": "Hewlett-Packard",
                        "version": "786H1 v01.05",
                        "date": "06/09/2010",
                        "capabilities": {"uefi": "UEFI"},
                    },
                    {
                        "id": "memory",
                        "class": "memory",
                        "size": 8_589_934_592,
                        "children": [
                            {"id": "bank:0", "class": "memory", "size": 4_294_967_296},
                            {"id": "bank:1", "class": "memory", "size": 4_294_967_296},
                            {"id": "bank:2", "class": "memory", "description": "DIMM [empty]"},
                        ],
                    },
                    {
                        "id": "flash",
                        "class": "memory",
                        "description": "Flash Memory",
                        "children": [{"id": "bank", "class": "memory", "size": 8_388_608}],
                    },
                    {
                        "id": "cpu",
                        "class": "processor",
                        "product": "Intel(R) Core(TM) i3 CPU 530 @ 2.93GHz",
                        "configuration": {"cores": "2"},
                        "children": [{"id": "logicalcpu:0", "class": "processor"}],
                    },
                    {"id": "network", "class": "network", "businfo": "pci@0000:00:19.0", "serial": "6c:62:6d:81:4d:ae"},
                    {"id": "network", "class": "network", "businfo": "usb@2:1", "serial": "18:d6:c7:0c:ad:c3"},
                    *storage,
                ],
            }
        ],
        **system,
    }


def lshw_xml(node: dict[str, Any]) -> str:
    """*node* as ``lshw -xml`` prints it."""
    inside = ""
    for key, value in node.items():
        if key in ("id", "class", "handle"):
            continue
        if key == "children":
            inside += "".join(lshw_xml(each) for each in value)
        elif key == "configuration":
            inside += "<configuration>" + "".join(f'<setting id="{k}" value="{v}" />' for k, v in value.items())
            inside += "</configuration>"
        elif key == "capabilities":
            inside += "<capabilities>" + "".join(f'<capability id="{k}" >{v}</capability>' for k, v in value.items())
            inside += "</capabilities>"
        else:
            for each in value if isinstance(value, list) else [value]:
                inside += f"<{key}>{each}</{key}>"
    attributes = " ".join(f'{key}="{node[key]}"' for key in ("id", "class", "handle") if key in node)
    return f"<node {attributes}>{inside}</node>"


DMIDECODE = """# dmidecode 3.3
Getting SMBIOS data from sysfs.
SMBIOS 2.8 present.

Handle 0x0000, DMI type 0, 24 bytes
BIOS Information
\tVendor: LENOVO
\tVersion: N1MET31W (1.16 )
\tRelease Date: 03/10/2017
\tCharacteristics:
\t\tPCI is supported
\t\tUEFI is supported

Handle 0x000C, DMI type 1, 27 bytes
System Information
\tManufacturer: LENOVO
\tProduct Name: 20HRCTO1WW
\tVersion: ThinkPad X1 Carbon 5th
\tSerial Number: PF0QMY5X
\tUUID: 305F33CC-33CA-11B2-A85C-AAD0993C0C99
\tSKU Number: LENOVO_MT_20HR
\tFamily: ThinkPad X1 Carbon 5th

Handle 0x000D, DMI type 2, 15 bytes
Base Board Information
\tManufacturer: LENOVO
\tProduct Name: 20HRCTO1WW
\tSerial Number: L3HF74S00XX
\tAsset Tag: Not Available

Handle 0x000E, DMI type 3, 22 bytes
Chassis Information
\tManufacturer: LENOVO
\tType: Notebook
\tSerial Number: PF0QMY5X
\tAsset Tag: UOE-004711

Handle 0x0007, DMI type 4, 48 bytes
Processor Information
\tType: Central Processor
\tVersion: Intel(R) Core(TM) i7-7500U CPU @ 2.70GHz
\tStatus: Populated, Enabled
\tCore Count: 2

Handle 0x0008, DMI type 4, 48 bytes
Processor Information
\tType: Central Processor
\tStatus: Unpopulated

Handle 0x0003, DMI type 17, 40 bytes
Memory Device
\tSize: 8192 MB

Handle 0x0004, DMI type 17, 40 bytes
Memory Device
\tSize: 8 GB

Handle 0x0005, DMI type 17, 40 bytes
Memory Device
\tSize: No Module Installed

Handle 0x0022, DMI type 22, 26 bytes
Portable Battery
\tManufacturer: LGC
\tSerial Number: 0431
\tDesign Capacity: 57000 mWh

Handle 0x002B, DMI type 43, 31 bytes
TPM Device
\tSpecification Version: 2.0
"""


def smart(**told: Any) -> dict[str, Any]:
    """A run of ``smartctl --json`` on a SATA disc; *told* overrides its fields."""
    return {
        "json_format_version": [1, 0],
        "smartctl": {"version": [7, 3], "exit_status": 0, "argv": ["smartctl", "-j", "-a", "/dev/sda"]},
        "local_time": {"time_t": 1_645_452_972},
        "device": {"name": "/dev/sda", "info_name": "/dev/sda [SAT]", "type": "sat", "protocol": "ATA"},
        "model_family": "Seagate Barracuda 7200.14 (AF)",
        "model_name": "ST500DM002-1BD142",
        "serial_number": "S2AJ3XHB",
        "firmware_version": "KC65",
        "user_capacity": {"blocks": 976_773_168, "bytes": 500_107_862_016},
        "rotation_rate": 7200,
        "sata_version": {"string": "SATA 3.0"},
        "smart_status": {"passed": True},
        "power_on_time": {"hours": 42_593},
        "ata_smart_attributes": {
            "table": [
                {"id": 5, "raw": {"value": 3, "string": "3"}},
                {"id": 9, "raw": {"value": 42_593, "string": "42593"}},
                {"id": 197, "raw": {"value": 1, "string": "1"}},
                {"id": 198, "raw": {"value": 2**40, "string": str(2**40)}},
            ]
        },
        **told,
    }


SMART_NVME = {
    "smartctl": {"version": [7, 2], "exit_status": 0},
    "device": {"name": "/dev/nvme0n1", "info_name": "/dev/nvme0n1", "type": "nvme", "protocol": "NVMe"},
    "model_name": "SAMSUNG MZVLW1T0HMLH-000L7",
    "serial_number": "S35ANX0J401001",
    "nvme_total_capacity": 1_024_209_543_168,
    "smart_status": {"passed": False},
    "nvme_smart_health_information_log": {"percentage_used": 102, "media_errors": 4},
    "power_on_time": {"hours": 6032},
}
SMART_USB = smart(
    device={"name": "/dev/sdb", "info_name": "/dev/sdb [USB JMicron]", "type": "usbjmicron", "protocol": "ATA"},
    serial_number="USB556677",
    model_name="TOSHIBA MQ01ABD050",
    model_family=None,
)
SMART_FAILED = {
    "smartctl": {
        "version": [7, 2],
        "messages": [{"string": "/dev/sdc: Unknown USB bridge [0x1].", "severity": "error"}],
    },
}
SMART_TEXT = """smartctl 7.2 2020-12-30 r5155 [x86_64-linux-5.10.0] (local build)
Copyright (C) 2002-20, Bruce Allen, Christian Franke, www.smartmontools.org

=== START OF INFORMATION SECTION ===
Model Family:     Western Digital Blue
Device Model:     WDC WD5000AZLX-08K2TA0
Serial Number:    WD-WCC6Z7HHHHHH
Firmware Version: 01.01A01
User Capacity:    500,107,862,016 bytes [500 GB]
Rotation Rate:    7200 rpm
SATA Version is:  SATA 3.1, 6.0 Gb/s (current: 6.0 Gb/s)
Local Time is:    Mon Feb 21 15:16:12 2022 UTC

=== START OF READ SMART DATA SECTION ===
SMART overall-health self-assessment test result: FAILED!

ID# ATTRIBUTE_NAME          FLAG     VALUE WORST THRESH TYPE      UPDATED  WHEN_FAILED RAW_VALUE
  5 Reallocated_Sector_Ct   0x0033   100   100   010    Pre-fail  Always       -       8
  9 Power_On_Hours          0x0032   097   097   000    Old_age   Always       -       2558 (12 34 0)
197 Current_Pending_Sector  0x0012   100   100   000    Old_age   Always       -       2

0x07  =====  =               =  ===  == Solid State Device Statistics (rev 1) ==
0x07  0x008  1               7  ---  Percentage Used Endurance Indicator
"""
SMART_TEXT_NVME = """smartctl 7.3 2022-02-28 r5338 [x86_64-linux-6.1.0] (local build)
Copyright (C) 2002-22, Bruce Allen, Christian Franke, www.smartmontools.org

=== START OF INFORMATION SECTION ===
Model Number:                       KINGSTON SNVS500G
Serial Number:                      50026B7AB42CCC
Firmware Version:                   S8542105
Total NVM Capacity:                 500,107,862,016 [500 GB]

SMART overall-health self-assessment test result: PASSED
Percentage Used:                    9%
Power On Hours:                     1,827
Media and Data Integrity Errors:    0
"""
SMART_TEXT_SAS = """smartctl 7.3 2022-02-28 r5338 [x86_64-linux-6.1.0] (local build)
Copyright (C) 2002-22, Bruce Allen, Christian Franke, www.smartmontools.org

=== START OF INFORMATION SECTION ===
Vendor:               SEAGATE
Product:              ST600MM0006
Revision:             LS08
User Capacity:        600,127,266,816 bytes [600 GB]
Rotation Rate:        10000 rpm
Serial number:        S0M1ABCD
Transport protocol:   SAS (SPL-3)
SMART Health Status: OK
Accumulated power on time, hours:minutes 55120:47
Elements in grown defect list: 5
Percentage used endurance indicator: 3%
"""


def snapshot(**told: Any) -> dict[str, Any]:
    """A snapshot of Workbench 11, which lists components; *told* overrides its fields."""
    return {
        "type": "Snapshot",
        "uuid": "9c169711-3d72-4e6c-aabf-de9b3af56b54",
        "software": "Workbench",
        "version": "11.0b9",
        "endTime": "2019-09-10T10:44:41+00:00",
        "device": {
            "type": "Laptop",
            "chassis": "Netbook",
            "manufacturer": "Acer",
            "model": "AOHAPPY",
            "serialNumber": "LUSEA0D010038879A01699",
        },
        "components": [
            {
                "type": "Processor",
                "model": "Intel Atom CPU N450 @ 1.66GHz",
                "cores": 1,
            },
            {"type": "RamModule", "size": 1024.0},
            {
                "type": "HardDrive",
                "interface": "ATA",
                "size": 160_041.88569599998,
                "serialNumber": "WD-WX11A80W7499",
                "model": "WDC WD1600BEVT-2",
                "manufacturer": "Western Digital",
                "variant": "1A01",
                "actions": [
                    {"type": "EraseBasic", "steps": []},
                    {
                        "type": "TestDataStorage",
                        "assessment": True,
                        "lifetime": 4692,
                        "reallocatedSectorCount": 1,
                        "currentPendingSectorCount": 2,
                        "offlineUncorrectable": 0,
                    },
                ],
            },
            {"type": "HardDrive", "interface": "USB", "model": "Stick", "serialNumber": "USB123AB", "size": 8000},
            {"type": "HardDrive", "interface": "ATA", "size": 8000},
            {
                "type": "Battery",
                "size": 2200,
                "actions": [{"type": "MeasureBattery", "size": 641, "cycleCount": 300}],
            },
            {"type": "NetworkAdapter", "serialNumber": "88:ae:1d:a6:f3:d0"},
            {
                "type": "Motherboard",
                "manufacturer": "Acer",
                "model": "AOHAPPY",
                "serialNumber": "Base Board Serial Number",
                "biosDate": "2010-08-12T00:00:00",
            },
        ],
        **told,
    }


INXI = json.dumps(
    [
        {
            "000#1#0#Machine": [
                {"000#0#1#Type": "Laptop", "001#1#1#System": "LENOVO"},
                {"008#1#1#Mobo": "LENOVO", "012#1#1#UEFI": "LENOVO"},
            ]
        },
        {
            "001#1#0#Battery": [
                {"002#0#2#condition": "53.6/57.0 Wh (94.0%)", "009#0#2#cycles": "738", "007#0#2#serial": "10731"}
            ]
        },
        {"006#1#0#Network": [{"000#1#1#IF": "wlp4s0", "002#0#2#mac": "00:28:f8:a6:d5:7e"}, {"000#1#1#Device": "x"}]},
        {
            "008#1#0#Drives": [
                {"000#1#1#Local Storage": ""},
                {
                    "003#1#1#ID": "/dev/nvme0n1",
                    "004#0#2#vendor": "Samsung",
                    "005#0#2#model": "MZVLW1T0HMLH-000L7",
                    "006#0#2#size": "953.87 GiB",
                    "007#0#2#type": "SSD",
                    "008#0#2#serial": "S35ANX0J401001",
                    "009#0#2#rev": "6L7QCXY7",
                },
                {"003#1#1#ID": "/dev/sdb", "005#0#2#model": "Stick", "006#0#2#size": "8 GiB", "007#0#2#type": "USB"},
            ]
        },
    ]
)
