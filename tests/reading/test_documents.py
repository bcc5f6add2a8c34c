"""Files from outside as text, JSON, YAML and XML: safely, or not at all."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.reading.documents import LARGEST, Document


def of(content: bytes | str, name: str = "a.txt") -> Document:
    return Document(name, content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a\r\nb\rc\x00", "a\nb\nc"),
        ("\ufeffé".encode(), "é"),
        ("é\n".encode("utf-16"), "é\n"),
        (b"", ""),
        (b"%PDF-1.7", None),
        (b"PK\x03\x04", None),
        (b"x" * (LARGEST + 1), None),
    ],
)
def test_bytes_are_text_of_one_form_or_none(content: bytes, text: str | None) -> None:
    assert of(content).text == text


def test_text_of_an_older_code_page_is_read_by_the_likeliest() -> None:
    text = of("Numéro de série: été\n".encode("cp1252") * 3).text
    assert text is not None
    assert "Num" in text
    assert "été" in text


def test_the_hash_is_of_the_bytes_as_they_came() -> None:
    assert of(b"a\r\n").sha256 == hashlib.sha256(b"a\r\n").hexdigest()


@pytest.mark.parametrize(
    ("name", "content", "data"),
    [
        ("a", '{"a": [1, null]}', {"a": [1, None]}),
        ("a.yaml", "a: [1, x]\nb: {c: 'd'}\n", {"a": [1, "x"], "b": {"c": "d"}}),
        ("a.yml", "- 1\n", [1]),
        ("a.txt", "a: 1\n", None),
        ("a.yaml", "a: &x [1]\nb: *x\n", None),
        ("a.yaml", "a: [", None),
        ("a.yaml", "a: !!python/object:os.system {}\n", None),
        ("a.yaml", "- a\n" * 100_000, None),
        ("a.yaml", "[" * 5_000, None),
        ("a.json", "[" * 300 + "]" * 300, None),
        ("a.json", "[" * 150 + "]" * 150, []),
        ("a.json", b"\x89PNG", None),
    ],
)
def test_data_is_json_or_plain_yaml_that_is_not_too_deep(name: str, content: str | bytes, data: object) -> None:
    found = of(content, name).data
    assert (found is None) is (data is None)
    if data and data != []:
        assert found == data


@pytest.mark.parametrize(
    "content",
    [
        "text",
        "<a>",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<! entity b "c"><a/>',
        "<a>" * 300 + "</a>" * 300,
        b"\x89PNG",
    ],
)
def test_what_is_no_plain_xml_is_none(content: str | bytes) -> None:
    assert of(content).xml is None


def test_characters_that_xml_forbids_are_left_out() -> None:
    root = of('<?xml version="1.0" encoding="latin1"?><a b="1&#2;2">x\x02y&#x3;z&#65;&#x110000;</a>').xml
    assert root is not None
    assert (root.get("b"), root.text) == ("12", "xyzA")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.json", "a.yaml", "a.xml"]))
def test_any_bytes_are_something_or_nothing(content: bytes, name: str) -> None:
    document = of(content, name)
    assert document.text is None or "\r" not in document.text
    assert document.data is not NotImplemented
    assert document.xml is None or document.xml.tag
