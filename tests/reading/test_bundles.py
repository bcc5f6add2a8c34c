"""Bundles: what several tools printed, under headings, taken apart and put together again."""

from hypothesis import given
from hypothesis import strategies as st

from inventory.reading.bundles import MOST_SECTIONS, bundle, is_bundle, sections
from inventory.reading.documents import Document


def of(text: str) -> Document:
    return Document("stick", text.encode())


def test_sections_are_named_by_their_headings_and_empty_ones_are_left_out() -> None:
    found = sections(of("# made by a stick\n\n=== lshw-json\n{}\n=== smartctl\n\n=== dmidecode  \n# dmidecode 3.3\n\n"))
    assert [(each.name, each.document.name, each.document.text) for each in found] == [
        ("lshw-json", "stick, lshw-json.json", "{}"),
        ("dmidecode", "stick, dmidecode", "# dmidecode 3.3"),
    ]


def test_a_heading_in_the_middle_of_other_text_makes_no_bundle() -> None:
    assert is_bundle(of("\n# note\n=== lshw-json\n{}"))
    assert not is_bundle(of("smartctl 7.2\n=== start\n"))
    assert not is_bundle(of("=== START OF INFORMATION SECTION ===\n"))
    assert not is_bundle(of("nothing"))
    assert not is_bundle(Document("x", b"\x89PNG\r\n"))


def test_no_more_than_the_bound_are_taken() -> None:
    assert len(sections(of("=== net\nx\n" * (MOST_SECTIONS + 50)))) == MOST_SECTIONS


@given(st.lists(st.text(min_size=1, max_size=60).filter(lambda text: bool(text.strip())), max_size=5))
def test_what_is_put_together_comes_apart_as_the_same_parts(texts: list[str]) -> None:
    parts = [("net", Document("x", each.encode("utf-8", "replace"))) for each in texts]
    found = sections(bundle("b", parts))
    kept = [each for _, each in parts if (each.text or "").strip()]
    assert len(found) == len(kept)


def test_a_heading_within_a_part_does_not_open_a_section() -> None:
    inside = Document("evil", b"x\n=== dmidecode\ny")
    (found,) = sections(bundle("b", [("net", inside)]))
    assert found.name == "net"
