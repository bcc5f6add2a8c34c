"""Cells to values: text, identifiers, formula guards, dates, money, mass, words; nothing guessed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ValidationRefused
from inventory.importers.amounts import MassColumn, Money, MoneyColumn, parse_currency
from inventory.importers.dates import DateColumn
from inventory.importers.values import (
    Column,
    TextColumn,
    check_identifier,
    clean_text,
    guard_formula,
    has_junk,
    is_junk_identifier,
    parse_bool,
    parse_mac,
    strip_formula_guard,
)
from inventory.importers.words import Words, kind_for
from inventory.register.kinds import KINDS
from inventory.register.statuses import STATUSES

TODAY = date(2026, 11, 23)


def one(column: Column, cell: str) -> object:
    """The value of one cell after the column saw it; a fault is returned as its sentence."""
    column.survey([cell])
    values, faults = column([cell])
    return faults[0].sentence if faults else values[0]


def past(*cells: str, order: str | None = None) -> tuple[list[object], list[str], str | None]:
    column = DateColumn(order, past=True, today=TODAY)
    column.survey(cells)
    values, faults = column(cells)
    return list(values), [fault.sentence for fault in faults], column.question()


@pytest.mark.parametrize(
    ("cell", "kept"),
    [("", None), ("   ", None), ("\u00a0", None), (" a  b\tc ", "a b c"), ("'=SUM(A1)", "=SUM(A1)"),
     ("'tis", "'tis"), ("x\u200by", "xy"), ("=1+1", "=1+1")],
)  # fmt: skip
def test_text_is_tidied_and_blank_is_unknown(cell: str, kept: str | None) -> None:
    assert one(TextColumn(255), cell) == kept
    assert clean_text(cell, 255) == kept


def test_a_name_of_300_characters_is_refused_with_its_length_and_never_cut() -> None:
    values, faults = TextColumn(255)(["x" * 255, "x" * 300])
    assert (values[0], values[1]) == ("x" * 255, None)
    assert [fault.at for fault in faults] == [1]
    assert "300 characters" in faults[0].sentence
    assert "255" in faults[0].sentence


@pytest.mark.parametrize("cell", ["bad\ufffd", "bell\x07", "\ud800"])
def test_unreadable_and_control_characters_are_refused(cell: str) -> None:
    assert TextColumn(255)([cell])[1][0].fatal


def test_notes_keep_their_lines() -> None:
    assert one(TextColumn(500, multiline=True), "one\r\ntwo\rthree") == "one\ntwo\nthree"


def test_filler_words_mean_unknown_only_where_a_column_says_so() -> None:
    assert one(TextColumn(255, blank_words=True), "N/A") is None
    assert one(TextColumn(255), "N/A") == "N/A"


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8), st.booleans())
def test_the_short_way_through_a_batch_gives_what_single_cells_give(cells: list[str], blank: bool) -> None:
    together, faults = TextColumn(8, blank_words=blank)(cells)
    faulty = {fault.at for fault in faults}
    for at, cell in enumerate(cells):
        values, alone = TextColumn(8, blank_words=blank)([cell, "\x07"])
        assert values[0] == together[at]
        assert (at in faulty) == any(fault.at == 0 for fault in alone)


JUNK = ("System Serial Number", "0", "SN 123456789ABC", "00000000", "SYS-1234567890", "EVAL",
        "Serial number xxxxxx", "Not Specified", "9876543210", "To Be Filled By O.E.M.", "Fill By OEM", "None",
        "Base Board Asset Tag", "Unknown", "FFFF", "NO Asset Tag", "Type2 - Board Serial Number", "OEM_Define4",
        "xxxxxxx", "........", "-")  # fmt: skip
GENUINE = ("CZC0408YPV", "MXL3451GTT", "B8OAAS048286", "WD-WMA9L1104392", "5CD0000A", "100000001", "PF0XXXX1")


@pytest.mark.parametrize("value", JUNK)
def test_a_makers_filler_is_no_identifier(value: str) -> None:
    values, faults = TextColumn(128, check=check_identifier, suspect=has_junk)([value, "CZC0408YPV"])
    assert values == [None, "CZC0408YPV"]
    assert [(fault.at, fault.fatal) for fault in faults] == [(0, False)]


@pytest.mark.parametrize("value", GENUINE)
def test_a_genuine_identifier_is_kept(value: str) -> None:
    assert not is_junk_identifier(value)
    assert TextColumn(128, check=check_identifier, suspect=has_junk)([value]) == ([value], ())


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-x", "@a", "\tx", "'=x", "''@", "'-5", "'quoted'"])
def test_a_guarded_cell_comes_back_as_it_was(text: str) -> None:
    assert strip_formula_guard(guard_formula(text)) == text
    assert guard_formula(text) == text or guard_formula(text).startswith("'")


@pytest.mark.parametrize("number", ["-5", "+5", "-1.50", "1e5", "-2,5"])
def test_a_plain_number_needs_no_guard(number: str) -> None:
    assert guard_formula(number) == number


@given(st.text(alphabet="'=+-@\t\r1a.,", max_size=8))
def test_guarding_is_reversible_and_leaves_nothing_a_spreadsheet_would_run(text: str) -> None:
    guarded = guard_formula(text)
    assert strip_formula_guard(guarded) == text
    if guarded[:1] in ("=", "@", "\t", "\r"):
        pytest.fail(f"{guarded!r} would run")


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2020-01-31", date(2020, 1, 31)), ("2020/1/31", date(2020, 1, 31)), ("20200131", date(2020, 1, 31)),
        ("2020-01-31 10:22:05", date(2020, 1, 31)), ("2020-01-31T10:22:05.123Z", date(2020, 1, 31)),
        ("2020-01-31T10:22:05+01:00", date(2020, 1, 31)), ("31/01/2020", date(2020, 1, 31)),
        ("31.1.20", date(2020, 1, 31)), ("1/31/20", date(2020, 1, 31)), ("1/31/2020 4:05 PM", date(2020, 1, 31)),
        ("23 Nov 2025", date(2025, 11, 23)), ("23-Nov-25", date(2025, 11, 23)),
        ("23rd November 2025", date(2025, 11, 23)),
        ("Nov 23, 2025", date(2025, 11, 23)), ("Thu Jan 26, 2023 2:14PM", date(2023, 1, 26)),
        ("Wed Oct 24 20:57:18 2018", date(2018, 10, 24)), ("43861", date(2020, 1, 31)), ("43861.75", date(2020, 1, 31)),
        ("5/5/2020", date(2020, 5, 5)), ("", None), ("n/a", None), ("0000-00-00", None), ("0000-00-00 00:00:00", None),
    ],
)  # fmt: skip
def test_a_date_is_read_in_the_forms_people_write(cell: str, meant: date | None) -> None:
    values, faults, question = past(cell)
    assert (values, faults, question) == ([meant], [], None)


@pytest.mark.parametrize(
    "cell", ["31/31/2020", "30 Feb 2020", "2020-13-01", "soon", "Nov 2025", "2020", "12345", "1901-01-01", "2031-01-01"]
)
def test_what_is_no_date_of_a_purchase_is_refused(cell: str) -> None:
    values, faults, _ = past(cell)
    assert values == [None]
    assert len(faults) == 1


def test_a_column_shows_its_order_by_one_date_that_fits_only_one() -> None:
    assert past("03/04/2020", "23/11/2020")[0] == [date(2020, 4, 3), date(2020, 11, 23)]
    assert past("03/04/2020", "11/23/2020")[0] == [date(2020, 3, 4), date(2020, 11, 23)]


def test_an_ambiguous_column_is_asked_about_and_never_guessed() -> None:
    values, faults, question = past("03/04/2020", "2020-01-31")
    assert question is not None
    assert "03/04/2020" in question
    assert values == [None, date(2020, 1, 31)]
    assert len(faults) == 1


def test_an_order_that_was_given_answers_the_question() -> None:
    assert past("03/04/2020", order="dmy") == ([date(2020, 4, 3)], [], None)
    assert past("03/04/2020", order="mdy") == ([date(2020, 3, 4)], [], None)
    assert past("20-04-03", order="ymd") == ([date(2020, 4, 3)], [], None)
    assert past("11/23/2020", order="dmy")[1] != []
    with pytest.raises(ValidationRefused):
        DateColumn("ydm", past=True, today=TODAY)


def test_a_column_of_two_orders_is_asked_about() -> None:
    question = past("23/11/2020", "11/23/2020")[2]
    assert question is not None
    assert "different orders" in question


def test_a_date_that_reads_the_same_either_way_asks_nothing() -> None:
    assert past("05/05/2020", "06/06/2020") == ([date(2020, 5, 5), date(2020, 6, 6)], [], None)


def test_rubbish_in_a_column_does_not_hide_its_order() -> None:
    values, faults, question = past("31/31/2020", "23/11/2020", "03/04/2020")
    assert (values[1:], len(faults), question) == ([date(2020, 11, 23), date(2020, 4, 3)], 1, None)


@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)), st.sampled_from(["dmy", "mdy", "ymd"]))
def test_a_year_of_two_digits_is_never_a_future_purchase(day: date, order: str) -> None:
    form = {"dmy": "%d/%m/%y", "mdy": "%m/%d/%y", "ymd": "%y/%m/%d"}[order]
    values, faults, _ = past(day.strftime(form), order=order)
    if faults:
        assert values == [None]
    else:
        assert isinstance(values[0], date)
        assert date(1970, 1, 1) <= values[0] <= TODAY


def test_a_warranty_may_end_in_the_future() -> None:
    column = DateColumn(None, past=False, today=TODAY)
    assert one(column, "10/27/28") == date(2028, 10, 27)
    assert one(DateColumn(None, past=False, today=TODAY), "2031-01-01") == date(2031, 1, 1)


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_a_refusal(text: str) -> None:
    values, faults, _ = past(text)
    assert values[0] is None or isinstance(values[0], date)
    assert len(faults) <= 1


@pytest.mark.parametrize(
    ("cell", "amount", "currency"),
    [("£1,234.50", "1234.50", "GBP"), ("1.234,50 €", "1234.50", "EUR"), ("1 234,50", "1234.50", None),
     ("1'234.50", "1234.50", None), ("USD 12.00", "12.00", "USD"), ("$12", "12.00", None),
     ("US$12", "12.00", "USD"), ("2266.13", "2266.13", None), ("12.5", "12.50", None),
     ("1,234,567", "1234567.00", None),
     ("0", "0.00", None), ("1266.1200", "1266.12", None)],
)  # fmt: skip
def test_money_is_read_with_separators_and_signs(cell: str, amount: str, currency: str | None) -> None:
    assert one(MoneyColumn(None), cell) == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    "cell", ["-5", "12.345.6", "1,23,456.00", "ten", "£", "12.999", "1e9", "99999999999", "GBP 5 EUR"]
)
def test_what_is_no_cost_of_a_machine_is_refused(cell: str) -> None:
    assert isinstance(one(MoneyColumn("."), cell), str)


def test_a_thousand_or_a_fraction_is_settled_by_the_column_or_asked() -> None:
    alone = MoneyColumn(None)
    alone.survey(["1.234"])
    assert alone.question() is not None
    for other, meant in (("9.50", None), ("9,50", Decimal("1234.00"))):
        column = MoneyColumn(None)
        column.survey(["1.234", other])
        assert column.question() is None
        values, faults = column(["1.234", other])
        assert (values[0].amount if values[0] else None) == meant
        assert bool(faults) == (meant is None)
    assert one(MoneyColumn(","), "1.234") == Money(Decimal("1234.00"), None)
    assert one(MoneyColumn("."), "1,234") == Money(Decimal("1234.00"), None)


def test_currencies_are_three_letters_or_a_sign_of_one() -> None:
    assert [parse_currency(each) for each in ("gbp", "£", "€")] == ["GBP", "GBP", "EUR"]
    for wrong in ("$", "pounds", "12"):
        with pytest.raises(ValidationRefused):
            parse_currency(wrong)


@pytest.mark.parametrize(
    ("cell", "unit", "grams"),
    [("2.1 kg", None, 2100), ("2,1kg", None, 2100), ("2100 g", None, 2100), ("4.6 lb", None, 2087),
     ("2.1", "kg", 2100), ("2100", "g", 2100), ("2,100", "g", 2100), ("2.1 kilograms", None, 2100)],
)  # fmt: skip
def test_mass_becomes_grams(cell: str, unit: str | None, grams: int) -> None:
    assert one(MassColumn(unit), cell) == grams


def test_a_mass_without_unit_is_asked_about() -> None:
    column = MassColumn(None)
    column.survey(["2.1 kg", "2.1"])
    assert column.question() is not None
    assert [fault.at for fault in column(["2.1 kg", "2.1"])[1]] == [1]


@pytest.mark.parametrize(
    ("cell", "unit"), [("2100", "kg"), ("0", "g"), ("-3 kg", None), ("3 stone", None), ("heavy", "kg")]
)
def test_an_impossible_mass_is_refused(cell: str, unit: str | None) -> None:
    assert "kg" in str(one(MassColumn(unit), cell)) or "g" in str(one(MassColumn(unit), cell))
    assert MassColumn(unit)([cell])[1][0].fatal


def test_yes_and_no_in_many_words() -> None:
    assert [parse_bool(each) for each in ("Yes", "TRUE", "1", "y")] == [True] * 4
    assert [parse_bool(each) for each in ("No", "false", "0")] == [False] * 3
    with pytest.raises(ValidationRefused):
        parse_bool("perhaps")


def test_mac_addresses_are_written_one_way() -> None:
    assert parse_mac("00-12-3f-29-32-36") == parse_mac("0012.3F29.3236") == "00:12:3F:29:32:36"
    for wrong in ("00:12:3f", "zz:12:3f:29:32:36", "00:00:00:00:00:00"):
        with pytest.raises(ValidationRefused):
            parse_mac(wrong)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("Notebook", "laptop"), ("Mini Pc", "micro_desktop"), ("All In One", "all_in_one"), ("Convertible", "laptop"),
     ("Desktop", "desktop"), ("Server", "server"), ("Tablet", "tablet"), ("Stick Pc", "micro_desktop"),
     ("System On Chip", "single_board_computer"), ("Soc", "single_board_computer"), ("Firewall", "network_device"),
     ("Laptops", "laptop"), ("Staff laptops", "laptop"), ("LCD Monitor", "monitor"), ("SFF", "desktop"),
     ("all-in-one", "all_in_one"), ("ComputerMonitor", "monitor"), ("Switches", "network_device"),
     ("Office Supplies", "other"), ("Tower workstation", "tower_workstation"), ("Main Server Chassis", "server")],
)  # fmt: skip
def test_words_for_kinds_are_understood(word: str, kind: str) -> None:
    assert kind_for(word) == kind


@pytest.mark.parametrize("word", ["Laptop bag", "Ornamental Railings", "Backhoe", ""])
def test_other_words_are_not_stretched_into_a_kind(word: str) -> None:
    assert kind_for(word) is None


@pytest.mark.parametrize("key", KINDS)
def test_every_kind_is_known_by_its_key_and_label(key: str) -> None:
    assert kind_for(key) == kind_for(KINDS[key].label) == key


def test_an_unknown_kind_stays_unknown_with_a_notice_and_an_unknown_status_is_refused() -> None:
    words = Words({}, KINDS)
    values, faults = Column(words.kind)(["Backhoe"])
    assert (values, faults[0].fatal) == (["unknown"], False)
    assert Column(words.status)(["Limbo"])[1][0].fatal
    assert Column(words.outcome)(["Limbo"])[1][0].fatal


def test_the_institutions_own_words_win() -> None:
    assert Column(Words({"Backhoe": "server"}, KINDS).kind)(["backhoe"]) == (["server"], ())
    assert Column(Words({"archived": "recycled"}, STATUSES).status)(["Archived"]) == (["recycled"], ())
    with pytest.raises(ValidationRefused):
        Words({"archived": "gone"}, STATUSES)


@pytest.mark.parametrize("key", STATUSES)
def test_every_status_is_known_by_its_key_and_label(key: str) -> None:
    words = Words({}, STATUSES)
    assert words.status(key) == words.status(STATUSES[key].label) == key
