"""The quick check of details accepts only what the schema accepts, and stores the same."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from inventory.errors import ValidationRefused
from inventory.lifecycle.checking import check
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.lifecycle.fields import Choice, Doubt, Lines, quick_check, schema_of

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 3_000_000),
    st.text(max_size=70),
    st.sampled_from(["", " ", "x", " padded ", "GBP", "gbp", "12.5", "12.345", "2020-02-29", "2020-02-30", "0",
                     "a" * 300, "ED-1", "HUB", "nul\x00", "two\nlines", "\u00a0", "1e3", "Infinity", "NaN"]),
    st.dates(date(1960, 1, 1), date(2110, 1, 1)),
    st.floats(allow_nan=True),
    st.lists(st.integers(), max_size=2),
)  # fmt: skip


def values_for(field: Any) -> st.SearchStrategy[Any]:
    if isinstance(field, Choice):
        return st.sampled_from(sorted(field.keys)) | LEAVES
    if isinstance(field, Lines):
        return st.lists(details_for(field.schema), max_size=3) | LEAVES
    return LEAVES


def details_for(schema: Any) -> st.SearchStrategy[dict[str, Any]]:
    fields = schema_of(schema).fields
    known = st.fixed_dictionaries(
        {name: values_for(each) for name, each in fields.items() if each.required},
        optional={name: values_for(each) for name, each in fields.items() if not each.required},
    )
    return known | st.dictionaries(st.sampled_from([*fields, "surplus"]), LEAVES, max_size=4)


@pytest.mark.parametrize("key", EVENT_TYPES)
def test_what_the_quick_check_stores_is_what_the_schema_stores(key: str) -> None:
    schema = EVENT_TYPES[key].schema

    @settings(max_examples=120, deadline=None)
    @given(details_for(schema))
    def agrees(details: dict[str, Any]) -> None:
        try:
            quick = quick_check(schema)(details)
        except Doubt:
            return
        shape = schema_of(schema)
        try:
            slow = shape.dump(shape.load(details))
        except ValidationError as error:  # pragma: no cover - a disagreement
            raise AssertionError(f"the quick check took what the schema refuses: {error}") from None
        assert quick == slow

    agrees()


@pytest.mark.parametrize("key", EVENT_TYPES)
def test_any_details_are_stored_as_plain_json_or_refused_in_a_sentence(key: str) -> None:
    schema = EVENT_TYPES[key].schema

    @settings(max_examples=60, deadline=None)
    @given(details_for(schema) | LEAVES)
    def holds(details: Any) -> None:
        try:
            stored = check(schema, details, what="Event")
        except ValidationRefused as refusal:
            said = refusal.message
        else:
            assert check(schema, stored, what="Event") == stored, "storing again changes nothing"
            return
        assert said.startswith("Event: ")
        assert said.endswith(".")

    holds()


def test_right_details_take_the_quick_way() -> None:
    details = {"tag": "ED-1", "kind": "laptop", "purchase_cost": "12.50", "purchase_date": "2020-02-29",
               "identifiers": [{"type": "serial", "value": "X1"}], "drives": [{"serial": "D1", "medium": "ssd"}]}  # fmt: skip
    assert quick_check(EVENT_TYPES["received"].schema)(details) == details
