"""Makers in their short, usual form, and models as people call them."""

import pytest

from inventory.intake.makers import board, drive_maker, maker, model_of, order_number


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Hewlett-Packard", "HP"),
        ("HP", "HP"),
        ("Dell Inc.", "Dell"),
        ("Dell Computer Corporation", "Dell"),
        ("LENOVO", "Lenovo"),
        ("ASUSTeK COMPUTER INC.", "ASUS"),
        ("ASUSTeK Computer INC.", "ASUS"),
        ("Micro-Star International Co., Ltd.", "MSI"),
        ("Gigabyte Technology Co., Ltd.", "Gigabyte"),
        ("Intel(R) Client Systems", "Intel"),
        ("Apple Inc.", "Apple"),
        ("FUJITSU SIEMENS", "Fujitsu"),
        ("TOSHIBA", "Toshiba"),
        ("innotek GmbH", "VirtualBox"),
        ("Timi", "Xiaomi"),
        ("Wortmann AG", "Wortmann"),
        ("Matsonic", "Matsonic"),
        ("Acme Widgets Co., Ltd.", "Acme Widgets"),
        ("System manufacturer", None),
        ("To Be Filled By O.E.M.", None),
        (None, None),
    ],
)
def test_a_maker_goes_by_one_name(told: str | None, name: str | None) -> None:
    assert maker(told) == name


@pytest.mark.parametrize(
    ("manufacturer", "product", "version", "model"),
    [
        ("HP", "HP EliteBook 840 G3", None, "EliteBook 840 G3"),
        ("HP", "HP Compaq 8100 Elite SFF PC (AY032AV)", None, "Compaq 8100 Elite SFF PC"),
        ("Lenovo", "20HRCTO1WW", "ThinkPad X1 Carbon 5th", "ThinkPad X1 Carbon 5th"),
        ("Lenovo", "80E5", "Lenovo G50-80", "G50-80"),
        ("Lenovo", "11FK004URU", "V50a-24IMB", "V50a-24IMB"),
        ("Lenovo", "10AXS11800", "NONE", "10AXS11800"),
        ("Lenovo", "IdeaPad 5 Pro", "1.0", "IdeaPad 5 Pro"),
        ("Dell", "Latitude E5530 non-vPro", "01", "Latitude E5530 non-vPro"),
        ("Apple", "MacBookPro12,1", "1.0", "MacBookPro12,1"),
        ("ASUS", "<P4B>", None, "P4B"),
        ("ASUS", "System Product Name", "System Version", None),
        (None, "Widget 3", None, "Widget 3"),
        ("Dell", None, None, None),
    ],
)
def test_a_model_is_what_people_call_it(
    manufacturer: str | None, product: str | None, version: str | None, model: str | None
) -> None:
    assert model_of(manufacturer, product, version) == model


@pytest.mark.parametrize(
    ("vendor", "model", "family", "name"),
    [
        ("ATA", "WDC WD5000AAKX-0", None, "Western Digital"),
        (None, "KINGSTON SA400S37240G", "Phison Driven SSDs", "Kingston"),
        (None, "CT480BX500SSD1", "Crucial/Micron Client SSDs", "Crucial"),
        (None, "ST250DM000-1BD14", None, "Seagate"),
        (None, "SAMSUNG MZVLB256HBHQ-000L7", None, "Samsung"),
        (None, "HGST HTS725050A7", None, "HGST"),
        ("Acme", "Disc 9", None, "Acme"),
        ("ATA", "Disc 9", None, None),
        (None, None, None, None),
    ],
)
def test_a_drives_maker_is_told_or_shows_in_its_model(
    vendor: str | None, model: str | None, family: str | None, name: str | None
) -> None:
    assert drive_maker(vendor, model, family) == name


def test_a_board_that_only_repeats_its_maker_has_no_model() -> None:
    assert board("LENOVO") is None
    assert board("Base Board Product Name") is None
    assert board("H81M-K") == "H81M-K"


@pytest.mark.parametrize(
    ("manufacturer", "product", "sku", "number"),
    [
        ("Lenovo", "20HRCTO1WW (LENOVO_MT_20HR)", "LENOVO_MT_20HR", "20HRCTO1WW"),
        ("HP", "HP ProBook 450 G2", "F5R46AV", "F5R46AV"),
        ("HP", "HP ProBook 450 G2", "To be filled by O.E.M.", None),
        ("Lenovo", None, "LENOVO_MT_20HR", "LENOVO_MT_20HR"),
    ],
)
def test_the_order_number_is_the_sku_or_a_lenovos_machine_type(
    manufacturer: str, product: str | None, sku: str, number: str | None
) -> None:
    assert order_number(manufacturer, product, sku) == number
