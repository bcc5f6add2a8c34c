"""What identifies, and what only looks as if it did: fillers as met in firmware, and genuine numbers that resemble them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.intake.identity import (
    firmware_date,
    mac_address,
    processor,
    real,
    real_drive_serial,
    real_serial,
    real_tag,
    real_uuid,
    uuid_orders,
)

FILLERS = """
System Serial Number|0|SN 123456789ABC|00000000|SYS-1234567890|EVAL|Serial number xxxxxx|To Be Filled By O.E.M.
To be filled by O.E.M.|Not Specified|9876543210|Fill By OEM|None|Base Board Asset Tag|Unknown|FFFF|NO Asset Tag
Type2 - Board Serial Number|OEM_Define4|Default string|Chassis Serial Number|Asset-1234567890|0123456789|N/A|--|  |..
MB-1234567890|BSN12345678901234567|A1_AssetTagNum0|A1_SerNum0|No Asset Information|Not Available|XXXXXXXX|REDACTED123456
CENSORED|Not Applicable|System manufacturer|INVALID|$(DEFAULT_STRING)|Chassis Manufacture|SerNum00|none|Battery 0|Default_String
Eee0123456789|Asset Tag|Type1ProductConfigId|O.E.M.|x.x|[REDACTED]|Not Present|Product Name|sku number|ASUS-NotebookSKU
""".replace("\n", "|")


@pytest.mark.parametrize("told", sorted({each for each in FILLERS.split("|") if each}))
def test_a_filler_identifies_nothing(told: str) -> None:
    assert real_serial(told) is None
    assert real_tag(told) is None
    assert real_drive_serial(told) is None


@pytest.mark.parametrize(
    "told",
    [
        "CZC0408YPV",
        "MXL3451GTT",
        "CZC901381R",
        "B8OAAS048286",
        "5CQ6VY1",
        "PF0QMY5N",
        "13138/00064437",
        "2426481202607",
        "RN02488TJ89",
        "R9-0X0X0X",
        "TESTA1B2",
        "SN74A0",
    ],
)
def test_a_genuine_serial_stays_as_it_is(told: str) -> None:
    assert real_serial(told) == told


@pytest.mark.parametrize("told", ["00:12:3f:29:32:36", "WD-WMA9L1104392", "VBd9783eb3-8ef7f22a", "123", "a-1"])
def test_what_is_another_things_number_is_no_serial_of_a_machine(told: str) -> None:
    assert real_serial(told) is None


def test_a_drive_keeps_the_serial_that_no_machine_may_have() -> None:
    assert real_drive_serial("WD-WMA9L1104392") == "WD-WMA9L1104392"
    assert real_drive_serial("3") is None


def test_a_tag_that_is_a_number_of_a_chip_is_none() -> None:
    assert real_tag("UOE-004711") == "UOE-004711"
    assert real_tag("0x00000000001A") is None


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("4C4C4544-0043-5110-8036-B5C04F565931", "4c4c4544-0043-5110-8036-b5c04f565931"),
        ("{4c4c4544-0043-5110-8036-b5c04f565931}", "4c4c4544-0043-5110-8036-b5c04f565931"),
        ("00000000-0000-0000-0000-000000000000", None),
        ("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", None),
        ("03000200-0400-0500-0006-000700080009", None),
        ("Not Settable", None),
        ("", None),
        (None, None),
    ],
)
def test_a_uuid_is_told_from_the_constants_of_board_makers(told: str | None, kept: str | None) -> None:
    assert real_uuid(told) == kept


def test_two_programs_may_tell_one_uuid_in_two_orders() -> None:
    old, new = "44454c4c-3800-1046-8054-c4c04f525931", "4c4c4544-0038-4610-8054-c4c04f525931"
    assert uuid_orders(old) == (old, new)
    assert uuid_orders(new) == (new, old)


@given(st.uuids())
def test_turning_a_uuid_twice_gives_it_back(uuid: object) -> None:
    told, turned = uuid_orders(str(uuid))
    assert uuid_orders(turned) == (turned, told)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("54-E1-AD-11-FB-B7", "54:e1:ad:11:fb:b7"),
        ("02:42:7a:80:eb:05", None),
        ("00:00:00:00:00:00", None),
        ("01:00:5e:00:00:fb", None),
        ("54:e1:ad:11:fb", None),
        (7, None),
    ],
)
def test_a_mac_address_is_one_that_a_maker_gave(told: object, kept: str | None) -> None:
    assert mac_address(told) == kept


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("03/10/2017", "2017-03-10"),
        ("8/2/2012", "2012-08-02"),
        ("04/02/98", "1998-04-02"),
        ("2010-08-12T00:00:00", "2010-08-12"),
        ("04/02/01", None),
        ("13/45/2017", None),
        ("3/09", None),
        ("Jan", None),
        (None, None),
    ],
)
def test_a_date_of_firmware_is_read_where_it_is_certain(told: str | None, kept: str | None) -> None:
    assert firmware_date(told) == kept


def test_a_processor_loses_its_trade_marks() -> None:
    assert processor("Intel(R) Core(TM) i5-6500  CPU @ 3.20GHz") == "Intel Core i5-6500 CPU @ 3.20GHz"
    assert processor(None) is None


@given(st.text(max_size=200))
def test_any_text_is_kept_shortened_or_refused(told: str) -> None:
    for read in (real, real_serial, real_tag, real_drive_serial, real_uuid, mac_address, processor, firmware_date):
        kept = read(told)
        assert kept is None or 0 < len(kept) <= 128
