"""Sets of factors: what is shipped, and which of several is in force at a moment."""

from datetime import UTC, datetime
from typing import Any

import pytest

from inventory.footprint.factors import SUBJECTS, FactorBook, FactorSet, read_set, shipped
from inventory.footprint.models import FactorSet as Row
from inventory.footprint.queries import factor_book
from inventory.register.kinds import KINDS
from tests.conftest import World

EARLIER, LATER = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)


def content(key: str, mass: float = 2.0) -> dict[str, Any]:
    """A set of one class."""
    values = {"laptop": {"rows": 3, "embodied_kg": [1, 2, 3], "mass_kg": [1.0, mass, 3.0], "yearly_kwh": 9}}
    return {
        "key": key, "subject": "class_footprint", "title": "Ours", "version": key, "source": "a scale",
        "licence": "none", "published": "2024", "values": values,
    }  # fmt: skip


def test_every_shipped_set_names_its_version_source_licence_and_date() -> None:
    for each in shipped():
        assert each.subject in SUBJECTS
        assert all((each.version, each.source, each.licence, each.published, each.notice)), each.key
        assert each.words.startswith(each.title)
    assert len({each.key for each in shipped()}) == len(shipped())


def test_the_classes_are_kinds_of_the_register_in_order_of_their_quartiles() -> None:
    book = FactorBook(shipped())
    found = book.newest("class_footprint")
    assert found is not None
    assert "Open Database License" in found.notice
    assert set(found.values) <= set(KINDS)
    for kind in found.values:
        told = book.of_class(kind)
        assert told is not None
        assert told.embodied_kg.p25 < told.embodied_kg.median < told.embodied_kg.p75
        assert told.mass_kg.p25 < told.mass_kg.median < told.mass_kg.p75
    assert book.of_class("server") is None
    assert book.of_model("dell|optiplex7060") is None
    assert not book.knows_models


@pytest.mark.parametrize(
    ("sets", "pinned", "wanted"),
    [
        (["shipped"], (), "boavizta-2023-02-23-classes"),
        (["shipped", "earlier"], (), "earlier"),
        (["shipped", "earlier", "later"], (), "later"),
        (["shipped", "earlier", "later"], ("earlier",), "earlier"),
        (["shipped", "later"], ("boavizta-2023-02-23-classes",), "boavizta-2023-02-23-classes"),
        (["shipped", "later"], ("of another subject",), "later"),
    ],
)
def test_what_was_brought_in_last_goes_before_what_was_shipped_unless_one_is_pinned(
    sets: list[str], pinned: tuple[str, ...], wanted: str
) -> None:
    there: dict[str, list[FactorSet]] = {
        "shipped": list(shipped()),
        "earlier": [read_set(content("earlier"), EARLIER)],
        "later": [read_set(content("later"), LATER)],
    }
    found = FactorBook([one for name in sets for one in there[name]], pinned).newest("class_footprint")
    assert found is not None
    assert found.key == wanted


def test_a_set_is_in_force_from_the_moment_it_was_recorded(world: World) -> None:
    session = world.session
    session.add(
        Row(
            key="ours", subject="class_footprint", content=content("ours", 2.5), sha256="0" * 64, recorded_at=LATER,
            account_id=world.account.id,
        )
    )  # fmt: skip
    session.flush()

    def mass(as_at: datetime | None, pinned: tuple[str, ...] = ()) -> float:
        told = factor_book(session, as_at, pinned).of_class("laptop")
        assert told is not None
        return told.mass_kg.median

    assert mass(None) == mass(LATER) == 2.5
    assert mass(EARLIER) == 1.62
    assert mass(EARLIER, ("ours",)) == 2.5
    assert mass(None, ("boavizta-2023-02-23-classes",)) == 1.62
