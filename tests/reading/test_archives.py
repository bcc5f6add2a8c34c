"""Zips as people bring them, honest and not: opened member by member, refused by name, never more than the bounds."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.reading import archives
from inventory.reading.archives import Refused, documents_in, safe_name
from inventory.reading.documents import LARGEST, Document


def zipped(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def only(name: str, content: bytes) -> Document | Refused:
    (found,) = documents_in(name, content)
    return found


def refusal(name: str, content: bytes) -> str:
    found = only(name, content)
    assert isinstance(found, Refused)
    return found.sentence


def test_a_plain_file_is_itself() -> None:
    found = only("a.txt", b"hello")
    assert isinstance(found, Document)
    assert (found.name, found.content) == ("a.txt", b"hello")


def test_members_come_in_order_under_the_name_of_the_archive_and_those_of_a_zip_within() -> None:
    inner = zipped([("c.txt", b"C")])
    found = list(documents_in("all.zip", zipped([("a.txt", b"A"), ("in/b.zip", inner), ("d.txt", b"D")])))
    assert [(each.name, each.content) for each in found if isinstance(each, Document)] == [
        ("all.zip/a.txt", b"A"),
        ("all.zip/in/b.zip/c.txt", b"C"),
        ("all.zip/d.txt", b"D"),
    ]


def test_what_an_operating_system_adds_is_passed_over() -> None:
    members = [("__MACOSX/._a.txt", b"x"), (".DS_Store", b"x"), ("a/Thumbs.db", b"x"), ("a.txt", b"A")]
    assert [each.name for each in documents_in("z.zip", zipped(members))] == ["z.zip/a.txt"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "e.x is empty"),
        (b" \n\x00", "is empty"),
        (b"x" * (LARGEST + 1), "larger than 16 MiB"),
        (zipped([]), "nothing in it"),
        (zipped([("a.txt", b"")]), "e.x/a.txt is empty"),
        (b"PK\x03\x04rubbish", "damaged zip file"),
        (zipped([("a.txt", b"A")])[:-30], "damaged zip file"),
        (zipped([("a.zip", zipped([("b.zip", zipped([("c", b"C")]))]))]), "a zip file in a zip file in a zip file"),
        (zipped([("[Content_Types].xml", b"<x/>"), ("xl/a.xml", b"<x/>")]), "office document"),
        (zipped([("mimetype", b"application/vnd.oasis"), ("content.xml", b"<x/>")]), "office document"),
        (zipped([("a.txt", b"A")], zipfile.ZIP_BZIP2), "unusual method"),
        (zipped([("a.txt", b"A")], zipfile.ZIP_LZMA), "unusual method"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_a_sentence(content: bytes, says: str) -> None:
    assert says in refusal("e.x", content)


def test_a_member_with_a_password_is_refused_and_the_others_are_read() -> None:
    content = bytearray(zipped([("secret.txt", b"S"), ("open.txt", b"O")]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(signature) + offset
        content[place] |= 1
    first, second = documents_in("z.zip", bytes(content))
    assert isinstance(first, Refused)
    assert "z.zip/secret.txt is protected by a password" in first.sentence
    assert isinstance(second, Document)


def test_a_member_whose_bytes_were_changed_is_refused_and_the_others_are_read() -> None:
    content = bytearray(zipped([("a.txt", b"A" * 50 + b"B" * 50), ("b.txt", b"B")], zipfile.ZIP_STORED))
    content[content.index(b"AAAA")] ^= 0xFF
    first, second = documents_in("z.zip", bytes(content))
    assert isinstance(first, Refused)
    assert "damaged in the zip file" in first.sentence
    assert isinstance(second, Document)


@pytest.mark.parametrize(("size", "says"), [(8_000_000, "200 times its size"), (100_000_000, "more than 16 MiB")])
def test_a_bomb_is_refused_before_it_is_unpacked(size: int, says: str) -> None:
    bomb = zipped([("bomb.txt", b"\0" * size), ("a.txt", b"A")])
    tracemalloc.start()
    first, second = documents_in("z.zip", bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(first, Refused)
    assert says in first.sentence
    assert isinstance(second, Document)
    assert peak < 2 * LARGEST


def test_a_member_that_lies_about_its_size_is_counted_byte_by_byte() -> None:
    content = bytearray(zipped([("bomb.txt", b"\0" * 40_000_000)]))
    place = content.index(b"PK\x01\x02") + 20
    content[place : place + 8] = struct.pack("<II", 900_000_000, 5)
    assert "200 times" in refusal("z.zip", bytes(content)) or "damaged" in refusal("z.zip", bytes(content))


def test_a_member_above_the_bound_of_one_file_is_refused_however_badly_it_packs() -> None:
    large = bytes(range(256)) * (LARGEST // 256) + b"x"
    assert "unpacks to more than 16 MiB" in refusal("z.zip", zipped([("a.bin", large)], zipfile.ZIP_STORED))


def test_an_archive_above_the_bounds_of_all_files_stops_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_Budget", lambda: _Small())
    found = list(documents_in("z.zip", zipped([(f"{number}.txt", b"x" * 50_000) for number in range(5)])))
    assert [type(each) for each in found] == [Document, Document, Refused]
    assert isinstance(found[-1], Refused)
    assert found[-1].sentence.startswith("z.zip unpacks to more than")


def test_an_archive_of_too_many_files_is_refused_those_of_archives_in_it_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archives, "_Budget", lambda: _Small())
    assert "more than 5,000 files" in refusal("z.zip", zipped([(str(number), b"x") for number in range(11)]))
    inner = zipped([(str(number), b"x") for number in range(8)])
    found = list(documents_in("z.zip", zipped([("a", b"A"), ("b", b"B"), ("c.zip", inner)])))
    assert [type(each) for each in found] == [Document, Document, Refused]


class _Small(archives._Budget):
    def __init__(self) -> None:
        super().__init__(members=10, total=120_000)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Users\\me\\r.txt", "Users/me/r.txt"),
        ("a/./b\x00\n.txt", "a/b.txt"),
        ("...", "file"),
        ("", "file"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_name_leads_nowhere(told: str, kept: str) -> None:
    assert safe_name(told) == kept


@given(st.text(max_size=400))
def test_no_name_leads_out_of_its_folder(told: str) -> None:
    name = safe_name(told)
    assert name
    assert len(name) <= 200
    assert not name.startswith("/")
    assert ".." not in name.split("/")
    assert not any(ord(letter) < 32 for letter in name)


@settings(max_examples=60)
@given(st.data())
def test_any_bytes_are_opened_or_refused(data: st.DataObject) -> None:
    whole = zipped([("a.txt", b"A" * 300), ("b.zip", zipped([("c", b"C")]))])
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    for each in documents_in("z.zip", bytes(content[: data.draw(st.integers(0, len(content)))])):
        assert isinstance(each, Document) or each.sentence.endswith(".")
