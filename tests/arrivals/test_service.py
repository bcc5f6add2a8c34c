"""Files are handed to every concept whose reader knows them, each of which answers for itself."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from inventory.arrivals import service
from inventory.arrivals.service import Filed, chunks, counts, file_all, open_all, open_file, worst_first
from inventory.db import transaction
from inventory.errors import ValidationRefused
from inventory.lifecycle.receivers import Arrived, Read, Receiver
from inventory.reading.documents import LARGEST, Document
from tests.api.test_hardware_reports import lshw
from tests.conftest import World


def receiver(
    label: str, place: int, sure: Callable[[Document], float], *, permission: str = "record", reads: bool = True
) -> Receiver:
    """Takes what it is sure of, and answers with its label."""

    def read(document: Document) -> Read:
        refusal = None if reads else ValidationRefused(f"{label} cannot read it.")
        return Read(document, label, 1, found="something" if reads else None, refusal=refusal)

    def receive(session: Any, found: Sequence[Read], recorder: Any, register_new: bool) -> list[Arrived]:
        return [
            Arrived("recorded", f"{label} took it.") if each.found else Arrived("refused", str(each.refusal))
            for each in found
        ]

    return Receiver(label, place, permission, lambda: {label: label}, sure, read, receive)


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def offer(**found: Receiver) -> None:
        monkeypatch.setattr(service, "find_across", lambda attribute, module: found)

    return offer


def bring(world: World, *files: tuple[str, bytes], **changes: Any) -> list[Filed]:
    with transaction(world.session) as session:
        return file_all(session, list(open_all(files)), world.recorder(**changes))


def test_hardware_is_offered_and_comes_first() -> None:
    assert next(iter(service.receivers())) == "hardware"
    assert "lshw_json" in service.receivers()["hardware"].formats()


def test_a_file_that_two_concepts_know_goes_to_both_in_their_order(world: World, offered: Callable[..., None]) -> None:
    offered(late=receiver("Late", 20, lambda _: 0.9), early=receiver("Early", 10, lambda _: 0.1))
    [filed] = bring(world, ("a", b"x"))
    assert filed.words == "Early took it. Late took it." and filed.outcome == "recorded"


def test_who_mistook_a_file_for_its_own_keeps_quiet_when_another_reads_it(
    world: World, offered: Callable[..., None]
) -> None:
    offered(wrong=receiver("Wrong", 10, lambda _: 0.9, reads=False), right=receiver("Right", 20, lambda _: 0.1))
    assert bring(world, ("a", b"x"))[0].words == "Right took it."


def test_when_nobody_can_read_it_the_surest_says_why(world: World, offered: Callable[..., None]) -> None:
    offered(
        unsure=receiver("Unsure", 10, lambda _: 0.1, reads=False), sure=receiver("Sure", 20, lambda _: 0.9, reads=False)
    )
    [filed] = bring(world, ("a", b"x"))
    assert (filed.outcome, filed.words) == ("refused", "Sure cannot read it.")


def test_a_part_that_the_role_does_not_allow_is_refused_and_the_rest_is_taken(
    world: World, offered: Callable[..., None]
) -> None:
    offered(
        plain=receiver("Plain", 10, lambda _: 1.0),
        guarded=receiver("Guarded", 20, lambda _: 1.0, permission="sanitise"),
    )
    [filed] = bring(world, ("a", b"x"), permissions=frozenset({"record"}))
    assert filed.outcome == "refused" and [each.outcome for _, each in filed.told] == ["recorded", "refused"]
    assert "takes the permission “sanitise”" in filed.words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "a is empty"),
        (b" \n", "a is empty"),
        (b"x" * (LARGEST + 1), "larger than"),
        (b"hello", "no hardware report"),
    ],
    ids=["empty", "blank", "large", "unknown"],
)
def test_a_file_that_is_nothing_is_refused_by_name(content: bytes, words: str) -> None:
    [opened] = open_all([("a", content)])
    assert opened.refusal is not None and words in opened.refusal.message


def test_what_did_not_come_through_a_zip_is_held_to_the_same_bounds() -> None:
    for content in (b"\n", b"x" * (LARGEST + 1)):
        assert open_file(Document("a", content)).refusal is not None
    assert open_file(Document("a.json", lshw())).refusal is None


def test_files_go_in_parts_problems_are_told_first_and_all_are_counted() -> None:
    filed = [Filed(str(n), "", (("", Arrived(each, "")),)) for n, each in enumerate(["recorded", "refused", "asked"])]
    assert [each.outcome for each in worst_first(filed)] == ["refused", "asked", "recorded"]
    assert counts(filed) == {"refused": 1, "asked": 1, "recorded": 1}
    opened = list(open_all([(f"{n}.json", lshw(f"S{n}")) for n in range(5)]))
    assert [len(part) for part in chunks(opened, 2)] == [2, 2, 1] and list(chunks([])) == []
