"""The address on a label, and back from whatever was scanned."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.errors import ValidationRefused
from inventory.labels.payload import LONGEST, is_local, label_address, parse_scanned
from inventory.printing.qr import encode, smallest_version
from inventory.register.tags import issue, normalise, problem_with

URL = "https://inventory.example.ac.uk"
foreign_tags = st.text(
    alphabet=st.characters(codec="latin-1", exclude_characters="/ßµÿ"), min_size=1, max_size=20
).filter(lambda tag: problem_with(normalise(tag)) is None and normalise(tag).strip("."))


def test_the_address_is_upper_case_and_fits_version_3() -> None:
    address = label_address(URL, "ED-3K7Q-P")
    assert address == "HTTPS://INVENTORY.EXAMPLE.AC.UK/T/ED-3K7Q-P"
    assert smallest_version(address) == 3


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        ("https://ict.ed.ac.uk/", "HTTPS://ICT.ED.AC.UK"),
        ("http://127.0.0.1:5000", "HTTP://127.0.0.1:5000"),
        ("  https://ICT.ed.ac.uk:8443 ", "HTTPS://ICT.ED.AC.UK:8443"),
        ("https://xn--mnchen-3ya.example", "HTTPS://XN--MNCHEN-3YA.EXAMPLE"),
    ],
)
def test_every_plain_host_gives_its_address(public_url: str, origin: str) -> None:
    assert label_address(public_url, "ED-3K7Q-P") == f"{origin}/T/ED-3K7Q-P"


@pytest.mark.parametrize(
    ("public_url", "why"),
    [
        ("", "the public address is not set"),
        ("   ", "the public address is not set"),
        ("inventory.example.ac.uk", "not a web address"),
        ("ftp://example.ac.uk", "not a web address"),
        ("https://", "not a web address"),
        ("https://example.ac.uk:port", "not a web address"),
        ("https://[oops", "not a web address"),
        ("https://example.ac.uk/inventory", "more than a host"),
        ("https://example.ac.uk/?x=1", "more than a host"),
        ("https://someone@example.ac.uk", "more than a host"),
        ("https://münchen.example", "cannot be written in a small QR code"),
        ("https://my_host.example", "cannot be written in a small QR code"),
        ("https://[2001:db8::1]", "cannot be written in a small QR code"),
    ],
)
def test_a_public_address_that_no_label_can_carry_is_refused_with_the_reason(public_url: str, why: str) -> None:
    with pytest.raises(ValidationRefused, match=why) as refusal:
        label_address(public_url, "ED-3K7Q-P")
    assert refusal.value.field == "public_url"


@pytest.mark.parametrize("tag", ["", "LIB/0123", ".", "..", "A" * 65, "A\\B", "A" * 64])
def test_a_tag_that_no_address_can_carry_is_refused(tag: str) -> None:
    with pytest.raises(ValidationRefused) as refusal:
        label_address(URL, tag)
    assert refusal.value.field == "tag"


def test_a_tag_with_signs_outside_the_code_is_percent_encoded_and_comes_back() -> None:
    address = label_address(URL, "asset_01 b#2")
    assert address.endswith("/T/ASSET%5F01%20B%232")
    encode(address)
    assert parse_scanned(address) == "ASSET_01 B#2"


@given(st.one_of(foreign_tags, st.integers(0, 25_000_000).map(lambda number: issue("ED", number))))
@settings(max_examples=300, deadline=None)
def test_an_encoded_tag_comes_back_as_it_was(tag: str) -> None:
    try:
        address = label_address(URL, tag)
    except ValidationRefused:
        # Only length is left to refuse: each sign outside the code takes three.
        assert 3 * len(normalise(tag).encode()) + 35 > LONGEST
        return
    encode(address)
    assert len(address) <= LONGEST
    assert parse_scanned(address) == normalise(tag)
    assert parse_scanned(address.lower()) == normalise(tag)


@pytest.mark.parametrize(
    "scanned",
    [
        "HTTPS://INVENTORY.EXAMPLE.AC.UK/T/ED-3K7Q-P",
        "https://inventory.example.ac.uk/t/ed-3k7q-p",
        "http://another.host:8080/T/ed-3K7Q-P/",
        "https://inventory.example.ac.uk/t/ED-3K7Q-P?from=mail#top",
        "ed-3k7q-p",
        "  ED-3K7Q-P\r\n",
    ],
)
def test_any_scanned_form_gives_the_tag(scanned: str) -> None:
    assert parse_scanned(scanned) == "ED-3K7Q-P"


def test_a_bare_identifier_keeps_its_percent_sign() -> None:
    assert parse_scanned("50%41b") == "50%41B"


@pytest.mark.parametrize("scanned", ["", " \r\n", "https://inventory.example.ac.uk/t/%20"])
def test_an_empty_scan_is_refused(scanned: str) -> None:
    with pytest.raises(ValidationRefused, match="Nothing was scanned"):
        parse_scanned(scanned)


@pytest.mark.parametrize(
    "public_url",
    ["http://127.0.0.1:5000", "http://localhost", "http://10.1.2.3", "http://hub.local", "http://[::1]/"],
)
def test_an_address_that_works_only_here_is_local(public_url: str) -> None:
    assert is_local(public_url)


@pytest.mark.parametrize("public_url", [URL, "https://129.215.1.1"])
def test_an_address_of_the_world_is_not_local(public_url: str) -> None:
    assert not is_local(public_url)
