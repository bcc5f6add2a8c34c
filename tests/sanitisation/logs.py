"""Reports of wipes as tools write them, made for the tests from what is known of their forms."""

import json
from datetime import datetime
from typing import Any


def nwipe(
    *drives: dict[str, Any],
    method: str = "PRNG Stream",
    marks: str = "1R+B+VL",
    at: str = "2018/02/02 11:30:00",
    host: dict[str, str] | None = None,
    quiet: bool = False,
    version: str = "0.40",
) -> bytes:
    """A log of nwipe. Each drive: serial, and whatever differs from a clean wipe of a SATA disk."""
    day = at[:10]
    said = [f"[{day} 10:00:00]    info: nwipe {version}"]
    said += [f"[{day} 10:00:00]    info: {name} = {value}" for name, value in (host or {}).items()]
    rows: dict[str, list[str]] = {"errors": [], "erased": [], "status": []}
    for number, told in enumerate(drives):
        drive = {
            "name": f"sd{chr(97 + number)}", "bus": "ATA", "model": "ST500LT012", "status": " Erased ", "pass": 0,
            "verify": 0, "sync": 0, "hidden": "No hidden sectors on /dev/{name}", "bytes": 1000, "total": 1000, "row": True,
        } | told  # fmt: skip
        name = drive["name"]
        serial = "XXXXXXXXXXXXXXX" if quiet else drive["serial"]
        said.append(
            f"[{day} 10:00:01]  notice: Found /dev/{name}, {drive['bus']:>4}, {drive['model']}, 500 GB, S/N={serial}"
        )
        if drive["hidden"]:
            said.append(f"[{day} 10:00:01]    info: {drive['hidden'].format(name=name)}")
        if not drive["row"]:
            continue
        said.append(f"[{day} 10:00:02]  notice: Invoking method '{method}' on /dev/{name}")
        said.append(f"[{day} 10:00:02]  notice: Starting round 1 of 1 on /dev/{name}")
        if drive["status"].strip() == "Erased":
            said.append(f"[{at}]  notice: Finished final round 1 of 1 on /dev/{name}")
        mark = " " if drive["status"] in (" Erased ", "INSANITY") else "!"
        rows["errors"].append(f"{mark} {name:>8} | {drive['pass']:>11} | {drive['verify']:>20} | {drive['sync']:>20}")
        rows["erased"].append(f"{mark} {name:>8} | {drive['bytes']:>15} | {drive['total']:>15} | 100.00%")
        rows["status"].append(
            f"{mark} {name:>8} |{drive['status']}| 105 MB/s | 01:20:00 | {drive['model'][:17]}/{serial}"
        )
    said += [
        f"[{day} 10:00:01]  notice:   method   = {method}",
        f"[{day} 10:00:01]  notice:   quiet    = {int(quiet)}",
        "",
        "******************************** Error Summary *********************************",
        "!   Device | Pass Errors | Verifications Errors | Fdatasync I\\O Errors",
        "-" * 80,
        *rows["errors"],
        "*" * 80,
        "",
        "******************************* Erasure Summary ********************************",
        "!   Device |    Bytes Erased |     Bytes Total | %",
        "-" * 80,
        *rows["erased"],
        "*" * 80,
        "",
        "********************************* Drive Status *********************************",
        "!   Device | Status | Thru-put | HH:MM:SS | Model/Serial Number",
        "-" * 80,
        *rows["status"],
        "-" * 80,
        f"[{at}] Total Throughput 105 MB/s, {method}, {marks}",
        "*" * 80,
        "",
        f"[{at}]    info: Nwipe successfully completed. See summary table for details.",
        "",
    ]
    return "\n".join(said).encode()


def usody(**changes: Any) -> bytes:
    """A report of usody sanitize of one SATA SSD."""
    command = changes.pop("command", "shred -v -n 1 /dev/sda")
    start = datetime.fromisoformat("2018-02-02T10:00:00+00:00").timestamp()
    step = {
        "step": 1, "start_time": start, "end_time": start + 600, "success": True,
        "commands": [{"description": "Writes zeros", "command": command, "return_code": 0, "success": True}],
    }  # fmt: skip
    told = {
        "steps": [step],
        "validation": {"result": True, "commands": [{"command": "dd", "success": True}], "data": {}},
        "device_info": {
            "manufacturer": "Maker", "model": "SSD 850", "serial_number": "SSD-1", "connector": "ata",
            "storage_medium": "ssd", "size": 500107862016,
        },
    } | changes  # fmt: skip
    return json.dumps(told).encode()


def nvme(**changes: Any) -> bytes:
    """An answer of nvme sanitize-log in the wrapper that names the drive."""
    page = {"sprog": 65535, "sstat": 0x901, "scdw10": 2} | changes.pop("page", {})
    told = {"serial": "NV-1", "model": "NVMe 970", "ended_at": "2018-02-02T10:30:00Z", "sanitize_log": {"nvme0": page}}
    told["sanitize_log"] = page
    return json.dumps(told | changes).encode()


def snapshot(**changes: Any) -> bytes:
    """A workbench snapshot with one erased hard disk."""
    action = {
        "type": "EraseSectors", "severity": "Info", "startTime": "2018-02-02T10:00:00+00:00",
        "endTime": "2018-02-02T11:00:00+00:00",
        "steps": [{"type": "StepZero", "severity": "Info"}, {"type": "StepRandom", "severity": "Info"}],
    } | changes.pop("action", {})  # fmt: skip
    disk = {"type": "HardDrive", "serialNumber": "WD-1", "model": "WD5000", "size": 500107, "interface": "ATA"}
    told = {
        "type": "Snapshot", "software": "Workbench", "version": "11.0", "uuid": "u-1",
        "device": {"serialNumber": "PC123456", "manufacturer": "Dell", "model": "Latitude"},
        "components": [disk | {"actions": [action]}],
    } | changes  # fmt: skip
    return json.dumps(told).encode()


def blancco(
    *, state: str = "Successful", failed: int | str = 0, errors: int = 0, host: int = 1, firmware: int = 0,
    standard: str = "HMG Infosec Standard 5, Lower Standard", kind: str = "NVMe", serial: str = "BL-1", body: str = "",
) -> bytes:  # fmt: skip
    """A report of Blancco with one drive."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<root><report><blancco_data>
<description><entry name="report_uuid">b-1</entry><document_version>6.14</document_version></description>
<blancco_hardware_report><entries name="system"><entry name="manufacturer">Dell</entry>
<entry name="model">Latitude</entry><entry name="serial">PC123456</entry></entries></blancco_hardware_report>
<blancco_erasure_report><entries name="erasures"><entries name="erasure">
<entry name="state">{state}</entry><entry name="erasure_standard_name">{standard}</entry>
<entry name="overwriting_rounds">{host}</entry><entry name="firmware_rounds">{firmware}</entry>
<entry name="start_time">2018-02-02T10:00:00+0000</entry><entry name="end_time">2018-02-02T11:00:00+0000</entry>
<entry name="failed_sectors">{failed}</entry><entry name="total_errors">{errors}</entry>{body}
<entries name="target"><entry name="type">{kind}</entry><entry name="model">Disk</entry><entry name="serial">{serial}</entry></entries>
</entries></entries></blancco_erasure_report>
</blancco_data></report><user_data><entries name="fields"><entry name="operator">A. Technician</entry></entries></user_data></root>
""".encode()
