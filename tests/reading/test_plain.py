"""Plain values out of foreign JSON: whatever stands there, a value of the asked kind or None."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.reading.plain import at, instant, objects, text, whole

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.datetimes(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=5), inside, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ("  a \n b\x00 ", "a b"),
        (7, "7"),
        (1.5, "1.5"),
        ("", None),
        (" \t", None),
        (True, None),
        (None, None),
        ([], None),
        ("x" * 300, "x" * 128),
    ],
)
def test_text_is_one_short_line_or_none(told: Any, value: str | None) -> None:
    assert text(told) == value


def test_a_number_of_thousands_of_digits_is_no_text() -> None:
    assert text(10**5000) is None


@pytest.mark.parametrize(
    ("told", "value"),
    [
        (5, 5),
        (5.4, 5),
        ("500,107,862,016 bytes [500 GB]", 500_107_862_016),
        ("160042.0 MB", 160_042),
        ("1.234.567", 1),
        ("7200 rpm", 7200),
        ("1 290", 1290),
        ("1\u202f290", 1290),
        ("1\ufffd290 h", 1290),
        ("2 x 4", 2),
        ("5.", 5),
        ("x1", None),
        ("", None),
        (-1, None),
        (2**63, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
def test_a_whole_number_is_read_off_or_none(told: Any, value: int | None) -> None:
    assert whole(told) == value


def test_a_path_leads_to_its_value_or_nowhere() -> None:
    data = {"a": [{"b": 1}, {"b": 2}]}
    assert at(data, "a", -1, "b") == 2
    assert at(data, "a", 2, "b") is None
    assert at(data, "a", "b") is None
    assert at(data, 0) is None


def test_objects_are_those_of_a_list_or_the_one() -> None:
    assert list(objects([{"a": 1}, 2, "x", {"b": 2}])) == [{"a": 1}, {"b": 2}]
    assert list(objects({"a": 1})) == [{"a": 1}]
    assert list(objects("x")) == []


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ("2022-03-31T19:09:57+02:00", datetime(2022, 3, 31, 17, 9, 57, tzinfo=UTC)),
        ("2025-01-23 11:44:29", datetime(2025, 1, 23, 11, 44, 29, tzinfo=UTC)),
        (1645452972, datetime(2022, 2, 21, 14, 16, 12, tzinfo=UTC)),
        (
            datetime(2022, 1, 1),  # noqa: DTZ001 - YAML gives such
            datetime(2022, 1, 1, tzinfo=UTC),
        ),
        ("0001-01-01 00:00:00+00:00", None),
        ("0001-01-01 00:00:00+14:00", None),
        ("yesterday", None),
        (1e30, None),
        (True, None),
        (None, None),
    ],
)
def test_an_instant_is_in_utc_or_none(told: Any, value: datetime | None) -> None:
    assert instant(told) == value


@given(ANYTHING)
def test_nothing_raises(told: Any) -> None:
    for read in (text, whole, instant, lambda value: list(objects(value)), lambda value: at(value, "a", 0)):
        read(told)
