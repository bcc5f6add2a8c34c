"""Every hardware report that other people's machines wrote: read right, or refused by its defect; skipped without REAL_DATA."""

import csv
import gzip
import io
import json
import os
import re
import zipfile
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from inventory.errors import ValidationRefused
from inventory.intake.findings import DriveFound, HardwareFound, MachineFound
from inventory.intake.gathering import reports_in
from inventory.intake.kinds import Clues, with_kind
from inventory.intake.makers import maker, model_of
from inventory.intake.reading import read_document
from inventory.reading.archives import Refused
from inventory.reading.documents import Document

FOLDER = Path(os.environ.get("REAL_DATA", "/nowhere")) / "hardware"
pytestmark = [pytest.mark.real_data, pytest.mark.skipif(not FOLDER.is_dir(), reason="REAL_DATA names no folder")]
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
DMIDECODE = [name for name in FILES if name.startswith("dmidecode/")]
OUTPUTS = [name for name in FILES if name.startswith("ereuse-workbench/output/")]

REFUSALS = (
    # what the name looks like: what the sentence must say
    (r"\.csv$", "is a table"),
    (r"\.(?:ods|xlsx)$", "office document"),
    (r"hwinfo\.txt$", "hwinfo"),
    (r"battery\.ini$", "battery alone"),
    (r"stress-test\.yaml$|install\.yaml$", "one step"),
    (r"pc-components\.db\.yaml$", 'lacks "type": "Snapshot"'),
    (r"basic\.snapshot\.nohid\.yaml$", "cannot be told from others"),
    (r"7E36FD811D18", "table in .* is broken"),
    (r"dell4100-storebox\.xml$", "is empty"),
    (r"no-sudo\.xml$", "without root rights"),
    (r"smartctl/ide07\.json$", "neither model nor serial"),
    (r"smartctl/virtual_scsi\.txt$", "virtual disc"),
    (r"/(?:chassis|connector)\.txt$", "neither the system nor its board|no tables of dmidecode"),
    (r"/(?:lscpu|lspci|glxinfo|dimms|dmesg|net\w*|gpu_location|smartctl)\.txt$", "alone and names no machine|is empty"),
)
"""Everything else must be read."""

FAMILIES = {
    "Desktop": {"desktop", "micro_desktop", "tower_workstation"},
    "Notebook": {"laptop", "mobile_workstation"},
    "Convertible": {"laptop", "tablet"},
    "Mini Pc": {"micro_desktop"},
    "All In One": {"all_in_one"},
    "Tablet": {"tablet"},
    "Server": {"server"},
}
"""Our kinds within a folder's type, which knows no micro desktops and no workstations."""


def document(name: str) -> Document:
    return Document(name, (FOLDER / name).read_bytes())


def read(name: str) -> HardwareFound:
    return read_document(document(name))


def machine(name: str) -> MachineFound:
    found = read(name).machine
    assert found is not None
    return found


@pytest.mark.parametrize("name", FILES or ["none"])
def test_every_file_is_read_or_refused_by_its_defect(name: str) -> None:
    expected = next((says for looks, says in REFUSALS if re.search(looks, name)), None)
    if expected is None:
        found = read(name)
        assert found.machine is None or (found.machine.manufacturer and found.machine.model) or found.machine.serial
        return
    with pytest.raises(ValidationRefused, match=expected) as refused:
        read(name)
    assert refused.value.message.endswith(".")
    assert name in refused.value.message


def bare(told: str | None) -> str:
    return re.sub(r"[^a-z0-9]", "", (told or "").lower())


@pytest.mark.parametrize("name", DMIDECODE or ["none"])
def test_maker_and_model_of_a_firmware_dump_are_those_of_its_folder(name: str) -> None:
    if "7E36FD811D18" in name:
        pytest.skip("the firmware's table is broken")
    _, _, vendor, _, model, _ = name.split("/")
    found = machine(name)
    assert bare(found.manufacturer) == bare(maker(vendor)) or bare(found.manufacturer) in bare(vendor)
    if model != "Others":
        told = bare(found.model) + bare(found.sku)
        # A board goes by its number, a Lenovo by its name and type.
        assert bare(found.model) in bare(model)
        assert bare(model).startswith(bare(found.model)) or bare(model) in told


def test_the_kind_agrees_with_the_folder_in_19_of_20(capsys: pytest.CaptureFixture[str]) -> None:
    agreed, others = 0, Counter[str]()
    read_names = [name for name in DMIDECODE if "7E36FD811D18" not in name]
    for name in read_names:
        folder, kind = name.split("/")[1], machine(name).kind
        agreed += kind in FAMILIES[folder]
        if kind not in FAMILIES[folder]:
            others[f"{name}: {kind}"] += 1
    with capsys.disabled():
        print(f"\nkinds: {agreed} of {len(read_names)} agree with the folder; {dict(others)}")
    assert agreed >= 0.95 * len(read_names)


def test_a_name_alone_tells_the_kind_rightly_where_it_tells_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Every 13th of 162,853 machines, by maker and model, against the type that somebody gave each."""
    right, wrong, silent = 0, 0, 0
    with gzip.open(FOLDER.parent / "fleet" / "linuxhw-index.csv.gz", "rt", encoding="utf-8") as rows:
        for row in islice(csv.DictReader(rows), 0, None, 13):
            if (family := FAMILIES.get(row["computer_type"])) is None:
                continue
            name = maker(row["vendor"])
            known = MachineFound(manufacturer=name, model=model_of(name, row["model"]))
            kind = with_kind(known, Clues()).kind
            right, wrong, silent = (
                right + (kind in family),
                wrong + (kind not in family | {None}),
                silent + (kind is None),
            )
    with capsys.disabled():
        print(f"\nnames: {right} right, {wrong} otherwise, {silent} left open")
    assert wrong < 0.04 * (right + wrong)
    assert right > 0.25 * (right + wrong + silent)


def drives(listed: object) -> set[str]:
    """Serial numbers of the drives that an expected snapshot lists."""
    assert isinstance(listed, list)
    return {each["serialNumber"] for each in listed if each["type"] in ("HardDrive", "SolidStateDrive")}


@pytest.mark.parametrize("name", OUTPUTS or ["none"])
def test_what_workbench_made_of_a_report_is_what_is_read_from_it(name: str) -> None:
    expected = json.loads((FOLDER / name).read_text())
    source = name.replace("/output/", "/fixtures/").replace(".snapshot.json", ".lshw.json")
    device = expected["device"]
    of_lshw, of_snapshot = machine(source), machine(name)
    for found in (of_lshw, of_snapshot):
        assert {each.serial for each in found.drives} == drives(expected["components"])
        assert (found.serial or "0") == (device["serialNumber"] or "0")
        if device["manufacturer"]:
            assert found.manufacturer == maker(device["manufacturer"])
    sizes = {each.serial: each.capacity_bytes for each in of_lshw.drives}
    assert {each.serial: each.capacity_bytes for each in of_snapshot.drives if each.serial in sizes} == sizes or (
        "virtualbox" in name
    )
    if device["model"] not in (None, "All Series", "TM1613"):
        known = bare(of_lshw.model) + bare(of_lshw.sku)
        assert bare(device["model"]).removeprefix(bare(of_lshw.manufacturer)) in known


@pytest.mark.parametrize(
    ("name", "maker_and_model", "serial", "drives"),
    [
        (
            "ereuse-devicehub-django/demo-snapshots-vc/snapshot_pre-verifiable-credential.json",
            ("Lenovo", "ThinkPad X1 Carbon 5th"),
            "PF0QMY5N",
            ["S35ANX0J401001"],
        ),
        (
            "ereuse-devicehub-django/snapshots/snapshot_workbench-script.json",
            ("Dell", "Latitude E7240"),
            "5CQ6VY1",
            ["TW0XXM305508539G1361", "S33HNX0J203755R"],
        ),
        (
            "ereuse-devicehub-django/snapshots/snapshot_workbench-script_legacy.json",
            ("Dell", "Latitude E7240"),
            "5CQ6VY1",
            ["TW0XXM305508539G1361", "S33HNX0J203755R"],
        ),
        (
            "ereuse-devicehub-django/migrations/snapshots/946fd30b-68f7-425f-aca4-1ae39a86d353.json",
            ("HP", "Compaq Pro 4300 SFF PC"),
            "MXL3451GTT",
            ["S2AJ3XHB"],
        ),
        (
            "ereuse-devicehub/2022-03-31_17h18m51s_ZQMPKKX51K67R68VO2X9RNZL08JPL_snapshot.json",
            ("Lenovo", "ThinkPad X1 Carbon 5th"),
            "PF0QMY5N",
            ["S35ANX0J401001"],
        ),
        ("ereuse-devicehub/workbench-10.snapshot.yaml", ("Lenovo", "ThinkCentre M58p"), "LMCVFMF", ["6VMB1A52"]),
        ("ereuse-devicehub/desktop-amd-bug-no-sn.json", ("ASUS", "P5B-MX/WiFi-AP"), None, ["VD051GTF024B4L"]),
        (
            "ereuse-devicehub/erase-sectors-2-hdd.snapshot2.yaml",
            ("bar", "baz"),
            "fooz",
            ["WD-WCAV29008961", "WD-WCAV27984668"],
        ),
        ("freegeek-lshw/bad-chars/mac-invalid-chars-fixed.xml", ("Apple", "iMac FireWire"), "RN02488TJ89", ["WD-WMAAU2258334"]),
        ("freegeek-lshw/non-unique-serial.xml", ("MSI", "MS-6380E"), None, ["WD-WMA0W1048902"]),
        ("freegeek-lshw/no-memory.xml", ("Compaq", "Evo D510 SFF"), "6X2AKN9Z223R", ["WD-WMAD21667071"]),
        ("freegeek-lshw/after.xml", ("Intel", "D845GEBV2"), None, ["3JV6FA81", "WD-WMA6R2886721"]),
    ],
)  # fmt: skip
def test_these_machines_are_read_as_a_person_reads_them(
    name: str, maker_and_model: tuple[str, str], serial: str | None, drives: list[str]
) -> None:
    found = machine(name)
    assert (found.manufacturer, found.model) == maker_and_model
    assert found.serial == serial
    assert [each.serial for each in found.drives] == drives


def test_a_zip_of_a_set_of_files_gives_one_machine_per_folder() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in FILES:
            if name.startswith("peracotta/"):
                archive.write(FOLDER / name, name)
    machines: dict[str, MachineFound] = {}
    loose: list[DriveFound] = []
    for each in reports_in("all.zip", buffer.getvalue()):
        assert isinstance(each, Document | Refused)
        if isinstance(each, Document) and not re.search(r"/net_\w+\.txt$|ide07|virtual_scsi", each.name):
            found = read_document(each)
            loose += found.drives
            if found.machine is not None:
                machines[each.name.rpartition("/")[2]] = found.machine
    assert len(loose) == 33
    assert {name: (each.manufacturer, each.model, each.kind) for name, each in machines.items()} == {
        "2014-castes-mbp": ("Apple", "Mac-2BD1B31983FE1663", "laptop"),
        "77": ("ASUS", "P5SD2-VM", "desktop"),
        "Thinkpad-R500": ("Lenovo", "2718V8C", "laptop"),
        "asdpc": ("Gigabyte", "970A-DS3P FX", "desktop"),
        "cassone": ("Matsonic", "MS8318E", "desktop"),
        "castes-SurfacePro4": ("Microsoft", "Surface Pro 4", "tablet"),
        "dismone": ("ASUS", "P6T DELUXE V2", "desktop"),
        "polveroso": ("ASUS", "P5QL-E", "desktop"),
        "schifomacchina": ("Quanta", "2AC5", "desktop"),
        "viabork": ("ASUS", "P5V-VM-ULTRA", "desktop"),
        "workstation": ("Dell", "0MY171", "desktop"),
    }
    assert all(each.cpu_model for each in machines.values())


def test_the_same_machine_read_through_two_programs_is_the_same() -> None:
    """The lshw and the dmidecode in one snapshot agree on what identifies a machine, but for the order of its UUID."""
    from inventory.intake.identity import uuid_orders
    from inventory.intake.readers.dmidecode import read_dmidecode
    from inventory.intake.readers.lshw_json import read_lshw

    compared = 0
    for name in FILES:
        data = document(name).data if name.endswith(".json") and "snapshot" in name.lower() else None
        parts = data.get("data") if isinstance(data, dict) else None
        if not isinstance(parts, dict) or not isinstance(parts.get("lshw"), dict) or "dmidecode" not in parts:
            continue
        one, two = read_lshw(parts["lshw"], name).machine, read_dmidecode(parts["dmidecode"], name).machine
        assert one is not None
        assert two is not None
        assert (one.manufacturer, one.model, one.serial, one.board_serial) == (
            two.manufacturer,
            two.model,
            two.serial,
            two.board_serial,
        )
        assert one.uuid is None or two.uuid in uuid_orders(one.uuid)
        assert one.kind == two.kind
        compared += 1
    assert compared >= 7
