"""dmidecode's text: the machine, its board, firmware, battery and TPM, and nothing of drives."""

import pytest

from inventory.errors import ValidationRefused
from inventory.intake.findings import BatteryFound, MachineFound
from inventory.intake.reading import read_document
from inventory.reading.documents import Document
from tests.intake.readers.examples import DMIDECODE


def of(text: str) -> MachineFound:
    machine = read_document(Document("dmi.txt", text.encode())).machine
    assert machine is not None
    return machine


def test_a_machine_is_read_whole() -> None:
    found = read_document(Document("dmi.txt", DMIDECODE.encode()))
    assert (found.reader, found.software, found.notes) == ("dmidecode", "dmidecode 3.3", ())
    assert found.machine == MachineFound(
        kind="laptop",
        kind_because="the model is a laptop's",
        manufacturer="Lenovo",
        model="ThinkPad X1 Carbon 5th",
        serial="PF0QMY5X",
        asset_tag="UOE-004711",
        uuid="305f33cc-33ca-11b2-a85c-aad0993c0c99",
        board_manufacturer="Lenovo",
        board_model="20HRCTO1WW",
        board_serial="L3HF74S00XX",
        sku="20HRCTO1WW",
        chassis="Notebook",
        cpu_model="Intel Core i7-7500U CPU @ 2.70GHz",
        cpu_cores=2,
        cpu_count=1,
        memory_bytes=16 * 2**30,
        memory_modules=2,
        firmware_vendor="LENOVO",
        firmware_version="N1MET31W (1.16 )",
        firmware_date="2017-03-10",
        uefi=True,
        tpm_version="2.0",
        battery=BatteryFound(serial="0431", design_mwh=57000),
    )


def test_it_never_says_which_drives_are_fitted() -> None:
    assert not of(DMIDECODE).lists_drives


def test_a_serial_number_as_asset_tag_says_nothing_more() -> None:
    assert of(DMIDECODE.replace("UOE-004711", "PF0QMY5X")).asset_tag is None


def test_the_chassis_lends_its_serial_number_to_a_system_without() -> None:
    assert of(DMIDECODE.replace("Serial Number: PF0QMY5X\n\tUUID", "Serial Number: 0\n\tUUID")).serial == "PF0QMY5X"


def test_a_board_alone_names_the_machine_and_says_so() -> None:
    text = "# dmidecode 3.0\n\nHandle 0x0002, DMI type 2, 8 bytes\nBase Board Information\n"
    text += "\tManufacturer: ASUSTeK COMPUTER INC.\n\tProduct Name: P6T DELUXE V2\n\tSerial Number: 723627130020099\n"
    found = read_document(Document("baseboard.txt", text.encode()))
    assert found.machine is not None
    assert (found.machine.manufacturer, found.machine.model, found.machine.uefi) == ("ASUS", "P6T DELUXE V2", None)
    assert "named by its board" in found.notes[0]


def test_of_two_boards_the_one_that_has_a_name_counts() -> None:
    first = "Handle 0x0001, DMI type 2, 8 bytes\nBase Board Information\n\tProduct Name: Not Specified\n\n"
    assert of(DMIDECODE.replace("Handle 0x000D", first + "Handle 0x000D")).board_model == "20HRCTO1WW"


def test_windows_line_ends_and_a_missing_head_do_not_matter() -> None:
    assert of(DMIDECODE.replace("\n", "\r\n")) == of(DMIDECODE)
    assert of(DMIDECODE.partition("\n\n")[2]) == of(DMIDECODE)


@pytest.mark.parametrize(
    ("size", "memory"),
    [("4096 kB", 4 * 2**20), ("1 TB", 2**40), ("512 bytes", 512), ("8 XB", None), ("a lot", None)],
)
def test_the_size_of_a_module_is_read_by_its_unit(size: str, memory: int | None) -> None:
    text = DMIDECODE.replace("Size: 8192 MB", f"Size: {size}").replace("Size: 8 GB", "Size: 0")
    assert of(text).memory_bytes == memory


def test_a_chip_of_the_firmware_is_no_memory() -> None:
    chip = "Handle 0x0099, DMI type 17, 40 bytes\nMemory Device\n\tSize: 4096 kB\n\tType: Flash\n\n"
    assert of(DMIDECODE.replace("Handle 0x0003,", chip + "Handle 0x0003,")).memory_modules == 2


def test_a_tpm_of_another_version_and_a_battery_in_other_units_are_left_open() -> None:
    text = DMIDECODE.replace("Specification Version: 2.0", "Specification Version: 7.9").replace("57000 mWh", "5 Ah")
    machine = of(text)
    assert machine.tpm_version is None
    assert machine.battery == BatteryFound(serial="0431")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# dmidecode 3.3\n/dev/mem: Permission denied\n", "run it with sudo"),
        ("# dmidecode 3.3\nGetting SMBIOS", "may have been cut off"),
        (
            "# dmidecode 3.3\nHandle 0x1, DMI type 85, 9 bytes\nDMI table is broken! Stop.\n",
            "table in dmi.txt is broken",
        ),
        (
            "# dmidecode 3.3\nHandle 0x1, DMI type 3, 9 bytes\nChassis\n\tType: Desktop\n",
            "neither the system nor its board",
        ),
    ],
)
def test_what_names_no_machine_is_refused_by_its_defect(text: str, says: str) -> None:
    with pytest.raises(ValidationRefused, match=says):
        of(text)
